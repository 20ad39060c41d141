/* pattern.c - regular expressions as a nondeterministic automaton that is walked in all its states at once.
 *
 * A pattern comes from the user and the text from the wire, so neither may cost more than their lengths: a text of n
 * octets takes at most n times SC_PATTERN_NODES steps, never a step back (Thompson 1968).  Reading a pattern uses a
 * stack of open groups instead of recursion.  Nothing is allocated.
 */
#include "engine/pattern.h"

enum node_kind { EAT_OCTET, EAT_ANY, EAT_CLASS, AT_BEGIN, AT_END, FORK, PASS, FOUND };

#define NO_SLOT UINT16_MAX

/* A piece of automaton.  Its loose ends are slots (node * 2, + 1 for `other`) that form a list through themselves. */
struct piece {
	uint16_t start, ends;
	bool     there;
};

/* A group being read: a|b| is in `either`, what follows is in `row`, and the last thing, which a * may follow, in
 * `last`. */
struct group {
	struct piece either, row, last;
	size_t       at; /* of its ( */
};

struct reader {
	struct sc_pattern       *p;
	sc_str                   source;
	size_t                   at;
	struct group             groups[SC_PATTERN_DEPTH + 1];
	size_t                   depth;
	bool                     failed;
	struct sc_pattern_error *error;
};

static void refuse(struct reader *r, size_t at, size_t len, const char *text)
{
	if (r->failed)
		return;
	r->failed = true;
	*r->error = (struct sc_pattern_error){ at, len, text };
}

static bool left(const struct reader *r)
{
	return r->at < r->source.len && !r->failed;
}

static uint16_t *slot(struct sc_pattern *p, uint16_t number)
{
	struct sc_pattern_node *n = &p->nodes[number / 2];
	return number % 2 ? &n->other : &n->out;
}

/* When the automaton is full the first node is given again: the reading has failed and nobody will walk it. */
static uint16_t add_node(struct reader *r, enum node_kind kind, uint8_t arg)
{
	if (r->p->count == SC_PATTERN_NODES) {
		refuse(r, 0, r->source.len, "the pattern is too long");
		return 0;
	}
	r->p->nodes[r->p->count] = (struct sc_pattern_node){ (uint8_t)kind, arg, NO_SLOT, NO_SLOT };
	return r->p->count++;
}

static struct piece single(struct reader *r, enum node_kind kind, uint8_t arg)
{
	uint16_t node = add_node(r, kind, arg);
	return (struct piece){ node, (uint16_t)(node * 2), true };
}

static void lead_to(struct sc_pattern *p, uint16_t ends, uint16_t node)
{
	while (ends != NO_SLOT) {
		uint16_t *end = slot(p, ends);
		ends = *end;
		*end = node;
	}
}

static uint16_t join_ends(struct sc_pattern *p, uint16_t a, uint16_t b)
{
	uint16_t tail = a;
	while (*slot(p, tail) != NO_SLOT)
		tail = *slot(p, tail);
	*slot(p, tail) = b;
	return a;
}

static struct piece in_row(struct reader *r, struct piece a, struct piece b)
{
	if (r->failed || !b.there)
		return a;
	if (!a.there)
		return b;
	lead_to(r->p, a.ends, b.start);
	return (struct piece){ a.start, b.ends, true };
}

static struct piece either(struct reader *r, struct piece a, struct piece b)
{
	uint16_t fork = add_node(r, FORK, 0);
	if (r->failed)
		return a;
	r->p->nodes[fork].out   = a.start;
	r->p->nodes[fork].other = b.start;
	return (struct piece){ fork, join_ends(r->p, a.ends, b.ends), true };
}

static struct piece repeat(struct reader *r, struct piece a, char how)
{
	uint16_t fork = add_node(r, FORK, 0);
	if (r->failed)
		return a;
	uint16_t loose = (uint16_t)(fork * 2 + 1);
	r->p->nodes[fork].out = a.start;
	if (how == '?')
		return (struct piece){ fork, join_ends(r->p, a.ends, loose), true };
	lead_to(r->p, a.ends, fork);
	return (struct piece){ how == '+' ? a.start : fork, loose, true };
}

