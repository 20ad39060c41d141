/* unlock.c - follows the changes of keys (RFC 8446 7, RFC 5246 6.3) and finds the number of a record behind a loss.
 *
 * A record is taken for what it is only when its tag fits; so numbers and keys may be tried, within a bound, and nothing is
 * guessed.  Before the first record of a side was opened, one that stays shut means a wrong key; only where octets are
 * missing, or early data were refused, others may come first.  Text is wanted of both sides or of none: half a dialogue
 * would look like one that nobody answered.
 */
#include "tls/unlock.h"

#include <openssl/crypto.h>

#include "tls/keys.h"

#define SHUT_MOST   64u   /* records of a side that stay shut before the first, or one after the other, is opened */
#define MISSES_MOST 512u  /* numbers that are tried for one record */
#define TRIALS_MOST 8192u /* and for all records of a connection that stay shut */

static const char *const words[] = { [SC_TLS_NO_KEY] = "no_key", [SC_TLS_WRONG_KEY] = "wrong_key",
	[SC_TLS_NO_CIPHER] = "cipher", [SC_TLS_COMPRESSED] = "compressed", [SC_TLS_TORN] = "lost", [SC_TLS_NOT_WAITED] = "not_waited" };

static void give_up(struct sc_tls *t, enum sc_side side, enum sc_tls_why why)
{
	t->side[side].keyed = false;
	if (why == SC_TLS_WRONG_KEY && !t->began)
		t->side[SC_CLIENT].keyed = t->side[SC_SERVER].keyed = false;
	if (!t->unopened)
		t->unopened = words[why];
}

static sc_str secret_of(const struct sc_tls *t, enum sc_tls_label label)
{
	return sc_tls_keys_find(t->host->keys, label, t->client_random);
}

bool sc_tls_unlock_given(const struct sc_tls *t)
{
	return t->host->keys && (sc_tls_keys_count(t->host->keys) || sc_tls_keys_expected(t->host->keys));
}

/* True when the records of this connection can be opened at all. */
static bool possible(struct sc_tls *t)
{
	enum sc_tls_why why = !t->side[SC_CLIENT].hello || !t->side[SC_SERVER].hello ? SC_TLS_TORN :
		!sc_tls_read_possible(t->cipher) ? SC_TLS_NO_CIPHER : SC_TLS_COMPRESSED;
	if (why == SC_TLS_COMPRESSED && !t->compressed)
		return true;
	give_up(t, SC_CLIENT, why);
	give_up(t, SC_SERVER, why);
	return false;
}

static bool arm(struct sc_tls *t, enum sc_side side, enum sc_tls_epoch epoch, enum sc_tls_label label)
{
	struct sc_tls_side *s = &t->side[side];
	sc_str secret = secret_of(t, label);
	if (!secret.at || !sc_tls_read_new(t->host->crypto, &s->read, t->cipher, secret))
		return false;
	s->epoch = epoch;
	s->keyed = true;
	return true;
}

static enum sc_tls_label traffic(enum sc_side side)
{
	return side == SC_CLIENT ? SC_TLS_CLIENT_TRAFFIC : SC_TLS_SERVER_TRAFFIC;
}

/* Without the secrets of the handshake, its records are passed over until one fits the keys behind it. */
static void arm_side(struct sc_tls *t, enum sc_side side)
{
	enum sc_tls_label handshake = side == SC_CLIENT ? SC_TLS_CLIENT_HANDSHAKE : SC_TLS_SERVER_HANDSHAKE;
	if (side == SC_CLIENT && t->early_data && arm(t, side, SC_TLS_EARLY, SC_TLS_CLIENT_EARLY))
		return;
	if (arm(t, side, SC_TLS_IN_HANDSHAKE, handshake))
		return;
	t->side[side].trial = arm(t, side, SC_TLS_IN_TRAFFIC, traffic(side));
}

static bool traffic_there(const struct sc_tls *t)
{
	return secret_of(t, SC_TLS_CLIENT_TRAFFIC).at && secret_of(t, SC_TLS_SERVER_TRAFFIC).at;
}

bool sc_tls_unlock_ready(const struct sc_tls *t)
{
	return t->version == SC_TLS_1_3 ? traffic_there(t) : secret_of(t, SC_TLS_MASTER).at != NULL;
}

static bool may_wait(struct sc_tls *t)
{
	bool may = sc_tls_keys_expected(t->host->keys) && !t->waited;
	t->host->waiting += may && !t->waiting;
	t->waiting = may;
	return may;
}

/* Why a secret is not there. */
static enum sc_tls_why lacking(const struct sc_tls *t)
{
	return t->hurried ? SC_TLS_NOT_WAITED : SC_TLS_NO_KEY;
}

void sc_tls_unlock_hello(struct sc_tls *t)
{
	if (!sc_tls_unlock_given(t) || !possible(t))
		return;
	if (!traffic_there(t) && may_wait(t)) {
		t->rearm_hello = true;
		return;
	}
	if (!traffic_there(t)) {
		/* A handshake that failed has no others than these, and its alert can be read with them. */
		arm(t, SC_CLIENT, SC_TLS_IN_HANDSHAKE, SC_TLS_CLIENT_HANDSHAKE);
		arm(t, SC_SERVER, SC_TLS_IN_HANDSHAKE, SC_TLS_SERVER_HANDSHAKE);
		t->unopened = words[lacking(t)];
		return;
	}
	arm_side(t, SC_CLIENT);
	arm_side(t, SC_SERVER);
	if (!t->side[SC_CLIENT].keyed || !t->side[SC_SERVER].keyed) { /* secrets of another length than the cipher's */
		give_up(t, SC_CLIENT, SC_TLS_WRONG_KEY);
		give_up(t, SC_SERVER, SC_TLS_WRONG_KEY);
	}
}

