/* rows.c - one row a client, one piece a detector; see rows.h.
 *
 * A row changes its holder often under a flood, and is some kilobytes long.  So it is not cleared then: each piece
 * bears the turn of the holder that wrote it, and is cleared when another one wants to.  Places that never had a holder have no
 * row: rows are given out from the first on, so that few clients touch little memory. */
#include "detect/frame/rows.h"

#include <string.h>

#include "base/memory.h"

#define HEADER 8 /* before a piece: its turn, and room that keeps what follows aligned */

size_t sc_rows_plan(struct sc_rows *r, size_t octets)
{
	size_t at = r->row_octets;
	if (octets == 0)
		return at;
	SC_ASSERT(r->planned < SC_ROW_PIECES);
	r->plan[r->planned].at = at;
	r->plan[r->planned++].octets = octets;
	r->row_octets += HEADER + ((octets + 7) & ~(size_t)7);
	return at;
}

static size_t row_count(const struct sc_rows *r)
{
	return (size_t)r->holders.sets * SC_KEYED_WAYS;
}

bool sc_rows_open(struct sc_rows *r, uint32_t count, uint32_t idle_s)
{
	r->row_octets = (r->row_octets + 63) & ~(size_t)63;
	if (!sc_keyed_open(&r->holders, count, sizeof(r->turns), idle_s))
		return false;
	r->numbers = sc_memory_take(row_count(r) * sizeof(*r->numbers));
	r->pieces = sc_memory_take_growing(row_count(r) * r->row_octets);
	r->nobody = sc_memory_take(r->row_octets);
	return r->numbers && r->pieces && r->nobody;
}

void sc_rows_close(struct sc_rows *r)
{
	if (r->holders.slots)
		sc_keyed_close(&r->holders);
	sc_memory_give(r->numbers);
	sc_memory_give(r->pieces);
	sc_memory_give(r->nobody);
}

size_t sc_rows_octets(const struct sc_rows *r)
{
	return sc_keyed_octets(&r->holders) + row_count(r) * sizeof(*r->numbers) + (row_count(r) + 1) * r->row_octets;
}

size_t sc_rows_part(const struct sc_rows *r, size_t octets)
{
	return octets ? row_count(r) * (HEADER + ((octets + 7) & ~(size_t)7)) : 0;
}

/* No two holders have the same; 0 is nobody's. */
static uint32_t next_turn(struct sc_rows *r)
{
	return ++r->turns ? r->turns : ++r->turns;
}

static char *row_of(struct sc_rows *r, size_t place)
{
	if (!r->numbers[place])
		r->numbers[place] = ++r->given;
	return r->pieces + (size_t)(r->numbers[place] - 1) * r->row_octets;
}

static struct sc_row row_at(struct sc_rows *r, char *slot)
{
	uint32_t *turn = (uint32_t *)(void *)slot;
	if (!*turn)
		*turn = next_turn(r);
	return (struct sc_row){row_of(r, (size_t)(slot - r->holders.slots) / r->holders.slot_octets), *turn};
}

struct sc_row sc_rows_touch(struct sc_rows *r, uint64_t hash, uint32_t second, bool heavy)
{
	char *slot = sc_keyed_enter(&r->holders, hash, second);
	if (!slot)
		return heavy ? (struct sc_row){r->nobody, next_turn(r)} : (struct sc_row){NULL, 0};
	return row_at(r, slot);
}

void *sc_row_find(struct sc_row row, size_t at)
{
	return row.at && *(uint32_t *)(void *)(row.at + at) == row.turn ? row.at + at + HEADER : NULL;
}

void *sc_row_piece(struct sc_row row, size_t at, size_t octets)
{
	if (!row.at)
		return NULL;
	uint32_t *turn = (uint32_t *)(void *)(row.at + at);
	if (*turn != row.turn)
		memset(row.at + at + HEADER, 0, octets);
	*turn = row.turn;
	return row.at + at + HEADER;
}

/* A holder that is new keeps turn 0, so that its row is cleared; one that both have keeps its row. */
static void keep_turn(void *into, const void *from)
{
	(void)into;
	(void)from;
}

static void merge_row(const struct sc_rows *plan, struct sc_row into, struct sc_row from, sc_row_merge_fn *merge, void *ctx)
{
	for (uint32_t i = 0; i < plan->planned; i++) {
		const void *piece = sc_row_find(from, plan->plan[i].at);
		if (piece)
			merge(ctx, i, sc_row_piece(into, plan->plan[i].at, plan->plan[i].octets), piece);
	}
}

void sc_rows_merge(struct sc_rows *into, const struct sc_rows *from, sc_row_merge_fn *merge, void *ctx)
{
	SC_ASSERT(into->row_octets == from->row_octets && into->planned == from->planned);
	sc_keyed_merge(&into->holders, &from->holders, keep_turn);
	for (size_t i = 0; i < row_count(from); i++) {
		uint64_t tag = from->holders.tags[i];
		char *slot = tag && from->numbers[i] ? sc_keyed_find(&into->holders, tag) : NULL;
		if (!slot)
			continue; /* nobody, or there was no room for him */
		struct sc_row its = {from->pieces + (size_t)(from->numbers[i] - 1) * from->row_octets,
				     *(const uint32_t *)(const void *)(from->holders.slots + i * from->holders.slot_octets)};
		merge_row(from, row_at(into, slot), its, merge, ctx);
	}
}
