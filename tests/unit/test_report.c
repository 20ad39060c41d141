/* test_report.c - the report of delivery failures: the numbers it tells, lines that fit, nothing of the wire
 * that could act on a terminal or a browser, JSON that is JSON, and HTML whose tags are its own. */
#include "output/page.h"
#include "output/reports.h"
#include "report_fixture.h"

struct page {
	char  *at;
	size_t len;
	bool   refuse;
};

static bool page_write(void *ctx, const char *at, size_t len)
{
	struct page *p = ctx;
	if (p->refuse)
		return false;
	p->at = realloc(p->at, p->len + len + 1);
	memcpy(p->at + p->len, at, len);
	p->len += len;
	p->at[p->len] = 0;
	return true;
}

struct output {
	const struct sc_sink_class *cls;
	void *self;
	struct page page;
};

static void take(void *to, const struct sc_event *ev)
{
	struct output *o = to;
	o->cls->write(o->self, ev);
}

static struct output begin(const struct sc_sink_class *cls, const char *source, struct page **page)
{
	struct output o = { .cls = cls, .self = calloc(1, cls->size) };
	*page = calloc(1, sizeof(**page));
	struct sc_output_config config = { .writer = { page_write, *page }, .utc = true, .source = source };
	assert_int_equal(cls->open(o.self, &config), SC_OK);
	return o;
}

static void end(struct output *o, struct page *page, sc_err expected)
{
	assert_int_equal(o->cls->close(o->self), expected);
	free(o->self);
	o->page = *page;
	free(page);
}

/* Commands are copied, so they are never broken. */
static bool is_command(sc_str line)
{
	line = sc_str_trim(line);
	return sc_str_starts(SC_STR("smtpscope "), sc_str_slice(line, 0, 10)) || sc_str_starts(SC_STR("swaks "), sc_str_slice(line, 0, 6));
}

/* No control octet, no line over 80 columns. */
static void check_text(const char *name, const struct page *p)
{
	size_t from = 0;
	for (size_t i = 0; i < p->len; i++) {
		unsigned char c = (unsigned char)p->at[i];
		if (c != '\n' && (c < ' ' || c == 0x7f))
			fail_msg("%s: control octet %u", name, c);
		if (c != '\n')
			continue;
		sc_str line = { p->at + from, i - from };
		if (sc_text_columns(line) > 80 && !is_command(line))
			fail_msg("%s: a line of %zu columns: %.*s", name, sc_text_columns(line), (int)line.len,
				 line.at);
		from = i + 1;
	}
	assert_true(from == p->len);
}

/* ---- a small reader of JSON: true when the whole of it is one value ---- */

static const char *json_value(const char *p, int depth);

static const char *past_blanks(const char *p)
{
	while (p && (*p == ' ' || *p == '\n'))
		p++;
	return p;
}

static const char *json_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if ((unsigned char)*p < ' ')
			return NULL;
		if (*p == '\\') {
			p++;
			if (!*p || !strchr("\"\\/bfnrtu", *p))
				return NULL;
		}
		p++;
	}
	return p + 1;
}

static const char *json_members(const char *p, char close, int depth)
{
	p = past_blanks(p + 1);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (close == '}') {
			p = json_string(past_blanks(p));
			p = past_blanks(p);
			if (!p || *p++ != ':')
				return NULL;
		}
		p = past_blanks(json_value(past_blanks(p), depth + 1));
		if (!p || (*p != ',' && *p != close))
			return NULL;
		if (*p++ == close)
			return p;
	}
}

static const char *json_value(const char *p, int depth)
{
	if (depth > 20)
		return NULL;
	if (*p == '{' || *p == '[')
		return json_members(p, *p == '{' ? '}' : ']', depth);
	if (*p == '"')
		return json_string(p);
	size_t n = strspn(p, "0123456789.-");
	return n ? p + n : NULL;
}

static void check_json(const char *name, const struct page *p)
{
	const char *rest = p->at ? past_blanks(json_value(p->at, 0)) : NULL;
	if (!rest || *rest)
		fail_msg("%s: no JSON: %s", name, p->at);
}

/* ---- a small reader of HTML: tags that we write, each closed by its own, and no other octet that HTML knows ---- */

struct tags {
	char open[32][20];
	size_t depth;
};

static bool is_empty_tag(const char *name)
{
	return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0;
}

