/* crypto.c - the only file that asks libcrypto for digests, MACs and ciphers (OpenSSL 3, EVP).
 *
 * Contexts are made when an engine is opened and used again for every session; what libcrypto does not offer, for want of a
 * provider or by policy, is not there, and its users say so instead of guessing.
 */
#include "tls/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/memory.h"

struct sc_tls_crypto {
	EVP_MD_CTX     *md_ctx;
	EVP_MD         *md[SC_TLS_HASHES];
	EVP_MAC        *hmac;
	EVP_MAC_CTX    *mac_ctx[SC_TLS_HASHES];
	EVP_CIPHER     *cipher[SC_TLS_KINDS];
	EVP_CIPHER_CTX *cipher_ctx[SC_TLS_KINDS];
	uint64_t        loaded[SC_TLS_KINDS]; /* serial of the key a context holds; 0: none */
	uint64_t        serial;
	bool            well; /* of the digest in work */
};

static const struct {
	const char *name;
	size_t octets;
} hashes[SC_TLS_HASHES] = {
	[SC_TLS_MD5] = { "MD5", 16 }, [SC_TLS_SHA1] = { "SHA1", 20 }, [SC_TLS_SHA256] = { "SHA256", 32 },
	[SC_TLS_SHA384] = { "SHA384", 48 },
};

static const struct {
	const char *name;
	struct sc_tls_lock lock;
} kinds[SC_TLS_KINDS] = {
	[SC_TLS_AES_128_GCM]      = { "AES-128-GCM",       { 16, 16, 0, true } },
	[SC_TLS_AES_256_GCM]      = { "AES-256-GCM",       { 32, 16, 0, true } },
	[SC_TLS_AES_128_CCM]      = { "AES-128-CCM",       { 16, 16, 0, true } },
	[SC_TLS_AES_256_CCM]      = { "AES-256-CCM",       { 32, 16, 0, true } },
	[SC_TLS_AES_128_CCM_8]    = { "AES-128-CCM",       { 16, 8, 0, true } },
	[SC_TLS_AES_256_CCM_8]    = { "AES-256-CCM",       { 32, 8, 0, true } },
	[SC_TLS_CHACHA20]         = { "ChaCha20-Poly1305", { 32, 16, 0, false } },
	[SC_TLS_AES_128_CBC]      = { "AES-128-CBC",       { 16, 0, 16, true } },
	[SC_TLS_AES_256_CBC]      = { "AES-256-CBC",       { 32, 0, 16, true } },
	[SC_TLS_CAMELLIA_128_CBC] = { "CAMELLIA-128-CBC",  { 16, 0, 16, true } },
	[SC_TLS_CAMELLIA_256_CBC] = { "CAMELLIA-256-CBC",  { 32, 0, 16, true } },
	[SC_TLS_TRIPLE_DES]       = { "DES-EDE3-CBC",      { 24, 0, 8, true } },
};

static bool is_ccm(enum sc_tls_kind kind)
{
	return kind >= SC_TLS_AES_128_CCM && kind <= SC_TLS_AES_256_CCM_8;
}

static void fetch_hash(struct sc_tls_crypto *c, enum sc_tls_hash hash)
{
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)hashes[hash].name, 0),
		OSSL_PARAM_construct_end() };
	c->md[hash] = EVP_MD_fetch(NULL, hashes[hash].name, NULL);
	c->mac_ctx[hash] = c->hmac ? EVP_MAC_CTX_new(c->hmac) : NULL;
	if (c->mac_ctx[hash] && !EVP_MAC_CTX_set_params(c->mac_ctx[hash], params)) {
		EVP_MAC_CTX_free(c->mac_ctx[hash]);
		c->mac_ctx[hash] = NULL;
	}
}

static void fetch_cipher(struct sc_tls_crypto *c, enum sc_tls_kind kind)
{
	if (!kinds[kind].name)
		return;
	c->cipher[kind] = EVP_CIPHER_fetch(NULL, kinds[kind].name, NULL);
	c->cipher_ctx[kind] = c->cipher[kind] ? EVP_CIPHER_CTX_new() : NULL;
}

struct sc_tls_crypto *sc_tls_crypto_open(void)
{
	struct sc_tls_crypto *c = sc_memory_take(sizeof(*c));
	if (!c)
		return NULL;
	c->md_ctx = EVP_MD_CTX_new();
	c->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	for (int i = 0; i < SC_TLS_HASHES; i++)
		fetch_hash(c, (enum sc_tls_hash)i);
	for (int i = 0; i < SC_TLS_KINDS; i++)
		fetch_cipher(c, (enum sc_tls_kind)i);
	if (!c->md_ctx) {
		sc_tls_crypto_close(c);
		return NULL;
	}
	return c;
}

