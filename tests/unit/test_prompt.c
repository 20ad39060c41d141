/* test_prompt.c - the line that is typed: characters of any length in octets, and nothing that could act on the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tui/inside.h"

static void done(struct sc_tui *t, sc_str text)
{
	(void)t;
	(void)text;
}

#define B SC_KEY_BACKSPACE
#define L SC_KEY_LEFT
#define R SC_KEY_RIGHT

static const struct {
	const char *name, *before;
	uint32_t keys[12];
	const char *after;
} cases[] = {
	{ "letters", "", { 'a', '~', ' ', 'b' }, "a~ b" },
	{ "two, three and four octets", "", { 0xe9, 0x65e5, 0x1f600 }, "\u00e9\u65e5\U0001f600" },
	{ "between characters, not within one", "\u65e5\u672c", { L, 'x', L, L, 'y', R, 'z' }, "y\u65e5zx\u672c" },
	{ "a whole character is taken back", "a\u65e5\u00e9", { B, B, 'b' }, "ab" },
	{ "nothing in front of the first", "\u65e5", { L, B, L, 'a' }, "a\u65e5" },
	{ "controls of 7 and 8 bits", "", { 0x1b, 0x7f, 0x9b, 0x85, 0x0b }, "" },
	{ "what turns the direction, and what has no width", "", { 0x202e, 0x2066, 0x200f, 0x61c }, "" },
	{ "keys and what is no character", "", { SC_KEY_F1, SC_KEY_RESIZE, 0xd800, 0x10ffff + 1 }, "" },
	{ "octets that are no character go one by one", "a\xff\xe6\x97", { B, B, L, 'b' }, "ab\xff" },
};

static void takes_characters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_tui *t = sc_memory_take(sizeof(*t));
		assert_non_null(t);
		t->term.utf8 = true;
		sc_prompt_open(t, "x", sc_str_of(cases[i].before), done, NULL);
		for (size_t k = 0; k < 12 && cases[i].keys[k]; k++)
			sc_prompt_key(t, cases[i].keys[k]);
		if (!sc_str_equal((sc_str){ t->prompt.text, t->prompt.len }, sc_str_of(cases[i].after)))
			fail_msg("%s: %.*s", cases[i].name, (int)t->prompt.len, t->prompt.text);
		sc_memory_give(t);
	}
}

static void is_never_too_long(void **state)
{
	struct sc_tui *t = sc_memory_take(sizeof(*t));
	(void)state;
	assert_non_null(t);
	t->term.utf8 = true;
	sc_prompt_open(t, "x", SC_STR(""), done, NULL);
	for (int i = 0; i < SC_TUI_INPUT; i++)
		sc_prompt_key(t, 0x65e5);
	assert_int_equal(t->prompt.len, (SC_TUI_INPUT - 1) / 3 * 3);
	assert_int_equal(t->prompt.at, t->prompt.len);
	sc_memory_give(t);
}

static void a_terminal_without_utf8_gives_letters_only(void **state)
{
	struct sc_tui *t = sc_memory_take(sizeof(*t));
	(void)state;
	assert_non_null(t);
	sc_prompt_open(t, "x", SC_STR(""), done, NULL);
	sc_prompt_key(t, 0xe9);
	sc_prompt_key(t, 'a');
	assert_int_equal(t->prompt.len, 1);
	sc_memory_give(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_characters),
		cmocka_unit_test(is_never_too_long),
		cmocka_unit_test(a_terminal_without_utf8_gives_letters_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
