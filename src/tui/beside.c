/* beside.c - sessions side by side: the legs of one message from server to server, or two dialogues and where they differ.
 *
 * A column holds the commands of a session, each with its answer.  Legs are tied as `show --legs` ties them (model/legs.h), and
 * each says by what.  Two dialogues are aligned by their commands: the longest sequence that both have in common. */
#include "tui/inside.h"

#include "base/memory.h"
#include "model/legs.h"
#include "output/value.h"

#define SIDES      8
#define ITEMS      400          /* of a column; a diff compares each with each */
#define TEXTS      (256u << 10)
#define LEGS       (48u << 20)  /* octets for finding legs */
#define HEADS      3            /* lines above a column */
#define LEAST      26           /* columns of the terminal for one of the view */

struct item {
	uint32_t command, command_len, reply, reply_len; /* in `texts` */
	sc_str   verb;               /* of the store: only while the columns are made */
	uint16_t code;
	sc_time  at;
};

struct side {
	uint64_t session;
	struct item *items;
	size_t count;
	char   head[HEADS][160];
	enum sc_style style;         /* of its outcome */
};

struct pair {
	uint16_t item[SIDES];        /* + 1; 0: none */
	bool     differs, code_differs;
};

struct beside {
	struct sc_view view;
	struct side sides[SIDES];
	size_t   count, side, first; /* columns; of the cursor; the first that is shown */
	struct pair *pairs;
	size_t   pair_count, at, top;
	int      rows;               /* of pairs that fit */
	char    *texts;
	uint32_t used;
	bool     diff, cut;
};

/* ---- columns ---- */

static uint32_t keep_text(struct beside *b, const struct sc_text *t, uint32_t *len)
{
	*len = (uint32_t)(t->len <= TEXTS - b->used ? t->len : TEXTS - b->used);
	b->cut |= *len < t->len;
	if (*len)
		memcpy(b->texts + b->used, t->at, *len);
	b->used += *len;
	return b->used - *len;
}

static void add_exchange(struct beside *b, struct side *s, const struct sc_event *ev)
{
	const struct sc_ev_exchange *x = ev->body;
	SC_CELL(text);
	if (s->count == ITEMS) {
		b->cut = true;
		return;
	}
	struct item *item = &s->items[s->count++];
	*item = (struct item){ .verb = x->verb, .code = x->code, .at = ev->when };
	sc_text_visible(&text, x->verb);
	sc_text_adds(&text, x->argument.len ? " " : "");
	sc_text_visible(&text, x->argument);
	item->command = keep_text(b, &text, &item->command_len);
	text.len = 0;
	if (x->code)
		sc_text_number(&text, x->code);
	else
		sc_text_adds(&text, "no answer");
	for (uint32_t i = 0; i < x->text.count; i++) {
		sc_text_adds(&text, i ? " / " : " ");
		sc_text_visible(&text, x->text.items[i]);
	}
	item->reply = keep_text(b, &text, &item->reply_len);
}

static bool add_side(struct sc_tui *t, struct beside *b, uint64_t session)
{
	const struct sc_seen *seen = sc_store_find(&t->store, session);
	struct side *s = &b->sides[b->count];
	if (!seen || b->count == SIDES)
		return false;
	*s = (struct side){ .session = session, .style = sc_tui_style(sc_seen_outcome(seen)) };
	s->items = sc_memory_take(ITEMS * sizeof(*s->items));
	if (!s->items)
		return false;
	b->count++;
	for (const struct sc_kept *k = seen->first; k; k = k->next)
		if (k->ev->kind == SC_EVENT_exchange)
			add_exchange(b, s, k->ev);
	return true;
}

static struct sc_text head_of(struct side *s, int line)
{
	return sc_text_into(s->head[line], sizeof(s->head[line]) - 1);
}

static void put_ends(struct sc_tui *t, struct side *s, const struct sc_ev_endpoint *client, const struct sc_ev_endpoint *server)
{
	struct sc_text head = head_of(s, 0);
	sc_text_ip(&head, &client->ip);
	sc_text_adds(&head, t->term.utf8 ? " → " : " -> ");
	sc_value_endpoint(&head, server);
}

