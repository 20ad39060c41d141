/* doc.c - documents that are made from the schema of events, so that they cannot differ from it; see doc.h.
 *
 * Trusts events.def and quirks.def, whose texts are ours: Markdown and JSON need no escapes for them but those of a
 * string and of a table's bar. */
#include "output/doc.h"

#include "base/text.h"
#include "output/quick.h"

#define SHAPES 64

/* ---- what the types are ---- */

static const struct {
	const char *schema;   /* members of its JSON Schema */
	const char *presence; /* when a key of this type is there */
	bool always;
} types[] = {
	[SC_TYPE_str]    = { "\"type\":\"string\"", "when known", false },
	[SC_TYPE_path]   = { "\"type\":\"string\"", "when known", false },
	[SC_TYPE_name]   = { "\"type\":\"string\",\"minLength\":1", "when known", false },
	[SC_TYPE_code]   = { "\"type\":\"integer\",\"minimum\":1,\"maximum\":999", "when known", false },
	[SC_TYPE_port]   = { "\"type\":\"integer\",\"minimum\":0,\"maximum\":65535", "always", true },
	[SC_TYPE_count]  = { "\"type\":\"integer\",\"minimum\":0", "always", true },
	[SC_TYPE_size]   = { "\"type\":\"integer\",\"minimum\":0", "when known", false },
	[SC_TYPE_extra]  = { "\"type\":\"integer\",\"minimum\":1", "when not 0", false },
	[SC_TYPE_ms]     = { "\"type\":\"number\"", "when known", false },
	[SC_TYPE_time]   = { "\"type\":\"string\","
			     "\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{6}Z$\"",
			     "when known", false },
	[SC_TYPE_yesno]  = { "\"type\":\"boolean\"", "always", true },
	[SC_TYPE_flag]   = { "\"const\":true", "when true", false },
	[SC_TYPE_ip]     = { "\"type\":\"string\",\"pattern\":\"^[0-9a-f:.]+$\"", "when known", false },
	[SC_TYPE_id]     = { "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{16}$\"", "when known", false },
	[SC_TYPE_status] = { "\"type\":\"string\",\"pattern\":\"^[0-9]+\\\\.[0-9]+\\\\.[0-9]+$\"",
			     "when known", false },
	[SC_TYPE_quirks] = { "\"type\":\"array\",\"uniqueItems\":true,\"items\":{\"$ref\":\"#/$defs/quirk\"}",
			     "always", true },
	[SC_TYPE_strs]   = { "\"type\":\"array\",\"items\":{\"type\":\"string\"}", "always", true },
	[SC_TYPE_pairs]  = { "\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}", "always", true },
	[SC_TYPE_tally]  = { "\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\",\"minimum\":0}",
			     "always", true },
	[SC_TYPE_list]   = { NULL, "always", true },
	[SC_TYPE_object] = { NULL, "when something in it is known", false },
};

static bool can_be_empty(const struct sc_field *f)
{
	return f->type == SC_TYPE_strs || f->type == SC_TYPE_pairs || f->type == SC_TYPE_tally || f->type == SC_TYPE_list;
}

/* An object is there always when one of its members is; a list that may be empty does not bring it. */
static bool is_always(const struct sc_field *f)
{
	if (f->type != SC_TYPE_object)
		return types[f->type].always;
	for (size_t i = 0; i < f->shape->count; i++)
		if (is_always(&f->shape->fields[i]) && !can_be_empty(&f->shape->fields[i]))
			return true;
	return false;
}

/* ---- Markdown ---- */

/* A cell of a table. */
static void put_cell(struct sc_buffer *out, const char *s)
{
	sc_buffer_adds(out, " ");
	for (; *s; s++) {
		sc_buffer_adds(out, *s == '|' || *s == '<' ? "\\" : "");
		sc_buffer_add(out, (sc_str){ s, 1 });
	}
	sc_buffer_adds(out, " |");
}

static void put_row(struct sc_buffer *out, sc_str path, const struct sc_field *f)
{
	sc_buffer_adds(out, "| `");
	sc_buffer_add(out, path);
	sc_buffer_adds(out, "` |");
	put_cell(out, sc_type_name(f->type));
	put_cell(out, is_always(f) ? "always" : types[f->type].presence);
	put_cell(out, f->doc);
	sc_buffer_adds(out, "\n");
}

/* Recursion here, and below, follows the schema, which nests objects only a few deep. */
static void put_rows(struct sc_buffer *out, sc_str prefix, const struct sc_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		char name[128];
		struct sc_text t = sc_text_into(name, sizeof(name));
		sc_text_add(&t, prefix);
		sc_text_adds(&t, f->name);
		put_row(out, sc_text_str(&t), f);
		if (!f->shape)
			continue;
		sc_text_adds(&t, f->type == SC_TYPE_list ? "[]." : ".");
		put_rows(out, sc_text_str(&t), f->shape);
	}
}

