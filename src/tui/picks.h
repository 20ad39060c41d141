/* picks.h - what a number counts: the events behind a row of the model, told by the row's key. */
#ifndef SC_TUI_PICKS_H
#define SC_TUI_PICKS_H

#include <smtpscope/event.h>

#include "model/failures.h"

enum sc_pick_by {
	SC_PICK_ALL,
	/* recipients */
	SC_PICK_OUTCOME, SC_PICK_CAUSE, SC_PICK_PHASE, SC_PICK_DOMAIN, SC_PICK_SERVER, SC_PICK_SENDER, SC_PICK_CLIENT,
	SC_PICK_TEMPLATE, SC_PICK_STATUS,
	/* sessions */
	SC_PICK_SESSIONS, SC_PICK_STARTTLS, SC_PICK_VERSION, SC_PICK_SOFTWARE, SC_PICK_EVIDENCE,
	/* other events */
	SC_PICK_LIST, SC_PICK_REFUSED, SC_PICK_BROKEN, SC_PICK_HANDSHAKE, SC_PICK_LOGIN_CLIENT, SC_PICK_LOGIN_USER, SC_PICK_DIAGNOSIS, SC_PICK_SUBJECT,
};

struct sc_pick {
	enum sc_pick_by by;
	bool   failed;    /* of recipients: only what failed */
	char   key[SC_TOP_KEY_OCTETS];
	size_t key_len;
};

void sc_pick_set(struct sc_pick *p, enum sc_pick_by by, sc_str key, bool failed);

/* True when the model counts the event under that key. */
bool sc_pick_takes(const struct sc_pick *p, const struct sc_event *ev);

#endif
