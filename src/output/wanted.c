/* wanted.c - session ids by their first digits, four at least. */
#include "output/wanted.h"

#define ID_DIGITS 16
#define LEAST     4  /* digits of an id that name a session */

static int hex_digit(char c)
{
	if (sc_is_digit(c))
		return c - '0';
	c = sc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The ids that begin with the digits of `word`; false when they are no digits, too few or too many. */
static bool read_word(struct sc_wanted *w, sc_str word)
{
	uint64_t low = 0;
	if (word.len < LEAST || word.len > ID_DIGITS)
		return false;
	for (size_t i = 0; i < ID_DIGITS; i++) {
		int digit = i < word.len ? hex_digit(word.at[i]) : 0;
		if (digit < 0)
			return false;
		low = low << 4 | (uint64_t)digit;
	}
	w->items[w->count].low = low;
	w->items[w->count].high = low | (word.len < ID_DIGITS ? UINT64_MAX >> (4 * word.len) : 0);
	w->items[w->count++].word = word;
	return true;
}

sc_err sc_wanted_read(struct sc_wanted *w, const struct sc_output_config *config)
{
	if (config->word_count > SC_WANTED_MAX)
		return SC_EUSAGE;
	for (size_t i = 0; i < config->word_count; i++)
		if (!read_word(w, config->words[i]))
			return SC_EUSAGE;
	return SC_OK;
}

bool sc_wanted_is(struct sc_wanted *w, uint64_t session, bool found)
{
	bool wanted = w->count == 0;
	for (size_t i = 0; i < w->count; i++) {
		if (session < w->items[i].low || session > w->items[i].high)
			continue;
		wanted = true;
		w->items[i].found |= found;
	}
	return wanted;
}

void sc_wanted_missing(const struct sc_wanted *w, struct sc_sheet *sheet)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->items[i].found)
			continue;
		struct sc_text *t = sc_sheet_begin(sheet);
		sc_text_adds(t, "No session begins with ");
		sc_text_visible(t, w->items[i].word);
		sc_text_put(t, '.');
		sc_sheet_end(sheet, "", 2);
	}
}
