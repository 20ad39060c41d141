/* test_pack.c - every field of every kind of event, filled by reflection with values of its own, survives packing;
 * the copy points nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "engine/pack.h"

/* Makes an event whose memory can be overwritten and freed as a whole. */
struct maker {
	char    *memory;
	size_t   used, size;
	unsigned serial;     /* makes every value differ */
	unsigned items;      /* in each list; 0: empty lists */
	bool     bare;       /* strings absent, then empty, by turns */
};

static void *take(struct maker *m, size_t octets)
{
	void *at = m->memory + m->used;
	m->used += (octets + 15) & ~(size_t)15;
	assert_true(m->used <= m->size);
	return at;
}

static sc_str make_str(struct maker *m)
{
	unsigned n = m->serial++;
	if (m->bare)
		return n % 2 ? SC_STR_NONE : (sc_str){ take(m, 1), 0 };
	/* Lengths from 1 on, so that what follows is unaligned; a NUL inside must not end it. */
	size_t len = 1 + n % 11;
	char *at = take(m, len);
	for (size_t i = 0; i < len; i++)
		at[i] = (char)(i == 3 ? 0 : 'A' + (n + i * 7) % 50);
	return (sc_str){ at, len };
}

static void fill(struct maker *m, const struct sc_shape *shape, void *to);

static void fill_list(struct maker *m, const struct sc_shape *shape, struct sc_list *list)
{
	char *items = take(m, m->items * shape->size);
	for (unsigned i = 0; i < m->items; i++)
		fill(m, shape, items + i * shape->size);
	*list = (struct sc_list){ items, m->items };
}

static void fill_strs(struct maker *m, struct sc_strs *strs)
{
	sc_str *items = take(m, m->items * sizeof(*items));
	for (unsigned i = 0; i < m->items; i++)
		items[i] = make_str(m);
	*strs = (struct sc_strs){ items, m->items };
}

static void fill_pairs(struct maker *m, struct sc_pairs *pairs)
{
	struct sc_pair *items = take(m, m->items * sizeof(*items));
	for (unsigned i = 0; i < m->items; i++)
		items[i] = (struct sc_pair){ make_str(m), make_str(m) };
	*pairs = (struct sc_pairs){ items, m->items };
}

static void fill_tally(struct maker *m, struct sc_tally *tally)
{
	static const char *const names[] = { "spam", "", "user_unknown" };
	struct sc_count *items = take(m, m->items * sizeof(*items));
	for (unsigned i = 0; i < m->items; i++) {
		const char *name = names[i % 3];
		items[i].name  = memcpy(take(m, strlen(name) + 1), name, strlen(name) + 1);
		items[i].count = m->serial++;
	}
	*tally = (struct sc_tally){ items, m->items };
}

static void fill_plain(struct maker *m, const struct sc_field *field, void *at)
{
	static const char *const words[] = { "accepted", "rcpt", "spam" };
	unsigned n = m->serial++;
	switch (field->type) {
	case SC_TYPE_name:
		*(const char **)at = words[n % 3];
		break;
	case SC_TYPE_code:
	case SC_TYPE_port:
		*(uint16_t *)at = (uint16_t)n;
		break;
	case SC_TYPE_yesno:
	case SC_TYPE_flag:
		*(bool *)at = n % 2;
		break;
	case SC_TYPE_ip:
		*(struct sc_ip *)at = (struct sc_ip){ { (uint8_t)n, 1, 2, [15] = 9 }, n % 2 ? 4 : 6 };
		break;
	case SC_TYPE_status:
		*(struct sc_status *)at = (struct sc_status){ 5, (uint16_t)n, 1 };
		break;
	default:
		*(uint64_t *)at = UINT64_C(0x0101010100000000) + n;
		break;
	}
}

static void fill_field(struct maker *m, const struct sc_field *field, void *at)
{
	switch (field->type) {
	case SC_TYPE_str:
	case SC_TYPE_path:
		*(sc_str *)at = make_str(m);
		break;
	case SC_TYPE_strs:
		fill_strs(m, at);
		break;
	case SC_TYPE_pairs:
		fill_pairs(m, at);
		break;
	case SC_TYPE_tally:
		fill_tally(m, at);
		break;
	case SC_TYPE_list:
		fill_list(m, field->shape, at);
		break;
	case SC_TYPE_object:
		fill(m, field->shape, at);
		break;
	default:
		fill_plain(m, field, at);
	}
}

