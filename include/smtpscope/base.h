/* base.h - the words every part of smtpscope shares: byte strings, times, results, assertions. */
#ifndef SMTPSCOPE_BASE_H
#define SMTPSCOPE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed run of octets.  It may hold any octet, NUL too, and has no end mark.
 * `at` NULL means "no value"; an empty string has `len` 0 and `at` not NULL. */
typedef struct sc_str {
	const char *at;
	size_t      len;
} sc_str;

#define SC_STR(literal) ((sc_str){ (literal), sizeof(literal) - 1 })
#define SC_STR_NONE     ((sc_str){ NULL, 0 })

/* Nanoseconds: since 1970 for a point in time, or a duration. */
typedef int64_t sc_time;

#define SC_TIME_NONE INT64_MIN /* not known */
#define SC_US        INT64_C(1000)
#define SC_MS        INT64_C(1000000)
#define SC_SECOND    INT64_C(1000000000)

/* A size or count that is not known. */
#define SC_NONE UINT64_MAX

/* Results of what the world may refuse.  The values are the exit codes of the command line. */
typedef enum sc_err {
	SC_OK       = 0,
	SC_EFAILED  = 1, /* an output could not be written, a device went away, no memory */
	SC_EUSAGE   = 2, /* wrong call: unknown option or field, bad filter, bad configuration */
	SC_EINPUT   = 3, /* input cannot be read: no such file, no permission, not a capture */
	SC_EDAMAGED = 4, /* input cut short or corrupt; everything before it was delivered */
} sc_err;

/* Passes an error up. */
#define SC_TRY(call)                        \
	do {                                \
		sc_err sc_try_ = (call);    \
		if (sc_try_ != SC_OK)       \
			return sc_try_;     \
	} while (0)

/* Our own mistakes.  Stays on in release builds; never asserts what the wire says. */
#define SC_ASSERT(condition) \
	((condition) ? (void)0 : sc_assert_failed(#condition, __FILE__, __LINE__))
#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void sc_assert_failed(const char *condition, const char *file, int line);

/* An IPv4 or IPv6 address in network order; IPv4 stands in the first four octets. */
struct sc_ip {
	uint8_t octets[16];
	uint8_t version; /* 4, 6, or 0: none */
};

/* Enhanced status code (RFC 3463 2); all zeros: none. */
struct sc_status {
	uint16_t cls, subject, detail;
};

#ifdef __cplusplus
}
#endif
#endif
