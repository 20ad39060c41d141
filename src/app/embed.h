/* embed.h - --embed-keys: the TLS secrets of the packets that -w writes, so that the file can be opened elsewhere. */
#ifndef SC_APP_EMBED_H
#define SC_APP_EMBED_H

#include <smtpscope/packet.h>

#include "tls/keys.h"

#define SC_EMBED_OCTETS 2048 /* the key log of one connection */
#define SC_EMBED_RECENT 64

struct sc_embed {
	const struct sc_tls_keys *keys; /* NULL: not asked for */
	uint8_t  recent[SC_EMBED_RECENT][SC_TLS_RANDOM]; /* connections whose secrets stand in the file */
	uint64_t count;
};

/* The key log of the connection whose ClientHello begins in the packet, in `room`, when its secrets are known and do not
 * stand in the file yet; else none. */
sc_str sc_embed_secrets(struct sc_embed *e, const struct sc_packet *pkt, char room[SC_EMBED_OCTETS]);
void   sc_embed_begin(struct sc_embed *e); /* another file */

#endif
