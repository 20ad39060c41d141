/* framer.h - cuts one side of an SMTP connection into units.
 *
 * Push a run with sc_framer_push(), pull units with sc_framer_next() until it gives false, then sc_framer_keep().  Units
 * borrow from the run or from the framer, and hold until the next call.  Who pulls decides by sc_framer_mode() what the
 * octets after a unit mean; who stops pulling (the side is held) finds the rest again later.
 */
#ifndef SC_SMTP_FRAMER_H
#define SC_SMTP_FRAMER_H

#include "base/segment.h"
#include "smtp/scan.h"

#define SC_FRAMER_HELD_OCTETS (128u << 10) /* kept while nobody may read on: a window of early message text */

enum sc_framer_mode {
	SC_FRAME_START,  /* lines, but first look whether it is TLS or a PROXY header */
	SC_FRAME_LINES,
	SC_FRAME_TEXT,   /* message text up to CRLF.CRLF */
	SC_FRAME_CHUNK,  /* `left` octets, whatever they are (BDAT, RFC 3030) */
	SC_FRAME_SKIP,   /* `left` octets of a PROXY v2 header, then START */
	SC_FRAME_OPAQUE, /* TLS: octets are passed on */
};

enum sc_unit_kind {
	SC_UNIT_LINE,
	SC_UNIT_TEXT,    /* a run of message text or of a chunk */
	SC_UNIT_END,     /* the message or the chunk is complete (a chunk of 0 octets ends at once) */
	SC_UNIT_OPAQUE,
	SC_UNIT_PROXY,   /* a PROXY v2 header began */
	SC_UNIT_GAP,     /* octets are missing */
};

struct sc_unit {
	enum sc_unit_kind kind;
	sc_str   bytes;     /* the line without its end; the run of text or opaque octets */
	uint64_t octets;    /* of the line with its end, of the run, of the gap */
	uint64_t begin;     /* stream offset of the first octet */
	uint64_t end;       /* and after the last */
	bool     bare_lf;   /* the line's CR was missing (RFC 5321 2.3.8) */
	bool     cut;       /* the line was longer than can be kept; its end is lost */
	bool     ragged;    /* octets before the line are missing, so it may have begun earlier */
	struct sc_segment first, last; /* acked, when and packet of the first and of the last octet; no bytes */
};

struct sc_framer {
	struct sc_blocks *store;
	enum sc_framer_mode mode;
	bool     proxy;          /* START: a PROXY v2 header may come (the client's first octets) */
	bool     any_record;     /* START: TLS may begin with any record (the beginning was not captured) */
	uint64_t fresh;          /* a line begun by a segment that acknowledges less than this ends with the last such segment */
	bool     ragged, line_cut;
	uint64_t dropped;        /* octets that could not be kept; they are given as gaps */
	uint64_t top;            /* stream offset behind everything that was pushed */
	struct sc_segment newest; /* acked, when and packet of the last push */
	uint64_t left;           /* CHUNK, SKIP */
	uint64_t offset;         /* of the next octet to be read */
	struct sc_scan *scan;    /* TEXT; the owner's */
	struct sc_segment run;   /* being read */
	struct sc_segment after; /* read next; of the packet when `run` is `peek` */
	struct sc_pieces held;
	struct sc_block *spent;  /* of the run taken from `held` */
	struct sc_block *line;   /* beginning of a line that is not complete */
	uint64_t line_octets;
	struct sc_segment line_first;
	uint8_t  peeked;
	char     peek[16];
};

/* Gives the run to the framer: it is read, or kept when octets before it still wait. */
void sc_framer_push(struct sc_framer *f, const struct sc_segment *run);
bool sc_framer_next(struct sc_framer *f, struct sc_unit *u);
/* True when sc_framer_next() has nothing to give: asked more often than anything else. */
static inline bool sc_framer_done(const struct sc_framer *f)
{
	return !f->run.bytes.len && !f->after.bytes.len && !f->held.first && f->top <= f->offset &&
		!(f->mode == SC_FRAME_CHUNK && f->left == 0);
}
/* Copies what was not read, since the run's octets go away. */
void sc_framer_keep(struct sc_framer *f);
/* True when octets wait to be read. */
bool sc_framer_waits(const struct sc_framer *f);
/* Where the octets that wait to be read were acknowledged to; the time they came.  Only when sc_framer_waits(). */
struct sc_segment sc_framer_head(const struct sc_framer *f);
/* The beginning of a line whose end has not come; empty when there is none. */
sc_str sc_framer_partial(const struct sc_framer *f);
void sc_framer_mode(struct sc_framer *f, enum sc_framer_mode mode, uint64_t left);
/* Reads from `offset` again, as lines; `pieces` hold everything from there on and become the framer's. */
void sc_framer_rewind(struct sc_framer *f, struct sc_pieces *pieces, uint64_t offset);
/* Drops everything; gives the octets that were never read. */
uint64_t sc_framer_close(struct sc_framer *f);

#endif
