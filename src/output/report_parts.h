/* report_parts.h - the report of delivery failures as tables: walked once for every form it is written in, so that all
 * forms tell the same numbers in the same order. */
#ifndef SC_OUTPUT_REPORT_PARTS_H
#define SC_OUTPUT_REPORT_PARTS_H

#include "model/failures.h"

enum sc_cell_kind {
	SC_CELL_COUNT,    /* n; SC_NONE: absent */
	SC_CELL_CODE,     /* n; 0: none */
	SC_CELL_SHARE,    /* n of `of` */
	SC_CELL_OUTCOMES, /* counts of recipients by outcome, at `many`; NULL: absent */
	SC_CELL_WIRE,     /* s: octets of the wire */
	SC_CELL_WORD,     /* s: a word of the contract */
	SC_CELL_SIGN,     /* s: an outcome, shown as its sign */
	SC_CELL_PROSE,    /* s: a sentence of ours */
	SC_CELL_COMMAND,  /* s: a command, never broken */
	SC_CELL_TIME,     /* t */
	SC_CELL_DURATION, /* t */
	SC_CELL_SESSIONS, /* ids at `many`, up to `n` or to the first 0; NULL: none */
};

struct sc_cell {
	uint64_t n, of;
	sc_str   s;             /* none: absent */
	sc_time  t;             /* SC_TIME_NONE: absent */
	const uint64_t *many;
};

static inline struct sc_cell sc_cell_count(uint64_t n)
{
	return (struct sc_cell){ .n = n, .t = SC_TIME_NONE };
}

static inline struct sc_cell sc_cell_time(sc_time t)
{
	return (struct sc_cell){ .t = t };
}

static inline struct sc_cell sc_cell_text(sc_str s)
{
	return (struct sc_cell){ .s = s, .t = SC_TIME_NONE };
}

static inline struct sc_cell sc_cell_word(const char *s)
{
	return sc_cell_text(sc_str_of(s));
}

static inline struct sc_cell sc_cell_list(const uint64_t *many, uint64_t n)
{
	return (struct sc_cell){ .n = n, .many = many, .t = SC_TIME_NONE };
}

/* Numbers stand right in their column. */
static inline bool sc_cell_right(enum sc_cell_kind kind)
{
	return kind == SC_CELL_COUNT || kind == SC_CELL_CODE || kind == SC_CELL_SHARE || kind == SC_CELL_OUTCOMES ||
	       kind == SC_CELL_DURATION;
}

enum { SC_COLUMN_FLOWS = 0, SC_COLUMN_HIDDEN = -1 };

struct sc_column {
	enum sc_cell_kind kind;
	const char *key;     /* in JSON; NULL: not there */
	const char *heading; /* for people; NULL: none */
	int  width;          /* in the text: columns, or SC_COLUMN_... */
	int  line;           /* in the text: 0, or a paragraph below the row */
	const char *before;  /* in the text: what stands before a value that flows; NULL: nothing */
	int  source;         /* for the walker: what fills it */
};

struct sc_part {
	const char *name;    /* in JSON, and the anchor of the page */
	const char *title;
	const struct sc_column *columns;
	size_t count;        /* of columns */
	size_t indent;       /* columns of the text that paragraphs below a row leave free; 0: where its text begins */
	bool   people_only;  /* not in JSON, which has it elsewhere */
};

/* The most columns of a part. */
#define SC_PART_COLUMNS 28
#define SC_COLUMNS(c) c, sizeof(c) / sizeof((c)[0])

struct sc_part_visitor {
	size_t rows; /* the most rows of a long table */
	void (*begin)(void *ctx, const struct sc_part *part);
	void (*row)(void *ctx, const struct sc_part *part, const struct sc_cell *cells);
	/* The sum over all rows that were not shown; called when there are any. */
	void (*rest)(void *ctx, const struct sc_part *part, const struct sc_cell *cells);
	void (*end)(void *ctx, const struct sc_part *part);
};

/* What `report` can be asked for: bits; 0: all. */
enum sc_report_kind { SC_REPORT_FAILURES = 1, SC_REPORT_TRAFFIC = 2, SC_REPORT_SENDERS = 4, SC_REPORT_TLS = 8 };

/* Shows every part of those kinds that has rows, the most important first. */
void sc_report_parts(const struct sc_failures *m, unsigned kinds, const struct sc_part_visitor *visitor, void *ctx);

/* Parts that are no maps of the model: report_rows.c, report_times.c, report_stories.c, report_next.c. */
typedef void sc_part_fn(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx);
sc_part_fn sc_report_show_suspicion, sc_report_show_suspects, sc_report_show_habits, sc_report_show_prints; /* report_senders.c */
sc_part_fn sc_report_show_rules, sc_report_show_weights, sc_report_show_limits; /* report_cards.c */
sc_part_fn sc_report_show_compared, sc_report_show_change, sc_report_show_changes; /* report_compare.c */
sc_part_fn sc_report_show_asides, sc_report_show_blind; /* report_asides.c */
sc_part_fn sc_report_show_acts; /* report_acts.c */
sc_part_fn sc_report_show_causes, sc_report_show_phases, sc_report_show_others, sc_report_show_stories,
	sc_report_show_waiting, sc_report_show_bounced, sc_report_show_logins, sc_report_show_quirks, sc_report_show_hours,
	sc_report_show_timing, sc_report_show_slowest, sc_report_show_recipients, sc_report_show_advice,
	sc_report_show_again, sc_report_show_domain_paces, sc_report_show_server_paces, sc_report_show_strip, sc_report_show_ages;

/* Causes by count, the biggest first, in `order` of SC_CAUSES; gives how many there are. */
size_t sc_report_causes(const struct sc_failures *m, int *order);
/* Quirks likewise, in `order` of SC_QUIRKS. */
size_t sc_report_quirks(const struct sc_failures *m, int *order);

#endif
