/* dialogue.c - commands in, replies in, exchanges out; see dialogue.h.
 *
 * What a command means is in commands.c; what becomes of mail is in transaction.c; here is only who answers whom.
 */
#include "smtp/dialogue.h"

#include "smtp/auth.h"
#include "smtp/commands.h"
#include "smtp/path.h"
#include "smtp/reply.h"
#include "smtp/secret.h"
#include "smtp/smuggle.h"
#include "smtp/software.h"

struct sc_reply_node {
	struct sc_reply_node *next;
	sc_str text;
};

static struct sc_framer *client(struct sc_session *s)
{
	return &s->framer[SC_CLIENT];
}

static bool in_text(const struct sc_session *s)
{
	return s->framer[SC_CLIENT].mode == SC_FRAME_TEXT;
}

/* ---- the queue ---- */

static void tell(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r, uint64_t quirks)
{
	s->facts.exchanges++;
	sc_session_quirk(s, quirks);
	if (!(s->host->wants & SC_WANT(SC_EVENT_exchange)))
		return;
	struct sc_ev_exchange ev = { .n = s->facts.exchanges, .verb = x->verb, .argument = x->args, .latency_ms = SC_TIME_NONE,
		.quirks = quirks };
	if (r) {
		ev.code = r->code;
		ev.enhanced = r->status;
		ev.text = (struct sc_strs){ r->lines, r->line_count };
		ev.latency_ms = x->when == SC_TIME_NONE ? SC_TIME_NONE : r->first.when - x->when;
	}
	sc_session_emit(s, SC_EVENT_exchange, &ev, x->packet ? x->packet : r ? r->first.packet : 0,
		r ? r->last.packet : x->packet);
}

static void pop(struct sc_session *s)
{
	struct sc_exchange *x = s->head;
	s->head = x->next;
	if (!s->head)
		s->tail = NULL;
	if (s->hold == x)
		s->hold = NULL;
	if (s->filling == x)
		s->filling = NULL;
	s->pending--;
	sc_fifo_pop(&s->queue);
}

/* The oldest command ends without an answer. */
static void give_up_head(struct sc_session *s)
{
	struct sc_exchange *x = s->head;
	if (x->cmd->lost)
		x->cmd->lost(s, x);
	if (x->cmd != &sc_cmd_lost && x->cmd != &sc_cmd_connect)
		tell(s, x, NULL, x->quirks);
	pop(s);
}

static void drop_queue(struct sc_session *s)
{
	while (s->head)
		pop(s);
}

static void give_up_before(struct sc_session *s, const struct sc_exchange *x)
{
	while (s->head != x)
		give_up_head(s);
}

struct sc_exchange *sc_dialogue_ask(struct sc_session *s, const struct sc_command *cmd, sc_str verb, sc_str args,
	const struct sc_unit *u)
{
	if (s->pending >= SC_PENDING) {
		sc_session_quirk(s, SC_QUIRK_BIT(memory_short));
		give_up_head(s);
	}
	size_t room = SC_BLOCK_LARGE - sizeof(struct sc_exchange) - 16;
	verb = sc_str_slice(verb, 0, 64);
	args = sc_str_slice(args, 0, room - verb.len);
	struct sc_exchange *x = sc_fifo_push(&s->queue, sizeof(*x) + verb.len + args.len);
	if (!x) {
		sc_session_quirk(s, SC_QUIRK_BIT(memory_short));
		return NULL;
	}
	char *text = (char *)(x + 1);
	*x = (struct sc_exchange){ .cmd = cmd, .end = u->end, .seen = u->first.acked, .packet = u->last.packet,
		.when = u->last.when, .replies = 1, .text_at = SC_TIME_NONE, .done_at = SC_TIME_NONE };
	for (size_t i = 0; i < verb.len; i++)
		text[i] = sc_upper(verb.at[i]);
	if (args.len)
		memcpy(text + verb.len, args.at, args.len);
	x->verb = (sc_str){ text, verb.len };
	x->args = args.at ? (sc_str){ text + verb.len, args.len } : SC_STR_NONE;
	*(s->tail ? &s->tail->next : &s->head) = x;
	s->tail = x;
	s->pending++;
	if (cmd->traits & SC_CMD_HOLDS)
		s->hold = x;
	return x;
}

