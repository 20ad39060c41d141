/* protect.c - key derivation and record protection.
 *
 * A record counts as opened only when its tag, or its MAC and all of its padding, is right; so a wrong key or a changed octet
 * never gives text.  What is derived depends on nothing but the secret, the two randoms and the cipher: the extended master
 * secret (RFC 7627) is already in the secret that a key log holds.
 */
#include "tls/protect.h"

#include <openssl/crypto.h>

#include "base/cursor.h"

#define BLOCK_MOST 256 /* octets of a key block: two MAC keys, two keys, two IVs */

bool sc_tls_read_possible(const struct sc_tls_cipher *cipher)
{
	return cipher && sc_tls_lock_of((enum sc_tls_kind)cipher->kind)->key;
}

static sc_str octets(const void *at, size_t len)
{
	return (sc_str){ at, len };
}

/* ---- TLS 1.2 and older ---- */

/* P_hash (RFC 5246 5), added to what is in `to` by exclusive or. */
static bool expand(struct sc_tls_crypto *c, enum sc_tls_hash hash, sc_str secret, const sc_str *seed, size_t pieces, uint8_t *to,
	size_t len)
{
	uint8_t a[SC_TLS_DIGEST_MOST], part[SC_TLS_DIGEST_MOST];
	size_t n = sc_tls_hash_octets(hash);
	sc_str in[4] = { octets(a, n) };
	bool good = sc_tls_hmac(c, hash, secret, seed, pieces, a);
	memcpy(in + 1, seed, pieces * sizeof(*seed));
	for (size_t at = 0; good && at < len; at += n) {
		good = sc_tls_hmac(c, hash, secret, in, pieces + 1, part);
		for (size_t i = 0; i < n && at + i < len; i++)
			to[at + i] ^= part[i];
		sc_str before = octets(a, n);
		uint8_t next[SC_TLS_DIGEST_MOST];
		good = good && sc_tls_hmac(c, hash, secret, &before, 1, next);
		memcpy(a, next, n);
	}
	return good;
}

static bool make_block(struct sc_tls_crypto *c, const struct sc_tls_seeds *s, uint8_t block[BLOCK_MOST])
{
	const sc_str seed[3] = { SC_STR("key expansion"), octets(s->server_random, 32), octets(s->client_random, 32) };
	enum sc_tls_hash hash = s->cipher->hash == SC_TLS_SHA384 ? SC_TLS_SHA384 : SC_TLS_SHA256;
	memset(block, 0, BLOCK_MOST);
	if (s->version >= SC_TLS_1_2)
		return expand(c, hash, s->master, seed, 3, block, BLOCK_MOST);
	sc_str first = sc_str_slice(s->master, 0, (s->master.len + 1) / 2); /* RFC 4346 5 */
	sc_str second = sc_str_from(s->master, s->master.len / 2);
	return expand(c, SC_TLS_MD5, first, seed, 3, block, BLOCK_MOST) &&
		expand(c, SC_TLS_SHA1, second, seed, 3, block, BLOCK_MOST);
}

bool sc_tls_read_old(struct sc_tls_crypto *c, struct sc_tls_read *r, const struct sc_tls_seeds *s, bool client)
{
	const struct sc_tls_lock *lock = sc_tls_lock_of((enum sc_tls_kind)s->cipher->kind);
	uint8_t block[BLOCK_MOST];
	size_t mac = lock->block ? sc_tls_hash_octets((enum sc_tls_hash)s->cipher->hash) : 0;
	size_t iv = lock->block ? (s->version <= SC_TLS_1_0 ? lock->block : 0) : lock->explicit_iv ? 4 : 12;
	bool good = s->version >= SC_TLS_1_0 && make_block(c, s, block);
	const uint8_t *at = block;
	*r = (struct sc_tls_read){ .cipher = s->cipher, .version = s->version, .etm = s->etm && lock->block,
		.serial = sc_tls_serial(c) };
	memcpy(r->mac, at + (client ? 0 : mac), mac);
	at += 2 * mac;
	memcpy(r->key, at + (client ? 0 : lock->key), lock->key);
	at += 2 * lock->key;
	memcpy(r->iv, at + (client ? 0 : iv), iv);
	OPENSSL_cleanse(block, sizeof(block));
	return good;
}

