/* script.c - the parser of prose dialogues.  Trusts its authors no further than to stop at their first mistake. */
#include "script.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum block { PROSE, SMTP, EVENTS };

struct reader {
	const char *path;
	int line;
	enum block block;
	struct script out;
	struct dialogue *d;
	int early; /* side whose next octets are early, or -1 */
};

__attribute__((noreturn, format(printf, 2, 3))) static void stop(const struct reader *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "%s:%d: ", r->path, r->line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static void *grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	void *more = realloc(array, (count ? count * 2 : 1) * size);
	if (!more)
		abort();
	return more;
}

static struct step *add_step(struct reader *r, enum step_kind kind, enum sc_side side)
{
	struct dialogue *d = r->d;
	d->steps = grow(d->steps, d->step_count, sizeof(*d->steps));
	struct step *s = &d->steps[d->step_count++];
	*s = (struct step){ .kind = kind, .side = side };
	return s;
}

/* ---- octets with escapes ---- */

struct octets {
	char  *at;
	size_t len;
};

static void put(struct octets *o, char c)
{
	o->at = grow(o->at, o->len, 1);
	o->at[o->len++] = c;
}

/* "\(5000 ab)": a text so many times. */
static const char *repeat(const struct reader *r, struct octets *o, const char *p)
{
	char *text;
	unsigned long n = strtoul(p, &text, 10);
	const char *end = strchr(text, ')');
	if (*text != ' ' || !end || n > 1000000)
		stop(r, "a repetition is \\(N text)");
	while (n--)
		for (const char *q = text + 1; q < end; q++)
			put(o, *q);
	return end + 1;
}

static const char *escape(const struct reader *r, struct octets *o, const char *p)
{
	char hex[3] = { 0 };
	switch (*p) {
	case 'r':
		put(o, '\r');
		return p + 1;
	case 'n':
		put(o, '\n');
		return p + 1;
	case 't':
		put(o, '\t');
		return p + 1;
	case '0':
		put(o, '\0');
		return p + 1;
	case '\\':
		put(o, '\\');
		return p + 1;
	case '(':
		return repeat(r, o, p + 1);
	case 'x':
		if (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2]))
			break;
		memcpy(hex, p + 1, 2);
		put(o, (char)strtol(hex, NULL, 16));
		return p + 3;
	default:
		break;
	}
	stop(r, "unknown escape \\%c", *p);
}

static void say(struct reader *r, enum sc_side side, bool lost, bool raw, const char *text)
{
	struct octets o = { 0 };
	for (const char *p = text; *p;)
		if (raw && *p == '\\')
			p = escape(r, &o, p + 1);
		else
			put(&o, *p++);
	if (!raw) {
		put(&o, '\r');
		put(&o, '\n');
	}
	struct step *s = add_step(r, STEP_SAY, side);
	s->bytes = o.at;
	s->len = o.len;
	s->lost = lost;
	s->early = r->early == (int)side;
	r->early = -1;
}

/* "C* 1000 RCPT TO:<u%d@example.net>" */
static void say_many(struct reader *r, enum sc_side side, const char *text)
{
	char *form, line[600];
	unsigned long n = strtoul(text, &form, 10);
	const char *mark = strstr(form, "%d");
	if (*form != ' ' || n == 0 || n > 100000)
		stop(r, "repeated lines are \"C* N text\"");
	form++;
	for (unsigned long i = 1; i <= n; i++) {
		if (mark)
			snprintf(line, sizeof(line), "%.*s%lu%s", (int)(mark - form), form, i, mark + 2);
		else
			snprintf(line, sizeof(line), "%s", form);
		say(r, side, false, false, line);
	}
}

/* ---- lines ---- */

static void say_line(struct reader *r, enum sc_side side, const char *text)
{
	say(r, side, false, false, text);
}

/* "hello KEYWORD...": the usual beginning; PIPELINING is offered, after what stands there. */
static void say_hello(struct reader *r, const char *keyword)
{
	char line[200];
	say_line(r, SC_SERVER, "220 mx.example.net ESMTP");
	say_line(r, SC_CLIENT, "EHLO client.example.org");
	say_line(r, SC_SERVER, "250-mx.example.net");
	for (; keyword; keyword = strtok(NULL, " ")) {
		snprintf(line, sizeof(line), "250-%s", keyword);
		say_line(r, SC_SERVER, line);
	}
	say_line(r, SC_SERVER, "250 PIPELINING");
}

static void say_envelope(struct reader *r)
{
	say_line(r, SC_CLIENT, "MAIL FROM:<a@example.org>");
	say_line(r, SC_SERVER, "250 2.1.0 ok");
	say_line(r, SC_CLIENT, "RCPT TO:<b@example.net>");
	say_line(r, SC_SERVER, "250 2.1.5 ok");
}

static void say_bye(struct reader *r)
{
	say_line(r, SC_CLIENT, "QUIT");
	say_line(r, SC_SERVER, "221 2.0.0 bye");
}

static bool side_of(const char *word, int *side)
{
	if (strcmp(word, "client") == 0 || strcmp(word, "C") == 0)
		*side = SC_CLIENT;
	else if (strcmp(word, "server") == 0 || strcmp(word, "S") == 0)
		*side = SC_SERVER;
	else
		return false;
	return true;
}

