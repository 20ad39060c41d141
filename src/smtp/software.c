/* software.c - guesses the server's software and finds its queue id, from greeting (RFC 5321 4.3.1) and
 * acceptance.
 *
 * Both are tables of forms as servers are known to write them; every text can be configured, so a match is a
 * guess.  It trusts nothing: texts are searched forward only, up to a limit, and a queue id must look like one,
 * for the word in its place may as well be "Ok".  What it finds is borrowed from the text, or from the table. */
#include "smtp/software.h"

#include "smtp/reply.h"

#define TEXT_OCTETS    1024 /* so much of a text is read: two reply lines at their longest (RFC 5321 4.5.3.1.5) */
#define HOST_OCTETS    255
#define VERSION_OCTETS 32

struct lowered {
	char   at[TEXT_OCTETS];
	sc_str text;
};

static void lower(struct lowered *l, sc_str text)
{
	text = sc_str_slice(text, 0, TEXT_OCTETS);
	for (size_t i = 0; i < text.len; i++)
		l->at[i] = sc_lower(text.at[i]);
	l->text = (sc_str){ l->at, text.len };
}

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

static bool is_letter(char c)
{
	return sc_lower(c) >= 'a' && sc_lower(c) <= 'z';
}

/* The word that ends where `s` ends. */
static sc_str last_word(sc_str s)
{
	size_t from = s.len;
	while (from > 0 && !is_blank(s.at[from - 1]))
		from--;
	return sc_str_from(s, from);
}

/* The word that begins where `s` begins; it also ends at the octet `stop`. */
static sc_str first_word(sc_str s, char stop)
{
	size_t n = 0;
	while (n < s.len && !is_blank(s.at[n]) && s.at[n] != stop)
		n++;
	return sc_str_slice(s, 0, n);
}

/* One step of a pattern: "piece", "*piece", "%piece" or "*%piece". */
static bool step(sc_str *rest, sc_str piece, bool skip, bool take, sc_str *word)
{
	sc_str here = first_word(*rest, piece.len ? piece.at[0] : ' ');
	size_t at   = skip ? sc_str_search(*rest, piece) : take ? here.len : 0;
	if (at == SIZE_MAX || !sc_str_starts(sc_str_from(*rest, at), piece))
		return false;
	if (take && skip)
		here = last_word(sc_str_slice(*rest, 0, at));
	if (take && here.len == 0)
		return false;
	if (take)
		*word = word->at ? (sc_str){ word->at, (size_t)(here.at - word->at) + here.len } : here;
	*rest = sc_str_from(*rest, at + piece.len);
	return true;
}

/* True when the front of `text` fits `pattern`, both in lower case: '*' is any run of octets, as short as can be,
 * '%' a word, everything else itself.  It never goes back, so the time is that of a search.  `*word` is the word,
 * of several all from the first to the last; `*rest` is what follows the part that fits. */
static bool fits(sc_str text, const char *pattern, sc_str *word, sc_str *rest)
{
	bool anchored = *pattern && *pattern != '*' && *pattern != '%';
	*word = SC_STR_NONE;
	*rest = text;
	if (anchored && (!text.len || text.at[0] != *pattern)) /* most rows fail here */
		return false;
	while (*pattern) {
		bool skip = *pattern == '*';
		pattern += skip;
		bool take = *pattern == '%';
		pattern += take;
		sc_str piece = { pattern, strcspn(pattern, "*%") };
		pattern += piece.len;
		if (!step(rest, piece, skip, take, word))
			return false;
	}
	return true;
}

static bool is_quad(sc_str s)
{
	unsigned parts = 0;
	while (s.len) {
		uint64_t n;
		if (!sc_str_number(sc_str_until(&s, '.'), &n) || n > 255)
			return false;
		parts++;
	}
	return parts == 4;
}

static bool is_label(sc_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_letter(s.at[i]) && !sc_is_digit(s.at[i]) && s.at[i] != '-' && s.at[i] != '_')
			return false;
	return s.len > 0;
}

