/* path.c - reads paths and parameters of MAIL and RCPT (RFC 5321 4.1.2, 4.1.1.2-3) and tells commands from prose.
 *
 * Clients write paths in many ways and servers take most of them; so does this.  It trusts nothing, never fails,
 * and everything it gives is borrowed from the argument.  Only "<>" gives an empty address: whatever else has
 * nothing to show is shown as it stands, so that no damaged line passes for the null reverse-path. */
#include "smtp/path.h"

#include "smtp/sasl.h"

#define PATH_OCTETS   256 /* RFC 5321 4.5.3.1.3, with the brackets */
#define LOCAL_OCTETS  64  /* 4.5.3.1.1 */
#define DOMAIN_OCTETS 255 /* 4.5.3.1.2 */

static bool is_closing(char c)
{
	return c == '>';
}

static bool is_control_or_space(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static size_t find_any(sc_str s, bool (*stop)(char))
{
	for (size_t i = 0; i < s.len; i++)
		if (stop(s.at[i]))
			return i;
	return SIZE_MAX;
}

/* Index of the first octet outside quotes (RFC 5321 Quoted-string) that is a `stop`; SIZE_MAX when there is none.
 * Quotes that do not balance mean nothing. */
static size_t find_unquoted(sc_str s, bool (*stop)(char))
{
	bool quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '"')
			quoted = !quoted;
		else if (quoted && s.at[i] == '\\')
			i++;
		else if (!quoted && stop(s.at[i]))
			return i;
	}
	return quoted ? find_any(s, stop) : SIZE_MAX;
}

/* Index of the '>' that closes `s`.  Quotes are rare, so the plain search goes first; it also has the last word when
 * quotes hide every '>'. */
static size_t find_closing(sc_str s)
{
	size_t plain = sc_str_find(s, '>');
	if (plain == SIZE_MAX || sc_str_find(sc_str_slice(s, 0, plain), '"') == SIZE_MAX)
		return plain;
	size_t quoted = find_unquoted(s, is_closing);
	return quoted == SIZE_MAX ? plain : quoted;
}

/* Index of the ':' that ends a source route; one inside an address literal ("[IPv6:...]") does not. */
static size_t find_route_end(sc_str s)
{
	bool literal = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '[' || s.at[i] == ']')
			literal = s.at[i] == '[';
		else if (s.at[i] == ':' && !literal)
			return i;
	}
	return SIZE_MAX;
}

static void strip_route(struct sc_path *p)
{
	if (p->address.len == 0 || p->address.at[0] != '@')
		return;
	size_t colon = find_route_end(p->address);
	sc_str mailbox = sc_str_trim(sc_str_from(p->address, colon == SIZE_MAX ? colon : colon + 1));
	if (mailbox.len == 0) {
		p->quirks |= SC_QUIRK_BIT(bad_path);
		return;
	}
	p->address = mailbox;
	p->quirks |= SC_QUIRK_BIT(source_route);
}

/* Limits of what stands between the brackets; `path_octets` counts them and the route too. */
static void check(struct sc_path *p, size_t path_octets)
{
	if (path_octets > PATH_OCTETS || sc_str_local(p->address).len > LOCAL_OCTETS ||
	    sc_str_domain(p->address).len > DOMAIN_OCTETS)
		p->quirks |= SC_QUIRK_BIT(path_too_long);
	bool nested = p->address.len && p->address.at[0] == '<';
	if (nested || find_unquoted(p->address, is_control_or_space) != SIZE_MAX)
		p->quirks |= SC_QUIRK_BIT(bad_path);
}

/* A path that begins with '<' and has its '>' at `closing`. */
static void read_bracketed(struct sc_path *p, sc_str text, size_t closing)
{
	p->address = sc_str_trim(sc_str_slice(text, 1, closing - 1));
	p->params  = sc_str_trim(sc_str_from(text, closing + 1));
	strip_route(p);
	check(p, closing + 1);
}

static void read_senseless(struct sc_path *p, sc_str text)
{
	p->address = text.at ? text : SC_STR("");
	p->params  = SC_STR("");
	p->quirks |= SC_QUIRK_BIT(bad_path);
}

