/* value.h - the values of events as visible text, by reflection. */
#ifndef SC_OUTPUT_VALUE_H
#define SC_OUTPUT_VALUE_H

#include <smtpscope/event.h>

#include "base/text.h"

enum sc_value_look {
	SC_LOOK_TEXT,
	SC_LOOK_TSV, /* a backslash of the wire is doubled, so that every escape can be read back */
};

/* The value of field `f` of the struct at `base`; nothing when it is absent.  The null path shows as <>. */
void sc_value_put(struct sc_text *t, const struct sc_field *f, const void *base, enum sc_value_look look);
void sc_value_endpoint(struct sc_text *t, const struct sc_ev_endpoint *e); /* 192.0.2.1:25, [2001:db8::1]:25 */
void sc_value_id(struct sc_text *t, uint64_t id);                         /* 16 hex digits */

/* The field that `path` (client.ip) names within `shape`, and how far from its start the struct lies that holds the
 * field. NULL: there is none. */
const struct sc_field *sc_value_field(const struct sc_shape *shape, const char *path, size_t *offset);

#endif
