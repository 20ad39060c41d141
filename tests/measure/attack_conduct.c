/* attack_conduct.c - attackers known by how they behave in a session, or by how many sessions they open. */
#include "scene.h"

static void come(const struct actor *a, uint32_t host, const char *helo)
{
	arrive(outside(a, 0, host), our_mx(a), 25, helo);
}

static const char *own_name(const struct actor *a)
{
	return text("mx%u.q%uq.example", a->x % 9, a->number);
}

static void maybe_mail(const struct actor *a)
{
	if (chance(60))
		mail(text("news@q%uq.example", a->number), text("user%u@" OURS, draw(400)), "accepted", NULL);
}

static void a_few(struct actor *a)
{
	place(a, wide(1, 12), wide(30, 40000));
	a->x = draw(100);
	a->y = draw(8);
}

/* ---- single sessions ---- */

static void talk_early(struct actor *a, uint32_t i)
{
	come(a, i, own_name(a));
	facts()->quirks |= QUIRK(early_talker);
	maybe_mail(a);
	leave();
}

static void hurry(struct actor *a, uint32_t i)
{
	come(a, i, own_name(a));
	uint64_t quirk = a->y & 1 ? QUIRK(bad_pipelining) : QUIRK(pipelining_not_offered);
	if (a->y & 2)
		say("NOOP", "", 250, quirk);
	maybe_mail(a);
	if (!(a->y & 2))
		say("DATA", "", 503, quirk);
	leave();
}

static void end_lines_badly(struct actor *a, uint32_t i)
{
	static const char *const verbs[] = {"EHLO", "MAIL", "RCPT", "QUIT", "NOOP", "HELO", "RSET", "DATA"};
	come(a, i, own_name(a));
	say(verbs[a->y], "", 250, QUIRK(bare_lf));
	maybe_mail(a);
	leave();
}

static void speak_other(struct actor *a, uint32_t i)
{
	static const char *const verbs[] = {"GET",  "POST",  "CONNECT",     "OPTIONS",
					    "HEAD", "HOST:", "USER-AGENT:", "GET"};
	come(a, i, NULL);
	say(verbs[a->y], "/ HTTP/1.1", 502, QUIRK(unknown_command) | (a->y < 5 ? QUIRK(http_on_smtp) : 0));
	if (a->y == 1)
		mail(text("x@q%uq.example", a->number), "user1@" OURS, "accepted", NULL);
	leave();
}

static void try_verbs(struct actor *a, uint32_t i)
{
	uint32_t count = a->y & 1 ? wide(3, 40) : wide(10, 60);
	come(a, i, own_name(a));
	for (uint32_t k = 0; k < count; k++)
		say(a->y & 1 ? text("XTRY%u", k) : "RCPT", "", a->y & 1 ? 500 : 503,
		    a->y & 1 ? QUIRK(unknown_command) : 0);
	leave();
}

static void write_long(struct actor *a, uint32_t i)
{
	static char line[6000];
	uint32_t octets = wide(2060, 5900);
	memset(line, 'A' + (int)(i % 26), octets);
	line[octets] = '\0';
	come(a, i, own_name(a));
	if (a->y & 1)
		say(a->y & 2 ? "VRFY" : "NOOP", line, 500, QUIRK(line_too_long));
	else
		say("AUTH", "*", 500, QUIRK(line_too_long));
	leave();
}

static void confuse(struct actor *a, uint32_t i)
{
	come(a, i, own_name(a));
	facts()->quirks |= a->y & 1 ? QUIRK(tcp_overlap_conflict) : QUIRK(tcp_bad_reset) | QUIRK(tcp_bad_checksum);
	maybe_mail(a);
	leave();
}

/* ---- many sessions ---- */

static void wait_long(struct actor *a)
{
	place(a, wide(26, 200), 1);
	a->x = wide(90, 3000); /* age of a session */
	a->span = between(1, a->x / 3);
	a->start = draw(DAY_S - a->span);
}

static void say_little(struct actor *a, uint32_t i)
{
	come(a, 0, chance(50) ? own_name(a) : NULL);
	struct sc_ev_session *x = facts();
	x->timing.total_ms = (a->x + (sc_time)draw(a->x / 4)) * SC_SECOND;
	x->start = x->end - x->timing.total_ms;
	x->octets.client = draw(60);
	x->end_by = "timeout";
	leave();
	(void)i;
}

static void nothing(struct actor *a)
{
	shape(a, 10, 600, 300);
	a->x = draw(3);
}

static void come_for_nothing(struct actor *a, uint32_t i)
{
	come(a, 0, a->x ? own_name(a) : NULL);
	if (a->x == 2)
		say("NOOP", "", 250, 0);
	leave();
	(void)i;
}

static void flood_one(struct actor *a)
{
	shape(a, 60, 60, 900);
	a->x = 1;
}

static void flood_net(struct actor *a)
{
	shape(a, 240, 60, 2000);
	a->x = between(8, 60);
}

static void flood(struct actor *a, uint32_t i)
{
	come(a, i % a->x, own_name(a));
	leave();
}

/* ---- a borrowed name ---- */

static void borrow(struct actor *a, uint32_t i)
{
	static const char *const programs[] = {"Microsoft Outlook Express 6.00.2900.5512",
					       "Microsoft Office Outlook 12.0", "swaks v20240103.0"};
	come(a, i, own_name(a));
	struct letter l = letter(text("x@q%uq.example", a->number), "user2@" OURS, "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u.%u@q%uq.example>", i, draw(1000000), a->number));
	l.message.user_agent = sc_str_of(programs[a->y % 3]);
	send_letter(&l);
	facts()->dialect = sc_str_of(text("s:%08x%08x", a->number * 2654435761u, 77u));
	leave();
}

static const struct scene scenes[] = {
	{"talks before the greeting", "early_talker", "", 20, a_few, talk_early},
	{"does not wait", "unasked_pipelining", "", 20, a_few, hurry},
	{"ends lines with LF", "bare_newline", "", 20, a_few, end_lines_badly},
	{"speaks HTTP", "non_smtp_protocol", "", 20, a_few, speak_other},
	{"tries verbs", "protocol_errors", "", 20, a_few, try_verbs},
	{"writes long lines", "oversized_line", "", 20, a_few, write_long},
	{"confuses TCP", "tcp_ambiguity", "", 20, a_few, confuse},
	{"holds sessions open", "slow_session", "connection_flood no_mail_sessions", 20, wait_long, say_little},
	{"comes for nothing", "no_mail_sessions", "connection_flood", 20, nothing, come_for_nothing},
	{"floods", "connection_flood", "no_mail_sessions", 10, flood_one, flood},
	{"floods from a network", "connection_flood", "no_mail_sessions", 10, flood_net, flood},
	{"borrows a name", "dialect", "", 20, a_few, borrow},
};
const struct scenes conduct_attacks = SCENES_OF(scenes);
