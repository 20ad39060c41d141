/* privacy.c - rewrites the mail addresses of an event.
 *
 * Works on a packed copy, walking the schema: fields of type path and user names are replaced as a whole; every
 * other text is searched for addresses (local@domain, also %40 as in links, and quoted local parts), for <words>
 * in brackets, and for the local parts of the event's own addresses, for servers repeat them bare ("bob: no such
 * user").  Display names of header fields go, and so does what VRFY and EXPN ask and answer.  A pseudonym is HMAC-
 * SHA-256 of the address under the key, cut to 40 bits: the same address has the same pseudonym in one run.  Not
 * found are persons that free text names without an address, a Subject for one. */
#include "app/privacy.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/pack.h"

#define KEY_OCTETS   32
#define NAME_DIGITS  10 /* hex digits of a pseudonym */
#define KNOWN_MAX    64 /* addresses of one event whose local parts are looked for in its texts */
#define GROWTH       8  /* "a@b" grows to "p-0123456789@b" */
#define SPARE_OCTETS 4096

struct sc_privacy {
	bool     domains_only;
	unsigned char key[KEY_OCTETS];
	char    *copy;           /* the packed event, then the new texts */
	size_t   size;
	struct sc_text texts;    /* the rest of `copy` */
	sc_str   known[KNOWN_MAX]; /* the event's own addresses, whose local parts may stand bare in its texts */
	size_t   known_count;
	struct sc_event event;
};

sc_err sc_privacy_open(struct sc_privacy **out, const char *level, const uint64_t *seed)
{
	struct sc_privacy *p = sc_memory_take(sizeof(*p));
	if (!p)
		return SC_EFAILED;
	p->domains_only = sc_str_equal(sc_str_of(level), SC_STR("domain"));
	bool keyed = true;
	if (seed)
		memcpy(p->key, seed, sizeof(*seed));
	else
		keyed = RAND_bytes(p->key, KEY_OCTETS) == 1;
	if (!keyed) {
		sc_privacy_close(p);
		return SC_EFAILED;
	}
	*out = p;
	return SC_OK;
}

void sc_privacy_close(struct sc_privacy *p)
{
	if (!p)
		return;
	OPENSSL_cleanse(p->key, sizeof(p->key));
	sc_memory_give(p->copy);
	sc_memory_give(p);
}

/* The pseudonym of `local` at `domain` (none: a bare name). */
static void put_name(const struct sc_privacy *p, struct sc_text *to, sc_str local, sc_str domain)
{
	unsigned char mac[EVP_MAX_MD_SIZE] = { 0 };
	char whole[1024];
	struct sc_text t = sc_text_into(whole, sizeof(whole));
	sc_text_add(&t, sc_str_slice(local, 0, 512));
	sc_text_put(&t, '@');
	for (size_t i = 0; i < domain.len && i < 256; i++)
		sc_text_put(&t, sc_lower(domain.at[i]));
	HMAC(EVP_sha256(), p->key, KEY_OCTETS, (const unsigned char *)t.at, t.len, mac, NULL);
	uint64_t number = 0;
	for (size_t i = 0; i < 5; i++)
		number = number << 8 | mac[i];
	sc_text_adds(to, "p-");
	sc_text_hex(to, number, NAME_DIGITS);
}

static void put_address(const struct sc_privacy *p, struct sc_text *to, sc_str address)
{
	sc_str domain = sc_str_domain(address);
	sc_str local = domain.at ? sc_str_local(address) : address;
	if (!p->domains_only)
		put_name(p, to, local, domain);
	else if (!domain.at)
		sc_text_put(to, '*');
	if (domain.at) {
		sc_text_put(to, '@');
		sc_text_add(to, domain);
	}
}

sc_str sc_privacy_word(const struct sc_privacy *p, sc_str word, char *buf, size_t size)
{
	struct sc_text t = sc_text_into(buf, size);
	if (sc_str_find(word, '@') == SIZE_MAX)
		return word;
	put_address(p, &t, word);
	return sc_text_str(&t);
}

