/* main.c - the command smtpscope. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "app/explain_mode.h"
#include "app/file_writer.h"
#include "app/guard.h"
#include "app/help.h"
#include "app/limits.h"
#include "app/mode.h"
#include "app/options.h"
#include "app/own_rules.h"
#include "app/run.h"

/* A standard descriptor that the caller closed would be taken by the next file opened.  One that can only be read
 * stands in, so that writing to it fails and is told. */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			_exit(SC_EFAILED);
}

/* Opens the output of what reads no packets, has it written, and gives the exit code. */
static int write_to(const char *path, int (*text)(const struct sc_options *o, const struct sc_writer *w),
		    const struct sc_options *o)
{
	struct sc_file_writer out;
	int code = (int)sc_file_writer_open(&out, path);
	if (code == SC_OK) {
		struct sc_writer face = sc_file_writer_face(&out);
		code = text(o, &face);
	}
	sc_err closed = sc_file_writer_close(&out);
	return closed ? (int)closed : code;
}

static int help(const struct sc_options *o, const struct sc_writer *w)
{
	(void)o;
	return sc_help_write(w) ? SC_OK : SC_EFAILED;
}

static int version(const struct sc_options *o, const struct sc_writer *w)
{
	(void)o;
	return sc_version_write(w) ? SC_OK : SC_EFAILED;
}

static int limits(const struct sc_options *o, const struct sc_writer *w)
{
	return (int)sc_limits_write(o, w);
}

static int explain(const struct sc_options *o, const struct sc_writer *w)
{
	return sc_explain_run(o->words.items, o->words.count, o->classify, w);
}

static int interfaces(const struct sc_options *o, const struct sc_writer *w)
{
	(void)o;
	return (int)sc_interfaces_write(w);
}

static int perform(struct sc_options *o)
{
	if (o->help)
		return write_to("-", help, o);
	if (o->version)
		return write_to("-", version, o);
	if (o->limits)
		return write_to("-", limits, o);
	if (o->list_interfaces)
		return write_to("-", interfaces, o);
	sc_err err = sc_mode_settle(o, isatty(STDOUT_FILENO));
	if (!err)
		err = sc_own_rules_read(o->rules);
	if (err)
		return (int)err;
	if (o->mode == SC_MODE_tui)
		sc_guard_terminal();
	return o->mode == SC_MODE_explain ? write_to(o->output, explain, o) : sc_run(o);
}

int main(int argc, char **argv)
{
	hold_standard_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2), and gets its message */
	struct sc_options options;
	sc_err err = sc_options_read(&options, argc, argv);
	int code = err ? (int)err : perform(&options);
	sc_options_close(&options);
	return code;
}
