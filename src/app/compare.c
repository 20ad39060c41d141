/* compare.c - reads the file of --compare; see compare.h. */
#include "app/compare.h"

#include <errno.h>
#include <stdio.h>

#include "app/say.h"
#include "base/memory.h"

#define MOST_OCTETS (8u << 20) /* a report has at most a hundred rows a table */

/* Octets of the file; one more than there may be, when it is too long; SIZE_MAX: it cannot be read. */
static size_t load(const char *path, char *to)
{
	FILE *f = fopen(path, "rbe");
	size_t len = f ? fread(to, 1, MOST_OCTETS + 1, f) : 0;
	bool failed = !f || ferror(f);
	if (failed)
		sc_say(path, "cannot read the earlier report: %s; give another --compare FILE", strerror(errno));
	if (f)
		fclose(f);
	return failed ? SIZE_MAX : len;
}

sc_err sc_compare_open(struct sc_compare *c, const char *path)
{
	*c = (struct sc_compare){.text = NULL};
	if (!path)
		return SC_OK;
	c->text = sc_memory_take(MOST_OCTETS + 1);
	c->earlier = sc_memory_take(sizeof(*c->earlier));
	if (!c->text || !c->earlier)
		return SC_EFAILED;
	size_t len = load(path, c->text);
	if (len == SIZE_MAX)
		return SC_EINPUT;
	if (len <= MOST_OCTETS && sc_earlier_read(c->earlier, (sc_str){c->text, len}))
		return SC_OK;
	sc_say(path, "this is no report in JSON; make one with smtpscope report -f json -o FILE");
	return SC_EUSAGE;
}

void sc_compare_close(struct sc_compare *c)
{
	sc_memory_give(c->text);
	sc_memory_give(c->earlier);
	*c = (struct sc_compare){.text = NULL};
}
