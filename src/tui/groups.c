/* groups.c - counts by key: failures by cause, phase, text ...; senders; domains; STARTTLS.  The numbers are the model's, the
 * same as in the report; `b` takes the next thing to group by, Enter opens what a number counts. */
#include "tui/groups.h"

#include "base/memory.h"
#include "explain/phrase.h"

#define PANE_ROWS 8

struct grouping {
	const char *word, *title; /* what it is called, the heading of the key */
	void (*fill)(const struct sc_failures *m, struct groups *g);
	enum sc_pick_by pick;
	bool failed;              /* the rows count what failed */
	bool sessions;            /* no recipients are counted: sessions are opened */
	const char *events;       /* what is counted, when it is neither; NULL */
	const struct sc_column *columns; /* NULL: those of the screen */
	const size_t *column_count;
};

struct group *sc_group_add(struct groups *g, sc_str key, sc_str label)
{
	if (g->used == GROUPS_SHOWN)
		return NULL;
	struct group *item = &g->items[g->used++];
	*item = (struct group){ .first = SC_TIME_NONE, .last = SC_TIME_NONE };
	key = sc_str_slice(key, 0, SC_TOP_KEY_OCTETS);
	label = sc_str_slice(label, 0, SC_TOP_LABEL_OCTETS);
	if (key.len)
		memcpy(item->octets, key.at, key.len);
	if (label.len)
		memcpy(item->octets + SC_TOP_KEY_OCTETS, label.at, label.len);
	item->key = (sc_str){ item->octets, key.len };
	item->label = (sc_str){ item->octets + SC_TOP_KEY_OCTETS, label.len };
	return item;
}

static void fill_top(const struct sc_top *top, enum sc_top_order order, struct groups *g)
{
	const struct sc_top_row *rows[GROUPS_SHOWN];
	size_t n = sc_top_sorted(top, order, rows, GROUPS_SHOWN);
	for (size_t i = 0; i < n; i++) {
		struct group *item = sc_group_add(g, sc_top_key(rows[i]), (sc_str){ rows[i]->label, rows[i]->label_len });
		if (!item)
			return;
		item->count = rows[i]->count;
		item->failed = rows[i]->failed;
		memcpy(item->outcomes, rows[i]->outcomes, sizeof(item->outcomes));
		item->first = rows[i]->first;
		item->last = rows[i]->last;
		item->first_failed = rows[i]->first_failed;
		item->code = rows[i]->code;
		item->cause = (enum sc_cause)rows[i]->cause;
	}
}

static void fill_causes(const struct sc_failures *m, struct groups *g)
{
	for (int i = 0; i < SC_CAUSES; i++) {
		uint64_t deferred = m->causes[i][0], rejected = m->causes[i][1];
		const struct sc_cause_facts *facts = sc_cause_facts((enum sc_cause)i);
		struct group *item = deferred + rejected ? sc_group_add(g, facts ? sc_str_of(facts->name) : SC_STR("-"),
							       sc_str_of(facts ? facts->family : NULL)) : NULL;
		if (!item)
			continue;
		item->count = item->failed = deferred + rejected;
		item->outcomes[SC_OUTCOME_deferred] = deferred;
		item->outcomes[SC_OUTCOME_rejected] = rejected;
		item->cause = (enum sc_cause)i;
	}
}

static void fill_phases(const struct sc_failures *m, struct groups *g)
{
	static const enum sc_outcome outcomes[SC_CLASSES] = { SC_OUTCOME_deferred, SC_OUTCOME_rejected, SC_OUTCOME_in_doubt,
		SC_OUTCOME_aborted };
	for (int i = 0; i < SC_PHASES; i++) {
		uint64_t all = 0;
		for (int c = 0; c < SC_CLASSES; c++)
			all += m->phases[i][c];
		const char *name = sc_phase_name((enum sc_phase)i);
		struct group *item = all ? sc_group_add(g, sc_str_of(name ? name : "-"), sc_str_of(sc_phase_meaning((enum sc_phase)i))) : NULL;
		if (!item)
			continue;
		item->count = item->failed = all;
		for (int c = 0; c < SC_CLASSES; c++)
			item->outcomes[outcomes[c]] += m->phases[i][c];
	}
}

