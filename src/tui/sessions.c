/* sessions.c - the list of sessions, and below it what became of the one under the cursor. */
#include "tui/grid.h"

#include "explain/causes.h"
#include "output/value.h"

#define PANE_ROWS 6 /* a rule, what became of it, what was said in two, what to do, where it is */

struct sessions {
	struct sc_grid table;
	struct sc_pick pick;  /* SC_PICK_ALL: every one, ended or not */
	const char *events;   /* what the number counts, when it is no sessions */
};

static const struct sc_seen *seen_of(const void *row)
{
	return row;
}

/* ---- cells ---- */

static void put_sign(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_seen *s = row;
	enum sc_outcome outcome = sc_seen_outcome(s);
	bool broken = outcome == SC_OUTCOMES && s->worst;
	c->style = broken ? SC_STYLE_BAD : sc_tui_style(outcome);
	if (s->marked)
		sc_text_adds(&c->text, sc_term_sign(&t->term, SC_SIGN_MARK));
	sc_text_adds(&c->text, broken ? sc_term_sign(&t->term, SC_SIGN_REJECTED) : sc_tui_sign(t, outcome));
	if (s->findings || s->weight == SC_WEIGHT_FINDING)
		sc_text_adds(&c->text, sc_term_sign(&t->term, SC_SIGN_FINDING));
}

static void put_time(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	sc_tui_clock(t, &c->text, seen_of(row)->start, false);
}

static void put_client(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_ip(&c->text, &seen_of(row)->client.ip);
}

static void put_server(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_value_endpoint(&c->text, &seen_of(row)->server);
}

static void put_tls(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_seen *s = row;
	const char *word = s->tls ? s->tls->version : s->session ? s->session->tls.version : NULL;
	(void)t;
	if (word && strncmp(word, "TLSv", 4) == 0)
		word += 4;
	if (!word && s->session && s->session->starttls)
		word = strcmp(s->session->starttls, "established") == 0 || strcmp(s->session->starttls, "implicit") == 0 ? "yes" :
			strcmp(s->session->starttls, "handshake_failed") == 0 ? "failed" : NULL;
	sc_text_adds(&c->text, word ? word : "-");
}

static void put_auth(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_seen *s = row;
	bool failed = s->auth && s->auth->outcome && strcmp(s->auth->outcome, "ok") != 0;
	(void)t;
	c->style = failed ? SC_STYLE_BAD : SC_STYLE_PLAIN;
	sc_text_adds(&c->text, s->auth ? s->auth->outcome : "-");
}

static void put_from(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_seen *s = row;
	(void)t;
	if (!s->transaction || !s->transaction->mail_from.at)
		sc_text_adds(&c->text, s->session && s->session->starttls && !s->transaction &&
			(sc_str_starts(sc_str_of(s->session->starttls), SC_STR("establ")) ||
			 sc_str_starts(sc_str_of(s->session->starttls), SC_STR("implicit"))) ? "(encrypted)" : "-");
	else if (!s->transaction->mail_from.len)
		sc_text_adds(&c->text, "<>");
	else
		sc_text_visible(&c->text, s->transaction->mail_from);
}

static void put_recipients(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_seen *s = row;
	c->style = sc_tui_style(sc_seen_outcome(s));
	for (int i = 0; i < SC_OUTCOMES; i++) {
		if (!s->outcomes[i])
			continue;
		sc_text_adds(&c->text, c->text.len ? " " : "");
		sc_text_number(&c->text, s->outcomes[i]);
		sc_text_adds(&c->text, sc_tui_sign(t, (enum sc_outcome)i));
	}
	sc_text_adds(&c->text, c->text.len ? "" : "-");
}

static void put_size(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	if (seen_of(row)->size)
		sc_tui_octets(&c->text, seen_of(row)->size);
	else
		sc_text_put(&c->text, '-');
}

static void put_duration(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	sc_time d = seen_of(row)->end - seen_of(row)->start;
	(void)t;
	sc_text_number(&c->text, (uint64_t)(d / SC_SECOND));
	sc_text_put(&c->text, '.');
	sc_text_number(&c->text, (uint64_t)(d / (100 * SC_MS) % 10));
	sc_text_adds(&c->text, " s");
}

