/* files.c - what the screens know, as files: sessions as text, JSON Lines, tables or packets, messages, reports.
 *
 * The name's end tells the form.  A file that is there already is never written over and no link is followed; what is written
 * is for its owner only, since it may be mail.  What cannot be written whole is taken away again, and that is said. */
#include "tui/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"
#include "output/outputs.h"
#include "output/reports.h"
#include "output/value.h"
#include "tui/eml.h"

#define MOST 4096 /* sessions whose packets are written at a time */

static bool write_file(void *ctx, const char *at, size_t len)
{
	return fwrite(at, 1, len, ctx) == len;
}

/* NULL: it cannot be made, errno tells why. */
static FILE *make_file(sc_str path, char *name)
{
	path = sc_str_slice(path, 0, SC_TUI_INPUT - 1);
	memcpy(name, path.at, path.len);
	name[path.len] = '\0';
	errno = EINVAL;
	int fd = path.len ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (fd >= 0 && !file)
		close(fd);
	return file;
}

static void say_failed(struct sc_tui *t, const char *name, int why)
{
	SC_CELL(text);
	sc_text_adds(&text, "not saved: ");
	sc_text_visible(&text, sc_str_of(name));
	sc_text_adds(&text, name[0] ? ": " : "");
	sc_text_adds(&text, name[0] ? strerror(why) : "no name was given");
	sc_text_adds(&text, why == EEXIST ? "; give another name" : "");
	sc_text_put(&text, '\0');
	sc_tui_say(t, text.cut ? "not saved" : text.at);
}

/* Closes it; what is not whole is removed. */
static bool end_file(FILE *file, const char *name, bool whole)
{
	bool good = fclose(file) == 0 && whole;
	int why = errno;
	if (!good)
		unlink(name);
	errno = why;
	return good;
}

static void say_saved(struct sc_tui *t, uint64_t count, const char *before, const char *what, const char *name)
{
	SC_CELL(text);
	sc_text_adds(&text, before);
	sc_page_grouped(&text, count);
	sc_text_put(&text, ' ');
	sc_text_adds(&text, what);
	sc_text_adds(&text, count == 1 ? " saved to " : "s saved to ");
	sc_text_visible(&text, sc_str_of(name));
	sc_text_put(&text, '\0');
	sc_tui_say(t, text.cut ? "saved" : text.at);
}

/* ---- sessions as events ---- */

/* The marked sessions; without a mark the one that was under the cursor: begin with NULL. */
static struct sc_seen *next_saved(struct sc_tui *t, struct sc_seen *s)
{
	if (!t->save_marked)
		return s ? NULL : sc_store_find(&t->store, t->save_session);
	do
		s = sc_store_next(&t->store, s);
	while (s && !s->marked);
	return s;
}

static void find_marked(struct sc_tui *t)
{
	t->save_marked = false;
	for (struct sc_seen *s = sc_store_next(&t->store, NULL); s && !t->save_marked; s = sc_store_next(&t->store, s))
		t->save_marked = s->marked;
}

static const struct sc_sink_class *sink_for(sc_str path)
{
	if (sc_str_ends_nocase(path, SC_STR(".jsonl")) || sc_str_ends_nocase(path, SC_STR(".json")))
		return &sc_sink_json;
	if (sc_str_ends_nocase(path, SC_STR(".csv")) || sc_str_ends_nocase(path, SC_STR(".tsv")))
		return &sc_sink_list;
	return &sc_sink_show;
}

static void give_events(const struct sc_sink_class *cls, void *self, const struct sc_tui *inside, const struct sc_seen *seen)
{
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		struct sc_event ev = *k->ev;
		ev.session = seen->session;
		if ((!cls->wants || cls->wants & SC_WANT(ev.kind)) && (!inside || sc_tui_inside(inside, ev.when)))
			cls->write(self, &ev);
	}
}

/* A file that is being written by a sink. */
struct saving {
	const struct sc_sink_class *cls;
	void    *self;
	FILE    *file;
	char     name[SC_TUI_INPUT];
	uint64_t count;
	uint64_t filtered;    /* of the screens when it was begun */
};

static struct sc_output_config config_of(const struct sc_tui *t, const struct sc_sink_class *cls, sc_str path, FILE *file)
{
	struct sc_output_config config = { .writer = { write_file, file }, .utc = t->config.utc, .wants = UINT64_MAX,
		.source = t->config.source, .asides = t->config.asides, .aside_count = t->config.aside_count };
	if (cls == &sc_sink_list)
		config.format = sc_str_ends_nocase(path, SC_STR(".tsv")) ? "tsv" : "csv";
	if (cls == &sc_sink_report_text || cls == &sc_sink_report_html || cls == &sc_sink_report_json)
		config.wants = 0;
	return config;
}

