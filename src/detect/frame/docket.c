/* docket.c - the open findings; see docket.h.
 *
 * Entries live in a table of fixed size: when more findings are open than it holds, the least busy is forgotten, and
 * will be told as new if it comes again. */
#include "detect/frame/docket.h"

#include "detect/frame/detection.h"

#define SWEEP_S        10
#define SESSION_WINDOW 3600 /* findings of single sessions: over after an hour without another */
#define LOSS_WEIGHT    40   /* confidence lost when all sessions were seen in part */
#define ATTACK_IDS     8

struct entry {
	uint64_t count, next, threshold, window_s;
	struct sc_trail trail;
	uint32_t first, last;
	uint16_t detector;
	uint8_t subject, severity, confidence, value_len;
	char value[SC_DOCKET_VALUE];
};

bool sc_docket_open(struct sc_docket *b, const struct sc_observer_config *to, uint32_t entries)
{
	*b = (struct sc_docket){.to = to};
	return sc_keyed_open(&b->entries, entries, sizeof(struct entry), SESSION_WINDOW);
}

void sc_docket_close(struct sc_docket *b)
{
	sc_keyed_close(&b->entries);
}

/* ---- who it is about ---- */

static const char *const subject_names[] = {"client", "network", "user", "domain", "recipient", "server", "session"};

const char *sc_subject_name(enum sc_subject subject)
{
	return subject_names[subject];
}

static enum sc_subject subject_of(const char *name)
{
	unsigned i = SC_SUBJECT_SESSION;
	while (i > SC_SUBJECT_CLIENT && strcmp(name, subject_names[i]) != 0)
		i--;
	return (enum sc_subject)i;
}

static void put_server(struct sc_text *t, const struct sc_ev_endpoint *e)
{
	sc_text_adds(t, e->ip.version == 6 ? "[" : "");
	sc_text_ip(t, &e->ip);
	sc_text_adds(t, e->ip.version == 6 ? "]:" : ":");
	sc_text_number(t, e->port);
}

void sc_subject_text(struct sc_text *t, const struct sc_ev_head *head, enum sc_subject subject, sc_str value)
{
	switch (subject) {
	case SC_SUBJECT_CLIENT:
		sc_text_ip(t, &head->client.ip);
		break;
	case SC_SUBJECT_NETWORK:
		if (value.len)
			sc_text_add(t, value); /* a larger one */
		else
			sc_network_text(t, &head->client.ip);
		break;
	case SC_SUBJECT_SERVER:
		put_server(t, &head->server);
		break;
	case SC_SUBJECT_SESSION:
		sc_text_hex(t, head->session, 16);
		break;
	case SC_SUBJECT_USER:
	case SC_SUBJECT_DOMAIN:
	case SC_SUBJECT_RECIPIENT:
		sc_text_add(t, value);
		break;
	}
}

static struct entry *touch(struct sc_docket *b, size_t detector, enum sc_subject subject, sc_str value,
			   uint32_t second)
{
	uint64_t key = sc_hash(b->to->seed + detector * 8 + (uint64_t)subject, value);
	struct entry *e = sc_keyed_touch(&b->entries, key, second);
	if (e->next)
		return e;
	e->detector = (uint16_t)detector;
	e->subject = (uint8_t)subject;
	e->value_len = (uint8_t)value.len;
	memcpy(e->value, value.at, value.len);
	e->first = second;
	return e;
}

/* ---- telling ---- */

/* What a finding says beside its entry. */
struct words {
	sc_str text;
	const struct sc_pair *observed;
	uint32_t observed_count;
	uint64_t count, error;
	const char *state;
};

static uint32_t put_sessions(const struct sc_trail *trail, char (*room)[16], sc_str *items)
{
	uint32_t n = trail->count < SC_TRAIL_SESSIONS ? trail->count : SC_TRAIL_SESSIONS;
	for (uint32_t i = 0; i < n; i++) { /* the oldest first */
		uint32_t at = trail->count > SC_TRAIL_SESSIONS ? (trail->count + i) % SC_TRAIL_SESSIONS : i;
		struct sc_text t = sc_text_into(room[i], 16);
		sc_text_hex(&t, trail->sessions[at], 16);
		items[i] = sc_text_str(&t);
	}
	return n;
}

static void tell(struct sc_docket *b, const struct entry *e, const struct sc_ev_head *head, const struct words *w)
{
	char room[SC_TRAIL_SESSIONS][16], uncertain[24];
	sc_str sessions[SC_TRAIL_SESSIONS], attack[ATTACK_IDS];
	struct sc_pair observed[SC_REPORT_OBSERVED + 1];
	struct sc_text error = sc_text_into(uncertain, sizeof(uncertain));
	uint32_t n = w->observed_count;
	for (uint32_t i = 0; i < n; i++)
		observed[i] = w->observed[i];
	if (w->error) {
		sc_text_number(&error, w->error);
		observed[n++] = (struct sc_pair){SC_STR("error"), sc_text_str(&error)};
	}
	const char *name = sc_detectors[e->detector]->name;
	struct sc_ev_finding f = {
		.detector = name,
		.severity = sc_severity_name((enum sc_severity)e->severity),
		.confidence = e->confidence,
		.subject = {sc_subject_name((enum sc_subject)e->subject), {e->value, e->value_len}},
		.text = w->text,
		.window_s = e->window_s,
		.count = w->count,
		.threshold = e->threshold,
		.observed = {observed, n},
		.sessions = {sessions, put_sessions(&e->trail, room, sessions)},
		.attack = {attack, (uint32_t)sc_attack_of(name, attack, ATTACK_IDS)},
		.state = w->state,
	};
	struct sc_event ev = {.kind = SC_EVENT_finding, .head = head, .body = &f};
	b->told++;
	b->to->tell(b->to->tell_ctx, &ev);
}

