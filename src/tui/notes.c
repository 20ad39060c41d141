/* notes.c - events that are remarks, one a row: findings with diagnoses, and messages. */
#include "tui/grid.h"

#include "output/value.h"

#define PANE_ROWS 6

struct notes {
	struct sc_grid table;
	struct sc_pick pick;  /* SC_PICK_ALL: all of the screen's kinds */
};

static const struct sc_event *event_of(const void *row)
{
	return ((const struct sc_kept *)row)->ev;
}

static const struct sc_ev_finding *finding_of(const void *row)
{
	return event_of(row)->kind == SC_EVENT_finding ? event_of(row)->body : NULL;
}

static const struct sc_ev_diagnosis *diagnosis_of(const void *row)
{
	return event_of(row)->kind == SC_EVENT_diagnosis ? event_of(row)->body : NULL;
}

static const char *severity_of(const void *row)
{
	return finding_of(row) ? finding_of(row)->severity : diagnosis_of(row)->severity;
}

static bool known(const struct sc_tui *t, const struct sc_event *ev)
{
	return ev->kind == SC_EVENT_finding && sc_acks_finding(&t->acks, ev->body);
}

static void put_severity(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const char *s = severity_of(row);
	bool grave = s && (strcmp(s, "error") == 0 || strcmp(s, "high") == 0 || strcmp(s, "critical") == 0);
	bool slight = !s || strcmp(s, "info") == 0 || known(t, event_of(row));
	c->style = slight ? SC_STYLE_DIM : grave ? SC_STYLE_ALERT : SC_STYLE_WAIT;
	sc_text_adds(&c->text, s);
}

static void put_time(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	sc_tui_clock(t, &c->text, event_of(row)->when, false);
}

static void put_word(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_adds(&c->text, finding_of(row) ? finding_of(row)->detector : diagnosis_of(row)->diagnosis);
}

static void put_text(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, finding_of(row) ? finding_of(row)->text : diagnosis_of(row)->text);
}

static void put_parties(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_ev_head *head = event_of(row)->head;
	(void)t;
	if (!head)
		return;
	sc_text_ip(&c->text, &head->client.ip);
	sc_text_adds(&c->text, " > ");
	sc_value_endpoint(&c->text, &head->server);
}

static int by_time(const void *a, const void *b)
{
	sc_time x = event_of(a)->when, y = event_of(b)->when;
	return x < y ? -1 : x > y;
}

static int by_severity(const void *a, const void *b)
{
	static const char *const order[] = { "critical", "error", "high", "medium", "warn", "low", "info" };
	int x = 0, y = 0;
	for (int i = 0; i < 7; i++) {
		x = severity_of(a) && strcmp(severity_of(a), order[i]) == 0 ? i : x;
		y = severity_of(b) && strcmp(severity_of(b), order[i]) == 0 ? i : y;
	}
	return x - y;
}

static const struct sc_column finding_columns[] = {
	{ "TIME", "time", 12, 0, false, false, put_time,     by_time,     NULL, NULL },
	{ "SEVERITY", "severity", 9,  0, false, false, put_severity, by_severity, NULL, NULL },
	{ "WHAT", "what", 20, 0, false, false, put_word,     NULL,        NULL, NULL },
	{ "SEEN", "seen", 24, 0, true,  false, put_text,     NULL,        NULL, NULL },
	{ "BETWEEN", "between", 34, 3, false, false, put_parties,  NULL,        NULL, NULL },
};

/* ---- messages ---- */

static const struct sc_ev_message *message_of(const void *row)
{
	return event_of(row)->body;
}

static void put_subject(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, message_of(row)->subject.at ? message_of(row)->subject : SC_STR("-"));
}

static void put_from(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, message_of(row)->from.at ? message_of(row)->from : SC_STR("-"));
}

static void put_id(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, message_of(row)->message_id.at ? message_of(row)->message_id : SC_STR("-"));
}

