/* reply.c - reads reply lines (RFC 5321 4.2) and the enhanced status codes in their texts (RFC 2034, RFC 3463 2).
 *
 * It trusts nothing: a line may be empty, binary, or of any length.  What it gives is borrowed from the line, and
 * a line that is no reply has code 0 and is its own text. */
#include "smtp/reply.h"

static uint16_t digit(char c)
{
	return (uint16_t)(c - '0');
}

/* A fourth digit makes it a number of the text ("2024-01-31 ..."), not a reply code; no client takes it for one.
 * Nor is 000 a code: it would be "none" to everyone who asks. */
static bool opens_with_code(sc_str line)
{
	if (line.len < 3 || !sc_is_digit(line.at[0]) || !sc_is_digit(line.at[1]) || !sc_is_digit(line.at[2]))
		return false;
	bool zero = sc_str_starts(line, SC_STR("000"));
	return !zero && (line.len == 3 || !sc_is_digit(line.at[3]));
}

struct sc_reply_line sc_reply_read(sc_str line)
{
	if (!opens_with_code(line))
		return (struct sc_reply_line){ .text = line };
	struct sc_reply_line r = {
		.code = (uint16_t)(digit(line.at[0]) * 100 + digit(line.at[1]) * 10 + digit(line.at[2])),
		.text = sc_str_from(line, 4),
	};
	if (line.len == 3 || line.at[3] == ' ')
		return r;
	r.more = line.at[3] == '-';
	r.odd  = !r.more;
	/* A tab separates as a space does; anything else ("550#5.1.1") belongs to the text already. */
	if (r.odd && line.at[3] != '\t')
		r.text = sc_str_from(line, 3);
	return r;
}

static bool take_char(sc_str *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	*s = sc_str_from(*s, 1);
	return true;
}

/* Takes a number of one to three digits.  RFC 3463 2 forbids leading zeros, and a date ("2.05.24") often has one. */
static bool take_number(sc_str *s, uint16_t *out)
{
	size_t n = 0;
	*out = 0;
	while (n < s->len && n < 3 && sc_is_digit(s->at[n]))
		*out = (uint16_t)(*out * 10 + digit(s->at[n++]));
	if (n == 0 || (n > 1 && s->at[0] == '0'))
		return false;
	*s = sc_str_from(*s, n);
	return true;
}

/* True when a status code may end before `rest`.  A full stop is fine at the end of a sentence, but not inside an
 * IPv4 address; letters, digits and the joints of names and versions are not. */
static bool ends_before(sc_str rest)
{
	if (rest.len == 0)
		return true;
	char c = rest.at[0];
	if (c == '.')
		return rest.len == 1 || sc_is_space(rest.at[1]);
	return !sc_is_digit(c) && !(sc_lower(c) >= 'a' && sc_lower(c) <= 'z') && c != '-' && c != '_' && c != '@';
}

static struct sc_status read_status(sc_str s)
{
	struct sc_status st;
	bool read = take_number(&s, &st.cls) && take_char(&s, '.') && take_number(&s, &st.subject) &&
		    take_char(&s, '.') && take_number(&s, &st.detail) && ends_before(s);
	bool known = read && (st.cls == 2 || st.cls == 4 || st.cls == 5);
	return known ? st : (struct sc_status){ 0 };
}

/* The manner of qmail: "sorry, no mailbox here by that name (#5.1.1)". */
static struct sc_status read_trailing(sc_str text)
{
	if (text.len && text.at[text.len - 1] == '.')
		text.len--;
	if (text.len == 0 || text.at[text.len - 1] != ')')
		return (struct sc_status){ 0 };
	sc_str inside = sc_str_from(text, sc_str_rfind(text, '('));
	if (!take_char(&inside, '(') || !take_char(&inside, '#'))
		return (struct sc_status){ 0 };
	return read_status(inside);
}

struct sc_status sc_status_find(sc_str text)
{
	text = sc_str_trim(text);
	sc_str first = text;
	(void)take_char(&first, '#');
	struct sc_status st = read_status(first);
	return st.cls ? st : read_trailing(text);
}
