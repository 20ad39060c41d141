/* home.h - small files of the person: $XDG_CONFIG_HOME/smtpscope/NAME, else ~/.config/smtpscope/NAME. */
#ifndef SC_TUI_HOME_H
#define SC_TUI_HOME_H

#include "base/str.h"

/* Reads what fits; gives how many octets: none when there is no such file, or it is no file. */
size_t sc_home_read(const char *name, char *octets, size_t room);
/* Replaces the file, whole or not at all, for its owner only; the directory is made.  False: it could not be. */
bool sc_home_write(const char *name, sc_str text);

#endif
