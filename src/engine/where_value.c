/* where_value.c - values of filter expressions: which operators a class of field knows, and how its values are read.
 *
 * A value is what the user wrote.  It is read whole or refused with the place to point at and an example; nothing is
 * guessed.  Times follow RFC 3339, enhanced codes RFC 3463, networks the CIDR notation of RFC 4632.
 */
#include "engine/where_program.h"

#include "base/text.h"

/* --- messages -------------------------------------------------------------------------------------------- */

#define QUOTED_OCTETS 60

/* Adds what the user wrote: visible, character by character, cut where it grows too long for a line. */
static void add_quoted(struct sc_text *t, sc_str s)
{
	size_t room = QUOTED_OCTETS;
	sc_text_put(t, '"');
	while (s.len) {
		size_t n = sc_text_utf8(s, &(uint32_t){ 0 });
		char buffer[16];
		struct sc_text piece = sc_text_into(buffer, sizeof(buffer));
		sc_text_visible(&piece, sc_str_slice(s, 0, n ? n : 1));
		if (piece.len > room) {
			sc_text_adds(t, "...");
			break;
		}
		room -= piece.len;
		sc_text_add(t, sc_text_str(&piece));
		s = sc_str_from(s, n ? n : 1);
	}
	sc_text_put(t, '"');
}

static void say(char *buffer, size_t size, const char *before, sc_str what, const char *after)
{
	struct sc_text t = sc_text_into(buffer, size - 1);
	sc_text_adds(&t, before);
	if (what.at)
		add_quoted(&t, what);
	sc_text_adds(&t, after);
	buffer[t.len < size ? t.len : size - 1] = '\0';
}

sc_err sc_where_refuse(struct sc_where_error *e, const struct sc_where_word *at, const char *before, sc_str what,
                       const char *after)
{
	e->at  = at->at;
	e->len = at->len;
	e->hint[0] = '\0';
	say(e->text, sizeof(e->text), before, what, after);
	return SC_EUSAGE;
}

void sc_where_hint(struct sc_where_error *e, const char *before, sc_str what, const char *after)
{
	say(e->hint, sizeof(e->hint), before, what, after);
}

/* --- classes and operators ------------------------------------------------------------------------------- */

#define EQUALS (SC_OP_BIT(SC_OP_EQ) | SC_OP_BIT(SC_OP_NE) | SC_OP_BIT(SC_OP_IN))
#define ORDERS (SC_OP_BIT(SC_OP_LT) | SC_OP_BIT(SC_OP_LE) | SC_OP_BIT(SC_OP_GT) | SC_OP_BIT(SC_OP_GE))
#define SEARCH (SC_OP_BIT(SC_OP_CONTAINS) | SC_OP_BIT(SC_OP_STARTSWITH) | SC_OP_BIT(SC_OP_ENDSWITH) | \
                SC_OP_BIT(SC_OP_MATCHES))

