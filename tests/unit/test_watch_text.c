/* test_watch_text.c - faults of format in the beginning of a message, wherever they stand and however it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "story/watch_text.h"

enum { LENGTH = 300 };

/* Lines of 20 octets with CRLF. */
static void fill(char *text)
{
	for (size_t i = 0; i < LENGTH; i++)
		text[i] = i % 20 == 18 ? '\r' : i % 20 == 19 ? '\n' : 'a';
}

static void plain_text_has_none(void **state)
{
	(void)state;
	char text[LENGTH];
	struct sc_watch_text t = { .seen = 0 };
	fill(text);
	sc_watch_text_read(&t, 7, (sc_str){ text, LENGTH });
	assert_int_equal(t.seen, LENGTH);
	assert_int_equal(t.eight_bit | t.bare_lf | t.nul, 0);
}

static uint64_t found(const struct sc_watch_text *t, char c)
{
	return c == '\n' ? t->bare_lf : c == '\0' ? t->nul : t->eight_bit;
}

/* One octet is wrong, the text is cut in two: the place is found, and nothing else. */
static void each_place_is_found_at_every_cut(void **state)
{
	(void)state;
	static const char wrong[] = { '\n', '\0', (char)0x80, (char)0xff };
	for (size_t at = 0; at < LENGTH; at++) {
		for (size_t k = 0; k < sizeof(wrong); k++) {
			char *text = malloc(LENGTH);
			assert_non_null(text);
			fill(text);
			bool feed = wrong[k] == '\n' && (at % 20 == 19 || at == 0); /* behind CR, or at the very beginning */
			text[at] = wrong[k];
			for (size_t cut = 0; cut <= LENGTH; cut += at % 7 + 1) {
				struct sc_watch_text t = { .seen = 0 };
				sc_watch_text_read(&t, 1, (sc_str){ text, cut });
				sc_watch_text_read(&t, 1, (sc_str){ text + cut, LENGTH - cut });
				uint64_t place = found(&t, wrong[k]);
				bool lost_cr = at % 20 == 18 && wrong[k] != '\n'; /* then the LF behind it is bare, too */
				if (!feed && place != at + 1)
					fail_msg("octet %02x at %zu, cut at %zu: %llu", (unsigned char)wrong[k], at, cut,
						(unsigned long long)place);
				if (lost_cr && t.bare_lf != at + 2)
					fail_msg("CR lost at %zu, cut at %zu: %llu", at, cut, (unsigned long long)t.bare_lf);
			}
			free(text);
		}
	}
}

static void another_message_begins_anew(void **state)
{
	(void)state;
	struct sc_watch_text t = { .seen = 0 };
	sc_watch_text_read(&t, 1, SC_STR("a\nb"));
	assert_int_equal(t.bare_lf, 2);
	sc_watch_text_read(&t, 9, SC_STR("ab"));
	assert_int_equal(t.bare_lf, 0);
	assert_int_equal(t.seen, 2);
}

/* Behind a gap a LF proves nothing; beyond the beginning nothing is looked at. */
static void what_is_not_seen_is_not_judged(void **state)
{
	(void)state;
	struct sc_watch_text t = { .seen = 0 };
	sc_watch_text_read(&t, 1, SC_STR("ab"));
	sc_watch_text_skip(&t, 1, 100);
	sc_watch_text_read(&t, 1, SC_STR("\ncd"));
	assert_int_equal(t.bare_lf, 0);
	sc_watch_text_skip(&t, 1, SC_WATCH_TEXT_OCTETS);
	sc_watch_text_read(&t, 1, SC_STR("x\ny"));
	assert_int_equal(t.bare_lf, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_has_none),
		cmocka_unit_test(each_place_is_found_at_every_cut),
		cmocka_unit_test(another_message_begins_anew),
		cmocka_unit_test(what_is_not_seen_is_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
