/* doc.h - the schema of events as documents: docs/EVENTS.md and docs/events.schema.json. */
#ifndef SC_OUTPUT_DOC_H
#define SC_OUTPUT_DOC_H

#include "output/buffer.h"

void sc_doc_events(struct sc_buffer *out); /* Markdown */
void sc_doc_schema(struct sc_buffer *out); /* JSON Schema, draft 2020-12 */

#endif
