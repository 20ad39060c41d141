/* watch_mail.c - rules about what became of the mail, about devices that rewrite SMTP, and about clients' habits. */
#include "story/watch_rule.h"

#include "base/capability.h"
#include "base/str.h"

static void say_which(struct sc_said *said, const struct sc_watch_case *c)
{
	sc_say_words(said, " (transaction ");
	sc_say_number(said, c->n);
	if (c->count > 1) {
		sc_say_words(said, "; ");
		sc_say_number(said, c->count);
		sc_say_words(said, " such in this session");
	}
	sc_say_words(said, ")");
	sc_said_packets(said, c->first, c->last);
	sc_observe_number(said, "n", c->n);
	sc_observe_number(said, "transactions", c->count);
}

static void say_who_ended(const struct sc_scene *s, struct sc_said *said)
{
	static const char *const words[] = {
		[SC_WATCH_CLIENT] = "the client closed", [SC_WATCH_SERVER] = "the server closed",
		[SC_WATCH_CLIENT_RESET] = "the client reset the connection",
		[SC_WATCH_SERVER_RESET] = "the server reset the connection", [SC_WATCH_OPEN] = "the connection ended",
	};
	sc_say_words(said, words[s->f->end]);
}

/* ---- D1 ---- */

bool sc_rule_lost_in_data(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *c = &s->f->watch->in_data;
	if (!c->count)
		return false;
	sc_say_words(said, "Not delivered: ");
	say_who_ended(s, said);
	sc_say_words(said, " inside the message, after ");
	sc_say_number(said, c->part);
	if (c->whole) {
		sc_say_words(said, " of ");
		sc_say_number(said, c->whole);
	}
	sc_say_words(said, " octets");
	say_which(said, c);
	const struct sc_wire_side *client = &s->f->wire->side[SC_CLIENT];
	uint32_t open = client->top - client->acked;
	if (client->known && open && open <= c->part) {
		sc_say_words(said, "; the last ");
		sc_say_number(said, open);
		sc_say_words(said, " of them were never acknowledged");
	}
	sc_say_words(said, ".");
	sc_observe_number(said, "octets", c->part);
	if (c->whole)
		sc_observe_number(said, "declared_size", c->whole);
	return true;
}

/* ---- D2, D3 ---- */

bool sc_rule_lost_after_eod(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *c = &s->f->watch->in_doubt;
	if (!c->count)
		return false;
	sc_say_words(said, "The message was complete, then ");
	say_who_ended(s, said);
	sc_say_words(said, " before the verdict: whether it was accepted is unknown (RFC 1047)");
	say_which(said, c);
	sc_say_words(said, ". Expect a duplicate.");
	return true;
}

/* The client's FIN did not acknowledge the verdict, which came behind it.  A client may close its half and still read: then
 * it acknowledges the verdict; one that has closed both resets when it comes. */
bool sc_rule_late_accept(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_wait *v = &s->f->watch->verdict;
	const struct sc_wire_side *client = &s->f->wire->side[SC_CLIENT], *server = &s->f->wire->side[SC_SERVER];
	const struct sc_wire_end *fin = &client->fin, *rst = &client->rst;
	bool read = server->acked == server->top && !rst->packet;
	bool quit = s->f->session->end_by && sc_str_equal(sc_str_of(s->f->session->end_by), SC_STR("quit"));
	bool late = fin->packet && v->last > fin->packet && (int32_t)(server->top - fin->ack) > 0;
	if (!v->first || v->code / 100 != 2 || !late || read || (quit && !rst->packet))
		return false;
	sc_say_words(said, "The server accepted the message ");
	sc_say_time(said, v->length);
	sc_say_words(said, " after its end, but the client had closed in packet ");
	sc_say_number(said, fin->packet);
	sc_say_words(said, ": it takes the mail for undelivered and will send it again.");
	said->confidence = rst->packet ? "sure" : "likely";
	sc_said_packets(said, fin->packet, v->last);
	sc_observe_number(said, "closed_packet", fin->packet);
	sc_observe_number(said, "verdict_packet", v->last);
	return true;
}

