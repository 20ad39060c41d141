/* framer.c - lines, message text, chunks and opaque octets out of one side's stream; see framer.h.
 *
 * A line within one run is a slice of it; only a line that is cut over runs is copied, into one block.  Nothing here knows
 * a verb or a reply.
 */
#include "smtp/framer.h"

static const char proxy_signature[12] = "\r\n\r\n\0\r\nQUIT\n"; /* PROXY protocol 2.2 */

static struct sc_segment mark(const struct sc_segment *run)
{
	struct sc_segment m = *run;
	m.bytes = SC_STR_NONE;
	return m;
}

void sc_framer_push(struct sc_framer *f, const struct sc_segment *run)
{
	SC_ASSERT(!f->run.bytes.len && !f->after.bytes.len);
	f->top = run->offset + run->bytes.len;
	f->newest = mark(run);
	if (!f->held.first) {
		f->run = *run;
		return;
	}
	f->after = *run;
	sc_framer_keep(f);
}

static void keep(struct sc_framer *f, struct sc_segment *run)
{
	bool conflict = false;
	size_t taken = sc_pieces_add(&f->held, f->store, run, SC_FRAMER_HELD_OCTETS, &conflict);
	if (!sc_segment_is_gap(run))
		f->dropped += run->bytes.len - taken;
	run->bytes.len = 0;
}

static void give_spent(struct sc_framer *f)
{
	if (f->spent)
		sc_blocks_give(f->store, f->spent);
	f->spent = NULL;
}

static void drop_line(struct sc_framer *f)
{
	if (f->line)
		sc_blocks_give(f->store, f->line);
	f->line = NULL;
	f->line_octets = 0;
	f->line_cut = false;
}

void sc_framer_keep(struct sc_framer *f)
{
	if (f->run.bytes.len)
		keep(f, &f->run);
	if (f->after.bytes.len)
		keep(f, &f->after);
	give_spent(f);
	if (f->line_octets == 0)
		drop_line(f);
}

bool sc_framer_waits(const struct sc_framer *f)
{
	return f->run.bytes.len || f->after.bytes.len || f->held.first;
}

struct sc_segment sc_framer_head(const struct sc_framer *f)
{
	return f->run.bytes.len ? f->run : f->after.bytes.len ? f->after : f->held.first->seg;
}

sc_str sc_framer_partial(const struct sc_framer *f)
{
	return f->line && f->line_octets ? (sc_str){ f->line->data, f->line->used } : SC_STR("");
}

void sc_framer_mode(struct sc_framer *f, enum sc_framer_mode mode, uint64_t left)
{
	f->mode = mode;
	f->left = left;
	if (mode == SC_FRAME_OPAQUE)
		drop_line(f);
}

void sc_framer_rewind(struct sc_framer *f, struct sc_pieces *pieces, uint64_t offset)
{
	drop_line(f);
	give_spent(f);
	sc_pieces_clear(&f->held, f->store);
	f->run.bytes.len = f->after.bytes.len = 0;
	f->held = *pieces;
	*pieces = (struct sc_pieces){ 0 };
	f->offset = offset;
	f->mode = SC_FRAME_LINES;
	f->ragged = false;
}

uint64_t sc_framer_close(struct sc_framer *f)
{
	uint64_t unread = f->held.octets;
	drop_line(f);
	give_spent(f);
	sc_pieces_clear(&f->held, f->store);
	f->run.bytes.len = f->after.bytes.len = 0;
	return unread;
}

/* Makes `run` hold octets, or false.  A hole where octets could not be kept (the store was full) is a gap. */
static bool refill(struct sc_framer *f)
{
	if (f->run.bytes.len)
		return true;
	if (f->after.bytes.len) {
		f->run = f->after;
		f->after.bytes.len = 0;
		return true;
	}
	give_spent(f);
	struct sc_piece *piece = f->held.first;
	uint64_t next = piece ? piece->seg.offset : f->top;
	if (next > f->offset) {
		f->run = piece ? piece->seg : f->newest;
		f->run.offset = f->offset;
		f->run.bytes = (sc_str){ NULL, (size_t)(next - f->offset) };
		return true;
	}
	if (!piece)
		return false;
	piece = sc_pieces_take(&f->held);
	f->run = piece->seg;
	f->spent = piece->block;
	return true;
}

/* Takes `n` octets of the run as a unit. */
static void take(struct sc_framer *f, struct sc_unit *u, enum sc_unit_kind kind, size_t n)
{
	*u = (struct sc_unit){ .kind = kind, .octets = n, .begin = f->offset, .first = mark(&f->run), .last = mark(&f->run) };
	u->bytes = sc_str_slice(f->run.bytes, 0, n);
	sc_segment_advance(&f->run, n);
	f->offset += n;
	u->end = f->offset;
}

