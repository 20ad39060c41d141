/* sasl.c - the user name of an AUTH dialogue (RFC 4954), by mechanism: RFC 4616, 2195, 2831, 5802, 7628, 4422,
 * 4505 and the habits of LOGIN, NTLM and XOAUTH2.
 *
 * It trusts nothing that is sent, and above all not that a client sends what its mechanism asks for.  It promises
 * that the struct never holds a secret: a reader takes a name only where the form around it is whole, so that a
 * damaged response gives "?" and not, perhaps, the password.  Where both an authorization and an authentication
 * identity are sent, the first is the name: it is the one the session acts for. */
#include "smtp/sasl.h"

#include "base/base64.h"
#include "base/cursor.h"

/* RFC 4954 4: a line of the dialogue has at most 12288 octets, which is 9216 decoded. */
#define DECODED_OCTETS 9216

enum found {
	FOUND_NOTHING, /* no name here, it may come later */
	FOUND_NAME,
	FOUND_ODD,     /* a name should be here and cannot be told from the rest */
};

struct mechanism {
	sc_str name;
	bool   family;                                         /* the name is a prefix of the mechanisms' names */
	bool   asked;                                          /* a name only where it is wanted(), as LOGIN does */
	enum found (*read)(struct sc_sasl *s, sc_str decoded); /* NULL: the name is not visible */
};