/* A path with one bracket or none: it goes up to the first space outside quotes. */
static void read_bare(struct sc_path *p, sc_str text)
{
	sc_str rest = text.at[0] == '<' ? sc_str_from(text, 1) : text;
	size_t end  = find_unquoted(rest, sc_is_space);
	if (end == SIZE_MAX)
		end = rest.len;
	p->address = sc_str_slice(rest, 0, end);
	p->params  = sc_str_trim(sc_str_from(rest, end));
	if (sc_str_ends_nocase(p->address, SC_STR(">")))
		p->address.len--;
	/* "FROM: Alice <a@b>" is a header field, not a path: the first word would be a wrong address. */
	bool display_name = sc_str_find(p->address, '@') == SIZE_MAX && sc_str_search(rest, SC_STR(" <")) != SIZE_MAX;
	if (p->address.len == 0 || display_name) {
		read_senseless(p, text);
		return;
	}
	p->quirks |= SC_QUIRK_BIT(missing_brackets);
	strip_route(p);
	check(p, end + 2);
}

/* Takes `keyword` and the colon off `*text`; true when the colon was there.  Without it only a bracket may follow, as
 * qmail has it, which looks for nothing but '<'. */
static bool take_keyword(sc_str *text, sc_str keyword)
{
	if (!sc_str_starts_nocase(*text, keyword))
		return false;
	sc_str rest = sc_str_trim(sc_str_from(*text, keyword.len));
	bool colon  = sc_str_starts(rest, SC_STR(":"));
	if (colon)
		*text = sc_str_from(rest, 1);
	else if (sc_str_starts(rest, SC_STR("<")))
		*text = rest;
	return colon;
}

struct sc_path sc_path_read(sc_str argument, sc_str keyword)
{
	struct sc_path p = { SC_STR(""), SC_STR(""), 0 };
	sc_str text = sc_str_trim(argument);
	bool colon  = take_keyword(&text, keyword);
	if (colon && text.len && sc_is_space(text.at[0]))
		p.quirks |= SC_QUIRK_BIT(space_before_path);
	text = sc_str_trim(text);
	size_t closing = sc_str_starts(text, SC_STR("<")) ? find_closing(text) : SIZE_MAX;
	if (closing != SIZE_MAX)
		read_bracketed(&p, text, closing);
	else if (colon && text.len)
		read_bare(&p, text);
	else
		read_senseless(&p, sc_str_trim(argument));
	return p;
}

bool sc_path_param(sc_str *params, sc_str *name, sc_str *value)
{
	sc_str word = sc_str_word(params);
	if (word.len == 0)
		return false;
	size_t equals = sc_str_find(word, '=');
	bool has_value = equals != SIZE_MAX && equals > 0;
	*name  = has_value ? sc_str_slice(word, 0, equals) : word;
	*value = has_value ? sc_str_from(word, equals + 1) : SC_STR("");
	return true;
}

/* From here on: commands by strict grammar.  Each form gets what follows the verb, without spaces at its ends. */

static bool is_keyword(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = sc_lower(s.at[i]);
		if (!(c >= 'a' && c <= 'z') && !sc_is_digit(c) && (i == 0 || (c != '-' && c != '_')))
			return false;
	}
	return s.len > 0;
}

/* ESMTP parameters without a value that exist; any other lone word may be prose ("mail from: a@b was lost"). */
static const sc_str lone_params[] = {
	SC_STR("SMTPUTF8"), SC_STR("REQUIRETLS"), SC_STR("PRDR"), SC_STR("CONPERM"), SC_STR("MTRK"), SC_STR("XVERP"),
};

static bool is_lone_param(sc_str word)
{
	for (size_t i = 0; i < sizeof(lone_params) / sizeof(*lone_params); i++)
		if (sc_str_equal_nocase(word, lone_params[i]))
			return true;
	return false;
}

static bool are_pairs(sc_str rest)
{
	for (sc_str word = sc_str_word(&rest); word.len; word = sc_str_word(&rest)) {
		bool pair = sc_str_find(word, '=') != SIZE_MAX;
		if (pair ? !is_keyword(sc_str_until(&word, '=')) : !is_lone_param(word))
			return false;
	}
	return true;
}

