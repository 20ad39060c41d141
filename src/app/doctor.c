/* doctor.c - looks at a capture as a physician: what was read, what was understood, what is missing, what to do
 * next.
 *
 * Each check is a row of a table: it reads the tallies and gives a verdict in words; the first failure, else the
 * first warning, becomes the next step. */
#include "app/doctor.h"

#include <stdio.h>

#include "base/text.h"
#include "input/ndpi.h"

#define COPIES_WARN 5 /* percent: fewer are the odd ones of a busy switch */

enum level { LEVEL_ok, LEVEL_note, LEVEL_warn, LEVEL_FAIL };
static const char *const level_names[] = { "ok", "note", "warn", "FAIL" };

/* What the sessions told. */
struct tallies {
	uint64_t sessions, client_missing, server_missing, midstream, with_gaps, truncated, opaque;
};

struct doctor {
	struct sc_writer writer;
	struct tallies seen;
	struct sc_source_facts facts;
	struct sc_counters counters;
	sc_err result;
	sc_time elapsed;
	char   links[128];
};

struct verdict {
	enum level level;
	char       text[240];
	const char *advice; /* NULL: none */
};

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static unsigned long long n(uint64_t count)
{
	return count;
}

#define SAY(v, lvl, then, ...)                                             \
	do {                                                               \
		(v)->level = LEVEL_##lvl;                                  \
		(v)->advice = (then);                                      \
		snprintf((v)->text, sizeof((v)->text), __VA_ARGS__);       \
	} while (0)

static void check_permission(const struct doctor *d, struct verdict *v)
{
	if (d->facts.live)
		SAY(v, ok, NULL, "capturing is permitted");
}

static void check_live_input(const struct doctor *d, struct verdict *v)
{
	double seconds = d->elapsed > 0 ? (double)d->elapsed / 1e9 : 0;
	if (d->result)
		SAY(v, FAIL, "see the message above about the interface", "%llu packets, then the capture ended",
		    n(d->facts.packets));
	else if (d->facts.packets == 0)
		SAY(v, FAIL, "see that traffic flows now, and that this is the interface (smtpscope -D); a mirror port"
		    " must be switched on at the switch", "not a packet in %.0f s", seconds);
	else
		SAY(v, ok, NULL, "%llu packets in %.1f s", n(d->facts.packets), seconds);
}

static void check_input(const struct doctor *d, struct verdict *v)
{
	if (d->facts.live)
		check_live_input(d, v);
	else if (d->facts.packets == 0)
		SAY(v, FAIL, "capture again and watch the packet count: tcpdump -w mail.pcap port 25 or port 587",
		    "the capture holds no packets");
	else if (d->result == SC_EDAMAGED)
		SAY(v, warn, "copy the capture again, or let the capturing program end it properly (SIGINT)",
		    "%llu packets, then the capture is cut or corrupt", n(d->facts.packets));
	else if (d->result == SC_EINPUT)
		SAY(v, warn, "see the message above about the file", "%llu packets, but a file could not be read",
		    n(d->facts.packets));
	else
		SAY(v, ok, NULL, "%llu packets in %zu file%s", n(d->facts.packets), d->facts.files,
		    d->facts.files == 1 ? "" : "s");
}

static void check_filter(const struct doctor *d, struct verdict *v)
{
	if (d->facts.filtered && d->facts.filtered == d->facts.packets)
		SAY(v, FAIL, "run again without the BPF filter, and without --exact-bpf",
		    "the BPF filter refused every packet");
	else if (d->facts.filtered)
		SAY(v, note, NULL, "the BPF filter refused %llu packets (%.0f %%)", n(d->facts.filtered),
		    percent(d->facts.filtered, d->facts.packets));
}

static void check_link(const struct doctor *d, struct verdict *v)
{
	uint64_t unknown = d->counters.packets_unknown_link;
	if (unknown)
		SAY(v, FAIL, "capture on an Ethernet, cooked (-i any) or raw IP interface",
		    "%llu packets (%.0f %%) have a link type that is not read: %s", n(unknown),
		    percent(unknown, d->counters.packets), d->links);
	else if (d->facts.packets)
		SAY(v, ok, NULL, "%s", d->links[0] ? d->links : "known");
}

