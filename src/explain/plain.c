/* plain.c - makes a reply text plain for matching.
 *
 * The text comes from the wire and may hold anything.  It is cut into words at white space; within a word, runs of
 * letters, digits and the marks of addresses are judged whole: a run with '@' is an address and is masked, a run like
 * a host name is marked as a link, so that "quota" in quota.example.org or in somebody's address says nothing about a
 * quota.  Every octet is visited a bounded number of times, and the result is cut at SC_PLAIN_OCTETS. */
#include "explain/plain.h"

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
	return is_letter(c) || sc_is_digit(c) || c == '.' || c == '-' || c == '+' || c == '=' || c == '@' || c == '_';
}

/* "5.7.1" at the beginning of `s`: its length, 0 when there is none.  A longer row of numbers is an address. */
static size_t status_here(sc_str s, struct sc_status *st)
{
	uint16_t part[3] = { 0 };
	size_t i = 0;
	for (int n = 0; n < 3; n++) {
		size_t begin = i;
		while (i < s.len && i - begin < 3 && sc_is_digit(s.at[i]))
			part[n] = (uint16_t)(part[n] * 10 + (s.at[i++] - '0'));
		if (i == begin || (n < 2 && (i >= s.len || s.at[i++] != '.')))
			return 0;
	}
	bool more = i < s.len && (sc_is_digit(s.at[i]) || is_letter(s.at[i]) ||
				  (s.at[i] == '.' && i + 1 < s.len && sc_is_digit(s.at[i + 1])));
	if (more || (part[0] != 2 && part[0] != 4 && part[0] != 5))
		return 0;
	*st = (struct sc_status){ part[0], part[1], part[2] };
	return i;
}

/* A word that is nothing but an enhanced code, as "5.7.1", "(#5.7.1)", or as in "550-5.7.1" at the head of a line. */
static bool status_word(sc_str word, struct sc_status *st)
{
	if (word.len > 4 && sc_is_digit(word.at[0]) && sc_is_digit(word.at[1]) && sc_is_digit(word.at[2]) &&
	    word.at[3] == '-')
		word = sc_str_from(word, 4);
	if (sc_str_starts(word, SC_STR("(")) || sc_str_starts(word, SC_STR("[")))
		word = sc_str_from(word, 1);
	if (sc_str_starts(word, SC_STR("#")))
		word = sc_str_from(word, 1);
	size_t n = status_here(word, st);
	if (n == 0)
		return false;
	for (sc_str rest = sc_str_from(word, n); rest.len; rest = sc_str_from(rest, 1))
		if (is_letter(rest.at[0]) || sc_is_digit(rest.at[0]))
			return false;
	return true;
}

/* Two labels or more, the last of letters.  A capital after a point begins a sentence, unless all is in capitals. */
static bool is_host(sc_str run)
{
	while (run.len && run.at[run.len - 1] == '.')
		run.len--;
	size_t last = sc_str_rfind(run, '.');
	if (last == SIZE_MAX || last == 0 || run.len - last < 3)
		return false;
	bool small_before = false;
	for (size_t i = 0; i < run.len; i++) {
		char c = run.at[i];
		bool dot = c == '.';
		if (c == '+' || c == '=' || c == '@' || (dot && run.at[i + 1] == '.') || (i > last && !is_letter(c)))
			return false;
		if (dot && small_before && sc_lower(run.at[i + 1]) != run.at[i + 1])
			return false;
		small_before = small_before || (c >= 'a' && c <= 'z');
	}
	return true;
}

static void put(struct sc_plain *p, char c, bool link)
{
	if (p->len == SC_PLAIN_OCTETS || (c == ' ' && (p->len == 0 || p->at[p->len - 1] == ' ')))
		return;
	if (link)
		p->link[p->len / 64] |= UINT64_C(1) << (p->len % 64);
	p->at[p->len++] = c;
}

/* One character that belongs to no run; gives the octets it took. */
static size_t put_other(struct sc_plain *p, sc_str s, bool link)
{
	if ((unsigned char)s.at[0] < 0x80) {
		put(p, s.at[0] == '`' ? '\'' : s.at[0], link);
		return 1;
	}
	struct sc_folded f = sc_fold(s, p->octets);
	for (uint8_t i = 0; i < f.count; i++)
		put(p, f.at[i], link);
	return f.taken;
}

/* "192.0.2.1", with a full stop behind it or not.  What begins with 127 is the answer of a block list, which tells
 * why an address is on it. */
