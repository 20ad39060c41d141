/* script.h - dialogues as they stand in the prose files: what was said, and the events that must come of it.
 * The grammar is described in README.md. */
#ifndef SC_TESTS_SCRIPT_H
#define SC_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/segment.h"

enum step_kind {
	STEP_SAY,   /* octets of a side */
	STEP_BREAK, /* what follows is a segment of its own */
	STEP_FIN,
	STEP_RST,
	STEP_PAUSE, /* time passes */
};

struct step {
	enum step_kind kind;
	enum sc_side   side;
	char   *bytes;
	size_t  len;
	bool    lost;  /* sent and acknowledged, not captured */
	bool    early; /* sent without having seen what the other side sent last */
	uint32_t pause_s;
};

enum expect_kind {
	EXPECT_EVENT,   /* the next event of the kind has these values */
	EXPECT_EXACTLY, /* there are no more events of the kind than lines */
	EXPECT_NONE,    /* there is no event of the kind */
	EXPECT_NEVER,   /* a word that no event may hold */
};

struct expect {
	enum expect_kind kind;
	char *word;  /* kind of event, or the forbidden word */
	char *terms; /* "key=value key~part ..." */
	int   line;
};

struct dialogue {
	char *title;
	int   line;
	struct step *steps;
	size_t step_count;
	struct expect *expects;
	size_t expect_count;
	uint16_t port;
	bool   midstream;
	bool   cut;           /* the capture ends before the connection does */
	bool   whole_only;    /* `once`: only the plain run */
	int    missing;       /* enum sc_side whose packets were not captured, or -1 */
};

struct script {
	const char *path;
	struct dialogue *dialogues;
	size_t count;
};

/* Reads a prose file; a mistake in it ends the program with a message. */
struct script script_read(const char *path);
void script_free(struct script *s);

#endif
