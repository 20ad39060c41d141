/* outcome.c - the words of outcomes. */
#include "model/outcome.h"

static const char *const names[SC_OUTCOMES] = {
	[SC_OUTCOME_accepted] = "accepted", [SC_OUTCOME_deferred] = "deferred", [SC_OUTCOME_rejected] = "rejected",
	[SC_OUTCOME_in_doubt] = "in_doubt", [SC_OUTCOME_aborted] = "aborted",   [SC_OUTCOME_withdrawn] = "withdrawn",
	[SC_OUTCOME_unknown] = "unknown",
};

const char *sc_outcome_name(enum sc_outcome outcome)
{
	return names[outcome];
}

enum sc_outcome sc_outcome_of(const char *name)
{
	for (int i = 0; name && i < SC_OUTCOMES; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum sc_outcome)i;
	return SC_OUTCOME_unknown;
}
