/* switch.c - the switch to TLS; see switch.h.
 *
 * Whether a line was sent before the other side's word was seen is told by what its segment acknowledges.  Of what stands there
 * its size is kept and how it begins: of a command the verb alone, since what follows may be a secret.
 */
#include "smtp/switch.h"

#include "smtp/commands.h"
#include "smtp/pending.h"

#define WORDS_MOST 60u /* octets */

void sc_switch_open(struct sc_session *s, uint64_t client)
{
	s->tls_expected = true;
	s->switch_at[SC_CLIENT] = client;
	s->switch_at[SC_SERVER] = s->server_end;
	for (int side = 0; side < 2; side++)
		sc_framer_mode(&s->framer[side], SC_FRAME_START, 0);
	s->framer[SC_CLIENT].proxy = false;
	s->framer[SC_CLIENT].fresh = s->server_end;
	s->framer[SC_SERVER].fresh = client + 1;
}

static bool printable(sc_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || text.at[i] > '~')
			return false;
	return true;
}

/* The first words that stand there are kept, and blank ones only until there are others. */
static void note(struct sc_session *s, uint64_t *octets, uint64_t count, sc_str words)
{
	struct sc_ev_glued *g = &s->facts.glued;
	bool first = !g->client && !g->server, blank = g->words.at && !g->words.len;
	*octets += count;
	if (first || blank)
		g->words = printable(words) ? sc_arena_copy(&s->arena, sc_str_slice(words, 0, WORDS_MOST)) : SC_STR_NONE;
}

bool sc_switch_client(struct sc_session *s, const struct sc_unit *u)
{
	char upper[WORDS_MOST];
	if (u->first.acked >= s->switch_at[SC_SERVER])
		return false;
	sc_str args = sc_str_trim(u->bytes), verb = sc_str_slice(sc_str_word(&args), 0, sizeof(upper));
	for (size_t i = 0; i < verb.len; i++)
		upper[i] = sc_upper(verb.at[i]);
	const struct sc_command *cmd = sc_command_find(verb);
	bool unknown = cmd == &sc_cmd_unknown, secret = unknown || (cmd->traits & SC_CMD_SECRET); /* a password may stand alone */
	args = sc_str_trim(args);
	struct sc_exchange x = { .cmd = cmd, .packet = u->last.packet, .when = u->last.when,
		.verb = unknown && verb.len ? SC_STR("*") : (sc_str){ upper, verb.len },
		.args = !args.len ? SC_STR_NONE : secret ? SC_STR("*") : args };
	sc_session_quirk(s, SC_QUIRK_BIT(starttls_glued_client));
	note(s, &s->facts.glued.client, u->octets, unknown && printable(verb) ? x.verb : verb);
	sc_pending_tell(s, &x, NULL, u->bare_lf ? SC_QUIRK_BIT(bare_lf) : 0);
	s->framer[SC_CLIENT].mode = SC_FRAME_START;
	return true;
}

bool sc_switch_server(struct sc_session *s, const struct sc_unit *u)
{
	if (u->first.acked > s->switch_at[SC_CLIENT])
		return false;
	sc_session_quirk(s, SC_QUIRK_BIT(starttls_glued_server));
	note(s, &s->facts.glued.server, u->octets, sc_str_trim(u->bytes));
	s->framer[SC_SERVER].mode = SC_FRAME_START;
	return true;
}

void sc_switch_gap(struct sc_session *s, enum sc_side side)
{
	s->switch_torn[side] = true;
}

const char *sc_switch_word(const struct sc_session *s)
{
	if (s->tls_established)
		return "established";
	if (s->tls_failed)
		return "handshake_failed";
	if (s->facts.quirks & SC_QUIRK_BIT(plaintext_after_starttls))
		return "accepted_no_handshake";
	if (s->tls_unknown || s->switch_torn[SC_CLIENT] || s->facts.evidence.one_sided)
		return NULL;
	return s->tls_client ? "handshake_failed" : "accepted_no_handshake";
}
