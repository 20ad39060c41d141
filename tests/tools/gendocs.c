/* gendocs.c - writes a document about the events to standard output: gendocs events | schema */
#include <stdio.h>
#include <string.h>

#include "output/doc.h"

static bool write_out(void *ctx, const char *at, size_t len)
{
	return fwrite(at, 1, len, ctx) == len;
}

int main(int argc, char **argv)
{
	struct sc_buffer out;
	bool events = argc == 2 && strcmp(argv[1], "events") == 0;
	bool schema = argc == 2 && strcmp(argv[1], "schema") == 0;
	if (!events && !schema) {
		fputs("gendocs: call it with 'events' or 'schema'\n", stderr);
		return SC_EUSAGE;
	}
	if (sc_buffer_open(&out, &(struct sc_writer){ write_out, stdout }) != SC_OK)
		return SC_EFAILED;
	if (events)
		sc_doc_events(&out);
	else
		sc_doc_schema(&out);
	sc_err err = sc_buffer_close(&out);
	return fflush(stdout) == 0 ? (int)err : SC_EFAILED;
}
