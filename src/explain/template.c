/* template.c - masks what varies in a reply text.
 *
 * The text comes from the wire and may hold anything.  It is read once, word by word; a word's runs of letters,
 * digits and the marks of names are judged by their form alone.  The result is never much longer than the text. */
#include "explain/template.h"

static bool is_letter(char c)
{
	char l = sc_lower(c);
	return l >= 'a' && l <= 'z';
}

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool is_run(char c)
{
	return is_letter(c) || sc_is_digit(c) || strchr("._+=@%~-", c);
}

/* Nothing but digits and the marks that join them: 26, 00:05:00, 2026-01-31, 1.5. */
static bool is_number(sc_str s)
{
	bool digit = false;
	for (size_t i = 0; i < s.len; i++) {
		if (!sc_is_digit(s.at[i]) && !strchr(".-+%", s.at[i]))
			return false;
		digit = digit || sc_is_digit(s.at[i]);
	}
	return digit && sc_is_digit(s.at[0]);
}

static bool is_status(sc_str s)
{
	int dots = 0;
	for (size_t i = 0; i < s.len; i++)
		dots += s.at[i] == '.';
	return s.len >= 5 && s.len <= 9 && dots == 2 && is_number(s) &&
	       (s.at[0] == '2' || s.at[0] == '4' || s.at[0] == '5') && s.at[1] == '.';
}

/* Letters and digits in turns, as no word has them: 4bXyZ12345, B15601640DCD26CE53bc5f8c6.  SMTPUTF8 and S3150
 * are words. */
static bool is_id(sc_str s)
{
	size_t digits = 0, turns = 0;
	int last = 0;
	for (size_t i = 0; i < s.len; i++) {
		int kind = sc_is_digit(s.at[i]) ? 1 : is_letter(s.at[i]) ? 2 : 0;
		digits += kind == 1;
		if (kind == 0)
			continue;
		turns += last && kind != last;
		last = kind;
	}
	return s.len >= 6 && turns >= 2 && (digits >= 3 || s.len >= 10);
}

static bool is_host(sc_str s)
{
	size_t dot = sc_str_rfind(s, '.');
	return dot != SIZE_MAX && dot > 0 && s.len - dot >= 3 && is_letter(s.at[dot + 1]) &&
	       is_letter(s.at[s.len - 1]) && sc_str_find(s, '=') == SIZE_MAX;
}

/* A label of a host name: its number, if it is more than a digit, tells only which of many hosts it was. */
static void put_label(struct sc_text *t, sc_str label)
{
	if (is_id(label)) {
		sc_text_adds(t, "ID");
		return;
	}
	for (size_t i = 0; i < label.len; i++) {
		bool number = sc_is_digit(label.at[i]) && i + 1 < label.len && sc_is_digit(label.at[i + 1]);
		if (!number) {
			sc_text_put(t, label.at[i]);
			continue;
		}
		while (i + 1 < label.len && sc_is_digit(label.at[i + 1]))
			i++;
		sc_text_put(t, 'N');
	}
}

static void put_host(struct sc_text *t, sc_str host)
{
	while (host.len) {
		put_label(t, sc_str_until(&host, '.'));
		if (host.len)
			sc_text_put(t, '.');
	}
}

struct state {
	struct sc_text *t;
	bool begun;      /* something was written */
	bool after_rfc;  /* the number that follows is a name */
	bool after_host; /* "host" or "domain": the host name that follows is one of many */
	bool after_user; /* "user" or "mailbox": what follows in quotes is a person's name */
};

/* `addressed`: its address follows in brackets. */
static void put_part(struct state *s, sc_str part, bool addressed)
{
	struct sc_ip ip;
	if (part.len == 0)
		return;
	if (sc_ip_read(part, &ip))
		sc_text_adds(s->t, "IP");
	else if (sc_str_find(part, '@') != SIZE_MAX)
		sc_text_adds(s->t, "ADDR");
	else if (is_status(part) || (s->after_rfc && is_number(part)))
		sc_text_add(s->t, part);
	else if (is_number(part))
		sc_text_put(s->t, 'N');
	else if (is_host(part) && (!s->begun || s->after_host || addressed))
		sc_text_adds(s->t, "HOST");
	else if (is_host(part))
		put_host(s->t, part);
	else if (is_id(part))
		sc_text_adds(s->t, "ID");
	else
		sc_text_add(s->t, part);
	s->begun = true;
	s->after_rfc = sc_str_equal_nocase(part, SC_STR("RFC"));
	s->after_host = sc_str_equal_nocase(part, SC_STR("domain")) || sc_str_equal_nocase(part, SC_STR("host"));
}

/* "user", "Mailbox", "local-part", "rcpt": words before a name. */
static bool names_user(sc_str word)
{
	static const char *const words[] = {
		"user",       "mailbox", "account", "recipient", "rcpt", "alias",
		"local-part", "part",    "sender",  "email",     "to",   "from",
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sc_str_equal_nocase(word, sc_str_of(words[i])))
			return true;
	return false;
}

/* A run without the points and hyphens behind it, which belong to the sentence; what stands on both sides of
 * '=' is judged apart. */