/* What has no recipient: refusals by cause, breaks by phase. */
static void fill_others(const struct sc_failures *m, struct groups *g)
{
	for (int i = 0; i < SC_CAUSES; i++) {
		const char *name = sc_cause_name((enum sc_cause)i);
		struct group *item = m->other_causes[i] ? sc_group_add(g, sc_str_of(name ? name : "-"), SC_STR("refused")) : NULL;
		if (!item)
			continue;
		item->count = item->failed = m->other_causes[i];
		item->pick = SC_PICK_REFUSED;
	}
	for (int i = 0; i < SC_PHASES; i++) {
		const char *name = sc_phase_name((enum sc_phase)i);
		struct group *item = m->other_phases[i][2] ? sc_group_add(g, sc_str_of(name ? name : "-"), SC_STR("no reply came")) : NULL;
		if (!item)
			continue;
		item->count = item->failed = m->other_phases[i][2];
		item->pick = SC_PICK_BROKEN;
	}
}

#define FILL(name, member, order)                                        \
	static void fill_##name(const struct sc_failures *m, struct groups *g) \
	{                                                                      \
		fill_top(&m->member, order, g);                                \
	}
FILL(templates, templates, SC_TOP_BY_COUNT)
FILL(enhanced, enhanced, SC_TOP_BY_COUNT)
FILL(failed_domains, domains, SC_TOP_BY_FAILED)
FILL(failed_servers, servers, SC_TOP_BY_FAILED)
FILL(failed_senders, senders, SC_TOP_BY_FAILED)
FILL(lists, lists, SC_TOP_BY_COUNT)
FILL(clients, clients, SC_TOP_BY_COUNT)
FILL(senders, senders, SC_TOP_BY_COUNT)
FILL(auth_clients, auth_clients, SC_TOP_BY_COUNT)
FILL(auth_users, auth_users, SC_TOP_BY_COUNT)
FILL(domains, domains, SC_TOP_BY_COUNT)
FILL(servers, servers, SC_TOP_BY_COUNT)
FILL(starttls, starttls, SC_TOP_BY_COUNT)
FILL(versions, tls, SC_TOP_BY_COUNT)
FILL(handshakes, handshakes, SC_TOP_BY_COUNT)
FILL(software, software, SC_TOP_BY_COUNT)
#undef FILL

static const struct grouping of_failures[] = {
	{ "cause", "CAUSE", fill_causes, SC_PICK_CAUSE, true, false, NULL, NULL, NULL },
	{ "phase", "PHASE", fill_phases, SC_PICK_PHASE, true, false, NULL, NULL, NULL },
	{ "text", "WHAT THE SERVERS SAID", fill_templates, SC_PICK_TEMPLATE, true, false, NULL, NULL, NULL },
	{ "code", "ENHANCED CODE", fill_enhanced, SC_PICK_STATUS, true, false, NULL, NULL, NULL },
	{ "domain", "DOMAIN", fill_failed_domains, SC_PICK_DOMAIN, true, false, NULL, NULL, NULL },
	{ "server", "SERVER", fill_failed_servers, SC_PICK_SERVER, true, false, NULL, NULL, NULL },
	{ "sender", "SENDER", fill_failed_senders, SC_PICK_SENDER, true, false, NULL, NULL, NULL },
	{ "block list", "BLOCK LIST", fill_lists, SC_PICK_LIST, true, true, "refusal", NULL, NULL },
	{ "others", "WITHOUT A RECIPIENT", fill_others, SC_PICK_REFUSED, true, true, "failure", NULL, NULL },
};
static const struct grouping of_senders[] = {
	{ "suspicious", "WHO", sc_suspects_fill, SC_PICK_SUBJECT, false, false, NULL, sc_suspect_columns, &sc_suspect_column_count },
	{ "client", "CLIENT", fill_clients, SC_PICK_CLIENT, false, false, NULL, NULL, NULL },
	{ "sender", "SENDER", fill_senders, SC_PICK_SENDER, false, false, NULL, NULL, NULL },
	{ "login client", "LOGINS FROM", fill_auth_clients, SC_PICK_LOGIN_CLIENT, false, true, "login", NULL, NULL },
	{ "login user", "USER", fill_auth_users, SC_PICK_LOGIN_USER, false, true, "login", NULL, NULL },
};
static const struct grouping of_domains[] = {
	{ "domain", "DOMAIN", fill_domains, SC_PICK_DOMAIN, false, false, NULL, NULL, NULL },
	{ "server", "SERVER", fill_servers, SC_PICK_SERVER, false, false, NULL, NULL, NULL },
};
static const struct grouping of_tls[] = {
	{ "STARTTLS", "STARTTLS", fill_starttls, SC_PICK_STARTTLS, false, true, NULL, NULL, NULL },
	{ "version", "VERSION", fill_versions, SC_PICK_VERSION, false, true, NULL, NULL, NULL },
	{ "handshake", "HANDSHAKE", fill_handshakes, SC_PICK_HANDSHAKE, false, true, "handshake", NULL, NULL },
	{ "software", "SERVER SOFTWARE", fill_software, SC_PICK_SOFTWARE, false, true, NULL, NULL, NULL },
};

