/* config.c - reads a configuration file.
 *
 * A line is empty, a comment (first character #), or "key = value": the key is a long option without its hyphens,
 * the value goes on to the end of the line and may stand in double quotes to keep spaces at its ends.  Flags take
 * yes or no.  What may repeat on the command line may repeat here.  An unknown key stops the program: a misspelt
 * limit that is silently not there helps nobody. */
#include "app/config.h"

#include <errno.h>
#include <stdio.h>

#include "app/say.h"
#include "base/memory.h"

#define FILE_OCTETS (1u << 20) /* a larger file is no configuration */

struct line {
	const char *path;
	unsigned    number;
	uint64_t    before;  /* options that the command line gave: they win */
};

static sc_err refuse(const struct line *l, const char *what, sc_str about, const char *then)
{
	char where[1100];
	snprintf(where, sizeof(where), "%.1024s:%u", l->path, l->number);
	sc_say(where, "%s \"%.*s\"; %s", what, (int)(about.len < 80 ? about.len : 80), about.at, then);
	return SC_EUSAGE;
}

static sc_err unknown_key(const struct line *l, sc_str key)
{
	char hint[96] = "see smtpscope --help for the long options";
	const char *near = sc_options_nearest(key);
	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	return refuse(l, "unknown key", key, hint);
}

/* 1 for yes, 0 for no, -1 for neither. */
static int yes_or_no(sc_str value)
{
	static const struct { const char *word; int yes; } words[] = {
		{ "yes", 1 }, { "true", 1 }, { "on", 1 }, { "1", 1 },
		{ "no", 0 }, { "false", 0 }, { "off", 0 }, { "0", 0 },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sc_str_equal_nocase(value, sc_str_of(words[i].word)))
			return words[i].yes;
	return -1;
}

static sc_err set_flag(struct sc_options *o, const struct line *l, enum sc_option_id id, sc_str value)
{
	char where[1100];
	snprintf(where, sizeof(where), "%.1024s:%u", l->path, l->number);
	int yes = yes_or_no(value);
	if (yes < 0)
		return refuse(l, "neither yes nor no:", value, "write yes or no");
	return yes ? sc_options_set(o, id, NULL, where) : SC_OK;
}

/* `value` ends with a NUL behind it. */
static sc_err set_key(struct sc_options *o, const struct line *l, sc_str key, sc_str value)
{
	enum sc_option_id id = sc_options_find(key);
	if (id == SC_OPTIONS)
		return unknown_key(l, key);
	if (id == SC_OPT_config || id == SC_OPT_help || id == SC_OPT_version || id == SC_OPT_classify)
		return refuse(l, "no key of a configuration file:", key, "give it on the command line");
	if (l->before >> id & 1)
		return SC_OK;
	if (!sc_option_rows[id].argument)
		return set_flag(o, l, id, value);
	if (value.len == 0)
		return refuse(l, "no value for", key, "write key = value, or leave the line out");
	char where[1100];
	snprintf(where, sizeof(where), "%.1024s:%u", l->path, l->number);
	return sc_options_set(o, id, value.at, where);
}

static sc_str unquoted(sc_str value)
{
	bool quoted = value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';
	return quoted ? sc_str_slice(value, 1, value.len - 2) : value;
}

static sc_err read_line(struct sc_options *o, const struct line *l, sc_str text)
{
	if (text.len && text.at[text.len - 1] == '\r')
		text.len--;
	text = sc_str_trim(text);
	if (text.len == 0 || text.at[0] == '#')
		return SC_OK;
	if (sc_str_find(text, '=') == SIZE_MAX)
		return refuse(l, "no \"=\" in", text, "write key = value; comments begin with #");
	if (sc_str_find(text, '\0') != SIZE_MAX)
		return refuse(l, "a NUL octet in", text, "this is no text file");
	sc_str value = text;
	sc_str key = sc_str_trim(sc_str_until(&value, '='));
	value = unquoted(sc_str_trim(value));
	/* The text is ours, and behind the value stands a line end, a quote, a space or the end: room for a NUL. */
	o->config_text[value.at - o->config_text + (ptrdiff_t)value.len] = '\0';
	return set_key(o, l, key, value);
}

static sc_err load(struct sc_options *o, const char *path, size_t *len)
{
	FILE *f = fopen(path, "rbe");
	if (!f) {
		sc_say(path, "cannot read the configuration: %s; give another -c FILE", strerror(errno));
		return SC_EUSAGE;
	}
	sc_memory_give(o->config_text);
	o->config_text = sc_memory_take(FILE_OCTETS + 1);
	*len = o->config_text ? fread(o->config_text, 1, FILE_OCTETS, f) : 0;
	bool failed = !o->config_text || ferror(f);
	bool large = !failed && fgetc(f) != EOF;
	fclose(f);
	if (!failed && !large)
		return SC_OK;
	sc_say(path, "%s; give a text file of key = value lines",
	       large ? "too large for a configuration" : "cannot read the configuration");
	return SC_EUSAGE;
}

sc_err sc_config_read(struct sc_options *o, const char *path)
{
	size_t len;
	SC_TRY(load(o, path, &len));
	sc_str rest = { o->config_text, len };
	struct line l = { path, 0, o->given };
	while (rest.len) {
		l.number++;
		SC_TRY(read_line(o, &l, sc_str_until(&rest, '\n')));
	}
	return SC_OK;
}
