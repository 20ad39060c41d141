/* stories.c - finds the story of every delivery, or begins one, and tells stories when they are over.
 *
 * Whether an attempt belongs to a story is judged by join.c; here the candidates are weighed against each other.  Where two
 * would do and nothing names one of them, the attempt begins a story of its own and both are marked: what rests on the
 * absence of a retry is then not claimed.  Nor is it where the retry may have gone by unseen: inside TLS, in a gap, in a
 * connection of which one side is missing, or while nothing was captured.
 *
 * A story is told when it has had several attempts, or was never retried.  It is told once it has ended and nothing followed
 * for a while, or at the end of the capture; a message that is sent once more after that is told again, under the same id.
 */
#include "story/stories.h"

#include "base/hash.h"
#include "story/activity.h"
#include "story/net.h"
#include "story/notice.h"
#include "story/queue.h"
#include "story/returns.h"
#include "story/shelf.h"
#include "story/write.h"

#define LINGER   (600 * SC_SECOND)         /* after its end a story waits so long for what may follow */
#define GIVEN_UP (5 * 86400 * SC_SECOND)   /* by then the sender has stopped trying (RFC 5321 4.5.4.1) */
#define WORKED   (600 * SC_SECOND)         /* who takes mail so long before and after a refusal is not in trouble */
#define SHELF_SHARE 16                     /* of the memory, each */

struct server {
	struct sc_entry entry;
	struct sc_activity took;           /* mail */
};

struct seen {                              /* when something was seen last */
	struct sc_entry entry;
	sc_time when;
};

struct stories {
	struct sc_observer_config config;
	struct sc_book book;
	struct sc_shelf servers;           /* that took mail */
	struct sc_shelf late;              /* sessions whose verdict the client did not wait for */
	struct sc_shelf unseen;            /* networks of clients some of whose mail could not be read */
	struct sc_report report;           /* in a message whose deliveries come next */
	struct sc_notice notice;           /* of that report, until it was told */
	struct sc_past before;             /* what the delivery in work was joined to */
	struct sc_story *joined;           /* NULL: it began its story, or is no new attempt */
	uint64_t session, n, packet;       /* of the delivery before, and how many of that transaction there were */
	uint64_t ordinal;
};

/* ---- choosing ---- */

struct candidates {
	struct sc_story *best[SC_JOIN_YES + 1]; /* the newest of each kind */
	unsigned count[SC_JOIN_YES + 1];
	unsigned all, same_size;
	struct sc_story *repeated;              /* the same recipient twice in one transaction */
};

static bool same_size(const struct sc_identity *a, const struct sc_identity *b)
{
	return (a->declared != SC_NONE && a->declared == b->declared) || (a->size != SC_NONE && a->size == b->size);
}

static struct candidates weigh(struct stories *w, const struct sc_attempt *a)
{
	struct candidates c = { .all = 0 };
	struct sc_book_walk walk = sc_book_walk(&w->book, a);
	for (struct sc_story *s; (s = sc_book_next(&w->book, &walk));) {
		enum sc_join join = sc_join_judge(&s->past, a);
		c.best[join] = c.best[join] ? c.best[join] : s;
		c.count[join]++;
		c.all++;
		c.same_size += same_size(&s->past.who, &a->who);
		if (s->past.last.session == a->act.session && s->past.last.n == a->act.n)
			c.repeated = s;
	}
	return c;
}

static void cloud(struct stories *w, const struct sc_attempt *a)
{
	struct sc_book_walk walk = sc_book_walk(&w->book, a);
	for (struct sc_story *s; (s = sc_book_next(&w->book, &walk));)
		s->clouded |= sc_join_judge(&s->past, a) != SC_JOIN_NO;
}

/* A size tells two mails apart only where they have not had the same size before; sender and recipient alone, only where
 * no other mail has passed between them. */