static void give_gap(struct sc_framer *f, struct sc_unit *u)
{
	take(f, u, SC_UNIT_GAP, f->run.bytes.len);
	drop_line(f);
	f->peeked = 0;
	if (f->mode == SC_FRAME_START || f->mode == SC_FRAME_LINES)
		f->ragged = true;
	if (f->mode == SC_FRAME_TEXT)
		sc_scan_gap(f->scan, u->octets);
	if (f->mode == SC_FRAME_CHUNK || f->mode == SC_FRAME_SKIP) {
		f->ragged = u->octets > f->left; /* it reaches into the commands behind the chunk */
		f->left -= f->ragged ? f->left : u->octets;
	}
}

/* Copies the run's first `n` octets behind the beginning of the line. */
static void append_line(struct sc_framer *f, size_t n)
{
	if (!f->line_octets)
		f->line_first = mark(&f->run);
	if (!f->line && !f->line_cut)
		f->line = sc_blocks_take(f->store, SC_BLOCK_LARGE);
	size_t room = f->line ? f->line->size - f->line->used : 0;
	if (n > room)
		f->line_cut = true;
	if (f->line) {
		size_t part = n < room ? n : room;
		memcpy(f->line->data + f->line->used, f->run.bytes.at, part);
		f->line->used += (uint32_t)part;
	}
	f->line_octets += n;
	sc_segment_advance(&f->run, n);
	f->offset += n;
}

static void strip_end(struct sc_unit *u)
{
	if (!u->cut && u->bytes.len && u->bytes.at[u->bytes.len - 1] == '\n')
		u->bytes.len--;
	u->bare_lf = !u->cut && !(u->bytes.len && u->bytes.at[u->bytes.len - 1] == '\r');
	if (!u->cut && !u->bare_lf)
		u->bytes.len--;
}

/* A line that ends in this run, behind `n` octets of it. */
static void give_line(struct sc_framer *f, struct sc_unit *u, size_t n)
{
	struct sc_segment last = mark(&f->run);
	if (!f->line_octets) {
		take(f, u, SC_UNIT_LINE, n);
		if (n > SC_BLOCK_LARGE) { /* the same cut as for a line that came in pieces */
			u->bytes.len = SC_BLOCK_LARGE;
			u->cut = true;
		}
	} else {
		append_line(f, n);
		*u = (struct sc_unit){ .kind = SC_UNIT_LINE, .octets = f->line_octets, .end = f->offset, .cut = f->line_cut };
		u->begin = f->offset - f->line_octets;
		u->bytes = f->line ? (sc_str){ f->line->data, f->line->used } : SC_STR("");
		u->first = f->line_first;
		u->last = last;
		f->line_octets = 0; /* the block stays until the next call: the unit borrows from it */
		f->line_cut = false;
	}
	u->ragged = f->ragged;
	f->ragged = false;
	strip_end(u);
}

/* The line in work goes no further: what comes now was sent when all was different. */
static bool next_rest(struct sc_framer *f, struct sc_unit *u)
{
	*u = (struct sc_unit){ .kind = SC_UNIT_LINE, .octets = f->line_octets, .begin = f->offset - f->line_octets, .end = f->offset,
		.bytes = f->line ? (sc_str){ f->line->data, f->line->used } : SC_STR(""), .cut = f->line_cut, .ragged = f->ragged,
		.first = f->line_first, .last = f->line_first };
	f->line_octets = 0; /* the block stays until the next call */
	f->line_cut = f->ragged = false;
	return true;
}

static bool next_line(struct sc_framer *f, struct sc_unit *u)
{
	size_t end = sc_str_find(f->run.bytes, '\n');
	if (end == SIZE_MAX) {
		append_line(f, f->run.bytes.len);
		return false;
	}
	give_line(f, u, end + 1);
	return true;
}

static bool next_text(struct sc_framer *f, struct sc_unit *u)
{
	bool ended;
	size_t n = sc_scan_read(f->scan, f->run.bytes, &ended);
	take(f, u, ended ? SC_UNIT_END : SC_UNIT_TEXT, n);
	return true;
}

static bool next_chunk(struct sc_framer *f, struct sc_unit *u)
{
	size_t n = f->left < f->run.bytes.len ? (size_t)f->left : f->run.bytes.len;
	f->left -= n;
	take(f, u, f->left ? SC_UNIT_TEXT : SC_UNIT_END, n);
	return true;
}

