/* pcap_live.c - live capture on Linux, and wherever libpcap gives a descriptor that can be polled.
 *
 * libpcap maps a ring of the kernel (TPACKET_V3) and gets its packets in blocks, each handed over when it is full
 * or after TIMEOUT_MS, so results come within that time of the wire and not a packet costs a system call.  Handles
 * never block; the wait is here, over all of them.
 *
 * Interfaces have rings of their own and hand over blocks when they like: of the packets that are there the
 * earliest goes first, and none is waited for.  Packets of two interfaces may so come out of order by TIMEOUT_MS.
 *
 * The kernel keeps back only what the program would certainly not look at: whole TCP segments, in no tunnel, on
 * ports that are not for mail, or that fail the user's filter.  Such a refusal is right with and without VLAN
 * tags, which the network card may have taken off the packet; tunnels, fragments and labels pass, and are judged
 * above. */
#include "input/pcap_live.h"

#include <errno.h>
#ifdef __linux__
#include <linux/if_packet.h>
#endif
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "base/text.h"

#define TIMEOUT_MS   100    /* until the kernel hands over a block that is not full */
#define WAIT_MS      200
#define SNAP_ALL     262144 /* as tcpdump has it */
#define ASK_AGAIN    64     /* packets of busy interfaces until those that had none are asked again */
#define FRAME_OCTETS 1518   /* the longest Ethernet frame with a tag, without its check sequence */

struct handle {
	const char *name;
	pcap_t   *pcap;          /* NULL: it has failed */
	int       fd;
	uint16_t  link;
	sc_time   fraction_ns;   /* unit of the time stamps' second field */
	bool      dry;           /* had nothing when it was last asked */
	bool      waiting;       /* `packet` was not handed out yet */
	struct sc_packet packet;
	struct pcap_stat last;   /* counters of 32 bits that go around: */
	uint64_t  dropped, missed;
};

struct sc_live {
	struct sc_tell *tell;
	struct handle handles[SC_LIVE_MOST];
	size_t   count;
	unsigned since;          /* packets since dry handles were asked */
	bool     told_idle;
	uint64_t tagged, large;
};

bool sc_live_allowed(void)
{
#ifdef AF_PACKET
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno != EPERM && errno != EACCES;
	close(fd);
#endif
	return true;
}

static void tell_refusal(struct sc_tell *tell, const char *name, int status, const char *why)
{
	char where[80];
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		snprintf(where, sizeof(where), "cannot capture on %.48s", name);
		sc_tell(tell, SC_EINPUT, where, "operation not permitted");
		break;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		sc_tell(tell, SC_EINPUT, name, "no such interface; smtpscope -D lists them");
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		sc_tell(tell, SC_EINPUT, name, "the interface is down; ip link set %s up", name);
		break;
	default:
		sc_tell(tell, SC_EINPUT, name, "cannot capture: %s", *why ? why : pcap_statustostr(status));
		break;
	}
}

static void configure(pcap_t *p, const char *name, const struct sc_live_config *config)
{
	bool every = strcmp(name, "any") == 0; /* cannot be promiscuous */
	pcap_set_snaplen(p, config->snap ? (int)config->snap : SNAP_ALL);
	pcap_set_promisc(p, config->promiscuous && !every);
	pcap_set_timeout(p, TIMEOUT_MS);
	if (config->buffer_mb)
		pcap_set_buffer_size(p, (int)(config->buffer_mb << 20));
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO); /* where there is none, microseconds do */
}

static bool activate(struct handle *h, const struct sc_live_config *config, struct sc_tell *tell)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	h->pcap = pcap_create(h->name, why);
	if (!h->pcap) {
		tell_refusal(tell, h->name, PCAP_ERROR, why);
		return false;
	}
	configure(h->pcap, h->name, config);
	int status = pcap_activate(h->pcap);
	if (status < 0) {
		tell_refusal(tell, h->name, status, pcap_geterr(h->pcap));
		return false;
	}
	h->fd = pcap_get_selectable_fd(h->pcap);
	if (h->fd < 0 || pcap_setnonblock(h->pcap, 1, why) != 0) {
		tell_refusal(tell, h->name, PCAP_ERROR, h->fd < 0 ? "it cannot be waited for" : why);
		return false;
	}
	int dlt = pcap_datalink(h->pcap);
	h->link = dlt == DLT_RAW ? SC_LINK_RAW : (uint16_t)dlt; /* the others have one number here and in files */
	h->fraction_ns = pcap_get_tstamp_precision(h->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
	return true;
}

