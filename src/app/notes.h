/* notes.h - what is said when the reading has ended, and which exit code that makes. */
#ifndef SC_APP_NOTES_H
#define SC_APP_NOTES_H

#include "app/fan.h"

/* Exit codes beyond those of sc_err. */
enum {
	SC_EXIT_DROPS   = 5,  /* the capture lost more than --max-drop */
	SC_EXIT_MATCHED = 10, /* an event matched --fail-on */
};

/* Says on standard error what the numbers alone would not tell: no mail at all, a mirror that gives everything twice,
 * `forgotten` messages that waited for another attempt, fragments that a fan cannot join. */
void sc_notes_say(const struct sc_fan_sums *sums, uint64_t forgotten, bool fan);

/* True, and said: the capture lost more than the share `most` of its packets; below 0 is no limit. */
bool sc_notes_drops(const struct sc_source_facts *facts, double most);

/* The exit code of several reasons: 1, 2 and 3 win over 4, 5 and 10. */
int sc_notes_worst(sc_err output, sc_err input, bool drops, bool matched);

#endif
