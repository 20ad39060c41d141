/* again.c - reads captures once more for the packets of a few sessions; see again.h.
 *
 * Which packets belong to them is found as for -w (app/save_pick.h).  Reads a piece at a time, since the screens have one thread
 * that must answer keys; ends some time behind the last packet that any of the sessions has. */
#include "app/again.h"

#include <string.h>
#include <time.h>

#include "app/input.h"
#include "app/save_pick.h"
#include "base/memory.h"
#include "input/pcapng_write.h"

#define BUDGET  (16u << 20) /* octets for what is noted of the sessions */
#define PACKETS 256         /* between two looks at the clock */

struct again {
	struct sc_source *source;
	struct sc_pick *pick;
	struct sc_tui_ask ask;
	struct sc_tui_asked *sessions;
	uint64_t last;              /* packet of any of them */
	sc_time  last_when;
	uint64_t packets;           /* found */
	struct sc_pcapng_write file;
	bool     failed;            /* to write */
};

static void close_again(struct again *a)
{
	if (!a)
		return;
	sc_source_close(a->source);
	sc_pick_close(a->pick);
	sc_memory_give(a->sessions);
	sc_memory_give(a);
}

static void note_sessions(struct again *a)
{
	for (size_t i = 0; i < a->ask.count; i++) {
		const struct sc_tui_asked *s = &a->sessions[i];
		struct sc_ev_head head = { .session = 1, .client = s->client, .server = s->server, .frames = s->frames };
		struct sc_event ev = { .kind = SC_EVENT_session, .flow = s->frames.first, .head = &head };
		sc_pick_event(a->pick, &ev, true);
		a->last = s->frames.last > a->last ? s->frames.last : a->last;
	}
	sc_pick_turn(a->pick);
}

static const char *open_again(struct again *a, const struct sc_options *o)
{
	a->sessions = sc_memory_take(a->ask.count * sizeof(*a->sessions));
	if (!a->sessions || sc_pick_open(&a->pick, BUDGET) != SC_OK)
		return "no memory to read the capture again";
	memcpy(a->sessions, a->ask.sessions, a->ask.count * sizeof(*a->sessions));
	if (sc_input_open(&a->source, o, true) != SC_OK)
		return "the capture cannot be opened again";
	note_sessions(a);
	if (a->ask.pcapng.write && !sc_pcapng_write_begin(&a->file, a->ask.pcapng, SC_STR("smtpscope")))
		return "the file cannot be written";
	return NULL;
}

static void *begin(void *ctx, const struct sc_tui_ask *ask, const char **why)
{
	const struct sc_options *o = ctx;
	*why = "the packets are gone: only captures in files can be read again, not an interface, a pipe or a file that grows";
	if (!sc_input_repeats(o) || !ask->count)
		return NULL;
	struct again *a = sc_memory_take(sizeof(*a));
	*why = "no memory to read the capture again";
	if (!a)
		return NULL;
	a->ask = *ask;
	a->last_when = SC_TIME_NONE;
	*why = open_again(a, o);
	if (!*why)
		return a;
	close_again(a);
	return NULL;
}

/* Which of the sessions asked for: the last of those addresses and ports that had begun. */
static uint32_t session_of(const struct again *a, const struct sc_packet *pkt, const struct sc_layers *l)
{
	struct sc_flow_ref ref = sc_save_key(l);
	uint32_t found = 0;
	for (size_t i = 0; i < a->ask.count; i++) {
		struct sc_ev_head head = { .client = a->sessions[i].client, .server = a->sessions[i].server };
		struct sc_flow_ref other = sc_save_key_of(&head);
		if (sc_save_same(&ref.key, &other.key) && a->sessions[i].frames.first <= pkt->number)
			found = (uint32_t)i;
	}
	return found;
}

static void tell(struct again *a, const struct sc_packet *pkt, const struct sc_layers *l)
{
	if (!a->ask.packet || l->status != SC_DECODE_TCP)
		return;
	struct sc_tui_packet p = { .when = pkt->when, .number = pkt->number, .session = session_of(a, pkt, l), .src = l->src,
		.src_port = l->src_port, .flags = l->flags, .window = l->window, .seq = l->seq, .ack = l->ack,
		.octets = l->wire_payload, .payload = l->payload };
	a->ask.packet(a->ask.ctx, &p);
}

static bool behind(struct again *a, const struct sc_packet *pkt)
{
	if (pkt->number <= a->last) {
		a->last_when = pkt->when;
		return false;
	}
	return a->last_when == SC_TIME_NONE || pkt->when - a->last_when > SC_SAVE_LINGER;
}

/* False: there is no more. */
static bool take_packet(struct again *a)
{
	struct sc_packet pkt;
	struct sc_layers l;
	if (sc_source_next(a->source, &pkt) != SC_SOURCE_PACKET || behind(a, &pkt))
		return false;
	sc_decode(&pkt, false, &l);
	if (!sc_pick_wants(a->pick, &pkt, &l))
		return true;
	a->packets++;
	tell(a, &pkt, &l);
	if (a->ask.pcapng.write && !sc_pcapng_write_packet(&a->file, &pkt))
		a->failed = true;
	return !a->failed;
}

static int64_t now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool step(void *job, int ms)
{
	int64_t until = now_ms() + ms;
	do {
		for (int i = 0; i < PACKETS; i++)
			if (!take_packet(job))
				return false;
	} while (now_ms() < until);
	return true;
}

static unsigned percent(void *job)
{
	const struct again *a = job;
	uint64_t read, total;
	sc_source_progress(a->source, &read, &total);
	return total ? (unsigned)(read * 100 / total) : 0;
}

static bool end(void *job, uint64_t *packets)
{
	struct again *a = job;
	bool written = !a->failed;
	*packets = a->packets;
	close_again(a);
	return written;
}

struct sc_tui_again sc_again_class(const struct sc_options *o)
{
	return (struct sc_tui_again){ .ctx = (void *)(uintptr_t)o, .begin = begin, .step = step, .percent = percent, .end = end };
}
