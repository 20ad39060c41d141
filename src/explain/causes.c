/* causes.c - the tables of causes and phases: names, families, meanings, advice. */
#include "explain/causes.h"

static const struct sc_cause_facts causes[SC_CAUSES] = {
#define SC_CAUSE(name, family, acts, meaning, advice) [SC_CAUSE_##name] = { #name, family, acts, meaning, advice },
#include "explain/causes.def"
#undef SC_CAUSE
};

static const char *const phases[SC_PHASES][2] = {
#define SC_PHASE(name, meaning) [SC_PHASE_##name] = { #name, meaning },
#include "explain/phases.def"
#undef SC_PHASE
};

const struct sc_cause_facts *sc_cause_facts(enum sc_cause cause)
{
	return cause > SC_CAUSE_NONE && cause < SC_CAUSES ? &causes[cause] : NULL;
}

const char *sc_cause_name(enum sc_cause cause)
{
	const struct sc_cause_facts *facts = sc_cause_facts(cause);
	return facts ? facts->name : NULL;
}

enum sc_cause sc_cause_of(sc_str name)
{
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES; i++)
		if (sc_str_equal_nocase(name, sc_str_of(causes[i].name)))
			return (enum sc_cause)i;
	return SC_CAUSE_NONE;
}

const char *sc_phase_name(enum sc_phase phase)
{
	return phase > SC_PHASE_NONE && phase < SC_PHASES ? phases[phase][0] : NULL;
}

const char *sc_phase_meaning(enum sc_phase phase)
{
	return phase > SC_PHASE_NONE && phase < SC_PHASES ? phases[phase][1] : NULL;
}

enum sc_phase sc_phase_of(sc_str name)
{
	for (int i = SC_PHASE_NONE + 1; i < SC_PHASES; i++)
		if (sc_str_equal_nocase(name, sc_str_of(phases[i][0])))
			return (enum sc_phase)i;
	return SC_PHASE_NONE;
}
