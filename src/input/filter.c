/* filter.c - compiles BPF expressions by libpcap; see filter.h.
 *
 * An expression is tried at once, before any packet is there, so that a slip of the pen is told before a long run.
 * Some are right only on certain link types ("type mgt" on 802.11), hence the list. */
#include "input/filter.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define SNAP_MOST 262144

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
	{ SC_LINK_LOOP,        DLT_LOOP,        "OpenBSD loopback" },
	{ SC_LINK_SLL,         DLT_LINUX_SLL,   "Linux cooked v1" },
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

sc_err sc_filter_open(struct sc_filter *f, const char *expression, struct sc_tell *tell)
{
	*f = (struct sc_filter){ .tell = tell };
	if (!expression || !*expression)
		return SC_OK;
	SC_TRY(check(expression, tell));
	f->expression = copy(expression);
	return f->expression ? SC_OK : SC_EFAILED;
}

static void note_name(struct sc_filter *f, uint16_t link)
{
	char name[100];
	describe(link, name, sizeof(name));
	size_t len = strlen(f->names);
	snprintf(f->names + len, sizeof(f->names) - len, "%s%s", len ? ", " : "", name);
}

static void prepare(struct sc_filter *f, struct sc_filter_link *l)
{
	char why[PCAP_ERRBUF_SIZE], name[100];
	note_name(f, l->link);
	if (!f->expression)
		return;
	l->compiled = compile(f->expression, dlt_of(l->link), &l->program, why);
	if (l->compiled)
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

bool sc_filter_pass(struct sc_filter *f, const struct sc_packet *pkt)
{
	if (!f->current || f->current->link != pkt->link)
		f->current = touch(f, pkt->link);
	if (!f->expression)
		return true;
	if (!f->current->compiled)
		return false;
	struct pcap_pkthdr head = { .caplen = (bpf_u_int32)pkt->bytes.len, .len = pkt->wire_len };
	return pcap_offline_filter(&f->current->program, &head, (const u_char *)pkt->bytes.at) != 0;
}

void sc_filter_close(struct sc_filter *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->links[i].compiled)
			pcap_freecode(&f->links[i].program);
	sc_memory_give(f->expression);
	*f = (struct sc_filter){ 0 };
}
