/* tell.h - messages of the input, and the worst of what they told. */
#ifndef SC_INPUT_TELL_H
#define SC_INPUT_TELL_H

#include "input/source.h"

struct sc_tell {
	sc_source_say_fn *say; /* NULL: nobody listens */
	void  *ctx;
	sc_err worst;          /* of the kinds so far; SC_EINPUT is worse than SC_EDAMAGED */
};

/* Says "WHERE: ..."; SC_OK is a remark and makes nothing worse. */
void sc_tell(struct sc_tell *t, sc_err kind, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
