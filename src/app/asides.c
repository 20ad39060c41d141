/* asides.c - gathers --home, --peers, --monitors, --no-detector, --detector and --intel for reports; see asides.h. */
#include "app/asides.h"

#include "base/memory.h"
#include "base/text.h"

#define NETWORK_OCTETS 56 /* an IPv6 address and its length */

static void add(struct sc_asides *a, const char *option, sc_str value)
{
	a->items[a->count++] = (struct sc_aside){option, value};
}

static char *add_home(struct sc_asides *a, const char *option, const struct sc_home *home, char *room)
{
	for (size_t i = 0; i < home->network_count; i++, room += NETWORK_OCTETS) {
		struct sc_text t = sc_text_into(room, NETWORK_OCTETS);
		sc_text_ip(&t, &home->networks[i].ip);
		sc_text_put(&t, '/');
		sc_text_number(&t, home->networks[i].bits);
		add(a, option, sc_text_str(&t));
	}
	for (size_t i = 0; i < home->domain_count; i++)
		add(a, option, home->domains[i]);
	return room;
}

static void add_words(struct sc_asides *a, const char *option, const struct sc_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		add(a, option, sc_str_of(words->items[i]));
}

sc_err sc_asides_open(struct sc_asides *a, const struct sc_options *o)
{
	size_t networks = o->home.network_count + o->peers.network_count + o->monitors.network_count;
	size_t count = networks + o->home.domain_count + o->peers.domain_count + o->monitors.domain_count +
		       o->no_detector.count + o->detector.count + o->intel.count;
	*a = (struct sc_asides){.items = sc_memory_take(count * sizeof(*a->items) + networks * NETWORK_OCTETS + 1)};
	if (!a->items)
		return SC_EFAILED;
	char *room = (char *)(a->items + count);
	room = add_home(a, "--home", &o->home, room);
	room = add_home(a, "--peers", &o->peers, room);
	add_home(a, "--monitors", &o->monitors, room);
	add_words(a, "--no-detector", &o->no_detector);
	add_words(a, "--detector", &o->detector);
	add_words(a, "--intel", &o->intel);
	return SC_OK;
}

void sc_asides_close(struct sc_asides *a)
{
	sc_memory_give(a->items);
	*a = (struct sc_asides){.items = NULL};
}
