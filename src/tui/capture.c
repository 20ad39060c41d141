/* capture.c - the screen of the capture: what was read, what it lacks, what else went by, and what these screens keep.
 *
 * All other screens are as good as these numbers say.  Those of packets and octets come with the `stats` event (at the end of a
 * file, every minute of a live capture) and say of when they are; the others are of this moment. */
#include "tui/inside.h"

#define ROWS    64
#define TWO     96   /* columns of the screen for two of the view */
#define NAME    33   /* columns of a row's name, where there is room */
#define NUMBER  16
#define SHARE   9

enum side { LEFT, RIGHT };

struct row {
	const char *name;        /* NULL: a heading, or an empty line without `heading` */
	const char *heading;
	char     own[24];        /* a name that was met */
	uint64_t n, of;          /* of 0: no share is told */
	enum sc_style style;     /* when it is not 0 */
	enum sc_pick_by by;      /* what Enter opens */
	const char *key;
	bool     opens, recipients;
};

struct capture {
	struct sc_view view;
	struct row rows[ROWS];
	size_t count, right;     /* the first of the right half */
	size_t at, top;
};

static struct row *add(struct capture *c, const char *name, uint64_t n, uint64_t of)
{
	static struct row lost;
	struct row *r = c->count < ROWS ? &c->rows[c->count++] : &lost;
	*r = (struct row){ .name = name, .n = n, .of = of, .style = SC_STYLE_PLAIN };
	return r;
}

static void add_heading(struct capture *c, const char *heading, enum side side)
{
	if (side == RIGHT && !c->right)
		c->right = c->count;
	else if (c->count)
		add(c, NULL, 0, 0);
	add(c, NULL, 0, 0)->heading = heading;
}

/* What should not be there. */
static void add_bad(struct capture *c, const char *name, uint64_t n, uint64_t of)
{
	add(c, name, n, of)->style = n ? SC_STYLE_ALERT : SC_STYLE_PLAIN;
}

static void add_picked(struct capture *c, const char *name, uint64_t n, uint64_t of, const char *key)
{
	struct row *r = add(c, name, n, of);
	r->opens = true;
	r->by = key ? SC_PICK_EVIDENCE : SC_PICK_SESSIONS;
	r->key = key ? key : "";
}

static void add_packets(struct sc_tui *t, struct capture *c, const struct sc_counters *k)
{
	uint64_t all = k->packets;
	add_heading(c, "PACKETS", LEFT);
	add(c, "read", t->progress.packets, 0);
	if (t->rate && !t->progress.over)
		add(c, "a second, of late", t->rate, 0);
	add_bad(c, "lost by the capture", t->progress.dropped, t->progress.packets + t->progress.dropped);
	add_bad(c, "cut by the capture (snap length)", t->stats.packets.truncated, all);
	if (!all)
		return;
	add(c, "of followed connections", sc_counters_packets_followed(k), all);
	add(c, "TCP of what is no mail", k->packets_passed, all);
	add(c, "TCP on other ports", k->packets_other_port, all);
	add(c, "TCP of no connection", k->packets_no_flow, all);
	add(c, "IP, but not TCP", k->packets_not_tcp, all);
	add(c, "not IP", k->packets_not_ip, all);
	add(c, "fragments", k->packets_fragment, all);
	add(c, "copies that a mirror port made", k->packets_mirrored, all);
	add_bad(c, "with a wrong checksum", k->packets_bad_checksum, all);
	add_bad(c, "whose headers cannot be read", k->packets_broken + k->packets_unknown_link, all);
}

