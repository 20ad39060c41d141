/* raw.c - the octets of a session as they were captured, packet by packet: hexadecimal, and beside it what is text.
 *
 * They come from the capture, read again; nothing of them is hidden, passwords neither, and the first lines say so.  Of a long
 * session the first packets are shown and the others counted. */
#include "tui/inside.h"

#include "base/memory.h"
#include "output/value.h"

#define PACKETS   16384
#define OCTETS    (4u << 20)
#define WIDTH     16           /* octets of a row */
#define HEX_AT    7            /* columns of the screen */
#define TEXT_AT   (HEX_AT + 3 * WIDTH + 2)

struct raw_packet {
	sc_time  when;
	uint64_t number;
	uint32_t from, len;        /* in `octets` */
	uint32_t sent;             /* octets on the wire */
	bool     client;
	size_t   row;              /* of its heading */
};

struct raw {
	struct sc_view view;
	uint64_t session;
	struct sc_ev_endpoint client;
	sc_time  start, sought;    /* of the session; what the cursor goes to */
	bool     sought_client, asked, read;
	struct raw_packet *packets;
	size_t   count, rows, at, top;
	int      shown;
	char    *octets;
	uint32_t used;
	uint64_t lost;
};

static bool same_end(const struct sc_ev_endpoint *e, const struct sc_tui_packet *p)
{
	return e->port == p->src_port && e->ip.version == p->src.version && memcmp(e->ip.octets, p->src.octets, sizeof(p->src.octets)) == 0;
}

static void take_packet(void *ctx, const struct sc_tui_packet *p)
{
	struct raw *r = ctx;
	if (!p->octets)
		return;
	if (r->count == PACKETS || p->payload.len > OCTETS - r->used) {
		r->lost++;
		return;
	}
	r->packets[r->count++] = (struct raw_packet){ p->when, p->number, r->used, (uint32_t)p->payload.len, p->octets,
		same_end(&r->client, p), r->rows };
	if (p->payload.len)
		memcpy(r->octets + r->used, p->payload.at, p->payload.len);
	r->used += (uint32_t)p->payload.len;
	r->rows += 1 + (p->payload.len + WIDTH - 1) / WIDTH;
}

/* The packet that tells what the line of the ladder tells: of that side, the last that was not later. */
static void seek(struct raw *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->packets[i].client == r->sought_client && r->packets[i].when <= r->sought)
			r->at = r->packets[i].row;
	r->top = r->at;
}

static void packets_read(struct sc_tui *t, struct sc_job *job, bool whole, uint64_t packets)
{
	struct raw *r = job->owner;
	(void)packets;
	r->read = whole;
	if (!whole)
		return;
	seek(r);
	sc_tui_say(t, r->lost ? "only the first packets are shown; there are too many" :
		   "as captured: passwords and mail are not hidden here");
}

/* Which packet a row belongs to. */
static const struct raw_packet *packet_of(const struct raw *r, size_t row)
{
	size_t low = 0, high = r->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (r->packets[middle].row <= row)
			low = middle;
		else
			high = middle;
	}
	return &r->packets[low];
}

/* The octets of a row, and of those behind it in the packet as many as `more`; none of a heading. */
static sc_str octets_of(const struct raw *r, const struct raw_packet *p, size_t row, size_t more)
{
	if (row == p->row)
		return SC_STR("");
	return sc_str_slice((sc_str){ r->octets + p->from, p->len }, (row - p->row - 1) * WIDTH, WIDTH + more);
}

static void put_plain(struct sc_text *to, sc_str octets)
{
	for (size_t i = 0; i < octets.len; i++)
		sc_text_put(to, octets.at[i] >= ' ' && octets.at[i] <= '~' ? octets.at[i] : '.');
}

/* ---- drawing ---- */

static void put_heading(struct sc_tui *t, const struct raw *r, const struct raw_packet *p, int row, int columns, bool here)
{
	SC_CELL(text);
	sc_page_seconds(&text, p->when - r->start, 8);
	sc_text_adds(&text, p->client ? "  client " : "  server ");
	sc_text_adds(&text, sc_term_sign(&t->term, p->client ? SC_SIGN_RIGHT : SC_SIGN_LEFT));
	sc_text_adds(&text, "  packet ");
	sc_page_grouped(&text, p->number);
	sc_text_adds(&text, ", ");
	sc_page_grouped(&text, p->sent);
	sc_text_adds(&text, p->sent == 1 ? " octet" : " octets");
	if (p->len < p->sent) {
		sc_text_adds(&text, ", captured ");
		sc_page_grouped(&text, p->len);
	}
	sc_term_put(&t->term, row, 1, columns - 1, sc_text_str(&text), here ? SC_STYLE_SELECTED : p->client ? SC_STYLE_CLIENT :
		    SC_STYLE_HEAD, false);
}

