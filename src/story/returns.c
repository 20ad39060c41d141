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

static sc_str keep(struct sc_report *r, sc_str s, size_t *used)
{
	if (!s.len || s.len > sizeof(r->room) - *used)
		return SC_STR_NONE;
	memcpy(r->room + *used, s.at, s.len);
	*used += s.len;
	return (sc_str){ r->room + *used - s.len, s.len };
}

static void add(struct sc_report *r, const struct sc_ev_reported *item, uint32_t nth, size_t *used)
{
	if (r->count == SC_RETURNS_LISTED)
		return;
	struct sc_returned *to = &r->items[r->count];
	*to = (struct sc_returned){ .status = item->status, .nth = nth,
		.failed = sc_str_equal_nocase(item->action, SC_STR("failed")) };
	to->original = keep(r, item->original_recipient, used);
	to->final = sc_str_equal(item->final_recipient, item->original_recipient) ? SC_STR_NONE :
		keep(r, item->final_recipient, used);
	r->count += to->original.at || to->final.at;
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
	r->envelope_id[0] = hash_of(m->report.original_envelope_id, seed);
	r->envelope_id[1] = sc_attempt_xtext(m->report.original_envelope_id, seed);
	for (uint32_t i = 0; i < m->reported.count; i++)
		add(r, &items[i], i, &used);
}

static bool same_envelope(const struct sc_report *r, const struct sc_identity *who)
{
	return r->envelope_id[0] == who->envelope_id || r->envelope_id[1] == who->envelope_id;
}

static bool named(const struct sc_report *r, const struct sc_identity *who)
{
	return (r->message_id && r->message_id == who->message_id) || (who->envelope_id && same_envelope(r, who));
}

static bool contradicted(const struct sc_report *r, const struct sc_identity *who)
{
	return (r->message_id && who->message_id && r->message_id != who->message_id) ||
		(r->envelope_id[0] && who->envelope_id && !same_envelope(r, who));
}

static struct sc_story *story_of(const struct sc_report *r, struct sc_book *b, sc_str from, sc_str to, uint64_t seed)
{
	struct sc_attempt a = { .from = from, .to = to };
	struct sc_story *fits = NULL;
	unsigned count = 0;
	if (from.len > SC_ATTEMPT_ADDRESS || to.len > SC_ATTEMPT_ADDRESS || !from.len || !to.len)
		return NULL;
	a.key = sc_attempt_key(from, to, seed);
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

/* Behind an alias the next server was given another address than the sender had written. */
struct sc_story *sc_report_story(const struct sc_report *r, uint32_t i, struct sc_book *b, sc_str from, uint64_t seed)
{
	struct sc_story *s = story_of(r, b, from, r->items[i].original, seed);
	return s ? s : story_of(r, b, from, r->items[i].final, seed);
}