/* ---- legs ---- */

static void put_leg(struct sc_tui *t, struct side *s, const struct sc_leg *leg)
{
	static const char *const ties[] = { [SC_LEG_FIRST] = "the first that was seen", [SC_LEG_QUEUE_ID] = "tied by queue id",
		[SC_LEG_MESSAGE_ID] = "tied by Message-ID", [SC_LEG_ENVELOPE] = "tied by sender, recipient and size: likely" };
	put_ends(t, s, &leg->client, &leg->server);
	struct sc_text head = head_of(s, 1);
	sc_text_adds(&head, leg->outcome ? leg->outcome : "open");
	sc_text_adds(&head, leg->queue_id.len ? ", queued as " : "");
	sc_text_visible(&head, leg->queue_id);
	head = head_of(s, 2);
	sc_text_adds(&head, ties[leg->tie]);
	if (leg->unseen) {
		sc_text_adds(&head, "; ");
		sc_page_grouped(&head, leg->unseen);
		sc_text_adds(&head, " hops between not captured");
	}
}

/* While they are looked for, the screens go on. */
struct seeking {
	struct sc_legs legs;
	uint64_t session;
	const struct sc_view *from; /* where it was asked */
};

static void add_legs(struct sc_tui *t, void *ctx, struct sc_seen *seen)
{
	struct seeking *s = ctx;
	(void)t;
	for (const struct sc_kept *k = seen->first; k; k = k->next)
		if (SC_LEGS_WANTS & SC_WANT(k->ev->kind))
			sc_legs_add(&s->legs, k->ev);
}

static bool join_legs(void *ctx)
{
	return sc_legs_join_on(&((struct seeking *)ctx)->legs, 64);
}

/* The session's leg with the most company. */
static const struct sc_leg *root_of(const struct sc_legs *legs, uint64_t session)
{
	const struct sc_leg *best = NULL;
	for (uint32_t i = 0; i < legs->count; i++) {
		const struct sc_leg *leg = &legs->items[i];
		if (leg->session != session)
			continue;
		bool company = leg->before || leg->first;
		while (leg->before)
			leg = leg->before;
		if (!best || company)
			best = leg;
	}
	return best;
}

static void put_legs(struct sc_tui *t, struct beside *b, const struct seeking *s)
{
	unsigned depth = 0;
	for (const struct sc_leg *leg = root_of(&s->legs, s->session); leg; leg = sc_legs_walk(leg, &depth)) {
		if (!add_side(t, b, leg->session))
			break;
		b->side = leg->session == s->session ? b->count - 1 : b->side;
		put_leg(t, &b->sides[b->count - 1], leg);
	}
}

static void stack(struct beside *b)
{
	for (size_t s = 0; s < b->count; s++) {
		for (size_t i = 0; i < b->sides[s].count; i++)
			b->pairs[i].item[s] = (uint16_t)(i + 1);
		b->pair_count = b->sides[s].count > b->pair_count ? b->sides[s].count : b->pair_count;
	}
}

/* ---- a diff ---- */

static sc_str command_of(const struct beside *b, const struct item *i)
{
	return (sc_str){ b->texts + i->command, i->command_len };
}

static sc_str reply_of(const struct beside *b, const struct item *i)
{
	return (sc_str){ b->texts + i->reply, i->reply_len };
}

static bool same_verb(const struct beside *b, size_t i, size_t k)
{
	return sc_str_equal(b->sides[0].items[i].verb, b->sides[1].items[k].verb);
}

static void add_pair(struct beside *b, size_t left, size_t right)
{
	struct pair *p = &b->pairs[b->pair_count++];
	*p = (struct pair){ .item = { (uint16_t)left, (uint16_t)right }, .differs = true, .code_differs = true };
	if (!left || !right)
		return;
	const struct item *x = &b->sides[0].items[left - 1], *y = &b->sides[1].items[right - 1];
	p->code_differs = x->code != y->code;
	p->differs = p->code_differs || !sc_str_equal(command_of(b, x), command_of(b, y)) || !sc_str_equal(reply_of(b, x), reply_of(b, y));
}

