/* deeds.h - what each source did, suspicious or not: sessions, recipients and what became of them, logins, names.
 *
 * A source is a client, its network, a user, or the domain of an envelope sender.  Sets of eight rows: a newcomer in a full one
 * takes the place of who did least and drew no finding.  Whoever comes back is counted anew, and `since` says from when on. */
#ifndef SC_MODEL_DEEDS_H
#define SC_MODEL_DEEDS_H

#include <smtpscope/event.h>

#define SC_DEEDS       4096
#define SC_DEED_VALUE  128
#define SC_DEED_NAMES  16 /* different ones that are counted */
#define SC_DEED_NAME   64

/* Different names of one kind: how many (SC_DEED_NAMES: that many, or more), and the first; octets of the wire. */
struct sc_deed_names {
	uint32_t hashes[SC_DEED_NAMES];
	uint8_t  count, len;
	char     first[SC_DEED_NAME];
};

struct sc_deed {
	const char *kind;      /* client, network, user or domain; NULL: the row is free */
	uint64_t sessions;     /* of clients and networks */
	uint64_t recipients, accepted, refused; /* refused: 4yz and 5yz */
	uint64_t logins, failed_logins;
	uint64_t busiest;      /* the most sessions whose ends were told within one minute of the clock */
	struct sc_deed_names helos, users, domains;
	sc_time  since;        /* what was before is not counted; SC_TIME_NONE: all is */
	int64_t  minute;       /* since 1970, that `in_minute` counts */
	uint64_t in_minute;
	bool     suspect;      /* drew a finding, and keeps its row */
	uint8_t  value_len;
	char     value[SC_DEED_VALUE];
};

struct sc_deeds {
	struct sc_deed *rows;
	uint64_t displaced; /* rows that had to make room */
};

sc_err sc_deeds_open(struct sc_deeds *d); /* SC_EFAILED: no memory */
void   sc_deeds_close(struct sc_deeds *d);
/* Counts a session, a transaction or a login; a finding keeps the row of its subject.  Of other kinds of event nothing. */
void   sc_deeds_add(struct sc_deeds *d, const struct sc_event *ev);
/* NULL: nothing is known of it. */
const struct sc_deed *sc_deeds_of(const struct sc_deeds *d, const char *kind, sc_str value);

#endif
