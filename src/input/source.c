/* source.c - one input out of many captures: opens them, merges their packets by time, filters and counts; see
 * source.h.
 *
 * Opening looks at the time of each file's first packet and puts the file aside again; it is taken up when its
 * time comes. So thousands of captures that follow each other (as tcpdump -C writes them) need one buffer, and
 * only those that overlap in time are open together, SC_OPEN_MOST at most.  The descriptors of files put aside
 * stay open where they are few: what was opened can then be read whatever rights the program has given up
 * since.  What cannot be read twice (a pipe, standard input) is opened once and stays open, and so does a file
 * that is alone.
 *
 * The files that are open and have a packet waiting form a heap.  The packet that was handed out belongs to the
 * file at its top, which moves on only when the next packet is asked for: until then its octets are in use.  A
 * pipe that is silent holds all others up, since nobody knows the time of its next packet; the caller is told
 * that, and asks again. */
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "input/capture.h"
#include "input/filter.h"
#include "input/follow.h"
#include "input/paths.h"
#include "input/pcap_live.h"
#include "input/secrets.h"
#include "input/tell.h"

#define SC_OPEN_MOST   256u
#define SHARED_OCTETS  ((size_t)128 << 10) /* buffer of each of several files */
#define PROBE_OCTETS   ((size_t)16 << 10)
#define WAIT_MS        200 /* for a silent pipe */
#define REFUSED_MOST   4096u
#define AHEAD_LEAST    (4u << 20) /* smaller files are not worth a thread */

struct file {
	const char *name;
	int      fd;       /* -1: to be opened again by name */
	bool     is_stdin;
	bool     twice;    /* can be read again from the start */
	bool     scanned;  /* its secrets are known */
	off_t    start;    /* where it begins: standard input may stand in the middle of a file */
	uint32_t order;    /* on the command line: breaks ties of time */
	sc_time  when;     /* of the packet that waits; SC_TIME_NONE: none, or not known yet */
	uint64_t size;     /* 0: not known */
	struct sc_capture *capture; /* NULL: put aside */
	struct sc_packet   packet;  /* that waits */
};

struct sc_source {
	struct sc_tell   tell;
	struct sc_filter filter;
	struct sc_paths  paths;
	struct sc_pcapng_watch watch;
	struct sc_source_facts facts;
	const volatile sig_atomic_t *stop;
	uint32_t snap;
	uint64_t octets_read, octets_total;
	bool     total_known, stdin_used;
	struct file *files;          /* sorted by `when`, after opening */
	size_t  file_count, waiting; /* files from `waiting` on are put aside */
	struct file *heap[SC_OPEN_MOST];
	size_t  heap_count;
	bool    handed_out;          /* the packet at the top */
	struct file *awaited;        /* a pipe with no packet at the moment, in no heap; NULL: none */
	struct sc_live   *live;      /* NULL: from files */
	struct sc_follow *follow;    /* NULL: files that are complete */
};

static void tell_open(struct sc_source *s, const char *name)
{
	switch (errno) {
	case ENOENT:
		sc_tell(&s->tell, SC_EINPUT, name, "no such file; check the path");
		break;
	case EACCES:
		sc_tell(&s->tell, SC_EINPUT, name, "permission denied; run as a user who may read it");
		break;
	case EMFILE:
	case ENFILE:
		sc_tell(&s->tell, SC_EINPUT, name, "too many open files; raise the limit (ulimit -n)");
		break;
	default:
		sc_tell(&s->tell, SC_EINPUT, name, "cannot be opened: %s", strerror(errno));
		break;
	}
}

static bool open_by_name(struct sc_source *s, struct file *f)
{
	f->fd = open(f->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd < 0)
		tell_open(s, f->name);
	return f->fd >= 0;
}

static bool open_stdin(struct sc_source *s, struct file *f)
{
	f->is_stdin = true;
	f->name = "standard input";
	f->fd = STDIN_FILENO;
	if (s->stdin_used)
		sc_tell(&s->tell, SC_EINPUT, f->name, "is named twice; it can be read once");
	else if (isatty(f->fd))
		sc_tell(&s->tell, SC_EINPUT, f->name, "is a terminal; pipe a capture into it");
	else
		return (s->stdin_used = true);
	return false;
}

static void close_fd(struct file *f)
{
	if (f->fd >= 0 && !f->is_stdin)
		close(f->fd);
	f->fd = -1;
}