static struct sc_story *choose(struct stories *w, const struct sc_attempt *a, bool *guessed)
{
	struct candidates c = weigh(w, a);
	*guessed = false;
	if (c.repeated || c.best[SC_JOIN_YES])
		return c.repeated ? c.repeated : c.best[SC_JOIN_YES];
	*guessed = true;
	if (c.count[SC_JOIN_LIKELY] == 1 && c.same_size == 1)
		return c.best[SC_JOIN_LIKELY];
	if (c.count[SC_JOIN_LIKELY] == 0 && c.count[SC_JOIN_MAYBE] == 1 && c.all == 1)
		return c.best[SC_JOIN_MAYBE];
	if (c.count[SC_JOIN_LIKELY] + c.count[SC_JOIN_MAYBE])
		cloud(w, a);
	return NULL;
}

/* ---- telling ---- */

static bool is_worth_telling(const struct sc_story *s)
{
	return s->attempts > 1 || s->never_retried || s->returned != SC_TIME_NONE;
}

static void tell(struct stories *w, struct sc_story *s, bool over)
{
	if (s->told || !is_worth_telling(s))
		return;
	sc_story_write(&w->config, s, over);
	s->told = true;
}

static void give_up(struct stories *w, struct sc_story *s)
{
	tell(w, s, false);
	w->book.given_up += s->chapter != SC_CHAPTER_SETTLED;
	sc_book_remove(&w->book, s);
}

/* ---- a delivery ---- */

/* The same for the same packets: session, transaction, and which of its deliveries. */
static uint64_t story_id(struct stories *w, const struct sc_event *ev, const struct sc_attempt *a)
{
	bool same = w->session == a->act.session && w->n == a->act.n && w->packet == ev->packet;
	w->ordinal = same ? w->ordinal + 1 : 0;
	w->session = a->act.session;
	w->n = a->act.n;
	w->packet = ev->packet;
	uint64_t name[] = { w->session, w->n, w->packet - ev->flow, w->ordinal };
	uint64_t id = sc_hash(0, (sc_str){ (const char *)name, sizeof(name) });
	return id ? id : 1;
}

static void note_server(struct stories *w, const struct sc_try *act)
{
	bool fresh;
	struct server *v = sc_shelf_touch(&w->servers, sc_net_hash(w->config.seed, &act->server), act->when, &fresh);
	sc_activity_note(&v->took, act->when);
}

/* Did the server take mail of others shortly before and shortly after it put this off? */
static void judge_server(struct stories *w, struct sc_story *s)
{
	const struct sc_try *first = &s->past.first;
	const struct server *v = sc_shelf_find(&w->servers, sc_net_hash(w->config.seed, &first->server));
	if (!v || first->when > INT64_MAX - WORKED) /* no clock shows such a time, but a capture may */
		return;
	s->server_worked |= sc_activity_between(&v->took, first->when - WORKED, first->when) &&
		sc_activity_between(&v->took, first->when + SC_ACTIVITY_MINUTE, first->when + WORKED);
}

static void place(struct stories *w, struct sc_story *s)
{
	enum sc_chapter to = sc_join_open(&s->past) ? SC_CHAPTER_WAITING : s->attempts > 1 ? SC_CHAPTER_ENDING :
		SC_CHAPTER_SETTLED;
	sc_book_turn(&w->book, s, to, s->past.last.when);
}

static struct sc_story *begin(struct stories *w, const struct sc_attempt *a, uint64_t id)
{
	struct sc_story *least;
	while ((least = sc_book_least(&w->book)))
		give_up(w, least);
	return sc_book_begin(&w->book, a, id);
}

static void stories_complete(void *self, const struct sc_event *ev, struct sc_ev_delivery *delivery)
{
	struct stories *w = self;
	struct sc_attempt a;
	bool guessed = false;
	w->joined = NULL;
	if (!sc_attempt_read(&a, ev, w->config.seed))
		return;
	uint64_t id = story_id(w, ev, &a);
	struct sc_story *s = choose(w, &a, &guessed);
	bool again = s && s->past.last.session == a.act.session && s->past.last.n == a.act.n;
	if (s && !again) {
		w->before = s->past;
		w->joined = s;
		s->guessed |= guessed;
		sc_book_add(&w->book, s, &a);
	} else if (!s) {
		s = begin(w, &a, id);
	}
	if (!s)
		return;
	judge_server(w, s);
	place(w, s);
	if (a.act.fate == SC_FATE_accepted)
		note_server(w, &a.act);
	delivery->attempt = s->attempts;
	delivery->story = s->id;
}

