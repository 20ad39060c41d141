/* asking.c - the client's side of the dialogue: lines become commands, message text is measured, gaps are noted; see dialogue.h. */
#include "base/capability.h"
#include "smtp/auth.h"
#include "smtp/commands.h"
#include "smtp/dialogue.h"
#include "smtp/path.h"
#include "smtp/pending.h"
#include "smtp/secret.h"
#include "smtp/smuggle.h"
#include "smtp/switch.h"

static struct sc_framer *client(struct sc_session *s)
{
	return &s->framer[SC_CLIENT];
}

static uint64_t quirks_of_line(const struct sc_session *s, const struct sc_unit *u, const struct sc_command *cmd)
{
	uint64_t q = 0;
	sc_str line = u->bytes;
	q |= u->bare_lf ? SC_QUIRK_BIT(bare_lf) : 0;
	q |= u->cut ? SC_QUIRK_BIT(line_cut) : 0;
	q |= u->octets > cmd->line_octets ? SC_QUIRK_BIT(line_too_long) : 0;
	q |= sc_str_find(line, '\0') != SIZE_MAX ? SC_QUIRK_BIT(nul_octet) : 0;
	q |= cmd == &sc_cmd_unknown ? (line.len ? SC_QUIRK_BIT(unknown_command) : SC_QUIRK_BIT(empty_line)) : 0;
	if (sc_str_search_nocase(line, SC_STR(" HTTP/1.")) != SIZE_MAX && cmd == &sc_cmd_unknown)
		q |= SC_QUIRK_BIT(http_on_smtp);
	for (size_t i = 0; i < line.len && !(cmd->traits & SC_CMD_UTF8); i++)
		q |= (unsigned char)line.at[i] > 127 ? SC_QUIRK_BIT(eight_bit_command) : 0;
	(void)s;
	return q;
}

/* The command before this one, if the client sent this one before it had seen the answer.  What it had seen is what it had
 * acknowledged, in whatever order the two sides were captured: octets of the server, too, that come later in the capture. */
static const struct sc_command *sent_behind(const struct sc_session *s, const struct sc_unit *u)
{
	if (s->tail)
		return s->tail->doubt || u->first.acked > s->server_end ? NULL : s->tail->cmd;
	return u->first.acked < s->answered_at ? s->answered : NULL;
}

/* What the server offers was not seen: it may offer anything. */
static bool offer_unseen(const struct sc_session *s)
{
	const struct sc_ev_evidence *e = &s->facts.evidence;
	return s->facts.capabilities.count == 0 && (e->midstream || e->one_sided || e->gap_octets.server);
}

static uint64_t quirks_of_order(struct sc_session *s, const struct sc_unit *u)
{
	const struct sc_command *before = sent_behind(s, u);
	if (!before || before == &sc_cmd_lost || s->swapped) /* after TURN, who had seen what when the roles changed is not clear */
		return 0;
	if (before == &sc_cmd_connect)
		return s->facts.evidence.midstream ? 0 : SC_QUIRK_BIT(early_talker);
	s->pipelines = true;
	if (!(before->traits & (SC_CMD_GROUP | SC_CMD_SILENT)))
		return SC_QUIRK_BIT(bad_pipelining);
	bool allowed = before->traits & SC_CMD_SILENT || sc_capability(&s->facts.capabilities, SC_STR("PIPELINING"), NULL) || offer_unseen(s);
	return allowed ? 0 : SC_QUIRK_BIT(pipelining_not_offered);
}

/* The client's next command proves that it saw answers which the capture lacks (rule 11). */
static void settle_proven(struct sc_session *s, const struct sc_unit *u)
{
	uint64_t seen = u->first.acked;
	struct sc_exchange *t = s->tail;
	if (!t)
		return;
	if (t->cmd == &sc_cmd_lost && t->absorbed && seen >= s->server_end) {
		sc_pending_give_up(s, NULL);
		return;
	}
	/* One waiting command: the gap began with its answer.  Several: a client that sends groups may not have seen all. */
	bool grouped = s->pipelines && (t->cmd->traits & SC_CMD_GROUP);
	if (t->doubt && seen >= s->gap_end && (t == s->head || (seen > t->seen && !grouped)))
		sc_pending_give_up(s, NULL);
}

