/* picks.c - which events a number of the model counts; see picks.h.
 *
 * The keys are made as the model makes them (model/failures.c, model/recipients.c): cut at the same length, "-" where there is
 * none, causes, codes and texts only of refusals.  So what Enter opens is as many as the number says. */
#include "tui/picks.h"

#include "output/value.h"

void sc_pick_set(struct sc_pick *p, enum sc_pick_by by, sc_str key, bool failed)
{
	key = sc_str_slice(key, 0, sizeof(p->key));
	p->by = by;
	p->failed = failed;
	p->key_len = key.len;
	if (key.len)
		memcpy(p->key, key.at, key.len);
}

static sc_str key_of(const struct sc_pick *p)
{
	return (sc_str){ p->key, p->key_len };
}

static bool is(const struct sc_pick *p, sc_str value)
{
	return sc_str_equal(value.len ? sc_str_slice(value, 0, SC_TOP_KEY_OCTETS) : SC_STR("-"), key_of(p));
}

static bool address_is(const struct sc_pick *p, const struct sc_ev_endpoint *e, bool port)
{
	char octets[80];
	struct sc_text t = sc_text_into(octets, sizeof(octets));
	if (e->ip.version && port)
		sc_value_endpoint(&t, e);
	else if (e->ip.version)
		sc_text_ip(&t, &e->ip);
	return is(p, sc_text_str(&t));
}

static bool domain_is(const struct sc_pick *p, sc_str domain)
{
	char octets[SC_TOP_KEY_OCTETS];
	return is(p, sc_str_lower(octets, sizeof(octets), domain));
}

static bool template_is(const struct sc_pick *p, const struct sc_ev_delivery *d)
{
	char octets[SC_TOP_KEY_OCTETS];
	struct sc_text t = sc_text_into(octets, sizeof(octets));
	sc_failures_template(&t, d);
	return d->code && is(p, sc_text_str(&t));
}

static bool status_is(const struct sc_pick *p, struct sc_status status)
{
	char octets[16];
	struct sc_text t = sc_text_into(octets, sizeof(octets));
	sc_text_status(&t, status);
	return status.cls && is(p, sc_text_str(&t));
}

static bool takes_delivery(const struct sc_pick *p, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	enum sc_outcome outcome = sc_outcome_of(d->outcome);
	bool refused = outcome == SC_OUTCOME_deferred || outcome == SC_OUTCOME_rejected;
	if (p->failed && !sc_outcome_failed(outcome))
		return false;
	switch (p->by) {
	case SC_PICK_ALL:      return true;
	case SC_PICK_OUTCOME:  return is(p, sc_str_of(sc_outcome_name(outcome)));
	case SC_PICK_CAUSE:    return refused && is(p, sc_str_of(sc_cause_name(sc_cause_of(sc_str_of(d->cause)))));
	case SC_PICK_PHASE:    return is(p, sc_str_of(sc_phase_name(sc_phase_of(sc_str_of(d->phase)))));
	case SC_PICK_DOMAIN:   return domain_is(p, sc_str_domain(d->rcpt_to));
	case SC_PICK_SERVER:   return address_is(p, &ev->head->server, true);
	case SC_PICK_CLIENT:   return address_is(p, &ev->head->client, false);
	case SC_PICK_SENDER:   return is(p, d->mail_from.at && !d->mail_from.len ? SC_STR("<>") : d->mail_from);
	case SC_PICK_TEMPLATE: return refused && template_is(p, d);
	case SC_PICK_STATUS:   return refused && status_is(p, d->enhanced);
	case SC_PICK_LIST:     return refused && d->list.at && is(p, d->list);
	default:               return false;
	}
}

/* What the capture lacks of a session. */
static bool evidence_is(const struct sc_pick *p, const struct sc_ev_session *s)
{
	if (is(p, SC_STR("encrypted")))
		return sc_secure_is_dark(s);
	return is(p, SC_STR("one_sided")) ? s->evidence.one_sided != NULL : is(p, SC_STR("midstream")) && s->evidence.midstream;
}

static bool takes_session(const struct sc_pick *p, const struct sc_ev_session *s)
{
	switch (p->by) {
	case SC_PICK_SESSIONS: return true;
	case SC_PICK_EVIDENCE: return evidence_is(p, s);
	case SC_PICK_STARTTLS: return s->starttls && is(p, sc_str_of(s->starttls));
	case SC_PICK_VERSION:  return is(p, sc_str_of(s->tls.version ? s->tls.version : "no TLS"));
	case SC_PICK_SOFTWARE: return s->greeting.software.len && is(p, s->greeting.software);
	default:               return false;
	}
}

static bool takes_handshake(const struct sc_pick *p, const struct sc_ev_tls *tls)
{
	char octets[SC_TOP_KEY_OCTETS];
	struct sc_text t = sc_text_into(octets, sizeof(octets));
	return p->by == SC_PICK_HANDSHAKE && sc_failures_handshake(&t, tls) && is(p, sc_text_str(&t));
}

static bool takes_login(const struct sc_pick *p, const struct sc_event *ev)
{
	const struct sc_ev_auth *a = ev->body;
	if (p->by == SC_PICK_LOGIN_CLIENT)
		return address_is(p, &ev->head->client, false);
	return p->by == SC_PICK_LOGIN_USER && is(p, a->user);
}

/* What has no recipient: a refusal by its cause, a break by its phase.  A refusal names a list too. */
static bool takes_failure(const struct sc_pick *p, const struct sc_ev_failure *f)
{
	switch (p->by) {
	case SC_PICK_LIST:    return f->code && f->list.at && is(p, f->list);
	case SC_PICK_REFUSED: return f->code && is(p, sc_str_of(sc_cause_name(sc_cause_of(sc_str_of(f->cause)))));
	case SC_PICK_BROKEN:  return !f->code && is(p, sc_str_of(sc_phase_name(sc_phase_of(sc_str_of(f->phase)))));
	default:              return false;
	}
}

/* That a finding is over blames nobody once more. */
static bool blames(const struct sc_pick *p, const struct sc_ev_finding *f)
{
	return is(p, f->subject.value) && !(f->state && strcmp(f->state, "over") == 0);
}

bool sc_pick_takes(const struct sc_pick *p, const struct sc_event *ev)
{
	switch (ev->kind) {
	case SC_EVENT_delivery:  return takes_delivery(p, ev);
	case SC_EVENT_session:   return takes_session(p, ev->body);
	case SC_EVENT_tls:       return takes_handshake(p, ev->body);
	case SC_EVENT_auth:      return takes_login(p, ev);
	case SC_EVENT_failure:   return takes_failure(p, ev->body);
	case SC_EVENT_diagnosis:
		return p->by == SC_PICK_DIAGNOSIS && is(p, sc_str_of(((const struct sc_ev_diagnosis *)ev->body)->diagnosis));
	case SC_EVENT_finding:   return p->by == SC_PICK_SUBJECT && blames(p, ev->body);
	default:                 return false;
	}
}