/* NULL: it was said why not. */
static struct saving *begin_saving(struct sc_tui *t, const struct sc_sink_class *cls, sc_str path)
{
	struct saving *s = sc_memory_take(sizeof(*s));
	void *self = s ? sc_memory_take(cls->size) : NULL;
	if (!self) {
		sc_tui_say(t, "not saved: no memory");
		sc_memory_give(s);
		return NULL;
	}
	*s = (struct saving){ .cls = cls, .self = self, .filtered = t->filtered };
	s->file = make_file(path, s->name);
	int why = errno;
	struct sc_output_config config = config_of(t, cls, path, s->file);
	if (s->file && cls->open(self, &config) == SC_OK)
		return s;
	if (s->file)
		end_file(s->file, s->name, false);
	say_failed(t, s->name, s->file ? ENOMEM : why);
	sc_memory_give(self);
	sc_memory_give(s);
	return NULL;
}

static void end_saving(struct sc_tui *t, struct saving *s, bool whole, const char *before)
{
	bool written = s->cls->close(s->self) == SC_OK;
	if (end_file(s->file, s->name, written && whole))
		say_saved(t, s->count, before, "session", s->name);
	else if (written && !whole)
		sc_tui_say(t, "not saved: what is shown has changed, or it was stopped");
	else
		say_failed(t, s->name, errno);
	sc_memory_give(s->self);
	sc_memory_give(s);
}

static void save_sessions(struct sc_tui *t, sc_str path)
{
	struct saving *s = begin_saving(t, sink_for(path), path);
	if (!s)
		return;
	for (struct sc_seen *seen = next_saved(t, NULL); seen; seen = next_saved(t, seen), s->count++)
		give_events(s->cls, s->self, NULL, seen);
	end_saving(t, s, true, "");
}

/* ---- their packets ---- */

static size_t list_asked(struct sc_tui *t, struct sc_tui_asked *list)
{
	size_t n = 0;
	for (struct sc_seen *s = next_saved(t, NULL); s && n < MOST; s = next_saved(t, s))
		list[n++] = sc_seen_asked(s);
	return n;
}

static void packets_saved(struct sc_tui *t, struct sc_job *job, bool whole, uint64_t packets)
{
	if (!end_file(job->owner, job->path, whole && packets))
		sc_tui_say(t, whole ? "not saved: no packet of it was found" : "not saved: it was not read or written to its end");
	else
		say_saved(t, packets, "", "packet", job->path);
}

static void save_packets(struct sc_tui *t, sc_str path)
{
	struct sc_job job = { .done = packets_saved };
	struct sc_tui_asked *list = sc_memory_take(MOST * sizeof(*list));
	FILE *file = list ? make_file(path, job.path) : NULL;
	if (!file) {
		say_failed(t, job.path, errno);
		sc_memory_give(list);
		return;
	}
	job.owner = file;
	struct sc_tui_ask ask = { .sessions = list, .count = list_asked(t, list), .pcapng = { write_file, file } };
	if (!sc_job_begin(t, &ask, job))
		end_file(file, job.path, false);
	sc_memory_give(list);
}

/* ---- messages ---- */

struct mails {
	struct sc_eml_stream stream;
	uint64_t session;
	struct sc_tui *t;
	char     path[SC_TUI_INPUT];
	uint64_t saved, refused;
	const char *why;      /* of the last refusal */
	int      error;
};

static void take_mail_packet(void *ctx, const struct sc_tui_packet *p)
{
	sc_eml_add(&((struct mails *)ctx)->stream, p);
}

/* The second one is NAME-2.eml. */
static void mail_path(const struct mails *m, struct sc_text *to)
{
	sc_str path = sc_str_of(m->path);
	if (m->saved == 0) {
		sc_text_add(to, path);
		return;
	}
	sc_text_add(to, sc_str_slice(path, 0, path.len - 4));
	sc_text_put(to, '-');
	sc_text_number(to, m->saved + 1);
	sc_text_adds(to, ".eml");
}

static void take_mail(void *ctx, uint64_t n, sc_str text, const char *why)
{
	struct mails *m = ctx;
	char name[SC_TUI_INPUT];
	(void)n;
	if (why) {
		m->refused++;
		m->why = why;
		return;
	}
	SC_CELL(path);
	mail_path(m, &path);
	FILE *file = make_file(sc_text_str(&path), name);
	bool whole = file && fwrite(text.at, 1, text.len, file) == text.len;
	if (file && end_file(file, name, whole))
		m->saved++;
	else
		m->error = errno;
}

