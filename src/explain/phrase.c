/* phrase.c - `explain`: the tables of the program read out as sentences.
 *
 * The name comes from a person and may hold anything; it is only compared, never repeated.  Codes follow RFC 5321 4.2
 * and RFC 3463. */
#include "explain/phrase.h"

#include <smtpscope/event.h>

#include "explain/causes.h"
#include "explain/diagnoses.h"

#define COLUMNS 79
#define INDENT  2

static const struct word_row {
	const char *kind, *name, *meaning, *advice;
} words[] = {
#define SC_WORD(kind, name, meaning, advice) { kind, #name, meaning, advice },
#include "explain/words.def"
#undef SC_WORD
};

static const struct code_row {
	uint16_t code;
	const char *meaning, *reference;
} codes[] = {
#define SC_CODE(code, meaning, reference) { code, meaning, reference },
#include "explain/codes.def"
#undef SC_CODE
};

static const struct status_row {
	uint16_t subject, detail;
	const char *meaning;
	enum sc_cause cause;
} statuses[] = {
#define SC_CAUSE_none SC_CAUSE_NONE
#define SC_STATUS(subject, detail, meaning, cause) { subject, detail, meaning, SC_CAUSE_##cause },
#include "explain/status.def"
#undef SC_STATUS
};

static const struct prior_row {
	enum sc_phase phase;
	uint16_t code;
	enum sc_cause cause;
} priors[] = {
#define SC_PRIOR(phase, code, cause) { SC_PHASE_##phase, code, SC_CAUSE_##cause },
#include "explain/priors.def"
#undef SC_PRIOR
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- writing ---- */

struct page {
	struct sc_text *t;
	size_t column;
};

static void line_end(struct page *p)
{
	sc_text_put(p->t, '\n');
	p->column = 0;
}

/* "RFC 5321" stays together. */
static sc_str next_word(sc_str *text)
{
	sc_str word = sc_str_word(text), after = *text;
	sc_str number = sc_str_word(&after);
	if (!sc_str_ends_nocase(word, SC_STR("RFC")) || number.len == 0)
		return word;
	*text = after;
	return (sc_str){ word.at, (size_t)(number.at + number.len - word.at) };
}

/* Words of our own, broken at spaces; `hang` columns stand before every line but the first. */
static void flow(struct page *p, const char *text, size_t hang)
{
	sc_str rest = sc_str_of(text);
	for (sc_str word = next_word(&rest); word.len; word = next_word(&rest)) {
		if (p->column > hang && p->column + 1 + word.len > COLUMNS)
			line_end(p);
		bool first = p->column <= hang;
		for (; p->column < hang; p->column++)
			sc_text_put(p->t, ' ');
		if (!first) {
			sc_text_put(p->t, ' ');
			p->column++;
		}
		sc_text_add(p->t, word);
		p->column += word.len;
	}
}

static void sentence(struct page *p, const char *label, const char *text)
{
	if (!text)
		return;
	for (; p->column < INDENT; p->column++)
		sc_text_put(p->t, ' ');
	sc_text_adds(p->t, label);
	p->column += strlen(label);
	flow(p, text, *label ? 2 * INDENT : INDENT);
	line_end(p);
}

/* "name: kind", after an empty line when something stands before. */
static void title(struct page *p, const char *name, const char *kind, const char *more)
{
	if (p->t->len)
		line_end(p);
	sc_text_adds(p->t, name);
	sc_text_adds(p->t, ": ");
	sc_text_adds(p->t, kind);
	if (more) {
		sc_text_adds(p->t, ", ");
		sc_text_adds(p->t, more);
	}
	line_end(p);
}

/* ---- one kind each ---- */

static bool same(sc_str name, const char *word)
{
	sc_str w = sc_str_of(word);
	if (name.len != w.len)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		char c = sc_lower(name.at[i]);
		if ((c == '-' ? '_' : c) != sc_lower(w.at[i]))
			return false;
	}
	return true;
}

static void explain_causes(struct page *p, sc_str name)
{
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES; i++) {
		const struct sc_cause_facts *f = sc_cause_facts((enum sc_cause)i);
		if (!same(name, f->name))
			continue;
		title(p, f->name, "cause", f->family);
		sentence(p, "", f->meaning);
		sentence(p, "Who can act:", f->acts);
		sentence(p, "What to do:", f->advice);
	}
}

