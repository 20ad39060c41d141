/* domain.h - host and domain names as organisations use them. */
#ifndef SC_BASE_DOMAIN_H
#define SC_BASE_DOMAIN_H

#include "base/str.h"

/* The part of a host name that names whose host it is: the last two labels, or three where the last two look like a
 * registry's ("example.co.uk", "example.com.br").  A guess without a list of public suffixes, which errs towards the
 * longer name.  None for address literals, bare addresses and names of a single label.  Borrows from `host`. */
sc_str sc_domain_organisation(sc_str host);

#endif
