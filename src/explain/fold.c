/* fold.c - folds characters outside ASCII to small Latin letters.
 *
 * The octets come from the wire.  UTF-8 (RFC 3629) of two or three octets is folded by its code point; any other
 * octet is taken by itself and read as the eight-bit set that was guessed.  Nothing is kept, and each call takes at
 * least one octet and reads at most three. */
#include "explain/fold.h"

/* ASCII letters below the accents: U+00C0 to U+00FF, U+0100 to U+017F. */
static const char latin_1[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy";
static const char latin_a[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
			      "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/* U+0386 to U+03CE. */
static const char greek[][3] = {
	"a", "",  "e", "i", "i", "",  "o", "",  "y", "o", "i", "a", "v", "g", "d", "e",  "z",  "i",  "th",
	"i", "k", "l", "m", "n", "x", "o", "p", "r", "",  "s", "t", "y", "f", "ch", "ps", "o", "i",  "y",
	"a", "e", "i", "i", "y", "a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l",  "m", "n",  "x",
	"o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o", "i", "y", "o", "y", "o",
};
/* U+0410 to U+042F and, 32 further on, their small forms. */
static const char cyrillic[][3] = {
	"a", "b", "v", "g", "d", "e", "zh", "z", "i",  "y",  "k",  "l",  "m", "n", "o", "p",
	"r", "s", "t", "u", "f", "h", "ts", "ch", "sh", "sh", "", "y", "", "e", "yu", "ya",
};
/* The same letters in the order of KOI8-R, 0xc0 to 0xdf, as indices. */
static const uint8_t koi8[] = {
	30, 0, 1, 22, 4, 5, 20, 3, 21, 8, 9, 10, 11, 12, 13, 14,
	15, 31, 16, 17, 18, 19, 6, 2, 28, 27, 7, 24, 29, 25, 23, 26,
};
_Static_assert(sizeof(latin_1) == 65 && sizeof(latin_a) == 129, "a letter for every code point");
_Static_assert(sizeof(greek) / sizeof(greek[0]) == 0x3cf - 0x386, "a row for every code point");
_Static_assert(sizeof(cyrillic) / sizeof(cyrillic[0]) == 32 && sizeof(koi8) == 32, "a row for every code point");

/* Runs of characters that fold to the same; none: they are dropped, as accents that stand by themselves are. */
static const struct {
	unsigned first, last;
	char letter;
} runs[] = {
	{ 0x80, 0xbf, ' ' },      { 0x1a0, 0x1a1, 'o' },    { 0x1af, 0x1b0, 'u' },    { 0x218, 0x219, 's' },
	{ 0x21a, 0x21b, 't' },    { 0x300, 0x36f, 0 },      { 0x401, 0x401, 'e' },    { 0x404, 0x404, 'e' },
	{ 0x406, 0x407, 'i' },    { 0x451, 0x451, 'e' },    { 0x454, 0x454, 'e' },    { 0x456, 0x457, 'i' },
	{ 0x1ea0, 0x1eb7, 'a' },  { 0x1eb8, 0x1ec7, 'e' },  { 0x1ec8, 0x1ecb, 'i' },  { 0x1ecc, 0x1ee3, 'o' },
	{ 0x1ee4, 0x1ef1, 'u' },  { 0x1ef2, 0x1ef9, 'y' },  { 0x2018, 0x2019, '\'' }, { 0x2000, 0x2fff, ' ' },
	{ 0x3000, 0x3002, ' ' },
};

static struct sc_folded letters(uint8_t taken, const char *text)
{
	struct sc_folded f = { .taken = taken };
	for (; text[f.count]; f.count++)
		f.at[f.count] = text[f.count];
	return f;
}

static struct sc_folded letter(uint8_t taken, char c)
{
	return letters(taken, (char[]){ c, 0 });
}

static struct sc_folded as_sent(sc_str s, uint8_t count)
{
	struct sc_folded f = { .taken = count, .count = count };
	memcpy(f.at, s.at, count);
	return f;
}

/* The code point of two or three octets that opens `s`; 0: there is none. */
static unsigned point_of(sc_str s, uint8_t *taken)
{
	unsigned char a = (unsigned char)s.at[0];
	*taken = a >= 0xc2 && a < 0xe0 ? 2 : a >= 0xe0 && a < 0xf0 ? 3 : 1;
	if (*taken == 1 || s.len < *taken)
		return 0;
	unsigned point = a & (*taken == 2 ? 0x1fu : 0x0fu);
	for (uint8_t i = 1; i < *taken; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (c & 0x3fu);
	}
	return point;
}

static struct sc_folded by_point(sc_str s, uint8_t taken, unsigned point)
{
	if (point >= 0xc0 && point < 0x100)
		return letter(taken, latin_1[point - 0xc0]);
	if (point >= 0x100 && point < 0x180)
		return letter(taken, latin_a[point - 0x100]);
	if (point >= 0x386 && point < 0x3cf)
		return letters(taken, greek[point - 0x386]);
	if (point >= 0x410 && point < 0x450)
		return letters(taken, cyrillic[(point - 0x410) & 31]);
	if (point > 0xff00 && point < 0xff5f)
		return letter(taken, sc_lower((char)(point - 0xff00 + ' ')));
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (point >= runs[i].first && point <= runs[i].last)
			return letter(taken, runs[i].letter);
	return as_sent(s, taken);
}

static struct sc_folded by_octet(sc_str s, enum sc_fold_octets octets)
{
	unsigned char c = (unsigned char)s.at[0];
	if (c < 0xc0)
		return as_sent(s, 1);
	if (octets == SC_FOLD_KOI8)
		return letters(1, cyrillic[koi8[c & 31]]);
	if (octets == SC_FOLD_CP1251)
		return letters(1, cyrillic[c & 31]);
	return letter(1, latin_1[c & 63]);
}

struct sc_folded sc_fold(sc_str s, enum sc_fold_octets octets)
{
	SC_ASSERT(s.len && (unsigned char)s.at[0] >= 0x80);
	uint8_t taken;
	unsigned point = point_of(s, &taken);
	return point ? by_point(s, taken, point) : by_octet(s, octets);
}

/* Text is mostly small letters: KOI8-R has them below 0xe0, Windows-1251 from there on. */
enum sc_fold_octets sc_fold_guess(sc_str text)
{
	enum { FEW = 6 };
	size_t below = 0, above = 0, high = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		high += c >= 0x80;
		if (c < 0xc0 || i + 1 == text.len || (unsigned char)text.at[i + 1] < 0xc0)
			continue;
		below += c < 0xe0;
		above += c >= 0xe0;
	}
	if (below + above < FEW || (below + above) * 2 < high)
		return SC_FOLD_LATIN_1;
	return below > above ? SC_FOLD_KOI8 : SC_FOLD_CP1251;
}
