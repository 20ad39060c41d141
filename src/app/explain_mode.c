/* explain_mode.c - `smtpscope explain NAME...` and `explain --classify`.
 *
 * Lines of --classify come from anywhere: a line of any length is read, of which the first LINE_OCTETS count. */
#include "app/explain_mode.h"

#include <errno.h>
#include <unistd.h>

#include "app/say.h"
#include "app/suggest.h"
#include "detect/frame/detection.h"
#include "explain/causes.h"
#include "explain/phrase.h"

#define LINE_OCTETS 65536

/* ---- names ---- */

static void offer(void *ctx, const char *word)
{
	sc_suggest_offer(ctx, word);
}

static void say_unknown(const char *name)
{
	struct sc_suggest s = sc_suggest_for(sc_str_of(name));
	sc_phrase_each(offer, &s);
	for (size_t i = 0; sc_detectors[i]; i++)
		sc_suggest_offer(&s, sc_detectors[i]->name);
	if (s.best)
		sc_say("explain", "nothing is called \"%s\"; did you mean \"%s\"?", name, s.best);
	else
		sc_say("explain",
		       "nothing is called \"%s\"; give a cause, reply code, enhanced code, diagnosis, detector, quirk, "
		       "outcome or field",
		       name);
}

static sc_err explain_names(const char *const *names, size_t count, const struct sc_writer *out)
{
	static char buffer[SC_PHRASE_OCTETS];
	sc_err result = SC_OK;
	bool written = false;
	for (size_t i = 0; i < count; i++) {
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		bool detector = sc_detector_explain(sc_str_of(names[i]), &t);
		if (!sc_phrase_explain(sc_str_of(names[i]), &t) && !detector) {
			say_unknown(names[i]);
			result = SC_EUSAGE;
			continue;
		}
		if ((written && !out->write(out->ctx, "\n", 1)) || !out->write(out->ctx, t.at, t.len))
			return SC_EFAILED;
		written = true;
	}
	return result;
}

/* ---- --classify ---- */

static bool absent(sc_str s)
{
	return s.len == 0 || sc_str_equal(s, SC_STR("-"));
}

static struct sc_status status_of(sc_str s)
{
	uint64_t n[3] = { 0 };
	for (int i = 0; i < 3; i++) {
		sc_str part = i < 2 ? sc_str_until(&s, '.') : s;
		if (part.len > 3 || !sc_str_number(part, &n[i]))
			return (struct sc_status){ 0 };
	}
	return (struct sc_status){ (uint16_t)n[0], (uint16_t)n[1], (uint16_t)n[2] };
}

void sc_explain_classify_line(sc_str line, struct sc_text *answer)
{
	sc_str code = sc_str_slice(line, 0, 3), enhanced = SC_STR(""), text = line;
	if (sc_str_find(line, '\t') == SIZE_MAX) { /* a reply as servers send it */
		line = SC_STR("");
	} else {
		code = sc_str_until(&line, '\t');
		enhanced = sc_str_until(&line, '\t');
		text = sc_str_until(&line, '\t');
	}
	sc_str column = sc_str_until(&line, '\t');
	uint64_t n = 0;
	if (!sc_str_number(code, &n) || n > 999)
		n = 0;
	enum sc_phase phase = absent(column) ? SC_PHASE_rcpt : sc_phase_of(column);
	struct sc_reason reason =
		sc_classify((uint16_t)n, status_of(enhanced), absent(text) ? SC_STR("") : text, phase);
	sc_text_adds(answer, sc_cause_name(reason.cause));
	sc_text_put(answer, '\t');
	sc_text_adds(answer, reason.rule);
	sc_text_put(answer, '\n');
}

static bool answer_line(sc_str line, const struct sc_writer *out)
{
	char buffer[256];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	sc_explain_classify_line(line, &t);
	return out->write(out->ctx, t.at, t.len);
}

/* What has been read of standard input and not been answered. */
struct reader {
	char   at[LINE_OCTETS];
	size_t len;
	bool   skipping; /* the rest of a line that was too long */
};

/* Answers every whole line; the rest moves to the front. */
static bool answer_lines(struct reader *r, const struct sc_writer *out)
{
	sc_str rest = { r->at, r->len };
	for (size_t end = sc_str_find(rest, '\n'); end != SIZE_MAX; end = sc_str_find(rest, '\n')) {
		if (!r->skipping && !answer_line(sc_str_slice(rest, 0, end), out))
			return false;
		r->skipping = false;
		rest = sc_str_from(rest, end + 1);
	}
	if (rest.len == LINE_OCTETS) {
		if (!r->skipping && !answer_line(rest, out))
			return false;
		r->skipping = true;
		rest.len = 0;
	}
	memmove(r->at, rest.at, rest.len);
	r->len = rest.len;
	return true;
}

static sc_err classify_input(const struct sc_writer *out)
{
	static struct reader r;
	for (;;) {
		ssize_t n = read(STDIN_FILENO, r.at + r.len, LINE_OCTETS - r.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			sc_say("standard input", "%s; give lines \"code TAB enhanced TAB text\"", strerror(errno));
			return SC_EFAILED;
		}
		if (n == 0)
			break;
		r.len += (size_t)n;
		if (!answer_lines(&r, out))
			return SC_EFAILED;
	}
	bool last = r.len && !r.skipping;
	return last && !answer_line((sc_str){ r.at, r.len }, out) ? SC_EFAILED : SC_OK;
}

int sc_explain_run(const char *const *names, size_t count, bool classify, const struct sc_writer *out)
{
	return (int)(classify ? classify_input(out) : explain_names(names, count, out));
}
