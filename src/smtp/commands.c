/* commands.c - the commands of SMTP, LMTP and the extensions that servers know, and what settling each of them changes.
 * RFC 5321, 1985, 2033, 2645, 3030, 3207, 4468, 4954; Postfix XCLIENT and XFORWARD; Exchange's X- verbs. */
#include "smtp/commands.h"

#include "base/capability.h"
#include "smtp/auth.h"
#include "smtp/reply.h"
#include "smtp/smuggle.h"
#include "smtp/software.h"
#include "smtp/switch.h"

/* ---- greeting and introduction ---- */

static void note_failure(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r)
{
	if (sc_reply_positive(r->code) || sc_reply_intermediate(r->code))
		return;
	struct sc_verdict v = { r->code, r->status, r->text, x->cmd->phase, r->last.packet };
	sc_session_failure(s, "session", &v, SC_STR_NONE, 0);
}

/* Only '*', '2', '0' and spaces: a Cisco firewall hides the greeting. */
static bool masked(sc_str text)
{
	size_t stars = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '*')
			stars++;
		else if (text.at[i] != '2' && text.at[i] != '0' && text.at[i] != ' ')
			return false;
	}
	return stars >= 8;
}

static void settle_connect(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	char software[64];
	struct sc_ev_greeting *g = &s->facts.greeting;
	s->greeted = true;
	g->code = r->code;
	g->text = sc_arena_copy(&s->arena, r->text);
	g->host = sc_arena_copy(&s->arena, sc_software_host(r->text));
	g->software = sc_arena_copy(&s->arena, sc_software_of_greeting(r->text, software, sizeof(software)));
	if (s->established != SC_TIME_NONE) /* to its last line: before that the client must not speak (RFC 5321 4.3.1) */
		s->facts.timing.greeting_ms = r->last.when - s->established;
	if (masked(r->text))
		sc_session_quirk(s, SC_QUIRK_BIT(masked_keyword));
	if (s->id.server.port == 465 && !s->sealed[SC_SERVER])
		sc_session_quirk(s, SC_QUIRK_BIT(plain_on_tls_port));
	else if (s->implicit_tls && !s->sealed[SC_SERVER])
		sc_session_quirk(s, SC_QUIRK_BIT(tls_on_plain_port));
	note_failure(s, x, r);
}

static void lost_connect(struct sc_session *s, struct sc_exchange *x)
{
	if (!s->facts.evidence.midstream && s->smtp && x->doubt)
		s->facts.evidence.assumed++;
}

/* "XXXXXXXA", "XXXX": the name of an extension that a firewall hid. */
static bool masked_keyword(sc_str keyword)
{
	size_t n = 0;
	while (n < keyword.len && keyword.at[n] == 'X')
		n++;
	return n >= 4 && keyword.len - n <= 1;
}

/* A line of the EHLO reply, its keyword in upper case. */
static sc_str capability(struct sc_session *s, sc_str line)
{
	line = sc_str_trim(line);
	char *copy = sc_arena_take(&s->helo_arena, line.len + 1);
	if (!copy)
		return SC_STR_NONE;
	size_t keyword = 0;
	while (keyword < line.len && !sc_is_space(line.at[keyword]) && line.at[keyword] != '=')
		keyword++;
	for (size_t i = 0; i < line.len; i++)
		copy[i] = i < keyword ? sc_upper(line.at[i]) : line.at[i];
	if (masked_keyword((sc_str){ copy, keyword })) {
		sc_session_quirk(s, SC_QUIRK_BIT(masked_keyword));
		s->starttls_masked |= keyword == sizeof("STARTTLS") - 1; /* a firewall keeps the length */
	}
	return (sc_str){ copy, line.len };
}

static void note_capabilities(struct sc_session *s, const struct sc_reply *r)
{
	s->facts.capabilities = (struct sc_strs){ NULL, 0 };
	s->starttls_masked = false;
	if (r->line_count < 2)
		return;
	sc_str *list = sc_arena_take(&s->helo_arena, sizeof(*list) * (r->line_count - 1));
	if (!list)
		return;
	uint32_t n = 0;
	for (uint32_t i = 1; i < r->line_count; i++) {
		list[n] = capability(s, r->lines[i]);
		n += list[n].len != 0;
	}
	s->facts.capabilities = (struct sc_strs){ list, n };
	s->starttls_seen |= sc_capability(&s->facts.capabilities, SC_STR("STARTTLS"), NULL);
}

