/* unspoken.h - a connection in which nothing was said, or no SMTP, told as far as its packets go. */
#ifndef SC_OUTPUT_UNSPOKEN_H
#define SC_OUTPUT_UNSPOKEN_H

#include <smtpscope/event.h>

#include "output/sheet.h"

/* A `failure` of such a connection, which has no `session` event. */
bool sc_unspoken_is(const struct sc_event *ev);
/* That, or a `non_smtp` event. */
bool sc_unspoken_or_other(const struct sc_event *ev);

/* The page of either: who, when, what happened, and whose move it is. */
void sc_unspoken_print(struct sc_sheet *sheet, const struct sc_event *ev);

#endif
