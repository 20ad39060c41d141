/* tell.c - diagnosis events from the table; see tell.h. */
#include "story/tell.h"

void sc_tell_diagnosis_as(const struct sc_observer_config *to, const struct sc_ev_head *head, enum sc_diagnosis id,
	const char *confidence, const struct sc_text *text)
{
	const struct sc_diagnosis_row *row = &sc_diagnoses[id];
	struct sc_ev_diagnosis body = { .diagnosis = row->name, .severity = row->severity, .confidence = confidence,
		.text = sc_text_str(text), .advice = sc_str_of(row->advice) };
	struct sc_event ev = { .kind = SC_EVENT_diagnosis, .head = head, .body = &body };
	to->tell(to->tell_ctx, &ev);
}

void sc_tell_diagnosis(const struct sc_observer_config *to, const struct sc_ev_head *head, enum sc_diagnosis id,
	const struct sc_text *text)
{
	sc_tell_diagnosis_as(to, head, id, sc_diagnoses[id].confidence, text);
}

void sc_tell_duration(struct sc_text *t, sc_time duration)
{
	static const struct {
		sc_time unit;
		const char *one;
	} units[] = {
		{ 86400 * SC_SECOND, " day" }, { 3600 * SC_SECOND, " hour" }, { 60 * SC_SECOND, " minute" },
		{ SC_SECOND, " second" },
	};
	size_t i = 0;
	if (duration < SC_SECOND) {
		sc_text_adds(t, "less than a second");
		return;
	}
	while (i < 3 && duration < 2 * units[i].unit)
		i++;
	uint64_t n = (uint64_t)(duration / units[i].unit);
	sc_text_number(t, n);
	sc_text_adds(t, units[i].one);
	sc_text_adds(t, n == 1 ? "" : "s");
}