static void close_capture(struct file *f)
{
	if (f->capture)
		sc_capture_close(f->capture);
	sc_memory_give(f->capture);
	f->capture = NULL;
}

/* A pipe, once its header was read: a silent one is not waited for for ever. */
static long read_pipe(void *ctx, void *at, size_t room)
{
	struct pollfd p = { .fd = (int)(intptr_t)ctx, .events = POLLIN };
	int ready = poll(&p, 1, WAIT_MS);
	if (ready == 0)
		errno = EAGAIN;
	return ready > 0 ? sc_stream_read_fd(ctx, at, room) : -1;
}

/* `quiet`: only to look at it, so nothing in it is counted or handed on. */
static bool open_capture(struct sc_source *s, struct file *f, size_t buffer, bool quiet, struct sc_verdict *verdict)
{
	struct sc_stream_config config = {
		.read = sc_stream_read_fd,
		.ctx = (void *)(intptr_t)f->fd,
		.buffer_octets = buffer,
		.tally = quiet ? NULL : &s->octets_read,
		.stop = s->stop,
	};
	f->capture = sc_memory_take(sizeof(*f->capture));
	if (!f->capture) {
		*verdict = (struct sc_verdict){ SC_EFAILED, false, "no memory to read it" };
		return false;
	}
	if (sc_capture_open(f->capture, &config, quiet ? NULL : &s->watch, verdict)) {
		f->capture->pcapng.known = f->scanned;
		return true;
	}
	sc_memory_give(f->capture);
	f->capture = NULL;
	return false;
}

static void tell_verdict(struct sc_source *s, const struct file *f, const struct sc_verdict *verdict)
{
	if (verdict->err)
		sc_tell(&s->tell, verdict->err, f->name, "%s", verdict->why);
}

static void note_size(struct file *f)
{
	struct stat st;
	if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	f->size = (uint64_t)st.st_size;
	f->start = lseek(f->fd, 0, SEEK_CUR);
	f->twice = !f->is_stdin;
	posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint; a refusal does no harm */
}

static void put_aside(struct sc_source *s, struct file *f)
{
	struct sc_packet first;
	f->when = sc_capture_next(f->capture, &first) ? first.when : SC_TIME_NONE;
	close_capture(f);
	if (s->paths.count > SC_OPEN_MOST)
		close_fd(f);
}

/* False: there is nothing to read in it.  What is wrong was told, but of what merely lay in a directory. */
static bool prepare(struct sc_source *s, struct file *f, const struct sc_path *path)
{
	bool opened = path->named && strcmp(path->name, "-") == 0 ? open_stdin(s, f) : open_by_name(s, f);
	if (!opened)
		return false;
	bool alone = s->paths.count == 1;
	struct sc_verdict verdict;
	note_size(f);
	bool aside = f->twice && !alone;
	if (!open_capture(s, f, aside ? PROBE_OCTETS : alone ? 0 : SHARED_OCTETS, aside, &verdict)) {
		if (path->named || !verdict.foreign)
			tell_verdict(s, f, &verdict);
		close_fd(f);
		return false;
	}
	if (aside)
		put_aside(s, f);
	else if (!f->twice)
		f->capture->stream.config.read = read_pipe;
	s->octets_total += f->size;
	s->total_known = s->total_known && f->size > 0;
	return true;
}

static bool earlier(const struct file *a, const struct file *b)
{
	return a->when != b->when ? a->when < b->when : a->order < b->order;
}

static int by_time(const void *a, const void *b)
{
	return earlier(a, b) ? -1 : 1;
}

/* Prepares the files of one word of the command line, which are `paths.list` from `*next` on. */
static void prepare_word(struct sc_source *s, const char *word, size_t index, size_t *next)
{
	size_t before = s->file_count;
	sc_err worst = s->tell.worst;
	bool   found = false, named = true;
	for (; *next < s->paths.count && s->paths.list[*next].word == index; ++*next) {
		const struct sc_path *path = &s->paths.list[*next];
		struct file *f = &s->files[s->file_count];
		*f = (struct file){ .name = path->name, .fd = -1, .order = (uint32_t)*next, .when = SC_TIME_NONE };
		s->file_count += prepare(s, f, path);
		found = true;
		named = path->named;
	}
	if (found && !named && s->file_count == before && s->tell.worst == worst)
		sc_tell(&s->tell, SC_EINPUT, word, "the directory holds no capture");
}

