/* dialogue.c - where a dialogue begins and ends; the client's side is in asking.c, the server's in answering.c. */
#include "smtp/dialogue.h"

#include "smtp/auth.h"
#include "smtp/commands.h"
#include "smtp/pending.h"
#include "smtp/smuggle.h"

void sc_dialogue_begin(struct sc_session *s)
{
	struct sc_unit none = { .last = { .when = SC_TIME_NONE } };
	sc_pending_ask(s, &sc_cmd_connect, sc_cmd_connect.verb, SC_STR_NONE, &none);
	s->searching = s->facts.evidence.midstream;
}

void sc_dialogue_end(struct sc_session *s, bool closed)
{
	bool broke = closed && s->head && s->head->cmd != &sc_cmd_lost && !s->quit_asked && s->tx.state == SC_TX_NONE &&
		(!s->encrypted || s->facts.decrypted) && !s->closing && !s->facts.evidence.midstream && !s->head->doubt;
	enum sc_phase phase = sc_session_phase(s, UINT64_MAX);
	broke = broke && phase != SC_PHASE_quit; /* RSET or NOOP unanswered: nothing was lost */
	sc_dialogue_finish_torn(s);
	sc_dialogue_drop_reply(s);
	sc_smuggle_end(s);
	if (closed)
		sc_dialogue_ask_unfinished(s);
	while (s->head)
		sc_pending_give_up_head(s);
	sc_auth_end(s);
	sc_tx_end(s, s->quit_asked && s->tx.state < SC_TX_TEXT ? SC_TX_QUIT : closed ? SC_TX_CLOSED : SC_TX_CUT);
	if (broke) {
		struct sc_verdict none = { .phase = phase };
		sc_session_failure(s, "session", &none, SC_STR_NONE, 0);
	}
}
