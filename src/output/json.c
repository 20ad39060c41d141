/* json.c - JSON Lines: one event, one object, one line.
 *
 * The schema is compiled when the output is opened: each kind becomes a row of operations with its key ready as text
 * ( ,"rcpt_to": ), embedded objects laid flat between an `open` and a `close`.  An event is then written by walking
 * the row once.  Everything in an event whose length is bounded by its type is paid for in advance: whenever a string
 * asks the buffer for room, it asks for `reserve` octets more, so that keys, numbers and brackets need no question of
 * their own.
 *
 * Trusts the event's structure; strings may hold anything and are escaped.  Promises valid JSON and valid UTF-8
 * (RFC 8259), one LF after each event and none inside, and `seq` without gaps. */
#include "base/text.h"
#include "output/buffer.h"
#include "output/outputs.h"
#include "output/quick.h"

#define KEY_OCTETS  32  /* longest key with its comma, quotes, colon and bracket */
#define OPS         768 /* operations of all kinds together */
#define PROGRAMS    (SC_EVENT_KINDS + 8)
#define DEPTH       4   /* objects inside objects */
#define PIECE       (8u * 1024) /* octets of a string that are escaped at a time */
#define NAME_OCTETS 64  /* longest word of type name */
#define PAIRS       64  /* members of a map that come from the wire: more are left out */

enum { OP_CLOSE = SC_TYPE_object + 1 };

struct op {
	char     key[KEY_OCTETS + 8]; /* copied whole, whatever its length */
	uint8_t  key_len;
	uint8_t  type;    /* enum sc_type, or OP_CLOSE; SC_TYPE_object opens */
	uint16_t items;   /* of a list: which program writes an item */
	uint32_t offset;
};

struct program {
	const struct sc_shape *shape;
	struct op *ops;
	size_t     count;
	size_t     fixed; /* octets of an event at most, strings not counted */
};

struct json {
	struct sc_buffer out;
	uint64_t wants;
	uint64_t seq;
	bool     first;   /* the next key opens its object: no comma */
	size_t   reserve;
	struct sc_quick_clock clock;
	struct program programs[PROGRAMS]; /* by event kind, then head, then the shapes of list items */
	size_t program_count;
	struct op ops[OPS];
	size_t op_count;
	char   sensor[16 + 255 * 6]; /* ,"sensor":"mx1" */
	size_t sensor_len;
};

/* ---- compiling the schema ---- */

static const uint8_t value_octets[] = {
	[SC_TYPE_str] = 2,    [SC_TYPE_path] = 2,   [SC_TYPE_name] = NAME_OCTETS + 2,
	[SC_TYPE_code] = 5,   [SC_TYPE_port] = 5,   [SC_TYPE_count] = 20,
	[SC_TYPE_size] = 20,  [SC_TYPE_extra] = 20, [SC_TYPE_ms] = 24,
	[SC_TYPE_time] = 42,  [SC_TYPE_yesno] = 5,  [SC_TYPE_flag] = 5,
	[SC_TYPE_ip] = 47,    [SC_TYPE_id] = 18,    [SC_TYPE_status] = 20,
	[SC_TYPE_quirks] = 2, [SC_TYPE_strs] = 2,   [SC_TYPE_pairs] = 2,
	[SC_TYPE_tally] = 2,  [SC_TYPE_list] = 2,   [SC_TYPE_object] = 2,
	[OP_CLOSE] = 1,
};

static struct op *add_op(struct json *j, struct program *p, int type, size_t offset)
{
	SC_ASSERT(j->op_count < OPS);
	struct op *op = &j->ops[j->op_count++];
	op->type   = (uint8_t)type;
	op->offset = (uint32_t)offset;
	p->fixed += value_octets[type];
	return op;
}

static void set_key(struct program *p, struct op *op, const char *name)
{
	struct sc_text t = sc_text_into(op->key, KEY_OCTETS);
	sc_text_adds(&t, ",\"");
	sc_text_adds(&t, name);
	sc_text_adds(&t, op->type == SC_TYPE_object ? "\":{" : "\":");
	SC_ASSERT(!t.cut);
	op->key_len = (uint8_t)t.len;
	p->fixed += KEY_OCTETS + 8;
}

static struct program *find_program(struct json *j, const struct sc_shape *shape)
{
	size_t i = 0;
	while (i < j->program_count && j->programs[i].shape != shape)
		i++;
	SC_ASSERT(i < PROGRAMS);
	if (i == j->program_count)
		j->programs[j->program_count++].shape = shape;
	return &j->programs[i];
}

