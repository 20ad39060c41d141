/* message_page.c - one message as a page: header beside envelope, what became of each recipient, the tree of its parts, who signed and
 * checked it, the way it came.  Its text is on no page. */
#include "tui/prose.h"

#include "output/value.h"

struct message_page {
	struct prose prose;
	uint64_t session, n; /* the message of that transaction */
};

/* ---- header and envelope ---- */

static void put_row(struct sc_text *to, const char *name, sc_str value)
{
	if (!value.at)
		return;
	sc_prose_name(to, name, 0);
	sc_text_visible(to, value);
	sc_text_put(to, '\n');
}

static void put_rows(struct sc_text *to, const char *name, const struct sc_strs *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		put_row(to, i ? "" : name, list->items[i]);
}

static void put_from(struct sc_text *to, const struct sc_ev_message *m, const struct sc_ev_transaction *tx)
{
	if (m->from.at) {
		sc_prose_name(to, "from", 0);
		sc_text_visible(to, m->from);
		sc_text_adds(to, m->from_name.len ? "   " : "");
		sc_text_visible(to, m->from_name);
		sc_text_put(to, '\n');
	}
	if (!tx || !tx->mail_from.at)
		return;
	sc_prose_name(to, "envelope from", 0);
	sc_text_visible(to, tx->mail_from.len ? tx->mail_from : SC_STR("<>"));
	sc_text_adds(to, m->from.at && !sc_str_equal_nocase(m->from, tx->mail_from) ? "   not the address in From" : "");
	sc_text_put(to, '\n');
}

static void put_size(struct sc_text *to, const struct sc_ev_message *m, const struct sc_ev_transaction *tx)
{
	sc_prose_name(to, "size", 0);
	if (tx && tx->size != SC_NONE)
		sc_page_grouped(to, tx->size);
	else
		sc_text_put(to, '-');
	sc_text_adds(to, m->complete ? " octets, all of them seen" : " octets; some were not seen, so parts may be missing here");
	sc_text_put(to, '\n');
}

static void put_header(struct sc_text *to, const struct sc_ev_message *m, const struct sc_ev_transaction *tx)
{
	sc_text_adds(to, "MESSAGE\n");
	put_row(to, "subject", m->subject);
	put_row(to, "date", m->date);
	put_from(to, m, tx);
	put_rows(to, "to", &m->to);
	put_rows(to, "cc", &m->cc);
	put_row(to, "reply to", m->reply_to);
	put_row(to, "message id", m->message_id);
	put_row(to, "in reply to", m->in_reply_to);
	put_row(to, "list", m->list_id);
	put_row(to, "written with", m->user_agent);
	put_row(to, "queued as", tx ? tx->queue_id : SC_STR_NONE);
	put_size(to, m, tx);
}

/* ---- recipients ---- */

static bool has(const struct sc_strs *list, sc_str address)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (sc_str_equal_nocase(list->items[i], address))
			return true;
	return false;
}

static void put_recipient(struct sc_tui *t, struct sc_text *to, const struct sc_ev_message *m, const struct sc_ev_delivery *d)
{
	sc_text_adds(to, "  ");
	sc_text_adds(to, sc_tui_sign(t, sc_outcome_of(d->outcome)));
	sc_text_put(to, ' ');
	sc_text_visible(to, d->rcpt_to.at ? d->rcpt_to : SC_STR("(recipient not seen)"));
	sc_text_adds(to, "   ");
	sc_text_adds(to, d->outcome);
	sc_text_adds(to, d->cause ? ": " : "");
	sc_text_adds(to, d->cause);
	if (d->rcpt_to.at && m->complete && !has(&m->to, d->rcpt_to) && !has(&m->cc, d->rcpt_to))
		sc_text_adds(to, "   in no To or Cc (Bcc, list, alias)");
	sc_text_put(to, '\n');
}

static void put_recipients(struct sc_tui *t, struct sc_text *to, const struct sc_ev_message *m, const struct sc_seen *seen)
{
	sc_text_adds(to, "\nRECIPIENTS\n");
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		const struct sc_ev_delivery *d = k->ev->kind == SC_EVENT_delivery ? k->ev->body : NULL;
		if (d && d->n == m->n)
			put_recipient(t, to, m, d);
	}
}

