/* path.h - the argument of MAIL FROM: and RCPT TO: (RFC 5321 4.1.2): a path and ESMTP parameters. */
#ifndef SC_SMTP_PATH_H
#define SC_SMTP_PATH_H

#include <smtpscope/event.h>

#include "base/str.h"

struct sc_path {
	sc_str   address; /* without <> and source route; empty for <>; borrowed from the argument */
	sc_str   params;  /* what follows the path; read with sc_path_param() */
	uint64_t quirks;  /* SC_QUIRK_BIT: space_before_path, missing_brackets, source_route, path_too_long, bad_path */
};

/* Reads `argument` ("FROM:<a@b> SIZE=1", with `keyword` "FROM" or "TO").  Accepts what servers accept: any case, a
 * space around the colon, missing brackets, quoted local parts that hold > or space, source routes, UTF-8, address
 * literals, <postmaster>.  Never fails: an argument that makes no sense is its own address, quirk bad_path. */
struct sc_path sc_path_read(sc_str argument, sc_str keyword);

/* Takes the next "NAME=value" or "NAME" off `*params`; the name is as sent, the value none-empty "" when there is no
 * '='.  False when none is left. */
bool sc_path_param(sc_str *params, sc_str *name, sc_str *value);

/* True when `line` is surely an SMTP command by strict grammar (RFC 5321 4.1.1 and the extensions): MAIL FROM:, RCPT TO:,
 * EHLO/HELO/LHLO with one domain, DATA, RSET, QUIT, NOOP, STARTTLS alone, BDAT n [LAST], AUTH MECH [...], VRFY/EXPN
 * with something.  Used to find firm ground after a gap, where the words "mail" and "data" may be prose. */
bool sc_path_command_like(sc_str line);

#endif
