/* test_framer.c - lines, text, chunks and records out of a stream: the same units however the stream is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/framer.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define TEXT(s)  { s, sizeof(s) - 1 }

/* Units written down, runs of text and opaque octets joined: "L(ab)l2 T5 E O7 G3 P". */
struct paper {
	char   text[4096];
	size_t len;
	uint64_t run;
	char   kind;
};

static void end_run(struct paper *p)
{
	if (p->run)
		p->len += (size_t)sprintf(p->text + p->len, "%c%lu ", p->kind, (unsigned long)p->run);
	p->run = 0;
}

static void note_run(struct paper *p, char kind, uint64_t octets)
{
	if (p->kind != kind)
		end_run(p);
	p->kind = kind;
	p->run += octets;
}

static void note_line(struct paper *p, const struct sc_unit *u)
{
	p->len += (size_t)sprintf(p->text + p->len, "L(%.*s)", u->bytes.len > 20 ? 20 : (int)u->bytes.len, u->bytes.at);
	p->len += (size_t)sprintf(p->text + p->len, "%s%s%s ", u->bare_lf ? "b" : "", u->cut ? "c" : "", u->ragged ? "r" : "");
}

static void note(struct paper *p, const struct sc_unit *u)
{
	switch (u->kind) {
	case SC_UNIT_TEXT:
		note_run(p, 'T', u->octets);
		return;
	case SC_UNIT_OPAQUE:
		note_run(p, 'O', u->octets);
		return;
	case SC_UNIT_GAP:
		note_run(p, 'G', u->octets);
		return;
	case SC_UNIT_END:
		note_run(p, 'T', u->octets);
		end_run(p);
		p->len += (size_t)sprintf(p->text + p->len, "E ");
		return;
	case SC_UNIT_PROXY:
		end_run(p);
		p->len += (size_t)sprintf(p->text + p->len, "P ");
		return;
	case SC_UNIT_LINE:
		end_run(p);
		note_line(p, u);
		return;
	}
}

struct bench {
	struct sc_blocks store;
	struct sc_scan scan;
	struct sc_framer f;
	struct paper paper;
	uint64_t offset;
};

static struct bench *bench_open(enum sc_framer_mode mode, uint64_t left, bool proxy)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_true(sc_blocks_open(&b->store, 4 << 20));
	b->f = (struct sc_framer){ .store = &b->store, .scan = &b->scan, .proxy = proxy };
	sc_framer_mode(&b->f, mode, left);
	sc_scan_begin(&b->scan);
	return b;
}

/* A tiny dialogue: "DATA" opens text, "BDAT n" a chunk, "TLS" a new start. */
static void follow(struct bench *b, const struct sc_unit *u)
{
	if (u->kind == SC_UNIT_END) {
		sc_framer_mode(&b->f, SC_FRAME_LINES, 0);
	} else if (u->kind == SC_UNIT_LINE && sc_str_equal(u->bytes, SC_STR("DATA"))) {
		sc_scan_begin(&b->scan);
		sc_framer_mode(&b->f, SC_FRAME_TEXT, 0);
	} else if (u->kind == SC_UNIT_LINE && sc_str_starts(u->bytes, SC_STR("BDAT "))) {
		uint64_t n = 0;
		sc_str_number(sc_str_from(u->bytes, 5), &n);
		sc_framer_mode(&b->f, SC_FRAME_CHUNK, n);
	} else if (u->kind == SC_UNIT_LINE && sc_str_equal(u->bytes, SC_STR("TLS"))) {
		sc_framer_mode(&b->f, SC_FRAME_START, 0);
	}
}

static void read_units(struct bench *b)
{
	struct sc_unit u;
	while (sc_framer_next(&b->f, &u)) {
		note(&b->paper, &u);
		assert_int_equal(u.end, b->f.offset);
		follow(b, &u);
	}
	sc_framer_keep(&b->f);
}

/* Pushes a run from memory of its own that is gone afterwards; `at` NULL: a gap. */
static void push(struct bench *b, const char *at, size_t len, bool read)
{
	char *copy = at ? malloc(len ? len : 1) : NULL;
	if (at)
		memcpy(copy, at, len);
	struct sc_segment run = { .offset = b->offset, .bytes = { copy, len } };
	b->offset += len;
	sc_framer_push(&b->f, &run);
	if (read)
		read_units(b);
	else
		sc_framer_keep(&b->f);
	free(copy);
}