static void introduce(struct sc_session *s, const struct sc_exchange *x, const char *verb)
{
	sc_arena_reset(&s->helo_arena);
	s->facts.capabilities = (struct sc_strs){ NULL, 0 };
	s->facts.helo = (struct sc_ev_helo){ verb, sc_arena_copy(&s->helo_arena, x->args.at ? x->args : SC_STR("")) };
	s->lmtp |= verb[0] == 'L';
}

static const char *helo_verb(const struct sc_exchange *x)
{
	return x->verb.at[0] == 'H' ? "HELO" : x->verb.at[0] == 'E' ? "EHLO" : "LHLO";
}

static void settle_helo(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	const char *verb = helo_verb(x);
	if (x->when != SC_TIME_NONE)
		s->facts.timing.helo_ms = r->first.when - x->when;
	if (!sc_reply_positive(r->code)) {
		if (!s->facts.helo.verb)
			introduce(s, x, verb);
		bool falls_back = verb[0] == 'E' && (r->code == 500 || r->code == 502 || r->code == 504);
		if (!falls_back) /* an old server: HELO follows, and nothing is lost */
			note_failure(s, x, r);
		return;
	}
	s->helo_done = true;
	sc_tx_end(s, SC_TX_HELO);
	introduce(s, x, verb);
	if (verb[0] != 'H')
		note_capabilities(s, r);
	if (!s->facts.greeting.host.at)
		s->facts.greeting.host = sc_arena_copy(&s->arena, sc_software_host(r->lines[0]));
}

static void lost_helo(struct sc_session *s, struct sc_exchange *x)
{
	introduce(s, x, helo_verb(x));
}

/* ---- mail ---- */

static void settle_mail(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	sc_tx_mail(s, x, r);
}

static void lost_mail(struct sc_session *s, struct sc_exchange *x)
{
	sc_tx_mail(s, x, NULL);
}

static void settle_rcpt(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	sc_tx_rcpt(s, x, r);
}

static void lost_rcpt(struct sc_session *s, struct sc_exchange *x)
{
	sc_tx_rcpt(s, x, NULL);
}

static void settle_reset(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	(void)x;
	if (sc_reply_positive(r->code))
		sc_tx_end(s, SC_TX_RSET);
}

static uint64_t judge_data(struct sc_session *s, const struct sc_reply *r)
{
	const struct sc_framer *f = &s->framer[SC_CLIENT];
	if (sc_reply_positive(r->code))
		return SC_QUIRK_BIT(data_accepted_250);
	bool early = sc_framer_waits(f) && sc_framer_head(f).acked < s->server_end;
	return r->code == 354 && early ? SC_QUIRK_BIT(data_before_354) : 0;
}

static void proceed_data(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (r->code != 354)
		return;
	if (s->tx.state == SC_TX_NONE)
		sc_tx_assume(s, x->packet, x->when);
	s->tx.ev.via = "DATA";
	s->tx.state = SC_TX_TEXT;
	s->tx.refusal.code = 0;
	s->tx.data_at = x->when;
	if (x->when != SC_TIME_NONE)
		s->tx.ev.timing.data_ms = r->first.when - x->when;
	uint64_t quirks = judge_data(s, r);
	s->tx.ev.quirks |= quirks;
	sc_session_quirk(s, quirks);
	sc_session_text(s, s->framer[SC_CLIENT].offset);
}

static void settle_data(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (s->tx.state == SC_TX_NONE) {
		if (!sc_reply_positive(r->code))
			note_failure(s, x, r);
		return;
	}
	s->tx.ev.quirks |= judge_data(s, r);
	if (!sc_reply_positive(r->code)) /* 2yz: no message was asked for, so none was taken (RFC 5321 4.3.2) */
		sc_tx_refused(s, r);
}

#define CHUNK_OCTETS (UINT64_C(1) << 40) /* more than any server takes: a mistake or an attack */

