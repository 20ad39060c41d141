/* archive.h - whether an archive can be opened with a password only, as its headers tell while it streams by: zip (APPNOTE 4.4.4),
 * rar (the archive's or the first file's header) and 7z (its end header, unless that is packed). */
#ifndef SC_MESSAGE_ARCHIVE_H
#define SC_MESSAGE_ARCHIVE_H

#include "base/str.h"

#define SC_ARCHIVE_OCTETS 320 /* of the header in work */

struct sc_archive {
	uint8_t  kind;       /* enum in archive.c */
	bool     locked;     /* an entry is encrypted, or the list of entries */
	uint16_t len;        /* octets of `head` */
	uint64_t skip;       /* octets up to what is read next */
	unsigned char head[SC_ARCHIVE_OCTETS];
};

/* Begins with an archive that is all zeros. */
void sc_archive_feed(struct sc_archive *a, sc_str octets);
/* All octets were fed; what they tell. */
bool sc_archive_locked(struct sc_archive *a);

#endif
