/* test_starttls.c - diagnoses of TLS between a client and a server: each one, a near miss, a look-alike. */
#include "ledger_fixture.h"

#define CLIENT "192.0.2.1"
#define SERVER "198.51.100.25"

static const sc_str with[] = { { "SIZE", 4 }, { "STARTTLS", 8 } }, without[] = { { "SIZE", 4 } };

enum kind { SESSION, TLS, FAILURE, LOSS };

/* One event of a connection. */
struct step {
	enum kind kind;
	int       at_s;          /* after noon */
	uint64_t  session;
	const char *starttls;    /* SESSION */
	bool      offered;
	uint64_t  accepted;
	const char *end_by;      /* NULL: client */
	uint64_t  gap, quirks;
	bool      one_sided;
	const char *side, *name; /* TLS, SESSION: the alert; FAILURE: side is the phase */
	uint16_t  code;
	const char *version;
	bool      established, greeted;
	const char *client;      /* NULL: CLIENT */
};

#define SAID(starttls_, offered_, accepted_, ...) \
	{ .kind = SESSION, .starttls = starttls_, .offered = offered_, .accepted = accepted_, __VA_ARGS__ }

static const struct scene {
	const char *name, *diagnosis; /* NULL: none at all */
	const char *text;             /* part of it */
	const char *word;             /* of the last session; NULL: not looked at */
	struct step steps[5];
} scenes[] = {
	{ "an alert", "tls_alert", "client 192.0.2.1 ended the TLS handshake with alert 48 (unknown_ca)", NULL,
		{ SAID("handshake_failed", true, 0, .session = 1, .side = "client", .name = "unknown_ca", .code = 48) } },
	{ "near miss: an alert, and the other side is not captured", NULL, NULL, NULL,
		{ SAID("handshake_failed", true, 0, .session = 1, .side = "client", .code = 48, .one_sided = true) } },
	{ "an alert that cannot be read", "tls_alert", "with an alert that is encrypted.", NULL,
		{ SAID("handshake_failed", true, 0, .session = 1, .side = "client") } },
	{ "a handshake that ended well", NULL, NULL, NULL,
		{ { .kind = TLS, .session = 1, .established = true, .version = "TLSv1.3" }, SAID("established", true, 1, .session = 1) } },
	{ "closed without a word", "tls_closed", "after the server's hello: it may not like the certificate", NULL,
		{ { .kind = TLS, .session = 1, .version = "TLSv1.2" }, SAID("handshake_failed", true, 0, .session = 1, .version = "TLSv1.2") } },
	{ "closed, and large packets were lost", "pmtu_blackhole", NULL, NULL,
		{ { .kind = TLS, .session = 1 }, { .kind = LOSS, .session = 1 }, SAID("handshake_failed", true, 0, .session = 1) } },
	{ "closed with close_notify", "tls_closed", "before the server's hello", NULL,
		{ { .kind = TLS, .session = 1, .side = "client", .name = "close_notify" }, SAID("handshake_failed", true, 0, .session = 1) } },
	{ "near miss: the capture ended", NULL, NULL, NULL,
		{ { .kind = TLS, .session = 1, .version = "TLSv1.2" },
			SAID("handshake_failed", true, 0, .session = 1, .end_by = "capture_end") } },
	{ "near miss: octets are missing", NULL, NULL, NULL,
		{ { .kind = TLS, .session = 1, .version = "TLSv1.2" }, SAID("handshake_failed", true, 0, .session = 1, .gap = 1) } },
	{ "refused", "starttls_refused", "answered it with 454", NULL,
		{ { .kind = FAILURE, .session = 1, .side = "starttls", .code = 454, .offered = true } } },
	{ "near miss: refused for good, which a finding tells", NULL, NULL, NULL,
		{ { .kind = FAILURE, .session = 1, .side = "starttls", .code = 554, .offered = true } } },
	{ "look-alike: refused, but never offered", NULL, NULL, NULL,
		{ { .kind = FAILURE, .session = 1, .side = "starttls", .code = 502 } } },
	{ "look-alike: another phase", NULL, NULL, NULL,
		{ { .kind = FAILURE, .session = 1, .side = "rcpt", .code = 550, .offered = true } } },
	{ "mail in clear after a failure", "tls_fallback", "90 seconds before, and now mail for 2 recipients", NULL,
		{ { .kind = TLS, .session = 1, .side = "server", .code = 40 }, SAID("offered_unused", true, 2, .session = 2, .at_s = 90) } },
	{ "in the same connection", "tls_fallback", "in this connection", NULL,
		{ { .kind = FAILURE, .session = 1, .side = "starttls", .code = 454 }, SAID("refused", false, 1, .session = 1) } },
	{ "near miss: eleven minutes later", "no_tls", NULL, NULL,
		{ { .kind = TLS, .session = 1, .side = "server", .code = 40 }, SAID("offered_unused", true, 2, .session = 2, .at_s = 660) } },
	{ "near miss: nothing was delivered", NULL, NULL, NULL,
		{ { .kind = TLS, .session = 1, .side = "server", .code = 40 }, SAID("offered_unused", true, 0, .session = 2, .at_s = 60) } },
	{ "look-alike: another client", "no_tls", NULL, NULL,
		{ { .kind = TLS, .session = 1, .side = "server", .code = 40 },
			SAID("offered_unused", true, 2, .session = 2, .at_s = 60, .client = "192.0.2.2") } },
	{ "in clear, though offered", "no_tls", "Mail for 2 recipients went in clear from client 192.0.2.1 to server 198.51.100.25, which offers", NULL,
		{ SAID("offered_unused", true, 2, .session = 1) } },
	{ "in clear, not offered", "no_tls", "which does not offer STARTTLS", NULL, { SAID("not_offered", false, 1, .session = 1) } },
	{ "in clear, ten times as much", "no_tls", "Mail for 11 recipients", NULL,
		{ SAID("offered_unused", true, 2, .session = 1), SAID("offered_unused", true, 7, .session = 2),
			SAID("offered_unused", true, 2, .session = 3), SAID("offered_unused", true, 80, .session = 4) } },
	{ "near miss: in clear, and nothing was taken", NULL, NULL, NULL, { SAID("offered_unused", true, 0, .session = 1) } },
	{ "near miss: in clear, and octets are missing", NULL, NULL, NULL, { SAID("offered_unused", true, 2, .session = 1, .gap = 9) } },
	{ "look-alike: inside TLS", NULL, NULL, NULL, { SAID("established", true, 2, .session = 1) } },
	{ "TLS where clear text comes first", "wrong_tls_mode", "where the server speaks first, in clear", NULL,
		{ SAID("implicit", false, 0, .session = 1, .quirks = SC_QUIRK_BIT(tls_on_plain_port), .greeted = true) } },
	{ "TLS, and the server is silent", "wrong_tls_mode", "and the server had no word of TLS for it", NULL,
		{ SAID("implicit", false, 0, .session = 1, .quirks = SC_QUIRK_BIT(tls_on_plain_port)) } },
	{ "near miss: TLS, and an alert of the server", "tls_alert", NULL, NULL,
		{ SAID("implicit", false, 0, .session = 1, .quirks = SC_QUIRK_BIT(tls_on_plain_port), .side = "server", .code = 40) } },
	{ "look-alike: TLS that the server takes", NULL, NULL, NULL,
		{ SAID("implicit", false, 0, .session = 1, .quirks = SC_QUIRK_BIT(tls_on_plain_port), .version = "TLSv1.3") } },
	{ "clear text where TLS comes first", "wrong_tls_mode", "The server began in clear", NULL,
		{ SAID("not_offered", false, 0, .session = 1, .quirks = SC_QUIRK_BIT(plain_on_tls_port), .greeted = true) } },
	{ "clear text of the client, and an alert", "wrong_tls_mode", "The client began in clear on port 25, where TLS comes first; the server answered", NULL,
		{ SAID(NULL, false, 0, .session = 1, .quirks = SC_QUIRK_BIT(plain_on_tls_port), .side = "server", .code = 10) } },
	{ "near miss: octets are missing, and TLS may have come first", NULL, NULL, NULL,
		{ SAID(NULL, false, 0, .session = 1, .quirks = SC_QUIRK_BIT(plain_on_tls_port), .gap = 1) } },
	{ "offered before and gone now", NULL, NULL, "stripped",
		{ SAID("offered_unused", true, 0, .session = 1), SAID("not_offered", false, 0, .session = 2, .at_s = 3600) } },
	{ "near miss: offered two days before", NULL, NULL, "not_offered",
		{ SAID("offered_unused", true, 0, .session = 1), SAID("not_offered", false, 0, .session = 2, .at_s = 2 * 86400) } },
	{ "look-alike: offered to another client", NULL, NULL, "not_offered",
		{ SAID("offered_unused", true, 0, .session = 1, .client = "192.0.2.7"), SAID("not_offered", false, 0, .session = 2, .at_s = 60) } },
	{ "look-alike: octets are missing", NULL, NULL, "not_offered",
		{ SAID("offered_unused", true, 0, .session = 1), SAID("not_offered", false, 0, .session = 2, .at_s = 60, .gap = 9) } },
};

