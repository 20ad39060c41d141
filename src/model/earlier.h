/* earlier.h - an earlier report, as its JSON tells it, to be compared with: recipients by outcome, and sources with their scores. */
#ifndef SC_MODEL_EARLIER_H
#define SC_MODEL_EARLIER_H

#include "model/suspects.h"

#include "model/outcome.h"

#define SC_EARLIER_SOURCES 256

struct sc_earlier_source {
	sc_str   kind, value; /* as JSON writes them; borrowed from the text */
	uint32_t score;
};

struct sc_earlier {
	bool     senders;     /* it tells of suspicious senders */
	bool     cut;         /* and lists only those with the highest scores */
	sc_str   first, last; /* times, as JSON writes them; none: it saw nothing */
	uint64_t recipients, outcomes[SC_OUTCOMES];
	uint32_t count;
	struct sc_earlier_source sources[SC_EARLIER_SOURCES]; /* the highest scores first */
};

/* False: `text` is no report that `report -f json` wrote.  What `*e` tells borrows from it. */
bool sc_earlier_read(struct sc_earlier *e, sc_str text);

/* NULL: it is not listed. */
const struct sc_earlier_source *sc_earlier_of(const struct sc_earlier *e, const struct sc_suspect *s);

#endif