/* ---- D5, D6 ---- */

bool sc_rule_partial_recipients(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *c = &s->f->watch->partial;
	if (!c->count)
		return false;
	sc_say_words(said, "Accepted for ");
	sc_say_number(said, c->part);
	sc_say_words(said, " of ");
	sc_say_number(said, c->whole);
	sc_say_words(said, " recipients");
	say_which(said, c);
	sc_say_words(said, ".");
	sc_observe_number(said, "accepted", c->part);
	sc_observe_number(said, "recipients", c->whole);
	return true;
}

bool sc_rule_no_valid_recipients(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *c = &s->f->watch->none_valid;
	if (!c->count)
		return false;
	sc_say_words(said, c->whole == 1 ? "The only recipient was refused" : "All ");
	if (c->whole != 1) {
		sc_say_number(said, c->whole);
		sc_say_words(said, " recipients were refused");
	}
	sc_say_words(said, ", so nothing was delivered");
	say_which(said, c);
	sc_say_words(said, ".");
	sc_observe_number(said, "recipients", c->whole);
	return true;
}

/* ---- M1, M6 ---- */

/* A greeting that is left of one: asterisks, and the digits and spaces that the firewall lets through. */
static bool is_masked_greeting(const struct sc_scene *s, sc_str text)
{
	int64_t stars = 0;
	for (size_t i = 0; i < text.len; i++) {
		stars += text.at[i] == '*';
		if (text.at[i] != '*' && text.at[i] != '2' && text.at[i] != '0' && text.at[i] != ' ')
			return false;
	}
	return stars >= s->limits->mask_octets;
}

/* XXXXXXXA: a keyword, written over but for its last letter. */
static bool is_masked_keyword(sc_str line)
{
	sc_str word = sc_str_word(&line);
	size_t n = 0;
	while (n < word.len && word.at[n] == 'X')
		n++;
	return n >= 4 && (n == word.len || (n + 1 == word.len && word.at[n] >= 'A' && word.at[n] <= 'Z'));
}

bool sc_rule_cisco_smtp_fixup(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_ev_session *x = s->f->session;
	const struct sc_watch_wait *command = &s->f->watch->masked;
	const sc_str *keyword = NULL;
	bool greeting = is_masked_greeting(s, x->greeting.text);
	for (uint32_t i = 0; !keyword && i < x->capabilities.count; i++)
		keyword = is_masked_keyword(x->capabilities.items[i]) ? &x->capabilities.items[i] : NULL;
	if (!greeting && !command->first) /* a keyword alone is told by a finding (starttls_stripped) */
		return false;
	sc_say_words(said, "A firewall rewrites this dialogue:");
	if (greeting)
		sc_say_words(said, " the greeting is masked with asterisks");
	if (keyword) {
		sc_say_words(said, greeting ? ", the keyword " : " the keyword ");
		sc_text_visible(&said->text, sc_str_slice(*keyword, 0, 40));
		sc_say_words(said, " was another");
	}
	if (command->first) {
		sc_say_words(said, greeting || keyword ? ", the command " : " the command ");
		sc_say_verb(said, command);
		sc_say_words(said, " was refused with ");
		sc_say_number(said, command->code);
		sc_said_packets(said, command->first, command->last);
	}
	sc_say_words(said, ".");
	return true;
}

bool sc_rule_proxy_header(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_wait *w = &s->f->watch->proxy;
	bool line = s->f->session->quirks & SC_QUIRK_BIT(proxy_header) || sc_str_equal(sc_str_of(w->verb), SC_STR("PROXY"));
	if (!line || !w->first)
		return false;
	sc_say_words(said, "The server answered a PROXY line with ");
	sc_say_number(said, w->code);
	sc_say_words(said, ": it does not expect the PROXY protocol.");
	sc_said_packets(said, w->first, w->last);
	sc_observe_number(said, "code", w->code);
	return true;
}

