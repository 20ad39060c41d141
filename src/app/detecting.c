/* detecting.c - hands --home, --peers, --monitors, --detector, --no-detector and --intel to the detectors' settings. */
#include "app/detecting.h"

#include <errno.h>
#include <stdio.h>

#include "app/say.h"

#define LINE_OCTETS 1024 /* of a line of --intel */

static sc_err refuse(const char *where, const struct sc_text *why)
{
	sc_say(where, "%.*s", (int)why->len, why->at);
	return SC_EUSAGE;
}

static sc_err set_words(struct sc_detect_settings *s, const struct sc_words *words, const char *where,
			bool (*set)(struct sc_detect_settings *s, sc_str word, struct sc_text *why))
{
	char room[512];
	for (size_t i = 0; i < words->count; i++) {
		struct sc_text why = sc_text_into(room, sizeof(room));
		if (!set(s, sc_str_of(words->items[i]), &why))
			return refuse(where, &why);
	}
	return SC_OK;
}

static void set_role(struct sc_detect_settings *s, enum sc_role role, const struct sc_home *list)
{
	for (size_t i = 0; i < list->network_count; i++)
		if (!sc_detect_settings_network(s, role, &list->networks[i].ip, list->networks[i].bits))
			sc_say(NULL, "more networks than detectors keep; the last ones of --home, --peers and --monitors are left out");
	for (size_t i = 0; i < list->domain_count && role == SC_ROLE_HOME; i++)
		(void)sc_detect_settings_domain(s, list->domains[i]);
}

static sc_err read_lines(struct sc_detect_settings *s, FILE *f, const char *path)
{
	char line[LINE_OCTETS], room[512], where[1100];
	for (unsigned number = 1; fgets(line, sizeof(line), f); number++) {
		struct sc_text why = sc_text_into(room, sizeof(room));
		sc_str text = sc_str_of(line);
		bool whole = text.len && (text.at[text.len - 1] == '\n' || feof(f));
		while (text.len && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
			text.len--;
		if (!whole)
			sc_text_adds(&why, "the line holds NUL or is longer than 1,022 octets; give VALUE LABEL, one a line");
		else if (sc_detect_settings_intel(s, text, &why))
			continue;
		snprintf(where, sizeof(where), "%.1024s:%u", path, number);
		return refuse(where, &why);
	}
	return SC_OK;
}

static sc_err read_intel(struct sc_detect_settings *s, const char *path)
{
	FILE *f = fopen(path, "rbe");
	if (!f) {
		sc_say(path, "cannot read the list: %s; give another --intel FILE", strerror(errno));
		return SC_EUSAGE;
	}
	sc_err err = read_lines(s, f, path);
	fclose(f);
	return err;
}

sc_err sc_detecting_open(struct sc_detect_settings **out, const struct sc_options *o)
{
	SC_TRY(sc_detect_settings_open(out));
	set_role(*out, SC_ROLE_HOME, &o->home);
	set_role(*out, SC_ROLE_PEER, &o->peers);
	set_role(*out, SC_ROLE_MONITOR, &o->monitors);
	SC_TRY(set_words(*out, &o->detector, "--detector", sc_detect_settings_set));
	SC_TRY(set_words(*out, &o->no_detector, "--no-detector", sc_detect_settings_off));
	for (size_t i = 0; i < o->intel.count; i++)
		SC_TRY(read_intel(*out, o->intel.items[i]));
	return SC_OK;
}
