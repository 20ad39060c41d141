/* notice.c - what a delivery report says, in a sentence (RFC 3464).
 *
 * Only the standard's form counts: a multipart/report with a delivery status, as the `message` event tells it.  Bounces in
 * prose, complaints (ARF) and messages that quote or forward a report are none.  Whoever wrote it may have lied, so it is
 * told as what was reported; and a report that does not come from the null path (RFC 3464 2, RFC 5321 4.5.5) is told with
 * less confidence.  All values are the wire's: they are escaped and cut when they are taken.
 */
#include "story/notice.h"

#include "story/tell.h"

#define ADDRESS 64 /* octets shown */
#define REPLY   96

static void add_cut(struct sc_text *t, sc_str s, size_t limit)
{
	char room[2 * REPLY];
	struct sc_text shown = sc_text_into(room, limit);
	sc_text_visible(&shown, s);
	sc_text_add(t, sc_text_str(&shown));
	sc_text_adds(t, shown.cut ? "..." : "");
}

/* "gone@example.com failed, 5.1.1, user_unknown (smtp; 550 5.1.1 no such user)" */
static size_t write_item(char *room, const struct sc_ev_reported *item)
{
	struct sc_text t = sc_text_into(room, SC_NOTICE_ITEM);
	sc_str who = item->final_recipient.len ? item->final_recipient : item->original_recipient;
	if (who.len)
		add_cut(&t, who, ADDRESS);
	else
		sc_text_adds(&t, "a recipient that it does not name");
	sc_text_put(&t, ' ');
	if (item->action.len)
		add_cut(&t, item->action, 16);
	else
		sc_text_adds(&t, "(no action is given)");
	if (item->status.cls) {
		sc_text_adds(&t, ", ");
		sc_text_status(&t, item->status);
	}
	if (item->cause) {
		sc_text_adds(&t, ", ");
		sc_text_adds(&t, item->cause);
	}
	if (item->diagnostic_code.len) {
		sc_text_adds(&t, " (");
		add_cut(&t, item->diagnostic_code, REPLY);
		sc_text_put(&t, ')');
	}
	return t.len;
}

void sc_notice_read(struct sc_notice *x, const struct sc_event *ev)
{
	const struct sc_ev_message *m = ev->body;
	const struct sc_ev_reported *items = m->reported.items;
	x->session = 0;
	if (!ev->head || !m->report.type || strcmp(m->report.type, "delivery-status") != 0)
		return;
	struct sc_text host = sc_text_into(x->host, sizeof(x->host));
	add_cut(&host, m->report.reporting_mta, sizeof(x->host) - 4);
	x->host_len = (uint16_t)host.len;
	x->session = ev->head->session;
	x->n = m->n;
	x->packet = ev->head->frames.last;
	x->count = m->reported.count;
	for (uint32_t i = 0; i < x->count && i < SC_NOTICE_LISTED; i++) {
		x->items[i].story = 0;
		x->items[i].len = (uint16_t)write_item(x->items[i].text, &items[i]);
	}
}

void sc_notice_tie(struct sc_notice *x, uint32_t nth, uint64_t story)
{
	if (x->session && nth < SC_NOTICE_LISTED && !x->items[nth].story)
		x->items[nth].story = story;
}

static void add_items(struct sc_text *t, const struct sc_notice *x)
{
	uint32_t shown = x->count < SC_NOTICE_LISTED ? x->count : SC_NOTICE_LISTED;
	if (!x->count)
		sc_text_adds(t, " no recipient");
	for (uint32_t i = 0; i < shown; i++) {
		sc_text_adds(t, i ? "; " : " ");
		sc_text_add(t, (sc_str){ x->items[i].text, x->items[i].len });
		if (!x->items[i].story)
			continue;
		sc_text_adds(t, ", story ");
		sc_text_hex(t, x->items[i].story, 16);
	}
	if (x->count > shown) {
		sc_text_adds(t, "; and of ");
		sc_text_number(t, x->count - shown);
		sc_text_adds(t, " more");
	}
}

void sc_notice_tell(struct sc_notice *x, const struct sc_observer_config *to, const struct sc_ev_head *head,
	const struct sc_ev_delivery *d)
{
	char room[SC_TELL_OCTETS + SC_NOTICE_LISTED * SC_NOTICE_ITEM];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!x->session)
		return;
	bool null = d && d->mail_from.at && !d->mail_from.len;
	x->session = 0;
	if (x->host_len)
		sc_text_add(&t, (sc_str){ x->host, x->host_len });
	else
		sc_text_adds(&t, "A system that does not name itself");
	sc_text_adds(&t, " reports");
	if (d && d->rcpt_to.len) {
		sc_text_adds(&t, " to ");
		add_cut(&t, d->rcpt_to, ADDRESS);
	}
	sc_text_adds(&t, " (packet ");
	sc_text_number(&t, x->packet);
	sc_text_adds(&t, "):");
	add_items(&t, x);
	sc_text_put(&t, '.');
	sc_tell_diagnosis_as(to, head, SC_DIAGNOSIS_dsn_seen, null ? "sure" : "likely", &t);
}
