/* test_config.c - the configuration file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/options.h"
#include "app/say.h"

static char path[] = "/tmp/smtpscope-config-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *at, size_t len)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(at, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Reads `-c FILE` before the words of `more` (ended by NULL). */
static sc_err read_with(struct sc_options *o, char *said, size_t size, const char *const *more)
{
	char *argv[10] = { (char *)"smtpscope", (char *)"log", (char *)"-c", path };
	int argc = 4;
	for (; more && *more; more++)
		argv[argc++] = (char *)*more;
	struct sc_text t = sc_text_into(said, size - 1);
	sc_say_into(&t);
	sc_err err = sc_options_read(o, argc, argv);
	sc_say_into(NULL);
	said[t.len] = '\0';
	return err;
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *said;
	} cases[] = {
		{ "unknown key", "utc = yes\n\nprot = 25\n", ":3: unknown key \"prot\"; did you mean \"port\"?" },
		{ "unlike any", "xyzzyxyzzy = 1\n", ":1: unknown key \"xyzzyxyzzy\"; see smtpscope --help" },
		{ "no equals sign", "# x\nutc\n", ":2: no \"=\" in \"utc\"" },
		{ "a bad value", "workers = many", ":1: cannot use \"many\"" },
		{ "a bad flag", "utc = perhaps\n", ":1: neither yes nor no: \"perhaps\"" },
		{ "no value", "port =\n", ":1: no value for \"port\"" },
		{ "config in config", "config = x\n", ":1: no key of a configuration file: \"config\"" },
		{ "help in config", "help = yes\n", ":1: no key of a configuration file: \"help\"" },
		{ "empty key", " = x\n", ":1: unknown key \"\"" },
		{ "a control octet", "\033 = x\n", ":1: unknown key \"\\x1b\"" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_options o;
		char said[512];
		write_file(cases[i].text, strlen(cases[i].text));
		sc_err err = read_with(&o, said, sizeof(said), NULL);
		if (err != SC_EUSAGE || !strstr(said, cases[i].said) || !strstr(said, path))
			fail_msg("%s: result %d, said: %s", cases[i].name, (int)err, said);
		sc_options_close(&o);
	}
}

static void test_values(void **state)
{
	(void)state;
	static const char text[] = "# a comment\n\n  port=25,26  \r\nutc = Yes\nread = a.pcap\nread = \" b.pcap\"\n"
		                   "where = outcome == \"rejected\"\nquiet = no\nmem = 64M";
	struct sc_options o;
	char said[512];
	write_file(text, sizeof(text) - 1);
	assert_int_equal(read_with(&o, said, sizeof(said), NULL), SC_OK);
	assert_int_equal(o.ports.count, 2);
	assert_true(o.utc);
	assert_int_equal(o.quiet, 0);
	assert_int_equal(o.reads.count, 2);
	assert_string_equal(o.reads.items[0], "a.pcap");
	assert_string_equal(o.reads.items[1], " b.pcap");
	assert_string_equal(o.where, "outcome == \"rejected\"");
	assert_int_equal(o.memory, 64u << 20);
	sc_options_close(&o);
}

static void test_command_line_wins(void **state)
{
	(void)state;
	static const char text[] = "port = 26\nread = a.pcap\nwhere = x\nsensor = here\n";
	static const char *const more[] = { "-p", "27", "-r", "b.pcap", NULL };
	struct sc_options o;
	char said[512];
	write_file(text, sizeof(text) - 1);
	assert_int_equal(read_with(&o, said, sizeof(said), more), SC_OK);
	assert_int_equal(o.ports.count, 1);
	assert_int_equal(o.ports.items[0], 27);
	assert_int_equal(o.reads.count, 1);
	assert_string_equal(o.reads.items[0], "b.pcap");
	assert_string_equal(o.sensor, "here");
	sc_options_close(&o);
}

static void test_odd_files(void **state)
{
	(void)state;
	struct sc_options o;
	char said[512];
	write_file("", 0);
	assert_int_equal(read_with(&o, said, sizeof(said), NULL), SC_OK);
	sc_options_close(&o);

	static const char nul[] = "port\0 = 25\n";
	write_file(nul, sizeof(nul) - 1);
	assert_int_equal(read_with(&o, said, sizeof(said), NULL), SC_EUSAGE);
	assert_non_null(strstr(said, "a NUL octet"));
	sc_options_close(&o);

	size_t large = (1u << 20) + 1;
	char *text = malloc(large);
	assert_non_null(text);
	memset(text, '\n', large);
	write_file(text, large);
	assert_int_equal(read_with(&o, said, sizeof(said), NULL), SC_EUSAGE);
	assert_non_null(strstr(said, "too large"));
	sc_options_close(&o);
	write_file(text, large - 1);
	assert_int_equal(read_with(&o, said, sizeof(said), NULL), SC_OK);
	sc_options_close(&o);
	free(text);
}

static void test_no_file(void **state)
{
	(void)state;
	static const char *const paths[] = { "/nonexistent/smtpscope.conf", "/" };
	for (size_t i = 0; i < 2; i++) {
		char *argv[] = { (char *)"smtpscope", (char *)"-c", (char *)paths[i] };
		char said[512];
		struct sc_text t = sc_text_into(said, sizeof(said) - 1);
		struct sc_options o;
		sc_say_into(&t);
		sc_err err = sc_options_read(&o, 3, argv);
		sc_say_into(NULL);
		said[t.len] = '\0';
		if (err != SC_EUSAGE || !strstr(said, "cannot read the configuration"))
			fail_msg("%s: result %d, said: %s", paths[i], (int)err, said);
		sc_options_close(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_values), cmocka_unit_test(test_odd_files),
		cmocka_unit_test(test_no_file), cmocka_unit_test(test_command_line_wins),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