#ifdef PACKET_FANOUT_FLAG_UNIQUEID
/* The kernel's hash is the same for both directions of a connection (Linux 4.2); it has put IPv4 fragments together. */
static bool join(struct handle *h, int *group, struct sc_tell *tell)
{
	int kind = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
	int word = *group < 0 ? (kind | PACKET_FANOUT_FLAG_UNIQUEID) << 16 : *group | kind << 16;
	socklen_t size = sizeof(word);
	if (setsockopt(h->fd, SOL_PACKET, PACKET_FANOUT, &word, size) != 0 ||
		(*group < 0 && getsockopt(h->fd, SOL_PACKET, PACKET_FANOUT, &word, &size) != 0)) {
		sc_tell(tell, SC_EINPUT, h->name, "the kernel does not spread its packets (--fanout): %s; leave that out",
			strerror(errno));
		return false;
	}
	*group = word & 0xffff;
	return true;
}
#else
static bool join(struct handle *h, int *group, struct sc_tell *tell)
{
	(void)group;
	sc_tell(tell, SC_EINPUT, h->name, "this system has no --fanout; leave that out");
	return false;
}
#endif

static void add_ports(struct sc_text *t, const struct sc_live_config *config)
{
	sc_text_adds(t, "(");
	for (size_t i = 0; i < config->port_count; i++) {
		sc_text_adds(t, i ? " or tcp port " : "tcp port ");
		sc_text_number(t, config->ports[i]);
	}
	sc_text_adds(t, " or tcp port 113)"); /* servers ask there who their client is, and let it wait (RFC 1413) */
}

/* "Not plain TCP, or what is wanted of it".  "and" binds no closer than "or" here, hence the brackets; the user's
 * words come last, since "vlan" in them changes what follows. */
static bool compose(struct sc_text *t, const struct sc_live_config *config, const char *filter)
{
	bool words = filter && *filter;
	if (!words && !config->port_count)
		return false;
	sc_text_adds(t, "(not (ip[9] = 6 and ip[6:2] & 0x3fff = 0) and not ip6[6] = 6) or (");
	if (config->port_count)
		add_ports(t, config);
	if (words) {
		sc_text_adds(t, config->port_count ? " and (" : "(");
		sc_text_adds(t, filter);
		sc_text_adds(t, ")");
	}
	sc_text_adds(t, ")");
	return t->len < t->size; /* it fits */
}

