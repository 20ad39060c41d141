/* hand.c - handing over: copies to the clipboard (OSC 52), files, filters for other programs, the other sessions of a message.
 *
 * What is copied is base64 on its way to the terminal, so that no octet of the wire can act there. */
#include "tui/inside.h"

#include "base/base64.h"
#include "output/value.h"

#define COPY_OCTETS 4096

static void copy(struct sc_tui *t, sc_str text, const char *what)
{
	char octets[COPY_OCTETS * 2];
	struct sc_text to = sc_text_into(octets, sizeof(octets));
	sc_text_adds(&to, "\033]52;c;");
	text = sc_str_slice(text, 0, COPY_OCTETS);
	to.len += sc_base64_encode((const uint8_t *)text.at, text.len, octets + to.len, sizeof(octets) - to.len - 1);
	sc_text_put(&to, '\a');
	sc_term_raw(&t->term, sc_text_str(&to));
	sc_tui_say(t, what);
}

static void hand_copy(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(text);
	sc_text_adds(&text, "smtpscope show ");
	sc_value_id(&text, seen->id);
	sc_text_adds(&text, " -r ");
	sc_text_visible(&text, sc_str_of(t->config.source));
	copy(t, sc_text_str(&text), "copied the command that shows this session (if the terminal takes OSC 52)");
}

static void hand_wireshark(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(text);
	sc_text_adds(&text, seen->client.ip.version == 6 ? "ipv6.addr == " : "ip.addr == ");
	sc_text_ip(&text, &seen->client.ip);
	sc_text_adds(&text, " && tcp.port == ");
	sc_text_number(&text, seen->client.port);
	sc_text_adds(&text, " && frame.number >= ");
	sc_text_number(&text, seen->frames.first);
	sc_text_adds(&text, " && frame.number <= ");
	sc_text_number(&text, seen->frames.last);
	copy(t, sc_text_str(&text), "copied a display filter for Wireshark");
}

static void hand_legs(struct sc_tui *t, const struct sc_seen *seen)
{
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		const struct sc_ev_delivery *d = k->ev->kind == SC_EVENT_delivery ? k->ev->body : NULL;
		if (!d || !d->message_id.len)
			continue;
		sc_tui_filter(t, SC_STR(""));
		sc_tui_narrow(t, "message_id", d->message_id, false);
		sc_tui_push(t, &sc_view_sessions);
		return;
	}
	sc_tui_say(t, "the message's id was not seen, so its other sessions are not known");
}

/* What these keys do with a session. */
bool sc_hand_key(struct sc_tui *t, struct sc_seen *seen, enum sc_command_key command)
{
	switch (command) {
	case SC_DO_copy:      hand_copy(t, seen); return true;
	case SC_DO_wireshark: hand_wireshark(t, seen); return true;
	case SC_DO_legs:      hand_legs(t, seen); return true;
	case SC_DO_save:      sc_hand_save(t, seen); return true;
	default:              return false;
	}
}
