/* known.c - `a`: a finding, or all of a suspect, is known; it is kept in the person's file `acknowledged`, for the next time too. */
#include "tui/home.h"
#include "tui/inside.h"

#include "base/memory.h"

void sc_known_load(struct sc_tui *t)
{
	char *octets = sc_memory_take(SC_ACK_OCTETS);
	if (octets)
		sc_acks_read(&t->acks, (sc_str){ octets, sc_home_read("acknowledged", octets, SC_ACK_OCTETS) });
	sc_memory_give(octets);
}

static bool save(const struct sc_tui *t)
{
	char *octets = sc_memory_take(SC_ACK_OCTETS);
	struct sc_text text = sc_text_into(octets, octets ? SC_ACK_OCTETS : 0);
	if (octets)
		sc_acks_write(&t->acks, &text);
	bool saved = octets && sc_home_write("acknowledged", sc_text_str(&text));
	sc_memory_give(octets);
	return saved;
}

/* Rows are shown or left out anew. */
static void settle(struct sc_tui *t, bool known, bool whole)
{
	bool saved = save(t);
	sc_tui_narrowed(t);
	sc_tui_say(t, !whole ? "not acknowledged: no room, or a value that no line of text can hold" :
		      !saved ? "done, for now; it could not be kept in ~/.config/smtpscope/acknowledged" :
		      known ? "acknowledged: not among what is new any more; a again takes it back" : "no longer acknowledged");
}

void sc_known_finding(struct sc_tui *t, const struct sc_ev_finding *f)
{
	bool known = !sc_acks_finding(&t->acks, f), whole = true;
	if (known)
		whole = sc_acks_add(&t->acks, f->detector, f->subject.value);
	else
		sc_acks_drop(&t->acks, f->detector, f->subject.value);
	settle(t, known, whole);
}

void sc_known_suspect(struct sc_tui *t, const struct sc_suspect *s)
{
	bool known = !sc_acks_suspect(&t->acks, s), whole = true;
	sc_str value = { s->value, s->value_len };
	for (uint32_t i = 0; i < s->rule_count; i++) {
		if (known)
			whole = sc_acks_add(&t->acks, s->rules[i].detector, value) && whole;
		else
			sc_acks_drop(&t->acks, s->rules[i].detector, value);
	}
	settle(t, known, whole);
}
