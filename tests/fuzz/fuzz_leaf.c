/* fuzz_leaf.c - the small parsers of the SMTP layer: replies, paths, software, SASL.
 *
 * Oracles: whatever is found is borrowed from the input; a path and its parameters are two places of it; a name
 * keeps its bounds; and a secret, marked by octets that the rest of the input does not have, is nowhere in the
 * state of a dialogue. */
#include <stddef.h>
#include <stdint.h>

#include "base/base64.h"
#include "smtp/path.h"
#include "smtp/reply.h"
#include "smtp/sasl.h"
#include "smtp/software.h"

#define NAME_OCTETS 1000

static const char marker[] = "\xf5\xf6\xf7\xf8";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(sc_str part, sc_str whole)
{
	return part.len == 0 || (part.at >= whole.at && part.len <= whole.len &&
				 (size_t)(part.at - whole.at) <= whole.len - part.len);
}

static void try_reply(sc_str input)
{
	struct sc_reply_line r = sc_reply_read(input);
	SC_ASSERT(within(r.text, input) && r.code <= 999);
	SC_ASSERT(r.code || r.text.len == input.len);
	SC_ASSERT(!(r.more && r.odd));
	struct sc_status st = sc_status_find(r.text);
	SC_ASSERT(st.cls ? st.cls <= 5 && st.subject <= 999 && st.detail <= 999 : !st.subject && !st.detail);
}

static void try_path(sc_str input, sc_str keyword)
{
	struct sc_path p = sc_path_read(input, keyword);
	SC_ASSERT(p.address.at && p.params.at);
	SC_ASSERT(within(p.address, input) && within(p.params, input));
	SC_ASSERT(!p.address.len || !p.params.len || p.address.at + p.address.len <= p.params.at);
	/* Only brackets with nothing between are the null path. */
	if (p.address.len == 0 && !(p.quirks & SC_QUIRK_BIT(bad_path)))
		SC_ASSERT(sc_str_find(input, '<') < sc_str_find(input, '>'));
	sc_str name, value;
	size_t octets = 0;
	while (sc_path_param(&p.params, &name, &value)) {
		SC_ASSERT(name.len && value.at && within(name, input) && within(value, input));
		octets += name.len + value.len;
	}
	SC_ASSERT(octets <= input.len);
}

static void try_software(sc_str input)
{
	char buf[40];
	size_t size = input.len % (sizeof(buf) + 1);
	sc_str software = sc_software_of_greeting(input, buf, size);
	SC_ASSERT(!software.at || (software.at == buf && software.len <= size));
	SC_ASSERT(within(sc_software_host(input), input));
	sc_str id = sc_software_queue_id(input);
	SC_ASSERT(within(id, input) && (!id.at || id.len > 0));
	(void)sc_software_of_acceptance(input);
}

static void check_name(const struct sc_sasl *s)
{
	SC_ASSERT(s->user_len <= SC_SASL_USER_OCTETS && s->user_known == (s->user_len > 0));
	for (size_t i = s->user_len; i < SC_SASL_USER_OCTETS; i++)
		SC_ASSERT(s->user[i] == 0);
}

static void check_secret(const struct sc_sasl *s)
{
	check_name(s);
	SC_ASSERT(!memmem(s, sizeof(*s), marker, sizeof(marker) - 1));
}

static void respond(struct sc_sasl *s, sc_str raw)
{
	static char line[SC_BASE64_OCTETS(4 * NAME_OCTETS)];
	size_t len = sc_base64_encode((const uint8_t *)raw.at, raw.len, line, sizeof(line));
	sc_sasl_response(s, (sc_str){ line, len });
}

/* A dialogue as the input has it, a turn a line: first the mechanism, then '<' a challenge, '>' a response to be
 * encoded, anything else a response as it stands. */
static void try_dialogue(sc_str input)
{
	struct sc_sasl s;
	sc_sasl_begin(&s, sc_str_until(&input, '\n'));
	while (input.len) {
		sc_str turn = sc_str_until(&input, '\n');
		if (sc_str_starts(turn, SC_STR("<")))
			sc_sasl_challenge(&s, sc_str_from(turn, 1));
		else if (sc_str_starts(turn, SC_STR(">")))
			respond(&s, sc_str_from(turn, 1));
		else
			sc_sasl_response(&s, turn);
		check_name(&s);
	}
}

/* Joins `parts` and sends them as the only response. */
static void send_secret(sc_str mechanism, const sc_str *parts, size_t count)
{
	static char raw[3 * NAME_OCTETS];
	size_t len = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(raw + len, parts[i].at, parts[i].len);
		len += parts[i].len;
	}
	struct sc_sasl s;
	sc_sasl_begin(&s, mechanism);
	respond(&s, (sc_str){ raw, len });
	check_secret(&s);
	respond(&s, (sc_str){ raw, len });
	check_secret(&s);
}

static void try_secrets(sc_str input)
{
	sc_str rest = sc_str_slice(input, 0, NAME_OCTETS);
	sc_str one  = sc_str_until(&rest, 0);
	sc_str two  = sc_str_until(&rest, 0);
	sc_str nul  = SC_STR("\0"), secret = SC_STR(marker);
	if (one.at == NULL || memmem(input.at, input.len, marker, 1))
		return;
	send_secret(SC_STR("PLAIN"), (sc_str[]){ one, nul, two, nul, secret, rest }, 6);
	send_secret(SC_STR("PLAIN"), (sc_str[]){ one, nul, secret }, 3);
	send_secret(SC_STR("PLAIN"), (sc_str[]){ secret, one }, 2);
	send_secret(SC_STR("LOGIN"), (sc_str[]){ nul, one, nul, secret }, 4);
	send_secret(SC_STR("CRAM-MD5"), (sc_str[]){ one, SC_STR(" "), secret }, 3);
	send_secret(SC_STR("DIGEST-MD5"), (sc_str[]){ SC_STR("username=\"a\""), one, SC_STR("nonce="), secret }, 4);
	send_secret(SC_STR("SCRAM-SHA-1"), (sc_str[]){ SC_STR("n,,n="), one, SC_STR(",r=x"), secret }, 4);
	send_secret(SC_STR("XOAUTH2"), (sc_str[]){ SC_STR("user="), one, SC_STR("auth=Bearer "), secret, nul }, 5);
	struct sc_sasl s;
	sc_sasl_begin(&s, SC_STR("LOGIN"));
	sc_sasl_challenge(&s, SC_STR("VXNlcm5hbWU6"));
	respond(&s, one);
	sc_sasl_challenge(&s, two);
	bool asked_again = s.asked_user && !s.user_known;
	respond(&s, secret);
	if (!asked_again)
		check_secret(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sc_str input = { (const char *)data, data ? size : 0 };
	try_reply(input);
	try_path(input, SC_STR("FROM"));
	try_path(input, SC_STR("TO"));
	(void)sc_path_command_like(input);
	try_software(input);
	try_dialogue(input);
	try_secrets(input);
	return 0;
}
