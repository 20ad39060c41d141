/* sheet.h - paragraphs of a text output: composed in a scratch text, then wrapped to the width of the page. */
#ifndef SC_OUTPUT_SHEET_H
#define SC_OUTPUT_SHEET_H

#include "output/page.h"

struct sc_sheet {
	struct sc_buffer out;
	struct sc_page_clock clock;
	size_t width;
	char  *scratch;
	struct sc_text text; /* the paragraph that is being made */
};

/* Opens buffer, clock and scratch text; SC_EFAILED when there is no memory. */
sc_err sc_sheet_open(struct sc_sheet *s, const struct sc_output_config *config);
sc_err sc_sheet_close(struct sc_sheet *s);

/* An empty paragraph to write to. */
struct sc_text *sc_sheet_begin(struct sc_sheet *s);
/* Writes the paragraph: its first line begins with `head`, the others with `indent` spaces. */
void sc_sheet_end(struct sc_sheet *s, const char *head, size_t indent);
/* Writes it behind `indent` spaces and on one line, however long: a command that is to be copied. */
void sc_sheet_command(struct sc_sheet *s, size_t indent);
/* Both for one fixed text. */
void sc_sheet_line(struct sc_sheet *s, const char *text);

/* A paragraph for every member of `evidence` that is present, and for every quirk: its name, value and meaning. */
void sc_sheet_evidence(struct sc_sheet *s, const struct sc_ev_evidence *evidence, const char *head, size_t indent);
void sc_sheet_quirks(struct sc_sheet *s, uint64_t quirks, const char *head, size_t indent);

#endif
