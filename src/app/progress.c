/* progress.c - one line that is written over itself: percentage, rate, time left. */
#include "app/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/say.h"

static bool on_screen; /* one terminal, one line */

static sc_time clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

static void put(const char *at, size_t len)
{
	ssize_t written = write(STDERR_FILENO, at, len);
	(void)written; /* a line that is not shown is no loss */
}

static void clear(void)
{
	static const char blank[] = "\r                                                                      \r";
	if (on_screen)
		put(blank, sizeof(blank) - 1);
	on_screen = false;
}

void sc_progress_begin(struct sc_progress *p, bool wanted)
{
	const char *term = getenv("TERM");
	bool dumb = term && strcmp(term, "dumb") == 0;
	*p = (struct sc_progress){ .wanted = wanted && !dumb && isatty(STDERR_FILENO), .began = clock_now() };
	p->shown = p->began + SC_SECOND - SC_SECOND / 4;
	sc_say_before(clear);
}

/* "43 %  1.2 M packets/s  0:12 left" */
static int compose(char *line, size_t size, double elapsed, uint64_t read, uint64_t total, uint64_t packets)
{
	double rate = (double)packets / elapsed;
	const char *unit = rate >= 1e6 ? "M" : rate >= 1e3 ? "k" : "";
	double shown = rate >= 1e6 ? rate / 1e6 : rate >= 1e3 ? rate / 1e3 : rate;
	if (total == 0 || read == 0 || read > total)
		return snprintf(line, size, "\r%llu packets  %.1f%s packets/s   ", (unsigned long long)packets,
				shown, unit);
	double left = elapsed * (double)(total - read) / (double)read;
	unsigned long seconds = left < 1e6 ? (unsigned long)left : 999999;
	return snprintf(line, size, "\r%3u %%  %.1f%s packets/s  %lu:%02lu left   ",
			(unsigned)(100 * ((double)read / (double)total)), shown, unit, seconds / 60, seconds % 60);
}

void sc_progress_show(struct sc_progress *p, uint64_t read, uint64_t total, uint64_t packets)
{
	if (!p->wanted)
		return;
	sc_time now = clock_now();
	if (now - p->shown < SC_SECOND / 4)
		return;
	p->shown = now;
	char line[80];
	int len = compose(line, sizeof(line), (double)(now - p->began) / 1e9, read, total, packets);
	put(line, len < (int)sizeof(line) ? (size_t)len : sizeof(line) - 1);
	on_screen = true;
}

void sc_progress_end(struct sc_progress *p)
{
	p->wanted = false;
	clear();
	sc_say_before(NULL);
}
