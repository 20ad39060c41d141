/* report_head.c - opens, feeds and closes the counts of a report; see report_head.h. */
#include "output/report_head.h"

sc_err sc_report_head_open(struct sc_report_head *h, const struct sc_output_config *config)
{
	h->parts = config->parts;
	h->source = config->source && *config->source ? config->source : NULL;
	return sc_failures_open(&h->m);
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
