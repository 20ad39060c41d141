/* words.h - encoded words of header fields: =?charset?B?...?= (RFC 2047, 2231 5). */
#ifndef SC_MESSAGE_WORDS_H
#define SC_MESSAGE_WORDS_H

#include "base/text.h"

/* Adds `s` to `t` as UTF-8.  What is in a character set that we do not know, and what is no encoded word, is added
 * as it stands; blanks between two encoded words are dropped. */
void sc_words_decode(struct sc_text *t, sc_str s);

/* Adds one character, at most U+10FFFF, in UTF-8. */
void sc_words_put(struct sc_text *t, uint32_t code_point);

/* Adds octets of `charset` as UTF-8; false (and nothing is added) when it is not known. */
bool sc_words_charset(struct sc_text *t, sc_str charset, sc_str octets);

#endif
