/* value.c - the values of events as visible text, by reflection; see value.h.
 *
 * One function for every type of the schema, so that a new field shows everywhere without code of its own. */
#include "output/value.h"

static void wire(struct sc_text *t, sc_str s, enum sc_value_look look)
{
	while (look == SC_LOOK_TSV) {
		size_t at = sc_str_find(s, '\\');
		if (at == SIZE_MAX)
			break;
		sc_text_visible(t, sc_str_slice(s, 0, at));
		sc_text_adds(t, "\\\\");
		s = sc_str_from(s, at + 1);
	}
	sc_text_visible(t, s);
}

void sc_value_endpoint(struct sc_text *t, const struct sc_ev_endpoint *e)
{
	if (e->ip.version == 6)
		sc_text_put(t, '[');
	if (e->ip.version)
		sc_text_ip(t, &e->ip);
	if (e->ip.version == 6)
		sc_text_put(t, ']');
	sc_text_put(t, ':');
	sc_text_number(t, e->port);
}

void sc_value_id(struct sc_text *t, uint64_t id)
{
	sc_text_hex(t, id, 16);
}

static void quirks(struct sc_text *t, uint64_t bits)
{
	const char *between = "";
	for (unsigned i = 0; i < SC_QUIRKS; i++) {
		if (!(bits >> i & 1))
			continue;
		sc_text_adds(t, between);
		sc_text_adds(t, sc_quirk_name((enum sc_quirk)i));
		between = " ";
	}
}

static void strs(struct sc_text *t, const struct sc_strs *list, enum sc_value_look look)
{
	for (uint32_t i = 0; i < list->count && !t->cut; i++) {
		sc_text_adds(t, i ? "; " : "");
		wire(t, list->items[i], look);
	}
}

static void pairs(struct sc_text *t, const struct sc_pairs *list, enum sc_value_look look)
{
	for (uint32_t i = 0; i < list->count && !t->cut; i++) {
		sc_text_adds(t, i ? " " : "");
		wire(t, list->items[i].name, look);
		if (!list->items[i].value.len)
			continue;
		sc_text_put(t, '=');
		wire(t, list->items[i].value, look);
	}
}

static void tally(struct sc_text *t, const struct sc_tally *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		sc_text_adds(t, i ? " " : "");
		sc_text_adds(t, list->items[i].name);
		sc_text_put(t, '=');
		sc_text_number(t, list->items[i].count);
	}
}

/* The values of a struct, one after the other.  Recursion follows the schema, which is flat. */
static void members(struct sc_text *t, const struct sc_shape *shape, const void *base, enum sc_value_look look)
{
	for (size_t i = 0, shown = 0; i < shape->count; i++) {
		size_t before = t->len;
		if (!sc_field_present(&shape->fields[i], base))
			continue;
		sc_text_adds(t, shown ? " " : "");
		size_t after = t->len;
		sc_value_put(t, &shape->fields[i], base, look);
		if (t->len == after)
			t->len = before;
		else
			shown++;
	}
}

static void list_of(struct sc_text *t, const struct sc_field *f, const struct sc_list *list, enum sc_value_look look)
{
	for (uint32_t i = 0; i < list->count && !t->cut; i++) {
		sc_text_adds(t, i ? "; " : "");
		members(t, f->shape, (const char *)list->items + i * f->shape->size, look);
	}
}

void sc_value_put(struct sc_text *t, const struct sc_field *f, const void *base, enum sc_value_look look)
{
	const void *at = (const char *)base + f->offset;
	if (!sc_field_present(f, base))
		return;
	switch (f->type) {
	case SC_TYPE_path:
		if (((const sc_str *)at)->len == 0)
			sc_text_adds(t, "<>");
		/* fall through */
	case SC_TYPE_str:
		wire(t, *(const sc_str *)at, look);
		break;
	case SC_TYPE_name:
		sc_text_adds(t, *(const char *const *)at);
		break;
	case SC_TYPE_code:
	case SC_TYPE_port:
		sc_text_number(t, *(const uint16_t *)at);
		break;
	case SC_TYPE_count:
	case SC_TYPE_size:
	case SC_TYPE_extra:
		sc_text_number(t, *(const uint64_t *)at);
		break;
	case SC_TYPE_ms:
		sc_text_ms(t, *(const sc_time *)at);
		break;
	case SC_TYPE_time:
		sc_text_time(t, *(const sc_time *)at);
		break;
	case SC_TYPE_yesno:
	case SC_TYPE_flag:
		sc_text_adds(t, *(const bool *)at ? "true" : "false");
		break;
	case SC_TYPE_ip:
		sc_text_ip(t, at);
		break;
	case SC_TYPE_id:
		sc_value_id(t, *(const uint64_t *)at);
		break;
	case SC_TYPE_status:
		sc_text_status(t, *(const struct sc_status *)at);
		break;
	case SC_TYPE_quirks:
		quirks(t, *(const uint64_t *)at);
		break;
	case SC_TYPE_strs:
		strs(t, at, look);
		break;
	case SC_TYPE_pairs:
		pairs(t, at, look);
		break;
	case SC_TYPE_tally:
		tally(t, at);
		break;
	case SC_TYPE_list:
		list_of(t, f, at, look);
		break;
	case SC_TYPE_object:
		members(t, f->shape, at, look);
		break;
	}
}

const struct sc_field *sc_value_field(const struct sc_shape *shape, const char *path, size_t *offset)
{
	sc_str rest = sc_str_of(path);
	*offset = 0;
	for (;;) {
		sc_str name = sc_str_until(&rest, '.');
		size_t i = 0;
		while (i < shape->count && !sc_str_equal(name, sc_str_of(shape->fields[i].name)))
			i++;
		if (i == shape->count)
			return NULL;
		const struct sc_field *f = &shape->fields[i];
		if (!rest.len)
			return f;
		if (f->type != SC_TYPE_object)
			return NULL;
		*offset += f->offset;
		shape = f->shape;
	}
}
