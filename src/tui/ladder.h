/* ladder.h - the lines of a session's ladder, as they are made (ladder_lines.c) and shown (ladder.c). */
#ifndef SC_TUI_LADDER_H
#define SC_TUI_LADDER_H

#include "tui/inside.h"
#include "tui/segments.h"

#define LADDER_LINES       4096 /* of one ladder; more are told as cut */
#define LADDER_TEXT_OCTETS (1u << 20)
#define LADDER_SCRATCH     (64u << 10)

enum line_kind { LINE_CLIENT, LINE_SERVER, LINE_TLS, LINE_NOTE, LINE_VERDICT, LINE_DIAGNOSIS, LINE_HEADING };

enum level { LEVEL_VERDICTS, LEVEL_COMMANDS, LEVEL_ALL, LEVEL_TCP, LEVEL_PACKETS, LEVELS };

struct ladder_line {
	enum line_kind kind;
	enum sc_style style;
	sc_time  at;
	const char *mark;
	uint32_t text, len;           /* in `texts` */
	const struct sc_event *from;  /* of the store; NULL: none */
	const struct sc_ev_delivery *verdict; /* of the recipient whom this reply is about; NULL: none, or none yet */
	char     word[32];            /* what the pane explains; empty: nothing */
};

struct ladder {
	struct sc_view view;
	uint64_t session;
	const struct sc_kept *last;   /* of the session when the lines were made */
	struct ladder_line *lines;
	size_t   count, at, top;
	char    *texts, *scratch;
	uint32_t used;
	enum level level;
	sc_time  start;
	bool     gone, cut, touched;  /* touched: the person has moved the cursor */
	struct sc_packets packets;    /* from the capture, read again */
	size_t   next_packet;         /* that has no line yet, while lines are made */
	bool     asked, read;         /* for the packets; they are here */
	struct sc_tui *t;             /* while lines are made */
};

/* All lines anew, from the events of the session. */
void sc_ladder_make(struct ladder *l, const struct sc_seen *seen);

#endif