/* `family` compares with EQUALS and ORDERS; the search operators look at the text that outputs show. */
static const struct class_row {
	const char *name, *fault, *example;
	unsigned    ops;
	enum sc_where_family family;
} classes[SC_CLASSES] = {
	[SC_CLASS_NONE] = { "an object", "", "", 0, SC_FAMILY_EXISTS },
	[SC_CLASS_NUMBER] = { "a number", " is no number", "550 or 10M", EQUALS | ORDERS, SC_FAMILY_KEY },
	[SC_CLASS_DURATION] = {
		"a duration", " is no duration", "250 (milliseconds), 30s, 5m", EQUALS | ORDERS, SC_FAMILY_KEY },
	[SC_CLASS_TIME] = {
		"a time", " is no time", "2026-01-31T12:00:00Z", EQUALS | ORDERS | SEARCH, SC_FAMILY_KEY },
	[SC_CLASS_BOOL] = { "a yes or no", " is neither true nor false", "true or false", EQUALS, SC_FAMILY_KEY },
	[SC_CLASS_IP] = { "an address", " is no address or network", "192.0.2.1 or 192.0.2.0/24",
		EQUALS | SEARCH, SC_FAMILY_NET },
	[SC_CLASS_ID] = { "an id", " is no id", "16 hexadecimal digits, or startswith with fewer",
		EQUALS | SEARCH, SC_FAMILY_KEY },
	[SC_CLASS_STATUS] = { "an enhanced code", " is no enhanced code", "5.1.1, or startswith \"5.1\"",
		EQUALS | ORDERS | SEARCH, SC_FAMILY_KEY },
	[SC_CLASS_QUIRKS] = { "a list of quirks", " is no quirk", "no_quit", EQUALS | SEARCH, SC_FAMILY_MASK },
	[SC_CLASS_KIND] = { "a kind of event", " is no kind of event", "delivery", EQUALS | SEARCH, SC_FAMILY_MASK },
	[SC_CLASS_PATH] = { "an address", NULL, NULL, EQUALS | ORDERS | SEARCH, SC_FAMILY_TEXT },
	[SC_CLASS_LOCAL] = { "text", NULL, NULL, EQUALS | ORDERS | SEARCH, SC_FAMILY_TEXT },
	[SC_CLASS_PARAM] = { "text", NULL, NULL, EQUALS | ORDERS | SEARCH, SC_FAMILY_TEXT },
	[SC_CLASS_TEXT] = { "text", NULL, NULL, EQUALS | ORDERS | SEARCH, SC_FAMILY_TEXT },
};

static sc_err refuse_op(const struct sc_where_asked *asked, const struct class_row *row, struct sc_where_error *e)
{
	(void)sc_where_refuse(e, &asked->sign, "this operator does not fit ", asked->name.text, "");
	if (!row->ops)
		sc_where_hint(e, "it holds other fields; name one of them", SC_STR_NONE, "");
	else if (row->ops == EQUALS)
		sc_where_hint(e, row->name, SC_STR_NONE, " takes == != in");
	else if (row->ops == (EQUALS | ORDERS))
		sc_where_hint(e, row->name, SC_STR_NONE, " takes == != < <= > >= in");
	else
		sc_where_hint(e, row->name, SC_STR_NONE, " takes == != in contains startswith endswith matches");
	return SC_EUSAGE;
}

sc_err sc_where_family(const struct sc_where_asked *asked, enum sc_where_class cls, bool numbers,
                       enum sc_where_family *family, struct sc_where_error *e)
{
	const struct class_row *row = &classes[cls];
	unsigned bit = SC_OP_BIT(asked->op);
	if (!(row->ops & bit))
		return refuse_op(asked, row, e);
	*family = row->family;
	if ((bit & SEARCH) && row->family != SC_FAMILY_MASK)
		*family = SC_FAMILY_TEXT;
	else if (cls == SC_CLASS_PARAM && numbers)
		*family = SC_FAMILY_KEY;
	return SC_OK;
}

static sc_err refuse_value(enum sc_where_class cls, const struct sc_where_word *word, struct sc_where_error *e)
{
	const struct class_row *row = &classes[cls];
	(void)sc_where_refuse(e, word, "", word->text, row->fault ? row->fault : " is a number, the field is text");
	sc_where_hint(e, "write ", SC_STR_NONE, row->example ? row->example : "it in quotes to compare as text");
	return SC_EUSAGE;
}

/* --- numbers and durations ------------------------------------------------------------------------------- */

/* 1.5k: whole 1, nano 500 000 000, unit 1000. */
struct quantity {
	uint64_t whole, nano, unit;
	bool     duration, plain;
};

/* Thousands, not 1024: sizes in mail (RFC 1870) are decimal. */
static const struct {
	const char *suffix;
	uint64_t    unit;
	bool        duration;
} suffixes[] = {
	{ "k", 1000, false },       { "K", 1000, false },       { "kB", 1000, false },
	{ "M", 1000000, false },    { "MB", 1000000, false },
	{ "G", 1000000000, false }, { "GB", 1000000000, false },
	{ "ms", SC_MS, true },      { "s", SC_SECOND, true },   { "m", 60 * SC_SECOND, true },
	{ "h", 3600 * SC_SECOND, true },
};

