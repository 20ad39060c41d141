/* show.c - whole dialogues as text: who spoke with whom, what was said and when, what became of it.
 *
 * Events of a session are kept until its `session` event comes, then the page is printed.  What is kept is bounded
 * (SC_KEEP_OCTETS); when a dialogue had to be let go, its page says how much of it is missing.
 *
 * Trusts the event's structure.  Promises plain text without controls, at most as wide as the page where words allow.
 */
#include "output/keep.h"
#include "output/outputs.h"
#include "output/transcript.h"
#include "output/unspoken.h"
#include "output/value.h"
#include "output/wanted.h"

#define INDENT     13 /* "  " and a label of ten and a space */

#define KINDS                                                                                                      \
	(SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_exchange) | SC_WANT(SC_EVENT_transaction) |                  \
	 SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_failure) | SC_WANT(SC_EVENT_auth) | SC_WANT(SC_EVENT_tls) | \
	 SC_WANT(SC_EVENT_diagnosis) | SC_WANT(SC_EVENT_finding) | SC_WANT(SC_EVENT_non_smtp))

struct show {
	struct sc_sheet sheet;
	struct sc_keep keep;
	struct sc_wanted wanted;
	uint64_t printed;
	uint64_t unspoken; /* a connection in which nothing was said was printed last: what is diagnosed of it follows */
};

/* ---- header ---- */

static void end_field(struct show *s, const char *label)
{
	char head[INDENT + 1] = { 0 };
	struct sc_text t = sc_text_into(head, INDENT);
	sc_text_adds(&t, "  ");
	sc_page_fit(&t, sc_str_of(label), INDENT - 3, false);
	sc_text_put(&t, ' ');
	sc_sheet_end(&s->sheet, head, INDENT);
}

static void put_title(struct show *s, const struct sc_event *ev)
{
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, "Session ");
	sc_value_id(t, ev->head->session);
	sc_text_adds(t, "  ");
	sc_value_endpoint(t, &ev->head->client);
	sc_text_adds(t, " → ");
	sc_value_endpoint(t, &ev->head->server);
	sc_sheet_end(&s->sheet, "", 2);
}

static void put_start(struct show *s, const struct sc_ev_session *x)
{
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_page_time(&s->sheet.clock, t, x->start);
	sc_text_put(t, ' ');
	sc_page_zone(&s->sheet.clock, t);
	if (x->timing.total_ms != SC_TIME_NONE) {
		sc_text_adds(t, ", ");
		sc_page_seconds(t, x->timing.total_ms, 0);
		sc_text_adds(t, " s");
	}
	end_field(s, "start");
}

static void put_server(struct show *s, const struct sc_ev_session *x)
{
	if (!x->greeting.host.at && !x->greeting.software.at)
		return;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_visible(t, x->greeting.host.at ? x->greeting.host : SC_STR("(no name)"));
	sc_text_adds(t, x->greeting.software.at ? ", " : "");
	sc_text_visible(t, x->greeting.software);
	end_field(s, "server");
}

static void put_client(struct show *s, const struct sc_ev_session *x)
{
	if (!x->helo.name.at)
		return;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_visible(t, x->helo.name);
	if (x->helo.verb) {
		sc_text_adds(t, " (");
		sc_text_adds(t, x->helo.verb);
		sc_text_put(t, ')');
	}
	end_field(s, "client");
}

static void put_tls(struct show *s, const struct sc_ev_session *x)
{
	static const struct {
		const char *word, *meaning;
	} meanings[] = {
		{ "not_offered", "none; STARTTLS was not offered" },
		{ "offered_unused", "none; STARTTLS was offered, the client did not ask for it" },
		{ "unanswered", "none; STARTTLS was not answered" },
		{ "refused", "none; the server refused STARTTLS" },
		{ "accepted_no_handshake", "none; STARTTLS was accepted, but no handshake followed" },
		{ "handshake_failed", "the handshake failed" },
		{ "stripped", "none; something between client and server took STARTTLS away" },
	};
	const char *meaning = NULL;
	for (size_t i = 0; x->starttls && i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].word, x->starttls) == 0)
			meaning = meanings[i].meaning;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, x->tls.version);
	sc_text_adds(t, x->tls.version && x->tls.cipher ? ", " : "");
	sc_text_adds(t, x->tls.cipher);
	if (x->tls.sni.at) {
		sc_text_adds(t, ", for ");
		sc_text_visible(t, x->tls.sni);
	}
	sc_text_adds(t, t->len && meaning ? "; " : "");
	sc_text_adds(t, meaning);
	if (x->tls.version && !meaning)
		sc_text_adds(t, x->decrypted ? ", opened with keys" : ", not opened");
	if (t->len)
		end_field(s, "TLS");
}

static void put_login(struct show *s, const struct sc_ev_session *x)
{
	if (!x->auth.mechanism.at && !x->auth.user.at)
		return;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_visible(t, x->auth.user.at ? x->auth.user : SC_STR("(user not seen)"));
	sc_text_adds(t, " by ");
	sc_text_visible(t, x->auth.mechanism);
	sc_text_adds(t, x->auth.outcome ? ", " : "");
	sc_text_adds(t, x->auth.outcome);
	sc_text_adds(t, x->auth.cleartext ? ", readable on the wire" : "");
	end_field(s, "login");
}

