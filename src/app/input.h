/* input.h - from the command line to an open source. */
#ifndef SC_APP_INPUT_H
#define SC_APP_INPUT_H

#include "app/options.h"
#include "input/source.h"

static inline bool sc_input_live(const struct sc_options *o)
{
	return o->interfaces.count > 0;
}

/* Some of it is neither file nor directory. */
bool sc_input_pipes(const struct sc_options *o);

/* Complete files only: they can be read a second time. */
bool sc_input_repeats(const struct sc_options *o);

/* Opens what the command line names; what is wrong is said.  `again`: the same once more, and nothing is said. */
sc_err sc_input_open(struct sc_source **out, const struct sc_options *o, bool again);

/* One more socket of a fan-out (see pcap_live.h): `groups` has an element for each interface, -1 before the first. */
sc_err sc_input_open_fan(struct sc_source **out, const struct sc_options *o, int *groups);

#endif
