/* unspoken.c - the page of a connection in which nothing was said; see unspoken.h.
 *
 * The `failure` tells how it broke; what follows from that, and who can mend it, is a row below. */
#include "output/unspoken.h"

#include "output/value.h"

enum { LABEL = 13 };

static const struct {
	const char *broke, *by; /* by NULL: anybody */
	const char *what, *move;
} ends[] = {
	{ "timeout", NULL, "No answer came to what the client sent to open the connection.",
	  "It is the server's move, or that of a filter on the way that drops packets without a word. If the client gets no answer"
	  " from other servers either, its own way out on that port is blocked." },
	{ "half_open", NULL, "The server answered what the client sent to open the connection, and the client did not go on.",
	  "Captured near the server, its answers or the client's next packets are lost on the way; near the client, the client does"
	  " not take them: a filter of its own, or it never sent the SYN." },
	{ "refused", NULL, "The server answered the SYN with a reset.",
	  "It is the move of the server's administrator: nothing listens on that port, or a filter refuses the client." },
	{ "unreachable", NULL, "A router or a filter answered that the server cannot be reached (ICMP).",
	  "It is the move of whoever runs the device that answered." },
	{ "reset", "server", "The connection stood, and the server reset it before it had greeted.",
	  "It is the move of the server's administrator: an overloaded server or a filter does that." },
	{ "reset", "client", "The connection stood, no greeting came, and the client reset it.",
	  "It is the server's move: it has to greet first. The client has to wait five minutes for that (RFC 5321 4.5.3.2.1)." },
	{ "closed", "server", "The connection stood, and the server closed it without a greeting.",
	  "It is the move of the server's administrator: it should say why, with 421 or 554 (RFC 5321 3.1)." },
	{ "silent", NULL, "The connection stood, and nobody said a word or closed it, as far as the capture shows.",
	  "It is the server's move: it has to greet first, unless TLS comes first (port 465): then it is the client's." },
	{ "closed", "client", "The connection stood, no greeting came, and the client closed it.",
	  "It is the server's move: it has to greet first. The client has to wait five minutes for that (RFC 5321 4.5.3.2.1)." },
};

bool sc_unspoken_is(const struct sc_event *ev)
{
	const struct sc_ev_failure *x = ev->body;
	return ev->kind == SC_EVENT_failure && x->broke && x->phase && strcmp(x->phase, "connect") == 0;
}

bool sc_unspoken_or_other(const struct sc_event *ev)
{
	return ev->kind == SC_EVENT_non_smtp || sc_unspoken_is(ev);
}

static void end_field(struct sc_sheet *sheet, const char *label)
{
	char head[LABEL + 1] = { 0 };
	struct sc_text t = sc_text_into(head, LABEL);
	sc_text_adds(&t, "  ");
	sc_page_fit(&t, sc_str_of(label), LABEL - 3, false);
	sc_text_put(&t, ' ');
	sc_sheet_end(sheet, head, LABEL);
}

static void put_title(struct sc_sheet *sheet, const struct sc_ev_head *head)
{
	struct sc_text *t = sc_sheet_begin(sheet);
	sc_text_adds(t, "Connection ");
	sc_value_id(t, head->session);
	sc_text_adds(t, "  ");
	sc_value_endpoint(t, &head->client);
	sc_text_adds(t, " → ");
	sc_value_endpoint(t, &head->server);
	sc_sheet_end(sheet, "", 2);
}

static void put_times(struct sc_sheet *sheet, const struct sc_ev_failure *x)
{
	struct sc_text *t = sc_sheet_begin(sheet);
	sc_page_time(&sheet->clock, t, x->first_ts);
	sc_text_put(t, ' ');
	sc_page_zone(&sheet->clock, t);
	end_field(sheet, "start");
	t = sc_sheet_begin(sheet);
	if (x->waited_ms != SC_TIME_NONE) {
		sc_page_seconds(t, x->waited_ms, 0);
		sc_text_adds(t, " s");
	}
	if (x->syns > 1) {
		sc_text_adds(t, t->len ? ", " : "");
		sc_page_grouped(t, x->syns);
		sc_text_adds(t, " SYNs");
	}
	if (t->len)
		end_field(sheet, "waited");
}

static void put_packets(struct sc_sheet *sheet, const struct sc_ev_head *head)
{
	struct sc_text *t = sc_sheet_begin(sheet);
	sc_text_number(t, head->frames.first);
	if (head->frames.last > head->frames.first) {
		sc_text_put(t, '-');
		sc_text_number(t, head->frames.last);
	}
	end_field(sheet, "packets");
}

static void print_other(struct sc_sheet *sheet, const struct sc_event *ev)
{
	const struct sc_ev_non_smtp *x = ev->body;
	bool known = x->protocol && strcmp(x->protocol, "unknown") != 0;
	put_packets(sheet, ev->head);
	sc_buffer_adds(&sheet->out, "\n");
	struct sc_text *t = sc_sheet_begin(sheet);
	sc_text_adds(t, "Nobody spoke SMTP");
	sc_text_adds(t, known ? ": it was " : ", and what it was its beginning does not tell");
	sc_text_adds(t, known ? x->protocol : "");
	sc_text_put(t, '.');
	sc_sheet_end(sheet, "  ✗ ", 4);
	sc_text_adds(sc_sheet_begin(sheet), "The client has the wrong port, or only looks what listens there (a scanner).");
	sc_sheet_end(sheet, "    ", 4);
}

void sc_unspoken_print(struct sc_sheet *sheet, const struct sc_event *ev)
{
	const struct sc_ev_failure *x = ev->body;
	put_title(sheet, ev->head);
	if (ev->kind == SC_EVENT_non_smtp) {
		print_other(sheet, ev);
		return;
	}
	put_times(sheet, x);
	put_packets(sheet, ev->head);
	sc_buffer_adds(&sheet->out, "\n");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		bool by = !ends[i].by || (x->broke_by && strcmp(x->broke_by, ends[i].by) == 0);
		if (!by || strcmp(x->broke, ends[i].broke) != 0)
			continue;
		sc_text_adds(sc_sheet_begin(sheet), ends[i].what);
		sc_sheet_end(sheet, "  ✗ ", 4);
		sc_text_adds(sc_sheet_begin(sheet), ends[i].move);
		sc_sheet_end(sheet, "    ", 4);
		return;
	}
}
