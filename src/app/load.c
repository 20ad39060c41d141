/* load.c - see load.h. */
#include "app/load.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app/say.h"

size_t sc_load(const char *path, char *to, size_t most, const char *what, const char *option)
{
	FILE *f = fopen(path, "rbe");
	size_t len = f ? fread(to, 1, most + 1, f) : 0;
	bool failed = !f || ferror(f);
	if (failed)
		sc_say(path, "cannot read %s: %s; give another %s FILE", what, strerror(errno), option);
	if (f)
		fclose(f);
	return failed ? SIZE_MAX : len;
}
