/* hello.c - reads hellos field by field with a cursor; what is behind the first fault is not looked at.
 *
 * Trusts nothing: every length is checked against what is left, and a list of 16-bit numbers with an odd octet at its end
 * loses that octet.
 */
#include "tls/hello.h"

#include <stddef.h>

#include "base/cursor.h"
#include "tls/names.h"

enum {
	EXT_SERVER_NAME = 0, EXT_GROUPS = 10, EXT_POINT_FORMATS = 11, EXT_SIGNATURES = 13, EXT_ALPN = 16,
	EXT_ENCRYPT_THEN_MAC = 22, EXT_SESSION_TICKET = 35, EXT_PRE_SHARED_KEY = 41, EXT_EARLY_DATA = 42, EXT_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
};

/* SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3). */
static const uint8_t retry_random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65,
	0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* A run behind its length in one or two octets. */
static sc_str take8(struct sc_cursor *c)
{
	return sc_cursor_take(c, sc_cursor_u8(c));
}

static sc_str take16(struct sc_cursor *c)
{
	return sc_cursor_take(c, sc_cursor_be16(c));
}

static sc_str list16(sc_str data)
{
	struct sc_cursor c = sc_cursor_of(data);
	return take16(&c);
}

static sc_str list8(sc_str data)
{
	struct sc_cursor c = sc_cursor_of(data);
	return take8(&c);
}

bool sc_tls_number_next(sc_str *list, uint16_t *number)
{
	if (list->len < 2)
		return false;
	*number = sc_load_be16(list->at);
	*list = sc_str_from(*list, 2);
	return true;
}

bool sc_tls_extension_next(sc_str *list, struct sc_tls_extension *e)
{
	struct sc_cursor c = sc_cursor_of(*list);
	e->type = sc_cursor_be16(&c);
	e->data = take16(&c);
	if (c.failed)
		return false;
	*list = sc_cursor_rest(&c);
	return true;
}

/* The first host name of the list (RFC 6066 3). */
static sc_str server_name(sc_str data)
{
	struct sc_cursor c = sc_cursor_of(list16(data));
	uint8_t type = sc_cursor_u8(&c);
	sc_str name = take16(&c);
	return !c.failed && type == 0 && name.len ? name : SC_STR_NONE;
}

/* The first protocol of the list (RFC 7301 3.1). */
static sc_str protocol(sc_str data)
{
	struct sc_cursor c = sc_cursor_of(list16(data));
	sc_str name = take8(&c);
	return !c.failed && name.len ? name : SC_STR_NONE;
}

static uint16_t highest(sc_str versions, uint16_t otherwise)
{
	uint16_t most = 0;
	for (uint16_t v; sc_tls_number_next(&versions, &v);)
		most = !sc_tls_grease(v) && v > most ? v : most;
	return most ? most : otherwise;
}

/* ---- extensions ---- */

struct encrypted_extensions { /* as of EncryptedExtensions (RFC 8446 4.3.1) */
	sc_str alpn;
	bool   early_data;
};

enum message { IN_CLIENT_HELLO, IN_SERVER_HELLO, IN_ENCRYPTED };

/* How an extension is read, and what it is kept as. */
enum shape {
	THERE,    /* bool: it is there, whatever it holds */
	LIST8,    /* sc_str: a list behind its length in one octet */
	LIST16,   /* in two */
	HOST,     /* the name in a list of servers */
	PROTOCOL, /* the first of a list of protocols */
	NUMBER,   /* uint16_t: its first two octets */
	CHOSEN,   /* uint16_t: two octets and no more; else what was there stays */
};

#define CLIENT(field)    IN_CLIENT_HELLO, offsetof(struct sc_tls_client_hello, field)
#define SERVER(field)    IN_SERVER_HELLO, offsetof(struct sc_tls_server_hello, field)
#define ENCRYPTED(field) IN_ENCRYPTED, offsetof(struct encrypted_extensions, field)

static const struct {
	uint16_t type;
	enum shape shape;
	enum message message;
	size_t at; /* in the struct of that message */
} rows[] = {
	{ EXT_SERVER_NAME,      THERE,    CLIENT(has_sni) },
	{ EXT_SERVER_NAME,      HOST,     CLIENT(sni) },
	{ EXT_GROUPS,           LIST16,   CLIENT(groups) },
	{ EXT_POINT_FORMATS,    LIST8,    CLIENT(point_formats) },
	{ EXT_SIGNATURES,       LIST16,   CLIENT(signatures) },
	{ EXT_ALPN,             PROTOCOL, CLIENT(alpn) },
	{ EXT_ALPN,             PROTOCOL, SERVER(alpn) },
	{ EXT_ALPN,             PROTOCOL, ENCRYPTED(alpn) },
	{ EXT_ENCRYPT_THEN_MAC, THERE,    SERVER(encrypt_then_mac) },
	{ EXT_SESSION_TICKET,   THERE,    SERVER(ticket) },
	{ EXT_PRE_SHARED_KEY,   THERE,    CLIENT(psk) },
	{ EXT_PRE_SHARED_KEY,   THERE,    SERVER(psk) },
	{ EXT_EARLY_DATA,       THERE,    CLIENT(early_data) },
	{ EXT_EARLY_DATA,       THERE,    ENCRYPTED(early_data) },
	{ EXT_VERSIONS,         LIST8,    CLIENT(versions) },
	{ EXT_VERSIONS,         CHOSEN,   SERVER(version) },
	{ EXT_KEY_SHARE,        NUMBER,   SERVER(group) },
};

