/* write.h - a story as an event. */
#ifndef SC_STORY_WRITE_H
#define SC_STORY_WRITE_H

#include <smtpscope/observer.h>

#include "story/book.h"

/* `over`: no attempt is awaited any more. */
void sc_story_write(const struct sc_observer_config *to, const struct sc_story *s, bool over);

#endif
