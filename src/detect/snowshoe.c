/* snowshoe.c - a network of many quiet senders, each for domains of its own: load spread over many feet.
 *
 * A network is a /24, or a /48 of IPv6, of which one customer has all.  Whoever rents many networks may use a few addresses of
 * each.  A few strangers in one network say nothing, for hosters' customers are neighbours; but when each of them has a name and
 * a domain of its own, all write their commands in one way and mails of one size, and there are many such networks, then one
 * hand does it. */
#include "base/text.h"
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/histogram.h"

enum { ADDRESSES, DOMAINS, RATE, WINDOW, FRESH, FEW, NETWORKS };
static const struct sc_detector_option options[] = {
	{"addresses", "addresses that send", 8, "offices have one or two"},
	{"domains", "sender domains", 8, "more than half as many as addresses; a first guess"},
	{"rate", "mails an hour of an address on average", 20, "snowshoe senders stay below limits"},
	{"window", "s", 86400, "they take their time"},
	{"fresh", "hours since the network was first seen", 48, "such networks are rented for days"},
	{"few", "addresses of a network among many such networks", 5, "each with a HELO name and a sender domain of its own"},
	{"networks", "networks with few addresses that speak and send alike", 10, "neighbours at one hoster are alike by chance, "
	 "ten hosters' are not; a first guess"},
};

struct slot {
	struct sc_rate rate;
	struct sc_recent addresses, domains, names;
	uint32_t first;
	uint8_t  least, most; /* sizes of mails, as cells of a histogram, from 1 on */
	bool     mixed;       /* dialects */
	uint64_t dialect;     /* a hash; 0: none was seen */
};

struct crew { /* networks with few addresses, by dialect */
	struct sc_recent networks;
};

struct counts {
	uint32_t mails;
	uint64_t addresses, domains, names;
};

/* A /48, for IPv6. */
static struct sc_ip site_of(const struct sc_ip *ip)
{
	struct sc_ip site = {.version = ip->version};
	memcpy(site.octets, ip->octets, 6);
	return site;
}

static uint64_t key_of(const struct sc_sight *s)
{
	struct sc_ip site = site_of(&s->head->client.ip);
	return site.version == 4 ? s->network : sc_ip_hash(s->seed, &site);
}

static struct slot *slot_of(struct sc_detector *d, const struct sc_sight *s)
{
	return s->head->client.ip.version == 4 ? sc_sight_slot(d, s, SC_LEVEL_NETWORK)
					       : sc_keyed_enter(&d->tables[0], key_of(s), s->second);
}

static void note_mail(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, sc_str domain)
{
	const struct sc_ev_transaction *x = s->ev->body;
	uint32_t window = (uint32_t)d->options[WINDOW];
	sc_str name = sc_domain_registrable(x->helo);
	slot->first = slot->first ? slot->first : s->second;
	sc_rate_hit(&slot->rate, s, 1, window);
	sc_recent_put(&slot->addresses, s->client, s->second, window);
	sc_recent_put(&slot->domains, sc_sight_hash_nocase(s, domain), s->second, window);
	sc_recent_put(&slot->names, sc_sight_hash_nocase(s, name), s->second, window);
	if (x->size == SC_NONE)
		return;
	uint8_t cell = (uint8_t)(sc_histogram_cell(x->size) + 1);
	slot->least = slot->least && slot->least < cell ? slot->least : cell;
	slot->most = slot->most > cell ? slot->most : cell;
}

static void note_dialect(const struct sc_sight *s, struct slot *slot)
{
	const struct sc_ev_session *x = s->ev->body;
	if (x->dialect.len == 0 || x->transactions == 0)
		return;
	uint64_t dialect = sc_sight_hash(s, x->dialect) | 1;
	slot->mixed |= slot->dialect && slot->dialect != dialect;
	slot->dialect = dialect;
}

