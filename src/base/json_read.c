/* json_read.c - see json_read.h.  Commas and colons are taken where they stand and not asked for: what reads here knows what it
 * looks for, and finds nothing in a text that is broken. */
#include "base/json_read.h"

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':';
}

static void skip(struct sc_json_reader *r)
{
	size_t n = 0;
	while (n < r->rest.len && is_between(r->rest.at[n]))
		n++;
	r->rest = sc_str_from(r->rest, n);
}

static enum sc_json_token bad(struct sc_json_reader *r)
{
	r->bad = true;
	return SC_JSON_BAD;
}

static enum sc_json_token open(struct sc_json_reader *r, bool object)
{
	if (r->depth == SC_JSON_DEPTH)
		return bad(r);
	uint32_t bit = UINT32_C(1) << r->depth++;
	r->objects = object ? r->objects | bit : r->objects & ~bit;
	return SC_JSON_OPEN;
}

static bool in_object(const struct sc_json_reader *r)
{
	return r->depth && r->objects >> (r->depth - 1) & 1;
}

static enum sc_json_token close(struct sc_json_reader *r, bool object)
{
	if (r->depth == 0 || in_object(r) != object)
		return bad(r);
	r->depth--;
	return SC_JSON_CLOSE;
}

/* Behind its opening quote; a key is what a colon follows. */
static enum sc_json_token string(struct sc_json_reader *r, sc_str *text)
{
	size_t n = 0;
	while (n < r->rest.len && r->rest.at[n] != '"')
		n += r->rest.at[n] == '\\' ? 2 : 1;
	if (n >= r->rest.len)
		return bad(r);
	*text = sc_str_slice(r->rest, 0, n);
	r->rest = sc_str_from(r->rest, n + 1);
	while (r->rest.len && sc_is_space(r->rest.at[0]))
		r->rest = sc_str_from(r->rest, 1);
	return in_object(r) && r->rest.len && r->rest.at[0] == ':' ? SC_JSON_KEY : SC_JSON_STRING;
}

static enum sc_json_token plain(struct sc_json_reader *r, sc_str *text)
{
	size_t n = 0;
	while (n < r->rest.len && !is_between(r->rest.at[n]) && !memchr("{}[]\"", r->rest.at[n], 5))
		n++;
	*text = sc_str_slice(r->rest, 0, n);
	r->rest = sc_str_from(r->rest, n);
	return SC_JSON_PLAIN;
}

enum sc_json_token sc_json_next(struct sc_json_reader *r, sc_str *text)
{
	*text = SC_STR_NONE;
	skip(r);
	if (r->bad)
		return SC_JSON_BAD;
	if (r->rest.len == 0)
		return r->depth ? bad(r) : SC_JSON_END;
	char c = r->rest.at[0];
	if (!memchr("{}[]\"", c, 5))
		return plain(r, text);
	r->rest = sc_str_from(r->rest, 1);
	if (c == '"')
		return string(r, text);
	return c == '{' || c == '[' ? open(r, c == '{') : close(r, c == '}');
}

/* ---- escapes ---- */

static void put_character(struct sc_text *t, uint32_t code)
{
	static const uint8_t heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	int octets = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	if (t->size - t->len < (size_t)octets) {
		t->cut = true;
		return;
	}
	sc_text_put(t, (char)(heads[octets] | code >> 6 * (octets - 1)));
	for (int i = octets - 2; i >= 0; i--)
		sc_text_put(t, (char)(0x80 | (code >> 6 * i & 0x3f)));
}

/* The four digits behind "\u"; UINT32_MAX: they are none. */
static uint32_t take_unit(sc_str *s)
{
	uint32_t unit = 0;
	if (s->len < 6 || s->at[0] != '\\' || s->at[1] != 'u')
		return UINT32_MAX;
	for (size_t i = 2; i < 6; i++) {
		int digit = sc_hex_digit(s->at[i]);
		if (digit < 0)
			return UINT32_MAX;
		unit = unit << 4 | (uint32_t)digit;
	}
	*s = sc_str_from(*s, 6);
	return unit;
}

static uint32_t take_escape(sc_str *s)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint32_t high = take_unit(s);
	if (high == UINT32_MAX) {
		const char *which = s->len > 1 ? memchr(escapes, s->at[1], sizeof(escapes) - 1) : NULL;
		*s = sc_str_from(*s, 2);
		return which ? (uint8_t)meant[which - escapes] : 0xfffd;
	}
	if (high < 0xd800 || high > 0xdfff)
		return high;
	sc_str rest = *s;
	uint32_t low = high < 0xdc00 ? take_unit(&rest) : UINT32_MAX;
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*s = rest;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

void sc_json_text(struct sc_text *t, sc_str text)
{
	while (text.len) {
		size_t n = sc_str_find(text, '\\');
		sc_text_add(t, sc_str_slice(text, 0, n));
		text = sc_str_from(text, n);
		if (text.len)
			put_character(t, take_escape(&text));
	}
}
