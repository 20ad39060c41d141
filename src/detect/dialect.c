/* dialect.c - clients that name themselves in the message, and do not speak as that program does.
 *
 * The dialect is a hash of the form of a client's commands (smtp/dialect.h); dialects.def holds what captures show of
 * programs.  A name counts only in a message that nobody has handed on: then the program that wrote the name is the
 * one that speaks. */
#include "base/hash.h"
#include "detect/frame/inside.h"

static const struct known {
	sc_str program, form;
} knowns[] = {
#define SC_DIALECT(program, form) {{program, sizeof(program) - 1}, {form, sizeof(form) - 1}},
#include "detect/frame/dialects.def"
#undef SC_DIALECT
};

struct slot { /* of an open session */
	sc_str program; /* of dialects.def; none: no message named one */
};

static uint64_t key_of(const struct sc_sight *s)
{
	return sc_mix(s->head->session, 1);
}

static void note_program(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_message *x = s->ev->body;
	if (x->received || x->user_agent.len == 0)
		return;
	for (size_t i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++) {
		if (!sc_str_starts(x->user_agent, knowns[i].program))
			continue;
		struct slot *slot = sc_keyed_touch(&d->tables[0], key_of(s), s->second);
		slot->program = knowns[i].program;
		return;
	}
}

/* It is written as the event tells it: "s:" and sixteen digits of the hash that smtp/dialect.c makes, with no key. */
static bool is_form(sc_str dialect, sc_str form)
{
	char room[24];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "s:");
	sc_text_hex(&t, sc_hash(0, form), 16);
	return sc_str_equal(dialect, sc_text_str(&t));
}

static bool speaks(sc_str program, sc_str dialect)
{
	for (size_t i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++)
		if (sc_str_equal(knowns[i].program, program) && is_form(dialect, knowns[i].form))
			return true;
	return false;
}

static void judge(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	const struct slot *slot = sc_keyed_find(&d->tables[0], key_of(s));
	sc_str program = slot ? slot->program : SC_STR_NONE;
	if (slot)
		sc_keyed_forget(&d->tables[0], key_of(s));
	if (!program.len || x->dialect.len == 0 || s->lossy || speaks(program, x->dialect))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "its message says ");
	sc_text_add(t, program);
	sc_text_adds(t, ", but it writes its commands in another way: ");
	sc_text_add(t, x->dialect);
	sc_detector_tell(
		d, s,
		&(struct sc_report){.severity = SC_SEVERITY_LOW, .confidence = 55, .count = 1, .threshold = 1});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_message)
		note_program(d, s);
	else
		judge(d, s);
}

const struct sc_detector_class sc_detector_dialect = {
	.name = "dialect",
	.summary = "A client whose message names a mail program (User-Agent, X-Mailer) that writes its commands in "
		   "another way than this client does: spam programs borrow the names of honest ones.",
	.innocent = "Virus scanners and proxies between the program and the server speak in its place; a new version "
		    "of the program.",
	.advice = "Compare with other sessions of the same dialect: list sessions --where 'dialect == ...'.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_message),
	.tables = {{1024, sizeof(struct slot), -1}},
	.observe = observe,
};
