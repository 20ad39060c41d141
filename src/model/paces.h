/* paces.h - how times spread for each of many keys, in bounded memory: keys that are met often stay. */
#ifndef SC_MODEL_PACES_H
#define SC_MODEL_PACES_H

#include "model/spread.h"

#define SC_PACES_KEY_OCTETS 128 /* a longer key is cut */

struct sc_pace {
	struct sc_spread spread;
	uint16_t key_len;               /* spread.count 0: free */
	char     key[SC_PACES_KEY_OCTETS];
};

struct sc_paces {
	struct sc_pace *items;
	size_t sets;
};

/* Room for `keys` of them, a power of two from 8 on.  SC_EFAILED: no memory. */
sc_err sc_paces_open(struct sc_paces *p, size_t keys);
void   sc_paces_close(struct sc_paces *p); /* one that was never opened is fine */

/* Absent durations and empty keys are not counted. */
void sc_paces_add(struct sc_paces *p, sc_str key, sc_time duration);

/* The first `max`, those whose slow tenth took longest before the others (equal ones by key); gives how many. */
size_t sc_paces_sorted(const struct sc_paces *p, const struct sc_pace **items, size_t max);

static inline sc_str sc_pace_key(const struct sc_pace *pace)
{
	return (sc_str){ pace->key, pace->key_len };
}

#endif