static void append(struct reader *r, struct piece piece)
{
	struct group *g = &r->groups[r->depth];
	g->row  = in_row(r, g->row, g->last);
	g->last = piece;
}

/* Ends the branch that stands open in the group: at a |, at its ), at the end. */
static void end_branch(struct reader *r)
{
	struct group *g = &r->groups[r->depth];
	append(r, (struct piece){ 0 });
	struct piece branch = g->row.there ? g->row : single(r, PASS, 0);
	g->either = g->either.there ? either(r, g->either, branch) : branch;
	g->row = (struct piece){ 0 };
}

static void open_group(struct reader *r)
{
	if (r->depth == SC_PATTERN_DEPTH) {
		refuse(r, r->at - 1, 1, "groups are nested too deeply");
		return;
	}
	r->groups[++r->depth] = (struct group){ .at = r->at - 1 };
}

static void close_group(struct reader *r)
{
	if (r->depth == 0) {
		refuse(r, r->at - 1, 1, "there is no ( for this )");
		return;
	}
	end_branch(r);
	struct piece whole = r->groups[r->depth--].either;
	append(r, whole);
}

static void repeat_last(struct reader *r, char how)
{
	struct group *g = &r->groups[r->depth];
	if (!g->last.there)
		refuse(r, r->at - 1, 1, "there is nothing to repeat");
	else
		g->last = repeat(r, g->last, how);
}

static bool has_octet(const uint8_t *set, uint8_t c)
{
	return set[c / 8] >> (c % 8) & 1;
}

/* Case is lost here and when the text is read, so sets and octets know lower case only. */
static void add_octet(uint8_t *set, uint8_t c)
{
	c = (uint8_t)sc_lower((char)c);
	set[c / 8] |= (uint8_t)(1u << (c % 8));
}

static void add_range(uint8_t *set, uint8_t from, uint8_t to)
{
	for (unsigned c = from; c <= to; c++)
		add_octet(set, (uint8_t)c);
}

static void turn(uint8_t *set)
{
	for (size_t i = 0; i < 32; i++)
		set[i] = (uint8_t)~set[i];
}

/* Adds what \d, \w and \s stand for, or with a capital all but that; false when `name` is none of them. */
static bool add_named(uint8_t *set, char name)
{
	uint8_t named[32] = { 0 };
	switch (sc_lower(name)) {
	case 'w':
		add_range(named, 'a', 'z');
		add_octet(named, '_');
		add_range(named, '0', '9');
		break;
	case 'd':
		add_range(named, '0', '9');
		break;
	case 's':
		add_octet(named, ' ');
		add_range(named, '\t', '\r');
		break;
	default:
		return false;
	}
	if (name == sc_upper(name))
		turn(named);
	for (size_t i = 0; i < 32; i++)
		set[i] |= named[i];
	return true;
}

static uint8_t *new_class(struct reader *r, struct piece *out)
{
	if (r->p->class_count == SC_PATTERN_CLASSES) {
		refuse(r, 0, r->source.len, "the pattern has too many classes");
		return NULL;
	}
	*out = single(r, EAT_CLASS, (uint8_t)r->p->class_count);
	return r->p->classes[r->p->class_count++];
}

/* The octet that stands for itself after a backslash; `r->at` is behind it. */
static uint8_t escaped_octet(struct reader *r, char c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	}
	bool letter = (sc_lower(c) >= 'a' && sc_lower(c) <= 'z') || sc_is_digit(c);
	if (letter)
		refuse(r, r->at - 2, 2, "this escape is not known");
	return (uint8_t)c;
}

