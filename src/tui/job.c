/* job.c - one reading of the capture at a time, in pieces between keys; see sc_tui_again in tui.h. */
#include "tui/inside.h"

#define SLICE 12 /* ms at a turn */

struct sc_tui_asked sc_seen_asked(const struct sc_seen *seen)
{
	struct sc_tui_asked a = { seen->client, seen->server, seen->frames };
	if (seen->first && seen->first->ev->flow)
		a.frames.first = seen->first->ev->flow; /* the connection's first packet, whatever the events rest on */
	return a;
}

bool sc_job_begin(struct sc_tui *t, const struct sc_tui_ask *ask, struct sc_job job)
{
	const char *why = "the packets are gone";
	if (t->job.job) {
		sc_tui_say(t, "the capture is being read again already; wait for it");
		return false;
	}
	job.job = t->config.again.begin ? t->config.again.begin(t->config.again.ctx, ask, &why) : NULL;
	if (!job.job) {
		sc_tui_say(t, why);
		return false;
	}
	t->job = job;
	return true;
}

static void end(struct sc_tui *t, bool tells)
{
	struct sc_job job = t->job;
	uint64_t packets = 0;
	t->job = (struct sc_job){ .job = NULL };
	bool written = t->config.again.end(job.job, &packets);
	job.done(t, &job, tells && written, packets);
	t->dirty = true;
}

void sc_job_step(struct sc_tui *t)
{
	if (t->job.job && !t->config.again.step(t->job.job, SLICE))
		end(t, true);
}

void sc_job_stop(struct sc_tui *t, const void *owner)
{
	if (t->job.job && (!owner || t->job.owner == owner))
		end(t, false);
}

void sc_job_tell(struct sc_tui *t, struct sc_text *to)
{
	if (!t->job.job)
		return;
	sc_text_adds(to, " reading the capture again, ");
	sc_text_number(to, t->config.again.percent(t->job.job));
	sc_text_adds(to, " % ");
}
