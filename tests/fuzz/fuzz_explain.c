/* fuzz_explain.c - causes from any refusal, and rules of users from any file.
 *
 * Oracle: the rule that a plain twin finds, which seeks word after word of rule after rule, is the one that the
 * automaton found; what a cause comes with keeps its bounds; a template stays within its buffer; a file of rules
 * loads, or its fault points inside it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "explain/causes.h"
#include "explain/lexicon.h"
#include "explain/rulefile.h"
#include "explain/rulerow.h"
#include "explain/rules.h"
#include "explain/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sc_rule_row own[] = {
#define SC_RULE(name, cause, when, text) { name, SC_CAUSE_##cause, when, text },
#include "explain/vendors.def"
#include "explain/patterns.def"
#undef SC_RULE
};

static const char *const lists[] = {
#define SC_BLOCK_LIST(text, family) text,
#include "explain/lists.def"
#undef SC_BLOCK_LIST
};

#define COUNT(table) (sizeof(table) / sizeof(table[0]))

/* ---- the twin ---- */

static bool in_word(const struct sc_plain *p, size_t i)
{
	unsigned char c = i < p->len ? (unsigned char)p->at[i] : ' ';
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool nothing_behind(const struct sc_plain *p, size_t i)
{
	while (i < p->len && !in_word(p, i) && p->at[i] != '@')
		i++;
	return i == p->len;
}

static bool fits(const struct sc_plain *p, size_t at, size_t len, uint8_t f)
{
	bool link = sc_plain_in_link(p, at) || sc_plain_in_link(p, at + len - 1);
	return (!link || (f & SC_RULE_IN_LINKS)) && !((f & SC_RULE_BOUND_BEFORE) && at && in_word(p, at - 1)) &&
	       !((f & SC_RULE_BOUND_AFTER) && in_word(p, at + len)) && !((f & SC_RULE_AT_START) && at) &&
	       !((f & SC_RULE_AT_END) && !nothing_behind(p, at + len));
}

static bool occurs(const struct sc_plain *p, sc_str word, uint8_t more)
{
	uint8_t flags = sc_rule_marks(&word) | more;
	for (size_t at = 0; at + word.len <= p->len; at++)
		if (!memcmp(p->at + at, word.at, word.len) && fits(p, at, word.len, flags))
			return true;
	return false;
}

static bool any_list(const struct sc_plain *p)
{
	for (size_t i = 0; i < COUNT(lists); i++)
		if (occurs(p, sc_str_of(lists[i]), SC_RULE_IN_LINKS))
			return true;
	return false;
}

static bool text_holds(const struct sc_plain *p, sc_str text)
{
	sc_str clause;
	bool negated, holds = true;
	while (holds && sc_rule_clause(&text, &clause, &negated)) {
		bool any = false;
		while (clause.len && !any) {
			sc_str word = sc_str_until(&clause, '|');
			any = sc_str_equal(word, SC_STR("#list")) ? any_list(p) : occurs(p, word, 0);
		}
		holds = any != negated;
	}
	return holds;
}

static bool codes_hold(const struct sc_rule_when *w, const struct sc_refusal *f)
{
	bool any = w->code_count == 0;
	for (uint8_t i = 0; i < w->code_count; i++)
		any = any || w->codes[i] == f->code;
	unsigned cls = f->code ? f->code / 100u : f->status.cls;
	if ((w->cls[0] || w->cls[1]) && cls)
		any = any && ((cls == 4 && w->cls[0]) || (cls == 5 && w->cls[1]));
	return any && (!w->phases || (w->phases >> f->phase & 1));
}

static bool when_holds(const char *when, const struct sc_refusal *f)
{
	struct sc_rule_when w;
	SC_ASSERT(!sc_rule_when_read(sc_str_of(when), &w).what);
	const struct sc_status *st = &f->status;
	bool status = !w.has_status || (st->cls && (!w.status_cls || w.status_cls == st->cls) &&
					st->subject == w.subject && st->detail >= w.detail_low &&
					st->detail <= w.detail_high);
	return status && codes_hold(&w, f);
}

static void check_twin(const struct sc_plain *p, const struct sc_refusal *f)
{
	struct sc_verdict v = sc_rules_judge(sc_rules_get(), p, f);
	size_t i = 0;
	while (i < COUNT(own) && !(when_holds(own[i].when, f) && text_holds(p, sc_str_of(own[i].text))))
		i++;
	if (i == COUNT(own))
		SC_ASSERT(v.cause == SC_CAUSE_NONE);
	else
		SC_ASSERT(v.cause == own[i].cause && !strcmp(v.rule, own[i].name));
}

/* ---- what comes out ---- */

static void check_reason(const struct sc_refusal *f, sc_str text)
{
	struct sc_reason r = sc_classify(f->code, f->status, text, f->phase);
	SC_ASSERT(r.cause > SC_CAUSE_NONE && r.cause < SC_CAUSES && r.rule && r.rule[0]);
	SC_ASSERT(r.retry_after_s == SC_NONE || (r.retry_after_s && r.retry_after_s <= UINT64_C(7) * 86400));
	for (size_t i = 0; i < r.list.len; i++) /* it borrows from the text, or is the name of a family */
		SC_ASSERT(r.list.at[i]);
	struct sc_reason again = sc_classify(f->code, f->status, text, f->phase);
	SC_ASSERT(again.cause == r.cause && again.rule == r.rule && again.retry_after_s == r.retry_after_s);
}

static void check_template(sc_str text)
{
	static char one[4096], two[4096];
	struct sc_text t = sc_text_into(one, sizeof(one) - 1), u = sc_text_into(two, 40);
	sc_template_put(&t, text);
	sc_template_put(&u, text);
	SC_ASSERT(t.len < sizeof(one) && u.len <= 40);
}

static struct sc_refusal refusal_of(const uint8_t *b)
{
	static const uint16_t codes[] = { 0, 421, 450, 451, 452, 454, 500, 501, 503, 535, 550, 552, 553, 554, 555, 556 };
	struct sc_refusal f = { .code = codes[b[0] & 15], .phase = (enum sc_phase)(b[1] % SC_PHASES) };
	if (b[0] & 0x80)
		f.status = (struct sc_status){ b[0] & 0x40 ? 4 : 5, b[2] & 7, (uint16_t)(b[2] >> 3) };
	return f;
}

static void check_file(sc_str text)
{
	struct sc_rule_fault fault;
	sc_err err = sc_rulefile_load(text, &fault);
	SC_ASSERT(err == SC_OK || err == SC_EUSAGE);
	if (err) {
		SC_ASSERT(fault.what && fault.line && fault.column && fault.line <= text.len + 1);
		SC_ASSERT(fault.word.len <= text.len + 1);
	}
	sc_classify(550, (struct sc_status){ 5, 1, 1 }, text, SC_PHASE_rcpt);
	SC_ASSERT(sc_rulefile_load(SC_STR(""), &fault) == SC_OK); /* back to our own */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4)
		return 0;
	struct sc_refusal f = refusal_of(data);
	sc_str text = { (const char *)data + 4, size - 4 };
	if (data[3] == '#') {
		check_file(text);
		return 0;
	}
	struct sc_plain p;
	sc_plain_read(&p, text);
	SC_ASSERT(p.len <= SC_PLAIN_OCTETS && p.len <= 3 * text.len); /* a letter of an eight-bit set may become three (fold.h) */
	if (p.len <= 400)
		check_twin(&p, &f);
	check_reason(&f, text);
	check_template(text);
	return 0;
}
