/* hints.c - finds the name of a block list and the time to wait in a plain text (plain.h).
 *
 * The text is hostile; every search is one pass over at most SC_PLAIN_OCTETS, and numbers are cut to a week. */
#include "explain/hints.h"

#define LONGEST_WAIT_S (UINT64_C(7) * 86400)

static bool is_host_octet(char c)
{
	return (c >= 'a' && c <= 'z') || sc_is_digit(c) || c == '-' || c == '.';
}

static bool is_host(sc_str s)
{
	size_t dot = sc_str_rfind(s, '.');
	if (dot == SIZE_MAX || dot == 0 || s.len - dot < 3)
		return false;
	for (size_t i = dot + 1; i < s.len; i++)
		if (sc_is_digit(s.at[i]) || s.at[i] == '-')
			return false;
	return true;
}

static sc_str without_dot(sc_str s)
{
	while (s.len && (s.at[s.len - 1] == '.' || s.at[s.len - 1] == '-'))
		s.len--;
	return s;
}

/* The host name that opens `s`, behind quotes, brackets and the scheme of a URL; empty when there is none. */
static sc_str host_here(sc_str s)
{
	while (s.len && strchr(" '\"<([", s.at[0]))
		s = sc_str_from(s, 1);
	size_t scheme = sc_str_search(sc_str_slice(s, 0, 16), SC_STR("://"));
	if (scheme != SIZE_MAX)
		s = sc_str_from(s, scheme + 3);
	size_t n = 0;
	while (n < s.len && is_host_octet(s.at[n]))
		n++;
	sc_str host = without_dot(sc_str_slice(s, 0, n));
	return is_host(host) ? host : SC_STR("");
}

/* The same name as the text has it. */
static sc_str as_sent(sc_str text, sc_str host)
{
	if (host.len == 0)
		return SC_STR_NONE;
	size_t at = sc_str_search_nocase(text, host);
	return at == SIZE_MAX ? SC_STR_NONE : sc_str_slice(text, at, host.len);
}

static sc_str after_phrase(sc_str plain)
{
	static const char *const phrases[] = {
		"blocked using ",    "blocked by ",    "rejected using ", "listed at ",       "listed in ",
		"listed on ",        "listed by ",     "blacklisted by ", "blacklisted at ",  "rejected by ",
		"found in ",         "black list at ", "blacklist at ",   "list provider ",   "lookup site ",
		"rbl at ",         "rhsbl at ",      "rbl on ",        "dnsbl ",           "rejected by the ",
		"server response (", "in the blacklist ", "blacklist ", "black list ",     "blocklist ",
	};
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		sc_str phrase = sc_str_of(phrases[i]);
		size_t at = sc_str_search(plain, phrase);
		sc_str host = at == SIZE_MAX ? SC_STR("") : host_here(sc_str_from(plain, at + phrase.len));
		if (host.len)
			return host;
	}
	return SC_STR("");
}

/* The host name around octet `at`, unless it belongs to a URL: then it is a page about the list, not the list. */
static sc_str zone_around(sc_str plain, size_t at)
{
	size_t begin = at, end = at;
	while (begin > 0 && is_host_octet(plain.at[begin - 1]))
		begin--;
	while (end < plain.len && is_host_octet(plain.at[end]))
		end++;
	sc_str host = without_dot(sc_str_slice(plain, begin, end - begin));
	bool page = (begin > 0 && plain.at[begin - 1] == '/') || (end < plain.len && plain.at[end] == '/') ||
		    sc_str_starts(host, SC_STR("www."));
	return !page && is_host(host) ? host : SC_STR("");
}

sc_str sc_hints_list(const struct sc_plain *plain, sc_str text, const char *family, size_t at, bool phrases)
{
	sc_str p = sc_plain_str(plain);
	sc_str host = phrases ? after_phrase(p) : SC_STR("");
	bool page = family && (sc_str_starts(host, SC_STR("www.")) || sc_str_search(text, SC_STR("://")) != SIZE_MAX);
	if (family && (host.len == 0 || page)) {
		sc_str zone = zone_around(p, at);
		host = zone.len || page ? (zone.len ? zone : host) : host;
	}
	if (family && sc_str_starts(host, SC_STR("www.")))
		host = SC_STR("");
	sc_str sent = as_sent(text, host);
	return sent.at ? sent : sc_str_of(family);
}

/* ---- how long to wait ---- */

