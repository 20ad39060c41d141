/* links.c - finds links by their scheme and two slashes; see links.h.
 *
 * Colons are searched, since text has few.  A link reaches to the next octet that no link may hold (RFC 3986 2);
 * what a sentence or a bracket around it adds at its end is taken off.
 */
#include "message/links.h"

#define TRAILERS 8 /* octets that are taken off the end of a link at most */

enum state { SEARCHING, COLON, SLASH, LINK };

static bool may_stand_in(char c)
{
	static const char never[] = "<>\"'\\^`{|}\x7f";
	return (unsigned char)c > ' ' && !memchr(never, c, sizeof(never) - 1);
}

/* Keeps the end of what was read. */
static void remember(struct sc_links *l, sc_str s)
{
	if (s.len >= sizeof(l->tail)) {
		memcpy(l->tail, s.at + s.len - sizeof(l->tail), sizeof(l->tail));
		l->tail_len = sizeof(l->tail);
		return;
	}
	size_t keep = sizeof(l->tail) - s.len;
	keep = keep < l->tail_len ? keep : l->tail_len;
	memmove(l->tail, l->tail + l->tail_len - keep, keep);
	memcpy(l->tail + keep, s.at, s.len);
	l->tail_len = (uint8_t)(keep + s.len);
}

/* The scheme that ends what was read, in our own writing; none. */
static sc_str scheme_at_end(const struct sc_links *l)
{
	static const char *const schemes[] = { "https", "http", "ftp" };
	sc_str tail = { l->tail, l->tail_len };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		sc_str scheme = sc_str_of(schemes[i]);
		char before = tail.len > scheme.len ? sc_lower(tail.at[tail.len - scheme.len - 1]) : ' ';
		if (sc_str_ends_nocase(tail, scheme) && !(before >= 'a' && before <= 'z') && !sc_is_digit(before))
			return scheme;
	}
	return SC_STR_NONE;
}

static void begin_link(struct sc_links *l)
{
	sc_str scheme = scheme_at_end(l);
	l->state = scheme.at ? COLON : SEARCHING;
	if (!scheme.at)
		return;
	memcpy(l->room, scheme.at, scheme.len);
	memcpy(l->room + scheme.len, "://", 3);
	l->len = (uint16_t)(scheme.len + 3);
	l->too_long = false;
}

static size_t undo_entities(char *at, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		at[n++] = at[i];
		if (sc_str_starts_nocase((sc_str){ at + i, len - i }, SC_STR("&amp;")))
			i += 4;
	}
	return n;
}

static size_t count_of(sc_str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.at[i] == c;
	return n;
}

static bool ends_sentence(sc_str link)
{
	char last = link.at[link.len - 1];
	if (last == ')' || last == ']') /* one that the link does not open */
		return count_of(link, last) > count_of(link, last == ')' ? '(' : '[');
	return memchr(".,;:!?*_", last, 8) != NULL;
}

/* The link in `room` is complete; false: there is nothing behind its slashes, or too much. */
static bool give(struct sc_links *l, sc_str *link)
{
	sc_str head = { l->room, l->len };
	size_t slashes = sc_str_find(head, '/') + 2;
	l->state = SEARCHING;
	l->tail_len = 0;
	if (l->too_long)
		return false;
	if (l->html)
		head.len = undo_entities(l->room, l->len);
	for (int i = 0; i < TRAILERS && head.len > slashes && ends_sentence(head); i++)
		head.len--;
	*link = head;
	return head.len > slashes;
}

static void search(struct sc_links *l, sc_str *run)
{
	size_t colon = sc_str_find(*run, ':');
	remember(l, sc_str_slice(*run, 0, colon == SIZE_MAX ? run->len : colon));
	*run = sc_str_from(*run, colon == SIZE_MAX ? run->len : colon + 1);
	if (colon != SIZE_MAX)
		begin_link(l);
}

static void slash(struct sc_links *l, sc_str *run)
{
	if (run->at[0] != '/') {
		l->state = SEARCHING;
		l->tail_len = 0;
		return;
	}
	l->state++;
	*run = sc_str_from(*run, 1);
}

/* Reads on in a link; true: it is over. */
static bool collect(struct sc_links *l, sc_str *run)
{
	size_t n = 0;
	while (n < run->len && may_stand_in(run->at[n]))
		n++;
	bool over = n < run->len;
	size_t room = SC_LINK_OCTETS - l->len;
	l->too_long |= n > room;
	memcpy(l->room + l->len, run->at, n < room ? n : room);
	l->len += (uint16_t)(n < room ? n : room);
	*run = sc_str_from(*run, n);
	return over;
}

bool sc_links_next(struct sc_links *l, sc_str *run, sc_str *link)
{
	while (run->len) {
		if (l->state == SEARCHING)
			search(l, run);
		else if (l->state != LINK)
			slash(l, run);
		else if (collect(l, run) && give(l, link))
			return true;
	}
	return false;
}

bool sc_links_end(struct sc_links *l, sc_str *link)
{
	return l->state == LINK && give(l, link);
}