static void fill(struct maker *m, const struct sc_shape *shape, void *to)
{
	for (size_t i = 0; i < shape->count; i++)
		fill_field(m, &shape->fields[i], (char *)to + shape->fields[i].offset);
}

static struct maker maker_of(unsigned items, bool bare)
{
	struct maker m = { .size = 1 << 20, .items = items, .bare = bare, .serial = 7 };
	m.memory = calloc(1, m.size);
	assert_non_null(m.memory);
	return m;
}

/* The same maker settings make the same event, at another place. */
static struct sc_event *make_event(struct maker *m, enum sc_event_kind kind)
{
	struct sc_event *ev = take(m, sizeof(*ev));
	struct sc_ev_head *head = take(m, sizeof(*head));
	void *body = take(m, sc_event_shapes[kind]->size);
	*ev = (struct sc_event){ kind, 3, 11, 5, 42, head, NULL, body };
	fill(m, sc_head_shape, head);
	fill(m, sc_event_shapes[kind], body);
	return ev;
}

/* A packed copy and the memory it may point into. */
struct packed {
	const char *from, *to;
	const char *where;      /* for messages */
};

static void same_str(const struct packed *p, sc_str a, sc_str b)
{
	if ((a.at == NULL) != (b.at == NULL) || !sc_str_equal(a, b))
		fail_msg("%s: text differs", p->where);
	if (b.len && (b.at < p->from || b.at + b.len > p->to))
		fail_msg("%s: text is elsewhere", p->where);
}

static void inside(const struct packed *p, const void *at, size_t octets)
{
	const char *c = at;
	if (octets && (c < p->from || c + octets > p->to || (uintptr_t)c % 8 != 0))
		fail_msg("%s: items are elsewhere or unaligned", p->where);
}

static void same(struct packed *p, const struct sc_shape *shape, const void *a, const void *b);

static void same_strs(struct packed *p, const struct sc_strs *a, const struct sc_strs *b)
{
	assert_int_equal(a->count, b->count);
	inside(p, b->items, b->count * sizeof(*b->items));
	for (uint32_t i = 0; i < a->count; i++)
		same_str(p, a->items[i], b->items[i]);
}

static void same_pairs(struct packed *p, const struct sc_pairs *a, const struct sc_pairs *b)
{
	assert_int_equal(a->count, b->count);
	inside(p, b->items, b->count * sizeof(*b->items));
	for (uint32_t i = 0; i < a->count; i++) {
		same_str(p, a->items[i].name, b->items[i].name);
		same_str(p, a->items[i].value, b->items[i].value);
	}
}

static void same_tally(struct packed *p, const struct sc_tally *a, const struct sc_tally *b)
{
	assert_int_equal(a->count, b->count);
	inside(p, b->items, b->count * sizeof(*b->items));
	for (uint32_t i = 0; i < a->count; i++) {
		same_str(p, sc_str_of(a->items[i].name), sc_str_of(b->items[i].name));
		assert_int_equal(a->items[i].count, b->items[i].count);
	}
}

static void same_list(struct packed *p, const struct sc_shape *shape, const struct sc_list *a,
                      const struct sc_list *b)
{
	assert_int_equal(a->count, b->count);
	inside(p, b->items, b->count * shape->size);
	for (uint32_t i = 0; i < a->count; i++)
		same(p, shape, (const char *)a->items + i * shape->size, (const char *)b->items + i * shape->size);
}

static size_t plain_size(enum sc_type type)
{
	switch (type) {
	case SC_TYPE_name:
		return sizeof(const char *);
	case SC_TYPE_code:
	case SC_TYPE_port:
		return 2;
	case SC_TYPE_yesno:
	case SC_TYPE_flag:
		return sizeof(bool);
	case SC_TYPE_ip:
		return sizeof(struct sc_ip);
	case SC_TYPE_status:
		return sizeof(struct sc_status);
	default:
		return 8;
	}
}

