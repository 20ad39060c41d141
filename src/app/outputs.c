/* outputs.c - opens the mode's own output and --json, and hands each event to those that want it. */
#include "app/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/doctor.h"
#include "app/input.h"
#include "app/keeper.h"
#include "app/privacy.h"
#include "app/say.h"
#include "app/screen.h"
#include "base/memory.h"
#include "output/outputs.h"
#include "output/page.h"
#include "output/report_parts.h"
#include "output/reports.h"

#define SOURCE_OCTETS 4096

/* What a mode shows, and how --where applies to it. */
struct mode_output {
	const struct sc_sink_class *cls;
	bool by_session;
	bool unfiltered;
};

static const struct sc_sink_class *report_of(const char *format)
{
	sc_str f = sc_str_of(format);
	return sc_str_equal(f, SC_STR("json"))   ? &sc_sink_report_json
	       : sc_str_equal(f, SC_STR("html")) ? &sc_sink_report_html
						 : &sc_sink_report_text;
}

static struct mode_output output_of(const struct sc_options *o)
{
	switch (o->mode) {
	case SC_MODE_list:   return (struct mode_output){ &sc_sink_list, false, false };
	case SC_MODE_show:   return (struct mode_output){ o->legs ? &sc_sink_legs : &sc_sink_show, true, false };
	case SC_MODE_find:   return (struct mode_output){ &sc_sink_find, true, false };
	case SC_MODE_report: return (struct mode_output){ report_of(o->format), true, false };
	case SC_MODE_tui:    return (struct mode_output){ &sc_sink_screen, o->since || o->until, !o->since && !o->until };
	case SC_MODE_doctor: return (struct mode_output){ &sc_sink_doctor, false, true };
	default:             return (struct mode_output){ &sc_sink_json, false, false };
	}
}

static void put_option(struct sc_text *t, const char *option, const char *word)
{
	if (!word)
		return;
	sc_text_adds(t, option);
	sc_page_shell_word(t, sc_str_of(word));
}

/* The options without which the same packets show other sessions, or the same in other words. */
static void put_reading(struct sc_text *t, const struct sc_options *o)
{
	put_option(t, " -k ", o->keylog);
	put_option(t, " --rules ", o->rules);
	put_option(t, " --tcp-policy ", sc_options_given(o, SC_OPT_tcp_policy) ? o->tcp_policy : NULL);
	put_option(t, " --privacy ", sc_options_given(o, SC_OPT_privacy) ? o->privacy : NULL);
	sc_text_adds(t, o->ignore_vlan ? " --ignore-vlan" : "");
	sc_text_adds(t, o->any_port ? " --any-port" : "");
	for (size_t i = 0; sc_options_given(o, SC_OPT_ports) && i < o->ports.count; i++) {
		sc_text_adds(t, i ? "," : " -p ");
		sc_text_number(t, o->ports.items[i]);
	}
}

/* The most octets that a word takes as a shell's. */
static size_t quoted(const char *word)
{
	return word ? 4 * strlen(word) + 16 : 0;
}

/* "a.pcap", or "a.pcap -r b.pcap -p 26": what stands behind -r to read the same again, as a shell takes it.  Of a
 * live capture that is what -w leaves, or nothing. */
static char *source_words(const struct sc_options *o)
{
	struct sc_words written = { (const char **)(uintptr_t)&o->write, o->write != NULL, 0 };
	const struct sc_words *words_of = sc_input_live(o) ? &written : &o->reads;
	if (words_of->count == 0)
		return NULL;
	size_t octets = 1 + SOURCE_OCTETS + quoted(o->keylog) + quoted(o->rules);
	for (size_t i = 0; i < words_of->count; i++)
		octets += quoted(words_of->items[i]);
	char *words = sc_memory_take(octets);
	if (!words)
		return NULL;
	struct sc_text t = sc_text_into(words, octets - 1);
	for (size_t i = 0; i < words_of->count; i++) {
		sc_text_adds(&t, i ? " -r " : "");
		sc_page_shell_word(&t, sc_str_of(words_of->items[i]));
	}
	put_reading(&t, o);
	return words;
}