/* Labels between dots; a number as the last one would be a version. */
static bool is_domain(sc_str s)
{
	size_t labels = 0;
	sc_str label  = SC_STR("");
	while (s.len) {
		label = sc_str_until(&s, '.');
		if (!is_label(label))
			return false;
		labels++;
	}
	return labels > 1 && is_letter(label.at[0]);
}

static bool is_literal(sc_str s)
{
	return s.len > 2 && s.at[0] == '[' && s.at[s.len - 1] == ']';
}

/* A name without a dot may be any word; it is a host's where the greeting's form says so. */
static bool is_single_host(sc_str word, sc_str after)
{
	static const sc_str marks[] = { SC_STR("ESMTP"), SC_STR("SMTP"), SC_STR("LMTP"), SC_STR("Hello") };
	sc_str next = first_word(sc_str_trim(after), ' ');
	bool marked = false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		if (sc_str_equal_nocase(word, marks[i]))
			return false;
		marked |= sc_str_equal_nocase(next, marks[i]);
	}
	return is_label(word) && (marked || sc_str_equal_nocase(word, SC_STR("localhost")));
}

sc_str sc_software_host(sc_str text)
{
	sc_str line = sc_str_until(&text, '\n');
	sc_str word = sc_str_word(&line);
	if (sc_status_find(word).cls) /* Momentum greets with "2.0.0 host" */
		word = sc_str_word(&line);
	while (word.len && memchr(".,:;\r", word.at[word.len - 1], 5))
		word.len--;
	bool host = is_domain(word) || is_quad(word) || is_literal(word) || is_single_host(word, line);
	return host && word.len <= HOST_OCTETS ? word : SC_STR_NONE;
}

/* Greetings: the first row that fits counts, so the narrower form stands before the wider.  A version is read
 * where the pattern ends, or not at all. */
static const struct greeting {
	const char *software, *pattern;
} greetings[] = {
	{ "Exchange Online",         "*.protection.outlook.com microsoft esmtp mail service" },
	{ "Microsoft IIS",           "*microsoft esmtp mail service, version:" },
	{ "Microsoft Exchange",      "*microsoft esmtp mail service" },
	{ "Exim",                    "*smtp exim" },
	{ "Postfix",                 "*smtp postfix" },
	{ "Sendmail",                "*smtp sendmail" },
	{ "OpenSMTPD",               "*smtp opensmtpd" },
	{ "notqmail",                "*smtp notqmail" },
	{ "Gmail",                   "* - gsmtp" },
	{ "Yahoo",                   "*.yahoo.com esmtp ready" },
	{ "Yandex",                  "*yandex.mail for your domain" },
	{ "Nemesis",                 "*nemesis esmtp service" },
	{ "Amazon SES",              "*simpleemailservice" },
	{ "Amazon SES",              "inbound-smtp.*.amazonaws.com esmtp" },
	{ "SendGrid",                "sg esmtp service ready" },
	{ "Haraka",                  "*smtp haraka" },
	{ "Proofpoint",              "*.pphosted.com esmtp mfa-" },
	{ "Mimecast",                "*.mimecast.com esmtp" },
	{ "Symantec Email Security", "*.messagelabs.com esmtp" },
	{ "MDaemon",                 "*smtp mdaemon" },
	{ "Kerio Connect",           "*kerio connect" },
	{ "Kerio MailServer",        "*kerio mailserver" },
	{ "Zimbra",                  "*zimbra lmtp server" },
	{ "PowerMTA",                "*smtp powermta(tm)" },
	{ "KumoMTA",                 "* kumomta" },
	{ "Momentum",                "*smtp ecelerity" },
	{ "mox",                     "*smtp mox" },
	{ "hMailServer",             "*hmailserver" },
	{ "CommuniGate Pro",         "*smtp communigate pro" },
	{ "IceWarp",                 "*smtp icewarp" },
	{ "Merak",                   "*smtp merak" },
	{ "Coremail",                "*for coremail system" },
	{ "QQ Mail",                 "*qq mail server" },
	{ "Apache James",            "*james smtp server" },
	{ "Apache James",            "*smtp server (james" },
	{ "Dovecot",                 "* dovecot ready" },
	{ "Dovecot",                 "* dovecot (*) ready" },
	{ "Cyrus",                   "*lmtp cyrus" },
	{ "Cyrus",                   "*cyrus lmtp" },
	{ "Domino",                  "*domino release" },
	{ "Domino",                  "*domino build" },
	{ "Oracle Messaging Server", "*oracle communications messaging server" },
	{ "Oracle Messaging Server", "*oracle communications messaging exchange server" },
	{ "Sun Messaging Server",    "*java(tm) system messaging server" },
	{ "MailEnable",              "*smtp mailenable service, version:" },
	{ "Axigen",                  "*axigen esmtp" },
	{ "Stalwart",                "*stalwart esmtp" },
	{ "XMail",                   "*[xmail" },
	{ "aiosmtpd",                "*python smtp" },
};