static void ask_sasl(struct sc_session *s, const struct sc_unit *u)
{
	s->expect_sasl = false;
	if (s->sasl)
		sc_sasl_response(s->sasl, u->bytes);
	struct sc_exchange *x = sc_pending_ask(s, &sc_cmd_sasl, sc_cmd_sasl.verb, SC_STR("*"), u);
	if (!x)
		return;
	x->cancels = sc_str_equal(u->bytes, SC_STR("*"));
	sc_secret_note(s->host->key, sc_str_trim(u->bytes), &x->secret_len, &x->secret_hash);
	x->quirks = u->bare_lf ? SC_QUIRK_BIT(bare_lf) : 0;
	x->quirks |= u->octets > 12288 ? SC_QUIRK_BIT(line_too_long) : 0; /* RFC 4954 4 */
}

/* The parts of a command line. */
static void split(sc_str line, sc_str *verb, sc_str *args)
{
	line = sc_str_trim(line);
	*args = line;
	*verb = sc_str_word(args);
	*args = args->len ? sc_str_trim(*args) : SC_STR_NONE;
}

static void ask(struct sc_session *s, const struct sc_unit *u)
{
	sc_str verb, args;
	split(u->bytes, &verb, &args);
	const struct sc_command *cmd = sc_command_find(verb);
	if (cmd != &sc_cmd_unknown) {
		s->smtp |= !s->strict || cmd->phase == SC_PHASE_helo || cmd->phase == SC_PHASE_mail;
		s->auth_tail = false;
	}
	bool secret = (cmd->traits & SC_CMD_SECRET) || (s->auth_tail && cmd == &sc_cmd_unknown);
	sc_str shown_verb = s->auth_tail && cmd == &sc_cmd_unknown ? SC_STR("*") : verb;
	sc_str shown = secret && args.at ? SC_STR("*") : args;
	settle_proven(s, u);
	sc_dialect_note(&s->dialect, u->bytes, u->bare_lf);
	uint64_t quirks = quirks_of_order(s, u) | quirks_of_line(s, u, cmd);
	struct sc_exchange *x = sc_pending_ask(s, cmd, shown_verb, shown, u);
	if (!x)
		return;
	x->quirks = quirks;
	if (secret)
		sc_secret_note(s->host->key, cmd == &sc_cmd_unknown ? sc_str_trim(u->bytes) : sc_auth_initial(args),
			&x->secret_len, &x->secret_hash);
	if (cmd->traits & SC_CMD_SECRET)
		sc_auth_ask(s, args);
	if (cmd->ask)
		cmd->ask(s, x);
	if (cmd->phase == SC_PHASE_mail || cmd->phase == SC_PHASE_helo)
		s->chunks_from = SC_NONE;
	if (cmd->traits & SC_CMD_CHUNK) {
		s->chunks_from = s->chunks_from == SC_NONE ? u->end : s->chunks_from;
		x->text_from = s->chunks_from;
		s->filling = x;
		sc_framer_mode(client(s), SC_FRAME_CHUNK, x->chunk);
	}
}

/* The message's end was seen, or must have come: the server owes a verdict. */
struct sc_exchange *sc_dialogue_ask_end(struct sc_session *s, const struct sc_unit *u)
{
	sc_session_lines(s);
	struct sc_exchange *x = sc_pending_ask(s, &sc_cmd_eom, sc_cmd_eom.verb, SC_STR_NONE, u);
	sc_tx_complete(s, u->last.packet, u->last.when);
	return x;
}

static void tell_text(struct sc_session *s, enum sc_text_kind kind, uint64_t begin, const struct sc_unit *u, sc_str bytes)
{
	struct sc_text_run run = { .kind = kind, .stuffed = sc_session_in_text(s), .begin = begin,
		.bytes = kind == SC_TEXT_OCTETS ? bytes : SC_STR_NONE, .octets = kind == SC_TEXT_GAP ? u->octets : bytes.len, .packet = u->last.packet };
	if (s->host->text && (run.octets || kind == SC_TEXT_END))
		s->host->text(s->host->ctx, s, &run);
}

/* A unit of message text, of the message that began at `begin`. */
static void tell_unit(struct sc_session *s, uint64_t begin, const struct sc_unit *u, bool ends)
{
	tell_text(s, u->kind == SC_UNIT_GAP ? SC_TEXT_GAP : SC_TEXT_OCTETS, begin, u, u->bytes);
	if (ends)
		tell_text(s, SC_TEXT_END, begin, u, SC_STR_NONE);
}