static bool is_address(sc_str run)
{
	size_t digits = 0, dots = 0;
	if (run.len && run.at[run.len - 1] == '.')
		run.len--;
	for (size_t i = 0; i < run.len; i++) {
		bool dot = run.at[i] == '.';
		if (!dot && !sc_is_digit(run.at[i]))
			return false;
		if ((dot && digits == 0) || (!dot && digits == 3))
			return false;
		digits = dot ? 0 : digits + 1;
		dots += dot;
	}
	return dots == 3 && digits && !sc_str_starts(run, SC_STR("127."));
}

static void put_word_of(struct sc_plain *p, const char *word)
{
	for (; *word; word++)
		put(p, *word, false);
}

static void put_run(struct sc_plain *p, sc_str run, bool link)
{
	if (!link && sc_str_find(run, '@') != SIZE_MAX) {
		put_word_of(p, "@");
		return;
	}
	if (!link && is_address(run)) {
		put_word_of(p, "ip4");
		return;
	}
	for (size_t i = 0; i < run.len; i++)
		put(p, run.at[i] == '_' ? ' ' : sc_lower(run.at[i]), link);
}

static size_t run_length(sc_str s)
{
	size_t n = 0;
	while (n < s.len && is_run(s.at[n]))
		n++;
	return n;
}

static void put_word(struct sc_plain *p, sc_str word)
{
	bool url = false; /* from here to the end of the word */
	while (word.len) {
		size_t n = run_length(word);
		if (n == 0) {
			word = sc_str_from(word, put_other(p, word, url));
			continue;
		}
		sc_str run = sc_str_slice(word, 0, n), rest = sc_str_from(word, n);
		bool host = is_host(run);
		url = url || sc_str_starts(rest, SC_STR("://")) || (host && sc_str_starts(rest, SC_STR("/")));
		put_run(p, run, url || host);
		word = rest;
	}
	put(p, ' ', false);
}

static bool is_refusal(sc_str s)
{
	return s.len > 4 && (s.at[0] == '4' || s.at[0] == '5') && sc_is_digit(s.at[1]) && sc_is_digit(s.at[2]) &&
	       (s.at[3] == ' ' || s.at[3] == '-');
}

/* Takes off what stands before a refusal that `mark` announces.  Who verified a sender speaks of the sender, whatever
 * the other server said. */
static bool take_quoted(sc_str *text, sc_str mark)
{
	size_t at = sc_str_search(*text, mark);
	sc_str inner = at == SIZE_MAX ? SC_STR("") : sc_str_from(*text, at + mark.len);
	if (!is_refusal(inner) || sc_str_search_nocase(sc_str_slice(*text, 0, at), SC_STR("sender")) != SIZE_MAX)
		return false;
	*text = sc_str_from(inner, 4);
	return true;
}

/* What a server quotes from another, as "host x said: 550 No such user (in reply to RCPT TO command)" or a report's
 * "smtp; 550 No such user" does, which speaks of no host and of no command. */
static sc_str quoted(sc_str text)
{
	text = sc_str_slice(text, 0, sc_str_search(text, SC_STR(" (in reply to ")));
	text = sc_str_slice(text, 0, sc_str_search(text, SC_STR(" Giving up on ")));
	enum { DEEPEST = 8 };
	for (int i = 0; i < DEEPEST; i++)
		if (!take_quoted(&text, SC_STR(" said: ")) && !take_quoted(&text, SC_STR("]: ")))
			break;
	bool report = sc_str_starts_nocase(text, SC_STR("smtp;"));
	text = sc_str_from(text, report ? 5 : 0);
	while (text.len && is_blank(text.at[0]))
		text = sc_str_from(text, 1);
	return is_refusal(text) ? sc_str_from(text, 4) : text;
}

void sc_plain_read(struct sc_plain *p, sc_str text)
{
	*p = (struct sc_plain){ .len = 0 };
	text = quoted(sc_str_slice(text, 0, 4 * SC_PLAIN_OCTETS));
	p->octets = sc_fold_guess(text);
	size_t i = 0;
	while (i < text.len && p->len < SC_PLAIN_OCTETS) {
		size_t begin = i;
		while (i < text.len && !is_blank(text.at[i]))
			i++;
		sc_str word = sc_str_slice(text, begin, i - begin);
		struct sc_status st;
		if (status_word(word, &st))
			p->status = p->status.cls ? p->status : st;
		else if (word.len)
			put_word(p, word);
		i += i < text.len;
	}
	while (p->len && p->at[p->len - 1] == ' ')
		p->len--;
}
