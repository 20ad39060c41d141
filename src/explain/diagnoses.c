/* diagnoses.c - the table of diagnoses.def. */
#include "explain/diagnoses.h"

const struct sc_diagnosis_row sc_diagnoses[SC_DIAGNOSES] = {
#define SC_DIAGNOSIS(name, severity, confidence, meaning, advice) { #name, #severity, #confidence, meaning, advice },
#include "explain/diagnoses.def"
#undef SC_DIAGNOSIS
};
