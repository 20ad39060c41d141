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

/* Habits that no rule tells of and that make no score: SC_HABIT(name, from how many on it is shown, what it is). */
#define SC_HABITS(SC_HABIT)                                                                                                    \
	SC_HABIT(withdrawn, 10, "recipients that a server would have taken, and then no message: mailboxes may be tried out") \
	SC_HABIT(many_at_once, 101, "recipients of one message")                                                              \
	SC_HABIT(helo_changes, 1, "changes of the HELO name within a session")                                                \
	SC_HABIT(named_as_other, 1, "messages whose From shows an address of another organisation as a name")

enum sc_habit {
#define SC_HABIT(name, least, meaning) SC_HABIT_##name,
	SC_HABITS(SC_HABIT)
#undef SC_HABIT
	SC_HABIT_COUNT
};

struct sc_habit_row {
	const char *name;
	uint64_t least;
	const char *meaning;
};
extern const struct sc_habit_row sc_habit_rows[SC_HABIT_COUNT];

struct sc_deed {
	const char *kind;      /* client, network, user or domain; NULL: the row is free */
	uint64_t sessions;     /* of clients and networks */
	uint64_t recipients, accepted, refused; /* refused: 4yz and 5yz */
	uint64_t logins, failed_logins;
	uint64_t busiest;      /* the most sessions whose ends were told within one minute of the clock */
	struct sc_deed_names helos, users, domains;
	uint64_t habits[SC_HABIT_COUNT];         /* counts; of many_at_once the most */
	uint64_t habit_sessions[SC_HABIT_COUNT]; /* one that shows it; 0: none */
	uint64_t session;      /* the last one with a HELO, and the hash of that name */
	uint32_t helo;
	sc_time  since;        /* what was before is not counted; SC_TIME_NONE: all is */
	int64_t  minute;       /* since 1970, that `in_minute` counts */
	uint64_t in_minute;
	bool     suspect;      /* drew a finding, and keeps its row */
	uint8_t  value_len;
	char     value[SC_DEED_VALUE];
};

struct sc_deeds {
	struct sc_deed *rows; /* NULL: nothing is counted, and nothing known */
	uint64_t displaced; /* rows that had to make room */
};

sc_err sc_deeds_open(struct sc_deeds *d); /* SC_EFAILED: no memory */
void   sc_deeds_close(struct sc_deeds *d);
/* Counts a session, a transaction, a login or a message; a finding keeps the row of its subject.  Of other kinds of event nothing. */
void   sc_deeds_add(struct sc_deeds *d, const struct sc_event *ev);
/* NULL: nothing is known of it. */
const struct sc_deed *sc_deeds_of(const struct sc_deeds *d, const char *kind, sc_str value);

/* Clients that have a habit, the most first (equal ones by address): at most `max`. */
size_t sc_deeds_with(const struct sc_deeds *d, enum sc_habit habit, const struct sc_deed **rows, size_t max);

#endif
