/* returns.c - finds the story that a delivery report is about.
 *
 * A report goes to the sender of what it returns, so sender and recipient name the stories that come into question; the
 * returned header fields or the envelope id tell which of them it is.  Reports are mail, and anybody may send one: what
 * contradicts a story is not believed, and where nothing names one of several, none is taken.
 */
#include "story/returns.h"

#include "base/hash.h"

static uint64_t hash_of(sc_str s, uint64_t seed)
{
	uint64_t hash = s.len ? sc_hash(seed, s) : 0;
	return s.len && !hash ? 1 : hash;
}

static void add(struct sc_report *r, const struct sc_ev_reported *item, size_t *used)
{
	sc_str to = item->original_recipient.len ? item->original_recipient : item->final_recipient;
	if (!sc_str_equal_nocase(item->action, SC_STR("failed")) || !to.len || r->count == SC_RETURNS_LISTED ||
		to.len > sizeof(r->room) - *used)
		return;
	memcpy(r->room + *used, to.at, to.len);
	r->items[r->count].to = (sc_str){ r->room + *used, to.len };
	r->items[r->count++].status = item->status;
	*used += to.len;
}

void sc_report_read(struct sc_report *r, const struct sc_event *ev, uint64_t seed)
{
	const struct sc_ev_message *m = ev->body;
	const struct sc_ev_reported *items = m->reported.items;
	size_t used = 0;
	r->session = 0;
	r->count = 0;
	if (!ev->head || !m->report.type || strcmp(m->report.type, "delivery-status") != 0)
		return;
	r->session = ev->head->session;
	r->n = m->n;
	r->message_id = hash_of(m->report.original_message_id, seed);
	r->envelope_id = hash_of(m->report.original_envelope_id, seed);
	for (uint32_t i = 0; i < m->reported.count; i++)
		add(r, &items[i], &used);
}

static bool named(const struct sc_report *r, const struct sc_identity *who)
{
	return (r->message_id && r->message_id == who->message_id) || (r->envelope_id && r->envelope_id == who->envelope_id);
}

static bool contradicted(const struct sc_report *r, const struct sc_identity *who)
{
	return (r->message_id && who->message_id && r->message_id != who->message_id) ||
		(r->envelope_id && who->envelope_id && r->envelope_id != who->envelope_id);
}

struct sc_story *sc_report_story(const struct sc_report *r, uint32_t i, struct sc_book *b, sc_str from, uint64_t seed)
{
	struct sc_attempt a = { .from = from, .to = r->items[i].to };
	struct sc_story *fits = NULL;
	unsigned count = 0;
	if (from.len > SC_ATTEMPT_ADDRESS || a.to.len > SC_ATTEMPT_ADDRESS || !from.len)
		return NULL;
	a.key = sc_attempt_key(from, a.to, seed);
	struct sc_book_walk walk = sc_book_walk(b, &a);
	for (struct sc_story *s; (s = sc_book_next(b, &walk));) {
		if (contradicted(r, &s->past.who))
			continue;
		if (named(r, &s->past.who))
			return s;
		fits = s;
		count++;
	}
	return count == 1 ? fits : NULL;
}
