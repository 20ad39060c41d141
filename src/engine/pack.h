/* pack.h - copies an event, with all it points to, into one run of octets, and reads it back.
 * Made for rings between threads and for sinks that keep events; driven by the schema. */
#ifndef SC_ENGINE_PACK_H
#define SC_ENGINE_PACK_H

#include <smtpscope/event.h>

/* Octets that sc_pack() needs for this event. */
size_t sc_pack_size(const struct sc_event *ev);
/* Writes the event to `to` (8-octet aligned, sc_pack_size() octets); the copy points only into itself and into static
 * words (fields of type name).  The session context is not copied (`session` becomes NULL).
 * Gives the event, whose storage is `to`. */
const struct sc_event *sc_pack(const struct sc_event *ev, void *to);

#endif
