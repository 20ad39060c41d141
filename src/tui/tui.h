/* tui.h - the dashboard: screens over what the events tell.  No threads here: one caller gives it events and turns. */
#ifndef SC_TUI_TUI_H
#define SC_TUI_TUI_H

#include <smtpscope/counters.h>
#include <smtpscope/event.h>
#include <smtpscope/sink.h>

#include "base/text.h"

struct sc_tui;

/* A packet of a session, as the capture has it. */
struct sc_tui_packet {
	sc_time  when;
	uint64_t number;
	uint32_t session;     /* which of those asked for; of several that fit, one */
	struct sc_ip src;
	uint16_t src_port;
	uint8_t  flags;       /* of the TCP header, RFC 9293 3.1 */
	uint16_t window;      /* as it stands there */
	uint32_t seq, ack;
	uint32_t octets;      /* of payload on the wire */
	sc_str   payload;     /* what was captured of it; borrowed for the call */
};

/* The sessions whose packets are wanted, and what is done with them. */
struct sc_tui_ask {
	const struct sc_tui_asked {
		struct sc_ev_endpoint client, server;
		struct sc_ev_frames frames;
	} *sessions;
	size_t count;
	void (*packet)(void *ctx, const struct sc_tui_packet *p); /* may be NULL */
	void *ctx;
	struct sc_writer pcapng; /* no `write`: no file */
};

/* Reads the capture once more, a piece at a time. */
struct sc_tui_again {
	void *ctx;
	void *(*begin)(void *ctx, const struct sc_tui_ask *ask, const char **why); /* NULL: cannot be done, and why */
	bool  (*step)(void *job, int ms);  /* false: done */
	unsigned (*percent)(void *job);
	bool  (*end)(void *job, uint64_t *packets); /* false: the file could not be written; in any case `job` is gone */
};

struct sc_tui_config {
	const char *source;   /* what is read, for the first line */
	const struct sc_aside *asides; /* what the user said, for reports */
	size_t      aside_count;
	const char *theme;    /* NULL: the standard one */
	const char *where;    /* the filter to begin with; NULL: none */
	uint64_t memory;      /* octets for what is kept */
	bool live, ascii, utc;
	bool unsaved;         /* what is captured is written nowhere: leaving is asked about */
	struct sc_tui_again again;
	/* Reads a moment as --since does, of a capture with these first and last moments; false: `why` says what is wrong. */
	bool (*moment)(sc_str text, bool utc, sc_time first, sc_time last, sc_time *out, struct sc_text *why);
};

/* How far the reading is. */
struct sc_tui_progress {
	uint64_t read, total;   /* octets; total 0: not known */
	uint64_t packets, dropped;
	uint64_t lost_events;   /* the screen could not take them in time */
	bool     over;          /* everything was read */
	struct sc_counters counters; /* of what was read until some moment; no packets: none were told yet */
};

/* Opens the terminal.  SC_EUSAGE: it cannot show screens, and `*why` says it; SC_EFAILED: no memory. */
sc_err sc_tui_open(struct sc_tui **out, const struct sc_tui_config *config, const char **why);
void   sc_tui_close(struct sc_tui *t); /* NULL is fine; the terminal is as it was before */

void   sc_tui_event(struct sc_tui *t, const struct sc_event *ev);
void   sc_tui_progress(struct sc_tui *t, const struct sc_tui_progress *p);

/* Draws what has changed, and waits at most so long for a key.  False: the person has left. */
bool   sc_tui_turn(struct sc_tui *t, int wait_ms);

#endif