/* RFC 5322 atext and the dot; octets above 127 for SMTPUTF8. */
static bool atom_char(char c)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~.";
	char low = sc_lower(c);
	return (low >= 'a' && low <= 'z') || sc_is_digit(c) || (c & 0x80) || (c && strchr(others, c));
}

static bool domain_char(char c)
{
	char low = sc_lower(c);
	return (low >= 'a' && low <= 'z') || sc_is_digit(c) || (c & 0x80) || c == '-' || c == '.' || c == '_';
}

/* Where the local part begins that ends before `at`; `at` when there is none.  In a link /?=& stand between words. */
static size_t local_begin(sc_str s, size_t from, size_t at, bool link)
{
	size_t begin = at;
	if (at > from && s.at[at - 1] == '"') {
		for (begin = at - 1; begin > from && s.at[begin - 1] != '"';)
			begin--;
		return begin > from ? begin - 1 : at;
	}
	while (begin > from && atom_char(s.at[begin - 1]) && !(link && strchr("/?=&", s.at[begin - 1])))
		begin--;
	while (begin < at && strchr("'`*", s.at[begin]))
		begin++; /* quotation marks of the text around it */
	return begin;
}

static size_t domain_end(sc_str s, size_t at)
{
	size_t end = at;
	if (end < s.len && s.at[end] == '[') {
		size_t close = sc_str_find(sc_str_from(s, end), ']');
		return close == SIZE_MAX ? at : end + close + 1;
	}
	while (end < s.len && domain_char(s.at[end]))
		end++;
	while (end > at && s.at[end - 1] == '.')
		end--; /* the full stop of a sentence */
	return end;
}

/* Octets of the at-sign at `i`: 1, 3 for %40, or 0: none. */
static size_t at_sign(sc_str s, size_t i)
{
	if (s.at[i] == '@')
		return 1;
	return s.at[i] == '%' && sc_str_equal(sc_str_slice(s, i, 3), SC_STR("%40")) ? 3 : 0;
}

static void put_replaced(const struct sc_privacy *p, struct sc_text *to, sc_str local, sc_str sign, sc_str domain)
{
	if (!p->domains_only)
		put_name(p, to, local, domain);
	sc_text_add(to, sign);
	sc_text_add(to, domain);
}

/* The event's own address with that local part; none when there is none. */
static sc_str known_address(const struct sc_privacy *p, sc_str local)
{
	for (size_t i = 0; i < p->known_count; i++)
		if (sc_str_equal_nocase(local, sc_str_local(p->known[i])))
			return p->known[i];
	return SC_STR_NONE;
}

static void put_word(const struct sc_privacy *p, struct sc_text *to, sc_str word, bool bracketed)
{
	sc_str address = word.len ? known_address(p, word) : SC_STR_NONE;
	if (!address.at && !bracketed)
		sc_text_add(to, word);
	else if (p->domains_only)
		sc_text_put(to, '*');
	else
		put_name(p, to, word, sc_str_domain(address));
}

/* Copies a run without at-signs, replacing <words> and bare local parts. */
static void put_plain(const struct sc_privacy *p, struct sc_text *to, sc_str s)
{
	for (size_t i = 0; i < s.len;) {
		size_t end = i;
		while (end < s.len && atom_char(s.at[end]))
			end++;
		bool bracketed = end > i && i > 0 && s.at[i - 1] == '<' && end < s.len && s.at[end] == '>';
		put_word(p, to, sc_str_slice(s, i, end - i), bracketed);
		if (end < s.len)
			sc_text_put(to, s.at[end++]);
		i = end;
	}
}

/* Copies `s` with every address replaced. */
static void put_text(const struct sc_privacy *p, struct sc_text *to, sc_str s)
{
	size_t done = 0;
	for (size_t i = 0; i < s.len; i++) {
		size_t sign = at_sign(s, i);
		if (sign == 0)
			continue;
		size_t begin = local_begin(s, done, i, sign > 1), end = domain_end(s, i + sign);
		if (begin == i || end == i + sign)
			continue;
		put_plain(p, to, sc_str_slice(s, done, begin - done));
		put_replaced(p, to, sc_str_slice(s, begin, i - begin), sc_str_slice(s, i, sign),
			     sc_str_slice(s, i + sign, end - i - sign));
		done = end;
		i = end - 1;
	}
	put_plain(p, to, sc_str_from(s, done));
}