/* `longest` has a row for each command of the left and one more: how much both have in common from there on. */
static void align(struct beside *b, uint16_t *longest)
{
	size_t n = b->sides[0].count, m = b->sides[1].count, i = 0, k = 0, wide = m + 1;
	for (size_t x = n; x-- > 0;)
		for (size_t y = m; y-- > 0;) {
			uint16_t down = longest[(x + 1) * wide + y], right = longest[x * wide + y + 1];
			longest[x * wide + y] = same_verb(b, x, y) ? (uint16_t)(longest[(x + 1) * wide + y + 1] + 1) : down > right ? down : right;
		}
	while (i < n || k < m) {
		bool both = i < n && k < m && same_verb(b, i, k);
		bool left = !both && i < n && (k == m || longest[(i + 1) * wide + k] >= longest[i * wide + k + 1]);
		add_pair(b, both || left ? i + 1 : 0, both || !left ? k + 1 : 0);
		i += both || left;
		k += both || !left;
	}
}

static void put_session(struct sc_tui *t, struct side *s)
{
	const struct sc_seen *seen = sc_store_find(&t->store, s->session);
	put_ends(t, s, &seen->client, &seen->server);
	struct sc_text head = head_of(s, 1);
	enum sc_outcome outcome = sc_seen_outcome(seen);
	sc_text_adds(&head, outcome < SC_OUTCOMES ? sc_outcome_name(outcome) : "no recipient");
	sc_text_adds(&head, ", session ");
	sc_value_id(&head, seen->id);
	head = head_of(s, 2);
	sc_tui_clock(t, &head, seen->start, true);
}

/* ---- drawing ---- */

static size_t columns_that_fit(const struct beside *b, int columns)
{
	size_t fit = (size_t)columns / LEAST;
	return fit < 1 ? 1 : fit < b->count ? fit : b->count;
}

static void draw_head(struct sc_tui *t, const struct beside *b, size_t side, struct sc_area a)
{
	const struct side *s = &b->sides[side];
	enum sc_style first = side == b->side ? SC_STYLE_HERE : SC_STYLE_HEAD;
	for (int i = 0; i < HEADS; i++)
		sc_term_put(&t->term, a.row + i, a.column + 1, a.columns - 2, sc_str_of(s->head[i]),
			    i == 0 ? first : i == 1 ? s->style : SC_STYLE_DIM, false);
}

static void draw_item(struct sc_tui *t, const struct beside *b, const struct pair *p, size_t side, struct sc_area a, bool here)
{
	const struct item *item = p->item[side] ? &b->sides[side].items[p->item[side] - 1] : NULL;
	if (!item) {
		sc_term_put(&t->term, a.row, a.column + 1, a.columns - 2, b->diff ? SC_STR("-") : SC_STR(""), SC_STYLE_DIM, false);
		return;
	}
	enum sc_style style = item->code >= 500 || !item->code ? SC_STYLE_BAD : item->code >= 400 ? SC_STYLE_WAIT : SC_STYLE_SERVER;
	bool chosen = here && side == b->side;
	sc_term_put(&t->term, a.row, a.column + 1, 2, sc_str_of(sc_term_sign(&t->term, SC_SIGN_RIGHT)), SC_STYLE_CLIENT, false);
	sc_term_put(&t->term, a.row, a.column + 3, a.columns - 4, command_of(b, item), chosen ? SC_STYLE_SELECTED : SC_STYLE_CLIENT, false);
	sc_term_put(&t->term, a.row + 1, a.column + 1, 2, sc_str_of(sc_term_sign(&t->term, SC_SIGN_LEFT)), style, false);
	sc_term_put(&t->term, a.row + 1, a.column + 3, a.columns - 4, reply_of(b, item), chosen ? SC_STYLE_SELECTED : style, false);
}