static void explain_phases(struct page *p, sc_str name)
{
	for (int i = SC_PHASE_NONE + 1; i < SC_PHASES; i++) {
		const char *phase = sc_phase_name((enum sc_phase)i);
		if (!same(name, phase))
			continue;
		title(p, phase, "phase", NULL);
		sentence(p, "Decided at:", sc_phase_meaning((enum sc_phase)i));
	}
}

static void explain_words(struct page *p, sc_str name)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!same(name, words[i].name))
			continue;
		title(p, words[i].name, words[i].kind, NULL);
		sentence(p, "", words[i].meaning);
		sentence(p, "What to do:", words[i].advice);
	}
}

static void explain_diagnoses(struct page *p, sc_str name)
{
	for (size_t i = 0; i < SC_DIAGNOSES; i++) {
		if (!same(name, sc_diagnoses[i].name))
			continue;
		title(p, sc_diagnoses[i].name, "diagnosis", NULL);
		sentence(p, "", sc_diagnoses[i].meaning);
		sentence(p, "Severity:", sc_diagnoses[i].severity);
		sentence(p, "Confidence:", sc_diagnoses[i].confidence);
		sentence(p, "What to do:", sc_diagnoses[i].advice);
	}
	for (size_t i = 0; i < sc_told_by_count; i++) {
		if (!same(name, sc_told_by[i].name))
			continue;
		title(p, sc_told_by[i].name, "told as a finding", NULL);
		sentence(p, "", sc_told_by[i].meaning);
		sentence(p, "The finding is called", sc_told_by[i].detector);
	}
}

static void explain_quirks(struct page *p, sc_str name)
{
	for (int i = 0; i < SC_QUIRKS; i++) {
		const char *quirk = sc_quirk_name((enum sc_quirk)i);
		if (!same(name, quirk))
			continue;
		title(p, quirk, "quirk", NULL);
		sentence(p, "", sc_quirk_doc((enum sc_quirk)i));
	}
}

/* ---- codes ---- */

static const char *class_meaning(unsigned cls)
{
	static const char *const meanings[] = {
		NULL, NULL, "2: it succeeded", "3: the server waits for more",
		"4: not now; trying again later may help", "5: no; trying again unchanged will not help",
	};
	return cls < COUNT(meanings) ? meanings[cls] : NULL;
}

static const char *second_digit(unsigned digit)
{
	static const char *const meanings[] = {
		"0: syntax", "1: information", "2: connection", "3: login (RFC 4954)", NULL, "5: mail system",
	};
	return digit < COUNT(meanings) ? meanings[digit] : NULL;
}

/* The prior that decides for a code in a phase, as in classify.c: the first row that fits. */
static const struct prior_row *prior_of(enum sc_phase phase, uint16_t code)
{
	for (size_t i = 0; i < COUNT(priors); i++)
		if (priors[i].phase == phase && (priors[i].code == code || priors[i].code == code / 100))
			return &priors[i];
	return NULL;
}

/* Where a code says something: everywhere it has a row of its own, else at the commands it is usually met. */
static bool worth_telling(const struct prior_row *row)
{
	return row->code > 9 || row->phase == SC_PHASE_greeting || row->phase == SC_PHASE_mail ||
	       row->phase == SC_PHASE_rcpt || row->phase == SC_PHASE_eom;
}

static void likely_causes(struct page *p, uint16_t code)
{
	char buffer[512];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
	for (int phase = SC_PHASE_NONE + 1; phase < SC_PHASES; phase++) {
		const struct prior_row *row = prior_of((enum sc_phase)phase, code);
		if (!row || !worth_telling(row))
			continue;
		sc_text_adds(&t, t.len ? ", " : "");
		sc_text_adds(&t, sc_phase_name((enum sc_phase)phase));
		sc_text_adds(&t, ": ");
		sc_text_adds(&t, sc_cause_name(row->cause));
	}
	buffer[t.len] = 0;
	sentence(p, "If the text does not tell:", t.len ? buffer : NULL);
}

