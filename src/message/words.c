/* words.c - RFC 2047 encoded words into UTF-8, forgivingly; see words.h.
 *
 * The character sets are tables (charset.def).  UTF-8 is passed through octet by octet, so that a character that
 * was cut over two encoded words, as many senders do, is whole again; whether it is well formed is the concern of
 * who writes it out.
 */
#include "message/words.h"

#include "base/base64.h"

#define WORD_OCTETS 1024 /* of one encoded word; RFC 2047 2 allows 75 */
#define NAME_OCTETS 64   /* of a character set's name */

enum set {
	UTF_8,
#define SC_HIGH(is, ...) SET_##is,
#include "message/charset.def"
#undef SC_HIGH
	UNKNOWN,
};

static const uint16_t high[][128] = {
	{ 0 },
#define SC_HIGH(is, ...) { __VA_ARGS__ },
#include "message/charset.def"
#undef SC_HIGH
};

static const struct charset {
	const char *name;
	size_t len;
	enum set set;
} charsets[] = {
	{ "utf-8", 5, UTF_8 },
	{ "utf8", 4, UTF_8 },
	{ "us-ascii", 8, UTF_8 },
	{ "ascii", 5, UTF_8 },
#define SC_CHARSET(name, is) { name, sizeof(name) - 1, SET_##is },
#include "message/charset.def"
#undef SC_CHARSET
};

static enum set set_of(sc_str name)
{
	name = sc_str_slice(name, 0, sc_str_find(name, '*')); /* a language may follow (RFC 2231 5) */
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (sc_str_equal_nocase(name, (sc_str){ charsets[i].name, charsets[i].len }))
			return charsets[i].set;
	return UNKNOWN;
}

void sc_words_put(struct sc_text *t, uint32_t code_point)
{
	char utf8[4];
	uint32_t c = code_point;
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3; /* octets behind the first */
	static const uint8_t first[] = { 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = more; i > 0; i--, c >>= 6)
		utf8[i] = (char)(0x80 | (c & 0x3f));
	utf8[0] = (char)(first[more] | c);
	sc_text_add(t, (sc_str){ utf8, more + 1 });
}

static void put_octets(struct sc_text *t, enum set set, sc_str octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		uint8_t c = (uint8_t)octets.at[i];
		if (c < 128 || set == UTF_8)
			sc_text_put(t, (char)c);
		else
			sc_words_put(t, high[set][c - 128] ? high[set][c - 128] : 0xfffd);
	}
}

bool sc_words_charset(struct sc_text *t, sc_str charset, sc_str octets)
{
	enum set set = set_of(charset);
	if (set == UNKNOWN)
		return false;
	put_octets(t, set, octets);
	return true;
}

/* The Q encoding (RFC 2047 4.2); a broken escape stays. */
static size_t decode_q(sc_str s, char *to, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < size; i++) {
		char c = s.at[i] == '_' ? ' ' : s.at[i];
		if (c == '=' && i + 2 < s.len && sc_hex_digit(s.at[i + 1]) >= 0 && sc_hex_digit(s.at[i + 2]) >= 0) {
			c = (char)(sc_hex_digit(s.at[i + 1]) << 4 | sc_hex_digit(s.at[i + 2]));
			i += 2;
		}
		to[n++] = c;
	}
	return n;
}

struct word {
	enum set set;
	char     encoding; /* 'b' or 'q' */
	sc_str   text;
	size_t   octets;   /* of the whole word */
};

/* The encoded word that opens `s`. */
static bool read_word(sc_str s, struct word *w)
{
	if (!sc_str_starts(s, SC_STR("=?")))
		return false;
	size_t set_end = sc_str_find(sc_str_slice(s, 2, NAME_OCTETS), '?');
	if (set_end == SIZE_MAX || s.len - 2 - set_end < 3 || s.at[2 + set_end + 2] != '?')
		return false;
	size_t text = 2 + set_end + 3;
	size_t end = sc_str_search(sc_str_slice(s, text, WORD_OCTETS), SC_STR("?="));
	if (end == SIZE_MAX)
		return false;
	w->set = set_of(sc_str_slice(s, 2, set_end));
	w->encoding = sc_lower(s.at[2 + set_end + 1]);
	w->text = sc_str_slice(s, text, end);
	w->octets = text + end + 2;
	return w->set != UNKNOWN && (w->encoding == 'b' || w->encoding == 'q');
}

static void put_word(struct sc_text *t, const struct word *w)
{
	char octets[WORD_OCTETS];
	bool bad;
	size_t n = w->encoding == 'q' ? decode_q(w->text, octets, sizeof(octets)) :
		sc_base64_decode(w->text, (uint8_t *)octets, sizeof(octets), &bad);
	put_octets(t, w->set, (sc_str){ octets, n });
}

static size_t blanks(sc_str s)
{
	size_t n = 0;
	while (n < s.len && sc_is_space(s.at[n]))
		n++;
	return n;
}

void sc_words_decode(struct sc_text *t, sc_str s)
{
	struct word w;
	bool behind_word = false;
	while (s.len && !t->cut) {
		size_t n = behind_word ? blanks(s) : 0; /* they separate two words, and are no text (RFC 2047 6.2) */
		if (read_word(sc_str_from(s, n), &w)) {
			put_word(t, &w);
			s = sc_str_from(s, n + w.octets);
			behind_word = true;
			continue;
		}
		behind_word = false;
		size_t next = sc_str_search(sc_str_from(s, 1), SC_STR("=?"));
		n = next == SIZE_MAX ? s.len : next + 1;
		sc_text_add(t, sc_str_slice(s, 0, n));
		s = sc_str_from(s, n);
	}
}