static int columns(void)
{
	struct winsize size;
	uint64_t said;
	sc_str given = sc_str_of(getenv("COLUMNS"));
	if (given.at && sc_str_number(given, &said) && said >= 20 && said <= 10000)
		return (int)said;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
		return size.ws_col;
	return 0;
}

/* The words of show and find; addresses as --privacy writes them, or they would not be found. */
static sc_err take_words(struct sc_outputs *out, const struct sc_options *o)
{
	enum { ROOM = 1024 };
	size_t count = o->words.count;
	out->words = sc_memory_take(count * (sizeof(sc_str) + ROOM));
	if (!out->words)
		return SC_EFAILED;
	char *room = (char *)(out->words + count);
	for (size_t i = 0; i < count; i++, room += ROOM) {
		out->words[i] = sc_str_of(o->words.items[i]);
		if (out->privacy)
			out->words[i] = sc_privacy_word(out->privacy, out->words[i], room, ROOM);
	}
	return SC_OK;
}

static unsigned report_kind(const char *word)
{
	if (strcmp(word, "traffic") == 0)
		return SC_REPORT_TRAFFIC;
	if (strcmp(word, "senders") == 0)
		return SC_REPORT_SENDERS;
	return strcmp(word, "tls") == 0 ? SC_REPORT_TLS : SC_REPORT_FAILURES;
}

/* No word asks for all parts. */
static unsigned parts_of(const struct sc_options *o)
{
	unsigned parts = 0;
	for (size_t i = 0; o->mode == SC_MODE_report && i < o->words.count; i++)
		parts |= report_kind(o->words.items[i]);
	return parts;
}

static struct sc_output_config config_of(const struct sc_outputs *out, const struct sc_options *o)
{
	bool wanted_words = o->mode == SC_MODE_show || o->mode == SC_MODE_find;
	return (struct sc_output_config){
		.format = o->format,
		.parts = parts_of(o),
		.what = o->mode == SC_MODE_list && o->words.count ? o->words.items[0] : NULL,
		.wants = o->events,
		.sensor = sc_str_of(o->sensor ? o->sensor : out->host[0] ? out->host : NULL),
		.utc = o->utc,
		.verbose = o->verbose > 0,
		.columns = columns(),
		.words = out->words,
		.word_count = wanted_words ? o->words.count : 0,
		.source = out->source,
		.asides = out->asides.items,
		.aside_count = out->asides.count,
		.earlier = out->compare.earlier,
	};
}

/* The writer of that path: one for each file, so that lines of two outputs to one place do not mix within a line. */
static struct sc_file_writer *writer_of(struct sc_outputs *out, const char *path)
{
	for (size_t i = 0; i < out->writer_count; i++)
		if (sc_str_equal(sc_str_of(path), sc_str_of(out->writers[i].path)))
			return &out->writers[i];
	struct sc_file_writer *w = &out->writers[out->writer_count++];
	return sc_file_writer_open(w, path) == SC_OK ? w : NULL;
}

static sc_err open_output(struct sc_outputs *out, const struct sc_options *o, struct mode_output m, const char *path,
			  struct sc_output_config *config)
{
	struct sc_output *item = &out->items[out->count];
	*item = (struct sc_output){ .cls = m.cls, .by_session = m.by_session, .unfiltered = m.unfiltered };
	item->wants = m.cls->wants ? m.cls->wants : UINT64_MAX;
	if (m.cls == &sc_sink_json)
		item->wants = config->wants ? config->wants : sc_kinds_standard();
	item->writer = writer_of(out, path);
	if (!item->writer)
		return SC_EFAILED;
	item->self = sc_memory_take(m.cls->size);
	if (!item->self)
		return SC_EFAILED;
	out->count++;
	if (m.cls == &sc_sink_screen)
		sc_screen_prepare(item->self, o, sc_input_live(o));
	config->writer = sc_file_writer_face(item->writer);
	SC_TRY(m.cls->open(item->self, config));
	item->open = true;
	return SC_OK;
}

