/* secret.h - finds a secret line again without keeping it: by its length and a keyed hash. */
#ifndef SC_SMTP_SECRET_H
#define SC_SMTP_SECRET_H

#include "base/str.h"

/* `*len` 0: too short to be worth hiding. */
void sc_secret_note(uint64_t key, sc_str secret, uint32_t *len, uint64_t *hash);

/* True when `text` holds the secret, in any case of letters.  One pass. */
bool sc_secret_found(uint64_t key, uint32_t len, uint64_t hash, sc_str text);

#endif
