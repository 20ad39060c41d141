/* deeds.c - counts what sources did; see deeds.h.
 *
 * Values are octets of the wire, copied and cut, and compared without case: users and domains are written in many ways.  A
 * recipient known only by its reply is counted nowhere, as in all counts of recipients. */
#include "model/deeds.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/outcome.h"

#define WAYS 8

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
	if (!word)
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

static void count_session(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_session *x = ev->body;
	row->sessions++;
	count_minute(row, ev->when);
	note(&row->helos, x->helo.name);
}

static void count_transaction(struct sc_deed *row, const struct sc_event *ev)
{
	const struct sc_ev_transaction *t = ev->body;
	const struct sc_ev_recipient *list = t->recipients.items;
	for (uint32_t i = 0; i < t->recipients.count; i++) {
		enum sc_outcome outcome = sc_outcome_of(list[i].outcome);
		if (!list[i].rcpt_to.at)
			continue;
		row->recipients++;
		row->accepted += outcome == SC_OUTCOME_accepted;
		row->refused += outcome == SC_OUTCOME_deferred || outcome == SC_OUTCOME_rejected;
	}
	note(&row->helos, t->helo);
	note(&row->users, t->auth_user);
	note(&row->domains, sc_str_domain(t->mail_from));
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
	switch (ev->kind) {
	case SC_EVENT_session:     count_for_client(d, ev, count_session); break;
	case SC_EVENT_transaction: add_transaction(d, ev); break;
	case SC_EVENT_auth:        add_login(d, ev); break;
	case SC_EVENT_finding:     keep_subject(d, ev); break;
	default:                   break;
	}
}
