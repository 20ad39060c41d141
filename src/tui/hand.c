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

/* ---- what can be copied ---- */

static void copy_command(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(text);
	sc_text_adds(&text, "smtpscope show ");
	sc_value_id(&text, seen->id);
	sc_text_adds(&text, " -r ");
	sc_page_shell_word(&text, sc_str_of(t->config.source));
	copy(t, sc_text_str(&text), "copied the command that shows this session (if the terminal takes OSC 52)");
}

static void copy_reply(struct sc_tui *t, const struct sc_seen *seen)
{
	const struct sc_event *ev = seen->worst;
	sc_str reply = !ev ? SC_STR_NONE : ev->kind == SC_EVENT_delivery ? ((const struct sc_ev_delivery *)ev->body)->text :
		ev->kind == SC_EVENT_failure ? ((const struct sc_ev_failure *)ev->body)->text : ((const struct sc_ev_auth *)ev->body)->text;
	SC_CELL(text);
	sc_text_visible(&text, reply);
	if (reply.len)
		copy(t, sc_text_str(&text), "copied what the server said");
	else
		sc_tui_say(t, "nothing was refused here");
}

static void copy_message_id(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(text);
	for (const struct sc_kept *k = seen->first; k && !text.len; k = k->next)
		if (k->ev->kind == SC_EVENT_delivery)
			sc_text_visible(&text, ((const struct sc_ev_delivery *)k->ev->body)->message_id);
	if (text.len)
		copy(t, sc_text_str(&text), "copied the Message-ID");
	else
		sc_tui_say(t, "no Message-ID was seen");
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

static void copy_choice(struct sc_tui *t, uint32_t key)
{
	const struct sc_seen *seen = sc_store_find(&t->store, t->save_session);
	if (!seen)
		return;
	switch (key) {
	case 'c': copy(t, sc_str_of(t->cell), "copied the cell"); return;
	case 'r': copy_reply(t, seen); return;
	case 'i': copy_message_id(t, seen); return;
	case 's': copy_command(t, seen); return;
	case 'w': hand_wireshark(t, seen); return;
	case 'f': copy(t, sc_str_of(t->where_text), t->where_text[0] ? "copied the filter" : "there is no filter"); return;
	default:  sc_tui_say(t, "nothing copied"); return;
	}
}

static void hand_copy(struct sc_tui *t, const struct sc_seen *seen)
{
	t->save_session = seen->id;
	t->menu = copy_choice;
	sc_tui_say(t, "copy:  c cell  r reply  i Message-ID  s command  w Wireshark filter  f filter");
}

/* The two that are marked; with one mark, that and the one under the cursor. */
static void hand_diff(struct sc_tui *t, const struct sc_seen *seen)
{
	const struct sc_seen *two[2] = { NULL, NULL };
	size_t n = 0;
	for (const struct sc_seen *s = sc_store_next(&t->store, NULL); s && n < 3; s = sc_store_next(&t->store, s))
		if (s->marked && ++n <= 2)
			two[n - 1] = s;
	if (n == 1 && two[0] != seen)
		two[n++] = seen;
	if (n == 2)
		sc_diff_view(t, two[0]->id, two[1]->id);
	else
		sc_tui_say(t, n > 2 ? "more than two are marked; u takes all marks away" : "mark two sessions with Space to see where they differ");
}

/* What these keys do with a session. */
bool sc_hand_key(struct sc_tui *t, struct sc_seen *seen, enum sc_command_key command)
{
	switch (command) {
	case SC_DO_copy:      hand_copy(t, seen); return true;
	case SC_DO_wireshark: hand_wireshark(t, seen); return true;
	case SC_DO_legs:      sc_legs_view(t, seen->id); return true;
	case SC_DO_diff:      hand_diff(t, seen); return true;
	case SC_DO_save:      sc_hand_save(t, seen); return true;
	default:              return false;
	}
}
