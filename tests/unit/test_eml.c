/* test_eml.c - message texts out of packets: whole ones to the octet, and everything else refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/pack.h"
#include "tui/eml.h"

#define FIRST 4294967290u /* the stream wraps around */

static struct sc_ev_endpoint client(void)
{
	return (struct sc_ev_endpoint){ .ip = { { 192, 0, 2, 1 }, 4 }, .port = 4000 };
}

static void send(struct sc_eml_stream *s, const char *stream, size_t from, size_t to, size_t captured)
{
	struct sc_tui_packet p = { .src = client().ip, .src_port = 4000, .flags = 16, .seq = (uint32_t)(FIRST + 1 + from),
		.octets = (uint32_t)(to - from), .payload = { stream + from, captured } };
	sc_eml_add(s, &p);
}

static struct sc_kept *keep(const struct sc_event *ev)
{
	struct sc_kept *k = sc_memory_take(sizeof(*k) + sc_pack_size(ev));
	assert_non_null(k);
	k->ev = sc_pack(ev, k->storage);
	return k;
}

/* "DATA 354|EOM 250|..." and the sizes of its messages: the events of a session, in one list. */
static struct sc_kept *events_of(const char *script, const uint64_t *sizes)
{
	struct sc_kept *first = NULL, **last = &first;
	sc_str rest = sc_str_of(script);
	uint64_t n = 0;
	while (rest.len) {
		sc_str word = sc_str_until(&rest, '|'), verb = sc_str_until(&word, ' '), argument = sc_str_until(&word, '/');
		struct sc_ev_exchange x = { .verb = verb, .argument = argument };
		for (size_t i = 0; i < word.len; i++)
			x.code = (uint16_t)(x.code * 10 + (word.at[i] - '0'));
		*last = keep(&(struct sc_event){ .kind = SC_EVENT_exchange, .body = &x });
		last = &(*last)->next;
	}
	for (; sizes[n]; n++) {
		struct sc_ev_transaction x = { .n = n + 1, .via = "DATA", .size = sizes[n] - 1, .declared_size = SC_NONE,
			.wire_size = SC_NONE, .lines = SC_NONE, .long_line_at = SC_NONE };
		*last = keep(&(struct sc_event){ .kind = SC_EVENT_transaction, .body = &x });
		last = &(*last)->next;
	}
	return first;
}

static char told[1024];

static void tell(void *ctx, uint64_t n, sc_str text, const char *why)
{
	struct sc_text *to = ctx;
	sc_text_number(to, n);
	sc_text_put(to, '=');
	if (why)
		sc_text_adds(to, "refused");
	else
		sc_text_add(to, text);
	sc_text_put(to, ';');
}

static const struct {
	const char *name, *stream, *script;
	uint64_t sizes[4]; /* as the engine measured them, plus one */
	const char *want;
} cases[] = {
	{ "one message", "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nA: b\r\n\r\ntext\r\n.\r\nQUIT\r\n",
	  "CONNECT /220|MAIL x/250|RCPT x/250|DATA /354|EOM /250|QUIT /221", { 15 }, "1=A: b\r\n\r\ntext\r\n;" },
	{ "dots", "DATA\r\n..a\r\n.b\r\n...\r\n.\r\n", "DATA /354|EOM /250", { 12 }, "1=.a\r\nb\r\n..\r\n;" },
	{ "empty", "DATA\r\n.\r\nDATA\r\nx\r\n.\r\n", "DATA /354|EOM /250|DATA /354|EOM /250", { 1, 4 }, "1=;2=x\r\n;" },
	{ "refused DATA", "DATA\r\nDATA\r\nx\r\n.\r\n", "DATA /503|DATA /354|EOM /550", { 4 }, "1=x\r\n;" },
	{ "LMTP: an answer for each recipient", "DATA\r\nx\r\n.\r\nDATA\r\ny\r\n.\r\n", "DATA /354|EOM /250|EOM /550|DATA /354|EOM /250",
	  { 4, 4 }, "1=x\r\n;2=y\r\n;" },
	{ "chunks", "BDAT 3\r\nabcBDAT 4 LAST\r\nd\r\n.DATA\r\nx\r\n.\r\n", "BDAT 3/250|BDAT 4 LAST/250|DATA /354|EOM /250", { 8, 4 },
	  "1=abcd\r\n.;2=x\r\n;" },
	{ "not as long as measured", "DATA\r\nx\r\n.\r\n", "DATA /354|EOM /250", { 9 }, "1=refused;" },
	{ "no end", "DATA\r\nx\r\n", "DATA /354|EOM /250", { 4 }, "1=refused;" },
	{ "a bare LF does not end it", "DATA\r\nx\n.\ny\r\n.\r\n", "DATA /354|EOM /250", { 7 }, "1=x\n\ny\r\n;" },
	{ "a chunk longer than all", "BDAT 99999999999999999999 LAST\r\nabc", "BDAT 99999999999999999999 LAST/250", { 4 }, "1=refused;" },
	{ "inside TLS", "STARTTLS\r\n\026\003\001", "STARTTLS /220|DATA /354|EOM /250", { 4 }, "1=refused;" },
	{ "nothing", "", "DATA /354|EOM /250", { 4 }, "1=refused;" },
};

