/* find.c - where a word of a log line occurs: in which session, which message, for which recipient.
 *
 * Every string of every event of a session is searched, by reflection, without regard to ASCII case; an address of
 * the network is compared as such.  Words of our own (outcomes, causes, quirks) are not searched: --where is for
 * them.  What was hit is kept, within SC_KEEP_OCTETS, until the session's event comes; then it is told, with the
 * command that shows the dialogue.
 *
 * Trusts the event's structure.  Promises plain text without controls, one line a hit. */
#include "base/memory.h"
#include "output/keep.h"
#include "output/outputs.h"
#include "output/sheet.h"
#include "output/unspoken.h"
#include "output/value.h"

#define WORDS         64
#define VALUE_COLUMNS 120 /* of what was hit, and of a reply */
#define LEAST_OF_ID   8   /* digits that are taken for the beginning of an id */

struct word {
	sc_str text;   /* without the <> around it */
	sc_str as_given;
	struct sc_ip ip;
};

struct find {
	struct sc_sheet sheet;
	struct sc_keep keep;
	struct word words[WORDS];
	size_t word_count;
	const char *source;
	uint64_t found, unreadable;      /* sessions */
	uint64_t searched[SC_EVENT_KINDS];
};

/* The first value that holds a word. */
struct hit {
	const struct sc_field *owner, *field; /* `owner` NULL: the event itself */
	sc_str value;                         /* none: not a string */
};

/* ---- searching ---- */

static bool holds(const struct find *f, sc_str s)
{
	for (size_t i = 0; s.at && i < f->word_count; i++)
		if (f->words[i].text.len && sc_str_search_nocase(s, f->words[i].text) != SIZE_MAX)
			return true;
	return false;
}

/* The word <> asks for the null path. */
static bool holds_path(const struct find *f, sc_str s)
{
	for (size_t i = 0; s.at && !s.len && i < f->word_count; i++)
		if (!f->words[i].text.len)
			return true;
	return holds(f, s);
}

static bool holds_ip(const struct find *f, const struct sc_ip *ip)
{
	for (size_t i = 0; ip->version && i < f->word_count; i++)
		if (sc_ip_equal(&f->words[i].ip, ip))
			return true;
	return false;
}

static bool holds_id(const struct find *f, uint64_t id)
{
	char digits[16];
	struct sc_text t = sc_text_into(digits, sizeof(digits));
	sc_value_id(&t, id);
	for (size_t i = 0; i < f->word_count; i++)
		if (f->words[i].text.len >= LEAST_OF_ID && sc_str_starts_nocase(sc_text_str(&t), f->words[i].text))
			return true;
	return false;
}

static bool holds_strs(const struct find *f, const struct sc_strs *strs, struct hit *hit)
{
	for (uint32_t i = 0; i < strs->count; i++) {
		hit->value = strs->items[i];
		if (holds(f, hit->value))
			return true;
	}
	return false;
}

static bool holds_pairs(const struct find *f, const struct sc_pairs *pairs, struct hit *hit)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		hit->value = holds(f, pairs->items[i].name) ? pairs->items[i].name : pairs->items[i].value;
		if (holds(f, hit->value))
			return true;
	}
	return false;
}

static bool search_shape(const struct find *f, const struct sc_shape *shape, const void *base, struct hit *hit);

static bool search_list(const struct find *f, const struct sc_field *field, const struct sc_list *list,
			struct hit *hit)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (search_shape(f, field->shape, (const char *)list->items + i * field->shape->size, hit))
			return true;
	return false;
}

static bool search_field(const struct find *f, const struct sc_field *field, const void *at, struct hit *hit)
{
	switch (field->type) {
	case SC_TYPE_str:
		hit->value = *(const sc_str *)at;
		return holds(f, hit->value);
	case SC_TYPE_path:
		hit->value = *(const sc_str *)at;
		return holds_path(f, hit->value);
	case SC_TYPE_ip:
		return holds_ip(f, at);
	case SC_TYPE_id:
		return *(const uint64_t *)at && holds_id(f, *(const uint64_t *)at);
	case SC_TYPE_strs:
		return holds_strs(f, at, hit);
	case SC_TYPE_pairs:
		return holds_pairs(f, at, hit);
	case SC_TYPE_list:
		return search_list(f, field, at, hit);
	case SC_TYPE_object:
		return search_shape(f, field->shape, at, hit);
	default:
		return false;
	}
}

