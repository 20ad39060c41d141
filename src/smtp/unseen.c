/* unseen.c - what the answer tells of a command that the capture lacks; see unseen.h.
 *
 * Where one direction is captured alone, the answers are all there is.  Enhanced codes (RFC 3463) name what they are about: X.1.0
 * stands in answers to MAIL, X.1.5 in those to RCPT, and the other X.1.z and the X.2.z that refuse speak of a mailbox; a list of
 * keywords answers EHLO (RFC 5321 4.1.1.1), 235 and 535 AUTH (RFC 4954 6).  Plain "250 OK" may answer anything, and nothing is made
 * of it.
 *
 * A recipient that is known by its answer alone has no address: it stands in the transaction, which is then unknown, and gets no
 * delivery.  A refusal of it is a failure of the transaction. */
#include "smtp/unseen.h"

#include "smtp/commands.h"
#include "smtp/reply.h"

#define ANY   UINT8_MAX
#define PLAIN (UINT8_MAX - 1)

enum moment {
	WHENEVER,
	BETWEEN,   /* outside of transactions */
	INSIDE,    /* while one takes recipients */
	UNTAKEN,   /* and has none yet: a client that waits asks for nothing else, and DATA without one is refused with X.5.1 */
	OUTSIDE,   /* WHENEVER, but not behind the beginning of a message */
};

static const struct hint {
	bool     positive;
	uint8_t  subject, detail; /* of the enhanced code; ANY: whatever; PLAIN: there is none */
	enum moment moment;
	sc_str   word;            /* is in the text, in any case */
	sc_str   verb;
} hints[] = {
	{ true,  1, 5,   WHENEVER, { "flushed", 7 },     { "RSET", 4 } },        /* Gmail */
	{ true,  0, 0,   WHENEVER, { "reset state", 11 }, { "RSET", 4 } },       /* sendmail */
	{ true,  1, 0,   WHENEVER, { "", 0 },            { "MAIL", 4 } },
	{ true,  1, 5,   INSIDE,   { "", 0 },            { "RCPT", 4 } },        /* outside it may answer VRFY */
	{ true,  1, 5,   OUTSIDE,  { "recipient ok", 12 }, { "RCPT", 4 } },      /* sendmail */
	{ true,  PLAIN, PLAIN, OUTSIDE, { "accepted", 8 }, { "RCPT", 4 } },      /* Exim, and its whole text */
	{ true,  0, 0,   WHENEVER, { " bytes", 6 },      { "BDAT", 4 } },        /* Postfix, of a chunk that is not the last */
	{ false, 3, 4,   BETWEEN,  { "", 0 },            { "MAIL", 4 } },        /* its SIZE is too much (RFC 1870 6.1) */
	{ false, 1, 7,   BETWEEN,  { "", 0 },            { "MAIL", 4 } },        /* of the sender's address */
	{ false, 1, 8,   BETWEEN,  { "", 0 },            { "MAIL", 4 } },
	{ false, 1, ANY, INSIDE,   { "", 0 },            { "RCPT", 4 } },        /* often judged only now, the sender's too */
	{ false, 2, ANY, INSIDE,   { "", 0 },            { "RCPT", 4 } },
	{ false, 7, ANY, UNTAKEN,  { "", 0 },            { "RCPT", 4 } },
	{ false, 7, ANY, INSIDE,   { "ddress rejected", 15 }, { "RCPT", 4 } },   /* Postfix, of either address */
	{ false, 7, ANY, INSIDE,   { "elay access denied", 18 }, { "RCPT", 4 } },
};

/* Its first line names the server, every other begins with a word; one at least is the name of an extension. */
static bool lists_keywords(const struct sc_reply *r)
{
	static const sc_str known[] = { { "SIZE", 4 }, { "PIPELINING", 10 }, { "8BITMIME", 8 }, { "STARTTLS", 8 }, { "AUTH", 4 },
		{ "ENHANCEDSTATUSCODES", 19 }, { "DSN", 3 }, { "CHUNKING", 8 }, { "SMTPUTF8", 8 }, { "HELP", 4 } };
	uint32_t found = 0;
	for (uint32_t i = 1; i < r->line_count; i++) {
		sc_str rest = r->lines[i], word = sc_str_word(&rest);
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found += sc_str_equal_nocase(word, known[k]);
	}
	return r->code == 250 && found > 0 && r->status.cls == 0;
}

static bool is_moment(const struct sc_session *s, enum moment moment)
{
	bool inside = s->tx.state == SC_TX_ENVELOPE && !s->tx.ev.via, between = s->tx.state == SC_TX_NONE;
	switch (moment) {
	case WHENEVER:
		return true;
	case BETWEEN:
		return between;
	case INSIDE:
		return inside;
	case UNTAKEN:
		return inside && !s->tx.accepted_count && sc_reply_positive(s->tx.mail.code);
	case OUTSIDE:
		return inside || between;
	}
	return false;
}

static bool fits(const struct hint *h, const struct sc_session *s, const struct sc_reply *r)
{
	if (h->positive != sc_reply_positive(r->code) || !is_moment(s, h->moment))
		return false;
	if (h->subject == PLAIN)
		return !r->status.cls && sc_str_equal_nocase(r->text, h->word);
	if (r->status.cls != r->code / 100 || h->subject != r->status.subject ||
		(h->detail != ANY && h->detail != r->status.detail))
		return false;
	return !h->word.len || sc_str_search_nocase(r->text, h->word) != SIZE_MAX;
}

static sc_str verb_of(const struct sc_session *s, const struct sc_reply *r)
{
	if (lists_keywords(r)) /* an LMTP server says in its greeting what it is, if anywhere (RFC 2033 3) */
		return sc_str_search_nocase(s->facts.greeting.text, SC_STR("LMTP")) == SIZE_MAX ? SC_STR("EHLO") : SC_STR("LHLO");
	if (r->code == 235 || r->code == 535)
		return s->challenged ? SC_STR("SASL") : SC_STR("AUTH");
	bool plain = r->code / 100 == 2 || r->code / 100 == 4 || r->code / 100 == 5;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]) && plain; i++)
		if (fits(&hints[i], s, r))
			return hints[i].verb;
	return SC_STR_NONE;
}

sc_str sc_unseen_settle(struct sc_session *s, const struct sc_reply *r, bool room)
{
	sc_str verb = verb_of(s, r);
	if (!verb.at || (!room && sc_str_equal(verb, SC_STR("RCPT"))))
		return SC_STR_NONE;
	if (lists_keywords(r)) {
		struct sc_exchange x = { .verb = verb, .args = SC_STR_NONE, .when = SC_TIME_NONE };
		sc_command_find(verb)->settle(s, &x, r);
		s->facts.helo.name = SC_STR_NONE;
	} else if (r->code == 535) {
		struct sc_verdict v = { r->code, r->status, r->text, SC_PHASE_auth, r->last.packet };
		sc_session_failure(s, "session", &v, SC_STR_NONE, 0);
	} else if (verb.at[0] == 'M') {
		sc_tx_mail_unseen(s, r);
	} else if (sc_str_equal(verb, SC_STR("RCPT"))) {
		sc_tx_rcpt_unseen(s, r);
	} else if (verb.at[0] == 'R') {
		sc_tx_end(s, SC_TX_RSET);
	}
	return verb;
}
