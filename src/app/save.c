/* save.c - chooses the packets that -w writes.
 *
 * A filter may match a session by its last event, when its packets are long gone.  Files are therefore read twice;
 * what can be read once only has its packets held back, within a bound.  Without a filter nothing must be known:
 * all TCP on the ports of mail is written as it comes, connections without a dialogue included, for these are what
 * one looks for.
 *
 * Session ids behind the mode show are a filter too. */
#include "app/save.h"

#include <string.h>

#include "app/save_hold.h"
#include "app/save_pick.h"
#include "app/say.h"
#include "base/memory.h"

#define SHARE 8 /* of --mem that may be used here */

/* Hex digits, as the mode has checked. */
static uint64_t read_id(const char *word)
{
	uint64_t id = 0;
	for (; *word; word++)
		id = id << 4 | (uint64_t)(sc_is_digit(*word) ? *word - '0' : sc_lower(*word) - 'a' + 10);
	return id;
}

static sc_err take_sessions(struct sc_save *s)
{
	const struct sc_words *words = &s->o->words;
	if (s->o->mode != SC_MODE_show || words->count == 0)
		return SC_OK;
	s->sessions = sc_memory_take(words->count * sizeof(*s->sessions));
	if (!s->sessions)
		return SC_EFAILED;
	for (size_t i = 0; i < words->count; i++)
		s->sessions[i] = read_id(words->items[i]);
	return SC_OK;
}

static bool named(const struct sc_save *s, const struct sc_event *ev)
{
	if (!s->sessions)
		return true;
	for (size_t i = 0; ev->head && i < s->o->words.count; i++)
		if (s->sessions[i] == ev->head->session)
			return true;
	return false;
}

static void put_held(void *ctx, const struct sc_packet *pkt)
{
	struct sc_save *s = ctx;
	sc_save_file_put(&s->file, pkt);
}

static sc_err open_way(struct sc_save *s, bool everything, bool again)
{
	uint64_t budget = s->o->memory / SHARE;
	if (everything && !s->o->any_port && !s->sessions) {
		s->way = SC_SAVE_AT_ONCE;
		return SC_OK;
	}
	s->way = again ? SC_SAVE_TWICE : SC_SAVE_HELD;
	sc_err err = again ? sc_pick_open(&s->pick, budget) : sc_hold_open(&s->hold, budget, put_held, s);
	if (err)
		sc_say("-w", "no memory to note the sessions; give a smaller --mem");
	return err;
}

sc_err sc_save_open(struct sc_save *s, const struct sc_options *o, const struct sc_selection *selection, bool again,
		    sc_time now)
{
	*s = (struct sc_save){ .o = o };
	if (!o->write && o->embed_keys) {
		sc_say("--embed-keys", "is about the file of -w; give one");
		return SC_EUSAGE;
	}
	if (!o->write && (o->rotate_size || o->rotate_seconds || o->rotate_count)) {
		sc_say("-w", "-C, -G and -W are about the file of -w; give one");
		return SC_EUSAGE;
	}
	if (!o->write)
		return SC_OK;
	for (size_t i = 0; i < o->ports.count; i++)
		s->ports[o->ports.items[i] >> 3] |= (uint8_t)(1u << (o->ports.items[i] & 7));
	SC_TRY(take_sessions(s));
	SC_TRY(open_way(s, sc_selection_everything(selection), again));
	SC_TRY(sc_save_file_open(&s->file, o, now));
	if (!o->quiet)
		sc_say(o->write, "holds packets as they were on the wire, passwords and mail included; keep it safe");
	return SC_OK;
}

void sc_save_embed(struct sc_save *s, const struct sc_tls_keys *keys)
{
	s->file.embed.keys = keys;
	if (s->o->write && !s->o->quiet)
		sc_say(s->o->write, "holds the TLS secrets of its sessions; whoever has it can read them");
}

uint64_t sc_save_wants(const struct sc_save *s)
{
	bool filtered = s->way == SC_SAVE_TWICE || s->way == SC_SAVE_HELD;
	return filtered ? UINT64_MAX : 0;
}

static bool on_mail_port(const struct sc_save *s, const struct sc_layers *l)
{
	return s->o->any_port || (s->ports[l->src_port >> 3] & 1u << (l->src_port & 7)) ||
		(s->ports[l->dst_port >> 3] & 1u << (l->dst_port & 7));
}

/* Reads the headers.  True: the packet may belong to a session. */
static bool read_headers(const struct sc_save *s, const struct sc_packet *pkt, struct sc_layers *l)
{
	bool tcp = sc_decode(pkt, false, l);
	if (s->o->ignore_vlan)
		l->network = 0;
	return tcp ? on_mail_port(s, l) : l->status == SC_DECODE_FRAGMENT;
}

void sc_save_packet(struct sc_save *s, const struct sc_packet *pkt)
{
	struct sc_layers l;
	if (s->way != SC_SAVE_AT_ONCE && s->way != SC_SAVE_HELD)
		return;
	if (!read_headers(s, pkt, &l))
		return;
	if (s->way == SC_SAVE_HELD)
		sc_hold_packet(s->hold, pkt, &l);
	else
		sc_save_file_put(&s->file, pkt);
}

void sc_save_event(struct sc_save *s, const struct sc_event *ev, bool matches)
{
	bool wanted = matches && named(s, ev);
	if (s->way == SC_SAVE_TWICE)
		sc_pick_event(s->pick, ev, wanted);
	else if (s->way == SC_SAVE_HELD)
		sc_hold_event(s->hold, ev, wanted);
}

void sc_save_turn(struct sc_save *s)
{
	sc_pick_turn(s->pick);
}

bool sc_save_packet_again(struct sc_save *s, const struct sc_packet *pkt)
{
	struct sc_layers l;
	read_headers(s, pkt, &l); /* a session may begin with any packet */
	return !sc_pick_wants(s->pick, pkt, &l) || sc_save_file_put(&s->file, pkt);
}

void sc_save_flush(struct sc_save *s)
{
	if (s->way)
		sc_save_file_flush(&s->file);
}

void sc_save_reopen(struct sc_save *s)
{
	if (s->way)
		sc_save_file_reopen(&s->file);
}

bool sc_save_over(const struct sc_save *s)
{
	return s->way && sc_save_file_over(&s->file);
}

bool sc_save_failed(const struct sc_save *s)
{
	return s->way && s->file.failed;
}

sc_err sc_save_check(const struct sc_save *s)
{
	if (!s->way || !sc_save_file_stuck(&s->file))
		return SC_OK;
	sc_say(s->o->write, "the files to come cannot be created there by the user to become; choose a directory it"
	       " may write to, or another user with -Z");
	return SC_EFAILED;
}

sc_err sc_save_close(struct sc_save *s)
{
	if (sc_pick_lost(s->pick))
		sc_say("-w", "too many sessions match, the packets of some (%llu events) are left out; give a larger"
		       " --mem", (unsigned long long)sc_pick_lost(s->pick));
	if (sc_hold_lost(s->hold))
		sc_say("-w", "the packets of %llu connections could not wait for a match, too many did; give a larger"
		       " --mem", (unsigned long long)sc_hold_lost(s->hold));
	sc_pick_close(s->pick);
	sc_hold_close(s->hold);
	sc_memory_give(s->sessions);
	sc_err err = sc_save_file_close(&s->file);
	*s = (struct sc_save){ .way = SC_SAVE_NOTHING };
	return err;
}