/* Recursion here follows the schema, which nests objects at most DEPTH deep. */
static void add_shape(struct json *j, struct program *p, const struct sc_shape *shape, size_t base, int depth)
{
	SC_ASSERT(depth <= DEPTH);
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		struct op *op = add_op(j, p, f->type, base + f->offset);
		set_key(p, op, f->name);
		if (f->type == SC_TYPE_list)
			op->items = (uint16_t)(find_program(j, f->shape) - j->programs);
		if (f->type == SC_TYPE_object) {
			add_shape(j, p, f->shape, base + f->offset, depth + 1);
			add_op(j, p, OP_CLOSE, 0);
		}
	}
}

/* Programs for the items of lists are found on the way and join the end of the row. */
static void compile(struct json *j)
{
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		find_program(j, sc_event_shapes[kind]);
	find_program(j, sc_head_shape);
	size_t largest = 0;
	for (size_t i = 0; i < j->program_count; i++) {
		struct program *p = &j->programs[i];
		p->ops = &j->ops[j->op_count];
		add_shape(j, p, p->shape, 0, 0);
		p->count = (size_t)(&j->ops[j->op_count] - p->ops);
		largest = p->fixed > largest ? p->fixed : largest;
	}
	j->reserve = 3 * largest + 256; /* head, body, an item of a list; and what stands before them */
	SC_ASSERT(j->reserve + 6 * PIECE + sizeof(j->sensor) <= SC_BUFFER_ROOM);
}

/* ---- writing ---- */

static inline char *here(struct json *j)
{
	return j->out.at + j->out.len;
}

static inline void wrote(struct json *j, const char *end)
{
	j->out.len = (size_t)(end - j->out.at);
}

static inline char *put_key(struct json *j, const struct op *op)
{
	char *to = here(j);
	memcpy(to, op->key + j->first, KEY_OCTETS);
	to += op->key_len - j->first;
	j->first = false;
	return to;
}

