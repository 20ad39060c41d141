/* report.c - what a multipart/report tells of other mail: delivery reports (RFC 3464, 6533), complaints (RFC
 * 5965), receipts (RFC 8098), and the identity of the message that came back with them; see inside.h.
 *
 * Only the standard's own forms are read, in the parts where they belong; a bounce in prose is not guessed at.
 * The text comes decoded.  A group of fields counts when its end was seen.
 */
#include "base/text.h"
#include "message/address.h"
#include "message/inside.h"
#include "message/words.h"

/* What stands behind the type: "rfc822; user@example.org" */
static sc_str behind_type(sc_str value)
{
	sc_str head = value;
	(void)sc_str_until(&head, ';');
	return sc_str_trim(sc_str_find(value, ';') == SIZE_MAX ? value : head);
}

/* The escape that opens `s`, \x{HEX} (RFC 6533 3); gives its octets, 0 when there is none. */
static size_t read_escape(sc_str s, uint32_t *c)
{
	size_t n = 3;
	*c = 0;
	if (!sc_str_starts(s, SC_STR("\\x{")))
		return 0;
	for (; n < s.len && n < 9 && sc_hex_digit(s.at[n]) >= 0; n++)
		*c = *c << 4 | (uint32_t)sc_hex_digit(s.at[n]);
	return n > 3 && n < s.len && s.at[n] == '}' && *c && *c < 0x110000 ? n + 1 : 0;
}

