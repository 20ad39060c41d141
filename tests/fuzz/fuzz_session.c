/* fuzz_session.c - dialogues as a byte script: phrases, octets, gaps, turns.
 *
 * Beyond "no crash": the same dialogue cut into other runs gives the same events, and the same of its messages; an accepted
 * recipient has a name and a 2yz reply; every block comes back. */
#include <stdlib.h>
#include <string.h>

#include "engine/letter.h"
#include "same.h"
#include "smtp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_TURNS  200
#define MOST_OCTETS 8000

static const char *const phrases[2][40] = {
	{ "EHLO client.example.org\r\n", "HELO c\r\n", "LHLO c\r\n", "MAIL FROM:<a@example.org>\r\n",
	  "MAIL FROM:<> SIZE=10\r\n", "RCPT TO:<b@example.net>\r\n", "RCPT TO:<c@example.net>\r\n", "DATA\r\n", "x\r\n.\r\n",
	  ".\r\n", "\n.\r\n", "\r.\r", "\n.\nMAIL FROM:<e@example.org>\r\n", "BDAT 3\r\nabc", "BDAT 0 LAST\r\n", "BDAT 5 LAST\r\nQUIT\n",
	  "BDAT x\r\n", "RSET\r\n", "NOOP\r\n", "QUIT\r\n", "STARTTLS\r\n", "AUTH PLAIN c2VjcmV0d29yZA==\r\n",
	  "AUTH LOGIN\r\n", "c2VjcmV0d29yZA==\r\n", "*\r\n", "\x16\x03\x01\0", "TURN\r\n", "XEXCH50 4 1\r\n",
	  "XCLIENT NAME=x\r\n", "VRFY a\r\n", "\r\n", "\n", "Message-ID: <m@example.org>\r\n\r\n", "AUTH GSSAPI c2VjcmV0d29yZA==\r\n",
	  "BURL imap://x LAST\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "RCPT TO:<@r:d@example.net> NOTIFY=NEVER\r\n",
	  "MAIL FROM:<z@example.org> PRDR\r\n", "ATRN x\r\n", "FROB\r\n" },
	{ "220 mx.example.net ESMTP\r\n", "250 ok\r\n", "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "250-mx\r\n", "354 go\r\n",
	  "550 5.1.1 no\r\n", "451 4.3.0 later\r\n", "421 4.4.2 timeout\r\n", "221 bye\r\n", "334 VXNlcm5hbWU6\r\n",
	  "334 UGFzc3dvcmQ6\r\n", "235 ok\r\n", "535 5.7.8 c2VjcmV0d29yZA==\r\n", "503 5.5.1 no\r\n", "353 prdr\r\n",
	  "\x16\x03\x03\0", "garbage\r\n", "250", "\r\n", " ok\r\n", "250\n", "554 5.5.1 no valid recipients\r\n",
	  "250 2.0.0 Ok: queued as 3F2A11C0B5\r\n", "454 4.7.0 no TLS\r\n", "552 too big\r\n", "599 x\r\n", "100 x\r\n",
	  "250-a\r\n", "550-b\r\n", "220 2.0.0 ready\r\n", "252 x\r\n", "521 5.5.2 bare LF\r\n", "502 what\r\n", "\n", "x",
	  "250 one\r\n250 two\r\n", "250 ok\r\n354 go\r\n", "555 x\r\n", "453 x\r\n", "211 x\r\n" },
};

struct turn {
	enum sc_side side;
	uint64_t offset, acked;
	char  *bytes;   /* NULL: a gap */
	size_t len;
};

struct script {
	struct turn turns[MOST_TURNS];
	size_t count;
	uint64_t sent[2], seen[2];
	bool midstream;
	enum sc_session_end end;
	unsigned cut;
};

static void say(struct script *s, enum sc_side side, const char *at, size_t len, bool early)
{
	if (s->count == MOST_TURNS || !len || s->sent[side] + len > MOST_OCTETS)
		return;
	if (!early)
		s->seen[side] = s->sent[sc_other(side)];
	struct turn *t = &s->turns[s->count++];
	*t = (struct turn){ side, s->sent[side], s->seen[side], at ? malloc(len) : NULL, len };
	if (at) {
		SC_ASSERT(t->bytes);
		memcpy(t->bytes, at, len);
	}
	s->sent[side] += len;
}