static bool is_version_octet(char c)
{
	return is_letter(c) || sc_is_digit(c) || c == '.' || c == '-' || c == '+' || c == '_';
}

/* The version that opens `rest`: "4.97", "/3.0.2", "(3.8.1)", " v5.0r1". */
static sc_str find_version(sc_str rest)
{
	while (rest.len && memchr(" (/", rest.at[0], 3))
		rest = sc_str_from(rest, 1);
	if (rest.len && sc_lower(rest.at[0]) == 'v')
		rest = sc_str_from(rest, 1);
	if (rest.len == 0 || !sc_is_digit(rest.at[0]))
		return SC_STR_NONE;
	size_t n = 0;
	while (n < rest.len && n < VERSION_OCTETS && is_version_octet(rest.at[n]))
		n++;
	while (!is_letter(rest.at[n - 1]) && !sc_is_digit(rest.at[n - 1]))
		n--;
	return sc_str_slice(rest, 0, n);
}

static size_t copy(char *buf, size_t size, size_t at, sc_str s)
{
	s = sc_str_slice(s, 0, size - at);
	if (s.len)
		memcpy(buf + at, s.at, s.len);
	return at + s.len;
}

/* True when the word at which a pattern ends goes on in the text: "smtp mox" is not in "ESMTP Moxie". */
static bool is_torn(const char *pattern, sc_str rest)
{
	char last = pattern[strlen(pattern) - 1];
	return is_letter(last) && rest.len && (is_letter(rest.at[0]) || sc_is_digit(rest.at[0]));
}

sc_str sc_software_of_greeting(sc_str text, char *buf, size_t size)
{
	struct lowered l;
	lower(&l, text);
	for (size_t i = 0; i < sizeof(greetings) / sizeof(*greetings); i++) {
		sc_str word, rest;
		if (!fits(l.text, greetings[i].pattern, &word, &rest) || is_torn(greetings[i].pattern, rest))
			continue;
		sc_str version = find_version(sc_str_slice(text, l.text.len - rest.len, rest.len));
		size_t len = copy(buf, size, 0, sc_str_of(greetings[i].software));
		if (version.len)
			len = copy(buf, size, copy(buf, size, len, SC_STR("/")), version);
		return (sc_str){ buf, len };
	}
	return SC_STR_NONE;
}

#define DIGITS    "0123456789"
#define UPPER     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER     "abcdefghijklmnopqrstuvwxyz"
#define ALNUM     DIGITS UPPER LOWER
#define HEX       DIGITS "abcdef"
#define NO_VOWELS DIGITS "BCDFGHJKLMNPQRSTVWXYZ" "bcdfghjklmnpqrstvwxyz"
#define URL64     ALNUM "-_"
#define ANY       128 /* a longer word is no id */