static void check(size_t i, struct sc_eml_stream *s, const char *how, bool whole)
{
	struct sc_text to = sc_text_into(told, sizeof(told) - 1);
	struct sc_kept *events = events_of(cases[i].script, cases[i].sizes), *next;
	sc_eml_tell(s, events, tell, &to);
	told[to.len] = '\0';
	if (whole ? strcmp(told, cases[i].want) != 0 : to.len && !strstr(told, "refused") && strcmp(told, cases[i].want) != 0)
		fail_msg("%s, %s: %s", cases[i].name, how, told);
	for (; events; events = next) {
		next = events->next;
		sc_memory_give(events);
	}
	sc_eml_close(s);
}

static void begin(struct sc_eml_stream *s)
{
	struct sc_tui_packet syn = { .src = client().ip, .src_port = 4000, .flags = 2, .seq = FIRST };
	*s = (struct sc_eml_stream){ .client = client() };
	sc_eml_add(s, &syn);
}

static void gives_what_is_whole(void **state)
{
	struct sc_eml_stream s;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].stream);
		begin(&s);
		send(&s, cases[i].stream, 0, n, n);
		check(i, &s, "whole", true);
		begin(&s);
		for (size_t k = n; k-- > 0;)
			send(&s, cases[i].stream, k, k + 1, 1); /* the last octet first, each twice */
		for (size_t k = 0; k < n; k++)
			send(&s, cases[i].stream, k, k + 1, 1);
		check(i, &s, "octet by octet, backwards", true);
	}
}

/* Whatever octet the capture lacks: a text that is given is the right one. */
static void refuses_what_lacks_an_octet(void **state)
{
	struct sc_eml_stream s;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].stream);
		for (size_t lacks = 0; lacks < n; lacks++) {
			begin(&s);
			send(&s, cases[i].stream, 0, n, lacks); /* cut by the snap length */
			send(&s, cases[i].stream, lacks + 1, n, n - lacks - 1);
			check(i, &s, "an octet is lacking", false);
		}
	}
}

static void refuses_two_versions(void **state)
{
	struct sc_eml_stream s;
	(void)state;
	begin(&s);
	send(&s, "DATA\r\nx\r\n.\r\n", 0, 12, 12);
	send(&s, "DATA\r\ny\r\n.\r\n", 6, 7, 1);
	assert_true(s.differs);
	struct sc_text to = sc_text_into(told, sizeof(told));
	struct sc_kept *events = events_of("DATA /354|EOM /250", (uint64_t[]){ 4, 0 }), *next;
	sc_eml_tell(&s, events, tell, &to);
	assert_true(sc_str_equal(sc_text_str(&to), SC_STR("1=refused;")));
	for (; events; events = next) {
		next = events->next;
		sc_memory_give(events);
	}
	sc_eml_close(&s);
}

static void stays_within_bounds(void **state)
{
	struct sc_eml_stream s;
	(void)state;
	begin(&s);
	struct sc_tui_packet far = { .src = client().ip, .src_port = 4000, .flags = 16, .seq = FIRST + 1 + SC_EML_STREAM, .octets = 1,
		.payload = SC_STR("x") };
	sc_eml_add(&s, &far);
	assert_true(s.cut);
	far.seq = FIRST - 100; /* before the first */
	sc_eml_add(&s, &far);
	far.octets = UINT32_MAX;
	sc_eml_add(&s, &far);
	assert_int_equal(s.len, 0);
	sc_eml_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_is_whole),
		cmocka_unit_test(refuses_what_lacks_an_octet),
		cmocka_unit_test(refuses_two_versions),
		cmocka_unit_test(stays_within_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
