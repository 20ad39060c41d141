/* address.c - mailboxes out of From, To, Cc and Reply-To; see address.h.
 *
 * One pass from left to right, with two builders: what stands outside of brackets is a name or an address, what
 * stands inside is the address.  Comments are counted, not descended into, so depth costs nothing.  Only a
 * mailbox's own syntax decides what the address is: an address in quotes, in a comment or in an encoded word is a
 * part of the name, since that is what receivers do and what senders of lies count on.
 */
#include "message/address.h"

#include "base/text.h"

struct reader {
	sc_str rest;
	struct sc_text name;    /* words outside of brackets, one blank between them */
	struct sc_text plain;   /* the same without blanks: the address, when there are no brackets */
	struct sc_text comment; /* the last comment: an old way to write the name */
	bool blank;             /* blanks or a comment stood before the next word */
	bool torn;              /* `plain` has words side by side that no dot or @ joins */
	bool at;                /* `plain` holds an @ */
	bool quoted;            /* `plain` holds a quoted string */
	char plain_room[SC_ADDRESS_OCTETS], comment_room[SC_ADDRESS_NAME];
};

static char take(struct reader *r)
{
	char c = r->rest.at[0];
	r->rest = sc_str_from(r->rest, 1);
	return c;
}

/* Reads up to the end of a comment whose opening parenthesis was taken. */
static void read_comment(struct reader *r)
{
	r->comment = sc_text_into(r->comment_room, sizeof(r->comment_room));
	for (size_t depth = 1; r->rest.len;) {
		char c = take(r);
		if (c == '\\' && r->rest.len)
			c = take(r);
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
		sc_text_put(&r->comment, c);
	}
	r->blank = true;
}

/* Reads a quoted string whose opening quote was taken, into `bare` without and into `quoted` with its quotes. */
static void read_quoted(struct reader *r, struct sc_text *bare, struct sc_text *quoted)
{
	sc_text_put(quoted, '"');
	while (r->rest.len) {
		char c = take(r);
		if (c == '"')
			break;
		if (c == '\\' && r->rest.len) {
			sc_text_put(quoted, c);
			c = take(r);
		}
		if (bare)
			sc_text_put(bare, c);
		sc_text_put(quoted, c);
	}
	sc_text_put(quoted, '"');
}

/* Takes the octets that follow and have no meaning of their own anywhere. */
static sc_str take_plain(struct reader *r)
{
	static const bool special[256] = { ['('] = true, [')'] = true, ['<'] = true, ['>'] = true, ['['] = true, [']'] = true,
		[':'] = true, [';'] = true, ['@'] = true, [','] = true, ['.'] = true, ['"'] = true, ['\\'] = true, [' '] = true,
		['\t'] = true };
	size_t n = 0;
	while (n < r->rest.len && !special[(uint8_t)r->rest.at[n]])
		n++;
	sc_str plain = sc_str_slice(r->rest, 0, n);
	r->rest = sc_str_from(r->rest, n);
	return plain;
}

static bool joins(char c)
{
	return c == '.' || c == '@';
}

/* A word, or the dot or @ between words, is about to be added to the text outside of brackets. */
static void begin_word(struct reader *r, char c)
{
	if (r->blank && r->name.len)
		sc_text_put(&r->name, ' ');
	if (r->blank && r->plain.len && !joins(c) && !joins(r->plain.at[r->plain.len - 1]))
		r->torn = true;
	r->blank = false;
}

/* Reads the address in brackets; the opening one was taken.  A route before it is dropped (RFC 5322 4.4). */
static void read_angle(struct reader *r, struct sc_text *address)
{
	while (r->rest.len) {
		char c = take(r);
		if (c == '>')
			return;
		if (c == '(') {
			read_comment(r);
		} else if (c == '"') {
			read_quoted(r, NULL, address);
		} else if (c == ':' && address->len && address->at[0] == '@') {
			*address = sc_text_into(address->at, address->size);
		} else if (!sc_is_space(c)) {
			sc_text_put(address, c);
			sc_text_add(address, take_plain(r));
		}
	}
}

/* Reads a domain literal whose bracket was taken: a colon or comma in it separates nothing. */
static void read_literal(struct reader *r)
{
	char c = '[';
	begin_word(r, c);
	sc_text_put(&r->name, c);
	sc_text_put(&r->plain, c);
	while (r->rest.len && c != ']') {
		c = take(r);
		sc_text_put(&r->name, c);
		if (!sc_is_space(c))
			sc_text_put(&r->plain, c);
	}
}

static void read_atom(struct reader *r, char c)
{
	begin_word(r, c);
	r->at |= c == '@';
	sc_text_put(&r->name, c);
	sc_text_put(&r->plain, c);
	sc_str more = joins(c) ? SC_STR("") : take_plain(r);
	sc_text_add(&r->name, more);
	sc_text_add(&r->plain, more);
}

static void begin(struct reader *r, struct sc_address *a)
{
	r->name = sc_text_into(a->name_room, sizeof(a->name_room));
	r->plain = sc_text_into(r->plain_room, sizeof(r->plain_room));
	r->comment = sc_text_into(r->comment_room, sizeof(r->comment_room));
	r->blank = r->torn = r->at = r->quoted = false;
}

/* Reads up to the end of one item of the list; true: it had an address in brackets. */
static bool read_item(struct reader *r, struct sc_address *a, struct sc_text *address)
{
	bool angle = false;
	size_t named = 0; /* what stands behind the brackets is no name */
	begin(r, a);
	while (r->rest.len) {
		if (angle && r->rest.at[0] == '<') /* a comma is missing: another mailbox */
			break;
		char c = take(r);
		if (c == ',' || c == ';')
			break;
		if (c == ':' && !r->at && !angle) { /* what stood before is the name of a group */
			begin(r, a);
		} else if (c == '(') {
			read_comment(r);
		} else if (c == '"') {
			begin_word(r, c);
			r->quoted = true;
			read_quoted(r, &r->name, &r->plain);
		} else if (c == '<') {
			read_angle(r, address);
			angle = true;
			named = r->name.len;
		} else if (c == '[') {
			read_literal(r);
		} else if (sc_is_space(c)) {
			r->blank = true;
		} else {
			read_atom(r, c);
		}
	}
	r->name.len = angle ? named : r->name.len;
	return angle;
}

bool sc_address_next(sc_str *list, struct sc_address *a)
{
	struct reader r; /* not zeroed: begin() sets what is read, and the rooms are large */
	r.rest = *list;
	while (r.rest.len) {
		struct sc_text address = sc_text_into(a->address_room, sizeof(a->address_room));
		bool angle = read_item(&r, a, &address);
		if (!angle) {
			bool usable = !r.torn && !r.plain.cut && (r.at || !r.quoted);
			sc_text_add(&address, usable ? sc_text_str(&r.plain) : SC_STR(""));
			r.name = r.comment;
		}
		if (!address.len || address.cut)
			continue;
		if (!r.name.len)
			r.name = r.comment;
		sc_str name = sc_str_trim(sc_text_str(&r.name));
		if (name.at != a->name_room && name.len) { /* from a comment: it lies in the reader */
			memcpy(a->name_room, name.at, name.len);
			name.at = a->name_room;
		}
		a->address = sc_text_str(&address);
		a->name = name.len ? name : SC_STR_NONE;
		*list = r.rest;
		return true;
	}
	*list = r.rest;
	return false;
}
