/* identify.c - the id of a session; see identify.h. */
#include "engine/identify.h"

#include "base/hash.h"

uint64_t sc_identify(const struct sc_ev_head *head, uint32_t base, sc_time first)
{
	struct {
		uint8_t client[16], server[16];
		uint16_t client_port, server_port;
		uint32_t isn;
		int64_t us;
	} id = { .client_port = head->client.port, .server_port = head->server.port, .isn = base, .us = first / SC_US };
	memcpy(id.client, head->client.ip.octets, sizeof(id.client));
	memcpy(id.server, head->server.ip.octets, sizeof(id.server));
	uint64_t hash = sc_hash(0, (sc_str){ (const char *)&id, sizeof(id) });
	return hash ? hash : 1;
}

struct sc_ev_head sc_identify_flow(const struct sc_flow *flow)
{
	struct sc_ev_head head = { .frames = { flow->id, flow->last_packet } };
	sc_flow_end(flow, SC_CLIENT, &head.client.ip, &head.client.port);
	sc_flow_end(flow, SC_SERVER, &head.server.ip, &head.server.port);
	head.session = sc_identify(&head, flow->tcp.side[SC_CLIENT].base, flow->first);
	return head;
}
