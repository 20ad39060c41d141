/* ndpi.h - nDPI as a second opinion on what a connection carries, where the program is built with it (WITH_NDPI). */
#ifndef SC_INPUT_NDPI_H
#define SC_INPUT_NDPI_H

#include <smtpscope/adviser.h>

/* NULL: this program has no nDPI. */
const struct sc_adviser_class *sc_ndpi_class(void);

#endif
