/* test_fold.c - characters outside ASCII as small Latin letters: each script, octets that are no UTF-8, torn ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "explain/plain.h"

static const struct {
	const char *text, *plain;
} cases[] = {
	{ "Empf\xc3\xa4nger unbekannt", "empfanger unbekannt" },
	{ "Empf\xe4nger unbekannt", "empfanger unbekannt" },
	{ "Stra\xc3\x9f"
	  "e",
	  "strase" },
	{ "Empfa\xcc\x88nger", "empfanger" }, /* the accent by itself */
	{ "Skrzynka jest pe\xc5\x82na", "skrzynka jest pelna" },
	{ "c\xc4\x83su\xc8\x9b\xc4\x83", "casuta" },
	{ "h\xe1\xbb\x99p th\xc6\xb0", "hop thu" },
	{ "\xce\x9f \xcf\x87\xcf\x81\xce\xae\xcf\x83\xcf\x84\xce\xb7\xcf\x82", "o christis" },
	{ "\xd0\xaf\xd1\x89\xd0\xb8\xd0\xba \xd0\xbf\xd0\xbe\xd0\xbb\xd0\xbe\xd0\xbd", "yashik polon" },
	{ "\xd1\x91\xd1\x96", "ei" },
	{ "\xd0\xcf\xcc\xd8\xda\xcf\xd7\xc1\xd4\xc5\xcc\xd8 \xce\xc5 \xce\xc1\xca\xc4\xc5\xce",
	  "polzovatel ne nayden" }, /* KOI8-R */
	{ "\xef\xee\xeb\xfc\xe7\xee\xe2\xe0\xf2\xe5\xeb\xfc \xed\xe5 \xed\xe0\xe9\xe4\xe5\xed",
	  "polzovatel ne nayden" }, /* Windows-1251 */
	{ "it\xe2\x80\x99s \xe2\x80\x93 so", "it's so" },
	{ "\xef\xbc\xb3\xef\xbc\xad\xef\xbc\xb4\xef\xbc\xb0\xef\xbc\x81", "smtp!" }, /* wide forms */
	{ "\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8\xe3\x80\x82", "\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8" },
	{ "\xed\x95\x9c", "\xed\x95\x9c" },
	/* torn, overlong, alone */
	{ "x\xe4", "xa" },
	{ "x\xe4\xb8", "xa\xb8" },
	{ "x\xc3", "xa" },
	{ "x\x80y", "x\x80y" },
	{ "x\xf0\x9f\x98\x80", "xd\x9f\x98\x80" },
};

static void test_plain(void **state)
{
	(void)state;
	static struct sc_plain p;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_plain_read(&p, sc_str_of(cases[i].text));
		if (!sc_str_equal(sc_plain_str(&p), sc_str_of(cases[i].plain)))
			fail_msg("%s: %.*s", cases[i].plain, (int)p.len, p.at);
	}
}

static void test_guess(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum sc_fold_octets want;
	} texts[] = {
		{ "", SC_FOLD_LATIN_1 },
		{ "no such user", SC_FOLD_LATIN_1 },
		{ "cr\xe9\xe9", SC_FOLD_LATIN_1 },
		{ "\xd0\xbf\xd0\xbe\xd0\xbb\xd0\xbe\xd0\xbd \xd1\x8f\xd1\x89\xd0\xb8\xd0\xba", SC_FOLD_LATIN_1 },
		{ "\xd0\xcf\xcc\xd8\xda\xcf\xd7\xc1\xd4\xc5\xcc\xd8", SC_FOLD_KOI8 },
		{ "\xef\xee\xeb\xfc\xe7\xee\xe2\xe0\xf2\xe5\xeb\xfc", SC_FOLD_CP1251 },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (sc_fold_guess(sc_str_of(texts[i].text)) != texts[i].want)
			fail_msg("text %zu", i);
}

static void check_taken(sc_str s, enum sc_fold_octets octets)
{
	struct sc_folded f = sc_fold(s, octets);
	if (f.taken < 1 || f.taken > s.len || f.count > 3)
		fail_msg("%02x of %zu: %u taken", (unsigned char)s.at[0], s.len, f.taken);
}

/* Every octet, alone and before every other: at least one is taken, no more than there are. */
static void test_every_pair(void **state)
{
	(void)state;
	for (int a = 0x80; a < 0x100; a++)
		for (int b = 0; b < 0x100; b++)
			for (size_t len = 1; len <= 2; len++) {
				char octets[2] = { (char)a, (char)b };
				for (int set = SC_FOLD_LATIN_1; set <= SC_FOLD_CP1251; set++)
					check_taken((sc_str){ octets, len }, (enum sc_fold_octets)set);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_every_pair),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