static void draw_pair(struct sc_tui *t, const struct beside *b, size_t n, struct sc_area a, size_t fit)
{
	const struct pair *p = &b->pairs[n];
	int width = a.columns / (int)fit;
	for (size_t i = 0; i < fit; i++)
		draw_item(t, b, p, b->first + i, (struct sc_area){ a.row, a.column + (int)i * width, 2, width }, n == b->at);
	if (n == b->at)
		sc_term_put(&t->term, a.row, 0, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_RIGHT)), SC_STYLE_KEY, false);
	if (b->diff && p->differs)
		sc_term_put(&t->term, a.row, width - 1, 1, SC_STR("!"), p->code_differs ? SC_STYLE_ALERT : SC_STYLE_WAIT, false);
}

static void scroll(struct beside *b, size_t fit)
{
	size_t rows = b->rows > 0 ? (size_t)b->rows : 1;
	b->top = b->at < b->top ? b->at : b->at >= b->top + rows ? b->at - rows + 1 : b->top;
	b->first = b->side < b->first ? b->side : b->side >= b->first + fit ? b->side - fit + 1 : b->first;
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct beside *b = (struct beside *)v;
	size_t fit = columns_that_fit(b, area.columns);
	int width = area.columns / (int)fit;
	b->rows = (area.rows - HEADS - 1) / 2;
	scroll(b, fit);
	for (size_t i = 0; i < fit; i++)
		draw_head(t, b, b->first + i, (struct sc_area){ area.row, (int)i * width, HEADS, width });
	sc_term_line(&t->term, area.row + HEADS, 0, area.columns);
	for (int i = 0; i < b->rows && b->top + (size_t)i < b->pair_count; i++)
		draw_pair(t, b, b->top + (size_t)i, (struct sc_area){ area.row + HEADS + 1 + 2 * i, 0, 2, area.columns }, fit);
	for (size_t i = 1; i < fit; i++)
		for (int row = 0; row < area.rows; row++)
			if (row != HEADS && !(b->diff && row > HEADS))
				sc_term_put(&t->term, area.row + row, (int)i * width - 1, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_BAR)),
					    SC_STYLE_FRAME, false);
}

/* ---- keys ---- */

