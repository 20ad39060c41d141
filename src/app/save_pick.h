/* save_pick.h - -w over files: the first reading notes which sessions match, the second finds their packets. */
#ifndef SC_APP_SAVE_PICK_H
#define SC_APP_SAVE_PICK_H

#include "app/save_key.h"

struct sc_pick;

/* `budget`: octets for what is noted.  SC_EFAILED: no memory. */
sc_err   sc_pick_open(struct sc_pick **out, uint64_t budget);
void     sc_pick_event(struct sc_pick *p, const struct sc_event *ev, bool matches);

/* Between the readings. */
void     sc_pick_turn(struct sc_pick *p);

/* Second reading, every packet in order; `l` as sc_decode() has it, `status` included. */
bool     sc_pick_wants(struct sc_pick *p, const struct sc_packet *pkt, const struct sc_layers *l);

uint64_t sc_pick_lost(const struct sc_pick *p);  /* sessions for which there was no room */
void     sc_pick_close(struct sc_pick *p);       /* NULL is fine */

#endif
