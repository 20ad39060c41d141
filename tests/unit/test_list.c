/* test_list.c - tables, CSV and TSV: what a row looks like, and what hostile text cannot do to it. */
#include "unit/output_fixture.h"

#include "base/text.h"

static const char *rows_of(struct output *o, const char *name)
{
	const char *text = output_close(o), *end = strchr(text, '\n');
	if (!end)
		fail_msg("%s: no header", name);
	return end + 1;
}

/* The cell of a column that the header names; static storage. */
static const char *cell_of(const char *text, const char *column, char separator)
{
	static char cell[65536];
	size_t want = 0;
	const char *at = text;
	for (size_t len = strlen(column);; want++) {
		if (strncmp(at, column, len) == 0 && strchr(",\t\r\n", at[len]))
			break;
		at += strcspn(at, ",\t\n");
		assert_int_not_equal(*at++, '\n');
	}
	at = strchr(text, '\n') + 1;
	bool quoted = false;
	size_t n = 0;
	for (; *at; at++) {
		quoted ^= separator == ',' && *at == '"';
		if (!quoted && *at == separator && want-- == 0)
			break;
		if (want == 0 && (*at != separator || quoted))
			cell[n++] = *at;
	}
	cell[n] = 0;
	return cell;
}

static const struct {
	const char *name, *format;
	sc_str text;
	const char *cell;
} cells[] = {
	{ "plain", "csv", { "550 no", 6 }, "550 no" },
	{ "formula", "csv", { "=1+1", 4 }, "\"'=1+1\"" },
	{ "plus", "csv", { "+1", 2 }, "\"'+1\"" },
	{ "minus", "csv", { "-1", 2 }, "\"'-1\"" },
	{ "at", "csv", { "@SUM(A1)", 8 }, "\"'@SUM(A1)\"" },
	{ "tab", "csv", { "\t=1", 3 }, "\"'\\t=1\"" },
	{ "carriage return", "csv", { "\r=1", 3 }, "\"'\\r=1\"" },
	{ "full width", "csv", { "\xef\xbc\x9d" "1", 4 }, "\"'\xef\xbc\x9d" "1\"" },
	{ "quotes", "csv", { "a \"b\"", 5 }, "\"a \"\"b\"\"\"" },
	{ "comma", "csv", { "a,b", 3 }, "\"a,b\"" },
	{ "other separator", "csv", { "a;=1", 4 }, "\"a;=1\"" },
	{ "newline", "csv", { "a\nb", 3 }, "a\\nb" },
	{ "escape", "csv", { "\x1b[2J", 4 }, "\\x1b[2J" },
	{ "empty", "csv", { "", 0 }, "" },
	{ "absent", "csv", { NULL, 0 }, "" },
	{ "tab", "tsv", { "a\tb", 3 }, "a\\tb" },
	{ "newline", "tsv", { "a\r\nb", 4 }, "a\\r\\nb" },
	{ "backslash", "tsv", { "a\\tb\\", 5 }, "a\\\\tb\\\\" },
	{ "formula", "tsv", { "=1", 2 }, "=1" },
};

static void test_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct sc_ev_head head = head_of(1);
		struct sc_ev_delivery d = delivery_of();
		d.template = SC_STR_NONE;
		d.text = cells[i].text;
		struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
		struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ .format = cells[i].format });
		output_event(o, &ev);
		const char *cell = cell_of(output_close(o), "text", strcmp(cells[i].format, "csv") ? '\t' : ',');
		if (strcmp(cell, cells[i].cell) != 0)
			fail_msg("%s as %s: [%s], expected [%s]", cells[i].name, cells[i].format, cell,
				 cells[i].cell);
		output_free(o);
	}
}

