/* ages.h - recipients that were put off and not settled since: how long they wait, by domain (as qshape(1) shows a queue).
 *
 * Memory is taken once.  What finds no room is counted as such, never as settled. */
#ifndef SC_MODEL_AGES_H
#define SC_MODEL_AGES_H

#include "model/outcome.h"

#define SC_AGES_DOMAIN 64 /* octets; a longer one is cut */
#define SC_AGES_ROWS   64

/* Less than 5, 10, 20, 40, 80, 160 minutes, and longer. */
enum { SC_AGES_STEPS = 7 };

struct sc_waiter {
	uint64_t story;           /* 0: free */
	sc_time  since;           /* when it was put off first */
	uint8_t  len;
	char     domain[SC_AGES_DOMAIN];
};

struct sc_ages {
	struct sc_waiter *items;
	uint64_t count, lost;     /* that wait; that found no room */
};

struct sc_ages_row {
	sc_str   domain;          /* borrowed; none: of all others */
	uint64_t count, steps[SC_AGES_STEPS];
};

sc_err sc_ages_open(struct sc_ages *a); /* SC_EFAILED: no memory */
void   sc_ages_close(struct sc_ages *a);

/* What became of the recipient of a story at this time. */
void sc_ages_add(struct sc_ages *a, uint64_t story, enum sc_outcome outcome, sc_str domain, sc_time when);

/* The rows at the time `now`, most first; the last stands for all that have none.  Gives how many. */
size_t sc_ages_rows(const struct sc_ages *a, sc_time now, struct sc_ages_row rows[SC_AGES_ROWS + 1]);

#endif