/* ---- what could not be read ---- */

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

static bool was_unseen(const struct sc_ev_session *body)
{
	const struct sc_ev_evidence *e = &body->evidence;
	bool tls = is_word(body->starttls, "established") || is_word(body->starttls, "implicit") ||
		is_word(body->starttls, "accepted_no_handshake");
	return (tls && !body->decrypted) || e->midstream || e->one_sided || e->gap_octets.client || e->gap_octets.server ||
		is_word(body->end_by, "evicted");
}

static void note_unseen(struct stories *w, const struct sc_event *ev)
{
	bool fresh;
	struct sc_ip net = sc_net_of(&ev->head->client.ip);
	if (!was_unseen(ev->body))
		return;
	struct seen *n = sc_shelf_touch(&w->unseen, sc_net_hash(w->config.seed, &net), ev->when, &fresh);
	n->when = ev->when;
}

static bool may_be_unseen(struct stories *w, const struct sc_story *s)
{
	struct sc_ip net = sc_net_of(&s->past.last.client);
	const struct seen *n = sc_shelf_find(&w->unseen, sc_net_hash(w->config.seed, &net));
	return n && n->when >= s->past.last.when;
}

/* ---- what came back ---- */

/* The report is delivered to whoever had sent what it returns. */
static void see_returns(struct stories *w, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	const struct sc_report *r = &w->report;
	if (!ev->head || r->session != ev->head->session || r->n != d->n || !r->session)
		return;
	for (uint32_t i = 0; i < r->count; i++) {
		struct sc_story *s = sc_report_story(r, i, &w->book, d->rcpt_to, w->config.seed);
		if (s)
			sc_notice_tie(&w->notice, r->items[i].nth, s->id);
		if (!s || !r->items[i].failed || s->returned != SC_TIME_NONE)
			continue;
		s->returned = ev->when;
		s->returned_status = r->items[i].status;
		s->told = false;
		sc_book_turn(&w->book, s, SC_CHAPTER_ENDING, ev->when);
	}
	sc_notice_tell(&w->notice, &w->config, ev->head, d);
}

static void see_message(struct stories *w, const struct sc_event *ev)
{
	sc_report_read(&w->report, ev, w->config.seed);
	sc_notice_read(&w->notice, ev);
}

/* Of a report without a recipient that is known nothing was told yet. */
static void see_session(struct stories *w, const struct sc_event *ev)
{
	note_unseen(w, ev);
	if (w->notice.session == ev->head->session)
		sc_notice_tell(&w->notice, &w->config, ev->head, NULL);
}

static bool was_late(void *ctx, uint64_t session)
{
	struct stories *w = ctx;
	return sc_shelf_find(&w->late, session) != NULL;
}

static void see_diagnosis(struct stories *w, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	bool fresh;
	if (ev->head && is_word(d->diagnosis, "late_accept"))
		(void)sc_shelf_touch(&w->late, ev->head->session, ev->when, &fresh);
}

static void see_delivery(struct stories *w, const struct sc_event *ev)
{
	see_returns(w, ev);
	if (w->joined)
		sc_queue_joined(&w->config, ev->head, w->joined, &w->before, was_late, w);
	w->joined = NULL;
}

static void stories_observe(void *self, const struct sc_event *ev)
{
	struct stories *w = self;
	if (ev->kind == SC_EVENT_delivery)
		see_delivery(w, ev);
	else if (ev->kind == SC_EVENT_diagnosis)
		see_diagnosis(w, ev);
	else if (ev->kind == SC_EVENT_message)
		see_message(w, ev);
	else if (ev->head)
		see_session(w, ev);
}

/* ---- time ---- */

