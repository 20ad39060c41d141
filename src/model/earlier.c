/* earlier.c - reads the JSON of a report; see earlier.h.  The text is a file of the user's, and may hold anything: what does not
 * stand where a report has it is passed over, and of rows beyond the bound it is only told that there are some. */
#include "model/earlier.h"

#include "base/json_read.h"
#include "base/text.h"

enum {
	LEVELS = 5,      /* of keys that matter: suspects, rows, a row, its keys */
	ROWS_SHOWN = 100 /* a report lists so many rows at most, and older ones did not tell that there were others */
};

struct walk {
	struct sc_earlier *e;
	struct sc_json_reader json;
	sc_str keys[LEVELS + 1]; /* the key in work at each level */
	struct sc_earlier_source row;
	bool   report;
};

static bool at(const struct walk *w, unsigned level, const char *key)
{
	return sc_str_equal(w->keys[level], sc_str_of(key));
}

static uint64_t number_of(sc_str text)
{
	uint64_t n = 0;
	return sc_str_number(text, &n) ? n : 0;
}

static void take_outcome(struct walk *w, sc_str text)
{
	for (int i = 0; i < SC_OUTCOMES; i++)
		if (at(w, 3, sc_outcome_name((enum sc_outcome)i)))
			w->e->outcomes[i] = number_of(text);
}

static void take_of_row(struct walk *w, sc_str text)
{
	if (at(w, 4, "kind"))
		w->row.kind = text;
	else if (at(w, 4, "value"))
		w->row.value = text;
	else if (at(w, 4, "score"))
		w->row.score = (uint32_t)(number_of(text) <= 100 ? number_of(text) : 100);
}

static bool in_row(const struct walk *w)
{
	return w->json.depth == 4 && at(w, 1, "suspects") && at(w, 2, "rows");
}

static void take_value(struct walk *w, sc_str text)
{
	unsigned depth = w->json.depth;
	if (depth == 1 && at(w, 1, "report"))
		w->report = true;
	else if (depth == 2 && at(w, 1, "parts"))
		w->e->senders |= sc_str_equal(text, SC_STR("senders"));
	else if (depth == 2 && at(w, 1, "scope") && at(w, 2, "first"))
		w->e->first = text;
	else if (depth == 2 && at(w, 1, "scope") && at(w, 2, "last"))
		w->e->last = text;
	else if (depth == 2 && at(w, 1, "recipients") && at(w, 2, "all"))
		w->e->recipients = number_of(text);
	else if (depth == 3 && at(w, 1, "recipients") && at(w, 2, "outcomes"))
		take_outcome(w, text);
	else if (in_row(w))
		take_of_row(w, text);
}

static void end_row(struct walk *w)
{
	if (w->row.kind.len && w->row.value.at && w->e->count < SC_EARLIER_SOURCES)
		w->e->sources[w->e->count++] = w->row;
	w->e->cut = w->e->cut || w->e->count == SC_EARLIER_SOURCES;
	w->row = (struct sc_earlier_source){.score = 0};
}

static void take(struct walk *w, enum sc_json_token token, sc_str text)
{
	unsigned depth = w->json.depth;
	if (token == SC_JSON_OPEN && depth <= LEVELS) {
		w->keys[depth] = SC_STR("");
		w->e->cut = w->e->cut || (depth == 3 && at(w, 1, "suspects") && at(w, 2, "others"));
	} else if (token == SC_JSON_KEY && depth <= LEVELS) {
		w->keys[depth] = text;
	} else if (token == SC_JSON_CLOSE && depth == 3 && at(w, 1, "suspects") && at(w, 2, "rows")) {
		end_row(w);
	} else if (token == SC_JSON_STRING || token == SC_JSON_PLAIN) {
		take_value(w, text);
	}
}

bool sc_earlier_read(struct sc_earlier *e, sc_str text)
{
	struct walk w = {.e = e, .json = {.rest = text}};
	*e = (struct sc_earlier){.senders = false};
	for (size_t i = 0; i <= LEVELS; i++)
		w.keys[i] = SC_STR("");
	for (;;) {
		sc_str value;
		enum sc_json_token token = sc_json_next(&w.json, &value);
		if (token == SC_JSON_BAD)
			return false;
		if (token == SC_JSON_END)
			break;
		take(&w, token, value);
	}
	e->cut = e->cut || e->count >= ROWS_SHOWN;
	return w.report;
}

const struct sc_earlier_source *sc_earlier_of(const struct sc_earlier *e, const struct sc_suspect *s)
{
	char room[6 * SC_SUSPECT_VALUE];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_json(&t, (sc_str){s->value, s->value_len});
	for (uint32_t i = 0; i < e->count; i++)
		if (sc_str_equal(e->sources[i].value, sc_text_str(&t)) && sc_str_equal(e->sources[i].kind, sc_str_of(s->kind)))
			return &e->sources[i];
	return NULL;
}
