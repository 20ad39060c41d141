/* mode_words.c - the words that a mode takes behind its name. */
#include "app/mode_words.h"

const char *const sc_words_of_report[] = { "failures", "traffic", "senders", "tls", NULL };
const char *const sc_words_of_list[] = { "recipients", "sessions", "transactions", "findings", "non_smtp", NULL };

bool sc_word_known(const char *const *words, sc_str word)
{
	for (; *words; words++)
		if (sc_str_equal(word, sc_str_of(*words)))
			return true;
	return false;
}

bool sc_word_is_session(sc_str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (sc_hex_digit(word.at[i]) < 0)
			return false;
	return word.len == 16;
}
