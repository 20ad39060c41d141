/* where_field.c - names of filter expressions: where each kind of event keeps them, all that exist, the nearest.
 *
 * Everything comes from the schema by reflection; a field that is added there can be asked for at once.  Names come
 * from the user: they are looked up, quoted harmlessly, never trusted.
 */
#include <limits.h>

#include "engine/where_program.h"

/* What no event's struct holds.  `event` is answered from the kind itself. */
static const struct sc_field meta_fields[] = {
	{ "event", SC_TYPE_name, 0, NULL, "kind of event" },
	{ "ts", SC_TYPE_time, offsetof(struct sc_event, when), NULL, "time of the event" },
};
static const struct sc_shape meta_shape = { "meta", "", meta_fields, 2, sizeof(struct sc_event) };

static const struct sc_field address_parts[] = {
	{ "domain", SC_TYPE_str, 0, NULL, "domain of the address" },
	{ "local", SC_TYPE_str, 0, NULL, "local part of the address" },
};

static enum sc_where_class class_of(const struct sc_where_ref *ref)
{
	static const uint8_t classes[] = {
		[SC_TYPE_str] = SC_CLASS_TEXT, [SC_TYPE_path] = SC_CLASS_PATH, [SC_TYPE_name] = SC_CLASS_TEXT,
		[SC_TYPE_code] = SC_CLASS_NUMBER, [SC_TYPE_port] = SC_CLASS_NUMBER, [SC_TYPE_count] = SC_CLASS_NUMBER,
		[SC_TYPE_size] = SC_CLASS_NUMBER, [SC_TYPE_extra] = SC_CLASS_NUMBER, [SC_TYPE_ms] = SC_CLASS_DURATION,
		[SC_TYPE_time] = SC_CLASS_TIME, [SC_TYPE_yesno] = SC_CLASS_BOOL, [SC_TYPE_flag] = SC_CLASS_BOOL,
		[SC_TYPE_ip] = SC_CLASS_IP, [SC_TYPE_id] = SC_CLASS_ID, [SC_TYPE_status] = SC_CLASS_STATUS,
		[SC_TYPE_quirks] = SC_CLASS_QUIRKS, [SC_TYPE_strs] = SC_CLASS_TEXT, [SC_TYPE_pairs] = SC_CLASS_TEXT,
		[SC_TYPE_tally] = SC_CLASS_TEXT, [SC_TYPE_list] = SC_CLASS_NONE, [SC_TYPE_object] = SC_CLASS_NONE,
	};
	if (ref->field == &meta_fields[0])
		return SC_CLASS_KIND;
	if (ref->key.at)
		return ref->field->type == SC_TYPE_tally ? SC_CLASS_NUMBER : SC_CLASS_PARAM;
	if (ref->part)
		return ref->part == SC_PART_LOCAL ? SC_CLASS_LOCAL : SC_CLASS_TEXT;
	return (enum sc_where_class)classes[ref->field->type];
}

static const struct sc_field *find_field(const struct sc_shape *shape, sc_str name)
{
	for (size_t i = 0; i < shape->count; i++)
		if (sc_str_equal(name, sc_str_of(shape->fields[i].name)))
			return &shape->fields[i];
	return NULL;
}

static bool find_part(sc_str name, struct sc_where_ref *ref)
{
	for (uint8_t i = 0; i < 2; i++)
		if (sc_str_equal(name, sc_str_of(address_parts[i].name)))
			ref->part = i ? SC_PART_LOCAL : SC_PART_DOMAIN;
	return ref->part != SC_PART_WHOLE;
}

/* What may follow a field that is no object: a part of an address, a key of a map. */
static bool find_inner(const struct sc_field *field, sc_str rest, struct sc_where_ref *ref)
{
	if (field->type == SC_TYPE_path)
		return find_part(rest, ref);
	if (field->type != SC_TYPE_pairs && field->type != SC_TYPE_tally)
		return false;
	ref->key = rest;
	return rest.len > 0;
}

