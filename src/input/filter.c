/* filter.c - compiles BPF expressions by libpcap, and widens them; see filter.h.
 *
 * An expression is tried at once, before any packet is there, so that a slip of the pen is told before a long run.
 * Some are right only on certain link types ("type mgt" on 802.11), hence the list.
 *
 * libpcap's words look at fixed places: "port 25" sees no packet with a VLAN tag, with a label, with an extension
 * header, in a tunnel.  Who looks for mail means those too.  So a packet that the expression refuses is asked for
 * a second time as what it carries: its innermost IP and TCP headers, written anew as raw IP without what stood
 * between, for the same expression compiled for raw IP; and as it is by "vlan and (...)", which moves all words
 * behind a tag, those for Ethernet addresses too.
 *
 * Of a datagram in fragments the first one has the ports, and decides: without it the datagram is never whole, so
 * the later ones pass. */
#include "input/filter.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define SNAP_MOST    262144
#define NESTED       4   /* fragments in fragments */
#define LITTLE       256 /* octets of a first fragment that need not hold all headers */
#define INNER_OCTETS 256 /* of a packet that is written anew; headers and where payload begins */

static const struct link_name {
	uint16_t link, dlt; /* as files number it, as libpcap does */
	const char *name;
} names[] = {
	{ SC_LINK_NULL,        DLT_NULL,        "BSD loopback" },
	{ SC_LINK_ETHERNET,    DLT_EN10MB,      "Ethernet" },
	{ SC_LINK_PPP,         DLT_PPP,         "PPP" },
	{ SC_LINK_PPP_HDLC,    DLT_PPP_SERIAL,  "PPP over HDLC" },
	{ SC_LINK_PPPOE,       DLT_PPP_ETHER,   "PPPoE" },
	{ SC_LINK_RAW_BSD,     DLT_RAW,         "raw IP" },
	{ SC_LINK_RAW_OPENBSD, DLT_RAW,         "raw IP" },
	{ SC_LINK_RAW,         DLT_RAW,         "raw IP" },
	{ SC_LINK_CISCO_HDLC,  DLT_C_HDLC,      "Cisco HDLC" },
	{ SC_LINK_WIFI,        DLT_IEEE802_11,  "802.11" },
	{ SC_LINK_LOOP,        DLT_LOOP,        "OpenBSD loopback" },
	{ SC_LINK_ENC,         DLT_ENC,         "IPsec of a BSD" },
	{ SC_LINK_SLL,         DLT_LINUX_SLL,   "Linux cooked v1" },
	{ SC_LINK_PFLOG,       DLT_PFLOG,       "packet filter log of a BSD" },
	{ SC_LINK_RADIOTAP,    DLT_IEEE802_11_RADIO, "802.11 with radiotap" },
	{ SC_LINK_PPI,         DLT_PPI,         "per-packet information" },
	{ SC_LINK_MPLS,        DLT_MPLS,        "MPLS" },
	{ SC_LINK_IPV4,        DLT_IPV4,        "raw IPv4" },
	{ SC_LINK_IPV6,        DLT_IPV6,        "raw IPv6" },
	{ SC_LINK_SLL2,        DLT_LINUX_SLL2,  "Linux cooked v2" },
};

static const struct link_name *find_name(uint16_t link)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].link == link)
			return &names[i];
	return NULL;
}

static int dlt_of(uint16_t link)
{
	const struct link_name *known = find_name(link);
	return known ? known->dlt : link;
}

static void describe(uint16_t link, char *out, size_t size)
{
	const struct link_name *known = find_name(link);
	const char *name = known ? known->name : pcap_datalink_val_to_description(link);
	if (name)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "link type %u", link);
}

/* On failure `why` has libpcap's reason. */
static bool compile(const char *expression, int dlt, struct bpf_program *program, char why[PCAP_ERRBUF_SIZE])
{
	pcap_t *dead = pcap_open_dead(dlt, SNAP_MOST);
	if (!dead) {
		snprintf(why, PCAP_ERRBUF_SIZE, "no memory");
		return false;
	}
	bool fine = pcap_compile(dead, program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!fine)
		snprintf(why, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(dead));
	pcap_close(dead);
	return fine;
}