static void same_field(struct packed *p, const struct sc_field *field, const void *a, const void *b)
{
	p->where = field->name;
	switch (field->type) {
	case SC_TYPE_str:
	case SC_TYPE_path:
		same_str(p, *(const sc_str *)a, *(const sc_str *)b);
		break;
	case SC_TYPE_strs:
		same_strs(p, a, b);
		break;
	case SC_TYPE_pairs:
		same_pairs(p, a, b);
		break;
	case SC_TYPE_tally:
		same_tally(p, a, b);
		break;
	case SC_TYPE_list:
		same_list(p, field->shape, a, b);
		break;
	case SC_TYPE_object:
		same(p, field->shape, a, b);
		break;
	default:
		if (memcmp(a, b, plain_size(field->type)) != 0)
			fail_msg("%s: value differs", field->name);
	}
}

static void same(struct packed *p, const struct sc_shape *shape, const void *a, const void *b)
{
	for (size_t i = 0; i < shape->count; i++) {
		size_t offset = shape->fields[i].offset;
		same_field(p, &shape->fields[i], (const char *)a + offset, (const char *)b + offset);
	}
}

static void same_event(const struct sc_event *a, const struct sc_event *b, const char *memory, size_t size)
{
	struct packed p = { memory, memory + size, "event" };
	assert_ptr_equal(b, memory);
	assert_true(a->kind == b->kind && a->seq == b->seq && a->packet == b->packet && a->flow == b->flow);
	assert_true(a->when == b->when && !b->session);
	inside(&p, b->head, sizeof(*b->head));
	inside(&p, b->body, sc_event_shapes[b->kind]->size);
	same(&p, sc_head_shape, a->head, b->head);
	same(&p, sc_event_shapes[b->kind], a->body, b->body);
}

/* The original is gone, and made again elsewhere to compare with.  malloc() puts the end of the copy at memory that
 * sanitizers watch. */
static void check(enum sc_event_kind kind, unsigned items, bool bare)
{
	struct maker m = maker_of(items, bare), again = maker_of(items, bare);
	struct sc_event *ev = make_event(&m, kind);
	ev->session = (const void *)m.memory;
	size_t size = sc_pack_size(ev);
	char *copy = malloc(size);
	assert_non_null(copy);
	memset(copy, 0xee, size);
	const struct sc_event *got = sc_pack(ev, copy);
	memset(m.memory, 0xdd, m.size);
	free(m.memory);
	same_event(make_event(&again, kind), got, copy, size);
	free(again.memory);
	free(copy);
}

static void test_every_kind(void **state)
{
	(void)state;
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		for (unsigned items = 0; items < 6; items++) {
			check((enum sc_event_kind)kind, items, false);
			check((enum sc_event_kind)kind, items, true);
		}
}

static void test_many_items(void **state)
{
	(void)state;
	check(SC_EVENT_transaction, 100, false);
	check(SC_EVENT_message, 300, false);
}

static void test_no_head(void **state)
{
	(void)state;
	static const struct sc_ev_stats stats = { .octets = 7, .elapsed_ms = SC_TIME_NONE };
	const struct sc_event ev = { SC_EVENT_stats, 0, 1, 0, 5, NULL, NULL, &stats };
	char *copy = malloc(sc_pack_size(&ev));
	assert_non_null(copy);
	const struct sc_event *got = sc_pack(&ev, copy);
	assert_null(got->head);
	assert_int_equal(((const struct sc_ev_stats *)got->body)->octets, 7);
	assert_true(((const struct sc_ev_stats *)got->body)->elapsed_ms == SC_TIME_NONE);
	free(copy);
}

/* A packed event can be packed again, to the same octets but for where they point. */
static void test_again(void **state)
{
	(void)state;
	struct maker m = maker_of(3, false);
	const struct sc_event *ev = make_event(&m, SC_EVENT_transaction);
	size_t size = sc_pack_size(ev);
	char *first = malloc(size), *second = malloc(size);
	assert_true(first && second);
	const struct sc_event *one = sc_pack(ev, first);
	assert_int_equal(sc_pack_size(one), size);
	same_event(ev, sc_pack(one, second), second, size);
	free(m.memory);
	free(first);
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind), cmocka_unit_test(test_many_items),
		cmocka_unit_test(test_no_head),    cmocka_unit_test(test_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
