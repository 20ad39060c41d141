/* palette.c - commands by their names, behind a colon: those of keys.def do what the key does, others take an argument. */
#include "tui/inside.h"

struct command {
	const char *name, *argument, *help;
	void (*run)(struct sc_tui *t, sc_str argument);
	const char *(*values)(size_t n);                               /* of the argument; NULL: they are not told */
	void (*typed)(struct sc_tui *t, sc_str argument, size_t before); /* looks at it while it is typed; may be NULL */
};

/* ---- what they do ---- */

static void run_screen(struct sc_tui *t, sc_str argument)
{
	uint64_t n = 0;
	const char *name;
	for (size_t i = 0; (name = sc_tui_screen(i, false)); i++) {
		bool meant = sc_str_number(argument, &n) ? n == i + 1 : sc_str_equal_nocase(argument, sc_str_of(name));
		if (meant) {
			sc_tui_go(t, i);
			return;
		}
	}
	sc_tui_say(t, "no such screen; Tab tells their names");
}

static const char *name_of_screen(size_t n)
{
	return sc_tui_screen(n, false);
}

static void run_where(struct sc_tui *t, sc_str argument)
{
	sc_tui_filter(t, argument);
	if (t->prompt.wrong_len)
		sc_tui_say(t, t->prompt.note);
}

static void run_last(struct sc_tui *t, sc_str argument)
{
	SC_CELL(back);
	sc_text_put(&back, '-');
	sc_text_add(&back, argument);
	sc_window_since(t, sc_text_str(&back), false);
}

static void run_since(struct sc_tui *t, sc_str argument)
{
	sc_window_since(t, argument, false);
}

static void run_until(struct sc_tui *t, sc_str argument)
{
	sc_window_since(t, argument, true);
}

static void run_all(struct sc_tui *t, sc_str argument)
{
	(void)argument;
	sc_window_all(t);
}

/* The question that the key asks is answered already. */
static void answer(struct sc_tui *t, enum sc_command_key command, sc_str argument)
{
	sc_tui_do(t, command);
	if (t->prompt.open && argument.len)
		t->prompt.done(t, argument);
	else if (!t->prompt.open && !t->message[0])
		sc_tui_say(t, "there is nothing to save on this screen");
}

static void run_save(struct sc_tui *t, sc_str argument)
{
	answer(t, SC_DO_save, argument);
}

static void run_report(struct sc_tui *t, sc_str argument)
{
	answer(t, SC_DO_report, argument);
}

