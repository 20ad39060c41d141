/* front.c - what every packet meets first, whatever engine follows its connection: headers, fragments, ports.
 *
 * It keeps nothing of connections, so one front serves any number of engines. */
#include "engine/shard.h"

#include "engine/ident.h"

#define DEFAULT_MEMORY (UINT64_C(512) << 20)
#define LEAST_MEMORY   (UINT64_C(8) << 20)

uint64_t sc_engine_memory(const struct sc_engine_config *config)
{
	uint64_t memory = config->memory ? config->memory : DEFAULT_MEMORY;
	return memory < LEAST_MEMORY ? LEAST_MEMORY : memory;
}

bool sc_front_open(struct sc_front *f, const struct sc_engine_config *config, struct sc_counters *counters)
{
	static const uint16_t usual[] = { 25, 465, 587, 2525 };
	const uint16_t *ports = config->ports ? config->ports : usual;
	size_t n = config->ports ? config->port_count : sizeof(usual) / sizeof(usual[0]);
	*f = (struct sc_front){ .counters = counters, .seed = config->seed, .any_port = config->any_port,
		.ignore_network = config->ignore_vlan };
	for (size_t i = 0; i < n; i++)
		f->ports[ports[i] >> 3] |= (uint8_t)(1u << (ports[i] & 7));
	return sc_defrag_open(&f->defrag, sc_engine_memory(config) / SC_FRONT_SHARE, config->seed, counters);
}

void sc_front_finish(struct sc_front *f)
{
	sc_defrag_finish(&f->defrag);
}

void sc_front_close(struct sc_front *f)
{
	sc_defrag_close(&f->defrag);
}

static void count_unread(struct sc_counters *c, enum sc_decode_status status)
{
	switch (status) {
	case SC_DECODE_TCP:
		break;
	case SC_DECODE_NOT_IP:
		c->packets_not_ip++;
		break;
	case SC_DECODE_NOT_TCP:
	case SC_DECODE_ICMP: /* what it says is for the connection that it quotes */
		c->packets_not_tcp++;
		break;
	case SC_DECODE_FRAGMENT: /* counted where it waits */
		break;
	case SC_DECODE_BROKEN:
		c->packets_broken++;
		break;
	case SC_DECODE_UNKNOWN_LINK:
		c->packets_unknown_link++;
		break;
	}
}

bool sc_front_read(struct sc_front *f, const struct sc_packet *pkt, struct sc_layers *l, struct sc_flow_ref *ref)
{
	struct sc_counters *c = f->counters;
	c->packets++;
	c->packets_truncated += pkt->bytes.len < pkt->wire_len;
	bool tcp = sc_defrag_decode(&f->defrag, pkt, false, l);
	if (!tcp)
		count_unread(c, l->status);
	if (!tcp && l->status != SC_DECODE_ICMP)
		return false;
	if (!sc_front_follows(f, l)) {
		c->packets_other_port += tcp;
		if (!tcp || !sc_ident_is(l))
			return false;
	}
	if (f->ignore_network)
		l->network = 0;
	*ref = sc_flow_ref(f->seed, l);
	return true;
}
