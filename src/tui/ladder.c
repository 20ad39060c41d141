/* ladder.c - one session as a ladder: both sides, times, what was said, what became of each recipient; a pane tells what the
 * line under the cursor means.
 *
 * Lines are made anew when the session has new events; what they point to lies in the view's own memory. */
#include "tui/inside.h"

#include "base/memory.h"
#include "explain/causes.h"
#include "explain/phrase.h"
#include "output/turns.h"
#include "output/value.h"
#include "tui/segments.h"

#define LINES       4096 /* of one ladder; more are told as cut */
#define TEXT_OCTETS (1u << 20)
#define SCRATCH     (64u << 10)
#define PANE_COLUMNS 36
#define ARROW_COLUMNS 4

enum line_kind { LINE_CLIENT, LINE_SERVER, LINE_TLS, LINE_NOTE, LINE_VERDICT, LINE_DIAGNOSIS, LINE_HEADING };

enum level { LEVEL_VERDICTS, LEVEL_COMMANDS, LEVEL_ALL, LEVEL_TCP, LEVEL_PACKETS, LEVELS };

static const char *const level_words[LEVELS] = { "verdicts only", "commands and TLS", "commands, TLS and oddities",
	"the same and what is remarkable in TCP", "the same and every packet" };

struct ladder_line {
	enum line_kind kind;
	enum sc_style style;
	sc_time  at;
	const char *mark;
	uint32_t text, len;           /* in `texts` */
	const struct sc_event *from;  /* of the store; NULL: none */
	char     word[32];            /* what the pane explains; empty: nothing */
};

struct ladder {
	struct sc_view view;
	uint64_t session;
	const struct sc_kept *last;   /* of the session when the lines were made */
	struct ladder_line *lines;
	size_t   count, at, top;
	char    *texts, *scratch;
	uint32_t used;
	enum level level;
	sc_time  start;
	bool     gone, cut;
	uint64_t verdicts;
	struct sc_packets packets;    /* from the capture, read again */
	size_t   next_packet;         /* that has no line yet, while lines are made */
	bool     asked, read;         /* for the packets; they are here */
	struct sc_tui *t;             /* while lines are made */
};

/* ---- lines ---- */

static struct ladder_line *add(struct ladder *l, enum line_kind kind, enum sc_style style, sc_str text)
{
	if (l->count == LINES || text.len > TEXT_OCTETS - l->used) {
		l->cut = true;
		return NULL;
	}
	struct ladder_line *line = &l->lines[l->count++];
	*line = (struct ladder_line){ .kind = kind, .style = style, .at = SC_TIME_NONE, .mark = "", .text = l->used,
		.len = (uint32_t)text.len };
	if (text.len)
		memcpy(l->texts + l->used, text.at, text.len);
	l->used += line->len;
	return line;
}

static void set_word(struct ladder_line *line, const char *word)
{
	struct sc_text t = sc_text_into(line->word, sizeof(line->word) - 1);
	sc_text_adds(&t, word);
	line->word[t.len] = '\0';
}

/* The line, when there was room for it, tells of this event; `word` is what the pane explains. */
static void set_event(struct ladder_line *line, const struct sc_event *ev, const char *word)
{
	if (!line)
		return;
	line->from = ev;
	set_word(line, word);
}

/* The word to explain of a reply: its enhanced code when that is registered, else the reply code. */
static void set_reply_word(struct ladder_line *line, uint16_t code, struct sc_status enhanced)
{
	struct sc_text t = sc_text_into(line->word, sizeof(line->word) - 1);
	if (enhanced.cls)
		sc_text_status(&t, enhanced);
	if (!enhanced.cls || !sc_phrase_status(sc_text_str(&t))) {
		t.len = 0;
		sc_text_number(&t, code);
	}
	line->word[t.len] = '\0';
}

static enum sc_style style_of_code(uint16_t code)
{
	return code >= 500 ? SC_STYLE_BAD : code >= 400 ? SC_STYLE_WAIT : SC_STYLE_SERVER;
}

static void put_quirks(struct ladder *l, uint64_t quirks)
{
	for (unsigned i = 0; i < SC_QUIRKS; i++) {
		SC_CELL(text);
		if (!(quirks >> i & 1) || l->level < LEVEL_ALL)
			continue;
		sc_text_adds(&text, sc_quirk_name((enum sc_quirk)i));
		struct ladder_line *line = add(l, LINE_NOTE, SC_STYLE_WAIT, sc_text_str(&text));
		if (line)
			set_word(line, sc_quirk_name((enum sc_quirk)i));
	}
}

