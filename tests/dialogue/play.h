/* play.h - feeds a plan to an engine and keeps what it reports, as text. */
#ifndef SC_TESTS_PLAY_H
#define SC_TESTS_PLAY_H

#include <smtpscope/counters.h>

#include "wire.h"

struct told {
	char *kind;   /* of the event */
	char *facts;  /* "key=value" lines, every field that is present, names dotted */
};

/* How a run differs from the plain one; what must not change follows from it. */
enum varied {
	VARIED_CUTS,
	VARIED_ORDER,  /* and times: no diagnoses, which are about who waited for whom */
	VARIED_COPIES, /* octets */
};

struct log {
	struct told *events;
	size_t count;
	char  *same;      /* all events without what cutting and shuffling may change */
	size_t same_len, same_room;
	char  *json;      /* as the JSON output writes them */
	size_t json_len, json_room;
	struct sc_counters counters;
	bool   detailed;  /* fill `events` and `json` too */
	enum varied varied;
};

void play(const struct plan *p, struct log *log);
void log_free(struct log *log);

/* The value of `key` in an event, or NULL; to be freed. */
char *told_value(const struct told *t, const char *key, size_t key_len);

/* What is wrong with the counters, or NULL. */
const char *counters_fault(const struct sc_counters *c);

#endif