static void put_why(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_event *ev = seen_of(row)->worst;
	const struct sc_ev_diagnosis *d = seen_of(row)->diagnosis;
	const char *cause = NULL;
	(void)t;
	if (ev && ev->kind == SC_EVENT_delivery)
		cause = ((const struct sc_ev_delivery *)ev->body)->cause;
	if (ev && ev->kind == SC_EVENT_failure)
		cause = ((const struct sc_ev_failure *)ev->body)->cause;
	if (ev && ev->kind == SC_EVENT_auth)
		cause = "auth_failed";
	if (!cause && d && d->severity && strcmp(d->severity, "info") != 0)
		cause = d->diagnosis;
	sc_text_adds(&c->text, cause);
}

/* ---- order, values ---- */

static int by_time(const void *a, const void *b)
{
	const struct sc_seen *x = a, *y = b;
	return x->start != y->start ? (x->start < y->start ? -1 : 1) : x->order < y->order ? -1 : x->order > y->order;
}

static int by_ip(const struct sc_ip *x, const struct sc_ip *y)
{
	return x->version != y->version ? (int)x->version - (int)y->version : memcmp(x->octets, y->octets, 16);
}

static int by_client(const void *a, const void *b)
{
	return by_ip(&seen_of(a)->client.ip, &seen_of(b)->client.ip);
}

static int by_server(const void *a, const void *b)
{
	return by_ip(&seen_of(a)->server.ip, &seen_of(b)->server.ip);
}

static int by_outcome(const void *a, const void *b)
{
	return (int)sc_seen_gravity(a) - (int)sc_seen_gravity(b);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = seen_of(a)->size, y = seen_of(b)->size;
	return x < y ? 1 : x > y ? -1 : 0;
}

static int by_duration(const void *a, const void *b)
{
	sc_time x = seen_of(a)->end - seen_of(a)->start, y = seen_of(b)->end - seen_of(b)->start;
	return x < y ? 1 : x > y ? -1 : 0;
}

static sc_str ip_value(const struct sc_ip *ip)
{
	static char octets[64];
	struct sc_text t = sc_text_into(octets, sizeof(octets));
	sc_text_ip(&t, ip);
	return sc_text_str(&t);
}

static sc_str client_value(const void *row)
{
	return ip_value(&seen_of(row)->client.ip);
}

static sc_str server_value(const void *row)
{
	return ip_value(&seen_of(row)->server.ip);
}

static sc_str from_value(const void *row)
{
	return seen_of(row)->transaction ? seen_of(row)->transaction->mail_from : SC_STR_NONE;
}

static sc_str outcome_value(const void *row)
{
	enum sc_outcome outcome = sc_seen_outcome(row);
	return outcome < SC_OUTCOMES ? sc_str_of(sc_outcome_name(outcome)) : SC_STR_NONE;
}

static sc_str why_value(const void *row)
{
	const struct sc_event *ev = seen_of(row)->worst;
	if (ev && ev->kind == SC_EVENT_delivery)
		return sc_str_of(((const struct sc_ev_delivery *)ev->body)->cause);
	return SC_STR_NONE;
}

static const struct sc_column columns[] = {
	{ "", "sign", 3,  0, false, false, put_sign,       by_outcome,  "outcome",   outcome_value },
	{ "TIME", "time", 12, 0, false, false, put_time,       by_time,     NULL,        NULL },
	{ "CLIENT", "client", 15, 0, false, false, put_client,     by_client,   "client.ip", client_value },
	{ "SERVER", "server", 18, 0, false, false, put_server,     by_server,   "server.ip", server_value },
	{ "TLS", "tls", 6,  6, false, false, put_tls,        NULL,        NULL,        NULL },
	{ "AUTH", "auth", 7,  7, false, false, put_auth,       NULL,        NULL,        NULL },
	{ "FROM", "from", 14, 0, true,  false, put_from,       NULL,        "mail_from", from_value },
	{ "RCPT", "recipients", 9,  0, false, false, put_recipients, NULL,        NULL,        NULL },
	{ "WHY", "why", 14, 3, false, false, put_why,        NULL,        "cause",     why_value },
	{ "SIZE", "size", 7,  5, false, true,  put_size,       by_size,     NULL,        NULL },
	{ "DUR", "duration", 8,  4, false, true,  put_duration,   by_duration, NULL,        NULL },
};

