/* ruleset.c - compiles the rules of vendors.def and patterns.def.
 *
 * A rule is: name, cause, `when`, `text`.
 *
 *   when   words separated by a space; each kind given must hold.
 *          "4" "5"              class of the reply code, or of the enhanced code when there is no reply code;
 *                               holds too when neither is known
 *          "552" "554"          one of these reply codes
 *          "5.7.1" "x.7.1" "x.7.700-749" "x.7"   the enhanced code; x: any class; without detail: any
 *          "@rcpt"              one of these phases
 *   text   clauses joined by " & ", all of which must hold.  A clause is words separated by '|', one of which must
 *          occur; "!" before it: none of which may occur.  A word is sought as it stands in the plain text
 *          (plain.h): '~' at an end: there must be no letter or digit beyond it; '^' before: at the very beginning;
 *          '$' behind: at the very end (but for marks); '%' before: also inside links and host names, where other
 *          words are not sought.
 *          "#list" is the name of any block list (lists.def).
 *
 * Rules are tried in their order; the first that holds decides.  All words together are one Aho-Corasick automaton
 * (Aho, Corasick 1975): a trie whose states carry the longest suffix that is also a prefix.  States near the root
 * have complete rows of transitions, the others a short run of children.  A word that occurs marks the rules that
 * need it, so only these are looked at. */
#include "explain/ruleset.h"

#include "base/memory.h"

/* ---- the rows ---- */

static const struct row {
	const char *name;
	enum sc_cause cause;
	const char *when, *text;
} rows[] = {
#define SC_RULE(name, cause, when, text) { name, SC_CAUSE_##cause, when, text },
#include "explain/vendors.def"
#include "explain/patterns.def"
#undef SC_RULE
};

static const struct list_row {
	const char *text, *family;
} lists[] = {
#define SC_BLOCK_LIST(text, family) { text, family },
#include "explain/lists.def"
#undef SC_BLOCK_LIST
};

#define ROWS  (sizeof(rows) / sizeof(rows[0]))
#define LISTS (sizeof(lists) / sizeof(lists[0]))
_Static_assert(ROWS <= SC_RULE_MAX_RULES, "a rule is a bit");
_Static_assert(LISTS <= UINT8_MAX, "a list is an octet");

/* ---- reading a row ---- */

static uint16_t number_of(sc_str s)
{
	uint64_t n = 0;
	SC_ASSERT(sc_str_number(s, &n) && n < SC_RULE_ANY);
	return (uint16_t)n;
}

static void read_status(struct sc_rule_when *w, sc_str word)
{
	sc_str cls = sc_str_until(&word, '.');
	sc_str subject = sc_str_until(&word, '.');
	w->has_status = true;
	w->status_cls = cls.at[0] == 'x' ? 0 : (uint8_t)number_of(cls);
	w->subject = number_of(subject);
	w->detail_low = 0;
	w->detail_high = SC_RULE_ANY;
	if (word.len == 0)
		return;
	w->detail_low = number_of(sc_str_until(&word, '-'));
	w->detail_high = word.len ? number_of(word) : w->detail_low;
}

static uint16_t phase_bit(sc_str name)
{
	for (int p = 0; p < SC_PHASES; p++)
		if (p && sc_str_equal(name, sc_str_of(sc_phase_name((enum sc_phase)p))))
			return (uint16_t)(1u << p);
	SC_ASSERT(!"a phase of phases.def");
	return 0;
}

static struct sc_rule_when read_when(const char *text)
{
	struct sc_rule_when w = { .code_count = 0 };
	sc_str rest = sc_str_of(text);
	for (sc_str word = sc_str_word(&rest); word.len; word = sc_str_word(&rest)) {
		if (word.at[0] == '@') {
			w.phases |= phase_bit(sc_str_from(word, 1));
		} else if (sc_str_find(word, '.') != SIZE_MAX) {
			SC_ASSERT(!w.has_status);
			read_status(&w, word);
		} else if (word.len == 1) {
			w.cls[word.at[0] == '5'] = true;
		} else {
			SC_ASSERT(w.code_count < 4);
			w.codes[w.code_count++] = number_of(word);
		}
	}
	return w;
}

static uint8_t mark_of(char c)
{
	return c == '~' ? SC_RULE_BOUND_BEFORE : c == '^' ? SC_RULE_AT_START : SC_RULE_IN_LINKS;
}

/* Takes the marks off a word. */
static uint8_t word_flags(sc_str *w)
{
	uint8_t flags = 0;
	for (; w->len && strchr("~^%", w->at[0]); *w = sc_str_from(*w, 1))
		flags |= mark_of(w->at[0]);
	for (; w->len && (w->at[w->len - 1] == '~' || w->at[w->len - 1] == '$'); w->len--)
		flags |= w->at[w->len - 1] == '~' ? SC_RULE_BOUND_AFTER : SC_RULE_AT_END;
	SC_ASSERT(w->len > 0 && w->len <= UINT8_MAX);
	return flags;
}

