/* mime.c - the structure of a message: headers, parts, parts within parts; see inside.h.
 *
 * There is no recursion: the multiparts that are open are a stack of boundaries (split.c), and of everything else
 * only what is innermost is in work.  What nobody asks for is not looked at: without parts and reports, nothing is
 * done behind the header. Behind a gap nothing is believed up to the next boundary, since what began in it is not
 * known.  Nor is what ended in it: a boundary behind a gap may belong to a multipart that was closed there, which is
 * why a message with a gap is never called complete.
 */
#include "message/inside.h"

#include "base/text.h"

static bool is_multipart(sc_str type)
{
	return sc_str_starts(type, SC_STR("multipart/"));
}

static bool is_message(sc_str type)
{
	return sc_str_equal(type, SC_STR("message/rfc822")) || sc_str_equal(type, SC_STR("message/global"));
}

/* ---- the content of a part ---- */

/* What is looked for in content of that type, and has room of its own. */
static void begin_search(struct sc_message *m, sc_str type)
{
	bool text = sc_str_starts(type, SC_STR("text/")), html = sc_str_equal(type, SC_STR("text/html"));
	if (html && !m->anchors)
		m->anchors = sc_message_take(m, sizeof(*m->anchors));
	if (!text && !m->archive)
		m->archive = sc_message_take(m, sizeof(*m->archive));
	if (text && !m->link_room)
		m->link_room = sc_message_take(m, SC_LINK_OCTETS);
	m->html = html && m->anchors;
	m->binary = !text && m->archive;
	if (m->html)
		*m->anchors = (struct sc_anchors){ .open = false };
	if (m->binary)
		*m->archive = (struct sc_archive){ .locked = false };
	m->links = (struct sc_links){ .html = html, .room = text ? m->link_room : NULL };
}

static void begin_content(struct sc_message *m, sc_str type)
{
	m->place = SC_PLACE_LEAF;
	m->part_octets = 0;
	m->decoder = (struct sc_decoder){ .encoding = m->entity.encoding };
	m->html = m->binary = false;
	m->links = (struct sc_links){ .room = NULL };
	if (!m->host->parts)
		return;
	sc_digest_begin(&m->digest);
	begin_search(m, type);
}

static void add_link(struct sc_message *m, sc_str link)
{
	for (const struct sc_node *n = m->urls.first; n; n = n->next)
		if (sc_str_equal(n->str, link))
			return;
	struct sc_node *node = sc_message_add(m, &m->urls, SC_LINKS_LISTED, sizeof(node->str));
	char *copy = node ? sc_message_take(m, link.len) : NULL;
	if (!node)
		return;
	node->str = copy ? (sc_str){ memcpy(copy, link.at, link.len), link.len } : SC_STR("");
}

static void read_anchors(struct sc_message *m, sc_str octets)
{
	struct sc_disguise d;
	struct sc_ev_link_mismatch *told = &m->ev.link_mismatch;
	while (sc_anchors_next(m->anchors, &octets, &d)) {
		if (told->count++)
			continue;
		told->shown = sc_message_copy(m, d.shown);
		told->target = sc_message_copy(m, d.target);
	}
}

/* Decoded octets of the part in work. */
static void take_decoded(struct sc_message *m, sc_str octets)
{
	sc_str link;
	m->part_octets += octets.len;
	if (m->report)
		sc_report_feed(m, octets);
	if (!m->host->parts)
		return;
	sc_digest_add(&m->digest, octets);
	if (m->binary)
		sc_archive_feed(m->archive, octets);
	if (m->html)
		read_anchors(m, octets);
	while (m->links.room && sc_links_next(&m->links, &octets, &link))
		add_link(m, link);
}

static void feed_content(struct sc_message *m, sc_str text)
{
	char *room = m->host->scratch->room;
	sc_str out;
	while (sc_decoder_next(&m->decoder, &text, room, SC_MESSAGE_ROOM, &out))
		take_decoded(m, out);
}

/* The part is over; `whole`: all of it was seen. */
static void end_content(struct sc_message *m, bool whole)
{
	sc_str link;
	if (m->place == SC_PLACE_LEAF && whole)
		take_decoded(m, sc_decoder_end(&m->decoder, m->host->scratch->room, SC_MESSAGE_ROOM));
	whole = whole && m->place == SC_PLACE_LEAF;
	if (m->report)
		sc_report_done(m, whole);
	if (whole && m->links.room && sc_links_end(&m->links, &link))
		add_link(m, link);
	if (m->part && m->binary)
		m->part->part.encrypted = sc_archive_locked(m->archive);
	if (whole && m->part) {
		char hex[SC_DIGEST_HEX];
		sc_digest_end(&m->digest, hex);
		m->part->part.size = m->part_octets;
		m->part->part.sha256 = sc_message_copy(m, (sc_str){ hex, sizeof(hex) });
	}
	m->part = NULL;
}

/* ---- headers ---- */

