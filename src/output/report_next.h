/* report_next.h - commands that go on from the report, for every form of it. */
#ifndef SC_OUTPUT_REPORT_NEXT_H
#define SC_OUTPUT_REPORT_NEXT_H

#include "output/report_head.h"
#include "output/report_parts.h"

/* A command that can be given as it stands, and what it shows. */
typedef void sc_report_next_fn(void *ctx, const char *what, sc_str command);

/* For the parts that were asked for; none when there is no session. */
void sc_report_next(const struct sc_report_head *head, sc_report_next_fn *each, void *ctx);

#endif