static void put_traffic(struct show *s, const struct sc_event *ev, const struct sc_ev_session *x)
{
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	if (ev->head->frames.first) {
		sc_text_number(t, ev->head->frames.first);
		sc_text_put(t, '-');
		sc_text_number(t, ev->head->frames.last);
		sc_text_adds(t, "; ");
	}
	sc_page_grouped(t, x->octets.client);
	sc_text_adds(t, " octets from the client, ");
	sc_page_grouped(t, x->octets.server);
	sc_text_adds(t, " from the server");
	end_field(s, "packets");
}

static void put_header(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_session *x = ev->body;
	put_title(s, ev);
	put_start(s, x);
	put_server(s, x);
	put_client(s, x);
	sc_text_adds(sc_sheet_begin(&s->sheet), x->service);
	end_field(s, "service");
	put_tls(s, x);
	put_login(s, x);
	sc_text_adds(sc_sheet_begin(&s->sheet), x->end_by);
	end_field(s, "ended by");
	put_traffic(s, ev, x);
}

/* ---- verdict ---- */

struct reason {
	const char *phase, *cause;
	uint16_t code;
	struct sc_status enhanced;
	sc_str text;
};

/* " at rcpt: unknown_user", and the deciding reply as a paragraph of its own. */
static void end_with_reason(struct show *s, struct sc_text *t, const char *head, const struct reason *r)
{
	sc_text_adds(t, r->phase ? " at " : "");
	sc_text_adds(t, r->phase);
	sc_text_adds(t, r->cause ? ": " : "");
	sc_text_adds(t, r->cause);
	sc_sheet_end(&s->sheet, head, 4);
	if (!r->code)
		return;
	t = sc_sheet_begin(&s->sheet);
	sc_text_number(t, r->code);
	sc_text_put(t, ' ');
	if (r->text.at)
		sc_text_visible(t, r->text);
	else if (r->enhanced.cls)
		sc_text_status(t, r->enhanced);
	sc_sheet_end(&s->sheet, "      ", 6);
}

static void put_path(struct sc_text *t, sc_str path)
{
	sc_text_put(t, '<');
	sc_text_visible(t, path);
	sc_text_put(t, '>');
}

static void put_outcome(struct sc_text *t, const char *outcome)
{
	sc_text_adds(t, sc_page_symbol(outcome));
	sc_text_put(t, ' ');
	sc_text_adds(t, outcome ? outcome : "unknown");
}

static void put_transaction(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_transaction *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	put_outcome(t, x->outcome);
	sc_text_adds(t, ": transaction ");
	sc_text_number(t, x->n);
	if (x->mail_from.at) {
		sc_text_adds(t, " from ");
		put_path(t, x->mail_from);
	}
	if (x->size != SC_NONE) {
		sc_text_adds(t, ", ");
		sc_page_grouped(t, x->size);
		sc_text_adds(t, " octets");
	}
	if (x->queue_id.at) {
		sc_text_adds(t, ", queue id ");
		sc_text_visible(t, x->queue_id);
	}
	/* Each recipient shows its own reply; a transaction without any shows the one that ended it. */
	const struct reason r = { x->phase, x->cause, x->recipients.count ? 0 : x->code, x->enhanced, x->text };
	end_with_reason(s, t, "  ", &r);
	sc_sheet_evidence(&s->sheet, &x->evidence, "      ", 6);
	sc_sheet_quirks(&s->sheet, x->quirks, "      ! ", 8);
}

static void put_delivery(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_delivery *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	put_outcome(t, x->outcome);
	sc_text_adds(t, ": ");
	put_path(t, x->rcpt_to);
	if (x->attempt > 1) {
		sc_text_adds(t, ", attempt ");
		sc_page_grouped(t, x->attempt);
	}
	const struct reason r = { x->phase, x->cause, x->code, x->enhanced, x->text };
	end_with_reason(s, t, "  ", &r);
}

static void put_failure(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_failure *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, "✗ failed: ");
	sc_text_adds(t, x->scope ? x->scope : "session");
	const struct reason r = { x->phase, x->cause, x->code, x->enhanced, x->text };
	end_with_reason(s, t, "  ", &r);
}

static void put_auth(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_auth *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, "login ");
	sc_text_adds(t, x->outcome ? x->outcome : "unknown");
	sc_text_adds(t, ": ");
	sc_text_visible(t, x->user.at ? x->user : SC_STR("(user not seen)"));
	sc_text_adds(t, x->mechanism.at ? " by " : "");
	sc_text_visible(t, x->mechanism);
	sc_text_adds(t, x->cleartext ? ", readable on the wire" : "");
	const struct reason r = { NULL, NULL, x->code, x->enhanced, x->text };
	end_with_reason(s, t, "  ", &r);
}

static void put_diagnosis(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, x->diagnosis);
	sc_text_adds(t, x->confidence ? " (" : "");
	sc_text_adds(t, x->confidence);
	sc_text_adds(t, x->confidence ? "): " : ": ");
	sc_text_visible(t, x->text);
	sc_text_adds(t, x->advice.at ? " - " : "");
	sc_text_visible(t, x->advice);
	sc_sheet_end(&s->sheet, "  ! ", 4);
}