/* Recursion here follows the schema, which nests objects only a few deep. */
static bool search_shape(const struct find *f, const struct sc_shape *shape, const void *base, struct hit *hit)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sc_field *field = &shape->fields[i];
		hit->value = SC_STR_NONE;
		if (!search_field(f, field, (const char *)base + field->offset, hit))
			continue;
		if (field->shape)
			hit->owner = field;
		else
			hit->field = field;
		return true;
	}
	return false;
}

/* A session, transaction or recipient is also found by the addresses and the id of its connection. */
static bool search_event(const struct find *f, const struct sc_event *ev, struct hit *hit)
{
	*hit = (struct hit){ 0 };
	if (search_shape(f, sc_event_shapes[ev->kind], ev->body, hit))
		return true;
	const uint64_t units = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_delivery);
	return (units >> ev->kind & 1) && search_shape(f, sc_head_shape, ev->head, hit);
}

/* ---- telling ---- */

static void end_line(struct find *f)
{
	while (f->sheet.text.len && f->sheet.scratch[f->sheet.text.len - 1] == ' ')
		f->sheet.text.len--;
	sc_buffer_add(&f->sheet.out, sc_text_str(&f->sheet.text));
	sc_buffer_adds(&f->sheet.out, "\n");
}

/* Wire text, cut to a reasonable length. */
static void put_value(struct sc_text *t, sc_str s)
{
	char visible[8 * VALUE_COLUMNS];
	struct sc_text whole = sc_text_into(visible, sizeof(visible));
	sc_text_visible(&whole, s);
	if (whole.cut || sc_text_columns(sc_text_str(&whole)) > VALUE_COLUMNS)
		sc_page_fit(t, sc_text_str(&whole), VALUE_COLUMNS, false);
	else
		sc_text_add(t, sc_text_str(&whole));
}

static void put_connection(struct find *f, const struct sc_ev_head *head, sc_time start, const char *how, const char *end)
{
	struct sc_text *t = sc_sheet_begin(&f->sheet);
	sc_value_id(t, head->session);
	sc_text_adds(t, "  ");
	sc_page_time(&f->sheet.clock, t, start);
	sc_text_put(t, ' ');
	sc_page_zone(&f->sheet.clock, t);
	sc_text_adds(t, "  ");
	sc_value_endpoint(t, &head->client);
	sc_text_adds(t, " → ");
	sc_value_endpoint(t, &head->server);
	sc_text_adds(t, end ? how : "");
	sc_text_adds(t, end);
	end_line(f);
}

static const struct sc_field *field_of(const struct sc_event *ev, const char *name, enum sc_type type)
{
	size_t offset;
	const struct sc_field *field = sc_value_field(sc_event_shapes[ev->kind], name, &offset);
	return field && field->type == type ? field : NULL;
}

/* Outcome, code and cause of a unit that has them. */
static void put_verdict(struct sc_text *t, const struct sc_event *ev)
{
	static const struct {
		const char *name;
		enum sc_type type;
	} parts[] = {
		{ "outcome", SC_TYPE_name },
		{ "code", SC_TYPE_code },
		{ "enhanced", SC_TYPE_status },
		{ "cause", SC_TYPE_name },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct sc_field *field = field_of(ev, parts[i].name, parts[i].type);
		if (!field || !sc_field_present(field, ev->body))
			continue;
		sc_text_put(t, ' ');
		if (i == 0) {
			const char *at = (const char *)ev->body + field->offset;
			sc_text_adds(t, sc_page_symbol(*(const char *const *)at));
			sc_text_put(t, ' ');
		}
		sc_value_put(t, field, ev->body, SC_LOOK_TEXT);
	}
}

