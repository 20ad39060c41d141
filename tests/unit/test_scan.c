/* test_scan.c - the end of a message: the fast scanner against its plain twin and against what is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/scan.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define TEXT(s)  { s, sizeof(s) - 1 }

static const struct scan_case {
	const char *name;
	sc_str   text;
	bool     ended;
	uint64_t octets, stuffed, lines; /* of the extent */
	uint64_t read;
	uint64_t lookalikes, look_end, look_octets; /* the last one's */
} cases[] = {
	{ "empty message",      TEXT(".\r\n"),                 true,  0,  0, 0, 3, 0, 0, 0 },
	{ "one line",           TEXT("a\r\n.\r\n"),            true,  3,  0, 1, 6, 0, 0, 0 },
	{ "stops at the end",   TEXT("a\r\n.\r\nQUIT\r\n"),    true,  3,  0, 1, 6, 0, 0, 0 },
	{ "no end",             TEXT("a\r\n"),                 false, 3,  0, 1, 3, 0, 0, 0 },
	{ "dot alone at end",   TEXT("a\r\n."),                false, 4,  0, 1, 4, 0, 0, 0 },
	{ "stuffed",            TEXT("..\r\n..a\r\n.\r\n"),    true,  9,  2, 2, 12, 0, 0, 0 },
	{ "dot not doubled",    TEXT(".a\r\n.\r\n"),           true,  4,  1, 1, 7, 0, 0, 0 },
	{ "dot inside a line",  TEXT("a.\r\nb.c\r\n.\r\n"),    true,  9,  0, 2, 12, 0, 0, 0 },
	{ "dot behind a space", TEXT(" .\r\n.\r\n"),           true,  4,  0, 1, 7, 0, 0, 0 },
	{ "LF.LF",              TEXT("a\n.\nb"),               false, 5,  0, 2, 5, 1, 4, 2 },
	{ "LF.CRLF",            TEXT("a\n.\r\nb"),             false, 6,  0, 2, 6, 1, 5, 2 },
	{ "CRLF.LF",            TEXT("a\r\n.\nb"),             false, 6,  1, 2, 6, 1, 5, 3 },
	{ "CR.CR",              TEXT("a\r.\rb"),               false, 5,  0, 0, 5, 1, 4, 2 },
	{ "CR.CRLF",            TEXT("a\r.\r\nb"),             false, 6,  0, 1, 6, 1, 5, 2 },
	{ "CRLF.CR",            TEXT("a\r\n.\rb"),             false, 6,  1, 1, 6, 1, 5, 3 },
	{ "CRLF NUL . CRLF",    TEXT("a\r\n\0.\r\nb"),         false, 8,  0, 2, 8, 1, 7, 3 },
	{ "NUL within a line",  TEXT("a\0.\r\nb"),             false, 6,  0, 1, 6, 0, 0, 0 },
	{ "CR CR LF . CRLF",    TEXT("a\r\r\n.\r\n"),          true,  4,  0, 1, 7, 0, 0, 0 },
	{ "two look-alikes",    TEXT("a\n.\n\n.\nb"),          false, 8,  0, 4, 8, 2, 7, 5 },
	{ "LF CRLF . CRLF",     TEXT("\n\r\n.\r\n"),           true,  3,  0, 2, 6, 0, 0, 0 },
};

static struct sc_scan fresh(void)
{
	struct sc_scan s;
	sc_scan_begin(&s);
	return s;
}

static void test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct scan_case *t = &cases[i];
		struct sc_scan s = fresh();
		bool ended;
		size_t n = sc_scan_read(&s, t->text, &ended);
		bool right = ended == t->ended && n == t->read && s.extent.octets == t->octets &&
			     s.extent.stuffed == t->stuffed && s.extent.lines == t->lines;
		bool look = s.lookalikes == t->lookalikes && s.last.end == t->look_end &&
			    s.last.before.octets == t->look_octets;
		if (!right || !look)
			fail_msg("%s: ended %d read %zu octets %lu stuffed %lu lines %lu look %lu at %lu octets %lu", t->name,
				 ended, n, (unsigned long)s.extent.octets, (unsigned long)s.extent.stuffed,
				 (unsigned long)s.extent.lines, (unsigned long)s.lookalikes, (unsigned long)s.last.end,
				 (unsigned long)s.last.before.octets);
	}
}

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

/* Octets in memory of their own, so that reading past them is seen. */
static char *random_text(uint32_t *seed, size_t len)
{
	static const char alphabet[] = { '\r', '\n', '.', '\0', 'a' };
	uint32_t plain = dice(seed, 3) ? 0 : 20; /* sometimes mostly text */
	char *text = malloc(len ? len : 1);
	for (size_t i = 0; i < len; i++) {
		uint32_t n = dice(seed, 5 + plain);
		text[i] = alphabet[n < 5 ? n : 4];
	}
	return text;
}