static void read_escape(struct reader *r)
{
	if (!left(r)) {
		refuse(r, r->at - 1, 1, "a backslash ends the pattern");
		return;
	}
	char c = r->source.at[r->at++];
	uint8_t set[32] = { 0 };
	if (!add_named(set, c)) {
		append(r, single(r, EAT_OCTET, (uint8_t)sc_lower((char)escaped_octet(r, c))));
		return;
	}
	struct piece piece = { 0 };
	uint8_t *class = new_class(r, &piece);
	if (!class)
		return;
	memcpy(class, set, sizeof(set));
	append(r, piece);
}

/* One octet of a class, plain or escaped; -1 when it was a named class, which is added to `set`. */
static int class_octet(struct reader *r, uint8_t *set)
{
	size_t from = r->at;
	char c = r->source.at[r->at++];
	if ((uint8_t)c >= 0x80)
		refuse(r, from, 1, "only ASCII can stand between [ and ]");
	if (c == '[' && left(r) && r->source.at[r->at] == ':')
		refuse(r, from, 2, "named classes are not known; there are \\d, \\w and \\s");
	if (c != '\\' || !left(r))
		return (uint8_t)c;
	c = r->source.at[r->at++];
	return add_named(set, c) ? -1 : escaped_octet(r, c);
}

static void read_class_item(struct reader *r, uint8_t *set)
{
	size_t from = r->at;
	int first = class_octet(r, set);
	sc_str rest = sc_str_from(r->source, r->at);
	bool range = rest.len > 1 && rest.at[0] == '-' && rest.at[1] != ']';
	if (!range) {
		if (first >= 0)
			add_octet(set, (uint8_t)first);
		return;
	}
	r->at++;
	int last = class_octet(r, set);
	if (first < 0 || last < first)
		refuse(r, from, r->at - from, "this range makes no sense");
	else
		add_range(set, (uint8_t)first, (uint8_t)last);
}

static void read_class(struct reader *r)
{
	size_t from = r->at - 1;
	struct piece piece = { 0 };
	uint8_t *set = new_class(r, &piece);
	if (!set)
		return;
	bool not = left(r) && r->source.at[r->at] == '^';
	r->at += not;
	bool closed = false;
	/* A ] that comes first stands for itself, as in POSIX. */
	for (bool first = true; left(r) && !closed; first = false) {
		closed = !first && r->source.at[r->at] == ']';
		if (closed)
			r->at++;
		else
			read_class_item(r, set);
	}
	if (!closed)
		refuse(r, from, 1, "this [ is not closed");
	if (not)
		turn(set);
	append(r, piece);
}

static void read_item(struct reader *r)
{
	char c = r->source.at[r->at++];
	switch (c) {
	case '(':
		open_group(r);
		break;
	case ')':
		close_group(r);
		break;
	case '|':
		end_branch(r);
		break;
	case '*':
	case '+':
	case '?':
		repeat_last(r, c);
		break;
	case '{':
		refuse(r, r->at - 1, 1, "counted repeats are not known; \\{ is a brace");
		break;
	case '[':
		read_class(r);
		break;
	case '\\':
		read_escape(r);
		break;
	case '.':
		append(r, single(r, EAT_ANY, 0));
		break;
	case '^':
		append(r, single(r, AT_BEGIN, 0));
		break;
	case '$':
		append(r, single(r, AT_END, 0));
		break;
	default:
		append(r, single(r, EAT_OCTET, (uint8_t)sc_lower(c)));
	}
}

/* The nodes that are reached at one place of the text.  `seen` holds the last place that reached each, counted from
 * 1. */
struct walk {
	const struct sc_pattern *p;
	uint16_t now[SC_PATTERN_NODES], next[SC_PATTERN_NODES];
	size_t   now_count, next_count;
	size_t   seen[SC_PATTERN_NODES];
};

/* Whether the walk goes through the node without eating, `at` octets into the text. */
static bool passes(const struct sc_pattern_node *n, size_t at, size_t len)
{
	if (n->kind == AT_BEGIN)
		return at == 0;
	if (n->kind == AT_END)
		return at == len;
	return n->kind == PASS || n->kind == FORK;
}

