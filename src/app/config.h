/* config.h - the configuration file: "key = value" lines named like the long options. */
#ifndef SC_APP_CONFIG_H
#define SC_APP_CONFIG_H

#include "app/options.h"

/* Sets what the file says and the command line did not.  Errors are said with file and line.  SC_EUSAGE: wrong or
 * unreadable.  Values borrow from o->config_text. */
sc_err sc_config_read(struct sc_options *o, const char *path);

#endif
