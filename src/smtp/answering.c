/* answering.c - the server's side of the dialogue: lines become replies, and a reply settles a command; see dialogue.h. */
#include "smtp/auth.h"
#include "smtp/commands.h"
#include "smtp/dialogue.h"
#include "smtp/pending.h"
#include "smtp/reply.h"
#include "smtp/resync.h"
#include "smtp/secret.h"
#include "smtp/smuggle.h"
#include "smtp/switch.h"

struct sc_reply_node {
	struct sc_reply_node *next;
	sc_str text;
};

static struct sc_framer *client(struct sc_session *s)
{
	return &s->framer[SC_CLIENT];
}

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

void sc_dialogue_drop_reply(struct sc_session *s)
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

void sc_dialogue_waited(struct sc_session *s, const struct sc_exchange *x, sc_time until)
{
	sc_time since = x->cmd == &sc_cmd_connect ? s->established : x->when;
	if (since == SC_TIME_NONE)
		return;
	since = since > s->replied_at ? since : s->replied_at;
	s->waited += until > since ? until - since : 0;
}

static void answer(struct sc_session *s, struct sc_exchange *x, struct sc_reply *r)
{
	sc_dialogue_waited(s, x, r->first.when);
	s->replied_at = r->last.when;
	uint64_t quirks = x->quirks | r->quirks | (x->cmd->judge ? x->cmd->judge(s, r) : 0);
	quirks |= out_of_order(s, x) ? SC_QUIRK_BIT(command_out_of_order) : 0;
	sc_str challenge = r->text;
	blank(s, x, r);
	x->doubt = false;
	if (s->hold == x)
		s->hold = NULL;
	sc_pending_tell(s, x, r, quirks);
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
	sc_pending_pop(s);
}

static struct sc_exchange *match(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_exchange *x = s->head;
	if (!x)
		return NULL;
	if (x->cmd == &sc_cmd_connect && s->facts.evidence.midstream &&
		(r->code != 220 || client(s)->offset || s->server_end > r->text.len + 512)) {
		sc_pending_pop(s); /* the greeting was before the capture */
		return match(s, r);
	}
	if (x->doubt || x->cmd == &sc_cmd_lost)
		return sc_resync_match(s, r);
	return x->end <= r->first.acked ? x : NULL;
}

/* The message ended where the server says, not where the standard does: the verdict `r` answers it. */
static bool end_at(struct sc_session *s, struct sc_reply *r, uint64_t quirk, const struct sc_extent *extent, uint64_t end)
{
	struct sc_unit u = sc_dialogue_end_unit(r, end);
	if (extent)
		sc_tx_measure(s, extent);
	struct sc_exchange *x = sc_dialogue_ask_end(s, &u);
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
		if (scan->lookalikes)
			s->tx.text_from = SC_NONE; /* what was read of the message went beyond its end */
		uint64_t quirks = SC_QUIRK_BIT(eod_other) | (sc_smuggle_commands(s) ? SC_QUIRK_BIT(eod_commands) : 0);
		bool done = end_at(s, r, quirks, &extent, end);
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
	if (sc_session_in_text(s) && !s->head && reply_in_text(s, r))
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
	sc_pending_tell(s, &x, r, r->quirks | (expected ? 0 : SC_QUIRK_BIT(unexpected_reply)));
	if (r->code != 421)
		return;
	s->closing = true;
	s->closing_reply = sc_verdict_of(r, sc_session_in_text(s) ? SC_PHASE_data : sc_session_phase(s, r->first.acked), &s->arena);
	if (s->tx.state == SC_TX_NONE)
		sc_session_failure(s, "session", &s->closing_reply, SC_STR_NONE, 0);
}

/* The reply is as complete as it gets: it answers a command, or none. */
static void finish_reply(struct sc_session *s, sc_str last, const struct sc_segment *mark)
{
	struct sc_reply r = assemble(s, last, mark);
	if (s->tls_expected)
		s->framer[SC_SERVER].mode = SC_FRAME_START;
	if (sc_smuggle_judge(s, &r)) {
		sc_pending_drop(s); /* those were read as commands behind the end that the server did not see */
		while (sc_session_client(s))
			;
	}
	struct sc_exchange *x = match(s, &r);
	if (x)
		answer(s, x, &r);
	else
		unsolicited(s, &r);
	sc_dialogue_drop_reply(s);
}

/* The rest of a reply is missing.  Its code stands on every line (RFC 5321 4.2.1), so what was seen is an answer. */
void sc_dialogue_finish_torn(struct sc_session *s)
{
	if (!s->reply_open || !s->reply_torn)
		return;
	struct sc_segment mark = s->reply_mark;
	finish_reply(s, SC_STR_NONE, &mark);
}

static void server_line(struct sc_session *s, const struct sc_unit *u)
{
	struct sc_reply_line line = sc_reply_read(u->bytes);
	if (s->tls_expected)
		(void)sc_switch_server(s, u);
	if (line.code == 0) {
		if (!u->ragged)
			sc_session_quirk(s, SC_QUIRK_BIT(reply_garbage));
		return;
	}
	s->smtp |= !s->strict || sc_str_search_nocase(line.text, SC_STR("MTP")) != SIZE_MAX;
	if (line.code != s->reply_code || u->first.acked != s->reply_mark.acked)
		sc_dialogue_finish_torn(s);
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
	if (s->tls_expected)
		sc_switch_gap(s, SC_SERVER);
	s->reply_torn = s->reply_open;
	s->tx.replies_lost |= sc_session_in_text(s);
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
