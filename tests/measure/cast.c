/* cast.c - who plays on the made-up day, where, and when. */
#include "base/text.h"
#include "scene.h"

#define NETWORKS (1u << 20)

extern const struct scenes conduct_attacks, identity_attacks, probing_attacks, account_attacks, volume_attacks,
	transport_attacks, harmless_servers, harmless_bulk, harmless_people, harmless_oddities;
static const struct scenes *const all[] = {
	&conduct_attacks,   &identity_attacks, &probing_attacks, &account_attacks, &volume_attacks,
	&transport_attacks, &harmless_servers, &harmless_bulk,   &harmless_people, &harmless_oddities,
};

struct act {
	uint32_t second, actor, i;
	bool past;
};

struct actor *actors;
size_t actor_count;
static struct act *acts;
static size_t act_count, act_room;
static uint32_t owners[NETWORKS], networks_given;
static struct sc_detect_settings *settings;

/* ---- addresses ---- */

struct sc_ip outside(const struct actor *a, uint32_t net, uint32_t host)
{
	uint32_t m = a->net + net % a->nets;
	if (!a->v6)
		return (struct sc_ip){
			{(uint8_t)(23 + (m >> 16)), (uint8_t)(m >> 8), (uint8_t)m, (uint8_t)(1 + host % 254)}, 4};
	return (struct sc_ip){
		{0x2a, 0x0a, 0, (uint8_t)(m >> 16), (uint8_t)(m >> 8),
		 (uint8_t)m, [13] = (uint8_t)(host >> 16), [14] = (uint8_t)(host >> 8), [15] = (uint8_t)host},
		6};
}

struct sc_ip inside(const struct actor *a, uint32_t host)
{
	uint8_t high = (uint8_t)(a->number >> 8), low = (uint8_t)a->number;
	if (!a->v6)
		return (struct sc_ip){{10, high, low, (uint8_t)(1 + host % 254)}, 4};
	return (struct sc_ip){{0x20, 0x01, 0x0d, 0xb8, 0, 0, high, low, [15] = (uint8_t)(1 + host)}, 6};
}

struct sc_ip strangers_server(uint32_t which)
{
	return (struct sc_ip){{198, 18, (uint8_t)(which >> 8), (uint8_t)which}, 4};
}

struct sc_ip our_mx(const struct actor *a)
{
	static const struct sc_ip mx6 = {{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 25}, 6};
	return a->v6 ? mx6 : (struct sc_ip){{192, 0, 2, 25}, 4};
}

static struct actor *owner_of_ip(const struct sc_ip *ip)
{
	const uint8_t *o = ip->octets;
	uint32_t number = 0, net = NETWORKS;
	if (ip->version == 4 && o[0] == 10)
		number = (uint32_t)o[1] << 8 | o[2];
	else if (ip->version == 4 && o[0] >= 23 && o[0] < 39)
		net = (uint32_t)(o[0] - 23) << 16 | (uint32_t)o[1] << 8 | o[2];
	else if (ip->version == 6 && o[0] == 0x20 && o[4] == 0)
		number = (uint32_t)o[6] << 8 | o[7];
	else if (ip->version == 6 && o[0] == 0x2a)
		net = (uint32_t)o[3] << 16 | (uint32_t)o[4] << 8 | o[5];
	number = net < NETWORKS ? owners[net] : number;
	return number && number <= actor_count ? &actors[number - 1] : NULL;
}

/* An address, network or server; an alias; or a name that holds the actor's number between two q. */
struct actor *owner_of(sc_str value)
{
	struct sc_ip ip;
	sc_str address = sc_str_slice(value, 0, sc_str_find(value, '/'));
	if (address.len && address.at[0] == '[')
		address = sc_str_slice(address, 1, sc_str_find(address, ']') - 1);
	if (sc_ip_read(address, &ip) || sc_ip_read(sc_str_slice(address, 0, sc_str_find(address, ':')), &ip))
		return owner_of_ip(&ip);
	for (size_t i = 0; i < actor_count; i++)
		if (actors[i].alias && sc_str_equal(value, sc_str_of(actors[i].alias)))
			return &actors[i];
	for (size_t at = sc_str_find(value, 'q'); at != SIZE_MAX; at = sc_str_find(value, 'q')) {
		uint64_t number;
		value = sc_str_from(value, at + 1);
		if (sc_str_number(sc_str_slice(value, 0, sc_str_find(value, 'q')), &number) && number &&
		    number <= actor_count)
			return &actors[number - 1];
	}
	return NULL;
}