/* Follows `name` from the struct of `shape` on. */
static bool resolve_in(const struct sc_shape *shape, enum sc_where_base base, sc_str name, struct sc_where_ref *ref)
{
	*ref = (struct sc_where_ref){ .base = (uint8_t)base, .key = SC_STR_NONE };
	for (;;) {
		size_t dot = sc_str_find(name, '.');
		sc_str rest = sc_str_from(name, dot == SIZE_MAX ? name.len : dot + 1);
		const struct sc_field *field = find_field(shape, sc_str_slice(name, 0, dot));
		if (!field)
			return false;
		bool inside = field->type == SC_TYPE_object || field->type == SC_TYPE_list;
		if (dot == SIZE_MAX || !inside) {
			ref->field = field;
			return dot == SIZE_MAX || find_inner(field, rest, ref);
		}
		ref->owner += field->offset;
		if (field->type == SC_TYPE_list) {
			/* The schema has no list in a list; it would have to be walked by match first. */
			if (ref->stride)
				return false;
			ref->list   = ref->owner;
			ref->stride = field->shape->size;
			ref->owner  = 0;
		}
		shape = field->shape;
		name  = rest;
	}
}

static bool resolve_plain(sc_str name, enum sc_event_kind kind, struct sc_where_ref *ref)
{
	return resolve_in(sc_event_shapes[kind], SC_BASE_BODY, name, ref) ||
	       resolve_in(sc_head_shape, SC_BASE_HEAD, name, ref) ||
	       resolve_in(&meta_shape, SC_BASE_EVENT, name, ref) ||
	       (kind != SC_EVENT_session &&
	        resolve_in(sc_event_shapes[SC_EVENT_session], SC_BASE_SESSION, name, ref));
}

/* tls.version is the version of a tls event, and in other events that of the session; session.quirks are the
 * session's although the event may have its own. */
static bool resolve_with_kind(sc_str name, enum sc_event_kind kind, struct sc_where_ref *ref)
{
	size_t dot = sc_str_find(name, '.');
	if (dot == SIZE_MAX)
		return false;
	enum sc_event_kind asked = sc_event_kind_of(sc_str_slice(name, 0, dot));
	sc_str rest = sc_str_from(name, dot + 1);
	if (asked == kind)
		return resolve_plain(rest, kind, ref);
	if (asked != SC_EVENT_session)
		return false;
	return resolve_in(sc_event_shapes[SC_EVENT_session], SC_BASE_SESSION, rest, ref) ||
	       resolve_in(sc_head_shape, SC_BASE_HEAD, rest, ref);
}

bool sc_where_resolve(sc_str name, enum sc_event_kind kind, struct sc_where_ref *ref)
{
	bool found = resolve_with_kind(name, kind, ref) || resolve_plain(name, kind, ref);
	if (!found)
		*ref = (struct sc_where_ref){ .key = SC_STR_NONE };
	else
		ref->cls = (uint8_t)class_of(ref);
	return found;
}

/* --- all names ------------------------------------------------------------------------------------------- */

#define SOURCES (2 + SC_EVENT_KINDS) /* meta, head, each kind */

static const struct sc_shape *source_shape(unsigned source)
{
	if (source < 2)
		return source ? sc_head_shape : &meta_shape;
	return sc_event_shapes[source - 2];
}

static bool is_part(const struct sc_field *field)
{
	return field == &address_parts[0] || field == &address_parts[1];
}

/* Whether the shape has the name with the same type. */
static bool has_name(const struct sc_shape *shape, const struct sc_where_field *f)
{
	struct sc_where_ref ref;
	if (!resolve_in(shape, SC_BASE_BODY, sc_str_of(f->name), &ref))
		return false;
	return is_part(f->field) ? ref.part != SC_PART_WHOLE : ref.field->type == f->field->type;
}

/* A name is told by the first source that has it with this type. */
static bool told_before(unsigned this_source, const struct sc_where_field *f)
{
	for (unsigned source = 0; source < this_source; source++)
		if (has_name(source_shape(source), f))
			return true;
	return false;
}

