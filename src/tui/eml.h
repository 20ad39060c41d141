/* eml.h - message texts out of the packets of a session, as .eml: only those of which every octet was captured. */
#ifndef SC_TUI_EML_H
#define SC_TUI_EML_H

#include "output/keep.h"
#include "tui/tui.h"

#define SC_EML_STREAM (32u << 20) /* octets of a client's stream that are looked at */

/* What a client sent, put together from packets in whatever order. */
struct sc_eml_stream {
	struct sc_ev_endpoint client;
	char    *octets;
	uint8_t *have;           /* an octet each: it was captured */
	size_t   room, len;
	uint32_t first;          /* sequence number of its first octet */
	bool     known;          /* `first` is */
	bool     differs;        /* the same octets were sent with other contents: nobody knows which ones count */
	bool     cut;            /* longer than SC_EML_STREAM, or no memory */
};

void sc_eml_add(struct sc_eml_stream *s, const struct sc_tui_packet *p);
void sc_eml_close(struct sc_eml_stream *s);

/* Tells each message of the session whose events are given: `text` as it was sent, transparency removed (RFC 5321 4.5.2), which
 * the callee may keep no longer than the call; or with `text` none, why it cannot be given. */
typedef void sc_eml_fn(void *ctx, uint64_t n, sc_str text, const char *why);
void sc_eml_tell(struct sc_eml_stream *s, const struct sc_kept *events, sc_eml_fn *tell, void *ctx);

#endif
