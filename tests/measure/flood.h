/* flood.h - events of a million sources, with ten offenders among them. */
#ifndef SC_TESTS_FLOOD_H
#define SC_TESTS_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

/* Prints what an event costs, the memory taken, and how many offenders were told.  False: not all ten, or 64 MiB and more. */
bool flood_events(uint64_t count);

#endif
