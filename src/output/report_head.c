/* report_head.c - opens, feeds and closes the counts of a report; see report_head.h. */
#include "output/report_head.h"

#include "base/text.h"
#include "output/page.h"
#include "output/report_parts.h"

const struct sc_report_title sc_report_titles[SC_REPORT_TITLES] = {
	{SC_REPORT_FAILURES, "failures", "Delivery failures"},
	{SC_REPORT_TRAFFIC, "traffic", "Mail traffic"},
	{SC_REPORT_SENDERS, "senders", "Suspicious senders"},
	{SC_REPORT_TLS, "tls", "TLS"},
};

const struct sc_report_title *sc_report_title(unsigned parts)
{
	const struct sc_report_title *t = sc_report_titles;
	while (parts && !(t->kind & parts))
		t++;
	return t;
}

sc_err sc_report_head_open(struct sc_report_head *h, const struct sc_output_config *config)
{
	h->parts = config->parts;
	h->source = config->source && *config->source ? config->source : NULL;
	SC_TRY(sc_failures_open(&h->m));
	h->m->asides = config->asides;
	h->m->aside_count = config->aside_count;
	return SC_OK;
}

void sc_report_head_write(void *self, const struct sc_event *ev)
{
	struct sc_report_head *h = self;
	sc_failures_add(h->m, ev);
}

void sc_report_head_close(struct sc_report_head *h)
{
	sc_failures_close(h->m);
	h->m = NULL;
}

void sc_report_secrecy(struct sc_text *t, const struct sc_failures *m)
{
	sc_page_grouped(t, m->secure.up);
	sc_text_adds(t, " of ");
	sc_page_grouped(t, m->sessions);
	sc_text_adds(t, m->sessions == 1 ? " session went on inside TLS; in " : " sessions went on inside TLS; in ");
	sc_page_grouped(t, m->secure.down);
	sc_text_adds(t, " it failed or was odd; mail for ");
	sc_page_grouped(t, m->secure.clear);
	sc_text_adds(t, m->secure.clear == 1 ? " recipient was accepted in clear." : " recipients was accepted in clear.");
}