/* Acceptances: the first row that fits, its word too, counts.  The word at '%' has only `octets` (NULL: any), one
 * of them `needs` unless that is 0, `min` to `max` in all; and it passes looks_like_id().  A row without '%' knows
 * the server by its words, and has no queue id. */
static const struct acceptance {
	const char *software; /* NULL: many write so */
	const char *pattern, *octets;
	char        needs;
	uint8_t     min, max;
} acceptances[] = {
	{ "QQ Mail",                 "ok: queued as.",                               NULL,             0,   0,  0 },
	{ "Postfix",                 "*ok:*queued as %",                             DIGITS "ABCDEF",  0,   5,  20 },
	{ "Postfix",                 "*ok:*queued as %",                             NO_VOWELS,        'z', 10, 20 },
	{ "SendGrid",                "ok: queued as %",                              URL64,            0,   22, 22 },
	{ "Yandex",                  "*ok: queued on * as %",                        URL64,            '-', 10, 60 },
	{ "Coremail",                "mail ok queued as %",                          NULL,             0,   4,  ANY },
	{ "Exim",                    "*ok id=%",                                     ALNUM "-",        '-', 16, 23 },
	{ "Exim",                    "*id=% message accepted for some recipients",   ALNUM "-",        '-', 16, 23 },
	{ "Nemesis",                 "*requested mail action okay, completed: id=%", NULL,             0,   4,  ANY },
	{ "KumoMTA",                 "ok ids=%,",                                    HEX,              0,   32, 32 },
	{ "KumoMTA",                 "ok ids=%",                                     HEX,              0,   32, 32 },
	{ "OpenSMTPD",               "2.0.0 % message accepted for delivery",        HEX,              0,   8,  8 },
	{ "Kerio Connect",           "2.0.0 % message accepted for delivery",        HEX "-",          '-', 17, 17 },
	{ "Proofpoint",              "2.0.0 % message accepted for delivery",        ALNUM "-",        '-', 6,  20 },
	{ "Sendmail",                "2.0.0 % message accepted for delivery",        ALNUM,            0,   8,  20 },
	{ "CommuniGate Pro",         "% message accepted for delivery",              DIGITS,           0,   3,  20 },
	{ "Sendmail",                "% message accepted for delivery",              ALNUM,            0,   8,  20 },
	{ "qmail",                   "ok % qp %",                                    DIGITS " qp",     0,   6,  40 },
	{ "IceWarp",                 "2.6.0 *message id % accepted for delivery",    NULL,             0,   4,  ANY },
	{ "IceWarp",                 "2.6.0 *% message accepted for delivery",       NULL,             0,   4,  ANY },
	{ "Domino",                  "message accepted for delivery",                NULL,             0,   0,  0 },
	{ "Exchange Online",         "*[internalid=%, hostname=*.prod.outlook.com]", DIGITS,           0,   1,  20 },
	{ "Microsoft Exchange",      "*[internalid=%,",                              DIGITS,           0,   1,  20 },
	{ "Microsoft Exchange",      "*[internalid=%]",                              DIGITS,           0,   1,  20 },
	{ "Microsoft IIS",           "2.6.0 *queued mail for delivery",              NULL,             0,   0,  0 },
	{ "Gmail",                   "*ok*% - gsmtp",                                NULL,             0,   4,  ANY },
	{ "Yahoo",                   "ok dirdel",                                    NULL,             0,   0,  0 },
	{ "Amazon SES",              "ok %",                                         DIGITS LOWER "-", 0,   30, 80 },
	{ "Haraka",                  "message queued (%)",                           HEX UPPER "-.",   '-', 8,  60 },
	{ "Cisco ESA",               "ok: *message % accepted",                      DIGITS,           0,   1,  20 },
	{ "Mimecast",                "smtpthread-* received ok [%.",                 NULL,             0,   4,  ANY },
	{ "Mimecast",                "smtpthread-* received ok [%]",                 NULL,             0,   4,  ANY },
	{ "MDaemon",                 "2.6.0 ok, message saved",                      NULL,             0,   0,  0 },
	{ "Momentum",                "2.0.0 ok %",                                   ALNUM "-/",       '/', 8,  40 },
	{ "mox",                     "2.2.0 it is done (%)",                         HEX,              0,   1,  20 },
	{ "hMailServer",             "queued (* seconds)",                           NULL,             0,   0,  0 },
	{ "Mailgun",                 "great success",                                NULL,             0,   0,  0 },
	{ "Cyrus",                   "*ok sessionid=<%>",                            NULL,             0,   4,  ANY },
	{ "Dovecot",                 "2.0.0 <*> % saved",                            NULL,             0,   4,  ANY },
	{ "Oracle Messaging Server", "2.5.0 ok, envelope id %",                      NULL,             0,   4,  ANY },
	{ NULL,                      "*queued as %",                                 NULL,             0,   4,  ANY },
	{ NULL,                      "*queued with id %",                            NULL,             0,   4,  ANY },
	{ NULL,                      "*queue id %",                                  NULL,             0,   4,  ANY },
	{ NULL,                      "*% message accepted for delivery",             NULL,             0,   4,  ANY },
	{ NULL,                      "* id=%",                                       NULL,             0,   4,  ANY },
};