/* ---- packets ---- */

static void put_packet(struct ladder *l, const struct sc_packet_line *p)
{
	SC_CELL(text);
	if (!p->marks && l->level < LEVEL_PACKETS)
		return;
	sc_packets_tell(&text, p);
	bool bad = p->marks & (SC_MARK_RST | SC_MARK_ZERO | SC_MARK_GAP | SC_MARK_UNSEEN);
	bool odd = p->marks & (SC_MARK_AGAIN | SC_MARK_LATE | SC_MARK_OPEN | SC_MARK_KEEPALIVE);
	struct ladder_line *line = add(l, p->client ? LINE_CLIENT : LINE_SERVER, bad ? SC_STYLE_BAD : odd ? SC_STYLE_WAIT : SC_STYLE_DIM,
				       sc_text_str(&text));
	if (line)
		line->at = p->when;
}

/* Those up to that time come before the turn. */
static void put_packets(struct ladder *l, sc_time until)
{
	if (l->level < LEVEL_TCP || !l->read || until == SC_TIME_NONE)
		return;
	while (l->next_packet < l->packets.count && l->packets.lines[l->next_packet].when < until)
		put_packet(l, &l->packets.lines[l->next_packet++]);
}

static void packets_read(struct sc_tui *t, struct sc_job *job, bool whole, uint64_t packets)
{
	struct ladder *l = job->owner;
	(void)packets;
	l->read = whole;
	l->last = NULL;
	l->view.generation = 0;
	if (whole && l->packets.lost)
		sc_tui_say(t, "only the first packets are shown; there are too many");
}

static void ask_packets(struct sc_tui *t, struct ladder *l, const struct sc_seen *seen)
{
	struct sc_tui_asked asked = sc_seen_asked(seen);
	struct sc_tui_ask ask = { .sessions = &asked, .count = 1, .packet = sc_packets_add, .ctx = &l->packets };
	if (l->asked || (!l->packets.lines && !sc_packets_open(&l->packets, &seen->client)))
		return;
	l->asked = sc_job_begin(t, &ask, (struct sc_job){ .owner = l, .count = 1, .done = packets_read });
}

static void take_turn(void *ctx, const struct sc_turn *turn)
{
	static const enum line_kind kinds[] = { LINE_CLIENT, LINE_SERVER, LINE_TLS, LINE_NOTE };
	struct ladder *l = ctx;
	put_packets(l, turn->at);
	const struct sc_ev_exchange *x = turn->from->ev->kind == SC_EVENT_exchange ? turn->from->ev->body : NULL;
	enum sc_style style = turn->side == SC_TURN_CLIENT ? SC_STYLE_CLIENT : turn->side == SC_TURN_TLS ? SC_STYLE_UNSEEN :
		x ? style_of_code(x->code) : SC_STYLE_PLAIN;
	struct ladder_line *line = add(l, kinds[turn->side], style, turn->text);
	if (!line)
		return;
	line->at = turn->at;
	line->mark = turn->mark;
	line->from = turn->from->ev;
	if (x && turn->side == SC_TURN_SERVER && x->code)
		set_reply_word(line, x->code, x->enhanced);
	else if (x && turn->side == SC_TURN_CLIENT && x->verb.len < sizeof(line->word))
		memcpy(line->word, x->verb.at, x->verb.len);
	put_quirks(l, turn->quirks);
}

static void put_delivery(struct ladder *l, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	enum sc_outcome outcome = sc_outcome_of(d->outcome);
	SC_CELL(text);
	sc_text_adds(&text, sc_tui_sign(l->t, outcome));
	sc_text_put(&text, ' ');
	sc_text_visible(&text, d->rcpt_to.at ? d->rcpt_to : SC_STR("(recipient not seen)"));
	sc_text_adds(&text, "  ");
	sc_text_adds(&text, d->outcome);
	sc_text_adds(&text, d->phase ? " at " : "");
	sc_text_adds(&text, d->phase);
	sc_text_adds(&text, d->cause ? ": " : "");
	sc_text_adds(&text, d->cause);
	struct ladder_line *line = add(l, LINE_VERDICT, sc_tui_style(outcome), sc_text_str(&text));
	set_event(line, ev, d->cause ? d->cause : d->outcome);
	l->verdicts++;
}

