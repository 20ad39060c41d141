/* sink.h - class of an output: events go in, text comes out. */
#ifndef SMTPSCOPE_SINK_H
#define SMTPSCOPE_SINK_H

#include <smtpscope/event.h>

/* Where an output writes.  `write` takes everything or returns false (then errno tells why). */
struct sc_writer {
	bool (*write)(void *ctx, const char *at, size_t len);
	void *ctx;
};

/* What the user said that changes what detectors tell; reports show it. */
struct sc_aside {
	const char *option; /* "--peers" */
	sc_str      value;  /* one network, domain, detector or limit */
};

struct sc_earlier;

/* What all outputs may need to know. */
struct sc_output_config {
	struct sc_writer writer;
	const char *format;    /* "table", "csv", "tsv", "text", "json"; NULL: the output's own */
	unsigned    parts;     /* of report: bits of enum sc_report_kind; 0: all */
	const char *what;      /* for list: recipients, sessions, transactions, findings; NULL: recipients */
	uint64_t    wants;     /* SC_WANT bits for json; 0: all but exchange */
	sc_str      sensor;    /* none: left out */
	bool        utc;       /* text in UTC, else local time */
	bool        verbose;
	int         columns;   /* width of the terminal or page; 0: 80 */
	const sc_str *words;   /* session ids of `show`, words of `find` */
	size_t      word_count;
	const char *source;    /* what was read, for headings and the commands that a report shows */
	const struct sc_aside *asides;
	size_t      aside_count;
	const struct sc_earlier *earlier; /* the report that reports compare with; NULL: none */
};

struct sc_sink_class {
	const char *name, *summary;
	uint64_t wants;                     /* SC_WANT(kind) | ...; 0 = every kind */
	size_t   size;                      /* of its state, zeroed before open */
	sc_err (*open)(void *self, const struct sc_output_config *config);
	void   (*write)(void *self, const struct sc_event *ev); /* cannot fail: keeps its first error */
	sc_err (*close)(void *self);        /* flushes; gives that first error; always frees what open took */
	void   (*flush)(void *self);        /* live, when the input is quiet: what is buffered goes out now; may be NULL */
};

#endif
