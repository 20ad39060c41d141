/* hash.c - SipHash with one round a word and three at the end; see hash.h. */
#include "base/hash.h"

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void mix(struct state *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

static inline void take(struct state *s, uint64_t word)
{
	s->d ^= word;
	mix(s);
	s->a ^= word;
}

static inline struct state begin(uint64_t seed)
{
	uint64_t key = seed ^ UINT64_C(0x9e3779b97f4a7c15);
	return (struct state){ seed ^ UINT64_C(0x736f6d6570736575), key ^ UINT64_C(0x646f72616e646f6d),
		seed ^ UINT64_C(0x6c7967656e657261), key ^ UINT64_C(0x7465646279746573) };
}

static inline uint64_t end(struct state *s)
{
	s->c ^= 0xff;
	mix(s);
	mix(s);
	mix(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

/* The octets behind the last whole word, zeros behind them: read with what stands before them, or one by one, for a copy
 * of unknown length is a call. */
static inline uint64_t tail(sc_str octets)
{
	size_t left = octets.len % 8, gone = 64 - 8 * left;
	uint64_t word = 0;
	if (left == 0)
		return 0;
	if (octets.len > 8) {
		memcpy(&word, octets.at + octets.len - 8, 8);
		return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? word << gone : word >> gone;
	}
	for (size_t i = 0; i < left; i++)
		((unsigned char *)&word)[i] = (unsigned char)octets.at[i];
	return word;
}

uint64_t sc_hash(uint64_t seed, sc_str octets)
{
	struct state s = begin(seed);
	uint64_t word;
	for (size_t i = 0; i + 8 <= octets.len; i += 8) {
		memcpy(&word, octets.at + i, 8);
		take(&s, word);
	}
	word = tail(octets);
	((unsigned char *)&word)[7] = (unsigned char)octets.len;
	take(&s, word);
	return end(&s);
}

uint64_t sc_hash_nocase(uint64_t seed, sc_str octets)
{
	struct state s = begin(seed);
	uint64_t word;
	for (size_t i = 0; i + 8 <= octets.len; i += 8) {
		memcpy(&word, octets.at + i, 8);
		take(&s, sc_lower_eight(word));
	}
	word = sc_lower_eight(tail(octets));
	((unsigned char *)&word)[7] = (unsigned char)octets.len;
	take(&s, word);
	return end(&s);
}

uint64_t sc_hash_short(uint64_t seed, uint64_t octets, unsigned count)
{
	struct state s = begin(seed);
	((unsigned char *)&octets)[7] = (unsigned char)count;
	take(&s, octets);
	return end(&s);
}

uint64_t sc_hash_pair(uint64_t seed, const uint64_t words[2])
{
	struct state s = begin(seed);
	uint64_t last = 0;
	((unsigned char *)&last)[7] = 16;
	take(&s, words[0]);
	take(&s, words[1]);
	take(&s, last);
	return end(&s);
}