static void check_encapsulation(const struct doctor *d, struct verdict *v)
{
	const struct sc_counters *c = &d->counters;
	double not_ip = percent(c->packets_not_ip, c->packets), not_tcp = percent(c->packets_not_tcp, c->packets);
	const char *advice = "capture inside the tunnel, at the mail server itself";
	uint64_t lost = c->datagrams_timed_out + c->datagrams_evicted + c->datagrams_overlapping;
	if (c->mail_flows == 0 && not_ip > 50)
		SAY(v, FAIL, advice, "%.0f %% of the packets are not IP as it is read here", not_ip);
	else if (c->mail_flows == 0 && not_tcp > 50)
		SAY(v, warn, advice, "%.0f %% of the packets are IP but not TCP, nor a tunnel that is known", not_tcp);
	else if (lost)
		SAY(v, warn, "capture all paths that fragments may take, or lower the MTU of the path",
		    "%llu IP datagrams in fragments could not be put together", n(lost));
	else if (c->packets_broken)
		SAY(v, warn, NULL, "%llu packets have headers that cannot be read", n(c->packets_broken));
}

static void check_tags(const struct doctor *d, struct verdict *v)
{
	if (d->facts.tagged)
		SAY(v, note, NULL, "%.0f %% of the packets carry a VLAN tag; they are read as the others are",
		    percent(d->facts.tagged, d->facts.packets));
}

static void check_offload(const struct doctor *d, struct verdict *v)
{
	if (d->facts.large)
		SAY(v, note, NULL, "%.0f %% of the packets are several in one (GRO, TSO); they are read as they are",
		    percent(d->facts.large, d->facts.packets));
}

static void check_copies(const struct doctor *d, struct verdict *v)
{
	uint64_t copies = d->counters.packets_mirrored;
	double share = percent(copies, sc_counters_packets_followed(&d->counters));
	const char *advice = d->facts.live ? "name one interface (-i any sees a packet wherever it passes), or mirror each"
		" path once" : "mirror each path once: one port of it, or one direction of every port";
	if (share >= COPIES_WARN)
		SAY(v, warn, advice, "%.0f %% of the TCP packets are copies, as mirror ports make them; each is read once", share);
	else if (copies)
		SAY(v, note, NULL, "%llu packets are copies of others; each is read once", n(copies));
}

static void check_traffic(const struct doctor *d, struct verdict *v)
{
	const struct sc_counters *c = &d->counters;
	if (c->packets == 0)
		return;
	if (c->mail_flows)
		SAY(v, ok, NULL, "%llu of %llu connections carried SMTP", n(c->mail_flows), n(c->flows));
	else if (c->flows)
		SAY(v, FAIL, "see whether the server answers at all; a firewall may drop the connection",
		    "%llu connections on the ports of mail, none of them spoke SMTP", n(c->flows));
	else if (c->packets_other_port)
		SAY(v, FAIL, "run again with --any-port, or name the ports with -p",
		    "no connection on the ports of mail; %llu TCP packets on others", n(c->packets_other_port));
	else
		SAY(v, FAIL, "check the interface and the place of the capture", "no TCP connection was seen");
}

static void check_snap(const struct doctor *d, struct verdict *v)
{
	uint64_t cut = d->facts.truncated;
	if (cut)
		SAY(v, warn, d->facts.live ? "leave -s out" : "capture whole packets: tcpdump -s 0",
		    "%llu packets (%.1f %%) are cut short; %llu sessions suffer", n(cut),
		    percent(cut, d->facts.packets), n(d->seen.truncated));
	else if (d->facts.packets)
		SAY(v, ok, NULL, "packets are whole");
}

