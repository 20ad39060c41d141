/* keyring.h - TLS secrets of a run: from --keylog, a file that may grow or a pipe, and from pcapng files. */
#ifndef SC_APP_KEYRING_H
#define SC_APP_KEYRING_H

#include <signal.h>
#include <time.h>

#include "app/options.h"
#include "tls/keys.h"

struct sc_keyring {
	struct sc_tls_keys *keys;
	const char *path;             /* --keylog; NULL: none */
	int   fd;                     /* -1: closed */
	bool  pipe;
	bool  growing;                /* more may come */
	bool  whole;                  /* all packets are there, and the secrets in their files known before they are read */
	bool  quiet;                  /* nothing is said but errors */
	const volatile sig_atomic_t *stop; /* not 0: nothing is waited for */
	time_t until;                 /* a pipe is heard so long; 0: not yet */
	struct sc_tls_keylog log;     /* of --keylog */
};

/* Opens --keylog.  SC_EINPUT: it cannot be read (said); SC_EFAILED: no memory. */
sc_err sc_keyring_open(struct sc_keyring *k, const struct sc_options *o, const volatile sig_atomic_t *stop);

/* Reads what is there.  `whole`: the packets are all there, too, so a file counts as complete, and a pipe is heard to its end.
 * Else more secrets are expected while packets are read. */
void sc_keyring_begin(struct sc_keyring *k, bool whole);

/* True when octets have come that sc_keyring_take() has not read.  Cheap: one system call. */
bool sc_keyring_due(const struct sc_keyring *k);
/* Reads them.  No engine may look into the keys meanwhile. */
void sc_keyring_take(struct sc_keyring *k);
/* Waits for what comes next out of a pipe, and takes it.  False: its writers have closed it; or nothing has come for ten
 * seconds, or no end for a minute (said). */
bool sc_keyring_hear(struct sc_keyring *k);
/* No packet will come any more: takes the rest, a last line without its end included.  Likewise. */
void sc_keyring_end(struct sc_keyring *k);
/* A Decryption Secrets Block of a pcapng file.  Likewise. */
void sc_keyring_block(struct sc_keyring *k, sc_str text);

/* The input is over: says what could not be used. */
void sc_keyring_finish(struct sc_keyring *k);
void sc_keyring_close(struct sc_keyring *k); /* a zeroed one is fine */

#endif
