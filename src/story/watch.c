/* watch.c - keeps what the events of a session tell, and asks the rules at its end; see watch.h.
 *
 * Trusts the events' structure, nothing of their content.  Texts of the wire are looked at while the event lasts and are
 * not kept, but for the verb of a command, which is cut to what fits.
 */
#include "story/watch.h"

#include "base/capability.h"
#include "base/str.h"
#include "explain/diagnoses.h"
#include "story/watch_rule.h"

const struct sc_watch_limits sc_watch_standard = {
#define SC_WATCH_LIMIT(name, value, why) .name = value,
#include "story/watch_limits.def"
#undef SC_WATCH_LIMIT
};

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

/* Verbs that the rules tell apart. */
enum verb { COMMAND, CONNECT, VERDICT, AUTH, PROXY, QUIT, UNSOLICITED };

static enum verb verb_of(sc_str verb)
{
	static const struct {
		const char *word;
		uint8_t octets;
		enum verb verb;
	} verbs[] = {
		{ "EOM", 3, VERDICT }, { "BDAT", 4, VERDICT }, { "QUIT", 4, QUIT }, { "CONNECT", 7, CONNECT }, { "AUTH", 4, AUTH },
		{ "PROXY", 5, PROXY }, { "UNSOLICITED", 11, UNSOLICITED },
	};
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (verb.len == verbs[i].octets && memcmp(verb.at, verbs[i].word, verb.len) == 0)
			return verbs[i].verb;
	return COMMAND;
}

/* ---- exchanges ---- */

static struct sc_watch_wait wait_of(const struct sc_ev_exchange *x, const struct sc_ev_frames *at, sc_time length)
{
	struct sc_watch_wait wait = { .length = length, .first = at->first, .last = at->last, .code = x->code };
	for (size_t i = 0; i + 1 < sizeof(wait.verb) && i < x->verb.len; i++)
		wait.verb[i] = x->verb.at[i];
	return wait;
}

static void pace(struct sc_watch_pace *p, const struct sc_ev_frames *at, sc_time length)
{
	p->first = p->count ? p->first : at->first;
	p->last = at->last;
	p->least = p->count && p->least < length ? p->least : length;
	p->most = p->count && p->most > length ? p->most : length;
	p->count++;
}

/* XXXX and the like, which a firewall writes over commands that it does not know. */
static bool is_masked(sc_str verb)
{
	size_t n = 0;
	while (n < verb.len && verb.at[n] == 'X')
		n++;
	return n >= 4 && n == verb.len;
}

static void see_refusal(struct sc_watch *w, const struct sc_ev_exchange *x, const struct sc_ev_frames *at, enum verb verb)
{
	if ((w->replies == 1 || verb == PROXY) && !w->proxy.first)
		w->proxy = wait_of(x, at, 0); /* what the greeting was followed by: looked at only beside a PROXY line */
	if ((x->code == 500 || x->code == 502) && is_masked(x->verb) && !w->masked.first)
		w->masked = wait_of(x, at, 0);
}

static void see_reply(struct sc_watch *w, const struct sc_ev_exchange *x, const struct sc_ev_frames *at, enum verb verb)
{
	if (verb == CONNECT)
		return;
	struct sc_watch_wait *slow = verb == VERDICT ? &w->slow_verdict : &w->slow;
	w->replies += w->replies < 2;
	if (x->code / 100 == 5)
		see_refusal(w, x, at, verb);
	if (verb == VERDICT)
		w->verdict = wait_of(x, at, x->latency_ms);
	if (x->latency_ms == SC_TIME_NONE)
		return;
	if (!slow->first || x->latency_ms > slow->length)
		*slow = wait_of(x, at, x->latency_ms);
	if (verb != VERDICT)
		pace(x->code / 100 == 5 ? &w->refused : &w->taken, at, x->latency_ms);
}

/* Silence of the client before a 421. */
static sc_time silence(const struct sc_wire *wire, sc_time when)
{
	const struct sc_wire_side *client = &wire->side[SC_CLIENT];
	return client->data_packet ? when - client->data_at : SC_TIME_NONE;
}

/* The dot and the line ends around it in several segments: what is left over is 1, 2 or 4 octets.  Of three octets the last
 * segment is the dot and its line end, whole, as those send it who know of the firewalls that lose the others. */
static bool is_split(const struct sc_wire *wire)
{
	uint32_t tail = wire->side[SC_CLIENT].tail;
	return tail == 1 || tail == 2 || tail == 4;
}

