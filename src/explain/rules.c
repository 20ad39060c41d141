/* rules.c - finds the first rule that holds for a refusal; what a rule may say stands in ruleset.c.
 *
 * One pass over the text sets a bit for every word that occurs and for every rule that such a word could make hold;
 * then these rules are tried in their order.  The text is hostile; the rules have been checked. */
#include <stdatomic.h>

#include "explain/ruleset.h"

struct found {
	uint64_t words[SC_RULE_WORD_SETS];
	uint64_t rules[SC_RULE_RULE_SETS];
	uint8_t  list;    /* the first row of lists.def that occurs, from 1; 0: none */
	size_t   list_at; /* its last octet */
};

static bool has(const uint64_t *set, uint32_t i)
{
	return (set[i / 64] >> (i % 64) & 1) != 0;
}

static bool is_ascii_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || sc_is_digit(c);
}

/* Only marks and spaces from `i` on. */
static bool only_marks(const struct sc_plain *p, size_t i)
{
	for (; i < p->len; i++)
		if (is_ascii_alnum(p->at[i]) || (unsigned char)p->at[i] >= 0x80 || p->at[i] == '@')
			return false;
	return true;
}

/* The flags of a word that ends before `end`.  What is no ASCII in a plain text is mostly Chinese or Japanese, which
 * is written without spaces: it bounds a Latin word. */
static bool stands(const struct sc_rule_word *w, const struct sc_plain *p, size_t end)
{
	size_t begin = end - w->len;
	uint8_t f = w->flags;
	if (!(f & SC_RULE_IN_LINKS) && (sc_plain_in_link(p, begin) || sc_plain_in_link(p, end - 1)))
		return false;
	if ((f & SC_RULE_BOUND_BEFORE) && begin > 0 && is_ascii_alnum(p->at[begin - 1]))
		return false;
	if ((f & SC_RULE_BOUND_AFTER) && end < p->len && is_ascii_alnum(p->at[end]))
		return false;
	if ((f & SC_RULE_AT_START) && begin > 0)
		return false;
	return !(f & SC_RULE_AT_END) || only_marks(p, end);
}

static void mark(const struct sc_rules *r, struct found *found, uint16_t n)
{
	if (has(found->words, n))
		return;
	found->words[n / 64] |= UINT64_C(1) << (n % 64);
	const struct sc_rule_word *w = &r->words[n];
	for (uint32_t i = 0; i < w->count; i++) {
		uint16_t rule = r->needed_by[w->first + i];
		found->rules[rule / 64] |= UINT64_C(1) << (rule % 64);
	}
}

static void mark_list(const struct sc_rules *r, struct found *found, uint8_t list, size_t at)
{
	mark(r, found, SC_RULE_LIST_WORD);
	if (found->list == 0 || list < found->list) {
		found->list = list;
		found->list_at = at;
	}
}

/* All words that end before `end`, where the automaton is in state `s`. */
static void mark_words(const struct sc_rules *r, const struct sc_plain *p, struct found *found, uint32_t s,
		       size_t end)
{
	if (!r->states[s].word)
		s = r->states[s].shorter;
	for (; s; s = r->states[s].shorter) {
		for (uint16_t n = r->states[s].word; n; n = r->words[n].same) {
			if (!stands(&r->words[n], p, end))
				continue;
			mark(r, found, n);
			if (r->words[n].list)
				mark_list(r, found, r->words[n].list, end - 1);
		}
	}
}

static uint32_t step(const struct sc_rules *r, uint32_t s, uint8_t octet)
{
	while (s >= SC_RULE_DENSE) {
		const struct sc_rule_state *state = &r->states[s];
		for (uint8_t i = 0; i < state->children; i++)
			if (r->states[state->child + i].octet == octet)
				return state->child + i;
		s = state->fail;
	}
	return r->dense[s][octet];
}

static void scan(const struct sc_rules *r, const struct sc_plain *p, struct found *found)
{
	uint32_t s = 0;
	for (size_t i = 0; i < p->len; i++) {
		s = step(r, s, r->class_of[(unsigned char)p->at[i]]);
		if (r->states[s].word || r->states[s].shorter)
			mark_words(r, p, found, s, i + 1);
	}
}

static bool words_hold(const struct sc_rules *r, const struct sc_rule *rule, const uint64_t *words)
{
	const uint16_t *p = &r->program[rule->clauses];
	while (*p) {
		uint16_t count = *p & ~SC_RULE_NEGATED;
		bool negated = *p & SC_RULE_NEGATED, any = false;
		for (uint16_t i = 1; i <= count; i++)
			any = any || has(words, p[i]);
		if (any == negated)
			return false;
		p += count + 1;
	}
	return true;
}

static bool status_holds(const struct sc_rule_when *w, struct sc_status st)
{
	return st.cls != 0 && (w->status_cls == 0 || w->status_cls == st.cls) && w->subject == st.subject &&
	       st.detail >= w->detail_low && st.detail <= w->detail_high;
}

static bool code_holds(const struct sc_rule_when *w, uint16_t code)
{
	for (uint8_t i = 0; i < w->code_count; i++)
		if (w->codes[i] == code)
			return true;
	return w->code_count == 0;
}

static bool when_holds(const struct sc_rule_when *w, const struct sc_refusal *f)
{
	unsigned cls = f->code ? f->code / 100u : f->status.cls;
	bool asked = w->cls[0] || w->cls[1];
	if (asked && cls && !(cls == 4 && w->cls[0]) && !(cls == 5 && w->cls[1]))
		return false;
	if (w->phases && !(w->phases >> f->phase & 1))
		return false;
	return code_holds(w, f->code) && (!w->has_status || status_holds(w, f->status));
}

struct sc_verdict sc_rules_judge(const struct sc_rules *r, const struct sc_plain *text,
				 const struct sc_refusal *refusal)
{
	struct found found = { .list = 0 };
	memcpy(found.rules, r->always, sizeof(found.rules));
	scan(r, text, &found);
	struct sc_verdict v = { SC_CAUSE_NONE, NULL, NULL, found.list_at };
	if (found.list)
		v.family = sc_ruleset_family(found.list);
	for (uint32_t i = 0; i < r->rule_count; i++) {
		if (found.rules[i / 64] >> (i % 64) == 0) {
			i |= 63; /* none left in this run of 64 */
			continue;
		}
		const struct sc_rule *rule = &r->rules[i];
		if (!has(found.rules, i) || !when_holds(&rule->when, refusal) || !words_hold(r, rule, found.words))
			continue;
		v.cause = (enum sc_cause)rule->cause;
		v.rule = rule->name;
		break;
	}
	return v;
}

static _Atomic(struct sc_rules *) shared;

/* Two threads may build at once; one result is kept, and both are the same. */
const struct sc_rules *sc_rules_get(void)
{
	struct sc_rules *r = atomic_load_explicit(&shared, memory_order_acquire);
	if (r)
		return r;
	struct sc_rules *mine = sc_ruleset_build(NULL, 0);
	if (!mine)
		return NULL;
	if (atomic_compare_exchange_strong(&shared, &r, mine))
		return mine;
	sc_ruleset_discard(mine);
	return r;
}

void sc_rules_use(struct sc_rules *r)
{
	sc_ruleset_discard(atomic_exchange(&shared, r));
}