static sc_err check(const char *expression, struct sc_tell *tell)
{
	static const int tried[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_PPP_ETHER,
		DLT_IEEE802_11_RADIO };
	char first[PCAP_ERRBUF_SIZE], later[PCAP_ERRBUF_SIZE];
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		struct bpf_program program;
		if (compile(expression, tried[i], &program, i == 0 ? first : later)) {
			pcap_freecode(&program);
			return SC_OK;
		}
	}
	sc_tell(tell, SC_EUSAGE, "filter", "\"%.200s\": %s; see pcap-filter(7)", expression, first);
	return SC_EUSAGE;
}

static char *copy(const char *text)
{
	size_t octets = strlen(text) + 1;
	char *mine = sc_memory_take(octets);
	return mine ? memcpy(mine, text, octets) : NULL;
}

sc_err sc_filter_open(struct sc_filter *f, const char *expression, bool exact, struct sc_tell *tell)
{
	char why[PCAP_ERRBUF_SIZE];
	*f = (struct sc_filter){ .tell = tell, .exact = exact };
	if (!expression || !*expression)
		return SC_OK;
	SC_TRY(check(expression, tell));
	f->expression = copy(expression);
	f->widened = f->expression && !exact && compile(expression, DLT_RAW, &f->inner, why);
	return f->expression ? SC_OK : SC_EFAILED;
}

static void note_name(struct sc_filter *f, uint16_t link)
{
	char name[100];
	describe(link, name, sizeof(name));
	size_t len = strlen(f->names);
	snprintf(f->names + len, sizeof(f->names) - len, "%s%s", len ? ", " : "", name);
}

/* "vlan" moves everything behind it by a tag, so each number of tags is a program of its own. */
static void prepare_behind(struct sc_filter *f, struct sc_filter_link *l)
{
	char why[PCAP_ERRBUF_SIZE];
	size_t octets = strlen(f->expression) + 32;
	char *words = sc_memory_take(octets);
	while (words && l->behind_count < SC_FILTER_TAGS) {
		snprintf(words, octets, "%svlan and (%s)", l->behind_count ? "vlan and " : "", f->expression);
		if (!compile(words, dlt_of(l->link), &l->behind[l->behind_count], why))
			break;
		l->behind_count++;
	}
	sc_memory_give(words);
}

/* Packets of this link type are looked into, so there may be an inner one to ask for. */
static bool is_read(uint16_t link)
{
	struct sc_layers l;
	(void)sc_decode(&(struct sc_packet){ .link = link }, false, &l);
	return l.status != SC_DECODE_UNKNOWN_LINK;
}

static void prepare(struct sc_filter *f, struct sc_filter_link *l)
{
	char why[PCAP_ERRBUF_SIZE], name[100];
	note_name(f, l->link);
	if (!f->expression)
		return;
	l->compiled = compile(f->expression, dlt_of(l->link), &l->program, why);
	if (l->compiled && !f->exact)
		prepare_behind(f, l);
	if (l->compiled || (f->widened && is_read(l->link)))
		return;
	describe(l->link, name, sizeof(name));
	sc_tell(f->tell, SC_OK, "filter", "cannot be used on %s: %s; those packets are left out", name, why);
}

/* No real capture has more than a few link types.  A made-up one shares the last place, with no filter of its
 * own. */
static struct sc_filter_link *touch(struct sc_filter *f, uint16_t link)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->links[i].link == link)
			return &f->links[i];
	bool last = f->count >= SC_FILTER_LINKS - 1;
	struct sc_filter_link *l = &f->links[last ? SC_FILTER_LINKS - 1 : f->count++];
	l->link = link;
	if (!last)
		prepare(f, l);
	return l;
}

static bool takes(const struct bpf_program *program, sc_str bytes, size_t wire)
{
	struct pcap_pkthdr head = { .caplen = (bpf_u_int32)bytes.len, .len = (bpf_u_int32)wire };
	return pcap_offline_filter(program, &head, (const u_char *)bytes.at) != 0;
}

static uint8_t *put16(uint8_t *to, size_t n)
{
	to[0] = (uint8_t)(n >> 8);
	to[1] = (uint8_t)n;
	return to + 2;
}

