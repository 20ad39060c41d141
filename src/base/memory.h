/* memory.h - the one door to the system's allocator.  Used when things are opened, never on the data path. */
#ifndef SC_BASE_MEMORY_H
#define SC_BASE_MEMORY_H

#include <smtpscope/base.h>

/* Zeroed memory, NULL when there is none.  Large areas cost physical memory only where they are touched. */
void *sc_memory_take(size_t octets);
/* The same for an area of many objects that is used from its begin on, or all over: physical memory comes in large pages, which
 * are found faster and cost fewer faults. */
void *sc_memory_take_growing(size_t octets);
void  sc_memory_give(void *memory); /* NULL is fine */

/* In sanitizer builds: makes a run of octets unreadable, and readable again. */
#if defined(__SANITIZE_ADDRESS__)
#define SC_MEMORY_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SC_MEMORY_CHECKED 1
#endif
#endif
#ifdef SC_MEMORY_CHECKED
#include <sanitizer/asan_interface.h>
#define sc_memory_close(at, octets) ASAN_POISON_MEMORY_REGION(at, octets)
#define sc_memory_open(at, octets)  ASAN_UNPOISON_MEMORY_REGION(at, octets)
#else
#define sc_memory_close(at, octets) ((void)(at), (void)(octets))
#define sc_memory_open(at, octets)  ((void)(at), (void)(octets))
#endif

#endif