/* Reads a tag from its '<' on; gives what follows it, or NULL. */
static const char *html_tag(const char *p, struct tags *t)
{
	static const char known[] = " html head body meta title style h1 h2 p br nav a main section table thead tbody tr "
				    "th td code pre svg rect small ";
	bool closes = p[1] == '/';
	const char *name = p + 1 + closes;
	size_t len = strcspn(name, " >");
	char word[20], spaced[24];
	const char *end = strchr(p, '>');
	if (!end || len == 0 || len > 14 || strcspn(p + 1, "<") < (size_t)(end - p))
		return NULL;
	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	snprintf(spaced, sizeof(spaced), " %s ", word);
	if (!strstr(known, spaced))
		return NULL;
	if (is_empty_tag(word))
		return end + 1;
	if (closes)
		return t->depth && strcmp(t->open[--t->depth], word) == 0 ? end + 1 : NULL;
	if (t->depth == 32)
		return NULL;
	memcpy(t->open[t->depth++], word, sizeof(word));
	return end + 1;
}

static void check_html(const char *name, const struct page *p)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	struct tags t = { .depth = 0 };
	const char *at = p->at;
	if (!at || strncmp(at, doctype, sizeof(doctype) - 1) != 0)
		fail_msg("%s: no page", name);
	for (at += sizeof(doctype) - 1; at && *at;) {
		unsigned char c = (unsigned char)*at;
		if ((c < ' ' && c != '\n') || c == 0x7f)
			fail_msg("%s: control octet %u", name, c);
		const char *from = at;
		at = c == '<' ? html_tag(at, &t) : at + 1;
		if (!at)
			fail_msg("%s: no tag of ours: %.80s", name, from);
		if (c == '>' || (c == '&' && !strchr("algq#", *at)))
			fail_msg("%s: not escaped: %.80s", name, from);
	}
	assert_int_equal(t.depth, 0);
}

/* ---- the forms ---- */

static const struct form {
	const struct sc_sink_class *cls;
	void (*check)(const char *name, const struct page *p);
} forms[] = {
	{ &sc_sink_report_text, check_text },
	{ &sc_sink_report_json, check_json },
	{ &sc_sink_report_html, check_html },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* ---- the cases ---- */

static const struct sample samples[] = {
	{"a@example.org", "ok@example.net", "accepted", "eom", NULL, "2.0.0 Ok", NULL, 250, {2, 0, 0}},
	{"a@example.org",
	 "x@example.net",
	 "rejected",
	 "rcpt",
	 "user_unknown",
	 "5.1.1 <x@example.net>: no such user",
	 NULL,
	 550,
	 {5, 1, 1}},
	{"", "z@example.com", "deferred", "rcpt", "greylisted", "Greylisted, wait 300 seconds", NULL, 450, {0}},
	{"b@example.org",
	 "q@example.com",
	 "rejected",
	 "rcpt",
	 "dnsbl_listed",
	 "blocked using bl.example.org",
	 "bl.example.org",
	 554,
	 {5, 7, 1}},
	{"b@example.org", "r@example.com", "in_doubt", "eom", NULL, NULL, NULL, 0, {0}},
};

static void feed_samples(struct output *o)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		feed_delivery(take, o, 0xab0 + i, T0 + (sc_time)i * SC_SECOND, &samples[i]);
	struct sc_ev_transaction tx = sample_transaction("accepted", 2345);
	feed(take, o, SC_EVENT_transaction, 0xab0, T0, &tx);
	struct sc_ev_auth auth = {.mechanism = SC_STR("PLAIN"),
				  .user = SC_STR("alice"),
				  .outcome = "failed",
				  .cleartext = true,
				  .code = 535};
	feed(take, o, SC_EVENT_auth, 0xac0, T0, &auth);
	struct sc_ev_failure f = {.scope = "session",
				  .phase = "greeting",
				  .cause = "reputation",
				  .code = 554,
				  .retry_after_s = SC_NONE};
	feed(take, o, SC_EVENT_failure, 0xad0, T0, &f);
	struct sc_ev_diagnosis d = { .diagnosis = "lost_after_eod", .severity = "warn", .confidence = "sure" };
	feed(take, o, SC_EVENT_diagnosis, 0xab4, T0, &d);
	const sc_str causes[] = { SC_STR("greylisted") }, sessions[] = { SC_STR("0000000000000ab2") };
	struct sc_ev_story story = {
		.story = 7, .mail_from = SC_STR(""), .rcpt_to = SC_STR("z@example.com"), .attempts = 3, .first_ts = T0,
		.last_ts = T0 + 60 * SC_SECOND, .outcome = "pending", .delay_ms = SC_TIME_NONE,
		.causes = { causes, 1 }, .sessions = { sessions, 1 },
	};
	feed(take, o, SC_EVENT_story, 0, T0, &story);
	story.outcome = "accepted";
	story.delay_ms = 300 * SC_SECOND;
	feed(take, o, SC_EVENT_story, 0, T0, &story);
	struct sc_ev_reported reported = { .final_recipient = SC_STR("gone@example.com"), .action = SC_STR("failed"),
					   .status = { 5, 2, 2 },
					   .diagnostic_code = SC_STR("smtp; 552 5.2.2 mailbox full") };
	struct sc_ev_message message = { .report = { .type = "delivery-status" }, .reported = { &reported, 1 } };
	feed(take, o, SC_EVENT_message, 0xad1, T0, &message);
	message.reported = (struct sc_list){ NULL, 0 };
	message.report.feedback_type = SC_STR("abuse");
	feed(take, o, SC_EVENT_message, 0xad2, T0, &message);
	struct sc_ev_tls tls = { .via = "starttls", .version = "TLSv1.2", .alert = { "client", 42, "bad_certificate" } };
	feed(take, o, SC_EVENT_tls, 0xab5, T0, &tls);
	struct sc_ev_finding finding = { .detector = "password_guessing", .severity = "high", .state = "new",
					 .subject = { "client", SC_STR("203.0.113.9") } };
	feed(take, o, SC_EVENT_finding, 0xac0, T0, &finding);
	struct sc_ev_non_smtp other = { .protocol = "HTTP", .by = "opening" };
	feed(take, o, SC_EVENT_non_smtp, 0xad3, T0, &other);
	struct sc_ev_stats stats = { .packets = { 546000, 12, 3 } };
	feed(take, o, SC_EVENT_stats, 0, T0, &stats);
	feed_session(take, o, 0xab0);
}

