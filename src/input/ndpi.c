/* ndpi.c - asks nDPI, versions 4.2 to 6, about the first octets of connections; see docs/decisions.
 *
 * nDPI wants packets.  It gets made-up ones, with the octets in the order in which net/tcp gives them and with addresses
 * that no two connections share: so neither losses and repetitions nor what it remembers of other connections reach its
 * judgement, and the same octets give the same answer whichever worker asks.  An answer counts when nDPI has read it in the
 * octets; what it only guesses from ports or addresses is nothing.
 *
 * Each connection has a place of its own here, which nDPI fills further from the heap, bounded by the octets it is shown.
 * Nothing is ever read from its fields but the protocol and the risks: others hold passwords.
 */
#include "input/ndpi.h"

#ifndef WITH_NDPI

const struct sc_adviser_class *sc_ndpi_class(void)
{
	return NULL;
}

#else

#include <ndpi_api.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/pool.h"
#include "base/str.h"

#define VERSION (NDPI_MAJOR * 100 + NDPI_MINOR)

#define PACKETS_MOST 8u    /* shown of a connection */
#define OCTETS_MOST  8192u /* and their payload: a certificate with its chain is about half of it */
#define PAYLOAD_MOST 1400u
#define HEADERS      40u

struct adviser {
	struct ndpi_detection_module_struct *module;
	struct sc_pool places;
	uint8_t packet[HEADERS + PAYLOAD_MOST];
};

struct place {
	struct ndpi_flow_struct flow; /* first: nDPI finds its own by it */
	uint32_t client_ip, server_ip, seq[2];
	uint16_t port[2];
	uint32_t packets, octets;
	bool     mail, named;
};

/* ---- what differs between versions ---- */

static struct ndpi_detection_module_struct *open_module(void)
{
#if VERSION >= 600
	return ndpi_init_detection_module(NULL, NDPI_LICENSE_NOT_FOR_PROFIT_LGPL);
#elif VERSION >= 410
	return ndpi_init_detection_module(NULL);
#else
	return ndpi_init_detection_module(ndpi_dont_load_tor_hosts | ndpi_dont_init_libgcrypt);
#endif
}

static bool start_module(struct ndpi_detection_module_struct *module)
{
#if VERSION < 500
	NDPI_PROTOCOL_BITMASK all;
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(module, &all);
#endif
#if VERSION >= 410
	return ndpi_finalize_initialization(module) == 0;
#else
	ndpi_finalize_initialization(module);
	return true;
#endif
}

static ndpi_protocol show(struct adviser *a, struct place *p, size_t len, uint64_t when_ms)
{
#if VERSION >= 406
	return ndpi_detection_process_packet(a->module, &p->flow, a->packet, (unsigned short)len, when_ms, NULL);
#else
	return ndpi_detection_process_packet(a->module, &p->flow, a->packet, (unsigned short)len, when_ms);
#endif
}

static uint16_t protocol_of(const ndpi_protocol *r)
{
#if VERSION >= 412
	return r->proto.master_protocol ? r->proto.master_protocol : r->proto.app_protocol;
#else
	return r->master_protocol ? r->master_protocol : r->app_protocol;
#endif
}

static bool wants_more(struct adviser *a, struct place *p, const ndpi_protocol *r)
{
#if VERSION >= 500
	(void)a;
	return r->state != NDPI_STATE_CLASSIFIED || p->flow.extra_packets_func;
#else
	return protocol_of(r) == NDPI_PROTOCOL_UNKNOWN || ndpi_extra_dissection_possible(a->module, &p->flow);
#endif
}

/* ---- risks ---- */

/* Those that say something about a mail connection.  Left out: no HTTPS inside, no server name and an unusual port, which are
 * nothing in mail; a long validity, which is usual there. */
#define RISK_ROWS(ROW)                                                          \
	ROW(CLEAR_TEXT_CREDENTIALS, "clear_text_credentials")                   \
	ROW(TLS_SELFSIGNED_CERTIFICATE, "tls_selfsigned_certificate")           \
	ROW(TLS_OBSOLETE_VERSION, "tls_obsolete_version")                       \
	ROW(TLS_WEAK_CIPHER, "tls_weak_cipher")                                 \
	ROW(TLS_CERTIFICATE_EXPIRED, "tls_certificate_expired")                 \
	ROW(TLS_CERTIFICATE_ABOUT_TO_EXPIRE, "tls_certificate_about_to_expire") \
	ROW(TLS_CERTIFICATE_MISMATCH, "tls_certificate_mismatch")               \
	ROW(TLS_SUSPICIOUS_EXTENSION, "tls_suspicious_extension")               \
	ROW(TLS_FATAL_ALERT, "tls_fatal_alert")                                 \
	ROW(POSSIBLE_EXPLOIT, "possible_exploit")

#define NUMBER(risk, name) NDPI_##risk,
#define NAME(risk, name)   name,
static const uint8_t risks[] = { RISK_ROWS(NUMBER) };
static const char *const risk_names[] = { RISK_ROWS(NAME) NULL };

static uint32_t risks_of(const struct place *p)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < sizeof(risks); i++)
		bits |= (uint32_t)(p->flow.risk >> risks[i] & 1u) << i;
	return bits;
}

