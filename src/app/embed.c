/* embed.c - finds the ClientHellos in packets that are written, by the octets that one begins with, whatever stands before
 * them; see embed.h.
 *
 * What only looks like one does no harm: its random has no secrets.  A hello whose first 43 octets are cut over two packets
 * is not found, and that connection's secrets stay out of the file.
 */
#include "app/embed.h"

#include "base/text.h"

/* In a record of the handshake: type, version, length; type and length of the message; version; then the random. */
enum { RECORD = 0x16, MESSAGE_AT = 5, CLIENT_HELLO = 1, RANDOM_AT = 11 };

static const char *next_hello(sc_str *rest)
{
	size_t n;
	while ((n = sc_str_find(*rest, RECORD)) != SIZE_MAX && rest->len - n >= RANDOM_AT + SC_TLS_RANDOM) {
		const char *at = rest->at + n;
		*rest = sc_str_from(*rest, n + 1);
		if (at[1] == 3 && at[MESSAGE_AT] == CLIENT_HELLO && at[MESSAGE_AT + 4] == 3)
			return at + RANDOM_AT;
	}
	return NULL;
}

static bool is_recent(const struct sc_embed *e, const char *random)
{
	for (uint64_t i = 0; i < e->count && i < SC_EMBED_RECENT; i++)
		if (memcmp(e->recent[i], random, SC_TLS_RANDOM) == 0)
			return true;
	return false;
}

static void put_octets(struct sc_text *t, sc_str octets)
{
	for (size_t i = 0; i < octets.len; i++)
		sc_text_hex(t, (uint8_t)octets.at[i], 2);
}

static void put_lines(struct sc_text *t, const struct sc_tls_keys *keys, const char *random)
{
	for (int i = 0; i < SC_TLS_LABELS; i++) {
		sc_str secret = sc_tls_keys_find(keys, (enum sc_tls_label)i, (const uint8_t *)random);
		if (!secret.at)
			continue;
		sc_text_add(t, sc_tls_label_name((enum sc_tls_label)i));
		sc_text_put(t, ' ');
		put_octets(t, (sc_str){ random, SC_TLS_RANDOM });
		sc_text_put(t, ' ');
		put_octets(t, secret);
		sc_text_put(t, '\n');
	}
}

sc_str sc_embed_secrets(struct sc_embed *e, const struct sc_packet *pkt, char room[SC_EMBED_OCTETS])
{
	struct sc_text t = sc_text_into(room, SC_EMBED_OCTETS);
	sc_str rest = pkt->bytes;
	const char *random;
	while (e->keys && !t.len && (random = next_hello(&rest))) {
		if (is_recent(e, random))
			continue;
		put_lines(&t, e->keys, random);
		if (t.len)
			memcpy(e->recent[e->count++ % SC_EMBED_RECENT], random, SC_TLS_RANDOM);
	}
	return t.len ? sc_text_str(&t) : SC_STR_NONE;
}

void sc_embed_begin(struct sc_embed *e)
{
	e->count = 0;
}
