/* compare.c - reads the file of --compare; see compare.h. */
#include "app/compare.h"

#include "app/load.h"
#include "app/say.h"
#include "base/memory.h"

#define MOST_OCTETS (8u << 20) /* a report has at most a hundred rows a table */

sc_err sc_compare_open(struct sc_compare *c, const char *path)
{
	*c = (struct sc_compare){.text = NULL};
	if (!path)
		return SC_OK;
	c->text = sc_memory_take(MOST_OCTETS + 1);
	c->earlier = sc_memory_take(sizeof(*c->earlier));
	if (!c->text || !c->earlier)
		return SC_EFAILED;
	size_t len = sc_load(path, c->text, MOST_OCTETS, "the earlier report", "--compare");
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
