/* domain.c - mail domains: what was registered, and what looks like something else.
 *
 * Names come from the wire.  They are folded into arrays of fixed size; longer ones than DNS allows (RFC 1035 2.3.4)
 * look like nothing.  Punycode is read as RFC 3492 tells. */
#include "detect/frame/domain.h"

#include "base/domain.h"

#define LABEL 64

sc_str sc_domain_registrable(sc_str domain)
{
	while (domain.len && domain.at[domain.len - 1] == '.')
		domain.len--;
	sc_str organisation = sc_domain_organisation(domain);
	return organisation.len ? organisation : domain;
}

sc_str sc_domain_of_from(sc_str from)
{
	size_t open = sc_str_rfind(from, '<');
	if (open != SIZE_MAX)
		from = sc_str_from(from, open + 1);
	from = sc_str_slice(from, 0, sc_str_find(from, '>'));
	return sc_str_trim(sc_str_domain(from));
}

bool sc_domain_same(sc_str a, sc_str b)
{
	return sc_str_equal_nocase(a, b);
}

/* ---- names as the eye takes them ---- */

struct name {
	uint32_t at[LABEL]; /* code points of the first label */
	size_t len;
	sc_str rest; /* what follows its point */
};

/* RFC 3492 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / 700 : delta / 2;
	for (delta += delta / points; delta > 455; delta /= 35)
		k += 36;
	return k + 36 * delta / (delta + 38);
}

/* A generalized variable-length integer (RFC 3492 3.3).  False: it is none, or too large. */
static bool read_delta(sc_str *s, uint32_t bias, uint32_t *i)
{
	uint32_t weight = 1;
	for (uint32_t k = 36;; k += 36) {
		if (s->len == 0)
			return false;
		char c = sc_lower(s->at[0]);
		uint32_t digit = sc_is_digit(c) ? (uint32_t)(c - '0' + 26) : (uint32_t)(c - 'a');
		*s = sc_str_from(*s, 1);
		uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
		if (digit > 35 || digit > (0xfffff - *i) / weight)
			return false;
		*i += digit * weight;
		if (digit < t)
			return true;
		if (weight > 0xfffff / (36 - t))
			return false;
		weight *= 36 - t;
	}
}

static bool read_punycode(struct name *n, sc_str s)
{
	size_t hyphen = sc_str_rfind(s, '-');
	uint32_t point = 128, i = 0, bias = 72;
	n->len = 0;
	for (size_t k = 0; hyphen != SIZE_MAX && k < hyphen && n->len < LABEL; k++)
		n->at[n->len++] = (unsigned char)sc_lower(s.at[k]);
	s = sc_str_from(s, hyphen == SIZE_MAX ? 0 : hyphen + 1);
	while (s.len && n->len < LABEL) {
		uint32_t before = i;
		if (!read_delta(&s, bias, &i))
			return false;
		uint32_t points = (uint32_t)n->len + 1;
		bias = adapt(i - before, points, before == 0);
		point += i / points;
		i %= points;
		memmove(n->at + i + 1, n->at + i, (n->len - i) * sizeof(n->at[0]));
		n->at[i++] = point;
		n->len++;
	}
	return s.len == 0;
}

static bool read_name(struct name *n, sc_str domain)
{
	n->rest = domain;
	sc_str label = sc_str_until(&n->rest, '.');
	n->len = 0;
	if (label.len == 0 || label.len >= LABEL)
		return false;
	if (sc_str_starts_nocase(label, SC_STR("xn--")))
		return read_punycode(n, sc_str_from(label, 4));
	for (size_t i = 0; i < label.len; i++)
		n->at[n->len++] = (unsigned char)sc_lower(label.at[i]);
	return true;
}

/* Characters that are taken for others; what is not here stands for itself. */
static uint32_t seen_as(uint32_t c)
{
	static const char letters[] = {
#define SC_LOOKS_LIKE(point, letter) [point] = letter,
#include "detect/frame/confusable.def"
#undef SC_LOOKS_LIKE
	};
	return c < sizeof(letters) && letters[c] ? (uint32_t)letters[c] : c;
}

/* The skeleton: each character as it is seen, pairs that look like one letter as that letter. */
static void fold(struct name *n)
{
	size_t len = 0;
	for (size_t i = 0; i < n->len; i++) {
		uint32_t c = seen_as(n->at[i]), next = i + 1 < n->len ? seen_as(n->at[i + 1]) : 0;
		bool rn = c == 'r' && next == 'n', vv = c == 'v' && next == 'v', cl = c == 'c' && next == 'l';
		n->at[len++] = rn ? 'm' : vv ? 'w' : cl ? 'd' : c;
		i += rn || vv || cl;
	}
	n->len = len;
}

static bool same_letters(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->at, b->at, a->len * sizeof(a->at[0])) == 0;
}

/* Insertions, removals, exchanges and swapped neighbours (optimal string alignment) between two labels. */
static unsigned distance(const struct name *a, const struct name *b)
{
	unsigned rows[3][LABEL + 1];
	for (size_t j = 0; j <= b->len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a->len; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b->len; j++) {
			unsigned best = last[j - 1] + (a->at[i - 1] != b->at[j - 1]);
			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			bool swapped = i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] && a->at[i - 2] == b->at[j - 1];
			best = swapped && older[j - 2] + 1 < best ? older[j - 2] + 1 : best;
			now[j] = best;
		}
	}
	return rows[a->len % 3][b->len];
}

/* "example-mail", "mail-example", "example-support": the name with a word, joined by a hyphen. */
static bool has_word_added(const struct name *a, const struct name *b)
{
	if (b->len < 5 || a->len < b->len + 3)
		return false;
	size_t more = a->len - b->len, size = b->len * sizeof(b->at[0]);
	bool begins = memcmp(a->at, b->at, size) == 0 && a->at[b->len] == '-';
	bool ends = memcmp(a->at + more, b->at, size) == 0 && a->at[more - 1] == '-';
	return begins || ends;
}

const char *sc_domain_lookalike(sc_str name, sc_str of)
{
	struct name a, b;
	if (sc_domain_same(name, of) || !read_name(&a, name) || !read_name(&b, of) || b.len < 4)
		return NULL;
	if (same_letters(&a, &b))
		return b.len >= 5 ? "the same name below another top-level domain" : NULL;
	struct name plain_a = a, plain_b = b;
	fold(&a);
	fold(&b);
	if (same_letters(&a, &b))
		return "characters that look alike";
	if (has_word_added(&plain_a, &plain_b))
		return "a word added to the name";
	if (!sc_str_equal_nocase(a.rest, b.rest) || b.len < 5)
		return NULL;
	unsigned most = plain_b.len >= 10 ? 2 : 1;
	return distance(&plain_a, &plain_b) <= most ? "a letter or two away" : NULL;
}
