/* test_sasl.c - user names out of AUTH dialogues, and no secret, whatever the client sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "smtp/sasl.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static sc_str to_base64(sc_str in, char *out, size_t size)
{
	size_t len = sc_base64_encode((const uint8_t *)in.at, in.len, out, size);
	assert_int_equal(len, SC_BASE64_OCTETS(in.len));
	return (sc_str){ out, len };
}

static bool holds(const struct sc_sasl *s, const char *word)
{
	return memmem(s, sizeof(*s), word, strlen(word)) != NULL;
}

/* A line "S:text" is a challenge, "C:text" a response as it came, "B:text" a response to be encoded. */
static void play(struct sc_sasl *s, const char *mechanism, const char *const *turns, size_t count)
{
	char encoded[1024];
	sc_sasl_begin(s, sc_str_of(mechanism));
	for (size_t i = 0; i < count && turns[i]; i++) {
		sc_str text = sc_str_of(turns[i] + 2);
		if (turns[i][0] == 'B')
			text = to_base64(text, encoded, sizeof(encoded));
		if (turns[i][0] == 'S')
			sc_sasl_challenge(s, text);
		else
			sc_sasl_response(s, text);
	}
}

#define USER_LINE   "C:YWxpY2VAZXhhbXBsZS5jb20="
#define SECRET_LINE "C:c2VjcmV0"
#define ASK_USER    "S:VXNlcm5hbWU6"
#define ASK_SECRET  "S:UGFzc3dvcmQ6"
#define HEX32       "0123456789abcdef0123456789abcdef"

