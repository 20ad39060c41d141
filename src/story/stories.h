/* stories.h - attempts of one message for one recipient, joined over connections: `story` events, attempt and story of
 * each delivery, and what queues show (queue.h). */
#ifndef SC_STORY_STORIES_H
#define SC_STORY_STORIES_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_stories_class;

#endif