/* Only the addresses of a header field, separated by commas: display names go. */
static void put_addresses(const struct sc_privacy *p, struct sc_text *to, sc_str s)
{
	size_t start = to->len;
	for (size_t i = 0; i < s.len; i++) {
		size_t begin = s.at[i] == '@' ? local_begin(s, 0, i, false) : i;
		size_t end = domain_end(s, i + 1);
		if (begin == i || end == i + 1)
			continue;
		if (to->len > start)
			sc_text_adds(to, ", ");
		put_address(p, to, sc_str_slice(s, begin, end - begin));
		i = end - 1;
	}
}

typedef void rewrite_fn(const struct sc_privacy *p, struct sc_text *to, sc_str s);

static void put_nothing(const struct sc_privacy *p, struct sc_text *to, sc_str s)
{
	(void)p;
	(void)s;
	sc_text_put(to, '*');
}

static sc_str rewritten(struct sc_privacy *p, sc_str s, rewrite_fn *rewrite)
{
	if (s.len == 0)
		return s;
	size_t start = p->texts.len;
	rewrite(p, &p->texts, s);
	return (sc_str){ p->texts.at + start, p->texts.len - start };
}

/* How a text field is rewritten, by its name; what is not named here is searched. */
static rewrite_fn *rule_for(const struct sc_field *f, bool asks_names)
{
	static const struct { const char *name; rewrite_fn *rule; } rules[] = {
		{ "user", put_address }, { "auth_user", put_address }, { "to", put_addresses }, { "cc", put_addresses },
		{ "from_name", put_nothing },
	};
	if (f->type == SC_TYPE_path)
		return put_address;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (sc_str_equal(sc_str_of(f->name), sc_str_of(rules[i].name)))
			return rules[i].rule;
	return asks_names ? put_nothing : put_text;
}

static void rewrite_pairs(struct sc_privacy *p, const struct sc_pairs *pairs)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		struct sc_pair *pair = (struct sc_pair *)&pairs->items[i]; /* of the copy */
		bool address = sc_str_equal(pair->name, SC_STR("ORCPT")) || sc_str_equal(pair->name, SC_STR("AUTH"));
		pair->value = rewritten(p, pair->value, address ? put_address : put_text);
	}
}

static void rewrite_shape(struct sc_privacy *p, const struct sc_shape *shape, void *base, bool asks_names);

static void rewrite_field(struct sc_privacy *p, const struct sc_field *f, void *base, bool asks_names)
{
	void *at = (char *)base + f->offset;
	const struct sc_strs *strs = at;
	const struct sc_list *list = at;
	switch (f->type) {
	case SC_TYPE_str:
	case SC_TYPE_path:
		if (!asks_names || !sc_str_equal(sc_str_of(f->name), SC_STR("verb")))
			*(sc_str *)at = rewritten(p, *(sc_str *)at, rule_for(f, asks_names));
		break;
	case SC_TYPE_strs:
		for (uint32_t i = 0; i < strs->count; i++)
			((sc_str *)strs->items)[i] = rewritten(p, strs->items[i], rule_for(f, asks_names));
		break;
	case SC_TYPE_pairs:
		rewrite_pairs(p, at);
		break;
	case SC_TYPE_list:
		for (uint32_t i = 0; i < list->count; i++)
			rewrite_shape(p, f->shape, (char *)list->items + i * f->shape->size, asks_names);
		break;
	case SC_TYPE_object:
		rewrite_shape(p, f->shape, at, asks_names);
		break;
	default:
		break;
	}
}

/* The schema nests shapes at most three deep, so this recursion is bounded by events.def. */
static void rewrite_shape(struct sc_privacy *p, const struct sc_shape *shape, void *base, bool asks_names)
{
	for (size_t i = 0; i < shape->count; i++)
		rewrite_field(p, &shape->fields[i], base, asks_names);
}

