/* watch_rule.h - what the rules of the diagnoses share.  A rule is a function: it looks at the facts of a session, and when
 * it holds, says so in numbers.  watch_rules.def puts them in order. */
#ifndef SC_STORY_WATCH_RULE_H
#define SC_STORY_WATCH_RULE_H

#include "base/text.h"
#include "story/watch.h"

#define SC_SAID_OCTETS   640
#define SC_SAID_VALUES   8
#define SC_SAID_VALUE    40

/* What a rule says.  Begins empty, with the words of diagnoses.def. */
struct sc_said {
	struct sc_text text;
	const char *severity, *confidence; /* NULL: those of the table */
	uint64_t first, last;              /* packets that it rests on */
	struct sc_pair observed[SC_SAID_VALUES];
	uint32_t values;
	char     value[SC_SAID_VALUES][SC_SAID_VALUE];
	char     words[SC_SAID_OCTETS];
};

/* Everything a rule can look at. */
struct sc_scene {
	const struct sc_watch_facts *f;
	const struct sc_watch_limits *limits;
	uint64_t told;       /* a bit for each rule that held before, in the order of watch_rules.def */
};

enum sc_rule {
#define SC_RULE(name, why) SC_RULE_##name,
#include "story/watch_rules.def"
#undef SC_RULE
	SC_RULES
};

static inline bool sc_scene_told(const struct sc_scene *s, enum sc_rule rule)
{
	return s->told >> rule & 1;
}

/* Adds to the text. */
void sc_say_words(struct sc_said *said, const char *words);
void sc_say_number(struct sc_said *said, uint64_t n);
void sc_say_time(struct sc_said *said, sc_time length); /* 12.3 s */
void sc_say_end(struct sc_said *said, const struct sc_scene *s, enum sc_side side); /* the client 192.0.2.1 */
void sc_say_verb(struct sc_said *said, const struct sc_watch_wait *wait);

/* Puts a value beside the text. */
void sc_observe_number(struct sc_said *said, const char *name, uint64_t n);
void sc_observe_time(struct sc_said *said, const char *name, sc_time length); /* milliseconds */
void sc_observe_word(struct sc_said *said, const char *name, const char *word);

/* The packets it rests on. */
void sc_said_packets(struct sc_said *said, uint64_t first, uint64_t last);

typedef bool sc_rule_holds(const struct sc_scene *s, struct sc_said *said);
#define SC_RULE(name, why) sc_rule_holds sc_rule_##name;
#include "story/watch_rules.def"
#undef SC_RULE

#endif
