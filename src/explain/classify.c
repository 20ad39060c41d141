/* classify.c - from a refusal to its cause.
 *
 * Text beats the enhanced code, which beats the reply code; the phase breaks ties.  The rules for texts are
 * data (vendors.def, patterns.def), what codes mean by themselves too (status.def, priors.def).  The text is
 * hostile: it is read in time that grows with its length, nothing is kept, and the block list that is given
 * borrows from it. */
#include "explain/classify.h"

#include "explain/hints.h"
#include "explain/rules.h"

static const struct status_row {
	uint16_t subject, detail;
	enum sc_cause cause;
	const char *rule;
} statuses[] = {
#define SC_CAUSE_none SC_CAUSE_NONE
#define SC_STATUS(subject, detail, meaning, cause) \
	{subject, detail, SC_CAUSE_##cause, "enhanced:x." #subject "." #detail},
#include "explain/status.def"
#undef SC_STATUS
};

static const struct prior_row {
	enum sc_phase phase;
	uint16_t code;
	enum sc_cause cause;
	const char *rule;
} priors[] = {
#define SC_PRIOR(phase, code, cause) { SC_PHASE_##phase, code, SC_CAUSE_##cause, "prior:" #phase ":" #code },
#include "explain/priors.def"
#undef SC_PRIOR
};

static bool by_status(const struct sc_refusal *f, struct sc_reason *reason)
{
	for (size_t i = 0; f->status.cls && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const struct status_row *row = &statuses[i];
		if (row->subject != f->status.subject || row->detail != f->status.detail || !row->cause)
			continue;
		reason->cause = row->cause;
		reason->rule = row->rule;
		return true;
	}
	return false;
}

static bool by_code(const struct sc_refusal *f, struct sc_reason *reason)
{
	uint16_t code = f->code ? f->code : f->status.cls;
	for (size_t i = 0; i < sizeof(priors) / sizeof(priors[0]); i++) {
		const struct prior_row *row = &priors[i];
		if (row->phase != f->phase || (row->code != code && row->code != code / 100))
			continue;
		reason->cause = row->cause;
		reason->rule = row->rule;
		return true;
	}
	return false;
}

/* A rule that knows only what the text speaks of, not what is wrong with it (patterns_guess.def).  It yields to an
 * enhanced code, and to 500 to 509, which blame the command. */
static bool is_guess(const char *rule)
{
	return sc_str_starts(sc_str_of(rule), SC_STR("guess:"));
}

static bool names_list(enum sc_cause cause)
{
	return cause == SC_CAUSE_dnsbl_listed || cause == SC_CAUSE_spam_content;
}

sc_err sc_classify_open(void)
{
	return sc_rules_get() ? SC_OK : SC_EFAILED;
}

struct sc_reason sc_classify(uint16_t code, struct sc_status enhanced, sc_str text, enum sc_phase phase)
{
	struct sc_reason reason = { .list = SC_STR_NONE, .retry_after_s = SC_NONE };
	struct sc_verdict v = { .cause = SC_CAUSE_NONE };
	struct sc_plain plain;
	sc_plain_read(&plain, text);
	struct sc_refusal f = { code, enhanced.cls ? enhanced : plain.status, phase };
	const struct sc_rules *rules = sc_rules_get();
	if (rules)
		v = sc_rules_judge(rules, &plain, &f);
	reason.cause = v.cause;
	reason.rule = v.rule;
	if (is_guess(v.rule) && !by_status(&f, &reason) && code / 10 == 50)
		by_code(&f, &reason);
	if (reason.cause == SC_CAUSE_NONE && !by_status(&f, &reason) && !by_code(&f, &reason)) {
		reason.cause = SC_CAUSE_unclassified;
		reason.rule = "none";
	}
	if (names_list(reason.cause))
		reason.list = sc_hints_list(&plain, text, v.family, v.list_at, reason.cause == SC_CAUSE_dnsbl_listed);
	reason.retry_after_s = sc_hints_retry(&plain, &f, reason.cause);
	return reason;
}
