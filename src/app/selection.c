/* selection.c - tests events against filter expressions and a window of time.
 *
 * An event belongs to the moment it is told (`ts`): from --since on, before --until.  --fail-on looks at every
 * event inside the window, whatever --where leaves of it. */
#include "app/selection.h"

#include "app/say.h"
#include "engine/where.h"

/* The expression on one line as it is shown, so that the caret stands under the place. */
static void show_caret(sc_str expression, const struct sc_where_error *error)
{
	char marks[1200];
	struct sc_text caret = sc_text_into(marks, sizeof(marks));
	size_t before = sc_text_columns(sc_str_slice(expression, 0, error->at));
	size_t under = sc_text_columns(sc_str_slice(expression, error->at, error->len));
	for (size_t i = 0; i < before && i < 800; i++)
		sc_text_put(&caret, ' ');
	for (size_t i = 0; i < (under ? under : 1) && i < 200; i++)
		sc_text_put(&caret, '^');
	sc_say_more("    %.*s", (int)(expression.len < 1000 ? expression.len : 1000), expression.at);
	sc_say_more("    %.*s%s%s", (int)caret.len, caret.at, error->hint[0] ? " " : "", error->hint);
}

static sc_err open_where(struct sc_where **out, const char *expression, const char *where)
{
	struct sc_where_error error = { 0 };
	if (!expression)
		return SC_OK;
	sc_err err = sc_where_open(out, sc_str_of(expression), &error);
	if (err) {
		sc_say(where, "%s", error.text);
		if (err == SC_EUSAGE)
			show_caret(sc_str_of(expression), &error);
	}
	return err;
}

static sc_err read_moment(struct sc_moment *m, const char *value, const char *where, bool utc, sc_time now)
{
	char reason[256];
	struct sc_text why = sc_text_into(reason, sizeof(reason));
	if (!value || sc_value_moment(sc_str_of(value), utc, now, m, &why))
		return SC_OK;
	sc_say(where, "%.*s", (int)why.len, why.at);
	return SC_EUSAGE;
}

static sc_err check_window(const struct sc_selection *s)
{
	bool known = s->since.given && s->until.given && s->since.of_day == s->until.of_day && !s->since.of_day;
	if (!known || s->since.at < s->until.at)
		return SC_OK;
	sc_say("--until", "not after --since, nothing lies between; give a later time");
	return SC_EUSAGE;
}

sc_err sc_selection_open(struct sc_selection *s, const struct sc_options *o, sc_time now)
{
	*s = (struct sc_selection){ .utc = o->utc, .from = SC_TIME_NONE, .to = SC_TIME_NONE,
	                            .first = SC_TIME_NONE, .last = SC_TIME_NONE };
	SC_TRY(open_where(&s->where, o->where, "--where"));
	SC_TRY(open_where(&s->fail_on, o->fail_on, "--fail-on"));
	SC_TRY(read_moment(&s->since, o->since, "--since", o->utc, now));
	SC_TRY(read_moment(&s->until, o->until, "--until", o->utc, now));
	return check_window(s);
}

void sc_selection_close(struct sc_selection *s)
{
	sc_where_close(s->where);
	sc_where_close(s->fail_on);
	s->where = s->fail_on = NULL;
}

void sc_selection_begin(struct sc_selection *s, sc_time first)
{
	const sc_time day = INT64_C(86400) * SC_SECOND;
	if (s->since.given)
		s->from = sc_moment_at(&s->since, s->utc, first);
	if (s->until.given)
		s->to = sc_moment_at(&s->until, s->utc, first);
	/* 23:00 to 01:00 ends on the next day. */
	if (s->since.of_day && s->until.of_day && s->to <= s->from)
		s->to = sc_moment_at(&s->until, s->utc, first + day);
}

bool sc_selection_everything(const struct sc_selection *s)
{
	return !s->where && !s->since.given && !s->until.given;
}

static bool inside_window(struct sc_selection *s, sc_time when)
{
	bool early = s->from != SC_TIME_NONE && when < s->from;
	bool late = s->to != SC_TIME_NONE && when >= s->to;
	if (!early && !late) {
		s->inside++;
		return true;
	}
	if (s->first == SC_TIME_NONE || when < s->first)
		s->first = when;
	if (s->last == SC_TIME_NONE || when > s->last)
		s->last = when;
	return false;
}

bool sc_selection_match(struct sc_selection *s, const struct sc_event *ev)
{
	if (!inside_window(s, ev->when))
		return false;
	if (s->fail_on && !s->failed)
		s->failed = sc_where_match(s->fail_on, ev);
	return !s->where || sc_where_match(s->where, ev);
}

void sc_selection_explain(const struct sc_selection *s)
{
	char buf[80];
	struct sc_text times = sc_text_into(buf, sizeof(buf));
	if (s->inside || s->first == SC_TIME_NONE)
		return;
	sc_text_time(&times, s->first);
	sc_text_adds(&times, " to ");
	sc_text_time(&times, s->last);
	sc_say(s->since.given ? "--since" : "--until", "no event lies in that time; the events are of %.*s",
	       (int)times.len, times.at);
}
