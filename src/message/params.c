/* params.c - parameters of MIME header fields; see params.h.
 *
 * One pass notes where the values are that matter; only they are decoded.  The first of several parameters with
 * one name counts, and a continued value ends at the first piece that is missing.
 */
#include "message/params.h"

#include "message/words.h"

#define PIECES      32   /* of a continued parameter */
#define VALUE_OCTETS 1024 /* of one parameter, its pieces joined */

/* Where the values of a parameter begin, in the four forms it may have; none: it is not there. */
struct found {
	sc_str plain;          /* name= */
	sc_str extended;       /* name*= */
	sc_str piece[PIECES];  /* name*N= or name*N*= */
	uint32_t encoded;      /* bit N: piece N has percent signs */
};

/* Passes blanks and comments. */
static sc_str past_blanks(sc_str s)
{
	size_t depth = 0, i = 0;
	for (; i < s.len; i++) {
		char c = s.at[i];
		if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (c == '\\' && depth)
			i++;
		else if (!depth && !sc_is_space(c))
			break;
	}
	return sc_str_from(s, i);
}

static bool ends_token(char c)
{
	return sc_is_space(c) || c == ';' || c == '=' || c == '(' || c == '"';
}

static sc_str take_token(sc_str *s)
{
	size_t n = 0;
	while (n < s->len && !ends_token(s->at[n]))
		n++;
	sc_str token = sc_str_slice(*s, 0, n);
	*s = sc_str_from(*s, n);
	return token;
}

/* The value that opens `s`, quotes taken off. */
static sc_str value_at(sc_str s, char *room, size_t size)
{
	struct sc_text t = sc_text_into(room, size);
	bool quoted = s.len && s.at[0] == '"';
	for (size_t i = quoted; i < s.len; i++) {
		if (quoted ? s.at[i] == '"' : s.at[i] != '=' && ends_token(s.at[i]))
			break; /* an equals sign outside of quotes is against RFC 2045, and common in boundaries */
		if (quoted && s.at[i] == '\\' && i + 1 < s.len)
			i++;
		sc_text_put(&t, s.at[i]);
	}
	return sc_text_str(&t);
}

/* Goes to the next parameter; false: none is left.  `*name` is as it stands, `*s` begins with the value. */
static bool next_param(sc_str *s, sc_str *name)
{
	for (;;) {
		size_t semicolon = 0;
		bool quoted = false;
		for (; semicolon < s->len && (quoted || s->at[semicolon] != ';'); semicolon++) {
			if (quoted && s->at[semicolon] == '\\')
				semicolon++;
			else
				quoted ^= s->at[semicolon] == '"';
		}
		*s = past_blanks(sc_str_from(*s, semicolon + 1));
		if (!s->len)
			return false;
		*name = take_token(s);
		*s = past_blanks(*s);
		if (!name->len || !s->len || s->at[0] != '=')
			continue;
		*s = past_blanks(sc_str_from(*s, 1));
		return true;
	}
}

static void note(sc_str *to, sc_str value)
{
	if (!to->at)
		*to = value;
}

/* What stands behind the name: nothing, or the marks of RFC 2231. */
static void sort_in(struct found *f, sc_str marks, sc_str value)
{
	uint64_t n = 0;
	bool encoded = marks.len > 1 && marks.at[marks.len - 1] == '*';
	if (!marks.len) {
		note(&f->plain, value);
		return;
	}
	if (marks.at[0] != '*')
		return;
	if (marks.len == 1) {
		note(&f->extended, value);
		return;
	}
	if (!sc_str_number(sc_str_slice(marks, 1, marks.len - 1 - encoded), &n) || n >= PIECES || f->piece[n].at)
		return;
	f->piece[n] = value;
	f->encoded |= (uint32_t)encoded << n;
}

static struct found find(sc_str field, sc_str name)
{
	struct found f = { .plain = SC_STR_NONE };
	sc_str is;
	while (next_param(&field, &is))
		if (sc_str_starts_nocase(is, name))
			sort_in(&f, sc_str_from(is, name.len), field);
	return f;
}

static void put_percent(struct sc_text *t, sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (c == '%' && i + 2 < s.len && sc_hex_digit(s.at[i + 1]) >= 0 && sc_hex_digit(s.at[i + 2]) >= 0) {
			c = (char)(sc_hex_digit(s.at[i + 1]) << 4 | sc_hex_digit(s.at[i + 2]));
			i += 2;
		}
		sc_text_put(t, c);
	}
}

/* Takes charset'language' off the front (RFC 2231 4). */
static sc_str take_charset(sc_str *value)
{
	sc_str charset = sc_str_until(value, '\'');
	(void)sc_str_until(value, '\'');
	return charset;
}

static void put_octets(struct sc_text *t, sc_str charset, sc_str octets)
{
	if (!sc_words_charset(t, charset, octets))
		sc_text_add(t, octets);
}

static void put_extended(struct sc_text *t, sc_str at)
{
	char value_room[VALUE_OCTETS], room[VALUE_OCTETS];
	struct sc_text octets = sc_text_into(room, sizeof(room));
	sc_str value = value_at(at, value_room, sizeof(value_room)), charset = take_charset(&value);
	put_percent(&octets, value);
	put_octets(t, charset, sc_text_str(&octets));
}

static void put_pieces(struct sc_text *t, const struct found *f)
{
	char value_room[VALUE_OCTETS], room[VALUE_OCTETS], charset_room[40];
	struct sc_text octets = sc_text_into(room, sizeof(room));
	struct sc_text charset = sc_text_into(charset_room, sizeof(charset_room));
	for (unsigned i = 0; i < PIECES && f->piece[i].at && !octets.cut; i++) {
		sc_str value = value_at(f->piece[i], value_room, sizeof(value_room));
		bool encoded = f->encoded >> i & 1;
		if (encoded && i == 0)
			sc_text_add(&charset, take_charset(&value));
		if (encoded)
			put_percent(&octets, value);
		else
			sc_text_add(&octets, value);
	}
	put_octets(t, charset.len ? sc_text_str(&charset) : SC_STR("utf-8"), sc_text_str(&octets));
}

sc_str sc_params_value(sc_str field)
{
	field = past_blanks(field);
	size_t n = 0;
	while (n < field.len && !sc_is_space(field.at[n]) && field.at[n] != ';' && field.at[n] != '(')
		n++;
	return sc_str_slice(field, 0, n);
}

bool sc_params_find(struct sc_text *t, sc_str field, sc_str name)
{
	char room[VALUE_OCTETS];
	struct found f = find(field, name);
	if (f.extended.at)
		put_extended(t, f.extended);
	else if (f.piece[0].at)
		put_pieces(t, &f);
	else if (f.plain.at)
		sc_words_decode(t, value_at(f.plain, room, sizeof(room)));
	return f.extended.at || f.piece[0].at || f.plain.at;
}