/* The line was the first of the message. */
static bool read_as_text(struct sc_session *s, const struct sc_unit *u)
{
	sc_str eol = u->bare_lf ? SC_STR("\n") : SC_STR("\r\n");
	bool ended;
	sc_session_text(s, u->begin);
	sc_scan_read(&s->scan, u->bytes, &ended);
	tell_text(s, SC_TEXT_OCTETS, u->begin, u, u->bytes);
	if (u->cut) {
		struct sc_unit lost = { .octets = u->octets - u->bytes.len, .last = u->last };
		sc_scan_gap(&s->scan, lost.octets);
		tell_text(s, SC_TEXT_GAP, u->begin, &lost, SC_STR_NONE);
		return false;
	}
	sc_scan_read(&s->scan, eol, &ended);
	tell_text(s, SC_TEXT_OCTETS, u->begin, u, eol);
	if (ended)
		tell_text(s, SC_TEXT_END, u->begin, u, SC_STR_NONE);
	return ended;
}

/* The reply to DATA was lost: a command after it shows that it was refused, anything else is the message. */
static bool resolve_guess(struct sc_session *s, const struct sc_unit *u)
{
	const struct sc_command *cmd = s->guess_cmd;
	s->guess = false;
	s->facts.evidence.assumed++;
	bool command = sc_path_command_like(u->bytes);
	if (cmd->traits & SC_CMD_334) {
		s->expect_sasl = !command;
		return false;
	}
	if (!(cmd->traits & SC_CMD_354) || command)
		return false;
	if (s->tx.state == SC_TX_NONE)
		sc_tx_assume(s, u->first.packet, u->first.when);
	s->tx.state = SC_TX_TEXT;
	s->tx.text_at = u->first.when;
	if (read_as_text(s, u)) {
		sc_tx_measure(s, &s->scan.extent);
		sc_dialogue_ask_end(s, u);
	}
	return true;
}

static void client_line(struct sc_session *s, const struct sc_unit *u)
{
	if (u->begin == 0 && sc_str_starts(u->bytes, SC_STR("PROXY "))) {
		sc_session_quirk(s, SC_QUIRK_BIT(proxy_header)); /* PROXY protocol 2.1: the server does not answer it */
		client(s)->mode = SC_FRAME_START;
		return;
	}
	if (u->begin == 0 && s->id.server.port == 465 && !s->encrypted && !s->facts.evidence.midstream)
		sc_session_quirk(s, SC_QUIRK_BIT(plain_on_tls_port));
	if (s->guess && resolve_guess(s, u))
		return;
	if (s->expect_sasl) {
		ask_sasl(s, u);
		return;
	}
	if ((s->searching || u->ragged) && !sc_path_command_like(u->bytes)) {
		s->searching = true;
		return;
	}
	if (s->searching)
		s->facts.evidence.resyncs++;
	s->searching = false;
	if (s->tls_expected) {
		if (sc_switch_client(s, u))
			return;
		sc_session_quirk(s, SC_QUIRK_BIT(plaintext_after_starttls));
		s->tls_expected = false;
	}
	ask(s, u);
}

/* A run of a chunk: what it brings belongs to its BDAT, since the transaction may not be settled yet. */
static void client_chunk(struct sc_session *s, const struct sc_unit *u)
{
	struct sc_exchange *x = s->filling;
	if (!x)
		return;
	x->lines += sc_scan_lines(u->bytes.at ? u->bytes : SC_STR(""));
	x->lines_lost |= u->kind == SC_UNIT_GAP;
	tell_unit(s, x->text_from, u, u->kind == SC_UNIT_END && x->chunk_last);
	x->text_at = x->text_at == SC_TIME_NONE ? (u->octets ? u->first.when : x->when) : x->text_at;
	if (u->kind != SC_UNIT_END)
		return;
	s->chunks_from = x->chunk_last ? SC_NONE : s->chunks_from;
	x->done_at = u->octets ? u->last.when : x->text_at;
	x->done_packet = u->octets ? u->last.packet : x->packet;
}

static void client_text(struct sc_session *s, const struct sc_unit *u)
{
	if (client(s)->mode == SC_FRAME_CHUNK) {
		client_chunk(s, u);
		return;
	}
	tell_unit(s, s->text_begin, u, u->kind == SC_UNIT_END);
	if (u->kind != SC_UNIT_GAP)
		sc_smuggle_watch(s, u);
	if (s->tx.text_at == SC_TIME_NONE)
		s->tx.text_at = u->first.when;
	if (s->tx.state == SC_TX_ENVELOPE)
		s->tx.state = SC_TX_TEXT;
}