/* 0-159: phrases, 160-199 early ones; then raw octets and gaps. */
static void read_script(struct script *s, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	if (size < 2)
		return;
	s->midstream = data[0] & 1;
	s->end = (enum sc_session_end)((data[0] >> 1) % (SC_END_CAPTURE + 1));
	s->cut = data[1];
	for (data += 2; data < end; data++) {
		enum sc_side side = *data & 1 ? SC_SERVER : SC_CLIENT;
		unsigned n = *data >> 1;
		if (n < 80) {
			const char *phrase = phrases[side][n % 40];
			size_t len = strlen(phrase);
			say(s, side, phrase, len + (len == 3 && phrase[0] == 0x16), n >= 60);
		} else if (n < 110) {
			size_t len = 1 + (n - 80) / 2;
			len = len < (size_t)(end - data - 1) ? len : (size_t)(end - data - 1);
			say(s, side, (const char *)data + 1, len, false);
			data += len;
		} else {
			say(s, side, NULL, (size_t)1 << (n - 110) % 8, false);
		}
	}
}

struct play {
	struct same same;
	struct sc_letters letters;
	struct sc_message_host messages;
};

static void emit(void *ctx, struct sc_session *s, enum sc_event_kind kind, const void *body, uint64_t first, uint64_t last)
{
	struct play *p = ctx;
	(void)s;
	(void)first;
	(void)last;
	same_event(&p->same, kind, body);
	if (kind == SC_EVENT_transaction)
		sc_letters_settle(&p->letters);
	if (kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *ev = body;
		if (strcmp(ev->outcome, "accepted") == 0)
			SC_ASSERT(ev->code >= 200 && ev->code < 300 && ev->rcpt_to.at);
	}
}

static void ignore(void *ctx, struct sc_session *s, enum sc_side side, const struct sc_segment *run)
{
	(void)ctx;
	(void)s;
	(void)side;
	(void)run;
}

static void text(void *ctx, struct sc_session *s, const struct sc_text_run *run)
{
	struct play *p = ctx;
	(void)s;
	SC_ASSERT((run->kind == SC_TEXT_OCTETS) == (run->bytes.at != NULL));
	sc_letters_feed(&p->letters, &p->messages, run);
}

static struct sc_text_name message(void *ctx, struct sc_session *s, uint64_t begin)
{
	struct play *p = ctx;
	struct sc_ev_message ev;
	const struct sc_letter *x = sc_letters_take(&p->letters, begin);
	(void)s;
	if (!x)
		return (struct sc_text_name){ .message_id = SC_STR_NONE };
	sc_message_tell(x->message, &ev);
	same_event(&p->same, SC_EVENT_message, &ev);
	return sc_letter_name(x, 0);
}

/* The piece of a turn from `at`: all of it, or as the script cuts.  A gap is one thing. */
static size_t piece(const struct script *s, const struct turn *t, size_t at, bool cut)
{
	size_t n = 1 + (s->cut + at) % (1 + s->cut % 13), left = t->len - at;
	return cut && t->bytes && n < left ? n : left;
}

static void feed(struct sc_session *session, const struct script *s, const struct turn *t, bool cut, uint64_t number)
{
	for (size_t at = 0; at < t->len;) {
		size_t n = piece(s, t, at, cut);
		char *copy = t->bytes ? malloc(n) : NULL;
		if (t->bytes) {
			SC_ASSERT(copy);
			memcpy(copy, t->bytes + at, n);
		}
		struct sc_segment run = { .offset = t->offset + at, .bytes = { copy, n }, .acked = t->acked,
			.when = (sc_time)number * SC_MS, .packet = number };
		sc_session_feed(session, t->side, &run);
		free(copy);
		at += n;
	}
}

static void play(const struct script *s, bool cut, struct play *p)
{
	static struct sc_session_scratch scratch;
	static struct sc_message_scratch message_room;
	static struct sc_blocks store; /* opened once: that all comes back is asserted below */
	SC_ASSERT(store.classes[0].area || sc_blocks_open(&store, 8 << 20));
	struct sc_session_host host = { .store = &store, .scratch = &scratch, .wants = UINT64_MAX, .key = 1, .emit = emit,
		.opaque = ignore, .text = text, .message = message, .ctx = p };
	p->messages = (struct sc_message_host){ .store = &store, .scratch = &message_room, .parts = true };
	struct sc_session *session = calloc(1, sizeof(*session));
	SC_ASSERT(session);
	struct sc_ev_head head = { .session = 1, .server = { .port = 25 } };
	sc_session_open(session, &host, &head, s->midstream);
	for (size_t i = 0; i < s->count; i++)
		feed(session, s, &s->turns[i], cut, i + 1);
	sc_session_end(session, s->end);
	sc_letters_close(&p->letters);
	SC_ASSERT(sc_blocks_in_use(&store) == 0);
	free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script *s = calloc(1, sizeof(*s));
	struct play whole = { 0 }, cut = { 0 };
	SC_ASSERT(s);
	read_script(s, data, size);
	play(s, false, &whole);
	play(s, true, &cut);
	if (whole.same.at || cut.same.at)
		same_or_stop(&whole.same, &cut.same);
	for (size_t i = 0; i < s->count; i++)
		free(s->turns[i].bytes);
	free(s);
	free(whole.same.at);
	free(cut.same.at);
	return 0;
}
