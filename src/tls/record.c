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

static bool read_header(struct sc_tls_records *r, struct sc_segment *run)
{
	if (r->have == 0)
		r->begin = run->offset;
	while (r->have < sizeof(r->header) && run->bytes.len) {
		r->header[r->have++] = (uint8_t)run->bytes.at[0];
		sc_segment_advance(run, 1);
	}
	if (r->have < sizeof(r->header))
		return false;
	uint16_t len = sc_load_be16(r->header + 3);
	bool plausible = r->header[0] >= SC_TLS_CHANGE_CIPHER && r->header[0] <= SC_TLS_HEARTBEAT && r->header[1] == 3;
	r->lost = !plausible || len > SC_TLS_RECORD_MOST;
	r->left = len;
	r->have = 0;
	r->open = !r->lost;
	r->broken = false;
	r->keep = !(r->skip && r->header[0] == SC_TLS_DATA);
	return r->open;
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

static void gap(struct sc_tls_records *r, struct sc_blocks *store, struct sc_segment *run)
{
	size_t n = run->bytes.len < r->left ? run->bytes.len : r->left;
	if (!r->open) {
		r->lost = true;
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
	} else if (read_header(r, run) && !r->left) {
		*whole = SC_STR("");
	}
	return r->open && !r->left && !r->lost;
}

/* What looks like the header of application data; the owner's key tells whether it is. */
static void find_header(struct sc_tls_records *r, struct sc_segment *run)
{
	sc_str s = run->bytes;
	for (size_t at = 0, n; s.at && at + 5 <= s.len; at += n + 1) {
		n = sc_str_find(sc_str_slice(s, at, s.len - 4 - at), SC_TLS_DATA);
		if (n == SIZE_MAX)
			break;
		const char *h = s.at + at + n;
		uint16_t len = sc_load_be16(h + 3);
		if (h[1] != 3 || h[2] < 1 || h[2] > 3 || len < 9 || len > SC_TLS_RECORD_MOST)
			continue;
		sc_segment_advance(run, at + n);
		r->lost = false;
		r->have = 0;
		return;
	}
	sc_segment_advance(run, run->bytes.len);
}

bool sc_tls_records_next(struct sc_tls_records *r, struct sc_blocks *store, uint8_t *room, struct sc_segment *run,
	struct sc_tls_record *record)
{
	sc_str whole = SC_STR_NONE;
	if (r->lost && r->seek && run->bytes.len)
		find_header(r, run);
	while (run->bytes.len && !r->lost) {
		if (!step(r, store, run, &whole))
			continue;
		complete(r, run, record);
		if (wanted(r))
			record->body = whole.at ? whole : sc_tls_pile_gather(&r->body, room);
		sc_tls_pile_clear(&r->body, store);
		return true;
	}
	if (r->lost) { /* the rest of the run is given up, too, even when the next header is looked for */
		sc_tls_pile_clear(&r->body, store);
		r->open = false;
		sc_segment_advance(run, run->bytes.len);
	}
	return false;
}

void sc_tls_records_clear(struct sc_tls_records *r, struct sc_blocks *store)
{
	sc_tls_pile_clear(&r->body, store);
}