static void begin_header(struct sc_message *m, const struct sc_field_row *rows)
{
	m->place = SC_PLACE_HEADER;
	m->top = !m->begun;
	m->within = false;
	m->entity = (struct sc_entity){ .encoding = SC_ENCODING_IDENTITY };
	sc_fields_begin(&m->fields, m->host->store, rows);
}

/* What the part is when its header does not say (RFC 2046 5.1.5, RFC 2045 5.2). */
static sc_str type_of(const struct sc_message *m)
{
	bool digest = !m->top && !m->within && m->split.depth && (m->digests >> (m->split.depth - 1) & 1);
	return m->entity.type.at ? m->entity.type : digest ? SC_STR("message/rfc822") : SC_STR("text/plain");
}

/* Where the part stands (RFC 3501 6.4.5): a number for each multipart around it, and 1 for a message's only content. */
static sc_str section_of(struct sc_message *m)
{
	char room[(SC_SPLIT_DEPTH + 1) * 11];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (m->unplaced)
		return SC_STR_NONE;
	for (unsigned i = 0; i < m->split.depth; i++) {
		sc_text_adds(&t, i ? "." : "");
		sc_text_number(&t, m->places->numbers[i]);
	}
	if (!m->split.depth || m->within)
		sc_text_adds(&t, t.len ? ".1" : "1");
	return sc_message_copy(m, sc_text_str(&t));
}

static void list_part(struct sc_message *m, sc_str type)
{
	m->part = m->host->parts ? sc_message_add(m, &m->parts, SC_PARTS_LISTED, sizeof(m->part->part)) : NULL;
	if (!m->part)
		return;
	m->part->part = (struct sc_ev_part){ .type = sc_message_copy(m, type), .name = m->entity.name, .size = SC_NONE,
		.sha256 = SC_STR_NONE, .encoding = m->entity.encoding_word, .section = section_of(m), .within = SC_STR_NONE };
	if (m->split.depth && m->places)
		m->part->part.within = m->places->types[m->split.depth - 1];
}

/* Lists and gateways put what they pass on beside a text of their own.  A report in a message within is about that
 * message's journey, not about this one's; of several in one message only the first is read. */
static void open_report(struct sc_message *m)
{
	m->report = sc_message_take(m, sizeof(*m->report));
	m->report_depth = (uint8_t)(m->split.depth + 1);
	if (m->report)
		*m->report = (struct sc_report){ .rows = NULL };
}

static void open_place(struct sc_message *m, sc_str type)
{
	if (m->host->parts && !m->places)
		m->places = sc_message_take(m, sizeof(*m->places));
	m->unplaced = m->unplaced || !m->places;
	if (!m->places)
		return;
	m->places->numbers[m->split.depth] = 0;
	m->places->types[m->split.depth] = sc_message_copy(m, type);
}

/* The content is a multipart: its parts follow, if anybody wants them. */
static bool open_multipart(struct sc_message *m, sc_str type)
{
	if (!is_multipart(type) || !m->entity.boundary.at)
		return false;
	if (m->split.depth == SC_SPLIT_DEPTH) {
		sc_message_quirk(m, SC_QUIRK_BIT(message_cut));
		return false;
	}
	if (sc_str_equal(type, SC_STR("multipart/report")) && !m->inner_depth && !m->report)
		open_report(m);
	m->place = SC_PLACE_BETWEEN;
	if (m->host->id_only)
		return true;
	uint32_t bit = UINT32_C(1) << m->split.depth;
	m->digests = sc_str_equal(type, SC_STR("multipart/digest")) ? m->digests | bit : m->digests & ~bit;
	open_place(m, type);
	m->split.boundary[m->split.depth++] = m->entity.boundary;
	return true;
}

/* The empty line behind a header: what follows is the content. */
static void end_header(struct sc_message *m)
{
	sc_str type = type_of(m);
	bool of_report = m->report && m->split.depth == m->report_depth && !m->inner_depth;
	bool top = m->top;
	sc_fields_drop(&m->fields);
	if (open_multipart(m, type))
		return;
	list_part(m, type);
	bool wanted = of_report && sc_report_part(m, type);
	if (!top && is_message(type) && !m->entity.encoded && (m->part || wanted)) {
		m->part = NULL; /* its parts have digests of their own */
		if (wanted)
			m->report->rows = NULL;
		m->inner_depth = m->inner_depth ? m->inner_depth : m->split.depth;
		m->unplaced = m->unplaced || m->within;
		begin_header(m, wanted ? sc_returned_rows : sc_part_rows);
		m->within = true;
		return;
	}
	m->place = SC_PLACE_BETWEEN;
	if (m->part || wanted)
		begin_content(m, type);
}

/* The content begins without an empty line before it, with a line of which `begun` was read as a name; `lines`:
 * the rest of it is all that `text` holds. */
static void begin_text(struct sc_message *m, sc_str begun, sc_str *text, bool lines)
{
	sc_message_quirk(m, SC_QUIRK_BIT(header_broken));
	if (m->place == SC_PLACE_HEADER) /* of a message within, which has no header */
		m->place = SC_PLACE_BETWEEN;
	if (m->place == SC_PLACE_LEAF)
		feed_content(m, begun);
	m->split.middle = true;
	if (lines && text->len)
		sc_split_rest(&m->split, text);
}

