/* deeds.c - counts what sources did; see deeds.h.
 *
 * Values are octets of the wire, copied and cut, and compared without case: users and domains are written in many ways.  A
 * recipient known only by its reply is counted nowhere, as in all counts of recipients. */
#include "model/deeds.h"

#include "base/domain.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/outcome.h"

#define WAYS 8

const struct sc_habit_row sc_habit_rows[SC_HABIT_COUNT] = {
#define SC_HABIT(name, least, meaning) {#name, least, meaning},
	SC_HABITS(SC_HABIT)
#undef SC_HABIT
};

static const char kind_client[] = "client", kind_network[] = "network", kind_user[] = "user", kind_domain[] = "domain";

sc_err sc_deeds_open(struct sc_deeds *d)
{
	*d = (struct sc_deeds){.rows = sc_memory_take(SC_DEEDS * sizeof(*d->rows))};
	return d->rows ? SC_OK : SC_EFAILED;
}

void sc_deeds_close(struct sc_deeds *d)
{
	sc_memory_give(d->rows);
	d->rows = NULL;
}

/* ---- rows ---- */

/* Our own word of that spelling; NULL: nothing is counted of such subjects. */
static const char *kind_of(const char *word)
{
	static const char *const kinds[] = {kind_client, kind_network, kind_user, kind_domain};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return kinds[i];
	return NULL;
}

static struct sc_deed *set_of(const struct sc_deeds *d, const char *kind, sc_str value)
{
	return d->rows + sc_hash_nocase((uint64_t)(unsigned char)kind[0], value) % (SC_DEEDS / WAYS) * WAYS;
}

static bool is_row_of(const struct sc_deed *row, const char *kind, sc_str value)
{
	return row->kind == kind && sc_str_equal_nocase(value, (sc_str){row->value, row->value_len});
}

/* Who has less to lose. */
static bool lesser(const struct sc_deed *a, const struct sc_deed *b)
{
	if (!a->kind || !b->kind)
		return !a->kind && b->kind;
	if (a->suspect != b->suspect)
		return !a->suspect;
	return a->sessions + a->recipients + a->logins < b->sessions + b->recipients + b->logins;
}

static struct sc_deed *row_of(struct sc_deeds *d, const char *kind, sc_str value, sc_time now)
{
	value = sc_str_slice(value, 0, SC_DEED_VALUE);
	struct sc_deed *set = set_of(d, kind, value), *least = set;
	for (struct sc_deed *row = set; row < set + WAYS; row++) {
		if (is_row_of(row, kind, value))
			return row;
		least = lesser(row, least) ? row : least;
	}
	bool late = least->kind != NULL;
	d->displaced += late;
	*least = (struct sc_deed){.kind = kind, .since = late ? now : SC_TIME_NONE, .value_len = (uint8_t)value.len};
	memcpy(least->value, value.at ? value.at : "", value.len);
	return least;
}

const struct sc_deed *sc_deeds_of(const struct sc_deeds *d, const char *kind, sc_str value)
{
	const char *word = kind_of(kind);
	value = sc_str_slice(value, 0, SC_DEED_VALUE);
	if (!word || !d->rows)
		return NULL;
	const struct sc_deed *set = set_of(d, word, value);
	for (const struct sc_deed *row = set; row < set + WAYS; row++)
		if (is_row_of(row, word, value))
			return row;
	return NULL;
}

static void note(struct sc_deed_names *names, sc_str name)
{
	if (name.len == 0 || names->count == SC_DEED_NAMES)
		return;
	uint32_t hash = (uint32_t)sc_hash_nocase(0, name);
	for (unsigned i = 0; i < names->count; i++)
		if (names->hashes[i] == hash)
			return;
	names->hashes[names->count++] = hash;
	if (names->count > 1)
		return;
	name = sc_str_slice(name, 0, SC_DEED_NAME);
	names->len = (uint8_t)name.len;
	memcpy(names->first, name.at, name.len);
}

/* ---- what is counted ---- */

typedef void count_fn(struct sc_deed *row, const struct sc_event *ev);

static void count_minute(struct sc_deed *row, sc_time when)
{
	int64_t minute = when / (60 * SC_SECOND);
	row->in_minute = row->minute == minute ? row->in_minute + 1 : 1;
	row->minute = minute;
	row->busiest = row->in_minute > row->busiest ? row->in_minute : row->busiest;
}

static void show_habit(struct sc_deed *row, enum sc_habit habit, uint64_t n, const struct sc_event *ev)
{
	row->habits[habit] += n;
	if (n && row->habit_sessions[habit] == 0)
		row->habit_sessions[habit] = ev->head->session;
}

/* Another name than the one before, in one session.  Sessions of a client that overlap may hide a change, and never make one. */
static void note_helo(struct sc_deed *row, sc_str name, const struct sc_event *ev)
{
	uint32_t hash = (uint32_t)sc_hash_nocase(0, name);
	note(&row->helos, name);
	if (name.len == 0 || !ev->head)
		return;
	show_habit(row, SC_HABIT_helo_changes, row->session == ev->head->session && row->helo != hash, ev);
	row->session = ev->head->session;
	row->helo = hash;
}

static void count_session(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_session *x = ev->body;
	row->sessions++;
	count_minute(row, ev->when);
	note_helo(row, x->helo.name, ev);
}

