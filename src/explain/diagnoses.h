/* diagnoses.h - the vocabulary of diagnoses (diagnoses.def) as data. */
#ifndef SC_EXPLAIN_DIAGNOSES_H
#define SC_EXPLAIN_DIAGNOSES_H

#include <stddef.h>

enum sc_diagnosis {
#define SC_DIAGNOSIS(name, severity, confidence, meaning, advice) SC_DIAGNOSIS_##name,
#define SC_TOLD_BY(name, detector, meaning)
#include "explain/diagnoses.def"
#undef SC_TOLD_BY
#undef SC_DIAGNOSIS
	SC_DIAGNOSES
};

struct sc_diagnosis_row {
	const char *name, *severity, *confidence, *meaning;
	const char *advice; /* NULL: there is nothing to do */
};
extern const struct sc_diagnosis_row sc_diagnoses[SC_DIAGNOSES];

/* Words of the same kind whose matter a finding tells. */
struct sc_told_by_row {
	const char *name, *detector, *meaning;
};
extern const struct sc_told_by_row sc_told_by[];
extern const size_t sc_told_by_count;

#endif