static void directive(struct reader *r, char *line)
{
	char *word = strtok(line, " "), *arg = strtok(NULL, " ");
	int side;
	if (strcmp(word, "port") == 0 && arg)
		r->d->port = (uint16_t)atoi(arg);
	else if (strcmp(word, "hello") == 0)
		say_hello(r, arg);
	else if (strcmp(word, "envelope") == 0)
		say_envelope(r);
	else if (strcmp(word, "bye") == 0)
		say_bye(r);
	else if (strcmp(word, "midstream") == 0)
		r->d->midstream = true;
	else if (strcmp(word, "cut") == 0)
		r->d->cut = true;
	else if (strcmp(word, "once") == 0)
		r->d->whole_only = true;
	else if (strcmp(word, "break") == 0)
		add_step(r, STEP_BREAK, SC_CLIENT);
	else if (strcmp(word, "pause") == 0 && arg)
		add_step(r, STEP_PAUSE, SC_CLIENT)->pause_s = (uint32_t)atoi(arg);
	else if (strcmp(word, "missing") == 0 && arg && side_of(arg, &side))
		r->d->missing = side;
	else if (strcmp(word, "early") == 0 && arg && side_of(arg, &side))
		r->early = side;
	else
		stop(r, "unknown directive \"%s\"", word);
}

static void smtp_line(struct reader *r, char *line)
{
	bool side = (line[0] == 'C' || line[0] == 'S') && line[1] && strchr(":|!*-", line[1]);
	if (!line[0])
		return;
	if (!side) {
		directive(r, line);
		return;
	}
	enum sc_side who = line[0] == 'C' ? SC_CLIENT : SC_SERVER;
	if (strcmp(line + 1, "-FIN") == 0) {
		add_step(r, STEP_FIN, who);
		return;
	}
	if (strcmp(line + 1, "-RST") == 0) {
		add_step(r, STEP_RST, who);
		return;
	}
	char *p = line + 1;
	bool lost = *p == '!';
	p += lost;
	char form = *p && strchr(":|*", *p) ? *p++ : ':';
	p += *p == ' ';
	if (form == '*')
		say_many(r, who, p);
	else
		say(r, who, lost, form == '|', p);
}

static char *copy(const char *s)
{
	char *to = strdup(s);
	if (!to)
		abort();
	return to;
}

static void expect(struct reader *r, enum expect_kind kind, const char *word, const char *terms)
{
	struct dialogue *d = r->d;
	d->expects = grow(d->expects, d->expect_count, sizeof(*d->expects));
	d->expects[d->expect_count++] = (struct expect){ kind, copy(word), copy(terms), r->line };
}

static void expect_each(struct reader *r, enum expect_kind kind)
{
	for (char *word = strtok(NULL, " "); word; word = strtok(NULL, " "))
		expect(r, kind, word, "");
}

static void events_line(struct reader *r, char *line)
{
	size_t n = strcspn(line, " ");
	char word[64], *terms = line + n + strspn(line + n, " ");
	if (!line[0])
		return;
	if (n >= sizeof(word))
		stop(r, "no event has so long a name");
	memcpy(word, line, n);
	word[n] = 0;
	if (strcmp(word, "exactly") == 0 || strcmp(word, "no") == 0 || strcmp(word, "never") == 0) {
		strtok(line, " ");
		expect_each(r, word[0] == 'e' ? EXPECT_EXACTLY : word[1] == 'o' ? EXPECT_NONE : EXPECT_NEVER);
		return;
	}
	expect(r, EXPECT_EVENT, word, terms);
}

static void prose_line(struct reader *r, const char *line)
{
	if (strncmp(line, "## ", 3) == 0) {
		struct script *s = &r->out;
		s->dialogues = grow(s->dialogues, s->count, sizeof(*s->dialogues));
		r->d = &s->dialogues[s->count++];
		*r->d = (struct dialogue){ .title = copy(line + 3), .line = r->line, .port = 25, .missing = -1 };
		r->early = -1;
	} else if (strncmp(line, "```", 3) == 0) {
		if (!r->d)
			stop(r, "a block before the first title");
		if (strcmp(line, "```smtp") == 0)
			r->block = SMTP;
		else if (strcmp(line, "```events") == 0)
			r->block = EVENTS;
		else
			stop(r, "a block is smtp or events");
	}
}

struct script script_read(const char *path)
{
	struct reader r = { .path = path, .out = { .path = path } };
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	if (!f)
		stop(&r, "cannot be opened");
	while ((n = getline(&line, &room, f)) >= 0) {
		r.line++;
		if (n && line[n - 1] == '\n')
			line[--n] = 0;
		if (r.block != PROSE && strcmp(line, "```") == 0)
			r.block = PROSE;
		else if (r.block == SMTP)
			smtp_line(&r, line);
		else if (r.block == EVENTS)
			events_line(&r, line);
		else
			prose_line(&r, line);
	}
	if (r.block != PROSE)
		stop(&r, "a block has no end");
	free(line);
	fclose(f);
	return r.out;
}

static void free_dialogue(struct dialogue *d)
{
	for (size_t i = 0; i < d->step_count; i++)
		free(d->steps[i].bytes);
	for (size_t i = 0; i < d->expect_count; i++) {
		free(d->expects[i].word);
		free(d->expects[i].terms);
	}
	free(d->steps);
	free(d->expects);
	free(d->title);
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_dialogue(&s->dialogues[i]);
	free(s->dialogues);
	*s = (struct script){ 0 };
}
