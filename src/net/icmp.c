/* icmp.c - ICMP errors that quote a TCP packet; see icmp.h.
 *
 * Anybody can send such a message, and what it quotes is its own claim: who reads it has to ask whether the connection had
 * such a packet on its way (RFC 5927 4).  Read are the messages that end or delay a connection; a quotation holds the IP
 * header and at least eight octets behind it (RFC 792, 1812 4.3.2.3; RFC 4443 3).
 */
#include "net/icmp.h"

enum icmp4 { UNREACHABLE4 = 3, TIME4 = 11, PARAMETER4 = 12 };
enum icmp6 { UNREACHABLE6 = 1, BIG6 = 2, TIME6 = 3, PARAMETER6 = 4 };

#define TOO_BIG4 4 /* code of UNREACHABLE4: fragmentation needed and DF set (RFC 1191 4) */

/* Codes of "unreachable" by which a filter says no (RFC 1812 5.2.7.1; RFC 4443 3.1). */
static bool is_forbidden(uint8_t version, uint8_t code)
{
	return version == 4 ? code == 9 || code == 10 || code == 13 : code == 1 || code == 5 || code == 6;
}

static bool read_quoted4(struct sc_walk *w)
{
	struct sc_layers *l = w->l;
	const char *h = sc_walk_take(w, 20);
	if (!h || (uint8_t)h[0] >> 4 != 4 || h[9] != SC_IP_TCP || sc_load_be16(h + 6) & 0x1fff)
		return false;
	size_t header = (h[0] & 15) * 4u;
	memcpy(l->src.octets, h + 12, 4);
	memcpy(l->dst.octets, h + 16, 4);
	return header >= 20 && (header == 20 || sc_walk_take(w, header - 20));
}

static bool read_quoted6(struct sc_walk *w)
{
	struct sc_layers *l = w->l;
	const char *h = sc_walk_take(w, 40);
	if (!h || (uint8_t)h[0] >> 4 != 6 || h[6] != SC_IP_TCP)
		return false;
	memcpy(l->src.octets, h + 8, 16);
	memcpy(l->dst.octets, h + 24, 16);
	return true;
}

/* Whether a connection can suffer from it. */
static bool tells(uint8_t version, const struct sc_icmp *icmp)
{
	if (version == 4)
		return icmp->type == UNREACHABLE4 || icmp->type == TIME4 || icmp->type == PARAMETER4;
	return icmp->type >= UNREACHABLE6 && icmp->type <= PARAMETER6;
}

enum sc_decode_status sc_icmp_read(struct sc_walk *w)
{
	struct sc_layers *l = w->l;
	uint8_t version = l->src.version;
	struct sc_icmp icmp = { .from = l->src };
	const char *h = sc_walk_take(w, 8);
	if (!h)
		return SC_DECODE_BROKEN;
	icmp.type = (uint8_t)h[0];
	icmp.code = (uint8_t)h[1];
	if (!tells(version, &icmp))
		return SC_DECODE_NOT_TCP;
	bool unreachable = icmp.type == (version == 4 ? UNREACHABLE4 : UNREACHABLE6);
	icmp.too_big = version == 4 ? unreachable && icmp.code == TOO_BIG4 : icmp.type == BIG6;
	icmp.forbidden = unreachable && is_forbidden(version, icmp.code);
	icmp.unreachable = unreachable && !icmp.too_big;
	icmp.mtu = !icmp.too_big ? 0 : version == 4 ? sc_load_be16(h + 6) : sc_load_be32(h + 4);
	if (!(version == 4 ? read_quoted4(w) : read_quoted6(w)))
		return SC_DECODE_NOT_TCP;
	h = sc_walk_take(w, 8);
	if (!h)
		return SC_DECODE_NOT_TCP;
	l->src_port = sc_load_be16(h);
	l->dst_port = sc_load_be16(h + 2);
	l->seq = sc_load_be32(h + 4);
	l->icmp = icmp;
	return SC_DECODE_ICMP;
}
