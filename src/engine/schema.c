/* schema.c - the schema of events as data: tables made from events.def and quirks.def. */
#include <smtpscope/event.h>

#include "base/str.h"

/* A shape for every object and event: struct sc_shape shape_<name>. */
#define SC_OBJECT(name, doc)              static const struct sc_shape shape_##name;
#define SC_EVENT(name, doc)               static const struct sc_shape shape_##name;
#include <smtpscope/events.def>

#define AT(owner, name) offsetof(struct sc_ev_##owner, name)

#define SC_OBJECT(name, doc)              static const struct sc_field fields_##name[] = {
#define SC_EVENT(name, doc)               static const struct sc_field fields_##name[] = {
#define SC_FIELD(owner, type, name, doc)  { #name, SC_TYPE_##type, AT(owner, name), NULL, doc },
#define SC_SUB(owner, shape, name, doc)   { #name, SC_TYPE_object, AT(owner, name), &shape_##shape, doc },
#define SC_LIST(owner, shape, name, doc)  { #name, SC_TYPE_list, AT(owner, name), &shape_##shape, doc },
#define SC_END(name)                      };
#include <smtpscope/events.def>

#define SHAPE(name, doc)                                                                 \
	static const struct sc_shape shape_##name = {                                         \
		#name, doc, fields_##name, sizeof(fields_##name) / sizeof(fields_##name[0]), \
		sizeof(struct sc_ev_##name)                                              \
	};
#define SC_OBJECT(name, doc)              SHAPE(name, doc)
#define SC_EVENT(name, doc)               SHAPE(name, doc)
#include <smtpscope/events.def>

const struct sc_shape *const sc_event_shapes[SC_EVENT_KINDS] = {
#define SC_EVENT(name, doc)               &shape_##name,
#include <smtpscope/events.def>
};

const struct sc_shape *const sc_head_shape = &shape_head;

static const char *const type_names[] = {
	[SC_TYPE_str] = "string", [SC_TYPE_path] = "address", [SC_TYPE_name] = "word", [SC_TYPE_code] = "code",
	[SC_TYPE_port] = "port", [SC_TYPE_count] = "count", [SC_TYPE_size] = "size", [SC_TYPE_extra] = "count",
	[SC_TYPE_ms] = "milliseconds", [SC_TYPE_time] = "time", [SC_TYPE_yesno] = "bool", [SC_TYPE_flag] = "bool",
	[SC_TYPE_ip] = "IP address", [SC_TYPE_id] = "id", [SC_TYPE_status] = "enhanced code",
	[SC_TYPE_quirks] = "list of words", [SC_TYPE_strs] = "list of strings", [SC_TYPE_pairs] = "map of strings",
	[SC_TYPE_tally] = "map of counts", [SC_TYPE_list] = "list", [SC_TYPE_object] = "object",
};

static const char *const quirk_names[SC_QUIRKS] = {
#define SC_QUIRK(name, doc) #name,
#include <smtpscope/quirks.def>
#undef SC_QUIRK
};

static const char *const quirk_docs[SC_QUIRKS] = {
#define SC_QUIRK(name, doc) doc,
#include <smtpscope/quirks.def>
#undef SC_QUIRK
};

_Static_assert(SC_QUIRKS <= 64, "a quirk is a bit of a uint64_t");

enum sc_event_kind sc_event_kind_of(sc_str name)
{
	int kind = 0;
	while (kind < SC_EVENT_KINDS && !sc_str_equal(name, sc_str_of(sc_event_shapes[kind]->name)))
		kind++;
	return (enum sc_event_kind)kind;
}

const char *sc_type_name(enum sc_type type)
{
	return type_names[type];
}

const char *sc_quirk_name(enum sc_quirk quirk)
{
	return quirk < SC_QUIRKS ? quirk_names[quirk] : NULL;
}

const char *sc_quirk_doc(enum sc_quirk quirk)
{
	return quirk < SC_QUIRKS ? quirk_docs[quirk] : NULL;
}

/* Without what it is a list of, an object is nothing. */
static bool empty_list(const struct sc_field *field, const void *base)
{
	const void *at = (const char *)base + field->offset;
	return (field->type == SC_TYPE_strs && ((const struct sc_strs *)at)->count == 0) ||
		(field->type == SC_TYPE_pairs && ((const struct sc_pairs *)at)->count == 0) ||
		(field->type == SC_TYPE_tally && ((const struct sc_tally *)at)->count == 0) ||
		(field->type == SC_TYPE_list && ((const struct sc_list *)at)->count == 0);
}

/* The schema nests objects at most three deep, so this recursion is bounded by events.def. */
static bool object_present(const struct sc_shape *shape, const void *base)
{
	for (size_t i = 0; i < shape->count; i++)
		if (sc_field_present(&shape->fields[i], base) && !empty_list(&shape->fields[i], base))
			return true;
	return false;
}

bool sc_field_present(const struct sc_field *field, const void *base)
{
	const void *at = (const char *)base + field->offset;
	switch (field->type) {
	case SC_TYPE_str:
	case SC_TYPE_path:
		return ((const sc_str *)at)->at != NULL;
	case SC_TYPE_name:
		return *(const char *const *)at != NULL;
	case SC_TYPE_code:
		return *(const uint16_t *)at != 0;
	case SC_TYPE_size:
		return *(const uint64_t *)at != SC_NONE;
	case SC_TYPE_extra:
	case SC_TYPE_id:
		return *(const uint64_t *)at != 0;
	case SC_TYPE_ms:
	case SC_TYPE_time:
		return *(const sc_time *)at != SC_TIME_NONE;
	case SC_TYPE_flag:
		return *(const bool *)at;
	case SC_TYPE_ip:
		return ((const struct sc_ip *)at)->version != 0;
	case SC_TYPE_status:
		return ((const struct sc_status *)at)->cls != 0;
	case SC_TYPE_object:
		return object_present(field->shape, at);
	case SC_TYPE_port:
	case SC_TYPE_count:
	case SC_TYPE_yesno:
	case SC_TYPE_quirks:
	case SC_TYPE_strs:
	case SC_TYPE_pairs:
	case SC_TYPE_tally:
	case SC_TYPE_list:
		return true;
	}
	return false;
}