static struct sc_ev_session session_of(const struct step *s)
{
	struct sc_ev_session body = { .start = NOON + s->at_s * SC_SECOND, .starttls = s->starttls, .end_by = s->end_by ? s->end_by : "client",
		.quirks = s->quirks, .recipients.accepted = s->accepted, .evidence.gap_octets.server = s->gap,
		.evidence.one_sided = s->one_sided ? "server" : NULL, .tls = { .version = s->version }, .greeting.code = s->greeted ? 220 : 0 };
	if (s->kind == SESSION)
		body.tls.alert = (struct sc_ev_alert){ s->side, s->code, s->name };
	body.capabilities = s->offered ? (struct sc_strs){ with, 2 } : (struct sc_strs){ without, 1 };
	if (s->starttls && strcmp(s->starttls, "implicit") == 0)
		body.capabilities.count = 0;
	return body;
}

static void feed(struct ledger *t, const struct step *s)
{
	struct sc_ev_session session = session_of(s);
	struct sc_ev_tls tls = { .version = s->version, .established = s->established, .alert = { s->side, s->code, s->name } };
	struct sc_ev_failure failure = { .scope = "session", .phase = s->side, .code = s->code };
	struct sc_ev_diagnosis loss = { .diagnosis = "pmtu_blackhole" };
	const void *const bodies[] = { &session, &tls, &failure, &loss };
	static const enum sc_event_kind kinds[] = { SC_EVENT_session, SC_EVENT_tls, SC_EVENT_failure, SC_EVENT_diagnosis };
	struct sc_ev_head head = { .session = s->session, .client = { ip_of(s->client ? s->client : CLIENT), 40000 },
		.server = { ip_of(SERVER), 25 } };
	tls.certificate.not_before = tls.certificate.not_after = SC_TIME_NONE;
	struct sc_event ev = { .kind = kinds[s->kind], .packet = ++t->packet, .flow = s->session,
		.when = NOON + s->at_s * SC_SECOND, .head = &head, .session = &session, .body = bodies[s->kind] };
	sc_ledger_event(t->l, &ev);
}