static void ask_bdat(struct sc_session *s, struct sc_exchange *x)
{
	sc_str rest = x->args.at ? x->args : SC_STR("");
	sc_str size = sc_str_word(&rest), last = sc_str_word(&rest);
	x->chunk_last = sc_str_equal_nocase(last, SC_STR("LAST"));
	(void)s;
	if (!sc_str_number(size, &x->chunk) || x->chunk > CHUNK_OCTETS || (last.len && !x->chunk_last) || rest.len) {
		x->quirks |= SC_QUIRK_BIT(bad_chunk); /* the server refuses it, and no octets follow */
		x->chunk = 0;
		x->chunk_last = false;
	}
}

/* The chunk becomes part of the message: it was taken, or nothing says that it was not. */
static void add_chunk(struct sc_session *s, const struct sc_exchange *x)
{
	struct sc_transaction *tx = &s->tx;
	tx->ev.via = "BDAT";
	tx->text_from = tx->text_from == SC_NONE ? x->text_from : tx->text_from;
	tx->size += x->chunk;
	tx->wire_size += x->chunk;
	tx->lines += x->lines;
	tx->lines_lost |= x->lines_lost;
	tx->text_at = tx->text_at == SC_TIME_NONE ? x->text_at : tx->text_at;
	if (x->chunk_last && x->done_at != SC_TIME_NONE)
		sc_tx_complete(s, x->done_packet, x->done_at);
}

/* BURL url [LAST]: the server fetches the text itself, so no octets follow (RFC 4468 3). */
static void ask_burl(struct sc_session *s, struct sc_exchange *x)
{
	sc_str rest = x->args.at ? x->args : SC_STR("");
	(void)sc_str_word(&rest);
	x->chunk_last = sc_str_equal_nocase(sc_str_word(&rest), SC_STR("LAST"));
	x->done_at = x->when;
	x->done_packet = x->packet;
	(void)s;
}

static void settle_bdat(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (s->tx.state == SC_TX_NONE)
		return;
	s->tx.ev.via = "BDAT";
	s->tx.text_gap |= !(x->cmd->traits & SC_CMD_CHUNK); /* BURL: its size is not on the wire */
	if (sc_reply_positive(r->code) || x->chunk_last)
		add_chunk(s, x);
	if (x->chunk_last)
		sc_tx_final(s, x, r);
	else if (!sc_reply_positive(r->code))
		sc_tx_refused(s, r);
}

static void lost_bdat(struct sc_session *s, struct sc_exchange *x)
{
	if (s->tx.state == SC_TX_NONE)
		return;
	add_chunk(s, x);
	s->tx.final_lost |= x->chunk_last && x->doubt;
}

static void settle_eom(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (!sc_smuggle_keep(s, x, r))
		sc_tx_final(s, x, r);
}

/* PRDR: a reply for each recipient that was accepted, and one for all. */
static void proceed_eom(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (r->code == 353)
		x->replies = (uint16_t)(2 + (s->tx.accepted_count < 60000 ? s->tx.accepted_count : 60000));
}

static void lost_eom(struct sc_session *s, struct sc_exchange *x)
{
	s->tx.final_lost |= x->doubt;
}

/* XEXCH50 answers 354 and takes a number of raw octets. */
static void proceed_xexch50(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	uint64_t size;
	sc_str rest = x->args.at ? x->args : SC_STR("");
	if (r->code == 354 && sc_str_number(sc_str_word(&rest), &size) && size) {
		sc_framer_mode(&s->framer[SC_CLIENT], SC_FRAME_CHUNK, size);
	}
}

/* A firewall that does not know a command writes it over with X. */
static void settle_unknown(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	bool refused = r->code == 500 || r->code == 502;
	if (!refused || !masked_keyword(x->verb) || x->verb.at[x->verb.len - 1] != 'X')
		return;
	sc_session_quirk(s, SC_QUIRK_BIT(masked_keyword));
	s->starttls_overwritten |= x->verb.len == sizeof("STARTTLS") - 1;
}

/* ---- the end, TLS, other roles ---- */

static void ask_quit(struct sc_session *s, struct sc_exchange *x)
{
	(void)x;
	s->quit_asked = true;
}

static void settle_quit(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	(void)x;
	(void)r;
	sc_tx_end(s, SC_TX_QUIT);
}

