/* unpack.h - takes gzip or zstd apart, a piece at a time. */
#ifndef SC_INPUT_UNPACK_H
#define SC_INPUT_UNPACK_H

#include "base/str.h"

enum sc_packing { SC_PACKING_NONE, SC_PACKING_GZIP, SC_PACKING_ZSTD };

/* What the first octets say: gzip (RFC 1952 2.3.1), zstd (RFC 8878 3.1, frames and skippable frames), or nothing
 * known. */
enum sc_packing sc_packing_of(sc_str head);
const char *sc_packing_name(enum sc_packing packing);

struct sc_unpack;

/* SC_EFAILED when there is no memory. */
sc_err sc_unpack_open(struct sc_unpack **out, enum sc_packing packing);

/* Unpacks from the front of `*in`, which then begins after what was used, into at most `room` octets at `out`; gives
 * how many.  0 while `in` is empty: more is needed; 0 otherwise: it failed, and sc_unpack_why() tells. */
size_t sc_unpack_run(struct sc_unpack *u, sc_str *in, char *out, size_t room);

/* Between two members (gzip) or frames (zstd): the only place where the packed octets may end. */
bool        sc_unpack_complete(const struct sc_unpack *u);
const char *sc_unpack_why(const struct sc_unpack *u); /* NULL: nothing is wrong */
void        sc_unpack_close(struct sc_unpack *u);     /* NULL is fine */

#endif
