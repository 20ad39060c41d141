/* report_page.c - rows and headings of the text report; see report_page.h.
 *
 * Everything of the wire goes through sc_text_visible() here. */
#include "output/report_page.h"

bool sc_report_one_day(struct sc_report *r)
{
	char first[40], last[40];
	struct sc_text a = sc_text_into(first, sizeof(first)), b = sc_text_into(last, sizeof(last));
	sc_page_time(&r->head.sheet.clock, &a, r->head.m->first);
	sc_page_time(&r->head.sheet.clock, &b, r->head.m->last);
	return sc_str_equal(sc_str_slice(sc_text_str(&a), 0, 10), sc_str_slice(sc_text_str(&b), 0, 10));
}

void sc_report_heading(struct sc_report *r, const char *title, const char *columns)
{
	sc_buffer_adds(&r->head.sheet.out, "\n");
	sc_buffer_adds(&r->head.sheet.out, title);
	sc_buffer_adds(&r->head.sheet.out, "\n");
	if (columns) {
		sc_buffer_adds(&r->head.sheet.out, columns);
		sc_buffer_adds(&r->head.sheet.out, "\n");
	}
}

void sc_report_begin(struct sc_report *r)
{
	sc_sheet_begin(&r->head.sheet);
	r->row = sc_text_into(r->columns, sizeof(r->columns) - 1);
	r->at = 0;
}

static void put(struct sc_report *r, sc_str visible, size_t width, bool right)
{
	sc_page_fit(&r->row, visible, width, right);
	r->at += width;
}

void sc_report_count(struct sc_report *r, uint64_t n, size_t width)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (n == 0)
		sc_text_put(&t, '-');
	else if (n != SC_NONE)
		sc_page_grouped(&t, n);
	put(r, sc_text_str(&t), width, true);
}

void sc_report_share(struct sc_report *r, uint64_t n, uint64_t of, size_t width)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_share(&t, n, of);
	put(r, sc_text_str(&t), width, true);
}

void sc_report_words(struct sc_report *r, const char *words, size_t width)
{
	put(r, sc_str_of(words), width, false);
}

void sc_report_wire(struct sc_report *r, sc_str s, size_t width)
{
	char buffer[2 * SC_TOP_KEY_OCTETS];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_visible(&t, s);
	put(r, sc_text_str(&t), width, false);
}

void sc_report_seconds(struct sc_report *r, sc_time duration, size_t width)
{
	sc_page_duration(&r->row, duration, width);
	r->at += width;
}

/* As short as it can be: the time where all are of one day, else without the year and the seconds. */
static sc_str short_time(struct sc_report *r, sc_time when, struct sc_text *t)
{
	if (when != SC_TIME_NONE)
		sc_page_time(&r->head.sheet.clock, t, when);
	sc_str s = sc_text_str(t); /* 2026-01-31 12:00:00 */
	return s.len != 19 ? s : r->one_day ? sc_str_from(s, 11) : sc_str_slice(s, 5, 11);
}

void sc_report_when(struct sc_report *r, sc_time when, size_t width)
{
	char buffer[40];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	put(r, short_time(r, when, &t), width, false);
}

void sc_report_rest_time(struct sc_report *r, sc_time when)
{
	char buffer[40];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_add(&r->head.sheet.text, short_time(r, when, &t));
}

void sc_report_rest(struct sc_report *r, const char *words)
{
	sc_text_adds(&r->head.sheet.text, words);
}

void sc_report_rest_wire(struct sc_report *r, sc_str s)
{
	sc_text_visible(&r->head.sheet.text, s);
}

void sc_report_end(struct sc_report *r)
{
	struct sc_text *text = &r->head.sheet.text;
	while (text->len && text->at[text->len - 1] == ' ')
		text->len--;
	size_t len = r->row.len;
	while (text->len == 0 && len && r->columns[len - 1] == ' ')
		len--;
	r->columns[len] = 0;
	sc_sheet_end(&r->head.sheet, r->columns, r->at);
}
