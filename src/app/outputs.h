/* outputs.h - from the engine's events to the outputs that were asked for. */
#ifndef SC_APP_OUTPUTS_H
#define SC_APP_OUTPUTS_H

#include <smtpscope/sink.h>

#include "app/asides.h"
#include "app/compare.h"
#include "app/file_writer.h"
#include "app/options.h"
#include "app/selection.h"

struct sc_keeper;
struct sc_privacy;

#define SC_OUTPUTS_MAX 2 /* the mode's own, and --json */

struct sc_output {
	const struct sc_sink_class *cls;
	void    *self;
	uint64_t wants;        /* never 0 here */
	bool     by_session;   /* a session is kept when one of its events matches */
	bool     unfiltered;
	bool     open;
	struct sc_file_writer *writer;
};

struct sc_outputs {
	struct sc_output items[SC_OUTPUTS_MAX];  /* the first is the mode's */
	size_t count;
	struct sc_file_writer writers[SC_OUTPUTS_MAX];
	size_t writer_count;
	struct sc_selection *selection;
	struct sc_keeper  *keeper;
	struct sc_privacy *privacy;
	sc_str *words;         /* of show and find, as the sinks take them */
	char   *source;        /* what is read, for headings */
	struct sc_asides asides;
	struct sc_compare compare;
	char    host[256];     /* name of this one, live */
	bool    quiet;
	bool    flush_each;    /* someone is looking, or waits at the other end of a pipe; live, quiet moments do */
	bool    pending;       /* events were told since the last flush */
	uint64_t unshown;      /* events for whose rewriting there was no memory */
};

/* Opens what `o` asks for.  Errors are said; close `out` in any case. */
sc_err sc_outputs_open(struct sc_outputs *out, const struct sc_options *o, struct sc_selection *selection);

/* Kinds of event that someone looks at, for struct sc_engine_config. */
uint64_t sc_outputs_wants(const struct sc_outputs *out);

/* True: the selection takes it. */
bool   sc_outputs_event(struct sc_outputs *out, const struct sc_event *ev);
/* After each packet: what was told is to be seen now, if anyone waits for it. */
void   sc_outputs_settle(struct sc_outputs *out);
/* All that was told is to be seen now: the input is quiet. */
void   sc_outputs_flush(struct sc_outputs *out);
void   sc_outputs_reopen(struct sc_outputs *out);
/* Says which files the process, which is `user` now, could not open anew. */
void   sc_outputs_check(const struct sc_outputs *out, const char *user);
/* Every output has failed: there is nothing left to read for. */
bool   sc_outputs_dead(const struct sc_outputs *out);
/* SC_EFAILED: something could not be written (said). */
sc_err sc_outputs_close(struct sc_outputs *out);

#endif
