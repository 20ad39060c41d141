/* mode_words.h - the words that a mode takes behind its name. */
#ifndef SC_APP_MODE_WORDS_H
#define SC_APP_MODE_WORDS_H

#include <stdbool.h>

#include "base/str.h"

/* Of `report` and `list`; each ends with NULL. */
extern const char *const sc_words_of_report[], *const sc_words_of_list[];

bool sc_word_known(const char *const *words, sc_str word); /* is it one of `words`, which end with NULL? */
bool sc_word_is_session(sc_str word);                      /* the 16 hex digits of a session */

#endif
