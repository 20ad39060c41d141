/* capability.h - looks a keyword up in a server's list of extensions (RFC 5321 4.1.1.1). */
#ifndef SC_BASE_CAPABILITY_H
#define SC_BASE_CAPABILITY_H

#include <smtpscope/event.h>

/* `list`: whole lines of the EHLO reply, keywords in upper case; `keyword`: in upper case.  "AUTH=LOGIN", as servers wrote before
 * RFC 2554, offers AUTH.  `parameters` (may be NULL): what stands behind the keyword, without the blanks around it. */
bool sc_capability(const struct sc_strs *list, sc_str keyword, sc_str *parameters);

#endif
