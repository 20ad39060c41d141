/* archive.c - reads the headers of archives; see archive.h.
 *
 * Lengths in the octets are believed only as far as octets come: they say what is passed over, and memory is what the struct has.
 * Whatever is no header of its kind ends the reading. */
#include "message/archive.h"

enum { NEW, ZIP, SEVEN, SEVEN_END, RAR4, RAR5, DONE };

#define ZIP_HEAD   30 /* of an entry, before its name */
#define SEVEN_HEAD 32

static uint64_t little(const unsigned char *at, unsigned octets)
{
	uint64_t n = 0;
	while (octets--)
		n = n << 8 | at[octets];
	return n;
}

static void done(struct sc_archive *a, bool locked)
{
	a->kind = DONE;
	a->locked = locked;
}

/* ---- the kinds ---- */

/* An entry of a zip: bit 0 of its flags says encrypted; bit 3 that its size stands behind it, where nobody finds it. */
static void zip_entry(struct sc_archive *a)
{
	unsigned flags = (unsigned)little(a->head + 6, 2);
	uint64_t size = little(a->head + 18, 4);
	bool entry = memcmp(a->head, "PK\3\4", 4) == 0;
	if (!entry || (flags & 1) || (flags & 8) || size == UINT32_MAX) {
		done(a, entry && (flags & 1));
		return;
	}
	a->skip = size + little(a->head + 26, 2) + little(a->head + 28, 2);
	a->len = 0;
}

/* The start header of a 7z says where its end header is. */
static void seven_start(struct sc_archive *a)
{
	a->skip = little(a->head + 12, 8);
	a->kind = little(a->head + 20, 8) ? SEVEN_END : DONE;
	a->len = 0;
}

/* The name of the cipher, 06f10701, behind its flags: four octets of name, and properties. */
static bool names_aes(const struct sc_archive *a)
{
	return sc_str_search((sc_str){(const char *)a->head, a->len}, SC_STR("\x24\x06\xf1\x07\x01")) != SIZE_MAX;
}

/* A number of rar 5: seven bits an octet, the lowest first; 0 behind the end. */
static uint64_t take_number(const struct sc_archive *a, size_t *at)
{
	uint64_t n = 0;
	for (unsigned shift = 0; shift < 63 && *at < a->len; shift += 7) {
		unsigned char c = a->head[(*at)++];
		n |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			break;
	}
	return n;
}

/* Whether the extra area of a file's header, which ends at `end`, has a record of encryption. */
static bool extra_tells(const struct sc_archive *a, size_t at, size_t end)
{
	while (at < end && at < a->len) {
		uint64_t size = take_number(a, &at);
		size_t next = at;
		if (take_number(a, &next) == 1 && next <= a->len)
			return true;
		if (size == 0 || size > end - at)
			return false;
		at += size;
	}
	return false;
}

/* Headers of rar 5 up to the first file: one of encryption says that all behind it is unreadable. */
static bool rar5_locked(const struct sc_archive *a)
{
	enum { MAIN = 1, FILE = 2, ENCRYPTION = 4, HAS_EXTRA = 1 };
	for (size_t at = 8; at < a->len;) {
		size_t in = at + 4; /* behind its checksum */
		uint64_t size = take_number(a, &in);
		if (in >= a->len || size > SC_ARCHIVE_OCTETS)
			return false;
		size_t end = in + (size_t)size;
		uint64_t type = take_number(a, &in), flags = take_number(a, &in);
		uint64_t extra = flags & HAS_EXTRA ? take_number(a, &in) : 0;
		if (type == FILE)
			return extra && in <= end && extra <= end - in && end <= a->len && extra_tells(a, end - (size_t)extra, end);
		if (type != MAIN)
			return type == ENCRYPTION;
		at = end;
	}
	return false;
}

/* The main header's flags, then those of the first file. */
static bool rar4_locked(const struct sc_archive *a)
{
	if (a->len < 14 || a->head[9] != 0x73)
		return false;
	size_t file = 7 + (size_t)little(a->head + 12, 2);
	if (little(a->head + 10, 2) & 0x80)
		return true;
	return file + 5 <= a->len && a->head[file + 2] == 0x74 && (little(a->head + file + 3, 2) & 4);
}

/* ---- octets ---- */

static void recognize(struct sc_archive *a)
{
	static const struct {
		sc_str magic;
		uint8_t kind;
	} kinds[] = {
		{{"PK\3\4", 4}, ZIP}, {{"7z\xbc\xaf\x27\x1c", 6}, SEVEN}, {{"Rar!\x1a\7\0", 7}, RAR4}, {{"Rar!\x1a\7\1\0", 8}, RAR5},
	};
	a->kind = DONE;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (memcmp(a->head, kinds[i].magic.at, kinds[i].magic.len) == 0)
			a->kind = kinds[i].kind;
}

/* Octets of `head` that the kind waits for. */
static size_t due(const struct sc_archive *a)
{
	switch (a->kind) {
	case NEW:   return 8;
	case ZIP:   return ZIP_HEAD;
	case SEVEN: return SEVEN_HEAD;
	default:    return SC_ARCHIVE_OCTETS;
	}
}

static void take_head(struct sc_archive *a)
{
	switch (a->kind) {
	case NEW:   recognize(a); break;
	case ZIP:   zip_entry(a); break;
	case SEVEN: seven_start(a); break;
	default:    sc_archive_locked(a); break;
	}
}

void sc_archive_feed(struct sc_archive *a, sc_str octets)
{
	while (a->kind != DONE && octets.len) {
		uint64_t skip = a->skip < octets.len ? a->skip : octets.len;
		octets = sc_str_from(octets, (size_t)skip);
		a->skip -= skip;
		sc_str piece = sc_str_slice(octets, 0, due(a) - a->len);
		memcpy(a->head + a->len, piece.at, piece.len);
		a->len += (uint16_t)piece.len;
		octets = sc_str_from(octets, piece.len);
		if (a->len == due(a))
			take_head(a);
	}
}

bool sc_archive_locked(struct sc_archive *a)
{
	if (a->kind == SEVEN_END)
		done(a, names_aes(a));
	else if (a->kind == RAR4)
		done(a, rar4_locked(a));
	else if (a->kind == RAR5)
		done(a, rar5_locked(a));
	return a->locked;
}