/* Adds `node` and all that is reached from it without eating to `next`, for the place after `at` octets; true when
 * that is the end of the pattern.  A node goes on the stack at most once for a place, so the stack suffices. */
static bool reach(struct walk *w, uint16_t node, size_t at, size_t len)
{
	uint16_t stack[SC_PATTERN_NODES];
	size_t   depth = 0;
	for (;;) {
		const struct sc_pattern_node *n = &w->p->nodes[node];
		bool fresh = w->seen[node] != at + 1;
		w->seen[node] = at + 1;
		if (fresh && n->kind == FOUND)
			return true;
		if (fresh && n->kind <= EAT_CLASS)
			w->next[w->next_count++] = node;
		bool on = fresh && passes(n, at, len);
		if (on && n->kind == FORK)
			stack[depth++] = n->other;
		if (!on && depth == 0)
			return false;
		node = on ? n->out : stack[--depth];
	}
}

static bool eats(const struct sc_pattern *p, uint16_t node, uint8_t c)
{
	const struct sc_pattern_node *n = &p->nodes[node];
	if (n->kind == EAT_OCTET)
		return n->arg == c;
	return n->kind == EAT_ANY || has_octet(p->classes[n->arg], c);
}

/* Which octets a match can begin with.  ^ and $ depend on the place and the empty match begins with nothing: then no
 * octet can be skipped. */
static void find_first(struct sc_pattern *p)
{
	struct walk w = { .p = p };
	for (uint16_t i = 0; i < p->count; i++)
		if (p->nodes[i].kind == AT_BEGIN || p->nodes[i].kind == AT_END)
			return;
	p->skips = !reach(&w, p->start, 0, 0);
	for (unsigned c = 0; c < 256; c++)
		for (size_t i = 0; i < w.next_count; i++)
			if (eats(p, w.next[i], (uint8_t)c))
				p->first[c / 8] |= (uint8_t)(1u << (c % 8));
}

bool sc_pattern_read(struct sc_pattern *p, sc_str source, struct sc_pattern_error *error)
{
	SC_ASSERT(p && error);
	memset(p, 0, sizeof(*p));
	struct reader r = { .p = p, .source = source, .error = error };
	while (left(&r))
		read_item(&r);
	if (r.depth > 0)
		refuse(&r, r.groups[r.depth].at, 1, "this ( is not closed");
	end_branch(&r);
	uint16_t found = add_node(&r, FOUND, 0);
	if (r.failed)
		return false;
	lead_to(p, r.groups[0].either.ends, found);
	p->start = r.groups[0].either.start;
	find_first(p);
	return true;
}

static size_t skip_to_first(const struct sc_pattern *p, sc_str text, size_t at)
{
	while (at < text.len && !has_octet(p->first, (uint8_t)sc_lower(text.at[at])))
		at++;
	return at;
}

static void step(struct walk *w)
{
	memcpy(w->now, w->next, w->next_count * sizeof(w->now[0]));
	w->now_count  = w->next_count;
	w->next_count = 0;
}

bool sc_pattern_search(const struct sc_pattern *p, sc_str text)
{
	struct walk w;
	w.p = p;
	w.now_count = w.next_count = 0;
	memset(w.seen, 0, p->count * sizeof(w.seen[0]));
	for (size_t at = 0;; at++) {
		if (w.next_count == 0 && p->skips)
			at = skip_to_first(p, text, at);
		if (reach(&w, p->start, at, text.len))
			return true;
		if (at == text.len)
			return false;
		step(&w);
		uint8_t c = (uint8_t)sc_lower(text.at[at]);
		for (size_t i = 0; i < w.now_count; i++)
			if (eats(p, w.now[i], c) && reach(&w, p->nodes[w.now[i]].out, at + 1, text.len))
				return true;
	}
}