/* A server that never saw the end says so, if it says anything, when its patience is over. */
static void see_split(struct sc_watch *w, const struct sc_ev_exchange *x, const struct sc_ev_frames *at)
{
	bool waited = x->latency_ms != SC_TIME_NONE && x->latency_ms >= sc_watch_standard.idle_s * SC_SECOND;
	w->split_first = w->split_first ? w->split_first : at->first;
	if (x->code == 421 && waited)
		w->split_lost++;
	else
		w->split_answered++;
}

static void see_exchange(struct sc_watch *w, const struct sc_wire *wire, const struct sc_ev_frames *at,
	const struct sc_ev_exchange *x, sc_time when)
{
	enum verb verb = verb_of(x->verb);
	w->auth_tried |= verb == AUTH;
	if (x->code == 421 && !w->goodbye.first)
		w->goodbye = wait_of(x, at, verb == UNSOLICITED ? silence(wire, when) : SC_TIME_NONE);
	w->unanswered += !x->code && verb != UNSOLICITED;
	if (x->code && verb == VERDICT && is_split(wire))
		see_split(w, x, at);
	if (x->code)
		see_reply(w, x, at, verb);
	else if (!w->pending.first && verb != QUIT)
		w->pending = wait_of(x, at, 0);
}

/* ---- transactions ---- */

static void count_case(struct sc_watch_case *c, const struct sc_ev_frames *at, const struct sc_ev_transaction *x,
	uint64_t part, uint64_t whole)
{
	if (c->count++)
		return;
	*c = (struct sc_watch_case){ 1, x->n, at->first, at->last, part, whole };
}

static uint64_t count_taken(const struct sc_ev_transaction *x)
{
	const struct sc_ev_recipient *list = x->recipients.items;
	uint64_t n = 0;
	for (uint32_t i = 0; i < x->recipients.count; i++)
		n += is_word(list[i].outcome, "accepted");
	return n;
}

/* Each was refused at its RCPT. */
static bool all_refused(const struct sc_ev_transaction *x)
{
	const struct sc_ev_recipient *list = x->recipients.items;
	for (uint32_t i = 0; i < x->recipients.count; i++)
		if (list[i].code < 400)
			return false;
	return x->recipients.count != 0;
}

/* The limit of the server's SIZE keyword (RFC 1870 3); 0: none. */
static uint64_t size_limit(const struct sc_ev_session *s)
{
	uint64_t limit = 0;
	sc_str value;
	bool told = sc_capability(&s->capabilities, SC_STR("SIZE"), &value) && sc_str_number(value, &limit);
	return told ? limit : 0;
}

static bool has_parameter(const struct sc_ev_transaction *x, sc_str name, sc_str value)
{
	for (uint32_t i = 0; i < x->mail_params.count; i++) {
		const struct sc_pair *p = &x->mail_params.items[i];
		if (sc_str_equal(p->name, name) && (!value.len || sc_str_equal_nocase(p->value, value)))
			return true;
	}
	return false;
}

/* What the parameters of MAIL allow is no fault (RFC 6152, 3030, 6531). */
static void see_format(struct sc_watch *w, const struct sc_ev_frames *at, const struct sc_ev_transaction *x)
{
	const struct sc_watch_text *t = &w->text;
	bool binary = has_parameter(x, SC_STR("BODY"), SC_STR("BINARYMIME"));
	bool wide = binary || has_parameter(x, SC_STR("BODY"), SC_STR("8BITMIME")) ||
		has_parameter(x, SC_STR("SMTPUTF8"), SC_STR(""));
	if (t->eight_bit && !wide)
		count_case(&w->eight_bit, at, x, t->eight_bit - 1, 0);
	if (t->bare_lf && !binary)
		count_case(&w->bare_lf, at, x, t->bare_lf - 1, 0);
	if (t->nul && !binary)
		count_case(&w->nul, at, x, t->nul - 1, 0);
	w->text = (struct sc_watch_text){ .seen = 0 };
}

static void see_transaction(struct sc_watch *w, const struct sc_wire *wire, const struct sc_ev_frames *at,
	const struct sc_ev_session *session, const struct sc_ev_transaction *x)
{
	uint64_t limit = size_limit(session), size = x->size == SC_NONE ? 0 : x->size;
	uint64_t known = x->declared_size == SC_NONE ? 0 : x->declared_size;
	if (is_word(x->outcome, "aborted") && x->via && is_word(x->phase, "data"))
		count_case(&w->in_data, at, x, wire->text_octets, known);
	if (is_word(x->outcome, "in_doubt"))
		count_case(&w->in_doubt, at, x, size, known);
	if (is_word(x->outcome, "partial"))
		count_case(&w->partial, at, x, count_taken(x), x->recipients.count);
	if (all_refused(x))
		count_case(&w->none_valid, at, x, 0, x->recipients.count);
	if (x->quirks & SC_QUIRK_BIT(size_mismatch))
		count_case(&w->size, at, x, size, known);
	if (limit && size > limit) {
		count_case(&w->too_large, at, x, size, limit);
		w->limit = limit;
	}
	if (w->text.seen && w->text.begin == w->text_of)
		see_format(w, at, x);
	if (x->quirks & SC_QUIRK_BIT(text_line_too_long))
		count_case(&w->long_line, at, x, x->long_line_at == SC_NONE ? 0 : x->long_line_at, 0);
}

