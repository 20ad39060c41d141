/* received.c - the clauses of a Received field; see received.h.
 *
 * Words outside of comments are looked at one by one: a keyword opens a clause, what follows up to the next
 * comment or keyword is its value.  The first clause of a kind counts.  Servers write much that the grammar does
 * not know; it is passed over.
 */
#include "message/received.h"

#include "base/text.h"
#include "message/address.h"

enum clause { NONE, FROM, BY, WITH, ID, FOR, OTHER };

static enum clause keyword(sc_str word)
{
	static const struct {
		const char *text;
		size_t len;
	} words[] = { { "from", 4 }, { "by", 2 }, { "with", 4 }, { "id", 2 }, { "for", 3 }, { "via", 3 } };
	for (size_t i = 0; word.len <= 4 && i < sizeof(words) / sizeof(words[0]); i++)
		if (word.len == words[i].len && sc_str_equal_nocase(word, (sc_str){ words[i].text, words[i].len }))
			return (enum clause)(FROM + i);
	return NONE;
}

static sc_str *value_of(struct sc_ev_hop *h, enum clause clause)
{
	sc_str *const values[] = { NULL, &h->from, &h->by, &h->with, &h->id, &h->recipient, NULL };
	return values[clause];
}

/* Octets of the comment that opens `s`. */
static size_t comment(sc_str s)
{
	size_t depth = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '(')
			depth++;
		else if (s.at[i] == ')' && --depth == 0)
			return i + 1;
	}
	return s.len;
}

/* The address in brackets that servers write behind the name: (mail.example.org [192.0.2.1]) */
static void read_ip(sc_str s, struct sc_ip *ip)
{
	size_t open = sc_str_find(s, '[');
	if (open == SIZE_MAX || ip->version)
		return;
	sc_str address = sc_str_from(s, open + 1);
	address = sc_str_slice(address, 0, sc_str_find(address, ']'));
	if (sc_str_starts_nocase(address, SC_STR("IPv6:")))
		address = sc_str_from(address, 5);
	if (!sc_ip_read(address, ip))
		ip->version = 0;
}

static size_t word(sc_str s)
{
	size_t n = 0;
	while (n < s.len && !sc_is_space(s.at[n]) && s.at[n] != '(' && s.at[n] != ';')
		n++;
	return n;
}

/* A word of a clause: its value, or one more word of it, as in "with Microsoft SMTP Server". */
static void extend(sc_str *value, bool goes_on, sc_str w)
{
	if (!value)
		return;
	if (!value->at)
		*value = w;
	else if (goes_on)
		value->len = (size_t)(w.at + w.len - value->at);
}

struct sc_ev_hop sc_received_read(sc_str value)
{
	struct sc_ev_hop h = { .from = SC_STR_NONE };
	enum clause clause = NONE;
	bool goes_on = false;
	while (value.len && value.at[0] != ';') {
		size_t n = 1;
		if (value.at[0] == '(') {
			n = comment(value);
			if (clause == FROM)
				read_ip(sc_str_slice(value, 0, n), &h.ip);
			goes_on = false;
		} else if (!sc_is_space(value.at[0])) {
			n = word(value);
			sc_str w = sc_str_slice(value, 0, n);
			enum clause next = keyword(w);
			if (next == NONE)
				extend(value_of(&h, clause), goes_on && clause == WITH, w);
			sc_str *opens = next == NONE ? NULL : value_of(&h, next);
			goes_on = next == NONE;
			if (next != NONE)
				clause = opens && opens->at ? OTHER : next;
		}
		value = sc_str_from(value, n);
	}
	if (h.from.len && h.from.at[0] == '[') /* as Exim writes it */
		read_ip(h.from, &h.ip);
	h.recipient = sc_address_bare(h.recipient);
	h.date = value.len ? sc_str_trim(sc_str_from(value, 1)) : SC_STR_NONE;
	return h;
}