static sc_str take_digits(sc_str *s)
{
	size_t n = 0;
	while (n < s->len && sc_is_digit(s->at[n]))
		n++;
	sc_str digits = sc_str_slice(*s, 0, n);
	*s = sc_str_from(*s, n);
	return digits;
}

/* Decimals as billionths; false for more than nine of them. */
static bool read_decimals(sc_str digits, uint64_t *nano)
{
	if (digits.len == 0 || digits.len > 9 || !sc_str_number(digits, nano))
		return false;
	for (size_t i = digits.len; i < 9; i++)
		*nano *= 10;
	return true;
}

static bool read_quantity(sc_str s, struct quantity *q)
{
	*q = (struct quantity){ .unit = 1 };
	if (!sc_str_number(take_digits(&s), &q->whole))
		return false;
	if (s.len && s.at[0] == '.') {
		s = sc_str_from(s, 1);
		if (!read_decimals(take_digits(&s), &q->nano))
			return false;
	}
	q->plain = s.len == 0;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (!sc_str_equal(s, sc_str_of(suffixes[i].suffix)))
			continue;
		q->unit     = suffixes[i].unit;
		q->duration = suffixes[i].duration;
		return true;
	}
	return q->plain;
}

/* In whole units of `per`; `*exact` tells that nothing was lost.  False when that is too large. */
static bool scale(const struct quantity *q, uint64_t unit, uint64_t per, uint64_t *out, bool *exact)
{
	/* nano * unit / 10^9 without overflow: a unit above 10^9 is a multiple of it. */
	bool large = unit > 1000000000;
	uint64_t part = large ? q->nano * (unit / 1000000000) : q->nano * unit / 1000000000;
	if (q->whole > (UINT64_MAX - part) / unit)
		return false;
	uint64_t total = q->whole * unit + part;
	*out   = total / per;
	*exact = (large || q->nano * unit % 1000000000 == 0) && total % per == 0;
	return true;
}

bool sc_where_is_number(const struct sc_where_word *word)
{
	struct quantity q;
	return !word->quoted && read_quantity(word->text, &q);
}

static bool read_number(const struct sc_where_asked *asked, sc_str s, uint64_t *key)
{
	struct quantity q;
	if (!read_quantity(s, &q))
		return false;
	bool seconds = asked->name.text.len > 2 && sc_str_ends_nocase(asked->name.text, SC_STR("_s"));
	if (q.duration && !seconds)
		return false;
	bool exact;
	return scale(&q, q.unit, q.duration ? SC_SECOND : 1, key, &exact) && exact;
}

uint64_t sc_where_time_key(sc_time t)
{
	sc_time us = t / SC_US - (t % SC_US < 0);
	return (uint64_t)us ^ UINT64_C(1) << 63;
}

/* What is below the microsecond is dropped, as it is from outputs. */
static bool read_duration(sc_str s, uint64_t *key)
{
	struct quantity q;
	uint64_t us;
	bool exact;
	if (!read_quantity(s, &q) || !scale(&q, q.plain ? SC_MS : q.unit, SC_US, &us, &exact))
		return false;
	if (us > INT64_MAX / SC_US)
		return false;
	*key = sc_where_time_key((sc_time)us * SC_US);
	return true;
}

/* --- times ----------------------------------------------------------------------------------------------- */

/* Takes `n` digits that make a number from `least` to `most`. */
static bool take_number(sc_str *s, size_t n, uint64_t least, uint64_t most, int64_t *out)
{
	uint64_t value;
	if (s->len < n || !sc_str_number(sc_str_slice(*s, 0, n), &value) || value < least || value > most)
		return false;
	*s = sc_str_from(*s, n);
	*out = (int64_t)value;
	return true;
}

static bool take_char(sc_str *s, const char *any_of)
{
	if (s->len == 0 || s->at[0] == '\0' || !strchr(any_of, s->at[0]))
		return false;
	*s = sc_str_from(*s, 1);
	return true;
}

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01; false when the month has no such day.  Years end where nanoseconds in 64 bits do. */
static bool take_date(sc_str *s, int64_t *days)
{
	static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	int64_t year, month, day;
	bool read = take_number(s, 4, 1970, 2261, &year) && take_char(s, "-") && take_number(s, 2, 1, 12, &month) &&
	            take_char(s, "-") && take_number(s, 2, 1, 31, &day);
	if (!read || day > before[month] - before[month - 1] + (month == 2 && leap(year)))
		return false;
	int64_t last = year - 1;
	*days = (year - 1970) * 365 + (last / 4 - last / 100 + last / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400) +
	        before[month - 1] + (month > 2 && leap(year)) + day - 1;
	return true;
}