/* Refusals that a login would have avoided; a refused sender only where clients log in (RFC 6409). */
static void see_cause(struct sc_watch *w, const struct sc_ev_frames *at, const struct sc_ev_session *s, const char *cause,
	uint16_t code, uint64_t n)
{
	bool submission = is_word(s->service, "submission") || is_word(s->service, "smtps");
	if (!cause || w->no_auth.count)
		return;
	bool wants = is_word(cause, "auth_required") || is_word(cause, "relay_denied") ||
		(submission && is_word(cause, "sender_rejected"));
	if (wants)
		w->no_auth = (struct sc_watch_case){ 1, n, at->last, at->last, code, 0 };
}

void sc_watch_observe(struct sc_watch *w, const struct sc_wire *wire, const struct sc_ev_frames *at,
	const struct sc_ev_session *session, enum sc_event_kind kind, const void *body, sc_time when)
{
	if (kind == SC_EVENT_exchange) {
		see_exchange(w, wire, at, body, when);
	} else if (kind == SC_EVENT_transaction) {
		see_transaction(w, wire, at, session, body);
	} else if (kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *x = body;
		see_cause(w, at, session, x->cause, x->code, x->n);
	} else if (kind == SC_EVENT_failure) {
		const struct sc_ev_failure *x = body;
		see_cause(w, at, session, x->cause, x->code, x->n);
	}
}

/* ---- what rules say ---- */

void sc_say_words(struct sc_said *said, const char *words)
{
	sc_text_adds(&said->text, words);
}

void sc_say_number(struct sc_said *said, uint64_t n)
{
	sc_text_number(&said->text, n);
}

/* "0.23 s", "12.3 s", "4 min 10 s": as exact as is worth reading. */
void sc_say_time(struct sc_said *said, sc_time length)
{
	struct sc_text *t = &said->text;
	uint64_t hundredths = length > 0 ? (uint64_t)(length / (SC_SECOND / 100)) : 0, seconds = hundredths / 100;
	if (seconds >= 120) {
		sc_text_number(t, seconds / 60);
		sc_text_adds(t, " min ");
		sc_text_number(t, seconds % 60);
		sc_text_adds(t, " s");
		return;
	}
	sc_text_number(t, seconds);
	sc_text_put(t, '.');
	if (seconds >= 10)
		sc_text_number(t, hundredths % 100 / 10);
	else
		sc_text_padded(t, hundredths % 100, 2);
	sc_text_adds(t, " s");
}

void sc_say_end(struct sc_said *said, const struct sc_scene *s, enum sc_side side)
{
	const struct sc_ev_endpoint *end = side == SC_CLIENT ? &s->f->head->client : &s->f->head->server;
	sc_text_adds(&said->text, said->text.len ? "the " : "The ");
	sc_text_adds(&said->text, side == SC_CLIENT ? "client " : "server ");
	sc_text_ip(&said->text, &end->ip);
}

void sc_say_verb(struct sc_said *said, const struct sc_watch_wait *wait)
{
	sc_str verb = sc_str_of(wait->verb);
	if (sc_str_equal(verb, SC_STR("EOM")))
		sc_text_adds(&said->text, "the end of the message");
	else if (sc_str_equal(verb, SC_STR("SASL")))
		sc_text_adds(&said->text, "the login");
	else if (sc_str_equal(verb, SC_STR("UNSOLICITED")) || !verb.len)
		sc_text_adds(&said->text, "a command");
	else
		sc_text_visible(&said->text, verb);
}

static struct sc_text next_value(struct sc_said *said, const char *name)
{
	SC_ASSERT(said->values < SC_SAID_VALUES);
	said->observed[said->values].name = sc_str_of(name);
	return sc_text_into(said->value[said->values], SC_SAID_VALUE);
}

static void end_value(struct sc_said *said, const struct sc_text *t)
{
	said->observed[said->values++].value = sc_text_str(t);
}

