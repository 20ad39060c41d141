/* secret.c - a rolling polynomial hash over lower-cased octets (Karp and Rabin); see secret.h. */
#include "smtp/secret.h"

#define SHORTEST 3 /* "*" and "=" are protocol, not secrets */

static uint64_t factor(uint64_t key)
{
	return (key ^ UINT64_C(0x9e3779b97f4a7c15)) | 1;
}

static uint64_t octet(sc_str s, size_t i)
{
	return (uint64_t)(unsigned char)sc_lower(s.at[i]) + 1;
}

void sc_secret_note(uint64_t key, sc_str secret, uint32_t *len, uint64_t *hash)
{
	*len = 0;
	*hash = 0;
	if (secret.len < SHORTEST || secret.len > UINT32_MAX)
		return;
	for (size_t i = 0; i < secret.len; i++)
		*hash = *hash * factor(key) + octet(secret, i);
	*len = (uint32_t)secret.len;
}

bool sc_secret_found(uint64_t key, uint32_t len, uint64_t hash, sc_str text)
{
	uint64_t rolling = 0, top = 1;
	if (!len || text.len < len)
		return false;
	for (uint32_t i = 1; i < len; i++)
		top *= factor(key);
	for (size_t i = 0; i < text.len; i++) {
		if (i >= len)
			rolling -= octet(text, i - len) * top;
		rolling = rolling * factor(key) + octet(text, i);
		if (i + 1 >= len && rolling == hash)
			return true;
	}
	return false;
}
