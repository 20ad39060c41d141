/* suspects.h - who drew findings upon himself: a score for each client, network, user and domain.
 *
 * The score is the sum of points of the rules that held, each once, at its worst, 100 at most.  A rule's points are the weight
 * of its severity times its confidence; so whoever has the findings can compute the score again. */
#ifndef SC_MODEL_SUSPECTS_H
#define SC_MODEL_SUSPECTS_H

#include <smtpscope/event.h>

#define SC_SUSPECTS         1024
#define SC_SUSPECT_RULES    16
#define SC_SUSPECT_VALUE    128
#define SC_SUSPECT_TEXT     160
#define SC_SUSPECT_SESSIONS 3
#define SC_SUSPECT_BAD      60 /* scores from here on are very likely abuse */
#define SC_SUSPECT_WATCH    30 /* and from here on worth a look */

/* The weights: SC_WEIGHT(severity, points at full confidence). */
#define SC_WEIGHTS(SC_WEIGHT) \
	SC_WEIGHT(info, 2) SC_WEIGHT(low, 10) SC_WEIGHT(medium, 30) SC_WEIGHT(high, 60) SC_WEIGHT(critical, 90)

/* Rules that tell of a sender at risk, not of one who does harm: however grave, they weigh as info. */
#define SC_EXPOSURE_POINTS 2
#define SC_EXPOSURES(SC_EXPOSURE) \
	SC_EXPOSURE(auth_in_clear) SC_EXPOSURE(starttls_stripped) SC_EXPOSURE(starttls_unused) SC_EXPOSURE(tls_failed) \
	SC_EXPOSURE(tls_weak)

/* Those points; 0: no severity is called so. */
unsigned sc_suspect_weight(sc_str severity);

struct sc_suspect_rule {
	const char *detector, *severity;
	uint64_t count, threshold, window_s;  /* observed, and the limit */
	uint64_t sessions[SC_SUSPECT_SESSIONS];
	sc_time  first, last;                 /* when it was told, from the first time on, mild or not */
	uint64_t first_frame, last_frame;     /* of what it was told for; 0: not known */
	uint8_t  points, confidence;
	uint16_t text_len;
	char     text[SC_SUSPECT_TEXT];
};

struct sc_suspect {
	const char *kind;       /* client, network, user ... */
	uint32_t score, rule_count;
	uint64_t findings;      /* new ones, and those that went on */
	sc_time  first, last;
	size_t   value_len;
	char     value[SC_SUSPECT_VALUE];
	struct sc_suspect_rule rules[SC_SUSPECT_RULES]; /* the most points first */
};

struct sc_suspects {
	struct sc_suspect *rows;
	uint32_t count;
	uint16_t places[2 * SC_SUSPECTS]; /* by hash: 1 + index in rows; 0: free */
	uint64_t left_out;                /* findings of subjects for which there was no room */
};

sc_err sc_suspects_open(struct sc_suspects *s); /* SC_EFAILED: no memory */
void   sc_suspects_close(struct sc_suspects *s);
void   sc_suspects_add(struct sc_suspects *s, const struct sc_event *finding);
/* The highest scores first (equal ones by value): at most `max`. */
size_t sc_suspects_sorted(const struct sc_suspects *s, const struct sc_suspect **rows, size_t max);
uint64_t sc_suspects_findings(const struct sc_suspects *s); /* of all that are kept */
/* How many have that score or more. */
size_t sc_suspects_above(const struct sc_suspects *s, uint32_t score);

#endif
