/* top.h - counts by key in bounded memory: the rows that count most stay, the others are summed up in one row,
 * so that the sum over all rows is always the truth. */
#ifndef SC_MODEL_TOP_H
#define SC_MODEL_TOP_H

#include "model/outcome.h"

#define SC_TOP_KEY_OCTETS   256 /* a longer key is cut */
#define SC_TOP_LABEL_OCTETS 64
#define SC_TOP_SESSIONS     4
#define SC_TOP_WAYS         8   /* rows that a key can stand in */

struct sc_top_row {
	uint64_t count;
	uint64_t failed;                   /* of these, what failed */
	uint64_t unknown;                  /* of the failed, those whose cause is user_unknown */
	uint64_t octets;                   /* sum over all; 0 where none are counted */
	uint64_t outcomes[SC_OUTCOMES];    /* of recipients; zeros where keys are something else */
	sc_time  first, last;              /* of all; SC_TIME_NONE: never */
	sc_time  first_failed, last_accepted;
	uint64_t sessions[SC_TOP_SESSIONS]; /* examples, of failures where there are any; 0: none */
	uint16_t code;                     /* of the first failure */
	uint8_t  cause;                    /* enum sc_cause of it */
	uint8_t  label_len;
	uint16_t key_len;                  /* 0: the row is free */
	char     label[SC_TOP_LABEL_OCTETS]; /* a name for the key; octets of the wire, as the key */
	char     key[SC_TOP_KEY_OCTETS];
};

struct sc_top {
	struct sc_top_row *rows;
	size_t   sets;        /* of SC_TOP_WAYS rows each; a power of two */
	size_t   used;        /* rows in use */
	uint64_t displaced;   /* rows that had to make room; 0: every key has its row */
	struct sc_top_row others;
};

/* What is counted under a key. */
struct sc_top_item {
	enum sc_outcome outcome;
	bool     recipient;   /* counts in `outcomes` */
	bool     failed;
	sc_time  when;
	uint64_t session, octets;
	uint16_t code;
	uint8_t  cause;
};

/* Room for `rows` keys, a power of two.  SC_EFAILED: no memory. */
sc_err sc_top_open(struct sc_top *top, size_t rows);
void   sc_top_close(struct sc_top *top); /* one that was never opened is fine */

/* Counts, and gives the key's row.  An empty key is counted as "-". */
struct sc_top_row *sc_top_add(struct sc_top *top, sc_str key, const struct sc_top_item *item);
void   sc_top_label(struct sc_top_row *row, sc_str label); /* the first one stays */
void   sc_top_relabel(struct sc_top_row *row, sc_str label);
/* The key's row, without counting; NULL: it has none. */
struct sc_top_row *sc_top_find(const struct sc_top *top, sc_str key);

enum sc_top_order {
	SC_TOP_BY_COUNT,
	SC_TOP_BY_FAILED, /* rows without a failure are left out */
};

/* The first `max` rows in that order (equal ones by key); gives how many. */
size_t sc_top_sorted(const struct sc_top *top, enum sc_top_order order, const struct sc_top_row **rows, size_t max);

/* All that is not in `rows`: the row of those that had to make room, and the rows that were not shown. */
struct sc_top_row sc_top_rest(const struct sc_top *top, const struct sc_top_row *const *rows, size_t count);

static inline sc_str sc_top_key(const struct sc_top_row *row)
{
	return (sc_str){ row->key, row->key_len };
}

#endif
