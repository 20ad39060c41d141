/* ruleset.c - compiles the rules of vendors.def and patterns.def, and those of users.
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
#include "explain/lexicon.h"
#include "explain/rulefile.h"

/* ---- the rows ---- */

static const struct sc_rule_row own[] = {
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

#define OWN   (sizeof(own) / sizeof(own[0]))
#define LISTS (sizeof(lists) / sizeof(lists[0]))
_Static_assert(OWN + SC_RULE_FILE_RULES <= SC_RULE_MAX_RULES, "a rule is a bit");
_Static_assert(LISTS <= UINT8_MAX, "a list is an octet");

/* ---- building ---- */

/* The trie while words are added: children as linked lists. */
struct twig {
	uint32_t child, next;
	uint16_t word;
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

static uint32_t twig_child(struct build *b, uint32_t at, uint8_t octet)
{
	for (uint32_t t = b->twigs[at].child; t; t = b->twigs[t].next)
		if (b->twigs[t].octet == octet)
			return t;
	SC_ASSERT(b->twig_count < b->twig_max);
	uint32_t t = b->twig_count++;
	b->twigs[t] = (struct twig){ 0, b->twigs[at].child, 0, octet };
	b->twigs[at].child = t;
	return t;
}

/* The number of a word, which is added when it is new. */
static uint16_t word_number(struct build *b, sc_str w, uint8_t flags)
{
	uint32_t at = 0;
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
	uint8_t flags = sc_rule_marks(&w) | SC_RULE_IN_LINKS;
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
			flags = sc_rule_marks(&w);
		r->program[r->program_len++] = list ? SC_RULE_LIST_WORD : word_number(b, w, flags);
		count++;
	}
	r->program[head] = count | (negated ? SC_RULE_NEGATED : 0);
}

static void add_rule(struct build *b, const struct sc_rule_row *row)
{
	struct sc_rules *r = b->r;
	struct sc_rule *rule = &r->rules[r->rule_count++];
	*rule = (struct sc_rule){ .name = row->name, .cause = (uint8_t)row->cause, .clauses = r->program_len };
	struct sc_rule_flaw flaw = sc_rule_when_read(sc_str_of(row->when), &rule->when);
	SC_ASSERT(!flaw.what);
	sc_str text = sc_str_of(row->text), clause;
	bool negated;
	while (sc_rule_clause(&text, &clause, &negated))
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

static uint32_t find_child(const struct sc_rules *r, uint32_t at, uint8_t octet)
{
	const struct sc_rule_state *s = &r->states[at];
	for (uint8_t i = 0; i < s->children; i++)
		if (r->states[s->child + i].octet == octet)
			return s->child + i;
	return 0;
}

/* From the trie to states in the order of their depth, the children of each side by side. */
static void lay_out(struct build *b, uint32_t *twig_of)
{
	struct sc_rules *r = b->r;
	r->state_count = 1;
	for (uint32_t s = 0; s < r->state_count; s++) {
		struct sc_rule_state *state = &r->states[s];
		state->child = r->state_count;
		state->word = b->twigs[twig_of[s]].word;
		for (uint32_t t = b->twigs[twig_of[s]].child; t; t = b->twigs[t].next) {
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
			uint32_t f = r->states[s].fail;
			uint32_t next = s ? find_child(r, f, child->octet) : 0;
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
	for (uint32_t s = 0; s < SC_RULE_DENSE && s < r->state_count; s++) {
		for (uint8_t c = 1; c < SC_RULE_CLASSES; c++) {
			uint32_t next = find_child(r, s, c);
			r->dense[s][c] = next || s == 0 ? next : r->dense[r->states[s].fail][c];
		}
	}
}

static size_t text_octets(const struct sc_rule_row *rows, size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += strlen(rows[i].text) + 2;
	return n;
}

static size_t list_octets(void)
{
	size_t n = 1;
	for (size_t i = 0; i < LISTS; i++)
		n += strlen(lists[i].text);
	return n;
}

static void add_users(struct build *b, const struct sc_rule_row *rows, size_t count, bool with_words)
{
	for (size_t i = 0; i < count; i++)
		if ((rows[i].text[0] != 0) == with_words)
			add_rule(b, &rows[i]);
}

static void compile(struct build *b, const struct sc_rule_row *rows, size_t count, uint32_t *twig_of)
{
	b->class_count = 1;
	b->twig_count = 1;
	b->r->word_count = SC_RULE_LIST_WORD + 1;
	for (size_t i = 0; i < LISTS; i++)
		add_list(b, (uint8_t)i);
	add_users(b, rows, count, true);
	for (size_t i = 0; i < OWN; i++)
		add_rule(b, &own[i]);
	add_users(b, rows, count, false);
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
		sc_memory_give(r->store);
	}
	sc_memory_give(r);
}

struct sc_rules *sc_ruleset_build(const struct sc_rule_row *rows, size_t count)
{
	size_t octets = list_octets() + text_octets(own, OWN) + text_octets(rows, count);
	struct build b = { .r = sc_memory_take(sizeof(struct sc_rules)), .twig_max = (uint32_t)octets };
	b.twigs = sc_memory_take(octets * sizeof(struct twig));
	uint32_t *twig_of = sc_memory_take(octets * sizeof(uint32_t));
	if (b.r) {
		b.r->states = sc_memory_take(octets * sizeof(struct sc_rule_state));
		/* In the text a word takes an octet and a mark at least. */
		b.r->program = sc_memory_take(octets * sizeof(uint16_t));
		b.r->needed_by = sc_memory_take(octets * sizeof(uint16_t));
	}
	bool whole = b.r && b.r->states && b.r->program && b.r->needed_by && b.twigs && twig_of;
	if (whole)
		compile(&b, rows, count, twig_of);
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
