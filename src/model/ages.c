/* ages.c - who waits, and since when; see ages.h.
 *
 * A set of eight holds the stories that share it: a story leaves it when it is settled, so there is no search beyond it. */
#include "model/ages.h"

#include "base/memory.h"

enum { WAYS = 8, SETS = 1024, FIRST_STEP_S = 300 };

sc_err sc_ages_open(struct sc_ages *a)
{
	a->items = sc_memory_take(WAYS * SETS * sizeof(*a->items));
	return a->items ? SC_OK : SC_EFAILED;
}

void sc_ages_close(struct sc_ages *a)
{
	sc_memory_give(a->items);
	a->items = NULL;
}

/* Its place, or a free one; NULL: there is none.  Ids of stories are hashes. */
static struct sc_waiter *place_of(const struct sc_ages *a, uint64_t story)
{
	struct sc_waiter *set = &a->items[story % SETS * WAYS], *free = NULL;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].story == story)
			return &set[i];
		if (!free && !set[i].story)
			free = &set[i];
	}
	return free;
}

static void begin(struct sc_waiter *w, uint64_t story, sc_str domain, sc_time when)
{
	domain = sc_str_slice(domain, 0, SC_AGES_DOMAIN);
	*w = (struct sc_waiter){ .story = story, .since = when, .len = (uint8_t)domain.len };
	for (size_t i = 0; i < domain.len; i++)
		w->domain[i] = sc_lower(domain.at[i]);
}

void sc_ages_add(struct sc_ages *a, uint64_t story, enum sc_outcome outcome, sc_str domain, sc_time when)
{
	bool waits = sc_outcome_failed(outcome) && outcome != SC_OUTCOME_rejected;
	bool settled = outcome == SC_OUTCOME_accepted || outcome == SC_OUTCOME_rejected;
	struct sc_waiter *w = story ? place_of(a, story) : NULL;
	bool known = w && w->story == story;
	if (waits && !w) {
		a->lost++;
	} else if (waits && !known) {
		begin(w, story, domain, when);
		a->count++;
	} else if (settled && known) {
		w->story = 0;
		a->count--;
	}
}

static unsigned step_of(sc_time age)
{
	unsigned step = 0;
	for (sc_time end = FIRST_STEP_S * SC_SECOND; step < SC_AGES_STEPS - 1 && age >= end; end *= 2)
		step++;
	return step;
}

/* Times come from the capture and may lie anywhere. */
static sc_time age_of(const struct sc_waiter *w, sc_time now)
{
	if (now <= w->since)
		return 0;
	uint64_t age = (uint64_t)now - (uint64_t)w->since;
	return age > INT64_MAX ? INT64_MAX : (sc_time)age;
}

/* The row of a domain; the last one when there are too many. */
static struct sc_ages_row *row_of(struct sc_ages_row *rows, size_t *count, sc_str domain)
{
	for (size_t i = 0; i < *count; i++)
		if (sc_str_equal(rows[i].domain, domain))
			return &rows[i];
	if (*count == SC_AGES_ROWS)
		return &rows[SC_AGES_ROWS];
	rows[*count] = (struct sc_ages_row){ .domain = domain };
	return &rows[(*count)++];
}

static void sort(struct sc_ages_row *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct sc_ages_row row = rows[i];
		size_t at = i;
		for (; at > 0; at--) {
			const struct sc_ages_row *before = &rows[at - 1];
			bool after = before->count > row.count ||
				(before->count == row.count && sc_str_compare(before->domain, row.domain) <= 0);
			if (after)
				break;
			rows[at] = rows[at - 1];
		}
		rows[at] = row;
	}
}

size_t sc_ages_rows(const struct sc_ages *a, sc_time now, struct sc_ages_row rows[SC_AGES_ROWS + 1])
{
	size_t count = 0;
	rows[SC_AGES_ROWS] = (struct sc_ages_row){ .domain = SC_STR_NONE };
	for (size_t i = 0; i < WAYS * SETS; i++) {
		const struct sc_waiter *w = &a->items[i];
		if (!w->story)
			continue;
		struct sc_ages_row *row = row_of(rows, &count, (sc_str){ w->domain, w->len });
		row->count++;
		row->steps[step_of(age_of(w, now))]++;
	}
	sort(rows, count);
	if (rows[SC_AGES_ROWS].count)
		rows[count++] = rows[SC_AGES_ROWS];
	return count;
}
