/* auth_spray.c - many users with few tries each from one network, one user from many networks, or one server from very many:
 * password spraying and credential stuffing, which stay below a limit for each.
 *
 * A botnet may give each network one user and each user one network; then only the server sees it.  It is judged by the
 * networks that nobody has logged in from.  Where its passwords cannot be checked (a directory is down), users fail who got in
 * before; and where none got in at all, that is likelier than an attack, so then it is medium.
 *
 * A network where more logins work than fail is an office. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/sketch.h"
#include "detect/primitives/usual.h"

enum { USERS, TRIES, NETWORKS, WINDOW, DAY_NETWORKS, SERVER_NETWORKS, SHARE, TIMES };
static const struct sc_detector_option options[] = {
	{"users", "users that one network fails for", 10,
	 "a household or office has fewer wrong passwords; a first guess"},
	{"tries", "tries a user on average", 3, "more is guessing, which auth_guessing tells"},
	{"networks", "networks that one user fails from", 10, "nobody travels so fast"},
	{"window", "s", 3600, "sprayers go slowly"},
	{"day", "networks that one user fails from in a day", 30, "a telephone on the road with an old password has fewer"},
	{"server", "networks that logins at one server fail from", 100, "with nobody ever let in from there; a first guess"},
	{"share", "percent of the server's logins that fail", 50, "where most logins work, the others are users who mistype"},
	{"times", "times the server's busiest hour", 4, "a large server has old telephones all day"},
};

#define DAY          86400u
#define KNOWN_PERIOD (30 * DAY)

struct slot {
	struct sc_rate rate;
	struct sc_recent things; /* users of a network, networks of a user */
};

struct user {
	struct slot hour;
	struct sc_recent networks; /* of a day */
};

struct server {
	struct sc_rate rate; /* hits: failures from networks that nobody got in from */
	struct sc_recent networks;
	struct sc_usual usual; /* networks an hour, about: a failure is counted where it is the first of its network */
	bool worked; /* some login did */
};

/* Different things are remembered for up to two windows, tries for one: in a window each thing took a try. */
static uint64_t note(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, uint64_t thing, uint32_t *tries)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	*tries = sc_rate_hit(&slot->rate, s, 1, window);
	uint64_t things = sc_recent_add(&slot->things, thing, s->second, window);
	return things < *tries ? things : *tries;
}

static void judge_network(struct sc_detector *d, const struct sc_sight *s, uint64_t user)
{
	uint32_t tries;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_NETWORK);
	if (!slot)
		return;
	uint64_t users = note(d, s, slot, user, &tries);
	uint32_t all = sc_rate_all(&slot->rate, s, 1, (uint32_t)d->options[WINDOW]);
	if (users < d->options[USERS] || 2 * (uint64_t)tries < all || tries > users * d->options[TRIES])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", tries, " failed logins for ");
	sc_say_part(t, "", users, slot->rate.several ? " different users from one network" : " different users from one client");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_HIGH,
					     .confidence = 85,
					     .subject = slot->rate.several ? SC_SUBJECT_NETWORK : SC_SUBJECT_CLIENT,
					     .window_s = d->options[WINDOW],
					     .count = users,
					     .threshold = d->options[USERS],
					     .trail = &slot->rate.trail});
}

/* Of a network where some failed. */
static void note_worked(struct sc_detector *d, const struct sc_sight *s)
{
	struct slot *slot = sc_sight_slot_find(d, s, SC_LEVEL_NETWORK);
	if (slot)
		sc_rate_all(&slot->rate, s, 1, (uint32_t)d->options[WINDOW]);
}