void sc_tls_unlock_change(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	s->keyed = s->opened = false;
	s->misses = s->torn ? s->misses : 0;
	if (!sc_tls_unlock_given(t) || !possible(t))
		return;
	if (!secret_of(t, SC_TLS_MASTER).at && may_wait(t)) {
		t->rearm[side] = true;
		return;
	}
	struct sc_tls_seeds seeds = { .cipher = t->cipher, .version = t->version, .etm = t->etm,
		.master = secret_of(t, SC_TLS_MASTER), .client_random = t->client_random, .server_random = t->server_random };
	s->keyed = seeds.master.at && sc_tls_read_old(t->host->crypto, &s->read, &seeds, side == SC_CLIENT);
	s->epoch = SC_TLS_IN_TRAFFIC;
	if (!s->keyed)
		give_up(t, side, lacking(t));
}

void sc_tls_unlock_finished(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	if (t->version != SC_TLS_1_3 || s->epoch == SC_TLS_IN_TRAFFIC || !s->keyed)
		return; /* not keyed: anybody can write that in clear */
	s->misses = 0;
	s->opened = false;
	if (!arm(t, side, SC_TLS_IN_TRAFFIC, traffic(side)))
		give_up(t, side, SC_TLS_NO_KEY);
}

void sc_tls_unlock_early_end(struct sc_tls *t)
{
	const struct sc_tls_side *s = &t->side[SC_CLIENT];
	if (s->keyed && s->epoch == SC_TLS_EARLY && !arm(t, SC_CLIENT, SC_TLS_IN_HANDSHAKE, SC_TLS_CLIENT_HANDSHAKE))
		t->side[SC_CLIENT].trial = arm(t, SC_CLIENT, SC_TLS_IN_TRAFFIC, SC_TLS_CLIENT_TRAFFIC);
}

void sc_tls_unlock_update(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	s->misses = 0;
	if (t->version == SC_TLS_1_3 && !sc_tls_read_update(t->host->crypto, &s->read))
		give_up(t, side, SC_TLS_WRONG_KEY);
}

void sc_tls_unlock_gap(struct sc_tls *t, enum sc_side side, uint64_t octets)
{
	struct sc_tls_side *s = &t->side[side];
	const uint64_t least = 5 + 8 + 1; /* header, the shortest tag, an octet */
	uint64_t more = octets / least + 2;
	s->misses = more > MISSES_MOST - s->misses ? MISSES_MOST : s->misses + (uint32_t)more;
}

/* Tries the numbers that the record can have. */
static bool open_numbered(struct sc_tls *t, struct sc_tls_read *read, uint32_t misses, const struct sc_tls_record *r,
	uint8_t *type, sc_str *plain)
{
	for (uint32_t n = 0; n <= misses; n++) {
		if (sc_tls_read_open(t->host->crypto, read, read->seq + n, r, t->host->plain, type, plain)) {
			read->seq += n + 1;
			t->skipped = n;
			return true;
		}
		t->trials += n > 0;
	}
	return false;
}

/* The keys may have changed unseen: the record that says so is missing, or its text was refused. */
static bool open_later(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r, uint8_t *type, sc_str *plain)
{
	struct sc_tls_side *s = &t->side[side];
	struct sc_tls_read read;
	static const struct {
		enum sc_tls_epoch from, to;
	} steps[] = { { SC_TLS_EARLY, SC_TLS_IN_HANDSHAKE }, { SC_TLS_EARLY, SC_TLS_IN_TRAFFIC },
		{ SC_TLS_IN_HANDSHAKE, SC_TLS_IN_TRAFFIC } };
	if (t->version != SC_TLS_1_3 || (s->epoch == SC_TLS_IN_HANDSHAKE && !s->torn))
		return false;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		sc_str secret = secret_of(t, steps[i].to == SC_TLS_IN_TRAFFIC ? traffic(side) : SC_TLS_CLIENT_HANDSHAKE);
		if (steps[i].from != s->epoch || !secret.at || !sc_tls_read_new(t->host->crypto, &read, t->cipher, secret))
			continue;
		if (!open_numbered(t, &read, s->torn ? s->misses : 0, r, type, plain))
			continue;
		s->read = read;
		s->epoch = steps[i].to;
		OPENSSL_cleanse(&read, sizeof(read));
		return true;
	}
	OPENSSL_cleanse(&read, sizeof(read));
	return false;
}

/* A record stays shut.  It had a number of its own, unless somebody slipped it in: the next one is tried with both. */
static void stays_shut(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	bool others_first = s->torn || s->trial || (t->early_data && side == SC_CLIENT);
	s->shut++;
	t->trials++;
	if (s->opened || s->torn)
		s->misses += s->misses < MISSES_MOST;
	if ((!s->opened && !others_first) || s->shut > SHUT_MOST || t->trials > TRIALS_MOST)
		give_up(t, side, s->opened || s->torn ? SC_TLS_TORN : SC_TLS_WRONG_KEY);
}

bool sc_tls_unlock_record(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r, uint8_t *type, sc_str *plain)
{
	struct sc_tls_side *s = &t->side[side];
	if (!s->keyed)
		return false;
	if (!r->body.at) { /* octets of it are missing, but it had its number */
		s->misses += s->misses < MISSES_MOST;
		return false;
	}
	if (!open_numbered(t, &s->read, s->misses, r, type, plain) && !open_later(t, side, r, type, plain)) {
		stays_shut(t, side);
		return false;
	}
	s->opened = true;
	s->trial = false;
	s->misses = s->shut = 0;
	return true;
}
