/* write.c - makes the `story` event: each list in the order of the attempts, each address and session once. */
#include "story/write.h"

#include "base/text.h"

#define ITEMS (SC_BOOK_TRIES + 2)

struct lists {
	sc_str sessions[ITEMS], clients[ITEMS], servers[ITEMS], causes[ITEMS];
	uint32_t session_count, client_count, server_count, cause_count;
	struct sc_text texts;             /* ids and addresses */
	char room[ITEMS * (16 + 2 * 48)];
};

static void add(sc_str *items, uint32_t *count, sc_str item)
{
	for (uint32_t i = 0; i < *count; i++)
		if (sc_str_equal(items[i], item))
			return;
	if (*count < ITEMS)
		items[(*count)++] = item;
}

/* What was written since `from`. */
static sc_str written(const struct lists *l, size_t from)
{
	return (sc_str){ l->texts.at + from, l->texts.len - from };
}

static void add_try(struct lists *l, const struct sc_try *act)
{
	size_t from = l->texts.len;
	sc_text_hex(&l->texts, act->session, 16);
	add(l->sessions, &l->session_count, written(l, from));
	from = l->texts.len;
	sc_text_ip(&l->texts, &act->client);
	add(l->clients, &l->client_count, written(l, from));
	from = l->texts.len;
	sc_text_ip(&l->texts, &act->server);
	add(l->servers, &l->server_count, written(l, from));
	if (act->cause && l->cause_count < ITEMS)
		l->causes[l->cause_count++] = sc_str_of(act->cause);
}

static void fill(struct lists *l, const struct sc_story *s)
{
	l->texts = sc_text_into(l->room, sizeof(l->room));
	add_try(l, &s->past.first);
	for (const struct sc_book_try *t = s->first_try; t; t = t->next)
		add_try(l, &t->act);
	if (s->attempts > 1)
		add_try(l, &s->past.last);
}

/* A refusal for now is no end while another attempt may come. */
static const char *outcome_of(const struct sc_story *s, bool over)
{
	enum sc_fate fate = s->accepted ? SC_FATE_accepted : s->past.last.fate;
	bool pending = !over && s->returned == SC_TIME_NONE && (fate == SC_FATE_deferred || fate == SC_FATE_aborted);
	return pending ? "pending" : sc_fate_name(fate);
}

void sc_story_write(const struct sc_observer_config *to, const struct sc_story *s, bool over)
{
	struct lists l = { .session_count = 0 };
	fill(&l, s);
	struct sc_ev_story body = {
		.story = s->id,
		.mail_from = sc_story_from(s),
		.rcpt_to = sc_story_to(s),
		.attempts = s->attempts,
		.first_ts = s->past.first.when,
		.last_ts = s->past.last.when,
		.outcome = outcome_of(s, over),
		.confidence = s->attempts < 2 ? NULL : s->guessed ? "likely" : "sure",
		.accepted = s->accepted,
		.returned_ts = s->returned,
		.returned_status = s->returned_status,
		.delay_ms = s->accepted ? s->delivered - s->past.first.when : SC_TIME_NONE,
		.causes = { l.causes, l.cause_count },
		.sessions = { l.sessions, l.session_count },
		.clients = { l.clients, l.client_count },
		.servers = { l.servers, l.server_count },
	};
	struct sc_event ev = { .kind = SC_EVENT_story, .body = &body };
	to->tell(to->tell_ctx, &ev);
}
