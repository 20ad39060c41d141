/* save.h - -w: the packets of matching sessions. */
#ifndef SC_APP_SAVE_H
#define SC_APP_SAVE_H

#include "app/save_file.h"
#include "app/selection.h"

struct sc_pick;
struct sc_hold;

/* When it is known which packets belong to a matching session. */
enum sc_save_way {
	SC_SAVE_NOTHING, /* no -w */
	SC_SAVE_AT_ONCE, /* every session matches: whatever is on the ports of mail */
	SC_SAVE_TWICE,   /* once everything was read: the input is read again */
	SC_SAVE_HELD,    /* when an event matches; the packets wait */
};

struct sc_save {
	enum sc_save_way way;
	const struct sc_options *o;
	struct sc_save_file file;
	struct sc_pick *pick;
	struct sc_hold *hold;
	uint8_t  ports[65536 / 8];
	uint64_t *sessions;      /* named by their ids: nothing else matches; NULL: all do */
};

/* `again`: the input can be read a second time.  `now`: as for sc_save_file_open().  Errors are said; close it in any
 * case. */
sc_err sc_save_open(struct sc_save *s, const struct sc_options *o, const struct sc_selection *selection, bool again,
		    sc_time now);
/* --embed-keys: from here on the secrets of what is written are written, too. */
void sc_save_embed(struct sc_save *s, const struct sc_tls_keys *keys);

/* Kinds of event it must see. */
uint64_t sc_save_wants(const struct sc_save *s);

/* Each packet, before the engine has it; each event of a session, as the selection has judged it. */
void sc_save_packet(struct sc_save *s, const struct sc_packet *pkt);
void sc_save_event(struct sc_save *s, const struct sc_event *ev, bool matches);

/* SC_SAVE_TWICE: the first reading is over; then each packet again.  False: no more are wanted. */
void sc_save_turn(struct sc_save *s);
bool sc_save_packet_again(struct sc_save *s, const struct sc_packet *pkt);

void   sc_save_flush(struct sc_save *s);
void   sc_save_reopen(struct sc_save *s);
/* The program is to end: -G and -W are full. */
bool   sc_save_over(const struct sc_save *s);
/* Nothing can be written any more. */
bool   sc_save_failed(const struct sc_save *s);
/* SC_EFAILED (said): the process, as it is now, cannot create the files to come. */
sc_err sc_save_check(const struct sc_save *s);
sc_err sc_save_close(struct sc_save *s);         /* SC_EFAILED: something was not written (said) */

#endif
