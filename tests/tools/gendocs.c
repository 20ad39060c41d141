/* gendocs.c - writes a document to standard output: gendocs events | schema | diagnoses */
#include <stdio.h>
#include <string.h>

#include "explain/diagnoses.h"
#include "output/doc.h"

static bool write_out(void *ctx, const char *at, size_t len)
{
	return fwrite(at, 1, len, ctx) == len;
}

static const char introduction[] =
	"# Diagnoses\n\n"
	"What can go wrong on the wire, as `diagnosis` events tell it. Made by `make docs` from `src/explain/diagnoses.def` and the\n"
	"tables of `src/story`; `smtpscope explain WORD` tells the same.\n\n"
	"Each event names the packets it rests on (`frames`), the numbers (`text`, `observed`), how grave it is and how sure. The\n"
	"severities and confidences below are the usual ones: a rule that has better evidence, or sees worse, says so in its\n"
	"event. Nothing is diagnosed from one direction of a connection.\n\n"
	"| diagnosis | severity | confidence | means | what to do |\n|---|---|---|---|---|\n";

static const char rest[] =
	"\n## The headline\n\n"
	"Of the diagnoses that packets and dialogue of one session give, the first in this order carries `headline`: a cause goes\n"
	"before its effect, and what hurts before what merely is odd.\n\n"
#define SC_RULE(name, why) "1. `" #name "`: " why "\n"
#include "story/watch_rules.def"
#undef SC_RULE
	"\n## Thresholds\n\n"
	"From where on a diagnosis is made; `--threshold NAME=N` sets another. The end of a name is its unit.\n\n"
	"| threshold | usual | why |\n|---|---|---|\n"
#define SC_WATCH_LIMIT(name, value, why) "| `" #name "` | " #value " | " why " |\n"
#include "story/watch_limits.def"
#undef SC_WATCH_LIMIT
	;

static void doc_diagnoses(struct sc_buffer *out)
{
	sc_buffer_adds(out, introduction);
	for (int i = 0; i < SC_DIAGNOSES; i++) {
		const struct sc_diagnosis_row *row = &sc_diagnoses[i];
		const char *const cells[] = { row->name, "` | ", row->severity, " | ", row->confidence, " | ", row->meaning, " | ",
			row->advice ? row->advice : "", " |\n" };
		sc_buffer_adds(out, "| `");
		for (size_t k = 0; k < sizeof(cells) / sizeof(cells[0]); k++)
			sc_buffer_adds(out, cells[k]);
	}
	sc_buffer_adds(out, rest);
}

static const struct {
	const char *name;
	void (*write)(struct sc_buffer *out);
} documents[] = {
	{ "events", sc_doc_events }, { "schema", sc_doc_schema }, { "diagnoses", doc_diagnoses },
};

int main(int argc, char **argv)
{
	struct sc_buffer out;
	for (size_t i = 0; argc == 2 && i < sizeof(documents) / sizeof(documents[0]); i++) {
		if (strcmp(argv[1], documents[i].name) != 0)
			continue;
		if (sc_buffer_open(&out, &(struct sc_writer){ write_out, stdout }) != SC_OK)
			return SC_EFAILED;
		documents[i].write(&out);
		sc_err err = sc_buffer_close(&out);
		return fflush(stdout) == 0 ? (int)err : SC_EFAILED;
	}
	fputs("gendocs: call it with 'events', 'schema' or 'diagnoses'\n", stderr);
	return SC_EUSAGE;
}
