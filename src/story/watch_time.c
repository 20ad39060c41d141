/* watch_time.c - rules about waiting: who let whom wait, for what, and who lost patience (RFC 5321 4.5.3.2). */
#include "story/watch_rule.h"

#include "base/str.h"

#define MINUTE (60 * SC_SECOND)

static bool verb_is(const struct sc_watch_wait *wait, const char *verb)
{
	return sc_str_equal(sc_str_of(wait->verb), sc_str_of(verb));
}

/* How long a client must wait at least for the reply to a command (RFC 5321 4.5.3.2.1 to 4.5.3.2.6). */
static sc_time least_patience(const struct sc_watch_wait *wait)
{
	if (verb_is(wait, "EOM") || verb_is(wait, "BDAT"))
		return 10 * MINUTE;
	return verb_is(wait, "DATA") ? 2 * MINUTE : 5 * MINUTE;
}

/* ---- T1 ---- */

/* Resolvers wait five seconds a try (resolv.conf(5)). */
static bool is_resolver(sc_time length)
{
	sc_time rest = length % (5 * SC_SECOND), slack = 3 * SC_SECOND / 10;
	return rest <= slack || rest >= 5 * SC_SECOND - slack;
}

/* The first of several lines came at once and the last much later: so a server waits on purpose for those that speak before
 * their turn (postscreen's teaser).  How long it held back; 0: it did not. */
static sc_time held_back(const struct sc_scene *s, sc_time length)
{
	const struct sc_wire_side *server = &s->f->wire->side[SC_SERVER];
	const struct sc_ev_session *x = s->f->session;
	if (!server->known || x->timing.connect_ms == SC_TIME_NONE)
		return 0;
	sc_time pause = x->start + x->timing.connect_ms + length - server->first_at;
	return pause > SC_SECOND && pause <= length ? pause : 0;
}

static void say_why_slow(const struct sc_scene *s, struct sc_said *said, sc_time length)
{
	sc_time pause = held_back(s, length);
	if (pause) {
		sc_say_words(said, " Its first line came after ");
		sc_say_time(said, length - pause);
		sc_say_words(said, ", the last ");
		sc_say_time(said, pause);
		sc_say_words(said, " later: a pause on purpose, to catch clients that speak before their turn.");
		sc_observe_time(said, "pause_ms", pause);
	} else if (is_resolver(length)) {
		sc_say_words(said, " That is a multiple of 5 s, as name servers that do not answer make it.");
	}
}

bool sc_rule_slow_banner(const struct sc_scene *s, struct sc_said *said)
{
	sc_time length = s->f->session->timing.greeting_ms;
	if (length == SC_TIME_NONE || length <= s->limits->banner_warn_s * SC_SECOND)
		return false;
	sc_say_end(said, s, SC_SERVER);
	sc_say_words(said, " took ");
	sc_say_time(said, length);
	sc_say_words(said, " to greet.");
	say_why_slow(s, said, length);
	said->severity = length > s->limits->banner_error_s * SC_SECOND ? "error" : "warn";
	sc_observe_time(said, "greeting_ms", length);
	return true;
}

/* ---- T2 ---- */

static const struct sc_wire_end *end_of(const struct sc_scene *s, enum sc_side side)
{
	const struct sc_wire_side *w = &s->f->wire->side[side];
	return w->rst.packet && (!w->fin.packet || w->rst.packet < w->fin.packet) ? &w->rst : &w->fin;
}

static bool client_ended(const struct sc_scene *s)
{
	return s->f->end == SC_WATCH_CLIENT || s->f->end == SC_WATCH_CLIENT_RESET;
}

bool sc_rule_no_banner(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_ev_session *x = s->f->session;
	const struct sc_wire_end *end = end_of(s, SC_CLIENT);
	bool silent = !x->greeting.code && !x->octets.server && !x->evidence.midstream, open = s->f->end == SC_WATCH_OPEN;
	if (!silent || x->timing.connect_ms == SC_TIME_NONE || (!open && (!client_ended(s) || !end->packet)))
		return false;
	sc_time waited = (open ? s->f->until : end->when) - x->start - x->timing.connect_ms;
	if (waited < (open ? s->limits->silence_s : s->limits->probe_s) * SC_SECOND)
		return false;
	sc_say_words(said, open ? "The server had not said a word for " : "The client left after ");
	sc_say_time(said, waited);
	sc_say_words(said, open ? ", and nobody had closed." : " without a word from the server.");
	if (!open)
		sc_said_packets(said, end->packet, end->packet);
	sc_observe_time(said, "waited_ms", waited);
	return true;
}

/* ---- T3 ---- */

bool sc_rule_tarpit(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_pace *no = &s->f->watch->refused, *yes = &s->f->watch->taken;
	sc_time trip = s->f->session->timing.connect_ms;
	if (trip < 0 || trip > 3600 * SC_SECOND) /* not known, or a clock that jumped: three of them must not overflow */
		trip = 0;
	sc_time slow = s->limits->tarpit_ms * SC_MS;
	bool errors = no->count >= s->limits->tarpit_replies && no->least - trip >= slow - slow / 50 && yes->count >= 2 &&
		yes->most < s->limits->prompt_ms * SC_MS;
	bool all = yes->count >= 2 * s->limits->tarpit_replies && yes->least - 3 * trip >= slow &&
		yes->most <= yes->least + yes->least / 2;
	const struct sc_watch_pace *p = errors ? no : yes;
	if (!errors && !all)
		return false;
	sc_say_words(said, errors ? "Each of " : "All ");
	sc_say_number(said, p->count);
	sc_say_words(said, errors ? " refusals took " : " replies took ");
	sc_say_time(said, p->least);
	sc_say_words(said, " to ");
	sc_say_time(said, p->most);
	if (errors) {
		sc_say_words(said, ", replies to good commands at most ");
		sc_say_time(said, yes->most);
	}
	sc_say_words(said, ": the server delays on purpose.");
	sc_said_packets(said, p->first, p->last);
	sc_observe_number(said, "replies", p->count);
	sc_observe_time(said, "least_ms", p->least);
	sc_observe_time(said, "most_ms", p->most);
	return true;
}

