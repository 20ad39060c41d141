/* legs.c - show --legs: each message that was seen on several hops, from its first leg to its last.
 *
 * What is kept is bounded (model/legs.h); all is told at the end, since a later hop may be over before an earlier one.
 * Each leg says what ties it to the one before, so a guess is seen to be one.
 */
#include "model/legs.h"
#include "output/outputs.h"
#include "output/sheet.h"
#include "output/value.h"
#include "output/wanted.h"

#define LEGS_OCTETS (64u << 20)
#define DEEPEST     8            /* columns of indent grow no further */

struct ladder {
	struct sc_sheet sheet;
	struct sc_legs legs;
	struct sc_wanted wanted;
	uint64_t printed, alone;
};

static void put_host(struct sc_text *t, const struct sc_ev_endpoint *end, sc_str name)
{
	sc_value_endpoint(t, end);
	if (!name.len)
		return;
	sc_text_adds(t, " (");
	sc_text_visible(t, name);
	sc_text_put(t, ')');
}

static void end_line(struct ladder *l, unsigned depth, bool first)
{
	char head[4 + 2 * DEEPEST] = { 0 };
	struct sc_text t = sc_text_into(head, sizeof(head) - 1);
	size_t indent = 2 + 2 * (depth < DEEPEST ? depth : DEEPEST - 1);
	while (t.len < indent - (first ? 2 : 0))
		sc_text_put(&t, ' ');
	sc_text_adds(&t, first ? "> " : "");
	sc_sheet_end(&l->sheet, head, indent);
}

static void put_result(struct ladder *l, const struct sc_leg *leg, unsigned depth)
{
	struct sc_text *t = sc_sheet_begin(&l->sheet);
	sc_text_adds(t, sc_page_symbol(leg->outcome));
	sc_text_put(t, ' ');
	sc_text_adds(t, leg->outcome);
	sc_text_adds(t, leg->recipients == 1 ? "" : ", ");
	if (leg->recipients != 1) {
		sc_page_grouped(t, leg->accepted);
		sc_text_adds(t, " of ");
		sc_page_grouped(t, leg->recipients);
		sc_text_adds(t, " recipients");
	}
	if (leg->size != SC_NONE) {
		sc_text_adds(t, ", ");
		sc_page_grouped(t, leg->size);
		sc_text_adds(t, " octets");
	}
	if (leg->queue_id.len) {
		sc_text_adds(t, ", queued as ");
		sc_text_visible(t, leg->queue_id);
	}
	sc_text_adds(t, "; session ");
	sc_value_id(t, leg->session);
	end_line(l, depth, false);
}

static void put_tie(struct ladder *l, const struct sc_leg *leg, unsigned depth)
{
	struct sc_text *t = sc_sheet_begin(&l->sheet);
	if (leg->tie == SC_LEG_FIRST)
		return;
	if (leg->tie == SC_LEG_QUEUE_ID) {
		sc_text_adds(t, "tied by queue id ");
		sc_text_visible(t, leg->before->queue_id);
		sc_text_adds(t, " in its Received fields");
	} else {
		bool named = leg->tie == SC_LEG_MESSAGE_ID;
		sc_text_adds(t, named ? "tied by Message-ID" : "tied by sender, recipient and size: likely");
	}
	sc_text_adds(t, leg->doubtful ? "; another leg would do as well" : "");
	if (leg->unseen) {
		sc_text_adds(t, "; ");
		sc_page_grouped(t, leg->unseen);
		sc_text_adds(t, leg->unseen == 1 ? " hop between was not captured" : " hops between were not captured");
	}
	end_line(l, depth, false);
}

static void put_leg(struct ladder *l, const struct sc_leg *leg, sc_time start, unsigned depth)
{
	struct sc_text *t = sc_sheet_begin(&l->sheet);
	sc_text_put(t, '+');
	sc_page_seconds(t, leg->begin - start, 0);
	sc_text_adds(t, " s  ");
	put_host(t, &leg->client, leg->helo);
	sc_text_adds(t, " → ");
	put_host(t, &leg->server, leg->host);
	end_line(l, depth, true);
	put_result(l, leg, depth);
	put_tie(l, leg, depth);
}

static unsigned count_legs(struct ladder *l, const struct sc_leg *root, bool *wanted)
{
	unsigned depth = 0, count = 0;
	*wanted = false;
	for (const struct sc_leg *leg = root; leg; leg = sc_legs_walk(leg, &depth), count++)
		*wanted |= sc_wanted_is(&l->wanted, leg->session, true);
	return count;
}

