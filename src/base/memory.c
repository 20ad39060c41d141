/* memory.c - malloc, free and the end of the program when we are wrong; nothing else of libc's services is
 * asked for by the library. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void *sc_memory_take(size_t octets)
{
	return calloc(1, octets ? octets : 1);
}

void sc_memory_give(void *memory)
{
	free(memory);
}

void sc_assert_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "smtpscope: %s:%d: assertion failed: %s; please report this\n", file, line, condition);
	abort();
}