static const struct sc_event *last_of(const struct ledger *t, enum sc_event_kind kind)
{
	for (size_t i = t->count; i-- > 0;)
		if (t->told[i]->kind == kind)
			return t->told[i];
	return NULL;
}

static void check(const struct scene *scene, const struct ledger *t)
{
	const struct sc_event *ev = last_of(t, SC_EVENT_diagnosis), *session = last_of(t, SC_EVENT_session);
	const struct sc_ev_diagnosis *d = ev ? ev->body : NULL;
	if (!d != !scene->diagnosis || (d && strcmp(d->diagnosis, scene->diagnosis) != 0))
		fail_msg("%s: %s", scene->name, d ? d->diagnosis : "nothing was said");
	if (scene->text && sc_str_search(d->text, sc_str_of(scene->text)) == SIZE_MAX)
		fail_msg("%s: %.*s", scene->name, (int)d->text.len, d->text.at);
	if (scene->word && strcmp(((const struct sc_ev_session *)session->body)->starttls, scene->word) != 0)
		fail_msg("%s: %s", scene->name, ((const struct sc_ev_session *)session->body)->starttls);
}

static void test_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (size_t k = 0; k < 5 && scenes[i].steps[k].session; k++)
			feed(&t, &scenes[i].steps[k]);
		check(&scenes[i], &t);
		ledger_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_scenes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