static void put(struct sc_sasl *s, char c)
{
	if (s->user_len < SC_SASL_USER_OCTETS)
		s->user[s->user_len++] = c;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t utf8_octets(char lead)
{
	unsigned char c = (unsigned char)lead;
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

/* A name that fills its field may have been cut: the sequence that does not fit is taken off whole. */
static void end_at_boundary(struct sc_sasl *s)
{
	size_t lead = s->user_len;
	while (lead > 0 && s->user_len - lead < 3 && is_continuation(s->user[lead - 1]))
		lead--;
	if (lead > 0 && utf8_octets(s->user[lead - 1]) > s->user_len - lead + 1)
		while (s->user_len >= lead)
			s->user[--s->user_len] = 0;
}

static void forget(struct sc_sasl *s)
{
	memset(s->user, 0, sizeof(s->user));
	s->user_len = 0;
}

/* Plain writes before the end of a buffer's life are what an optimizer removes; these it must keep. */
static void wipe(uint8_t *at, size_t octets)
{
	volatile uint8_t *v = at;
	for (size_t i = 0; i < octets; i++)
		v[i] = 0;
}

static enum found keep(struct sc_sasl *s, sc_str name)
{
	for (size_t i = 0; i < name.len; i++)
		put(s, name.at[i]);
	return name.len ? FOUND_NAME : FOUND_ODD;
}

/* A response that is nothing but the name.  With a NUL it is the response of another mechanism, password included. */
static enum found read_whole(struct sc_sasl *s, sc_str decoded)
{
	return sc_str_find(decoded, 0) == SIZE_MAX ? keep(s, decoded) : FOUND_ODD;
}

/* LOGIN asks for the name, then for the password.  When the question was not seen the name is what comes first. */
static bool wanted(const struct sc_sasl *s)
{
	return s->asked_user || (!s->asked_secret && s->lines == 1);
}

/* RFC 4616 2: [authzid] NUL authcid NUL password.  Without the second NUL the password may stand anywhere. */
static enum found read_plain(struct sc_sasl *s, sc_str decoded)
{
	if (sc_str_find(decoded, 0) == SIZE_MAX)
		return FOUND_ODD;
	sc_str authzid = sc_str_until(&decoded, 0);
	if (sc_str_find(decoded, 0) == SIZE_MAX)
		return FOUND_ODD;
	sc_str authcid = sc_str_until(&decoded, 0);
	return keep(s, authzid.len ? authzid : authcid);
}

static bool is_hex(sc_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!sc_is_digit(s.at[i]) && !(sc_lower(s.at[i]) >= 'a' && sc_lower(s.at[i]) <= 'f'))
			return false;
	return true;
}

/* RFC 2195 2: name SP digest.  The digest is 32 hexadecimal digits; what is none may be a password sent by
 * mistake. */
static enum found read_cram(struct sc_sasl *s, sc_str decoded)
{
	size_t space = sc_str_rfind(decoded, ' ');
	if (space == SIZE_MAX)
		return FOUND_ODD;
	sc_str digest = sc_str_from(decoded, space + 1);
	return digest.len == 32 && is_hex(digest) ? keep(s, sc_str_slice(decoded, 0, space)) : FOUND_ODD;
}

/* Takes a quoted string off `*rest`, its '"' already taken, and puts it into the name if `wanted`. */
static bool take_quoted(sc_str *rest, struct sc_sasl *s, bool wanted)
{
	for (size_t i = 0; i < rest->len; i++) {
		if (rest->at[i] == '"') {
			*rest = sc_str_from(*rest, i + 1);
			return true;
		}
		if (rest->at[i] == '\\' && ++i == rest->len)
			return false;
		if (wanted)
			put(s, rest->at[i]);
	}
	return false;
}

/* RFC 2831 2.1.2: directives name=value or name="value" between commas.  An unquoted name is against the RFC and
 * seen.  A value that does not end at a comma may have run into the response. */
static enum found read_digest(struct sc_sasl *s, sc_str rest)
{
	while (rest.len) {
		sc_str name = sc_str_trim(sc_str_until(&rest, '='));
		bool is_user = sc_str_equal_nocase(name, SC_STR("username"));
		bool quoted  = sc_str_starts(rest, SC_STR("\""));
		rest = sc_str_from(rest, quoted);
		if (quoted && !take_quoted(&rest, s, is_user))
			return FOUND_ODD;
		sc_str tail = sc_str_trim(sc_str_until(&rest, ','));
		if (!is_user)
			continue;
		if (quoted)
			return s->user_len && tail.len == 0 ? FOUND_NAME : FOUND_ODD;
		bool run_on = sc_str_find(tail, ' ') != SIZE_MAX || sc_str_find(tail, '=') != SIZE_MAX;
		return run_on ? FOUND_ODD : keep(s, tail);
	}
	return FOUND_ODD;
}

/* NTLM AUTHENTICATE_MESSAGE: fields are length, room and offset; texts are UTF-16LE when flag bit 0 says so. */
enum {
	NTLM_LM_RESPONSE = 12,
	NTLM_NT_RESPONSE = 20,
	NTLM_USER        = 36,
	NTLM_FLAGS       = 60,
	NTLM_HEADER      = 64,
};

struct ntlm_field {
	uint64_t offset, len; /* their sum cannot overflow */
};

static struct ntlm_field ntlm_field(sc_str message, size_t at)
{
	struct sc_cursor c = sc_cursor_of(sc_str_from(message, at));
	struct ntlm_field f = { .len = sc_cursor_le16(&c) };
	sc_cursor_skip(&c, 2);
	f.offset = sc_cursor_le32(&c);
	return f;
}

static bool overlap(struct ntlm_field a, struct ntlm_field b)
{
	return a.len && b.len && a.offset < b.offset + b.len && b.offset < a.offset + a.len;
}

static void put_code_point(struct sc_sasl *s, uint32_t c)
{
	if (c < 0x80) {
		put(s, (char)c);
		return;
	}
	unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	put(s, (char)(lead[more] | c >> 6 * more));
	while (more--)
		put(s, (char)(0x80 | (c >> 6 * more & 0x3f)));
}

static bool is_surrogate(uint32_t unit, uint32_t half)
{
	return (unit & 0xfc00) == half;
}

static enum found keep_utf16(struct sc_sasl *s, sc_str name)
{
	struct sc_cursor c = sc_cursor_of(name);
	while (sc_cursor_left(&c) >= 2) {
		uint32_t unit = sc_cursor_le16(&c);
		uint32_t low  = sc_cursor_left(&c) >= 2 ? sc_load_le16(c.at) : 0;
		if (is_surrogate(unit, 0xd800) && is_surrogate(low, 0xdc00)) {
			sc_cursor_skip(&c, 2);
			unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
		} else if ((unit & 0xf800) == 0xd800) {
			unit = 0xfffd;
		}
		put_code_point(s, unit);
	}
	return name.len >= 2 ? FOUND_NAME : FOUND_ODD;
}

static enum found read_ntlm(struct sc_sasl *s, sc_str message)
{
	if (!sc_str_starts(message, SC_STR("NTLMSSP\0")))
		return FOUND_ODD;
	if (message.len < 12 || sc_load_le32(message.at + 8) != 3)
		return FOUND_NOTHING;
	struct ntlm_field user = ntlm_field(message, NTLM_USER);
	bool whole = message.len >= NTLM_USER + 8 && user.offset >= NTLM_USER + 8 && user.offset <= message.len &&
		     user.len <= message.len - user.offset;
	/* Nothing of the responses, from which a password can be searched, may pass for a name. */
	if (!whole || overlap(user, ntlm_field(message, NTLM_LM_RESPONSE)) ||
	    overlap(user, ntlm_field(message, NTLM_NT_RESPONSE)))
		return FOUND_ODD;
	/* Messages of the oldest clients have no flags: their texts begin where these would stand. */
	bool has_flags = user.offset >= NTLM_HEADER;
	bool unicode   = has_flags && (sc_load_le32(message.at + NTLM_FLAGS) & 1);
	sc_str name    = sc_str_slice(message, user.offset, user.len);
	return unicode ? keep_utf16(s, name) : keep(s, name);
}

/* A name as RFC 5802 5.1 writes it: =2C is a comma, =3D an equals sign. */
static enum found keep_saslname(struct sc_sasl *s, sc_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		sc_str here = sc_str_slice(name, i, 3);
		bool comma  = sc_str_equal_nocase(here, SC_STR("=2C"));
		bool equals = sc_str_equal_nocase(here, SC_STR("=3D"));
		put(s, comma ? ',' : equals ? '=' : name.at[i]);
		i += comma || equals ? 2 : 0;
	}
	return name.len ? FOUND_NAME : FOUND_ODD;
}