static void move(struct beside *b, int64_t by)
{
	int64_t to = (int64_t)b->at + by, last = b->pair_count ? (int64_t)b->pair_count - 1 : 0;
	b->at = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

/* To the next place where the two differ. */
static void next_difference(struct sc_tui *t, struct beside *b)
{
	for (size_t i = 1; i <= b->pair_count; i++) {
		size_t n = (b->at + i) % b->pair_count;
		if (!b->pairs[n].differs)
			continue;
		b->at = n;
		return;
	}
	sc_tui_say(t, "they do not differ");
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct beside *b = (struct beside *)v;
	switch (command) {
	case SC_DO_up:        move(b, -1); return true;
	case SC_DO_down:      move(b, 1); return true;
	case SC_DO_page_up:   move(b, -b->rows); return true;
	case SC_DO_page_down: move(b, b->rows); return true;
	case SC_DO_first:     b->at = 0; return true;
	case SC_DO_last:      move(b, (int64_t)b->pair_count); return true;
	case SC_DO_prev_panel:
	case SC_DO_left:      b->side -= b->side > 0; return true;
	case SC_DO_next_panel:
	case SC_DO_right:     b->side += b->side + 1 < b->count; return true;
	case SC_DO_open:      sc_ladder_open(t, b->sides[b->side].session); return true;
	case SC_DO_diff:
		if (b->diff)
			next_difference(t, b);
		return b->diff;
	default:              return false;
	}
}

static size_t count_pairs(const struct sc_view *v, size_t *at)
{
	const struct beside *b = (const struct beside *)v;
	*at = b->at;
	return b->pair_count;
}

static void tell_pair(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct beside *b = (const struct beside *)v;
	(void)t;
	for (size_t side = 0; side < b->count; side++) {
		size_t i = b->pairs[n].item[side];
		if (!i)
			continue;
		sc_text_add(to, command_of(b, &b->sides[side].items[i - 1]));
		sc_text_put(to, '\n');
		sc_text_add(to, reply_of(b, &b->sides[side].items[i - 1]));
		sc_text_put(to, '\n');
	}
}

static void go_to_pair(struct sc_view *v, size_t n)
{
	((struct beside *)v)->at = n;
}

static const struct sc_lines_class beside_lines = { count_pairs, tell_pair, go_to_pair };

static void close_beside(struct sc_view *v)
{
	struct beside *b = (struct beside *)v;
	for (size_t i = 0; i < b->count; i++)
		sc_memory_give(b->sides[i].items);
	sc_memory_give(b->pairs);
	sc_memory_give(b->texts);
}

static const struct sc_view_class view_beside = { .name = "Side by side", .size = sizeof(struct beside), .draw = draw, .key = key, .lines = &beside_lines,
	.close = close_beside };

static struct beside *open_beside(struct sc_tui *t)
{
	struct beside *b = (struct beside *)sc_tui_push(t, &view_beside);
	if (!b)
		return NULL;
	b->pairs = sc_memory_take(2 * ITEMS * sizeof(*b->pairs));
	b->texts = sc_memory_take(TEXTS);
	if (b->pairs && b->texts)
		return b;
	sc_tui_say(t, "no memory to show sessions side by side");
	sc_tui_pop(t);
	return NULL;
}

static void set_title(struct beside *b, const char *what)
{
	struct sc_text title = sc_text_into(b->view.title, sizeof(b->view.title) - 1);
	sc_text_number(&title, b->count);
	sc_text_adds(&title, what);
	sc_text_adds(&title, b->cut ? "; not all of it fits" : "");
}

static void show_legs(struct sc_tui *t, const struct seeking *s)
{
	struct beside *b = open_beside(t);
	if (!b)
		return;
	put_legs(t, b, s);
	stack(b);
	set_title(b, " legs of the message");
	if (b->count > 1)
		return;
	sc_tui_say(t, b->count ? "no other leg of this message was seen" : "no message of this session was understood");
	sc_tui_pop(t);
}

/* Whoever went elsewhere meanwhile is not called back. */
static void legs_found(struct sc_tui *t, void *ctx, bool whole)
{
	struct seeking *s = ctx;
	if (whole && t->stack[t->depth - 1] == s->from)
		show_legs(t, s);
	sc_legs_close(&s->legs);
	sc_memory_give(s);
}

void sc_legs_view(struct sc_tui *t, uint64_t session)
{
	struct seeking *s = sc_walk_busy(t) ? NULL : sc_memory_take(sizeof(*s));
	if (!s)
		return;
	s->session = session;
	s->from = t->stack[t->depth - 1];
	struct sc_walk walk = { .word = "looking for legs", .ctx = s, .each = add_legs, .after = join_legs, .done = legs_found };
	if (sc_legs_open(&s->legs, LEGS)) {
		sc_walk_begin(t, walk);
		return;
	}
	sc_tui_say(t, "no memory to look for legs");
	sc_legs_close(&s->legs);
	sc_memory_give(s);
}

void sc_diff_view(struct sc_tui *t, uint64_t left, uint64_t right)
{
	struct beside *b = open_beside(t);
	if (!b)
		return;
	b->diff = true;
	bool both = add_side(t, b, left) && add_side(t, b, right);
	uint16_t *longest = both ? sc_memory_take((b->sides[0].count + 1) * (b->sides[1].count + 1) * sizeof(*longest)) : NULL;
	if (!longest) {
		sc_tui_say(t, "one of them was let go");
		sc_tui_pop(t);
		return;
	}
	align(b, longest);
	sc_memory_give(longest);
	put_session(t, &b->sides[0]);
	put_session(t, &b->sides[1]);
	set_title(b, " sessions; ! where they differ, d goes to the next place");
}
