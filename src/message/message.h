/* message.h - what a message says: header fields, parts, links, and what a report tells of other mail; the text
 * streams by and is not kept (RFC 5322, 2045 to 2047, 2231, 3464, 5965, 6522, 6533).
 *
 * Open, feed runs cut anywhere, end or leave it, tell, close.
 */
#ifndef SC_MESSAGE_MESSAGE_H
#define SC_MESSAGE_MESSAGE_H

#include <smtpscope/event.h>

#include "base/blocks.h"
#include "message/fields.h"

#define SC_MESSAGE_KEPT    (64u << 10) /* octets kept of one message */
#define SC_MESSAGE_ROOM    4096        /* for text while it is decoded */
#define SC_MESSAGE_ITEMS   1024        /* strings told of one message */
#define SC_ADDRESSES_LISTED 256        /* of To, and of Cc */
#define SC_PARTS_LISTED    128
#define SC_LINKS_LISTED    64
#define SC_HOPS_LISTED     32
#define SC_SIGNATURES_LISTED 16        /* of DKIM-Signature, and of Authentication-Results */
#define SC_MANY_ANGLES     20          /* what no header field has without an intention */
#define SC_REPORTED_LISTED 256         /* recipients of a report */

struct sc_message;

/* Room that all messages of an engine share. */
struct sc_message_scratch {
	char field[SC_FIELD_OCTETS];
	char room[SC_MESSAGE_ROOM];
	sc_str strs[SC_MESSAGE_ITEMS];
	struct sc_ev_part parts[SC_PARTS_LISTED];
	struct sc_ev_hop hops[SC_HOPS_LISTED];
	struct sc_ev_reported reported[SC_REPORTED_LISTED];
};

struct sc_message_host {
	struct sc_blocks *store;
	struct sc_message_scratch *scratch;
	bool id_only; /* nothing but Message-ID and Date is read */
	bool parts;   /* list parts, with their digests, and links; else only header fields and reports are read */
};

/* NULL: there is no memory, or little.  `stuffed`: the text is that of DATA, with doubled dots. */
struct sc_message *sc_message_open(const struct sc_message_host *host, bool stuffed);
void sc_message_feed(struct sc_message *m, sc_str run);
/* Octets are missing. */
void sc_message_gap(struct sc_message *m);
/* The message is complete. */
void sc_message_end(struct sc_message *m);

/* The Message-ID, with its brackets; none.  Good until the message is closed. */
sc_str sc_message_id(const struct sc_message *m);
bool sc_message_dated(const struct sc_message *m); /* it has a Date field */
/* What was read, but for `n`; good until the next call with the same scratch.  Nothing may be fed after it. */
void sc_message_tell(struct sc_message *m, struct sc_ev_message *ev);
void sc_message_close(struct sc_message *m);

#endif