static void put_parts(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_number(&c->text, message_of(row)->parts.count);
}

/* What the transaction that brought it came to; its event follows that of the message. */
static void put_outcome(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_ev_transaction *tx = NULL;
	for (const struct sc_kept *k = row; k && !tx; k = k->next)
		if (k->ev->kind == SC_EVENT_transaction && ((const struct sc_ev_transaction *)k->ev->body)->n == message_of(row)->n)
			tx = k->ev->body;
	bool mixed = tx && tx->outcome && strcmp(tx->outcome, "partial") == 0;
	(void)t;
	c->style = !tx ? SC_STYLE_DIM : mixed ? SC_STYLE_WAIT : sc_tui_style(sc_outcome_of(tx->outcome));
	sc_text_adds(&c->text, tx && tx->outcome ? tx->outcome : "-");
}

static sc_str id_value(const void *row)
{
	return message_of(row)->message_id;
}

static sc_str subject_value(const void *row)
{
	return message_of(row)->subject;
}

static const struct sc_column message_columns[] = {
	{ "TIME", "time", 12, 2, false, false, put_time,    by_time, NULL,         NULL },
	{ "FROM", "from", 24, 0, false, false, put_from,    NULL,    NULL,         NULL },
	{ "SUBJECT", "subject", 20, 0, true,  false, put_subject, NULL,    "subject",    subject_value },
	{ "MESSAGE-ID", "id", 28, 3, false, false, put_id,      NULL,    "message_id", id_value },
	{ "OUTCOME", "outcome", 9, 1, false, false, put_outcome, NULL,    NULL,         NULL },
	{ "PARTS", "parts", 5,  4, false, true,  put_parts,   NULL,    NULL,         NULL },
};

/* ---- the views ---- */

static sc_time moment(const void *row)
{
	return event_of(row)->when;
}

static bool belongs(const struct notes *n, const struct sc_event *ev)
{
	if (n->table.view.cls == &sc_view_messages)
		return ev->kind == SC_EVENT_message;
	if (n->pick.by != SC_PICK_ALL)
		return sc_pick_takes(&n->pick, ev);
	return ev->kind == SC_EVENT_finding || ev->kind == SC_EVENT_diagnosis;
}

/* What is acknowledged is left out where all findings are, and shown where a number counts it. */
static void add_notes(struct sc_tui *t, struct sc_grid *table, struct sc_seen *seen)
{
	struct notes *n = (struct notes *)table;
	for (const struct sc_kept *k = seen ? seen->first : t->store.loose_first; k; k = k->next) {
		if (!belongs(n, k->ev) || !sc_tui_inside(t, k->ev->when))
			continue;
		if (n->pick.by == SC_PICK_ALL && known(t, k->ev))
			table->work.sum++;
		else
			sc_grid_add(table, k, (uint64_t)(uintptr_t)k);
	}
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct sc_grid *table = (struct sc_grid *)v;
	bool messages = v->cls == &sc_view_messages;
	if (messages)
		sc_grid_use(t, table, message_columns, sizeof(message_columns) / sizeof(message_columns[0]), 0);
	else
		sc_grid_use(t, table, finding_columns, sizeof(finding_columns) / sizeof(finding_columns[0]), 0);
	table->moment = moment;
	bool whole = sc_grid_gather(t, table, add_notes);
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	const struct sc_pick *pick = &((const struct notes *)v)->pick;
	sc_page_grouped(&title, table->count);
	sc_text_adds(&title, messages ? " messages that could be read" : pick->key_len ? " times: " : " findings and diagnoses");
	sc_text_visible(&title, (sc_str){ pick->key, pick->key_len });
	if (table->sum) {
		sc_text_adds(&title, "; acknowledged, left out: ");
		sc_page_grouped(&title, table->sum);
	}
	v->title[title.len] = '\0';
	return whole;
}

