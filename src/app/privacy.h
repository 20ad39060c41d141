/* privacy.h - --privacy: mail addresses as keyed pseudonyms, or only their domains. */
#ifndef SC_APP_PRIVACY_H
#define SC_APP_PRIVACY_H

#include <smtpscope/event.h>

struct sc_privacy;

/* `level`: "pseudonym" or "domain".  `seed` NULL: a random key, so pseudonyms of two runs do not
 * compare.  SC_EFAILED: no memory, or no randomness. */
sc_err sc_privacy_open(struct sc_privacy **out, const char *level, const uint64_t *seed);

/* A copy without addresses; holds until the next call.  NULL: no memory for it, the event must not be shown. */
const struct sc_event *sc_privacy_event(struct sc_privacy *p, const struct sc_event *ev);

/* One address, or a word that may be one, the same way; writes to `buf`. */
sc_str sc_privacy_word(const struct sc_privacy *p, sc_str word, char *buf, size_t size);

void sc_privacy_close(struct sc_privacy *p); /* NULL is fine */

#endif
