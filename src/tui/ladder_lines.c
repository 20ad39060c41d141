/* ladder_lines.c - the lines of a session's ladder: what was said, packets, what became of each recipient; see ladder.h.
 *
 * Lines are made anew when the session has new events; what they point to lies in the view's own memory and in the store. */
#include "tui/ladder.h"

#include "explain/causes.h"
#include "explain/phrase.h"
#include "output/turns.h"

static struct ladder_line *add(struct ladder *l, enum line_kind kind, enum sc_style style, sc_str text)
{
	if (l->count == LADDER_LINES || text.len > LADDER_TEXT_OCTETS - l->used) {
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

/* The argument of RCPT has that address as its path: "TO:<a@example.org>", or behind a route, or without brackets. */
static bool names(sc_str argument, sc_str address)
{
	while (address.len) {
		size_t at = sc_str_search(argument, address);
		if (at == SIZE_MAX)
			return false;
		size_t end = at + address.len;
		bool begins = at && memchr("<: ", argument.at[at - 1], 3), ends = end == argument.len || memchr("> ", argument.at[end], 2);
		if (begins && ends)
			return true;
		argument = sc_str_from(argument, at + 1);
	}
	return false;
}

/* The verdict on the recipient of this RCPT command: the first that follows it with the address.  A refusal must be the one
 * that decided, since an address may be given twice.  NULL: there is none yet. */
static const struct sc_ev_delivery *verdict_of(const struct sc_kept *k)
{
	const struct sc_ev_exchange *x = k->ev->body;
	if (!sc_str_equal(x->verb, SC_STR("RCPT")) || !x->code)
		return NULL;
	for (k = k->next; k; k = k->next) {
		const struct sc_ev_delivery *d = k->ev->kind == SC_EVENT_delivery ? k->ev->body : NULL;
		bool here = d && d->phase && strcmp(d->phase, "rcpt") == 0 && d->code == x->code;
		if (d && names(x->argument, d->rcpt_to) && (x->code < 400 || here))
			return d;
	}
	return NULL;
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
	if (x && turn->side == SC_TURN_SERVER && turn->at != SC_TIME_NONE)
		line->verdict = verdict_of(turn->from);
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

void sc_ladder_make(struct ladder *l, const struct sc_seen *seen)
{
	l->count = l->used = 0;
	l->next_packet = 0;
	l->cut = false;
	if (l->level >= LEVEL_COMMANDS)
		sc_turns_tell(seen->first, sc_text_into(l->scratch, LADDER_SCRATCH), take_turn, l);
	put_packets(l, INT64_MAX);
	put_results(l, seen);
	if (l->cut)
		l->lines[l->count - 1].kind = LINE_NOTE;
}