/* Takes the next clause off `*text`: its words separated by '|'. */
static bool next_clause(sc_str *text, sc_str *clause, bool *negated)
{
	if (text->len == 0)
		return false;
	size_t end = sc_str_search(*text, SC_STR(" & "));
	*clause = sc_str_slice(*text, 0, end);
	*text = sc_str_from(*text, end == SIZE_MAX ? text->len : end + 3);
	*negated = clause->at[0] == '!';
	*clause = sc_str_from(*clause, *negated);
	return true;
}

/* ---- building ---- */

/* The trie while words are added: children as linked lists. */
struct twig {
	uint16_t child, next, word;
	uint8_t  octet;
};

struct build {
	struct sc_rules *r;
	struct twig *twigs;
	uint32_t twig_count, twig_max;
	uint32_t class_count;
};

static uint8_t class_for(struct build *b, char c)
{
	uint8_t *cls = &b->r->class_of[(unsigned char)c];
	if (*cls == 0) {
		SC_ASSERT(b->class_count < SC_RULE_CLASSES);
		*cls = (uint8_t)b->class_count++;
	}
	return *cls;
}

static uint16_t twig_child(struct build *b, uint16_t at, uint8_t octet)
{
	for (uint16_t t = b->twigs[at].child; t; t = b->twigs[t].next)
		if (b->twigs[t].octet == octet)
			return t;
	SC_ASSERT(b->twig_count < b->twig_max);
	uint16_t t = (uint16_t)b->twig_count++;
	b->twigs[t] = (struct twig){ 0, b->twigs[at].child, 0, octet };
	b->twigs[at].child = t;
	return t;
}

/* The number of a word, which is added when it is new. */
static uint16_t word_number(struct build *b, sc_str w, uint8_t flags)
{
	uint16_t at = 0;
	for (size_t i = 0; i < w.len; i++)
		at = twig_child(b, at, class_for(b, w.at[i]));
	uint16_t n = b->twigs[at].word;
	while (n && b->r->words[n].flags != flags)
		n = b->r->words[n].same;
	if (n)
		return n;
	SC_ASSERT(b->r->word_count < SC_RULE_MAX_WORDS);
	n = (uint16_t)b->r->word_count++;
	b->r->words[n] = (struct sc_rule_word){ .same = b->twigs[at].word, .flags = flags, .len = (uint8_t)w.len };
	b->twigs[at].word = n;
	return n;
}

static void add_list(struct build *b, uint8_t row)
{
	sc_str w = sc_str_of(lists[row].text);
	uint8_t flags = word_flags(&w) | SC_RULE_IN_LINKS;
	struct sc_rule_word *word = &b->r->words[word_number(b, w, flags)];
	if (word->list == 0)
		word->list = (uint8_t)(row + 1);
}

static void add_clause(struct build *b, sc_str clause, bool negated)
{
	struct sc_rules *r = b->r;
	uint32_t head = r->program_len++;
	uint16_t count = 0;
	while (clause.len) {
		sc_str w = sc_str_until(&clause, '|');
		uint8_t flags = 0;
		bool list = sc_str_equal(w, SC_STR("#list"));
		if (!list)
			flags = word_flags(&w);
		r->program[r->program_len++] = list ? SC_RULE_LIST_WORD : word_number(b, w, flags);
		count++;
	}
	r->program[head] = count | (negated ? SC_RULE_NEGATED : 0);
}

static void add_rule(struct build *b, const struct row *row)
{
	struct sc_rules *r = b->r;
	struct sc_rule *rule = &r->rules[r->rule_count++];
	*rule = (struct sc_rule){ row->name, (uint8_t)row->cause, read_when(row->when), r->program_len };
	sc_str text = sc_str_of(row->text), clause;
	bool negated;
	while (next_clause(&text, &clause, &negated))
		add_clause(b, clause, negated);
	r->program[r->program_len++] = 0;
}

/* The first clause that asks for words; NULL: the rule needs none. */
static const uint16_t *needs(const struct sc_rules *r, const struct sc_rule *rule)
{
	const uint16_t *p = &r->program[rule->clauses];
	while (*p & SC_RULE_NEGATED)
		p += 1 + (*p & ~SC_RULE_NEGATED);
	return *p ? p : NULL;
}

