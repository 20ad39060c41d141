/* queue.c - the diagnoses greylist_pass, greylist_no_retry, greylist_pool and duplicate (G1 to G3, D4).
 *
 * They rest on stories, so on joins.  Greylisting itself asks for no more than sender, recipient and network, so its words
 * and a later acceptance are sure, whatever message they were for.  What a server means by a refusal without words shows in
 * what it does: it takes the same sender, recipient and client later, although it took other mail all the time; a server in
 * trouble refuses everybody.
 */
#include "story/queue.h"

#include "story/net.h"
#include "story/tell.h"

#define TRIES_TOLD 8 /* pauses that are listed */

/* ---- what is asked of a story ---- */

static bool is_vague(const char *cause)
{
	static const char *const vague[] = { "greylisted", "server_error", "unclassified" };
	for (size_t i = 0; cause && i < sizeof(vague) / sizeof(vague[0]); i++)
		if (strcmp(cause, vague[i]) == 0)
			return true;
	return !cause;
}

static bool same_net(const struct sc_try *a, const struct sc_try *b)
{
	return sc_net_same(&a->client, &b->client);
}

/* The attempts but the last, in order; NULL ends them. */
static const struct sc_try *earlier(const struct sc_story *s, const struct sc_book_try **at)
{
	const struct sc_book_try *t = *at;
	*at = t ? t->next : s->first_try;
	return *at ? &(*at)->act : NULL;
}

struct refusals {
	bool all_deferred, all_vague; /* every attempt but the last */
	bool in_words;                /* one of them said so */
	bool same_net;                /* one came from the network of the last */
	bool in_doubt;
};

static void weigh(struct refusals *r, const struct sc_story *s, const struct sc_try *act)
{
	r->all_deferred &= act->fate == SC_FATE_deferred;
	r->all_vague &= act->envelope && is_vague(act->cause);
	r->in_words |= act->greylisted;
	r->same_net |= same_net(act, &s->past.last);
	r->in_doubt |= act->fate == SC_FATE_in_doubt;
}

static struct refusals refusals_of(const struct sc_story *s)
{
	struct refusals r = { true, true, false, false, false };
	const struct sc_book_try *at = NULL;
	const struct sc_try *act;
	weigh(&r, s, &s->past.first);
	while ((act = earlier(s, &at)))
		weigh(&r, s, act);
	return r;
}

/* ---- greylist_pass ---- */

static void put_pauses(struct sc_text *t, const struct sc_story *s)
{
	const struct sc_book_try *at = NULL;
	const struct sc_try *act;
	unsigned n = 0;
	while ((act = earlier(s, &at)) && n++ < TRIES_TOLD) {
		sc_tell_duration(t, act->when - s->past.first.when);
		sc_text_adds(t, ", ");
	}
	sc_tell_duration(t, s->past.last.when - s->past.first.when);
}

static void put_first(struct sc_text *t, const struct sc_story *s)
{
	sc_text_adds(t, "; the first attempt was in session ");
	sc_text_hex(t, s->past.first.session, 16);
	sc_text_put(t, '.');
}

static void tell_pass(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s, bool sure)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, sure ? "Greylisting" : "What looks like greylisting");
	sc_text_adds(&t, " delayed this by ");
	sc_tell_duration(&t, s->past.last.when - s->past.first.when);
	sc_text_adds(&t, s->attempts == 2 ? "; one retry" : "; retries after ");
	if (s->attempts > 2)
		put_pauses(&t, s);
	put_first(&t, s);
	sc_tell_diagnosis_as(to, head, SC_DIAGNOSIS_greylist_pass, sure ? "sure" : "likely", &t);
}

static void judge_pass(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s)
{
	struct refusals r = refusals_of(s);
	bool by_deeds = r.all_vague && s->server_worked;
	if (s->accepted == 1 && r.all_deferred && r.same_net && (r.in_words || by_deeds))
		tell_pass(to, head, s, r.in_words);
}

