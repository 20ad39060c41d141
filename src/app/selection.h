/* selection.h - --where, --since, --until and --fail-on: which events count. */
#ifndef SC_APP_SELECTION_H
#define SC_APP_SELECTION_H

#include <smtpscope/event.h>

#include "app/options.h"

struct sc_where;

struct sc_selection {
	struct sc_where *where;    /* NULL: everything */
	struct sc_where *fail_on;  /* NULL: nothing */
	struct sc_moment since, until;
	bool     utc;
	sc_time  from, to;         /* SC_TIME_NONE: open; known when the capture has begun */
	bool     failed;           /* an event matched --fail-on */
	uint64_t inside;           /* events in the window */
	sc_time  first, last;      /* of the events outside it; SC_TIME_NONE: none */
};

/* Compiles the expressions and reads the times; `now` is the clock's.  SC_EUSAGE: wrong, and said, with a caret
 * under the place. */
sc_err sc_selection_open(struct sc_selection *s, const struct sc_options *o, sc_time now);
void   sc_selection_close(struct sc_selection *s);

/* The capture begins at `first`: a time of day becomes a time. */
void   sc_selection_begin(struct sc_selection *s, sc_time first);

/* True when nothing was asked: every event counts. */
bool   sc_selection_everything(const struct sc_selection *s);

/* Tests an event of a session, or a finding; also notes what --fail-on asks. */
bool   sc_selection_match(struct sc_selection *s, const struct sc_event *ev);

/* At the end: when the window held nothing but there was something outside, says when that was. */
void   sc_selection_explain(const struct sc_selection *s);

#endif