void sc_observe_number(struct sc_said *said, const char *name, uint64_t n)
{
	struct sc_text t = next_value(said, name);
	sc_text_number(&t, n);
	end_value(said, &t);
}

void sc_observe_time(struct sc_said *said, const char *name, sc_time length)
{
	struct sc_text t = next_value(said, name);
	sc_text_ms(&t, length);
	end_value(said, &t);
}

void sc_observe_word(struct sc_said *said, const char *name, const char *word)
{
	struct sc_text t = next_value(said, name);
	sc_text_adds(&t, word);
	end_value(said, &t);
}

void sc_said_packets(struct sc_said *said, uint64_t first, uint64_t last)
{
	said->first = first;
	said->last = last;
}

/* ---- for all sessions together ---- */

/* The end of a message that was the client's last word, and is in doubt. */
static bool lost_split(const struct sc_watch_facts *f)
{
	const struct sc_watch *w = f->watch;
	bool last = w->unanswered == 1 && sc_str_equal(sc_str_of(w->pending.verb), SC_STR("EOM"));
	return last && w->in_doubt.count && is_split(f->wire);
}

bool sc_watch_wire(const struct sc_watch_facts *f, struct sc_ev_wire *ev)
{
	const struct sc_watch *w = f->watch;
	sc_time trip = f->session->timing.connect_ms;
	bool lost = lost_split(f), timed = w->refused.count && trip >= 0;
	bool late = trip >= 0 && f->session->timing.greeting_ms > sc_watch_standard.banner_warn_s * SC_SECOND;
	if (f->session->evidence.one_sided || (!timed && !lost && !late && !w->split_answered && !w->split_lost))
		return false;
	*ev = (struct sc_ev_wire){ .refused_least_ms = SC_TIME_NONE, .refused_most_ms = SC_TIME_NONE, .taken_most_ms = SC_TIME_NONE,
		.split_answered = w->split_answered, .split_lost = w->split_lost + lost, .established = SC_TIME_NONE,
		.greeting_ms = SC_TIME_NONE };
	if (late) {
		ev->established = f->session->start + trip;
		ev->greeting_ms = f->session->timing.greeting_ms;
	}
	ev->first = lost ? w->pending.first : w->split_first;
	if (!timed)
		return true;
	ev->refused = w->refused.count;
	ev->refused_least_ms = w->refused.least > trip ? w->refused.least - trip : 0;
	ev->refused_most_ms = w->refused.most;
	ev->taken = w->taken.count;
	ev->taken_most_ms = w->taken.count ? w->taken.most : SC_TIME_NONE;
	ev->first = ev->first ? ev->first : w->refused.first;
	return true;
}

/* ---- judging ---- */

static const struct {
	enum sc_diagnosis word;
	sc_rule_holds *holds;
} rules[SC_RULES] = {
#define SC_RULE(name, why) { SC_DIAGNOSIS_##name, sc_rule_##name },
#include "story/watch_rules.def"
#undef SC_RULE
};

static void tell_one(const struct sc_scene *s, enum sc_diagnosis word, const struct sc_said *said, sc_watch_tell *tell, void *ctx)
{
	const struct sc_diagnosis_row *row = &sc_diagnoses[word];
	struct sc_ev_diagnosis ev = { .diagnosis = row->name, .headline = !s->told, .advice = sc_str_of(row->advice),
		.severity = said->severity ? said->severity : row->severity,
		.confidence = said->confidence ? said->confidence : row->confidence,
		.text = sc_text_str(&said->text), .evidence = s->f->session->evidence,
		.observed = { said->observed, said->values } };
	tell(ctx, &ev, said->first, said->last);
}

/* Its room is not cleared: most rules say nothing. */
static void begin(struct sc_said *said, const struct sc_ev_head *head)
{
	said->text = sc_text_into(said->words, sizeof(said->words));
	said->severity = said->confidence = NULL;
	said->values = 0;
	sc_said_packets(said, head->frames.first, head->frames.last);
}

/* From one direction nothing is diagnosed: what the other side did is not known. */
void sc_watch_judge(const struct sc_watch_facts *facts, const struct sc_watch_limits *limits, sc_watch_tell *tell, void *ctx)
{
	struct sc_scene scene = { .f = facts, .limits = limits };
	struct sc_said said;
	if (facts->session->evidence.one_sided)
		return;
	for (int i = 0; i < SC_RULES; i++) {
		begin(&said, facts->head);
		if (!rules[i].holds(&scene, &said))
			continue;
		tell_one(&scene, rules[i].word, &said, tell, ctx);
		scene.told |= UINT64_C(1) << i;
	}
}