static uint64_t kinds_with(const struct sc_where_field *f)
{
	uint64_t kinds = 0;
	for (unsigned kind = 0; kind < SC_EVENT_KINDS; kind++)
		kinds |= has_name(sc_event_shapes[kind], f) ? SC_WANT(kind) : 0;
	return kinds;
}

/* Puts `name` behind the first `len` octets of the walk's name; gives the new length. */
static size_t set_name(struct sc_where_walk *walk, size_t len, const char *name)
{
	size_t n = strlen(name);
	SC_ASSERT(len + 1 + n < sizeof(walk->name));
	if (len)
		walk->name[len++] = '.';
	memcpy(walk->name + len, name, n + 1);
	return len + n;
}

/* Moves to the next name, told before or not; the field it means, or NULL at the end. */
static const struct sc_field *advance(struct sc_where_walk *walk)
{
	while (walk->source < SOURCES) {
		if (walk->depth == 0) {
			walk->level[0].shape = source_shape(walk->source);
			walk->level[0].next  = walk->level[0].name_len = 0;
			walk->depth = 1;
		}
		size_t top = walk->depth - 1;
		const struct sc_shape *shape = walk->level[top].shape;
		if (walk->level[top].next == shape->count) {
			walk->depth--;
			walk->source += walk->depth == 0;
			continue;
		}
		const struct sc_field *field = &shape->fields[walk->level[top].next++];
		size_t len = set_name(walk, walk->level[top].name_len, field->name);
		if (field->shape) {
			SC_ASSERT(walk->depth < SC_WHERE_LEVELS);
			walk->level[walk->depth].shape    = field->shape;
			walk->level[walk->depth].next     = 0;
			walk->level[walk->depth].name_len = len;
			walk->depth++;
		}
		return field;
	}
	return NULL;
}

/* After an address come its parts, by `part` 1 and 2. */
static const struct sc_field *advance_part(struct sc_where_walk *walk)
{
	if (walk->part == 0)
		return NULL;
	size_t len = strlen(walk->name);
	if (walk->part == 2)
		len -= strlen(address_parts[0].name) + 1;
	const struct sc_field *field = &address_parts[walk->part - 1];
	(void)set_name(walk, len, field->name);
	walk->part = (walk->part + 1) % 3;
	return field;
}

bool sc_where_next_field(struct sc_where_walk *walk, struct sc_where_field *out)
{
	SC_ASSERT(walk && out);
	for (;;) {
		const struct sc_field *field = advance_part(walk);
		if (!field)
			field = advance(walk);
		if (!field)
			return false;
		if (field->type == SC_TYPE_path)
			walk->part = 1;
		memcpy(out->name, walk->name, sizeof(out->name));
		out->field = field;
		if (told_before(walk->source, out))
			continue;
		out->kinds = walk->source < 2 ? SC_WANT(SC_EVENT_KINDS) - 1 : kinds_with(out);
		return true;
	}
}

/* --- the nearest name ------------------------------------------------------------------------------------ */

