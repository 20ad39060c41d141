/* message_play.h - a message read in runs of any size, and what is told of it as text. */
#ifndef SC_TESTS_MESSAGE_PLAY_H
#define SC_TESTS_MESSAGE_PLAY_H

#include <stdlib.h>
#include <string.h>

#include "message/message.h"
#include "same.h"

struct message_play {
	struct sc_blocks store;
	struct sc_message_host host;
};

static inline void message_play_open(struct message_play *p, uint64_t octets, bool parts)
{
	SC_ASSERT(sc_blocks_open(&p->store, octets));
	p->host = (struct sc_message_host){ .store = &p->store, .parts = parts };
	p->host.scratch = malloc(sizeof(struct sc_message_scratch));
	SC_ASSERT(p->host.scratch);
}

static inline void message_play_close(struct message_play *p)
{
	SC_ASSERT(sc_blocks_in_use(&p->store) == 0);
	free(p->host.scratch);
	sc_blocks_close(&p->store);
}

/* Where the octets `gap_at` to `gap_end` are missing; both 0: nothing is. */
struct message_gap {
	size_t at, end;
};

/* A run in memory of exactly its size. */
static inline void message_play_run(struct sc_message *m, sc_str run)
{
	char *copy = malloc(run.len ? run.len : 1);
	SC_ASSERT(copy);
	memcpy(copy, run.at, run.len);
	sc_message_feed(m, (sc_str){ copy, run.len });
	free(copy);
}

/* Feeds `text` in runs of `step` octets, the first of `first`; `whole`: it ends there. */
static inline void message_play(struct message_play *p, sc_str text, size_t first, size_t step, bool stuffed,
	bool whole, struct message_gap gap, struct same *out)
{
	struct sc_message *m = sc_message_open(&p->host, stuffed);
	struct sc_ev_message ev;
	SC_ASSERT(m);
	for (size_t at = 0, n = first; at < text.len; n = step) {
		if (gap.end > gap.at && at == gap.at) {
			sc_message_gap(m);
			at = gap.end;
			continue;
		}
		size_t left = gap.end > gap.at && at < gap.at ? gap.at - at : text.len - at;
		n = n < left ? n : left;
		message_play_run(m, sc_str_slice(text, at, n));
		at += n;
	}
	if (whole)
		sc_message_end(m);
	sc_message_tell(m, &ev);
	same_event(out, SC_EVENT_message, &ev);
	sc_message_close(m);
}

/* The text as DATA sends it: dots doubled, with the line that ends it.  The caller frees it. */
static inline sc_str message_stuffed(sc_str text)
{
	char *to = malloc(2 * text.len + 5);
	size_t n = 0;
	SC_ASSERT(to);
	for (size_t i = 0; i < text.len; i++) {
		bool bol = i == 0 || (i > 1 && text.at[i - 1] == '\n' && text.at[i - 2] == '\r');
		if (bol && text.at[i] == '.')
			to[n++] = '.';
		to[n++] = text.at[i];
	}
	if (n < 2 || to[n - 1] != '\n' || to[n - 2] != '\r') {
		to[n++] = '\r';
		to[n++] = '\n';
	}
	memcpy(to + n, ".\r\n", 3);
	return (sc_str){ to, n + 3 };
}

#endif
