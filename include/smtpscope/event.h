/* event.h - what the engine reports.  The schema is events.def; this header makes structs and tables of it.
 *
 * An event and all it points to is borrowed for the call: a sink copies what it keeps (engine/pack).
 */
#ifndef SMTPSCOPE_EVENT_H
#define SMTPSCOPE_EVENT_H

#include <smtpscope/base.h>

/* The types a field can have.  "Absent" values are left out of every output.
 *
 *   word      C type              absent when       JSON
 *   str       sc_str              at == NULL        string
 *   path      sc_str              at == NULL        string, a mail address without <>; has .domain and .local
 *   name      const char *        NULL              string, a word of the contract
 *   code      uint16_t            0                 number
 *   port      uint16_t            never             number
 *   count     uint64_t            never             number
 *   size      uint64_t            SC_NONE           number
 *   extra     uint64_t            0                 number
 *   ms        sc_time             SC_TIME_NONE      number, milliseconds with three decimals
 *   time      sc_time             SC_TIME_NONE      string, RFC 3339 UTC with six decimals
 *   yesno     bool                never             true, false
 *   flag      bool                false             true
 *   ip        struct sc_ip        version == 0      string
 *   id        uint64_t            0                 string, 16 hex digits
 *   status    struct sc_status    cls == 0          string, "5.1.1"
 *   quirks    uint64_t            never             list of words, a bit each (quirks.def)
 *   strs      struct sc_strs      never             list of strings
 *   pairs     struct sc_pairs     never             object of strings
 *   tally     struct sc_tally     never             object of numbers
 *   list      struct sc_list      never             list of objects (SC_LIST)
 *   object    an embedded struct  all in it absent  object (SC_SUB)
 */
enum sc_type {
	SC_TYPE_str, SC_TYPE_path, SC_TYPE_name, SC_TYPE_code, SC_TYPE_port, SC_TYPE_count, SC_TYPE_size,
	SC_TYPE_extra, SC_TYPE_ms, SC_TYPE_time, SC_TYPE_yesno, SC_TYPE_flag, SC_TYPE_ip, SC_TYPE_id,
	SC_TYPE_status, SC_TYPE_quirks, SC_TYPE_strs, SC_TYPE_pairs, SC_TYPE_tally, SC_TYPE_list, SC_TYPE_object,
};

struct sc_strs {
	const sc_str *items;
	uint32_t      count;
};

struct sc_pair {
	sc_str name, value;
};

struct sc_pairs {
	const struct sc_pair *items;
	uint32_t              count;
};

struct sc_count {
	const char *name;
	uint64_t    count;
};

struct sc_tally {
	const struct sc_count *items;
	uint32_t               count;
};

struct sc_list {
	const void *items; /* an array of structs of the field's shape */
	uint32_t    count;
};

typedef sc_str           sc_field_str;
typedef sc_str           sc_field_path;
typedef const char      *sc_field_name;
typedef uint16_t         sc_field_code;
typedef uint16_t         sc_field_port;
typedef uint64_t         sc_field_count;
typedef uint64_t         sc_field_size;
typedef uint64_t         sc_field_extra;
typedef sc_time          sc_field_ms;
typedef sc_time          sc_field_time;
typedef bool             sc_field_yesno;
typedef bool             sc_field_flag;
typedef struct sc_ip     sc_field_ip;
typedef uint64_t         sc_field_id;
typedef struct sc_status sc_field_status;
typedef uint64_t         sc_field_quirks;
typedef struct sc_strs   sc_field_strs;
typedef struct sc_pairs  sc_field_pairs;
typedef struct sc_tally  sc_field_tally;

/* struct sc_ev_<object> for every SC_OBJECT and SC_EVENT of the schema. */
#define SC_OBJECT(name, doc)              struct sc_ev_##name {
#define SC_EVENT(name, doc)               struct sc_ev_##name {
#define SC_FIELD(owner, type, name, doc)  sc_field_##type name;
#define SC_SUB(owner, shape, name, doc)   struct sc_ev_##shape name;
#define SC_LIST(owner, shape, name, doc)  struct sc_list name;
#define SC_END(name)                      };
#include <smtpscope/events.def>

enum sc_event_kind {
#define SC_EVENT(name, doc)               SC_EVENT_##name,
#include <smtpscope/events.def>
	SC_EVENT_KINDS
};

#define SC_WANT(kind) (UINT64_C(1) << (kind))
/* Kinds that engines make for the ledger only: no output sees them. */
#define SC_KINDS_INSIDE (SC_WANT(SC_EVENT_knock) | SC_WANT(SC_EVENT_wire) | SC_WANT(SC_EVENT_ident))
#define SC_KINDS_SHOWN  ((SC_WANT(SC_EVENT_KINDS) - 1) & ~SC_KINDS_INSIDE)

static inline bool sc_event_inside(enum sc_event_kind kind)
{
	return SC_KINDS_INSIDE >> kind & 1;
}

struct sc_event {
	enum sc_event_kind kind;
	uint32_t seq;       /* nth event of this packet and flow, from 0 */
	uint64_t packet;    /* number of the packet that caused it */
	uint64_t flow;      /* number of the packet that opened the flow; 0: of no flow */
	sc_time  when;
	const struct sc_ev_head *head;       /* whose session; NULL for stats and the like */
	const struct sc_ev_session *session; /* what is known of the session so far, for filters; may be NULL */
	const void *body;   /* struct sc_ev_<kind> */
};

/* Reflection: the schema as data. */
struct sc_shape;
struct sc_field {
	const char   *name;
	enum sc_type  type;
	size_t        offset;       /* in the owner's struct */
	const struct sc_shape *shape; /* of a list's items or an embedded object, else NULL */
	const char   *doc;
};

struct sc_shape {
	const char *name, *doc;
	const struct sc_field *fields;
	size_t count;
	size_t size;                /* of the struct */
};

extern const struct sc_shape *const sc_event_shapes[SC_EVENT_KINDS]; /* by enum sc_event_kind */
extern const struct sc_shape *const sc_head_shape;                   /* struct sc_ev_head */

/* SC_EVENT_KINDS when there is none of that name. */
enum sc_event_kind sc_event_kind_of(sc_str name);

/* What a field's type is called in documents, and whether the field of the struct at `base` has a value. */
const char *sc_type_name(enum sc_type type);
bool sc_field_present(const struct sc_field *field, const void *base);

/* Quirks: a word and a sentence per bit. */
enum sc_quirk {
#define SC_QUIRK(name, doc) SC_QUIRK_##name,
#include <smtpscope/quirks.def>
#undef SC_QUIRK
	SC_QUIRKS
};
#define SC_QUIRK_BIT(name) (UINT64_C(1) << SC_QUIRK_##name)
const char *sc_quirk_name(enum sc_quirk quirk);
const char *sc_quirk_doc(enum sc_quirk quirk);

#endif
