/* explain_mode.h - smtpscope explain: what words mean, and the cause of refusals given line by line. */
#ifndef SC_APP_EXPLAIN_MODE_H
#define SC_APP_EXPLAIN_MODE_H

#include <smtpscope/sink.h>

#include "base/text.h"

/* Explains each name on `out`, at 80 columns; with `classify` instead reads lines "code TAB enhanced TAB text
 * [TAB phase]" from standard input and writes "cause TAB rule" for each.  Gives the exit code: SC_OK;
 * SC_EUSAGE: a name is not known (said, with the nearest one); SC_EFAILED: `out` took no more, or standard
 * input could not be read (said). */
int sc_explain_run(const char *const *names, size_t count, bool classify, const struct sc_writer *out);

/* One line of --classify, without its end: adds "cause TAB rule" and a newline.  "-" is absent; a line that
 * lacks columns is judged by what it has, and one without any is taken for a whole reply, "550 5.1.1 no". */
void sc_explain_classify_line(sc_str line, struct sc_text *answer);

#endif
