/* same.h - events as text, without what packets and time decide: two runs of the same octets must give the same text. */
#ifndef SC_TESTS_SAME_H
#define SC_TESTS_SAME_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "output/value.h"

struct same {
	char  *at;
	size_t len, room;
};

static inline void same_add(struct same *s, const char *text, size_t n)
{
	if (s->room - s->len <= n) {
		s->room = (s->room + n + 4096) * 2;
		s->at = realloc(s->at, s->room);
		if (!s->at)
			abort();
	}
	memcpy(s->at + s->len, text, n);
	s->len += n;
	s->at[s->len] = 0;
}

static inline bool same_left_out(const char *key)
{
	size_t n = strlen(key);
	return (n > 3 && strcmp(key + n - 3, "_ms") == 0) || strcmp(key, "packets") == 0 || strcmp(key, "start") == 0 ||
	       strcmp(key, "end") == 0;
}

/* The bits of what the transport did. */
static inline uint64_t same_transport(void)
{
	return SC_QUIRK_BIT(tcp_overlap_conflict) | SC_QUIRK_BIT(tcp_bad_ack) | SC_QUIRK_BIT(tcp_bad_reset) |
	       SC_QUIRK_BIT(tcp_syn_data) | SC_QUIRK_BIT(tcp_urgent) | SC_QUIRK_BIT(tcp_after_close) |
	       SC_QUIRK_BIT(tcp_gap_at_end);
}

static inline void same_value(struct same *s, const struct sc_field *f, const void *base)
{
	static char value[65536];
	uint64_t bits;
	struct sc_text t = sc_text_into(value, sizeof(value));
	if (f->type == SC_TYPE_quirks) {
		memcpy(&bits, (const char *)base + f->offset, sizeof(bits));
		bits &= ~same_transport();
		struct sc_field only = *f;
		only.offset = 0;
		sc_value_put(&t, &only, &bits, SC_LOOK_TEXT);
	} else {
		sc_value_put(&t, f, base, SC_LOOK_TEXT);
	}
	same_add(s, f->name, strlen(f->name));
	same_add(s, "=", 1);
	same_add(s, value, t.len);
	same_add(s, " ", 1);
}

/* Recursion follows the schema, which is flat. */
static inline void same_shape(struct same *s, const struct sc_shape *shape, const void *base)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		const char *at = (const char *)base + f->offset;
		if (!sc_field_present(f, base) || same_left_out(f->name))
			continue;
		if (f->type == SC_TYPE_object) {
			same_shape(s, f->shape, at);
		} else if (f->type == SC_TYPE_list) {
			const struct sc_list *list = (const void *)at;
			for (uint32_t j = 0; j < list->count; j++)
				same_shape(s, f->shape, (const char *)list->items + j * f->shape->size);
		} else {
			same_value(s, f, base);
		}
	}
}

static inline void same_event(struct same *s, enum sc_event_kind kind, const void *body)
{
	const struct sc_shape *shape = sc_event_shapes[kind];
	same_add(s, shape->name, strlen(shape->name));
	same_add(s, ": ", 2);
	same_shape(s, shape, body);
	same_add(s, "\n", 1);
}

/* Ends the program when the two differ, and shows where. */
static inline void same_or_stop(const struct same *a, const struct same *b)
{
	size_t i = 0, line = 0;
	while (i < a->len && i < b->len && a->at[i] == b->at[i])
		if (a->at[i++] == '\n')
			line = i;
	if (a->len == b->len && i == a->len)
		return;
	fprintf(stderr, "first:  %.*s\nsecond: %.*s\n", (int)strcspn(a->at + line, "\n"), a->at + line,
		(int)strcspn(b->at + line, "\n"), b->at + line);
	abort();
}

#endif
