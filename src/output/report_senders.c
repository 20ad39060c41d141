/* report_senders.c - the tables of suspicious senders: who, by score, what they did, and how they speak; see report_parts.h.
 *
 * Nothing is written here: cells borrow from the model, and hold until the visitor returns. */
#include "base/text.h"
#include "output/report_parts.h"

enum { MOST_SUSPECTS = 512 };

/* "recipient_harvest, auth_guessing": in the order of their points. */
static sc_str rules_of(const struct sc_suspect *row, char *room, size_t size)
{
	struct sc_text t = sc_text_into(room, size);
	for (uint32_t i = 0; i < row->rule_count; i++) {
		sc_text_adds(&t, i ? ", " : "");
		sc_text_adds(&t, row->rules[i].detector);
	}
	return sc_text_str(&t);
}

/* "n0.example.com and 15 or more others" */
static void put_names(struct sc_text *t, const char *what, const struct sc_deed_names *names)
{
	if (names->count == 0)
		return;
	sc_text_adds(t, t->len ? "; " : "");
	sc_text_adds(t, what);
	sc_text_add(t, (sc_str){names->first, names->len});
	if (names->count == 1)
		return;
	sc_text_adds(t, " and ");
	sc_text_number(t, names->count - 1u);
	sc_text_adds(t, names->count == SC_DEED_NAMES ? " or more others" : names->count == 2 ? " other" : " others");
}

/* How a source introduces itself, as whom it logs in, and in whose name it sends. */
static sc_str names_of(const struct sc_suspect *s, const struct sc_deed *d, char *room, size_t size)
{
	struct sc_text t = sc_text_into(room, size);
	put_names(&t, "HELO ", &d->helos);
	if (d->logins) {
		sc_text_adds(&t, t.len ? "; " : "");
		sc_text_number(&t, d->failed_logins);
		sc_text_adds(&t, " of ");
		sc_text_number(&t, d->logins);
		sc_text_adds(&t, " logins failed");
	}
	if (strcmp(s->kind, "user") != 0)
		put_names(&t, "user ", &d->users);
	if (strcmp(s->kind, "domain") != 0)
		put_names(&t, "sender domain ", &d->domains);
	if (d->since != SC_TIME_NONE) {
		sc_text_adds(&t, t.len ? "; counted only from " : "counted only from ");
		sc_text_time(&t, d->since);
	}
	return t.len ? sc_text_str(&t) : SC_STR_NONE;
}

/* The network of a client; none of others. */
static sc_str network_of(const struct sc_suspect *s, char *room, size_t size)
{
	struct sc_ip ip;
	struct sc_text t = sc_text_into(room, size);
	if (strcmp(s->kind, "client") != 0 || !sc_ip_read((sc_str){s->value, s->value_len}, &ip))
		return SC_STR_NONE;
	sc_network_text(&t, &ip);
	return sc_text_str(&t);
}

static struct sc_cell first_name(const struct sc_deed_names *names)
{
	return sc_cell_text(names->count ? (sc_str){names->first, names->len} : SC_STR_NONE);
}

static void show_suspect(const struct sc_failures *m, const struct sc_part *part, const struct sc_suspect *s,
			 const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_deed nobody = {.since = SC_TIME_NONE};
	char rules[512], names[4 * SC_DEED_NAME + 256], network[64];
	const struct sc_deed *known = sc_deeds_of(&m->deeds, s->kind, (sc_str){s->value, s->value_len});
	const struct sc_deed *d = known ? known : &nobody;
	bool connects = known && (strcmp(s->kind, "client") == 0 || strcmp(s->kind, "network") == 0);
	const struct sc_cell cells[] = {
		sc_cell_count(s->score),
		sc_cell_count(connects ? d->sessions : SC_NONE),
		sc_cell_count(connects ? d->busiest : SC_NONE),
		sc_cell_count(known ? d->recipients : SC_NONE),
		sc_cell_count(known ? d->accepted : SC_NONE),
		sc_cell_count(known ? d->refused : SC_NONE),
		sc_cell_word(s->kind),
		sc_cell_text((sc_str){s->value, s->value_len}),
		sc_cell_text(rules_of(s, rules, sizeof(rules))),
		sc_cell_text(names_of(s, d, names, sizeof(names))),
		sc_cell_time(d->since),
		sc_cell_count(s->findings),
		sc_cell_text(network_of(s, network, sizeof(network))),
		first_name(&d->helos),
		sc_cell_count(known ? d->helos.count : SC_NONE),
		first_name(&d->users),
		sc_cell_count(known ? d->users.count : SC_NONE),
		first_name(&d->domains),
		sc_cell_count(known ? d->domains.count : SC_NONE),
		sc_cell_count(known ? d->logins : SC_NONE),
		sc_cell_count(known ? d->failed_logins : SC_NONE),
		sc_cell_time(s->first),
		sc_cell_time(s->last),
	};
	v->row(ctx, part, cells);
}