static void add_octets(struct capture *c, const struct sc_counters *k)
{
	uint64_t all = k->octets_seen + k->gap_octets;
	if (!all)
		return;
	add_heading(c, "OCTETS OF THESE CONNECTIONS", LEFT);
	add(c, "read in order", k->octets_delivered, all);
	add(c, "of what is no mail", k->octets_passed, all);
	add(c, "sent again", k->octets_duplicate, all);
	add(c, "before reading began, or too late", k->octets_before_start + k->octets_after_close, all);
	add(c, "that their receiver did not take", k->octets_refused + k->octets_urgent, all);
	add_bad(c, "that nobody captured", k->gap_octets, all);
	add_bad(c, "given up: no room for them", k->octets_dropped + k->octets_out_of_window, all);
}

static void add_connections(struct sc_tui *t, struct capture *c, const struct sc_counters *k)
{
	if (!k->packets)
		return;
	add_heading(c, "CONNECTIONS", RIGHT);
	add(c, "followed", k->flows, 0);
	add(c, "that carried mail", k->mail_flows, k->flows);
	for (size_t i = 0; i < t->other_count; i++) {
		struct row *r = add(c, "", t->others[i].n, k->flows);
		memcpy(r->own, t->others[i].name, sizeof(r->own));
	}
	add_bad(c, "given up: no memory (--mem)", k->flows_evicted + k->sessions_evicted, k->flows);
}

static void add_mail(struct capture *c, const struct sc_failures *m)
{
	add_heading(c, "MAIL", RIGHT);
	add_picked(c, "sessions that ended", m->sessions, 0, NULL);
	add_picked(c, "inside TLS", m->encrypted, m->sessions, "encrypted");
	add_picked(c, "of which only one side was seen", m->one_sided, m->sessions, "one_sided");
	add_picked(c, "whose beginning was not seen", m->midstream, m->sessions, "midstream");
	add_bad(c, "octets that the capture lacks", m->gap_octets, 0);
	add(c, "transactions", m->transactions, 0);
	struct row *r = add(c, "recipients", m->recipients, 0);
	r->opens = r->recipients = true;
	r->by = SC_PICK_ALL;
	r->key = "";
}

static void add_kept(struct sc_tui *t, struct capture *c)
{
	const struct sc_store *s = &t->store;
	add_heading(c, "KEPT FOR THESE SCREENS", RIGHT);
	add(c, "sessions", s->sessions, 0);
	add(c, "octets", s->octets, s->limit);
	add(c, "octets at most (--mem)", s->limit, 0);
	add(c, "let go: nothing had failed", s->let_go[SC_WEIGHT_PLAIN], 0);
	add(c, "let go: something had failed", s->let_go[SC_WEIGHT_FAILED], 0);
	add_bad(c, "let go: with findings", s->let_go[SC_WEIGHT_FINDING], 0);
	add_bad(c, "events that came too fast", t->progress.lost_events, 0);
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct capture *c = (struct capture *)v;
	const struct sc_counters *k = &t->progress.counters;
	c->count = c->right = 0;
	add_packets(t, c, k);
	add_octets(c, k);
	add_connections(t, c, k);
	add_mail(c, t->all);
	add_kept(t, c);
	c->at = c->at ? c->at : 1;
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	if (!t->progress.over && k->packets) {
		sc_text_adds(&title, "shares are of the first ");
		sc_page_grouped(&title, k->packets);
		sc_text_adds(&title, " packets");
	} else if (!t->progress.over) {
		sc_text_adds(&title, "more is told at the end, or live after a minute");
	}
	v->title[title.len] = '\0';
	return true;
}

/* ---- drawing ---- */