static const char *bench_close(struct bench *b, char *to)
{
	end_run(&b->paper);
	(void)sc_framer_close(&b->f);
	assert_int_equal(sc_blocks_in_use(&b->store), 0);
	sc_blocks_close(&b->store);
	strcpy(to, b->paper.text);
	free(b);
	return to;
}

static const struct framer_case {
	const char *name;
	enum sc_framer_mode mode;
	uint64_t left;
	bool proxy;
	sc_str text;
	const char *units;
} cases[] = {
	{ "lines",           SC_FRAME_LINES, 0, false, TEXT("ab\r\n\r\nc d\r\n"), "L(ab) L() L(c d) " },
	{ "bare LF",         SC_FRAME_LINES, 0, false, TEXT("ab\n\nc\r\n"), "L(ab)b L()b L(c) " },
	{ "CR inside",       SC_FRAME_LINES, 0, false, TEXT("a\rb\r\r\n"), "L(a\rb\r) " },
	{ "unfinished",      SC_FRAME_LINES, 0, false, TEXT("ab\r\ncd"), "L(ab) " },
	{ "text",            SC_FRAME_TEXT,  0, false, TEXT("ab\r\n.\r\nQUIT\r\n"), "T7 E L(QUIT) " },
	{ "empty text",      SC_FRAME_TEXT,  0, false, TEXT(".\r\nQUIT\r\n"), "T3 E L(QUIT) " },
	{ "text, no end",    SC_FRAME_TEXT,  0, false, TEXT("ab\r\n."), "T5 " },
	{ "DATA, text",      SC_FRAME_LINES, 0, false, TEXT("DATA\r\nx\r\n.\r\nQ\r\n"), "L(DATA) T6 E L(Q) " },
	{ "chunk",           SC_FRAME_CHUNK, 4, false, TEXT("a\r\nbQUIT\r\n"), "T4 E L(QUIT) " },
	{ "empty chunk",     SC_FRAME_LINES, 0, false, TEXT("BDAT 0\r\nQ\r\n"), "L(BDAT 0) E L(Q) " },
	{ "two chunks",      SC_FRAME_LINES, 0, false, TEXT("BDAT 2\r\n\r\nBDAT 1\r\nxQ\r\n"),
	  "L(BDAT 2) T2 E L(BDAT 1) T1 E L(Q) " },
	{ "chunk, no end",   SC_FRAME_CHUNK, 9, false, TEXT("abc"), "T3 " },
	{ "TLS",             SC_FRAME_START, 0, false, TEXT("\x16\x03\x01\0\x05hello\r\n"), "O12 " },
	{ "nearly TLS",      SC_FRAME_START, 0, false, TEXT("\x16\x02\r\n"), "L(\x16\x02) " },
	{ "not TLS 3.9",     SC_FRAME_START, 0, false, TEXT("\x16\x03\x09\r\n"), "L(\x16\x03\x09) " },
	{ "lines at start",  SC_FRAME_START, 0, false, TEXT("EHLO x\r\n"), "L(EHLO x) " },
	{ "TLS later",       SC_FRAME_LINES, 0, false, TEXT("TLS\r\n\x16\x03\x03\0\0"), "L(TLS) O5 " },
	{ "PROXY 2",         SC_FRAME_START, 0, true,
	  TEXT("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x03" "abcEHLO x\r\n"), "P L(EHLO x) " },
	{ "PROXY 2, empty",  SC_FRAME_START, 0, true, TEXT("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0EHLO x\r\n"), "P L(EHLO x) " },
	{ "PROXY 2 and TLS", SC_FRAME_START, 0, true, TEXT("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0\x16\x03\x01\0\0"), "P O5 " },
	{ "nearly PROXY 2",  SC_FRAME_START, 0, true, TEXT("\r\n\r\n\0\r\nQUI\n"), "L() L() L(" },
	{ "not at its time", SC_FRAME_START, 0, false, TEXT("\r\n\r\nQ\r\n"), "L() L() L(Q) " },
};

static void test_cuts(void **state)
{
	(void)state;
	char text[4096];
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct framer_case *t = &cases[i];
		for (size_t n = 1; n <= t->text.len; n++)
			for (size_t first = 0; first < n; first++) {
				struct bench *b = bench_open(t->mode, t->left, t->proxy);
				for (size_t at = 0; at < t->text.len;) {
					size_t len = at == 0 && first ? first : n;
					len = len < t->text.len - at ? len : t->text.len - at;
					push(b, t->text.at + at, len, true);
					at += len;
				}
				if (strncmp(bench_close(b, text), t->units, strlen(t->units)) != 0)
					fail_msg("%s: cut by %zu from %zu: %s", t->name, n, first, text);
			}
	}
}