static void test_csv_whole(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1);
	struct sc_ev_delivery d = delivery_of();
	d.mail_from = SC_STR("");
	struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
	struct output *o =
		output_open(&sc_sink_list, (struct sc_output_config){ .format = "csv", .what = "recipients" });
	output_event(o, &ev);
	assert_string_equal(
		output_close(o),
		"ts,session,community_id,client.ip,client.port,server.ip,server.port,frames.first,frames.last,n,"
		"mail_from,rcpt_to,outcome,phase,cause,rule,code,enhanced,text,template,permanent,list,retry_after_s,"
		"queue_id,message_id,size,declared_size,envelope_id,helo,greeting_host,attempt,story,opening\r\n"
		"2026-01-31T12:00:00.123456Z,00000000000005c1,1:abc=,192.0.2.10,46640,198.51.100.7,25,20,47,1,"
		"<>,nobody@example.net,rejected,rcpt,unknown_user,text,550,5.1.1,"
		"5.1.1 <nobody@example.net>: User unknown,,true,,,,,,,,,,,,\r\n");
	output_free(o);
}

static void test_lists_in_cells(void **state)
{
	(void)state;
	struct sc_ev_recipient recipients[] = {
		{ .rcpt_to = SC_STR("b@example.net"), .code = 250, .outcome = "accepted" },
		{ .rcpt_to = SC_STR("=c@example.net"), .code = 550, .enhanced = { 5, 1, 1 }, .outcome = "rejected" },
	};
	struct sc_ev_transaction t = transaction_of();
	t.recipients = (struct sc_list){ recipients, 2 };
	struct sc_event ev = event_of(SC_EVENT_transaction, NULL, &t);
	struct output *o =
		output_open(&sc_sink_list, (struct sc_output_config){ .format = "csv", .what = "transactions" });
	output_event(o, &ev);
	assert_string_equal(cell_of(output_close(o), "recipients", ','),
			    "\"b@example.net 250 accepted; =c@example.net 550 5.1.1 rejected\"");
	output_free(o);
}

static void test_table(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(1);
	struct sc_ev_delivery d = delivery_of();
	struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
	struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ .utc = true });
	output_event(o, &ev);
	assert_string_equal(
		output_close(o),
		"TIME UTC            OUTCOME     CODE STATUS CAUSE             FROM                     TO           "
		"   "
		"         CLIENT          SERVER          QUEUE ID     TEXT\n"
		"2026-01-31 12:00:00 ✗ rejected  550  5.1.1  unknown_user      alice@example.org        "
		"nobody@example.n"
		"et       192.0.2.10      198.51.100.7    -            5.1.1 <nobody@example.net>: User unknown\n");
	output_free(o);
}

/* Every row is as wide as the terminal at most, and its columns begin where the header's do. */
static void test_table_widths(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		sc_str rcpt_to;
	} rows[] = {
		{ "short", { "b@example.net", 13 } },
		{ "long", { "a-very-long-local-part-that-does-not-fit@example.net", 52 } },
		{"wide",
		 {"\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac"
		  "\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1\xe4\xba\xac@example.net",
		  54}},
		{ "combining", { "e\xcc\x81@example.net", 15 } },
		{ "controls", { "\x1b[31m\r\n\t\0@example.net", 21 } },
	};
	static const int widths[] = { 40, 80, 100, 132, 200 };
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct sc_ev_head head = head_of(1);
			struct sc_ev_delivery d = delivery_of();
			d.rcpt_to = rows[i].rcpt_to;
			d.text = SC_STR("5.1.1 a long text that goes on and on and on so that it must be cut "
					"somewhere or other, "
					"even where the terminal is two hundred columns wide, which is rather a lot");
			struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
			struct output *o =
				output_open(&sc_sink_list, (struct sc_output_config){ .columns = widths[w] });
			output_event(o, &ev);
			const char *row = rows_of(o, rows[i].name);
			size_t header = sc_text_columns((sc_str){ o->page.at, (size_t)(row - 1 - o->page.at) });
			size_t columns = sc_text_columns((sc_str){ row, strlen(row) - 1 });
			if (header > (size_t)widths[w] || columns > (size_t)widths[w])
				fail_msg("%s at %d: header %zu, row %zu columns", rows[i].name, widths[w], header,
					 columns);
			const char *to = strstr(o->page.at, "TO");
			size_t before = sc_text_columns((sc_str){ o->page.at, (size_t)(to - o->page.at) });
			const char *value = strstr(row, "@example.net");
			if (i == 0 && sc_text_columns((sc_str){ row, (size_t)(value - 1 - row) }) != before)
				fail_msg("%s at %d: not under its title", rows[i].name, widths[w]);
			output_free(o);
		}
	}
}