static void put_title(struct ladder *l, const struct sc_leg *root, unsigned count)
{
	struct sc_text *t = sc_sheet_begin(&l->sheet);
	sc_text_adds(t, "Message ");
	sc_text_visible(t, root->message_id.len ? root->message_id : SC_STR("without a known Message-ID"));
	sc_sheet_end(&l->sheet, "", 2);
	t = sc_sheet_begin(&l->sheet);
	sc_page_time(&l->sheet.clock, t, root->begin);
	sc_text_adds(t, ", from ");
	sc_text_visible(t, root->from.len ? root->from : root->from.at ? SC_STR("<>") : SC_STR("(not seen)"));
	sc_text_adds(t, " to ");
	sc_text_visible(t, root->to.len ? root->to : SC_STR("(not seen)"));
	if (root->recipients > 1) {
		sc_text_adds(t, " and ");
		sc_page_grouped(t, root->recipients - 1);
		sc_text_adds(t, " more");
	}
	sc_text_adds(t, ", ");
	sc_page_grouped(t, count);
	sc_text_adds(t, count == 1 ? " leg" : " legs");
	sc_sheet_end(&l->sheet, "", 2);
}

static void put_message(struct ladder *l, const struct sc_leg *root)
{
	bool wanted;
	unsigned depth = 1, count = count_legs(l, root, &wanted);
	if (!wanted)
		return;
	if (count < 2 && !l->wanted.count) {
		l->alone++;
		return;
	}
	if (l->printed++)
		sc_buffer_adds(&l->sheet.out, "\n");
	put_title(l, root, count);
	for (const struct sc_leg *leg = root; leg; leg = sc_legs_walk(leg, &depth))
		put_leg(l, leg, root->begin, depth);
}

static void put_rest(struct ladder *l)
{
	struct sc_text *t = sc_sheet_begin(&l->sheet);
	sc_wanted_missing(&l->wanted, &l->sheet);
	if (l->printed && l->alone)
		sc_buffer_adds(&l->sheet.out, "\n");
	if (!l->wanted.count && (l->alone || !l->printed)) {
		t = sc_sheet_begin(&l->sheet);
		sc_page_grouped(t, l->alone);
		sc_text_adds(t, l->alone == 1 ? " message was" : " messages were");
		sc_text_adds(t, l->printed ? " seen on one leg only." : " seen, none of them on more than one leg.");
		sc_sheet_end(&l->sheet, "", 2);
	}
	if (!l->legs.lost)
		return;
	t = sc_sheet_begin(&l->sheet);
	sc_page_grouped(t, l->legs.lost);
	sc_text_adds(t, " transactions are left out: only 64 MiB of them are kept.");
	sc_sheet_end(&l->sheet, "", 2);
}

static sc_err legs_close(void *self)
{
	struct ladder *l = self;
	if (l->sheet.out.at) {
		sc_legs_join(&l->legs);
		for (uint32_t i = 0; i < l->legs.count; i++)
			if (!l->legs.items[i].before && l->legs.items[i].outcome)
				put_message(l, &l->legs.items[i]);
		put_rest(l);
	}
	sc_legs_close(&l->legs);
	return sc_sheet_close(&l->sheet);
}

static sc_err legs_open(void *self, const struct sc_output_config *config)
{
	struct ladder *l = self;
	SC_TRY(sc_wanted_read(&l->wanted, config));
	if (!sc_legs_open(&l->legs, LEGS_OCTETS)) {
		sc_legs_close(&l->legs);
		return SC_EFAILED;
	}
	sc_err err = sc_sheet_open(&l->sheet, config);
	if (err)
		sc_legs_close(&l->legs);
	return err;
}

static void legs_write(void *self, const struct sc_event *ev)
{
	struct ladder *l = self;
	sc_legs_add(&l->legs, ev);
}

static void legs_flush(void *self)
{
	struct ladder *l = self;
	sc_buffer_flush(&l->sheet.out);
}

const struct sc_sink_class sc_sink_legs = {
	.name    = "legs",
	.summary = "messages on their way over several servers",
	.wants   = SC_LEGS_WANTS,
	.size    = sizeof(struct ladder),
	.open    = legs_open,
	.write   = legs_write,
	.close   = legs_close,
	.flush   = legs_flush,
};