static void put_table(struct sc_buffer *out, const struct sc_shape *shape)
{
	sc_buffer_adds(out, "| key | type | there | meaning |\n|---|---|---|---|\n");
	put_rows(out, SC_STR(""), shape);
}

static void put_section(struct sc_buffer *out, const struct sc_shape *shape)
{
	sc_buffer_adds(out, "\n## ");
	sc_buffer_adds(out, shape->name);
	sc_buffer_adds(out, "\n\n");
	sc_buffer_add(out, (sc_str){ (const char[]){ sc_upper(shape->doc[0]) }, 1 });
	sc_buffer_adds(out, shape->doc + 1);
	sc_buffer_adds(out, ".\n\n");
	put_table(out, shape);
}

static const char introduction[] =
	"# Events\n"
	"\n"
	"This page is made from `include/smtpscope/events.def` by `make docs`; `events.schema.json` beside it says the\n"
	"same as JSON Schema.\n"
	"\n"
	"`smtpscope log` and `--json` write one event a line: UTF-8, one JSON object, ended by a line feed. A key whose\n"
	"value is not known is left out, and so is an object that would be empty; lists and maps are always there, empty\n"
	"if need be. Octets of the wire that are not UTF-8 stand as U+FFFD; control characters, and those that turn the\n"
	"direction of writing, are escaped. Times are RFC 3339 in UTC with six decimals. Durations end in `_ms`:\n"
	"milliseconds with three decimals. Sizes are octets. Secrets never appear.\n"
	"\n"
	"Every key can be used in `--where`, with dots for what lies inside: `greeting.software`,\n"
	"`recipients.rcpt_to.domain`. An `address` has `.local` and `.domain`. The key `mail_from` is empty for the null\n"
	"path `<>`.\n"
	"\n"
	"## Every event\n"
	"\n"
	"| key | type | there | meaning |\n"
	"|---|---|---|---|\n"
	"| `v` | number | always | version of this schema: 1 |\n"
	"| `ts` | time | always | time of the packet that caused the event |\n"
	"| `event` | word | always | kind: one of the headings below |\n"
	"| `seq` | count | always | number of the line in this output, from 1, without gaps |\n"
	"| `sensor` | string | when given | name of the host that captured, or `--sensor` |\n"
	"\n"
	"## Every event of a session\n"
	"\n";

static void put_quirk_table(struct sc_buffer *out)
{
	sc_buffer_adds(out, "\n## Quirks\n\n"
			    "Words that `quirks` can hold: what was odd on the wire, was noted, and survived.\n\n"
			    "| quirk | meaning |\n|---|---|\n");
	for (unsigned i = 0; i < SC_QUIRKS; i++) {
		sc_buffer_adds(out, "| `");
		sc_buffer_adds(out, sc_quirk_name((enum sc_quirk)i));
		sc_buffer_adds(out, "` |");
		put_cell(out, sc_quirk_doc((enum sc_quirk)i));
		sc_buffer_adds(out, "\n");
	}
}

void sc_doc_events(struct sc_buffer *out)
{
	sc_buffer_adds(out, introduction);
	put_table(out, sc_head_shape);
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		if (!sc_event_inside((enum sc_event_kind)kind))
			put_section(out, sc_event_shapes[kind]);
	put_quirk_table(out);
}

/* ---- JSON Schema ---- */

static void put_string(struct sc_buffer *out, const char *s)
{
	sc_str text = sc_str_of(s);
	sc_buffer_adds(out, "\"");
	out->len = (size_t)(sc_quick_json(sc_buffer_room(out, 6 * text.len), text) - out->at);
	sc_buffer_adds(out, "\"");
}

static void put_member(struct sc_buffer *out, const char *indent, const char *name)
{
	sc_buffer_adds(out, indent);
	put_string(out, name);
	sc_buffer_adds(out, ": ");
}

static void put_property(struct sc_buffer *out, const struct sc_field *f)
{
	put_member(out, "\t\t\t\t", f->name);
	sc_buffer_adds(out, "{\"description\":");
	put_string(out, f->doc);
	sc_buffer_adds(out, ",");
	if (f->shape) {
		sc_buffer_adds(out, f->type == SC_TYPE_list ? "\"type\":\"array\",\"items\":{" : "");
		sc_buffer_adds(out, "\"$ref\":\"#/$defs/");
		sc_buffer_adds(out, f->shape->name);
		sc_buffer_adds(out, f->type == SC_TYPE_list ? "\"}" : "\"");
	} else {
		sc_buffer_adds(out, types[f->type].schema);
	}
	sc_buffer_adds(out, "}");
}

