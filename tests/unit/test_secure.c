/* test_secure.c - what became of TLS between servers and their clients, counted by server: what failed, what was odd, what merely
 * was not seen. */
#include "report_fixture.h"

static void take(void *to, const struct sc_event *ev)
{
	sc_failures_add(to, ev);
}

#define SERVER "198.51.100.7:25 mx.example.net: "

static const struct scene {
	const char *name, *starttls, *version, *side, *alert;
	uint16_t code;
	uint64_t glued, gap;
	const char *end_by; /* NULL: client */
	const char *row;    /* behind SERVER */
	bool     trouble, dark;
} scenes[] = {
	{ "inside TLS", "established", "TLSv1.3", NULL, NULL, 0, 0, 0, NULL, "TLSv1.3", false, true },
	{ "an alert", "handshake_failed", "TLSv1.2", "client", "unknown_ca", 48, 0, 0, NULL, "client sent alert 48 unknown_ca", true, false },
	{ "an alert that is encrypted", "handshake_failed", NULL, "server", NULL, 0, 0, 0, NULL, "server sent an encrypted alert", true, false },
	{ "broken off", "handshake_failed", "TLSv1.2", NULL, NULL, 0, 0, 0, NULL, "handshake broken off", true, false },
	{ "refused", "refused", NULL, NULL, NULL, 0, 0, 0, NULL, "STARTTLS refused", true, false },
	{ "glued", "established", "TLSv1.2", NULL, NULL, 0, 30, 0, NULL, "octets in clear glued to STARTTLS", true, true },
	{ "offered", "offered_unused", NULL, NULL, NULL, 0, 0, 0, NULL, "offered, not used", false, false },
	{ "not offered", "not_offered", NULL, NULL, NULL, 0, 0, 0, NULL, "not offered", false, false },
	{ "from the first octet", "implicit", "TLSv1.3", NULL, NULL, 0, 0, 0, NULL, "TLSv1.3", false, true },
	{ "from the first octet, and an alert", "implicit", NULL, "server", "handshake_failure", 40, 0, 0, NULL,
		"server sent alert 40 handshake_failure", true, false },
	{ "from the first octet, and nothing else", "implicit", NULL, NULL, NULL, 0, 0, 0, NULL,
		"TLS from the first octet, no handshake came about", true, false },
	{ "from the first octet, and the capture ends", "implicit", NULL, NULL, NULL, 0, 0, 0, "capture_end", "TLS", false, true },
	{ "from the first octet, and octets are missing", "implicit", NULL, NULL, NULL, 0, 0, 9, NULL, "TLS", false, true },
};

static void check(const struct scene *x)
{
	struct sc_failures *m = NULL;
	const struct sc_top_row *row;
	char key[200];
	struct sc_ev_session s = sample_session();
	s.starttls = x->starttls;
	s.tls.version = x->version;
	s.tls.alert = (struct sc_ev_alert){ x->side, x->code, x->alert };
	s.glued.client = x->glued;
	s.evidence.gap_octets.client = x->gap;
	s.end_by = x->end_by ? x->end_by : "client";
	s.recipients.accepted = 2;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	feed(take, m, SC_EVENT_session, 1, T0, &s);
	const struct sc_top *top = x->trouble ? &m->secure.troubled : &m->secure.peers;
	snprintf(key, sizeof(key), "%s%s", SERVER, x->row);
	if (sc_top_sorted(top, SC_TOP_BY_COUNT, &row, 1) != 1 || !sc_str_equal(sc_top_key(row), sc_str_of(key)))
		fail_msg("%s: no row %s", x->name, key);
	if (m->encrypted != x->dark || m->secure.up != x->dark || m->secure.down != x->trouble || m->secure.clear != (x->dark ? 0 : 2u))
		fail_msg("%s: counted wrongly", x->name);
	sc_failures_close(m);
}

static void test_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		check(&scenes[i]);
}

static void test_matters(void **state)
{
	(void)state;
	struct sc_failures *m = NULL;
	const struct sc_top_row *row;
	struct sc_ev_diagnosis alert = { .diagnosis = "tls_alert", .severity = "warn" }, loss = { .diagnosis = "loss", .severity = "warn" };
	struct sc_ev_finding weak = { .detector = "tls_weak", .severity = "low", .state = "new", .subject = { "server", SC_STR("198.51.100.7:25") } };
	struct sc_ev_finding bot = { .detector = "helo_bot", .severity = "low", .state = "new", .subject = { "client", SC_STR("192.0.2.10") } };
	assert_int_equal(sc_failures_open(&m), SC_OK);
	feed(take, m, SC_EVENT_diagnosis, 1, T0, &alert);
	feed(take, m, SC_EVENT_diagnosis, 2, T0, &loss);
	feed(take, m, SC_EVENT_finding, 1, T0, &weak);
	feed(take, m, SC_EVENT_finding, 2, T0, &bot);
	assert_int_equal(sc_top_sorted(&m->secure.diagnoses, SC_TOP_BY_COUNT, &row, 1), 1);
	assert_true(sc_str_equal(sc_top_key(row), SC_STR("tls_alert")));
	assert_int_equal(m->secure.diagnoses.used, 1);
	assert_int_equal(sc_top_sorted(&m->secure.findings, SC_TOP_BY_COUNT, &row, 1), 1);
	assert_true(sc_str_equal(sc_top_key(row), SC_STR("tls_weak: 198.51.100.7:25")));
	assert_int_equal(m->secure.findings.used, 1);
	sc_failures_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_servers), cmocka_unit_test(test_matters) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