/* Who has no failure is summed up in a row that says so. */
static void test_html_rest(void **state)
{
	(void)state;
	struct page *page;
	struct output o = begin(&sc_sink_report_html, "mail.pcap", &page);
	feed_delivery(take, &o, 0xab0, T0, &samples[3]);
	feed_delivery(take, &o, 0xab1, T0, &samples[0]);
	end(&o, page, SC_OK);
	check_html("rest", &o.page);
	assert_non_null(strstr(o.page.at, "<td class=\"w\">all others</td>"));
	free(o.page.at);
}

static void test_text(void **state)
{
	(void)state;
	struct page *page;
	struct output o = begin(&sc_sink_report_text, "mail.pcap", &page);
	feed_samples(&o);
	end(&o, page, SC_OK);
	check_text("samples", &o.page);
	static const char *const wanted[] = {
		"DELIVERY FAILURES   mail.pcap\n",
		"Not seen: 12 packets were lost",
		"1 message taken (2,345 octets)",
		"accepted            1   20.0 %",
		"rejected            2   40.0 %",
		"in doubt            1   20.0 %",
		"4 recipients failed; the biggest causes: ",
		"user_unknown",
		"198.51.100.7:25 in_doubt at eom",
		"550 5.1.1 <ADDR>: no such user",
		"bl.example.org",
		"LOGINS",
		"alice",
		"lost_after_eod",
		"bare_lf",
		"TIMES IN SECONDS",
		"smtpscope show 0000000000000ab4 -r mail.pcap",
		"greeting",
		"Who can act: nobody",
		"<>",
		"3  accepted  got through in the end; session 0000000000000ab2",
		"1  failed mailbox_full; session 0000000000000ad1",
		"1  abuse; session 0000000000000ad2",
		"failed          5.2.2   gone@example.com",
		"STILL WAITING",
		"3  z@example.com from <>",
		"starttls TLSv1.2, alert of client: bad_certificate",
		"high     password_guessing: 203.0.113.9",
		"5 recipients in 2 domains, from 3 senders; 1 client to 1 server",
		"1   300.000",
		"Not seen: 3 packets were cut short by the capture",
		"high     password_guessing: 203.0.113.9",
		"1 refusal or break had no recipient.",
		"1  HTTP at 198.51.100.7:25; session 0000000000000ad3",
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(o.page.at, wanted[i]))
			fail_msg("no \"%s\" in:\n%s", wanted[i], o.page.at);
	if (getenv("SHOW"))
		puts(o.page.at);
	free(o.page.at);
}

