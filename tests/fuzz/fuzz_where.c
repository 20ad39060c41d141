/* fuzz_where.c - filter expressions from any octets.
 *
 * Oracle: an expression opens, or its error points inside it and says something harmless; a match gives the same
 * twice; `not (E)` is the opposite of E, and E inside a larger expression is what it is alone. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/where.h"
#include "where_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has nothing in it but characters that show is left as it is by sc_text_visible(). */
static void check_line(const char *line)
{
	char again[1024];
	struct sc_text t = sc_text_into(again, sizeof(again));
	sc_text_visible(&t, sc_str_of(line));
	SC_ASSERT(sc_str_equal(sc_text_str(&t), sc_str_of(line)));
}

static void check_error(const struct sc_where_error *error, size_t size)
{
	SC_ASSERT(error->at <= size && error->len <= size - error->at);
	SC_ASSERT(memchr(error->text, 0, sizeof(error->text)) && memchr(error->hint, 0, sizeof(error->hint)));
	SC_ASSERT(error->text[0]);
	check_line(error->text);
	check_line(error->hint);
}

static unsigned matches(const struct sc_where *w)
{
	unsigned got = 0;
	for (size_t i = 0; i < SAMPLES; i++)
		got |= (unsigned)sc_where_match(w, &sample_events[i]) << i;
	return got;
}

/* False when it does not open. */
static bool try(sc_str expression, unsigned *got, struct sc_where_error *error)
{
	struct sc_where *w;
	sc_err err = sc_where_open(&w, expression, error);
	SC_ASSERT((err == SC_OK) == (w != NULL));
	if (err) {
		SC_ASSERT(err == SC_EUSAGE);
		check_error(error, expression.len);
		return false;
	}
	*got = matches(w);
	SC_ASSERT(matches(w) == *got);
	sc_where_close(w);
	return true;
}

/* `before` E `after` in memory that ends where it ends. */
static sc_str wrapped(const char *before, sc_str e, const char *after)
{
	size_t b = strlen(before), a = strlen(after);
	char *at = malloc(b + e.len + a);
	SC_ASSERT(at);
	memcpy(at, before, b);
	if (e.len)
		memcpy(at + b, e.at, e.len);
	memcpy(at + b + e.len, after, a);
	return (sc_str){ at, b + e.len + a };
}

/* Only the limits may refuse what is wrapped. */
static void check_wrapped(const char *before, sc_str e, const char *after, unsigned expected)
{
	unsigned got;
	struct sc_where_error error;
	sc_str expression = wrapped(before, e, after);
	if (try(expression, &got, &error))
		SC_ASSERT(got == expected);
	else
		SC_ASSERT(strstr(error.text, "too deeply") || strstr(error.text, "more than"));
	free((void *)(uintptr_t)expression.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned got, all = (1u << SAMPLES) - 1;
	struct sc_where_error error;
	sc_str e = { (const char *)data, size };
	if (!try(e, &got, &error))
		return 0;
	SC_ASSERT(!error.text[0]);
	check_wrapped("not (", e, ")", ~got & all);
	check_wrapped("(", e, ") and true", got);
	check_wrapped("false || (", e, ")", got);
	check_wrapped("code and (", e, ") and not (true)", 0);
	return 0;
}
