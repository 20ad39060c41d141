/* prints.c - counts fingerprints; see prints.h.  Names are octets of the wire, copied and cut. */
#include "model/prints.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/counting.h"

#define WAYS 8

sc_err sc_prints_open(struct sc_prints *p)
{
	*p = (struct sc_prints){.rows = sc_memory_take(SC_PRINTS * sizeof(*p->rows))};
	return p->rows ? SC_OK : SC_EFAILED;
}

void sc_prints_close(struct sc_prints *p)
{
	sc_memory_give(p->rows);
	p->rows = NULL;
}

static struct sc_print *row_of(struct sc_prints *p, const char *kind, sc_str text)
{
	struct sc_print *set = p->rows + sc_hash(0, text) % (SC_PRINTS / WAYS) * WAYS, *least = set;
	for (struct sc_print *row = set; row < set + WAYS; row++) {
		if (row->kind == kind && sc_str_equal(text, (sc_str){row->text, row->text_len}))
			return row;
		least = row->sessions < least->sessions ? row : least;
	}
	p->displaced += least->kind != NULL;
	*least = (struct sc_print){.kind = kind, .first = SC_TIME_NONE, .text_len = (uint8_t)text.len};
	memcpy(least->text, text.at, text.len);
	return least;
}

static void note_client(struct sc_print *row, uint64_t client)
{
	for (uint32_t i = 0; i < row->client_count; i++)
		if (row->clients[i] == client)
			return;
	if (row->client_count < SC_PRINT_CLIENTS)
		row->clients[row->client_count++] = client;
}

static void add(struct sc_prints *p, const struct sc_event *ev, const char *kind, sc_str text, uint64_t client)
{
	const struct sc_ev_session *x = ev->body;
	if (text.len == 0 || text.len > SC_PRINT_TEXT)
		return;
	struct sc_print *row = row_of(p, kind, text);
	if (row->sessions < SC_PRINT_SESSIONS)
		row->examples[row->sessions] = sc_count_session(ev);
	row->first = row->sessions ? row->first : ev->when;
	row->last = ev->when;
	row->sessions++;
	note_client(row, client);
	if (row->name_len)
		return;
	sc_str name = sc_str_slice(x->helo.name, 0, SC_PRINT_NAME);
	row->name_len = (uint8_t)name.len;
	memcpy(row->name, name.at ? name.at : "", name.len);
}

void sc_prints_add(struct sc_prints *p, const struct sc_event *session)
{
	static const char dialect[] = "dialect", ja4[] = "ja4";
	const struct sc_ev_session *x = session->body;
	char room[64];
	struct sc_text client = sc_text_into(room, sizeof(room));
	if (!session->head)
		return;
	sc_count_endpoint(&client, &session->head->client, false);
	uint64_t hash = sc_hash(0, sc_text_str(&client));
	add(p, session, dialect, x->dialect, hash);
	add(p, session, ja4, x->tls.ja4, hash);
}

static uint32_t suspects_of(const struct sc_print *row, const struct sc_suspects *s)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (strcmp(s->rows[i].kind, "client") != 0)
			continue;
		uint64_t client = sc_hash(0, (sc_str){s->rows[i].value, s->rows[i].value_len});
		for (uint32_t k = 0; k < row->client_count; k++)
			n += row->clients[k] == client;
	}
	return n;
}

static bool before(const struct sc_print_row *a, const struct sc_print_row *b)
{
	if (a->suspects != b->suspects)
		return a->suspects > b->suspects;
	if (a->print->sessions != b->print->sessions)
		return a->print->sessions > b->print->sessions;
	return sc_str_compare((sc_str){a->print->text, a->print->text_len}, (sc_str){b->print->text, b->print->text_len}) < 0;
}

size_t sc_prints_sorted(const struct sc_prints *p, const struct sc_suspects *s, struct sc_print_row *rows, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; s->count && i < SC_PRINTS; i++) {
		struct sc_print_row row = {&p->rows[i], p->rows[i].kind ? suspects_of(&p->rows[i], s) : 0};
		if (row.suspects == 0)
			continue;
		size_t at = count < max ? count++ : max;
		if (at == max && !(max && before(&row, &rows[--at])))
			continue;
		for (; at > 0 && before(&row, &rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
	return count;
}
