/* hash.h - keyed hashing, so that nobody can choose keys that collide (SipHash-1-3, Aumasson and Bernstein). */
#ifndef SC_BASE_HASH_H
#define SC_BASE_HASH_H

#include "base/str.h"

uint64_t sc_hash(uint64_t seed, sc_str octets);

#endif
