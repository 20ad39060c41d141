/* attachments.h - what is odd about an attachment, as its name and its declared type tell; what is inside is not looked at. */
#ifndef SC_EXPLAIN_ATTACHMENTS_H
#define SC_EXPLAIN_ATTACHMENTS_H

#include "base/str.h"

/* The gravest: "double extension", "other type than its name", "program", "container", "macros"; NULL: nothing. */
const char *sc_attachment_sign(sc_str name, sc_str type);

#endif