static void put_be(uint8_t *to, uint64_t n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (uint8_t)(n >> 8 * (count - 1 - i));
}

/* What tag or MAC cover besides the text: number, type, version, length (RFC 5246 6.2.3). */
static void put_covered(uint8_t to[13], uint64_t seq, const struct sc_tls_record *record, size_t len)
{
	put_be(to, seq, 8);
	memcpy(to + 8, record->header, 3);
	put_be(to + 11, len, 2);
}

static bool open_aead(struct sc_tls_crypto *c, struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	uint8_t *room, sc_str *plain)
{
	const struct sc_tls_lock *lock = sc_tls_lock_of((enum sc_tls_kind)r->cipher->kind);
	uint8_t nonce[12], covered[13], number[12] = { 0 };
	sc_str sealed = record->body;
	size_t before = lock->explicit_iv ? 8 : 0;
	if (sealed.len < before + lock->tag)
		return false;
	memcpy(nonce, r->iv, sizeof(nonce));
	put_be(number + 4, seq, 8);
	if (lock->explicit_iv)
		memcpy(nonce + 4, sealed.at, 8);
	for (size_t i = 0; i < sizeof(nonce) && !lock->explicit_iv; i++)
		nonce[i] ^= number[i];
	sealed = sc_str_from(sealed, before);
	*plain = octets(room, sealed.len - lock->tag);
	put_covered(covered, seq, record, plain->len);
	return sc_tls_aead_open(c, (enum sc_tls_kind)r->cipher->kind, r->serial, r->key, nonce, octets(covered, sizeof(covered)),
		sealed, room);
}

static bool mac_fits(struct sc_tls_crypto *c, const struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	sc_str text, const char *mac)
{
	enum sc_tls_hash hash = (enum sc_tls_hash)r->cipher->hash;
	uint8_t covered[13], right[SC_TLS_DIGEST_MOST];
	size_t n = sc_tls_hash_octets(hash);
	put_covered(covered, seq, record, text.len);
	sc_str in[2] = { octets(covered, sizeof(covered)), text };
	return sc_tls_hmac(c, hash, octets(r->mac, n), in, 2, right) && memcmp(right, mac, n) == 0;
}

/* Cuts the padding off: as many octets as each of them says, and the one that says it (RFC 5246 6.2.3.2). */
static bool strip_padding(sc_str *text)
{
	uint8_t padding = text->len ? (uint8_t)text->at[text->len - 1] : 0;
	if (text->len < padding + 1u)
		return false;
	for (size_t i = text->len - 1 - padding; i < text->len; i++)
		if ((uint8_t)text->at[i] != padding)
			return false;
	text->len -= padding + 1u;
	return true;
}

static bool open_cbc(struct sc_tls_crypto *c, struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	uint8_t *room, sc_str *plain)
{
	size_t block = sc_tls_lock_of((enum sc_tls_kind)r->cipher->kind)->block;
	size_t mac = sc_tls_hash_octets((enum sc_tls_hash)r->cipher->hash);
	uint8_t iv[16];
	sc_str sealed = record->body;
	memcpy(iv, r->iv, block);
	if (r->etm) {
		if (sealed.len < mac)
			return false;
		sealed.len -= mac;
		if (!mac_fits(c, r, seq, record, sealed, sealed.at + sealed.len))
			return false;
	}
	if (r->version > SC_TLS_1_0) {
		if (sealed.len < block)
			return false;
		memcpy(iv, sealed.at, block);
		sealed = sc_str_from(sealed, block);
	}
	if (!sealed.len || sealed.len % block ||
		!sc_tls_cbc_open(c, (enum sc_tls_kind)r->cipher->kind, r->key, iv, sealed, room))
		return false;
	*plain = octets(room, sealed.len);
	if (!strip_padding(plain))
		return false;
	if (!r->etm) {
		if (plain->len < mac)
			return false;
		plain->len -= mac;
		if (!mac_fits(c, r, seq, record, *plain, plain->at + plain->len))
			return false;
	}
	memcpy(r->iv, sealed.at + sealed.len - block, block);
	return true;
}

