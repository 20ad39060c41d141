/* params.h - values with parameters, as in Content-Type: type/subtype; name=value (RFC 2045 5.1, 2231, 2183). */
#ifndef SC_MESSAGE_PARAMS_H
#define SC_MESSAGE_PARAMS_H

#include "base/text.h"

/* What stands before the first semicolon, without comments and blanks. */
sc_str sc_params_value(sc_str field);

/* Adds the value of parameter `name` to `t`: quotes taken off, continued pieces joined (RFC 2231 3), percent signs
 * undone and the character set turned to UTF-8 (4), else encoded words decoded, as many senders write file names.
 * False: it is not there. */
bool sc_params_find(struct sc_text *t, sc_str field, sc_str name);

#endif
