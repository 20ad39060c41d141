/* diagnoses.h - the vocabulary of diagnoses (diagnoses.def) as data. */
#ifndef SC_EXPLAIN_DIAGNOSES_H
#define SC_EXPLAIN_DIAGNOSES_H

#include <stddef.h>

enum sc_diagnosis {
#define SC_DIAGNOSIS(name, severity, confidence, meaning, advice) SC_DIAGNOSIS_##name,
#include "explain/diagnoses.def"
#undef SC_DIAGNOSIS
	SC_DIAGNOSES
};

struct sc_diagnosis_row {
	const char *name, *severity, *confidence, *meaning;
	const char *advice; /* NULL: there is nothing to do */
};
extern const struct sc_diagnosis_row sc_diagnoses[SC_DIAGNOSES];

#endif
