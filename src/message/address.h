/* address.h - lists of addresses as header fields hold them (RFC 5322 3.4, with the obsolete forms of 4.4). */
#ifndef SC_MESSAGE_ADDRESS_H
#define SC_MESSAGE_ADDRESS_H

#include "base/str.h"

#define SC_ADDRESS_OCTETS 512 /* kept of one address; RFC 5321 4.5.3.1.3 allows 256 */
#define SC_ADDRESS_NAME   512 /* kept of the name beside it */

struct sc_address {
	sc_str address; /* without <>, route, comments and blanks; a quoted local part keeps its quotes */
	sc_str name;    /* the name beside it, quotes taken off, encoded words as they stand; none */
	char   address_room[SC_ADDRESS_OCTETS], name_room[SC_ADDRESS_NAME];
};

/* Without the brackets around it, if there are any. */
static inline sc_str sc_address_bare(sc_str s)
{
	return s.len > 1 && s.at[0] == '<' && s.at[s.len - 1] == '>' ? sc_str_slice(s, 1, s.len - 2) : s;
}

/* Takes the next mailbox off the front of `*list`; false: none is left.  Groups are opened up: their names are
 * dropped.  What holds no address is passed over; one that does not fit is, too. */
bool sc_address_next(sc_str *list, struct sc_address *a);

#endif
