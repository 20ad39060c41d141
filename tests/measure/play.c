/* play.c - chance, and sessions as events: each goes to the session detectors of its sensor and then to the global
 * ones, as in the program. */
#include <stdarg.h>

#include "detect/frame/detection.h"
#include "scene.h"

/* ---- chance ---- */

static uint64_t dice;

void roll(uint64_t seed)
{
	dice = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

uint32_t draw(uint32_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return below ? (uint32_t)(dice >> 20) % below : 0;
}

uint32_t between(uint32_t least, uint32_t most)
{
	return most > least ? least + draw(most - least + 1) : least;
}

uint32_t wide(uint32_t least, uint32_t most)
{
	uint32_t octaves = 0;
	while (least << (octaves + 1) <= most)
		octaves++;
	uint32_t from = least << draw(octaves + 1), to = 2 * from;
	return between(from, to < most ? to : most);
}

bool chance(unsigned percent)
{
	return draw(100) < percent;
}

const char *text(const char *form, ...)
{
	static char ring[256][320];
	static unsigned turn;
	char *room = ring[turn++ % 256];
	va_list args;
	va_start(args, form);
	vsnprintf(room, sizeof(ring[0]), form, args);
	va_end(args);
	return room;
}

/* ---- where events go ---- */

static struct sensor *sensors, *sensor;
static size_t sensor_count;
static sc_time now;
static struct sc_ev_head head;
static struct sc_ev_session session;
static uint64_t room[SC_SENTRY_OCTETS / 8];
static char helo_name[400];

void connect_sensors(struct sensor *all, size_t count)
{
	sensors = all;
	sensor_count = count;
	head.session = 0;
}

void set_clock(uint32_t second)
{
	now = T0 + second * SC_SECOND;
}

sc_time clock_now(void)
{
	return now;
}

void on_watched(void *ctx, const struct sc_event *ev)
{
	struct sensor *s = ctx;
	sc_detection_class.observe(s->detection, ev);
}

static void tell(enum sc_event_kind kind, const void *body)
{
	struct sc_event ev = {.kind = kind, .when = now, .head = &head, .session = &session, .body = body};
	if (sc_sentry_wants(sensor->sentry) & SC_WANT(kind))
		sc_sentry_event(sensor->sentry, room, &ev);
	if (sc_detection_class.wants & SC_WANT(kind))
		sc_detection_class.observe(sensor->detection, &ev);
}

/* ---- sessions ---- */

void arrive(struct sc_ip client, struct sc_ip server, uint16_t port, const char *helo)
{
	head = (struct sc_ev_head){.session = head.session + 1, .client = {client, 40000}, .server = {server, port}};
	sensor = &sensors[(head.session * UINT64_C(0x9e3779b97f4a7c15) >> 33) % sensor_count];
	memset(room, 0, sizeof(room));
	snprintf(helo_name, sizeof(helo_name), "%s", helo ? helo : "");
	session = (struct sc_ev_session){
		.start = now - SC_SECOND,
		.end = now,
		.service = port == 587   ? "submission"
			   : port == 465 ? "smtps"
					 : "smtp",
		.greeting = {220, SC_STR("mx.example.org ESMTP"), SC_STR("mx.example.org"), SC_STR_NONE},
		.helo = {helo ? "EHLO" : NULL, sc_str_of(helo ? helo_name : NULL)},
		.starttls = "not_offered",
		.end_by = "quit",
		.exchanges = 2,
		.octets = {300, 500},
		.timing = {.connect_ms = 20 * SC_MS,
			   .greeting_ms = 30 * SC_MS,
			   .helo_ms = 20 * SC_MS,
			   .tls_ms = SC_TIME_NONE,
			   .total_ms = SC_SECOND,
			   .waited_ms = 60 * SC_MS},
	};
	if (helo)
		say("EHLO", helo_name, 250, 0);
}

struct sc_ev_session *facts(void)
{
	return &session;
}

static void exchange(const char *verb, const char *argument, uint16_t code, uint64_t quirks,
		     const struct sc_strs *lines)
{
	struct sc_ev_exchange x = {.n = ++session.exchanges,
				   .verb = sc_str_of(verb),
				   .argument = sc_str_of(argument),
				   .code = code,
				   .text = *lines,
				   .latency_ms = SC_MS,
				   .quirks = quirks};
	session.quirks |= quirks;
	tell(SC_EVENT_exchange, &x);
}

void say(const char *verb, const char *argument, uint16_t code, uint64_t quirks)
{
	sc_str line = SC_STR("so be it");
	exchange(verb, argument, code, quirks, &(struct sc_strs){&line, 1});
}

void answer(const char *verb, const char *const *lines, uint32_t count)
{
	sc_str items[8];
	for (uint32_t i = 0; i < count && i < 8; i++)
		items[i] = sc_str_of(lines[i]);
	exchange(verb, "", 250, 0, &(struct sc_strs){items, count});
}

void login_by(const char *mechanism, const char *user, const char *outcome, bool cleartext)
{
	bool good = strcmp(outcome, "ok") == 0, failed = strcmp(outcome, "failed") == 0;
	struct sc_ev_auth x = {.mechanism = sc_str_of(mechanism),
			       .user = sc_str_of(user),
			       .outcome = outcome,
			       .code = good     ? 235
				       : failed ? 535
						: 0,
			       .cleartext = cleartext,
			       .attempt = 1};
	session.auth = (struct sc_ev_session_auth){x.mechanism, x.user, outcome, cleartext};
	say("AUTH", "*", x.code, 0);
	tell(SC_EVENT_auth, &x);
}

/* Inside TLS. */
void login(const char *user, const char *outcome)
{
	session.starttls = session.service[4] == 's' ? "implicit" : "established";
	session.decrypted = true;
	login_by("PLAIN", user, outcome, false);
}

void handshake(const struct sc_ev_tls *x)
{
	if (x->established)
		session.starttls = "established";
	tell(SC_EVENT_tls, x);
}

void refusal(const char *phase, uint16_t code, const char *cause)
{
	struct sc_ev_failure x = {
		.scope = "session", .phase = phase, .code = code, .cause = cause, .permanent = code >= 500};
	tell(SC_EVENT_failure, &x);
}

/* ---- mails ---- */

struct letter letter(const char *from, const char *to, const char *outcome, const char *cause)
{
	struct letter l = {
		.from = from, .size = strcmp(outcome, "accepted") == 0 ? wide(900, 60000) : SC_NONE, .phase = "rcpt"};
	l.phase = l.size != SC_NONE ? "eom" : "rcpt";
	add_rcpt(&l, to, outcome, cause);
	return l;
}

void add_rcpt(struct letter *l, const char *to, const char *outcome, const char *cause)
{
	if (l->count == 64)
		return;
	l->to[l->count] = to;
	l->outcomes[l->count] = outcome;
	l->causes[l->count++] = cause;
}

static uint16_t code_of(const char *outcome)
{
	return outcome[0] == 'd' ? 450 : strcmp(outcome, "rejected") == 0 ? 550 : 250;
}

static const char *outcome_of(const struct letter *l)
{
	unsigned accepted = 0;
	for (unsigned i = 0; i < l->count; i++)
		accepted += strcmp(l->outcomes[i], "accepted") == 0;
	return accepted == l->count ? "accepted" : accepted ? "partial" : l->outcomes[0];
}

static void tell_deliveries(const struct letter *l, uint64_t n)
{
	for (unsigned i = 0; i < l->count; i++) {
		struct sc_ev_delivery x = {.n = n,
					   .mail_from = sc_str_of(l->from),
					   .rcpt_to = sc_str_of(l->to[i]),
					   .outcome = l->outcomes[i],
					   .phase = l->phase,
					   .cause = l->causes[i],
					   .code = code_of(l->outcomes[i]),
					   .list = sc_str_of(l->list),
					   .message_id = l->message.message_id,
					   .retry_after_s = SC_NONE,
					   .size = l->size,
					   .declared_size = SC_NONE,
					   .helo = session.helo.name};
		x.permanent = x.code >= 500;
		tell(SC_EVENT_delivery, &x);
	}
}

void send_letter(const struct letter *l)
{
	struct sc_ev_recipient r[64];
	uint64_t n = ++session.transactions;
	say("MAIL", text("FROM:<%s>", l->from ? l->from : ""), 250, 0);
	for (unsigned i = 0; i < l->count; i++) {
		uint16_t code = code_of(l->outcomes[i]);
		r[i] = (struct sc_ev_recipient){.rcpt_to = sc_str_of(l->to[i]),
						.code = code,
						.outcome = l->outcomes[i],
						.cause = l->causes[i]};
		session.recipients.accepted += code == 250;
		session.recipients.rejected += code == 550;
		session.recipients.deferred += code == 450;
		say("RCPT", text("TO:<%s>", l->to[i]), code, 0);
	}
	const char *outcome = outcome_of(l);
	struct sc_ev_transaction x = {.n = n,
				      .helo = session.helo.name,
				      .mail_from = sc_str_of(l->from),
				      .recipients = {r, l->count},
				      .declared_size = SC_NONE,
				      .size = l->size,
				      .wire_size = l->size,
				      .lines = 40,
				      .outcome = outcome,
				      .phase = l->phase,
				      .cause = l->causes[0],
				      .code = r[0].code,
				      .auth_user = sc_str_of(l->user),
				      .quirks = l->quirks};
	session.octets.client += l->size != SC_NONE ? l->size : 60;
	session.quirks |= l->quirks;
	if (l->size != SC_NONE && l->message.message_id.at) {
		struct sc_ev_message m = l->message;
		m.n = n;
		tell(SC_EVENT_message, &m);
	}
	tell(SC_EVENT_transaction, &x);
	tell_deliveries(l, n);
}

void mail(const char *from, const char *to, const char *outcome, const char *cause)
{
	struct letter l = letter(from, to, outcome, cause);
	send_letter(&l);
}

void leave(void)
{
	say("QUIT", "", 221, 0);
	tell(SC_EVENT_session, &session);
}
