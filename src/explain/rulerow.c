/* rulerow.c - reads the two little languages of a rule; what they mean stands in ruleset.c.
 *
 * The rows of our own tables are right, and asserted so; those of a file come from anybody.  So everything is read
 * here without trust, once for both, in one pass and without keeping anything. */
#include "explain/rulerow.h"

#include "explain/fold.h"

static struct sc_rule_flaw flaw(const char *what, sc_str word)
{
	return (struct sc_rule_flaw){ .what = what, .word = word };
}

/* ---- when ---- */

static bool number_of(sc_str s, uint16_t *to)
{
	uint64_t n = 0;
	bool good = s.len > 0 && s.len <= 4 && sc_str_number(s, &n);
	*to = (uint16_t)n;
	return good;
}

/* "5.7.1", "x.7.1", "x.7.700-749", "x.7". */
static bool read_status(struct sc_rule_when *w, sc_str word)
{
	uint16_t cls = 0;
	sc_str first = sc_str_until(&word, '.'), subject = sc_str_until(&word, '.');
	if (!sc_str_equal(first, SC_STR("x")) && (!number_of(first, &cls) || (cls != 4 && cls != 5)))
		return false;
	w->has_status = true;
	w->status_cls = (uint8_t)cls;
	w->detail_low = 0;
	w->detail_high = SC_RULE_ANY;
	if (!number_of(subject, &w->subject))
		return false;
	if (word.len == 0)
		return true;
	if (!number_of(sc_str_until(&word, '-'), &w->detail_low))
		return false;
	w->detail_high = w->detail_low;
	return word.len == 0 || (number_of(word, &w->detail_high) && w->detail_high >= w->detail_low);
}

static struct sc_rule_flaw read_phase(struct sc_rule_when *w, sc_str word)
{
	sc_str name = sc_str_from(word, 1);
	for (int p = SC_PHASE_NONE + 1; p < SC_PHASES; p++) {
		if (!sc_str_equal(name, sc_str_of(sc_phase_name((enum sc_phase)p))))
			continue;
		w->phases |= (uint16_t)(1u << p);
		return flaw(NULL, name);
	}
	return (struct sc_rule_flaw){ "unknown phase", name, true };
}

static struct sc_rule_flaw read_code(struct sc_rule_when *w, sc_str word)
{
	uint16_t n;
	if (!number_of(word, &n) || word.len > 3)
		return flaw("neither a code, an enhanced code nor a phase:", word);
	if (word.len == 1 && (n == 4 || n == 5)) {
		w->cls[n == 5] = true;
		return flaw(NULL, word);
	}
	if (n < 400 || n > 599)
		return flaw("no code of a refusal, 400 to 599:", word);
	if (w->code_count == sizeof(w->codes) / sizeof(w->codes[0]))
		return flaw("more than four codes:", word);
	w->codes[w->code_count++] = n;
	return flaw(NULL, word);
}

struct sc_rule_flaw sc_rule_when_read(sc_str text, struct sc_rule_when *when)
{
	*when = (struct sc_rule_when){ .code_count = 0 };
	struct sc_rule_flaw f = flaw(NULL, text);
	for (sc_str word = sc_str_word(&text); word.len && !f.what; word = sc_str_word(&text)) {
		if (word.at[0] == '@')
			f = read_phase(when, word);
		else if (sc_str_find(word, '.') == SIZE_MAX)
			f = read_code(when, word);
		else if (when->has_status)
			f = flaw("a second enhanced code:", word);
		else if (!read_status(when, word))
			f = flaw("no enhanced code such as 5.7.1, x.7.1 or x.7.700-749:", word);
	}
	return f;
}

/* ---- text ---- */

bool sc_rule_clause(sc_str *text, sc_str *clause, bool *negated)
{
	if (text->len == 0)
		return false;
	size_t end = sc_str_search(*text, SC_STR(" & "));
	*clause = sc_str_slice(*text, 0, end);
	*text = sc_str_from(*text, end == SIZE_MAX ? text->len : end + 3);
	*negated = clause->len && clause->at[0] == '!';
	*clause = sc_str_from(*clause, *negated);
	return true;
}

static uint8_t mark_of(char c)
{
	return c == '~' ? SC_RULE_BOUND_BEFORE : c == '^' ? SC_RULE_AT_START : SC_RULE_IN_LINKS;
}

uint8_t sc_rule_marks(sc_str *w)
{
	uint8_t flags = 0;
	for (; w->len && strchr("~^%", w->at[0]); *w = sc_str_from(*w, 1))
		flags |= mark_of(w->at[0]);
	for (; w->len && (w->at[w->len - 1] == '~' || w->at[w->len - 1] == '$'); w->len--)
		flags |= w->at[w->len - 1] == '~' ? SC_RULE_BOUND_AFTER : SC_RULE_AT_END;
	return flags;
}

/* Octets of the character that opens `s` if a plain text (plain.h) can hold it: small letters, figures and marks of
 * ASCII, and characters of three octets from U+3000 on, which are Chinese, Japanese and Korean; 0: it cannot, `*what`
 * tells why. */
static size_t findable(sc_str s, const char **what)
{
	unsigned char c = (unsigned char)s.at[0];
	*what = c >= 'A' && c <= 'Z' ? "texts are read in small letters: write it small:"
		: c == '_' || c == '`' ? "texts are read without _ and `: write a space or ':"
				       : "texts are read without accents and in Latin letters: write it so:";
	if (c >= ' ' && c <= '~')
		return (c >= 'A' && c <= 'Z') || c == '_' || c == '`' ? 0 : 1;
	bool wide = c >= 0xe3 && c <= 0xed && s.len > 2 && sc_fold(s, SC_FOLD_LATIN_1).count == 3;
	return wide ? 3 : 0;
}

static struct sc_rule_flaw check_word(sc_str word)
{
	sc_str bare = word;
	sc_rule_marks(&bare);
	if (bare.len == 0)
		return flaw("an empty word", word);
	if (bare.len > UINT8_MAX)
		return flaw("a word longer than 255 octets:", word);
	const char *what;
	for (size_t n; bare.len; bare = sc_str_from(bare, n)) {
		n = findable(bare, &what);
		if (n == 0)
			return flaw(what, word);
	}
	return flaw(NULL, word);
}

static struct sc_rule_flaw check_clause(sc_str clause, size_t *words)
{
	struct sc_rule_flaw f = flaw(NULL, clause);
	bool more = true;
	while (more && !f.what) {
		size_t bar = sc_str_find(clause, '|');
		more = bar != SIZE_MAX;
		f = check_word(sc_str_slice(clause, 0, bar));
		clause = sc_str_from(clause, more ? bar + 1 : clause.len);
		++*words;
	}
	return f;
}

struct sc_rule_flaw sc_rule_text_check(sc_str text, size_t *words)
{
	struct sc_rule_flaw f = flaw(NULL, text);
	sc_str clause;
	bool negated;
	while (!f.what && sc_rule_clause(&text, &clause, &negated))
		f = check_clause(clause, words);
	return f;
}
