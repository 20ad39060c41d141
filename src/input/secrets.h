/* secrets.h - the TLS secrets that a pcapng file holds, wherever in it they stand. */
#ifndef SC_INPUT_SECRETS_H
#define SC_INPUT_SECRETS_H

#include "input/capture.h"

/* Reads the regular file `fd` (negative: the one named so), packed or plain, from `start` to its end or to where it makes no
 * sense, and hands the key logs of its Decryption Secrets Blocks to `watch->keylog`; nothing is counted.  Where `fd` stands
 * does not change.  `stop`, when not NULL, ends that early once it is set.  False: it cannot be opened. */
bool sc_secrets_scan(const char *name, int fd, off_t start, const struct sc_pcapng_watch *watch,
	const volatile sig_atomic_t *stop);

#endif
