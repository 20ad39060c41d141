/* observers.c - the list of observers; a new one is a line here. */
#include "engine/observers.h"

#include "detect/frame/detection.h"
#include "story/certificates.h"
#include "story/families.h"
#include "story/idents.h"
#include "story/knocks.h"
#include "story/loops.h"
#include "story/misroutes.h"
#include "story/servers.h"
#include "story/sources.h"
#include "story/splits.h"
#include "story/starttls.h"
#include "story/stories.h"
#include "story/storms.h"
#include "story/tarpits.h"

const struct sc_observer_class *const sc_observers[] = {
	&sc_detection_class,
	&sc_stories_class,
	&sc_sources_class,
	&sc_servers_class,
	&sc_families_class,
	&sc_loops_class,
	&sc_storms_class,
	&sc_knocks_class,
	&sc_certificates_class,
	&sc_starttls_class,
	&sc_idents_class,
	&sc_splits_class,
	&sc_tarpits_class,
	&sc_misroutes_class,
	NULL,
};

_Static_assert(sizeof(sc_observers) / sizeof(sc_observers[0]) <= SC_OBSERVERS_MAX + 1, "the ledger has room for all");