static void put_run(struct state *s, sc_str run, bool addressed)
{
	size_t end = run.len;
	while (end && strchr(".-+=", run.at[end - 1]))
		end--;
	sc_str name = sc_str_slice(run, 0, end);
	size_t equals = sc_str_find(name, '=');
	if (equals != SIZE_MAX && sc_str_find(name, '@') == SIZE_MAX) {
		sc_str key = sc_str_slice(name, 0, equals);
		put_part(s, key, false);
		sc_text_put(s->t, '=');
		name = names_user(key) && equals + 1 < name.len ? SC_STR("@") : sc_str_from(name, equals + 1);
	}
	put_part(s, name, addressed && end == run.len);
	sc_text_add(s->t, sc_str_from(run, end));
}

static bool is_ip6(char c)
{
	char l = sc_lower(c);
	return sc_is_digit(c) || (l >= 'a' && l <= 'f') || c == ':' || c == '.';
}

/* Octets of the IPv6 address that opens `s`; 0 when there is none. */
static size_t ip6_length(sc_str s)
{
	enum { LONGEST = 45 };
	struct sc_ip ip;
	size_t n = 0, colons = 0;
	while (n < s.len && n <= LONGEST && is_ip6(s.at[n]))
		colons += s.at[n++] == ':';
	while (n && s.at[n - 1] == '.')
		n--;
	return colons >= 2 && n <= LONGEST && sc_ip_read(sc_str_slice(s, 0, n), &ip) ? n : 0;
}

static void put_word(struct state *s, sc_str word)
{
	bool fresh = true; /* at the beginning of a run */
	while (word.len) {
		size_t ip6 = fresh ? ip6_length(word) : 0;
		size_t n = 0;
		while (!ip6 && n < word.len && is_run(word.at[n]))
			n++;
		if (ip6) {
			sc_text_adds(s->t, "IP");
			n = ip6;
		} else if (n) {
			put_run(s, sc_str_slice(word, 0, n), n < word.len && word.at[n] == '[');
		} else {
			size_t utf8 = sc_text_utf8(word, NULL);
			n = utf8 ? utf8 : 1;
			sc_text_add(s->t, sc_str_slice(word, 0, n));
			s->begun = s->begun || (unsigned char)word.at[0] >= 0x80;
		}
		fresh = !is_run(word.at[n - 1]);
		word = sc_str_from(word, n);
	}
}

static bool has_small_letter(sc_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] >= 'a' && s.at[i] <= 'z')
			return true;
	return false;
}

/* Octets of the name in `<ann>`, or of `"ann"`, 'ann' and (ann) behind "user", where no '@' tells that it is an
 * address; 0: none.  <DATA> and <CR> are the protocol's own. */
static size_t quoted_name(const struct state *s, sc_str word)
{
	static const char open[] = "<\"'(", close[] = ">\"')";
	const char *mark = word.len ? strchr(open, word.at[0]) : NULL;
	if (!mark || !*mark || (*mark != '<' && !s->after_user))
		return 0;
	size_t n = 1;
	while (n < word.len && is_run(word.at[n]))
		n++;
	sc_str name = sc_str_slice(word, 1, n - 1);
	bool closed = n < word.len && word.at[n] == close[mark - open];
	return closed && has_small_letter(name) && (*mark != '<' || !is_host(name)) ? n - 1 : 0;
}

/* The name that ends a text as "Unknown user: ann". */
static bool is_last_name(const struct state *s, sc_str word, sc_str rest)
{
	while (rest.len && is_blank(rest.at[0]))
		rest = sc_str_from(rest, 1);
	return rest.len == 0 && s->after_user && has_small_letter(word) && sc_str_find(word, '@') == SIZE_MAX;
}

static void put_named(struct state *s, sc_str word, sc_str rest, bool colon)
{
	size_t name = quoted_name(s, word);
	if (name) {
		sc_text_put(s->t, word.at[0]);
		sc_text_adds(s->t, "ADDR");
		word = sc_str_from(word, name + 1);
	} else if (colon && is_last_name(s, word, rest)) {
		sc_text_adds(s->t, "ADDR");
		word = SC_STR("");
	}
	put_word(s, word);
}

static sc_str next_word(sc_str *text, bool *line_begins)
{
	size_t i = 0;
	while (i < text->len && is_blank(text->at[i])) {
		*line_begins = *line_begins || text->at[i] == '\n';
		i++;
	}
	size_t begin = i;
	while (i < text->len && !is_blank(text->at[i]))
		i++;
	sc_str word = sc_str_slice(*text, begin, i - begin);
	*text = sc_str_from(*text, i);
	return word;
}

/* The name that a client gave itself, as Postfix puts it before its reason: "<pc01>: Helo command rejected". */
static bool is_helo_name(sc_str word, sc_str rest)
{
	while (rest.len && is_blank(rest.at[0]))
		rest = sc_str_from(rest, 1);
	return sc_str_starts(word, SC_STR("<")) && word.at[word.len - 1] == ':' &&
	       sc_str_starts(rest, SC_STR("Helo command"));
}

void sc_template_put(struct sc_text *t, sc_str text)
{
	struct state s = { .t = t };
	bool first = true, colon = false; /* colon: at the end of the word before, not the first */
	while (!t->cut) {
		bool line_begins = false;
		sc_str word = next_word(&text, &line_begins);
		if (word.len == 0)
			return;
		if (!first && line_begins && is_status(word))
			continue;
		if (!first)
			sc_text_put(t, ' ');
		if (first && is_helo_name(word, text))
			sc_text_adds(t, "<HOST>:");
		else
			put_named(&s, word, text, colon);
		bool ends = word.at[word.len - 1] == ':';
		s.after_user = names_user(sc_str_slice(word, 0, word.len - ends));
		colon = ends && !first;
		first = false;
	}
}
