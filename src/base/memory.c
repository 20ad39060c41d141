/* memory.c - malloc, free and the end of the program when we are wrong; nothing else of libc's services is
 * asked for by the library. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE_LARGE ((size_t)2 << 20) /* where the system has such; elsewhere the advice is not heard */

void *sc_memory_take(size_t octets)
{
	return calloc(1, octets ? octets : 1);
}

/* The first large page stays in small ones, for whoever needs little. */
void *sc_memory_take_growing(size_t octets)
{
	char *memory = sc_memory_take(octets);
	size_t before = PAGE_LARGE + (PAGE_LARGE - (uintptr_t)memory % PAGE_LARGE);
	if (memory && octets >= before + PAGE_LARGE)
		(void)madvise(memory + before, (octets - before) & ~(PAGE_LARGE - 1), MADV_HUGEPAGE);
	return memory;
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
