/* keys.h - TLS secrets by the client's random, as key logs give them (NSS format; draft-ietf-tls-keylogfile).
 *
 * A store is filled by one thread while nobody looks into it, and then only read: any number of engines may share it.
 */
#ifndef SC_TLS_KEYS_H
#define SC_TLS_KEYS_H

#include "base/str.h"

#define SC_TLS_RANDOM      32
#define SC_TLS_SECRET_MOST 48
#define SC_TLS_LINE_MOST   512 /* octets of a line; a longer one is passed over */

enum sc_tls_label {
	SC_TLS_MASTER,           /* up to TLS 1.2 */
	SC_TLS_CLIENT_EARLY, SC_TLS_CLIENT_HANDSHAKE, SC_TLS_SERVER_HANDSHAKE, SC_TLS_CLIENT_TRAFFIC, SC_TLS_SERVER_TRAFFIC,
	SC_TLS_LABELS
};

struct sc_tls_keys;

/* The part of a key log between two reads: the beginning of a line. */
struct sc_tls_keylog {
	char   line[SC_TLS_LINE_MOST];
	size_t len;
	bool   skip;  /* the line is too long */
	uint64_t kept, ignored, bad; /* lines: taken; with labels that nobody needs; that could not be read */
	uint64_t lines, first_bad;   /* ended so far, empty ones and comments too; which of them, from 1, was the first bad one */
};

/* `octets`: the most memory it may take; when there is no more, the oldest secrets go.  NULL: no memory. */
struct sc_tls_keys *sc_tls_keys_open(uint64_t octets, uint64_t seed);
void sc_tls_keys_close(struct sc_tls_keys *keys); /* NULL is fine; wipes the secrets */

/* Takes the next part of a key log, wherever it is cut; sc_tls_keylog_end() takes a last line without its end. */
void sc_tls_keylog_feed(struct sc_tls_keylog *log, struct sc_tls_keys *keys, sc_str text);
void sc_tls_keylog_end(struct sc_tls_keylog *log, struct sc_tls_keys *keys);

/* Good until the store changes; at NULL: not there. */
sc_str sc_tls_keys_find(const struct sc_tls_keys *keys, enum sc_tls_label label, const uint8_t random[SC_TLS_RANDOM]);
/* As key logs write it. */
sc_str sc_tls_label_name(enum sc_tls_label label);
/* More secrets are to come: connections that lack theirs wait for a while. */
void sc_tls_keys_expect(struct sc_tls_keys *keys, bool more);
bool sc_tls_keys_expected(const struct sc_tls_keys *keys);
/* Grows with every secret that is kept. */
uint64_t sc_tls_keys_count(const struct sc_tls_keys *keys);

#endif