static void client_end(struct sc_session *s, const struct sc_unit *u)
{
	client_text(s, u);
	if (sc_session_in_text(s)) {
		sc_tx_measure(s, &s->scan.extent);
		sc_dialogue_ask_end(s, u);
		return;
	}
	sc_session_lines(s);
	s->filling = NULL;
}

/* Octets of the client are missing: what they asked is not known, so a reply may have nothing to answer. */
static void client_gap(struct sc_session *s, const struct sc_unit *u)
{
	if (s->tls_expected) {
		sc_switch_gap(s, SC_CLIENT);
		return;
	}
	if (sc_session_in_text(s)) {
		s->tx.text_gap = true;
		client_text(s, u);
		return;
	}
	if (client(s)->mode == SC_FRAME_CHUNK) {
		client_text(s, u);
		if (!client(s)->ragged)
			return;
	}
	settle_proven(s, u);
	bool goes_on = s->tail && s->tail->cmd == &sc_cmd_lost;
	struct sc_exchange *x = goes_on ? s->tail :
		sc_pending_ask(s, &sc_cmd_lost, sc_cmd_lost.verb, SC_STR_NONE, u);
	if (x) {
		x->end = u->end;
		x->chunk += u->octets;
	}
	s->searching = true;
	s->expect_sasl = s->guess = false;
	s->sasl = NULL; /* the next response may be the secret */
	bool chunks = s->tx.ev.via != NULL; /* no RCPT comes after the first chunk */
	if (x && !goes_on && s->tx.state == SC_TX_ENVELOPE && !chunks) {
		x->doubt_envelope = true;
		s->tx.incomplete++;
	}
}

void sc_dialogue_client(struct sc_session *s, const struct sc_unit *u)
{
	switch (u->kind) {
	case SC_UNIT_LINE:
		client_line(s, u);
		break;
	case SC_UNIT_TEXT:
		client_text(s, u);
		break;
	case SC_UNIT_END:
		client_end(s, u);
		break;
	case SC_UNIT_PROXY:
		sc_session_quirk(s, SC_QUIRK_BIT(proxy_header));
		break;
	case SC_UNIT_GAP:
		client_gap(s, u);
		break;
	case SC_UNIT_OPAQUE:
		break;
	}
}

static bool held_may_go(struct sc_session *s)
{
	struct sc_exchange *x = s->hold;
	if (!sc_framer_waits(client(s)))
		return false;
	struct sc_segment next = sc_framer_head(client(s));
	bool proven = x->doubt && (sc_segment_is_gap(&next) || (next.acked >= s->gap_end && next.acked > x->seen));
	if (!proven)
		return false;
	s->guess = true;
	s->guess_cmd = x->cmd;
	s->hold = NULL;
	if (x->cmd->traits & SC_CMD_220) {
		s->guess = false;
		sc_framer_mode(client(s), SC_FRAME_START, 0);
	}
	sc_pending_give_up(s, NULL);
	return true;
}

bool sc_dialogue_may_read(struct sc_session *s)
{
	struct sc_framer *f = client(s);
	if (s->reply_open && s->reply_torn && sc_framer_waits(f) && sc_framer_head(f).acked >= s->gap_end)
		sc_dialogue_finish_torn(s); /* the client went on, so it saw the rest */
	return !s->hold || held_may_go(s);
}

/* Other protocols begin with octets that no command has: what they say may hold no line end at all. */
static bool begins_binary(const struct sc_framer *f, sc_str bytes)
{
	return f->offset == bytes.len && (unsigned char)bytes.at[0] < ' ' && bytes.at[0] != '\t';
}

/* A last command without its line end, such as QUIT before the connection was closed. */
void sc_dialogue_ask_unfinished(struct sc_session *s)
{
	struct sc_unit u = { .kind = SC_UNIT_LINE, .bytes = sc_framer_partial(client(s)), .end = client(s)->offset };
	bool word = sc_str_find(u.bytes, ' ') == SIZE_MAX && sc_path_command_like(u.bytes);
	if (client(s)->mode != SC_FRAME_LINES || s->hold || s->searching || s->expect_sasl || !u.bytes.len ||
		!(word || begins_binary(client(s), u.bytes)))
		return;
	u.octets = u.bytes.len;
	u.first = u.last = client(s)->line_first;
	ask(s, &u);
	if (s->tail)
		s->tail->quirks |= SC_QUIRK_BIT(line_unfinished);
}
