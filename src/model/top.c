/* top.c - a table of sets of eight rows.  A key belongs to one set; when that is full, its least important row
 * makes room and is added to `others`.
 *
 * Keys come from the wire, and a sender may use a new one for each message: then rows that count much stay,
 * since a failure weighs more than a success and many more than one, and the new ones displace each other. */
#include "model/top.h"

#include "base/hash.h"
#include "base/memory.h"
#include "explain/causes.h"

#define SEED UINT64_C(0x736d747073636f70) /* any: which rows survive must not differ between two runs */

static const struct sc_top_row nothing = {
	.first = SC_TIME_NONE, .last = SC_TIME_NONE, .first_failed = SC_TIME_NONE, .last_accepted = SC_TIME_NONE,
};

static sc_time earlier(sc_time a, sc_time b)
{
	return a == SC_TIME_NONE || (b != SC_TIME_NONE && b < a) ? b : a;
}

static sc_time later(sc_time a, sc_time b)
{
	return b > a ? b : a; /* SC_TIME_NONE is less than every time */
}

static void merge(struct sc_top_row *into, const struct sc_top_row *row)
{
	into->count += row->count;
	into->failed += row->failed;
	into->octets += row->octets;
	into->unknown += row->unknown;
	for (int i = 0; i < SC_OUTCOMES; i++)
		into->outcomes[i] += row->outcomes[i];
	into->first = earlier(into->first, row->first);
	into->last = later(into->last, row->last);
	into->first_failed = earlier(into->first_failed, row->first_failed);
	into->last_accepted = later(into->last_accepted, row->last_accepted);
}

sc_err sc_top_open(struct sc_top *top, size_t rows)
{
	SC_ASSERT(rows >= SC_TOP_WAYS && (rows & (rows - 1)) == 0);
	*top = (struct sc_top){ .sets = rows / SC_TOP_WAYS, .others = nothing };
	top->rows = sc_memory_take(rows * sizeof(*top->rows));
	return top->rows ? SC_OK : SC_EFAILED;
}

void sc_top_close(struct sc_top *top)
{
	sc_memory_give(top->rows);
	top->rows = NULL;
}

static uint64_t weight(const struct sc_top_row *row)
{
	return row->count + 15 * row->failed;
}

static void begin_row(struct sc_top_row *row, sc_str key)
{
	*row = nothing;
	row->key_len = (uint16_t)key.len;
	memcpy(row->key, key.at, key.len);
}

static struct sc_top_row *set_of(const struct sc_top *top, sc_str key)
{
	return &top->rows[(size_t)(sc_hash(SEED, key) & (top->sets - 1)) * SC_TOP_WAYS];
}

static sc_str kept(sc_str key)
{
	return key.len ? sc_str_slice(key, 0, SC_TOP_KEY_OCTETS) : SC_STR("-");
}

struct sc_top_row *sc_top_find(const struct sc_top *top, sc_str key)
{
	key = kept(key);
	struct sc_top_row *rows = set_of(top, key);
	for (size_t i = 0; i < SC_TOP_WAYS; i++)
		if (sc_str_equal(sc_top_key(&rows[i]), key))
			return &rows[i];
	return NULL;
}

/* The row of the key; a free or the least row of its set when it has none. */
static struct sc_top_row *touch(struct sc_top *top, sc_str key)
{
	struct sc_top_row *rows = set_of(top, key), *least = &rows[0], *there = sc_top_find(top, key);
	if (there)
		return there;
	for (size_t i = 0; i < SC_TOP_WAYS; i++)
		if (least->key_len && (!rows[i].key_len || weight(&rows[i]) < weight(least)))
			least = &rows[i];
	if (least->key_len) {
		merge(&top->others, least);
		top->displaced++;
	} else {
		top->used++;
	}
	begin_row(least, key);
	return least;
}

static void example(struct sc_top_row *row, const struct sc_top_item *item)
{
	bool better = item->failed && row->failed <= SC_TOP_SESSIONS;
	if (item->session == 0)
		return;
	if (better && row->failed == 1)
		memset(row->sessions, 0, sizeof(row->sessions)); /* those so far were no failures */
	if (!better && row->failed)
		return;
	for (size_t i = 0; i < SC_TOP_SESSIONS; i++) {
		if (row->sessions[i] == item->session)
			return;
		if (row->sessions[i] == 0) {
			row->sessions[i] = item->session;
			return;
		}
	}
}

struct sc_top_row *sc_top_add(struct sc_top *top, sc_str key, const struct sc_top_item *item)
{
	struct sc_top_row *row = touch(top, kept(key));
	row->count++;
	row->failed += item->failed;
	row->octets += item->octets;
	row->unknown += item->failed && item->cause == SC_CAUSE_user_unknown;
	if (item->recipient)
		row->outcomes[item->outcome]++;
	row->first = earlier(row->first, item->when);
	row->last = later(row->last, item->when);
	if (item->failed)
		row->first_failed = earlier(row->first_failed, item->when);
	if (item->recipient && item->outcome == SC_OUTCOME_accepted)
		row->last_accepted = later(row->last_accepted, item->when);
	if (item->failed && row->failed == 1) {
		row->code = item->code;
		row->cause = item->cause;
	}
	example(row, item);
	return row;
}

void sc_top_label(struct sc_top_row *row, sc_str label)
{
	if (row->label_len == 0)
		sc_top_relabel(row, label);
}

void sc_top_relabel(struct sc_top_row *row, sc_str label)
{
	if (label.len == 0)
		return;
	label = sc_str_slice(label, 0, SC_TOP_LABEL_OCTETS);
	row->label_len = (uint8_t)label.len;
	memcpy(row->label, label.at, label.len);
}

static bool before(const struct sc_top_row *a, const struct sc_top_row *b, enum sc_top_order order)
{
	if (order == SC_TOP_BY_FAILED && a->failed != b->failed)
		return a->failed > b->failed;
	if (a->count != b->count)
		return a->count > b->count;
	return sc_str_compare(sc_top_key(a), sc_top_key(b)) < 0;
}

size_t sc_top_sorted(const struct sc_top *top, enum sc_top_order order, const struct sc_top_row **rows, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < top->sets * SC_TOP_WAYS; i++) {
		const struct sc_top_row *row = &top->rows[i];
		if (!row->key_len || (order == SC_TOP_BY_FAILED && !row->failed))
			continue;
		if (count == max && (max == 0 || !before(row, rows[max - 1], order)))
			continue;
		size_t at = count < max ? count++ : max - 1;
		for (; at > 0 && before(row, rows[at - 1], order); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
	return count;
}

struct sc_top_row sc_top_rest(const struct sc_top *top, const struct sc_top_row *const *rows, size_t count)
{
	struct sc_top_row rest = top->others;
	for (size_t i = 0; i < top->sets * SC_TOP_WAYS; i++)
		if (top->rows[i].key_len)
			merge(&rest, &top->rows[i]);
	for (size_t i = 0; i < count; i++) {
		rest.count -= rows[i]->count;
		rest.failed -= rows[i]->failed;
		rest.octets -= rows[i]->octets;
		rest.unknown -= rows[i]->unknown;
		for (int o = 0; o < SC_OUTCOMES; o++)
			rest.outcomes[o] -= rows[i]->outcomes[o];
	}
	return rest;
}
