/* template.h - a reply text with its variable parts masked, so that equal refusals count as one. */
#ifndef SC_EXPLAIN_TEMPLATE_H
#define SC_EXPLAIN_TEMPLATE_H

#include "base/text.h"

/* Adds the template of `text`: mail addresses become ADDR, IP addresses IP, numbers N, ids ID; the server's own
 * name at the very beginning becomes HOST, and so do names with their address in brackets, names behind "host" or
 * "domain", and the name of a refused HELO; other host names (block lists, pages) keep their words, lines become
 * one, codes repeated at the head of a line are left out.  A name in <>, in quotes behind "user" and the like, or at
 * the end behind "user:", becomes ADDR too.  Words and marks stay as they are, octets that are no text too: it is for
 * the caller's output to make them visible. */
void sc_template_put(struct sc_text *t, sc_str text);

#endif