/* All of its text, and what to do. */
static void put_pane(struct sc_tui *t, const void *row, struct sc_area area)
{
	SC_CELL(text);
	SC_CELL(advice);
	sc_text_visible(&text, finding_of(row) ? finding_of(row)->text : diagnosis_of(row)->text);
	if (diagnosis_of(row))
		sc_text_visible(&advice, diagnosis_of(row)->advice);
	sc_term_line(&t->term, area.row, 0, area.columns);
	struct sc_area inner = { area.row + 1, 1, area.rows - 1, area.columns - 2 };
	int next = sc_tui_wrapped(t, sc_text_str(&text), inner, SC_STYLE_HEAD);
	inner.rows -= next - inner.row;
	inner.row = next;
	sc_tui_wrapped(t, sc_text_str(&advice), inner, SC_STYLE_PLAIN);
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct sc_grid *table = (struct sc_grid *)v;
	const void *row = sc_grid_item(table);
	bool pane = row && !t->pane_off && area.rows >= 14 && v->cls == &sc_view_findings;
	struct sc_area upper = { area.row, area.column, area.rows - (pane ? PANE_ROWS : 0), area.columns };
	sc_grid_draw(t, table, upper);
	if (pane)
		put_pane(t, sc_grid_item(table), (struct sc_area){ area.row + upper.rows, 0, PANE_ROWS, area.columns });
	if (!table->count)
		sc_term_put(&t->term, area.row + 2, 3, area.columns - 4, v->cls == &sc_view_messages ?
			    SC_STR("no message was read") : SC_STR("nothing was found"), SC_STYLE_DIM, false);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct sc_grid *table = (struct sc_grid *)v;
	const void *row = sc_grid_item(table);
	if (sc_grid_key(t, table, command))
		return true;
	const struct sc_ev_head *head = row ? event_of(row)->head : NULL;
	struct sc_seen *seen = head ? sc_store_find(&t->store, head->session) : NULL;
	if (seen && sc_hand_key(t, seen, command))
		return true;
	if (row && command == SC_DO_open) {
		if (event_of(row)->kind == SC_EVENT_message)
			sc_message_page_open(t, event_of(row));
		else if (event_of(row)->head)
			sc_ladder_open(t, event_of(row)->head->session);
		else
			sc_tui_say(t, "this finding is not about one session");
		return true;
	}
	if (row && finding_of(row) && command == SC_DO_known) {
		sc_known_finding(t, finding_of(row));
		return true;
	}
	if (row && command == SC_DO_inspect) {
		sc_event_open(t, event_of(row));
		return true;
	}
	if (row && command == SC_DO_explain && v->cls == &sc_view_findings) {
		sc_explain_open(t, sc_str_of(finding_of(row) ? finding_of(row)->detector : diagnosis_of(row)->diagnosis));
		return true;
	}
	return false;
}

const struct sc_view_class sc_view_findings = { .name = "Findings", .brief = "Finds", .size = sizeof(struct notes),
	.keys = SC_DO(inspect) | SC_DO(sort) | SC_DO(columns) | SC_DO(explain) | SC_DO(copy) | SC_DO(known), .collect = collect, .draw = draw, .key = key, .click = sc_grid_click, .lines = &sc_grid_lines, .close = sc_grid_close };
const struct sc_view_class sc_view_messages = { .name = "Messages", .brief = "Msgs", .size = sizeof(struct notes),
	.keys = SC_DO(inspect) | SC_DO(sort) | SC_DO(columns) | SC_DO(only) | SC_DO(without) | SC_DO(legs) | SC_DO(save) | SC_DO(copy), .collect = collect, .draw = draw, .key = key, .click = sc_grid_click, .lines = &sc_grid_lines, .close = sc_grid_close };

void sc_findings_open(struct sc_tui *t, enum sc_pick_by by, sc_str key)
{
	struct notes *n = (struct notes *)sc_tui_push(t, &sc_view_findings);
	if (n)
		sc_pick_set(&n->pick, by, key, false);
}