static void judge_user(struct sc_detector *d, const struct sc_sight *s, sc_str name, uint64_t user)
{
	uint32_t tries;
	struct user *slot = sc_keyed_enter(&d->tables[0], user, s->second);
	if (!slot)
		return;
	uint64_t networks = note(d, s, &slot->hour, s->network, &tries), limit = d->options[NETWORKS];
	bool news = sc_recent_put(&slot->networks, s->network, s->second, DAY), soon = networks >= limit;
	if (!soon && news) {
		networks = sc_recent_count(&slot->networks, s->second, DAY);
		limit = d->options[DAY_NETWORKS];
	}
	if (networks < limit)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, soon ? "" : "at least ", tries, " failed logins for one user from ");
	sc_say_part(t, "", networks, soon ? " networks" : " networks within a day or two");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_HIGH,
					     .confidence = soon ? 85 : 70,
					     .subject = SC_SUBJECT_USER,
					     .value = name,
					     .window_s = soon ? d->options[WINDOW] : DAY,
					     .count = networks,
					     .threshold = limit,
					     .trail = &slot->hour.rate.trail});
}

/* A login that worked, or failed. */
static void judge_server(struct sc_detector *d, const struct sc_sight *s, bool worked)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	uint64_t pair = sc_mix(sc_sight_server(s), s->network);
	struct server *slot = sc_keyed_touch(&d->tables[1], sc_sight_server(s), s->second);
	uint32_t all = sc_rate_all(&slot->rate, s, 1, window);
	if (worked)
		sc_bloom_add(d->state, pair, s->second, KNOWN_PERIOD);
	slot->worked |= worked;
	if (worked || (slot->worked && sc_bloom_holds(d->state, pair, s->second, KNOWN_PERIOD)))
		return;
	uint32_t failed = sc_rate_hit(&slot->rate, s, 1, window);
	bool news = sc_recent_put(&slot->networks, s->network, s->second, window);
	sc_usual_add(&slot->usual, news, s->second);
	if (!news || failed < d->options[SERVER_NETWORKS] || (uint64_t)failed * 100 < d->options[SHARE] * all)
		return; /* fewer failures than that are fewer networks */
	uint64_t networks = sc_recent_count(&slot->networks, s->second, window);
	if (networks < d->options[SERVER_NETWORKS] || failed > networks * d->options[TRIES] ||
	    !sc_usual_exceeded(&slot->usual, networks, d->options[TIMES]))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", failed, " failed logins from about ");
	sc_say_part(t, "", networks, " networks that nobody has logged in from, few from each; of ");
	sc_say_part(t, "", all, slot->worked ? " logins in all" : " logins in all, none of which worked");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = slot->worked ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					     .confidence = slot->worked ? 80 : 60,
					     .subject = SC_SUBJECT_SERVER,
					     .window_s = window,
					     .count = networks,
					     .threshold = d->options[SERVER_NETWORKS],
					     .error = networks / 11,
					     .trail = &slot->rate.trail});
}

static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	sc_keyed_expect(&d->tables[0], s->user);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	bool worked = sc_is(x->outcome, "ok"), failed = sc_login_refused(x);
	if ((!worked && !failed) || s->from.monitor)
		return;
	if (!s->from.peer)
		judge_server(d, s, worked);
	if (worked)
		note_worked(d, s);
	if (worked || x->user.len == 0)
		return;
	if (!s->from.peer)
		judge_network(d, s, s->user);
	judge_user(d, s, x->user, s->user);
}

const struct sc_detector_class sc_detector_auth_spray = {
	.name = "auth_spray",
	.summary = "Failed logins for many users from one network with few tries each, for one user from many "
		   "networks, or at one server from very many networks that nobody has logged in from (medium while no "
		   "login works at all).",
	.innocent = "A gateway that many users log in through: name it with --peers. A server whose list of passwords is out "
		    "of order refuses everybody.",
	.advice = "Ask for second factors; block the network; change the password of a user whose login succeeded.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.options = SC_OPTIONS_OF(options),
	.network = sizeof(struct slot),
	.tables = {{4096, sizeof(struct user), -1}, {256, sizeof(struct server), -1}},
	.size = sizeof(struct sc_bloom), /* server and network of logins that worked */
	.expect = expect,
	.observe = observe,
};
