/* anchors.c - finds <a href> and its text in HTML that streams by; see anchors.h.
 *
 * A tokenizer for what matters of HTML (13.2.5): tags, attributes with and without quotes, comments.  One step an octet, and memory
 * of fixed size: what does not fit is cut, and a text that does not fit is none that is looked at. */
#include "message/anchors.h"

#include "message/disguise.h"

enum { TEXT, OPENED, NAME, BETWEEN, ATTRIBUTE, BEHIND, BEFORE_VALUE, VALUE, COMMENT };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static bool named(const struct sc_anchors *a, sc_str name)
{
	return sc_str_equal_nocase((sc_str){a->name, a->name_len}, name);
}

static void put_name(struct sc_anchors *a, char c)
{
	if (a->name_len < SC_ANCHOR_NAME)
		a->name[a->name_len++] = c;
}

/* Of the text between the tags; blanks at its beginning, and all but one elsewhere, are not seen. */
static void put_shown(struct sc_anchors *a, char c)
{
	c = is_blank(c) ? ' ' : c;
	if (c == ' ' && (a->shown_len == 0 || a->shown[a->shown_len - 1] == ' '))
		return;
	if (a->shown_len < SC_ANCHOR_OCTETS)
		a->shown[a->shown_len++] = c;
	else
		a->too_long = true;
}

/* A tag's name is over.  True: it ends a link in disguise. */
static bool take_tag(struct sc_anchors *a, struct sc_disguise *d)
{
	bool begins = named(a, SC_STR("a")), ends = begins || named(a, SC_STR("/a"));
	bool told = ends && a->open && !a->too_long && sc_disguise_read(a->shown, a->shown_len, a->target, a->target_len, d);
	a->link = begins;
	a->open = a->open && !ends;
	return told;
}

/* The tag is over: behind <a href> its text begins. */
static void end_tag(struct sc_anchors *a)
{
	a->state = TEXT;
	if (!a->link)
		return;
	a->link = false;
	a->open = a->target_len != 0;
	a->too_long = false;
	a->shown_len = 0;
}

static void begin_attribute(struct sc_anchors *a, char c)
{
	if (c == '>') {
		end_tag(a);
	} else if (!is_blank(c) && c != '/') {
		a->state = ATTRIBUTE;
		a->name_len = 0;
		put_name(a, c);
	}
}

static void begin_value(struct sc_anchors *a, char c)
{
	if (is_blank(c))
		return;
	bool quoted = c == '"' || c == '\'';
	a->quote = quoted ? c : 0;
	a->state = VALUE;
	if (!a->link || !named(a, SC_STR("href")) || a->target_len) /* of two the first counts */
		a->name_len = 0;
	if (c == '>')
		end_tag(a);
	else if (!quoted && a->name_len)
		a->target[a->target_len++] = c;
}

static void take_value(struct sc_anchors *a, char c)
{
	if (a->quote ? c == a->quote : is_blank(c) || c == '>') {
		a->state = BETWEEN;
		if (c == '>' && !a->quote)
			end_tag(a);
	} else if (a->name_len && a->target_len < SC_ANCHOR_OCTETS) {
		a->target[a->target_len++] = c;
	}
}

/* Behind an attribute's name: its value, another name, or the end. */
static void take_behind(struct sc_anchors *a, char c)
{
	if (c == '=')
		a->state = BEFORE_VALUE;
	else if (!is_blank(c))
		begin_attribute(a, c);
	else
		a->state = BEHIND;
}

static void take_attribute(struct sc_anchors *a, char c)
{
	if (c == '=' || c == '>' || c == '/' || is_blank(c)) {
		a->state = c == '/' ? BETWEEN : a->state;
		take_behind(a, c);
	} else {
		put_name(a, c);
	}
}

static void take_text(struct sc_anchors *a, char c)
{
	if (c == '<')
		a->state = OPENED;
	else if (a->open)
		put_shown(a, c);
}

/* Behind "<": a name, or text after all. */
static void take_opened(struct sc_anchors *a, char c)
{
	bool name = (sc_lower(c) >= 'a' && sc_lower(c) <= 'z') || c == '/' || c == '!';
	a->state = name ? NAME : TEXT;
	a->name_len = 0;
	if (name)
		put_name(a, c);
	else
		take_text(a, c);
}

/* True: `*d` is filled. */
static bool take_name(struct sc_anchors *a, char c, struct sc_disguise *d)
{
	bool over = c == '>' || is_blank(c) || (c == '/' && a->name_len);
	if (!over) {
		put_name(a, c);
		a->dashes = 2; /* "<!-->" is a whole comment */
		a->state = named(a, SC_STR("!--")) ? COMMENT : NAME;
		return false;
	}
	bool told = take_tag(a, d);
	a->target_len = a->link ? 0 : a->target_len;
	a->state = BETWEEN;
	if (c == '>')
		end_tag(a);
	return told;
}

static void take_comment(struct sc_anchors *a, char c)
{
	if (c == '>' && a->dashes >= 2)
		a->state = TEXT;
	a->dashes = c != '-' ? 0 : a->dashes < 2 ? a->dashes + 1 : 2;
}

static bool take(struct sc_anchors *a, char c, struct sc_disguise *d)
{
	switch (a->state) {
	case TEXT:         take_text(a, c); break;
	case OPENED:       take_opened(a, c); break;
	case NAME:         return take_name(a, c, d);
	case BETWEEN:      begin_attribute(a, c); break;
	case ATTRIBUTE:    take_attribute(a, c); break;
	case BEHIND:       take_behind(a, c); break;
	case BEFORE_VALUE: begin_value(a, c); break;
	case VALUE:        take_value(a, c); break;
	case COMMENT:      take_comment(a, c); break;
	}
	return false;
}

/* Up to the octet that ends a text outside of links, or a value in quotes: most of HTML, and searched instead of stepped through. */
static void pass_over(struct sc_anchors *a, sc_str *run)
{
	bool value = a->state == VALUE && a->quote;
	if (!value && (a->state != TEXT || a->open))
		return;
	size_t n = sc_str_find(*run, value ? a->quote : '<'), room = SC_ANCHOR_OCTETS - a->target_len;
	n = n == SIZE_MAX ? run->len : n;
	if (value && a->name_len) {
		room = n < room ? n : room;
		memcpy(a->target + a->target_len, run->at, room);
		a->target_len += (uint16_t)room;
	}
	*run = sc_str_from(*run, n);
}

bool sc_anchors_next(struct sc_anchors *a, sc_str *run, struct sc_disguise *d)
{
	for (;;) {
		pass_over(a, run);
		if (run->len == 0)
			break;
		char c = run->at[0];
		*run = sc_str_from(*run, 1);
		if (take(a, c, d))
			return true;
	}
	return false;
}
