/* tell.c - builds one line of text and hands it on.  File names go in as they are: whoever shows the line makes it
 * safe. */
#include "input/tell.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

static int rank(sc_err err)
{
	switch (err) {
	case SC_OK:
		return 0;
	case SC_EDAMAGED:
		return 1;
	case SC_EINPUT:
		return 2;
	default:
		return 3;
	}
}

void sc_tell(struct sc_tell *t, sc_err kind, const char *where, const char *format, ...)
{
	if (rank(kind) > rank(t->worst))
		t->worst = kind;
	if (!t->say)
		return;
	char what[512], line[PATH_MAX + sizeof(what)];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "%.*s: %s", PATH_MAX - 2, where, what);
	t->say(t->ctx, kind, line);
}
