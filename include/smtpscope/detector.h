/* detector.h - class of a detector: events go in, findings come out; and what the user sets for all of them.
 *
 * A detector is one file of src/detect.  It sees events, never packets, and knows no clock but theirs.  All its memory is taken
 * when it is opened: tables whose plan stands in its class, and state of its own.  It says each time what holds; the frame
 * decides what is told: once when it begins, at doublings, and when it is over (INTERFACE, `finding`).
 */
#ifndef SMTPSCOPE_DETECTOR_H
#define SMTPSCOPE_DETECTOR_H

#include <smtpscope/observer.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sc_severity { SC_SEVERITY_INFO, SC_SEVERITY_LOW, SC_SEVERITY_MEDIUM, SC_SEVERITY_HIGH, SC_SEVERITY_CRITICAL };

enum sc_scope {
	SC_SCOPE_SESSION, /* on the thread of the engine: sees the session's events at once, and nothing else */
	SC_SCOPE_GLOBAL,  /* where all events meet in order */
};

enum sc_subject {
	SC_SUBJECT_CLIENT, SC_SUBJECT_NETWORK, SC_SUBJECT_USER, SC_SUBJECT_DOMAIN, SC_SUBJECT_RECIPIENT, SC_SUBJECT_SERVER,
	SC_SUBJECT_SESSION,
};

struct sc_detector_option {
	const char *name, *unit;
	uint64_t    standard;
	const char *reason;     /* why this value, and whose it is */
};

struct sc_keyed_plan {
	uint32_t slots;
	size_t   octets;        /* of a slot */
	int      idle;          /* index of the option that holds the window in seconds; -1: a day */
};

#define SC_DETECTOR_TABLES 3

/* What must hold of an event before a detector of all events is asked; found out once for all of them. */
enum sc_need {
	SC_NEED_STRANGER = 1, /* the client is neither ours, nor named by the user, nor this machine */
	SC_NEED_EXCHANGE = 2, /* mail between servers: not to port 465 or 587 */
	SC_NEED_OUTBOUND = 4, /* from our networks to others */
	SC_NEED_NO_LOGIN = 8, /* of a session or transaction: nobody is logged in */
	SC_NEED_ROW      = 16, /* something is kept of the client or its network: it is no visitor */
	SC_NEED_HELO     = 32, /* a session with HELO */
	SC_NEED_QUIRK    = 64, /* a session or transaction with quirks */
	SC_NEED_SENDER   = 128, /* a transaction whose sender is not empty */
	SC_NEED_LOGIN    = 256, /* a transaction of somebody who is logged in */
	SC_NEED_OURS     = 512, /* from our networks, or of somebody who is logged in */
	SC_NEED_TAKEN    = 1024, /* a transaction that was accepted for somebody */
	SC_NEED_LITERAL  = 2048, /* a session whose HELO begins with a bracket */
	SC_NEED_LISTS    = 4096, /* any event, where lists of known evil are given */
	SC_NEED_OUR_NAME = 8192, /* a transaction whose sender is in a domain that the user names as ours */
	SC_NEED_FOREIGN  = 16384, /* a transaction with a recipient that may be in a domain that is not ours */
	SC_NEED_LINE     = 32768, /* a session whose HELO may be the name of a subscriber's line */
};
#define SC_NEEDS 16

struct sc_detector;
struct sc_sight;

struct sc_detector_class {
	const char *name, *summary;
	const char *innocent;   /* what looks alike and does no harm */
	const char *advice;
	enum sc_scope scope;
	uint64_t wants;
	unsigned needs;         /* SC_NEED_... | ...; global scope */
	const struct sc_detector_option *options;
	size_t   option_count;
	size_t   client, network; /* octets it keeps of each client, of each network; global scope */
	struct sc_keyed_plan tables[SC_DETECTOR_TABLES]; /* for other keys */
	size_t   size;          /* of its state, zeroed: of each session, or one for all */
	/* Before any detector observes the event: asks for memory that observe will need (sc_keyed_expect).  May be NULL. */
	void   (*expect)(const struct sc_detector *d, const struct sc_sight *s);
	void   (*observe)(struct sc_detector *d, const struct sc_sight *s);
};

/* The detectors there are, in the order of their names; NULL ends the list. */
extern const struct sc_detector_class *const sc_detectors[];
size_t sc_detector_count(void);
/* Index in sc_detectors; SIZE_MAX: none has that name. */
size_t sc_detector_find(sc_str name);
const char *sc_severity_name(enum sc_severity severity);

/* ---- what the user sets ---- */

enum sc_role {
	SC_ROLE_HOME,    /* own networks */
	SC_ROLE_PEER,    /* trusted relays, own services outside: they may send in our name */
	SC_ROLE_MONITOR, /* probes that connect without sending mail */
};

enum sc_intel_kind {
	SC_INTEL_NETWORK, SC_INTEL_DOMAIN, SC_INTEL_HELO, SC_INTEL_JA4, SC_INTEL_SHA256,
};

/* Filled once, then only read, by any number of threads.  Where a reader refuses, `why` (at least 160 octets) tells, without
 * a full stop. */
struct sc_detect_settings;
struct sc_text;

sc_err sc_detect_settings_open(struct sc_detect_settings **out);
void   sc_detect_settings_close(struct sc_detect_settings *s); /* NULL is fine */
/* NAME.option=value */
bool   sc_detect_settings_set(struct sc_detect_settings *s, sc_str setting, struct sc_text *why);
bool   sc_detect_settings_off(struct sc_detect_settings *s, sc_str name, struct sc_text *why);
/* False: there is no more room. */
bool   sc_detect_settings_network(struct sc_detect_settings *s, enum sc_role role, const struct sc_ip *ip, unsigned bits);
bool   sc_detect_settings_domain(struct sc_detect_settings *s, sc_str domain);
/* A line of an intelligence file: "VALUE LABEL"; # begins a comment. */
bool   sc_detect_settings_intel(struct sc_detect_settings *s, sc_str line, struct sc_text *why);

#ifdef __cplusplus
}
#endif
#endif