static void test_other_tables(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1);
	struct sc_ev_session s = session_of();
	s.recipients.accepted = 1;
	s.recipients.rejected = 2;
	struct sc_event ev = event_of(SC_EVENT_session, &head, &s);
	struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ .what = "sessions", .utc = true });
	output_event(o, &ev);
	assert_string_equal(rows_of(o, "sessions"), "2026-01-31 12:00:00 192.0.2.10      198.51.100.7:25    -       "
						    "-            mail.example.org         "
						    "0 1✓ 2✗          913.000 quit         00000000000005c1 -\n");
	output_free(o);
	struct sc_ev_finding f = {.detector = "harvest",
				  .severity = "high",
				  .confidence = 90,
				  .state = "new",
				  .subject = {"client", SC_STR("192.0.2.10")},
				  .text = SC_STR("many unknown users")};
	ev = event_of(SC_EVENT_finding, NULL, &f);
	o = output_open(&sc_sink_list, (struct sc_output_config){ .what = "findings", .utc = true });
	output_event(o, &ev);
	assert_string_equal(rows_of(o, "findings"),
			    "2026-01-31 12:00:00 high       90 harvest                new   192.0.2.10   "
			    "              many unknown users\n");
	output_free(o);
}

static void test_local_time(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	struct sc_ev_delivery d = delivery_of();
	struct sc_event ev = event_of(SC_EVENT_delivery, NULL, &d);
	struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ 0 });
	output_event(o, &ev);
	const char *text = output_close(o);
	assert_int_equal(strncmp(text, "TIME CET/CEST ", 14), 0);
	assert_int_equal(strncmp(strchr(text, '\n') + 1, "2026-01-31 13:00:00 ", 20), 0);
	output_free(o);
}

static void test_wrong_calls(void **state)
{
	(void)state;
	struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ .what = "mails" });
	assert_int_equal(o->opened, SC_EUSAGE);
	output_free(o);
	o = output_open(&sc_sink_list, (struct sc_output_config){ .format = "xml" });
	assert_int_equal(o->opened, SC_EUSAGE);
	output_free(o);
}

/* A value longer than a cell can be is cut between two characters, and the row goes on. */
static void test_huge_cell(void **state)
{
	(void)state;
	static char text[200000];
	for (size_t i = 0; i + 2 <= sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	struct sc_ev_delivery d = delivery_of();
	d.text = (sc_str){ text, sizeof(text) };
	struct sc_event ev = event_of(SC_EVENT_delivery, NULL, &d);
	struct output *o = output_open(&sc_sink_list, (struct sc_output_config){ .format = "tsv" });
	output_event(o, &ev);
	const char *cell = cell_of(output_close(o), "text", '\t');
	assert_true(strlen(cell) <= 32768 && strlen(cell) > 32700 && strlen(cell) % 2 == 0);
	assert_string_equal(cell_of(o->page.at, "permanent", '\t'), "true");
	output_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),          cmocka_unit_test(test_csv_whole),
		cmocka_unit_test(test_lists_in_cells), cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_widths),   cmocka_unit_test(test_other_tables),
		cmocka_unit_test(test_wrong_calls),    cmocka_unit_test(test_huge_cell),
		cmocka_unit_test(test_local_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
