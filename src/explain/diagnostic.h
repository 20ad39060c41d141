/* diagnostic.h - what a delivery report says of a recipient's refusal: Diagnostic-Code (RFC 3464 2.3.6). */
#ifndef SC_EXPLAIN_DIAGNOSTIC_H
#define SC_EXPLAIN_DIAGNOSTIC_H

#include "explain/classify.h"

struct sc_diagnostic {
	uint16_t code; /* of an SMTP reply; 0: there is none */
	sc_str   text; /* what stands behind kind and code; borrowed, may be empty */
};

/* "smtp; 550 5.1.1 no such user", also without its kind. */
struct sc_diagnostic sc_diagnostic_read(sc_str value);

/* Why, as if the server had spoken here; no cause where `action` (RFC 3464 2.3.3) tells of no trouble or nothing is
 * said. */
struct sc_reason sc_diagnostic_reason(sc_str action, struct sc_status status, sc_str value);

#endif