static void put_row(struct sc_tui *t, const struct row *r, int row, struct sc_area a, bool here)
{
	SC_CELL(number);
	SC_CELL(share);
	if (!r->name) {
		sc_term_put(&t->term, row, a.column + 1, a.columns - 2, sc_str_of(r->heading), SC_STYLE_TITLE, false);
		return;
	}
	int name = a.columns - 4 - NUMBER - SHARE < NAME ? a.columns - 4 - NUMBER - SHARE : NAME;
	int bar = a.column + 4 + name + NUMBER + SHARE, room = a.column + a.columns - 2 - bar;
	sc_page_grouped(&number, r->n);
	if (r->of && r->n)
		sc_page_share(&share, r->n, r->of);
	enum sc_style style = r->n ? r->style : SC_STYLE_DIM;
	int wide = (int)number.len < NUMBER ? name + NUMBER - 1 - (int)number.len : name; /* a long name reaches to a short number */
	sc_term_put(&t->term, row, a.column + 3 + name, NUMBER, sc_text_str(&number), style, true);
	sc_term_put(&t->term, row, a.column + 3, wide, sc_str_of(r->own[0] ? r->own : r->name), here ? SC_STYLE_SELECTED : style, false);
	sc_term_put(&t->term, row, a.column + 3 + name + NUMBER, SHARE, sc_text_str(&share), style, true);
	if (r->of && room > 10)
		sc_tui_bar(t, r->n, r->of, (struct sc_area){ row, bar + 1, 1, room < 24 ? room - 1 : 24 }, style);
}

static void draw_half(struct sc_tui *t, const struct capture *c, size_t from, size_t to, struct sc_area a)
{
	for (size_t i = from; i < to && (int)(i - from) < a.rows; i++)
		put_row(t, &c->rows[i], a.row + (int)(i - from), a, i == c->at);
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct capture *c = (struct capture *)v;
	size_t rows = (size_t)area.rows;
	v->generation = 0; /* what is told here changes without an event, too */
	if (area.columns >= TWO && c->right <= rows && c->count - c->right <= rows) {
		int half = area.columns / 2;
		draw_half(t, c, 0, c->right, (struct sc_area){ area.row, 0, area.rows, half });
		draw_half(t, c, c->right, c->count, (struct sc_area){ area.row, half, area.rows, area.columns - half });
		return;
	}
	c->top = c->at <= c->top ? c->at - (c->at > 0) : c->at >= c->top + rows ? c->at - rows + 1 : c->top;
	draw_half(t, c, c->top, c->count, area);
}

/* ---- keys ---- */

/* To the next row that counts something, that way. */
static void move(struct capture *c, bool down)
{
	for (size_t i = c->at; down ? i + 1 < c->count : i > 0;) {
		i += down ? 1 : (size_t)-1;
		if (c->rows[i].name) {
			c->at = i;
			return;
		}
	}
}

static void open_row(struct sc_tui *t, const struct row *r)
{
	if (!r->opens)
		sc_tui_say(t, "no sessions are kept behind this number");
	else if (r->recipients)
		sc_recipients_open(t, r->by, sc_str_of(r->key), false);
	else
		sc_sessions_open(t, r->by, sc_str_of(r->key), NULL);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct capture *c = (struct capture *)v;
	switch (command) {
	case SC_DO_up:    move(c, false); return true;
	case SC_DO_down:  move(c, true); return true;
	case SC_DO_first: c->at = 1; return true;
	case SC_DO_last:  c->at = c->count ? c->count - 1 : 0; return true;
	case SC_DO_left:  c->at = 1; return true;
	case SC_DO_right: c->at = c->right + 1; return true;
	case SC_DO_open:
		if (c->at < c->count)
			open_row(t, &c->rows[c->at]);
		return true;
	default:
		return false;
	}
}

static size_t count_rows(const struct sc_view *v, size_t *at)
{
	const struct capture *c = (const struct capture *)v;
	*at = c->at;
	return c->count;
}

static void tell_row(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct row *r = &((const struct capture *)v)->rows[n];
	(void)t;
	sc_text_adds(to, r->own[0] ? r->own : r->name);
}

static void go_to_row(struct sc_view *v, size_t n)
{
	((struct capture *)v)->at = n;
}

static const struct sc_lines_class capture_lines = { count_rows, tell_row, go_to_row };

const struct sc_view_class sc_view_capture = { .name = "Capture", .brief = "Capt", .size = sizeof(struct capture), .keys = SC_DO(find),
	.collect = collect, .draw = draw, .key = key, .lines = &capture_lines };