static const struct command commands[] = {
	{ "screen",  "NAME",  "goes to a screen",                               run_screen,      name_of_screen, NULL },
	{ "where",   "EXPRESSION", "shows only sessions that match; nothing: all", run_where,    NULL,          sc_filter_typed },
	{ "find",    "TEXT",  "goes to the next row that has it",               sc_find_text,    NULL,          NULL },
	{ "explain", "WORD",  "tells what a code, a cause or a field means",    sc_explain_open, NULL,          NULL },
	{ "last",    "SPAN",  "shows what came so shortly before the end: 15m, 2h, 1d", run_last, NULL,         NULL },
	{ "since",   "TIME",  "shows what came from then on: 01:00, 2026-03-02T09:30, -15m", run_since, NULL,   NULL },
	{ "until",   "TIME",  "shows what came before",                         run_until,       NULL,          NULL },
	{ "all",     NULL,    "shows all of the time",                          run_all,         NULL,          NULL },
	{ "save",    "FILE",  "what w saves; the name's end tells the form",    run_save,        NULL,          NULL },
	{ "export",  "FILE",  "the same",                                       run_save,        NULL,          NULL },
	{ "report",  "FILE",  "what R writes: .txt, .html or .json",            run_report,      NULL,          NULL },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *command_of(sc_str name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (sc_str_equal_nocase(name, sc_str_of(commands[i].name)))
			return &commands[i];
	return NULL;
}

static const struct sc_key_row *key_of(sc_str name)
{
	const struct sc_key_row *k;
	for (size_t i = 0; (k = sc_key_row(i)); i++)
		if (sc_str_equal_nocase(name, sc_str_of(k->name)))
			return k;
	return NULL;
}

/* The nth name of all; NULL behind the last. */
static const char *name_of(size_t n)
{
	if (n < COMMANDS)
		return commands[n].name;
	const struct sc_key_row *k = sc_key_row(n - COMMANDS);
	return k ? k->name : NULL;
}

/* ---- the line ---- */

/* The first word; `rest` is what follows, without the spaces between. */
static sc_str first_word(sc_str line, sc_str *rest)
{
	sc_str name = sc_str_until(&line, ' ');
	while (line.len && line.at[0] == ' ')
		line = sc_str_from(line, 1);
	*rest = line;
	return name;
}

static void run(struct sc_tui *t, sc_str text)
{
	char line[SC_TUI_INPUT];
	text = sc_str_trim(sc_str_slice(text, 0, sizeof(line)));
	if (text.len)
		memcpy(line, text.at, text.len); /* a command may ask for another line */
	sc_str rest, name = first_word((sc_str){ line, text.len }, &rest);
	sc_history_add(&t->commands, (sc_str){ line, text.len });
	t->prompt.open = false;
	t->prompt.wrong_len = 0;
	const struct command *c = command_of(name);
	const struct sc_key_row *k = key_of(name);
	if (c)
		c->run(t, sc_str_trim(rest));
	else if (k)
		sc_tui_do(t, k->command);
	else if (name.len)
		sc_tui_say(t, "no such command; Tab tells their names");
}

/* The part that all names with this beginning share, and the names. */
static size_t candidates(const char *(*names)(size_t), sc_str word, struct sc_text *common, struct sc_text *list)
{
	size_t found = 0;
	const char *name;
	for (size_t i = 0; (name = names(i)); i++) {
		if (!sc_str_starts_nocase(sc_str_of(name), word) || (i >= COMMANDS && names == name_of && command_of(sc_str_of(name))))
			continue;
		if (!found++)
			sc_text_adds(common, name);
		size_t same = 0;
		while (same < common->len && common->at[same] == name[same])
			same++;
		common->len = same;
		sc_text_adds(list, list->len ? "  " : "");
		sc_text_adds(list, name);
	}
	return found;
}

/* Names and values that fit what stands before the cursor; gives how many. */
static size_t offer(struct sc_tui *t, struct sc_text *common, sc_str *word)
{
	struct sc_prompt *p = &t->prompt;
	struct sc_text note = sc_text_into(p->note, sizeof(p->note) - 1);
	sc_str rest, name = first_word((sc_str){ p->text, p->at }, &rest);
	const struct command *c = name.len < p->at ? command_of(name) : NULL;
	const char *(*names)(size_t) = c ? c->values : name.len < p->at ? NULL : name_of;
	*word = c ? rest : name;
	size_t found = names ? candidates(names, *word, common, &note) : 0;
	p->note[note.len] = '\0';
	return found;
}

static void complete(struct sc_tui *t)
{
	struct sc_prompt *p = &t->prompt;
	SC_CELL(common);
	sc_str word, rest, name = first_word((sc_str){ p->text, p->at }, &rest);
	const struct command *c = command_of(name);
	if (c && c->typed && name.len < p->at) {
		sc_filter_complete(t);
		return;
	}
	size_t found = offer(t, &common, &word);
	for (size_t i = 0; found && i < word.len; i++)
		sc_prompt_erase(p); /* as it was typed, perhaps in the other case */
	for (size_t i = 0; found && i < common.len; i++)
		sc_prompt_insert(p, (unsigned char)common.at[i]);
	if (found == 1)
		sc_prompt_insert(p, ' ');
}

/* What the word does, once it is whole; else the names it could become. */
static void typed(struct sc_tui *t, sc_str text)
{
	struct sc_prompt *p = &t->prompt;
	sc_str rest, name = first_word(text, &rest);
	const struct command *c = command_of(name);
	const struct sc_key_row *k = key_of(name);
	SC_CELL(common);
	struct sc_text note = sc_text_into(p->note, sizeof(p->note) - 1);
	p->wrong_len = 0;
	if (c && c->typed && name.len < text.len) {
		c->typed(t, rest, text.len - rest.len);
		return;
	}
	if (!c && !k) {
		sc_str word;
		if (!offer(t, &common, &word))
			sc_text_adds(&note, "no such command");
	} else {
		sc_text_adds(&note, c ? c->name : k->shown);
		sc_text_adds(&note, c && c->argument ? " " : "");
		sc_text_adds(&note, c ? c->argument : NULL);
		sc_text_adds(&note, ": ");
		sc_text_adds(&note, c ? c->help : k->help);
	}
	if (note.len)
		p->note[note.len] = '\0';
}

void sc_palette_open(struct sc_tui *t)
{
	sc_prompt_open(t, "command", SC_STR(""), run, typed);
	t->prompt.complete = complete;
	t->prompt.history = &t->commands;
	typed(t, SC_STR(""));
}