/* ---- parts ---- */

/* "1.2" of "1.2.3", nothing of "1". */
static sc_str parent_of(sc_str section)
{
	size_t dot = sc_str_rfind(section, '.');
	return sc_str_slice(section, 0, dot == SIZE_MAX ? 0 : dot);
}

static size_t depth_of(sc_str section)
{
	size_t n = section.len > 0;
	for (size_t i = 0; i < section.len; i++)
		n += section.at[i] == '.';
	return n;
}

static void put_section(struct sc_text *to, sc_str section, size_t depth)
{
	sc_text_adds(to, "  ");
	for (size_t i = 0; i < depth; i++)
		sc_text_adds(to, "  ");
	sc_text_visible(to, section);
	sc_text_adds(to, section.len ? "  " : "");
}

/* The type of a multipart or message is told by a part that lies in it. */
static sc_str type_of(const struct sc_list *parts, sc_str section)
{
	const struct sc_ev_part *part = parts->items;
	for (uint32_t i = 0; i < parts->count; i++)
		if (part[i].section.at && part[i].within.at && sc_str_equal(parent_of(part[i].section), section))
			return part[i].within;
	return SC_STR("multipart");
}

static bool listed(const struct sc_list *parts, uint32_t count, sc_str section)
{
	const struct sc_ev_part *part = parts->items;
	for (uint32_t i = 0; i < count; i++)
		if (sc_str_equal(part[i].section, section))
			return true;
	return false;
}

/* Those around the nth part that are not around the one before it, the outermost first. */
static void put_around(struct sc_text *to, const struct sc_list *parts, uint32_t n)
{
	const struct sc_ev_part *part = (const struct sc_ev_part *)parts->items + n;
	sc_str before = n ? parent_of(part[-1].section) : SC_STR_NONE, own = parent_of(part->section);
	if (!part->within.at)
		return;
	for (size_t len = 0; len <= own.len; len++) {
		sc_str around = sc_str_slice(own, 0, len);
		bool ends = !len || len == own.len || own.at[len] == '.';
		bool told = before.at && sc_str_starts(before, around) && (before.len == len || before.at[len] == '.' || !len);
		if (!ends || told || (len == 0 && n) || listed(parts, n, around))
			continue;
		put_section(to, around, depth_of(around));
		sc_text_visible(to, type_of(parts, around));
		sc_text_put(to, '\n');
	}
}

#define HASH_DIGITS 12 /* shown; `i` has all of them */

static void put_part(struct sc_tui *t, struct sc_text *to, const struct sc_ev_part *part)
{
	put_section(to, part->section.at ? part->section : SC_STR("?"), part->within.at ? depth_of(part->section) : 0);
	sc_text_visible(to, part->type);
	if (part->name.at) {
		sc_text_adds(to, "  \"");
		sc_text_visible(to, part->name);
		sc_text_put(to, '"');
	}
	if (part->size != SC_NONE) {
		sc_text_adds(to, "  ");
		sc_page_grouped(to, part->size);
		sc_text_adds(to, " octets");
	}
	sc_text_adds(to, part->encoding.at ? "  " : "");
	sc_text_visible(to, part->encoding);
	sc_text_adds(to, part->encrypted ? "  opens with a password only" : "");
	if (part->sha256.at) {
		sc_text_adds(to, "  sha256 ");
		sc_text_visible(to, sc_str_slice(part->sha256, 0, HASH_DIGITS));
		sc_text_adds(to, sc_term_sign(&t->term, SC_SIGN_MORE));
	}
	sc_text_put(to, '\n');
}

static void put_parts(struct sc_tui *t, struct sc_text *to, const struct sc_list *parts)
{
	sc_text_adds(to, parts->count ? "\nSTRUCTURE\n" : "");
	for (uint32_t i = 0; i < parts->count; i++) {
		put_around(to, parts, i);
		put_part(t, to, (const struct sc_ev_part *)parts->items + i);
	}
}

/* ---- signatures, way, links ---- */

/* "LINKS IN DISGUISE, 2": the first of them. */
static void put_disguises(struct sc_text *to, const struct sc_ev_link_mismatch *links)
{
	if (links->count == 0)
		return;
	sc_text_adds(to, "\nLINKS IN DISGUISE, ");
	sc_page_grouped(to, links->count);
	sc_text_adds(to, "\n  the first shows ");
	sc_text_visible(to, links->shown);
	sc_text_adds(to, " and leads to ");
	sc_text_visible(to, links->target);
	sc_text_put(to, '\n');
}