void take_networks(struct actor *a, uint32_t count)
{
	a->net = networks_given;
	a->nets = count;
	networks_given += count;
	for (uint32_t i = 0; i < count; i++)
		owners[a->net + i] = a->number;
}

void be_peer(const struct sc_ip *ip, enum sc_role role)
{
	sc_detect_settings_network(settings, role, ip, ip->version == 4 ? 24 : 64);
}

void put_on_list(const char *line)
{
	char why[200];
	struct sc_text t = sc_text_into(why, sizeof(why));
	sc_detect_settings_intel(settings, sc_str_of(line), &t);
}

/* ---- times ---- */

void place(struct actor *a, uint32_t count, uint32_t span)
{
	a->acts = count;
	a->span = span < 1 ? 1 : span > DAY_S ? DAY_S : span;
	a->start = draw(DAY_S - a->span + 1);
}

void all_day(struct actor *a, uint32_t count)
{
	a->acts = count;
	a->start = 0;
	a->span = DAY_S;
}

void shape(struct actor *a, unsigned limit, unsigned window, unsigned most)
{
	uint32_t count = wide(limit + limit / 4 + 1, most), close = count < 2 * limit;
	uint32_t slowest = close ? window / 3 : (uint32_t)((uint64_t)window * count * 2 / (3 * limit + 1));
	place(a, count, wide(count / 50 + 1, slowest ? slowest : 1));
}

static void add_act(uint32_t second, size_t actor, uint32_t i, bool past)
{
	if (act_count == act_room) {
		act_room = act_room ? 2 * act_room : 65536;
		acts = realloc(acts, act_room * sizeof(*acts));
		if (!acts)
			exit(1);
	}
	acts[act_count++] = (struct act){second, (uint32_t)actor, i, past};
}

static void schedule(const struct actor *a)
{
	size_t n = (size_t)(a - actors);
	for (uint32_t day = 0; day < 7; day++)
		for (uint32_t i = 0; i < a->daily; i++)
			add_act(day * DAY_S + a->start + draw(a->span), n, i, true);
	for (uint32_t i = 0; i < a->acts; i++)
		add_act(WEEK_S + a->start + (a->steady ? (uint32_t)((uint64_t)a->span * i / a->acts) : draw(a->span)),
			n, i, false);
}

/* ---- the day ---- */

void cast_day(struct sc_detect_settings *s)
{
	static const struct sc_ip ten = {{10}, 4}, mx = {{192, 0, 2}, 4}, six = {{0x20, 0x01, 0x0d, 0xb8}, 6};
	settings = s;
	actor_count = act_count = networks_given = 0;
	sc_detect_settings_network(s, SC_ROLE_HOME, &ten, 8);
	sc_detect_settings_network(s, SC_ROLE_HOME, &mx, 24);
	sc_detect_settings_network(s, SC_ROLE_HOME, &six, 32);
	sc_detect_settings_domain(s, SC_STR(OURS));
	sc_detect_settings_domain(s, SC_STR(BANK));
	size_t most = 0;
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		for (size_t i = 0; i < all[k]->count; i++)
			most += all[k]->at[i].count;
	actors = calloc(most, sizeof(*actors));
	if (!actors)
		exit(1);
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		for (size_t i = 0; i < all[k]->count; i++)
			for (unsigned n = 0; n < all[k]->at[i].count; n++) {
				struct actor *a = &actors[actor_count++];
				*a = (struct actor){
					.scene = &all[k]->at[i], .number = (uint32_t)actor_count, .v6 = chance(25)};
				take_networks(a, 1);
				a->scene->invent(a);
				schedule(a);
			}
}

void send_home(void)
{
	free(actors);
	free(acts);
	actors = NULL;
	acts = NULL;
	act_room = 0;
}

static int by_time(const void *x, const void *y)
{
	const struct act *a = x, *b = y;
	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return a->actor != b->actor ? a->actor < b->actor ? -1 : 1 : a->i < b->i ? -1 : 1;
}

void play_day(void (*passed)(uint32_t second))
{
	qsort(acts, act_count, sizeof(*acts), by_time);
	for (size_t i = 0; i < act_count; i++) {
		struct actor *a = &actors[acts[i].actor];
		set_clock(acts[i].second);
		passed(acts[i].second);
		a->past = acts[i].past;
		a->scene->act(a, acts[i].i);
	}
}
