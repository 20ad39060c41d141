/* options.h - the command line as a struct; the options themselves are rows of options.def. */
#ifndef SC_APP_OPTIONS_H
#define SC_APP_OPTIONS_H

#include "app/values.h"

/* The modes: SC_MODE(name, words it takes, what it does). */
#define SC_MODES(SC_MODE)                                                                                              \
	SC_MODE(report, "[PART]...", "the report at the end: failures, traffic, senders, tls; all of it without a name") \
	SC_MODE(log, "", "JSON Lines, one event a line; what you get when standard output is no terminal")             \
	SC_MODE(list, "[WHAT]", "one line each as it happens: recipients, sessions, transactions, findings or non_smtp") \
	SC_MODE(show, "[SESSION]...", "dialogues, both sides, with times; all sessions that match without an id")      \
	SC_MODE(tui, "", "the dashboard, live or over a capture; what you get on a terminal")                          \
	SC_MODE(explain, "NAME...", "what a cause, reply code, diagnosis, detector, quirk, outcome or field means")    \
	SC_MODE(find, "WORD...", "everything with that address, Message-ID, queue id, host or client")                 \
	SC_MODE(doctor, "", "why nothing is seen: direction, snap length, encapsulation, visibility")

enum sc_mode {
	SC_MODE_none,
#define SC_MODE(name, words, help) SC_MODE_##name,
	SC_MODES(SC_MODE)
#undef SC_MODE
	SC_MODE_COUNT
};

struct sc_mode_row {
	const char *name, *words, *help;
};
extern const struct sc_mode_row sc_mode_rows[SC_MODE_COUNT]; /* by enum sc_mode; row 0 is empty */

/* Words in the order given; the array is owned by struct sc_options, the words by argv or the configuration. */
struct sc_words {
	const char **items;
	size_t count, room;
};

typedef bool             sc_option_FLAG;
typedef unsigned         sc_option_COUNT;
typedef const char      *sc_option_TEXT;
typedef struct sc_words  sc_option_WORDS;
typedef uint64_t         sc_option_NUMBER;
typedef uint64_t         sc_option_SIZE;
typedef double           sc_option_SHARE;
typedef struct sc_ports  sc_option_PORTS;
typedef uint64_t         sc_option_KINDS;
typedef struct sc_home   sc_option_HOME;
typedef bool             sc_option_LATER;

enum sc_option_kind {
	SC_OPTION_FLAG, SC_OPTION_COUNT, SC_OPTION_TEXT, SC_OPTION_WORDS, SC_OPTION_NUMBER, SC_OPTION_SIZE,
	SC_OPTION_SHARE, SC_OPTION_PORTS, SC_OPTION_KINDS, SC_OPTION_HOME, SC_OPTION_LATER,
};

enum sc_option_group {
	SC_GROUP_SOURCE, SC_GROUP_SELECTION, SC_GROUP_OUTPUT, SC_GROUP_CAPTURE, SC_GROUP_GENERAL, SC_GROUPS,
};

/* An index into sc_option_rows, and a bit of `given`. */
enum sc_option_id {
#define SC_OPTION(group, letter, name, member, kind, low, high, argument, standard, help) SC_OPT_##member,
#include "app/options.def"
#undef SC_OPTION
	SC_OPTIONS
};

struct sc_option_row {
	enum sc_option_group group;
	char        letter;          /* 0: none */
	const char *name;            /* without the two hyphens */
	enum sc_option_kind kind;
	uint64_t    low, high;
	const char *argument;        /* NULL: takes none */
	const char *standard;        /* NULL: none */
	const char *help;
	size_t      offset;          /* in struct sc_options */
};
extern const struct sc_option_row sc_option_rows[SC_OPTIONS];

struct sc_options {
#define SC_OPTION(group, letter, name, member, kind, low, high, argument, standard, help) sc_option_##kind member;
#include "app/options.def"
#undef SC_OPTION
	enum sc_mode    mode;        /* SC_MODE_none: not said */
	struct sc_words words;       /* of the mode: parts, sessions, names */
	struct sc_words filter;      /* words of the BPF expression */
	uint64_t        given;       /* UINT64_C(1) << enum sc_option_id: command line or configuration */
	char           *config_text; /* what the configuration's values borrow from */
};

static inline bool sc_options_given(const struct sc_options *o, enum sc_option_id id)
{
	return (o->given >> id & 1) != 0;
}

/* Reads the command line, then the file that -c names.  SC_EUSAGE: wrong, and said so.  Close `o` in any case. */
sc_err sc_options_read(struct sc_options *o, int argc, char *const *argv);
void   sc_options_close(struct sc_options *o);

/* For config.c: the row of that long name (SC_OPTIONS: none), and setting an option as if it had been given;
 * `where` opens the message when the value is refused. */
enum sc_option_id sc_options_find(sc_str name);
const char       *sc_options_nearest(sc_str name); /* NULL: none is near */
sc_err sc_options_set(struct sc_options *o, enum sc_option_id id, const char *value, const char *where);

#endif