/* Of those that the table leaves out only the findings can be added up: one session may be that of a client and of its network. */
static void show_others(const struct sc_part *part, uint64_t findings, const struct sc_part_visitor *v, void *ctx)
{
	struct sc_cell cells[SC_PART_COLUMNS];
	for (size_t i = 0; i < part->count; i++)
		cells[i] = (struct sc_cell){.n = SC_NONE, .t = SC_TIME_NONE};
	for (size_t i = 0; i < part->count; i++)
		if (part->columns[i].key && strcmp(part->columns[i].key, "findings") == 0)
			cells[i].n = findings;
	v->rest(ctx, part, cells);
}

void sc_report_show_suspects(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "score", "score", 6, 0, NULL, 0},
		{SC_CELL_COUNT, "session_count", "sessions", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "busiest_minute", "a minute", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "recipients", "recip.", 8, 0, NULL, 0},
		{SC_CELL_COUNT, "accepted", "taken", 7, 0, NULL, 0},
		{SC_CELL_COUNT, "refused", "refused", 8, 0, NULL, 0},
		{SC_CELL_WORD, "kind", "kind", 8, 0, NULL, 0},
		{SC_CELL_WIRE, "value", "who", 0, 0, NULL, 0},
		{SC_CELL_WORD, "rules", "rules", 0, 1, NULL, 0},
		{SC_CELL_WIRE, NULL, "names", 0, 2, NULL, 0},
		{SC_CELL_TIME, "counted_from", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "findings", NULL, -1, 0, NULL, 0},
		{SC_CELL_WIRE, "network", "network", -1, 0, NULL, 0},
		{SC_CELL_WIRE, "helo", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "helos", NULL, -1, 0, NULL, 0},
		{SC_CELL_WIRE, "user", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "users", NULL, -1, 0, NULL, 0},
		{SC_CELL_WIRE, "domain", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "domains", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "logins", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "failed_logins", NULL, -1, 0, NULL, 0},
		{SC_CELL_TIME, "first", NULL, -1, 0, NULL, 0},
		{SC_CELL_TIME, "last", NULL, -1, 0, NULL, 0},
	};
	static const struct sc_part part = {
		"suspects", "Suspicious senders by score (60 and more: very likely abuse; 30: worth a look)",
		SC_COLUMNS(columns), 8, false};
	const struct sc_suspect *rows[MOST_SUSPECTS];
	size_t count = sc_suspects_sorted(&m->suspects, rows, v->rows < MOST_SUSPECTS ? v->rows : MOST_SUSPECTS);
	if (count == 0)
		return;
	v->begin(ctx, &part);
	uint64_t findings = sc_suspects_findings(&m->suspects);
	for (size_t i = 0; i < count; i++) {
		show_suspect(m, &part, rows[i], v, ctx);
		findings -= rows[i]->findings;
	}
	if (findings)
		show_others(&part, findings, v, ctx);
	v->end(ctx, &part);
}