static void check_direction(const struct doctor *d, struct verdict *v)
{
	uint64_t sessions = d->seen.sessions, one_sided = d->seen.client_missing + d->seen.server_missing;
	const char *side = d->seen.client_missing > d->seen.server_missing ? "server to client" : "client to server";
	const char *advice = "mirror both directions, then run again";
	if (sessions == 0)
		return;
	if (one_sided * 2 > sessions)
		SAY(v, FAIL, advice, "%.0f %% of the sessions show one direction, mostly %s: one is not mirrored",
		    percent(one_sided, sessions), side);
	else if (one_sided)
		SAY(v, warn, advice, "%llu of %llu sessions show one direction only, mostly %s", n(one_sided),
		    n(sessions), side);
	else
		SAY(v, ok, NULL, "both directions are seen");
}

static void check_loss(const struct doctor *d, struct verdict *v)
{
	const char *advice = d->facts.live ? "give the capture more buffer (-B 256) or less to do (a BPF filter)" :
		"give the capture more buffer (tcpdump -B 65536) or less to do (a BPF filter)";
	if (d->facts.missed)
		SAY(v, warn, advice, "the kernel dropped %llu packets, the interface %llu (%.2f %%)",
		    n(d->facts.dropped - d->facts.missed), n(d->facts.missed),
		    percent(d->facts.dropped, d->facts.dropped + d->facts.packets));
	else if (d->facts.dropped)
		SAY(v, warn, advice, "the capture dropped %llu packets (%.2f %%)", n(d->facts.dropped),
		    percent(d->facts.dropped, d->facts.dropped + d->facts.packets));
	else if (d->seen.with_gaps)
		SAY(v, warn, advice, "%llu octets are missing in %llu of %llu sessions", n(d->counters.gap_octets),
		    n(d->seen.with_gaps), n(d->seen.sessions));
	else if (d->seen.sessions)
		SAY(v, ok, NULL, "no octet is missing");
}

static void check_beginning(const struct doctor *d, struct verdict *v)
{
	if (d->seen.midstream)
		SAY(v, note, NULL, "%llu of %llu sessions had begun before the capture", n(d->seen.midstream),
		    n(d->seen.sessions));
}

static void check_visibility(const struct doctor *d, struct verdict *v)
{
	if (d->seen.opaque)
		SAY(v, warn, "capture where TLS has ended (between proxy and server); inside TLS nothing is read",
		    "%.0f %% of the sessions (%llu) went into TLS and cannot be read on",
		    percent(d->seen.opaque, d->seen.sessions), n(d->seen.opaque));
	else if (d->seen.sessions)
		SAY(v, ok, NULL, "every session is plain text");
}

static void check_checksums(const struct doctor *d, struct verdict *v)
{
	if (d->counters.packets_bad_checksum)
		SAY(v, note, NULL, "%llu TCP checksums are wrong (offload at the capturing host, or a broken wire)",
		    n(d->counters.packets_bad_checksum));
}

static void check_memory(const struct doctor *d, struct verdict *v)
{
	uint64_t given_up = d->counters.flows_evicted + d->counters.sessions_evicted;
	if (given_up)
		SAY(v, warn, "give a larger --mem", "%llu connections were given up for want of memory", n(given_up));
}

static void check_adviser(const struct doctor *d, struct verdict *v)
{
	const struct sc_adviser_class *ndpi = sc_ndpi_class();
	if (d->counters.flows_unadvised)
		SAY(v, note, "give a larger --mem", "%llu connections were not shown to nDPI for want of memory",
		    n(d->counters.flows_unadvised));
	else if (ndpi)
		SAY(v, ok, NULL, "nDPI %s is built in; --any-port asks it", ndpi->version());
	else
		SAY(v, ok, NULL, "built without nDPI; --any-port goes by the first octets alone");
}

