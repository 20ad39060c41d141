/* community.c - SHA-1 over seed, addresses, protocol and ports, in base64 (Community ID specification 1.0).
 * The hash is libcrypto's; its context is made once, so that a session costs one digest and no allocation of ours. */
#include "engine/community.h"

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/str.h"

struct sc_community {
	EVP_MD_CTX *ctx;
	EVP_MD     *md;
};

sc_err sc_community_open(struct sc_community **out)
{
	struct sc_community *c = sc_memory_take(sizeof(*c));
	if (!c)
		return SC_EFAILED;
	c->ctx = EVP_MD_CTX_new();
	c->md = EVP_MD_fetch(NULL, "SHA1", NULL);
	*out = c;
	return c->ctx ? SC_OK : SC_EFAILED;
}

static void put_port(uint8_t *to, uint16_t port)
{
	to[0] = (uint8_t)(port >> 8);
	to[1] = (uint8_t)port;
}

sc_str sc_community_id(struct sc_community *c, const struct sc_ev_endpoint *a, const struct sc_ev_endpoint *b, char *to)
{
	uint8_t in[2 + 16 + 16 + 2 + 4] = { 0 }, digest[EVP_MAX_MD_SIZE];
	size_t n = a->ip.version == 4 ? 4 : 16;
	unsigned len = 0;
	int order = memcmp(a->ip.octets, b->ip.octets, n);
	if (order > 0 || (order == 0 && a->port > b->port)) {
		const struct sc_ev_endpoint *t = a;
		a = b;
		b = t;
	}
	memcpy(in + 2, a->ip.octets, n); /* the first two octets are the seed, 0 */
	memcpy(in + 2 + n, b->ip.octets, n);
	in[2 + 2 * n] = 6; /* TCP; the octet behind it is padding */
	put_port(in + 4 + 2 * n, a->port);
	put_port(in + 6 + 2 * n, b->port);
	if (!c->md || !EVP_DigestInit_ex(c->ctx, c->md, NULL) || !EVP_DigestUpdate(c->ctx, in, 8 + 2 * n) ||
		!EVP_DigestFinal_ex(c->ctx, digest, &len))
		return SC_STR_NONE;
	to[0] = '1';
	to[1] = ':';
	return (sc_str){ to, 2 + sc_base64_encode(digest, len, to + 2, SC_COMMUNITY_OCTETS - 2) };
}

void sc_community_close(struct sc_community *c)
{
	if (!c)
		return;
	EVP_MD_CTX_free(c->ctx);
	EVP_MD_free(c->md);
	sc_memory_give(c);
}