/* ---- packets ---- */

static void put16(uint8_t *to, uint32_t n)
{
	to[0] = (uint8_t)(n >> 8);
	to[1] = (uint8_t)n;
}

static void put32(uint8_t *to, uint32_t n)
{
	put16(to, n >> 16);
	put16(to + 2, n);
}

/* An IPv4 packet with a segment of TCP (RFC 791, RFC 9293); nDPI looks at no checksum. */
static size_t make_packet(struct adviser *a, const struct place *p, bool from_server, sc_str payload)
{
	uint8_t *ip = a->packet, *tcp = a->packet + 20;
	memset(a->packet, 0, HEADERS);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)(HEADERS + payload.len));
	ip[6] = 0x40; /* not to be fragmented */
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, from_server ? p->server_ip : p->client_ip);
	put32(ip + 16, from_server ? p->client_ip : p->server_ip);
	put16(tcp, p->port[from_server]);
	put16(tcp + 2, p->port[!from_server]);
	put32(tcp + 4, p->seq[from_server]);
	put32(tcp + 8, p->seq[!from_server]);
	tcp[12] = 0x50;
	tcp[13] = 0x18; /* PSH, ACK */
	put16(tcp + 14, 65535);
	memcpy(tcp + 20, payload.at, payload.len);
	return HEADERS + payload.len;
}

/* ---- the class ---- */

static void ndpi_close(void *self)
{
	struct adviser *a = self;
	if (!a)
		return;
	if (a->module)
		ndpi_exit_detection_module(a->module);
	sc_pool_close(&a->places);
	sc_memory_give(a);
}

static void *ndpi_open(uint64_t memory)
{
	uint64_t count = memory / (sizeof(struct place) + 2 * OCTETS_MOST);
	struct adviser *a = sc_memory_take(sizeof(*a));
	if (!a)
		return NULL;
	a->module = open_module();
	if (!a->module || !start_module(a->module) ||
		!sc_pool_open(&a->places, sizeof(struct place), count < 16 ? 16 : count < 1u << 20 ? (uint32_t)count : 1u << 20)) {
		ndpi_close(a);
		return NULL;
	}
	return a;
}

static void *ndpi_begin(void *self, uint64_t number, uint16_t client_port, uint16_t server_port)
{
	struct adviser *a = self;
	struct place *p = sc_pool_take(&a->places);
	if (!p)
		return NULL;
	const uint32_t net = UINT32_C(10) << 24, half = UINT32_C(1) << 23;
	p->client_ip = net | (uint32_t)(number & (half - 1));
	p->server_ip = net | half | (uint32_t)(number >> 23 & (half - 1));
	p->port[false] = client_port;
	p->port[true] = server_port;
	p->seq[false] = p->seq[true] = 1;
	return p;
}

static struct sc_advice judge(struct adviser *a, struct place *p, const ndpi_protocol *r)
{
	uint16_t id = protocol_of(r);
	bool read = id != NDPI_PROTOCOL_UNKNOWN && p->flow.confidence == NDPI_CONFIDENCE_DPI;
	bool mail = id == NDPI_PROTOCOL_MAIL_SMTP || id == NDPI_PROTOCOL_MAIL_SMTPS;
	return (struct sc_advice){ .protocol = read ? ndpi_get_proto_name(a->module, id) : NULL, .mail = read && mail,
		.risks = risks_of(p), .done = !wants_more(a, p, r) };
}

static struct sc_advice ndpi_hear(void *self, void *connection, bool from_server, sc_str octets, sc_time when)
{
	struct adviser *a = self;
	struct place *p = connection;
	struct sc_advice advice = { .done = true };
	while (octets.len && p->packets < PACKETS_MOST && p->octets < OCTETS_MOST) {
		sc_str part = sc_str_slice(octets, 0, PAYLOAD_MOST);
		ndpi_protocol r = show(a, p, make_packet(a, p, from_server, part), (uint64_t)(when > 0 ? when / SC_MS : 0));
		p->packets++;
		p->octets += (uint32_t)part.len;
		p->seq[from_server] += (uint32_t)part.len;
		octets = sc_str_from(octets, part.len);
		advice = judge(a, p, &r);
		if (advice.done)
			return advice;
	}
	advice.done = p->packets >= PACKETS_MOST || p->octets >= OCTETS_MOST;
	return advice;
}

/* Wiped, for it may have read a password. */
static void ndpi_end(void *self, void *connection)
{
	struct adviser *a = self;
	struct place *p = connection;
	ndpi_free_flow_data(&p->flow);
	explicit_bzero(p, sizeof(*p));
	sc_pool_give(&a->places, p);
}

static const char *ndpi_version(void)
{
	return ndpi_revision();
}

const struct sc_adviser_class *sc_ndpi_class(void)
{
	static const struct sc_adviser_class class = { .name = "nDPI", .version = ndpi_version, .risks = risk_names,
		.open = ndpi_open, .close = ndpi_close, .begin = ndpi_begin, .hear = ndpi_hear, .end = ndpi_end };
	return &class;
}

#endif