static sc_err open_all(struct sc_source *s, const struct sc_source_config *config)
{
	for (size_t i = 0; i < config->path_count; i++)
		SC_TRY(sc_paths_add(&s->paths, config->paths[i], i, &s->tell));
	s->files = sc_memory_take(s->paths.count * sizeof(*s->files));
	if (!s->files)
		return SC_EFAILED;
	size_t next = 0;
	for (size_t i = 0; i < config->path_count; i++)
		prepare_word(s, config->paths[i], i, &next);
	s->facts.files = s->file_count;
	qsort(s->files, s->file_count, sizeof(*s->files), by_time);
	return s->file_count == 0 && s->tell.worst != SC_EDAMAGED ? SC_EINPUT : SC_OK;
}

static sc_err open_follow(struct sc_source *s, const struct sc_source_config *config)
{
	struct sc_follow_config follow = { config->paths, config->path_count, &s->watch, &s->octets_read };
	s->total_known = false;
	return sc_follow_open(&s->follow, &follow, &s->tell);
}

static sc_err open_any(struct sc_source *s, const struct sc_source_config *config)
{
	if (config->live)
		return sc_live_open(&s->live, config->live, config->filter, &s->tell);
	return config->follow ? open_follow(s, config) : open_all(s, config);
}

sc_err sc_source_open(struct sc_source **out, const struct sc_source_config *config)
{
	SC_ASSERT(out && config && (config->path_count > 0 || config->live));
	struct sc_source *s = sc_memory_take(sizeof(*s));
	if (!s)
		return SC_EFAILED;
	s->tell = (struct sc_tell){ .say = config->say, .ctx = config->say_ctx };
	s->snap = config->snap;
	s->stop = config->stop;
	s->total_known = true;
	sc_err err = sc_filter_open(&s->filter, config->filter, config->exact, &s->tell);
	if (!err)
		err = open_any(s, config);
	if (err) {
		sc_source_close(s);
		return err;
	}
	*out = s;
	return SC_OK;
}

static void sift_down(struct sc_source *s)
{
	struct file *f = s->heap[0];
	size_t at = 0;
	for (size_t child; (child = 2 * at + 1) < s->heap_count; at = child) {
		if (child + 1 < s->heap_count && earlier(s->heap[child + 1], s->heap[child]))
			child++;
		if (earlier(f, s->heap[child]))
			break;
		s->heap[at] = s->heap[child];
	}
	s->heap[at] = f;
}

static void sift_up(struct sc_source *s, struct file *f)
{
	size_t at = s->heap_count++;
	for (; at > 0 && earlier(f, s->heap[(at - 1) / 2]); at = (at - 1) / 2)
		s->heap[at] = s->heap[(at - 1) / 2];
	s->heap[at] = f;
}

static bool read_packet(struct file *f)
{
	bool got = sc_capture_next(f->capture, &f->packet);
	f->when = got ? f->packet.when : SC_TIME_NONE;
	return got;
}

static void finish(struct sc_source *s, struct file *f)
{
	struct sc_verdict verdict;
	sc_capture_judge(f->capture, &verdict);
	tell_verdict(s, f, &verdict);
	close_capture(f);
	close_fd(f);
}

static bool take_up(struct sc_source *s, struct file *f)
{
	struct sc_verdict verdict;
	if (f->capture) /* was never put aside */
		return true;
	if (f->fd < 0 && !open_by_name(s, f))
		return false;
	if (lseek(f->fd, 0, SEEK_SET) == 0 && open_capture(s, f, SHARED_OCTETS, false, &verdict))
		return true;
	tell_verdict(s, f, &verdict);
	close_fd(f);
	return false;
}

/* There is no packet in it at the moment, or none any more. */
static void stop_at(struct sc_source *s, struct file *f)
{
	if (f->capture->stream.ending == SC_ENDING_DRY)
		s->awaited = f;
	else
		finish(s, f);
}

static void move_on(struct sc_source *s, struct file *f)
{
	if (read_packet(f))
		sift_up(s, f);
	else
		stop_at(s, f);
}

static void admit(struct sc_source *s, struct file *f)
{
	if (s->heap_count == SC_OPEN_MOST) {
		sc_tell(&s->tell, SC_EINPUT, f->name,
			"left out: more than %u captures overlap in time; merge some first (mergecap)", SC_OPEN_MOST);
		close_capture(f);
		close_fd(f);
	} else if (take_up(s, f)) {
		move_on(s, f);
	}
}

