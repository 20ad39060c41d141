/* test_prints.c - fingerprints that suspects share, and what attachments' names give away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/str.h"
#include "explain/attachments.h"
#include "model/prints.h"

static struct sc_prints prints;
static struct sc_suspects suspects;

static void speak(uint8_t client, const char *dialect, const char *ja4)
{
	struct sc_ev_head head = {.session = client, .client = {{{203, 0, 113, client}, 4}, 40000}};
	struct sc_ev_session x = {.helo = {"EHLO", SC_STR("h.example")}, .dialect = sc_str_of(dialect)};
	x.tls.ja4 = sc_str_of(ja4);
	struct sc_event ev = {.kind = SC_EVENT_session, .when = client * SC_SECOND, .head = &head, .body = &x};
	sc_prints_add(&prints, &ev);
}

static void suspect(unsigned client)
{
	char who[24];
	snprintf(who, sizeof(who), "203.0.113.%u", client);
	struct sc_ev_finding f = {.detector = "scanner", .severity = "low", .confidence = 100,
				  .subject = {"client", sc_str_of(who)}, .text = SC_STR("seen"), .count = 1, .threshold = 1,
				  .state = "new"};
	struct sc_event ev = {.kind = SC_EVENT_finding, .when = SC_SECOND, .body = &f};
	sc_suspects_add(&suspects, &ev);
}

static int fresh(void **state)
{
	(void)state;
	return sc_prints_open(&prints) == SC_OK && sc_suspects_open(&suspects) == SC_OK ? 0 : 1;
}

static int gone(void **state)
{
	(void)state;
	sc_prints_close(&prints);
	sc_suspects_close(&suspects);
	return 0;
}

static void test_clusters(void **state)
{
	struct sc_print_row rows[8];
	(void)state;
	for (uint8_t i = 1; i <= 5; i++)
		speak(i, i < 4 ? "s:1111111111111111" : "s:2222222222222222", i == 5 ? "t13d1516h2_8daaf6152771_e5627efa2ab1" : NULL);
	speak(1, "s:1111111111111111", NULL);
	assert_int_equal(sc_prints_sorted(&prints, &suspects, rows, 8), 0); /* nobody is suspicious */
	suspect(1);
	suspect(3);
	suspect(5);
	assert_int_equal(sc_prints_sorted(&prints, &suspects, rows, 8), 3);
	assert_int_equal(rows[0].suspects, 2);
	assert_int_equal(rows[0].print->sessions, 4);
	assert_int_equal(rows[0].print->client_count, 3);
	assert_int_equal(rows[0].print->examples[0], 1);
	assert_memory_equal(rows[1].print->text, "s:2222222222222222", 18);
	assert_string_equal(rows[2].print->kind, "ja4");
	assert_int_equal(sc_prints_sorted(&prints, &suspects, rows, 1), 1);
	assert_int_equal(rows[0].suspects, 2);
}

/* A print that many have outlives a hundred thousand that one client each has; memory does not grow. */
static void test_flood(void **state)
{
	struct sc_print_row rows[SC_PRINTS];
	char text[24];
	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		speak((uint8_t)(i % 200), "s:1111111111111111", NULL);
		snprintf(text, sizeof(text), "s:%016x", i * 7919);
		speak(250, text, NULL);
	}
	suspect(1);
	suspect(250);
	size_t n = sc_prints_sorted(&prints, &suspects, rows, SC_PRINTS);
	assert_in_range(n, 2, SC_PRINTS);
	bool found = false;
	for (size_t i = 0; i < n; i++)
		found |= rows[i].print->sessions == 100000 && rows[i].print->client_count == SC_PRINT_CLIENTS;
	assert_true(found);
	assert_true(prints.displaced > 90000);
}

static void test_attachments(void **state)
{
	static const struct {
		const char *name, *type, *sign;
	} cases[] = {
		{"invoice.pdf.exe", "application/octet-stream", "double extension"},
		{"photo.JPG   .scr", "image/jpeg", "double extension"},
		{"scan.pdf .exe", "application/pdf", "double extension"},
		{"report.docx.iso", "application/octet-stream", "double extension"},
		{"setup.exe", "application/octet-stream", "program"},
		{"setup.exe", "image/png", "other type than its name"},
		{"setup.exe ", "application/x-msdownload", "program"},
		{"invoice.pdf", "application/x-msdownload", "other type than its name"},
		{"disk.img", "application/octet-stream", "container"},
		{"figures.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12", "macros"},
		{NULL, "application/x-dosexec", "program"},
		{"invoice.pdf", "application/pdf", NULL},
		{"archive.tar.gz", "application/gzip", NULL},
		{"version 1.2.zip", "application/zip", NULL},
		{"photo.jpg", "image/jpeg", NULL},
		{"report.pdf.p7s", "application/pkcs7-signature", NULL},
		{"example.com", "text/plain", "other type than its name"}, /* a name of a site is a name of a program, too */
		{"exe", "text/plain", NULL},
		{".", NULL, NULL},
		{"", "", NULL},
		{NULL, NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *sign = sc_attachment_sign(sc_str_of(cases[i].name), sc_str_of(cases[i].type));
		const char *due = cases[i].sign;
		if (due ? !sign || strcmp(sign, due) != 0 : sign != NULL)
			fail_msg("%s, %s: %s instead of %s", cases[i].name ? cases[i].name : "-", cases[i].type ? cases[i].type : "-",
				 sign ? sign : "nothing", due ? due : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clusters, fresh, gone),
		cmocka_unit_test_setup_teardown(test_flood, fresh, gone),
		cmocka_unit_test(test_attachments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