/* :56.789 after hours and minutes; decimals beyond the microsecond are dropped. */
static bool take_seconds(sc_str *s, int64_t *ns)
{
	int64_t seconds;
	if (!take_char(s, ":"))
		return true;
	if (!take_number(s, 2, 0, 60, &seconds))
		return false;
	*ns += seconds * SC_SECOND;
	if (!take_char(s, "."))
		return true;
	uint64_t nano;
	sc_str digits = take_digits(s);
	if (!read_decimals(digits.len > 9 ? sc_str_slice(digits, 0, 9) : digits, &nano))
		return false;
	*ns += (int64_t)nano;
	return true;
}

static bool take_zone(sc_str *s, int64_t *ns)
{
	bool east = s->len && s->at[0] == '+';
	int64_t hours, minutes;
	if (s->len == 0 || take_char(s, "Zz"))
		return true;
	if (!take_char(s, "+-") || !take_number(s, 2, 0, 23, &hours) || !take_char(s, ":") ||
	    !take_number(s, 2, 0, 59, &minutes))
		return false;
	int64_t offset = (hours * 60 + minutes) * 60 * SC_SECOND;
	*ns += east ? -offset : offset;
	return true;
}

static bool read_time(sc_str s, uint64_t *key)
{
	int64_t days, hours, minutes, ns = 0;
	if (!take_date(&s, &days))
		return false;
	if (take_char(&s, "Tt ")) {
		if (!take_number(&s, 2, 0, 23, &hours) || !take_char(&s, ":") || !take_number(&s, 2, 0, 59, &minutes))
			return false;
		ns = (hours * 60 + minutes) * 60 * SC_SECOND;
		if (!take_seconds(&s, &ns) || !take_zone(&s, &ns))
			return false;
	}
	*key = sc_where_time_key(days * 86400 * SC_SECOND + ns);
	return s.len == 0;
}

/* --- the other classes ----------------------------------------------------------------------------------- */

static bool read_bool(sc_str s, uint64_t *key)
{
	*key = sc_str_equal_nocase(s, SC_STR("true"));
	return *key || sc_str_equal_nocase(s, SC_STR("false"));
}