/* The null path is left out: who asks whether a sender exists gives it, and does not come back (call-back). */
static void go_stale(struct stories *w, struct sc_story *s, sc_time now)
{
	bool claim = s->past.last.greylisted && !s->clouded && s->from_len && !may_be_unseen(w, s);
	sc_book_turn(&w->book, s, SC_CHAPTER_STALE, now);
	if (!claim)
		return;
	s->never_retried = true;
	s->told = false;
	sc_queue_abandoned(&w->config, s);
}

static void stories_tick(void *self, sc_time now)
{
	struct stories *w = self;
	struct sc_story *s;
	while ((s = sc_book_oldest(&w->book, SC_CHAPTER_WAITING)) && now - s->turned >= SC_QUEUE_RETRY)
		go_stale(w, s, now);
	while ((s = sc_book_oldest(&w->book, SC_CHAPTER_ENDING)) && now - s->turned >= LINGER) {
		tell(w, s, true);
		sc_book_turn(&w->book, s, SC_CHAPTER_SETTLED, now);
	}
	while ((s = sc_book_oldest(&w->book, SC_CHAPTER_STALE)) && now - s->turned >= GIVEN_UP) {
		tell(w, s, true);
		sc_book_turn(&w->book, s, SC_CHAPTER_SETTLED, now);
	}
}

static void stories_finish(void *self, sc_time now)
{
	static const enum sc_chapter order[] = { SC_CHAPTER_STALE, SC_CHAPTER_ENDING, SC_CHAPTER_WAITING };
	struct stories *w = self;
	struct sc_story *s;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		while ((s = sc_book_oldest(&w->book, order[i]))) {
			tell(w, s, order[i] != SC_CHAPTER_WAITING);
			sc_book_turn(&w->book, s, SC_CHAPTER_SETTLED, now);
		}
	}
}

/* Retries may have come while nothing was captured: none is missed.  When time goes back another capture begins. */
static void stories_jump(void *self, sc_time from, sc_time to)
{
	struct stories *w = self;
	struct sc_story *s;
	while ((s = sc_book_oldest(&w->book, SC_CHAPTER_WAITING)))
		sc_book_turn(&w->book, s, SC_CHAPTER_STALE, to);
	if (to < from)
		stories_finish(self, from);
}

/* ---- class ---- */

static sc_err stories_open(void *self, const struct sc_observer_config *config)
{
	struct stories *w = self;
	uint64_t shelf = config->memory / SHELF_SHARE;
	w->config = *config;
	bool taken = sc_book_open(&w->book, config->memory - 3 * shelf) &&
		sc_shelf_open(&w->servers, sizeof(struct server), shelf) &&
		sc_shelf_open(&w->late, sizeof(struct sc_entry), shelf) &&
		sc_shelf_open(&w->unseen, sizeof(struct seen), shelf);
	return taken ? SC_OK : SC_EFAILED;
}

static uint64_t stories_lost(const void *self)
{
	return ((const struct stories *)self)->book.given_up;
}

static void stories_close(void *self)
{
	struct stories *w = self;
	sc_book_close(&w->book);
	sc_shelf_close(&w->servers);
	sc_shelf_close(&w->late);
	sc_shelf_close(&w->unseen);
}

const struct sc_observer_class sc_stories_class = {
	.name     = "stories",
	.summary  = "attempts of one message for one recipient, joined",
	.wants    = SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_session),
	.more     = SC_WANT(SC_EVENT_message) | SC_WANT(SC_EVENT_diagnosis),
	.more_for = SC_WANT(SC_EVENT_story) | SC_WANT(SC_EVENT_diagnosis),
	.tells    = SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_story) | SC_WANT(SC_EVENT_diagnosis),
	.share    = 12,
	.size     = sizeof(struct stories),
	.open     = stories_open,
	.complete = stories_complete,
	.observe  = stories_observe,
	.tick     = stories_tick,
	.jump     = stories_jump,
	.finish   = stories_finish,
	.lost     = stories_lost,
	.close    = stories_close,
};
