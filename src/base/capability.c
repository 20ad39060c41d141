/* capability.c - see capability.h. */
#include "base/capability.h"

#include "base/str.h"

static bool ends_here(sc_str line, size_t at)
{
	return line.len == at || sc_is_space(line.at[at]) || line.at[at] == '=';
}

bool sc_capability(const struct sc_strs *list, sc_str keyword, sc_str *parameters)
{
	for (uint32_t i = 0; i < list->count; i++) {
		sc_str line = list->items[i];
		if (!sc_str_starts(line, keyword) || !ends_here(line, keyword.len))
			continue;
		if (parameters)
			*parameters = sc_str_trim(sc_str_from(line, keyword.len + 1));
		return true;
	}
	return false;
}
