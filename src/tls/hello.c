/* hello.c - reads hellos field by field with a cursor; what is behind the first fault is not looked at.
 *
 * Trusts nothing: every length is checked against what is left, and a list of 16-bit numbers with an odd octet at its end
 * loses that octet.
 */
#include "tls/hello.h"

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

static void client_extension(struct sc_tls_client_hello *h, const struct sc_tls_extension *e)
{
	switch (e->type) {
	case EXT_SERVER_NAME:
		h->has_sni = true;
		h->sni = server_name(e->data);
		break;
	case EXT_GROUPS:
		h->groups = list16(e->data);
		break;
	case EXT_POINT_FORMATS:
		h->point_formats = list8(e->data);
		break;
	case EXT_SIGNATURES:
		h->signatures = list16(e->data);
		break;
	case EXT_ALPN:
		h->alpn = protocol(e->data);
		break;
	case EXT_PRE_SHARED_KEY:
		h->psk = true;
		break;
	case EXT_EARLY_DATA:
		h->early_data = true;
		break;
	case EXT_VERSIONS:
		h->versions = list8(e->data);
		break;
	default:
		break;
	}
}

struct sc_tls_client_hello sc_tls_client_hello_read(sc_str body)
{
	struct sc_tls_client_hello h = { 0 };
	struct sc_tls_extension e;
	struct sc_cursor c = sc_cursor_of(body);
	h.version = sc_cursor_be16(&c);
	h.random = sc_cursor_take(&c, 32);
	h.session_id = take8(&c);
	h.ciphers = take16(&c);
	(void)take8(&c); /* compression methods */
	h.good = !c.failed;
	h.extensions = h.good && sc_cursor_left(&c) ? take16(&c) : SC_STR("");
	sc_str list = h.extensions;
	while (list.len && sc_tls_extension_next(&list, &e))
		client_extension(&h, &e);
	h.good = h.good && !c.failed && !list.len;
	h.highest = highest(h.versions.at ? h.versions : SC_STR(""), h.version);
	return h;
}

static void server_extension(struct sc_tls_server_hello *h, const struct sc_tls_extension *e)
{
	struct sc_cursor c = sc_cursor_of(e->data);
	switch (e->type) {
	case EXT_VERSIONS:
		h->version = e->data.len == 2 ? sc_cursor_be16(&c) : h->version;
		break;
	case EXT_KEY_SHARE:
		h->group = sc_cursor_be16(&c);
		break;
	case EXT_ALPN:
		h->alpn = protocol(e->data);
		break;
	case EXT_PRE_SHARED_KEY:
		h->psk = true;
		break;
	case EXT_ENCRYPT_THEN_MAC:
		h->encrypt_then_mac = true;
		break;
	case EXT_SESSION_TICKET:
		h->ticket = true;
		break;
	default:
		break;
	}
}

struct sc_tls_server_hello sc_tls_server_hello_read(sc_str body)
{
	struct sc_tls_server_hello h = { 0 };
	struct sc_tls_extension e;
	struct sc_cursor c = sc_cursor_of(body);
	h.legacy = h.version = sc_cursor_be16(&c);
	h.random = sc_cursor_take(&c, 32);
	h.session_id = take8(&c);
	h.cipher = sc_cursor_be16(&c);
	h.compressed = sc_cursor_u8(&c) != 0;
	h.good = !c.failed;
	h.extensions = h.good && sc_cursor_left(&c) ? take16(&c) : SC_STR("");
	sc_str list = h.extensions;
	while (list.len && sc_tls_extension_next(&list, &e))
		server_extension(&h, &e);
	h.good = h.good && !c.failed && !list.len;
	h.retry = sc_str_equal(h.random, (sc_str){ (const char *)retry_random, sizeof(retry_random) });
	return h;
}

sc_str sc_tls_encrypted_extensions_read(sc_str body, bool *early_data)
{
	sc_str list = list16(body), alpn = SC_STR_NONE;
	struct sc_tls_extension e;
	*early_data = false;
	while (list.len && sc_tls_extension_next(&list, &e)) {
		alpn = e.type == EXT_ALPN ? protocol(e.data) : alpn;
		*early_data |= e.type == EXT_EARLY_DATA;
	}
	return alpn;
}

uint16_t sc_tls_key_exchange_group(sc_str body)
{
	const uint8_t named_curve = 3;
	struct sc_cursor c = sc_cursor_of(body);
	uint8_t type = sc_cursor_u8(&c);
	uint16_t group = sc_cursor_be16(&c);
	return !c.failed && type == named_curve ? group : 0;
}