/* Of three thousand findings of one kind the others are not lost, and the worst still come first. */
static void test_many_findings(void **state)
{
	(void)state;
	struct page *page;
	struct output o = begin(&sc_sink_report_text, "mail.pcap", &page);
	static const char *const rare[] = { "relay_probe", "helo_invalid" };
	for (int i = 0; i < 100; i++) {
		char who[16];
		struct sc_text t = sc_text_into(who, sizeof(who));
		sc_text_adds(&t, "192.0.2.");
		sc_text_number(&t, (uint64_t)i);
		struct sc_ev_finding f = { .detector = "auth_in_clear", .severity = "medium", .state = "new",
					   .subject = { "client", sc_text_str(&t) } };
		feed(take, &o, SC_EVENT_finding, 0xb00 + (uint64_t)i, T0, &f);
	}
	for (int i = 0; i < 2; i++) {
		struct sc_ev_finding f = { .detector = rare[i], .severity = "low", .state = "new",
					   .subject = { "client", SC_STR("203.0.113.9") } };
		feed(take, &o, SC_EVENT_finding, 0xc00 + (uint64_t)i, T0, &f);
	}
	end(&o, page, SC_OK);
	check_text("findings", &o.page);
	char *at = strstr(o.page.at, "auth_in_clear: 192.0.2.0;"), *low = strstr(o.page.at, "relay_probe: 203.0.113.9");
	assert_true(at && low && strstr(o.page.at, "helo_invalid: 203.0.113.9"));
	assert_true(at < low);
	free(o.page.at);
}

static void test_durations(void **state)
{
	(void)state;
	static const struct {
		sc_time length;
		const char *text;
	} cases[] = {
		{ 0, "0.000" }, { 999 * SC_SECOND, "999.000" }, { 1000 * SC_SECOND, "16m40s" }, { 3599 * SC_SECOND, "59m59s" },
		{ 3600 * SC_SECOND, "1h00m" }, { 86399 * SC_SECOND, "23h59m" }, { 129600 * SC_SECOND, "1d12h" },
		{ INT64_MAX, "106751d23h" }, { -SC_SECOND, "-0.999" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char room[32] = { 0 };
		struct sc_text t = sc_text_into(room, sizeof(room) - 1);
		sc_page_duration(&t, cases[i].length, 0);
		assert_string_equal(room, cases[i].text);
	}
}

static void test_json(void **state)
{
	(void)state;
	struct page *page;
	struct output o = begin(&sc_sink_report_json, "mail.pcap", &page);
	feed_samples(&o);
	end(&o, page, SC_OK);
	check_json("samples", &o.page);
	static const char *const wanted[] = {
		"\"all\":5,\"failed\":4",
		"\"rejected\":2",
		"\"cause\":\"user_unknown\",\"recipients\":1,\"family\":\"address\"",
		"\"template\":\"550 5.1.1 <ADDR>: no such user\"",
		"\"sessions\":[\"0000000000000ab1\"]",
		"\"attempts\":3,\"outcome\":\"pending\",\"sessions\":[\"0000000000000ab2\"]",
		"\"packets\":546000",
		"\"mail_from\":\"\"",
		"\"p50_ms\":5000.000",
		"\"first\":\"2026-01-31T12:00:00.000000Z\"",
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(o.page.at, wanted[i]))
			fail_msg("no %s in:\n%s", wanted[i], o.page.at);
	if (getenv("SHOW"))
		puts(o.page.at);
	free(o.page.at);
}

static void test_empty(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMS; i++) {
		struct page *page;
		struct output o = begin(forms[i].cls, i ? NULL : "", &page);
		end(&o, page, SC_OK);
		forms[i].check("empty", &o.page);
		free(o.page.at);
	}
}

