/* say.c - messages on standard error.
 *
 * File names, expressions and words of the command line may hold anything, so the finished line goes through
 * sc_text_visible() and leaves in one write(2): messages of two programs on one terminal do not mix within a line. */
#include "app/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_OCTETS 2048 /* a longer message is cut */

static struct sc_text *redirected;
static void (*clear_before)(void);

static void put_line(struct sc_text *line)
{
	if (line->len == line->size)
		line->len--;
	sc_text_put(line, '\n');
	if (redirected) {
		sc_text_add(redirected, sc_text_str(line));
		return;
	}
	if (clear_before)
		clear_before();
	ssize_t written = write(STDERR_FILENO, line->at, line->len);
	(void)written; /* there is nobody left to tell */
}

static void say(const char *opening, const char *format, va_list args)
{
	char raw[LINE_OCTETS], shown[2 * LINE_OCTETS];
	vsnprintf(raw, sizeof(raw), format, args);
	struct sc_text line = sc_text_into(shown, sizeof(shown));
	sc_text_visible(&line, sc_str_of(opening));
	sc_text_visible(&line, sc_str_of(raw));
	put_line(&line);
}

void sc_say(const char *where, const char *format, ...)
{
	char opening[LINE_OCTETS];
	snprintf(opening, sizeof(opening), "smtpscope: %s%s", where ? where : "", where ? ": " : "");
	va_list args;
	va_start(args, format);
	say(opening, format, args);
	va_end(args);
}

void sc_say_more(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void sc_say_into(struct sc_text *into)
{
	redirected = into;
}

void sc_say_before(void (*clear)(void))
{
	clear_before = clear;
}
