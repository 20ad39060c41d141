/* plain.h - a reply text made plain for matching: lower case, one space between words, no addresses, no codes. */
#ifndef SC_EXPLAIN_PLAIN_H
#define SC_EXPLAIN_PLAIN_H

#include "explain/fold.h"

#define SC_PLAIN_OCTETS 4096 /* of a longer text only the beginning is judged */

struct sc_plain {
	char     at[SC_PLAIN_OCTETS];
	size_t   len;
	uint64_t link[SC_PLAIN_OCTETS / 64]; /* a bit for each octet that belongs to a URL or a host name */
	struct sc_status status;             /* first enhanced code met in the text; zeros: none */
	enum sc_fold_octets octets;          /* what octets mean that are no UTF-8 */
};

static inline bool sc_plain_in_link(const struct sc_plain *p, size_t i)
{
	return (p->link[i / 64] >> (i % 64) & 1) != 0;
}

static inline sc_str sc_plain_str(const struct sc_plain *p)
{
	return (sc_str){ p->at, p->len };
}

/* Reads `text`; where it quotes the reply of another server, only that.  Mail addresses become '@', IPv4 addresses
 * "ip4"; characters outside ASCII are folded (fold.h); controls, white space and '_' become one space; enhanced codes
 * and the codes that open each line of a reply are left out. */
void sc_plain_read(struct sc_plain *p, sc_str text);

#endif
