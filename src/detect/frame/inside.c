/* inside.c - what detectors share: sentences, trails, hashes; see inside.h. */
#include "detect/frame/inside.h"

void sc_say_part(struct sc_text *t, const char *before, uint64_t n, const char *behind)
{
	sc_text_adds(t, before);
	sc_text_number(t, n);
	sc_text_adds(t, behind);
}

void sc_say_wire(struct sc_text *t, sc_str seen)
{
	bool cut = seen.len > 120;
	sc_text_visible(t, sc_str_slice(seen, 0, 120));
	sc_text_adds(t, cut ? "..." : "");
}

void sc_detector_quote(struct sc_detector *d, const struct sc_sight *s, enum sc_severity severity,
		       unsigned confidence, const char *sentence, sc_str seen)
{
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, sentence);
	if (seen.len) {
		sc_text_adds(t, ": ");
		sc_say_wire(t, seen);
	}
	sc_detector_tell(
		d, s,
		&(struct sc_report){.severity = severity, .confidence = confidence, .count = 1, .threshold = 1});
}

void sc_detector_note(struct sc_detector *d, const struct sc_sight *s, enum sc_severity severity, unsigned confidence,
		      const char *sentence)
{
	sc_detector_quote(d, s, severity, confidence, sentence, SC_STR_NONE);
}

void sc_trail_add(struct sc_trail *t, const struct sc_sight *s)
{
	uint64_t id = s->head->session;
	unsigned known = 0; /* places that nobody wrote hold 0, which is no session */
	for (uint32_t i = 0; i < SC_TRAIL_SESSIONS; i++)
		known |= t->sessions[i] == id;
	if (known)
		return;
	t->sessions[t->count % SC_TRAIL_SESSIONS] = id;
	t->count++;
	t->lossy += s->lossy;
}