static void explain_code(struct page *p, sc_str name)
{
	uint64_t code;
	if (name.len != 3 || !sc_str_number(name, &code) || !class_meaning((unsigned)(code / 100)))
		return;
	const struct code_row *row = NULL;
	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i].code == code)
			row = &codes[i];
	char number[4] = { name.at[0], name.at[1], name.at[2], 0 };
	title(p, number, "reply code", row ? row->reference : "not in any standard");
	sentence(p, "", row ? row->meaning : "some servers use it; its first digit decides");
	sentence(p, "First digit", class_meaning((unsigned)(code / 100)));
	sentence(p, "Second digit", second_digit((unsigned)(code / 10 % 10)));
	if (code >= 400)
		likely_causes(p, (uint16_t)code);
}

static const char *subject_meaning(unsigned subject)
{
	static const char *const meanings[] = {
		"0: not named", "1: addresses", "2: the mailbox", "3: the mail system", "4: network and routing",
		"5: the protocol", "6: the message's form", "7: security and policy",
	};
	return subject < COUNT(meanings) ? meanings[subject] : NULL;
}

static bool read_status(sc_str name, struct sc_status *st)
{
	uint64_t n[3];
	for (int i = 0; i < 3; i++) {
		sc_str part = i < 2 ? sc_str_until(&name, '.') : name;
		bool any = i == 0 && sc_str_equal_nocase(part, SC_STR("x"));
		n[i] = 0;
		if (!any && (part.len > 3 || !sc_str_number(part, &n[i])))
			return false;
	}
	*st = (struct sc_status){ (uint16_t)n[0], (uint16_t)n[1], (uint16_t)n[2] };
	return n[0] == 0 || n[0] == 2 || n[0] == 4 || n[0] == 5;
}

static const struct status_row *status_row_of(struct sc_status st)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].subject == st.subject && statuses[i].detail == st.detail)
			return &statuses[i];
	return NULL;
}

static void explain_status(struct page *p, sc_str name)
{
	struct sc_status st;
	if (sc_str_find(name, '.') == SIZE_MAX || !read_status(name, &st))
		return;
	const struct status_row *row = status_row_of(st);
	char number[16];
	struct sc_text t = sc_text_into(number, sizeof(number) - 1);
	sc_text_add(&t, name);
	number[t.len] = 0;
	title(p, number, "enhanced status code", row ? "RFC 3463" : "not registered");
	sentence(p, "", row ? row->meaning : "providers use such numbers for purposes of their own; read the text");
	sentence(p, "Class", class_meaning(st.cls));
	sentence(p, "Subject", subject_meaning(st.subject));
	if (row && row->cause && st.cls != 2)
		sentence(p, "Cause, if the text does not tell:", sc_cause_name(row->cause));
}

/* ---- events and their fields ---- */

/* A way through the schema: the shapes nest at most so deep. */
#define DEPTH 5
struct way {
	const struct sc_shape *shape[DEPTH];
	size_t next[DEPTH];
	size_t depth;
};

/* "delivery.rcpt_to": the fields that lead to where the way stands. */
static void put_path(struct sc_text *t, const struct way *w, const struct sc_field *f)
{
	sc_text_adds(t, w->shape[0]->name);
	for (size_t i = 0; i + 1 < w->depth; i++) {
		sc_text_put(t, '.');
		sc_text_adds(t, w->shape[i]->fields[w->next[i] - 1].name);
	}
	sc_text_put(t, '.');
	sc_text_adds(t, f->name);
}

/* The next field of all that lie below the first shape; NULL at the end. */
static const struct sc_field *way_next(struct way *w)
{
	while (w->depth) {
		size_t top = w->depth - 1;
		if (w->next[top] == w->shape[top]->count) {
			w->depth--;
			continue;
		}
		return &w->shape[top]->fields[w->next[top]++];
	}
	return NULL;
}

static void way_enter(struct way *w, const struct sc_field *f)
{
	if (!f->shape || w->depth == DEPTH)
		return;
	w->shape[w->depth] = f->shape;
	w->next[w->depth++] = 0;
}

