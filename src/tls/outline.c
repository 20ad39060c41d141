/* outline.c - record headers of both sides; bodies are skipped, never read.
 *
 * A handshake is taken as completed when both sides have sent application data (TLS 1.3 sends its last handshake messages
 * as such), or both have changed ciphers and one of them sent more (TLS 1.2 and older).
 */
#include "tls/outline.h"

enum { CHANGE_CIPHER = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

static void see_record(struct sc_tls_outline_side *s)
{
	uint8_t type = s->header[0];
	s->left = (uint32_t)s->header[3] << 8 | s->header[4];
	s->have = 0;
	if (type < CHANGE_CIPHER || type > DATA || s->header[1] != 3)
		s->lost = true;
	s->cipher |= type == CHANGE_CIPHER;
	s->data |= type == DATA;
	s->alert |= type == ALERT && !s->cipher && s->left == 2;
}

void sc_tls_outline_feed(struct sc_tls_outline *t, bool from_client, sc_str octets)
{
	struct sc_tls_outline_side *s = from_client ? &t->client : &t->server;
	size_t at = 0;
	while (at < octets.len && !s->lost) {
		if (s->left) {
			size_t n = s->left < octets.len - at ? s->left : octets.len - at;
			s->left -= (uint32_t)n;
			at += n;
			continue;
		}
		s->header[s->have++] = (uint8_t)octets.at[at++];
		if (s->have == sizeof(s->header))
			see_record(s);
	}
	bool both_data = t->client.data && t->server.data;
	bool both_cipher = t->client.cipher && t->server.cipher && (t->client.data || t->server.data);
	t->established |= both_data || both_cipher;
}
