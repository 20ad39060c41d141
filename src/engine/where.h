/* where.h - filter expressions over the schema: outcome == "rejected" and rcpt_to.domain == "example.org".
 * The language is INTERFACE.md's; fields are those of events.def, found by reflection.
 *
 *   E       E and E, E or E, not E, (E), FIELD OP VALUE, FIELD; also && || !; true and false
 *   OP      == != < <= > >= in contains startswith endswith matches; `in` takes {VALUE, VALUE} or one network
 *   VALUE   a word as it stands, or text in "" or '' where \" \' \\ stand for themselves
 *   FIELD   a name of the event's own, else of its head (client.ip), else event or ts, else of its session.  A kind
 *           before it, delivery.code, asks for the event of that kind only; session.end_by for the event's session.
 *           recipients.rcpt_to is that of any recipient, mail_params.SIZE a parameter, rcpt_to.domain and
 *           rcpt_to.local the parts of an address.
 *
 * A comparison with an absent field is false, != too; a flag (permanent) is never absent, only false.  A list matches
 * if any element does, with != too; a map by its names.  A field alone is true when it is there and is not false,
 * zero or empty.  Text compares without case, but local parts are equal only with it; the search operators never
 * regard case.  `matches` is engine/pattern.h.
 * Numbers take k M G (also kB MB GB), thousands as sizes in mail are; a field in ms or seconds takes ms s m h.
 * Times are RFC 3339, UTC unless they say otherwise, and may end after the date, the minute or the second; times and
 * durations compare by the microsecond, as they are printed.
 */
#ifndef SC_ENGINE_WHERE_H
#define SC_ENGINE_WHERE_H

#include <smtpscope/event.h>

struct sc_where;

struct sc_where_error {
	size_t at, len;     /* octets of the expression to point at */
	char   text[160];   /* what is wrong: unknown field "rcpt.domian" */
	char   hint[160];   /* did you mean "rcpt_to.domain"?  Empty: none */
};

/* Compiles `expression`.  SC_EUSAGE with `*error` filled when it is wrong. */
sc_err sc_where_open(struct sc_where **out, sc_str expression, struct sc_where_error *error);

/* True when the event matches: its own fields first, then those of its head and of its session so far. */
bool   sc_where_match(const struct sc_where *w, const struct sc_event *ev);
void   sc_where_close(struct sc_where *w); /* NULL is fine */

/* All names an expression can use, for completion, `explain` and documents.  A name comes once for each type it has
 * (`confidence` is a word in one event, a count in another). */
struct sc_where_field {
	char   name[64];              /* recipients.rcpt_to.domain; NUL at its end */
	const struct sc_field *field; /* type and doc */
	uint64_t kinds;               /* SC_WANT(kind) of events that have it as their own; all for head, event, ts */
};

#define SC_WHERE_LEVELS 4 /* objects in objects, of the schema */

struct sc_where_walk {        /* zero to begin */
	unsigned source, part;
	size_t   depth;
	struct {
		const struct sc_shape *shape;
		size_t next, name_len;
	} level[SC_WHERE_LEVELS];
	char     name[64];
};

/* Gives the next name; false after the last. */
bool sc_where_next_field(struct sc_where_walk *walk, struct sc_where_field *out);

#endif
