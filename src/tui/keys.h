/* keys.h - commands of the screens, and the keys that give them. */
#ifndef SC_TUI_KEYS_H
#define SC_TUI_KEYS_H

#include "base/str.h"

enum sc_command_key {
	SC_DO_nothing,
#define SC_KEY(command, key, other, shown, group, word, help) SC_DO_##command,
#include "tui/keys.def"
#undef SC_KEY
	SC_DO_COUNT
};

#define SC_DO(command) (UINT64_C(1) << SC_DO_##command)

/* Groups of the help: SC_KEY_GROUP(name, heading). */
#define SC_KEY_GROUPS(X) X(MOVE, "Move") X(LOOK, "Look") X(NARROW, "Narrow") X(ACT, "Act")

struct sc_key_row {
	enum sc_command_key command;
	uint32_t key, other;
	const char *name, *shown, *group, *word, *help;
};

/* The nth row; NULL behind the last. */
const struct sc_key_row *sc_key_row(size_t n);
enum sc_command_key sc_key_command(uint32_t key);

#endif
