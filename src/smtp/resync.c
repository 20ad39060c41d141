/* resync.c - after a gap: what may be concluded about who answers whom, and what an unseen command was; see resync.h. */
#include "smtp/resync.h"

#include "smtp/commands.h"
#include "smtp/dialogue.h"
#include "smtp/pending.h"
#include "smtp/reply.h"
#include "smtp/software.h"
#include "smtp/switch.h"
#include "smtp/unseen.h"

static struct sc_framer *client(struct sc_session *s)
{
	return &s->framer[SC_CLIENT];
}

static bool only_for(const struct sc_command *cmd, const struct sc_reply *r)
{
	switch (r->code) {
	case 354:
		return cmd->traits & SC_CMD_354;
	case 334:
		return cmd->traits & SC_CMD_334;
	case 221:
		return cmd->traits & SC_CMD_221;
	case 220:
		return cmd->traits & SC_CMD_220;
	case 250:
		return r->line_count > 1 && (cmd->traits & SC_CMD_LIST);
	default:
		return false;
	}
}

#define SHORTEST_RCPT 13 /* RCPT TO:<a> and CRLF */

/* `r` answers the first unseen command after the envelope as it is known: no RCPT was among the missing octets, when they are too
 * few for one, or when this is the first answer to them. */
static void settle_envelope(struct sc_session *s, struct sc_exchange *lost)
{
	bool whole = !lost->doubt && (lost->absorbed == 1 || lost->chunk < SHORTEST_RCPT);
	if (lost->doubt_envelope && whole && s->tx.incomplete)
		s->tx.incomplete--;
	lost->doubt_envelope = false;
}

/* What an unseen command must have been, by the answer to it (rule 11). */
static void assume(struct sc_session *s, struct sc_exchange *lost, const struct sc_reply *r)
{
	lost->absorbed++;
	if (r->code == 354) {
		if (s->tx.state == SC_TX_NONE)
			sc_tx_assume(s, r->first.packet, r->first.when);
		settle_envelope(s, lost);
		s->tx.ev.via = "DATA";
		s->searching = false;
		sc_session_text(s, client(s)->offset);
		s->assumed_verb = SC_STR("DATA");
	} else if (r->code == 334) {
		s->assumed_verb = s->challenged ? SC_STR("SASL") : SC_STR("AUTH");
		s->expect_sasl = true;
		s->searching = false;
	} else if (r->code == 220) {
		s->starttls_open = s->starttls_asked = true;
		sc_switch_open(s, lost->end);
		s->assumed_verb = SC_STR("STARTTLS");
	} else if (r->code == 221) {
		s->quit_asked = true;
		s->assumed_verb = SC_STR("QUIT");
	} else {
		s->assumed_verb = sc_unseen_settle(s, r, lost->chunk >= SHORTEST_RCPT);
	}
	s->challenged = r->code == 334;
	s->facts.evidence.assumed += s->assumed_verb.len != 0;
	if (r->code == 354 || r->code == 334 || r->code == 220)
		sc_pending_give_up(s, lost->next); /* the client waited for this one, so what was lost is all answered */
}

/* A reply that says a message was queued answers the last BDAT of this transaction, unseen. */
static bool assume_acceptance(struct sc_session *s, struct sc_exchange *lost, const struct sc_reply *r)
{
	bool queued = sc_software_queue_id(r->text).at || sc_software_of_acceptance(r->text).at;
	bool whole = s->facts.evidence.gap_octets.server == s->tx.gap_server; /* no reply is missing, so none was another's */
	if (s->tx.state != SC_TX_ENVELOPE || !sc_reply_positive(r->code) || !queued || !whole)
		return false;
	struct sc_unit u = sc_dialogue_end_unit(r, lost->end);
	s->facts.evidence.assumed++;
	lost->absorbed++;
	settle_envelope(s, lost);
	s->tx.text_gap = true;
	s->tx.ev.via = "BDAT";
	s->searching = true;
	sc_pending_give_up(s, lost->next);
	struct sc_exchange *x = sc_dialogue_ask_end(s, &u);
	if (!x)
		return false;
	x->verb = SC_STR("BDAT"); /* a 354 would have been seen */
	x->quirks |= SC_QUIRK_BIT(eod_assumed);
	return true;
}

/* After a gap: whom this reply answers; NULL when that cannot be told. */
struct sc_exchange *sc_resync_match(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_exchange *lost = NULL, *only = NULL;
	uint32_t acked = 0;
	for (struct sc_exchange *x = s->head; x && x->end <= r->first.acked; x = x->next) {
		if (only_for(x->cmd, r)) {
			sc_pending_give_up(s, x);
			return x;
		}
		if (x->cmd == &sc_cmd_lost) {
			lost = lost ? lost : x;
		} else {
			only = x;
			acked++;
		}
	}
	if (!lost && acked == 1 && r->code != 421) {
		sc_pending_give_up(s, only);
		return only;
	}
	if (lost && acked == 0)
		return assume_acceptance(s, lost, r) ? s->head : (assume(s, lost, r), NULL);
	return NULL;
}