static inline bool continues_utf8(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The piece of `s` that is escaped next: a sequence of UTF-8, which has three octets at most after its first, is not
 * cut. */
static sc_str next_piece(sc_str s)
{
	size_t n = PIECE;
	if (s.len <= n)
		return s;
	while (n > PIECE - 3 && continues_utf8(s.at[n]))
		n--;
	return sc_str_slice(s, 0, continues_utf8(s.at[n]) ? PIECE : n);
}

/* A string with its quotes, from what the caller left unfinished at `to`. */
static void put_string(struct json *j, char *to, sc_str s)
{
	*to++ = '"';
	wrote(j, to);
	do {
		sc_str piece = next_piece(s);
		to = sc_buffer_room(&j->out, 6 * piece.len + j->reserve);
		to = sc_quick_json(to, piece);
		wrote(j, to);
		s = sc_str_from(s, piece.len);
	} while (s.len);
	*to++ = '"';
	wrote(j, to);
}

static inline char *put_word(char *to, const char *word)
{
	size_t len = strlen(word);
	SC_ASSERT(len <= NAME_OCTETS);
	*to++ = '"';
	memcpy(to, word, len);
	to[len] = '"';
	return to + len + 1;
}

static void put_char(struct json *j, char c)
{
	*sc_buffer_room(&j->out, j->reserve) = c;
	j->out.len++;
}

static void put_quirks(struct json *j, uint64_t quirks)
{
	put_char(j, '[');
	for (unsigned i = 0; i < SC_QUIRKS && quirks >> i; i++) {
		if (!(quirks >> i & 1))
			continue;
		wrote(j, put_word(here(j), sc_quirk_name((enum sc_quirk)i)));
		put_char(j, quirks >> i > 1 ? ',' : ' ');
	}
	j->out.len -= here(j)[-1] == ' ';
	put_char(j, ']');
}

static void put_strs(struct json *j, const struct sc_strs *strs)
{
	put_char(j, '[');
	for (uint32_t i = 0; i < strs->count; i++) {
		if (i)
			put_char(j, ',');
		put_string(j, here(j), strs->items[i]);
	}
	put_char(j, ']');
}

/* A map has each name once (RFC 8259 4): of several, the first counts. */
static bool seen_before(const struct sc_pairs *pairs, uint32_t n)
{
	uint32_t i = 0;
	while (i < n && !sc_str_equal(pairs->items[i].name, pairs->items[n].name))
		i++;
	return i < n;
}

static void put_pairs(struct json *j, const struct sc_pairs *pairs)
{
	bool first = true;
	put_char(j, '{');
	for (uint32_t i = 0; i < pairs->count && i < PAIRS; i++) {
		if (seen_before(pairs, i))
			continue;
		if (!first)
			put_char(j, ',');
		first = false;
		put_string(j, here(j), pairs->items[i].name);
		put_char(j, ':');
		put_string(j, here(j), pairs->items[i].value);
	}
	put_char(j, '}');
}

static void put_tally(struct json *j, const struct sc_tally *tally)
{
	put_char(j, '{');
	for (uint32_t i = 0; i < tally->count; i++) {
		if (i)
			put_char(j, ',');
		char *to = put_word(here(j), tally->items[i].name);
		*to++ = ':';
		wrote(j, sc_quick_number(to, tally->items[i].count));
	}
	put_char(j, '}');
}

static char *put_status(char *to, struct sc_status s)
{
	*to++ = '"';
	to = sc_quick_number(to, s.cls);
	*to++ = '.';
	to = sc_quick_number(to, s.subject);
	*to++ = '.';
	to = sc_quick_number(to, s.detail);
	*to++ = '"';
	return to;
}

static char *put_ip(char *to, const struct sc_ip *ip)
{
	*to++ = '"';
	to = sc_quick_ip(to, ip);
	*to++ = '"';
	return to;
}

static char *put_id(char *to, uint64_t id)
{
	*to++ = '"';
	to = sc_quick_hex16(to, id);
	*to++ = '"';
	return to;
}

static char *put_time(struct json *j, char *to, sc_time when)
{
	*to++ = '"';
	to = sc_quick_time(to, &j->clock, when);
	*to++ = '"';
	return to;
}

static char *put_bool(char *to, bool yes)
{
	memcpy(to, yes ? "true " : "false", 5);
	return to + 5 - yes;
}

static void put_number(struct json *j, const struct op *op, uint64_t n)
{
	wrote(j, sc_quick_number(put_key(j, op), n));
}

static void put_number_but(struct json *j, const struct op *op, uint64_t n, uint64_t absent)
{
	if (n != absent)
		put_number(j, op, n);
}

static void run(struct json *j, const struct program *p, const void *base);

static void put_list(struct json *j, const struct op *op, const struct sc_list *list)
{
	const struct program *p = &j->programs[op->items];
	put_char(j, '[');
	for (uint32_t i = 0; i < list->count; i++) {
		if (i)
			put_char(j, ',');
		put_char(j, '{');
		j->first = true;
		run(j, p, (const char *)list->items + i * p->shape->size);
		put_char(j, '}');
	}
	j->first = false;
	put_char(j, ']');
}

/* Values whose length the type bounds: there is room already. */
static void put_value(struct json *j, const struct op *op, const void *at)
{
	switch (op->type) {
	case SC_TYPE_name:
		if (*(const char *const *)at)
			wrote(j, put_word(put_key(j, op), *(const char *const *)at));
		break;
	case SC_TYPE_code:
		put_number_but(j, op, *(const uint16_t *)at, 0);
		break;
	case SC_TYPE_port:
		put_number(j, op, *(const uint16_t *)at);
		break;
	case SC_TYPE_count:
		put_number(j, op, *(const uint64_t *)at);
		break;
	case SC_TYPE_size:
		put_number_but(j, op, *(const uint64_t *)at, SC_NONE);
		break;
	case SC_TYPE_extra:
		put_number_but(j, op, *(const uint64_t *)at, 0);
		break;
	case SC_TYPE_ms:
		if (*(const sc_time *)at != SC_TIME_NONE)
			wrote(j, sc_quick_ms(put_key(j, op), *(const sc_time *)at));
		break;
	case SC_TYPE_time:
		if (*(const sc_time *)at != SC_TIME_NONE)
			wrote(j, put_time(j, put_key(j, op), *(const sc_time *)at));
		break;
	case SC_TYPE_yesno:
		wrote(j, put_bool(put_key(j, op), *(const bool *)at));
		break;
	case SC_TYPE_flag:
		if (*(const bool *)at)
			wrote(j, put_bool(put_key(j, op), true));
		break;
	case SC_TYPE_ip:
		if (((const struct sc_ip *)at)->version)
			wrote(j, put_ip(put_key(j, op), at));
		break;
	case SC_TYPE_id:
		if (*(const uint64_t *)at)
			wrote(j, put_id(put_key(j, op), *(const uint64_t *)at));
		break;
	case SC_TYPE_status:
		if (((const struct sc_status *)at)->cls)
			wrote(j, put_status(put_key(j, op), *(const struct sc_status *)at));
		break;
	}
}

/* Values of any length: they ask for room. */
static void put_long_value(struct json *j, const struct op *op, const void *at)
{
	wrote(j, put_key(j, op));
	switch (op->type) {
	case SC_TYPE_quirks:
		put_quirks(j, *(const uint64_t *)at);
		break;
	case SC_TYPE_strs:
		put_strs(j, at);
		break;
	case SC_TYPE_pairs:
		put_pairs(j, at);
		break;
	case SC_TYPE_tally:
		put_tally(j, at);
		break;
	case SC_TYPE_list:
		put_list(j, op, at);
		break;
	}
}

/* An empty list stands in the output, but does not make the object that it is in. */
static bool is_empty_list(const struct op *op, const void *at)
{
	return (op->type == SC_TYPE_strs && ((const struct sc_strs *)at)->count == 0) ||
		(op->type == SC_TYPE_pairs && ((const struct sc_pairs *)at)->count == 0);
}

/* Writes the members of one struct.  An embedded object in which nothing was present is taken back: between its
 * opening and its close nothing asked for room then, so its beginning is still in the buffer. */
static void run(struct json *j, const struct program *p, const void *base)
{
	struct {
		size_t len;
		bool   first;
	} opened[DEPTH + 1];
	size_t depth = 0, empty_end = 0; /* where the last empty list ended, if nothing else came behind it */
	for (const struct op *op = p->ops; op < p->ops + p->count; op++) {
		const void *at = (const char *)base + op->offset;
		if (op->type <= SC_TYPE_path) {
			if (!((const sc_str *)at)->at)
				continue;
			put_string(j, put_key(j, op), *(const sc_str *)at);
			empty_end = 0;
		} else if (op->type < SC_TYPE_quirks) {
			put_value(j, op, at);
		} else if (op->type < SC_TYPE_object) {
			bool alone = j->first || j->out.len == empty_end;
			put_long_value(j, op, at);
			empty_end = alone && is_empty_list(op, at) ? j->out.len : 0;
		} else if (op->type == SC_TYPE_object) {
			opened[depth].len = j->out.len;
			opened[depth++].first = j->first;
			wrote(j, put_key(j, op));
			j->first = true;
		} else if (j->first || j->out.len == empty_end) {
			j->out.len = opened[--depth].len;
			j->first = opened[depth].first;
		} else {
			depth--;
			*here(j) = '}';
			j->out.len++;
		}
	}
}

static void put_words(struct json *j, sc_str s)
{
	memcpy(here(j), s.at, s.len);
	j->out.len += s.len;
}

static void json_write(void *self, const struct sc_event *ev)
{
	struct json *j = self;
	if (!(j->wants >> ev->kind & 1))
		return;
	sc_buffer_room(&j->out, j->reserve + sizeof(j->sensor));
	put_words(j, SC_STR("{\"v\":1,\"ts\":"));
	wrote(j, put_time(j, here(j), ev->when));
	put_words(j, SC_STR(",\"event\":"));
	wrote(j, put_word(here(j), sc_event_shapes[ev->kind]->name));
	put_words(j, SC_STR(",\"seq\":"));
	wrote(j, sc_quick_number(here(j), ++j->seq));
	put_words(j, (sc_str){ j->sensor, j->sensor_len });
	j->first = false;
	if (ev->head)
		run(j, &j->programs[SC_EVENT_KINDS], ev->head);
	run(j, &j->programs[ev->kind], ev->body);
	put_words(j, SC_STR("}\n"));
}

static sc_err json_open(void *self, const struct sc_output_config *config)
{
	struct json *j = self;
	j->wants = config->wants ? config->wants : ~SC_WANT(SC_EVENT_exchange);
	compile(j);
	if (config->sensor.at) {
		struct sc_text t = sc_text_into(j->sensor, sizeof(j->sensor));
		sc_text_adds(&t, ",\"sensor\":\"");
		sc_text_json(&t, sc_str_slice(config->sensor, 0, 255)); /* a host name is not longer */
		sc_text_put(&t, '"');
		j->sensor_len = t.len;
	}
	return sc_buffer_open(&j->out, &config->writer);
}

static void json_flush(void *self)
{
	struct json *j = self;
	sc_buffer_flush(&j->out);
}

static sc_err json_close(void *self)
{
	struct json *j = self;
	return sc_buffer_close(&j->out);
}

const struct sc_sink_class sc_sink_json = {
	.name    = "json",
	.summary = "JSON Lines: one event a line (docs/EVENTS.md)",
	.size    = sizeof(struct json),
	.open    = json_open,
	.write   = json_write,
	.close   = json_close,
	.flush   = json_flush,
};