/* Takes the gs2-header (RFC 5801 4: flag "," [a=authzid] ",") off `*rest` and gives the authzid.  False: there is
 * none.  A ^A before its end is where OAUTHBEARER goes on with the token. */
static bool take_gs2_header(sc_str *rest, sc_str *authzid)
{
	if (sc_str_starts(*rest, SC_STR("F,")))
		*rest = sc_str_from(*rest, 2);
	size_t commas = sc_str_find(*rest, ',');
	sc_str flag   = sc_str_until(rest, ',');
	bool known    = sc_str_equal(flag, SC_STR("n")) || sc_str_equal(flag, SC_STR("y")) ||
		     sc_str_starts(flag, SC_STR("p="));
	if (!known || commas == SIZE_MAX || sc_str_find(*rest, ',') == SIZE_MAX)
		return false;
	sc_str field = sc_str_until(rest, ',');
	*authzid     = sc_str_starts(field, SC_STR("a=")) ? sc_str_from(field, 2) : SC_STR("");
	return (field.len == 0 || authzid->len > 0) && sc_str_find(field, 1) == SIZE_MAX;
}

/* RFC 5802 7, client-first-message: gs2-header [m=ext ","] n=name ",r=" nonce.  The comma after the name must be
 * there. */
static enum found read_scram(struct sc_sasl *s, sc_str rest)
{
	sc_str authzid;
	if (!take_gs2_header(&rest, &authzid))
		return FOUND_ODD;
	if (authzid.len)
		return keep_saslname(s, authzid);
	if (sc_str_starts(rest, SC_STR("m=")))
		(void)sc_str_until(&rest, ',');
	if (!sc_str_starts(rest, SC_STR("n=")) || sc_str_find(rest, ',') == SIZE_MAX)
		return FOUND_ODD;
	return keep_saslname(s, sc_str_from(sc_str_until(&rest, ','), 2));
}

/* RFC 7628 3.1: gs2-header, then fields that end in ^A.  The name may be in the token alone, and then is not seen;
 * after a failure the client sends a lone ^A. */
static enum found read_oauthbearer(struct sc_sasl *s, sc_str rest)
{
	sc_str authzid;
	if (sc_str_equal(rest, SC_STR("\x01")))
		return FOUND_NOTHING;
	if (!take_gs2_header(&rest, &authzid))
		return FOUND_ODD;
	return authzid.len ? keep_saslname(s, authzid) : FOUND_NOTHING;
}

/* user=name ^A auth=Bearer token ^A ^A.  Where the ^A between is missing, the token would be part of the name. */
static enum found read_xoauth2(struct sc_sasl *s, sc_str rest)
{
	while (sc_str_find(rest, 1) != SIZE_MAX) {
		sc_str field = sc_str_until(&rest, 1);
		if (!sc_str_starts_nocase(field, SC_STR("user=")))
			continue;
		bool glued = sc_str_search_nocase(field, SC_STR("auth=")) != SIZE_MAX ||
			     sc_str_search_nocase(field, SC_STR("bearer ")) != SIZE_MAX;
		return glued ? FOUND_ODD : keep(s, sc_str_from(field, 5));
	}
	return FOUND_ODD;
}

