/* become.h - gives up the rights that only opening needs. */
#ifndef SC_APP_BECOME_H
#define SC_APP_BECOME_H

#include <sys/types.h>

#include "app/options.h"

struct sc_become {
	const char *user;   /* NULL: stay */
	bool   asked;       /* by -Z */
	bool   live;
	uid_t  uid;
	gid_t  gid;
};

/* Finds out who to become: -Z, else nobody when root captures live.  SC_EUSAGE (said): there is no such user, or
 * it takes root to become it. */
sc_err sc_become_choose(struct sc_become *b, const struct sc_options *o);

/* Becomes that user, without its groups and without capabilities; live, a process that stays who it is gives up its
 * capabilities too.  SC_EFAILED (said): the system refuses. */
sc_err sc_become_drop(const struct sc_become *b);

#endif
