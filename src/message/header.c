/* header.c - what is done with each header field of a message and of a part; see inside.h.
 *
 * Of fields that may stand once the first counts, and a second is noted as a quirk (RFC 5322 3.6): whoever shows
 * another one than we do is what the sender of two may hope for.  Values are shown decoded; addresses are taken
 * from where the syntax has them, never from names and comments.
 */
#include "message/address.h"
#include "message/inside.h"
#include "message/params.h"
#include "message/received.h"
#include "message/words.h"

/* The identifier in brackets, brackets included; the whole value when it has none (RFC 5322 3.6.4). */
static sc_str first_id(sc_str value)
{
	size_t open = sc_str_find(value, '<');
	if (open == SIZE_MAX)
		return sc_str_trim(value);
	size_t close = sc_str_find(sc_str_from(value, open), '>');
	return close == SIZE_MAX ? sc_str_trim(value) : sc_str_slice(value, open, close + 1);
}

static void keep(struct sc_message *m, sc_str *to, sc_str value)
{
	if (!to->at && value.len)
		*to = sc_message_copy(m, value);
}

static void take_message_id(struct sc_message *m, sc_str value)
{
	keep(m, &m->ev.message_id, first_id(value));
}

static void take_in_reply_to(struct sc_message *m, sc_str value)
{
	keep(m, &m->ev.in_reply_to, first_id(value));
}

static void take_from(struct sc_message *m, sc_str value)
{
	struct sc_address a;
	if (!sc_address_next(&value, &a))
		return;
	m->ev.from = sc_message_copy(m, a.address);
	if (a.name.at)
		m->ev.from_name = sc_message_words(m, a.name);
}

static void take_reply_to(struct sc_message *m, sc_str value)
{
	struct sc_address a;
	if (sc_address_next(&value, &a))
		m->ev.reply_to = sc_message_copy(m, a.address);
}

static void take_addresses(struct sc_message *m, struct sc_nodes *list, sc_str value)
{
	struct sc_address a;
	while (sc_address_next(&value, &a))
		sc_message_add_str(m, list, SC_ADDRESSES_LISTED, a.address);
}

static void take_to(struct sc_message *m, sc_str value)
{
	take_addresses(m, &m->to, value);
}

static void take_cc(struct sc_message *m, sc_str value)
{
	take_addresses(m, &m->cc, value);
}

static void take_subject(struct sc_message *m, sc_str value)
{
	m->ev.subject = sc_message_words(m, value);
}

static void take_date(struct sc_message *m, sc_str value)
{
	m->ev.date = sc_message_copy(m, sc_str_trim(value));
}

static void take_received(struct sc_message *m, sc_str value)
{
	m->ev.received++;
	struct sc_node *node = sc_message_add(m, &m->hops, SC_HOPS_LISTED, sizeof(node->hop));
	if (!node)
		return;
	struct sc_ev_hop h = sc_received_read(value);
	sc_str *const values[] = { &h.from, &h.by, &h.with, &h.id, &h.recipient, &h.date };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		*values[i] = sc_message_copy(m, *values[i]);
	node->hop = h;
}

static void take_user_agent(struct sc_message *m, sc_str value)
{
	if (!m->ev.user_agent.at)
		m->ev.user_agent = sc_message_words(m, value);
}

/* The identifier alone (RFC 2919 3): the words before it change. */
static void take_list_id(struct sc_message *m, sc_str value)
{
	sc_str id = first_id(value);
	if (id.len > 2 && id.at[0] == '<')
		id = sc_str_slice(id, 1, id.len - 2);
	keep(m, &m->ev.list_id, id);
}

/* Value of one tag of a tag list (RFC 6376 3.2); none. */
static sc_str tag_of(sc_str list, char tag)
{
	while (list.len) {
		sc_str value = sc_str_until(&list, ';');
		sc_str name = sc_str_trim(sc_str_until(&value, '='));
		if (name.len == 1 && name.at[0] == tag)
			return sc_str_trim(value);
	}
	return SC_STR_NONE;
}

static void take_dkim(struct sc_message *m, sc_str value)
{
	char room[SC_VALUE_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_str domain = tag_of(value, 'd'), selector = tag_of(value, 's');
	if (!domain.len)
		return;
	sc_message_add_str(m, &m->dkim, SC_SIGNATURES_LISTED, domain);
	if (!selector.len)
		return;
	sc_text_add(&t, selector);
	sc_text_adds(&t, "._domainkey.");
	sc_text_add(&t, domain);
	sc_message_add_str(m, &m->dkim_keys, SC_SIGNATURES_LISTED, sc_text_str(&t));
}

static void take_auth_results(struct sc_message *m, sc_str value)
{
	sc_message_add_str(m, &m->auth_results, SC_SIGNATURES_LISTED, sc_str_trim(value));
}

/* ---- of parts, too ---- */

/* A name of letters, digits and what media types may hold, in lower case; none when it is something else. */
static sc_str lower_token(sc_str s, char *room, size_t size)
{
	if (!s.len || s.len > size)
		return SC_STR_NONE;
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] <= ' ' || (unsigned char)s.at[i] > 126)
			return SC_STR_NONE;
		room[i] = sc_lower(s.at[i]);
	}
	return (sc_str){ room, s.len };
}

