/* test_earlier.c - JSON token by token, and what an earlier report tells: of any text, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "model/earlier.h"

/* "{ k=report s=x p=1 }" */
static const char *tokens(const char *json)
{
	static char told[512];
	struct sc_json_reader r = {.rest = sc_str_of(json)};
	size_t len = 0;
	told[0] = 0;
	for (int i = 0; i < 60; i++) {
		sc_str text;
		enum sc_json_token t = sc_json_next(&r, &text);
		static const char *const words[] = {"end", "bad", "(", ")", "k=", "s=", "p="};
		len += (size_t)snprintf(told + len, sizeof(told) - len, "%s%.*s ", words[t], (int)text.len, text.at ? text.at : "");
		if (t == SC_JSON_END || t == SC_JSON_BAD)
			break;
	}
	return told;
}

static void test_tokens(void **state)
{
	static const struct {
		const char *json, *due;
	} cases[] = {
		{"{\"a\":[1,-2.5e3,true],\"b\" : {}}", "( k=a ( p=1 p=-2.5e3 p=true ) k=b ( ) ) end "},
		{" [ \"a\\\"b\" , \"\" ] \n", "( s=a\\\"b s= ) end "},
		{"{\"a\":\"b:c\",\"d\":null}", "( k=a s=b:c k=d p=null ) end "},
		{"", "end "},
		{"{", "( bad "},
		{"}", "bad "},
		{"{]", "( bad "},
		{"[}", "( bad "},
		{"\"abc", "bad "},
		{"\"abc\\", "bad "},
		{"[\"a\\\\\"]", "( s=a\\\\ ) end "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(tokens(cases[i].json), cases[i].due);
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text, *due;
	} cases[] = {
		{"plain", "plain"}, {"\\\"\\\\\\/\\n\\t", "\"\\/\n\t"}, {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"},
		{"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"}, {"\\ud83d!", "\xef\xbf\xbd!"}, {"\\ude00\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\\ud83d\\u0041", "\xef\xbf\xbd" "A"}, {"\\x\\u12", "\xef\xbf\xbd\xef\xbf\xbd" "12"}, {"a\\", "a\xef\xbf\xbd"}, {"", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char room[40];
		struct sc_text t = sc_text_into(room, sizeof(room) - 1);
		sc_json_text(&t, sc_str_of(cases[i].text));
		room[t.len] = 0;
		assert_string_equal(room, cases[i].due);
		t = sc_text_into(room, 2);
		sc_json_text(&t, sc_str_of(cases[i].text));
		assert_true(t.len <= 2);
	}
}

#define REPORT                                                                                                                     \
	"{\"v\":1,\"report\":\"senders\",\"parts\":[\"senders\"],\"scope\":{\"source\":\"x\",\"first\":\"F\",\"last\":\"L\"},"      \
	"\"recipients\":{\"all\":7,\"failed\":2,\"outcomes\":{\"accepted\":5,\"deferred\":0,\"rejected\":2}},"                      \
	"\"suspects\":{\"rows\":[{\"score\":64,\"kind\":\"client\",\"value\":\"203.0.113.8\",\"sessions\":[\"a\"]},"                 \
	"{\"score\":23,\"kind\":\"domain\",\"value\":\"\\u0007\\\"x\"}]%s},\"rules\":{\"rows\":[{\"score\":9,\"kind\":\"client\",\"value\":\"no\"}]}}"

static void test_report(void **state)
{
	static struct sc_earlier e;
	static char text[1000];
	struct sc_suspect s = {.kind = "domain", .value_len = 3, .value = "\a\"x"};
	(void)state;
	snprintf(text, sizeof(text), REPORT, "");
	assert_true(sc_earlier_read(&e, sc_str_of(text)));
	assert_true(e.senders);
	assert_false(e.cut);
	assert_int_equal(e.recipients, 7);
	assert_int_equal(e.outcomes[SC_OUTCOME_accepted], 5);
	assert_int_equal(e.outcomes[SC_OUTCOME_rejected], 2);
	assert_int_equal(e.count, 2);
	assert_int_equal(e.sources[0].score, 64);
	assert_memory_equal(e.first.at, "F", 1);
	assert_ptr_equal(sc_earlier_of(&e, &s), &e.sources[1]);
	s.kind = "user";
	assert_null(sc_earlier_of(&e, &s));
	snprintf(text, sizeof(text), REPORT, ",\"others\":{\"findings\":3}");
	assert_true(sc_earlier_read(&e, sc_str_of(text)));
	assert_true(e.cut);
}

/* Cut anywhere it is no report; with any octet changed it is read or it is not, and nothing beyond it is. */
static void test_damage(void **state)
{
	static struct sc_earlier e;
	static char text[1000];
	(void)state;
	int len = snprintf(text, sizeof(text), REPORT, ",\"others\":{}");
	for (int n = 0; n < len; n++) {
		char *copy = memcpy(malloc((size_t)n + 1), text, (size_t)n);
		assert_false(sc_earlier_read(&e, (sc_str){copy, (size_t)n}));
		free(copy);
	}
	for (int i = 0; i < len; i++)
		for (const char *c = "{}[]\":,\\0x"; *c; c++) {
			char *copy = memcpy(malloc((size_t)len), text, (size_t)len);
			copy[i] = *c;
			sc_earlier_read(&e, (sc_str){copy, (size_t)len});
			assert_true(e.count <= SC_EARLIER_SOURCES);
			free(copy);
		}
}

static void test_many(void **state)
{
	static struct sc_earlier e;
	static char text[60000];
	size_t len = (size_t)snprintf(text, sizeof(text), "{\"report\":\"senders\",\"suspects\":{\"rows\":[");
	(void)state;
	for (int i = 0; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "{\"score\":5,\"kind\":\"client\",\"value\":\"%d\"},", i);
	snprintf(text + len, sizeof(text) - len, "]}}");
	assert_true(sc_earlier_read(&e, sc_str_of(text)));
	assert_int_equal(e.count, SC_EARLIER_SOURCES);
	assert_true(e.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
