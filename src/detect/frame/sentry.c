/* sentry.c - runs the session detectors of one engine; see detection.h.
 *
 * A session's room holds how grave it was what each detector has said, then each one's state.  A detector speaks once of a
 * session, and again when it has become graver; whoever counts findings (docket.h) adds those of a client up. */
#include "base/memory.h"
#include "detect/frame/detection.h"
#include "detect/frame/docket.h"
#include "detect/frame/inside.h"
#include "detect/frame/settings.h"

#define LOSS_OF_ONE 30 /* confidence lost when the session was seen in part */
#define MEMBERS     16

struct member {
	struct sc_detector detector;
	size_t at; /* of its state in the room */
};

struct sc_sentry {
	struct sc_detect_settings *own;
	sc_emit_fn *emit;
	void *ctx;
	uint64_t seed, wants;
	struct sc_roles *roles;
	struct member members[MEMBERS];
	size_t count;
	uint8_t *told; /* of the session in work, of each member: its severity and 1; 0: nothing */
};

static uint8_t *told_of(const struct sc_sentry *w, const struct sc_detector *d)
{
	return &w->told[(const struct member *)(const void *)d - w->members];
}

static void hear(void *frame, struct sc_detector *d, const struct sc_sight *s, const struct sc_report *r)
{
	struct sc_sentry *w = frame;
	char room[64];
	struct sc_text subject = sc_text_into(room, sizeof(room));
	if (*told_of(w, d) > r->severity || (r->absence && s->lossy))
		return;
	*told_of(w, d) = (uint8_t)(r->severity + 1);
	sc_subject_text(&subject, s->head, r->subject, r->value);
	unsigned sure = s->lossy && r->confidence > LOSS_OF_ONE ? r->confidence - LOSS_OF_ONE : r->confidence;
	sc_str attack[8];
	struct sc_ev_finding f = {.detector = d->cls->name,
				  .severity = sc_severity_name(r->severity),
				  .confidence = sure,
				  .subject = {sc_subject_name(r->subject), sc_text_str(&subject)},
				  .text = sc_text_str(&d->text),
				  .window_s = r->window_s,
				  .count = r->count,
				  .threshold = r->threshold,
				  .observed = {r->observed, r->observed_count},
				  .attack = {attack, (uint32_t)sc_attack_of(d->cls->name, attack, 8)},
				  .state = "new"};
	struct sc_event ev = *s->ev;
	ev.kind = SC_EVENT_finding;
	ev.body = &f;
	w->emit(w->ctx, &ev);
}

void sc_sentry_event(struct sc_sentry *w, void *room, const struct sc_event *ev)
{
	if (!(w->wants & SC_WANT(ev->kind)))
		return;
	const struct sc_ev_session *facts = ev->session;
	struct sc_sight s = {
		.ev = ev, .head = ev->head, .second = sc_seconds(ev->when), .seed = w->seed, .roles = w->roles};
	s.lossy = facts && (facts->evidence.midstream || facts->evidence.gap_octets.client ||
			    facts->evidence.gap_octets.server || facts->evidence.one_sided);
	w->told = room;
	for (size_t i = 0; i < w->count; i++) {
		struct member *m = &w->members[i];
		if (!(m->detector.cls->wants & SC_WANT(ev->kind)))
			continue;
		s.session = (char *)room + m->at;
		m->detector.cls->observe(&m->detector, &s);
	}
}

sc_err sc_sentry_open(struct sc_sentry **out, const struct sc_detect_settings *settings, uint64_t seed,
		      sc_emit_fn *emit, void *ctx)
{
	struct sc_sentry *w = sc_memory_take(sizeof(*w));
	*out = w;
	if (!w)
		return SC_EFAILED;
	w->emit = emit;
	w->ctx = ctx;
	w->seed = seed;
	if (!settings) {
		SC_TRY(sc_detect_settings_open(&w->own));
		settings = w->own;
	}
	SC_TRY(sc_roles_open(&w->roles, settings, seed, false));
	size_t at = MEMBERS;
	for (size_t i = 0; sc_detectors[i]; i++) {
		const struct sc_detector_class *cls = sc_detectors[i];
		if (cls->scope != SC_SCOPE_SESSION || settings->off[i])
			continue;
		SC_ASSERT(w->count < MEMBERS && at + cls->size <= SC_SENTRY_OCTETS);
		w->members[w->count++] = (struct member){{.cls = cls,
							  .settings = settings,
							  .options = &settings->values[settings->first[i]],
							  .hear = hear,
							  .frame = w,
							  .index = i},
							 at};
		at += (cls->size + 7) & ~(size_t)7;
		w->wants |= cls->wants;
	}
	return SC_OK;
}

uint64_t sc_sentry_wants(const struct sc_sentry *w)
{
	return w->wants;
}

void sc_sentry_close(struct sc_sentry *w)
{
	if (!w)
		return;
	sc_roles_close(w->roles);
	sc_detect_settings_close(w->own);
	sc_memory_give(w);
}
