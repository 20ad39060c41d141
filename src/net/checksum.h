/* checksum.h - the Internet checksum (RFC 1071): a sum of 16-bit words in ones' complement.
 *
 * Sums are kept in the machine's byte order, in which they come out right all the same (RFC 1071 2 B): compare them
 * with a field that was copied out of the packet, not read as a number. */
#ifndef SC_NET_CHECKSUM_H
#define SC_NET_CHECKSUM_H

#include "base/str.h"

/* Adds octets that begin at an even place of what is summed; an odd last one is followed by zero. */
static inline uint64_t sc_checksum_add(uint64_t sum, sc_str s)
{
	uint64_t word;
	while (s.len >= sizeof(word)) {
		memcpy(&word, s.at, sizeof(word));
		sum += word;
		sum += sum < word; /* the carry goes around */
		s.at += sizeof(word);
		s.len -= sizeof(word);
	}
	word = 0;
	memcpy(&word, s.at, s.len);
	sum += word;
	return sum + (sum < word);
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
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

#endif