static void put_failure(struct ladder *l, const struct sc_event *ev)
{
	const struct sc_ev_failure *f = ev->body;
	SC_CELL(text);
	sc_text_adds(&text, sc_term_sign(&l->t->term, SC_SIGN_REJECTED));
	sc_text_adds(&text, " the ");
	sc_text_adds(&text, f->scope);
	sc_text_adds(&text, f->code ? " was refused at " : " broke off at ");
	sc_text_adds(&text, f->phase);
	sc_text_adds(&text, f->cause ? ": " : "");
	sc_text_adds(&text, f->cause);
	struct ladder_line *line = add(l, LINE_VERDICT, SC_STYLE_BAD, sc_text_str(&text));
	set_event(line, ev, f->cause ? f->cause : f->phase);
}

static void put_diagnosis(struct ladder *l, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	SC_CELL(text);
	sc_text_adds(&text, sc_term_sign(&l->t->term, SC_SIGN_FINDING));
	sc_text_put(&text, ' ');
	sc_text_adds(&text, d->diagnosis);
	sc_text_adds(&text, ": ");
	sc_text_visible(&text, d->text);
	bool error = d->severity && strcmp(d->severity, "error") == 0;
	struct ladder_line *line = add(l, LINE_DIAGNOSIS, error ? SC_STYLE_ALERT : SC_STYLE_WAIT, sc_text_str(&text));
	set_event(line, ev, d->diagnosis);
}

static void put_finding(struct ladder *l, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	SC_CELL(text);
	sc_text_adds(&text, sc_term_sign(&l->t->term, SC_SIGN_FINDING));
	sc_text_put(&text, ' ');
	sc_text_adds(&text, f->detector);
	sc_text_adds(&text, ": ");
	sc_text_visible(&text, f->text);
	set_event(add(l, LINE_DIAGNOSIS, SC_STYLE_ALERT, sc_text_str(&text)), ev, f->detector);
}

static void put_results(struct ladder *l, const struct sc_seen *seen)
{
	add(l, LINE_HEADING, SC_STYLE_TITLE, SC_STR("VERDICTS"));
	size_t before = l->count;
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		if (k->ev->kind == SC_EVENT_delivery)
			put_delivery(l, k->ev);
		else if (k->ev->kind == SC_EVENT_failure)
			put_failure(l, k->ev);
		else if (k->ev->kind == SC_EVENT_diagnosis)
			put_diagnosis(l, k->ev);
		else if (k->ev->kind == SC_EVENT_finding)
			put_finding(l, k->ev);
	}
	if (l->count == before)
		add(l, LINE_NOTE, SC_STYLE_DIM, seen->session ? SC_STR("no recipient") : SC_STR("none yet"));
	if (seen->session)
		put_quirks(l, seen->session->quirks);
}

static void make_title(struct ladder *l, const struct sc_seen *seen)
{
	struct sc_text title = sc_text_into(l->view.title, sizeof(l->view.title) - 1);
	sc_text_adds(&title, "Session ");
	sc_value_id(&title, seen->id);
	sc_text_adds(&title, "  ");
	sc_value_endpoint(&title, &seen->client);
	sc_text_adds(&title, l->t->term.utf8 ? " → " : " -> ");
	sc_value_endpoint(&title, &seen->server);
	if (seen->session && seen->session->greeting.host.at) {
		sc_text_put(&title, ' ');
		sc_text_visible(&title, seen->session->greeting.host);
	}
	l->view.title[title.len] = '\0';
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct ladder *l = (struct ladder *)v;
	const struct sc_seen *seen = sc_store_find(&t->store, l->session);
	l->gone = !seen;
	if (!seen || seen->last == l->last || !l->lines)
		return true;
	l->t = t;
	l->last = seen->last;
	l->start = seen->start;
	l->count = l->used = 0;
	l->next_packet = 0;
	l->verdicts = 0;
	l->cut = false;
	make_title(l, seen);
	if (l->level >= LEVEL_COMMANDS)
		sc_turns_tell(seen->first, sc_text_into(l->scratch, SCRATCH), take_turn, l);
	put_packets(l, INT64_MAX);
	put_results(l, seen);
	if (l->cut)
		l->lines[l->count - 1].kind = LINE_NOTE;
	l->at = l->at < l->count ? l->at : 0;
	return true;
}

/* ---- drawing ---- */

