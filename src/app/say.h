/* say.h - messages for the person at the keyboard: one line each on standard error,
 * "smtpscope: WHERE: what happened; what to do". */
#ifndef SC_APP_SAY_H
#define SC_APP_SAY_H

#include "base/text.h"

/* `where` may be NULL.  Whatever the arguments hold, one line comes out and no control octet passes. */
void sc_say(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same without "smtpscope: " in front: the lines below a message, such as the one with the caret. */
void sc_say_more(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Messages go to `into` instead (each with its newline); NULL: to standard error again. */
void sc_say_into(struct sc_text *into);

/* What is to be removed from the terminal before a message: a progress line.  NULL: nothing. */
void sc_say_before(void (*clear)(void));

#endif