static void take_name(struct sc_message *m, sc_str value, sc_str param)
{
	char room[SC_VALUE_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (m->host->parts && sc_params_find(&t, value, param) && t.len)
		m->entity.name = sc_message_copy(m, sc_text_str(&t));
}

void sc_header_content_type(struct sc_message *m, sc_str value)
{
	struct sc_entity *e = &m->entity;
	char room[SC_VALUE_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_str type = sc_params_value(value);
	if (sc_str_find(type, '/') != SIZE_MAX)
		e->type = lower_token(type, e->type_room, sizeof(e->type_room));
	if (!e->type.at)
		return;
	if (sc_str_starts(e->type, SC_STR("multipart/")) && sc_params_find(&t, value, SC_STR("boundary")) && t.len &&
		t.len <= SC_BOUNDARY_OCTETS)
		e->boundary = sc_message_copy(m, sc_text_str(&t));
	if (!e->name.at)
		take_name(m, value, SC_STR("name"));
}

static void take_disposition(struct sc_message *m, sc_str value)
{
	take_name(m, value, SC_STR("filename"));
}

void sc_header_encoding(struct sc_message *m, sc_str value)
{
	static const struct {
		const char *word;
		enum sc_encoding encoding;
		bool encoded;
	} known[] = {
		{ "7bit", SC_ENCODING_IDENTITY, false }, { "8bit", SC_ENCODING_IDENTITY, false },
		{ "binary", SC_ENCODING_IDENTITY, false }, { "base64", SC_ENCODING_BASE64, true },
		{ "quoted-printable", SC_ENCODING_QUOTED_PRINTABLE, true },
	};
	struct sc_entity *e = &m->entity;
	char room[32];
	sc_str word = lower_token(sc_params_value(value), room, sizeof(room));
	if (!word.at)
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (sc_str_equal(word, sc_str_of(known[i].word))) {
			e->encoding = known[i].encoding;
			e->encoded = known[i].encoded;
			e->encoding_word = sc_str_of(known[i].word);
			return;
		}
	e->encoded = true;
	e->encoding_word = sc_message_copy(m, word);
}

#define PART_ROWS                                                       \
	SC_FIELD_ROW("content-type", true, sc_header_content_type),     \
	SC_FIELD_ROW("content-transfer-encoding", true, sc_header_encoding), \
	SC_FIELD_ROW("content-disposition", true, take_disposition)

/* What attacks on those who read headers are made of: expansions, functions of a shell, and angle brackets without an address. */
static bool is_suspicious(sc_str value)
{
	return sc_str_search(value, SC_STR("${")) != SIZE_MAX || sc_str_search(value, SC_STR("() {")) != SIZE_MAX ||
	       sc_str_occurrences(value, SC_STR("<>")) >= SC_MANY_ANGLES;
}

/* Of all other fields nothing else is wanted. */
static void take_other(struct sc_message *m, sc_str value)
{
	(void)m;
	(void)value;
}

const struct sc_field_row sc_header_rows[] = {
	SC_FIELD_ROW("received", false, take_received),
	SC_FIELD_ROW("from", true, take_from),
	SC_FIELD_ROW("to", true, take_to),
	SC_FIELD_ROW("cc", true, take_cc),
	SC_FIELD_ROW("subject", true, take_subject),
	SC_FIELD_ROW("date", true, take_date),
	SC_FIELD_ROW("message-id", true, take_message_id),
	SC_FIELD_ROW("reply-to", true, take_reply_to),
	SC_FIELD_ROW("in-reply-to", true, take_in_reply_to),
	SC_FIELD_ROW("user-agent", false, take_user_agent),
	SC_FIELD_ROW("x-mailer", false, take_user_agent),
	SC_FIELD_ROW("list-id", true, take_list_id),
	SC_FIELD_ROW("dkim-signature", false, take_dkim),
	SC_FIELD_ROW("authentication-results", false, take_auth_results),
	PART_ROWS,
	SC_FIELD_ROWS_OTHERS(take_other),
};

const struct sc_field_row sc_id_rows[] = {
	SC_FIELD_ROW("message-id", true, take_message_id),
	SC_FIELD_ROW("date", true, take_date),
	SC_FIELD_ROWS_END,
};

const struct sc_field_row sc_part_rows[] = {
	PART_ROWS,
	SC_FIELD_ROWS_END,
};

void sc_header_take(struct sc_message *m, struct sc_fields *f, const struct sc_fields_unit *u)
{
	const struct sc_field_row *row = &f->rows[u->row];
	uint64_t bit = UINT64_C(1) << u->row;
	if (f->rows == sc_header_rows && is_suspicious(u->value))
		keep(m, &m->ev.suspicious, u->value);
	if (row->once && (f->seen & bit)) {
		sc_message_quirk(m, m->top ? SC_QUIRK_BIT(field_repeated) : 0);
		return;
	}
	f->seen |= bit;
	if (u->cut)
		sc_message_quirk(m, SC_QUIRK_BIT(message_cut));
	row->take(m, u->value);
}