static sc_str read_text(enum shape shape, sc_str data)
{
	switch (shape) {
	case LIST8:
		return list8(data);
	case LIST16:
		return list16(data);
	case HOST:
		return server_name(data);
	default:
		return protocol(data);
	}
}

static void keep_extension(enum shape shape, sc_str data, void *at)
{
	struct sc_cursor c = sc_cursor_of(data);
	if (shape == THERE)
		*(bool *)at = true;
	else if (shape < NUMBER)
		*(sc_str *)at = read_text(shape, data);
	else if (shape == NUMBER || data.len == 2)
		*(uint16_t *)at = sc_cursor_be16(&c);
}

/* Reads a list of extensions into the struct of `message`.  True: to its end. */
static bool read_extensions(sc_str list, enum message message, void *into)
{
	struct sc_tls_extension e;
	while (list.len && sc_tls_extension_next(&list, &e))
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (rows[i].type == e.type && rows[i].message == message)
				keep_extension(rows[i].shape, e.data, (char *)into + rows[i].at);
	return !list.len;
}

/* ---- messages ---- */

struct sc_tls_client_hello sc_tls_client_hello_read(sc_str body)
{
	struct sc_tls_client_hello h = { 0 };
	struct sc_cursor c = sc_cursor_of(body);
	h.version = sc_cursor_be16(&c);
	h.random = sc_cursor_take(&c, 32);
	h.session_id = take8(&c);
	h.ciphers = take16(&c);
	(void)take8(&c); /* compression methods */
	h.good = !c.failed;
	h.extensions = h.good && sc_cursor_left(&c) ? take16(&c) : SC_STR("");
	h.good = read_extensions(h.extensions, IN_CLIENT_HELLO, &h) && h.good && !c.failed;
	h.highest = highest(h.versions.at ? h.versions : SC_STR(""), h.version);
	return h;
}

struct sc_tls_server_hello sc_tls_server_hello_read(sc_str body)
{
	struct sc_tls_server_hello h = { 0 };
	struct sc_cursor c = sc_cursor_of(body);
	h.legacy = h.version = sc_cursor_be16(&c);
	h.random = sc_cursor_take(&c, 32);
	h.session_id = take8(&c);
	h.cipher = sc_cursor_be16(&c);
	h.compressed = sc_cursor_u8(&c) != 0;
	h.good = !c.failed;
	h.extensions = h.good && sc_cursor_left(&c) ? take16(&c) : SC_STR("");
	h.good = read_extensions(h.extensions, IN_SERVER_HELLO, &h) && h.good && !c.failed;
	h.retry = sc_str_equal(h.random, (sc_str){ (const char *)retry_random, sizeof(retry_random) });
	return h;
}

sc_str sc_tls_encrypted_extensions_read(sc_str body, bool *early_data)
{
	struct encrypted_extensions said = { .alpn = SC_STR_NONE };
	(void)read_extensions(list16(body), IN_ENCRYPTED, &said);
	*early_data = said.early_data;
	return said.alpn;
}

uint16_t sc_tls_key_exchange_group(sc_str body)
{
	const uint8_t named_curve = 3;
	struct sc_cursor c = sc_cursor_of(body);
	uint8_t type = sc_cursor_u8(&c);
	uint16_t group = sc_cursor_be16(&c);
	return !c.failed && type == named_curve ? group : 0;
}

/* Numbers that stand among the suites and are none (RFC 5746 3.3, RFC 7507). */
static bool is_signal(uint16_t number)
{
	return number == 0x00ff || number == 0x5600 || sc_tls_grease(number);
}

const char *sc_tls_old_offer(const struct sc_tls_client_hello *h)
{
	sc_str list = h->ciphers;
	bool rsa = true, weak = true, any = false;
	uint16_t number;
	if (!h->good)
		return NULL;
	if (h->highest < SC_TLS_1_2)
		return "version";
	while (sc_tls_number_next(&list, &number)) {
		const struct sc_tls_cipher *suite = sc_tls_cipher(number);
		if (is_signal(number))
			continue;
		any = true;
		rsa = rsa && suite && suite->exchange == SC_TLS_RSA;
		weak = weak && suite && (suite->kind == SC_TLS_WEAK || suite->kind == SC_TLS_TRIPLE_DES);
	}
	return !any ? NULL : weak ? "weak_cipher" : rsa ? "rsa_key_exchange" : NULL;
}
