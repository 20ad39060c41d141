/* outputs.h - the outputs there are: each is one file and one class (see smtpscope/sink.h). */
#ifndef SC_OUTPUT_OUTPUTS_H
#define SC_OUTPUT_OUTPUTS_H

#include <smtpscope/sink.h>

extern const struct sc_sink_class sc_sink_json; /* JSON Lines */
extern const struct sc_sink_class sc_sink_list; /* a line per recipient, session, transaction or finding */
extern const struct sc_sink_class sc_sink_show; /* whole dialogues */
extern const struct sc_sink_class sc_sink_legs; /* messages over several hops */
extern const struct sc_sink_class sc_sink_find; /* where a word occurs */

#endif
