/* diagnoses.c - the tables of diagnoses.def. */
#include "explain/diagnoses.h"

const struct sc_diagnosis_row sc_diagnoses[SC_DIAGNOSES] = {
#define SC_DIAGNOSIS(name, severity, confidence, meaning, advice) { #name, #severity, #confidence, meaning, advice },
#define SC_TOLD_BY(name, detector, meaning)
#include "explain/diagnoses.def"
#undef SC_TOLD_BY
#undef SC_DIAGNOSIS
};

const struct sc_told_by_row sc_told_by[] = {
#define SC_DIAGNOSIS(name, severity, confidence, meaning, advice)
#define SC_TOLD_BY(name, detector, meaning) { #name, #detector, meaning },
#include "explain/diagnoses.def"
#undef SC_TOLD_BY
#undef SC_DIAGNOSIS
};
const size_t sc_told_by_count = sizeof(sc_told_by) / sizeof(sc_told_by[0]);
