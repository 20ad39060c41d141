/* hand.c - handing over: copies to the clipboard (OSC 52), files, filters for other programs, the other sessions of a message.
 *
 * What is copied is base64 on its way to the terminal, so that no octet of the wire can act there. */
#include "tui/inside.h"

#include <errno.h>
#include <stdio.h>

#include "base/base64.h"
#include "base/memory.h"
#include "output/outputs.h"
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

/* ---- files ---- */

static bool write_file(void *ctx, const char *at, size_t len)
{
	return fwrite(at, 1, len, ctx) == len;
}

static const struct sc_sink_class *sink_for(sc_str path)
{
	if (sc_str_ends_nocase(path, SC_STR(".jsonl")) || sc_str_ends_nocase(path, SC_STR(".json")))
		return &sc_sink_json;
	if (sc_str_ends_nocase(path, SC_STR(".csv")) || sc_str_ends_nocase(path, SC_STR(".tsv")))
		return &sc_sink_list;
	return &sc_sink_show;
}

static void give_events(const struct sc_sink_class *cls, void *self, const struct sc_seen *seen)
{
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		struct sc_event ev = *k->ev;
		ev.session = seen->session;
		if (!cls->wants || cls->wants & SC_WANT(ev.kind))
			cls->write(self, &ev);
	}
}

/* The marked sessions; without a mark, the one that was under the cursor. */
static size_t give_sessions(struct sc_tui *t, const struct sc_sink_class *cls, void *self)
{
	size_t n = 0;
	for (struct sc_seen *s = sc_store_next(&t->store, NULL); s; s = sc_store_next(&t->store, s))
		if (s->marked && ++n)
			give_events(cls, self, s);
	const struct sc_seen *one = n ? NULL : sc_store_find(&t->store, t->save_session);
	if (one && ++n)
		give_events(cls, self, one);
	return n;
}

static sc_err write_sessions(struct sc_tui *t, const struct sc_sink_class *cls, sc_str path, FILE *file, size_t *count)
{
	bool tsv = sc_str_ends_nocase(path, SC_STR(".tsv"));
	struct sc_output_config config = { .writer = { write_file, file }, .utc = t->config.utc, .wants = UINT64_MAX,
		.source = t->config.source };
	if (cls == &sc_sink_list)
		config.format = tsv ? "tsv" : "csv";
	void *self = sc_memory_take(cls->size);
	if (!self)
		return SC_EFAILED;
	sc_err err = cls->open(self, &config);
	if (!err)
		*count = give_sessions(t, cls, self);
	sc_err closed = cls->close(self);
	sc_memory_give(self);
	return err ? err : closed;
}

static void save_to(struct sc_tui *t, sc_str path)
{
	SC_CELL(text);
	char name[SC_TUI_INPUT + 1];
	size_t count = 0;
	path = sc_str_trim(path);
	t->prompt.open = false;
	memcpy(name, path.at, path.len);
	name[path.len] = '\0';
	FILE *file = path.len ? fopen(name, "wx") : NULL; /* what is there is not written over */
	sc_err err = file ? write_sessions(t, sink_for(path), path, file, &count) : SC_EFAILED;
	int why = errno;
	if (file && fclose(file) != 0)
		err = SC_EFAILED;
	if (err) {
		sc_text_adds(&text, "not saved: ");
		sc_text_adds(&text, path.len ? strerror(why) : "no name was given");
	} else {
		sc_text_number(&text, count);
		sc_text_adds(&text, count == 1 ? " session saved to " : " sessions saved to ");
		sc_text_visible(&text, path);
	}
	sc_text_put(&text, '\0');
	sc_tui_say(t, text.cut ? "done" : text.at);
}

static void hand_save(struct sc_tui *t, const struct sc_seen *seen)
{
	SC_CELL(name);
	t->save_session = seen->id;
	sc_text_adds(&name, "session-");
	sc_text_hex(&name, seen->id, 16);
	sc_text_adds(&name, ".txt");
	sc_prompt_open(t, "save to (.txt .jsonl .csv .tsv)", sc_text_str(&name), save_to, NULL);
}

/* What these keys do with a session. */
bool sc_hand_key(struct sc_tui *t, struct sc_seen *seen, enum sc_command_key command)
{
	switch (command) {
	case SC_DO_copy:      hand_copy(t, seen); return true;
	case SC_DO_wireshark: hand_wireshark(t, seen); return true;
	case SC_DO_legs:      hand_legs(t, seen); return true;
	case SC_DO_save:      hand_save(t, seen); return true;
	default:              return false;
	}
}