static void put_paths(struct sc_text *t, const struct sc_event *ev)
{
	static const char *const names[] = { "mail_from", "rcpt_to" }, *const before[] = { " from <", " to <" };
	for (size_t i = 0; i < 2; i++) {
		const struct sc_field *field = field_of(ev, names[i], SC_TYPE_path);
		if (!field || !sc_field_present(field, ev->body))
			continue;
		sc_text_adds(t, before[i]);
		put_value(t, *(const sc_str *)((const char *)ev->body + field->offset));
		sc_text_put(t, '>');
	}
}

static void put_hit(struct find *f, const struct sc_event *ev)
{
	struct hit hit;
	if (!search_event(f, ev, &hit))
		return;
	struct sc_text *t = sc_sheet_begin(&f->sheet);
	sc_text_adds(t, "  ");
	const char *unit = ev->kind == SC_EVENT_delivery ? "recipient" : sc_event_shapes[ev->kind]->name;
	sc_page_fit(t, sc_str_of(unit), 11, false);
	put_verdict(t, ev);
	put_paths(t, ev);
	if (hit.value.at && hit.field->type != SC_TYPE_path) {
		sc_text_adds(t, "  ");
		sc_text_adds(t, hit.owner ? hit.owner->name : "");
		sc_text_adds(t, hit.owner ? "." : "");
		sc_text_adds(t, hit.field->name);
		sc_text_adds(t, ": ");
		put_value(t, hit.value);
	}
	end_line(f);
}

static void put_command(struct find *f, uint64_t session)
{
	struct sc_text *t = sc_sheet_begin(&f->sheet);
	sc_text_adds(t, "smtpscope show ");
	sc_value_id(t, session);
	sc_page_reading(t, f->source);
	sc_sheet_command(&f->sheet, 2);
}

/* Commands and replies are told only where nothing larger holds the word: they would repeat it. */
static void put_hits(struct find *f, const struct sc_kept *first, bool session_hit)
{
	bool larger = session_hit;
	for (const struct sc_kept *k = first; k; k = k->next)
		larger |= k->ev->kind != SC_EVENT_exchange;
	for (const struct sc_kept *k = first; k; k = k->next)
		if (!larger || k->ev->kind != SC_EVENT_exchange)
			put_hit(f, k->ev);
}

static void tell(struct find *f, const struct sc_event *session, uint64_t id, const struct sc_kept *first)
{
	struct hit hit;
	bool session_hit = session && search_event(f, session, &hit);
	if (!session_hit && !first)
		return;
	if (f->found++)
		sc_buffer_adds(&f->sheet.out, "\n");
	const struct sc_ev_session *x = session ? session->body : NULL;
	if (session)
		put_connection(f, session->head, x->start, "  ended by ", x->end_by);
	if (session_hit)
		put_hit(f, session);
	put_hits(f, first, session_hit);
	put_command(f, id);
}

/* Nothing was said in it, so its addresses are all that can be found of it. */
static void tell_unspoken(struct find *f, const struct sc_event *ev)
{
	const struct sc_ev_failure *x = ev->body;
	struct hit hit = { 0 };
	if (!search_shape(f, sc_head_shape, ev->head, &hit))
		return;
	if (f->found++)
		sc_buffer_adds(&f->sheet.out, "\n");
	put_connection(f, ev->head, x->first_ts, "  never spoke: ", x->broke);
	put_command(f, ev->head->session);
}

static void put_searched(struct find *f, struct sc_text *t)
{
	static const struct {
		enum sc_event_kind kind;
		const char *one, *many;
	} parts[] = {
		{ SC_EVENT_session, " session, ", " sessions, " },
		{ SC_EVENT_transaction, " transaction, ", " transactions, " },
		{ SC_EVENT_delivery, " recipient and ", " recipients and " },
		{ SC_EVENT_exchange, " command with its reply.", " commands with their replies." },
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		sc_page_grouped(t, f->searched[parts[i].kind]);
		sc_text_adds(t, f->searched[parts[i].kind] == 1 ? parts[i].one : parts[i].many);
	}
}

