/* keyring.h - TLS secrets of a run: from --keylog, a file that may grow or a pipe, and from pcapng files. */
#ifndef SC_APP_KEYRING_H
#define SC_APP_KEYRING_H

#include "app/options.h"
#include "tls/keys.h"

struct sc_keyring {
	struct sc_tls_keys *keys;
	const char *path;             /* --keylog; NULL: none */
	int   fd;                     /* -1: closed */
	bool  growing;                /* more may come */
	struct sc_tls_keylog log;     /* of --keylog */
};

/* Opens --keylog and reads what is there.  SC_EINPUT: it cannot be read (said); SC_EFAILED: no memory. */
sc_err sc_keyring_open(struct sc_keyring *k, const struct sc_options *o, bool grows);

/* True when octets have come that sc_keyring_take() has not read.  Cheap: one system call. */
bool sc_keyring_due(const struct sc_keyring *k);
/* Reads them.  No engine may look into the keys meanwhile. */
void sc_keyring_take(struct sc_keyring *k);
/* A Decryption Secrets Block of a pcapng file.  Likewise. */
void sc_keyring_block(struct sc_keyring *k, sc_str text);

/* The input is over: says what could not be used. */
void sc_keyring_finish(struct sc_keyring *k, bool quiet);
void sc_keyring_close(struct sc_keyring *k); /* a zeroed one is fine */

#endif
