/* record.h - the records of one side (RFC 8446 5.1, RFC 5246 6.2), wherever the stream is cut. */
#ifndef SC_TLS_RECORD_H
#define SC_TLS_RECORD_H

#include "base/segment.h"

#define SC_TLS_RECORD_MOST (16384u + 2048u) /* octets of a protected record's body (RFC 5246 6.2.3) */

enum sc_tls_content { SC_TLS_CHANGE_CIPHER = 20, SC_TLS_ALERT, SC_TLS_HANDSHAKE, SC_TLS_DATA, SC_TLS_HEARTBEAT };

/* Octets kept in a chain of blocks. */
struct sc_tls_pile {
	struct sc_block *first, *last;
	uint32_t octets;
};

bool   sc_tls_pile_add(struct sc_tls_pile *p, struct sc_blocks *store, sc_str octets); /* false: no memory */
sc_str sc_tls_pile_gather(const struct sc_tls_pile *p, uint8_t *room);
void   sc_tls_pile_clear(struct sc_tls_pile *p, struct sc_blocks *store);

struct sc_tls_record {
	uint8_t  type;
	uint16_t version;
	uint16_t len;
	const uint8_t *header;   /* its five octets */
	sc_str   body;           /* at NULL: it was not wanted, or octets of it are missing */
	bool     broken;         /* octets are missing */
	uint64_t begin;          /* stream offset of its first octet */
	struct sc_segment last;  /* acked, when, packet of its last octet; offset: behind it */
};

struct sc_tls_records {
	uint8_t  header[5];
	uint8_t  have;     /* octets of the header read */
	uint16_t left;     /* octets of the body to come */
	bool     open;     /* a header was read, its body is not complete */
	bool     broken;
	bool     begun;    /* a header was read */
	bool     lost;     /* where records begin is not known any more */
	bool     skip;     /* bodies of application data are not wanted: set by the owner, heeded from the next header on */
	bool     keep;     /* this one is */
	bool     seek;     /* when lost, look for the next header: set by the owner, who can tell whether it was one */
	uint64_t begin;
	struct sc_tls_pile body;
};

/* Reads on in `run`, which is shortened by what was read.  True: a record is complete; its body borrows from the run, or
 * from `room` (SC_TLS_RECORD_MOST octets) when it was cut.  False: the run is used up. */
bool sc_tls_records_next(struct sc_tls_records *r, struct sc_blocks *store, uint8_t *room, struct sc_segment *run,
	struct sc_tls_record *record);
void sc_tls_records_clear(struct sc_tls_records *r, struct sc_blocks *store);

#endif