void sc_dialogue_begin(struct sc_session *s)
{
	struct sc_unit none = { .last = { .when = SC_TIME_NONE } };
	sc_dialogue_ask(s, &sc_cmd_connect, sc_cmd_connect.verb, SC_STR_NONE, &none);
	s->searching = s->facts.evidence.midstream;
}

/* ---- the client ---- */

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

static bool offers(const struct sc_session *s, sc_str keyword)
{
	for (uint32_t i = 0; i < s->facts.capabilities.count; i++)
		if (sc_str_equal(s->facts.capabilities.items[i], keyword))
			return true;
	return false;
}

/* The command before this one, if the client sent this one before it had seen the answer.  What it had seen is what it had
 * acknowledged, in whatever order the two sides were captured. */
static const struct sc_command *sent_behind(const struct sc_session *s, const struct sc_unit *u)
{
	if (s->tail)
		return s->tail->doubt ? NULL : s->tail->cmd;
	return u->first.acked < s->answered_at ? s->answered : NULL;
}

static uint64_t quirks_of_order(struct sc_session *s, const struct sc_unit *u)
{
	const struct sc_command *before = sent_behind(s, u);
	if (!before || before == &sc_cmd_lost)
		return 0;
	if (before == &sc_cmd_connect)
		return s->facts.evidence.midstream || s->swapped ? 0 : SC_QUIRK_BIT(early_talker);
	s->pipelines = true;
	if (!(before->traits & (SC_CMD_GROUP | SC_CMD_SILENT)))
		return SC_QUIRK_BIT(bad_pipelining);
	return before->traits & SC_CMD_SILENT || offers(s, SC_STR("PIPELINING")) ? 0 :
		SC_QUIRK_BIT(pipelining_not_offered);
}

/* The client's next command proves that it saw answers which the capture lacks (rule 11). */
static void settle_proven(struct sc_session *s, const struct sc_unit *u)
{
	uint64_t seen = u->first.acked;
	struct sc_exchange *t = s->tail;
	if (!t)
		return;
	if (t->cmd == &sc_cmd_lost && t->absorbed && seen >= s->server_end) {
		give_up_before(s, NULL);
		return;
	}
	/* One waiting command: the gap began with its answer.  Several: a client that sends groups may not have seen all. */
	bool grouped = s->pipelines && (t->cmd->traits & SC_CMD_GROUP);
	if (t->doubt && seen >= s->gap_end && (t == s->head || (seen > t->seen && !grouped)))
		give_up_before(s, NULL);
}

static void ask_sasl(struct sc_session *s, const struct sc_unit *u)
{
	s->expect_sasl = false;
	if (s->sasl)
		sc_sasl_response(s->sasl, u->bytes);
	struct sc_exchange *x = sc_dialogue_ask(s, &sc_cmd_sasl, sc_cmd_sasl.verb, SC_STR("*"), u);
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
	uint64_t quirks = quirks_of_order(s, u) | quirks_of_line(s, u, cmd);
	struct sc_exchange *x = sc_dialogue_ask(s, cmd, shown_verb, shown, u);
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
	if (cmd->traits & SC_CMD_CHUNK) {
		s->filling = x;
		sc_framer_mode(client(s), SC_FRAME_CHUNK, x->chunk);
	}
}

