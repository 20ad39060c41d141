/* width.h - columns of a terminal. */
#ifndef SC_BASE_WIDTH_H
#define SC_BASE_WIDTH_H

#include <smtpscope/base.h>

/* Columns a terminal gives to a character that shows: 2 when it is wide, 0 when it joins the one before, else 1. */
unsigned sc_width(uint32_t code_point);

#endif
