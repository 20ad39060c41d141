/* values.h - reads the arguments of options: numbers, sizes, shares, lists, moments.
 *
 * Every reader takes the whole of `s` or refuses it: false, with the reason in `why`. */
#ifndef SC_APP_VALUES_H
#define SC_APP_VALUES_H

#include <smtpscope/event.h>

#include "base/text.h"

#define SC_PORTS_MAX 256
#define SC_HOME_MAX  128

struct sc_ports {
	uint16_t items[SC_PORTS_MAX];
	size_t   count;
};

struct sc_network {
	struct sc_ip ip;
	uint8_t      bits;
};

/* Own networks and mail domains; the domains borrow from the argument. */
struct sc_home {
	struct sc_network networks[SC_HOME_MAX];
	size_t network_count;
	sc_str domains[SC_HOME_MAX];
	size_t domain_count;
};

/* A point in time.  A time of day alone is one of the day the capture begins, which is known later. */
struct sc_moment {
	bool    given;
	bool    of_day; /* `at` counts from midnight */
	sc_time at;
};

bool sc_value_number(sc_str s, uint64_t low, uint64_t high, uint64_t *out, struct sc_text *why);
/* Octets; k, M, G and T are powers of 1024, in either case, with or without "B" or "iB". */
bool sc_value_size(sc_str s, uint64_t low, uint64_t high, uint64_t *out, struct sc_text *why);
/* 0.02 or 2%. */
bool sc_value_share(sc_str s, double *out, struct sc_text *why);
/* Numbers and ranges, separated by commas. */
bool sc_value_ports(sc_str s, struct sc_ports *out, struct sc_text *why);
/* Kinds of event: names set exactly these; +kind, -kind and "all" change what stands, at first all but exchange. */
bool sc_value_kinds(sc_str s, uint64_t *out, struct sc_text *why);
bool sc_value_home(sc_str s, struct sc_home *out, struct sc_text *why);

/* A date with or without a time (2026-11-23, 2026-11-23T01:00:30Z), a time of day (01:00), a distance from now
 * (-15m, -1h30m), or now, today, yesterday.  `now` is the clock's; without a zone in it, `s` is local time, or UTC
 * when `utc`. */
bool sc_value_moment(sc_str s, bool utc, sc_time now, struct sc_moment *out, struct sc_text *why);
/* That moment, when the capture begins at `first`. */
sc_time sc_moment_at(const struct sc_moment *m, bool utc, sc_time first);

/* All kinds but exchange: what JSON carries when nobody says otherwise. */
uint64_t sc_kinds_standard(void);

#endif
