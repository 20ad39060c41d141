/* test_wordings.c - the causes of wordings.def, one by one; every cause and every family occurs there. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "app/explain_mode.h"
#include "explain/causes.h"

static const struct wording {
	enum sc_cause cause;
	const char *line; /* as `explain --classify` reads it */
} wordings[] = {
#define WORDING(cause, code, enhanced, phase, text) { SC_CAUSE_##cause, #code "\t" enhanced "\t" text "\t" #phase },
#include "wordings.def"
#undef WORDING
};

#define WORDINGS (sizeof(wordings) / sizeof(wordings[0]))

static void test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORDINGS; i++) {
		char buffer[128];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
		sc_explain_classify_line(sc_str_of(wordings[i].line), &t);
		sc_str answer = { t.at, t.len };
		sc_str cause = sc_str_until(&answer, '\t');
		if (!sc_str_equal(cause, sc_str_of(sc_cause_name(wordings[i].cause))))
			fail_msg("%s: %.*s by %.*s", wordings[i].line, (int)cause.len, cause.at, (int)answer.len,
				 answer.at);
	}
}

static void test_all_causes(void **state)
{
	(void)state;
	unsigned count[SC_CAUSES] = { 0 };
	for (size_t i = 0; i < WORDINGS; i++)
		count[wordings[i].cause]++;
	for (int c = SC_CAUSE_NONE + 1; c < SC_CAUSES; c++)
		if (count[c] < 2)
			fail_msg("%s has %u wordings", sc_cause_name((enum sc_cause)c), count[c]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_all_causes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
