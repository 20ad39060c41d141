/* smuggle.c - keeps what follows a look-alike of the end of a message, and reads it again if need be; see smuggle.h. */
#include "smtp/smuggle.h"

#include "smtp/commands.h"
#include "smtp/path.h"
#include "smtp/reply.h"

#define KEPT_OCTETS (32u << 10) /* commands and a short message: what such an attack needs */
#define FIRST_LINE  512         /* RFC 5321 4.5.3.1.4 */

void sc_smuggle_clear(struct sc_session *s)
{
	sc_pieces_clear(&s->behind.kept, s->host->store);
	s->behind.watching = s->behind.spoilt = false;
}

static void keep(struct sc_session *s, const struct sc_segment *run)
{
	bool conflict = false;
	if (!run->bytes.len)
		return;
	size_t taken = sc_pieces_add(&s->behind.kept, s->host->store, run, KEPT_OCTETS, &conflict);
	if (sc_segment_is_gap(run) || taken < run->bytes.len) {
		sc_smuggle_clear(s);
		s->behind.spoilt = true; /* too much for a trick, or not whole: the standard's reading stands */
	}
}

void sc_smuggle_watch(struct sc_session *s, const struct sc_unit *u)
{
	const struct sc_framer *f = &s->framer[SC_CLIENT];
	if (!s->scan.lookalikes || s->behind.watching || s->behind.spoilt)
		return;
	s->behind.watching = true;
	s->behind.from = s->text_begin + s->scan.first.end;
	s->behind.before = s->scan.first.before;
	if (s->behind.from < u->begin) {
		s->behind.watching = false;
		s->behind.spoilt = true;
		return;
	}
	struct sc_segment tail = u->last;
	tail.offset = s->behind.from;
	tail.bytes = sc_str_from(u->bytes, (size_t)(s->behind.from - u->begin));
	keep(s, &tail);
	for (const struct sc_piece *p = f->held.first; p && s->behind.watching; p = p->next)
		keep(s, &p->seg);
	if (s->behind.watching)
		keep(s, &f->run);
}

void sc_smuggle_feed(struct sc_session *s, const struct sc_segment *run)
{
	if (s->behind.watching)
		keep(s, run);
}

bool sc_smuggle_keep(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r)
{
	bool settled = x->quirks & (SC_QUIRK_BIT(eod_other) | SC_QUIRK_BIT(eod_assumed));
	if (settled || !s->behind.kept.first || s->lmtp || x->replies != 1 || s->tx.state != SC_TX_COMPLETE)
		return false;
	s->tx.kept = sc_verdict_of(r, SC_PHASE_eom, &s->tx.arena);
	s->tx.last_packet = r->last.packet;
	s->tx.last_at = r->last.when;
	if (s->tx.end_at != SC_TIME_NONE)
		s->tx.ev.timing.eom_ms = r->first.when - s->tx.end_at;
	return true;
}

/* The first kept line is a command, so that a server that took the look-alike had something to answer. */
bool sc_smuggle_commands(const struct sc_session *s)
{
	char text[FIRST_LINE];
	sc_str line = { text, 0 };
	for (const struct sc_piece *p = s->behind.kept.first; p && sc_str_find(line, '\n') == SIZE_MAX; p = p->next) {
		sc_str part = sc_str_slice(p->seg.bytes, 0, sizeof(text) - line.len);
		memcpy(text + line.len, part.at, part.len);
		line.len += part.len;
	}
	line = sc_str_slice(line, 0, sc_str_find(line, '\n'));
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return sc_path_command_like(line);
}

static void settle(struct sc_session *s)
{
	s->tx.ev.quirks |= sc_smuggle_commands(s) ? SC_QUIRK_BIT(eod_commands) : 0;
	s->tx.final = s->tx.kept;
	s->tx.kept.code = 0;
	sc_tx_end(s, SC_TX_VERDICT);
}

bool sc_smuggle_rewind(struct sc_session *s)
{
	if (!s->behind.kept.first)
		return false;
	sc_framer_rewind(&s->framer[SC_CLIENT], &s->behind.kept, s->behind.from);
	sc_smuggle_clear(s);
	s->searching = false;
	return true;
}

bool sc_smuggle_judge(struct sc_session *s, const struct sc_reply *r)
{
	const struct sc_exchange *x = s->head;
	if (!s->tx.kept.code)
		return false;
	bool queued = x && x->end <= r->first.acked && !x->doubt;
	bool answers_next = queued && (!(x->cmd->traits & SC_CMD_221) || r->code == 221);
	bool taken = !answers_next && r->code != 421 && sc_smuggle_commands(s);
	if (taken) {
		sc_tx_measure(s, &s->behind.before);
		s->tx.text_from = SC_NONE; /* what was read went beyond its end */
		s->tx.ev.quirks |= SC_QUIRK_BIT(eod_other);
	}
	settle(s);
	if (taken && sc_smuggle_rewind(s))
		return true;
	sc_smuggle_clear(s);
	return false;
}

void sc_smuggle_end(struct sc_session *s)
{
	if (s->tx.kept.code)
		settle(s);
}
