/* base64.h - RFC 4648 4, with the common alphabet. */
#ifndef SC_BASE_BASE64_H
#define SC_BASE_BASE64_H

#include "base/str.h"

/* Octets that `n` octets become, padding included, without an end mark. */
#define SC_BASE64_OCTETS(n) (((n) + 2) / 3 * 4)

/* Decodes into `out` and gives the octets written, `size` at most.  Padding may be missing.  `*bad`: an octet outside
 * the alphabet (line ends and spaces too), padding in a wrong place, or a lone last digit; it is judged over all of
 * `in`, also when `out` was full before.  What stood before is given all the same. */
size_t sc_base64_decode(sc_str in, uint8_t *out, size_t size, bool *bad);

/* Encodes with padding and gives the octets written; whole groups of four only, when `size` is too small for all. */
size_t sc_base64_encode(const uint8_t *in, size_t len, char *out, size_t size);

#endif
