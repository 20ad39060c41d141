/* pack.c - copies an event with all it points to into one run of octets, field by field of the schema.
 *
 * Measuring and copying are one walk, so they cannot disagree: without a target it only counts.  The event is ours
 * and trusted; its strings are wire data and only moved.  Shapes nest as events.def nests them, three deep, which
 * bounds the recursion.
 */
#include "engine/pack.h"

#include "base/str.h"

#define ALIGNED(n) (((n) + 7) & ~(size_t)7)

struct packer {
	char  *to; /* NULL: only measure */
	size_t used;
};

/* Room for `octets`, aligned for any struct; NULL when measuring. */
static void *take(struct packer *p, size_t octets)
{
	size_t at = ALIGNED(p->used);
	p->used = at + octets;
	return p->to ? p->to + at : NULL;
}

/* Text needs no alignment. */
static char *take_text(struct packer *p, size_t octets)
{
	size_t at = p->used;
	p->used += octets;
	return p->to ? p->to + at : NULL;
}

static void *copy(struct packer *p, const void *from, size_t octets)
{
	void *to = take(p, octets);
	if (to && octets)
		memcpy(to, from, octets);
	return to;
}

/* An empty string stays there, and one that is absent stays absent. */
static void pack_str(struct packer *p, const sc_str *from, sc_str *to)
{
	char *at = take_text(p, from->len);
	if (!to || !from->at)
		return;
	if (from->len)
		memcpy(at, from->at, from->len);
	to->at = from->len ? at : "";
}

static void pack_strs(struct packer *p, const struct sc_strs *from, struct sc_strs *to)
{
	sc_str *items = take(p, from->count * sizeof(*items));
	if (to)
		to->items = items;
	for (uint32_t i = 0; i < from->count; i++) {
		if (items)
			items[i] = from->items[i];
		pack_str(p, &from->items[i], items ? &items[i] : NULL);
	}
}

static void pack_pairs(struct packer *p, const struct sc_pairs *from, struct sc_pairs *to)
{
	struct sc_pair *items = take(p, from->count * sizeof(*items));
	if (to)
		to->items = items;
	for (uint32_t i = 0; i < from->count; i++) {
		if (items)
			items[i] = from->items[i];
		pack_str(p, &from->items[i].name, items ? &items[i].name : NULL);
		pack_str(p, &from->items[i].value, items ? &items[i].value : NULL);
	}
}

/* Names in a tally may be made for it, unlike fields of type name, so they are copied. */
static void pack_tally(struct packer *p, const struct sc_tally *from, struct sc_tally *to)
{
	struct sc_count *items = take(p, from->count * sizeof(*items));
	if (to)
		to->items = items;
	for (uint32_t i = 0; i < from->count; i++) {
		const char *name = from->items[i].name;
		size_t octets = name ? strlen(name) + 1 : 0;
		char *at = take_text(p, octets);
		if (!items)
			continue;
		items[i] = from->items[i];
		items[i].name = octets ? memcpy(at, name, octets) : NULL;
	}
}

static void pack_fields(struct packer *p, const struct sc_shape *shape, const void *from, void *to);

static void pack_list(struct packer *p, const struct sc_shape *shape, const struct sc_list *from, struct sc_list *to)
{
	char *items = take(p, from->count * shape->size);
	if (to)
		to->items = items;
	for (uint32_t i = 0; i < from->count; i++) {
		const char *item = (const char *)from->items + i * shape->size;
		if (items)
			memcpy(items + i * shape->size, item, shape->size);
		pack_fields(p, shape, item, items ? items + i * shape->size : NULL);
	}
}

static void pack_field(struct packer *p, const struct sc_field *field, const void *from, void *to)
{
	switch (field->type) {
	case SC_TYPE_str:
	case SC_TYPE_path:
		pack_str(p, from, to);
		break;
	case SC_TYPE_strs:
		pack_strs(p, from, to);
		break;
	case SC_TYPE_pairs:
		pack_pairs(p, from, to);
		break;
	case SC_TYPE_tally:
		pack_tally(p, from, to);
		break;
	case SC_TYPE_list:
		pack_list(p, field->shape, from, to);
		break;
	case SC_TYPE_object:
		pack_fields(p, field->shape, from, to);
		break;
	default:
		break;
	}
}

/* The struct at `to` is a plain copy of that at `from`; makes its pointers its own. */
static void pack_fields(struct packer *p, const struct sc_shape *shape, const void *from, void *to)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *field = &shape->fields[i];
		pack_field(p, field, (const char *)from + field->offset, to ? (char *)to + field->offset : NULL);
	}
}

static const void *pack_struct(struct packer *p, const struct sc_shape *shape, const void *from)
{
	if (!from)
		return NULL;
	void *to = copy(p, from, shape->size);
	pack_fields(p, shape, from, to);
	return to;
}

static const struct sc_event *pack_event(struct packer *p, const struct sc_event *ev)
{
	SC_ASSERT(ev && ev->kind < SC_EVENT_KINDS);
	struct sc_event *to = take(p, sizeof(*to));
	const void *head = pack_struct(p, sc_head_shape, ev->head);
	const void *body = pack_struct(p, sc_event_shapes[ev->kind], ev->body);
	if (!to)
		return NULL;
	*to = *ev;
	to->head    = head;
	to->body    = body;
	to->session = NULL;
	return to;
}

size_t sc_pack_size(const struct sc_event *ev)
{
	struct packer p = { NULL, 0 };
	(void)pack_event(&p, ev);
	return ALIGNED(p.used);
}

const struct sc_event *sc_pack(const struct sc_event *ev, void *to)
{
	SC_ASSERT(to && (uintptr_t)to % 8 == 0);
	struct packer p = { to, 0 };
	return pack_event(&p, ev);
}
