/* options.c - the parser of the command line, driven by options.def.
 *
 * Forms: --name value, --name=value, -x value, -xvalue, flags bundled as in -qv; long names are never abbreviated,
 * so that a script keeps its meaning when an option is added.  The first word is the mode.  Words that belong to
 * the mode stand before the options, or behind them where they cannot be mistaken; every other word, and all
 * behind "--", is the BPF expression, as in tcpdump. */
#include "app/options.h"

#include <stdio.h>

#include "app/config.h"
#include "app/mode_words.h"
#include "app/say.h"
#include "app/suggest.h"
#include "base/memory.h"

const struct sc_mode_row sc_mode_rows[SC_MODE_COUNT] = {
	{ "", "", "" },
#define SC_MODE(name, words, help) { #name, words, help },
	SC_MODES(SC_MODE)
#undef SC_MODE
};

const struct sc_option_row sc_option_rows[SC_OPTIONS] = {
#define SC_OPTION(group, letter, name, member, kind, low, high, argument, standard, help)              \
	{ SC_GROUP_##group, letter, name, SC_OPTION_##kind, low, high, argument, standard, help,        \
	  offsetof(struct sc_options, member) },
#include "app/options.def"
#undef SC_OPTION
};

_Static_assert(SC_OPTIONS <= 64, "`given` has a bit for each option");

/* Where the parser stands. */
struct args {
	char *const *at;
	int left;
};

static const char *next_arg(struct args *a)
{
	if (a->left == 0)
		return NULL;
	a->left--;
	return *a->at++;
}

static bool add_word(struct sc_words *w, const char *word)
{
	if (w->count == w->room) {
		size_t room = w->room ? 2 * w->room : 8;
		const char **items = sc_memory_take(room * sizeof(*items));
		if (!items)
			return false;
		if (w->count)
			memcpy(items, w->items, w->count * sizeof(*items));
		sc_memory_give(w->items);
		w->items = items;
		w->room = room;
	}
	w->items[w->count++] = word;
	return true;
}

static sc_err keep_word(struct sc_words *w, const char *word)
{
	if (add_word(w, word))
		return SC_OK;
	sc_say(NULL, "no memory for the command line; give fewer words");
	return SC_EFAILED;
}

enum sc_option_id sc_options_find(sc_str name)
{
	int id = 0;
	while (id < SC_OPTIONS && !sc_str_equal(name, sc_str_of(sc_option_rows[id].name)))
		id++;
	return (enum sc_option_id)id;
}

const char *sc_options_nearest(sc_str name)
{
	struct sc_suggest near = sc_suggest_for(name);
	for (int id = 0; id < SC_OPTIONS; id++)
		sc_suggest_offer(&near, sc_option_rows[id].name);
	return near.best;
}

/* Reads `value` into the member of `row`, for the kinds that have a reader. */
static bool read_value(const struct sc_option_row *row, sc_str value, void *member, struct sc_text *why)
{
	switch (row->kind) {
	case SC_OPTION_NUMBER: return sc_value_number(value, row->low, row->high, member, why);
	case SC_OPTION_SIZE:   return sc_value_size(value, row->low, row->high, member, why);
	case SC_OPTION_SHARE:  return sc_value_share(value, member, why);
	case SC_OPTION_PORTS:  return sc_value_ports(value, member, why);
	case SC_OPTION_KINDS:  return sc_value_kinds(value, member, why);
	case SC_OPTION_HOME:   return sc_value_home(value, member, why);
	case SC_OPTION_FLAG:
	case SC_OPTION_COUNT:
	case SC_OPTION_TEXT:
	case SC_OPTION_WORDS:
	case SC_OPTION_LATER:
		break;
	}
	SC_ASSERT(!"a kind without a reader");
	return false;
}