#define LINE_OCTETS 999 /* with CR: RFC 5322 2.1.1 */

/* Part of the message's own header was read. */
static void measure_lines(struct sc_message *m, sc_str part)
{
	while (part.len) {
		size_t end = sc_str_find(part, '\n');
		size_t octets = end == SIZE_MAX ? part.len : end;
		m->line_octets += octets < UINT32_MAX - m->line_octets ? (uint32_t)octets : UINT32_MAX - m->line_octets;
		bool longest = m->line_octets > LINE_OCTETS && m->line_octets > m->ev.header_line;
		m->ev.header_line = longest ? m->line_octets : m->ev.header_line;
		if (end == SIZE_MAX)
			return;
		m->line_octets = 0;
		part = sc_str_from(part, end + 1);
	}
}

/* Reads on in a header; gives what of `text` is behind it. */
static sc_str read_header(struct sc_message *m, sc_str text)
{
	struct sc_fields_unit u;
	sc_str whole = text;
	bool top = m->top;
	while (m->place == SC_PLACE_HEADER && sc_fields_next(&m->fields, &text, m->host->scratch->field, &u)) {
		if (u.kind == SC_FIELDS_FIELD) {
			sc_header_take(m, &m->fields, &u);
			continue;
		}
		bool lines = m->split.depth != 0;
		end_header(m);
		if (u.kind == SC_FIELDS_TEXT)
			begin_text(m, u.value, &text, lines);
		break;
	}
	if (top)
		measure_lines(m, sc_str_slice(whole, 0, whole.len - text.len));
	return text;
}

/* The text is over while a header is read: its last field counts. */
static void finish_header(struct sc_message *m)
{
	struct sc_fields_unit u;
	if (sc_fields_end(&m->fields, m->host->scratch->field, &u))
		sc_header_take(m, &m->fields, &u);
}

/* ---- text ---- */

static void take_text(struct sc_message *m, sc_str text)
{
	while (text.len) {
		switch (m->place) {
		case SC_PLACE_HEADER:
			text = read_header(m, text);
			break;
		case SC_PLACE_LEAF:
			feed_content(m, text);
			return;
		case SC_PLACE_BETWEEN:
		case SC_PLACE_LOST:
			return;
		}
	}
}

/* What was open in the multipart at `level` is over. */
static void take_boundary(struct sc_message *m, enum sc_split_kind kind, unsigned level)
{
	if (m->place == SC_PLACE_HEADER) {
		finish_header(m);
		end_header(m); /* a part that is all header */
	}
	end_content(m, true);
	m->split.depth = (uint8_t)(level + (kind == SC_SPLIT_BOUNDARY));
	if (level < m->inner_depth)
		m->inner_depth = 0;
	if (kind == SC_SPLIT_CLOSE && level + 1 == m->report_depth)
		m->report_depth = 0; /* nothing behind it is of the report */
	m->place = SC_PLACE_BETWEEN;
	if (kind != SC_SPLIT_BOUNDARY)
		return;
	if (m->places)
		m->places->numbers[level]++;
	begin_header(m, sc_part_rows);
}

static void take_unit(struct sc_message *m, const struct sc_split_unit *u)
{
	if (u->kind == SC_SPLIT_TEXT)
		take_text(m, u->text);
	else
		take_boundary(m, u->kind, u->level);
}

void sc_mime_feed(struct sc_message *m, sc_str text)
{
	struct sc_split_unit u;
	if (!m->begun)
		begin_header(m, m->host->id_only ? sc_id_rows : sc_header_rows);
	m->begun = true;
	while (text.len || m->split.flush) {
		if (m->place == SC_PLACE_HEADER && !m->split.depth && !m->split.flush) {
			text = read_header(m, text);
			continue;
		}
		if (m->place >= SC_PLACE_BETWEEN && !m->split.depth)
			return;
		if (sc_split_next(&m->split, &text, m->place == SC_PLACE_HEADER, &u))
			take_unit(m, &u);
	}
}

void sc_mime_gap(struct sc_message *m)
{
	if (!m->begun)
		begin_header(m, m->host->id_only ? sc_id_rows : sc_header_rows);
	m->begun = true;
	sc_split_gap(&m->split);
	if (m->place == SC_PLACE_HEADER)
		sc_fields_drop(&m->fields);
	end_content(m, false);
	m->unplaced = true;
	m->place = SC_PLACE_LOST;
}

void sc_mime_end(struct sc_message *m, bool whole)
{
	struct sc_split_unit u;
	while (m->begun && whole && sc_split_end(&m->split, &u))
		take_unit(m, &u);
	if (whole && m->begun && m->place == SC_PLACE_HEADER) {
		finish_header(m);
		end_header(m);
	}
	end_content(m, whole);
	sc_fields_drop(&m->fields);
}
