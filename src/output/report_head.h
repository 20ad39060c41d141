/* report_head.h - what every form of the report begins with: the counts that it will be written from. */
#ifndef SC_OUTPUT_REPORT_HEAD_H
#define SC_OUTPUT_REPORT_HEAD_H

#include <smtpscope/sink.h>

#include "base/text.h"
#include "model/failures.h"
#include "output/sheet.h"

/* The first member of a report's state. */
struct sc_report_head {
	struct sc_sheet sheet; /* where it is written */
	struct sc_failures *m;
	const char *source; /* what -r takes to read the same again; NULL: it was no file */
	unsigned parts;     /* what was asked for */
};

/* What a report is called: by the first kind of its parts; all of them are of delivery failures, too. */
struct sc_report_title {
	unsigned    kind;  /* enum sc_report_kind */
	const char *word;  /* that asks for it */
	const char *title;
};
extern const struct sc_report_title sc_report_titles[];
#define SC_REPORT_TITLES 4
const struct sc_report_title *sc_report_title(unsigned parts);

/* "26 of 58 sessions went on inside TLS; in 4 it failed or was odd; mail for 128 recipients was accepted in clear." */
/* How many sources are how bad, and what the worst three did; made visible. */
void sc_report_suspicion(struct sc_text *t, const struct sc_failures *m);
void sc_report_secrecy(struct sc_text *t, const struct sc_failures *m);
/* As `open` of a sink class; SC_EFAILED when there is no memory. */
sc_err sc_report_head_open(void *self, const struct sc_output_config *config);
/* As `write`. */
void sc_report_head_write(void *self, const struct sc_event *ev);
sc_err sc_report_head_close(struct sc_report_head *h); /* one that was not opened is fine */

/* "5 sessions, 1 transaction, 1 message taken (2,345 octets)". */
void sc_report_totals(struct sc_text *t, const struct sc_failures *m);
/* Each thing that the capture does not show, as "3 packets were lost by the capture". */
typedef void sc_report_line_fn(void *ctx, sc_str line);
void sc_report_blind_spots(const struct sc_failures *m, sc_report_line_fn *each, void *ctx);
/* The verdict in words: "4 recipients failed; the biggest causes: user_unknown 2.  1 refusal or break had no recipient." */
void sc_report_verdict(struct sc_text *t, const struct sc_failures *m);

#endif