/* ---- greylist_pool ---- */

/* The last attempt is the first from a second network. */
static bool is_second_network(const struct sc_story *s)
{
	const struct sc_book_try *at = NULL;
	const struct sc_try *act;
	while ((act = earlier(s, &at)))
		if (!same_net(act, &s->past.first))
			return false;
	return !same_net(&s->past.last, &s->past.first);
}

static void judge_pool(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!s->all_greylisted || !is_second_network(s))
		return;
	sc_text_number(&t, s->attempts);
	sc_text_adds(&t, " attempts, the first from ");
	sc_text_ip(&t, &s->past.first.client);
	sc_text_adds(&t, ", the last from another network, ");
	sc_text_ip(&t, &s->past.last.client);
	sc_text_adds(&t, ", and each was greylisted: to the server each network is a new sender.");
	sc_tell_diagnosis(to, head, SC_DIAGNOSIS_greylist_pool, &t);
}

/* ---- duplicate ---- */

static bool was_late(const struct sc_story *s, sc_queue_late_fn *late, void *ctx)
{
	const struct sc_book_try *at = NULL;
	const struct sc_try *act;
	bool any = late(ctx, s->past.first.session);
	while ((act = earlier(s, &at)))
		any |= late(ctx, act->session);
	return any;
}

static void judge_duplicate(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s,
	bool late)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	struct refusals r = refusals_of(s);
	bool doubled = (s->accepted & (s->accepted - 1)) == 0; /* told at the second, fourth, eighth ... */
	if (s->accepted < 2 ? !r.in_doubt : !doubled)
		return;
	if (s->accepted < 2) {
		sc_text_adds(&t, "Perhaps delivered twice: the verdict on an earlier attempt never came, ");
		sc_text_adds(&t, "and this one was accepted ");
		sc_tell_duration(&t, s->past.last.when - s->past.first.when);
		sc_text_adds(&t, " after the first");
		put_first(&t, s);
		sc_tell_diagnosis_as(to, head, SC_DIAGNOSIS_duplicate, "hint", &t);
		return;
	}
	sc_text_adds(&t, "Accepted ");
	sc_text_number(&t, s->accepted);
	sc_text_adds(&t, r.in_doubt ? " times: the client sent it again because an earlier verdict never came" :
		late ? " times: the client sent it again because it had gone when it was accepted" :
		" times by the same server: the client sent it again although it had been accepted");
	put_first(&t, s);
	sc_tell_diagnosis(to, head, SC_DIAGNOSIS_duplicate, &t);
}

void sc_queue_joined(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s,
	const struct sc_past *before, sc_queue_late_fn *late, void *ctx)
{
	if (s->past.last.fate != SC_FATE_accepted) {
		judge_pool(to, head, s);
		return;
	}
	if (before->last.fate == SC_FATE_deferred)
		judge_pass(to, head, s);
	judge_duplicate(to, head, s, s->accepted > 1 && was_late(s, late, ctx));
}

/* ---- greylist_no_retry ---- */

void sc_queue_abandoned(const struct sc_observer_config *to, const struct sc_story *s)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_ip(&t, &s->past.last.client);
	sc_text_adds(&t, " was greylisted by ");
	sc_text_ip(&t, &s->past.last.server);
	sc_text_adds(&t, " in session ");
	sc_text_hex(&t, s->past.last.session, 16);
	sc_text_adds(&t, s->attempts > 1 ? " once more" : "");
	sc_text_adds(&t, " and did not try again within ");
	sc_tell_duration(&t, SC_QUEUE_RETRY);
	sc_text_put(&t, '.');
	const struct sc_try *last = &s->past.last;
	const struct sc_ev_head head = { .session = last->session, .client = { last->client, last->client_port },
		.server = { last->server, last->server_port } };
	sc_tell_diagnosis(to, &head, SC_DIAGNOSIS_greylist_no_retry, &t);
}
