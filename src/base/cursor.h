/* cursor.h - reads wire octets forward.  The first failure sticks and everything after it reads as zero, so a
 * parser follows the header field by field and asks once. */
#ifndef SC_BASE_CURSOR_H
#define SC_BASE_CURSOR_H

#include "base/str.h"

struct sc_cursor {
	const uint8_t *at, *end;
	bool           failed;
};

static inline struct sc_cursor sc_cursor_of(sc_str s)
{
	const uint8_t *at = (const uint8_t *)s.at;
	return (struct sc_cursor){ at, at + s.len, false };
}

static inline size_t sc_cursor_left(const struct sc_cursor *c)
{
	return (size_t)(c->end - c->at);
}

/* Takes `n` octets; on failure nothing is taken and an empty string is given. */
static inline sc_str sc_cursor_take(struct sc_cursor *c, size_t n)
{
	if (c->failed || n > sc_cursor_left(c)) {
		c->failed = true;
		return SC_STR("");
	}
	sc_str s = { (const char *)c->at, n };
	c->at += n;
	return s;
}

static inline void sc_cursor_skip(struct sc_cursor *c, size_t n)
{
	(void)sc_cursor_take(c, n);
}

static inline sc_str sc_cursor_rest(struct sc_cursor *c)
{
	return sc_cursor_take(c, sc_cursor_left(c));
}

static inline uint8_t sc_cursor_u8(struct sc_cursor *c)
{
	sc_str s = sc_cursor_take(c, 1);
	return s.len ? (uint8_t)s.at[0] : 0;
}

static inline uint16_t sc_load_be16(const void *p)
{
	const uint8_t *b = p;
	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t sc_load_be32(const void *p)
{
	const uint8_t *b = p;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint16_t sc_load_le16(const void *p)
{
	const uint8_t *b = p;
	return (uint16_t)(b[1] << 8 | b[0]);
}

static inline uint32_t sc_load_le32(const void *p)
{
	const uint8_t *b = p;
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint16_t sc_cursor_be16(struct sc_cursor *c)
{
	sc_str s = sc_cursor_take(c, 2);
	return s.len ? sc_load_be16(s.at) : 0;
}

static inline uint32_t sc_cursor_be32(struct sc_cursor *c)
{
	sc_str s = sc_cursor_take(c, 4);
	return s.len ? sc_load_be32(s.at) : 0;
}

static inline uint16_t sc_cursor_le16(struct sc_cursor *c)
{
	sc_str s = sc_cursor_take(c, 2);
	return s.len ? sc_load_le16(s.at) : 0;
}

static inline uint32_t sc_cursor_le32(struct sc_cursor *c)
{
	sc_str s = sc_cursor_take(c, 4);
	return s.len ? sc_load_le32(s.at) : 0;
}

#endif
