/* diagnostic.c - reads a Diagnostic-Code field and finds its cause; see diagnostic.h.
 *
 * The field was written by whoever wrote the report and is believed in nothing: it becomes a code, a text, and the
 * word that the rules have for them.
 */
#include "explain/diagnostic.h"

#define KIND_OCTETS 16 /* "smtp", "x-postfix": what is longer is no kind */

struct sc_diagnostic sc_diagnostic_read(sc_str value)
{
	struct sc_diagnostic d = { .code = 0 };
	uint64_t n = 0;
	size_t kind = sc_str_find(value, ';');
	d.text = sc_str_trim(kind < KIND_OCTETS ? sc_str_from(value, kind + 1) : value);
	bool whole = d.text.len < 4 || !sc_is_digit(d.text.at[3]);
	if (!whole || !sc_str_number(sc_str_slice(d.text, 0, 3), &n) || n < 400 || n > 599)
		return d;
	d.code = (uint16_t)n;
	bool more = d.text.len > 3 && d.text.at[3] == '-'; /* the first of several lines */
	d.text = sc_str_trim(sc_str_from(d.text, 3 + more));
	return d;
}

struct sc_reason sc_diagnostic_reason(sc_str action, struct sc_status status, sc_str value)
{
	struct sc_reason none = { .retry_after_s = SC_NONE };
	struct sc_diagnostic d = sc_diagnostic_read(value);
	bool trouble = sc_str_equal_nocase(action, SC_STR("failed")) ||
		       sc_str_equal_nocase(action, SC_STR("delayed"));
	return trouble && (d.text.len || status.cls) ? sc_classify(d.code, status, d.text, SC_PHASE_rcpt) : none;
}
