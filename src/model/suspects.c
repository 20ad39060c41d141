/* suspects.c - the scores of suspicious senders; see suspects.h.
 *
 * Values and texts are octets of the wire, copied and cut.  When all rows are taken, newcomers are counted and left
 * out: a finding is told at doublings, so whoever goes on comes back, but a flood of one-time strangers pushes nobody
 * out. */
#include "model/suspects.h"

#include "base/hash.h"
#include "base/memory.h"

#define PLACES (2 * SC_SUSPECTS)

sc_err sc_suspects_open(struct sc_suspects *s)
{
	*s = (struct sc_suspects){.rows = sc_memory_take(SC_SUSPECTS * sizeof(*s->rows))};
	return s->rows ? SC_OK : SC_EFAILED;
}

void sc_suspects_close(struct sc_suspects *s)
{
	sc_memory_give(s->rows);
	s->rows = NULL;
}

static struct sc_suspect *row_of(struct sc_suspects *s, const char *kind, sc_str value)
{
	size_t at = sc_hash((uint64_t)(unsigned char)kind[0], value) % PLACES;
	for (; s->places[at]; at = (at + 1) % PLACES) {
		struct sc_suspect *row = &s->rows[s->places[at] - 1];
		if (sc_str_equal(value, (sc_str){row->value, row->value_len}) && strcmp(row->kind, kind) == 0)
			return row;
	}
	if (s->count == SC_SUSPECTS)
		return NULL;
	struct sc_suspect *row = &s->rows[s->count++];
	s->places[at] = (uint16_t)s->count;
	row->kind = kind;
	row->value_len = value.len;
	memcpy(row->value, value.at ? value.at : "", value.len);
	return row;
}

unsigned sc_suspect_weight(sc_str severity)
{
#define SC_WEIGHT(name, points)                     \
	if (sc_str_equal(severity, SC_STR(#name))) \
		return points;
	SC_WEIGHTS(SC_WEIGHT)
#undef SC_WEIGHT
	return 0;
}

static uint64_t read_hex(sc_str s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s.len && i < 16; i++) {
		char c = sc_lower(s.at[i]);
		n = n << 4 | (uint64_t)(sc_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return n;
}

static void fill(struct sc_suspect_rule *rule, const struct sc_event *finding, uint8_t points)
{
	const struct sc_ev_finding *f = finding->body;
	sc_str text = sc_str_slice(f->text, 0, SC_SUSPECT_TEXT);
	*rule = (struct sc_suspect_rule){.detector = f->detector,
					 .severity = f->severity,
					 .count = f->count,
					 .threshold = f->threshold,
					 .window_s = f->window_s,
					 .first = finding->when,
					 .first_frame = finding->head ? finding->head->frames.first : 0,
					 .points = points,
					 .confidence = (uint8_t)f->confidence,
					 .text_len = (uint16_t)text.len};
	memcpy(rule->text, text.at ? text.at : "", text.len);
	for (uint32_t i = 0; i < f->sessions.count && i < SC_SUSPECT_SESSIONS; i++)
		rule->sessions[i] = read_hex(f->sessions.items[i]);
}

static void go_on(struct sc_suspect_rule *rule, const struct sc_event *finding)
{
	rule->last = finding->when;
	rule->last_frame = finding->head ? finding->head->frames.last : 0;
}

static bool tells_of_risk(const char *detector)
{
	static const char *const names[] = {
#define SC_EXPOSURE(name) #name,
		SC_EXPOSURES(SC_EXPOSURE)
#undef SC_EXPOSURE
	};
	size_t i = 0, count = sizeof(names) / sizeof(names[0]);
	while (i < count && strcmp(names[i], detector) != 0)
		i++;
	return i < count;
}

static uint8_t points_of(const struct sc_ev_finding *f)
{
	unsigned weight = tells_of_risk(f->detector) ? SC_EXPOSURE_POINTS : sc_suspect_weight(sc_str_of(f->severity));
	return (uint8_t)((weight * f->confidence + 50) / 100);
}

static bool is_milder(const struct sc_ev_finding *f, const struct sc_suspect_rule *than)
{
	return sc_suspect_weight(sc_str_of(f->severity)) * f->confidence < sc_suspect_weight(sc_str_of(than->severity)) * than->confidence;
}

/* The rule's place among those of the row, by points; an older entry of the same rule goes if it was milder or equal. */
static void put_rule(struct sc_suspect *row, const struct sc_event *finding)
{
	const struct sc_ev_finding *f = finding->body;
	uint8_t points = points_of(f);
	struct sc_suspect_rule before = {.detector = NULL};
	uint32_t at = 0;
	while (at < row->rule_count && strcmp(row->rules[at].detector, f->detector) != 0)
		at++;
	if (at < row->rule_count) {
		go_on(&row->rules[at], finding);
		before = row->rules[at];
	}
	if (before.detector && is_milder(f, &before))
		return;
	if (at == SC_SUSPECT_RULES && row->rules[--at].points >= points)
		return;
	row->rule_count += at == row->rule_count;
	for (; at > 0 && row->rules[at - 1].points < points; at--)
		row->rules[at] = row->rules[at - 1];
	fill(&row->rules[at], finding, points);
	go_on(&row->rules[at], finding);
	if (!before.detector)
		return;
	row->rules[at].first = before.first;
	row->rules[at].first_frame = before.first_frame;
}

static void sum_up(struct sc_suspect *row)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < row->rule_count; i++)
		sum += row->rules[i].points;
	row->score = sum < 100 ? sum : 100;
}

void sc_suspects_add(struct sc_suspects *s, const struct sc_event *finding)
{
	const struct sc_ev_finding *f = finding->body;
	if (!f->detector || !f->severity || !f->subject.kind || (f->state && strcmp(f->state, "over") == 0))
		return;
	struct sc_suspect *row = row_of(s, f->subject.kind, sc_str_slice(f->subject.value, 0, SC_SUSPECT_VALUE));
	if (!row) {
		s->left_out++;
		return;
	}
	row->first = row->findings++ ? row->first : finding->when;
	row->last = finding->when;
	put_rule(row, finding);
	sum_up(row);
}

static bool before(const struct sc_suspect *a, const struct sc_suspect *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	size_t len = a->value_len < b->value_len ? a->value_len : b->value_len;
	int order = memcmp(a->value, b->value, len);
	return order ? order < 0 : a->value_len < b->value_len;
}

size_t sc_suspects_sorted(const struct sc_suspects *s, const struct sc_suspect **rows, size_t max)
{
	size_t count = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		size_t at = count < max ? count++ : max;
		if (at == max && !(max && before(&s->rows[i], rows[--at])))
			continue;
		for (; at > 0 && before(&s->rows[i], rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = &s->rows[i];
	}
	return count;
}

size_t sc_suspects_above(const struct sc_suspects *s, uint32_t score)
{
	size_t n = 0;
	for (uint32_t i = 0; i < s->count; i++)
		n += s->rows[i].score >= score;
	return n;
}

uint64_t sc_suspects_findings(const struct sc_suspects *s)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < s->count; i++)
		n += s->rows[i].findings;
	return n;
}
