/* test_choices.c - what is remembered of the tables, and a window of time, whatever the file and the keys say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tui/inside.h"

static const struct {
	const char *name, *file, *back; /* what is read, and what would be written */
} cases[] = {
	{ "nothing", "", "" },
	{ "one screen", "sessions sort=time reverse=yes hide=tls,auth\n", "sessions sort=time reverse=yes hide=tls,auth\n" },
	{ "no end of line", "tls sort=count", "tls sort=count reverse=no\n" },
	{ "twice: the last word counts", "tls sort=count\ntls sort=failed\n", "tls sort=failed reverse=no\n" },
	{ "not of this form", "Sessions sort=time\n../../etc sort=x\n\033[2J sort=time\n=\n   \n", "" },
	{ "a name too long", "abcdefghijklmnopqrst sort=time\n", "" },
	{ "a value too long", "tls sort=abcdefghijklmnopqrst hide=abcdefghijklmnopqrst,count\n", "tls reverse=no hide=count\n" },
	{ "controls in values", "tls sort=ti\033me hide=\001,a\tb,ok\n", "tls reverse=no hide=ok\n" },
	{ "more columns than there are", "tls hide=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o\n", "tls reverse=no hide=a,b,c,d,e,f,g,h,i,j,k,l\n" },
	{ "more screens than there are", "a x\nb x\nc x\nd x\ne x\nf x\ng x\nh x\ni x\nj x\nk x\nl x\nm x\nn x\n",
	  "a reverse=no\nb reverse=no\nc reverse=no\nd reverse=no\ne reverse=no\nf reverse=no\ng reverse=no\nh reverse=no\n"
	  "i reverse=no\nj reverse=no\nk reverse=no\nl reverse=no\n" },
};

static void reads_what_it_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char octets[4096];
		struct sc_text text = sc_text_into(octets, sizeof(octets) - 1);
		struct sc_tui *t = sc_memory_take(sizeof(*t));
		assert_non_null(t);
		sc_choices_read(t, sc_str_of(cases[i].file));
		sc_choices_write(t, &text);
		octets[text.len] = '\0';
		if (strcmp(octets, cases[i].back) != 0)
			fail_msg("%s: %s", cases[i].name, octets);
		sc_memory_give(t);
	}
}

static void takes_nul_octets(void **state)
{
	char octets[256];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	struct sc_tui *t = sc_memory_take(sizeof(*t));
	(void)state;
	assert_non_null(t);
	sc_choices_read(t, SC_STR("tls\0 sort=time\ntls sort=a\0b hide=\0\nsessions hide=why\n"));
	sc_choices_write(t, &text);
	assert_true(sc_str_equal(sc_text_str(&text), SC_STR("tls reverse=no\nsessions reverse=no hide=why\n")));
	sc_memory_give(t);
}

/* ---- the window ---- */

static const struct {
	const char *name, *keys;
	sc_time from, to; /* seconds; 0, 0: all of the time */
} windows[] = {
	{ "everything", "", 0, 0 },
	{ "the middle", "{", 125, 175 },
	{ "and back", "{}", 0, 0 },
	{ "twice closer", "{{", 137, 162 },
	{ "not before the first event", "{{[[[[[[[[[[[", 100, 125 },
	{ "not behind the last", "{{]]]]]]]]]]]", 176, 201 },
	{ "out again at the edge", "{{]]]]]]]]]]]}}", 0, 0 },
	{ "never narrower than a second", "{{{{{{{{{{{{{{{", 149, 150 },
	{ "nothing to shift", "[]", 0, 0 },
};

static void press(struct sc_tui *t, const char *keys)
{
	for (; *keys; keys++)
		assert_true(sc_window_key(t, sc_key_command((uint32_t)*keys)));
}

static void zooms_and_shifts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct sc_tui *t = sc_memory_take(sizeof(*t));
		assert_non_null(t);
		t->oldest = t->newest = SC_TIME_NONE;
		sc_window_note(t, 150 * SC_SECOND);
		sc_window_note(t, 100 * SC_SECOND);
		sc_window_note(t, 200 * SC_SECOND);
		press(t, windows[i].keys);
		const struct sc_window *w = &t->window;
		bool right = windows[i].to ? w->set && w->from == windows[i].from * SC_SECOND && w->to == windows[i].to * SC_SECOND :
			!w->set;
		if (!right)
			fail_msg("%s: %s %lld - %lld ms", windows[i].name, w->set ? "set" : "not set", (long long)(w->from / SC_MS),
				 (long long)(w->to / SC_MS));
		sc_memory_give(t);
	}
}

static void stays_without_events(void **state)
{
	struct sc_tui *t = sc_memory_take(sizeof(*t));
	(void)state;
	assert_non_null(t);
	t->oldest = t->newest = SC_TIME_NONE;
	press(t, "{}[]{{");
	assert_false(t->window.set);
	assert_true(sc_tui_inside(t, 0));
	sc_memory_give(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_can),
		cmocka_unit_test(takes_nul_octets),
		cmocka_unit_test(zooms_and_shifts),
		cmocka_unit_test(stays_without_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