static void put_hop(struct sc_text *to, const struct sc_ev_hop *h)
{
	sc_text_adds(to, "  ");
	sc_text_visible(to, h->by.at ? h->by : SC_STR("?"));
	sc_text_adds(to, "  from ");
	sc_text_visible(to, h->from.at ? h->from : SC_STR("?"));
	if (h->ip.version) {
		sc_text_adds(to, " [");
		sc_text_ip(to, &h->ip);
		sc_text_put(to, ']');
	}
	sc_text_adds(to, h->with.at ? "  with " : "");
	sc_text_visible(to, h->with);
	sc_text_adds(to, h->id.at ? "  id " : "");
	sc_text_visible(to, h->id);
	sc_text_adds(to, h->date.at ? "  " : "");
	sc_text_visible(to, h->date);
	sc_text_put(to, '\n');
}

static void put_rest(struct sc_text *to, const struct sc_ev_message *m)
{
	sc_text_adds(to, m->dkim.count || m->auth_results.count ? "\nSIGNED AND CHECKED (as the header says)\n" : "");
	put_rows(to, "DKIM signed by", &m->dkim);
	put_rows(to, "with the key", &m->dkim_keys);
	put_rows(to, "result", &m->auth_results);
	sc_text_adds(to, m->hops.count ? "\nTHE WAY IT CAME (Received, the latest first)\n" : "");
	for (uint32_t i = 0; i < m->hops.count; i++)
		put_hop(to, (const struct sc_ev_hop *)m->hops.items + i);
	sc_text_adds(to, m->urls.count ? "\nLINKS\n" : "");
	put_rows(to, "", &m->urls);
	put_disguises(to, &m->link_mismatch);
}

/* ---- the view ---- */

static const struct sc_event *event_of(const struct sc_seen *seen, enum sc_event_kind kind, uint64_t n)
{
	for (const struct sc_kept *k = seen ? seen->first : NULL; k; k = k->next)
		if (k->ev->kind == kind && (kind == SC_EVENT_message ? ((const struct sc_ev_message *)k->ev->body)->n :
					    ((const struct sc_ev_transaction *)k->ev->body)->n) == n)
			return k->ev;
	return NULL;
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct message_page *p = (struct message_page *)v;
	struct sc_seen *seen = sc_store_find(&t->store, p->session);
	const struct sc_event *ev = event_of(seen, SC_EVENT_message, p->n);
	if (seen && sc_hand_key(t, seen, command))
		return true;
	if (seen && command == SC_DO_open) {
		sc_ladder_open(t, p->session);
		return true;
	}
	if (ev && command == SC_DO_inspect) {
		sc_event_open(t, ev);
		return true;
	}
	return sc_prose_key(t, v, command);
}

static const struct sc_view_class message_view = { .name = "Message", .size = sizeof(struct message_page),
	.keys = SC_DO(inspect) | SC_DO(legs) | SC_DO(save) | SC_DO(copy) | SC_DO(find), .draw = sc_prose_draw, .key = key,
	.close = sc_prose_close, .lines = &sc_prose_lines };

void sc_message_page_open(struct sc_tui *t, const struct sc_event *message)
{
	const struct sc_ev_message *m = message->body;
	const struct sc_seen *seen = message->head ? sc_store_find(&t->store, message->head->session) : NULL;
	struct message_page *p = seen ? (struct message_page *)sc_tui_push(t, &message_view) : NULL;
	if (!p)
		return;
	const struct sc_event *tx = event_of(seen, SC_EVENT_transaction, m->n);
	struct sc_text to = sc_prose_text(&p->prose);
	p->session = seen->id;
	p->n = m->n;
	p->prose.fields = true;
	put_header(&to, m, tx ? tx->body : NULL);
	put_recipients(t, &to, m, seen);
	put_parts(t, &to, &m->parts);
	put_rest(&to, m);
	sc_prose_done(&p->prose, &to);
	sc_prose_title(&p->prose, m->message_id.at ? m->message_id : SC_STR("message"));
}
