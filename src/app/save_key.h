/* save_key.h - which packets and sessions belong together, for -w. */
#ifndef SC_APP_SAVE_KEY_H
#define SC_APP_SAVE_KEY_H

#include <string.h>

#include <smtpscope/event.h>

#include "net/flow.h"

#define SC_SAVE_LINGER (10 * SC_SECOND) /* late packets of a connection that is over still belong to it */

/* Addresses and ports alone: an event does not tell in which VLAN or tunnel its session is. */
static inline struct sc_flow_ref sc_save_key(const struct sc_layers *l)
{
	struct sc_layers plain = { .src = l->src, .dst = l->dst, .src_port = l->src_port, .dst_port = l->dst_port };
	return sc_flow_ref(0, &plain);
}

static inline struct sc_flow_ref sc_save_key_of(const struct sc_ev_head *head)
{
	struct sc_layers l = { .src = head->client.ip, .dst = head->server.ip, .src_port = head->client.port,
		.dst_port = head->server.port };
	return sc_flow_ref(0, &l);
}

static inline bool sc_save_same(const struct sc_flow_key *x, const struct sc_flow_key *y)
{
	return memcmp(x, y, sizeof(*x)) == 0;
}

#endif