/* ---- the view ---- */

static sc_time moment(const void *row)
{
	return seen_of(row)->start;
}

/* Events of the session that the number counts. */
static uint64_t taken(const struct sc_tui *t, const struct sc_pick *pick, const struct sc_seen *seen)
{
	uint64_t n = 0;
	for (const struct sc_kept *k = seen->first; k; k = k->next)
		n += sc_tui_inside(t, k->ev->when) && sc_pick_takes(pick, k->ev);
	return n;
}

static void add_session(struct sc_tui *t, struct sc_grid *table, struct sc_seen *seen)
{
	const struct sc_pick *pick = &((const struct sessions *)table)->pick;
	uint64_t n = !seen ? 0 : pick->by == SC_PICK_ALL ? 1 : taken(t, pick, seen);
	table->work.sum += n;
	if (n)
		sc_grid_add(table, seen, seen->id);
}

static void put_count(const struct sc_tui *t, const struct sessions *s, struct sc_text *title)
{
	if (s->events) {
		sc_page_grouped(title, s->table.sum);
		sc_text_put(title, ' ');
		sc_text_adds(title, s->events);
		sc_text_adds(title, s->table.sum == 1 ? " in " : "s in ");
	}
	sc_page_grouped(title, s->table.count);
	if (s->pick.by == SC_PICK_ALL) {
		sc_text_adds(title, " of ");
		sc_page_grouped(title, t->store.sessions);
		sc_text_adds(title, " sessions");
		return;
	}
	sc_text_adds(title, s->table.count == 1 ? " session: " : " sessions: ");
	sc_text_visible(title, (sc_str){ s->pick.key, s->pick.key_len });
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct sc_grid *table = (struct sc_grid *)v;
	sc_grid_use(t, table, columns, sizeof(columns) / sizeof(columns[0]), 1);
	table->moment = moment;
	bool whole = sc_grid_gather(t, table, add_session);
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	put_count(t, (const struct sessions *)v, &title);
	v->title[title.len] = '\0';
	return whole;
}

/* What stands for the session: its worst reply, and what that means. */
struct summary {
	const char *phase, *cause, *outcome;
	uint16_t code;
	sc_str text;
};

static struct summary summary_of(const struct sc_event *ev)
{
	if (ev->kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *d = ev->body;
		return (struct summary){ d->phase, d->cause, d->outcome, d->code, d->text };
	}
	if (ev->kind == SC_EVENT_failure) {
		const struct sc_ev_failure *f = ev->body;
		return (struct summary){ f->phase, f->cause, NULL, f->code, f->text };
	}
	const struct sc_ev_auth *a = ev->body;
	return (struct summary){ "auth", "auth_failed", a->outcome, a->code, a->text };
}

static void put_summary(struct sc_tui *t, const struct summary *s, const struct sc_ev_diagnosis *d, int row)
{
	SC_CELL(text);
	sc_text_adds(&text, s->outcome ? s->outcome : "broken off");
	sc_text_adds(&text, " at ");
	sc_text_adds(&text, s->phase);
	sc_text_adds(&text, s->cause ? ": " : "");
	sc_text_adds(&text, s->cause);
	sc_term_put(&t->term, row, 1, t->term.columns - 2, sc_text_str(&text), SC_STYLE_HEAD, false);
	text.len = 0;
	if (s->code) {
		sc_text_number(&text, s->code);
		sc_text_put(&text, ' ');
	}
	sc_text_visible(&text, s->text.len || !d ? s->text : d->text);
	sc_tui_wrapped(t, sc_text_str(&text), (struct sc_area){ row + 1, 1, 2, t->term.columns - 2 }, SC_STYLE_BAD);
	const struct sc_cause_facts *facts = sc_cause_facts(sc_cause_of(sc_str_of(s->cause)));
	sc_str advice = facts ? sc_str_of(facts->advice) : d && !s->text.len ? d->advice : SC_STR_NONE;
	sc_term_put(&t->term, row + 3, 1, t->term.columns - 2, advice, SC_STYLE_PLAIN, false);
}

