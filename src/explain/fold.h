/* fold.h - characters outside ASCII as small Latin letters, so that a word is sought in one spelling. */
#ifndef SC_EXPLAIN_FOLD_H
#define SC_EXPLAIN_FOLD_H

#include "base/str.h"

/* What octets mean that are no UTF-8. */
enum sc_fold_octets {
	SC_FOLD_LATIN_1, /* ISO 8859-1, and what resembles it */
	SC_FOLD_KOI8,    /* KOI8-R (RFC 1489) */
	SC_FOLD_CP1251,  /* Windows-1251 */
};

struct sc_folded {
	uint8_t taken, count; /* octets read; letters given, 0 to 3 */
	char    at[4];
};

/* One pass.  Cyrillic words are runs of octets above 0xbf, which UTF-8 never has and Western words seldom have. */
enum sc_fold_octets sc_fold_guess(sc_str text);

/* Folds the character that opens `s`, whose first octet is no ASCII.  Accents are taken off, Greek and Cyrillic are
 * written in Latin letters, marks become a space, wide forms of ASCII become ASCII.  Chinese, Japanese and Korean
 * stay as they are. */
struct sc_folded sc_fold(sc_str s, enum sc_fold_octets octets);

#endif
