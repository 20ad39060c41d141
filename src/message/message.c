/* message.c - a message from its first octet to what is told of it; see message.h.
 *
 * All that is kept lies in an arena that the message itself lies in, with a bound on its octets; at the bound, or
 * when the store runs low, values are left out and a quirk tells; no session is given up for want of what messages
 * keep.  Wire data is believed in nothing: the parsers below take octets as they come and give what the RFCs say
 * they mean, or nothing.
 */
#include "message/inside.h"

#include "base/text.h"
#include "message/words.h"

_Static_assert(sizeof(struct sc_message) <= SC_BLOCK_LARGE, "it lies in an arena");
_Static_assert(sizeof(struct sc_report) <= SC_BLOCK_LARGE, "it lies in an arena");

void sc_message_quirk(struct sc_message *m, uint64_t bits)
{
	m->ev.quirks |= bits;
}

void *sc_message_take(struct sc_message *m, size_t octets)
{
	void *at = NULL;
	if (m->kept + octets <= SC_MESSAGE_KEPT && !sc_blocks_scarce(m->host->store))
		at = sc_arena_take(&m->arena, octets);
	if (!at)
		sc_message_quirk(m, SC_QUIRK_BIT(memory_short));
	else
		m->kept += octets;
	return at;
}

sc_str sc_message_copy(struct sc_message *m, sc_str s)
{
	if (!s.at)
		return SC_STR_NONE;
	if (s.len > SC_VALUE_OCTETS)
		sc_message_quirk(m, SC_QUIRK_BIT(message_cut));
	s = sc_str_slice(s, 0, SC_VALUE_OCTETS);
	char *to = sc_message_take(m, s.len ? s.len : 1);
	return to ? (sc_str){ memcpy(to, s.at, s.len), s.len } : SC_STR_NONE;
}

sc_str sc_message_words(struct sc_message *m, sc_str s)
{
	char room[SC_VALUE_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_words_decode(&t, sc_str_trim(s));
	if (t.cut)
		sc_message_quirk(m, SC_QUIRK_BIT(message_cut));
	return sc_message_copy(m, sc_text_str(&t));
}

struct sc_node *sc_message_add(struct sc_message *m, struct sc_nodes *list, uint32_t limit, size_t octets)
{
	struct sc_node *node = NULL;
	if (list->count < limit)
		node = sc_message_take(m, offsetof(struct sc_node, str) + octets);
	else
		sc_message_quirk(m, SC_QUIRK_BIT(message_cut));
	if (!node)
		return NULL;
	memset(node, 0, offsetof(struct sc_node, str) + octets); /* the union's other members may have no room here */
	*(list->last ? &list->last->next : &list->first) = node;
	list->last = node;
	list->count++;
	return node;
}

void sc_message_add_str(struct sc_message *m, struct sc_nodes *list, uint32_t limit, sc_str s)
{
	struct sc_node *node = sc_message_add(m, list, limit, sizeof(node->str));
	if (!node)
		return;
	node->str = sc_message_copy(m, s);
	if (!node->str.at)
		node->str = SC_STR("");
}

struct sc_message *sc_message_open(const struct sc_message_host *host, bool stuffed)
{
	struct sc_arena arena = { .store = host->store };
	struct sc_message *m = sc_blocks_scarce(host->store) ? NULL : sc_arena_take(&arena, sizeof(*m));
	if (!m)
		return NULL;
	*m = (struct sc_message){ .host = host, .arena = arena, .stuffed = stuffed };
	return m;
}

void sc_message_feed(struct sc_message *m, sc_str run)
{
	sc_str text;
	if (!m->stuffed) {
		sc_mime_feed(m, run);
		return;
	}
	if (m->begun && m->place >= SC_PLACE_BETWEEN && !m->split.depth)
		return; /* nobody wants the rest, so the dots do not matter */
	while (sc_dots_next(&m->dots, &run, &text))
		sc_mime_feed(m, text);
}

void sc_message_gap(struct sc_message *m)
{
	m->torn = true;
	sc_dots_gap(&m->dots);
	sc_mime_gap(m);
}

void sc_message_end(struct sc_message *m)
{
	m->ended = true;
	sc_mime_end(m, true);
}

sc_str sc_message_id(const struct sc_message *m)
{
	return m->ev.message_id;
}

bool sc_message_dated(const struct sc_message *m)
{
	return m->ev.date.len != 0;
}

/* Lists as arrays, in the shared room. */
struct teller {
	struct sc_message_scratch *room;
	uint32_t strs;
};

static struct sc_strs tell_strs(struct teller *t, const struct sc_nodes *list)
{
	struct sc_strs strs = { t->room->strs + t->strs, 0 };
	for (const struct sc_node *n = list->first; n && t->strs < SC_MESSAGE_ITEMS; n = n->next) {
		t->room->strs[t->strs++] = n->str;
		strs.count++;
	}
	return strs;
}

static struct sc_list tell_parts(struct teller *t, const struct sc_nodes *list)
{
	uint32_t n = 0;
	for (const struct sc_node *node = list->first; node; node = node->next)
		t->room->parts[n++] = node->part;
	return (struct sc_list){ t->room->parts, n };
}

static struct sc_list tell_hops(struct teller *t, const struct sc_nodes *list)
{
	uint32_t n = 0;
	for (const struct sc_node *node = list->first; node; node = node->next)
		t->room->hops[n++] = node->hop;
	return (struct sc_list){ t->room->hops, n };
}

static struct sc_list tell_reported(struct teller *t, const struct sc_nodes *list)
{
	uint32_t n = 0;
	for (const struct sc_node *node = list->first; node; node = node->next)
		t->room->reported[n++] = node->reported;
	return (struct sc_list){ t->room->reported, n };
}

void sc_message_tell(struct sc_message *m, struct sc_ev_message *ev)
{
	struct teller t = { m->host->scratch, 0 };
	if (!m->ended)
		sc_mime_end(m, false);
	*ev = m->ev;
	ev->to = tell_strs(&t, &m->to);
	ev->cc = tell_strs(&t, &m->cc);
	ev->dkim = tell_strs(&t, &m->dkim);
	ev->dkim_keys = tell_strs(&t, &m->dkim_keys);
	ev->auth_results = tell_strs(&t, &m->auth_results);
	ev->urls = tell_strs(&t, &m->urls);
	ev->hops = tell_hops(&t, &m->hops);
	ev->parts = tell_parts(&t, &m->parts);
	ev->complete = m->ended && !m->torn;
	if (!m->report)
		return;
	ev->report = m->report->ev;
	ev->reported = tell_reported(&t, &m->report->reported);
}

void sc_message_close(struct sc_message *m)
{
	struct sc_arena arena = m->arena;
	sc_fields_drop(&m->fields);
	if (m->report)
		sc_fields_drop(&m->report->fields);
	sc_arena_reset(&arena);
}