static const struct check {
	const char *topic;
	void (*look)(const struct doctor *d, struct verdict *v);
} checks[] = {
	{ "permission",    check_permission },
	{ "input",         check_input },
	{ "filter",        check_filter },
	{ "link type",     check_link },
	{ "encapsulation", check_encapsulation },
	{ "VLAN",          check_tags },
	{ "offload",       check_offload },
	{ "traffic",       check_traffic },
	{ "copies",        check_copies },
	{ "snap length",   check_snap },
	{ "direction",     check_direction },
	{ "loss",          check_loss },
	{ "beginning",     check_beginning },
	{ "visibility",    check_visibility },
	{ "checksums",     check_checksums },
	{ "memory",        check_memory },
	{ "any port",      check_adviser },
};

static bool put_line(struct doctor *d, struct sc_text *line)
{
	sc_text_put(line, '\n');
	return d->writer.write(d->writer.ctx, line->at, line->len);
}

static bool put_verdict(struct doctor *d, const char *topic, const struct verdict *v)
{
	char shown[600], raw[40];
	struct sc_text line = sc_text_into(shown, sizeof(shown) - 1);
	snprintf(raw, sizeof(raw), " %-4s  %-13s  ", level_names[v->level], topic);
	sc_text_adds(&line, raw);
	sc_text_visible(&line, sc_str_of(v->text));
	line.size = sizeof(shown);
	return put_line(d, &line);
}

static bool put_next_step(struct doctor *d, enum level worst, const char *advice)
{
	char shown[300];
	struct sc_text line = sc_text_into(shown, sizeof(shown));
	sc_text_adds(&line, "Next step: ");
	if (advice)
		sc_text_adds(&line, advice);
	else if (worst < LEVEL_warn)
		sc_text_adds(&line, "none needed; smtpscope report -r FILE tells what became of the mail");
	else
		sc_text_adds(&line, "see the lines above");
	sc_text_put(&line, '.');
	return put_line(d, &line);
}

static sc_err doctor_open(void *self, const struct sc_output_config *config)
{
	struct doctor *d = self;
	d->writer = config->writer;
	return SC_OK;
}

static void doctor_write(void *self, const struct sc_event *ev)
{
	struct tallies *t = &((struct doctor *)self)->seen;
	if (ev->kind != SC_EVENT_session)
		return;
	const struct sc_ev_session *s = ev->body;
	const struct sc_ev_evidence *e = &s->evidence;
	sc_str missing = sc_str_of(e->one_sided), starttls = sc_str_of(s->starttls);
	bool tls = sc_str_equal(starttls, SC_STR("established")) || sc_str_equal(starttls, SC_STR("implicit"));
	t->sessions++;
	t->client_missing += sc_str_equal(missing, SC_STR("client"));
	t->server_missing += sc_str_equal(missing, SC_STR("server"));
	t->midstream += e->midstream;
	t->with_gaps += e->gap_octets.client + e->gap_octets.server > 0;
	t->truncated += e->truncated_packets > 0;
	t->opaque += tls && !s->decrypted;
}

void sc_doctor_tell(void *self, const struct sc_source_facts *facts, const struct sc_counters *counters,
		    sc_err result, sc_time elapsed)
{
	struct doctor *d = self;
	d->elapsed = elapsed;
	d->facts = *facts;
	d->counters = *counters;
	d->result = result;
	snprintf(d->links, sizeof(d->links), "%s", facts->link_names ? facts->link_names : "");
	d->facts.link_names = d->links;
}

static sc_err doctor_close(void *self)
{
	struct doctor *d = self;
	enum level worst = LEVEL_ok;
	const char *advice = NULL;
	bool written = true;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct verdict v = { .level = LEVEL_ok };
		checks[i].look(d, &v);
		if (v.text[0] == '\0')
			continue;
		written = put_verdict(d, checks[i].topic, &v) && written;
		if (v.level > worst) {
			worst = v.level;
			advice = v.advice;
		}
	}
	return put_next_step(d, worst, advice) && written ? SC_OK : SC_EFAILED;
}

const struct sc_sink_class sc_sink_doctor = {
	.name = "doctor",
	.summary = "why nothing is seen",
	.wants = SC_WANT(SC_EVENT_session),
	.size = sizeof(struct doctor),
	.open = doctor_open,
	.write = doctor_write,
	.close = doctor_close,
};