static struct counts count(const struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	return (struct counts){sc_window_count(&slot->rate.hits, s->second, window),
			       sc_recent_count(&slot->addresses, s->second, window),
			       sc_recent_count(&slot->domains, s->second, window),
			       sc_recent_count(&slot->names, s->second, window)};
}

/* New here, and every address sends little. */
static bool is_quiet(const struct sc_detector *d, const struct sc_sight *s, const struct slot *slot, const struct counts *n)
{
	uint32_t window = (uint32_t)d->options[WINDOW], age = s->second - slot->first;
	uint32_t hours = (age < window ? age : window) / 3600 + 1;
	return n->mails <= d->options[RATE] * n->addresses * hours && age <= d->options[FRESH] * 3600;
}

static void tell(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot, const struct counts *n,
		 uint64_t networks)
{
	const struct sc_ip *ip = &s->head->client.ip;
	char room[64];
	struct sc_text site = sc_text_into(room, sizeof(room));
	struct sc_ip begin = site_of(ip);
	if (ip->version == 6) {
		sc_text_ip(&site, &begin);
		sc_text_adds(&site, "/48");
	}
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n->addresses, " addresses of one network sent ");
	sc_say_part(t, "", n->mails, " mails for ");
	sc_say_part(t, "", n->domains, " domains, with ");
	sc_say_part(t, "", n->names, " different HELO domains");
	if (networks)
		sc_say_part(t, "; one of ", networks, " networks that speak alike and send alike");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = networks ? 60 : 75,
					     .subject = SC_SUBJECT_NETWORK,
					     .value = sc_text_str(&site),
					     .window_s = d->options[WINDOW],
					     .count = n->addresses,
					     .threshold = d->options[networks ? FEW : ADDRESSES],
					     .trail = &slot->rate.trail});
}

static void judge_many(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	struct counts n = count(d, s, slot);
	if (n.addresses >= d->options[ADDRESSES] && n.domains >= d->options[DOMAINS] && n.domains * 2 > n.addresses &&
	    n.names * 2 > n.addresses && is_quiet(d, s, slot, &n))
		tell(d, s, slot, &n, 0);
}

static void judge_few(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	struct counts n = count(d, s, slot);
	bool alike = slot->dialect && !slot->mixed && slot->least && slot->most - slot->least <= 1;
	if (!alike || n.addresses < d->options[FEW] || n.addresses >= d->options[ADDRESSES] || n.domains < n.addresses ||
	    n.names < n.addresses || !is_quiet(d, s, slot, &n))
		return;
	struct crew *crew = sc_keyed_touch(&d->tables[1], slot->dialect, s->second);
	uint64_t networks = sc_recent_add(&crew->networks, key_of(s), s->second, (uint32_t)d->options[WINDOW]);
	if (networks >= d->options[NETWORKS])
		tell(d, s, slot, &n, networks);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	bool mail = s->ev->kind == SC_EVENT_transaction;
	sc_str domain = mail ? sc_domain_of_path(((const struct sc_ev_transaction *)s->ev->body)->mail_from) : SC_STR_NONE;
	struct slot *slot = mail && domain.len == 0 ? NULL : slot_of(d, s);
	if (!slot)
		return;
	if (mail) {
		note_mail(d, s, slot, domain);
		judge_many(d, s, slot);
	} else {
		note_dialect(s, slot);
		judge_few(d, s, slot);
	}
}

const struct sc_detector_class sc_detector_snowshoe = {
	.name = "snowshoe",
	.summary = "A network that is new here, with many addresses that send little each, for many domains and with "
		   "many HELO domains; or many new networks with a few such addresses, all of which write their commands in one way "
		   "and mails of one size.",
	.innocent = "Mail providers: one HELO domain for all their addresses, and nothing is said.",
	.advice = "Judge the network, not its addresses; block it for some days.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_STRANGER | SC_NEED_NO_LOGIN | SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.network = sizeof(struct slot),
	.tables = {{1024, sizeof(struct slot), WINDOW}, {64, sizeof(struct crew), WINDOW}},
	.observe = observe,
};