/* "rcpt_to" is asked for by itself, with any part of the path before it, or in full. */
static bool path_fits(sc_str path, sc_str name)
{
	if (name.len > path.len || !same(name, path.at + path.len - name.len))
		return false;
	return name.len == path.len || path.at[path.len - name.len - 1] == '.';
}

/* "rcpt_to.domain", which --where knows of every address: the field's name and, in `part`, what it is of it. */
static sc_str without_part(sc_str name, const char **part)
{
	static const struct {
		const char *suffix, *doc;
	} parts[] = { { ".domain", "its domain" }, { ".local", "its local part" } };
	for (size_t i = 0; i < COUNT(parts); i++) {
		size_t n = strlen(parts[i].suffix);
		if (name.len > n && same(sc_str_from(name, name.len - n), parts[i].suffix)) {
			*part = parts[i].doc;
			return sc_str_slice(name, 0, name.len - n);
		}
	}
	return name;
}

static void explain_field(struct page *p, sc_str name, const struct way *w, const struct sc_field *f)
{
	char buffer[128];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
	const char *part = NULL;
	put_path(&t, w, f);
	buffer[t.len] = 0;
	if (!path_fits(sc_text_str(&t), name) &&
	    (f->type != SC_TYPE_path || !path_fits(sc_text_str(&t), without_part(name, &part))))
		return;
	title(p, buffer, "field of events", sc_type_name(f->type));
	sentence(p, "", f->doc);
	if (part)
		sentence(p, "For --where also:", part);
}

static void explain_fields(struct page *p, sc_str name)
{
	for (int kind = -1; kind < SC_EVENT_KINDS; kind++) {
		const struct sc_shape *shape = kind < 0 ? sc_head_shape : sc_event_shapes[kind];
		struct way w = { .shape = { shape }, .depth = 1 };
		for (const struct sc_field *f = way_next(&w); f; f = way_next(&w)) {
			explain_field(p, name, &w, f);
			way_enter(&w, f);
		}
	}
}

static void explain_events(struct page *p, sc_str name)
{
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++) {
		const struct sc_shape *shape = sc_event_shapes[kind];
		if (!same(name, shape->name))
			continue;
		title(p, shape->name, "event", NULL);
		sentence(p, "", shape->doc);
		sc_text_adds(p->t, "  Fields:");
		p->column = INDENT + 7;
		for (size_t i = 0; i < shape->count; i++)
			flow(p, shape->fields[i].name, INDENT);
		line_end(p);
	}
}

bool sc_phrase_explain(sc_str name, struct sc_text *t)
{
	struct page p = { t, 0 };
	size_t before = t->len;
	if (name.len == 0 || name.len > 64)
		return false;
	explain_code(&p, name);
	explain_status(&p, name);
	explain_causes(&p, name);
	explain_phases(&p, name);
	explain_words(&p, name);
	explain_diagnoses(&p, name);
	explain_quirks(&p, name);
	explain_events(&p, name);
	explain_fields(&p, name);
	return t->len > before;
}

const char *sc_phrase_status(sc_str status)
{
	struct sc_status st;
	const struct status_row *row = read_status(status, &st) ? status_row_of(st) : NULL;
	return row ? row->meaning : NULL;
}

void sc_phrase_each(void (*see)(void *ctx, const char *word), void *ctx)
{
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES; i++)
		see(ctx, sc_cause_name((enum sc_cause)i));
	for (int i = SC_PHASE_NONE + 1; i < SC_PHASES; i++)
		see(ctx, sc_phase_name((enum sc_phase)i));
	for (size_t i = 0; i < COUNT(words); i++)
		see(ctx, words[i].name);
	for (size_t i = 0; i < SC_DIAGNOSES; i++)
		see(ctx, sc_diagnoses[i].name);
	for (size_t i = 0; i < sc_told_by_count; i++)
		see(ctx, sc_told_by[i].name);
	for (int i = 0; i < SC_QUIRKS; i++)
		see(ctx, sc_quirk_name((enum sc_quirk)i));
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++) {
		struct way w = { .shape = { sc_event_shapes[kind] }, .depth = 1 };
		see(ctx, sc_event_shapes[kind]->name);
		for (const struct sc_field *f = way_next(&w); f; f = way_next(&w)) {
			see(ctx, f->name);
			way_enter(&w, f);
		}
	}
}
