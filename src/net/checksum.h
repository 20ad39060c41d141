/* checksum.h - the Internet checksum (RFC 1071): a sum of 16-bit words in ones' complement.
 *
 * Sums are kept in the machine's byte order, in which they come out right all the same (RFC 1071 2 B): compare them
 * with a field that was copied out of the packet, not read as a number. */
#ifndef SC_NET_CHECKSUM_H
#define SC_NET_CHECKSUM_H

#include "base/str.h"

/* The sum of 8 octets, as two halves: so that it does not run over when many are added. */
static inline uint64_t sc_checksum_halves(uint64_t word)
{
	return (word >> 32) + (uint32_t)word;
}

/* Two words at a time, which compilers turn into whatever wide registers the machine has for certain. */
typedef uint64_t sc_checksum_pair __attribute__((vector_size(16)));

/* The sum of the first `n` octets, a multiple of 32.  Three steps for a pair instead of four: the words are summed with
 * what runs over lost, their upper halves are summed whole, and the sum of the lower halves is what remains when the
 * upper ones are taken away again; it is exact, for it is below 2^64 whatever ran over. */
static inline uint64_t sc_checksum_block(const char *at, size_t n)
{
	sc_checksum_pair words = { 0 }, upper = { 0 }, more_words = { 0 }, more_upper = { 0 }, pair, more;
	for (const char *end = at + n; at < end; at += 32) {
		memcpy(&pair, at, 16);
		memcpy(&more, at + 16, 16);
		words += pair;
		upper += pair >> 32;
		more_words += more;
		more_upper += more >> 32;
	}
	upper += more_upper;
	words += more_words - (upper << 32) + upper;
	return words[0] + words[1];
}

/* Adds octets that begin at an even place of what is summed; an odd last one is followed by zero.  `sum` must be below
 * 2^62, and stays so for 2^29 octets. */
static inline uint64_t sc_checksum_add(uint64_t sum, sc_str s)
{
	size_t block = s.len & ~(size_t)31;
	uint64_t word;
	uint32_t half;
	uint16_t pair;
	if (block) {
		sum += sc_checksum_block(s.at, block);
		s.at += block;
		s.len -= block;
	}
	for (; s.len >= 8; s.at += 8, s.len -= 8) {
		memcpy(&word, s.at, 8);
		sum += sc_checksum_halves(word);
	}
	if (s.len & 4) {
		memcpy(&half, s.at, 4);
		sum += half;
		s.at += 4;
	}
	if (s.len & 2) {
		memcpy(&pair, s.at, 2);
		sum += pair;
		s.at += 2;
	}
	if (s.len & 1) {
		pair = 0;
		memcpy(&pair, s.at, 1);
		sum += pair;
	}
	return sum;
}

/* A 16-bit field that was read as a number, in the order in which sums are kept. */
static inline uint16_t sc_checksum_order(uint16_t field)
{
	char octets[2] = { (char)(field >> 8), (char)field };
	memcpy(&field, octets, sizeof(field));
	return field;
}

/* Adds a number as it stands in network order. */
static inline uint64_t sc_checksum_word(uint64_t sum, uint32_t n)
{
	char octets[4] = { (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n };
	return sc_checksum_add(sum, (sc_str){ octets, sizeof(octets) });
}

static inline uint64_t sc_checksum_ip(uint64_t sum, const struct sc_ip *ip)
{
	return sc_checksum_add(sum, (sc_str){ (const char *)ip->octets, ip->version == 4 ? 4 : 16 });
}

static inline uint16_t sc_checksum_fold(uint64_t sum)
{
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 32) + (uint32_t)sum;
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

#endif
