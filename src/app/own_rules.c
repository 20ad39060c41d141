/* own_rules.c - reads the file of --rules and tells what is wrong with it: file, line and column, and the word that
 * was probably meant. */
#include "app/own_rules.h"

#include <stdio.h>

#include "app/load.h"
#include "app/say.h"
#include "app/suggest.h"
#include "base/memory.h"
#include "explain/causes.h"
#include "explain/rulefile.h"

static const char *nearest(const struct sc_rule_fault *fault)
{
	struct sc_suggest near = sc_suggest_for(fault->word);
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES && fault->kind == SC_RULE_FAULT_CAUSE; i++)
		sc_suggest_offer(&near, sc_cause_name((enum sc_cause)i));
	for (int i = SC_PHASE_NONE + 1; i < SC_PHASES && fault->kind == SC_RULE_FAULT_PHASE; i++)
		sc_suggest_offer(&near, sc_phase_name((enum sc_phase)i));
	return near.best;
}

static const char *advice(const struct sc_rule_fault *fault)
{
	if (fault->kind == SC_RULE_FAULT_CAUSE)
		return "; the causes are the words of the `cause` fields, see smtpscope explain cause";
	return fault->kind == SC_RULE_FAULT_PHASE ? "; a phase is @connect, @helo, @mail, @rcpt, @data, @eom ..." : "";
}

static void tell(const char *path, const struct sc_rule_fault *fault)
{
	char where[1100];
	int len = (int)(fault->word.len < 80 ? fault->word.len : 80);
	const char *near = nearest(fault);
	if (fault->line)
		snprintf(where, sizeof(where), "%.1024s:%u:%u", path, fault->line, fault->column);
	else
		snprintf(where, sizeof(where), "%.1024s", path);
	if (near)
		sc_say(where, "%s \"%.*s\"; did you mean \"%s\"?", fault->what, len, fault->word.at, near);
	else if (len)
		sc_say(where, "%s \"%.*s\"%s", fault->what, len, fault->word.at, advice(fault));
	else
		sc_say(where, "%s", fault->what);
}

sc_err sc_own_rules_read(const char *path)
{
	if (!path)
		return SC_OK;
	char *text = sc_memory_take(SC_RULE_FILE_OCTETS + 1);
	size_t len = text ? sc_load(path, text, SC_RULE_FILE_OCTETS, "the rules", "--rules") : 0;
	sc_err err = len == SIZE_MAX ? SC_EUSAGE : SC_EFAILED;
	if (text && len != SIZE_MAX) {
		struct sc_rule_fault fault;
		err = sc_rulefile_load((sc_str){ text, len }, &fault);
		if (err)
			tell(path, &fault);
	}
	sc_memory_give(text);
	return err;
}