static void put_pane(struct sc_tui *t, const struct sc_seen *s, int row)
{
	SC_CELL(text);
	sc_term_line(&t->term, row, 0, t->term.columns);
	if (s->worst) {
		struct summary summary = summary_of(s->worst);
		put_summary(t, &summary, s->diagnosis, row + 1);
	} else {
		sc_term_put(&t->term, row + 1, 1, t->term.columns - 2, SC_STR("nothing was refused"), SC_STYLE_GOOD, false);
		if (s->diagnosis)
			sc_tui_wrapped(t, s->diagnosis->text, (struct sc_area){ row + 2, 1, 2, t->term.columns - 2 }, SC_STYLE_PLAIN);
	}
	if (s->session && s->session->helo.name.at) {
		sc_text_adds(&text, "helo ");
		sc_text_visible(&text, s->session->helo.name);
		sc_text_adds(&text, "   ");
	}
	sc_text_adds(&text, "session ");
	sc_value_id(&text, s->id);
	sc_text_adds(&text, "   packets ");
	sc_text_number(&text, s->frames.first);
	sc_text_put(&text, '-');
	sc_text_number(&text, s->frames.last);
	if (s->session && s->session->end_by) {
		sc_text_adds(&text, "   ended by ");
		sc_text_adds(&text, s->session->end_by);
	}
	sc_term_put(&t->term, row + PANE_ROWS - 1, 1, t->term.columns - 2, sc_text_str(&text), SC_STYLE_DIM, false);
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct sc_grid *table = (struct sc_grid *)v;
	const struct sc_seen *s = sc_grid_item(table);
	bool pane = s && !t->pane_off && area.rows > PANE_ROWS + 4;
	struct sc_area upper = { area.row, area.column, area.rows - (pane ? PANE_ROWS : 0), area.columns };
	sc_grid_draw(t, table, upper);
	s = sc_grid_item(table);
	if (pane && s)
		put_pane(t, s, area.row + upper.rows);
	if (!table->count)
		sc_term_put(&t->term, area.row + 2, 3, area.columns - 4, t->where ? SC_STR("no session matches; \\ clears the filter") :
			    SC_STR("no mail session yet"), SC_STYLE_DIM, false);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct sc_grid *table = (struct sc_grid *)v;
	struct sc_seen *s = (struct sc_seen *)(uintptr_t)sc_grid_item(table);
	if (sc_grid_key(t, table, command))
		return true;
	if (!s)
		return false;
	if (sc_hand_key(t, s, command))
		return true;
	switch (command) {
	case SC_DO_open:
		sc_ladder_open(t, s->id);
		return true;
	case SC_DO_mark:
		s->marked = !s->marked;
		sc_grid_key(t, table, SC_DO_down);
		return true;
	case SC_DO_unmark:
		for (s = sc_store_next(&t->store, NULL); s; s = sc_store_next(&t->store, s))
			s->marked = false;
		return true;
	case SC_DO_explain:
		sc_explain_open(t, why_value(s));
		return true;
	default:
		return false;
	}
}

const struct sc_view_class sc_view_sessions = { .name = "Sessions", .brief = "Sessions", .size = sizeof(struct sessions),
	.keys = SC_DO(mark) | SC_DO(only) | SC_DO(without) | SC_DO(sort) | SC_DO(columns) | SC_DO(explain) | SC_DO(save) | SC_DO(copy),
	.collect = collect, .draw = draw, .key = key, .click = sc_grid_click, .lines = &sc_grid_lines, .close = sc_grid_close };

void sc_sessions_open(struct sc_tui *t, enum sc_pick_by by, sc_str key, const char *events)
{
	struct sessions *s = (struct sessions *)sc_tui_push(t, &sc_view_sessions);
	if (!s)
		return;
	sc_pick_set(&s->pick, by, key, false);
	s->events = events;
}
