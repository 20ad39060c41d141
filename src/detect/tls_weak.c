/* tls_weak.c - TLS that protects little: old versions (RFC 8996), broken ciphers (RFC 7465, 8429), certificates out
 * of date. */
#include "detect/frame/inside.h"

static const char *weakness(const struct sc_ev_tls *x, bool *mild)
{
	static const char *const versions[] = {"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"};
	static const struct {
		sc_str part;
		const char *what;
	} ciphers[] = {
		{{"_NULL_", 6}, "no encryption"},
		{{"EXPORT", 6}, "an export cipher"},
		{{"_RC4_", 5}, "RC4"},
		{{"_DES_", 5}, "DES"},
		{{"3DES", 4}, "3DES"},
		{{"_RC2_", 5}, "RC2"},
	};
	sc_str cipher = sc_str_of(x->cipher);
	for (size_t i = 0; x->version && i < sizeof(versions) / sizeof(versions[0]); i++)
		if (sc_is(x->version, versions[i]))
			return versions[i];
	for (size_t i = 0; cipher.len && i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (sc_str_search(cipher, ciphers[i].part) != SIZE_MAX)
			return ciphers[i].what;
	*mild = true;
	return cipher.len && sc_str_search(cipher, SC_STR("_anon_")) != SIZE_MAX ? "a server without certificate"
										 : NULL;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_tls *x = s->ev->body;
	bool mild = false;
	const char *what = x->established ? weakness(x, &mild) : NULL;
	if (!what && x->established && x->certificate.not_after != SC_TIME_NONE && x->certificate.not_after != 0 &&
	    x->certificate.not_after < s->ev->when) {
		what = "a certificate that has expired";
		mild = false;
	}
	if (!what)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "agreed on ");
	sc_text_adds(t, what);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = mild ? SC_SEVERITY_INFO : SC_SEVERITY_LOW,
					     .confidence = 95,
					     .subject = SC_SUBJECT_SERVER,
					     .count = 1,
					     .threshold = 1});
}

const struct sc_detector_class sc_detector_tls_weak = {
	.name = "tls_weak",
	.summary = "A session inside an old version of TLS, with a broken cipher, or with a certificate that has "
		   "expired.",
	.innocent = "Between mail servers, servers without certificate or with one signed by themselves are usual: "
		    "info, or nothing.",
	.advice = "Switch off TLS 1.1 and older, RC4 and 3DES; renew the certificate.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_tls),
	.observe = observe,
};
