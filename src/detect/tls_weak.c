/* tls_weak.c - TLS that protects little: old versions (RFC 8996), broken ciphers (RFC 7465, 8429), clients that offer nothing
 * better; certificates out of date, for another name, with short keys or broken signatures, judged at the capture's time.
 *
 * What is wrong with a certificate in another way, and what will be soon, is a diagnosis (cert_problem). */
#include "detect/frame/inside.h"

#define DAY 86400 /* seconds */

/* Part of the name of a cipher suite, and what is weak about it; the same for signatures. */
struct weak_part {
	const char *part, *what;
};

static const char *weak_part(const struct weak_part *rows, size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (sc_str_search(sc_str_of(name), sc_str_of(rows[i].part)) != SIZE_MAX)
			return rows[i].what;
	return NULL;
}

static const char *weak_terms(const struct sc_ev_tls *x)
{
	static const char *const versions[] = {"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"};
	static const struct weak_part ciphers[] = {
		{"_NULL_", "no encryption"}, {"EXPORT", "an export cipher"}, {"_RC4_", "RC4"},
		{"_DES_", "DES"},	     {"3DES", "3DES"},		     {"_RC2_", "RC2"},
	};
	for (size_t i = 0; x->version && i < sizeof(versions) / sizeof(versions[0]); i++)
		if (sc_is(x->version, versions[i]))
			return versions[i];
	return weak_part(ciphers, sizeof(ciphers) / sizeof(ciphers[0]), x->cipher);
}

/* ---- certificates ---- */

/* RFC 6125 6.4: a star stands for one label, the first. */
static bool name_fits(sc_str pattern, sc_str name)
{
	if (pattern.len > 2 && pattern.at[0] == '*' && pattern.at[1] == '.') {
		pattern = sc_str_from(pattern, 1);
		size_t dot = sc_str_find(name, '.');
		name = dot == SIZE_MAX ? name : sc_str_from(name, dot);
	}
	return sc_str_equal_nocase(pattern, name);
}

/* The client asked for a name, and no name of the certificate is it.  Without alternative names, or with so many that some may
 * have been left out, nothing is known. */
static bool is_of_another(const struct sc_ev_tls *x)
{
	const struct sc_strs *names = &x->certificate.names;
	for (uint32_t i = 0; i < names->count; i++)
		if (name_fits(names->items[i], x->sni))
			return false;
	return x->sni.len && names->count && names->count < 64;
}

/* Bits of an RSA key; 0: it is none. */
static uint64_t rsa_bits(sc_str key)
{
	uint64_t bits = 0;
	for (size_t i = 4; sc_str_starts(key, SC_STR("RSA ")) && i < key.len && i < 10; i++)
		bits = bits * 10 + (uint64_t)(key.at[i] - '0');
	return bits;
}

static bool is_own(const struct sc_ev_certificate *c)
{
	return c->subject.at && sc_str_equal(c->subject, c->issuer);
}

static bool say_certificate(struct sc_text *t, const struct sc_ev_tls *x, sc_time now)
{
	static const struct weak_part signatures[] = {{"md5", "MD5"}, {"MD5", "MD5"}, {"sha1", "SHA-1"}, {"SHA1", "SHA-1"}};
	const struct sc_ev_certificate *c = &x->certificate;
	bool dated = c->not_after != SC_TIME_NONE && c->not_after != 0;
	uint64_t bits = rsa_bits(c->key);
	const char *signature = is_own(c) ? NULL : weak_part(signatures, sizeof(signatures) / sizeof(signatures[0]), c->signature);
	if (dated && c->not_after < now) {
		uint64_t days = (uint64_t)((now - c->not_after) / (DAY * SC_SECOND));
		sc_text_adds(t, "showed a certificate that has expired");
		if (days)
			sc_say_part(t, ", ", days, days == 1 ? " day ago" : " days ago");
	} else if (is_of_another(x)) {
		sc_text_adds(t, "showed a certificate for other names than the one that the client asked for, ");
		sc_say_wire(t, x->sni);
	} else if (bits && bits < 2048) {
		sc_say_part(t, "showed a certificate with an RSA key of ", bits, " bits");
	} else if (signature) {
		sc_text_adds(t, "showed a certificate signed with ");
		sc_text_adds(t, signature);
	} else {
		return false;
	}
	return true;
}

/* ---- what is said ---- */

/* Clients that offer nothing better leave servers no choice. */
static bool say_offer(struct sc_text *t, const char *offer)
{
	static const struct {
		const char *word, *what;
	} rows[] = {
		{"version", "no TLS above 1.1"},
		{"weak_cipher", "no cipher but RC4, 3DES and weaker ones"},
		{"rsa_key_exchange", "no key exchange but RSA: who has the server's key can read everything later"},
	};
	for (size_t i = 0; offer && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!sc_is(offer, rows[i].word))
			continue;
		sc_text_adds(t, "offered ");
		sc_text_adds(t, rows[i].what);
		return true;
	}
	return false;
}

static bool say_weak(struct sc_text *t, const struct sc_ev_tls *x, sc_time now)
{
	const char *terms = weak_terms(x);
	if (terms) {
		sc_text_adds(t, "agreed on ");
		sc_text_adds(t, terms);
	}
	return terms || say_certificate(t, x, now);
}

/* Between servers, which ask for no proof of a name, that is usual; so is a certificate that a server signed itself, of which
 * nothing is said. */
static bool say_mild(struct sc_text *t, const struct sc_ev_tls *x)
{
	bool anonymous = x->cipher && sc_str_search(sc_str_of(x->cipher), SC_STR("_anon_")) != SIZE_MAX;
	if (anonymous)
		sc_text_adds(t, "agreed on a server without certificate");
	return anonymous;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_tls *x = s->ev->body;
	struct sc_text *t = sc_say_begin(d);
	bool client = say_offer(t, x->old_offer);
	bool weak = client || (x->established && say_weak(t, x, s->ev->when));
	if (!weak && !(x->established && say_mild(t, x)))
		return;
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = weak ? SC_SEVERITY_LOW : SC_SEVERITY_INFO,
					     .confidence = 95,
					     .subject = client ? SC_SUBJECT_CLIENT : SC_SUBJECT_SERVER,
					     .count = 1,
					     .threshold = 1});
}

const struct sc_detector_class sc_detector_tls_weak = {
	.name = "tls_weak",
	.summary = "TLS that protects little: an old version, a broken cipher, a client that offers nothing better; a "
		   "certificate that has expired, is for another name, or has a short key or a broken signature.",
	.innocent = "Between mail servers, servers without certificate or with one signed by themselves are usual: "
		    "info, or nothing.",
	.advice = "Switch off TLS 1.1 and older, RC4 and 3DES; renew the certificate, with the right names; update the client.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_tls),
	.observe = observe,
};
