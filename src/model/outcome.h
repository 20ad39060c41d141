/* outcome.h - what became of a recipient, as a number; and counts of each. */
#ifndef SC_MODEL_OUTCOME_H
#define SC_MODEL_OUTCOME_H

#include "base/str.h"

enum sc_outcome {
	SC_OUTCOME_accepted, SC_OUTCOME_deferred, SC_OUTCOME_rejected, SC_OUTCOME_in_doubt, SC_OUTCOME_aborted,
	SC_OUTCOME_withdrawn, SC_OUTCOME_unknown,
	SC_OUTCOMES
};

const char *sc_outcome_name(enum sc_outcome outcome);
enum sc_outcome sc_outcome_of(const char *name); /* unknown for NULL and what is no outcome of a recipient */

/* The message did not reach the server, and the packets show it. */
static inline bool sc_outcome_failed(enum sc_outcome outcome)
{
	return outcome >= SC_OUTCOME_deferred && outcome <= SC_OUTCOME_aborted;
}

#endif