static void same(const struct sc_scan *a, const struct sc_scan *b, const char *what)
{
	bool extents = memcmp(&a->extent, &b->extent, sizeof(a->extent)) == 0;
	bool looks = a->lookalikes == b->lookalikes && memcmp(&a->first, &b->first, sizeof(a->first)) == 0 &&
		     memcmp(&a->last, &b->last, sizeof(a->last)) == 0;
	if (!extents || !looks || a->total != b->total || a->long_line != b->long_line)
		fail_msg("%s: octets %lu/%lu stuffed %lu/%lu lines %lu/%lu look %lu/%lu long %d/%d", what,
			 (unsigned long)a->extent.octets, (unsigned long)b->extent.octets,
			 (unsigned long)a->extent.stuffed, (unsigned long)b->extent.stuffed,
			 (unsigned long)a->extent.lines, (unsigned long)b->extent.lines, (unsigned long)a->lookalikes,
			 (unsigned long)b->lookalikes, a->long_line, b->long_line);
}

/* Reads all of it in random pieces with one of the twins. */
static struct sc_scan read_cut(const char *text, size_t len, uint32_t *seed, uint32_t most, bool plain, bool *ended)
{
	struct sc_scan s = fresh();
	size_t at = 0;
	*ended = false;
	while (at < len && !*ended) {
		size_t n = 1 + dice(seed, most);
		n = n < len - at ? n : len - at;
		char *piece = malloc(n);
		memcpy(piece, text + at, n);
		sc_str run = { piece, n };
		at += plain ? sc_scan_read_plain(&s, run, ended) : sc_scan_read(&s, run, ended);
		free(piece);
	}
	return s;
}

static void test_twins(void **state)
{
	(void)state;
	uint32_t seed = 1;
	for (int round = 0; round < 60000; round++) {
		size_t len = dice(&seed, round % 100 ? 60 : 3000);
		char *text = random_text(&seed, len);
		bool ended[3];
		struct sc_scan whole = fresh();
		sc_str run = { text, len };
		(void)sc_scan_read_plain(&whole, run, &ended[0]);
		struct sc_scan fast = read_cut(text, len, &seed, 1 + dice(&seed, 40), false, &ended[1]);
		struct sc_scan slow = read_cut(text, len, &seed, 1 + dice(&seed, 40), true, &ended[2]);
		assert_int_equal(ended[0], ended[1]);
		assert_int_equal(ended[0], ended[2]);
		same(&whole, &fast, "fast, cut");
		same(&whole, &slow, "plain, cut");
		free(text);
	}
}

/* A line over the limit is seen wherever the text is cut. */
static void test_long_lines(void **state)
{
	(void)state;
	uint32_t seed = 7;
	for (size_t len = 990; len < 1010; len++) {
		char *text = malloc(len + 2);
		bool ended;
		memset(text, 'x', len);
		memcpy(text + len, "\r\n", 2);
		for (uint32_t most = 1; most < 2000; most = most * 3 + 1) {
			struct sc_scan s = read_cut(text, len + 2, &seed, most, false, &ended);
			if (s.long_line != (len + 2 > 1000))
				fail_msg("line of %zu octets, pieces up to %u: long %d", len + 2, most, s.long_line);
		}
		free(text);
	}
}

static void test_gap(void **state)
{
	(void)state;
	struct sc_scan s = fresh();
	bool ended;
	sc_scan_read(&s, SC_STR("a\r\n"), &ended);
	sc_scan_gap(&s, 100);
	sc_scan_read(&s, SC_STR(".\r\n"), &ended);
	assert_false(ended); /* what stands before the dot is not known */
	sc_scan_read(&s, SC_STR(".\r\n"), &ended);
	assert_true(ended);
	assert_int_equal(s.extent.octets, 106);
	sc_scan_begin(&s);
	assert_int_equal(sc_scan_read(&s, SC_STR(""), &ended), 0);
	assert_false(ended);
}

static void test_lines(void **state)
{
	(void)state;
	static char text[10000]; /* more than the octets of a wide register can count at once */
	memset(text, '\n', sizeof(text));
	for (size_t n = 0; n <= sizeof(text); n += n < 200 ? 1 : 7)
		assert_int_equal(sc_scan_lines((sc_str){ text, n }), n);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(sc_scan_lines((sc_str){ text, n }), (n + 245) / 256);
	assert_int_equal(sc_scan_lines(SC_STR("a\r\nb\nc")), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
