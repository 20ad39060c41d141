/* pending.c - the queue of commands that wait for their replies; see pending.h. */
#include "smtp/pending.h"

#include "smtp/commands.h"

void sc_pending_tell(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r, uint64_t quirks)
{
	s->facts.exchanges++;
	sc_session_quirk(s, quirks);
	if (!(s->host->wants & SC_WANT(SC_EVENT_exchange)))
		return;
	struct sc_ev_exchange ev = { .n = s->facts.exchanges, .verb = x->verb, .argument = x->args, .latency_ms = SC_TIME_NONE,
		.quirks = quirks };
	if (r) {
		ev.code = r->code;
		ev.enhanced = r->status;
		ev.text = (struct sc_strs){ r->lines, r->line_count };
		ev.latency_ms = x->when == SC_TIME_NONE ? SC_TIME_NONE : r->first.when - x->when;
	}
	sc_session_emit(s, SC_EVENT_exchange, &ev, x->packet ? x->packet : r ? r->first.packet : 0,
		r ? r->last.packet : x->packet);
}

void sc_pending_pop(struct sc_session *s)
{
	struct sc_exchange *x = s->head;
	s->head = x->next;
	if (!s->head)
		s->tail = NULL;
	if (s->hold == x)
		s->hold = NULL;
	if (s->filling == x)
		s->filling = NULL;
	s->pending--;
	sc_fifo_pop(&s->queue);
}

/* The oldest command ends without an answer. */
void sc_pending_give_up_head(struct sc_session *s)
{
	struct sc_exchange *x = s->head;
	if (x->cmd->lost)
		x->cmd->lost(s, x);
	if (x->cmd != &sc_cmd_lost && x->cmd != &sc_cmd_connect)
		sc_pending_tell(s, x, NULL, x->quirks);
	sc_pending_pop(s);
}

void sc_pending_drop(struct sc_session *s)
{
	while (s->head)
		sc_pending_pop(s);
}

void sc_pending_give_up(struct sc_session *s, const struct sc_exchange *x)
{
	while (s->head != x)
		sc_pending_give_up_head(s);
}

struct sc_exchange *sc_pending_ask(struct sc_session *s, const struct sc_command *cmd, sc_str verb, sc_str args,
	const struct sc_unit *u)
{
	if (s->pending >= SC_PENDING) {
		sc_session_quirk(s, SC_QUIRK_BIT(memory_short));
		sc_pending_give_up_head(s);
	}
	size_t room = SC_BLOCK_LARGE - sizeof(struct sc_exchange) - 16;
	verb = sc_str_slice(verb, 0, 64);
	args = sc_str_slice(args, 0, room - verb.len);
	struct sc_exchange *x = sc_fifo_push(&s->queue, sizeof(*x) + verb.len + args.len);
	if (!x) {
		sc_session_quirk(s, SC_QUIRK_BIT(memory_short));
		return NULL;
	}
	char *text = (char *)(x + 1);
	*x = (struct sc_exchange){ .cmd = cmd, .end = u->end, .seen = u->first.acked, .packet = u->last.packet,
		.when = u->last.when, .replies = 1, .text_at = SC_TIME_NONE, .done_at = SC_TIME_NONE };
	for (size_t i = 0; i < verb.len; i++)
		text[i] = sc_upper(verb.at[i]);
	if (args.len)
		memcpy(text + verb.len, args.at, args.len);
	x->verb = (sc_str){ text, verb.len };
	x->args = args.at ? (sc_str){ text + verb.len, args.len } : SC_STR_NONE;
	*(s->tail ? &s->tail->next : &s->head) = x;
	s->tail = x;
	s->pending++;
	if (cmd->traits & SC_CMD_HOLDS)
		s->hold = x;
	return x;
}
