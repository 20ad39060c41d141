/* list.c - one line per recipient, session, transaction, finding, or connection that was no mail, as it happens.
 *
 * The table is for eyes: chosen columns of fixed width, of which the least telling give way on a narrow terminal, and
 * a last one that takes what is left.  CSV (RFC 4180) and TSV are for programs: every field of the event, named as in
 * the JSON, times in RFC 3339 UTC.  Both come from tables; no column has code of its own.
 *
 * Trusts the event's structure.  Promises that no control octet of the wire passes, that a row is one line, and that
 * a spreadsheet does not take a CSV cell for a formula. */
#include "base/memory.h"
#include "output/outputs.h"
#include "output/page.h"
#include "output/value.h"

#define CELL_OCTETS  (32u * 1024) /* a spreadsheet holds 32,767 characters in a cell; what is longer is cut */
#define NAME_OCTETS  64
#define LEAVES       160
#define COLUMNS      16
#define LAST_COLUMNS 8 /* the last column is left out when it would be narrower */

/* ---- the table's columns ---- */

enum look {
	VALUE,
	WHEN,     /* time of the event */
	SYMBOL,   /* sign and word of an outcome */
	ENDPOINT, /* address:port */
	COUNT,    /* how many items a list has */
	OUTCOMES, /* 1✓ 2✗ */
};

struct column {
	const char *title;
	uint8_t width;   /* 0: the rest of the line */
	uint8_t rank;    /* on a narrow terminal the highest goes first */
	bool    right;
	enum look look;
	const char *path; /* in the event's body, else in its head */
};

static const struct column recipient_columns[] = {
	{ "TIME", 19, 0, false, WHEN, NULL },
	{ "OUTCOME", 11, 0, false, SYMBOL, "outcome" },
	{ "CODE", 4, 1, false, VALUE, "code" },
	{ "STATUS", 6, 5, false, VALUE, "enhanced" },
	{ "CAUSE", 17, 2, false, VALUE, "cause" },
	{ "FROM", 24, 4, false, VALUE, "mail_from" },
	{ "TO", 24, 0, false, VALUE, "rcpt_to" },
	{ "CLIENT", 15, 6, false, VALUE, "client.ip" },
	{ "SERVER", 15, 7, false, VALUE, "server.ip" },
	{ "QUEUE ID", 12, 8, false, VALUE, "queue_id" },
	{ "TEXT", 0, 3, false, VALUE, "text" },
};

static const struct column session_columns[] = {
	{ "TIME", 19, 0, false, WHEN, NULL },
	{ "CLIENT", 15, 0, false, VALUE, "client.ip" },
	{ "SERVER", 18, 0, false, ENDPOINT, "server" },
	{ "TLS", 7, 3, false, VALUE, "tls.version" },
	{ "USER", 12, 5, false, VALUE, "auth.user" },
	{ "HELO", 20, 4, false, VALUE, "helo.name" },
	{ "MAILS", 5, 7, true, VALUE, "transactions" },
	{ "RECIPIENTS", 11, 1, false, OUTCOMES, "recipients" },
	{ "MS", 10, 6, true, VALUE, "timing.total_ms" },
	{ "END", 12, 2, false, VALUE, "end_by" },
	{ "ID", 16, 8, false, VALUE, "session" },
	{ "QUIRKS", 0, 9, false, VALUE, "quirks" },
};

static const struct column transaction_columns[] = {
	{ "TIME", 19, 0, false, WHEN, NULL },
	{ "OUTCOME", 11, 0, false, SYMBOL, "outcome" },
	{ "CODE", 4, 1, false, VALUE, "code" },
	{ "STATUS", 6, 5, false, VALUE, "enhanced" },
	{ "CAUSE", 17, 2, false, VALUE, "cause" },
	{ "FROM", 26, 0, false, VALUE, "mail_from" },
	{ "RCPT", 4, 3, true, COUNT, "recipients" },
	{ "SIZE", 10, 4, true, VALUE, "size" },
	{ "CLIENT", 15, 7, false, VALUE, "client.ip" },
	{ "SERVER", 15, 8, false, VALUE, "server.ip" },
	{ "QUEUE ID", 12, 9, false, VALUE, "queue_id" },
	{ "TEXT", 0, 6, false, VALUE, "text" },
};

static const struct column finding_columns[] = {
	{ "TIME", 19, 0, false, WHEN, NULL },
	{ "SEVERITY", 8, 0, false, VALUE, "severity" },
	{ "SURE", 4, 4, true, VALUE, "confidence" },
	{ "DETECTOR", 22, 1, false, VALUE, "detector" },
	{ "STATE", 5, 3, false, VALUE, "state" },
	{ "ABOUT", 26, 0, false, VALUE, "subject.value" },
	{ "TEXT", 0, 2, false, VALUE, "text" },
};