/* A side that nobody reads is kept and read later, whatever its mode is by then. */
static void test_held(void **state)
{
	(void)state;
	char text[4096];
	for (size_t n = 1; n < 20; n++) {
		struct bench *b = bench_open(SC_FRAME_LINES, 0, false);
		static const char octets[] = "DATA\r\nx\r\n.\r\nQUIT\r\n";
		for (size_t at = 0; at < sizeof(octets) - 1; at += n)
			push(b, octets + at, n < sizeof(octets) - 1 - at ? n : sizeof(octets) - 1 - at, false);
		assert_true(sc_framer_waits(&b->f));
		assert_int_equal(sc_framer_head(&b->f).offset, 0);
		read_units(b);
		assert_false(sc_framer_waits(&b->f));
		assert_string_equal(bench_close(b, text), "L(DATA) T6 E L(QUIT) ");
	}
}

static void test_held_too_much(void **state)
{
	(void)state;
	char text[4096], *octets = calloc(1, SC_FRAMER_HELD_OCTETS);
	struct bench *b = bench_open(SC_FRAME_TEXT, 0, false);
	push(b, octets, SC_FRAMER_HELD_OCTETS, false);
	assert_int_equal(b->f.dropped, 0);
	push(b, octets, 1000, false);
	assert_int_equal(b->f.dropped, 1000);
	read_units(b);
	push(b, "x", 1, true); /* what could not be kept is a gap */
	free(octets);
	char expected[64];
	sprintf(expected, "T%u G1000 T1 ", SC_FRAMER_HELD_OCTETS);
	assert_string_equal(bench_close(b, text), expected);
}

static void test_gaps(void **state)
{
	(void)state;
	char text[4096];
	struct bench *b = bench_open(SC_FRAME_LINES, 0, false);
	push(b, "ab\r\ncd", 6, true);
	push(b, NULL, 10, true);
	push(b, "ef\r\ngh\r\n", 8, true);
	assert_string_equal(bench_close(b, text), "L(ab) G10 L(ef)r L(gh) ");

	b = bench_open(SC_FRAME_TEXT, 0, false);
	push(b, "ab\r\n", 4, true);
	push(b, NULL, 10, true);
	push(b, ".\r\n.\r\nQ\r\n", 9, true);
	assert_string_equal(bench_close(b, text), "T4 G10 T6 E L(Q) ");

	b = bench_open(SC_FRAME_CHUNK, 20, false);
	push(b, "ab", 2, true);
	push(b, NULL, 10, true);
	push(b, "01234567Q\r\n", 11, true);
	assert_string_equal(bench_close(b, text), "T2 G10 T8 E L(Q) ");

	b = bench_open(SC_FRAME_CHUNK, 5, false); /* the gap reaches into the next line */
	push(b, "ab", 2, true);
	push(b, NULL, 10, true);
	push(b, "xx\r\nQ\r\n", 7, true);
	assert_string_equal(bench_close(b, text), "T2 G10 E L(xx)r L(Q) ");

	b = bench_open(SC_FRAME_CHUNK, 5, false); /* it ends exactly with the chunk */
	push(b, NULL, 5, true);
	push(b, "Q\r\n", 3, true);
	assert_string_equal(bench_close(b, text), "G5 E L(Q) ");
}

static void test_long_line(void **state)
{
	(void)state;
	static char octets[5000];
	char text[4096];
	memset(octets, 'x', sizeof(octets));
	memcpy(octets + sizeof(octets) - 2, "\r\n", 2);
	for (size_t n = 1; n <= sizeof(octets); n = n * 2 + 1) {
		struct bench *b = bench_open(SC_FRAME_LINES, 0, false);
		for (size_t at = 0; at < sizeof(octets); at += n)
			push(b, octets + at, n < sizeof(octets) - at ? n : sizeof(octets) - at, true);
		push(b, "Q\r\n", 3, true);
		assert_string_equal(bench_close(b, text), "L(xxxxxxxxxxxxxxxxxxxx)c L(Q) ");
	}
}

static void test_partial(void **state)
{
	(void)state;
	char text[4096];
	struct bench *b = bench_open(SC_FRAME_LINES, 0, false);
	assert_int_equal(sc_framer_partial(&b->f).len, 0);
	push(b, "ab\r\nQU", 6, true);
	push(b, "IT", 2, true);
	assert_true(sc_str_equal(sc_framer_partial(&b->f), SC_STR("QUIT")));
	bench_close(b, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_held_too_much),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_partial),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
