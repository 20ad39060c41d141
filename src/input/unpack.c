/* unpack.c - gzip by zlib (RFC 1952, members one after the other) and zstd by libzstd (RFC 8878, frames one after
 * the other).
 *
 * Trusts nothing in the packed octets.  What was unpacked before a fault is given before the fault is told, so that
 * a damaged file yields all it can.  Memory is bounded by the formats: 32 KiB of window for gzip, and for zstd the
 * library's own limit of 128 MiB, beyond which it refuses. */
#include "input/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include "base/cursor.h"
#include "base/memory.h"

struct sc_unpack {
	enum sc_packing packing;
	z_stream        gzip;
	ZSTD_DStream   *zstd;
	size_t          hint;   /* zstd: octets to the end of its block and the header behind it */
	bool            full;   /* zstd: it may hold unpacked octets back */
	bool            inside; /* a member or frame has begun and not ended */
	bool            ended;  /* gzip: a member has ended, the next needs a reset */
	const char     *why;
};

enum sc_packing sc_packing_of(sc_str head)
{
	if (sc_str_starts(head, SC_STR("\x1f\x8b")))
		return SC_PACKING_GZIP;
	if (head.len < 4)
		return SC_PACKING_NONE;
	uint32_t magic = sc_load_le32(head.at);
	bool skippable = (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
	return magic == ZSTD_MAGICNUMBER || skippable ? SC_PACKING_ZSTD : SC_PACKING_NONE;
}

const char *sc_packing_name(enum sc_packing packing)
{
	static const char *const names[] = { "plain", "gzip", "zstd" };
	return names[packing];
}

/* Steps over what may stand between two members: zeros, with which tapes and block devices are padded. */
static bool begin_member(struct sc_unpack *u, sc_str *in)
{
	while (in->len && in->at[0] == 0)
		*in = sc_str_from(*in, 1);
	if (in->len == 0)
		return false;
	if ((uint8_t)in->at[0] != 0x1f) {
		u->why = "octets that are not gzip follow its end";
		return false;
	}
	inflateReset(&u->gzip);
	u->ended = false;
	return true;
}

static size_t run_gzip(struct sc_unpack *u, sc_str *in, char *out, size_t room)
{
	if (u->ended && !begin_member(u, in))
		return 0;
	z_stream *z = &u->gzip;
	z->next_in = (Bytef *)(uintptr_t)in->at; /* zlib only reads there */
	z->avail_in = in->len > UINT32_MAX ? UINT32_MAX : (uInt)in->len;
	z->next_out = (Bytef *)out;
	z->avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
	int got = inflate(z, Z_NO_FLUSH);
	size_t made = (size_t)(z->next_out - (Bytef *)out);
	size_t used = (size_t)((const char *)z->next_in - in->at);
	*in = sc_str_from(*in, used);
	if (used || made)
		u->inside = true;
	if (got == Z_STREAM_END) {
		u->inside = false;
		u->ended = true;
	} else if (got != Z_OK && got != Z_BUF_ERROR) {
		u->why = z->msg ? z->msg : "bad gzip data";
	}
	return made;
}

/* Gives zstd `len` octets of `*in`. */
static size_t feed_zstd(struct sc_unpack *u, sc_str *in, size_t len, char *out, size_t room)
{
	ZSTD_inBuffer  from = { in->at, len < in->len ? len : in->len, 0 };
	ZSTD_outBuffer to   = { out, room, 0 };
	size_t left = ZSTD_decompressStream(u->zstd, &to, &from);
	*in = sc_str_from(*in, from.pos);
	if (ZSTD_isError(left))
		u->why = ZSTD_getErrorName(left);
	else if (from.pos || to.pos)
		u->inside = left != 0;
	u->hint = left;
	u->full = to.pos == room;
	return to.pos;
}

/* When zstd fails it does not tell what it had unpacked in the same call.  So it never gets the end of a block together with
 * the header of the next, nor anything while it holds octets back: each block is out before the next can fail.  And the last
 * octet of a block comes alone: an unpacked block is given on as it comes, and what is given before a fault at its end does not
 * depend on how reads were cut. */
static size_t run_zstd(struct sc_unpack *u, sc_str *in, char *out, size_t room)
{
	const size_t block_header = 3, last = 1;
	size_t held = u->full ? feed_zstd(u, in, 0, out, room) : 0;
	if (held || u->why)
		return held;
	return feed_zstd(u, in, u->hint > block_header + last ? u->hint - block_header - last : 1, out, room);
}

size_t sc_unpack_run(struct sc_unpack *u, sc_str *in, char *out, size_t room)
{
	SC_ASSERT(u && in && out && room > 0);
	/* The end of a member or a header gives no octets: go on for as long as there is something to read. */
	while (!u->why) {
		size_t before = in->len;
		size_t made = u->packing == SC_PACKING_GZIP ? run_gzip(u, in, out, room) : run_zstd(u, in, out, room);
		if (made || in->len == 0)
			return made;
		if (in->len == before && !u->why)
			u->why = "packed data makes no progress";
	}
	return 0;
}

bool sc_unpack_complete(const struct sc_unpack *u)
{
	return !u->inside;
}

const char *sc_unpack_why(const struct sc_unpack *u)
{
	return u->why;
}

static bool open_library(struct sc_unpack *u)
{
	const int gzip_only = 16 + MAX_WBITS;
	if (u->packing == SC_PACKING_GZIP)
		return inflateInit2(&u->gzip, gzip_only) == Z_OK;
	u->zstd = ZSTD_createDStream();
	return u->zstd != NULL;
}

sc_err sc_unpack_open(struct sc_unpack **out, enum sc_packing packing)
{
	SC_ASSERT(packing == SC_PACKING_GZIP || packing == SC_PACKING_ZSTD);
	struct sc_unpack *u = sc_memory_take(sizeof(*u));
	if (!u)
		return SC_EFAILED;
	u->packing = packing;
	if (!open_library(u)) {
		sc_memory_give(u);
		return SC_EFAILED;
	}
	*out = u;
	return SC_OK;
}

void sc_unpack_close(struct sc_unpack *u)
{
	if (!u)
		return;
	if (u->packing == SC_PACKING_GZIP)
		inflateEnd(&u->gzip);
	ZSTD_freeDStream(u->zstd);
	sc_memory_give(u);
}
