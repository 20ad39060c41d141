/* report_page.h - what the parts of the text report share: headings, columns of numbers, rows that wrap. */
#ifndef SC_OUTPUT_REPORT_PAGE_H
#define SC_OUTPUT_REPORT_PAGE_H

#include "output/report_head.h"
#include "output/report_parts.h"
#include "output/sheet.h"

struct sc_report {
	struct sc_report_head head;
	bool one_day;       /* times need no date */
	struct sc_text row; /* the columns of the row that is being made, in `columns` */
	size_t at;          /* how many they are */
	char   columns[1024];
};

/* All times fall on one date of the page's clock. */
bool sc_report_one_day(struct sc_report *r);

/* An empty line, the title, and names of columns as they stand (or NULL). */
void sc_report_heading(struct sc_report *r, const char *title, const char *columns);

/* A row: columns of fixed width, then a text that wraps below itself. */
void sc_report_begin(struct sc_report *r);
void sc_report_count(struct sc_report *r, uint64_t n, size_t width);               /* "-" for 0, blank for SC_NONE */
void sc_report_share(struct sc_report *r, uint64_t n, uint64_t of, size_t width);  /* 12.5 % */
void sc_report_words(struct sc_report *r, const char *words, size_t width);        /* our own; left */
void sc_report_wire(struct sc_report *r, sc_str s, size_t width); /* octets of the wire; cut to fit */
void sc_report_when(struct sc_report *r, sc_time when, size_t width);               /* blank where it is not known */
void sc_report_seconds(struct sc_report *r, sc_time duration, size_t width);
void sc_report_rest(struct sc_report *r, const char *words);                       /* the wrapping text: our own */
void sc_report_rest_wire(struct sc_report *r, sc_str s);                           /* and of the wire */
void sc_report_rest_time(struct sc_report *r, sc_time when);
void sc_report_end(struct sc_report *r);

/* The tables below the verdict, for a struct sc_report: report_tables.c. */
extern const struct sc_part_visitor sc_report_text_visitor;

#endif
