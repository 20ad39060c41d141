/* record.c - record headers lead from one record to the next; a body within one run is a slice of it, else it is kept in
 * blocks until it is complete.
 *
 * Trusts nothing: a header that cannot be one ends the reading of that side, since lengths are all that leads on.  Octets
 * that the capture lacks inside a body break that record only; where they hide a header, the place is lost.
 */
#include "tls/record.h"

#include "base/cursor.h"

bool sc_tls_pile_add(struct sc_tls_pile *p, struct sc_blocks *store, sc_str octets)
{
	while (octets.len) {
		if (!p->last || p->last->used == p->last->size) {
			struct sc_block *block = sc_blocks_take(store, octets.len < SC_BLOCK_SMALL ? SC_BLOCK_SMALL : SC_BLOCK_LARGE);
			if (!block)
				return false;
			*(p->last ? &p->last->next : &p->first) = block;
			p->last = block;
		}
		size_t room = p->last->size - p->last->used, n = octets.len < room ? octets.len : room;
		memcpy(p->last->data + p->last->used, octets.at, n);
		p->last->used += (uint32_t)n;
		p->octets += (uint32_t)n;
		octets = sc_str_from(octets, n);
	}
	return true;
}

sc_str sc_tls_pile_gather(const struct sc_tls_pile *p, uint8_t *room)
{
	size_t n = 0;
	for (const struct sc_block *b = p->first; b; b = b->next) {
		memcpy(room + n, b->data, b->used);
		n += b->used;
	}
	return (sc_str){ (const char *)room, n };
}

void sc_tls_pile_clear(struct sc_tls_pile *p, struct sc_blocks *store)
{
	sc_blocks_give_all(store, p->first);
	*p = (struct sc_tls_pile){ 0 };
}

static bool plausible(const struct sc_tls_records *r)
{
	return r->header[0] >= SC_TLS_CHANGE_CIPHER && r->header[0] <= SC_TLS_HEARTBEAT && r->header[1] == 3 &&
		sc_load_be16(r->header + 3) <= SC_TLS_RECORD_MOST;
}

/* The header is complete; `end` is the stream offset behind it. */
static void open_record(struct sc_tls_records *r, uint64_t end)
{
	r->begun = true;
	r->begin = end - sizeof(r->header);
	r->left = sc_load_be16(r->header + 3);
	r->have = 0;
	r->open = true;
	r->broken = r->lost = false;
	r->keep = !(r->skip && r->header[0] == SC_TLS_DATA);
}

static void read_header(struct sc_tls_records *r, struct sc_segment *run)
{
	while (r->have < sizeof(r->header) && run->bytes.len) {
		r->header[r->have++] = (uint8_t)run->bytes.at[0];
		sc_segment_advance(run, 1);
	}
	if (r->have < sizeof(r->header))
		return;
	r->lost = !plausible(r);
	if (!r->lost)
		open_record(r, run->offset);
	r->have = 0;
}

/* What was read may be the beginning of a header of application data. */
static bool may_begin(const struct sc_tls_records *r)
{
	const uint8_t *h = r->header;
	return h[0] == SC_TLS_DATA && (r->have < 2 || h[1] == 3) && (r->have < 3 || (h[2] >= 1 && h[2] <= 3)) &&
		(r->have < 5 || (sc_load_be16(h + 3) >= 9 && sc_load_be16(h + 3) <= SC_TLS_RECORD_MOST));
}

/* Looks for what may be a header; the owner's key tells whether it is one. */
static void seek_header(struct sc_tls_records *r, struct sc_segment *run)
{
	if (sc_segment_is_gap(run)) {
		r->have = 0;
		sc_segment_advance(run, run->bytes.len);
	}
	while (run->bytes.len && r->lost) {
		size_t n = r->have ? 0 : sc_str_find(run->bytes, SC_TLS_DATA);
		sc_segment_advance(run, n < run->bytes.len ? n : run->bytes.len);
		if (!run->bytes.len)
			return;
		r->header[r->have++] = (uint8_t)run->bytes.at[0];
		sc_segment_advance(run, 1);
		while (r->have && !may_begin(r))
			memmove(r->header, r->header + 1, --r->have);
		if (r->have == sizeof(r->header))
			open_record(r, run->offset);
	}
}

static bool wanted(const struct sc_tls_records *r)
{
	return !r->broken && r->keep;
}

static void complete(struct sc_tls_records *r, const struct sc_segment *run, struct sc_tls_record *record)
{
	*record = (struct sc_tls_record){ .type = r->header[0], .version = sc_load_be16(r->header + 1),
		.len = sc_load_be16(r->header + 3), .header = r->header, .broken = r->broken, .begin = r->begin, .last = *run };
	record->last.bytes = SC_STR_NONE;
	r->open = false;
}

static void forget(struct sc_tls_records *r, struct sc_blocks *store)
{
	sc_tls_pile_clear(&r->body, store);
	r->open = false;
	r->have = 0;
}

static void gap(struct sc_tls_records *r, struct sc_blocks *store, struct sc_segment *run)
{
	size_t n = run->bytes.len < r->left ? run->bytes.len : r->left;
	if (!r->open) {
		r->lost = r->begun || r->have; /* what begins behind the first octets missing may be a record */
		sc_segment_advance(run, r->lost ? 0 : run->bytes.len);
		return;
	}
	r->broken = true;
	sc_tls_pile_clear(&r->body, store);
	r->left -= (uint16_t)n;
	sc_segment_advance(run, n);
	r->lost = run->bytes.len > 0; /* it reaches into the next header */
}

/* Takes what the run has of the body.  `*whole`: all of it, when it lies in the run in one piece. */
static void take_body(struct sc_tls_records *r, struct sc_blocks *store, struct sc_segment *run, sc_str *whole)
{
	size_t n = run->bytes.len < r->left ? run->bytes.len : r->left;
	sc_str part = sc_str_slice(run->bytes, 0, n);
	*whole = n == r->left && !r->body.first ? part : SC_STR_NONE;
	if (!whole->at && wanted(r) && !sc_tls_pile_add(&r->body, store, part)) {
		r->broken = true;
		sc_tls_pile_clear(&r->body, store);
	}
	r->left -= (uint16_t)n;
	sc_segment_advance(run, n);
}

/* One step ahead in the run.  True: a body is complete. */
static bool step(struct sc_tls_records *r, struct sc_blocks *store, struct sc_segment *run, sc_str *whole)
{
	if (sc_segment_is_gap(run)) {
		gap(r, store, run);
	} else if (r->open) {
		take_body(r, store, run, whole);
	} else {
		read_header(r, run);
		*whole = SC_STR("");
	}
	return r->open && !r->left && !r->lost;
}

bool sc_tls_records_next(struct sc_tls_records *r, struct sc_blocks *store, uint8_t *room, struct sc_segment *run,
	struct sc_tls_record *record)
{
	while (run->bytes.len && (!r->lost || r->seek)) {
		sc_str whole = SC_STR_NONE;
		if (r->lost)
			seek_header(r, run);
		else if (!step(r, store, run, &whole) && r->lost)
			forget(r, store);
		if (r->lost || !r->open || r->left)
			continue;
		complete(r, run, record);
		if (wanted(r))
			record->body = whole.at ? whole : sc_tls_pile_gather(&r->body, room);
		sc_tls_pile_clear(&r->body, store);
		return true;
	}
	sc_segment_advance(run, run->bytes.len);
	return false;
}

void sc_tls_records_clear(struct sc_tls_records *r, struct sc_blocks *store)
{
	sc_tls_pile_clear(&r->body, store);
}
