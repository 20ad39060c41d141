/* html.c - see html.h. */
#include "output/html.h"

#include "output/page.h"

void sc_html_put(struct sc_report_head *r, const char *ours)
{
	sc_buffer_adds(&r->sheet.out, ours);
}

/* Visible text, with what HTML gives a meaning escaped. */
void sc_html_escaped(struct sc_report_head *r, sc_str visible)
{
	static const struct { char c; const char *as; } marks[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
	};
	size_t from = 0;
	for (size_t i = 0; i < visible.len; i++) {
		const char *as = NULL;
		for (size_t k = 0; k < sizeof(marks) / sizeof(marks[0]); k++)
			as = visible.at[i] == marks[k].c ? marks[k].as : as;
		if (!as)
			continue;
		sc_buffer_add(&r->sheet.out, sc_str_slice(visible, from, i - from));
		sc_html_put(r, as);
		from = i + 1;
	}
	sc_buffer_add(&r->sheet.out, sc_str_from(visible, from));
}

/* Octets of anybody: no string of the model is longer than a piece; of a longer path the beginning is shown. */
void sc_html_wire(struct sc_report_head *r, sc_str s)
{
	enum { PIECE = 1024 };
	char buffer[6 * PIECE];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_visible(&t, sc_str_slice(s, 0, PIECE));
	sc_html_escaped(r, sc_text_str(&t));
}

void sc_html_number(struct sc_report_head *r, uint64_t n)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_grouped(&t, n);
	sc_buffer_add(&r->sheet.out, sc_text_str(&t));
}

void sc_html_time(struct sc_report_head *r, sc_time when)
{
	char buffer[40];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_time(&r->sheet.clock, &t, when);
	sc_buffer_add(&r->sheet.out, sc_text_str(&t));
}

void sc_html_share(struct sc_report_head *r, uint64_t n, uint64_t of)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_share(&t, n, of);
	sc_buffer_add(&r->sheet.out, sc_text_str(&t));
}
