/* dialect.h - how a client speaks: a fingerprint of its manners, whatever it says and to whom. */
#ifndef SC_SMTP_DIALECT_H
#define SC_SMTP_DIALECT_H

#include "base/str.h"

#define SC_DIALECT_FORM 48

struct sc_dialect {
	char    form[SC_DIALECT_FORM];
	uint8_t len;
	uint8_t seen;        /* kinds of commands, a bit each */
	bool    bare_lf;
	char    text[20];    /* "s:" and sixteen digits */
};

/* A command line of the client, as it came, in order. */
void   sc_dialect_note(struct sc_dialect *d, sc_str line, bool bare_lf);
/* The form, in letters (docs/decisions/0018-dialect.md); `pipelines`: it sent groups. */
sc_str sc_dialect_form(struct sc_dialect *d, bool pipelines);
/* "s:" and sc_hash() of the form, with key 0; none when it never came to a message: what a client writes until then depends
 * on what it is told.  Borrows from `d`. */
sc_str sc_dialect_name(struct sc_dialect *d, bool pipelines);

#endif