/* How many are how bad, and who the worst are. */
void sc_report_show_suspicion(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "abusive", "60 and more", 12, 0, NULL, 0},
		{SC_CELL_COUNT, "doubtful", "30 to 59", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "all", "all", 5, 0, NULL, 0},
		{SC_CELL_WIRE, "worst", "the worst", 0, 0, NULL, 0},
	};
	static const struct sc_part part = {"suspicion", "Sources that drew findings, by score", SC_COLUMNS(columns), 0, false};
	const struct sc_suspect *worst[3];
	char room[3 * (SC_SUSPECT_VALUE + 64)];
	struct sc_text t = sc_text_into(room, sizeof(room));
	size_t count = sc_suspects_sorted(&m->suspects, worst, 3), bad = sc_suspects_above(&m->suspects, SC_SUSPECT_BAD);
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		sc_text_adds(&t, i ? ", " : "");
		sc_text_add(&t, (sc_str){worst[i]->value, worst[i]->value_len});
		sc_text_adds(&t, " (");
		sc_text_adds(&t, worst[i]->rules[0].detector);
		sc_text_adds(&t, ")");
	}
	const struct sc_cell cells[] = {
		sc_cell_count(bad),
		sc_cell_count(sc_suspects_above(&m->suspects, SC_SUSPECT_WATCH) - bad),
		sc_cell_count(m->suspects.count),
		sc_cell_text(sc_text_str(&t)),
	};
	v->begin(ctx, &part);
	v->row(ctx, &part, cells);
	v->end(ctx, &part);
}

/* What no rule tells of: a few clients of each habit. */
void sc_report_show_habits(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	enum { OF_EACH = 5 };
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "count", "n", 7, 0, NULL, 0},
		{SC_CELL_WIRE, "client", "client", 0, 0, NULL, 0},
		{SC_CELL_PROSE, "meaning", "what", 0, 0, ": ", 0},
		{SC_CELL_SESSIONS, "sessions", "session", 0, 0, "; ", 0},
		{SC_CELL_WORD, "habit", NULL, -1, 0, NULL, 0},
	};
	static const struct sc_part part = {"habits", "Habits that make no score (no rule: often innocent)", SC_COLUMNS(columns), 0, false};
	bool begun = false;
	for (int habit = 0; habit < SC_HABIT_COUNT; habit++) {
		const struct sc_deed *rows[OF_EACH];
		size_t count = sc_deeds_with(&m->deeds, (enum sc_habit)habit, rows, OF_EACH);
		if (count && !begun)
			v->begin(ctx, &part);
		begun = begun || count;
		for (size_t i = 0; i < count; i++) {
			const struct sc_cell cells[] = {
				sc_cell_count(rows[i]->habits[habit]),
				sc_cell_text((sc_str){rows[i]->value, rows[i]->value_len}),
				sc_cell_word(sc_habit_rows[habit].meaning),
				sc_cell_list(&rows[i]->habit_sessions[habit], 1),
				sc_cell_word(sc_habit_rows[habit].name),
			};
			v->row(ctx, &part, cells);
		}
	}
	if (begun)
		v->end(ctx, &part);
}

void sc_report_show_prints(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "suspects", "suspects", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "clients", "clients", 8, 0, NULL, 0},
		{SC_CELL_COUNT, "count", "sessions", 9, 0, NULL, 0},
		{SC_CELL_WORD, "kind", "kind", 8, 0, NULL, 0},
		{SC_CELL_WIRE, "print", "fingerprint", 0, 0, NULL, 0},
		{SC_CELL_WIRE, "helo", "first HELO", 0, 0, ", first HELO ", 0},
		{SC_CELL_SESSIONS, "sessions", "sessions", 0, 1, "; ", 0},
		{SC_CELL_TIME, "first", NULL, -1, 0, NULL, 0},
		{SC_CELL_TIME, "last", NULL, -1, 0, NULL, 0},
	};
	static const struct sc_part part = {
		"fingerprints", "Fingerprints that suspects have (clients, 64: or more; those with findings)",
		SC_COLUMNS(columns), 0, false};
	struct sc_print_row rows[SC_PRINTS];
	size_t count = sc_prints_sorted(&m->prints, &m->suspects, rows, v->rows < SC_PRINTS ? v->rows : SC_PRINTS);
	if (count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < count; i++) {
		const struct sc_print *p = rows[i].print;
		const struct sc_cell cells[] = {
			sc_cell_count(rows[i].suspects),
			sc_cell_count(p->client_count),
			sc_cell_count(p->sessions),
			sc_cell_word(p->kind),
			sc_cell_text((sc_str){p->text, p->text_len}),
			sc_cell_text(p->name_len ? (sc_str){p->name, p->name_len} : SC_STR_NONE),
			sc_cell_list(p->examples, SC_PRINT_SESSIONS),
			sc_cell_time(p->first),
			sc_cell_time(p->last),
		};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}