static void say_mails(struct sc_tui *t, const struct mails *m)
{
	SC_CELL(text);
	if (m->error) {
		say_failed(t, m->path, m->error);
		return;
	}
	sc_page_grouped(&text, m->saved);
	sc_text_adds(&text, m->saved == 1 ? " message saved to " : " messages saved to ");
	sc_text_visible(&text, sc_str_of(m->path));
	if (m->refused) {
		sc_text_adds(&text, "; ");
		sc_page_grouped(&text, m->refused);
		sc_text_adds(&text, " not: ");
		sc_text_adds(&text, m->why);
	}
	sc_text_put(&text, '\0');
	sc_tui_say(t, m->saved + m->refused == 0 ? "no message was sent to its end in this session" : text.cut ? "saved" : text.at);
}

static void mails_read(struct sc_tui *t, struct sc_job *job, bool whole, uint64_t packets)
{
	struct mails *m = job->owner;
	const struct sc_seen *seen = sc_store_find(&t->store, m->session);
	(void)packets;
	if (whole && seen)
		sc_eml_tell(&m->stream, seen->first, take_mail, m);
	if (whole && seen)
		say_mails(t, m);
	sc_eml_close(&m->stream);
	sc_memory_give(m);
}

static void save_mails(struct sc_tui *t, sc_str path)
{
	const struct sc_seen *seen = next_saved(t, NULL);
	struct mails *m = seen ? sc_memory_take(sizeof(*m)) : NULL;
	if (!m)
		return;
	m->session = seen->id;
	m->stream.client = seen->client;
	memcpy(m->path, path.at, path.len);
	struct sc_tui_asked asked = sc_seen_asked(seen);
	struct sc_tui_ask ask = { .sessions = &asked, .count = 1, .packet = take_mail_packet, .ctx = m };
	if (!sc_job_begin(t, &ask, (struct sc_job){ .owner = m, .count = 1, .done = mails_read }))
		sc_memory_give(m);
}

/* ---- keys ---- */

static void save_to(struct sc_tui *t, sc_str path)
{
	path = sc_str_trim(path);
	t->prompt.open = false;
	if (sc_str_ends_nocase(path, SC_STR(".pcap")))
		sc_tui_say(t, "packets are saved as .pcapng; give such a name");
	else if (sc_str_ends_nocase(path, SC_STR(".pcapng")))
		save_packets(t, path);
	else if (sc_str_ends_nocase(path, SC_STR(".eml")))
		save_mails(t, path);
	else
		save_sessions(t, path);
}

void sc_hand_save(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(name);
	find_marked(t);
	t->save_session = seen->id;
	sc_text_adds(&name, t->save_marked ? "sessions" : "session-");
	if (!t->save_marked)
		sc_text_hex(&name, seen->id, 16);
	sc_text_adds(&name, ".txt");
	sc_prompt_open(t, t->save_marked ? "save what is marked (.txt .pcapng .jsonl .csv .tsv)" :
		       "save (.txt .pcapng .eml .jsonl .csv .tsv)", sc_text_str(&name), save_to, NULL);
}

/* Everything that filter and window show, as a report of it would have seen it. */
static void give_shown(struct sc_tui *t, void *ctx, struct sc_seen *seen)
{
	struct saving *s = ctx;
	if (s->filtered != t->filtered || !sc_tui_shows(t, seen))
		return;
	give_events(s->cls, s->self, t, seen);
	s->count++;
}

static void report_given(struct sc_tui *t, void *ctx, bool whole)
{
	struct saving *s = ctx;
	struct sc_event stats = { .kind = SC_EVENT_stats, .body = &t->stats };
	for (const struct sc_kept *k = t->where ? NULL : t->store.loose_first; k; k = k->next)
		if (sc_tui_inside(t, k->ev->when))
			s->cls->write(s->self, k->ev);
	s->cls->write(s->self, &stats);
	end_saving(t, s, whole && s->filtered == t->filtered, "report of ");
}

static void report_to(struct sc_tui *t, sc_str path)
{
	path = sc_str_trim(path);
	t->prompt.open = false;
	const struct sc_sink_class *cls = sc_str_ends_nocase(path, SC_STR(".html")) ? &sc_sink_report_html :
		sc_str_ends_nocase(path, SC_STR(".json")) ? &sc_sink_report_json : &sc_sink_report_text;
	struct saving *s = sc_walk_busy(t) ? NULL : begin_saving(t, cls, path);
	if (s)
		sc_walk_begin(t, (struct sc_walk){ .word = "report", .ctx = s, .each = give_shown, .done = report_given });
}

void sc_hand_report(struct sc_tui *t)
{
	if (sc_tui_passing(t))
		sc_tui_say(t, "not all sessions were looked at yet; a moment");
	else
		sc_prompt_open(t, sc_tui_narrow_set(t) ? "report of what is shown (.txt .html .json)" :
			       "report of everything (.txt .html .json)", SC_STR("report.txt"), report_to, NULL);
}
