/* ring.h - records of any size from one thread to one other, in order, without a lock.
 *
 * A record lies in one piece and is read where it lies.  The producer makes records with sc_ring_room() and
 * sc_ring_push() and shows them with sc_ring_publish(); the consumer reads with sc_ring_peek(), steps on with
 * sc_ring_pop(), and gives the room back with sc_ring_release().  Publishing and releasing touch memory that both
 * sides look at, so each is done for many records at once. */
#ifndef SC_APP_RING_H
#define SC_APP_RING_H

#include <stdatomic.h>

#include <smtpscope/base.h>

#define SC_RING_LINE 64 /* octets that move between cores together; more is only slower */

struct sc_ring {
	char  *octets;
	size_t size;                  /* a power of two */
	char   gap_a[SC_RING_LINE];
	size_t made;                  /* the producer's: end of the last record pushed; positions only grow */
	size_t released_seen;         /* `released` when it was looked at last */
	char   gap_b[SC_RING_LINE];
	atomic_size_t published;      /* written by the producer */
	char   gap_c[SC_RING_LINE];
	size_t read;                  /* the consumer's: begin of the next record */
	size_t published_seen;
	char   gap_d[SC_RING_LINE];
	atomic_size_t released;       /* written by the consumer */
	char   gap_e[SC_RING_LINE];
};

/* `octets` is rounded down to a power of two, never below 4096.  False: no memory. */
bool   sc_ring_open(struct sc_ring *r, size_t octets);
void   sc_ring_close(struct sc_ring *r); /* a zeroed one is fine */
size_t sc_ring_most(const struct sc_ring *r); /* the largest record */

/* The producer's. */
void  *sc_ring_room(struct sc_ring *r, size_t octets); /* aligned to 8; NULL: full.  At most sc_ring_most(). */
void   sc_ring_push(struct sc_ring *r, size_t octets); /* the record lies in the room given last, and is not larger */
void   sc_ring_publish(struct sc_ring *r);
size_t sc_ring_hidden(const struct sc_ring *r);        /* octets pushed and not published */
size_t sc_ring_used(struct sc_ring *r);                /* octets not released */

/* The consumer's. */
void  *sc_ring_peek(struct sc_ring *r);                /* the next record; NULL: none is there */
void   sc_ring_pop(struct sc_ring *r);                 /* after a sc_ring_peek() that gave one */
size_t sc_ring_popped(const struct sc_ring *r);        /* octets popped and not released */
void   sc_ring_release(struct sc_ring *r);
size_t sc_ring_waiting(const struct sc_ring *r);       /* octets published and not popped */

#endif