/* Where it cannot be had the packets are judged above, all of them. */
static void spare(struct handle *h, const struct sc_live_config *config, const char *filter)
{
	char buf[16384];
	struct sc_text t = sc_text_into(buf, sizeof(buf) - 1);
	struct bpf_program program;
	if (!compose(&t, config, filter))
		return;
	buf[t.len] = '\0';
	if (pcap_compile(h->pcap, &program, buf, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return;
	pcap_setfilter(h->pcap, &program);
	pcap_freecode(&program);
}

sc_err sc_live_open(struct sc_live **out, const struct sc_live_config *config, const char *filter,
	struct sc_tell *tell)
{
	SC_ASSERT(out && config && config->interface_count > 0);
	if (config->interface_count > SC_LIVE_MOST) {
		sc_tell(tell, SC_EINPUT, "-i", "more than %d interfaces; use any", SC_LIVE_MOST);
		return SC_EINPUT;
	}
	struct sc_live *l = sc_memory_take(sizeof(*l));
	if (!l)
		return SC_EFAILED;
	l->tell = tell;
	for (; l->count < config->interface_count; l->count++) {
		struct handle *h = &l->handles[l->count];
		h->name = config->interfaces[l->count];
		if (!activate(h, config, tell)) {
			l->count++; /* it may be half open */
			sc_live_close(l);
			return SC_EINPUT;
		}
		spare(h, config, filter);
		if (config->fan && !join(h, &config->fan[l->count], tell)) {
			l->count++;
			sc_live_close(l);
			return SC_EINPUT;
		}
	}
	*out = l;
	return SC_OK;
}

static void count_drops(struct handle *h)
{
	struct pcap_stat now = { 0 };
	if (!h->pcap || pcap_stats(h->pcap, &now) != 0)
		return;
	h->dropped += now.ps_drop - h->last.ps_drop;
	h->missed += now.ps_ifdrop - h->last.ps_ifdrop;
	h->last = now;
}

static void fail(struct sc_live *l, struct handle *h)
{
	sc_tell(l->tell, SC_EFAILED, h->name, "capture ended: %s; what was seen before is told",
		pcap_geterr(h->pcap));
	count_drops(h);
	pcap_close(h->pcap);
	h->pcap = NULL;
}

static void look_at(struct sc_live *l, const struct sc_packet *pkt)
{
	enum { VLAN = 0x8100, QINQ = 0x88a8 };
	l->large += pkt->wire_len > FRAME_OCTETS;
	if (pkt->link != SC_LINK_ETHERNET || pkt->bytes.len < 14)
		return;
	uint16_t type = sc_load_be16(pkt->bytes.at + 12);
	l->tagged += type == VLAN || type == QINQ;
}

static void ask(struct sc_live *l, struct handle *h)
{
	struct pcap_pkthdr *head;
	const u_char *octets;
	int got = pcap_next_ex(h->pcap, &head, &octets);
	h->dry = got == 0;
	h->waiting = got == 1;
	if (got < 0)
		fail(l, h);
	if (got != 1)
		return;
	h->packet = (struct sc_packet){
		.when = (sc_time)head->ts.tv_sec * SC_SECOND + (sc_time)head->ts.tv_usec * h->fraction_ns,
		.wire_len = head->len > head->caplen ? head->len : head->caplen,
		.link = h->link,
		.bytes = { (const char *)octets, head->caplen },
	};
	look_at(l, &h->packet);
}

/* The earliest of the packets that are there. */
static struct handle *earliest(struct sc_live *l)
{
	struct handle *best = NULL;
	bool all = ++l->since >= ASK_AGAIN;
	for (size_t i = 0; i < l->count; i++) {
		struct handle *h = &l->handles[i];
		if (h->pcap && !h->waiting && (all || !h->dry))
			ask(l, h);
		if (h->waiting && (!best || h->packet.when < best->packet.when))
			best = h;
	}
	l->since = all ? 0 : l->since;
	return best;
}

/* False: nobody is left to wait for. */
static bool wait_for_packets(struct sc_live *l, int ms)
{
	struct pollfd polled[SC_LIVE_MOST];
	nfds_t count = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct handle *h = &l->handles[i];
		h->dry = false;
		if (h->pcap)
			polled[count++] = (struct pollfd){ .fd = h->fd, .events = POLLIN };
	}
	if (count && ms)
		poll(polled, count, ms); /* whatever it says, the handles are asked */
	return count > 0;
}

enum sc_source_got sc_live_next(struct sc_live *l, struct sc_packet *pkt)
{
	struct handle *h = earliest(l);
	if (!h) {
		if (!wait_for_packets(l, l->told_idle ? WAIT_MS : 0))
			return SC_SOURCE_END;
		h = l->told_idle ? earliest(l) : NULL;
	}
	l->told_idle = !h;
	if (!h)
		return SC_SOURCE_IDLE;
	h->waiting = false;
	*pkt = h->packet;
	return SC_SOURCE_PACKET;
}

void sc_live_facts(struct sc_live *l, struct sc_live_facts *facts)
{
	*facts = (struct sc_live_facts){ .tagged = l->tagged, .large = l->large };
	for (size_t i = 0; i < l->count; i++) {
		count_drops(&l->handles[i]);
		facts->dropped += l->handles[i].dropped;
		facts->missed += l->handles[i].missed;
	}
}

void sc_live_close(struct sc_live *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++)
		if (l->handles[i].pcap)
			pcap_close(l->handles[i].pcap);
	sc_memory_give(l);
}