#define WORD_OCTETS 64

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned sc_where_distance(sc_str a, sc_str b)
{
	unsigned rows[3][WORD_OCTETS + 1];
	if (a.len > WORD_OCTETS || b.len > WORD_OCTETS)
		return UINT_MAX;
	for (unsigned j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char ca = sc_lower(a.at[i - 1]), cb = sc_lower(b.at[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (ca != cb));
			bool swapped = i > 1 && j > 1 && ca == sc_lower(b.at[j - 2]) && cb == sc_lower(a.at[i - 2]);
			if (swapped)
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

/* What people know from other tools, and what it is called here. */
static const struct {
	const char *theirs, *ours;
} synonyms[] = {
	{ "src", "client.ip" },        { "ip.src", "client.ip" },    { "source", "client.ip" },
	{ "dst", "server.ip" },        { "ip.dst", "server.ip" },    { "destination", "server.ip" },
	{ "sender", "mail_from" },     { "recipient", "rcpt_to" },   { "rcpt", "rcpt_to" },
	{ "from.domain", "mail_from.domain" }, { "to.domain", "rcpt_to.domain" },
	{ "rcpt.domain", "rcpt_to.domain" },   { "mail.domain", "mail_from.domain" },
	{ "esc", "enhanced" },         { "dsn", "enhanced" },        { "reason", "cause" },
	{ "status", "code" },          { "reply", "text" },          { "stage", "phase" },
	{ "msgid", "message_id" },     { "qid", "queue_id" },        { "banner", "greeting.text" },
	{ "username", "auth.user" },   { "login", "auth.user" },     { "host", "greeting.host" },
	{ "time", "ts" },              { "kind", "event" },          { "type", "event" },
	{ "failed", "outcome" },       { "rejected", "outcome" },    { "delivered", "outcome" },
	{ "client.address", "client.ip" },     { "server.address", "server.ip" },
	{ "port", "server.port" },     { "id", "session" },          { "command", "verb" },
};

/* Keeps the nearer of two. */
struct nearest {
	char     name[WORD_OCTETS];
	unsigned distance;
};

static void consider(struct nearest *best, sc_str asked, const char *theirs, const char *ours)
{
	unsigned d = sc_where_distance(asked, sc_str_of(theirs));
	if (d >= best->distance)
		return;
	best->distance = d;
	memcpy(best->name, ours, strlen(ours) + 1);
}

static struct nearest nearest_field(sc_str asked)
{
	struct nearest best = { .distance = (unsigned)(asked.len > WORD_OCTETS ? 0 : asked.len / 3 + 1) };
	struct sc_where_walk  walk = { 0 };
	struct sc_where_field f;
	while (sc_where_next_field(&walk, &f))
		consider(&best, asked, f.name, f.name);
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		consider(&best, asked, synonyms[i].theirs, synonyms[i].ours);
	return best;
}

/* Octets of the name that mean something: "rcpt_to." of rcpt_to.domian, nothing of rcpt.domian. */
static size_t known_octets(sc_str name)
{
	struct sc_where_ref ref;
	sc_str front = name;
	for (;;) {
		size_t dot = sc_str_rfind(front, '.');
		if (dot == SIZE_MAX)
			return 0;
		front = sc_str_slice(name, 0, dot);
		bool known = sc_event_kind_of(front) != SC_EVENT_KINDS;
		for (unsigned kind = 0; kind < SC_EVENT_KINDS && !known; kind++)
			known = sc_where_resolve(front, (enum sc_event_kind)kind, &ref);
		if (known)
			return dot + 1;
	}
}

/* A kind before the name stays there: delivery.cod becomes delivery.code, if that is nearer than all else. */
static void consider_with_kind(struct nearest *best, sc_str name)
{
	size_t dot = sc_str_find(name, '.');
	enum sc_event_kind kind = dot == SIZE_MAX ? SC_EVENT_KINDS : sc_event_kind_of(sc_str_slice(name, 0, dot));
	if (kind == SC_EVENT_KINDS)
		return;
	struct sc_where_ref ref;
	struct nearest inner = nearest_field(sc_str_from(name, dot + 1));
	size_t len = strlen(inner.name);
	bool own = len && resolve_in(sc_event_shapes[kind], SC_BASE_BODY, sc_str_of(inner.name), &ref);
	if (!own || inner.distance >= best->distance || dot + 1 + len >= sizeof(best->name))
		return;
	memcpy(best->name, name.at, dot + 1);
	memcpy(best->name + dot + 1, inner.name, len + 1);
}

sc_err sc_where_unknown_field(struct sc_where_error *e, const struct sc_where_word *name)
{
	size_t known = name->len > 4 * WORD_OCTETS ? 0 : known_octets(name->text);
	struct sc_where_word rest = { .at = name->at + known, .len = name->len - known };
	(void)sc_where_refuse(e, &rest, "unknown field ", name->text, "");
	struct nearest best = nearest_field(name->text);
	consider_with_kind(&best, name->text);
	if (best.name[0])
		sc_where_hint(e, "did you mean ", sc_str_of(best.name), "?");
	return SC_EUSAGE;
}
