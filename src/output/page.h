/* page.h - what the outputs for people share: symbols, times of the wall clock, columns, wrapped lines. */
#ifndef SC_OUTPUT_PAGE_H
#define SC_OUTPUT_PAGE_H

#include "base/text.h"
#include "output/buffer.h"

/* The sign of an outcome, one column wide; " " for none and for a word that is no outcome. */
const char *sc_page_symbol(const char *outcome);

/* Times as a person reads them: UTC or the zone of the environment. */
struct sc_page_clock {
	bool    utc, known;
	int64_t second;
	char    text[24]; /* 2026-01-31 12:00:00 */
};
void sc_page_clock_open(struct sc_page_clock *clock, bool utc);
void sc_page_time(struct sc_page_clock *clock, struct sc_text *t,
		  sc_time when); /* 2026-01-31 12:00:00; "-": not known */
void sc_page_zone(const struct sc_page_clock *clock, struct sc_text *t);         /* UTC, or CET/CEST */

/* A file name as a shell takes it for one word, visible. */
void sc_page_shell_word(struct sc_text *t, sc_str s);

/* " -r a.pcap": what makes a command read the same again; `source` as in struct sc_output_config.  Of standard input and of
 * packets that were not kept, CAPTURE stands for a file that holds them. */
void sc_page_reading(struct sc_text *t, const char *source);

/* Seconds with three decimals, right in `width` columns: "   0.913". */
void sc_page_seconds(struct sc_text *t, sc_time duration, size_t width);
/* The same below 1000 seconds; longer ones in two units: "16m40s", "2h16m", "1d12h". */
void sc_page_duration(struct sc_text *t, sc_time duration, size_t width);
void sc_page_grouped(struct sc_text *t, uint64_t n); /* 2,345 */
void sc_page_share(struct sc_text *t, uint64_t n, uint64_t of); /* 12.5 % */

/* `s`, visible already, in exactly `width` columns: cut with an ellipsis, or filled with spaces. */
void sc_page_fit(struct sc_text *t, sc_str s, size_t width, bool right);

/* Lines of at most `width` columns: the first begins with `head`, the others with spaces up to column `indent`.
 * Breaks at spaces where it can.  `s` is visible already. */
void sc_page_wrap(struct sc_buffer *out, sc_str head, size_t indent, sc_str s, size_t width);

#endif
