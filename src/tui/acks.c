/* acks.c - findings that are acknowledged; see acks.h. */
#include "tui/acks.h"

static size_t place_of(const char *detector, sc_str value)
{
	uint32_t h = 2166136261u;
	for (const char *c = detector; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	for (size_t i = 0; i < value.len; i++)
		h = (h ^ (unsigned char)value.at[i]) * 16777619u;
	return h % SC_ACK_PLACES;
}

static bool is(const struct sc_ack *row, const char *detector, sc_str value)
{
	return strcmp(row->detector, detector) == 0 && sc_str_equal((sc_str){ row->value, row->value_len }, value);
}

/* Where it stands, or could: half of the places are always free. */
static size_t find(const struct sc_acks *a, const char *detector, sc_str value)
{
	size_t at = place_of(detector, value);
	while (a->places[at] && !is(&a->rows[a->places[at] - 1], detector, value))
		at = (at + 1) % SC_ACK_PLACES;
	return at;
}

bool sc_acks_has(const struct sc_acks *a, const char *detector, sc_str value)
{
	return a->count && detector && a->places[find(a, detector, value)];
}

bool sc_acks_finding(const struct sc_acks *a, const struct sc_ev_finding *f)
{
	return sc_acks_has(a, f->detector, f->subject.value);
}

bool sc_acks_suspect(const struct sc_acks *a, const struct sc_suspect *s)
{
	for (uint32_t i = 0; i < s->rule_count; i++)
		if (!sc_acks_has(a, s->rules[i].detector, (sc_str){ s->value, s->value_len }))
			return false;
	return s->rule_count > 0;
}

bool sc_acks_add(struct sc_acks *a, const char *detector, sc_str value)
{
	char octets[SC_SUSPECT_VALUE];
	struct sc_text shown = sc_text_into(octets, sizeof(octets));
	sc_text_visible(&shown, value);
	struct sc_ack *row = &a->rows[a->count];
	size_t at = find(a, detector, value), len = strlen(detector);
	if (a->places[at])
		return true;
	if (a->count == SC_ACKS || shown.cut || !value.len || !sc_str_equal(sc_text_str(&shown), value) || len >= sizeof(row->detector))
		return false;
	memcpy(row->detector, detector, len + 1);
	memcpy(row->value, value.at, value.len);
	row->value_len = value.len;
	a->places[at] = (uint16_t)++a->count;
	return true;
}

void sc_acks_drop(struct sc_acks *a, const char *detector, sc_str value)
{
	size_t at = a->places[find(a, detector, value)];
	if (!at)
		return;
	memmove(&a->rows[at - 1], &a->rows[at], (a->count - at) * sizeof(a->rows[0]));
	a->count--;
	memset(a->places, 0, sizeof(a->places));
	for (size_t i = 0; i < a->count; i++)
		a->places[find(a, a->rows[i].detector, (sc_str){ a->rows[i].value, a->rows[i].value_len })] = (uint16_t)(i + 1);
}

static bool word_of(sc_str s, char *word, size_t room)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != '_' && !sc_is_digit(s.at[i]) && (s.at[i] < 'a' || s.at[i] > 'z'))
			return false;
	if (!s.len || s.len >= room)
		return false;
	memcpy(word, s.at, s.len);
	word[s.len] = '\0';
	return true;
}

void sc_acks_read(struct sc_acks *a, sc_str text)
{
	while (text.len) {
		char detector[sizeof(a->rows[0].detector)];
		sc_str line = sc_str_until(&text, '\n');
		if (word_of(sc_str_until(&line, ' '), detector, sizeof(detector)))
			sc_acks_add(a, detector, line);
	}
}

void sc_acks_write(const struct sc_acks *a, struct sc_text *to)
{
	for (size_t i = 0; i < a->count; i++) {
		sc_text_adds(to, a->rows[i].detector);
		sc_text_put(to, ' ');
		sc_text_add(to, (sc_str){ a->rows[i].value, a->rows[i].value_len });
		sc_text_put(to, '\n');
	}
}