static void put_properties(struct sc_buffer *out, const struct sc_shape *shape, const char *before)
{
	for (size_t i = 0; i < shape->count; i++) {
		sc_buffer_adds(out, before);
		put_property(out, &shape->fields[i]);
		before = ",\n";
	}
}

static void put_required(struct sc_buffer *out, const struct sc_shape *shape, bool is_event)
{
	const char *before = is_event ? "\"v\", \"ts\", \"event\", \"seq\"" : "";
	bool first = !is_event;
	sc_buffer_adds(out, "\n\t\t\t},\n\t\t\t\"required\": [");
	sc_buffer_adds(out, before);
	for (size_t i = 0; i < shape->count; i++) {
		if (!is_always(&shape->fields[i]))
			continue;
		sc_buffer_adds(out, first ? "" : ", ");
		put_string(out, shape->fields[i].name);
		first = false;
	}
	sc_buffer_adds(out, "],\n\t\t\t\"additionalProperties\": false\n\t\t}");
}

static void put_definition_head(struct sc_buffer *out, const struct sc_shape *shape)
{
	sc_buffer_adds(out, ",\n");
	put_member(out, "\t\t", shape->name);
	sc_buffer_adds(out, "{\n\t\t\t\"description\": ");
	put_string(out, shape->doc);
	sc_buffer_adds(out, ",\n\t\t\t\"type\": \"object\",\n\t\t\t\"properties\": {\n");
}

static void put_event(struct sc_buffer *out, const struct sc_shape *shape)
{
	put_definition_head(out, shape);
	sc_buffer_adds(out, "\t\t\t\t\"v\": {\"const\":1},\n\t\t\t\t\"ts\": {");
	sc_buffer_adds(out, types[SC_TYPE_time].schema);
	sc_buffer_adds(out, "},\n\t\t\t\t\"event\": {\"const\":");
	put_string(out, shape->name);
	sc_buffer_adds(out, "},\n\t\t\t\t\"seq\": {\"type\":\"integer\",\"minimum\":1},\n\t\t\t\t\"sensor\": "
			    "{\"type\":\"string\"}");
	put_properties(out, sc_head_shape, ",\n");
	put_properties(out, shape, ",\n");
	put_required(out, shape, true);
}

/* The shapes that are embedded somewhere, each once. */
struct shapes {
	const struct sc_shape *items[SHAPES];
	size_t count;
};

static void collect(struct shapes *s, const struct sc_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_shape *inner = shape->fields[i].shape;
		size_t at = 0;
		while (at < s->count && s->items[at] != inner)
			at++;
		if (!inner || at < s->count)
			continue;
		SC_ASSERT(s->count < SHAPES);
		s->items[s->count++] = inner;
		collect(s, inner);
	}
}

static void put_quirk_definition(struct sc_buffer *out)
{
	sc_buffer_adds(out, "\t\t\"quirk\": {\n\t\t\t\"enum\": [");
	for (unsigned i = 0; i < SC_QUIRKS; i++) {
		sc_buffer_adds(out, i ? ",\n\t\t\t\t" : "\n\t\t\t\t");
		put_string(out, sc_quirk_name((enum sc_quirk)i));
	}
	sc_buffer_adds(out, "\n\t\t\t]\n\t\t}");
}

void sc_doc_schema(struct sc_buffer *out)
{
	struct shapes shapes = { .count = 0 };
	collect(&shapes, sc_head_shape);
	sc_buffer_adds(out, "{\n\t\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
			    "\t\"title\": \"smtpscope event\",\n\t\"oneOf\": [");
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++) {
		if (sc_event_inside((enum sc_event_kind)kind))
			continue;
		sc_buffer_adds(out, kind ? ",\n\t\t{\"$ref\":\"#/$defs/" : "\n\t\t{\"$ref\":\"#/$defs/");
		sc_buffer_adds(out, sc_event_shapes[kind]->name);
		sc_buffer_adds(out, "\"}");
		collect(&shapes, sc_event_shapes[kind]);
	}
	sc_buffer_adds(out, "\n\t],\n\t\"$defs\": {\n");
	put_quirk_definition(out);
	for (size_t i = 0; i < shapes.count; i++) {
		put_definition_head(out, shapes.items[i]);
		put_properties(out, shapes.items[i], "");
		put_required(out, shapes.items[i], false);
	}
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		if (!sc_event_inside((enum sc_event_kind)kind))
			put_event(out, sc_event_shapes[kind]);
	sc_buffer_adds(out, "\n\t}\n}\n");
}
