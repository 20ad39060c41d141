/* certificate.c - subject, issuer, names, serial, dates, key and hash of one certificate.
 *
 * libcrypto decodes; here its answers are copied and bounded.  Names are written as RFC 4514 does, most specific part first.
 * A date beyond the year 2261 cannot be told in nanoseconds and is left out.
 */
#include "tls/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/cursor.h"
#include "base/text.h"

#define NAMES_MOST   64u  /* of one certificate */
#define TEXT_MOST    512u /* octets of a distinguished name */
#define SERIAL_MOST  32u  /* octets; RFC 5280 4.1.2.2 allows 20 */

static sc_str take24(struct sc_cursor *c)
{
	size_t n = (size_t)sc_cursor_u8(c) << 16;
	return sc_cursor_take(c, n | sc_cursor_be16(c));
}

sc_str sc_tls_certificate_first(sc_str body, bool with_context)
{
	struct sc_cursor c = sc_cursor_of(body);
	if (with_context)
		sc_cursor_skip(&c, sc_cursor_u8(&c));
	sc_str list = take24(&c);
	struct sc_cursor in = sc_cursor_of(list);
	sc_str der = take24(&in);
	return !c.failed && !in.failed && der.len ? der : SC_STR_NONE;
}

static sc_str copy_hex(struct sc_arena *arena, const uint8_t *octets, size_t count)
{
	char room[2 * SC_TLS_DIGEST_MOST];
	struct sc_text t = sc_text_into(room, sizeof(room));
	for (size_t i = 0; i < count; i++)
		sc_text_hex(&t, octets[i], 2);
	return sc_arena_copy(arena, sc_text_str(&t));
}

static sc_str copy_name(struct sc_arena *arena, const X509_NAME *name)
{
	char room[TEXT_MOST];
	sc_str text = SC_STR_NONE;
	BIO *out = BIO_new(BIO_s_mem());
	if (out && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		int n = BIO_read(out, room, sizeof(room));
		text = sc_arena_copy(arena, (sc_str){ room, n > 0 ? (size_t)n : 0 });
	}
	BIO_free(out);
	return text;
}

static sc_str copy_alternative(struct sc_arena *arena, const GENERAL_NAME *name)
{
	char room[64];
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	if (type != GEN_DNS && type != GEN_IPADD && type != GEN_EMAIL)
		return SC_STR_NONE;
	sc_str octets = { (const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value) };
	if (type != GEN_IPADD)
		return sc_arena_copy(arena, sc_str_slice(octets, 0, 255));
	struct sc_ip ip = { .version = octets.len == 4 ? 4 : octets.len == 16 ? 6 : 0 };
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!ip.version)
		return SC_STR_NONE;
	memcpy(ip.octets, octets.at, octets.len);
	sc_text_ip(&t, &ip);
	return sc_arena_copy(arena, sc_text_str(&t));
}

static struct sc_strs copy_alternatives(struct sc_arena *arena, const X509 *x)
{
	struct sc_strs names = { 0 };
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	int count = all ? sk_GENERAL_NAME_num(all) : 0;
	size_t most = count < (int)NAMES_MOST ? (size_t)count : NAMES_MOST;
	sc_str *list = most ? sc_arena_take(arena, most * sizeof(*list)) : NULL;
	for (int i = 0; list && i < count && names.count < most; i++) {
		list[names.count] = copy_alternative(arena, sk_GENERAL_NAME_value(all, i));
		names.count += list[names.count].at != NULL;
	}
	names.items = list;
	GENERAL_NAMES_free(all);
	return names;
}

/* Days from 1970-01-01 to the first of March of a year, and from there on: the year that begins in March ends with its leap
 * day. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month < 3 ? year - 1 : year;
	int64_t m = month < 3 ? month + 9 : month - 3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static sc_time time_of(const ASN1_TIME *t)
{
	struct tm tm;
	if (!t || !ASN1_TIME_to_tm(t, &tm) || tm.tm_year + 1900 > 2261 || tm.tm_year + 1900 < 1700)
		return SC_TIME_NONE;
	int64_t s = days_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400;
	return (s + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * SC_SECOND;
}

static sc_str key_of(struct sc_arena *arena, const X509 *x)
{
	static const struct {
		int id;
		const char *word;
		bool sized;
	} words[] = { { EVP_PKEY_RSA, "RSA", true }, { EVP_PKEY_RSA_PSS, "RSA-PSS", true }, { EVP_PKEY_EC, "EC", true },
		{ EVP_PKEY_DSA, "DSA", true }, { EVP_PKEY_ED25519, "Ed25519", false }, { EVP_PKEY_ED448, "Ed448", false } };
	char room[32];
	struct sc_text t = sc_text_into(room, sizeof(room));
	const EVP_PKEY *key = X509_get0_pubkey(x);
	for (size_t i = 0; key && i < sizeof(words) / sizeof(words[0]); i++) {
		if (EVP_PKEY_get_id(key) != words[i].id)
			continue;
		sc_text_adds(&t, words[i].word);
		if (words[i].sized) {
			sc_text_put(&t, ' ');
			sc_text_number(&t, (uint64_t)EVP_PKEY_get_bits(key));
		}
		return sc_arena_copy(arena, sc_text_str(&t));
	}
	return SC_STR_NONE;
}

/* libcrypto's own word, which holds as long as the program. */
static const char *signature_of(const X509 *x)
{
	int id = X509_get_signature_nid(x);
	return id == NID_undef ? NULL : OBJ_nid2ln(id);
}

static sc_str hash_of(struct sc_tls_crypto *c, struct sc_arena *arena, sc_str der)
{
	uint8_t digest[SC_TLS_DIGEST_MOST];
	if (!sc_tls_digest_begin(c, SC_TLS_SHA256))
		return SC_STR_NONE;
	sc_tls_digest_add(c, der);
	size_t n = sc_tls_digest_end(c, digest);
	return n ? copy_hex(arena, digest, n) : SC_STR_NONE;
}

bool sc_tls_certificate_read(struct sc_tls_crypto *c, struct sc_arena *arena, sc_str der, struct sc_ev_certificate *to,
	bool *own)
{
	const unsigned char *at = (const unsigned char *)der.at;
	*to = (struct sc_ev_certificate){ .not_before = SC_TIME_NONE, .not_after = SC_TIME_NONE };
	to->sha256 = hash_of(c, arena, der);
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	if (!x)
		return false;
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t serial_octets = (size_t)ASN1_STRING_length(serial);
	to->subject = copy_name(arena, X509_get_subject_name(x));
	to->issuer = copy_name(arena, X509_get_issuer_name(x));
	to->names = copy_alternatives(arena, x);
	to->serial = copy_hex(arena, ASN1_STRING_get0_data(serial), serial_octets < SERIAL_MOST ? serial_octets : SERIAL_MOST);
	to->not_before = time_of(X509_get0_notBefore(x));
	to->not_after = time_of(X509_get0_notAfter(x));
	to->key = key_of(arena, x);
	to->signature = signature_of(x);
	*own = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
	X509_free(x);
	return true;
}
