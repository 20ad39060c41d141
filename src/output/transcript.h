/* transcript.h - the turns of a dialogue, both sides, with times. */
#ifndef SC_OUTPUT_TRANSCRIPT_H
#define SC_OUTPUT_TRANSCRIPT_H

#include "output/keep.h"
#include "output/sheet.h"

/* Prints the exchanges and TLS handshakes among the events from `first` on; times count from `start`, or from the
 * first event when that is not known. */
void sc_transcript_print(struct sc_sheet *s, const struct sc_kept *first, sc_time start);

#endif
