/* bounces.c - keeps what messages reported of other mail; see bounces.h.
 *
 * Everything a report says was written by somebody and may be a lie: it is told as what was reported, and is in no
 * count of deliveries.  The diagnostic text of an SMTP server gets its cause as if the server had spoken here. */
#include "model/bounces.h"

#include "explain/diagnostic.h"

static uint16_t copy(char *to, size_t size, sc_str s)
{
	s = sc_str_slice(s, 0, size);
	if (s.len)
		memcpy(to, s.at, s.len);
	return (uint16_t)s.len;
}

static sc_str action_of(const struct sc_ev_message *m, const struct sc_ev_reported *r)
{
	if (r && r->action.len)
		return r->action;
	if (m->report.feedback_type.len)
		return m->report.feedback_type;
	return sc_str_of(m->report.type);
}

static void fill(struct sc_bounce *b, const struct sc_event *ev, const struct sc_ev_reported *r)
{
	const struct sc_ev_message *m = ev->body;
	sc_str action = action_of(m, r);
	*b = (struct sc_bounce){ .when = ev->when, .session = ev->head ? ev->head->session : 0 };
	b->action_len = copy(b->action, sizeof(b->action), action);
	if (!r)
		return;
	b->status = r->status;
	b->rcpt_len = copy(b->rcpt, sizeof(b->rcpt),
			   r->final_recipient.len ? r->final_recipient : r->original_recipient);
	b->text_len = copy(b->text, sizeof(b->text), sc_diagnostic_read(r->diagnostic_code).text);
	b->cause = sc_diagnostic_reason(action, r->status, r->diagnostic_code).cause;
}

void sc_bounces_add(struct sc_bounces *b, const struct sc_event *ev, void (*take)(void *ctx, const struct sc_bounce *),
		    void *ctx)
{
	const struct sc_ev_message *m = ev->body;
	const struct sc_ev_reported *reported = m->reported.items;
	if (!m->report.type)
		return;
	b->messages++;
	for (uint32_t i = 0; i < m->reported.count || (i == 0 && m->reported.count == 0); i++) {
		struct sc_bounce *bounce = &b->newest[b->recipients++ % SC_BOUNCES_KEPT];
		fill(bounce, ev, m->reported.count ? &reported[i] : NULL);
		if (take)
			take(ctx, bounce);
	}
}

const struct sc_bounce *sc_bounces_newest(const struct sc_bounces *b, size_t n)
{
	if (n >= b->recipients || n >= SC_BOUNCES_KEPT)
		return NULL;
	return &b->newest[(b->recipients - 1 - n) % SC_BOUNCES_KEPT];
}
