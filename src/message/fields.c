/* fields.c - header fields, unfolded, out of runs that are cut anywhere; see fields.h.
 *
 * A field that lies within one run is a slice of it; only what is folded or cut is copied, into blocks that are
 * given back at once.  A header ends at the empty line, or at the first line that is no field: what follows such a
 * line is text to the servers that decide (Postfix, Exim), so nothing there may pass for a field.
 */
#include "message/fields.h"

enum state {
	BOL,   /* at the beginning of a line */
	CR,    /* behind a CR that opens a line */
	NAME,
	VALUE, /* up to the end of the line */
	MBOX,  /* in a line "From x ...", which some programs leave before the header */
};

enum open { NOTHING, KEPT, PASSED }; /* the field that a line opened */

void sc_fields_begin(struct sc_fields *f, struct sc_blocks *store, const struct sc_field_row *rows)
{
	sc_fields_drop(f);
	*f = (struct sc_fields){ .store = store, .rows = rows };
}

void sc_fields_drop(struct sc_fields *f)
{
	if (f->store)
		sc_blocks_give_all(f->store, f->first);
	f->first = f->last = NULL;
	f->octets = 0;
	f->cut = f->cr = false;
}

static void advance(sc_str *s, size_t n)
{
	*s = sc_str_from(*s, n);
}

static void append(struct sc_fields *f, sc_str s)
{
	if (s.len > SC_FIELD_OCTETS - f->octets) {
		f->cut = true;
		s.len = SC_FIELD_OCTETS - f->octets;
	}
	while (s.len) {
		if (!f->last || f->last->used == f->last->size) {
			struct sc_block *b = sc_blocks_take(f->store, f->first ? SC_BLOCK_LARGE : SC_BLOCK_SMALL);
			if (!b) {
				f->cut = true;
				return;
			}
			*(f->last ? &f->last->next : &f->first) = b;
			f->last = b;
		}
		sc_str part = sc_str_slice(s, 0, f->last->size - f->last->used);
		memcpy(f->last->data + f->last->used, part.at, part.len);
		f->last->used += (uint32_t)part.len;
		f->octets += (uint32_t)part.len;
		advance(&s, part.len);
	}
}

/* The value as one string. */
static sc_str joined(const struct sc_fields *f, char *room)
{
	if (!f->first)
		return SC_STR("");
	if (!f->first->next)
		return (sc_str){ f->first->data, f->first->used };
	size_t n = 0;
	for (const struct sc_block *b = f->first; b; b = b->next) {
		memcpy(room + n, b->data, b->used);
		n += b->used;
	}
	return (sc_str){ room, n };
}

static bool give_kept(struct sc_fields *f, char *room, struct sc_fields_unit *u)
{
	*u = (struct sc_fields_unit){ SC_FIELDS_FIELD, f->row, joined(f, room), f->cut };
	f->open = NOTHING;
	return true;
}

static bool give_text(struct sc_fields *f, struct sc_fields_unit *u)
{
	*u = (struct sc_fields_unit){ .kind = SC_FIELDS_TEXT, .value = { f->name, f->name_len } };
	f->name_len = 0;
	f->state = BOL;
	return true;
}

static bool give_blank(struct sc_fields *f, struct sc_fields_unit *u)
{
	*u = (struct sc_fields_unit){ .kind = SC_FIELDS_BLANK };
	f->state = BOL;
	return true;
}

/* The colon behind a name was taken. */
static void open_field(struct sc_fields *f)
{
	sc_str name = sc_str_trim((sc_str){ f->name, f->name_len });
	unsigned i = 0;
	while (f->rows[i].name && !(f->rows[i].len == name.len && sc_str_equal_nocase(name, (sc_str){ f->rows[i].name, name.len })))
		i++;
	f->state = VALUE;
	f->open = PASSED;
	if (!f->rows[i].take)
		return;
	sc_fields_drop(f);
	f->row = i;
	f->open = KEPT;
}

static bool is_mbox(const struct sc_fields *f)
{
	sc_str name = sc_str_trim((sc_str){ f->name, f->name_len });
	return !f->begun && (sc_str_equal(name, SC_STR("From")) || sc_str_equal(name, SC_STR(">From")));
}

