/* lookalike_domain.c - domains of senders, in the envelope or in From, that may be mistaken for one of ours.
 *
 * Comparing costs, so verdicts are remembered for the domains of late, by the name as it was given: a word for each, which
 * is most of its hash and the verdict.  A line of eight of them is looked through at once; a newcomer takes the place of
 * one that is there. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"

#define LINES 2048
#define WAYS  8
#define MASK  UINT64_C(0xffff) /* of a word: the verdict */

enum { KNOWN = 1, ALIKE = 2, SHIFT = 2 }; /* above: which of ours */

struct state {
	uint64_t words[LINES][WAYS];
	uint32_t turn;
	uint64_t header; /* of the last message whose From was told: session and domain; its envelope is no second one */
};

static const char *compare(const struct sc_sight *s, sc_str domain, size_t of)
{
	return sc_domain_lookalike(domain, sc_domain_registrable(sc_roles_domain(s->roles, of)));
}

/* The verdict on a domain: KNOWN, and ALIKE with the first of ours that it resembles. */
static uint64_t judge(const struct sc_sight *s, sc_str domain)
{
	bool learnt;
	if (sc_roles_local(s->roles, domain, &learnt))
		return KNOWN;
	for (size_t i = 0; sc_roles_domain(s->roles, i).len; i++)
		if (compare(s, domain, i))
			return KNOWN | ALIKE | i << SHIFT;
	return KNOWN;
}

static uint64_t *line_of(struct state *st, uint64_t hash)
{
	return st->words[hash >> 32 & (LINES - 1)];
}

static uint64_t verdict(struct state *st, const struct sc_sight *s, sc_str given, uint64_t hash)
{
	uint64_t *line = line_of(st, hash), found = 0;
	for (unsigned i = 0; i < WAYS; i++)
		found |= (line[i] ^ hash) & ~MASK ? 0 : line[i] & MASK;
	if (found)
		return found;
	found = judge(s, sc_domain_registrable(given));
	line[st->turn++ % WAYS] = (hash & ~MASK) | found;
	return found;
}

static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	__builtin_prefetch(line_of(d->state, s->sender_domain.hash));
}

static void tell(struct sc_detector *d, const struct sc_sight *s, sc_str domain, size_t of)
{
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, s->ev->kind == SC_EVENT_message ? "From: " : "");
	sc_say_wire(t, domain);
	sc_text_adds(t, " resembles ");
	sc_text_visible(t, sc_roles_domain(s->roles, of));
	sc_text_adds(t, ": ");
	sc_text_adds(t, compare(s, domain, of));
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .subject = SC_SUBJECT_DOMAIN,
					     .value = domain,
					     .count = 1,
					     .threshold = 1});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	struct state *st = d->state;
	bool header = s->ev->kind == SC_EVENT_message;
	if (sc_roles_domain(s->roles, 0).len == 0 || s->from.home || s->from.peer)
		return;
	sc_str given = header ? sc_domain_of_from(((const struct sc_ev_message *)s->ev->body)->from) : s->sender_domain.name;
	if (given.len == 0)
		return;
	uint64_t hash = header ? sc_sight_hash_nocase(s, given) : s->sender_domain.hash;
	uint64_t found = verdict(st, s, given, hash), here = sc_mix(s->head->session, hash);
	if (!(found & ALIKE))
		return;
	if (header || st->header != here)
		tell(d, s, sc_domain_registrable(given), (size_t)(found >> SHIFT));
	st->header = header ? here : 0;
}

const struct sc_detector_class sc_detector_lookalike_domain = {
	.name = "lookalike_domain",
	.summary = "A sender, in the envelope or in From, whose domain resembles one of ours: letters exchanged, doubled or swapped, characters "
		   "that look alike, "
		   "another top-level domain, a word added.",
	.innocent = "Real neighbours in the alphabet. Only domains that --home names are compared.",
	.advice = "Warn the recipients; ask the registrar to take the domain down.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_message),
	.size = sizeof(struct state),
	.expect = expect,
	.observe = observe,
};
