/* reports.h - the report of delivery failures: written when closed, over the counts of model/failures. */
#ifndef SC_OUTPUT_REPORTS_H
#define SC_OUTPUT_REPORTS_H

#include <smtpscope/sink.h>

extern const struct sc_sink_class sc_sink_report_text; /* for people, 80 columns */
extern const struct sc_sink_class sc_sink_report_json; /* the same numbers, one object */
extern const struct sc_sink_class sc_sink_report_html; /* the same numbers, one page */

#endif
