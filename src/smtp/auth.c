/* auth.c - what AUTH commands and SASL lines mean for the session; the mechanisms are in sasl.c. */
#include "smtp/auth.h"

#include "smtp/commands.h"
#include "smtp/reply.h"

void sc_auth_ask(struct sc_session *s, sc_str args)
{
	sc_arena_reset(&s->auth_arena);
	s->facts.auth = (struct sc_ev_session_auth){ .mechanism = SC_STR_NONE, .user = SC_STR_NONE };
	sc_str mechanism = sc_str_slice(sc_str_word(&args), 0, 64);
	char *name = sc_arena_take(&s->auth_arena, mechanism.len + 1);
	s->sasl = sc_arena_take(&s->auth_arena, sizeof(*s->sasl));
	if (!name || !s->sasl)
		return;
	for (size_t i = 0; i < mechanism.len; i++)
		name[i] = sc_upper(mechanism.at[i]);
	s->facts.auth.mechanism = (sc_str){ name, mechanism.len };
	*s->sasl = (struct sc_sasl){ 0 };
	sc_sasl_begin(s->sasl, mechanism);
	sc_str initial = sc_str_trim(args);
	if (initial.len)
		sc_sasl_response(s->sasl, initial);
}

sc_str sc_auth_initial(sc_str args)
{
	(void)sc_str_word(&args);
	return sc_str_trim(args);
}

void sc_auth_proceed(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	(void)x;
	s->expect_sasl = r->code == 334;
}

static const char *outcome_of(const struct sc_exchange *x, const struct sc_reply *r)
{
	if (!r)
		return "unknown";
	if (sc_reply_positive(r->code))
		return "ok";
	return x->cancels ? "cancelled" : "failed";
}

void sc_auth_settle(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	struct sc_ev_auth ev = { .mechanism = s->facts.auth.mechanism, .outcome = outcome_of(x, r), .text = SC_STR_NONE };
	ev.user = s->sasl ? sc_sasl_user(s->sasl) : SC_STR_NONE;
	ev.cleartext = !s->facts.decrypted;
	ev.attempt = ++s->auths;
	if (r) {
		ev.code = r->code;
		ev.enhanced = r->status;
		ev.text = r->text;
	}
	s->expect_sasl = false;
	s->auth_tail = r && !sc_reply_positive(r->code);
	s->facts.auth.user = ev.user;
	s->facts.auth.outcome = ev.outcome;
	s->facts.auth.cleartext = ev.cleartext;
	sc_session_emit(s, SC_EVENT_auth, &ev, x->packet, r ? r->last.packet : x->packet);
	if (r && !sc_reply_positive(r->code) && !x->cancels) {
		struct sc_verdict v = { r->code, r->status, r->text, SC_PHASE_auth, r->last.packet };
		sc_session_failure(s, "session", &v, SC_STR_NONE, 0);
	}
}

void sc_auth_end(struct sc_session *s)
{
	struct sc_exchange none = { .packet = s->last_packet };
	if (s->expect_sasl)
		sc_auth_settle(s, &none, NULL);
}

void sc_auth_lost(struct sc_session *s, struct sc_exchange *x)
{
	/* Only the last line of a dialogue tells: a 334 that was lost is followed by another line. */
	if (!s->guess)
		sc_auth_settle(s, x, NULL);
}
