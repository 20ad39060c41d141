/* stories.c - counts stories, and keeps those that have waited longest; see stories.h. */
#include "model/stories.h"

static int outcome_of(const char *name)
{
	return name && strcmp(name, "pending") == 0 ? SC_STORY_PENDING : (int)sc_outcome_of(name);
}

/* Sessions are written as 16 hex digits. */
static uint64_t session_of(struct sc_strs sessions)
{
	sc_str s = sessions.count ? sessions.items[sessions.count - 1] : SC_STR_NONE;
	uint64_t id = 0;
	for (size_t i = 0; i < s.len && i < 16; i++) {
		char c = sc_lower(s.at[i]);
		id = id << 4 | (uint64_t)(sc_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0);
	}
	return id;
}

static uint16_t copy(char *to, size_t size, sc_str s)
{
	s = sc_str_slice(s, 0, size);
	if (s.len)
		memcpy(to, s.at, s.len);
	return (uint16_t)s.len;
}

static void keep(struct sc_stories *s, const struct sc_ev_story *story)
{
	size_t at = s->kept;
	while (at > 0 && story->first_ts < s->oldest[at - 1].first)
		at--;
	if (at == SC_WAITING_KEPT)
		return;
	size_t after = (s->kept < SC_WAITING_KEPT ? s->kept : SC_WAITING_KEPT - 1) - at;
	memmove(&s->oldest[at + 1], &s->oldest[at], after * sizeof(s->oldest[0]));
	s->kept += s->kept < SC_WAITING_KEPT;
	struct sc_waiting *w = &s->oldest[at];
	*w = (struct sc_waiting){
		.first = story->first_ts, .last = story->last_ts, .attempts = story->attempts,
		.session = session_of(story->sessions), .has_from = story->mail_from.at != NULL,
	};
	w->rcpt_len = copy(w->rcpt, sizeof(w->rcpt), story->rcpt_to);
	w->from_len = copy(w->from, sizeof(w->from), story->mail_from);
	if (story->causes.count)
		w->cause_len = copy(w->cause, sizeof(w->cause), story->causes.items[story->causes.count - 1]);
}

void sc_stories_add(struct sc_stories *s, const struct sc_ev_story *story)
{
	int outcome = outcome_of(story->outcome);
	if (outcome != SC_STORY_PENDING && story->attempts < 2)
		return;
	struct sc_story_count *c = &s->outcomes[outcome];
	if (c->session == 0)
		c->session = session_of(story->sessions);
	c->count++;
	c->attempts += story->attempts;
	if (outcome == SC_STORY_PENDING)
		keep(s, story);
}
