/* again.h - the packets of single sessions, from the captures that were read already: for the screens. */
#ifndef SC_APP_AGAIN_H
#define SC_APP_AGAIN_H

#include "app/options.h"
#include "tui/tui.h"

/* `o` is borrowed as long as it is used.  Each reading opens the captures anew; with what cannot be read twice (an interface,
 * standard input, a file that grows) it says so. */
struct sc_tui_again sc_again_class(const struct sc_options *o);

#endif