static const struct column non_smtp_columns[] = {
	{ "TIME", 19, 0, false, WHEN, NULL },
	{ "CLIENT", 15, 0, false, VALUE, "client.ip" },
	{ "SERVER", 18, 0, false, ENDPOINT, "server" },
	{ "PROTOCOL", 16, 0, false, VALUE, "protocol" },
	{ "BY", 7, 1, false, VALUE, "by" },
	{ "ID", 0, 2, false, VALUE, "session" },
};

#define ROWS(columns) columns, sizeof(columns) / sizeof((columns)[0])

static const struct listing {
	const char *what;
	enum sc_event_kind kind;
	const struct column *columns;
	size_t count;
} listings[] = {
	{ "recipients", SC_EVENT_delivery, ROWS(recipient_columns) },
	{ "sessions", SC_EVENT_session, ROWS(session_columns) },
	{ "transactions", SC_EVENT_transaction, ROWS(transaction_columns) },
	{ "findings", SC_EVENT_finding, ROWS(finding_columns) },
	{ "non_smtp", SC_EVENT_non_smtp, ROWS(non_smtp_columns) },
};

/* ---- state ---- */

/* A field that is no object, and where it lies: in the head or in the body of an event. */
struct leaf {
	const struct sc_field *field;
	size_t offset;
	bool   in_head;
	char   name[NAME_OCTETS]; /* client.ip */
};

struct cell {
	const struct column *column;
	struct leaf leaf;
	size_t width;
};

struct list {
	struct sc_buffer out;
	struct sc_page_clock clock;
	const struct listing *listing;
	void (*row)(struct list *l, const struct sc_event *ev);
	char  *text;              /* CELL_OCTETS: the cell that is being made */
	size_t columns;           /* of the terminal; 0: lines are not cut */
	struct cell cells[COLUMNS];
	size_t cell_count;
	struct leaf leaves[LEAVES];
	size_t leaf_count;
};

static const void *base_of(const struct leaf *leaf, const struct sc_event *ev)
{
	const char *base = leaf->in_head ? (const char *)ev->head : ev->body;
	return base ? base + leaf->offset : NULL;
}

/* ---- table ---- */

static void put_outcomes(struct sc_text *t, const struct sc_field *f, const void *base)
{
	const char *counts = (const char *)base + f->offset;
	const char *between = "";
	for (size_t i = 0; i < f->shape->count; i++) {
		uint64_t n = *(const uint64_t *)(counts + f->shape->fields[i].offset);
		if (!n)
			continue;
		sc_text_adds(t, between);
		sc_text_number(t, n);
		sc_text_adds(t, sc_page_symbol(f->shape->fields[i].name));
		between = " ";
	}
}

static void put_look(struct list *l, struct sc_text *t, const struct cell *c, const struct sc_event *ev)
{
	if (c->column->look == WHEN) {
		sc_page_time(&l->clock, t, ev->when);
		return;
	}
	const struct sc_field *f = c->leaf.field;
	const char *base = base_of(&c->leaf, ev);
	if (!base)
		return;
	switch (c->column->look) {
	case SYMBOL:
		sc_text_adds(t, sc_page_symbol(*(const char *const *)(base + f->offset)));
		sc_text_put(t, ' ');
		sc_value_put(t, f, base, SC_LOOK_TEXT);
		break;
	case ENDPOINT:
		sc_value_endpoint(t, (const struct sc_ev_endpoint *)(base + f->offset));
		break;
	case COUNT:
		sc_text_number(t, ((const struct sc_list *)(base + f->offset))->count);
		break;
	case OUTCOMES:
		put_outcomes(t, f, base);
		break;
	case VALUE:
	case WHEN:
		sc_value_put(t, f, base, SC_LOOK_TEXT);
		break;
	}
}

/* An address is worth more than a straight column: it is never cut. */
static bool never_cut(const struct cell *c)
{
	return c->column->look == ENDPOINT || (c->leaf.field && c->leaf.field->type == SC_TYPE_ip);
}

static void put_cell(struct list *l, const struct cell *c, sc_str s, bool last)
{
	if (s.len == 0)
		s = SC_STR("-");
	if ((last && c->width == 0) || (never_cut(c) && sc_text_columns(s) > c->width)) {
		sc_buffer_add(&l->out, s);
	} else {
		size_t room = s.len + c->width + 8;
		struct sc_text t = sc_text_into(sc_buffer_room(&l->out, room), room);
		sc_page_fit(&t, s, c->width, c->column->right);
		while (last && t.len && t.at[t.len - 1] == ' ')
			t.len--;
		l->out.len += t.len;
	}
	sc_buffer_adds(&l->out, last ? "\n" : " ");
}

