/* docket.h - the open findings: what is told when, and of what.
 *
 * A finding has a key: detector and subject.  It is told when it begins, whenever its count has doubled or it has become more
 * severe, and once when nothing was added for its window. */
#ifndef SC_DETECT_FRAME_DOCKET_H
#define SC_DETECT_FRAME_DOCKET_H

#include "detect/frame/inside.h"

#define SC_DOCKET_VALUE 128 /* octets of a subject that are kept */

const char *sc_subject_name(enum sc_subject subject);
/* `value`: of users, domains and recipients, and of networks that are no /24. */
void sc_subject_text(struct sc_text *t, const struct sc_ev_head *head, enum sc_subject subject, sc_str value);

struct sc_docket {
	struct sc_keyed entries;
	uint32_t swept;           /* the second when what is over was looked for */
	uint64_t told;
	const struct sc_observer_config *to;
};

bool sc_docket_open(struct sc_docket *b, const struct sc_observer_config *to, uint32_t entries);
void sc_docket_close(struct sc_docket *b);

/* A detector says what holds. */
void sc_docket_report(struct sc_docket *b, const struct sc_detector *d, const struct sc_sight *s, const struct sc_report *r);
/* A finding that an engine told of one session: it is counted with the others of its subject. */
void sc_docket_finding(struct sc_docket *b, const struct sc_event *ev);
/* Tells what is over. */
void sc_docket_tick(struct sc_docket *b, sc_time now);

#endif
