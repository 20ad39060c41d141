/* domain.h - mail domains as detectors compare them. */
#ifndef SC_DETECT_FRAME_DOMAIN_H
#define SC_DETECT_FRAME_DOMAIN_H

#include "base/str.h"

/* The part that somebody registered (base/domain.h), or the whole when that cannot be told. */
sc_str sc_domain_registrable(sc_str domain);

/* Of a path; none for the null path and for a path without '@'. */
static inline sc_str sc_domain_of_path(sc_str path)
{
	sc_str domain = path.len ? sc_str_domain(path) : SC_STR_NONE;
	return domain.len ? sc_domain_registrable(domain) : SC_STR_NONE;
}

/* Of an address in From: "Name <a@example.org>" or "a@example.org". */
sc_str sc_domain_of_from(sc_str from);

bool sc_domain_same(sc_str a, sc_str b);

/* How a name may be mistaken for another one, both registrable domains: a short reason; NULL: it may not. */
const char *sc_domain_lookalike(sc_str name, sc_str of);

#endif
