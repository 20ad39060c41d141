/* doctor.h - mode doctor: says in words why nothing, or not everything, is seen. */
#ifndef SC_APP_DOCTOR_H
#define SC_APP_DOCTOR_H

#include <smtpscope/counters.h>
#include <smtpscope/sink.h>

#include "input/source.h"

/* An output that looks at sessions and writes its findings when it is closed. */
extern const struct sc_sink_class sc_sink_doctor;

/* What only the program knows; to be told before the output is closed, and copied.  `result`: how the reading
 * ended; `elapsed`: how long it was, in capture time. */
void sc_doctor_tell(void *self, const struct sc_source_facts *facts, const struct sc_counters *counters,
		    sc_err result, sc_time elapsed);

#endif
