/* reply.h - the grammar of reply lines (RFC 5321 4.2) and of enhanced status codes (RFC 2034, 3463). */
#ifndef SC_SMTP_REPLY_H
#define SC_SMTP_REPLY_H

#include "base/str.h"

struct sc_reply_line {
	uint16_t code;  /* 0: the line does not begin with three digits */
	bool     more;  /* '-' follows the code: more lines of this reply come */
	bool     odd;   /* neither space, hyphen nor the end follows the code ('#', tab, a letter) */
	sc_str   text;  /* after the separator; borrowed */
};

struct sc_reply_line sc_reply_read(sc_str line);

/* The enhanced status code of a reply text: as first token "5.1.1", as "#5.1.1", or as trailing "(#5.1.1)".  All zeros
 * when there is none.  "5.1.1.2", "4.5" and dates are none. */
struct sc_status sc_status_find(sc_str text);

static inline bool sc_reply_positive(uint16_t code)
{
	return code / 100 == 2;
}

static inline bool sc_reply_intermediate(uint16_t code)
{
	return code / 100 == 3;
}

static inline bool sc_reply_temporary(uint16_t code)
{
	return code / 100 == 4;
}

static inline bool sc_reply_permanent(uint16_t code)
{
	return code / 100 == 5;
}

#endif
