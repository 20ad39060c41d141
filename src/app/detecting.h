/* detecting.h - what the command line sets for the detectors. */
#ifndef SC_APP_DETECTING_H
#define SC_APP_DETECTING_H

#include <smtpscope/detector.h>

#include "app/options.h"

/* SC_EUSAGE: wrong, and said so.  Close it with sc_detect_settings_close() in any case. */
sc_err sc_detecting_open(struct sc_detect_settings **out, const struct sc_options *o);

#endif
