/* held.c - who writes a key log, writes late: a server's log is collected, copied, sent.  So what a connection said inside TLS
 * is kept for a while behind its end.
 *
 * Only what can be spared is used for that: while less than half of the memory for such things is free, those that wait
 * longest are given up, and say so (`not_waited`); sessions that are still open never make room for them.
 */
#include "engine/held.h"

#include "engine/mail.h"
#include "engine/secure.h"
#include "engine/sorting.h"

#define PATIENCE (60 * SC_SECOND)

void sc_held_end(struct sc_engine *e, struct sc_flow *flow, bool hurried)
{
	struct sc_mail *m = flow->session;
	sc_time when = e->when;
	e->seq = flow == e->flow ? e->seq : 0;
	e->when = flow->last;
	sc_secure_resume(m, hurried);
	sc_mail_close(e, m, m->how);
	e->when = when;
	sc_sorting_end(e, flow);
	sc_flow_move(&e->flows, flow, SC_FLOW_CLOSED, e->clock);
}

bool sc_held_take(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end how)
{
	struct sc_mail *m = flow->session;
	if (!m || !sc_secure_waits(m))
		return false;
	m->how = how;
	sc_tcp_clear(&flow->tcp, &e->env);
	sc_flow_move(&e->flows, flow, SC_FLOW_HELD, e->clock);
	while (sc_blocks_half_used(&e->store) && (flow = sc_flow_oldest(&e->flows, SC_FLOW_HELD)))
		sc_held_end(e, flow, true);
	return true;
}

struct sc_flow *sc_held_due(struct sc_engine *e, sc_time now, struct sc_flow *list)
{
	const struct sc_tls_keys *keys = e->tls.keys;
	struct sc_flow *flow = sc_flow_oldest(&e->flows, SC_FLOW_HELD);
	if (!flow)
		return list;
	bool news = e->keys_seen != sc_tls_keys_count(keys), over = !sc_tls_keys_expected(keys);
	e->keys_seen = sc_tls_keys_count(keys);
	for (; flow; flow = sc_flow_newer(&e->flows, flow)) {
		bool late = now - flow->listed > PATIENCE;
		if (!late && !over && !news)
			break;
		if (!late && !over && !sc_secure_ready(flow->session))
			continue;
		flow->due = list;
		list = flow;
	}
	return list;
}