static sc_str address(struct sc_message *m, sc_str value)
{
	char room[SC_VALUE_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_str s = sc_address_bare(behind_type(value));
	bool international = sc_str_starts_nocase(sc_str_trim(value), SC_STR("utf-8"));
	while (s.len) {
		uint32_t c;
		size_t n = international ? read_escape(s, &c) : 0;
		if (n)
			sc_words_put(&t, c);
		else
			sc_text_put(&t, s.at[0]);
		s = sc_str_from(s, n ? n : 1);
	}
	return t.len && !t.cut ? sc_message_copy(m, sc_text_str(&t)) : SC_STR_NONE;
}

/* "dns; mx.example.org (192.0.2.1)": the name. */
static sc_str host(struct sc_message *m, sc_str value)
{
	sc_str name = behind_type(value);
	name = sc_str_word(&name);
	return name.len ? sc_message_copy(m, name) : SC_STR_NONE;
}

static sc_str text(struct sc_message *m, sc_str value)
{
	value = sc_str_trim(value);
	return value.len ? sc_message_copy(m, value) : SC_STR_NONE;
}

/* A word in lower case, without a comment behind it. */
static sc_str word(struct sc_message *m, sc_str value)
{
	char room[40];
	value = sc_str_trim(value);
	sc_str w = sc_str_word(&value);
	if (!w.len || w.len > sizeof(room))
		return SC_STR_NONE;
	for (size_t i = 0; i < w.len; i++)
		room[i] = sc_lower(w.at[i]);
	return sc_message_copy(m, (sc_str){ room, w.len });
}

/* One number of an enhanced status code, of three digits at most. */
static bool read_number(sc_str *s, uint16_t *n)
{
	size_t i = 0;
	for (*n = 0; i < s->len && i < 3 && sc_is_digit(s->at[i]); i++)
		*n = (uint16_t)(*n * 10 + (s->at[i] - '0'));
	*s = sc_str_from(*s, i);
	return i != 0;
}

/* "5.1.1 (unknown user)" (RFC 3464 2.3.4); zeros when it is none. */
static struct sc_status status(sc_str value)
{
	struct sc_status st = { 0, 0, 0 };
	sc_str s = sc_str_trim(value);
	bool good = s.len > 1 && (s.at[0] == '2' || s.at[0] == '4' || s.at[0] == '5') && s.at[1] == '.';
	sc_str rest = sc_str_from(s, 2);
	good = good && read_number(&rest, &st.subject) && rest.len && rest.at[0] == '.';
	rest = sc_str_from(rest, 1);
	good = good && read_number(&rest, &st.detail) && (!rest.len || sc_is_space(rest.at[0]) || rest.at[0] == '(');
	st.cls = good ? (uint16_t)(s.at[0] - '0') : 0;
	return good ? st : (struct sc_status){ 0, 0, 0 };
}

/* ---- fields ---- */

#define TAKE(name, what) static void take_##name(struct sc_message *m, sc_str value) { what; }

TAKE(reporting_mta, m->report->ev.reporting_mta = host(m, value))
TAKE(envelope_id, m->report->ev.original_envelope_id = text(m, value))
TAKE(arrival_date, m->report->ev.arrival_date = text(m, value))
TAKE(final_recipient, m->report->now.final_recipient = address(m, value))
TAKE(original_recipient, m->report->now.original_recipient = address(m, value))
TAKE(action, m->report->now.action = word(m, value))
TAKE(status, m->report->now.status = status(value))
TAKE(diagnostic, m->report->now.diagnostic_code = text(m, value))
TAKE(remote_mta, m->report->now.remote_mta = host(m, value))
TAKE(last_attempt, m->report->now.last_attempt_date = text(m, value))
TAKE(retry_until, m->report->now.will_retry_until = text(m, value))
TAKE(log_id, m->report->now.final_log_id = text(m, value))
TAKE(original_id, if (!m->report->ev.original_message_id.at) m->report->ev.original_message_id = text(m, value))
TAKE(disposition, m->report->ev.disposition = text(m, value))
TAKE(feedback_type, m->report->ev.feedback_type = word(m, value))
TAKE(original_mail_from, m->report->ev.original_mail_from = text(m, sc_address_bare(sc_str_trim(value))))
TAKE(reported_domain, m->report->ev.reported_domain = text(m, value))
TAKE(original_subject, m->report->ev.original_subject = sc_message_words(m, value))

static void take_original_rcpt_to(struct sc_message *m, sc_str value)
{
	struct sc_node *node = sc_message_add(m, &m->report->reported, SC_REPORTED_LISTED, sizeof(node->reported));
	if (node)
		node->reported.original_recipient = text(m, sc_address_bare(sc_str_trim(value)));
}

static void take_source_ip(struct sc_message *m, sc_str value)
{
	value = sc_str_trim(value);
	if (value.len > 1 && value.at[0] == '[' && value.at[value.len - 1] == ']')
		value = sc_str_slice(value, 1, value.len - 2);
	if (sc_str_starts_nocase(value, SC_STR("IPv6:")))
		value = sc_str_from(value, 5);
	if (!sc_ip_read(value, &m->report->ev.source_ip))
		m->report->ev.source_ip.version = 0;
}

static const struct sc_field_row delivery_rows[] = {
	SC_FIELD_ROW("final-recipient", true, take_final_recipient),
	SC_FIELD_ROW("original-recipient", true, take_original_recipient),
	SC_FIELD_ROW("action", true, take_action),
	SC_FIELD_ROW("status", true, take_status),
	SC_FIELD_ROW("diagnostic-code", true, take_diagnostic),
	SC_FIELD_ROW("remote-mta", true, take_remote_mta),
	SC_FIELD_ROW("last-attempt-date", true, take_last_attempt),
	SC_FIELD_ROW("will-retry-until", true, take_retry_until),
	SC_FIELD_ROW("final-log-id", true, take_log_id),
	SC_FIELD_ROW("reporting-mta", true, take_reporting_mta),
	SC_FIELD_ROW("original-envelope-id", true, take_envelope_id),
	SC_FIELD_ROW("arrival-date", true, take_arrival_date),
	SC_FIELD_ROWS_END,
};

static const struct sc_field_row disposition_rows[] = {
	SC_FIELD_ROW("final-recipient", true, take_final_recipient),
	SC_FIELD_ROW("original-recipient", true, take_original_recipient),
	SC_FIELD_ROW("original-message-id", true, take_original_id),
	SC_FIELD_ROW("disposition", true, take_disposition),
	SC_FIELD_ROWS_END,
};

static const struct sc_field_row feedback_rows[] = {
	SC_FIELD_ROW("feedback-type", true, take_feedback_type),
	SC_FIELD_ROW("original-mail-from", true, take_original_mail_from),
	SC_FIELD_ROW("original-rcpt-to", false, take_original_rcpt_to),
	SC_FIELD_ROW("original-envelope-id", true, take_envelope_id),
	SC_FIELD_ROW("source-ip", true, take_source_ip),
	SC_FIELD_ROW("reporting-mta", true, take_reporting_mta),
	SC_FIELD_ROW("arrival-date", true, take_arrival_date),
	SC_FIELD_ROW("reported-domain", false, take_reported_domain),
	SC_FIELD_ROWS_END,
};

/* The returned message's own type is read, too: its parts are listed. */
const struct sc_field_row sc_returned_rows[] = {
	SC_FIELD_ROW("message-id", true, take_original_id),
	SC_FIELD_ROW("subject", true, take_original_subject),
	SC_FIELD_ROW("content-type", true, sc_header_content_type),
	SC_FIELD_ROW("content-transfer-encoding", true, sc_header_encoding),
	SC_FIELD_ROWS_END,
};

/* In a part of its own, only the fields of the returned message count: there is no content. */
static const struct sc_field_row headers_rows[] = {
	SC_FIELD_ROW("message-id", true, take_original_id),
	SC_FIELD_ROW("subject", true, take_original_subject),
	SC_FIELD_ROWS_END,
};

static const struct part {
	const char *type;
	const char *report; /* what kind of report the part makes of it; NULL: any */
	const struct sc_field_row *rows;
} parts[] = {
	{ "message/delivery-status", "delivery-status", delivery_rows },             /* RFC 3464 */
	{ "message/global-delivery-status", "delivery-status", delivery_rows },      /* RFC 6533 */
	{ "message/feedback-report", "feedback-report", feedback_rows },             /* RFC 5965 */
	{ "message/disposition-notification", "disposition-notification", disposition_rows }, /* RFC 8098 */
	{ "message/global-disposition-notification", "disposition-notification", disposition_rows },
	{ "text/rfc822-headers", NULL, headers_rows },                               /* RFC 6522 */
	{ "message/rfc822-headers", NULL, headers_rows },                            /* not registered, but seen */
	{ "message/global-headers", NULL, headers_rows },
	{ "message/rfc822", NULL, headers_rows },
	{ "message/global", NULL, headers_rows },
};

/* The group in work is over. */
static void end_group(struct sc_message *m)
{
	struct sc_report *r = m->report;
	bool some = r->now.final_recipient.at || r->now.original_recipient.at || r->now.action.at;
	struct sc_node *node = NULL;
	if (some)
		node = sc_message_add(m, &r->reported, SC_REPORTED_LISTED, sizeof(node->reported));
	if (node)
		node->reported = r->now;
	r->now = (struct sc_ev_reported){ .action = SC_STR_NONE };
	r->fields.seen = 0;
}

bool sc_report_part(struct sc_message *m, sc_str type)
{
	struct sc_report *r = m->report;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!sc_str_equal(type, sc_str_of(parts[i].type)))
			continue;
		r->rows = parts[i].rows;
		r->over = false;
		r->ev.type = r->ev.type ? r->ev.type : parts[i].report;
		r->now = (struct sc_ev_reported){ .action = SC_STR_NONE };
		sc_fields_begin(&r->fields, m->host->store, r->rows);
		return true;
	}
	return false;
}

void sc_report_feed(struct sc_message *m, sc_str octets)
{
	struct sc_report *r = m->report;
	struct sc_fields_unit u;
	while (r->rows && !r->over && sc_fields_next(&r->fields, &octets, m->host->scratch->field, &u)) {
		if (u.kind == SC_FIELDS_FIELD) {
			sc_header_take(m, &r->fields, &u);
			continue;
		}
		bool groups = r->rows == delivery_rows && u.kind == SC_FIELDS_BLANK;
		end_group(m);
		r->over = !groups; /* the content of the returned message, or nothing that is known */
	}
}

void sc_report_done(struct sc_message *m, bool whole)
{
	struct sc_report *r = m->report;
	struct sc_fields_unit u;
	if (!r->rows)
		return;
	if (whole && !r->over) {
		if (sc_fields_end(&r->fields, m->host->scratch->field, &u))
			sc_header_take(m, &r->fields, &u);
		end_group(m);
	}
	sc_fields_drop(&r->fields);
	r->rows = NULL;
}
