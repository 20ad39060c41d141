/* keys.c - the table of keys; see keys.def. */
#include "tui/keys.h"

#include "tui/term.h"

static const struct sc_key_row rows[] = {
#define SC_KEY(command, key, other, shown, group, word, help) \
	{ SC_DO_##command, key, other, #command, shown, #group, word, help },
#include "tui/keys.def"
#undef SC_KEY
};

const struct sc_key_row *sc_key_row(size_t n)
{
	return n < sizeof(rows) / sizeof(rows[0]) ? &rows[n] : NULL;
}

enum sc_command_key sc_key_command(uint32_t key)
{
	for (size_t i = 0; key && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].key == key || rows[i].other == key)
			return rows[i].command;
	return SC_DO_nothing;
}
