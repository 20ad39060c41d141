/* main.c - the command smtpscope. */
#include <fcntl.h>
#include <unistd.h>

#include "app/explain_mode.h"
#include "app/file_writer.h"
#include "app/help.h"
#include "app/mode.h"
#include "app/options.h"
#include "app/run.h"

/* A standard descriptor that the caller closed would be taken by the next file opened.  One that can only be read stands in, so
 * that writing to it fails and is told. */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			_exit(SC_EFAILED);
}

static int write_text(bool (*text)(const struct sc_writer *w))
{
	struct sc_file_writer out;
	if (sc_file_writer_open(&out, "-") == SC_OK) {
		struct sc_writer face = sc_file_writer_face(&out);
		text(&face);
	}
	return (int)sc_file_writer_close(&out);
}

static int perform(struct sc_options *o)
{
	if (o->help)
		return write_text(sc_help_write);
	if (o->version)
		return write_text(sc_version_write);
	sc_err err = sc_mode_settle(o, isatty(STDOUT_FILENO));
	if (err)
		return (int)err;
	return o->mode == SC_MODE_explain ? explain(o) : sc_run(o);
}

int main(int argc, char **argv)
{
	hold_standard_descriptors();
	struct sc_options options;
	sc_err err = sc_options_read(&options, argc, argv);
	int code = err ? (int)err : perform(&options);
	sc_options_close(&options);
	return code;
}