/* The message's end was seen, or must have come: the server owes a verdict. */
static struct sc_exchange *ask_eom(struct sc_session *s, const struct sc_unit *u)
{
	sc_session_lines(s);
	struct sc_exchange *x = sc_dialogue_ask(s, &sc_cmd_eom, sc_cmd_eom.verb, SC_STR_NONE, u);
	sc_tx_complete(s, u->last.packet, u->last.when);
	return x;
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
	sc_session_text(s);
	s->text_begin = u->begin;
	bool ended;
	sc_scan_read(&s->scan, u->bytes, &ended);
	if (u->cut)
		sc_scan_gap(&s->scan, u->octets - u->bytes.len);
	else
		sc_scan_read(&s->scan, u->bare_lf ? SC_STR("\n") : SC_STR("\r\n"), &ended);
	if (ended) {
		sc_tx_measure(s, &s->scan.extent);
		ask_eom(s, u);
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
		/* Sent before the answer was seen: an injection (RFC 3207 6), and TLS may still come. */
		bool glued = u->first.acked < s->switch_server;
		sc_session_quirk(s, glued ? SC_QUIRK_BIT(starttls_glued_client) : SC_QUIRK_BIT(plaintext_after_starttls));
		s->tls_expected = glued;
		client(s)->mode = glued ? SC_FRAME_START : SC_FRAME_LINES;
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
	x->text_at = x->text_at == SC_TIME_NONE ? (u->octets ? u->first.when : x->when) : x->text_at;
	if (u->kind != SC_UNIT_END)
		return;
	x->done_at = u->octets ? u->last.when : x->text_at;
	x->done_packet = u->octets ? u->last.packet : x->packet;
}

static void client_text(struct sc_session *s, const struct sc_unit *u)
{
	if (client(s)->mode == SC_FRAME_CHUNK) {
		client_chunk(s, u);
		return;
	}
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
	if (in_text(s)) {
		sc_tx_measure(s, &s->scan.extent);
		ask_eom(s, u);
		return;
	}
	sc_session_lines(s);
	s->filling = NULL;
}

/* Octets of the client are missing: what they asked is not known, so a reply may have nothing to answer. */
static void client_gap(struct sc_session *s, const struct sc_unit *u)
{
	if (s->tls_expected || client(s)->mode == SC_FRAME_OPAQUE)
		return;
	if (in_text(s)) {
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
		sc_dialogue_ask(s, &sc_cmd_lost, sc_cmd_lost.verb, SC_STR_NONE, u);
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
	give_up_before(s, NULL);
	return true;
}

/* The end of a message that is known by its answer only. */
static struct sc_unit end_unit(const struct sc_reply *r, uint64_t end)
{
	return (struct sc_unit){ .kind = SC_UNIT_END, .end = end, .first = r->first, .last = r->first };
}

/* ---- the server ---- */

static void collect(struct sc_session *s, sc_str text)
{
	struct sc_reply_node *node = s->reply_lines < SC_REPLY_LINES ? sc_arena_take(&s->reply_arena, sizeof(*node)) : NULL;
	if (!node)
		return;
	*node = (struct sc_reply_node){ NULL, sc_arena_copy(&s->reply_arena, text) };
	if (!node->text.at)
		node->text = SC_STR("");
	*(s->reply_last ? &s->reply_last->next : &s->reply_first) = node;
	s->reply_last = node;
	s->reply_lines++;
}

static void drop_reply(struct sc_session *s)
{
	sc_arena_reset(&s->reply_arena);
	s->reply_first = s->reply_last = NULL;
	s->reply_lines = 0;
	s->reply_quirks = 0;
	s->reply_open = s->reply_torn = false;
}

/* The reply as far as it was collected, and its last line, borrowed from the packet; `last` none: it was not seen. */
static struct sc_reply assemble(struct sc_session *s, sc_str last, const struct sc_segment *mark)
{
	struct sc_session_scratch *scratch = s->host->scratch;
	struct sc_reply r = { .code = s->reply_code, .lines = scratch->lines, .first = s->reply_mark, .last = *mark };
	for (const struct sc_reply_node *n = s->reply_first; n; n = n->next)
		scratch->lines[r.line_count++] = n->text;
	if (last.at && r.line_count < SC_REPLY_LINES)
		scratch->lines[r.line_count++] = sc_str_slice(last, 0, SC_BLOCK_LARGE);
	if (!r.line_count)
		scratch->lines[r.line_count++] = SC_STR("");
	r.status = sc_status_find(scratch->lines[0]);
	r.text = scratch->lines[0];
	if (r.line_count > 1) {
		size_t len = 0;
		for (uint32_t i = 0; i < r.line_count; i++) {
			sc_str l = sc_str_slice(scratch->lines[i], 0, SC_REPLY_TEXT - len - (len != 0));
			if (i && len < SC_REPLY_TEXT)
				scratch->text[len++] = '\n';
			memcpy(scratch->text + len, l.at, l.len);
			len += l.len;
		}
		r.text = (sc_str){ scratch->text, len };
	}
	r.quirks = s->reply_quirks;
	if (r.status.cls && r.status.cls != r.code / 100)
		r.quirks |= SC_QUIRK_BIT(esc_class_mismatch);
	if (r.code < 200 || r.code > 599)
		r.quirks |= SC_QUIRK_BIT(reply_code_unusual);
	return r;
}

/* Blanks the lines of a reply that echo a secret, or that are a challenge. */
static void blank(struct sc_session *s, const struct sc_exchange *x, struct sc_reply *r)
{
	sc_str *lines = s->host->scratch->lines;
	bool all = r->code == 334, any = false;
	for (uint32_t i = 0; i < r->line_count; i++) {
		if (!all && !sc_secret_found(s->host->key, x->secret_len, x->secret_hash, lines[i]))
			continue;
		lines[i] = SC_STR("*");
		any = true;
	}
	if (any)
		r->text = SC_STR("*");
}

/* Judged against the state that the server has when it answers (RFC 5321 4.1.4); where octets are missing, nothing is said. */
static bool out_of_order(const struct sc_session *s, const struct sc_exchange *x)
{
	uint32_t traits = x->cmd->traits;
	if (traits & (SC_CMD_SILENT | SC_CMD_ANYWHERE) || s->facts.evidence.midstream ||
		s->facts.evidence.gap_octets.client || s->facts.evidence.gap_octets.server)
		return false;
	if (traits & SC_CMD_TX)
		return s->tx.state == SC_TX_NONE;
	if (traits & SC_CMD_READY)
		return s->tx.state != SC_TX_NONE && s->tx.mail.code / 100 == 2;
	return !s->helo_done;
}

static void answer(struct sc_session *s, struct sc_exchange *x, struct sc_reply *r)
{
	uint64_t quirks = x->quirks | r->quirks | (x->cmd->judge ? x->cmd->judge(s, r) : 0);
	quirks |= out_of_order(s, x) ? SC_QUIRK_BIT(command_out_of_order) : 0;
	sc_str challenge = r->text;
	blank(s, x, r);
	x->doubt = false;
	if (s->hold == x)
		s->hold = NULL;
	tell(s, x, r, quirks);
	if (r->code / 100 == 3) {
		if (x->cmd->traits & SC_CMD_334 && s->sasl && r->code == 334)
			sc_sasl_challenge(s->sasl, challenge);
		if (x->cmd->proceed)
			x->cmd->proceed(s, x, r);
	} else if (x->cmd->settle) {
		x->cmd->settle(s, x, r);
	}
	if (--x->replies != 0 && r->code != 421)
		return;
	s->answered = x->cmd;
	s->answered_at = s->server_end;
	pop(s);
}

static bool only_for(const struct sc_command *cmd, const struct sc_reply *r)
{
	switch (r->code) {
	case 354:
		return cmd->traits & SC_CMD_354;
	case 334:
		return cmd->traits & SC_CMD_334;
	case 221:
		return cmd->traits & SC_CMD_221;
	case 220:
		return cmd->traits & SC_CMD_220;
	case 250:
		return r->line_count > 1 && (cmd->traits & SC_CMD_LIST);
	default:
		return false;
	}
}

/* What an unseen command must have been, by the answer to it (rule 11). */
#define SHORTEST_RCPT 13 /* RCPT TO:<a> and CRLF */

/* `r` answers the first unseen command after the envelope as it is known: no RCPT was among the missing octets, when they are too
 * few for one, or when this is the first answer to them. */
static void settle_envelope(struct sc_session *s, struct sc_exchange *lost)
{
	bool whole = !lost->doubt && (lost->absorbed == 1 || lost->chunk < SHORTEST_RCPT);
	if (lost->doubt_envelope && whole && s->tx.incomplete)
		s->tx.incomplete--;
	lost->doubt_envelope = false;
}

static void assume(struct sc_session *s, struct sc_exchange *lost, const struct sc_reply *r)
{
	s->facts.evidence.assumed++;
	lost->absorbed++;
	if (r->code == 354) {
		if (s->tx.state == SC_TX_NONE)
			sc_tx_assume(s, r->first.packet, r->first.when);
		settle_envelope(s, lost);
		s->tx.ev.via = "DATA";
		s->searching = false;
		sc_session_text(s);
		s->assumed_verb = SC_STR("DATA");
	} else if (r->code == 334) {
		s->expect_sasl = true;
		s->searching = false;
	} else if (r->code == 220) {
		s->tls_expected = s->starttls_open = s->starttls_asked = true;
		sc_framer_mode(client(s), SC_FRAME_START, 0);
		sc_framer_mode(&s->framer[SC_SERVER], SC_FRAME_START, 0);
	} else if (r->code == 221) {
		s->quit_asked = true;
		s->assumed_verb = SC_STR("QUIT");
	}
	if (r->code == 354 || r->code == 334 || r->code == 220)
		give_up_before(s, lost->next); /* the client waited for this one, so what was lost is all answered */
}

/* A reply that says a message was queued answers the last BDAT of this transaction, unseen. */
static bool assume_acceptance(struct sc_session *s, struct sc_exchange *lost, const struct sc_reply *r)
{
	bool queued = sc_software_queue_id(r->text).at || sc_software_of_acceptance(r->text).at;
	bool whole = s->facts.evidence.gap_octets.server == s->tx.gap_server; /* no reply is missing, so none was another's */
	if (s->tx.state != SC_TX_ENVELOPE || !sc_reply_positive(r->code) || !queued || !whole)
		return false;
	struct sc_unit u = end_unit(r, lost->end);
	s->facts.evidence.assumed++;
	lost->absorbed++;
	settle_envelope(s, lost);
	s->tx.text_gap = true;
	s->tx.ev.via = "BDAT";
	s->searching = true;
	give_up_before(s, lost->next);
	struct sc_exchange *x = ask_eom(s, &u);
	if (x)
		x->quirks |= SC_QUIRK_BIT(eod_assumed);
	return x != NULL;
}

/* After a gap: whom this reply answers; NULL when that cannot be told. */
static struct sc_exchange *resync(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_exchange *lost = NULL, *only = NULL;
	uint32_t acked = 0;
	for (struct sc_exchange *x = s->head; x && x->end <= r->first.acked; x = x->next) {
		if (only_for(x->cmd, r)) {
			give_up_before(s, x);
			return x;
		}
		if (x->cmd == &sc_cmd_lost) {
			lost = lost ? lost : x;
		} else {
			only = x;
			acked++;
		}
	}
	if (!lost && acked == 1 && r->code != 421) {
		give_up_before(s, only);
		return only;
	}
	if (lost && acked == 0)
		return assume_acceptance(s, lost, r) ? s->head : (assume(s, lost, r), NULL);
	return NULL;
}

static struct sc_exchange *match(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_exchange *x = s->head;
	if (!x)
		return NULL;
	if (x->cmd == &sc_cmd_connect && s->facts.evidence.midstream &&
		(r->code != 220 || client(s)->offset || s->server_end > r->text.len + 512)) {
		pop(s); /* the greeting was before the capture */
		return match(s, r);
	}
	if (x->doubt || x->cmd == &sc_cmd_lost)
		return resync(s, r);
	return x->end <= r->first.acked ? x : NULL;
}

/* The message ended where the server says, not where the standard does: the verdict `r` answers it. */
static bool end_at(struct sc_session *s, struct sc_reply *r, uint64_t quirk, const struct sc_extent *extent, uint64_t end)
{
	struct sc_unit u = end_unit(r, end);
	if (extent)
		sc_tx_measure(s, extent);
	struct sc_exchange *x = ask_eom(s, &u);
	if (!x)
		return false;
	x->quirks |= quirk;
	x->when = s->last_when;
	s->tx.ev.quirks |= quirk;
	answer(s, x, r);
	return true;
}

/* A reply in the middle of message text (rule 5, and the look-alikes of section 4). */
static bool reply_in_text(struct sc_session *s, struct sc_reply *r)
{
	struct sc_scan *scan = &s->scan;
	if (sc_scan_pending(scan, &scan->last) && scan->lookalikes++ == 0)
		scan->first = scan->last;
	bool looks = scan->lookalikes && r->first.acked >= s->text_begin + scan->last.end;
	if (looks && scan->last.end == scan->total)
		return end_at(s, r, SC_QUIRK_BIT(eod_other), &scan->last.before, s->text_begin + scan->last.end);
	bool final = sc_reply_positive(r->code) || (s->tx.text_gap && r->code != 421);
	if (final && s->tx.text_gap && r->code / 100 != 3) {
		s->searching = true;
		s->facts.evidence.assumed++;
		return end_at(s, r, SC_QUIRK_BIT(eod_assumed), NULL, client(s)->offset);
	}
	if (sc_reply_positive(r->code)) {
		s->searching = true;
		bool rewinds = scan->lookalikes && s->behind.kept.first;
		struct sc_extent extent = scan->lookalikes ? scan->first.before : scan->extent;
		uint64_t end = rewinds ? s->behind.from : client(s)->offset;
		bool done = end_at(s, r, SC_QUIRK_BIT(eod_other), &extent, end);
		if (rewinds)
			sc_smuggle_rewind(s);
		return done;
	}
	if (r->code / 100 == 4 || r->code / 100 == 5) {
		s->tx.early = sc_verdict_of(r, SC_PHASE_data, &s->tx.arena);
		r->quirks |= SC_QUIRK_BIT(early_reply);
		s->tx.ev.quirks |= SC_QUIRK_BIT(early_reply);
	}
	return false;
}

static void unsolicited(struct sc_session *s, struct sc_reply *r)
{
	if (in_text(s) && !s->head && reply_in_text(s, r))
		return;
	bool expected = r->code == 421 || r->code == 221 || (r->quirks & SC_QUIRK_BIT(early_reply)) ||
		s->facts.evidence.midstream || (s->head && (s->head->doubt || s->head->cmd == &sc_cmd_lost));
	struct sc_exchange x = { .verb = SC_STR("UNSOLICITED"), .args = SC_STR_NONE, .when = SC_TIME_NONE };
	if (s->assumed_verb.len) {
		x.verb = s->assumed_verb;
		r->quirks |= SC_QUIRK_BIT(command_assumed);
		s->assumed_verb = SC_STR_NONE;
		expected = true;
	}
	if (r->code == 334) { /* a challenge stays unreadable whomever it answers */
		blank(s, &x, r);
	}
	tell(s, &x, r, r->quirks | (expected ? 0 : SC_QUIRK_BIT(unexpected_reply)));
	if (r->code != 421)
		return;
	s->closing = true;
	s->closing_reply = sc_verdict_of(r, in_text(s) ? SC_PHASE_data : sc_session_phase(s, r->first.acked), &s->arena);
	if (s->tx.state == SC_TX_NONE)
		sc_session_failure(s, "session", &s->closing_reply, SC_STR_NONE, 0);
}

/* The reply is as complete as it gets: it answers a command, or none. */
static void finish_reply(struct sc_session *s, sc_str last, const struct sc_segment *mark)
{
	struct sc_reply r = assemble(s, last, mark);
	if (s->tls_expected) {
		s->framer[SC_SERVER].mode = SC_FRAME_START;
		if (r.first.acked <= s->switch_client)
			sc_session_quirk(s, SC_QUIRK_BIT(starttls_glued_server));
	}
	if (sc_smuggle_judge(s, &r)) {
		drop_queue(s); /* those were read as commands behind the end that the server did not see */
		while (sc_session_client(s))
			;
	}
	struct sc_exchange *x = match(s, &r);
	if (x)
		answer(s, x, &r);
	else
		unsolicited(s, &r);
	drop_reply(s);
}

/* The rest of a reply is missing.  Its code stands on every line (RFC 5321 4.2.1), so what was seen is an answer. */
static void finish_torn(struct sc_session *s)
{
	if (!s->reply_open || !s->reply_torn)
		return;
	struct sc_segment mark = s->reply_mark;
	finish_reply(s, SC_STR_NONE, &mark);
}

static void server_line(struct sc_session *s, const struct sc_unit *u)
{
	struct sc_reply_line line = sc_reply_read(u->bytes);
	if (line.code == 0) {
		if (!u->ragged)
			sc_session_quirk(s, SC_QUIRK_BIT(reply_garbage));
		return;
	}
	s->smtp |= !s->strict || sc_str_search_nocase(line.text, SC_STR("MTP")) != SIZE_MAX;
	if (line.code != s->reply_code || u->first.acked != s->reply_mark.acked)
		finish_torn(s);
	if (!s->reply_open) {
		s->reply_open = true;
		s->reply_code = line.code;
		s->reply_mark = u->first;
	} else if (line.code != s->reply_code) {
		s->reply_quirks |= SC_QUIRK_BIT(reply_code_mismatch);
	}
	s->reply_quirks |= line.odd ? SC_QUIRK_BIT(reply_odd_form) : 0;
	s->reply_quirks |= u->bare_lf ? SC_QUIRK_BIT(bare_lf) : 0;
	s->reply_quirks |= u->cut ? SC_QUIRK_BIT(line_cut) : 0;
	s->reply_quirks |= sc_str_find(u->bytes, '\0') != SIZE_MAX ? SC_QUIRK_BIT(nul_octet) : 0;
	s->reply_code = line.code;
	if (line.more) {
		collect(s, line.text);
		return;
	}
	finish_reply(s, line.text, &u->last);
}

static void server_gap(struct sc_session *s, const struct sc_unit *u)
{
	s->gap_end = u->end;
	s->reply_torn = s->reply_open;
	s->tx.replies_lost |= in_text(s);
	for (struct sc_exchange *x = s->head; x; x = x->next)
		x->doubt = true;
}

void sc_dialogue_server(struct sc_session *s, const struct sc_unit *u)
{
	if (u->kind == SC_UNIT_LINE)
		server_line(s, u);
	else if (u->kind == SC_UNIT_GAP)
		server_gap(s, u);
}

bool sc_dialogue_may_read(struct sc_session *s)
{
	struct sc_framer *f = client(s);
	if (sc_framer_waits(f) && sc_framer_head(f).acked >= s->gap_end)
		finish_torn(s); /* the client went on, so it saw the rest */
	return !s->hold || held_may_go(s);
}

/* A last command without its line end, such as QUIT before the connection was closed. */
static void ask_unfinished(struct sc_session *s)
{
	struct sc_unit u = { .kind = SC_UNIT_LINE, .bytes = sc_framer_partial(client(s)), .end = client(s)->offset };
	if (client(s)->mode != SC_FRAME_LINES || s->hold || s->searching || s->expect_sasl || !u.bytes.len ||
		sc_str_find(u.bytes, ' ') != SIZE_MAX || !sc_path_command_like(u.bytes))
		return;
	u.octets = u.bytes.len;
	u.first = u.last = client(s)->line_first;
	ask(s, &u);
	if (s->tail)
		s->tail->quirks |= SC_QUIRK_BIT(line_unfinished);
}

void sc_dialogue_end(struct sc_session *s, bool closed)
{
	bool broke = closed && s->head && s->head->cmd != &sc_cmd_lost && !s->quit_asked && s->tx.state == SC_TX_NONE &&
		!s->encrypted && !s->closing && !s->facts.evidence.midstream && !s->head->doubt;
	enum sc_phase phase = sc_session_phase(s, UINT64_MAX);
	finish_torn(s);
	drop_reply(s);
	sc_smuggle_end(s);
	if (closed)
		ask_unfinished(s);
	while (s->head)
		give_up_head(s);
	sc_auth_end(s);
	sc_tx_end(s, s->quit_asked && s->tx.state < SC_TX_TEXT ? SC_TX_QUIT : closed ? SC_TX_CLOSED : SC_TX_CUT);
	if (broke) {
		struct sc_verdict none = { .phase = phase };
		sc_session_failure(s, "session", &none, SC_STR_NONE, 0);
	}
}
