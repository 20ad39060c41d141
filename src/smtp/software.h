/* software.h - who is talking: server software, host name and queue id from greeting and replies
 * (a table of forms; a guess, never more). */
#ifndef SC_SMTP_SOFTWARE_H
#define SC_SMTP_SOFTWARE_H

#include "base/str.h"

/* The host name that opens a greeting or EHLO reply; none when the first word is no host name. */
sc_str sc_software_host(sc_str text);

/* Software by the greeting's text (all lines joined by '\n'): writes "Postfix" or "Exim/4.97" into `buf` and gives it;
 * none when nothing fits. */
sc_str sc_software_of_greeting(sc_str text, char *buf, size_t size);

/* Software by the reply to the end of the message ("2.0.0 Ok: queued as ..."), for servers with a bare greeting. */
sc_str sc_software_of_acceptance(sc_str text);

/* Queue id in the text of a 2yz reply to EOM or the last BDAT; none when there is none.  Borrowed. */
sc_str sc_software_queue_id(sc_str text);

#endif