/* For every word the rules that need it: counted, then filled in. */
static void index_rules(struct sc_rules *r)
{
	uint32_t total = 0;
	for (uint32_t i = 0; i < r->rule_count; i++) {
		const uint16_t *p = needs(r, &r->rules[i]);
		if (!p)
			r->always[i / 64] |= UINT64_C(1) << (i % 64);
		for (uint16_t k = 1; p && k <= *p; k++)
			r->words[p[k]].count++;
	}
	for (uint32_t w = 0; w < r->word_count; w++) {
		r->words[w].first = total;
		total += r->words[w].count;
		r->words[w].count = 0;
	}
	for (uint32_t i = 0; i < r->rule_count; i++) {
		const uint16_t *p = needs(r, &r->rules[i]);
		for (uint16_t k = 1; p && k <= *p; k++) {
			struct sc_rule_word *w = &r->words[p[k]];
			r->needed_by[w->first + w->count++] = (uint16_t)i;
		}
	}
}

static uint16_t find_child(const struct sc_rules *r, uint16_t at, uint8_t octet)
{
	const struct sc_rule_state *s = &r->states[at];
	for (uint8_t i = 0; i < s->children; i++)
		if (r->states[s->child + i].octet == octet)
			return (uint16_t)(s->child + i);
	return 0;
}

/* From the trie to states in the order of their depth, the children of each side by side. */
static void lay_out(struct build *b, uint16_t *twig_of)
{
	struct sc_rules *r = b->r;
	r->state_count = 1;
	for (uint32_t s = 0; s < r->state_count; s++) {
		struct sc_rule_state *state = &r->states[s];
		state->child = (uint16_t)r->state_count;
		state->word = b->twigs[twig_of[s]].word;
		for (uint16_t t = b->twigs[twig_of[s]].child; t; t = b->twigs[t].next) {
			twig_of[r->state_count] = t;
			r->states[r->state_count++].octet = b->twigs[t].octet;
			state->children++;
		}
	}
}

static void link_suffixes(struct sc_rules *r)
{
	for (uint32_t s = 0; s < r->state_count; s++) {
		for (uint8_t i = 0; i < r->states[s].children; i++) {
			struct sc_rule_state *child = &r->states[r->states[s].child + i];
			uint16_t f = r->states[s].fail;
			uint16_t next = s ? find_child(r, f, child->octet) : 0;
			while (s && !next && f) {
				f = r->states[f].fail;
				next = find_child(r, f, child->octet);
			}
			child->fail = next;
			child->shorter = r->states[next].word ? next : r->states[next].shorter;
		}
	}
}

static void fill_dense(struct sc_rules *r)
{
	for (uint16_t s = 0; s < SC_RULE_DENSE && s < r->state_count; s++) {
		for (uint8_t c = 1; c < SC_RULE_CLASSES; c++) {
			uint16_t next = find_child(r, s, c);
			r->dense[s][c] = next || s == 0 ? next : r->dense[r->states[s].fail][c];
		}
	}
}

static size_t text_octets(void)
{
	size_t n = 1;
	for (size_t i = 0; i < ROWS; i++)
		n += strlen(rows[i].text) + 2;
	for (size_t i = 0; i < LISTS; i++)
		n += strlen(lists[i].text);
	return n;
}

static void compile(struct build *b, uint16_t *twig_of)
{
	b->class_count = 1;
	b->twig_count = 1;
	b->r->word_count = SC_RULE_LIST_WORD + 1;
	for (size_t i = 0; i < LISTS; i++)
		add_list(b, (uint8_t)i);
	for (size_t i = 0; i < ROWS; i++)
		add_rule(b, &rows[i]);
	lay_out(b, twig_of);
	link_suffixes(b->r);
	fill_dense(b->r);
	index_rules(b->r);
}

void sc_ruleset_discard(struct sc_rules *r)
{
	if (r) {
		sc_memory_give(r->states);
		sc_memory_give(r->program);
		sc_memory_give(r->needed_by);
	}
	sc_memory_give(r);
}

struct sc_rules *sc_ruleset_build(void)
{
	size_t octets = text_octets(), states = octets < SC_RULE_MAX_STATES ? octets : SC_RULE_MAX_STATES;
	struct build b = { .r = sc_memory_take(sizeof(struct sc_rules)), .twig_max = (uint32_t)states };
	b.twigs = sc_memory_take(states * sizeof(struct twig));
	uint16_t *twig_of = sc_memory_take(states * sizeof(uint16_t));
	if (b.r) {
		b.r->states = sc_memory_take(states * sizeof(struct sc_rule_state));
		/* In the text a word takes an octet and a mark at least. */
		b.r->program = sc_memory_take(octets * sizeof(uint16_t));
		b.r->needed_by = sc_memory_take(octets * sizeof(uint16_t));
	}
	bool whole = b.r && b.r->states && b.r->program && b.r->needed_by && b.twigs && twig_of;
	if (whole)
		compile(&b, twig_of);
	sc_memory_give(b.twigs);
	sc_memory_give(twig_of);
	if (!whole) {
		sc_ruleset_discard(b.r);
		return NULL;
	}
	return b.r;
}

const char *sc_ruleset_family(uint8_t list)
{
	SC_ASSERT(list > 0 && list <= LISTS);
	return lists[list - 1].family;
}
