/* tell.h - how observers of this directory say what they found. */
#ifndef SC_STORY_TELL_H
#define SC_STORY_TELL_H

#include <smtpscope/observer.h>

#include "base/text.h"
#include "explain/diagnoses.h"

#define SC_TELL_OCTETS 512 /* room for a diagnosis' text */

/* A `diagnosis` event with severity and confidence of the table.  `head`: the session it is about, NULL when it is about
 * none alone.  `text` tells what was found, with numbers. */
void sc_tell_diagnosis(const struct sc_observer_config *to, const struct sc_ev_head *head, enum sc_diagnosis id,
	const struct sc_text *text);

/* The same, with a confidence of its own. */
void sc_tell_diagnosis_as(const struct sc_observer_config *to, const struct sc_ev_head *head, enum sc_diagnosis id,
	const char *confidence, const struct sc_text *text);

/* "3 minutes", "2 hours", "45 seconds": the largest unit that says enough. */
void sc_tell_duration(struct sc_text *t, sc_time duration);

#endif
