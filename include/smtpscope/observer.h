/* observer.h - class of what looks at all events of all sessions, in their final order: stories, diagnoses that need more
 * than one connection, detectors.  The ledger (ledger.h) opens observers and calls them.
 *
 * Time is capture time and comes with the events, so the same events give the same calls whatever made them.
 */
#ifndef SMTPSCOPE_OBSERVER_H
#define SMTPSCOPE_OBSERVER_H

#include <smtpscope/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sc_observer_config {
	uint64_t memory;      /* octets for all it keeps; taken when it is opened */
	uint64_t seed;        /* key of its hash tables */
	const struct sc_detect_settings *detect; /* detector.h; NULL: the standards */
	/* Events of its own leave here, inside any of the calls below.  It gives kind and body, and the head of the
	 * session concerned if there is one; packet, time and, for the session in work, flow are filled in. */
	sc_emit_fn *tell;
	void *tell_ctx;
};

struct sc_observer_class {
	const char *name, *summary;
	uint64_t wants;       /* kinds it has to see */
	uint64_t more, more_for; /* kinds it sees besides when someone looks at any of `more_for` */
	uint64_t tells;       /* kinds it adds; SC_WANT(SC_EVENT_delivery) when it completes deliveries, and so for
	                       * sessions it amends.  When nobody looks at any of them it is not opened */
	unsigned share;       /* of the ledger's memory */
	size_t   size;        /* of its state, zeroed before open */
	sc_err (*open)(void *self, const struct sc_observer_config *config); /* SC_EFAILED: no memory; close is called */
	/* Before a delivery is passed on: fills fields that only all events together can give.  May be NULL. */
	void   (*complete)(void *self, const struct sc_event *ev, struct sc_ev_delivery *delivery);
	/* Before a session's end is told: corrects what the events of other sessions show in another light.  May be NULL. */
	void   (*amend)(void *self, const struct sc_event *ev, struct sc_ev_session *session);
	/* Before a diagnosis of one session is passed on: adds what only other packets and sessions can tell.  Text that it
	 * puts there is its own and holds until the next call.  May be NULL. */
	void   (*remark)(void *self, const struct sc_event *ev, struct sc_ev_diagnosis *diagnosis);
	/* After an event was passed on, a `session` just before: so what is told of a session comes before its end. */
	void   (*observe)(void *self, const struct sc_event *ev);
	/* Capture time has come to another second, or jumped.  Before the events of that time.  May be NULL. */
	void   (*tick)(void *self, sc_time now);
	/* The capture lacks what happened between `from` and `to`, for one is more than a day after, or before, the
	 * other: what was awaited may have happened there.  May be NULL. */
	void   (*jump)(void *self, sc_time from, sc_time to);
	/* The end of the capture.  May be NULL. */
	void   (*finish)(void *self, sc_time now);
	/* What had to be forgotten for want of memory and was still of use.  May be NULL. */
	uint64_t (*lost)(const void *self);
	void   (*close)(void *self); /* may be NULL */
};

#ifdef __cplusplus
}
#endif
#endif