static sc_err set_value(const struct sc_option_row *row, const char *value, void *member, const char *where)
{
	char reason[256];
	struct sc_text why = sc_text_into(reason, sizeof(reason));
	if (read_value(row, sc_str_of(value), member, &why))
		return SC_OK;
	sc_say(where, "%.*s", (int)why.len, why.at);
	return SC_EUSAGE;
}

sc_err sc_options_set(struct sc_options *o, enum sc_option_id id, const char *value, const char *where)
{
	const struct sc_option_row *row = &sc_option_rows[id];
	void *member = (char *)o + row->offset;
	o->given |= UINT64_C(1) << id;
	switch (row->kind) {
	case SC_OPTION_LATER:
		sc_say(where, "not built yet; %s", row->standard);
		return SC_EUSAGE;
	case SC_OPTION_FLAG:
		*(bool *)member = true;
		return SC_OK;
	case SC_OPTION_COUNT:
		(*(unsigned *)member)++;
		return SC_OK;
	case SC_OPTION_TEXT:
		*(const char **)member = value;
		return SC_OK;
	case SC_OPTION_WORDS:
		return keep_word(member, value);
	default:
		return set_value(row, value, member, where);
	}
}

static sc_err missing_argument(const struct sc_option_row *row, const char *where)
{
	sc_say(where, "the argument is missing; give %s %s", where, row->argument);
	return SC_EUSAGE;
}

/* What follows "--". */
static sc_err long_option(struct sc_options *o, const char *text, struct args *a)
{
	sc_str value = sc_str_of(text);
	sc_str name = sc_str_until(&value, '=');
	bool attached = text[name.len] == '=';
	char where[72];
	snprintf(where, sizeof(where), "--%.*s", (int)(name.len < 64 ? name.len : 64), text);
	enum sc_option_id id = sc_options_find(name);
	if (id == SC_OPTIONS) {
		const char *near = sc_options_nearest(name);
		sc_say(where, "unknown option; %s--%s%s", near ? "did you mean " : "see smtpscope ",
		       near ? near : "help", near ? "?" : "");
		return SC_EUSAGE;
	}
	const struct sc_option_row *row = &sc_option_rows[id];
	if (!row->argument) {
		if (!attached)
			return sc_options_set(o, id, NULL, where);
		sc_say(where, "takes no argument; leave out \"=%s\"", value.at);
		return SC_EUSAGE;
	}
	const char *given = attached ? value.at : next_arg(a);
	return given ? sc_options_set(o, id, given, where) : missing_argument(row, where);
}

static enum sc_option_id find_letter(char letter)
{
	int id = 0;
	while (id < SC_OPTIONS && sc_option_rows[id].letter != letter)
		id++;
	return (enum sc_option_id)id;
}

/* What follows "-": flags, and at the end perhaps one option with its argument. */
static sc_err short_options(struct sc_options *o, const char *text, struct args *a)
{
	for (; *text; text++) {
		char where[] = { '-', *text, '\0' };
		enum sc_option_id id = find_letter(*text);
		if (id == SC_OPTIONS) {
			sc_say(where, "unknown option; see smtpscope --help");
			return SC_EUSAGE;
		}
		const struct sc_option_row *row = &sc_option_rows[id];
		if (row->argument) {
			const char *given = text[1] ? text + 1 : next_arg(a);
			return given ? sc_options_set(o, id, given, where) : missing_argument(row, where);
		}
		SC_TRY(sc_options_set(o, id, NULL, where));
	}
	return SC_OK;
}

static enum sc_mode find_mode(sc_str word)
{
	int mode = SC_MODE_none + 1;
	while (mode < SC_MODE_COUNT && !sc_str_equal(word, sc_str_of(sc_mode_rows[mode].name)))
		mode++;
	return mode < SC_MODE_COUNT ? (enum sc_mode)mode : SC_MODE_none;
}

