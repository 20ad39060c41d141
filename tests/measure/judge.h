/* judge.h - what the detectors told of a made-up day, against what was played.
 *
 * A subject counts once for each detector, with the gravest that was said of it, and an attacker once however many
 * subjects it has; those of others all count.  A finding is right when its subject belongs to an attacker and the
 * scene says that what this detector says holds of it.  Below a detector's bar stands what it says of look-alikes
 * (its fixtures are milder there, too): that is no attack found, and no false alarm. */
#ifndef SC_TESTS_JUDGE_H
#define SC_TESTS_JUDGE_H

#include <smtpscope/event.h>

void judge_begin(void);
/* A finding; `past`: of the week before the day, where nothing is known yet. */
void judge_finding(const struct sc_ev_finding *f, bool past);
/* Adds the day up and prints a line; misses and false alarms with their scenes when `show`.  The recall of all detectors. */
double judge_day(uint64_t seed, bool show);
/* That recall alone: the day is not added up. */
double judge_recall(void);
/* Prints a row for each detector, of all days together and of the worst one.  False: of all together a detector is
 * below 0.95. */
bool judge_end(void);

#endif
