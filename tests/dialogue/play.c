/* play.c - an engine's events by reflection: once with everything, once with only what must not change. */
#include "play.h"

#include <smtpscope/engine.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "output/outputs.h"
#include "output/value.h"

#define VALUE_OCTETS 32768
#define MEMORY (UINT64_C(16) << 20)

struct player {
	struct log *log;
	enum sc_event_kind kind; /* of the event in work */
	void *json;       /* state of the JSON sink */
	char *facts;      /* of the event in work */
	size_t facts_len, facts_room;
	char key[128];
	char value[VALUE_OCTETS];
};

static void append(char **at, size_t *len, size_t *room, const char *text, size_t n)
{
	if (*room - *len <= n) {
		*room = (*room + n + 256) * 2;
		*at = realloc(*at, *room);
		if (!*at)
			abort();
	}
	memcpy(*at + *len, text, n);
	*len += n;
	(*at)[*len] = 0;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

/* What depends on packets and on time, not on what was said. */
static bool may_change(const struct player *p)
{
	const char *k = p->key;
	if (p->log->varied == VARIED_COPIES && strncmp(k, "octets.", 7) == 0)
		return true;
	if (p->kind == SC_EVENT_diagnosis && (strcmp(k, "text") == 0 || strcmp(k, "observed") == 0))
		return true; /* times and packets */
	return ends_with(k, "_ms") || strncmp(k, "packets.", 8) == 0 || strcmp(k, "start") == 0 || strcmp(k, "end") == 0;
}

/* Quirks without those of the transport. */
static void drop_transport(char *words)
{
	char *to = words, *from = words;
	while (*from) {
		size_t n = strcspn(from, " ");
		char *next = from + n + (from[n] == ' ');
		if (strncmp(from, "tcp_", 4) != 0) {
			if (to != words)
				*to++ = ' ';
			memmove(to, from, n);
			to += n;
		}
		from = next;
	}
	*to = 0;
}

static void put_line(char **at, size_t *len, size_t *room, const char *key, const char *value)
{
	append(at, len, room, key, strlen(key));
	append(at, len, room, "=", 1);
	append(at, len, room, value, strlen(value));
	append(at, len, room, "\n", 1);
}

static void put_value(struct player *p, const struct sc_field *f, const void *base)
{
	struct sc_text t = sc_text_into(p->value, sizeof(p->value) - 2);
	sc_value_put(&t, f, base, SC_LOOK_TEXT);
	p->value[t.len] = 0;
	if (p->log->detailed)
		put_line(&p->facts, &p->facts_len, &p->facts_room, p->key, p->value);
	if (may_change(p))
		return;
	if (f->type == SC_TYPE_quirks)
		drop_transport(p->value);
	put_line(&p->log->same, &p->log->same_len, &p->log->same_room, p->key, p->value);
}

/* Recursion follows the schema, which is flat. */
static void put_shape(struct player *p, const struct sc_shape *shape, const void *base, size_t prefix)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		const char *at = (const char *)base + f->offset;
		if (!sc_field_present(f, base))
			continue;
		size_t room = sizeof(p->key) - prefix;
		size_t n = prefix + (size_t)snprintf(p->key + prefix, room, "%s", f->name);
		if (f->type == SC_TYPE_object) {
			p->key[n++] = '.';
			put_shape(p, f->shape, at, n);
		} else if (f->type == SC_TYPE_list) {
			const struct sc_list *list = (const void *)at;
			for (uint32_t j = 0; j < list->count; j++) {
				int m = snprintf(p->key + n, sizeof(p->key) - n, ".%u.", j);
				put_shape(p, f->shape, (const char *)list->items + j * f->shape->size, n + (size_t)m);
			}
		} else {
			put_value(p, f, base);
		}
	}
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct player *p = ctx;
	struct log *log = p->log;
	const struct sc_shape *shape = sc_event_shapes[ev->kind];
	if (log->detailed)
		sc_sink_json.write(p->json, ev);
	if (ev->kind == SC_EVENT_stats || sc_event_inside(ev->kind) || (ev->kind == SC_EVENT_diagnosis && log->varied == VARIED_ORDER))
		return;
	p->kind = ev->kind;
	append(&log->same, &log->same_len, &log->same_room, "# ", 2);
	append(&log->same, &log->same_len, &log->same_room, shape->name, strlen(shape->name));
	append(&log->same, &log->same_len, &log->same_room, "\n", 1);
	p->facts_len = 0;
	append(&p->facts, &p->facts_len, &p->facts_room, "", 0);
	put_shape(p, shape, ev->body, 0);
	if (!log->detailed)
		return;
	log->events = realloc(log->events, (log->count + 1) * sizeof(*log->events));
	if (!log->events)
		abort();
	log->events[log->count++] = (struct told){ strdup(shape->name), strdup(p->facts) };
}

static bool write_json(void *ctx, const char *at, size_t len)
{
	struct log *log = ctx;
	append(&log->json, &log->json_len, &log->json_room, at, len);
	return true;
}

static void open_json(struct player *p)
{
	struct sc_output_config config = { .writer = { write_json, p->log }, .wants = UINT64_MAX, .utc = true };
	p->json = calloc(1, sc_sink_json.size);
	if (!p->json || sc_sink_json.open(p->json, &config) != SC_OK)
		abort();
}

void play(const struct plan *plan, struct log *log)
{
	struct player *p = calloc(1, sizeof(*p));
	struct sc_engine *e;
	if (!p)
		abort();
	p->log = log;
	append(&log->same, &log->same_len, &log->same_room, "", 0);
	append(&log->json, &log->json_len, &log->json_room, "", 0);
	if (log->detailed)
		open_json(p);
	const uint16_t ports[] = { plan->port };
	struct sc_engine_config config = { .memory = MEMORY, .seed = 1, .ports = ports, .port_count = 1, .emit = on_event, .emit_ctx = p };
	if (sc_engine_open(&e, &config) != SC_OK)
		abort();
	for (size_t i = 0; i < plan->count; i++) {
		size_t len;
		char *packet = wire_packet(plan, &plan->frames[i], &len);
		sc_engine_feed(e, &(struct sc_packet){ .number = i + 1, .when = plan->frames[i].when,
			.wire_len = (uint32_t)len, .link = SC_LINK_ETHERNET, .bytes = { packet, len } });
		free(packet);
	}
	sc_engine_finish(e);
	log->counters = *sc_engine_counters(e);
	sc_engine_close(e);
	if (p->json)
		(void)sc_sink_json.close(p->json);
	free(p->json);
	free(p->facts);
	free(p);
}

void log_free(struct log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		free(log->events[i].kind);
		free(log->events[i].facts);
	}
	free(log->events);
	free(log->same);
	free(log->json);
	*log = (struct log){ 0 };
}

char *told_value(const struct told *t, const char *key, size_t key_len)
{
	for (const char *p = t->facts; *p;) {
		const char *end = strchr(p, '\n');
		if (strncmp(p, key, key_len) == 0 && p[key_len] == '=')
			return strndup(p + key_len + 1, (size_t)(end - p) - key_len - 1);
		p = end + 1;
	}
	return NULL;
}

const char *counters_fault(const struct sc_counters *c)
{
	uint64_t sum = sc_counters_octets_told(c);
	return sum == c->octets_seen ? NULL : "octets do not add up";
}