static uint8_t *put32(uint8_t *to, uint32_t n)
{
	return put16(put16(to, n >> 16), n & 0xffff);
}

/* An IP header before `octets`; the addresses are those of the packet. */
static uint8_t *put_ip(uint8_t *to, const struct sc_layers *l, size_t octets)
{
	bool v4 = l->src.version == 4;
	size_t address = v4 ? 4 : 16, total = v4 ? octets + 20 : octets;
	total = total > 65535 ? 65535 : total;
	memset(to, 0, v4 ? 12 : 8);
	to[0] = v4 ? 0x45 : 0x60;
	put16(to + (v4 ? 2 : 4), total);
	to[v4 ? 9 : 6] = 6; /* TCP */
	to[v4 ? 8 : 7] = l->ttl;
	to += v4 ? 12 : 8;
	memcpy(to, l->src.octets, address);
	memcpy(to + address, l->dst.octets, address);
	return to + 2 * address;
}

/* The TCP header and where its payload begins, as if nothing but IP stood before it. */
static sc_str write_inner(uint8_t *at, const struct sc_layers *l, size_t *wire)
{
	size_t header = 20 + l->options.len;
	uint8_t *to = put_ip(at, l, header + l->wire_payload);
	*wire = (size_t)(to - at) + header + l->wire_payload;
	to = put16(put16(to, l->src_port), l->dst_port);
	to = put32(put32(to, l->seq), l->ack);
	*to++ = (uint8_t)(header / 4 << 4);
	*to++ = l->flags;
	to = put16(to, l->window);
	to = put16(put16(to, 0), l->urgent);
	if (l->options.len)
		memcpy(to, l->options.at, l->options.len);
	to += l->options.len;
	sc_str payload = sc_str_slice(l->payload, 0, INNER_OCTETS - (size_t)(to - at));
	if (payload.len)
		memcpy(to, payload.at, payload.len);
	return (sc_str){ (const char *)at, (size_t)(to - at) + payload.len };
}

static bool takes_behind_tags(const struct sc_filter_link *l, const struct sc_packet *pkt)
{
	for (size_t i = 0; i < l->behind_count; i++)
		if (takes(&l->behind[i], pkt->bytes, pkt->wire_len))
			return true;
	return false;
}

/* The first fragment of a datagram is read as if it were all.  Of a packet in which nothing stands between link,
 * IP and TCP all was seen already. */
static bool takes_widened(const struct sc_filter *f, const struct sc_packet *pkt)
{
	uint8_t packet[INNER_OCTETS];
	struct sc_layers l;
	size_t wire;
	bool tcp = sc_decode(pkt, false, &l), plain = l.layers == 0;
	for (int i = 0; l.status == SC_DECODE_FRAGMENT; i++) {
		bool little = l.payload.len < LITTLE;
		if (l.fragment.offset || i == NESTED)
			return true;
		plain = false;
		tcp = sc_decode_whole(l.payload, l.wire_payload, false, &l);
		if (little && !tcp && l.status != SC_DECODE_FRAGMENT) /* the headers may go on in the next */
			return true;
	}
	if (plain && f->current->compiled)
		return false;
	if (takes_behind_tags(f->current, pkt))
		return true;
	if (!tcp || !f->widened)
		return false;
	sc_str inner = write_inner(packet, &l, &wire);
	return takes(&f->inner, inner, wire);
}

bool sc_filter_pass(struct sc_filter *f, const struct sc_packet *pkt)
{
	if (!f->current || f->current->link != pkt->link)
		f->current = touch(f, pkt->link);
	if (!f->expression)
		return true;
	if (f->current->compiled && takes(&f->current->program, pkt->bytes, pkt->wire_len))
		return true;
	return !f->exact && takes_widened(f, pkt);
}

void sc_filter_close(struct sc_filter *f)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->links[i].compiled)
			pcap_freecode(&f->links[i].program);
		for (size_t j = 0; j < f->links[i].behind_count; j++)
			pcap_freecode(&f->links[i].behind[j]);
	}
	if (f->widened)
		pcap_freecode(&f->inner);
	sc_memory_give(f->expression);
	*f = (struct sc_filter){ 0 };
}