static void count_most(struct sc_deed *row, uint64_t recipients, const struct sc_event *ev)
{
	if (recipients <= row->habits[SC_HABIT_many_at_once] || !ev->head)
		return;
	row->habits[SC_HABIT_many_at_once] = recipients;
	row->habit_sessions[SC_HABIT_many_at_once] = ev->head->session;
}

static void count_transaction(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_transaction *t = ev->body;
	const struct sc_ev_recipient *list = t->recipients.items;
	uint64_t counts[SC_OUTCOMES] = {0}, all = 0;
	for (uint32_t i = 0; i < t->recipients.count; i++) {
		counts[sc_outcome_of(list[i].outcome)] += list[i].rcpt_to.at != NULL;
		all += list[i].rcpt_to.at != NULL;
	}
	row->recipients += all;
	row->accepted += counts[SC_OUTCOME_accepted];
	row->refused += counts[SC_OUTCOME_deferred] + counts[SC_OUTCOME_rejected];
	note_helo(row, t->helo, ev);
	note(&row->users, t->auth_user);
	note(&row->domains, sc_str_domain(t->mail_from));
	if (!ev->head)
		return;
	show_habit(row, SC_HABIT_withdrawn, counts[SC_OUTCOME_withdrawn], ev);
	count_most(row, all, ev);
}

/* The name beside the address in From holds an address of its own: all that many programs show (RFC 5322 3.4). */
static void count_message(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_message *x = ev->body;
	sc_str name = x->from_name, domain = sc_str_domain(name);
	size_t end = 0;
	while (end < domain.len && (domain.at[end] == '.' || domain.at[end] == '-' || sc_is_digit(domain.at[end]) ||
				    (sc_lower(domain.at[end]) >= 'a' && sc_lower(domain.at[end]) <= 'z')))
		end++;
	sc_str shown = sc_domain_organisation(sc_str_slice(domain, 0, end));
	sc_str real = sc_domain_organisation(sc_str_domain(x->from));
	bool local = sc_str_local(name).len != 0; /* "@example" is no address */
	show_habit(row, SC_HABIT_named_as_other, local && shown.len && real.len && !sc_str_equal_nocase(shown, real), ev);
}

static void count_login(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_auth *a = ev->body;
	row->logins++;
	row->failed_logins += a->outcome && strcmp(a->outcome, "failed") == 0;
	note(&row->users, a->user);
}

/* ---- for whom ---- */

/* One after the other: a row holds until the next one is asked for. */
static void count_for(struct sc_deeds *d, const char *kind, sc_str value, const struct sc_event *ev, count_fn *count)
{
	if (value.len)
		count(row_of(d, kind, value, ev->when), ev);
}

static void count_for_client(struct sc_deeds *d, const struct sc_event *ev, count_fn *count)
{
	char room[64];
	if (!ev->head || ev->head->client.ip.version == 0)
		return;
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_ip(&t, &ev->head->client.ip);
	count_for(d, kind_client, sc_text_str(&t), ev, count);
	t = sc_text_into(room, sizeof(room));
	sc_network_text(&t, &ev->head->client.ip);
	count_for(d, kind_network, sc_text_str(&t), ev, count);
}

static void add_transaction(struct sc_deeds *d, const struct sc_event *ev)
{
	const struct sc_ev_transaction *t = ev->body;
	count_for_client(d, ev, count_transaction);
	count_for(d, kind_user, t->auth_user, ev, count_transaction);
	count_for(d, kind_domain, sc_str_domain(t->mail_from), ev, count_transaction);
}

static void add_login(struct sc_deeds *d, const struct sc_event *ev)
{
	const struct sc_ev_auth *a = ev->body;
	count_for_client(d, ev, count_login);
	count_for(d, kind_user, a->user, ev, count_login);
}

static void keep_subject(struct sc_deeds *d, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	const char *kind = f->subject.kind ? kind_of(f->subject.kind) : NULL;
	if (kind && f->subject.value.len)
		row_of(d, kind, f->subject.value, ev->when)->suspect = true;
}

void sc_deeds_add(struct sc_deeds *d, const struct sc_event *ev)
{
	if (!d->rows)
		return;
	switch (ev->kind) {
	case SC_EVENT_session:     count_for_client(d, ev, count_session); break;
	case SC_EVENT_transaction: add_transaction(d, ev); break;
	case SC_EVENT_auth:        add_login(d, ev); break;
	case SC_EVENT_message:     count_for_client(d, ev, count_message); break;
	case SC_EVENT_finding:     keep_subject(d, ev); break;
	default:                   break;
	}
}

/* ---- habits ---- */

static bool before(const struct sc_deed *a, const struct sc_deed *b, enum sc_habit habit)
{
	if (a->habits[habit] != b->habits[habit])
		return a->habits[habit] > b->habits[habit];
	return sc_str_compare((sc_str){a->value, a->value_len}, (sc_str){b->value, b->value_len}) < 0;
}

size_t sc_deeds_with(const struct sc_deeds *d, enum sc_habit habit, const struct sc_deed **rows, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; d->rows && i < SC_DEEDS; i++) {
		const struct sc_deed *row = &d->rows[i];
		if (row->kind != kind_client || row->habits[habit] < sc_habit_rows[habit].least)
			continue;
		size_t at = count < max ? count++ : max;
		if (at == max && !(max && before(row, rows[--at], habit)))
			continue;
		for (; at > 0 && before(row, rows[at - 1], habit); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
	return count;
}