static void put_nothing(struct find *f)
{
	struct sc_text *t = sc_sheet_begin(&f->sheet);
	sc_text_adds(t, "Nothing found for ");
	for (size_t i = 0; i < f->word_count; i++) {
		sc_text_adds(t, i ? " or " : "");
		sc_text_visible(t, f->words[i].as_given);
	}
	if (f->source) {
		sc_text_adds(t, " in ");
		sc_text_visible(t, sc_str_of(f->source));
	}
	sc_text_adds(t, ".  Searched: the addresses and every text of ");
	put_searched(f, t);
	if (f->unreadable) {
		sc_text_put(t, ' ');
		sc_page_grouped(t, f->unreadable);
		sc_text_adds(t, f->unreadable == 1 ? " session was" : " sessions were");
		sc_text_adds(t, " inside TLS and could not be read; keys (-k) would open what was said there.");
	}
	sc_sheet_end(&f->sheet, "", 2);
}

/* ---- class ---- */

/* Sessions that have not ended are told at the end as far as they came. */
static sc_err find_close(void *self)
{
	struct find *f = self;
	if (f->sheet.out.at) {
		for (struct sc_dialogue *d; (d = sc_keep_take_oldest(&f->keep)) != NULL; sc_keep_give(d))
			tell(f, NULL, d->session, d->first);
		if (!f->found)
			put_nothing(f);
	}
	sc_keep_close(&f->keep);
	return sc_sheet_close(&f->sheet);
}

/* Servers log "to=<bob@example.org>," and "client=mx.example.org[192.0.2.1]": what stands there is searched. */
static sc_str undress(sc_str s)
{
	while (s.len > 1 && strchr(",;", s.at[s.len - 1]))
		s.len--;
	size_t open = sc_str_find(s, '<');
	bool named = open != SIZE_MAX && (open == 0 || s.at[open - 1] == '=');
	if (named && s.len >= open + 2 && s.at[s.len - 1] == '>')
		return sc_str_slice(s, open + 1, s.len - open - 2);
	return s;
}

static void add_word(struct find *f, sc_str s)
{
	struct word *w = &f->words[f->word_count++];
	w->as_given = s;
	w->text = s = undress(s);
	size_t open = sc_str_find(s, '['), close = sc_str_rfind(s, ']');
	bool host = open != SIZE_MAX && close != SIZE_MAX && close > open && s.at[0] != '[';
	if (host && sc_ip_read(sc_str_slice(s, open + 1, close - open - 1), &w->ip))
		w->text = sc_str_slice(s, open + 1, close - open - 1); /* the name may be "unknown" */
	else if (!sc_ip_read(s, &w->ip))
		w->ip = (struct sc_ip){ 0 };
}

static sc_err find_open(void *self, const struct sc_output_config *config)
{
	struct find *f = self;
	if (config->word_count == 0 || config->word_count > WORDS)
		return SC_EUSAGE;
	for (size_t i = 0; i < config->word_count; i++) {
		if (sc_str_trim(config->words[i]).len == 0)
			return SC_EUSAGE;
		add_word(f, config->words[i]);
	}
	f->source = config->source;
	SC_TRY(sc_keep_open(&f->keep, SC_KEEP_OCTETS));
	sc_err err = sc_sheet_open(&f->sheet, config);
	if (err)
		sc_keep_close(&f->keep);
	return err;
}

static void end_session(struct find *f, const struct sc_event *ev)
{
	const struct sc_ev_session *x = ev->body;
	f->unreadable += x->tls.version && !x->decrypted;
	struct sc_dialogue *d = sc_keep_take(&f->keep, ev->head->session);
	tell(f, ev, ev->head->session, d ? d->first : NULL);
	sc_keep_give(d);
}

static void find_write(void *self, const struct sc_event *ev)
{
	struct find *f = self;
	struct hit hit;
	if (!ev->head)
		return;
	f->searched[ev->kind]++;
	if (ev->kind == SC_EVENT_session)
		end_session(f, ev);
	else if (sc_unspoken_is(ev))
		tell_unspoken(f, ev);
	else if (search_event(f, ev, &hit))
		sc_keep_add(&f->keep, ev);
}

static void find_flush(void *self)
{
	struct find *f = self;
	sc_buffer_flush(&f->sheet.out);
}

const struct sc_sink_class sc_sink_find = {
	.name    = "find",
	.summary = "sessions, messages and recipients in which a word occurs",
	.size    = sizeof(struct find),
	.open    = find_open,
	.write   = find_write,
	.close   = find_close,
	.flush   = find_flush,
};
