/* help.h - --help and --version, made from the tables of options and modes. */
#ifndef SC_APP_HELP_H
#define SC_APP_HELP_H

#include <smtpscope/sink.h>

/* False: could not be written. */
bool sc_help_write(const struct sc_writer *w);
bool sc_version_write(const struct sc_writer *w);

/* -D: "1.eth0 [Up, Running]", a line each.  SC_EINPUT: they cannot be listed (said). */
sc_err sc_interfaces_write(const struct sc_writer *w);

/* Headings of the groups of options, by enum sc_option_group. */
extern const char *const sc_help_groups[];

#endif