/* ---- P5, P6, P7, G6 ---- */

bool sc_rule_size_mismatch(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *large = &s->f->watch->too_large, *size = &s->f->watch->size;
	const struct sc_watch_case *c = large->count ? large : size;
	if (!c->count)
		return false;
	sc_say_words(said, "The message has ");
	sc_say_number(said, c->part);
	sc_say_words(said, large->count ? " octets, the server had said that it takes " : " octets, the client had declared ");
	sc_say_number(said, c->whole);
	sc_say_words(said, large->count ? " at most; the client should have stopped at MAIL" : "");
	say_which(said, c);
	sc_say_words(said, ".");
	sc_observe_number(said, "size", c->part);
	sc_observe_number(said, large->count ? "limit" : "declared_size", c->whole);
	return true;
}

static bool say_format(struct sc_said *said, const struct sc_watch_case *c, const char *what)
{
	if (!c->count)
		return false;
	sc_say_words(said, "The message holds ");
	sc_say_words(said, what);
	sc_say_words(said, ", the first at octet ");
	sc_say_number(said, c->part);
	say_which(said, c);
	sc_say_words(said, ".");
	sc_observe_number(said, "offset", c->part);
	return true;
}

bool sc_rule_line_too_long(const struct sc_scene *s, struct sc_said *said)
{
	return say_format(said, &s->f->watch->long_line, "lines over 1000 octets (RFC 5321 4.5.3.1.6)");
}

bool sc_rule_bare_lf(const struct sc_scene *s, struct sc_said *said)
{
	return say_format(said, &s->f->watch->bare_lf, "line ends without CR (RFC 5321 2.3.8)");
}

bool sc_rule_nul(const struct sc_scene *s, struct sc_said *said)
{
	return say_format(said, &s->f->watch->nul, "NUL octets (RFC 5322 4)");
}

bool sc_rule_eight_bit(const struct sc_scene *s, struct sc_said *said)
{
	return say_format(said, &s->f->watch->eight_bit, "8-bit octets, and MAIL had no BODY=8BITMIME (RFC 6152)");
}

bool sc_rule_auth_not_used(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_watch_case *c = &s->f->watch->no_auth;
	const struct sc_ev_session *x = s->f->session;
	bool unused = x->starttls && sc_str_equal(sc_str_of(x->starttls), SC_STR("offered_unused"));
	bool offered = sc_capability(&x->capabilities, SC_STR("AUTH"), NULL);
	if (!c->count || s->f->watch->auth_tried || (!offered && !unused))
		return false;
	sc_say_words(said, "The server refused with ");
	sc_say_number(said, c->part);
	sc_say_words(said, offered ? ", and the client never tried the login that was offered." :
		", and the client never used the STARTTLS that was offered, behind which a login may be hidden.");
	said->confidence = offered ? NULL : "hint";
	sc_said_packets(said, c->first, c->last);
	sc_observe_number(said, "code", c->part);
	return true;
}

bool sc_rule_no_quit(const struct sc_scene *s, struct sc_said *said)
{
	const struct sc_ev_session *x = s->f->session;
	bool left = s->f->end == SC_WATCH_CLIENT || s->f->end == SC_WATCH_CLIENT_RESET;
	bool lossy = x->evidence.gap_octets.client || x->evidence.midstream;
	if (!left || lossy || !(x->quirks & SC_QUIRK_BIT(no_quit)) || !x->recipients.accepted)
		return false;
	if (sc_scene_told(s, SC_RULE_late_accept) || s->f->watch->pending.first)
		return false; /* says more of the same */
	sc_say_words(said, "The client closed without QUIT after ");
	sc_say_number(said, x->transactions);
	sc_say_words(said, x->transactions == 1 ? " transaction" : " transactions");
	sc_say_words(said, "; the mail is delivered all the same.");
	return true;
}
