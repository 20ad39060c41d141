/* ladder.c - one session as a ladder: both sides, times, what was said, what became of each recipient; a pane tells what the
 * line under the cursor means. */
#include "tui/ladder.h"

#include "base/memory.h"
#include "explain/phrase.h"
#include "output/value.h"

#define PANE_COLUMNS 36
#define ARROW_COLUMNS 4

static const char *const level_words[LEVELS] = { "verdicts only", "commands and TLS", "commands, TLS and oddities",
	"the same and what is remarkable in TCP", "the same and every packet" };

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

/* How much a line says of why mail failed; 0: nothing. */
static int gravity_of(const struct ladder_line *line)
{
	const struct sc_event *ev = line->from;
	if (ev && line->kind == LINE_SERVER && ev->kind == SC_EVENT_exchange && ((const struct sc_ev_exchange *)ev->body)->code >= 400)
		return line->verdict ? 3 : 2;
	return line->kind == LINE_VERDICT && ev->kind == SC_EVENT_delivery &&
	       sc_outcome_failed(sc_outcome_of(((const struct sc_ev_delivery *)ev->body)->outcome));
}

/* The cursor begins where most people look first: at what refused a recipient, or else anything, or else at a bad verdict. */
static void go_to_worst(struct ladder *l)
{
	int worst = 0;
	l->at = 0;
	for (size_t i = 0; i < l->count; i++)
		if (gravity_of(&l->lines[i]) > worst) {
			worst = gravity_of(&l->lines[i]);
			l->at = i;
		}
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
	make_title(l, seen);
	sc_ladder_make(l, seen);
	if (!l->touched)
		go_to_worst(l);
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

#define VERDICT_FROM    72 /* columns of the ladder, from which on a verdict has the recipient's name with it */
#define VERDICT_COLUMNS 18
#define SIGN_COLUMNS    3

/* What in the end became of the recipient, beside the reply to RCPT. */
static void put_verdict(struct sc_tui *t, const struct sc_ev_delivery *d, int row, int column, int columns)
{
	enum sc_outcome outcome = sc_outcome_of(d->outcome);
	SC_CELL(text);
	sc_str whom = d->rcpt_to;
	sc_text_put(&text, ' ');
	sc_text_adds(&text, sc_tui_sign(t, outcome));
	if (columns >= SIGN_COLUMNS) {
		sc_text_put(&text, ' ');
		sc_text_visible(&text, sc_str_until(&whom, '@'));
	}
	sc_term_put(&t->term, row, column, columns, sc_text_str(&text), sc_tui_style(outcome), false);
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
	int verdict = line->verdict ? columns >= VERDICT_FROM ? VERDICT_COLUMNS : SIGN_COLUMNS : 0;
	sc_term_put(&t->term, row, column, columns - column - verdict, text, here ? SC_STYLE_SELECTED : line->style, false);
	if (verdict)
		put_verdict(t, line->verdict, row, columns - verdict, verdict - 1);
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
	l->touched = true;
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
	case SC_DO_first:     move(l, -(int64_t)l->count); return true;
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
	((struct ladder *)v)->touched = true;
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
	l->lines = sc_memory_take(LADDER_LINES * sizeof(*l->lines));
	l->texts = sc_memory_take(LADDER_TEXT_OCTETS);
	l->scratch = sc_memory_take(LADDER_SCRATCH);
	if (l->lines && l->texts && l->scratch)
		return;
	sc_tui_say(t, "no memory for the ladder");
	sc_tui_pop(t);
}