static bool read_id(sc_str s, uint64_t *key)
{
	*key = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = sc_lower(s.at[i]);
		if (!sc_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		*key = *key << 4 | (uint64_t)(sc_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return s.len == 16;
}

uint64_t sc_where_status_key(struct sc_status st)
{
	return (uint64_t)st.cls << 32 | (uint64_t)st.subject << 16 | st.detail;
}

static bool read_status(sc_str s, uint64_t *key)
{
	uint64_t n[3];
	for (size_t i = 0; i < 3; i++) {
		sc_str digits = take_digits(&s);
		if (digits.len > 3 || !sc_str_number(digits, &n[i]) || (i < 2 && !take_char(&s, ".")))
			return false;
	}
	*key = n[0] << 32 | n[1] << 16 | n[2];
	return s.len == 0;
}

static bool read_net(sc_str s, struct sc_where_value *out)
{
	size_t slash = sc_str_find(s, '/');
	if (!sc_ip_read(sc_str_slice(s, 0, slash), &out->net.ip))
		return false;
	uint64_t most = out->net.ip.version == 4 ? 32 : 128, bits = most;
	if (slash != SIZE_MAX && (!sc_str_number(sc_str_from(s, slash + 1), &bits) || bits > most))
		return false;
	out->net.bits = (uint8_t)bits;
	return true;
}

const char *sc_where_known_word(enum sc_where_class cls, size_t i)
{
	if (cls == SC_CLASS_QUIRKS)
		return sc_quirk_name((enum sc_quirk)i);
	return i < SC_EVENT_KINDS ? sc_event_shapes[i]->name : NULL;
}

static void hint_known_word(enum sc_where_class cls, sc_str asked, struct sc_where_error *e)
{
	const char *word, *best = NULL;
	unsigned nearest = (unsigned)asked.len / 3 + 2;
	for (size_t i = 0; (word = sc_where_known_word(cls, i)); i++) {
		unsigned d = sc_where_distance(asked, sc_str_of(word));
		if (d < nearest) {
			nearest = d;
			best = word;
		}
	}
	if (best)
		sc_where_hint(e, "did you mean ", sc_str_of(best), "?");
}

/* Bits of the words that compare so with the value. */
static uint64_t mask_of(enum sc_where_op op, enum sc_where_class cls, const struct sc_where_value *value)
{
	uint64_t mask = 0;
	const char *word;
	for (size_t i = 0; (word = sc_where_known_word(cls, i)); i++)
		if (sc_where_text(op, SC_CLASS_TEXT, value, 1, sc_str_of(word)))
			mask |= UINT64_C(1) << i;
	return mask;
}

/* A value that no word fits is a mistake: for != it is the word itself that has to exist. */
static sc_err read_mask(const struct sc_where_asked *asked, enum sc_where_class cls, const struct sc_where_word *word,
                        struct sc_where_value *out, struct sc_where_error *e)
{
	struct sc_where_value value = *out;
	if (asked->op != SC_OP_MATCHES)
		value.text = word->text;
	enum sc_where_op op = asked->op == SC_OP_NE || asked->op == SC_OP_IN ? SC_OP_EQ : asked->op;
	uint64_t mask = mask_of(op, cls, &value);
	if (!mask) {
		(void)refuse_value(cls, word, e);
		hint_known_word(cls, word->text, e);
		return SC_EUSAGE;
	}
	out->key = asked->op == SC_OP_NE ? ~mask : mask;
	return SC_OK;
}

/* People write addresses with and without <>. */
static sc_str without_brackets(sc_str s)
{
	bool has = s.len >= 2 && s.at[0] == '<' && s.at[s.len - 1] == '>';
	return has ? sc_str_slice(s, 1, s.len - 2) : s;
}

static bool read_key(const struct sc_where_asked *asked, enum sc_where_class cls, sc_str s, uint64_t *key)
{
	switch (cls) {
	case SC_CLASS_NUMBER:
	case SC_CLASS_PARAM:
		return read_number(asked, s, key);
	case SC_CLASS_DURATION:
		return read_duration(s, key);
	case SC_CLASS_TIME:
		return read_time(s, key);
	case SC_CLASS_BOOL:
		return read_bool(s, key);
	case SC_CLASS_ID:
		return read_id(s, key);
	case SC_CLASS_STATUS:
		return read_status(s, key);
	default:
		return false;
	}
}

/* 5 < "16" holds as text, so text and numbers are not put in order; with quotes the user says what is meant. */
static bool read_text(const struct sc_where_asked *asked, enum sc_where_class cls, const struct sc_where_word *word,
                      struct sc_where_value *out)
{
	if (asked->op == SC_OP_MATCHES)
		return true;
	out->text = cls == SC_CLASS_PATH ? without_brackets(word->text) : word->text;
	return !(SC_OP_BIT(asked->op) & ORDERS) || !sc_where_is_number(word);
}

sc_err sc_where_read(const struct sc_where_asked *asked, enum sc_where_class cls, enum sc_where_family family,
                     const struct sc_where_word *word, struct sc_where_value *out, struct sc_where_error *e)
{
	bool good = false;
	switch (family) {
	case SC_FAMILY_MASK:
		return read_mask(asked, cls, word, out, e);
	case SC_FAMILY_NET:
		good = read_net(word->text, out);
		break;
	case SC_FAMILY_KEY:
		good = read_key(asked, cls, word->text, &out->key);
		break;
	case SC_FAMILY_TEXT:
		good = read_text(asked, cls, word, out);
		break;
	case SC_FAMILY_EXISTS:
		break;
	}
	return good ? SC_OK : refuse_value(cls, word, e);
}
