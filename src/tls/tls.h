/* tls.h - the TLS of one connection: what both sides say of themselves before it becomes unreadable, what becomes of the
 * handshake, and, with keys, what is said inside (RFC 8446, RFC 5246 and older).
 *
 * Push a run of one side with sc_tls_push(), pull what it brings with sc_tls_next() until it gives false.  A connection's
 * state lies in one block of the store; the host is shared by all connections of an engine.
 */
#ifndef SC_TLS_TLS_H
#define SC_TLS_TLS_H

#include <smtpscope/event.h>

#include "base/arena.h"
#include "tls/acks.h"
#include "tls/handshake.h"
#include "tls/hold.h"
#include "tls/keys.h"
#include "tls/protect.h"

struct sc_tls_host {
	struct sc_blocks     *store;
	struct sc_tls_crypto *crypto;
	const struct sc_tls_keys *keys; /* NULL: none were given */
	uint64_t  waiting;      /* connections that wait for their secrets */
	bool      certificates; /* worth decoding */
	uint16_t *sort;
	uint8_t  *record, *plain, *message;
};

/* Zeroed before; false: no memory.  Close it in any case. */
bool sc_tls_host_open(struct sc_tls_host *host, struct sc_blocks *store);
void sc_tls_host_close(struct sc_tls_host *host);

enum sc_tls_epoch { SC_TLS_EARLY, SC_TLS_IN_HANDSHAKE, SC_TLS_IN_TRAFFIC };

enum sc_tls_why { SC_TLS_NO_KEY, SC_TLS_WRONG_KEY, SC_TLS_NO_CIPHER, SC_TLS_COMPRESSED, SC_TLS_TORN, SC_TLS_NOT_WAITED };

struct sc_tls_side {
	struct sc_tls_records  records;
	struct sc_tls_messages messages;
	bool hello;     /* its hello was read */
	bool ciphered;  /* ChangeCipherSpec came; up to TLS 1.2 all that follows is protected */
	bool finished;  /* its last message of the handshake came, as far as can be seen */
	bool data;      /* application data came; in TLS 1.3 these may be handshake messages */
	bool alerted;   /* an alert came whose words cannot be read */
	bool half_alert; /* of an alert, the level came: `alert_level` */
	uint8_t alert_level;
	bool torn;      /* octets of its handshake are missing */

	/* with keys (unlock.h) */
	struct sc_tls_read read;
	enum sc_tls_epoch epoch;
	bool     keyed;         /* `read` holds keys for its next record */
	bool     opened;        /* a record was opened with them */
	bool     trial;         /* others may come before the first that they open */
	uint32_t misses, shut;  /* numbers that may have gone by unseen; records that stayed shut since the last that did not */
	uint64_t text_end;      /* offset behind the text that was read */
	bool     gap_told;      /* it ends with a gap */
	struct sc_tls_acks acks;
	struct sc_tls_hold hold; /* what waits */
};

/* What a pull has brought: bits. */
enum sc_tls_news {
	SC_TLS_ESTABLISHED = 1, /* the handshake is over, and well */
	SC_TLS_FAILED      = 2, /* an alert ended it */
	SC_TLS_TEXT        = 4, /* `text`: what the side `from` said inside, or a gap in it */
	SC_TLS_BAD_RECORD  = 8, /* a record did not fit its tag */
};

struct sc_tls {
	struct sc_tls_host *host;
	struct sc_block *block;   /* this lies in it */
	struct sc_arena arena;
	uint64_t first_packet;
	struct sc_ev_tls ev;      /* `via` is the engine's */
	struct sc_tls_side side[2];
	struct sc_segment run;    /* in work, of side `from` */
	struct sc_segment text;
	enum sc_side from;
	bool     gap_due;         /* the run in work is a gap that is still to be told */
	struct sc_segment after;  /* of `after_from`: comes when nothing is held any more */
	enum sc_side after_from;
	uint64_t order;           /* runs pushed */
	bool     waiting;         /* for secrets: nothing is read on */
	bool     waited;          /* long enough, */
	bool     hurried;         /* or not, for want of room */
	bool     rearm_hello, rearm[2]; /* what is to be done when they are there */
	bool     early_known;     /* what becomes of early data, or that there are none */
	uint16_t version;         /* chosen; 0: not known */
	const struct sc_tls_cipher *cipher;
	uint8_t  client_random[SC_TLS_RANDOM], server_random[SC_TLS_RANDOM];
	bool etm, compressed;     /* as ServerHello says */
	bool own_certificate;     /* issuer and subject are the same */
	bool early_data;          /* the client announced it */
	bool early_taken;         /* and the server reads it */
	bool done;                /* ServerHelloDone, or a certificate: no short handshake */
	bool failed;
	bool opened;              /* a record was */
	bool began;               /* text was given out: what is missing from here on is a gap in it */
	uint32_t trials;          /* numbers tried in vain */
	uint32_t skipped;         /* numbers before that of the record opened last that no record had */
	struct sc_segment behind; /* text that comes behind the gap that was told last */
	const char *unopened;     /* why not; NULL: nothing speaks against it */
	struct sc_ev_alert warning; /* the last one that need not end the handshake */
	char ja3[32], ja3s[32], ja4[36];
};

/* NULL: no memory. */
struct sc_tls *sc_tls_open(struct sc_tls_host *host, uint64_t first_packet);
void sc_tls_close(struct sc_tls *t); /* NULL is fine */

void sc_tls_push(struct sc_tls *t, enum sc_side side, const struct sc_segment *run);
/* What comes next in the run, bits of enum sc_tls_news; false: it is used up. */
bool sc_tls_next(struct sc_tls *t, unsigned *news);

/* The secrets that it waits for have come. */
bool sc_tls_ready(const struct sc_tls *t);
/* If so, what was held is read: pull again. */
void sc_tls_resume(struct sc_tls *t);

/* Nothing is waited for any more: pull again.  sc_tls_hurry(): and that is for want of room. */
void sc_tls_release(struct sc_tls *t);
void sc_tls_hurry(struct sc_tls *t);

/* The connection is over, or given up (`closed` false): the facts of a handshake that did not end well are completed.  True:
 * there was a handshake of which nothing has been told yet. */
bool sc_tls_finish(struct sc_tls *t, bool closed);

#endif
