/* attachments.c - signs of attachments, from attachments.def; see attachments.h.  Names and types are octets of the wire. */
#include "explain/attachments.h"

enum what { NOTHING, RUNS, HOLDS, MACROS, SHOWS };

static enum what what_is(sc_str extension)
{
	static const struct {
		sc_str extension;
		enum what what;
	} rows[] = {
#define SC_EXTENSION(extension, what) {{extension, sizeof(extension) - 1}, what},
#include "explain/attachments.def"
#undef SC_EXTENSION
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (sc_str_equal_nocase(extension, rows[i].extension))
			return rows[i].what;
	return NOTHING;
}

/* Cuts what follows the last point; spaces that hide an extension from the reader ("a.pdf      .exe") do not count. */
static sc_str take_extension(sc_str *name)
{
	size_t point = sc_str_rfind(*name, '.');
	if (point == SIZE_MAX)
		return SC_STR_NONE;
	sc_str extension = sc_str_trim(sc_str_from(*name, point + 1));
	*name = sc_str_trim(sc_str_slice(*name, 0, point));
	return extension;
}

static bool shows(sc_str type)
{
	return sc_str_starts_nocase(type, SC_STR("image/")) || sc_str_starts_nocase(type, SC_STR("audio/")) ||
	       sc_str_equal_nocase(type, SC_STR("text/plain")) || sc_str_equal_nocase(type, SC_STR("application/pdf"));
}

static bool runs(sc_str type)
{
	static const sc_str types[] = {{"application/x-msdownload", 24}, {"application/x-dosexec", 21},
				       {"application/vnd.microsoft.portable-executable", 45}, {"application/hta", 15},
				       {"application/x-ms-shortcut", 25}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sc_str_equal_nocase(type, types[i]))
			return true;
	return false;
}

const char *sc_attachment_sign(sc_str name, sc_str type)
{
	sc_str rest = sc_str_trim(name);
	enum what last = what_is(take_extension(&rest)), before = what_is(take_extension(&rest));
	bool acts = last == RUNS || last == HOLDS;
	if (acts && before == SHOWS)
		return "double extension";
	if ((acts && shows(type)) || (last == SHOWS && runs(type)))
		return "other type than its name";
	if (last == RUNS || runs(type))
		return "program";
	return last == HOLDS ? "container" : last == MACROS ? "macros" : NULL;
}