/* A command that can be pasted holds no address that a shell would run or swaks take for an option. */
static void test_see_again(void **state)
{
	(void)state;
	static const struct {
		const char *from, *rcpt, *line;
	} pairs[] = {
		{ "a@example.org", "x+1@example.net", "--from a@example.org --to x+1@example.net --quit-after RCPT" },
		{ "", "x@example.net", "--from '<>' --to x@example.net" },
		{ "a@example.org", "$(x)@example.net", NULL },
		{ "a@example.org", "`x`@example.net", NULL },
		{ "a@example.org", "x@example.net;x", NULL },
		{ "a@example.org", "--x@example.net", NULL },
		{ "a@example.org", "@example.net", NULL },
		{ "a@example.org", "x", NULL },
		{ "a b@example.org", "x@example.net", NULL },
		{ "a@example.org", "x\xc3\xa4@example.net", NULL },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct page *page;
		struct output o = begin(&sc_sink_report_text, NULL, &page);
		struct sample s = samples[1];
		s.from = pairs[i].from;
		s.rcpt = pairs[i].rcpt;
		feed_delivery(take, &o, 1, T0, &s);
		end(&o, page, SC_OK);
		for (char *c = o.page.at; (c = strchr(c, '\n')) != NULL;) /* paragraphs are wrapped */
			*c = ' ';
		char line[200] = "", *swaks = strstr(o.page.at, "swaks --server");
		for (size_t n = 0; swaks && *swaks && n + 1 < sizeof(line); swaks++)
			if (*swaks != ' ' || (n && line[n - 1] != ' '))
				line[n++] = *swaks;
		if (pairs[i].line ? !strstr(line, pairs[i].line) : *line)
			fail_msg("%s: %s", pairs[i].rcpt, line);
		free(o.page.at);
	}
}

/* Strings that attack: terminals, JSON, widths. */
static void test_hostile(void **state)
{
	(void)state;
	static char long_text[70000];
	memset(long_text, 'x', sizeof(long_text) - 1);
	const char *const attacks[] = {
		"\x1b[2J\x1b]0;title\x07",
		"\r\n\t\b\x7f",
		"\"},{\"a\":1",
		"\\",
		"\xff\xfe\xc3",
		"\xe2\x80\xae"
		"drowssap",
		"%s%n",
		"</script><script>",
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
		"\xc2\x9b"
		"31m",
		"a\xcc\x81\xcc\x81\xcc\x81",
		"word word word word word word word word word word word word word word word word",
		long_text,
		" ",
		"",
	};
	for (size_t c = 0; c < FORMS; c++) {
		struct page *page;
		struct output o = begin(forms[c].cls, "a\x1b[31m\"file\xff.pcap", &page);
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
			struct sample s = {attacks[i], attacks[i], i % 2 ? "rejected" : "deferred",
					   "rcpt",     "policy",   attacks[i],
					   attacks[i], 550,        {5, 7, 65535}};
			feed_delivery(take, &o, UINT64_MAX - i, T0 + (sc_time)i * 4000 * SC_SECOND, &s);
			struct sc_ev_auth auth = {.mechanism = sc_str_of(attacks[i]),
						  .user = sc_str_of(attacks[i]),
						  .outcome = "failed"};
			feed(take, &o, SC_EVENT_auth, i + 1, T0, &auth);
		}
		end(&o, page, SC_OK);
		forms[c].check("hostile", &o.page);
		free(o.page.at);
	}
}

/* Counts at the end of their range, and times that make no sense. */
static void test_extremes(void **state)
{
	(void)state;
	for (size_t c = 0; c < FORMS; c++) {
		struct page *page;
		struct output o = begin(forms[c].cls, "mail.pcap", &page);
		struct sc_ev_session s = sample_session();
		s.start = 0;
		s.end = INT64_MAX;
		s.evidence.gap_octets.client = UINT64_MAX / 2;
		s.evidence.one_sided = "client";
		s.starttls = "handshake_failed";
		s.quirks = UINT64_MAX >> (64 - SC_QUIRKS);
		s.timing.total_ms = INT64_MAX;
		feed(take, &o, SC_EVENT_session, 1, INT64_MAX, &s);
		feed_delivery(take, &o, 0, SC_TIME_NONE, &samples[1]);
		feed_delivery(take, &o, 0, INT64_MAX, &samples[1]);
		struct sc_ev_stats stats = { .packets = { UINT64_MAX, UINT64_MAX, UINT64_MAX } };
		feed(take, &o, SC_EVENT_stats, 0, T0, &stats);
		end(&o, page, SC_OK);
		forms[c].check("extremes", &o.page);
		free(o.page.at);
	}
}

static void test_writer_fails(void **state)
{
	(void)state;
	for (size_t c = 0; c < FORMS; c++) {
		struct page *page;
		struct output o = begin(forms[c].cls, "mail.pcap", &page);
		feed_samples(&o);
		page->refuse = true;
		end(&o, page, SC_EFAILED);
		assert_int_equal(o.page.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_rest),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_many_findings),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_see_again),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_writer_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