static const struct sasl_case {
	const char *name, *mechanism, *user; /* NULL: not seen */
	const char *turns[6];
} cases[] = {
	/* the vectors of the mechanisms */
	{ "PLAIN", "PLAIN", "alice@example.com", { "C:AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },
	{ "PLAIN with authzid", "PLAIN", "shared@example.com",
	  { "C:c2hhcmVkQGV4YW1wbGUuY29tAGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },
	{ "LOGIN", "LOGIN", "alice@example.com", { ASK_USER, USER_LINE, ASK_SECRET, SECRET_LINE } },
	{ "CRAM-MD5", "CRAM-MD5", "alice@example.com",
	  { "S:PDEyMzRAZXhhbXBsZS5vcmc+", "C:YWxpY2VAZXhhbXBsZS5jb20gMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" } },
	{ "SCRAM", "SCRAM-SHA-256", "alice,b", { "C:biwsbj1hbGljZT0yQ2Iscj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0w=" } },
	{ "XOAUTH2", "XOAUTH2", "alice@example.com", { "C:dXNlcj1hbGljZUBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciBUT0tFTgEB" } },
	{ "OAUTHBEARER", "OAUTHBEARER", "alice@example.com",
	  { "C:bixhPWFsaWNlQGV4YW1wbGUuY29tLAFob3N0PW1haWwuZXhhbXBsZS5jb20BcG9ydD01ODcBYXV0aD1CZWFyZXIgVE9LRU4BAQ==" } },
	{ "DIGEST-MD5", "DIGEST-MD5", "al\"ice",
	  { "B:realm=\"username=secret\",username=\"al\\\"ice\",nonce=\"x\",response=secret" } },

	/* names of mechanisms */
	{ "lower case", "plain", "alice@example.com", { "C:AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },
	{ "SCRAM with binding", "scram-sha-1-plus", "alice", { "B:p=tls-unique,,n=alice,r=secret" } },
	{ "unknown mechanism", "X-SECRET", NULL, { SECRET_LINE } },
	{ "GSSAPI shows nothing", "GSSAPI", NULL, { SECRET_LINE } },

	/* PLAIN */
	{ "PLAIN after a challenge", "PLAIN", "alice@example.com", { "S:", "C:AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },
	{ "PLAIN, empty first", "PLAIN", "alice@example.com", { "C:=", "C:AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },
	{ "PLAIN, one NUL", "PLAIN", "?", { "C:YWxpY2UAc2VjcmV0" } },
	{ "PLAIN, no NUL", "PLAIN", "?", { SECRET_LINE } },
	{ "PLAIN, NUL first only", "PLAIN", "?", { "C:AHNlY3JldA==" } },
	{ "PLAIN, no name", "PLAIN", "?", { "C:AABzZWNyZXQ=" } },
	{ "PLAIN, not base64", "PLAIN", "?", { "C:alice:secret" } },
	{ "PLAIN, cancelled", "PLAIN", NULL, { "C:*" } },
	{ "PLAIN, second line", "PLAIN", "?", { "C:!", "C:AHNlY3JldABzZWNyZXQ=" } },

	/* LOGIN */
	{ "LOGIN, other words", "LOGIN", "alice@example.com",
	  { "S:VXNlciBOYW1lAA==", USER_LINE, "S:UGFzc3dvcmQA", SECRET_LINE } },
	{ "LOGIN, plain words", "LOGIN", "alice@example.com", { "S:Username:", USER_LINE, "S:Password:", SECRET_LINE } },
	{ "LOGIN, words like base64", "LOGIN", "alice@example.com", { "S:Username", USER_LINE, "S:Password", SECRET_LINE } },
	{ "LOGIN, initial response", "LOGIN", "alice@example.com", { USER_LINE, ASK_SECRET, SECRET_LINE } },
	{ "LOGIN, questions lost", "LOGIN", "alice@example.com", { "S:", USER_LINE, "S:", SECRET_LINE } },
	{ "LOGIN, questions unknown", "LOGIN", "alice@example.com", { "S:TG9naW46", USER_LINE, "S:Pz8/", SECRET_LINE } },
	{ "LOGIN, secret first", "LOGIN", "alice@example.com", { ASK_SECRET, SECRET_LINE, ASK_USER, USER_LINE } },
	{ "LOGIN, user in the question", "LOGIN", NULL, { "S:Password for user alice:", SECRET_LINE } },
	{ "LOGIN, empty name", "LOGIN", NULL, { ASK_USER, "C:", "S:", SECRET_LINE } },
	{ "LOGIN, stale question", "LOGIN", NULL, { ASK_USER, "C:", SECRET_LINE } },
	{ "LOGIN, secret not base64", "LOGIN", "alice@example.com", { ASK_USER, USER_LINE, ASK_SECRET, "C:secret!" } },
	{ "LOGIN, secret alone", "LOGIN", NULL, { ASK_SECRET, "C:secret!" } },
	{ "LOGIN, name not base64", "LOGIN", "?", { ASK_USER, "C:alice@example.com" } },
	{ "LOGIN, data of PLAIN", "LOGIN", "?", { "C:AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==" } },

	/* CRAM-MD5 */
	{ "CRAM, space in the name", "CRAM-MD5", "alice b", { "B:alice b " HEX32 } },
	{ "CRAM, no space", "CRAM-MD5", "?", { SECRET_LINE } },
	{ "CRAM, no digest", "CRAM-MD5", "?", { "B:my secret password" } },
	{ "CRAM, no name", "CRAM-MD5", "?", { "B: " HEX32 } },

	/* DIGEST-MD5 */
	{ "DIGEST, unquoted", "DIGEST-MD5", "alice", { "B:username=alice,response=secret" } },
	{ "DIGEST, spaces", "DIGEST-MD5", "alice", { "B:nc=1, username=\"alice\" , response=secret" } },
	{ "DIGEST, no end quote", "DIGEST-MD5", "?", { "B:username=\"alice,response=secret" } },
	{ "DIGEST, quote of another", "DIGEST-MD5", "?", { "B:username=\"alice,response=secret,cnonce=\"abc\"" } },
	{ "DIGEST, no comma", "DIGEST-MD5", "?", { "B:username=alice response=secret" } },
	{ "DIGEST, lone backslash", "DIGEST-MD5", "?", { "B:username=\"secret\\" } },
	{ "DIGEST, no name", "DIGEST-MD5", "?", { "B:realm=\"x\",response=secret" } },
	{ "DIGEST, empty name", "DIGEST-MD5", "?", { "B:username=\"\",response=secret" } },

	/* SCRAM and the OAuth ones */
	{ "SCRAM with authzid", "SCRAM-SHA-1", "bob=", { "B:n,a=bob=3D,n=alice,r=secret" } },
	{ "SCRAM, odd escape", "SCRAM-SHA-1", "a=4b", { "B:y,,n=a=4b,r=x" } },
	{ "SCRAM with extension", "SCRAM-SHA-1", "alice", { "B:n,,m=x,n=alice,r=x" } },
	{ "SCRAM, last message", "SCRAM-SHA-1", "?", { "B:c=biws,r=x,p=secret" } },
	{ "SCRAM, name not ended", "SCRAM-SHA-1", "?", { "B:n,,n=secret" } },
	{ "SCRAM, both messages", "SCRAM-SHA-1", "alice", { "B:n,,n=alice,r=x", "S:cj14", "B:c=biws,r=x,p=secret" } },
	{ "XOAUTH2, no end", "XOAUTH2", "?", { "B:user=alice auth=Bearer secret" } },
	{ "XOAUTH2, glued", "XOAUTH2", "?", { "B:user=alice auth=Bearer secret\x01\x01" } },
	{ "XOAUTH2, other order", "XOAUTH2", "alice", { "B:auth=Bearer secret\x01user=alice\x01\x01" } },
	{ "XOAUTH2, no user", "XOAUTH2", "?", { "B:auth=Bearer secret\x01\x01" } },
	{ "OAUTHBEARER, no name", "OAUTHBEARER", NULL, { "B:n,,\x01" "auth=Bearer secret\x01\x01" } },
	{ "OAUTHBEARER, failed", "OAUTHBEARER", NULL, { "B:n,,\x01" "auth=Bearer secret\x01\x01", "S:e30=", "C:AQ==" } },
	{ "OAUTHBEARER, glued", "OAUTHBEARER", "?", { "B:n,a=alice\x01" "auth=Bearer secret,\x01\x01" } },

	/* the rest */
	{ "EXTERNAL", "EXTERNAL", "alice", { "B:alice" } },
	{ "EXTERNAL, empty", "EXTERNAL", NULL, { "C:=" } },
	{ "ANONYMOUS", "ANONYMOUS", "trace", { "B:trace" } },
	{ "controls stay", "EXTERNAL", "a\x1b[0m\xff", { "B:a\x1b[0m\xff" } },
	{ "spaces around the line", "EXTERNAL", "alice", { "C: YWxpY2U= " } },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct sasl_case *t = &cases[i];
		struct sc_sasl s;
		play(&s, t->mechanism, t->turns, COUNT(t->turns));
		sc_str user = sc_sasl_user(&s);
		if ((user.at != NULL) != (t->user != NULL) || !sc_str_equal(user, sc_str_of(t->user)))
			fail_msg("%s: user \"%.*s\"", t->name, (int)user.len, user.at ? user.at : "");
		if (holds(&s, "secret") || holds(&s, "c2VjcmV0") || holds(&s, "TOKEN") || holds(&s, "0123456789ab"))
			fail_msg("%s: holds a secret", t->name);
	}
}

static void test_begin(void **state)
{
	(void)state;
	struct sc_sasl s;
	memset(&s, 0xff, sizeof(s));
	sc_sasl_begin(&s, SC_STR_NONE);
	assert_int_equal(s.mechanism, 0);
	sc_sasl_response(&s, SC_STR_NONE);
	sc_sasl_challenge(&s, SC_STR_NONE);
	assert_int_equal(s.lines, 1);
	for (int i = 0; i < 300; i++)
		sc_sasl_response(&s, SC_STR(""));
	assert_int_equal(s.lines, UINT8_MAX);
	assert_null(sc_sasl_user(&s).at);
	sc_sasl_begin(&s, SC_STR("PLAINER"));
	assert_int_equal(s.mechanism, 0);
}

/* A name of `count` letters and then `tail`; gives the length that is kept. */
static size_t kept(size_t count, const char *tail)
{
	char name[600], line[1024];
	struct sc_sasl s;
	memset(name, 'a', count);
	memcpy(name + count, tail, strlen(tail));
	sc_sasl_begin(&s, SC_STR("EXTERNAL"));
	sc_sasl_response(&s, to_base64((sc_str){ name, count + strlen(tail) }, line, sizeof(line)));
	assert_true(s.user_known && s.user_len <= SC_SASL_USER_OCTETS);
	assert_memory_equal(s.user, name, s.user_len);
	for (size_t i = s.user_len; i < SC_SASL_USER_OCTETS; i++)
		assert_int_equal(s.user[i], 0);
	return s.user_len;
}

static void test_long_names(void **state)
{
	(void)state;
	assert_int_equal(kept(255, ""), 255);
	assert_int_equal(kept(256, ""), 256);
	assert_int_equal(kept(300, ""), 256);
	assert_int_equal(kept(254, "\xc3\xa9"), 256);
	assert_int_equal(kept(255, "\xc3\xa9"), 255);
	assert_int_equal(kept(254, "\xe2\x82\xac"), 254);
	assert_int_equal(kept(253, "\xf0\x9f\x93\xa7"), 253);
	assert_int_equal(kept(252, "\xf0\x9f\x93\xa7" "a"), 256);
	assert_int_equal(kept(250, "\x80\x80\x80\x80\x80\x80\x80\x80"), 256);
}

static void test_huge_lines(void **state)
{
	(void)state;
	static char raw[20000], line[30000];
	struct sc_sasl s;
	/* The second NUL lies past all that is decoded. */
	memset(raw, 'x', sizeof(raw));
	raw[0] = 0;
	memcpy(raw + sizeof(raw) - 8, "\0secret", 7);
	sc_sasl_begin(&s, SC_STR("PLAIN"));
	sc_sasl_response(&s, to_base64((sc_str){ raw, sizeof(raw) }, line, sizeof(line)));
	assert_int_equal(s.user_len, 1);
	assert_int_equal(s.user[0], '?');
	memcpy(raw, "\0alice\0secret", 13);
	sc_sasl_begin(&s, SC_STR("PLAIN"));
	sc_sasl_response(&s, to_base64((sc_str){ raw, sizeof(raw) }, line, sizeof(line)));
	assert_true(sc_str_equal(sc_sasl_user(&s), SC_STR("alice")));
	assert_false(holds(&s, "secret"));
}

static void put_field(char *message, size_t at, uint16_t len, uint32_t offset)
{
	message[at] = message[at + 2] = (char)(len & 0xff);
	message[at + 1] = message[at + 3] = (char)(len >> 8);
	for (size_t i = 0; i < 4; i++)
		message[at + 4 + i] = (char)(offset >> 8 * i);
}

static void respond_ntlm(struct sc_sasl *s, const char *message, size_t len)
{
	char line[512];
	sc_sasl_response(s, to_base64((sc_str){ message, len }, line, sizeof(line)));
}

static const struct ntlm_case {
	const char *name, *user; /* NULL: not seen */
	uint16_t    len;
	uint32_t    offset;
	bool        unicode;
	size_t      size;        /* octets of the message */
} ntlm_cases[] = {
	{ "UTF-16",              "\xc3\xa9li\xf0\x9f\x93\xa7", 10, 64, true, 120 },
	{ "odd length",          "\xc3\xa9",                  3,  64,  true,  120 },
	{ "half a pair",         "\xc3\xa9li\xef\xbf\xbd",    8,  64,  true,  120 },
	{ "OEM",                 "bob",                       3,  90,  false, 120 },
	{ "no flags",            "BOB",                       3,  52,  true,  120 },
	{ "empty",               "?",                         0,  64,  true,  120 },
	{ "one octet",           "?",                         1,  64,  true,  120 },
	{ "past the end",        "?",                         10, 115, true,  120 },
	{ "far past the end",    "?",                         10, UINT32_MAX, true, 120 },
	{ "in the header",       "?",                         10, 12,  true,  120 },
	{ "in the NT response",  "?",                         6,  98,  false, 120 },
	{ "round the response",  "?",                         30, 85,  false, 120 },
	{ "cut in the fields",   "?",                         10, 64,  true,  40 },
	{ "cut after the type",  "?",                         10, 64,  true,  12 },
	{ "cut in the type",     NULL,                        10, 64,  true,  11 },
	{ "cut after the name",  NULL,                        10, 64,  true,  8 },
	{ "cut in the name",     "?",                         10, 64,  true,  7 },
};

static void test_ntlm(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ntlm_cases); i++) {
		const struct ntlm_case *t = &ntlm_cases[i];
		char m[120] = "NTLMSSP\0\x03";
		put_field(m, 20, 6, 100);
		put_field(m, 36, t->len, t->offset);
		memcpy(m + 52, "BOB", 3);
		m[60] = t->unicode;
		memcpy(m + 64, "\xe9\0l\0i\0\x3d\xd8\xe7\xdc", 10);
		memcpy(m + 90, "bob", 3);
		memcpy(m + 100, "secret", 6);
		struct sc_sasl s;
		sc_sasl_begin(&s, SC_STR("NTLM"));
		sc_sasl_response(&s, SC_STR("TlRMTVNTUAABAAAA"));
		assert_false(s.user_known);
		respond_ntlm(&s, m, t->size);
		sc_str user = sc_sasl_user(&s);
		if ((user.at != NULL) != (t->user != NULL) || !sc_str_equal(user, sc_str_of(t->user)))
			fail_msg("%s: user \"%.*s\"", t->name, (int)user.len, user.at ? user.at : "");
		if (holds(&s, "secr"))
			fail_msg("%s: holds a secret", t->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_huge_lines),
		cmocka_unit_test(test_ntlm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