void sc_tls_crypto_close(struct sc_tls_crypto *c)
{
	if (!c)
		return;
	for (int i = 0; i < SC_TLS_KINDS; i++) {
		EVP_CIPHER_CTX_free(c->cipher_ctx[i]);
		EVP_CIPHER_free(c->cipher[i]);
	}
	for (int i = 0; i < SC_TLS_HASHES; i++) {
		EVP_MAC_CTX_free(c->mac_ctx[i]);
		EVP_MD_free(c->md[i]);
	}
	EVP_MAC_free(c->hmac);
	EVP_MD_CTX_free(c->md_ctx);
	sc_memory_give(c);
}

/* ---- digests ---- */

size_t sc_tls_hash_octets(enum sc_tls_hash hash)
{
	return hashes[hash].octets;
}

bool sc_tls_digest_begin(struct sc_tls_crypto *c, enum sc_tls_hash hash)
{
	c->well = c->md[hash] && EVP_DigestInit_ex(c->md_ctx, c->md[hash], NULL);
	return c->well;
}

void sc_tls_digest_add(struct sc_tls_crypto *c, sc_str octets)
{
	c->well = c->well && EVP_DigestUpdate(c->md_ctx, octets.at, octets.len);
}

size_t sc_tls_digest_end(struct sc_tls_crypto *c, uint8_t digest[SC_TLS_DIGEST_MOST])
{
	unsigned len = 0;
	return c->well && EVP_DigestFinal_ex(c->md_ctx, digest, &len) ? len : 0;
}

bool sc_tls_hmac(struct sc_tls_crypto *c, enum sc_tls_hash hash, sc_str key, const sc_str *pieces, size_t count,
	uint8_t mac[SC_TLS_DIGEST_MOST])
{
	EVP_MAC_CTX *ctx = c->mac_ctx[hash];
	size_t len = 0;
	if (!ctx || !EVP_MAC_init(ctx, (const unsigned char *)key.at, key.len, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (pieces[i].len && !EVP_MAC_update(ctx, (const unsigned char *)pieces[i].at, pieces[i].len))
			return false;
	return EVP_MAC_final(ctx, mac, &len, SC_TLS_DIGEST_MOST) && len == hashes[hash].octets;
}

/* ---- ciphers ---- */

const struct sc_tls_lock *sc_tls_lock_of(enum sc_tls_kind kind)
{
	return &kinds[kind].lock;
}

uint64_t sc_tls_serial(struct sc_tls_crypto *c)
{
	return ++c->serial;
}

/* Puts key and nonce in; a key that is in already stays.  CCM takes the tag with the key. */
static bool turn(struct sc_tls_crypto *c, enum sc_tls_kind kind, uint64_t serial, const uint8_t *key, const uint8_t nonce[12],
	sc_str tag)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[kind];
	bool same = c->loaded[kind] == serial;
	c->loaded[kind] = 0;
	if (!same && !EVP_DecryptInit_ex(ctx, c->cipher[kind], NULL, NULL, NULL))
		return false;
	if (!same && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) <= 0)
		return false;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, (char *)(uintptr_t)tag.at) <= 0 && is_ccm(kind))
		return false;
	if (!EVP_DecryptInit_ex(ctx, NULL, NULL, same ? NULL : key, nonce))
		return false;
	c->loaded[kind] = is_ccm(kind) ? 0 : serial;
	return true;
}

bool sc_tls_aead_open(struct sc_tls_crypto *c, enum sc_tls_kind kind, uint64_t serial, const uint8_t *key,
	const uint8_t nonce[12], sc_str aad, sc_str sealed, uint8_t *to)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[kind];
	size_t tag_octets = kinds[kind].lock.tag;
	int n;
	if (!ctx || sealed.len < tag_octets)
		return false;
	sc_str text = sc_str_slice(sealed, 0, sealed.len - tag_octets), tag = sc_str_from(sealed, text.len);
	if (!turn(c, kind, serial, key, nonce, tag))
		return false;
	if (is_ccm(kind) && !EVP_DecryptUpdate(ctx, NULL, &n, NULL, (int)text.len))
		return false;
	if (!EVP_DecryptUpdate(ctx, NULL, &n, (const unsigned char *)aad.at, (int)aad.len))
		return false;
	if (is_ccm(kind))
		return EVP_DecryptUpdate(ctx, to, &n, (const unsigned char *)text.at, (int)text.len) > 0;
	if (text.len && !EVP_DecryptUpdate(ctx, to, &n, (const unsigned char *)text.at, (int)text.len))
		return false;
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, (char *)(uintptr_t)tag.at) <= 0)
		return false;
	return EVP_DecryptFinal_ex(ctx, to + text.len, &n) > 0;
}

bool sc_tls_cbc_open(struct sc_tls_crypto *c, enum sc_tls_kind kind, const uint8_t *key, const uint8_t *iv, sc_str sealed,
	uint8_t *to)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[kind];
	int n;
	if (!ctx || !EVP_DecryptInit_ex(ctx, c->cipher[kind], NULL, key, iv) || !EVP_CIPHER_CTX_set_padding(ctx, 0))
		return false;
	return EVP_DecryptUpdate(ctx, to, &n, (const unsigned char *)sealed.at, (int)sealed.len) && (size_t)n == sealed.len;
}
