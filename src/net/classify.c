/* classify.c - compares the beginning of a side with how protocols begin.
 *
 * Trusts nothing: what looks like mail here must still show it in its dialogue, and FTP greets like SMTP.  A beginning that
 * is too short to tell counts as mail, since TCP may cut it anywhere; but it never counts as another protocol.
 */
#include "net/classify.h"

struct opening {
	enum sc_side side;
	sc_str       text;
	const char  *protocol;
};

#define TEXT(s) { s, sizeof(s) - 1 }

/* RFC 5321 3.1 (220, 554), 3.8 (421); PROXY is what HAProxy puts before what the client says. */
static const struct opening mail[] = {
	{ SC_SERVER, TEXT("220 "), NULL }, { SC_SERVER, TEXT("220-"), NULL }, { SC_SERVER, TEXT("554 "), NULL },
	{ SC_SERVER, TEXT("554-"), NULL }, { SC_SERVER, TEXT("421 "), NULL }, { SC_SERVER, TEXT("421-"), NULL },
	{ SC_CLIENT, TEXT("EHLO "), NULL }, { SC_CLIENT, TEXT("HELO "), NULL }, { SC_CLIENT, TEXT("LHLO "), NULL },
	{ SC_CLIENT, TEXT("PROXY "), NULL }, { SC_CLIENT, TEXT("\r\n\r\n\0\r\nQUIT\n"), NULL },
};

static const struct opening middle[] = {
	{ SC_CLIENT, TEXT("MAIL FROM:<"), NULL }, { SC_CLIENT, TEXT("RCPT TO:<"), NULL },
};

static const struct opening others[] = {
#define SC_OPENING(side, text, protocol) { SC_##side, TEXT(text), protocol },
#include "net/openings.def"
#undef SC_OPENING
};

/* Octets that are fewer than the text begin like it. */
static bool begins(const struct opening *o, enum sc_side side, sc_str octets)
{
	sc_str begin = sc_str_slice(octets, 0, o->text.len);
	return o->side == side && begin.len && sc_str_starts_nocase(o->text, begin);
}

bool sc_classify_mail(enum sc_side side, sc_str octets, bool later)
{
	for (size_t i = 0; i < sizeof(mail) / sizeof(mail[0]); i++)
		if (begins(&mail[i], side, octets))
			return true;
	for (size_t i = 0; later && i < sizeof(middle) / sizeof(middle[0]); i++)
		if (octets.len >= middle[i].text.len && begins(&middle[i], side, octets))
			return true;
	return false;
}

bool sc_classify_hello(sc_str octets)
{
	const char *at = octets.at;
	return octets.len && at[0] == 0x16 && (octets.len < 2 || at[1] == 3) && (octets.len < 6 || at[5] == 1);
}

const char *sc_classify_other(enum sc_side side, sc_str octets)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].side == side && sc_str_starts(octets, others[i].text))
			return others[i].protocol;
	return NULL;
}