static bool begins_with(sc_str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sc_str_starts(s, sc_str_of(words[i])))
			return true;
	return false;
}

static bool ends_with(sc_str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sc_str word = sc_str_of(words[i]);
		size_t at = s.len - word.len;
		if (s.len >= word.len && sc_str_equal(sc_str_from(s, at), word) &&
		    (at == 0 || !is_host_octet(s.at[at - 1]) || !is_host_octet(word.at[0])))
			return true;
	}
	return false;
}

#define WORDS(list) list, sizeof(list) / sizeof(list[0])

/* A number, or "an" and "one". */
static bool take_number(sc_str *s, uint64_t *n)
{
	size_t i = 0;
	*n = 0;
	for (; i < s->len && sc_is_digit(s->at[i]); i++)
		*n = *n > LONGEST_WAIT_S ? *n : *n * 10 + (uint64_t)(s->at[i] - '0');
	if (i == 0 && (sc_str_starts(*s, SC_STR("an ")) || sc_str_starts(*s, SC_STR("one ")))) {
		i = s->at[0] == 'a' ? 2 : 3;
		*n = 1;
	}
	*s = sc_str_from(*s, i);
	return i > 0;
}

static const struct unit {
	const char *word;
	uint64_t seconds;
} units[] = {
	{ "sec", 1 },     { "sek", 1 },      { "seg", 1 },       { "san", 1 },       { "s", 1 },
	{ "min", 60 },    { "m", 60 },       { "dakika", 60 },   { "hour", 3600 },   { "hr", 3600 },
	{ "h", 3600 },    { "stund", 3600 }, { "heure", 3600 },  { "hora", 3600 },   { "ore", 3600 },
	{ "uur", 3600 },  { "timm", 3600 },  { "timer", 3600 },  { "godz", 3600 },   { "hodin", 3600 },
	{ "chas", 3600 }, { "saat", 3600 },  { "day", 86400 },   { "d", 86400 },     { "tag", 86400 },
	{ "jour", 86400 },
}, cjk_units[] = {
	{ "秒", 1 },      { "초", 1 },       { "分鐘", 60 },     { "分钟", 60 },     { "分", 60 },
	{ "분", 60 },     { "小时", 3600 },  { "小時", 3600 },   { "時間", 3600 },   { "시간", 3600 },
};

/* The unit that opens `*s`, which is taken off with the marks behind it, as in "minute(s) "; NULL: it is none. */
static const struct unit *take_unit(sc_str *s)
{
	while (s->len && (s->at[0] == ' ' || s->at[0] == '-'))
		*s = sc_str_from(*s, 1);
	for (size_t i = 0; i < sizeof(cjk_units) / sizeof(cjk_units[0]); i++) {
		sc_str unit = sc_str_of(cjk_units[i].word);
		if (!sc_str_starts(*s, unit))
			continue;
		*s = sc_str_from(*s, unit.len);
		return &cjk_units[i];
	}
	size_t n = 0;
	while (n < s->len && s->at[n] >= 'a' && s->at[n] <= 'z')
		n++;
	sc_str word = sc_str_slice(*s, 0, n);
	*s = sc_str_from(*s, n);
	if (sc_str_starts(*s, SC_STR("(s)")))
		*s = sc_str_from(*s, 3);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		sc_str unit = sc_str_of(units[i].word);
		if (sc_str_starts(word, unit) && (unit.len > 1 || word.len == 1))
			return &units[i];
	}
	return NULL;
}

struct wait {
	uint64_t seconds;
	bool brief; /* "5m", "00:05:00": a time only where a word such as "in" says so */
};

/* "00:05:00", with `n` its first number, which has been taken. */
static bool clock_here(sc_str *s, uint64_t n, struct wait *w)
{
	uint64_t part;
	for (int i = 0; i < 2; i++) {
		if (s->len == 0 || s->at[0] != ':')
			return false;
		*s = sc_str_from(*s, 1);
		if (!take_number(s, &part) || part > 59)
			return false;
		n = n * 60 + part;
	}
	*w = (struct wait){ n, true };
	return n && n <= LONGEST_WAIT_S;
}

/* "300 seconds", "5 min", "10m", "1 hour(s) 25 minute(s)", "4m30s": each unit smaller than the one before.  `*s` goes
 * behind it. */
