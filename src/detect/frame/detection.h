/* detection.h - runs the detectors: those of all events as an observer of the ledger, those of a session inside an engine. */
#ifndef SC_DETECT_FRAME_DETECTION_H
#define SC_DETECT_FRAME_DETECTION_H

#include <smtpscope/detector.h>

#define SC_SENTRY_OCTETS 128 /* a session's room for all session detectors */

/* The global detectors, and the docket of findings. */
extern const struct sc_observer_class sc_detection_class;
size_t sc_detection_octets(const void *self); /* all memory it has taken */
/* What of that is of the i-th detector that runs, rows of clients and networks included.  False: there is no i-th. */
bool   sc_detection_part(const void *self, size_t i, const char **name, size_t *octets);

/* The session detectors of one engine. */
struct sc_sentry;
sc_err sc_sentry_open(struct sc_sentry **out, const struct sc_detect_settings *settings, uint64_t seed, sc_emit_fn *emit,
	void *ctx);
/* `room`: SC_SENTRY_OCTETS of the session, zeroed at its beginning, aligned to 8. */
void   sc_sentry_event(struct sc_sentry *w, void *room, const struct sc_event *ev);
uint64_t sc_sentry_wants(const struct sc_sentry *w); /* kinds it looks at */
void   sc_sentry_close(struct sc_sentry *w); /* NULL is fine */

/* What `explain` and the documents tell of a detector.  False: none is called so. */
bool   sc_detector_explain(sc_str name, struct sc_text *t);
/* The page docs/DETECTORS.md, piece by piece: false when there is no i-th detector. */
bool   sc_detector_page(size_t i, struct sc_text *t);

/* ATT&CK technique ids of a detector; the release they are of. */
size_t sc_attack_of(const char *detector, sc_str *ids, size_t room);
const char *sc_attack_release(void);

#endif