static void table_row(struct list *l, const struct sc_event *ev)
{
	for (size_t i = 0; i < l->cell_count; i++) {
		struct sc_text t = sc_text_into(l->text, CELL_OCTETS);
		put_look(l, &t, &l->cells[i], ev);
		put_cell(l, &l->cells[i], sc_text_str(&t), i + 1 == l->cell_count);
	}
}

static void table_header(struct list *l)
{
	for (size_t i = 0; i < l->cell_count; i++) {
		struct sc_text t = sc_text_into(l->text, CELL_OCTETS);
		sc_text_adds(&t, l->cells[i].column->title);
		if (l->cells[i].column->look == WHEN) {
			sc_text_put(&t, ' ');
			sc_page_zone(&l->clock, &t);
		}
		put_cell(l, &l->cells[i], sc_text_str(&t), i + 1 == l->cell_count);
	}
}

static void find_leaf(struct list *l, const char *path, struct leaf *leaf)
{
	leaf->field = sc_value_field(sc_event_shapes[l->listing->kind], path, &leaf->offset);
	leaf->in_head = !leaf->field;
	if (leaf->in_head)
		leaf->field = sc_value_field(sc_head_shape, path, &leaf->offset);
	SC_ASSERT(leaf->field);
}

static size_t width_of_cells(const struct list *l)
{
	size_t width = 0;
	for (size_t i = 0; i < l->cell_count; i++)
		width += (l->cells[i].column->width ? l->cells[i].column->width : LAST_COLUMNS) + (i > 0);
	return width;
}

static void drop_least_telling(struct list *l)
{
	size_t least = 0;
	for (size_t i = 1; i < l->cell_count; i++)
		if (l->cells[i].column->rank > l->cells[least].column->rank)
			least = i;
	l->cell_count--;
	for (size_t i = least; i < l->cell_count; i++)
		l->cells[i] = l->cells[i + 1];
}

static void open_table(struct list *l)
{
	SC_ASSERT(l->listing->count <= COLUMNS);
	for (size_t i = 0; i < l->listing->count; i++) {
		struct cell *c = &l->cells[l->cell_count++];
		c->column = &l->listing->columns[i];
		c->width  = c->column->width;
		if (c->column->path)
			find_leaf(l, c->column->path, &c->leaf);
	}
	while (l->columns && l->cell_count > 2 && width_of_cells(l) > l->columns)
		drop_least_telling(l);
	struct cell *last = &l->cells[l->cell_count - 1];
	if (l->columns && last->width == 0)
		last->width = LAST_COLUMNS + l->columns - width_of_cells(l);
	table_header(l);
}

/* ---- CSV and TSV ---- */

/* What a spreadsheet may take for the beginning of a formula, also as full-width characters and as the visible form
 * of a tab, CR or LF. */
static bool looks_like_formula(sc_str s)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\\t", "\\r", "\\n", "＝", "＋", "－", "＠" };
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (sc_str_starts(s, sc_str_of(starts[i])))
			return true;
	return false;
}

static bool is_text(enum sc_type type)
{
	return type <= SC_TYPE_name || (type >= SC_TYPE_quirks && type <= SC_TYPE_list);
}

/* Also what other separators than the comma would cut, since not every spreadsheet asks. */
static bool wants_quotes(sc_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("\",;|'\t\r\n", s.at[i]))
			return true;
	return s.len && (s.at[0] == ' ' || s.at[s.len - 1] == ' ');
}

static void put_csv(struct sc_buffer *out, sc_str s, bool text)
{
	bool guarded = text && looks_like_formula(s);
	if (!guarded && !wants_quotes(s)) {
		sc_buffer_add(out, s);
		return;
	}
	sc_buffer_adds(out, guarded ? "\"'" : "\"");
	while (s.len) {
		size_t at = sc_str_find(s, '"');
		sc_buffer_add(out, sc_str_slice(s, 0, at));
		if (at == SIZE_MAX)
			break;
		sc_buffer_adds(out, "\"\"");
		s = sc_str_from(s, at + 1);
	}
	sc_buffer_adds(out, "\"");
}

static sc_str leaf_text(struct list *l, const struct leaf *leaf, const struct sc_event *ev, enum sc_value_look look)
{
	struct sc_text t = sc_text_into(l->text, CELL_OCTETS);
	const void *base = base_of(leaf, ev);
	if (!leaf->field)
		sc_text_time(&t, ev->when);
	else if (base)
		sc_value_put(&t, leaf->field, base, look);
	return sc_text_str(&t);
}