static void add_known(struct sc_privacy *p, sc_str address)
{
	if (sc_str_local(address).len >= 2 && p->known_count < KNOWN_MAX)
		p->known[p->known_count++] = address;
}

static void know_recipients(struct sc_privacy *p, const struct sc_ev_transaction *t)
{
	const struct sc_ev_recipient *r = t->recipients.items;
	add_known(p, t->mail_from);
	for (uint32_t i = 0; i < t->recipients.count; i++)
		add_known(p, r[i].rcpt_to);
}

/* RCPT TO:<bob@example.org>: what stands in the brackets. */
static void know_argument(struct sc_privacy *p, sc_str argument)
{
	size_t open = sc_str_find(argument, '<');
	if (open == SIZE_MAX)
		return;
	sc_str address = sc_str_from(argument, open + 1);
	add_known(p, sc_str_slice(address, 0, sc_str_rfind(address, '>')));
}

/* Finds the addresses in the copy; they borrow from it, and the copy's octets are never overwritten. */
static void find_known(struct sc_privacy *p, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	p->known_count = 0;
	switch (ev->kind) {
	case SC_EVENT_delivery:
		add_known(p, d->mail_from);
		add_known(p, d->rcpt_to);
		break;
	case SC_EVENT_failure:
		add_known(p, ((const struct sc_ev_failure *)ev->body)->mail_from);
		break;
	case SC_EVENT_transaction:
		know_recipients(p, ev->body);
		break;
	case SC_EVENT_exchange:
		know_argument(p, ((const struct sc_ev_exchange *)ev->body)->argument);
		break;
	default:
		break;
	}
}

static bool asks_for_names(const struct sc_event *ev)
{
	if (ev->kind != SC_EVENT_exchange)
		return false;
	sc_str verb = ((const struct sc_ev_exchange *)ev->body)->verb;
	return sc_str_equal(verb, SC_STR("VRFY")) || sc_str_equal(verb, SC_STR("EXPN"));
}

/* A user may be named without an address, which nobody finds in a text: as whom a finding is about, and at the end of what is said of
 * logins ("the last alice").  Names with an address are found as everywhere. */
static void rewrite_users(struct sc_privacy *p, struct sc_ev_finding *f)
{
	static const sc_str last = {", the last ", 11};
	bool user = f->subject.kind && strcmp(f->subject.kind, "user") == 0;
	size_t at = f->detector && strcmp(f->detector, "auth_guessing") == 0 ? sc_str_search(f->text, last) : SIZE_MAX;
	if (user && sc_str_find(f->subject.value, '@') == SIZE_MAX)
		f->subject.value = rewritten(p, f->subject.value, put_address);
	if (at == SIZE_MAX || sc_str_find(f->text, '@') != SIZE_MAX)
		return;
	size_t start = p->texts.len;
	sc_text_add(&p->texts, sc_str_slice(f->text, 0, at + last.len));
	put_address(p, &p->texts, sc_str_from(f->text, at + last.len));
	f->text = (sc_str){ p->texts.at + start, p->texts.len - start };
}

/* Room for the packed event and `GROWTH` times its texts behind it. */
static bool make_room(struct sc_privacy *p, size_t packed)
{
	size_t size = packed + GROWTH * packed + SPARE_OCTETS;
	if (size > p->size) {
		sc_memory_give(p->copy);
		p->copy = sc_memory_take(size);
		p->size = p->copy ? size : 0;
	}
	p->texts = sc_text_into(p->copy ? p->copy + packed : NULL, p->copy ? p->size - packed : 0);
	return p->copy != NULL;
}

const struct sc_event *sc_privacy_event(struct sc_privacy *p, const struct sc_event *ev)
{
	size_t packed = (sc_pack_size(ev) + 7) & ~(size_t)7;
	if (!make_room(p, packed))
		return NULL;
	p->event = *sc_pack(ev, p->copy);
	find_known(p, &p->event);
	if (ev->kind == SC_EVENT_finding)
		rewrite_users(p, (void *)p->event.body);
	rewrite_shape(p, sc_event_shapes[ev->kind], (void *)p->event.body, asks_for_names(&p->event));
	return &p->event;
}