/* Moves the file at the top on, whose packet is no longer in use. */
static void advance(struct sc_source *s)
{
	struct file *f = s->heap[0];
	s->handed_out = false;
	if (!read_packet(f)) {
		s->heap[0] = s->heap[--s->heap_count];
		stop_at(s, f);
	}
	if (s->heap_count > 1)
		sift_down(s);
}

static enum sc_source_got next_of_files(struct sc_source *s, struct sc_packet *pkt)
{
	struct file *awaited = s->awaited;
	s->awaited = NULL;
	if (awaited)
		move_on(s, awaited);
	if (s->handed_out)
		advance(s);
	while (!s->awaited && s->waiting < s->file_count &&
	       (s->heap_count == 0 || earlier(&s->files[s->waiting], s->heap[0])))
		admit(s, &s->files[s->waiting++]);
	if (s->awaited)
		return SC_SOURCE_IDLE;
	s->handed_out = s->heap_count > 0;
	if (s->handed_out)
		*pkt = s->heap[0]->packet;
	return s->handed_out ? SC_SOURCE_PACKET : SC_SOURCE_END;
}

static inline enum sc_source_got next_packet(struct sc_source *s, struct sc_packet *pkt)
{
	if (s->live)
		return sc_live_next(s->live, pkt);
	return s->follow ? sc_follow_next(s->follow, pkt) : next_of_files(s, pkt);
}

enum sc_source_got sc_source_next(struct sc_source *s, struct sc_packet *pkt)
{
	SC_ASSERT(s && pkt);
	enum sc_source_got got;
	unsigned refused = 0;
	while ((got = next_packet(s, pkt)) == SC_SOURCE_PACKET) {
		pkt->number = ++s->facts.packets;
		if (!sc_filter_pass(&s->filter, pkt)) {
			s->facts.filtered++;
			if (s->live && ++refused == REFUSED_MOST)
				return SC_SOURCE_IDLE; /* the caller has signals and time to look after */
			continue;
		}
		if (s->snap && pkt->bytes.len > s->snap)
			pkt->bytes.len = s->snap;
		s->facts.truncated += pkt->bytes.len < pkt->wire_len;
		break;
	}
	return got;
}

sc_err sc_source_result(const struct sc_source *s)
{
	return s->tell.worst;
}

void sc_source_read_ahead(struct sc_source *s)
{
	struct file *f = s->files;
	if (s->file_count == 1 && f->capture && f->size >= s->octets_read + AHEAD_LEAST)
		sc_stream_read_ahead(&f->capture->stream, f->fd);
}

void sc_source_progress(const struct sc_source *s, uint64_t *read, uint64_t *total)
{
	*read = __atomic_load_n(&s->octets_read, __ATOMIC_RELAXED);
	*total = s->total_known ? s->octets_total : 0;
}

void sc_source_facts(const struct sc_source *s, struct sc_source_facts *facts)
{
	struct sc_live_facts live = { 0 };
	if (s->live)
		sc_live_facts(s->live, &live);
	*facts = s->facts;
	facts->live = s->live != NULL;
	if (s->follow)
		facts->files = sc_follow_files(s->follow);
	facts->dropped = s->live ? live.dropped + live.missed : s->watch.dropped;
	facts->missed = live.missed;
	facts->tagged = live.tagged;
	facts->large = live.large;
	facts->secrets = s->watch.secrets;
	facts->link_names = s->filter.names;
}

static void scan(struct sc_source *s, struct file *f)
{
	f->scanned = f->size && sc_secrets_scan(f->name, f->fd, f->start, &s->watch, s->stop);
	if (f->capture)
		f->capture->pcapng.known = f->scanned;
}

void sc_source_on_secrets(struct sc_source *s, sc_source_secrets_fn *fn, void *ctx)
{
	s->watch.keylog = fn;
	s->watch.ctx = ctx;
	for (size_t i = 0; i < s->file_count; i++)
		scan(s, &s->files[i]);
}

void sc_source_close(struct sc_source *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->file_count; i++) {
		close_capture(&s->files[i]);
		close_fd(&s->files[i]);
	}
	sc_live_close(s->live);
	sc_follow_close(s->follow);
	sc_memory_give(s->files);
	sc_paths_close(&s->paths);
	sc_filter_close(&s->filter);
	sc_memory_give(s);
}