/* Reads on in a name (RFC 5322 3.6.8; 4.5 allows blanks before the colon).  True: it is none. */
static bool read_name(struct sc_fields *f, sc_str *run)
{
	for (size_t i = 0; i < run->len; i++) {
		char c = run->at[i];
		bool behind = f->name_len && sc_is_space(f->name[f->name_len - 1]);
		bool first = !f->name_len;
		if (c == ':' && !first) {
			advance(run, i + 1);
			open_field(f);
			f->begun = true;
			return false;
		}
		bool fits = c > ' ' && c < 127 && c != ':' && !behind;
		if ((!fits && (first || !sc_is_space(c))) || f->name_len == SC_FIELD_NAME_OCTETS) {
			advance(run, i);
			if (!behind || !is_mbox(f))
				return true;
			f->state = MBOX;
			return false;
		}
		f->name[f->name_len++] = c;
	}
	*run = SC_STR("");
	return false;
}

/* Takes what of a kept field's line lies in the run, `n` octets with the line end if it is there. */
static void keep_value(struct sc_fields *f, sc_str *run, size_t n, bool ended)
{
	if (f->cr && run->at[0] != '\n')
		append(f, SC_STR("\r"));
	sc_str part = sc_str_slice(*run, 0, n - ended);
	f->cr = part.len && part.at[part.len - 1] == '\r';
	part.len -= f->cr;
	append(f, part);
	f->cr = f->cr && !ended;
}

/* True: the field lies whole in the run, with the octet that shows its end behind it, and is given as it lies. */
static bool read_value(struct sc_fields *f, sc_str *run, struct sc_fields_unit *u)
{
	size_t end = sc_str_find(*run, '\n');
	bool ended = end != SIZE_MAX;
	size_t n = ended ? end + 1 : run->len;
	f->state = ended ? BOL : VALUE;
	bool single = f->open == KEPT && !f->first && !f->cr && !f->cut && n < run->len && !sc_is_space(run->at[n]);
	if (single) {
		sc_str value = sc_str_slice(*run, 0, end);
		value.len -= value.len && value.at[value.len - 1] == '\r';
		*u = (struct sc_fields_unit){ SC_FIELDS_FIELD, f->row, sc_str_slice(value, 0, SC_FIELD_OCTETS),
			value.len > SC_FIELD_OCTETS };
		f->open = NOTHING;
	} else if (f->open == KEPT) {
		keep_value(f, run, n, ended);
	}
	advance(run, n);
	return single;
}

/* At the beginning of a line; true: a unit is given. */
static bool begin_line(struct sc_fields *f, sc_str *run, char *room, struct sc_fields_unit *u)
{
	char c = run->at[0];
	if (sc_is_space(c) && f->open != NOTHING) {
		f->state = VALUE;
		return false;
	}
	if (f->open == KEPT)
		return give_kept(f, room, u);
	sc_fields_drop(f);
	f->open = NOTHING;
	f->name_len = 0;
	if (c == '\n') {
		advance(run, 1);
		return give_blank(f, u);
	}
	f->state = c == '\r' ? CR : NAME;
	advance(run, c == '\r');
	return false;
}

static bool behind_cr(struct sc_fields *f, sc_str *run, struct sc_fields_unit *u)
{
	if (run->at[0] == '\n') {
		advance(run, 1);
		return give_blank(f, u);
	}
	f->name[f->name_len++] = '\r';
	return give_text(f, u);
}

static void pass_mbox(struct sc_fields *f, sc_str *run)
{
	size_t end = sc_str_find(*run, '\n');
	f->state = end == SIZE_MAX ? MBOX : BOL;
	f->begun = true;
	advance(run, end == SIZE_MAX ? run->len : end + 1);
}

bool sc_fields_next(struct sc_fields *f, sc_str *run, char *room, struct sc_fields_unit *u)
{
	bool given = false;
	u->kind = SC_FIELDS_NONE;
	while (run->len && !given) {
		switch ((enum state)f->state) {
		case BOL:
			given = begin_line(f, run, room, u);
			break;
		case CR:
			given = behind_cr(f, run, u);
			break;
		case NAME:
			given = read_name(f, run) && give_text(f, u);
			break;
		case VALUE:
			given = read_value(f, run, u);
			break;
		case MBOX:
			pass_mbox(f, run);
			break;
		}
	}
	return given;
}

bool sc_fields_end(struct sc_fields *f, char *room, struct sc_fields_unit *u)
{
	if (f->open != KEPT)
		return false;
	return give_kept(f, room, u);
}
