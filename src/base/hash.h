/* hash.h - keyed hashing, so that nobody can choose keys that collide (SipHash-1-3, Aumasson and Bernstein). */
#ifndef SC_BASE_HASH_H
#define SC_BASE_HASH_H

#include "base/str.h"

uint64_t sc_hash(uint64_t seed, sc_str octets);

/* sc_hash() of the octets with ASCII letters in lower case. */
uint64_t sc_hash_nocase(uint64_t seed, sc_str octets);

/* sc_hash() of `count` octets, seven at most, as they lie in memory, with zeros behind them. */
uint64_t sc_hash_short(uint64_t seed, uint64_t octets, unsigned count);

/* sc_hash() of the 16 octets of two words, as they lie in memory. */
uint64_t sc_hash_pair(uint64_t seed, const uint64_t words[2]);

#endif
