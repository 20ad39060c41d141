/* where.h - filter expressions over the schema: outcome == "rejected" and rcpt_to.domain == "example.org".
 * The language is INTERFACE.md's; fields are those of events.def, found by reflection. */
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

#endif