static sc_err unknown_mode(const char *word)
{
	struct sc_suggest near = sc_suggest_for(sc_str_of(word));
	for (int mode = SC_MODE_none + 1; mode < SC_MODE_COUNT; mode++)
		sc_suggest_offer(&near, sc_mode_rows[mode].name);
	if (near.best)
		sc_say(word, "unknown mode; did you mean \"%s\"?", near.best);
	else
		sc_say(word, "unknown mode; a capture is given with -r FILE, a BPF filter stands last");
	return SC_EUSAGE;
}

/* Behind the options: does this word belong to the mode rather than to a BPF expression? */
static bool word_of_mode(const struct sc_options *o, sc_str word)
{
	switch (o->mode) {
	case SC_MODE_explain: return true;
	case SC_MODE_show:    return sc_word_is_session(word);
	case SC_MODE_report:  return sc_word_known(sc_words_of_report, word);
	case SC_MODE_list:    return sc_word_known(sc_words_of_list, word);
	case SC_MODE_find:    return o->words.count == 0;
	default:              return false;
	}
}

/* A word that is no option.  `first`: nothing stands before it; `leading`: no option does. */
static sc_err take_word(struct sc_options *o, const char *word, bool first, bool leading)
{
	enum sc_mode mode = find_mode(sc_str_of(word));
	bool open = o->mode == SC_MODE_none && o->filter.count == 0;
	if (open && mode != SC_MODE_none) {
		o->mode = mode;
		return SC_OK;
	}
	if (first)
		return unknown_mode(word);
	bool takes_words = sc_mode_rows[o->mode].words[0] != '\0';
	bool to_mode = (leading && takes_words) || (o->filter.count == 0 && word_of_mode(o, sc_str_of(word)));
	return keep_word(to_mode ? &o->words : &o->filter, word);
}

static sc_err read_args(struct sc_options *o, struct args *a)
{
	bool first = true, leading = true, only_filter = false;
	for (const char *arg; (arg = next_arg(a)); first = false) {
		bool option = arg[0] == '-' && arg[1] != '\0' && !only_filter;
		if (only_filter)
			SC_TRY(keep_word(o->mode == SC_MODE_explain ? &o->words : &o->filter, arg));
		else if (!option)
			SC_TRY(take_word(o, arg, first, leading));
		else if (arg[1] != '-')
			SC_TRY(short_options(o, arg + 1, a));
		else if (arg[2] != '\0')
			SC_TRY(long_option(o, arg + 2, a));
		else
			only_filter = true;
		leading = leading && !option;
	}
	return SC_OK;
}

/* Options that were not given get what their row says. */
static void set_standards(struct sc_options *o)
{
	uint64_t given = o->given;
	o->max_drop = sc_options_given(o, SC_OPT_max_drop) ? o->max_drop : -1;
	for (int id = 0; id < SC_OPTIONS; id++) {
		const struct sc_option_row *row = &sc_option_rows[id];
		if (!row->standard || row->kind == SC_OPTION_LATER || sc_options_given(o, (enum sc_option_id)id))
			continue;
		sc_err err = sc_options_set(o, (enum sc_option_id)id, row->standard, row->name);
		SC_ASSERT(err == SC_OK);
	}
	o->given = given;
}

sc_err sc_options_read(struct sc_options *o, int argc, char *const *argv)
{
	*o = (struct sc_options){ .mode = SC_MODE_none };
	struct args a = { argv + 1, argc > 0 ? argc - 1 : 0 };
	SC_TRY(read_args(o, &a));
	if (o->config)
		SC_TRY(sc_config_read(o, o->config));
	set_standards(o);
	return SC_OK;
}

void sc_options_close(struct sc_options *o)
{
	sc_memory_give(o->reads.items);
	sc_memory_give(o->interfaces.items);
	sc_memory_give(o->detector.items);
	sc_memory_give(o->no_detector.items);
	sc_memory_give(o->intel.items);
	sc_memory_give(o->words.items);
	sc_memory_give(o->filter.items);
	sc_memory_give(o->config_text);
	*o = (struct sc_options){ .mode = SC_MODE_none };
}