static const struct mechanism mechanisms[] = {
	/* name                    family  asked  read */
	{ SC_STR(""),              false,  false, NULL },
	{ SC_STR("PLAIN"),         false,  false, read_plain },
	{ SC_STR("LOGIN"),         false,  true,  read_whole },
	{ SC_STR("CRAM-MD5"),      false,  false, read_cram },
	{ SC_STR("DIGEST-MD5"),    false,  false, read_digest },
	{ SC_STR("NTLM"),          false,  false, read_ntlm },
	{ SC_STR("SCRAM-"),        true,   false, read_scram },
	{ SC_STR("XOAUTH2"),       false,  false, read_xoauth2 },
	{ SC_STR("OAUTHBEARER"),   false,  false, read_oauthbearer },
	{ SC_STR("EXTERNAL"),      false,  false, read_whole },
	{ SC_STR("ANONYMOUS"),     false,  false, read_whole },
	{ SC_STR("GSSAPI"),        false,  false, NULL }, /* RFC 4752: the name is encrypted */
	{ SC_STR("GSS-SPNEGO"),    false,  false, NULL },
	{ SC_STR("GS2-"),          true,   false, NULL }, /* RFC 5801 */
	{ SC_STR("EXCHANGEAUTH"),  false,  false, NULL }, /* X-EXPS of Exchange */
};

void sc_sasl_begin(struct sc_sasl *s, sc_str mechanism)
{
	memset(s, 0, sizeof(*s));
	mechanism = sc_str_trim(mechanism);
	for (size_t i = 1; i < sizeof(mechanisms) / sizeof(*mechanisms); i++) {
		const struct mechanism *m = &mechanisms[i];
		if (m->family ? sc_str_starts_nocase(mechanism, m->name) : sc_str_equal_nocase(mechanism, m->name))
			s->mechanism = (uint8_t)i;
	}
}

static const struct mechanism *mechanism_of(const struct sc_sasl *s)
{
	SC_ASSERT(s->mechanism < sizeof(mechanisms) / sizeof(*mechanisms));
	return &mechanisms[s->mechanism];
}

/* "Password for user alice" asks for the secret. */
static bool note_question(struct sc_sasl *s, sc_str text)
{
	s->asked_secret = sc_str_search_nocase(text, SC_STR("pass")) != SIZE_MAX;
	s->asked_user   = !s->asked_secret && sc_str_search_nocase(text, SC_STR("user")) != SIZE_MAX;
	return s->asked_secret || s->asked_user;
}

void sc_sasl_challenge(struct sc_sasl *s, sc_str text)
{
	uint8_t decoded[128]; /* longer than any question */
	bool bad = false;
	s->asked_user = s->asked_secret = false;
	if (!mechanism_of(s)->asked)
		return;
	text = sc_str_trim(text);
	size_t len = sc_base64_decode(text, decoded, sizeof(decoded), &bad);
	/* "334 Username" is good base64 and makes no sense decoded: such words are looked for as they stand. */
	if (bad || !note_question(s, (sc_str){ (const char *)decoded, len }))
		(void)note_question(s, text);
}

static void read_response(struct sc_sasl *s, const struct mechanism *m, sc_str line)
{
	uint8_t decoded[DECODED_OCTETS];
	bool bad   = false;
	size_t len = sc_base64_decode(line, decoded, sizeof(decoded), &bad);
	SC_ASSERT(len <= sizeof(decoded));
	enum found found = bad ? FOUND_ODD : m->read(s, (sc_str){ (const char *)decoded, len });
	wipe(decoded, len);
	if (found != FOUND_NAME)
		forget(s);
	if (found == FOUND_ODD)
		put(s, '?');
	if (s->user_len == SC_SASL_USER_OCTETS)
		end_at_boundary(s);
	s->user_known = found != FOUND_NOTHING;
}

void sc_sasl_response(struct sc_sasl *s, sc_str line)
{
	const struct mechanism *m = mechanism_of(s);
	line = sc_str_trim(line);
	if (s->lines < UINT8_MAX)
		s->lines++;
	bool empty = line.len == 0 || sc_str_equal(line, SC_STR("=")) || sc_str_equal(line, SC_STR("*"));
	/* Once the name is known nothing is read any more: what follows can only be a secret. */
	if (!empty && m->read && !s->user_known && (!m->asked || wanted(s)))
		read_response(s, m, line);
	s->asked_user = s->asked_secret = false;
}
