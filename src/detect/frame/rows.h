/* rows.h - what detectors keep of each client and of each network: one row, with a piece for each detector.
 *
 * An event's client is looked up once for all of them.  Under a flood of strangers most are visitors: they have no row
 * until they come again (primitives/keyed.h), and detectors that count clients have nothing to do for them. */
#ifndef SC_DETECT_FRAME_ROWS_H
#define SC_DETECT_FRAME_ROWS_H

#include "detect/primitives/keyed.h"

struct sc_row {
	char    *at;   /* NULL: a visitor */
	uint32_t turn; /* no two holders of a row have the same: an older one's pieces are worth nothing */
};

#define SC_ROW_PIECES 32

struct sc_rows {
	struct sc_keyed holders; /* a slot: the turn */
	char    *pieces, *nobody;
	uint32_t *numbers;       /* of the rows, by place of the holder, from 1 on; 0: none so far */
	uint32_t given;
	size_t   row_octets;
	struct {
		size_t at, octets;
	} plan[SC_ROW_PIECES];   /* of a row */
	uint32_t planned, turns;
};

/* Rows are planned piece by piece, then taken.  Where the piece begins; one of no octets takes no room: */
size_t sc_rows_plan(struct sc_rows *r, size_t octets);
bool   sc_rows_open(struct sc_rows *r, uint32_t count, uint32_t idle_s);
void   sc_rows_close(struct sc_rows *r);
size_t sc_rows_octets(const struct sc_rows *r);
size_t sc_rows_part(const struct sc_rows *r, size_t octets); /* what pieces of `octets` take in all of them */

/* The row of `hash`.  `heavy`: the event counts more than once, so a visitor gets a row for this event alone. */
struct sc_row sc_rows_touch(struct sc_rows *r, uint64_t hash, uint32_t second, bool heavy);

/* Soon one of the calls below will come for a piece: memory may get ready for its beginning. */
static inline void sc_row_expect(struct sc_row row, size_t at, size_t octets)
{
	if (!row.at || !octets)
		return;
	__builtin_prefetch(row.at + at, 1);
	__builtin_prefetch(row.at + at + 64, 1);
}

/* Adds what the rows of another sensor hold, of the same size, plan and hash key.  `merge` adds the i-th piece that was planned;
 * `into` is zeroed when nobody wrote there. */
typedef void sc_row_merge_fn(void *ctx, uint32_t i, void *into, const void *from);
void   sc_rows_merge(struct sc_rows *into, const struct sc_rows *from, sc_row_merge_fn *merge, void *ctx);

/* A piece, zeroed when it is new; NULL: a visitor. */
void *sc_row_piece(struct sc_row row, size_t at, size_t octets);
/* NULL, too, when nobody wrote there. */
void *sc_row_find(struct sc_row row, size_t at);

#endif
