/* pages.c - screens that are text: explanations, every field of an event, help. */
#include "tui/prose.h"

#include "explain/phrase.h"
#include "output/value.h"

/* ---- explanations ---- */

const struct sc_view_class sc_view_text = { .name = "Explained", .size = sizeof(struct prose), .draw = sc_prose_draw,
	.key = sc_prose_key, .close = sc_prose_close, .lines = &sc_prose_lines };

void sc_explain_open(struct sc_tui *t, sc_str word)
{
	char octets[SC_PHRASE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	if (!word.len || !sc_phrase_explain(word, &text)) {
		sc_tui_say(t, "nothing to explain here");
		return;
	}
	struct prose *p = (struct prose *)sc_tui_push(t, &sc_view_text);
	if (!p)
		return;
	struct sc_text page = sc_prose_text(p);
	sc_text_add(&page, sc_text_str(&text));
	sc_text_put(&page, '\n');
	sc_prose_done(p, &page);
	sc_prose_title(p, word);
}

/* ---- every field of an event ---- */

struct fields {
	struct sc_text *to;
	size_t depth;
};

static void put_strings(struct fields *f, const char *name, const struct sc_strs *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		sc_prose_name(f->to, i ? "" : name, f->depth);
		sc_text_visible(f->to, list->items[i]);
		sc_text_put(f->to, '\n');
	}
}

static void put_shape(struct fields *f, const struct sc_shape *shape, const void *base);

static void put_list(struct fields *f, const struct sc_field *field, const struct sc_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		sc_prose_name(f->to, field->name, f->depth);
		sc_text_put(f->to, '\n');
		f->depth++;
		put_shape(f, field->shape, (const char *)list->items + i * field->shape->size);
		f->depth--;
	}
}

static void put_field(struct fields *f, const struct sc_field *field, const void *base)
{
	const void *at = (const char *)base + field->offset;
	if (!sc_field_present(field, base))
		return;
	if (field->type == SC_TYPE_strs) {
		put_strings(f, field->name, at);
	} else if (field->type == SC_TYPE_list) {
		put_list(f, field, at);
	} else if (field->type == SC_TYPE_object) {
		sc_prose_name(f->to, field->name, f->depth);
		sc_text_put(f->to, '\n');
		f->depth++;
		put_shape(f, field->shape, at);
		f->depth--;
	} else {
		sc_prose_name(f->to, field->name, f->depth);
		sc_value_put(f->to, field, base, SC_LOOK_TEXT);
		sc_text_put(f->to, '\n');
	}
}

/* Goes as deep as the schema does. */
static void put_shape(struct fields *f, const struct sc_shape *shape, const void *base)
{
	for (size_t i = 0; i < shape->count; i++)
		put_field(f, &shape->fields[i], base);
}

void sc_event_open(struct sc_tui *t, const struct sc_event *ev)
{
	const struct sc_shape *shape = sc_event_shapes[ev->kind];
	struct prose *p = (struct prose *)sc_tui_push(t, &sc_view_text);
	if (!p)
		return;
	struct sc_text page = sc_prose_text(p);
	struct fields f = { &page, 0 };
	p->fields = true;
	for (const char *c = shape->name; *c; c++)
		sc_text_put(&page, sc_upper(*c));
	sc_text_put(&page, '\n');
	put_shape(&f, shape, ev->body);
	if (ev->head) {
		sc_text_adds(&page, "\nSESSION\n");
		put_shape(&f, sc_head_shape, ev->head);
	}
	sc_prose_done(p, &page);
	sc_prose_title(p, sc_str_of(shape->name));
}

/* ---- help ---- */

static void put_fitted(struct sc_text *to, const char *s, size_t width)
{
	sc_page_fit(to, sc_str_of(s), width, false);
}

static void put_group(struct prose *p, struct sc_text *to, const char *group, const char *title)
{
	const struct sc_key_row *k;
	size_t before = to->len;
	for (const char *c = title; *c; c++)
		sc_text_put(to, sc_upper(*c));
	sc_text_put(to, '\n');
	size_t head = to->len;
	for (size_t i = 0; (k = sc_key_row(i)); i++) {
		sc_str sought = { p->search, p->search_len };
		if (strcmp(k->group, group) != 0)
			continue;
		if (sought.len && sc_str_search_nocase(sc_str_of(k->help), sought) == SIZE_MAX &&
		    sc_str_search_nocase(sc_str_of(k->name), sought) == SIZE_MAX)
			continue;
		sc_text_adds(to, "  ");
		put_fitted(to, k->shown, 12);
		sc_text_adds(to, k->help);
		sc_text_put(to, '\n');
	}
	if (to->len == head)
		to->len = before;
	else
		sc_text_put(to, '\n');
}

static bool collect_help(struct sc_tui *t, struct sc_view *v)
{
	struct prose *p = (struct prose *)v;
	struct sc_text to = sc_prose_text(p);
	(void)t;
#define GROUP(name, title) put_group(p, &to, #name, title);
	SC_KEY_GROUPS(GROUP)
#undef GROUP
	if (!p->search_len)
		sc_text_adds(&to, "SCREENS\n  1 ... 9     the screen of that number\n\n"
			     "FILTERS\n  outcome == \"rejected\" and rcpt_to.domain == \"example.org\"\n"
			     "  client.ip in 192.0.2.0/24    code in {450, 451}    size > 1M\n"
			     "  Tab completes the name of a field; smtpscope explain FIELD tells what it means.\n\n"
			     "SIGNS\n");
	for (int i = 0; !p->search_len && i < SC_OUTCOMES; i++) {
		sc_text_adds(&to, "  ");
		sc_text_adds(&to, sc_tui_sign(t, (enum sc_outcome)i));
		sc_text_adds(&to, "  ");
		sc_text_adds(&to, sc_outcome_name((enum sc_outcome)i));
		sc_text_put(&to, '\n');
	}
	sc_prose_done(p, &to);
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	sc_text_adds(&title, "Help; type to search: ");
	sc_text_add(&title, (sc_str){ p->search, p->search_len });
	sc_text_put(&title, '_');
	v->title[title.len] = '\0';
	return true;
}

/* Letters search; Escape leaves, other keys keep their meaning. */
static bool typed_help(struct sc_tui *t, struct sc_view *v, uint32_t c)
{
	struct prose *p = (struct prose *)v;
	(void)t;
	if (c == SC_KEY_BACKSPACE && p->search_len)
		p->search_len--;
	else if (c > ' ' && c < 127 && p->search_len < sizeof(p->search))
		p->search[p->search_len++] = (char)c;
	else
		return false;
	v->generation = 0;
	return true;
}

const struct sc_view_class sc_view_help = { .name = "Help", .size = sizeof(struct prose), .collect = collect_help, .draw = sc_prose_draw,
	.key = sc_prose_key, .close = sc_prose_close, .typed = typed_help };
