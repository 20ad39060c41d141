/* html.h - writes the page of a report (report_html.c).  Octets of anybody are made visible first (base/text) and then escaped. */
#ifndef SC_OUTPUT_HTML_H
#define SC_OUTPUT_HTML_H

#include "output/report_head.h"
#include "output/report_parts.h"

void sc_html_put(struct sc_report_head *r, const char *ours);       /* as it stands: markup and words of ours */
void sc_html_escaped(struct sc_report_head *r, sc_str visible);     /* text that holds no control octet any more */
void sc_html_wire(struct sc_report_head *r, sc_str s);              /* octets of anybody; of a long string the beginning */
void sc_html_number(struct sc_report_head *r, uint64_t n);
void sc_html_time(struct sc_report_head *r, sc_time when);
void sc_html_share(struct sc_report_head *r, uint64_t n, uint64_t of);

/* Visitors of the walk; their ctx is the struct sc_report_head. */
extern const struct sc_part_visitor sc_html_tables; /* a section with a table for each part */
extern const struct sc_part_visitor sc_html_links;  /* a link to each section */

#endif