static void ask_starttls(struct sc_session *s, struct sc_exchange *x)
{
	s->starttls_asked = true;
	s->starttls_at = x->when;
}

static void settle_starttls(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (r->code != 220) {
		s->starttls_refused = true;
		note_failure(s, x, r);
		return;
	}
	sc_tx_end(s, SC_TX_TLS);
	s->starttls_open = true;
	s->starttls_refused = false;
	sc_switch_open(s, x->end);
}

static void settle_xclient(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	if (sc_reply_positive(r->code)) /* the session begins anew with this greeting */
		sc_tx_end(s, SC_TX_HELO);
	else
		note_failure(s, x, r);
}

static void settle_turn(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	(void)x;
	if (!sc_reply_positive(r->code))
		return;
	sc_session_quirk(s, SC_QUIRK_BIT(roles_swapped));
	sc_session_swap(s);
}

/* ---- the table ---- */

#define ROW(verb, traits, phase, octets, ask, proceed, settle, lost, ref) \
	{ { verb, sizeof(verb) - 1 }, traits, SC_PHASE_##phase, octets, NULL, ask, proceed, settle, lost, ref }

/* RFC 5321 4.5.3.1.4: 512, and what the extensions add to it. */
#define LINE 512
#define MAIL_LINE (512 + 26 + 500 + 17 + 10 + 107 + 17 + 40)
#define RCPT_LINE (512 + 500)
#define AUTH_LINE 12288

static const struct sc_command commands[] = {
	ROW("EHLO", SC_CMD_LIST | SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, settle_helo, lost_helo, "RFC 5321 4.1.1.1"),
	ROW("MAIL", SC_CMD_GROUP | SC_CMD_UTF8, mail, MAIL_LINE, NULL, NULL, settle_mail, lost_mail, "RFC 5321 4.1.1.2"),
	ROW("RCPT", SC_CMD_GROUP | SC_CMD_UTF8 | SC_CMD_TX, rcpt, RCPT_LINE, NULL, NULL, settle_rcpt, lost_rcpt,
		"RFC 5321 4.1.1.3"),
	{ { "DATA", 4 }, SC_CMD_HOLDS | SC_CMD_354 | SC_CMD_TX, SC_PHASE_data, LINE, judge_data, NULL, proceed_data, settle_data, NULL,
		"RFC 5321 4.1.1.4" },
	ROW("BDAT", SC_CMD_GROUP | SC_CMD_CHUNK | SC_CMD_TX, data, LINE, ask_bdat, NULL, settle_bdat, lost_bdat, "RFC 3030 2"),
	ROW("RSET", SC_CMD_GROUP | SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, settle_reset, NULL, "RFC 5321 4.1.1.5"),
	ROW("QUIT", SC_CMD_221 | SC_CMD_ANYWHERE, quit, LINE, ask_quit, NULL, settle_quit, NULL, "RFC 5321 4.1.1.10"),
	ROW("HELO", SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, settle_helo, lost_helo, "RFC 5321 4.1.1.1"),
	ROW("LHLO", SC_CMD_LIST | SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, settle_helo, lost_helo, "RFC 2033 4.1"),
	ROW("AUTH", SC_CMD_HOLDS | SC_CMD_SECRET | SC_CMD_334 | SC_CMD_READY, auth, AUTH_LINE, NULL, sc_auth_proceed,
		sc_auth_settle, sc_auth_lost, "RFC 4954 4"),
	ROW("STARTTLS", SC_CMD_HOLDS | SC_CMD_220 | SC_CMD_READY, starttls, LINE, ask_starttls, NULL, settle_starttls, NULL,
		"RFC 3207 4"),
	ROW("NOOP", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "RFC 5321 4.1.1.9"),
	ROW("VRFY", SC_CMD_UTF8 | SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "RFC 5321 4.1.1.6"),
	ROW("EXPN", SC_CMD_UTF8 | SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "RFC 5321 4.1.1.7"),
	ROW("HELP", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "RFC 5321 4.1.1.8"),
	ROW("ETRN", SC_CMD_READY, quit, LINE, NULL, NULL, NULL, NULL, "RFC 1985 5"),
	ROW("ATRN", SC_CMD_HOLDS | SC_CMD_READY, quit, LINE, NULL, NULL, settle_turn, NULL, "RFC 2645 5.2"),
	ROW("TURN", SC_CMD_HOLDS | SC_CMD_READY, quit, LINE, NULL, NULL, settle_turn, NULL, "RFC 821 3.8"),
	ROW("SEND", SC_CMD_GROUP | SC_CMD_UTF8, mail, MAIL_LINE, NULL, NULL, settle_mail, lost_mail, "RFC 821 3.4"),
	ROW("SOML", SC_CMD_GROUP | SC_CMD_UTF8, mail, MAIL_LINE, NULL, NULL, settle_mail, lost_mail, "RFC 821 3.4"),
	ROW("SAML", SC_CMD_GROUP | SC_CMD_UTF8, mail, MAIL_LINE, NULL, NULL, settle_mail, lost_mail, "RFC 821 3.4"),
	ROW("BURL", SC_CMD_GROUP | SC_CMD_TX, data, AUTH_LINE, ask_burl, NULL, settle_bdat, lost_bdat, "RFC 4468 3"),
	ROW("XCLIENT", SC_CMD_220 | SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, settle_xclient, NULL, "Postfix XCLIENT"),
	ROW("XFORWARD", SC_CMD_READY, helo, LINE, NULL, NULL, NULL, NULL, "Postfix XFORWARD"),
	ROW("X-ANONYMOUSTLS", SC_CMD_HOLDS | SC_CMD_220 | SC_CMD_READY, starttls, LINE, ask_starttls, NULL, settle_starttls,
		NULL, "Exchange"),
	ROW("X-EXPS", SC_CMD_HOLDS | SC_CMD_SECRET | SC_CMD_334 | SC_CMD_READY, auth, AUTH_LINE, NULL, sc_auth_proceed,
		sc_auth_settle, sc_auth_lost, "Exchange"),
	ROW("XEXCH50", SC_CMD_HOLDS | SC_CMD_354, data, LINE, NULL, proceed_xexch50, NULL, NULL, "Exchange"),
	ROW("X-LINK2STATE", SC_CMD_ANYWHERE, quit, AUTH_LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XRDST", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XSHADOW", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XSHADOWREQUEST", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XPROXY", SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XPROXYFROM", SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XPROXYTO", SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XSESSIONPARAMS", SC_CMD_ANYWHERE, helo, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XMESSAGECONTEXT", SC_CMD_ANYWHERE, mail, LINE, NULL, NULL, NULL, NULL, "Exchange"),
	ROW("XADR", SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "Oracle Messaging Server"),
	ROW("XSTA", SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "Oracle Messaging Server"),
	ROW("XCIR", SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "Oracle Messaging Server"),
	ROW("XGEN", SC_CMD_ANYWHERE, rcpt, LINE, NULL, NULL, NULL, NULL, "Oracle Messaging Server"),
	ROW("ONEX", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "sendmail"),
	ROW("VERB", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, NULL, NULL, "sendmail"),
};

const struct sc_command sc_cmd_connect =
	ROW("CONNECT", SC_CMD_SILENT | SC_CMD_220, greeting, LINE, NULL, NULL, settle_connect, lost_connect, "RFC 5321 3.1");
const struct sc_command sc_cmd_eom =
	ROW("EOM", SC_CMD_SILENT, eom, LINE, NULL, proceed_eom, settle_eom, lost_eom, "RFC 5321 4.1.1.4");
const struct sc_command sc_cmd_sasl = ROW("SASL", SC_CMD_SILENT | SC_CMD_HOLDS | SC_CMD_SECRET | SC_CMD_334, auth, AUTH_LINE,
	NULL, sc_auth_proceed, sc_auth_settle, sc_auth_lost, "RFC 4954 4");
const struct sc_command sc_cmd_lost = ROW("LOST", SC_CMD_SILENT, mail, LINE, NULL, NULL, NULL, NULL, "");
const struct sc_command sc_cmd_unknown = ROW("", SC_CMD_ANYWHERE, quit, LINE, NULL, NULL, settle_unknown, NULL, "");

const struct sc_command *sc_command_find(sc_str verb)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (sc_str_equal_nocase(commands[i].verb, verb))
			return &commands[i];
	return &sc_cmd_unknown;
}