static void put_times(struct sc_tui *t, const struct ladder *l, size_t n, int row)
{
	const struct ladder_line *line = &l->lines[n];
	SC_CELL(text);
	if (line->at == SC_TIME_NONE)
		return;
	sc_page_seconds(&text, line->at - l->start, 8);
	sc_term_put(&t->term, row, 1, 9, sc_text_str(&text), SC_STYLE_DIM, false);
	sc_time before = SC_TIME_NONE;
	for (size_t i = n; i-- > 0 && before == SC_TIME_NONE;)
		before = l->lines[i].at;
	if (before == SC_TIME_NONE || line->at - before < SC_MS)
		return;
	text.len = 0;
	sc_text_put(&text, '+');
	sc_page_seconds(&text, line->at - before, 0);
	sc_term_put(&t->term, row, 10, 8, sc_text_str(&text), line->at - before >= 5 * SC_SECOND ? SC_STYLE_ALERT : SC_STYLE_DIM, true);
}

static void put_arrow(struct sc_tui *t, const struct ladder_line *line, int row, int column)
{
	SC_CELL(text);
	const char *rule = sc_term_sign(&t->term, SC_SIGN_LINE);
	if (line->kind == LINE_CLIENT) {
		sc_text_adds(&text, rule);
		sc_text_adds(&text, rule);
		sc_text_adds(&text, sc_term_sign(&t->term, SC_SIGN_RIGHT));
	} else if (line->kind == LINE_SERVER) {
		sc_text_adds(&text, sc_term_sign(&t->term, SC_SIGN_LEFT));
		sc_text_adds(&text, rule);
		sc_text_adds(&text, rule);
	} else if (line->kind == LINE_TLS) {
		for (int i = 0; i < 3; i++)
			sc_text_adds(&text, sc_term_sign(&t->term, SC_SIGN_DOUBLE));
	}
	sc_term_put(&t->term, row, column, ARROW_COLUMNS, sc_text_str(&text), line->style, false);
}

static const char *mark_of(const struct sc_tui *t, const char *mark)
{
	return t->term.utf8 || !mark[0] ? mark : strcmp(mark, "│") == 0 ? "|" : "+";
}

static void put_line(struct sc_tui *t, const struct ladder *l, size_t n, int row, int columns)
{
	const struct ladder_line *line = &l->lines[n];
	sc_str text = { l->texts + line->text, line->len };
	bool here = n == l->at;
	int column = 1;
	if (here)
		sc_term_put(&t->term, row, 0, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_RIGHT)), SC_STYLE_KEY, false);
	if (line->kind <= LINE_NOTE) {
		put_times(t, l, n, row);
		sc_term_put(&t->term, row, 19, 2, sc_str_of(mark_of(t, line->mark)), SC_STYLE_FRAME, false);
		put_arrow(t, line, row, 21);
		column = 21 + ARROW_COLUMNS;
	}
	sc_term_put(&t->term, row, column, columns - column, text, here ? SC_STYLE_SELECTED : line->style, false);
}

static void put_pane(struct sc_tui *t, const struct ladder *l, struct sc_area area)
{
	char octets[SC_PHRASE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	for (int i = 0; i < area.rows; i++)
		sc_term_put(&t->term, area.row + i, area.column, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_BAR)), SC_STYLE_FRAME, false);
	const struct ladder_line *line = l->count ? &l->lines[l->at] : NULL;
	if (!line)
		return;
	struct sc_area inner = { area.row, area.column + 2, area.rows, area.columns - 3 };
	int row = sc_tui_wrapped(t, (sc_str){ l->texts + line->text, line->len }, inner, line->style);
	if (!line->word[0] || !sc_phrase_explain(sc_str_of(line->word), &text))
		return;
	inner.rows -= row + 1 - inner.row;
	inner.row = row + 1;
	sc_tui_wrapped(t, sc_text_str(&text), inner, SC_STYLE_PLAIN);
}

static void scroll(struct ladder *l, int rows)
{
	size_t fit = rows > 0 ? (size_t)rows : 1;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + fit)
		l->top = l->at - fit + 1;
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct ladder *l = (struct ladder *)v;
	bool pane = !t->pane_off && area.columns >= 76;
	int columns = area.columns - (pane ? PANE_COLUMNS : 0);
	if (l->gone) {
		sc_term_put(&t->term, area.row + 1, 2, area.columns - 4, SC_STR("this session was let go: memory was short (--mem)"),
			    SC_STYLE_ALERT, false);
		return;
	}
	scroll(l, area.rows);
	for (int i = 0; i < area.rows && l->top + (size_t)i < l->count; i++)
		put_line(t, l, l->top + (size_t)i, area.row + i, columns);
	if (pane)
		put_pane(t, l, (struct sc_area){ area.row, columns, area.rows, PANE_COLUMNS });
}