/* The word to tell now; NULL: nothing is due.  Notes when it is due again. */
static const char *due(struct entry *e, uint64_t count, enum sc_severity severity)
{
	if (severity < e->severity)
		return NULL; /* it is counted; what is told stays the worst */
	const char *state = !e->next ? "new" : count >= e->next || severity > e->severity ? "more" : NULL;
	if (!state)
		return NULL;
	e->next = e->next ? e->next : e->threshold;
	while (e->next <= count && e->next <= UINT64_MAX / 2)
		e->next *= 2;
	e->severity = severity > e->severity ? (uint8_t)severity : e->severity;
	return state;
}

static unsigned less_by_loss(unsigned confidence, const struct sc_trail *trail)
{
	unsigned share = trail->count ? (unsigned)((uint64_t)trail->lossy * LOSS_WEIGHT / trail->count) : 0;
	return confidence > share ? confidence - share : 1;
}

void sc_docket_report(struct sc_docket *b, const struct sc_detector *d, const struct sc_sight *s,
		      const struct sc_report *r)
{
	char room[SC_DOCKET_VALUE];
	struct sc_text value = sc_text_into(room, sizeof(room));
	if (r->apart)
		sc_text_add(&value, r->value);
	else
		sc_subject_text(&value, s->head, r->subject, r->value);
	struct entry *e = touch(b, d->index, r->subject, sc_text_str(&value), s->second);
	if (r->trail)
		e->trail = *r->trail;
	else if (!r->apart)
		sc_trail_add(&e->trail, s);
	bool alone = r->threshold <= 1 && r->count <= 1; /* each report is one more */
	e->count = alone ? e->count + 1 : r->count > e->count ? r->count : e->count;
	e->threshold = r->threshold ? r->threshold : 1;
	e->window_s = r->window_s ? r->window_s : SESSION_WINDOW;
	e->last = s->second;
	unsigned cap = r->learnt ? SC_LEARNT_CAP : 100, sure = less_by_loss(r->confidence, &e->trail);
	e->confidence = (uint8_t)(sure < cap ? sure : cap);
	uint64_t count = alone ? e->count : r->count;
	struct words w = {sc_text_str(&d->text), r->observed, r->observed_count, count, r->error, NULL};
	w.state = due(e, count, r->severity);
	if (w.state)
		tell(b, e, r->apart ? NULL : s->head, &w);
}

static enum sc_severity severity_of(const char *name)
{
	int i = SC_SEVERITY_CRITICAL;
	while (i > 0 && strcmp(name, sc_severity_name((enum sc_severity)i)) != 0)
		i--;
	return (enum sc_severity)i;
}

void sc_docket_finding(struct sc_docket *b, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	size_t i = sc_detector_find(sc_str_of(f->detector));
	if (i == SIZE_MAX)
		return;
	struct sc_sight s = {.ev = ev, .head = ev->head, .second = sc_seconds(ev->when)};
	struct entry *e =
		touch(b, i, subject_of(f->subject.kind), sc_str_slice(f->subject.value, 0, SC_DOCKET_VALUE), s.second);
	sc_trail_add(&e->trail, &s);
	e->count++;
	e->threshold = 1;
	e->window_s = SESSION_WINDOW;
	e->last = s.second;
	e->confidence = (uint8_t)f->confidence;
	struct words w = {f->text, f->observed.items, f->observed.count, e->count, 0, NULL};
	w.state = due(e, e->count, severity_of(f->severity));
	if (w.state)
		tell(b, e, ev->head, &w);
}

/* ---- the end of a finding ---- */

static void tell_over(struct sc_docket *b, const struct entry *e)
{
	char room[SC_REPORT_TEXT];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "nothing more for ");
	sc_text_number(&t, e->window_s);
	if (e->last > e->first)
		sc_say_part(&t, " s; it lasted ", e->last - e->first, " s");
	else
		sc_text_adds(&t, " s; it was seen at one moment only");
	struct words w = {sc_text_str(&t), NULL, 0, e->count, 0, "over"};
	tell(b, e, NULL, &w);
}

void sc_docket_tick(struct sc_docket *b, sc_time now)
{
	uint32_t second = sc_seconds(now);
	if (second / SWEEP_S == b->swept / SWEEP_S)
		return;
	b->swept = second;
	size_t slots = (size_t)b->entries.sets * SC_KEYED_WAYS;
	for (size_t i = 0; i < slots; i++) {
		struct entry *e = (struct entry *)(void *)(b->entries.slots + i * b->entries.slot_octets);
		if (!b->entries.tags[i] || !e->next || second < e->last || second - e->last <= e->window_s)
			continue;
		tell_over(b, e);
		sc_keyed_drop(&b->entries, i);
	}
}
