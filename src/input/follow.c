/* follow.c - reads captures while another program writes them.
 *
 * A capture program that rotates closes one file before it opens the next.  So the files are taken up one after
 * the other, in the order of their first packets, each when all before it have nothing more at the moment; the
 * directories are looked through again for new ones whenever that is so.  A file that was read stays open for a
 * while, for it may yet grow (several programs may write into one directory), and of what is there the earliest
 * packet goes first.
 *
 * A file that became shorter than what was read of it was begun anew, as in a ring of files, and is read from its
 * start. A record that is not there whole is waited for.  Packed files do not grow packet by packet, and those
 * that appear beside what was read (tcpdump -z) would tell it twice: they are left out. */
#include "input/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

#define OPEN_MOST     8     /* files that are asked again and again */
#define BUFFER_OCTETS ((size_t)128 << 10)
#define PROBE_OCTETS  ((size_t)16 << 10)
#define LEAST_OCTETS  24    /* no capture is shorter, so a shorter file is not ready */
#define WAIT_MS       200
#define LOOK_EVERY    SC_SECOND

/* A file that was seen. */
struct known {
	char    *name;
	ino_t    inode;
	uint64_t octets;       /* of it that were read, or looked at */
	bool     passed_over;  /* it is no capture, or packed */
};

struct grown {
	struct known *known;   /* NULL: a free place */
	int      fd;
	uint64_t read;
	bool     dry, waiting;
	struct sc_capture capture;
	struct sc_packet  packet;
};

struct candidate {
	size_t  path;          /* index */
	sc_time when;          /* its first packet's */
};

struct sc_follow {
	struct sc_follow_config config;
	struct sc_tell *tell;
	struct known  **known;
	size_t   known_count, known_room;
	struct sc_paths paths; /* as found by the last look */
	struct candidate *queue; /* of them, to be taken up, in order */
	size_t   queue_at, queue_count;
	struct grown open[OPEN_MOST];
	size_t   next_place;   /* the oldest of them once all are in use */
	size_t   files;
	sc_time  looked;       /* by the monotonic clock; SC_TIME_NONE: never */
	bool     told_idle;
};

static sc_time clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

static long read_growing(void *ctx, void *at, size_t room)
{
	struct grown *g = ctx;
	long got = read(g->fd, at, room);
	if (got > 0)
		g->read += (uint64_t)got;
	if (got == 0)
		errno = EAGAIN;
	return got > 0 ? got : -1;
}

static void close_file(struct grown *g)
{
	if (!g->known)
		return;
	g->known->octets = g->read;
	sc_capture_close(&g->capture);
	close(g->fd);
	*g = (struct grown){ .fd = -1 };
}

/* Opens it to be read from its start.  False: `verdict` tells why; without an error it is not ready. */
static bool open_file(struct sc_follow *f, struct grown *g, struct known *k, size_t buffer,
	struct sc_verdict *verdict)
{
	bool probe = buffer == PROBE_OCTETS;
	*g = (struct grown){ .known = k, .fd = open(k->name, O_RDONLY | O_CLOEXEC | O_NOCTTY) };
	*verdict = (struct sc_verdict){ .err = SC_OK };
	if (g->fd < 0) {
		if (errno != ENOENT) /* it went away */
			*verdict = (struct sc_verdict){ SC_EINPUT, false,
				"cannot be opened; run as a user who may read it" };
		*g = (struct grown){ .fd = -1 };
		return false;
	}
	struct sc_stream_config stream = { .read = read_growing, .ctx = g, .buffer_octets = buffer,
		.tally = probe ? NULL : f->config.tally };
	bool opened = sc_capture_open(&g->capture, &stream, probe ? NULL : f->config.watch, verdict);
	if (opened && g->capture.stream.packing == SC_PACKING_NONE)
		return true;
	if (opened) {
		*verdict = (struct sc_verdict){ SC_EINPUT, false,
			"is packed, and packed captures cannot be followed; read it without --follow" };
	} else if (g->capture.stream.ending == SC_ENDING_DRY && !verdict->foreign) {
		*verdict = (struct sc_verdict){ .err = SC_OK };
	}
	close_file(g);
	return false;
}

static struct known *find_known(const struct sc_follow *f, const char *name)
{
	for (size_t i = f->known_count; i > 0; i--) /* the new ones are asked for most */
		if (strcmp(f->known[i - 1]->name, name) == 0)
			return f->known[i - 1];
	return NULL;
}