/* ---- TLS 1.3 ---- */

/* HKDF-Expand-Label with an empty context (RFC 8446 7.1): one block is always enough. */
static bool expand_label(struct sc_tls_crypto *c, enum sc_tls_hash hash, sc_str secret, sc_str label, uint8_t *to, size_t len)
{
	uint8_t head[3] = { 0, (uint8_t)len, (uint8_t)(6 + label.len) }, tail[2] = { 0, 1 }, out[SC_TLS_DIGEST_MOST];
	const sc_str in[4] = { octets(head, sizeof(head)), SC_STR("tls13 "), label, octets(tail, sizeof(tail)) };
	bool good = sc_tls_hmac(c, hash, secret, in, 4, out);
	SC_ASSERT(len <= sc_tls_hash_octets(hash));
	memcpy(to, out, len);
	OPENSSL_cleanse(out, sizeof(out));
	return good;
}

bool sc_tls_read_new(struct sc_tls_crypto *c, struct sc_tls_read *r, const struct sc_tls_cipher *cipher, sc_str secret)
{
	enum sc_tls_hash hash = (enum sc_tls_hash)cipher->hash;
	*r = (struct sc_tls_read){ .cipher = cipher, .version = SC_TLS_1_3, .serial = sc_tls_serial(c) };
	if (secret.len != sc_tls_hash_octets(hash))
		return false;
	memcpy(r->secret, secret.at, secret.len);
	return expand_label(c, hash, secret, SC_STR("key"), r->key, sc_tls_lock_of((enum sc_tls_kind)cipher->kind)->key) &&
		expand_label(c, hash, secret, SC_STR("iv"), r->iv, 12);
}

bool sc_tls_read_update(struct sc_tls_crypto *c, struct sc_tls_read *r)
{
	enum sc_tls_hash hash = (enum sc_tls_hash)r->cipher->hash;
	size_t n = sc_tls_hash_octets(hash);
	uint8_t next[SC_TLS_DIGEST_MOST];
	bool good = expand_label(c, hash, octets(r->secret, n), SC_STR("traffic upd"), next, n) &&
		sc_tls_read_new(c, r, r->cipher, octets(next, n));
	OPENSSL_cleanse(next, sizeof(next));
	return good;
}

/* The inner type is the last octet that is not zero (RFC 8446 5.2). */
static bool open_new(struct sc_tls_crypto *c, struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	uint8_t *room, uint8_t *type, sc_str *plain)
{
	const struct sc_tls_lock *lock = sc_tls_lock_of((enum sc_tls_kind)r->cipher->kind);
	uint8_t nonce[12], number[12] = { 0 };
	if (record->type != SC_TLS_DATA || record->body.len < lock->tag)
		return false;
	put_be(number + 4, seq, 8);
	for (size_t i = 0; i < sizeof(nonce); i++)
		nonce[i] = r->iv[i] ^ number[i];
	if (!sc_tls_aead_open(c, (enum sc_tls_kind)r->cipher->kind, r->serial, r->key, nonce, octets(record->header, 5),
		record->body, room))
		return false;
	*plain = octets(room, record->body.len - lock->tag);
	while (plain->len && !plain->at[plain->len - 1])
		plain->len--;
	if (!plain->len)
		return false;
	*type = (uint8_t)plain->at[--plain->len];
	return true;
}

bool sc_tls_read_open(struct sc_tls_crypto *c, struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	uint8_t *room, uint8_t *type, sc_str *plain)
{
	*type = record->type;
	if (r->version >= SC_TLS_1_3)
		return open_new(c, r, seq, record, room, type, plain);
	if (sc_tls_lock_of((enum sc_tls_kind)r->cipher->kind)->block)
		return open_cbc(c, r, seq, record, room, plain);
	return open_aead(c, r, seq, record, room, plain);
}
