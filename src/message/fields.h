/* fields.h - header fields out of a stream of text: RFC 5322 2.2, and everything else that has that form (MIME
 * parts, the groups of a delivery report).
 *
 * Pull: call sc_fields_next() until it gives SC_FIELDS_NONE.  Only fields that have a row are given, unfolded; the
 * others are passed over, unless the last row is for them.  A field is given when the line behind it shows that it is over.
 */
#ifndef SC_MESSAGE_FIELDS_H
#define SC_MESSAGE_FIELDS_H

#include "base/blocks.h"
#include "base/str.h"

#define SC_FIELD_OCTETS      8192 /* kept of one field's value; the rest of it is dropped */
#define SC_FIELD_NAME_OCTETS 128  /* a line without colon in so many octets is no field */

struct sc_message;

/* A field that matters, and what is done with its value.  Rows end with one that has no name; when it says what to do, that is
 * done with all other fields. */
struct sc_field_row {
	const char *name; /* in lower case */
	uint8_t len;
	bool once;        /* a second one is noted and passed over (RFC 5322 3.6) */
	void (*take)(struct sc_message *m, sc_str value);
};

#define SC_FIELD_ROW(name, once, take) { name, sizeof(name) - 1, once, take }
#define SC_FIELD_ROWS_END              { NULL, 0, false, NULL }
#define SC_FIELD_ROWS_OTHERS(take)     { NULL, 0, false, take }

enum sc_fields_kind {
	SC_FIELDS_NONE,
	SC_FIELDS_FIELD, /* `row` and `value` */
	SC_FIELDS_BLANK, /* the empty line */
	SC_FIELDS_TEXT,  /* a line that is no field: `value` is its beginning, the rest stays in the run */
};

struct sc_fields_unit {
	enum sc_fields_kind kind;
	unsigned row;    /* index */
	sc_str   value;  /* without its line ends; good until the next call */
	bool     cut;    /* it was longer than can be kept */
};

struct sc_fields {
	struct sc_blocks *store;
	const struct sc_field_row *rows;
	uint64_t seen;             /* rows that were given once; the owner's */
	uint8_t  state, open;
	bool     begun, cr, cut;
	uint8_t  name_len;
	unsigned row;
	struct sc_block *first, *last; /* the value so far */
	uint32_t octets;
	char     name[SC_FIELD_NAME_OCTETS];
};

/* Begins a header. */
void sc_fields_begin(struct sc_fields *f, struct sc_blocks *store, const struct sc_field_row *rows);
/* `room` has SC_FIELD_OCTETS octets: a value that lies in pieces is joined there. */
bool sc_fields_next(struct sc_fields *f, sc_str *run, char *room, struct sc_fields_unit *u);
/* The text is over: the last field, if one was open. */
bool sc_fields_end(struct sc_fields *f, char *room, struct sc_fields_unit *u);
/* Gives its memory back. */
void sc_fields_drop(struct sc_fields *f);

#endif