static bool is_path(sc_str rest, sc_str keyword)
{
	if (!sc_str_starts_nocase(rest, keyword) || !sc_str_starts(sc_str_from(rest, keyword.len), SC_STR(":")))
		return false;
	struct sc_path p = sc_path_read(rest, keyword);
	if (p.quirks & SC_QUIRK_BIT(bad_path))
		return false;
	if ((p.quirks & SC_QUIRK_BIT(missing_brackets)) && sc_str_find(p.address, '@') == SIZE_MAX)
		return false;
	return are_pairs(p.params);
}

static bool form_from(sc_str rest)
{
	return is_path(rest, SC_STR("FROM"));
}

static bool form_to(sc_str rest)
{
	return is_path(rest, SC_STR("TO"));
}

/* One domain or address literal; ETRN may have '@' or '#' before it (RFC 1985 5.1). */
static bool form_domain(sc_str rest)
{
	for (size_t i = 0; i < rest.len; i++) {
		char c = sc_lower(rest.at[i]);
		if (!(c >= 'a' && c <= 'z') && !sc_is_digit(c) && !memchr(".-_:[]@#", c, 8))
			return false;
	}
	return rest.len > 0;
}

static bool form_alone(sc_str rest)
{
	return rest.len == 0;
}

static bool form_something(sc_str rest)
{
	return rest.len > 0;
}

static bool form_chunk(sc_str rest)
{
	uint64_t octets;
	if (!sc_str_number(sc_str_word(&rest), &octets))
		return false;
	sc_str last = sc_str_trim(rest);
	return last.len == 0 || sc_str_equal_nocase(last, SC_STR("LAST"));
}

/* A mechanism that exists, for "auth failed" is prose; and at most one word of base64. */
static bool form_mechanism(sc_str rest)
{
	struct sc_sasl sasl;
	sc_sasl_begin(&sasl, sc_str_word(&rest));
	sc_str initial = sc_str_trim(rest);
	for (size_t i = 0; i < initial.len; i++) {
		char c = sc_lower(initial.at[i]);
		if (!(c >= 'a' && c <= 'z') && !sc_is_digit(c) && c != '+' && c != '/' && c != '=')
			return false;
	}
	return sasl.mechanism != 0;
}

static bool form_pairs(sc_str rest)
{
	return rest.len > 0 && are_pairs(rest);
}

static const struct form {
	sc_str verb;
	bool (*fits)(sc_str rest);
} forms[] = {
	{ SC_STR("MAIL"),           form_from },      /* RFC 5321 4.1.1.2 */
	{ SC_STR("RCPT"),           form_to },        /* 4.1.1.3 */
	{ SC_STR("EHLO"),           form_domain },    /* 4.1.1.1 */
	{ SC_STR("HELO"),           form_domain },
	{ SC_STR("LHLO"),           form_domain },    /* RFC 2033 4.1 */
	{ SC_STR("DATA"),           form_alone },     /* RFC 5321 4.1.1.4 */
	{ SC_STR("RSET"),           form_alone },     /* 4.1.1.5 */
	{ SC_STR("QUIT"),           form_alone },     /* 4.1.1.10 */
	{ SC_STR("NOOP"),           form_alone },     /* 4.1.1.9 */
	{ SC_STR("STARTTLS"),       form_alone },     /* RFC 3207 4 */
	{ SC_STR("BDAT"),           form_chunk },     /* RFC 3030 2 */
	{ SC_STR("AUTH"),           form_mechanism }, /* RFC 4954 4 */
	{ SC_STR("VRFY"),           form_something }, /* RFC 5321 4.1.1.6 */
	{ SC_STR("EXPN"),           form_something }, /* 4.1.1.7 */
	{ SC_STR("ETRN"),           form_domain },    /* RFC 1985 5 */
	{ SC_STR("XCLIENT"),        form_pairs },     /* Postfix */
	{ SC_STR("XFORWARD"),       form_pairs },
	{ SC_STR("X-ANONYMOUSTLS"), form_alone },     /* Exchange */
	{ SC_STR("X-EXPS"),         form_mechanism },
	{ SC_STR("SEND"),           form_from },      /* RFC 821 3.4 */
	{ SC_STR("SOML"),           form_from },
	{ SC_STR("SAML"),           form_from },
};

bool sc_path_command_like(sc_str line)
{
	if (line.len == 0 || sc_is_space(line.at[0]))
		return false;
	sc_str verb = sc_str_word(&line);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (sc_str_equal_nocase(verb, forms[i].verb))
			return forms[i].fits(sc_str_trim(line));
	return false;
}