static void csv_row(struct list *l, const struct sc_event *ev)
{
	for (size_t i = 0; i < l->leaf_count; i++) {
		const struct leaf *leaf = &l->leaves[i];
		sc_buffer_adds(&l->out, i ? "," : "");
		put_csv(&l->out, leaf_text(l, leaf, ev, SC_LOOK_TEXT), leaf->field && is_text(leaf->field->type));
	}
	sc_buffer_adds(&l->out, "\r\n");
}

static void tsv_row(struct list *l, const struct sc_event *ev)
{
	for (size_t i = 0; i < l->leaf_count; i++) {
		sc_buffer_adds(&l->out, i ? "\t" : "");
		sc_buffer_add(&l->out, leaf_text(l, &l->leaves[i], ev, SC_LOOK_TSV));
	}
	sc_buffer_adds(&l->out, "\n");
}

static void add_leaf(struct list *l, sc_str prefix, const struct sc_field *f, size_t offset, bool in_head)
{
	SC_ASSERT(l->leaf_count < LEAVES);
	struct leaf *leaf = &l->leaves[l->leaf_count++];
	*leaf = (struct leaf){ .field = f, .offset = offset, .in_head = in_head };
	struct sc_text t = sc_text_into(leaf->name, NAME_OCTETS - 1);
	sc_text_add(&t, prefix);
	sc_text_adds(&t, f ? f->name : "ts");
	SC_ASSERT(!t.cut);
}

/* Recursion here follows the schema, which nests objects only a few deep. */
static void add_leaves(struct list *l, sc_str prefix, const struct sc_shape *shape, size_t offset, bool in_head)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *f = &shape->fields[i];
		if (f->type != SC_TYPE_object) {
			add_leaf(l, prefix, f, offset, in_head);
			continue;
		}
		char name[NAME_OCTETS];
		struct sc_text t = sc_text_into(name, sizeof(name));
		sc_text_add(&t, prefix);
		sc_text_adds(&t, f->name);
		sc_text_put(&t, '.');
		add_leaves(l, sc_text_str(&t), f->shape, offset + f->offset, in_head);
	}
}

static void open_columns(struct list *l, const char *between, const char *end)
{
	add_leaf(l, SC_STR(""), NULL, 0, false);
	add_leaves(l, SC_STR(""), sc_head_shape, 0, true);
	add_leaves(l, SC_STR(""), sc_event_shapes[l->listing->kind], 0, false);
	for (size_t i = 0; i < l->leaf_count; i++) {
		sc_buffer_adds(&l->out, i ? between : "");
		sc_buffer_adds(&l->out, l->leaves[i].name);
	}
	sc_buffer_adds(&l->out, end);
}

/* ---- class ---- */

static const struct listing *find_listing(const char *what)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if (!what || strcmp(listings[i].what, what) == 0)
			return &listings[i];
	return NULL;
}

static void list_write(void *self, const struct sc_event *ev)
{
	struct list *l = self;
	if (ev->kind == l->listing->kind)
		l->row(l, ev);
}

static void list_flush(void *self)
{
	struct list *l = self;
	sc_buffer_flush(&l->out);
}

static sc_err list_close(void *self)
{
	struct list *l = self;
	sc_memory_give(l->text);
	l->text = NULL;
	return sc_buffer_close(&l->out);
}

/* Which rows, and what stands before the first. */
static sc_err open_format(struct list *l, const char *format)
{
	if (!format || strcmp(format, "table") == 0 || strcmp(format, "text") == 0) {
		l->row = table_row;
		open_table(l);
	} else if (strcmp(format, "csv") == 0) {
		l->row = csv_row;
		open_columns(l, ",", "\r\n");
	} else if (strcmp(format, "tsv") == 0) {
		l->row = tsv_row;
		open_columns(l, "\t", "\n");
	} else {
		return SC_EUSAGE;
	}
	return SC_OK;
}

static sc_err list_open(void *self, const struct sc_output_config *config)
{
	struct list *l = self;
	l->listing = find_listing(config->what);
	if (!l->listing)
		return SC_EUSAGE;
	l->columns = config->columns > 0 ? (size_t)config->columns : 0;
	sc_page_clock_open(&l->clock, config->utc);
	l->text = sc_memory_take(CELL_OCTETS);
	sc_err err = l->text ? sc_buffer_open(&l->out, &config->writer) : SC_EFAILED;
	if (!err)
		err = open_format(l, config->format);
	if (err)
		list_close(l);
	return err;
}

const struct sc_sink_class sc_sink_list = {
	.name    = "list",
	.summary = "one line per recipient, session, transaction, finding, or connection that was no mail",
	.wants   = SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction) |
		   SC_WANT(SC_EVENT_finding) | SC_WANT(SC_EVENT_non_smtp),
	.size    = sizeof(struct list),
	.open    = list_open,
	.write   = list_write,
	.close   = list_close,
	.flush   = list_flush,
};
