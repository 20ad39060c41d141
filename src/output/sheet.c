/* sheet.c - paragraphs; see sheet.h.
 *
 * A paragraph longer than the scratch text is cut, and says so. */
#include "output/sheet.h"

#include "base/memory.h"
#include "output/value.h"

#define SCRATCH_OCTETS (64u * 1024)
#define CUT_MARK       " [...]"

sc_err sc_sheet_open(struct sc_sheet *s, const struct sc_output_config *config)
{
	s->width = config->columns > 40 ? (size_t)config->columns : config->columns > 0 ? 40 : 80;
	sc_page_clock_open(&s->clock, config->utc);
	s->scratch = sc_memory_take(SCRATCH_OCTETS + sizeof(CUT_MARK));
	sc_err err = s->scratch ? sc_buffer_open(&s->out, &config->writer) : SC_EFAILED;
	if (err)
		sc_sheet_close(s);
	return err;
}

sc_err sc_sheet_close(struct sc_sheet *s)
{
	sc_memory_give(s->scratch);
	s->scratch = NULL;
	return sc_buffer_close(&s->out);
}

struct sc_text *sc_sheet_begin(struct sc_sheet *s)
{
	s->text = sc_text_into(s->scratch, SCRATCH_OCTETS);
	return &s->text;
}

void sc_sheet_end(struct sc_sheet *s, const char *head, size_t indent)
{
	if (s->text.cut) {
		s->text.size += sizeof(CUT_MARK);
		s->text.cut = false;
		sc_text_adds(&s->text, CUT_MARK);
	}
	sc_page_wrap(&s->out, sc_str_of(head), indent, sc_text_str(&s->text), s->width);
}

void sc_sheet_command(struct sc_sheet *s, size_t indent)
{
	while (indent--)
		sc_buffer_adds(&s->out, " ");
	sc_buffer_add(&s->out, sc_text_str(&s->text));
	sc_buffer_adds(&s->out, "\n");
}

void sc_sheet_line(struct sc_sheet *s, const char *text)
{
	sc_text_adds(sc_sheet_begin(s), text);
	sc_sheet_end(s, "", 2);
}

static void note(struct sc_sheet *s, const struct sc_field *owner, const struct sc_field *f, const void *base)
{
	struct sc_text *t = sc_sheet_begin(s);
	if (owner) {
		sc_text_adds(t, owner->name);
		sc_text_put(t, '.');
	}
	sc_text_adds(t, f->name);
	if (f->type != SC_TYPE_flag) {
		sc_text_put(t, ' ');
		sc_value_put(t, f, base, SC_LOOK_TEXT);
	}
	sc_text_adds(t, ": ");
	sc_text_adds(t, f->doc);
}

/* Recursion here follows the schema: evidence holds one object, and that holds numbers. */
static void put_members(struct sc_sheet *s, const struct sc_field *owner, const void *base, const char *head,
			size_t indent)
{
	const struct sc_shape *shape = owner->shape;
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		if (!sc_field_present(f, base))
			continue;
		if (f->type == SC_TYPE_object) {
			put_members(s, f, (const char *)base + f->offset, head, indent);
			continue;
		}
		note(s, strcmp(owner->name, "evidence") ? owner : NULL, f, base);
		sc_sheet_end(s, head, indent);
	}
}

void sc_sheet_evidence(struct sc_sheet *s, const struct sc_ev_evidence *evidence, const char *head, size_t indent)
{
	size_t offset;
	const struct sc_field *f = sc_value_field(sc_event_shapes[SC_EVENT_session], "evidence", &offset);
	SC_ASSERT(f);
	put_members(s, f, evidence, head, indent);
}

void sc_sheet_quirks(struct sc_sheet *s, uint64_t quirks, const char *head, size_t indent)
{
	for (unsigned i = 0; i < SC_QUIRKS; i++) {
		if (!(quirks >> i & 1))
			continue;
		struct sc_text *t = sc_sheet_begin(s);
		sc_text_adds(t, sc_quirk_name((enum sc_quirk)i));
		sc_text_adds(t, ": ");
		sc_text_adds(t, sc_quirk_doc((enum sc_quirk)i));
		sc_sheet_end(s, head, indent);
	}
}