/* An output that is also an input would be emptied before it is read. */
static sc_err refuse_input(const struct sc_options *o, const char *path)
{
	struct stat target, source;
	if (stat(path, &target) != 0 || !S_ISREG(target.st_mode))
		return SC_OK;
	for (size_t i = 0; i < o->reads.count; i++) {
		bool same = stat(o->reads.items[i], &source) == 0 && source.st_dev == target.st_dev &&
			    source.st_ino == target.st_ino;
		if (!same)
			continue;
		sc_say(path, "is read and would be overwritten; choose another file for the output");
		return SC_EUSAGE;
	}
	return SC_OK;
}

static bool same_path(const char *x, const char *y)
{
	return x && y && sc_str_equal(sc_str_of(x), sc_str_of(y));
}

/* Packets share their file with nothing. */
static sc_err check_write(const struct sc_options *o)
{
	if (!o->write)
		return SC_OK;
	if (same_path(o->write, o->output) || same_path(o->write, o->json)) {
		sc_say("-w", "the same file as --output or --json; give packets a file of their own");
		return SC_EUSAGE;
	}
	return refuse_input(o, o->write);
}

/* -o and -j may name one place only when it is standard output, which is shared line by line. */
static sc_err check_paths(const struct sc_options *o)
{
	SC_TRY(refuse_input(o, o->output));
	SC_TRY(check_write(o));
	if (!o->json)
		return SC_OK;
	SC_TRY(refuse_input(o, o->json));
	bool both = same_path(o->json, o->output);
	if (!both || sc_str_equal(sc_str_of(o->json), SC_STR("-")))
		return SC_OK;
	sc_say("--json", "the same file as --output; give two files");
	return SC_EUSAGE;
}

static void pass_on(void *ctx, const struct sc_event *ev)
{
	struct sc_outputs *out = ctx;
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].by_session && out->items[i].wants & SC_WANT(ev->kind))
			out->items[i].cls->write(out->items[i].self, ev);
}

static sc_err open_privacy(struct sc_outputs *out, const struct sc_options *o)
{
	if (sc_str_equal(sc_str_of(o->privacy), SC_STR("full")))
		return SC_OK;
	const uint64_t *seed = sc_options_given(o, SC_OPT_seed) ? &o->seed : NULL;
	return sc_privacy_open(&out->privacy, o->privacy, seed);
}

static sc_err open_all(struct sc_outputs *out, const struct sc_options *o)
{
	SC_TRY(open_privacy(out, o));
	SC_TRY(take_words(out, o));
	out->source = source_words(o);
	SC_TRY(sc_asides_open(&out->asides, o));
	SC_TRY(sc_compare_open(&out->compare, o->compare));
	struct sc_output_config config = config_of(out, o);
	struct mode_output own = output_of(o);
	if (own.by_session && !sc_selection_everything(out->selection))
		SC_TRY(sc_keeper_open(&out->keeper, o->memory / 8, pass_on, out));
	SC_TRY(open_output(out, o, own, o->output, &config));
	bool twice = own.cls == &sc_sink_json && o->json && sc_str_equal(sc_str_of(o->json), sc_str_of(o->output));
	if (o->json && !twice)
		return open_output(out, o, (struct mode_output){ &sc_sink_json, false, false }, o->json, &config);
	return SC_OK;
}

sc_err sc_outputs_open(struct sc_outputs *out, const struct sc_options *o, struct sc_selection *selection)
{
	*out = (struct sc_outputs){ .selection = selection, .quiet = o->quiet > 0 };
	SC_TRY(check_paths(o));
	out->flush_each = !sc_input_live(o) && (sc_input_pipes(o) || isatty(STDOUT_FILENO));
	if (sc_input_live(o) && gethostname(out->host, sizeof(out->host) - 1) != 0)
		out->host[0] = '\0';
	sc_err err = open_all(out, o);
	bool said = out->writer_count && out->writers[out->writer_count - 1].error;
	if (err == SC_EFAILED && !said)
		sc_say(NULL, "cannot open the output: no memory; give a smaller --mem");
	return err;
}