static bool next_skip(struct sc_framer *f)
{
	struct sc_unit u;
	size_t n = f->left < f->run.bytes.len ? (size_t)f->left : f->run.bytes.len;
	take(f, &u, SC_UNIT_TEXT, n);
	f->left -= n;
	if (!f->left)
		f->mode = SC_FRAME_START;
	return false;
}

enum start { NOT_YET, LINES, RECORDS, PROXY };

/* What the octets at the beginning are. */
static enum start judge(const struct sc_framer *f, const char *at, size_t n)
{
	bool any = f->any_record || f->ragged;
	if (at[0] == 0x15 || at[0] == 0x16 || (any && (at[0] == 0x14 || at[0] == 0x17))) { /* alert, handshake: RFC 8446 5.1 */
		if (n >= 2 && at[1] != 3)
			return LINES;
		return n < 3 ? NOT_YET : (unsigned char)at[2] <= 4 ? RECORDS : LINES;
	}
	if (f->proxy && at[0] == '\r') {
		size_t same = n < sizeof(proxy_signature) ? n : sizeof(proxy_signature);
		if (memcmp(at, proxy_signature, same) != 0)
			return LINES;
		return n < sizeof(f->peek) ? NOT_YET : PROXY;
	}
	return LINES;
}

/* Puts the octets that were looked at before the run again. */
static void unpeek(struct sc_framer *f)
{
	if (!f->peeked)
		return;
	f->after = f->run;
	f->run = f->line_first;
	f->run.bytes = (sc_str){ f->peek, f->peeked };
	f->offset -= f->peeked;
	f->run.offset = f->offset;
	f->peeked = 0;
}

static bool next_start(struct sc_framer *f, struct sc_unit *u)
{
	if (f->after.bytes.len || (!f->peeked && judge(f, f->run.bytes.at, 1) == LINES)) {
		f->mode = SC_FRAME_LINES; /* nearly always: nothing needs to be looked at twice */
		return false;
	}
	if (!f->peeked)
		f->line_first = mark(&f->run);
	enum start verdict = NOT_YET;
	while (verdict == NOT_YET && f->run.bytes.len) {
		f->peek[f->peeked++] = f->run.bytes.at[0];
		sc_segment_advance(&f->run, 1);
		f->offset++;
		verdict = judge(f, f->peek, f->peeked);
	}
	if (verdict == NOT_YET)
		return false;
	if (verdict == PROXY) {
		uint64_t left = (uint64_t)(uint8_t)f->peek[14] << 8 | (uint8_t)f->peek[15];
		*u = (struct sc_unit){ .kind = SC_UNIT_PROXY, .octets = f->peeked, .end = f->offset, .first = f->line_first };
		sc_framer_mode(f, left ? SC_FRAME_SKIP : SC_FRAME_START, left);
		f->proxy = false;
		f->peeked = 0;
		return true;
	}
	f->mode = verdict == RECORDS ? SC_FRAME_OPAQUE : SC_FRAME_LINES;
	unpeek(f);
	return false;
}

/* One try at the run; false: the run is used up or the mode changed, try again. */
static bool next_of_run(struct sc_framer *f, struct sc_unit *u)
{
	bool lines = f->mode == SC_FRAME_START || f->mode == SC_FRAME_LINES;
	if (lines && f->line_octets && f->line_first.acked < f->fresh && f->run.acked >= f->fresh)
		return next_rest(f, u);
	switch (f->mode) {
	case SC_FRAME_START:
		return next_start(f, u);
	case SC_FRAME_LINES:
		return next_line(f, u);
	case SC_FRAME_TEXT:
		return next_text(f, u);
	case SC_FRAME_CHUNK:
		return next_chunk(f, u);
	case SC_FRAME_SKIP:
		return next_skip(f);
	case SC_FRAME_OPAQUE:
		take(f, u, SC_UNIT_OPAQUE, f->run.bytes.len);
		return true;
	}
	return false;
}

bool sc_framer_next(struct sc_framer *f, struct sc_unit *u)
{
	if (f->line_octets == 0)
		drop_line(f);
	if (f->mode == SC_FRAME_CHUNK && f->left == 0) { /* BDAT 0 LAST, or a gap took the rest */
		*u = (struct sc_unit){ .kind = SC_UNIT_END, .begin = f->offset, .end = f->offset };
		return true;
	}
	while (refill(f)) {
		if (sc_segment_is_gap(&f->run)) {
			give_gap(f, u);
			return true;
		}
		if (next_of_run(f, u))
			return true;
	}
	return false;
}
