/* prints.h - clients that speak alike: how many sessions and clients share a fingerprint, of the commands (dialect) or of the TLS
 * hello (JA4).
 *
 * Sets of eight rows: a newcomer in a full one takes the place of the print that was seen least. */
#ifndef SC_MODEL_PRINTS_H
#define SC_MODEL_PRINTS_H

#include <smtpscope/event.h>

#include "model/suspects.h"

#define SC_PRINTS         256
#define SC_PRINT_CLIENTS  64 /* different ones that are counted */
#define SC_PRINT_SESSIONS 4
#define SC_PRINT_TEXT     40
#define SC_PRINT_NAME     64

struct sc_print {
	const char *kind; /* dialect or ja4; NULL: the row is free */
	uint64_t sessions, examples[SC_PRINT_SESSIONS];
	uint64_t clients[SC_PRINT_CLIENTS]; /* hashes of addresses */
	uint32_t client_count;              /* SC_PRINT_CLIENTS: that many, or more */
	sc_time  first, last;
	uint8_t  text_len, name_len;
	char     text[SC_PRINT_TEXT];
	char     name[SC_PRINT_NAME];       /* the first HELO name; octets of the wire */
};

struct sc_prints {
	struct sc_print *rows;
	uint64_t displaced; /* rows that had to make room */
};

sc_err sc_prints_open(struct sc_prints *p); /* SC_EFAILED: no memory */
void   sc_prints_close(struct sc_prints *p);
void   sc_prints_add(struct sc_prints *p, const struct sc_event *session);

/* A print, and how many of its clients (of those that are counted) drew findings. */
struct sc_print_row {
	const struct sc_print *print;
	uint32_t suspects;
};

/* Those that suspects have: with the most suspects first, then with the most sessions; at most `max`. */
size_t sc_prints_sorted(const struct sc_prints *p, const struct sc_suspects *s, struct sc_print_row *rows, size_t max);

#endif