/* ---- T4 ---- */

bool sc_rule_slow_reply(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_wait *slow = &s->f->watch->slow, *verdict = &s->f->watch->slow_verdict;
	bool at_end = verdict->first && verdict->length > s->limits->verdict_s * SC_SECOND;
	bool before = slow->first && slow->length > s->limits->reply_s * SC_SECOND;
	const struct sc_watch_wait *w = at_end && (!before || verdict->length > slow->length) ? verdict : slow;
	if (!at_end && !before)
		return false;
	sc_say_words(said, "The reply to ");
	sc_say_verb(said, w);
	sc_say_words(said, " (");
	sc_say_number(said, w->code);
	sc_say_words(said, ") took ");
	sc_say_time(said, w->length);
	sc_say_words(said, "; a client must wait at least ");
	sc_say_number(said, (uint64_t)(least_patience(w) / MINUTE));
	sc_say_words(said, " min (RFC 5321 4.5.3.2).");
	sc_said_packets(said, w->first, w->last);
	sc_observe_word(said, "command", w->verb);
	sc_observe_time(said, "latency_ms", w->length);
	return true;
}

/* ---- T5 ---- */

/* In seconds, one that programs have by default; 0: it is none. */
static int usual_timeout(sc_time waited)
{
	static const int usual[] = { 10, 20, 30, 60, 90, 120, 180, 300, 600 };
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		sc_time apart = waited - usual[i] * SC_SECOND;
		if (apart > -SC_SECOND / 2 && apart < SC_SECOND)
			return usual[i];
	}
	return 0;
}

/* QUIT asked at once with the rest, or no wait at all, is no lack of patience. */
bool sc_rule_client_gave_up(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_wait *w = &s->f->watch->pending;
	const struct sc_wire_end *end = end_of(s, SC_CLIENT);
	const struct sc_wire_side *client = &s->f->wire->side[SC_CLIENT];
	if (!w->first || !client_ended(s) || !end->packet || !client->data_packet || client->data_packet < w->first)
		return false;
	bool arrived = client->acked == client->top || !client->stuck.times;
	if (s->f->session->evidence.gap_octets.server || !arrived)
		return false; /* the reply may be what the capture lacks, or the command was lost on the way */
	sc_time waited = end->when - client->data_at;
	if (waited < s->limits->gave_up_ms * SC_MS)
		return false;
	sc_say_words(said, "The client left after ");
	sc_say_time(said, waited);
	sc_say_words(said, ", while the reply to ");
	sc_say_verb(said, w);
	sc_say_words(said, " was pending");
	if (waited < least_patience(w)) {
		sc_say_words(said, "; it must wait at least ");
		sc_say_number(said, (uint64_t)(least_patience(w) / MINUTE));
		sc_say_words(said, " min (RFC 5321 4.5.3.2)");
	}
	sc_say_words(said, ".");
	if (usual_timeout(waited)) {
		sc_say_words(said, " It looks like a time-out of ");
		sc_say_number(said, (uint64_t)usual_timeout(waited));
		sc_say_words(said, " s, as programs have it by default.");
	}
	sc_said_packets(said, w->first, end->packet);
	sc_observe_word(said, "command", w->verb);
	sc_observe_time(said, "waited_ms", waited);
	return true;
}

/* ---- T6 ---- */

bool sc_rule_idle_timeout(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_wait *bye = &s->f->watch->goodbye;
	const struct sc_wire_end *fin = end_of(s, SC_SERVER);
	bool closed = s->f->end == SC_WATCH_SERVER && fin->packet && !s->f->watch->pending.first;
	sc_time quiet = bye->first ? bye->length : closed ? fin->quiet : SC_TIME_NONE;
	if (quiet == SC_TIME_NONE || quiet < s->limits->idle_s * SC_SECOND)
		return false;
	sc_say_words(said, "The server ended a connection on which the client had sent nothing for ");
	sc_say_time(said, quiet);
	sc_say_words(said, bye->first ? " (421)" : "");
	sc_say_words(said, s->f->watch->in_data.count ? ", in the middle of a message." : ".");
	if (bye->first)
		sc_said_packets(said, bye->first, bye->last);
	else
		sc_said_packets(said, fin->packet, fin->packet);
	sc_observe_time(said, "idle_ms", quiet);
	return true;
}

/* ---- T7 ---- */

bool sc_rule_stalled_data(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_wire_span *stall = &s->f->wire->stall;
	if (!stall->first || stall->to - stall->from <= s->limits->stall_s * SC_SECOND)
		return false;
	sc_say_words(said, "The sender paused for ");
	sc_say_time(said, stall->to - stall->from);
	sc_say_words(said, " inside the message, although everything had arrived and the window was open.");
	sc_said_packets(said, stall->first, stall->last);
	sc_observe_time(said, "pause_ms", stall->to - stall->from);
	return true;
}
