/* dialect.c - the form of a client's commands; see dialect.h.
 *
 * Software writes its commands in one way: capital letters or small ones, a space behind the colon or none (RFC 5321
 * 3.3 allows none, many send one), SIZE or not.  The first command of each kind tells; later ones would only tell what
 * became of the mail.  What depends on the server's answers - AUTH, STARTTLS, RSET, whether there is a QUIT - is left
 * out, so that a client has one dialect everywhere, but for what it uses only where it is offered (groups, SIZE). */
#include "smtp/dialect.h"

#include "base/hash.h"
#include "base/text.h"

static const struct kind {
	sc_str verb;
	char letter;
	bool path;
} kinds[] = {
	{ { "EHLO", 4 }, 'E', false }, { { "HELO", 4 }, 'H', false }, { { "LHLO", 4 }, 'L', false },
	{ { "MAIL", 4 }, 'M', true },  { { "RCPT", 4 }, 'R', true },  { { "DATA", 4 }, 'D', false },
	{ { "BDAT", 4 }, 'B', false },
};

enum { MAIL = 3, DATA = 5, BDAT = 6 }; /* rows */

static void put(struct sc_dialect *d, char c)
{
	if (d->len < SC_DIALECT_FORM - 2) /* "pn" behind it */
		d->form[d->len++] = c;
}

/* Capital letters, small ones, or both. */
static char case_of(sc_str word)
{
	size_t small = 0;
	for (size_t i = 0; i < word.len; i++)
		small += word.at[i] >= 'a' && word.at[i] <= 'z';
	return small == 0 ? 'u' : small == word.len ? 'l' : 'm';
}

static char count_spaces(sc_str *rest)
{
	size_t n = 0;
	while (n < rest->len && sc_is_space(rest->at[n]))
		n++;
	*rest = sc_str_from(*rest, n);
	return (char)('0' + (n < 9 ? n : 9));
}

/* FROM:<...> or TO:<...>: the word's case, spaces before and behind it, angle brackets, SIZE. */
static void put_path(struct sc_dialect *d, sc_str rest)
{
	put(d, count_spaces(&rest));
	sc_str word = sc_str_until(&rest, ':');
	put(d, case_of(sc_str_trim(word)));
	put(d, count_spaces(&rest));
	put(d, rest.len && rest.at[0] == '<' ? '<' : '-');
	size_t end = sc_str_find(rest, '>');
	sc_str params = end == SIZE_MAX ? SC_STR_NONE : sc_str_from(rest, end + 1);
	if (sc_str_search_nocase(params, SC_STR(" SIZE=")) != SIZE_MAX)
		put(d, 's');
}

void sc_dialect_note(struct sc_dialect *d, sc_str line, bool bare_lf)
{
	sc_str verb = sc_str_slice(line, 0, 4);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (d->seen >> i & 1 || !sc_str_equal_nocase(verb, kinds[i].verb))
			continue;
		d->seen |= (uint8_t)(1u << i);
		d->bare_lf |= bare_lf;
		put(d, kinds[i].letter);
		put(d, case_of(verb));
		if (kinds[i].path)
			put_path(d, sc_str_from(line, 4));
		return;
	}
}

sc_str sc_dialect_form(struct sc_dialect *d, bool pipelines)
{
	size_t len = d->len;
	if (pipelines)
		d->form[len++] = 'p';
	if (d->bare_lf)
		d->form[len++] = 'n';
	return (sc_str){ d->form, len };
}

sc_str sc_dialect_name(struct sc_dialect *d, bool pipelines)
{
	bool text = d->seen >> DATA & 1 || d->seen >> BDAT & 1;
	if (!(d->seen >> MAIL & 1) || !text)
		return SC_STR_NONE;
	struct sc_text t = sc_text_into(d->text, sizeof(d->text));
	sc_text_adds(&t, "s:");
	sc_text_hex(&t, sc_hash(0, sc_dialect_form(d, pipelines)), 16);
	return sc_text_str(&t);
}