static void put_octets(struct sc_tui *t, const struct raw *r, const struct raw_packet *p, size_t n, int row, bool here)
{
	SC_CELL(place);
	SC_CELL(hex);
	SC_CELL(plain);
	sc_str octets = octets_of(r, p, n, 0);
	sc_text_hex(&place, (n - p->row - 1) * WIDTH, 4);
	for (size_t i = 0; i < octets.len; i++) {
		sc_text_adds(&hex, i == WIDTH / 2 ? "  " : i ? " " : "");
		sc_text_hex(&hex, (unsigned char)octets.at[i], 2);
	}
	put_plain(&plain, octets);
	sc_term_put(&t->term, row, 1, 5, sc_text_str(&place), SC_STYLE_DIM, false);
	sc_term_put(&t->term, row, HEX_AT, 3 * WIDTH + 1, sc_text_str(&hex), SC_STYLE_PLAIN, false);
	sc_term_put(&t->term, row, TEXT_AT, WIDTH, sc_text_str(&plain), here ? SC_STYLE_SELECTED : p->client ? SC_STYLE_CLIENT :
		    SC_STYLE_HEAD, false);
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct raw *r = (struct raw *)v;
	size_t fit = r->shown = area.rows > 0 ? area.rows : 1;
	r->top = r->at < r->top ? r->at : r->at >= r->top + fit ? r->at - fit + 1 : r->top;
	for (size_t i = 0; i < fit && r->top + i < r->rows && r->read; i++) {
		size_t n = r->top + i;
		const struct raw_packet *p = packet_of(r, n);
		if (n == p->row)
			put_heading(t, r, p, area.row + (int)i, area.columns, n == r->at);
		else
			put_octets(t, r, p, n, area.row + (int)i, n == r->at);
		if (n == r->at)
			sc_term_put(&t->term, area.row + (int)i, 0, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_RIGHT)), SC_STYLE_KEY,
				    false);
	}
	if (!r->read || !r->rows)
		sc_term_put(&t->term, area.row + 1, 2, area.columns - 4, t->job.job && t->job.owner == r ? SC_STR("reading the capture again") :
			    r->read ? SC_STR("no octets were sent in this session") : SC_STR("the capture was not read to its end"),
			    SC_STYLE_DIM, false);
}

/* ---- keys ---- */

static void move(struct raw *r, int64_t by)
{
	int64_t to = (int64_t)r->at + by, last = r->rows ? (int64_t)r->rows - 1 : 0;
	r->at = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

/* From packet to packet. */
static void move_packet(struct raw *r, bool on)
{
	if (!r->rows)
		return;
	const struct raw_packet *p = packet_of(r, r->at);
	if (on && p + 1 < r->packets + r->count)
		r->at = p[1].row;
	else if (!on)
		r->at = r->at > p->row || p == r->packets ? p->row : p[-1].row;
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct raw *r = (struct raw *)v;
	struct sc_seen *seen = sc_store_find(&t->store, r->session);
	int64_t page = r->shown > 1 ? r->shown - 1 : 1;
	switch (command) {
	case SC_DO_up:         move(r, -1); return true;
	case SC_DO_down:       move(r, 1); return true;
	case SC_DO_page_up:    move(r, -page); return true;
	case SC_DO_page_down:  move(r, page); return true;
	case SC_DO_first:      r->at = 0; return true;
	case SC_DO_last:       move(r, (int64_t)r->rows); return true;
	case SC_DO_next_panel: move_packet(r, true); return true;
	case SC_DO_prev_panel: move_packet(r, false); return true;
	case SC_DO_open:       return true;
	default:               return seen && sc_hand_key(t, seen, command);
	}
}

static size_t count_rows(const struct sc_view *v, size_t *at)
{
	const struct raw *r = (const struct raw *)v;
	*at = r->at;
	return r->read ? r->rows : 0;
}

/* A text that begins in the row may end in the next. */
static void tell_row(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct raw *r = (const struct raw *)v;
	put_plain(to, octets_of(r, packet_of(r, n), n, t->find.len ? t->find.len - 1 : 0));
}

static void go_to_row(struct sc_view *v, size_t n)
{
	((struct raw *)v)->at = n;
}

static const struct sc_lines_class raw_lines = { count_rows, tell_row, go_to_row };

static void close_raw(struct sc_view *v)
{
	struct raw *r = (struct raw *)v;
	sc_memory_give(r->packets);
	sc_memory_give(r->octets);
}

static const struct sc_view_class view_raw = { .name = "Octets", .size = sizeof(struct raw),
	.keys = SC_DO(find) | SC_DO(next_panel) | SC_DO(save) | SC_DO(copy), .draw = draw, .key = key, .close = close_raw, .lines = &raw_lines };

static bool ask_packets(struct sc_tui *t, struct raw *r, const struct sc_seen *seen)
{
	struct sc_tui_asked asked = sc_seen_asked(seen);
	struct sc_tui_ask ask = { .sessions = &asked, .count = 1, .packet = take_packet, .ctx = r };
	r->packets = sc_memory_take(PACKETS * sizeof(*r->packets));
	r->octets = sc_memory_take(OCTETS);
	if (r->packets && r->octets)
		return sc_job_begin(t, &ask, (struct sc_job){ .owner = r, .count = 1, .done = packets_read });
	sc_tui_say(t, "no memory for its octets");
	return false;
}

void sc_raw_open(struct sc_tui *t, const struct sc_seen *seen, sc_time when, bool client)
{
	struct raw *r = (struct raw *)sc_tui_push(t, &view_raw);
	if (!r)
		return;
	r->session = seen->id;
	r->client = seen->client;
	r->start = seen->start;
	r->sought = when;
	r->sought_client = client;
	struct sc_text title = sc_text_into(r->view.title, sizeof(r->view.title) - 1);
	sc_text_adds(&title, "Octets of session ");
	sc_value_id(&title, seen->id);
	r->view.title[title.len] = '\0';
	if (!ask_packets(t, r, seen))
		sc_tui_pop(t);
}
