/* input.c - opens captures and interfaces as the command line asks for them; see input/source.h. */
#include "app/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/say.h"
#include "app/signals.h"
#include "base/memory.h"
#include "input/pcap_live.h"

bool sc_input_pipes(const struct sc_options *o)
{
	struct stat st;
	for (size_t i = 0; i < o->reads.count; i++) {
		bool standard_input = strcmp(o->reads.items[i], "-") == 0;
		int failed = standard_input ? fstat(STDIN_FILENO, &st) : stat(o->reads.items[i], &st);
		if (failed == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			return true;
	}
	return false;
}

bool sc_input_repeats(const struct sc_options *o)
{
	for (size_t i = 0; i < o->reads.count; i++)
		if (strcmp(o->reads.items[i], "-") == 0) /* a file too is read on where it stands */
			return false;
	return !sc_input_live(o) && !o->follow && !sc_input_pipes(o);
}

static void say(void *ctx, sc_err kind, const char *message)
{
	const struct sc_options *o = ctx;
	if (kind != SC_OK || !o->quiet) /* sc_source_result() tells the worst */
		sc_say(NULL, "%s", message);
}

/* -r a.pcap b.pcap: the shell's habit.  The second would be read as a BPF filter, with a riddle for a message. */
static sc_err check_filter_words(const struct sc_options *o)
{
	size_t files = 0;
	while (files < o->filter.count && access(o->filter.items[files], F_OK) == 0)
		files++;
	if (files == 0 || files < o->filter.count)
		return SC_OK;
	sc_say(o->filter.items[0], "a file without -r; give each capture its own -r");
	return SC_EUSAGE;
}

/* The words of the filter, joined by spaces, in memory of the caller's to give back. */
static char *join_filter(const struct sc_words *w)
{
	size_t octets = 1;
	for (size_t i = 0; i < w->count; i++)
		octets += strlen(w->items[i]) + 1;
	char *filter = sc_memory_take(octets);
	struct sc_text t = sc_text_into(filter, filter ? octets - 1 : 0);
	for (size_t i = 0; i < w->count; i++) {
		sc_text_adds(&t, i ? " " : "");
		sc_text_adds(&t, w->items[i]);
	}
	return filter;
}

/* The lines below "cannot capture on eth0: operation not permitted": five ways on. */
static void say_ways(const struct sc_options *o)
{
	const char *name = o->interfaces.items[0];
	sc_say_more("  Offline works now:       smtpscope -r mail.pcap");
	sc_say_more("  One-off:                 sudo smtpscope -i %s", name);
	sc_say_more("  For this user for good:  sudo setcap cap_net_raw+ep $(command -v smtpscope)");
	sc_say_more("  From another host:       ssh mx1 tcpdump -U -w - port 25 or port 587 | smtpscope -r -");
}

static sc_err open_input(struct sc_source **out, const struct sc_options *o, bool again, int *groups)
{
	SC_TRY(check_filter_words(o));
	char *filter = join_filter(&o->filter);
	bool every_port = o->any_port || o->mode == SC_MODE_doctor; /* doctor tells what else there is */
	struct sc_live_config live = {
		.interfaces = o->interfaces.items,
		.interface_count = o->interfaces.count,
		.snap = (uint32_t)o->snap,
		.buffer_mb = (uint32_t)o->buffer,
		.promiscuous = !o->no_promisc,
		.fan = groups,
		.ports = o->ports.items,
		.port_count = every_port ? 0 : o->ports.count,
	};
	struct sc_source_config config = {
		.paths = o->reads.items,
		.path_count = o->reads.count,
		.follow = o->follow,
		.live = sc_input_live(o) ? &live : NULL,
		.filter = filter,
		.exact = o->exact_bpf,
		.snap = (uint32_t)o->snap,
		.say = again ? NULL : say,
		.say_ctx = (void *)(uintptr_t)o,
		.stop = again ? NULL : &sc_signals.stop,
	};
	sc_err err = sc_source_open(out, &config);
	sc_memory_give(filter);
	if (err == SC_EINPUT && config.live && !again && !sc_live_allowed())
		say_ways(o);
	return err;
}

sc_err sc_input_open(struct sc_source **out, const struct sc_options *o, bool again)
{
	return open_input(out, o, again, NULL);
}

sc_err sc_input_open_fan(struct sc_source **out, const struct sc_options *o, int *groups)
{
	return open_input(out, o, false, groups);
}
