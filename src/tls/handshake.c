/* handshake.c - type and length lead from one message to the next; only what somebody reads is kept.
 *
 * Trusts nothing: a length is at most 2^24 - 1, and what is longer than the bound, or finds no memory, is stepped over with
 * its body left out.
 */
#include "tls/handshake.h"

#include "base/cursor.h"

/* Those that somebody reads, and what lacks when they cannot be. */
static const struct row {
	uint8_t type;
	const char *lacks; /* NULL: nothing that is told */
} rows[] = {
	{ SC_TLS_CLIENT_HELLO,         "client_hello" },
	{ SC_TLS_SERVER_HELLO,         "server_hello" },
	{ SC_TLS_ENCRYPTED_EXTENSIONS, "encrypted_extensions" },
	{ SC_TLS_CERTIFICATE,          "certificate" },
	{ SC_TLS_SERVER_KEY_EXCHANGE,  "server_key_exchange" },
	{ SC_TLS_KEY_UPDATE,           NULL },
};

static const struct row *find_row(uint8_t type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

const char *sc_tls_message_unread(uint8_t type)
{
	const struct row *row = find_row(type);
	return row ? row->lacks : NULL;
}

static bool read_header(struct sc_tls_messages *m, sc_str *fragment)
{
	size_t n = sizeof(m->header) - m->have;
	n = n < fragment->len ? n : fragment->len;
	memcpy(m->header + m->have, fragment->at, n);
	*fragment = sc_str_from(*fragment, n);
	m->have += (uint8_t)n;
	if (m->have < sizeof(m->header))
		return false;
	m->left = sc_load_be32(m->header) & 0xffffff;
	m->have = 0;
	m->open = true;
	m->keep = find_row(m->header[0]) && m->left <= SC_TLS_MESSAGE_MOST;
	return true;
}

static void take_body(struct sc_tls_messages *m, struct sc_blocks *store, sc_str *fragment, sc_str *whole)
{
	size_t n = fragment->len < m->left ? fragment->len : m->left;
	sc_str part = sc_str_slice(*fragment, 0, n);
	*whole = n == m->left && !m->body.first ? part : SC_STR_NONE;
	if (!whole->at && m->keep)
		m->keep = sc_tls_pile_add(&m->body, store, part);
	m->left -= (uint32_t)n;
	*fragment = sc_str_from(*fragment, n);
}

bool sc_tls_messages_next(struct sc_tls_messages *m, struct sc_blocks *store, uint8_t *room, sc_str *fragment,
	struct sc_tls_message *message)
{
	sc_str whole = SC_STR_NONE;
	if (!m->open && !(fragment->len && read_header(m, fragment)))
		return false;
	if (m->left || !m->body.first)
		take_body(m, store, fragment, &whole);
	if (m->left)
		return false;
	*message = (struct sc_tls_message){ .type = m->header[0], .len = sc_load_be32(m->header) & 0xffffff };
	if (m->keep)
		message->body = whole.at ? whole : sc_tls_pile_gather(&m->body, room);
	sc_tls_messages_clear(m, store);
	return true;
}

void sc_tls_messages_clear(struct sc_tls_messages *m, struct sc_blocks *store)
{
	sc_tls_pile_clear(&m->body, store);
	m->open = false;
	m->have = 0;
}