static void put_finding(struct show *s, const struct sc_event *ev)
{
	const struct sc_ev_finding *x = ev->body;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_text_adds(t, x->detector);
	sc_text_adds(t, x->severity ? " (" : "");
	sc_text_adds(t, x->severity);
	sc_text_adds(t, x->severity ? "): " : ": ");
	sc_text_visible(t, x->text);
	sc_sheet_end(&s->sheet, "  ! ", 4);
}

static void (*const verdicts[SC_EVENT_KINDS])(struct show *s, const struct sc_event *ev) = {
	[SC_EVENT_transaction] = put_transaction, [SC_EVENT_delivery] = put_delivery,
	[SC_EVENT_failure] = put_failure,         [SC_EVENT_auth] = put_auth,
	[SC_EVENT_diagnosis] = put_diagnosis,     [SC_EVENT_finding] = put_finding,
};

/* ---- the page ---- */

static void put_missing(struct show *s, const struct sc_ev_session *x, const struct sc_kept *k)
{
	uint64_t kept = 0;
	for (; k; k = k->next)
		kept += k->ev->kind == SC_EVENT_exchange;
	if (kept >= x->exchanges)
		return;
	struct sc_text *t = sc_sheet_begin(&s->sheet);
	sc_page_grouped(t, kept);
	sc_text_adds(t, " of ");
	sc_page_grouped(t, x->exchanges);
	sc_text_adds(t, " exchanges are shown: the others were let go, since only 64 MiB of open dialogues are kept, "
			"or were not selected.");
	sc_sheet_end(&s->sheet, "  ", 2);
}

static void put_page(struct show *s, const struct sc_event *ev, const struct sc_dialogue *d)
{
	const struct sc_ev_session *x = ev->body;
	const struct sc_kept *first = d ? d->first : NULL;
	if (s->printed++)
		sc_buffer_adds(&s->sheet.out, "\n");
	put_header(s, ev);
	sc_buffer_adds(&s->sheet.out, "\n");
	put_missing(s, x, first);
	sc_transcript_print(&s->sheet, first, x->start);
	sc_buffer_adds(&s->sheet.out, first ? "\n" : "");
	for (const struct sc_kept *k = first; k; k = k->next)
		if (verdicts[k->ev->kind])
			verdicts[k->ev->kind](s, k->ev);
	sc_sheet_evidence(&s->sheet, &x->evidence, "  ", 4);
	sc_sheet_quirks(&s->sheet, x->quirks, "  ! ", 4);
}

/* No `session` event will come of it. */
static bool put_unspoken(struct show *s, const struct sc_event *ev)
{
	if (ev->kind == SC_EVENT_diagnosis && ev->head->session && ev->head->session == s->unspoken) {
		put_diagnosis(s, ev);
		return true;
	}
	if (!sc_unspoken_or_other(ev))
		return false;
	if (s->printed++)
		sc_buffer_adds(&s->sheet.out, "\n");
	sc_unspoken_print(&s->sheet, ev);
	s->unspoken = ev->head->session;
	return true;
}

/* ---- class ---- */

static sc_err show_close(void *self)
{
	struct show *s = self;
	if (s->sheet.out.at) {
		sc_wanted_missing(&s->wanted, &s->sheet);
		if (!s->wanted.count && !s->printed)
			sc_sheet_line(&s->sheet, "No session matches.");
	}
	sc_keep_close(&s->keep);
	return sc_sheet_close(&s->sheet);
}

static sc_err show_open(void *self, const struct sc_output_config *config)
{
	struct show *s = self;
	SC_TRY(sc_wanted_read(&s->wanted, config));
	SC_TRY(sc_keep_open(&s->keep, SC_KEEP_OCTETS));
	sc_err err = sc_sheet_open(&s->sheet, config);
	if (err)
		sc_keep_close(&s->keep);
	return err;
}

static void show_write(void *self, const struct sc_event *ev)
{
	struct show *s = self;
	bool whole = ev->kind == SC_EVENT_session || sc_unspoken_or_other(ev);
	if (!ev->head || !sc_wanted_is(&s->wanted, ev->head->session, whole))
		return;
	if (put_unspoken(s, ev))
		return;
	if (ev->kind != SC_EVENT_session) {
		if (KINDS >> ev->kind & 1)
			sc_keep_add(&s->keep, ev);
		return;
	}
	struct sc_dialogue *d = sc_keep_take(&s->keep, ev->head->session);
	put_page(s, ev, d);
	sc_keep_give(d);
}

static void show_flush(void *self)
{
	struct show *s = self;
	sc_buffer_flush(&s->sheet.out);
}

const struct sc_sink_class sc_sink_show = {
	.name    = "show",
	.summary = "whole dialogues, both sides, with times and verdicts",
	.wants   = KINDS,
	.size    = sizeof(struct show),
	.open    = show_open,
	.write   = show_write,
	.close   = show_close,
	.flush   = show_flush,
};