static struct known *add_known(struct sc_follow *f, const char *name)
{
	if (f->known_count == f->known_room) {
		size_t room = f->known_room ? 2 * f->known_room : 16;
		struct known **larger = sc_memory_take(room * sizeof(*larger));
		if (!larger)
			return NULL;
		if (f->known_count)
			memcpy(larger, f->known, f->known_count * sizeof(struct known *));
		sc_memory_give(f->known);
		f->known = larger;
		f->known_room = room;
	}
	struct known *k = sc_memory_take(sizeof(*k));
	size_t octets = strlen(name) + 1;
	char *copy = k ? sc_memory_take(octets) : NULL;
	if (!copy) {
		sc_memory_give(k);
		return NULL;
	}
	k->name = memcpy(copy, name, octets);
	f->known[f->known_count++] = k;
	return k;
}

static struct grown *find_open(struct sc_follow *f, const struct known *k)
{
	for (size_t i = 0; i < OPEN_MOST; i++)
		if (f->open[i].known == k)
			return &f->open[i];
	return NULL;
}

/* The file is not what was read under its name: another one, or the same begun anew. */
static bool is_anew(struct sc_follow *f, struct known *k, const struct stat *st)
{
	struct grown *g = find_open(f, k);
	uint64_t octets = g ? g->read : k->octets;
	return k->inode != st->st_ino || (uint64_t)st->st_size < octets;
}

/* The time of the file's first packet; false: it is not ready, or it is nothing to read (told when it was named). */
static bool probe(struct sc_follow *f, struct known *k, bool named, sc_time *when)
{
	struct grown g;
	struct sc_packet first;
	struct sc_verdict verdict;
	if (!open_file(f, &g, k, PROBE_OCTETS, &verdict)) {
		k->passed_over = verdict.err != SC_OK;
		k->octets = k->passed_over ? k->octets : 0;
		if (verdict.err && (named || !verdict.foreign))
			sc_tell(f->tell, named ? verdict.err : SC_OK, k->name, "%s", verdict.why);
		return false;
	}
	bool got = sc_capture_next(&g.capture, &first);
	*when = got ? first.when : SC_TIME_NONE;
	if (!got && g.capture.stream.ending != SC_ENDING_DRY) { /* corrupt from the start: the reading will tell */
		got = true;
		*when = INT64_MAX;
	}
	close_file(&g);
	k->octets = 0;
	return got;
}