/* What no ordinary word has: a digit, or a capital behind a small letter.  Brackets and spaces are of the text
 * around, and an enhanced status code may stand where the id is left out. */
static bool looks_like_id(sc_str word)
{
	bool mixed = false;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		if ((unsigned char)c < ' ' || (unsigned char)c > '~' || c == '<' || c == '>')
			return false;
		bool hump = i > 0 && c >= 'A' && c <= 'Z' && word.at[i - 1] >= 'a' && word.at[i - 1] <= 'z';
		mixed |= hump || sc_is_digit(c);
	}
	return mixed && !sc_status_find(word).cls;
}

static bool has_only(sc_str word, const char *octets)
{
	for (size_t i = 0; i < word.len; i++)
		if (!memchr(octets, word.at[i], strlen(octets)))
			return false;
	return true;
}

/* The id in `word`, without the stop of the sentence or the bracket around it; none when it is not what the row
 * wants. */
static sc_str id_of(const struct acceptance *a, sc_str word)
{
	while (word.len && memchr("<([", word.at[0], 3))
		word = sc_str_from(word, 1);
	while (word.len && memchr(".,;:)]>", word.at[word.len - 1], 7))
		word.len--;
	if (word.len < a->min || word.len > a->max || !looks_like_id(word))
		return SC_STR_NONE;
	bool has_needed = !a->needs || sc_str_find(word, a->needs) != SIZE_MAX;
	return has_needed && (!a->octets || has_only(word, a->octets)) ? word : SC_STR_NONE;
}

static const struct acceptance *find_acceptance(sc_str text, sc_str *id)
{
	struct lowered l;
	lower(&l, text);
	for (size_t i = 0; i < sizeof(acceptances) / sizeof(*acceptances); i++) {
		const struct acceptance *a = &acceptances[i];
		sc_str word, rest;
		*id = SC_STR_NONE;
		if (!fits(l.text, a->pattern, &word, &rest))
			continue;
		if (word.at)
			*id = id_of(a, sc_str_slice(text, (size_t)(word.at - l.text.at), word.len));
		if (id->at || a->max == 0)
			return a;
	}
	return NULL;
}

sc_str sc_software_of_acceptance(sc_str text)
{
	sc_str id;
	const struct acceptance *a = find_acceptance(text, &id);
	return a ? sc_str_of(a->software) : SC_STR_NONE;
}

sc_str sc_software_queue_id(sc_str text)
{
	sc_str id;
	return find_acceptance(text, &id) ? id : SC_STR_NONE;
}
