/* secure.c - joins smtp/session and tls/: records of a session go to its TLS, and what is learned there becomes the `tls`
 * event and facts of the session.
 *
 * A session's TLS is opened with its first record; when there is no memory for it, the session goes on without, and says so.
 */
#include "engine/secure.h"

#include "engine/sorting.h"

static void keep_facts(struct sc_mail *m)
{
	const struct sc_ev_tls *ev = &m->tls->ev;
	m->session.facts.tls = (struct sc_ev_session_tls){ .version = ev->version, .cipher = ev->cipher, .sni = ev->sni,
		.ja3 = ev->ja3, .ja4 = ev->ja4, .alert = ev->established ? (struct sc_ev_alert){ 0 } : ev->alert,
		.unopened = m->session.facts.decrypted ? NULL : m->tls->unopened };
}

static void tell(struct sc_mail *m, uint64_t last)
{
	struct sc_session *s = &m->session;
	m->tls->ev.via = s->implicit_tls ? "implicit" : s->starttls_open ? "starttls" : NULL;
	keep_facts(m);
	sc_session_emit(s, SC_EVENT_tls, &m->tls->ev, m->tls->first_packet, last);
}

static void heed(struct sc_mail *m, unsigned news)
{
	struct sc_session *s = &m->session;
	const struct sc_segment *now = &m->tls->run;
	if (news & SC_TLS_ESTABLISHED)
		sc_session_tls(s, now->when);
	if (news & SC_TLS_FAILED)
		sc_session_tls_failed(s);
	if (news & (SC_TLS_ESTABLISHED | SC_TLS_FAILED)) {
		m->tls_due = !s->smtp;
		tell(m, now->packet);
	}
	if (news & SC_TLS_BAD_RECORD)
		sc_session_quirk(s, SC_QUIRK_BIT(tls_bad_record));
	if (!(news & SC_TLS_TEXT))
		return;
	sc_session_plain(s, m->tls->from, &m->tls->text);
	if (m->tls_due && s->smtp) {
		m->tls_due = false;
		tell(m, m->tls->text.packet);
	}
}

bool sc_secure_opens(const struct sc_engine *e)
{
	return e->tls.keys && (sc_tls_keys_count(e->tls.keys) || sc_tls_keys_expected(e->tls.keys));
}

static void pull(struct sc_mail *m)
{
	unsigned news;
	while (sc_tls_next(m->tls, &news))
		heed(m, news);
}

void sc_secure_take(struct sc_engine *e, struct sc_mail *m, enum sc_side side, const struct sc_segment *run)
{
	if (!m->tls) {
		m->tls = sc_tls_open(&e->tls, run->packet);
		sc_sorting_hear_anew(e, m);
	}
	if (!m->tls) {
		sc_session_quirk(&m->session, SC_QUIRK_BIT(memory_short));
		return;
	}
	sc_tls_push(m->tls, side, run);
	pull(m);
}

bool sc_secure_waits(const struct sc_mail *m)
{
	return m->tls && m->tls->waiting && sc_tls_keys_expected(m->tls->host->keys);
}

bool sc_secure_ready(const struct sc_mail *m)
{
	return m->tls && sc_tls_ready(m->tls);
}

void sc_secure_resume(struct sc_mail *m, bool hurried)
{
	if (!m->tls)
		return;
	sc_tls_resume(m->tls);
	pull(m);
	if (!hurried)
		return;
	sc_tls_hurry(m->tls);
	pull(m);
}

void sc_secure_finish(struct sc_mail *m, bool closed)
{
	if (!m->tls)
		return;
	sc_tls_release(m->tls);
	pull(m);
	bool news = sc_tls_finish(m->tls, closed);
	if (m->tls->ev.unfinished)
		sc_session_tls_unknown(&m->session);
	keep_facts(m);
	if (news)
		tell(m, m->session.last_packet);
}

void sc_secure_close(struct sc_mail *m)
{
	sc_tls_close(m->tls);
	m->tls = NULL;
}
