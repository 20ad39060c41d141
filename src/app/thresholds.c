/* thresholds.c - reads --threshold NAME=VALUE: from where on a diagnosis is worth a word (story/watch_limits.def). */
#include "app/thresholds.h"

#include "app/say.h"
#include "app/suggest.h"

#define MOST 1000000000 /* no threshold is larger in its unit, and times of it still fit */

static const struct {
	const char *name;
	size_t offset;
} limits_of[] = {
#define SC_WATCH_LIMIT(name, value, why) { #name, offsetof(struct sc_watch_limits, name) },
#include "story/watch_limits.def"
#undef SC_WATCH_LIMIT
};

#define COUNT (sizeof(limits_of) / sizeof(limits_of[0]))

static sc_err refuse(sc_str name)
{
	struct sc_suggest near = sc_suggest_for(name);
	for (size_t i = 0; i < COUNT; i++)
		sc_suggest_offer(&near, limits_of[i].name);
	if (near.best)
		sc_say("--threshold", "no threshold \"%.*s\"; did you mean \"%s\"?", (int)name.len, name.at, near.best);
	else
		sc_say("--threshold", "no threshold \"%.*s\"; docs/DIAGNOSES.md lists them", (int)name.len, name.at);
	return SC_EUSAGE;
}

static sc_err read_one(const char *word, struct sc_watch_limits *limits)
{
	sc_str rest = sc_str_of(word);
	sc_str name = sc_str_trim(sc_str_until(&rest, '='));
	uint64_t value;
	size_t i = 0;
	while (i < COUNT && !sc_str_equal(name, sc_str_of(limits_of[i].name)))
		i++;
	if (i == COUNT)
		return refuse(sc_str_slice(name, 0, 80));
	if (!sc_str_number(sc_str_trim(rest), &value) || value > MOST) {
		sc_say("--threshold", "\"%.80s\": the value is no number up to %d; write %s=N", word, MOST, limits_of[i].name);
		return SC_EUSAGE;
	}
	*(int64_t *)(void *)((char *)limits + limits_of[i].offset) = (int64_t)value;
	return SC_OK;
}

sc_err sc_thresholds_read(const struct sc_words *words, struct sc_watch_limits *limits)
{
	*limits = sc_watch_standard;
	for (size_t i = 0; i < words->count; i++)
		SC_TRY(read_one(words->items[i], limits));
	return SC_OK;
}