/* The groupings of a screen. */
static const struct grouping *groupings_of(const struct sc_view *v, size_t *count)
{
#define OF(view, rows) \
	if (v->cls == &view) { *count = sizeof(rows) / sizeof(rows[0]); return rows; }
	OF(sc_view_failures, of_failures)
	OF(sc_view_senders, of_senders)
	OF(sc_view_domains, of_domains)
#undef OF
	*count = sizeof(of_tls) / sizeof(of_tls[0]);
	return of_tls;
}

/* ---- cells ---- */

static const struct group *group_of(const void *row)
{
	return row;
}

static void put_key(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, group_of(row)->key);
}

static void put_label(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, group_of(row)->label);
	c->style = SC_STYLE_DIM;
}

static void put_count(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_page_grouped(&c->text, group_of(row)->count);
}

static void put_number(struct sc_cell *c, uint64_t n, enum sc_style style)
{
	c->style = n ? style : SC_STYLE_DIM;
	if (n)
		sc_page_grouped(&c->text, n);
	else
		sc_text_put(&c->text, '-');
}

#define OUTCOME_CELL(outcome)                                                                                \
	static void put_##outcome(struct sc_tui *t, const void *row, struct sc_cell *c)                      \
	{                                                                                                    \
		(void)t;                                                                                     \
		put_number(c, group_of(row)->outcomes[SC_OUTCOME_##outcome], sc_tui_style(SC_OUTCOME_##outcome)); \
	}
OUTCOME_CELL(accepted)
OUTCOME_CELL(deferred)
OUTCOME_CELL(rejected)
OUTCOME_CELL(in_doubt)
OUTCOME_CELL(aborted)
OUTCOME_CELL(unknown)
#undef OUTCOME_CELL

static void put_failed(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct group *g = row;
	(void)t;
	c->style = g->failed ? SC_STYLE_BAD : SC_STYLE_DIM;
	sc_page_share(&c->text, g->failed, g->count);
}

static void put_part(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_page_share(&c->text, group_of(row)->count, group_of(row)->of);
}

static void put_first(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	SC_CELL(text);
	sc_tui_clock(t, &text, group_of(row)->first, true);
	sc_text_add(&c->text, sc_str_slice(sc_str_from(sc_text_str(&text), text.len > 11 ? 11 : 0), 0, 8));
}

static void put_last(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	SC_CELL(text);
	sc_tui_clock(t, &text, group_of(row)->last, true);
	sc_text_add(&c->text, sc_str_slice(sc_str_from(sc_text_str(&text), text.len > 11 ? 11 : 0), 0, 8));
}

static int by_number(uint64_t x, uint64_t y)
{
	return x < y ? 1 : x > y ? -1 : 0;
}

static int by_count(const void *a, const void *b)
{
	return by_number(group_of(a)->count, group_of(b)->count);
}

static int by_failed(const void *a, const void *b)
{
	return by_number(group_of(a)->failed, group_of(b)->failed);
}

static int by_last(const void *a, const void *b)
{
	sc_time x = group_of(a)->last, y = group_of(b)->last;
	return x < y ? 1 : x > y ? -1 : 0;
}

static const struct sc_column columns[] = {
	{ "", "key", 26, 0, true,  false, put_key,      NULL,      NULL, NULL },
	{ "COUNT", "count", 8,  0, false, true,  put_count,    by_count,  NULL, NULL },
	{ "OK", "accepted", 7,  3, false, true,  put_accepted, NULL,      NULL, NULL },
	{ "DEFER", "deferred", 6,  0, false, true,  put_deferred, NULL,      NULL, NULL },
	{ "REJ", "rejected", 6,  0, false, true,  put_rejected, NULL,      NULL, NULL },
	{ "DOUBT", "in-doubt", 5,  2, false, true,  put_in_doubt, NULL,      NULL, NULL },
	{ "ABORT", "aborted", 5,  4, false, true,  put_aborted,  NULL,      NULL, NULL },
	{ "UNSEEN", "unknown", 6, 5, false, true,  put_unknown,  NULL,      NULL, NULL },
	{ "FAIL", "failed", 7,  1, false, true,  put_failed,   by_failed, NULL, NULL },
	{ "FIRST", "first", 8,  8, false, false, put_first,    NULL,      NULL, NULL },
	{ "LAST", "last", 8,  7, false, false, put_last,     by_last,   NULL, NULL },
	{ "ABOUT", "meaning", 16, 6, false, false, put_label,    NULL,      NULL, NULL },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Of what failed: there is nothing else in a row. */
static const struct sc_column failed_columns[] = {
	{ "", "key",      26, 0, true,  false, put_key,      NULL,      NULL, NULL },
	{ "COUNT", "count", 8, 0, false, true, put_count,    by_count,  NULL, NULL },
	{ "SHARE", "share", 7, 1, false, true, put_part,     by_count,  NULL, NULL },
	{ "DEFER", "deferred", 6, 0, false, true, put_deferred, NULL,   NULL, NULL },
	{ "REJ", "rejected", 6, 0, false, true, put_rejected, NULL,     NULL, NULL },
	{ "DOUBT", "in-doubt", 5, 2, false, true, put_in_doubt, NULL,   NULL, NULL },
	{ "ABORT", "aborted", 5, 4, false, true, put_aborted, NULL,     NULL, NULL },
	{ "FIRST", "first", 8, 8, false, false, put_first,   NULL,      NULL, NULL },
	{ "LAST", "last", 8, 7, false, false, put_last,      by_last,   NULL, NULL },
	{ "ABOUT", "meaning", 16, 6, false, false, put_label,    NULL,      NULL, NULL },
};

/* Of sessions. */
static const struct sc_column session_columns[] = {
	{ "", "key",      26, 0, true,  false, put_key,      NULL,      NULL, NULL },
	{ "SESSIONS", "count", 10, 0, false, true, put_count, by_count, NULL, NULL },
	{ "SHARE", "share", 8, 0, false, true, put_part,     by_count,  NULL, NULL },
	{ "FIRST", "first", 8, 8, false, false, put_first,   NULL,      NULL, NULL },
	{ "LAST", "last", 8, 7, false, false, put_last,      by_last,   NULL, NULL },
};

/* ---- the view ---- */

static void use_columns(struct sc_tui *t, struct groups *g, const struct grouping *by)
{
#define USE(rows) sc_grid_use(t, &g->table, rows, sizeof(rows) / sizeof(rows[0]), 1)
	if (by->columns != g->columns)
		g->table.columns = NULL; /* sorted and hidden as was chosen, as far as the columns have the same names */
	g->columns = by->columns;
	if (by->columns)
		sc_grid_use(t, &g->table, by->columns, *by->column_count, 0);
	else if (g->table.view.cls == &sc_view_failures)
		USE(failed_columns);
	else if (g->table.view.cls == &sc_view_tls)
		USE(session_columns);
	else
		USE(columns);
#undef USE
}

static bool open_groups(struct sc_tui *t, struct groups *g, const struct grouping *all)
{
	if (!g->items)
		g->items = sc_memory_take(GROUPS_SHOWN * sizeof(*g->items));
	if (!g->chosen && all[0].columns) /* suspects first, where there are any */
		g->by = sc_tui_model(t)->suspects.count ? 0 : 1;
	use_columns(t, g, &all[g->by]);
	return g->items != NULL;
}

static void make_title(struct groups *g, const struct grouping *all, size_t count)
{
	struct sc_text title = sc_text_into(g->table.view.title, sizeof(g->table.view.title) - 1);
	sc_text_adds(&title, "by ");
	for (size_t i = 0; i < count; i++) {
		sc_text_adds(&title, i == g->by ? "[" : " ");
		sc_text_adds(&title, all[i].word);
		sc_text_adds(&title, i == g->by ? "]" : " ");
	}
	g->table.view.title[title.len] = '\0';
}

/* Rows of everything, told as what failed of it; when the last of those was is not kept. */
static void only_failed(struct groups *g)
{
	for (size_t i = 0; i < g->used; i++) {
		struct group *item = &g->items[i];
		if (item->failed == item->count)
			continue;
		item->count = item->failed;
		item->first = item->first_failed;
		item->last = SC_TIME_NONE;
	}
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct groups *g = (struct groups *)v;
	size_t count;
	const struct grouping *all = groupings_of(v, &count);
	if (!open_groups(t, g, all))
		return true;
	g->used = 0;
	all[g->by].fill(sc_tui_model(t), g);
	if (all[g->by].failed)
		only_failed(g);
	uint64_t sum = 0;
	for (size_t i = 0; i < g->used; i++)
		sum += g->items[i].count;
	sc_grid_begin(&g->table);
	for (size_t i = 0; i < g->used; i++) {
		g->items[i].of = sum;
		const struct sc_suspect *suspect = g->items[i].kind ? sc_suspect_of(sc_tui_model(t), &g->items[i]) : NULL;
		g->items[i].known = suspect && sc_acks_suspect(&t->acks, suspect);
		uint64_t id = 14695981039346656037u;
		for (size_t k = 0; k < g->items[i].key.len; k++)
			id = (id ^ (unsigned char)g->items[i].key.at[k]) * 1099511628211u;
		sc_grid_add(&g->table, &g->items[i], id);
	}
	sc_grid_end(t, &g->table);
	make_title(g, all, count);
	return true;
}

static bool explained(sc_str word)
{
	char octets[SC_PHRASE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	return sc_phrase_explain(word, &text);
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct groups *g = (struct groups *)v;
	size_t count;
	const struct grouping *all = groupings_of(v, &count);
	const struct group *item = sc_grid_item(&g->table);
	bool suspects = all[g->by].pick == SC_PICK_SUBJECT;
	bool pane = !t->pane_off && item && area.rows >= 16 && (suspects || explained(item->key));
	struct sc_area upper = { area.row, area.column, area.rows - (pane ? PANE_ROWS : 0), area.columns };
	sc_grid_draw(t, &g->table, upper);
	if (pane && suspects)
		sc_suspects_pane(t, item, (struct sc_area){ area.row + upper.rows, 0, PANE_ROWS, area.columns });
	else if (pane)
		sc_tui_explained(t, item->key, (struct sc_area){ area.row + upper.rows, 0, PANE_ROWS, area.columns });
	if (!all[g->by].columns)
		sc_term_put(&t->term, area.row, 1, 26, sc_str_of(all[g->by].title), SC_STYLE_TITLE, false);
	if (!g->table.count)
		sc_term_put(&t->term, area.row + 2, 3, area.columns - 4, all[g->by].failed ? SC_STR("nothing failed") :
			    SC_STR("nothing to count yet"), SC_STYLE_DIM, false);
}

static void open_group(struct sc_tui *t, const struct grouping *by, const struct group *item)
{
	if (by->pick == SC_PICK_SUBJECT)
		sc_findings_open(t, by->pick, item->key);
	else if (by->sessions)
		sc_sessions_open(t, item->pick ? item->pick : by->pick, item->key, by->events);
	else
		sc_recipients_open(t, by->pick, item->key, by->failed);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct groups *g = (struct groups *)v;
	size_t count;
	const struct grouping *all = groupings_of(v, &count);
	const struct group *item = sc_grid_item(&g->table);
	if (command == SC_DO_group) {
		g->by = (g->by + 1) % count;
		g->chosen = true;
		g->table.at = g->table.top = 0;
		v->generation = 0;
		return true;
	}
	if (item && command == SC_DO_open) {
		open_group(t, &all[g->by], item);
		return true;
	}
	if (item && item->kind && command == SC_DO_known) {
		const struct sc_suspect *suspect = sc_suspect_of(sc_tui_model(t), item);
		if (suspect)
			sc_known_suspect(t, suspect);
		return true;
	}
	if (item && command == SC_DO_explain) {
		sc_explain_open(t, item->key);
		return true;
	}
	return sc_grid_key(t, &g->table, command);
}

static void close_groups(struct sc_view *v)
{
	sc_memory_give(((struct groups *)v)->items);
	sc_grid_close(v);
}

#define VIEW(view, title, short, more)                                                                                           \
	const struct sc_view_class view = { .name = title, .brief = short, .size = sizeof(struct groups),                            \
		.keys = SC_DO(group) | SC_DO(sort) | SC_DO(columns) | SC_DO(explain) | (more), .collect = collect, .draw = draw, .key = key,   \
		.click = sc_grid_click, .lines = &sc_grid_lines, .close = close_groups }
VIEW(sc_view_failures, "Failures", "Fails", 0);
VIEW(sc_view_senders, "Senders", "Senders", SC_DO(known));
VIEW(sc_view_domains, "Domains", "Domains", 0);
VIEW(sc_view_tls, "TLS", "TLS", 0);
#undef VIEW