static bool wait_here(sc_str *s, struct wait *w)
{
	uint64_t n, last = UINT64_MAX;
	*w = (struct wait){ .seconds = 0 };
	if (!take_number(s, &n))
		return false;
	if (s->len && s->at[0] == ':')
		return clock_here(s, n, w);
	do {
		const struct unit *unit = take_unit(s);
		if (!unit || unit->seconds >= last || n > LONGEST_WAIT_S / unit->seconds)
			break;
		w->seconds += n * unit->seconds;
		w->brief = w->brief || !unit->word[1];
		last = unit->seconds;
		while (s->len && (s->at[0] == ' ' || s->at[0] == ','))
			*s = sc_str_from(*s, 1);
	} while (take_number(s, &n));
	return w->seconds && w->seconds <= LONGEST_WAIT_S;
}

/* Where a text first speaks of waiting; SIZE_MAX: nowhere.  A time before that is none to wait: "100 messages in
 * 60 seconds are too many, try later". */
static size_t first_request(sc_str plain)
{
	static const char *const words[] = {
		"again", "retry", "wait", "back", "later", "grey", "gray", "defer", "block", "penalty", "next",
		"erneut", "nochmal", "versuch", "essay", "intent", "riprov", "tente", "probeer", "forsok",
		"prov ", "sprobuj", "zkus", "poprob", "povtor", "resend", "patien", "remain", "tekrar",
		"temporar", "liste gris", "lista gris", "再試行", "重试", "重試", "다시",
	};
	size_t first = SIZE_MAX;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = sc_str_search(plain, sc_str_of(words[i]));
		first = at < first ? at : first;
	}
	return first;
}

/* Whether what stands before a time makes it the measure of something: "100 messages per 60 seconds". */
static bool is_measure(sc_str before)
{
	static const char *const words[] = { "per ", "last ", "past ", "every ", "each ", "previous ", "/", "/ " };
	return ends_with(before, WORDS(words));
}

static bool is_announced(sc_str before)
{
	static const char *const words[] = {
		"in ",        "after ",  "wait ",  "for ", "within ", "about ", "at least ", "retry=", "retry: ",
		"another ",   "dans ",   "za ",    "en ",  "tra ",    "fra ",   "em ",       "over ",  "om ",
		"cherez ",    "nach ",   "dentro de ",     "penalty: ",
	};
	return ends_with(before, WORDS(words));
}

/* In German, Dutch, Turkish and Chinese the request may follow: "in 5 Minuten erneut versuchen", "5分後". */
static bool is_requested(sc_str behind)
{
	static const char *const words[] = {
		"erneut", "nochmal", "noch einmal", "wieder", "opnieuw", "sonra", "later", "後", "后", "후",
	};
	while (behind.len && behind.at[0] == ' ')
		behind = sc_str_from(behind, 1);
	return begins_with(behind, WORDS(words));
}

/* The time to wait that begins at octet `at`, which opens a number. */
static bool wait_at(sc_str plain, size_t at, size_t request, uint64_t *seconds)
{
	struct wait w;
	sc_str rest = sc_str_from(plain, at), before = sc_str_slice(plain, 0, at);
	if (!wait_here(&rest, &w) || is_measure(before) || (w.brief && !is_announced(before)))
		return false;
	*seconds = w.seconds;
	return at > request || is_requested(rest);
}

static bool opens_number(const struct sc_plain *plain, size_t i)
{
	const char *at = plain->at;
	bool word = i == 0 || !is_host_octet(at[i - 1]);
	bool one = word && i + 3 < plain->len && (!memcmp(at + i, "an ", 3) || !memcmp(at + i, "one ", 4));
	return (one || (word && sc_is_digit(at[i]))) && !sc_plain_in_link(plain, i);
}

static bool may_wait(const struct sc_refusal *f, enum sc_cause cause)
{
	unsigned cls = f->code ? f->code / 100u : f->status.cls;
	return cause != SC_CAUSE_session_timeout && (cls != 5 || cause == SC_CAUSE_greylisted);
}

uint64_t sc_hints_retry(const struct sc_plain *plain, const struct sc_refusal *refusal, enum sc_cause cause)
{
	uint64_t seconds;
	sc_str p = sc_plain_str(plain);
	size_t request = may_wait(refusal, cause) ? first_request(p) : SIZE_MAX;
	for (size_t i = 0; request != SIZE_MAX && i < p.len; i++)
		if (opens_number(plain, i) && wait_at(p, i, request, &seconds))
			return seconds;
	return SC_NONE;
}