/* Looks at a file that the paths led to; queues it when there is something new in it. */
static bool consider(struct sc_follow *f, size_t path)
{
	const struct sc_path *p = &f->paths.list[path];
	struct stat st;
	sc_time when;
	if (stat(p->name, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	struct known *k = find_known(f, p->name);
	bool anew = k && is_anew(f, k, &st);
	if (k && !anew && (k->octets > 0 || k->passed_over || find_open(f, k)))
		return true;
	if (!k && !(k = add_known(f, p->name)))
		return false;
	if (anew && find_open(f, k))
		close_file(find_open(f, k));
	*k = (struct known){ .name = k->name, .inode = st.st_ino };
	if (st.st_size >= LEAST_OCTETS && probe(f, k, p->named, &when))
		f->queue[f->queue_count++] = (struct candidate){ path, when };
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->when != y->when ? (x->when < y->when ? -1 : 1) : x->path < y->path ? -1 : 1;
}

static sc_err look(struct sc_follow *f)
{
	sc_paths_close(&f->paths);
	sc_memory_give(f->queue);
	f->queue = NULL;
	f->queue_at = f->queue_count = 0;
	f->looked = clock_now();
	struct sc_tell quiet = { .worst = SC_OK }; /* a directory may be empty so far */
	for (size_t i = 0; i < f->config.path_count; i++)
		SC_TRY(sc_paths_add(&f->paths, f->config.paths[i], i, &quiet));
	if (f->paths.count == 0)
		return SC_OK;
	f->queue = sc_memory_take(f->paths.count * sizeof(*f->queue));
	if (!f->queue)
		return SC_EFAILED;
	for (size_t i = 0; i < f->paths.count; i++)
		if (!consider(f, i))
			return SC_EFAILED;
	qsort(f->queue, f->queue_count, sizeof(*f->queue), by_time);
	return SC_OK;
}

/* A file leaves its place: its writer has certainly gone on to others. */
static void leave(struct sc_follow *f, struct grown *g)
{
	struct sc_verdict verdict;
	if (!g->known)
		return;
	if (g->capture.stream.ending == SC_ENDING_DRY && sc_stream_left(&g->capture.stream) > 0)
		g->capture.stream.ending = SC_ENDING_CUT;
	sc_capture_judge(&g->capture, &verdict);
	if (verdict.err)
		sc_tell(f->tell, verdict.err, g->known->name, "%s", verdict.why);
	close_file(g);
}

/* The next file is read from now on; those before it are asked again, as their last octets were written before it. */
static void take_up(struct sc_follow *f)
{
	const struct candidate *c = &f->queue[f->queue_at++];
	struct known *k = find_known(f, f->paths.list[c->path].name);
	struct grown *g = find_open(f, NULL);
	struct sc_verdict verdict;
	if (!g) {
		g = &f->open[f->next_place];
		f->next_place = (f->next_place + 1) % OPEN_MOST;
		leave(f, g);
	}
	f->files += open_file(f, g, k, BUFFER_OCTETS, &verdict);
	if (verdict.err)
		sc_tell(f->tell, verdict.err, k->name, "%s", verdict.why);
	for (size_t i = 0; i < OPEN_MOST; i++)
		f->open[i].dry = false;
}

static void ask(struct sc_follow *f, struct grown *g)
{
	g->waiting = sc_capture_next(&g->capture, &g->packet);
	g->dry = !g->waiting;
	if (g->dry && g->capture.stream.ending != SC_ENDING_DRY)
		leave(f, g);
}

static struct grown *earliest(struct sc_follow *f)
{
	struct grown *best = NULL;
	for (size_t i = 0; i < OPEN_MOST; i++) {
		struct grown *g = &f->open[i];
		if (g->known && !g->waiting && !g->dry)
			ask(f, g);
		if (g->known && g->waiting && (!best || g->packet.when < best->packet.when))
			best = g;
	}
	return best;
}

/* Nothing is there: the next file, a look around, or a wait. */
static struct grown *seek(struct sc_follow *f)
{
	struct grown *g = NULL;
	if (f->queue_at == f->queue_count && (f->looked == SC_TIME_NONE || clock_now() - f->looked >= LOOK_EVERY))
		if (look(f) != SC_OK)
			sc_tell(f->tell, SC_EFAILED, "--follow", "no memory for more files");
	while (!g && f->queue_at < f->queue_count) {
		take_up(f);
		g = earliest(f);
	}
	return g;
}

enum sc_source_got sc_follow_next(struct sc_follow *f, struct sc_packet *pkt)
{
	struct grown *g = earliest(f);
	if (!g && !f->told_idle)
		g = seek(f);
	else if (!g) {
		poll(NULL, 0, WAIT_MS);
		for (size_t i = 0; i < OPEN_MOST; i++)
			f->open[i].dry = false;
		g = earliest(f);
		g = g ? g : seek(f);
	}
	f->told_idle = !g;
	if (!g)
		return SC_SOURCE_IDLE;
	g->waiting = false;
	*pkt = g->packet;
	return SC_SOURCE_PACKET;
}

/* A name that nothing can come of is told at once. */
static sc_err check_names(const struct sc_follow *f)
{
	sc_err worst = SC_OK;
	struct stat st;
	for (size_t i = 0; i < f->config.path_count; i++) {
		const char *name = f->config.paths[i];
		bool standard = strcmp(name, "-") == 0, there = !standard && stat(name, &st) == 0;
		if (there && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			continue;
		if (standard || there)
			sc_tell(f->tell, SC_EINPUT, name, "a pipe is read to its end anyway; leave --follow out");
		else
			sc_tell(f->tell, SC_EINPUT, name, "cannot be followed: %s; name what is there already",
				strerror(errno));
		worst = SC_EINPUT;
	}
	return worst;
}

sc_err sc_follow_open(struct sc_follow **out, const struct sc_follow_config *config, struct sc_tell *tell)
{
	struct sc_follow *f = sc_memory_take(sizeof(*f));
	if (!f)
		return SC_EFAILED;
	f->config = *config;
	f->tell = tell;
	f->looked = SC_TIME_NONE;
	for (size_t i = 0; i < OPEN_MOST; i++)
		f->open[i].fd = -1;
	sc_err err = check_names(f);
	if (!err)
		err = look(f);
	if (!err && tell->worst == SC_EINPUT)
		err = SC_EINPUT;
	if (err) {
		sc_follow_close(f);
		return err;
	}
	*out = f;
	return SC_OK;
}

size_t sc_follow_files(const struct sc_follow *f)
{
	return f->files;
}

void sc_follow_close(struct sc_follow *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < OPEN_MOST; i++)
		close_file(&f->open[i]);
	for (size_t i = 0; i < f->known_count; i++) {
		sc_memory_give(f->known[i]->name);
		sc_memory_give(f->known[i]);
	}
	sc_memory_give(f->known);
	sc_paths_close(&f->paths);
	sc_memory_give(f->queue);
	sc_memory_give(f);
}