/* ---- keys ---- */

static void move(struct ladder *l, int64_t by)
{
	int64_t to = (int64_t)l->at + by, last = l->count ? (int64_t)l->count - 1 : 0;
	l->at = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

static void next_level(struct sc_tui *t, struct ladder *l, const struct sc_seen *seen)
{
	SC_CELL(text);
	l->level = (l->level + 1) % LEVELS;
	l->last = NULL;
	l->view.generation = 0;
	sc_text_adds(&text, "shown: ");
	sc_text_adds(&text, level_words[l->level]);
	sc_text_put(&text, '\0');
	sc_tui_say(t, text.at);
	if (l->level >= LEVEL_TCP && seen)
		ask_packets(t, l, seen);
}

/* Where the line under the cursor was sent; of a verdict, where its reply was. */
static void open_octets(struct sc_tui *t, const struct ladder *l, const struct sc_seen *seen)
{
	const struct ladder_line *line = &l->lines[l->at];
	sc_time when = line->at != SC_TIME_NONE ? line->at : line->from ? line->from->when : seen->end;
	for (size_t i = l->at; i-- > 0 && line->at == SC_TIME_NONE && line->kind <= LINE_NOTE;)
		if (l->lines[i].at != SC_TIME_NONE) { /* a line of a reply that began above */
			when = l->lines[i].at;
			break;
		}
	sc_raw_open(t, seen, when, line->kind == LINE_CLIENT);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct ladder *l = (struct ladder *)v;
	int64_t page = t->term.rows - 6;
	struct sc_seen *seen = sc_store_find(&t->store, l->session);
	if (seen && sc_hand_key(t, seen, command))
		return true;
	switch (command) {
	case SC_DO_up:        move(l, -1); return true;
	case SC_DO_down:      move(l, 1); return true;
	case SC_DO_page_up:   move(l, -page); return true;
	case SC_DO_page_down: move(l, page); return true;
	case SC_DO_first:     l->at = 0; return true;
	case SC_DO_last:      move(l, (int64_t)l->count); return true;
	case SC_DO_detail:
		next_level(t, l, seen);
		return true;
	case SC_DO_inspect:
		if (seen && l->count && l->lines[l->at].from)
			sc_event_open(t, l->lines[l->at].from);
		return true;
	case SC_DO_open:
		if (seen && l->count)
			open_octets(t, l, seen);
		return true;
	case SC_DO_explain:
		if (l->count)
			sc_explain_open(t, sc_str_of(l->lines[l->at].word));
		return true;
	default:
		return false;
	}
}

static size_t count_lines(const struct sc_view *v, size_t *at)
{
	const struct ladder *l = (const struct ladder *)v;
	*at = l->at;
	return l->count;
}

static void tell_line(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct ladder *l = (const struct ladder *)v;
	(void)t;
	sc_text_add(to, (sc_str){ l->texts + l->lines[n].text, l->lines[n].len });
}

static void go_to_line(struct sc_view *v, size_t n)
{
	((struct ladder *)v)->at = n;
}

static const struct sc_lines_class ladder_lines = { count_lines, tell_line, go_to_line };

static void close_ladder(struct sc_view *v)
{
	struct ladder *l = (struct ladder *)v;
	sc_memory_give(l->lines);
	sc_memory_give(l->texts);
	sc_memory_give(l->scratch);
	sc_packets_close(&l->packets);
}

const struct sc_view_class sc_view_ladder = { .name = "Ladder", .size = sizeof(struct ladder),
	.keys = SC_DO(inspect) | SC_DO(detail) | SC_DO(explain) | SC_DO(legs) | SC_DO(save) | SC_DO(copy), .collect = collect, .draw = draw,
	.key = key, .close = close_ladder, .lines = &ladder_lines };

void sc_ladder_open(struct sc_tui *t, uint64_t session)
{
	struct ladder *l = (struct ladder *)sc_tui_push(t, &sc_view_ladder);
	if (!l)
		return;
	l->session = session;
	l->level = LEVEL_COMMANDS;
	l->lines = sc_memory_take(LINES * sizeof(*l->lines));
	l->texts = sc_memory_take(TEXT_OCTETS);
	l->scratch = sc_memory_take(SCRATCH);
	if (l->lines && l->texts && l->scratch)
		return;
	sc_tui_say(t, "no memory for the ladder");
	sc_tui_pop(t);
}