uint64_t sc_outputs_wants(const struct sc_outputs *out)
{
	uint64_t wants = 0;
	for (size_t i = 0; i < out->count; i++)
		wants |= out->items[i].wants;
	bool all = out->keeper || out->selection->fail_on;
	return all ? UINT64_MAX : wants;
}

static void flush_sinks(struct sc_outputs *out)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].cls->flush)
			out->items[i].cls->flush(out->items[i].self);
}

static void give(struct sc_outputs *out, struct sc_output *item, const struct sc_event *ev, bool matches)
{
	bool wanted = (item->wants & SC_WANT(ev->kind)) != 0;
	if (item->by_session && out->keeper && ev->kind != SC_EVENT_stats)
		sc_keeper_take(out->keeper, ev, matches, wanted);
	else if (wanted && (matches || item->unfiltered))
		item->cls->write(item->self, ev);
	if (out->count > out->writer_count) /* two outputs, one file: what is buffered ends with a line */
		flush_sinks(out);
}

bool sc_outputs_event(struct sc_outputs *out, const struct sc_event *ev)
{
	bool matches = ev->kind == SC_EVENT_stats || sc_selection_match(out->selection, ev);
	if (out->privacy)
		ev = sc_privacy_event(out->privacy, ev);
	out->unshown += !ev;
	for (size_t i = 0; ev && i < out->count; i++)
		give(out, &out->items[i], ev, matches);
	out->pending = true;
	return matches;
}

void sc_outputs_settle(struct sc_outputs *out)
{
	if (out->flush_each)
		sc_outputs_flush(out);
}

void sc_outputs_flush(struct sc_outputs *out)
{
	if (!out->pending)
		return;
	out->pending = false;
	flush_sinks(out);
	for (size_t i = 0; i < out->writer_count; i++)
		if (out->writers[i].used)
			sc_file_writer_flush(&out->writers[i]);
}

void sc_outputs_reopen(struct sc_outputs *out)
{
	flush_sinks(out);
	for (size_t i = 0; i < out->writer_count; i++)
		sc_file_writer_reopen(&out->writers[i]);
}

void sc_outputs_check(const struct sc_outputs *out, const char *user)
{
	for (size_t i = 0; i < out->writer_count && !out->quiet; i++)
		if (!sc_file_writer_reopens(&out->writers[i]))
			sc_say(out->writers[i].path, "SIGHUP cannot open it anew, %s may not create files there; choose"
			       " another directory, or another user with -Z", user);
}

bool sc_outputs_dead(const struct sc_outputs *out)
{
	bool dead = true;
	for (size_t i = 0; i < out->writer_count; i++)
		dead = dead && out->writers[i].error;
	return dead;
}

sc_err sc_outputs_close(struct sc_outputs *out)
{
	sc_err worst = SC_OK;
	if (sc_keeper_given_up(out->keeper))
		sc_say("--where", "%llu sessions lost their first events, too many were open; give a larger --mem",
		       (unsigned long long)sc_keeper_given_up(out->keeper));
	if (out->unshown) {
		sc_say("--privacy", "%llu events are left out for want of memory to rewrite them; use less --mem",
		       (unsigned long long)out->unshown);
		worst = SC_EFAILED;
	}
	for (size_t i = 0; i < out->count; i++) {
		struct sc_output *item = &out->items[i];
		if (item->open && item->cls->close(item->self) != SC_OK)
			worst = SC_EFAILED;
		sc_memory_give(item->self);
	}
	for (size_t i = 0; i < out->writer_count; i++)
		if (sc_file_writer_close(&out->writers[i]) != SC_OK)
			worst = SC_EFAILED;
	sc_keeper_close(out->keeper);
	sc_privacy_close(out->privacy);
	sc_memory_give(out->words);
	sc_asides_close(&out->asides);
	sc_compare_close(&out->compare);
	sc_memory_give(out->source);
	*out = (struct sc_outputs){ .count = 0 };
	return worst;
}
