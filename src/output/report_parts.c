/* report_parts.c - the tables of the report and what stands in them; see report_parts.h.
 *
 * A table over a map of the model (model/top.h) is data here: its columns say what of a row of the map they show.
 * The others are filled in report_rows.c.  Nothing is written here, so nothing of the wire can do harm. */
#include "output/report_parts.h"

#include "explain/diagnoses.h"
#include "explain/phrase.h"

/* What of a row of a map a column shows. */
enum source {
	FROM_COUNT, FROM_FAILED, FROM_SHARE, FROM_OUTCOMES, FROM_KEY, FROM_LABEL, FROM_CODE, FROM_CAUSE, FROM_FIRST,
	FROM_LAST, FROM_FIRST_FAILED, FROM_LAST_ACCEPTED, FROM_SESSIONS, FROM_SESSION, FROM_STATUS, FROM_OCTETS,
	FROM_MEANING, FROM_ADVICE, FROM_UNKNOWN,
};

/* What JSON tells of every row of a map, behind its key and counts. */
#define FACTS                                                                                            \
	{ SC_CELL_CODE, "code", NULL, -1, 0, NULL, FROM_CODE },                                          \
	{ SC_CELL_TIME, "first_failed", NULL, -1, 0, NULL, FROM_FIRST_FAILED },                          \
	{ SC_CELL_TIME, "last_accepted", NULL, -1, 0, NULL, FROM_LAST_ACCEPTED }
#define SPAN                                                                                             \
	{ SC_CELL_TIME, "first", NULL, -1, 0, NULL, FROM_FIRST },                                        \
	{ SC_CELL_TIME, "last", NULL, -1, 0, NULL, FROM_LAST }
#define BY_OUTCOME { SC_CELL_OUTCOMES, "outcomes", NULL, -1, 0, NULL, FROM_OUTCOMES }
#define FAILED     { SC_CELL_COUNT, "failed", NULL, -1, 0, NULL, FROM_FAILED }
#define CAUSE      { SC_CELL_WORD, "cause", NULL, -1, 0, NULL, FROM_CAUSE }
#define SESSIONS   { SC_CELL_SESSIONS, "sessions", "sessions", 0, 0, "; ", FROM_SESSIONS }

static const struct sc_column templates[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_TIME, "first", "first", 1, 0, NULL, FROM_FIRST },
	{ SC_CELL_TIME, "last", "last", 1, 0, NULL, FROM_LAST },
	{ SC_CELL_WIRE, "template", "text", 0, 0, NULL, FROM_KEY },
	{ SC_CELL_WORD, "cause", "cause", 0, 1, NULL, FROM_CAUSE },
	{ SC_CELL_WIRE, "first_domain", "first for", 0, 1, "; first for ", FROM_LABEL },
	{ SC_CELL_SESSIONS, NULL, NULL, 0, 1, "; ", FROM_SESSION },
	{ SC_CELL_SESSIONS, "sessions", "sessions", -1, 0, NULL, FROM_SESSIONS },
	BY_OUTCOME, FACTS,
};

#define COUNTED(name, key)                                                                               \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },                                 \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, FROM_KEY },                                        \
		SESSIONS, FAILED, CAUSE, BY_OUTCOME, SPAN, FACTS,                                        \
	}
static const struct sc_column silent[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_WIRE, "what", "what", 0, 0, NULL, FROM_KEY },
	{ SC_CELL_WIRE, "seen", "seen", 0, 0, ", seen: ", FROM_LABEL },
	SESSIONS, FAILED, CAUSE, BY_OUTCOME, SPAN, FACTS,
};
COUNTED(lists, "list");
COUNTED(starttls, "starttls");
COUNTED(handshakes, "handshake");
COUNTED(bounces, "reported");
COUNTED(non_smtp, "protocol");

#define GRADED(name, key, grade)                                                                         \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },                                 \
		{ SC_CELL_WIRE, grade, grade, 9, 0, NULL, FROM_LABEL },                                  \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, FROM_KEY },                                        \
		SESSIONS, FAILED, SPAN,                                                                  \
	}
static const struct sc_column diagnoses[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_WIRE, "severity", "severity", 9, 0, NULL, FROM_LABEL },
	{ SC_CELL_WIRE, "diagnosis", "diagnosis", 0, 0, NULL, FROM_KEY },
	SESSIONS,
	{ SC_CELL_PROSE, NULL, "meaning", 0, 1, NULL, FROM_MEANING },
	{ SC_CELL_PROSE, NULL, "what to do", 0, 1, " To do: ", FROM_ADVICE },
	FAILED, SPAN,
};
GRADED(findings, "finding", "severity");

static const struct sc_column attachments[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_COUNT, "octets", "octets", 15, 0, NULL, FROM_OCTETS },
	{ SC_CELL_WIRE, "sign", "what is odd", 24, 0, NULL, FROM_LABEL },
	{ SC_CELL_WIRE, "name", "name", 0, 0, NULL, FROM_KEY },
	SESSIONS, SPAN,
};

static const struct sc_column disguises[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_WIRE, "link", "what the link shows, and where it leads", 0, 0, NULL, FROM_KEY },
	{ SC_CELL_WIRE, "client", "first from", 0, 1, "first from ", FROM_LABEL },
	{ SC_CELL_SESSIONS, "sessions", "sessions", 0, 1, "; ", FROM_SESSIONS },
	SPAN,
};

static const struct sc_column enhanced[] = {
	{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, FROM_COUNT },
	{ SC_CELL_WIRE, "enhanced", "code", 12, 0, NULL, FROM_KEY },
	{ SC_CELL_PROSE, NULL, "meaning", 0, 0, NULL, FROM_STATUS },
	{ SC_CELL_SESSIONS, "sessions", "sessions", -1, 0, NULL, FROM_SESSIONS },
	FAILED, CAUSE, BY_OUTCOME, SPAN, FACTS,
};

#define PARTY(name, key, heading, label)                                                                        \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "failed", "failed", 8, 0, NULL, FROM_FAILED },                          \
		{ SC_CELL_SHARE, NULL, "share", 9, 0, NULL, FROM_SHARE },                                \
		{ SC_CELL_OUTCOMES, "outcomes", "", 9, 0, NULL, FROM_OUTCOMES },                         \
		{ SC_CELL_WIRE, key, heading, 0, 0, NULL, FROM_KEY },                                    \
		{ SC_CELL_WIRE, label, label, 0, 0, " ", FROM_LABEL },                                   \
		{ SC_CELL_COUNT, "count", NULL, -1, 0, NULL, FROM_COUNT },                               \
		{ SC_CELL_SESSIONS, "sessions", "sessions", -1, 0, NULL, FROM_SESSIONS },                \
		CAUSE, SPAN,                                                                             \
		{ SC_CELL_CODE, "code", NULL, -1, 0, NULL, FROM_CODE },                                  \
		{ SC_CELL_COUNT, "unknown_users", "unknown users", -1, 0, NULL, FROM_UNKNOWN },          \
		{ SC_CELL_TIME, "first_failed", "first failed", -1, 0, NULL, FROM_FIRST_FAILED },        \
		{ SC_CELL_TIME, "last_accepted", "last accepted", -1, 0, NULL, FROM_LAST_ACCEPTED },     \
	}
PARTY(domains, "domain", "domain", NULL);
PARTY(servers, "server", "server", "host");
PARTY(senders, "mail_from", "sender", NULL);
PARTY(clients, "client", "client", "helo");

#define VOLUME(name, key, heading, label)                                                                \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "n", 8, 0, NULL, FROM_COUNT },                                 \
		{ SC_CELL_COUNT, "octets", "octets", 15, 0, NULL, FROM_OCTETS },                         \
		{ SC_CELL_OUTCOMES, "outcomes", "", 9, 0, NULL, FROM_OUTCOMES },                         \
		{ SC_CELL_WIRE, key, heading, 0, 0, NULL, FROM_KEY },                                    \
		{ SC_CELL_WIRE, label, label, 0, 0, " ", FROM_LABEL },                                   \
		{ SC_CELL_SESSIONS, "sessions", "sessions", -1, 0, NULL, FROM_SESSIONS },                \
		SPAN,                                                                                    \
	}
VOLUME(domain_volume, "domain", "domain", NULL);
VOLUME(server_volume, "server", "server", "host");
VOLUME(sender_volume, "mail_from", "sender", NULL);
VOLUME(client_volume, "client", "client", "helo");

#define KIND(name, key)                                                                                  \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "sessions", 9, 0, NULL, FROM_COUNT },                          \
		{ SC_CELL_COUNT, "octets", "octets", 15, 0, NULL, FROM_OCTETS },                         \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, FROM_KEY },                                        \
		{ SC_CELL_SESSIONS, "sessions", "for example", -1, 0, NULL, FROM_SESSIONS },             \
		SPAN,                                                                                    \
	}
KIND(services, "service");
KIND(ends, "end_by");
KIND(tls, "tls");
KIND(software, "software");

#define SEALED(name, key, label)                                                                         \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "sessions", 9, 0, NULL, FROM_COUNT },                          \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, FROM_KEY },                                        \
		{ SC_CELL_WIRE, label, label, 0, 0, "; ", FROM_LABEL },                                  \
		{ SC_CELL_SESSIONS, "sessions", "for example", -1, 0, NULL, FROM_SESSIONS },             \
		FAILED, SPAN,                                                                            \
	}
SEALED(states, "starttls", NULL);
SEALED(peers, "server", NULL);
SEALED(versions, "version", NULL);
SEALED(ciphers, "cipher", NULL);
SEALED(groups, "group", NULL);
SEALED(certificates, "certificate", "key");
SEALED(programs, "ja4", "sni");
SEALED(opened, "opened", NULL);

#define LOGIN(name, key)                                                                                 \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "failed", "failed", 8, 0, NULL, FROM_FAILED },                          \
		{ SC_CELL_COUNT, "count", "tried", 7, 0, NULL, FROM_COUNT },                             \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, FROM_KEY },                                        \
		SESSIONS, SPAN,                                                                          \
		{ SC_CELL_WIRE, "mechanism", "mechanism", -1, 0, NULL, FROM_LABEL },                     \
	}
LOGIN(auth_clients, "client");
LOGIN(auth_users, "user");

struct map {
	struct sc_part part;
	size_t offset;  /* of its struct sc_top */
	enum sc_top_order order;
	size_t without; /* of the count of what had no key; 0: all have one */
	bool   everybody; /* what never failed belongs to it too */
	bool   graded;    /* the label is a severity, and the worst comes first */
};

#define TABLE(columns, member, name, order, title, everybody)                        \
	{ { name, title, SC_COLUMNS(columns), 0, false }, offsetof(struct sc_failures, member), order, 0, everybody, false }
#define MAP(member, name, order, title)   TABLE(member, member, name, order, title, false)
#define GRADES(member, name, order, title)                                           \
	{ { name, title, SC_COLUMNS(member), 0, false }, offsetof(struct sc_failures, member), order, 0, false, true }
#define PARTIES(member, name, title)      TABLE(member, member, name, SC_TOP_BY_FAILED, title, true)
#define VOLUMES(columns, member, name, title) TABLE(columns, member, name, SC_TOP_BY_COUNT, title, true)

/* ---- tables over maps ---- */

/* What an enhanced code means; a row of the rest has none. */
static struct sc_cell status_cell(const struct sc_top_row *row)
{
	const char *meaning = sc_phrase_status(sc_top_key(row));
	if (sc_str_equal(sc_top_key(row), SC_STR("none")))
		meaning = "the reply carried no enhanced code";
	return sc_cell_word(meaning ? meaning : row->key_len ? "not registered: a code of the provider's own" : NULL);
}

/* Meaning or advice of the diagnosis that a row counts. */
static struct sc_cell diagnosis_cell(const struct sc_top_row *row, bool advice)
{
	for (int i = 0; i < SC_DIAGNOSES; i++)
		if (sc_str_equal(sc_top_key(row), sc_str_of(sc_diagnoses[i].name)))
			return sc_cell_word(advice ? sc_diagnoses[i].advice : sc_diagnoses[i].meaning);
	return sc_cell_word(NULL);
}

static sc_str label_of(const struct sc_top_row *row)
{
	return row->label_len ? (sc_str){ row->label, row->label_len } : SC_STR_NONE;
}

static struct sc_cell cell_of(enum source source, const struct sc_top_row *row)
{
	switch (source) {
	case FROM_COUNT:         return sc_cell_count(row->count);
	case FROM_FAILED:        return sc_cell_count(row->failed);
	case FROM_SHARE:         return (struct sc_cell){ .n = row->failed, .of = row->count };
	case FROM_OUTCOMES:      return sc_cell_list(row->outcomes, SC_OUTCOMES);
	case FROM_KEY:           return sc_cell_text(row->key_len ? sc_top_key(row) : SC_STR_NONE);
	case FROM_LABEL:         return sc_cell_text(label_of(row));
	case FROM_CODE:          return sc_cell_count(row->code);
	case FROM_CAUSE:         return sc_cell_word(sc_cause_name((enum sc_cause)row->cause));
	case FROM_FIRST:         return sc_cell_time(row->first);
	case FROM_LAST:          return sc_cell_time(row->last);
	case FROM_FIRST_FAILED:  return sc_cell_time(row->first_failed);
	case FROM_LAST_ACCEPTED: return sc_cell_time(row->last_accepted);
	case FROM_SESSIONS:      return sc_cell_list(row->sessions, SC_TOP_SESSIONS);
	case FROM_SESSION:       return sc_cell_list(row->sessions, 1);
	case FROM_STATUS:        return status_cell(row);
	case FROM_UNKNOWN:       return sc_cell_count(row->unknown);
	case FROM_MEANING:       return diagnosis_cell(row, false);
	case FROM_ADVICE:        return diagnosis_cell(row, true);
	case FROM_OCTETS:        return sc_cell_count(row->octets);
	}
	return sc_cell_text(SC_STR_NONE);
}

static void fill(const struct sc_part *part, const struct sc_top_row *row, struct sc_cell *cells)
{
	SC_ASSERT(part->count <= SC_PART_COLUMNS);
	for (size_t i = 0; i < part->count; i++)
		cells[i] = cell_of((enum source)part->columns[i].source, row);
}

/* The row of what had no key. */
static void show_keyless(const struct map *map, uint64_t n, const struct sc_part_visitor *v, void *ctx)
{
	struct sc_cell cells[SC_PART_COLUMNS];
	struct sc_top_row row = {
		.count = n, .failed = n, .first = SC_TIME_NONE, .last = SC_TIME_NONE, .first_failed = SC_TIME_NONE,
		.last_accepted = SC_TIME_NONE, .key_len = 4, .key = "none",
	};
	fill(&map->part, &row, cells);
	for (size_t i = 0; i < map->part.count; i++)
		cells[i].many = NULL; /* of these, neither outcomes nor sessions were counted */
	v->row(ctx, &map->part, cells);
}

enum { MOST_ROWS = 512 };

/* Of a diagnosis or a finding: the higher, the worse. */
static int grade_of(const struct sc_top_row *row)
{
	static const char *const grades[] = { "info", "low", "warn", "medium", "high", "error", "critical" };
	int grade = (int)(sizeof(grades) / sizeof(grades[0]));
	while (grade > 0 && !sc_str_equal(label_of(row), sc_str_of(grades[grade - 1])))
		grade--;
	return grade;
}

/* What comes before the subject: "helo_invalid" of "helo_invalid: 192.0.2.1". */
static sc_str kind_of(const struct sc_top_row *row)
{
	sc_str key = sc_top_key(row);
	return sc_str_slice(key, 0, sc_str_find(key, ':'));
}

enum { SIDE_BY_SIDE = 4 };

/* The worst first, of one grade the first of each kind, and more than a few of a kind behind all others, so that they leave these
 * in sight.  Else the order stays. */
static void sort_by_grade(const struct sc_top_row **rows, size_t count)
{
	int rank[MOST_ROWS];
	for (size_t i = 0; i < count; i++) {
		const struct sc_top_row *row = rows[i];
		size_t alike = 0;
		for (size_t k = 0; k < i && alike < SIDE_BY_SIDE; k++)
			alike += grade_of(rows[k]) == grade_of(row) && sc_str_equal(kind_of(rows[k]), kind_of(row));
		int own = alike == SIDE_BY_SIDE ? 0 : 2 * grade_of(row) + (alike == 0);
		size_t at = i;
		for (; at > 0 && rank[at - 1] < own; at--) {
			rows[at] = rows[at - 1];
			rank[at] = rank[at - 1];
		}
		rows[at] = row;
		rank[at] = own;
	}
}

static void show_map(const struct sc_failures *m, const struct map *map, const struct sc_part_visitor *v, void *ctx)
{
	const struct sc_top *top = (const struct sc_top *)(const void *)((const char *)m + map->offset);
	const struct sc_top_row *rows[MOST_ROWS];
	struct sc_cell cells[SC_PART_COLUMNS];
	size_t shown = v->rows < MOST_ROWS ? v->rows : MOST_ROWS;
	size_t count = sc_top_sorted(top, map->order, rows, map->graded ? MOST_ROWS : shown);
	if (map->graded)
		sort_by_grade(rows, count);
	count = count < shown ? count : shown;
	struct sc_top_row rest = sc_top_rest(top, rows, count);
	uint64_t keyless = map->without ? *(const uint64_t *)(const void *)((const char *)m + map->without) : 0;
	if (count == 0 && keyless == 0)
		return;
	v->begin(ctx, &map->part);
	for (size_t i = 0; i < count; i++) {
		fill(&map->part, rows[i], cells);
		v->row(ctx, &map->part, cells);
	}
	if (keyless)
		show_keyless(map, keyless, v, ctx);
	if (rest.failed || (rest.count && map->everybody)) {
		fill(&map->part, &rest, cells);
		v->rest(ctx, &map->part, cells);
	}
	v->end(ctx, &map->part);
}

/* ---- all of them ---- */

static const struct map maps[] = {
	MAP(silent, "silent", SC_TOP_BY_COUNT, "Silent failures (recipients, breaks; no reply; seen: what one session shows)"),
	GRADES(diagnoses, "diagnoses", SC_TOP_BY_FAILED, "What the wire shows (diagnoses; smtpscope explain WORD)"),
	MAP(templates, "templates", SC_TOP_BY_COUNT, "What servers said (what varies is masked)"),
	MAP(lists, "lists", SC_TOP_BY_COUNT, "Block lists named"),
	{ { "enhanced", "Enhanced codes of the refusals", SC_COLUMNS(enhanced), 0, false },
	  offsetof(struct sc_failures, enhanced), SC_TOP_BY_COUNT, offsetof(struct sc_failures, no_enhanced), false, false },
	PARTIES(domains, "domains", "Recipient domains"),
	PARTIES(servers, "servers", "Servers"),
	PARTIES(senders, "senders", "Senders"),
	PARTIES(clients, "clients", "Clients"),
	MAP(starttls, "starttls", SC_TOP_BY_FAILED, "TLS that did not come about (sessions)"),
	MAP(handshakes, "handshakes", SC_TOP_BY_COUNT, "TLS handshakes that failed"),
	PARTIES(auth_clients, "auth_clients", "Failed logins by client"),
	PARTIES(auth_users, "auth_users", "Failed logins by user"),
	MAP(bounces, "bounces", SC_TOP_BY_COUNT, "Bounces and complaints carried (what messages reported of other mail)"),
	MAP(attachments, "attachments", SC_TOP_BY_COUNT, "Attachments that are odd by name, type or encryption"),
	MAP(disguises, "disguised_links", SC_TOP_BY_COUNT, "Links that show another host than they lead to (messages; newsletters may do so)"),
	GRADES(findings, "findings", SC_TOP_BY_FAILED, "What detectors found (smtpscope list findings)"),
	MAP(non_smtp, "non_smtp", SC_TOP_BY_COUNT, "On ports of mail, and no mail (connections; smtpscope list non_smtp)"),
	VOLUMES(services, services, "services", "Sessions by service"),
	VOLUMES(tls, tls, "tls", "Sessions by TLS"),
	VOLUMES(ends, ends, "ends", "How sessions ended"),
	VOLUMES(software, software, "software", "Server software"),
	VOLUMES(states, starttls, "starttls_states", "What became of TLS"),
	{ { "tls_diagnoses", "What the wire shows of TLS (diagnoses)", SC_COLUMNS(diagnoses), 0, false },
	  offsetof(struct sc_failures, secure.diagnoses), SC_TOP_BY_FAILED, 0, false, true },
	{ { "tls_findings", "What detectors found about TLS (smtpscope list findings)", SC_COLUMNS(findings), 0, false },
	  offsetof(struct sc_failures, secure.findings), SC_TOP_BY_FAILED, 0, false, true },
	TABLE(peers, secure.troubled, "tls_troubled", SC_TOP_BY_FAILED, "Servers where TLS failed or was odd, and how", false),
	VOLUMES(peers, secure.peers, "tls_peers", "Servers otherwise, and what was used"),
	VOLUMES(versions, tls, "tls_versions", "TLS versions"),
	VOLUMES(ciphers, secure.ciphers, "tls_ciphers", "Cipher suites"),
	VOLUMES(groups, secure.groups, "tls_groups", "Key exchange"),
	VOLUMES(certificates, secure.certificates, "tls_certificates", "Certificates of servers, where they can be seen"),
	VOLUMES(programs, secure.programs, "tls_programs", "Clients by JA4, and a name that each asked for"),
	VOLUMES(opened, secure.opened, "tls_opened", "What was read inside TLS"),
	VOLUMES(domain_volume, domains, "domain_volume", "Mail by recipient domain (octets: taken, for each recipient)"),
	VOLUMES(server_volume, servers, "server_volume", "Mail by server"),
	VOLUMES(sender_volume, senders, "sender_volume", "Mail by sender"),
	VOLUMES(client_volume, clients, "client_volume", "Mail by client"),
};

/* The order of the report: maps by name, the others by function. */
static const struct {
	unsigned kinds;
	const char *map;
	sc_part_fn *show;
} order[] = {
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_compared },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_causes },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_phases },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_others },
	{ SC_REPORT_FAILURES, "silent", NULL },
	{ SC_REPORT_FAILURES, "diagnoses", NULL },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_stories },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_ages },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_waiting },
	{ SC_REPORT_FAILURES, "templates", NULL },
	{ SC_REPORT_FAILURES, "lists", NULL },
	{ SC_REPORT_FAILURES, "enhanced", NULL },
	{ SC_REPORT_FAILURES, "domains", NULL },
	{ SC_REPORT_FAILURES, "servers", NULL },
	{ SC_REPORT_FAILURES, "senders", NULL },
	{ SC_REPORT_FAILURES, "clients", NULL },
	{ SC_REPORT_FAILURES | SC_REPORT_TLS, "tls_troubled", NULL },
	{ SC_REPORT_TLS, "tls_diagnoses", NULL },
	{ SC_REPORT_TLS, "tls_findings", NULL },
	{ SC_REPORT_TLS, "starttls_states", NULL },
	{ SC_REPORT_FAILURES, "starttls", NULL },
	{ SC_REPORT_FAILURES | SC_REPORT_TLS, "handshakes", NULL },
	{ SC_REPORT_TLS, "tls_peers", NULL },
	{ SC_REPORT_TLS, "tls_versions", NULL },
	{ SC_REPORT_TLS, "tls_ciphers", NULL },
	{ SC_REPORT_TLS, "tls_groups", NULL },
	{ SC_REPORT_TLS, "tls_certificates", NULL },
	{ SC_REPORT_TLS, "tls_opened", NULL },
	{ SC_REPORT_TLS, "tls_programs", NULL },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_logins },
	{ SC_REPORT_FAILURES, "auth_clients", NULL },
	{ SC_REPORT_FAILURES, "auth_users", NULL },
	{ SC_REPORT_FAILURES, "bounces", NULL },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_bounced },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_blind },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_suspicion },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_change },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_changes },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_suspects },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_rules },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_acts },
	{ SC_REPORT_SENDERS, "attachments", NULL },
	{ SC_REPORT_SENDERS, "disguised_links", NULL },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_habits },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_prints },
	{ SC_REPORT_FAILURES | SC_REPORT_SENDERS, "findings", NULL },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_asides },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_weights },
	{ SC_REPORT_SENDERS, NULL, sc_report_show_limits },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, "non_smtp", NULL },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_quirks },
	{ SC_REPORT_TRAFFIC, "services", NULL },
	{ SC_REPORT_TRAFFIC, "tls", NULL },
	{ SC_REPORT_TRAFFIC, "ends", NULL },
	{ SC_REPORT_TRAFFIC, "software", NULL },
	{ SC_REPORT_TRAFFIC, "domain_volume", NULL },
	{ SC_REPORT_TRAFFIC, "server_volume", NULL },
	{ SC_REPORT_TRAFFIC, "sender_volume", NULL },
	{ SC_REPORT_TRAFFIC, "client_volume", NULL },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_strip },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_hours },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_timing },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_domain_paces },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_server_paces },
	{ SC_REPORT_FAILURES | SC_REPORT_TRAFFIC, NULL, sc_report_show_slowest },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_recipients },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_advice },
	{ SC_REPORT_FAILURES, NULL, sc_report_show_again },
};

static const struct map *map_named(const char *name)
{
	size_t i = 0;
	while (i < sizeof(maps) / sizeof(maps[0]) && strcmp(maps[i].part.name, name) != 0)
		i++;
	SC_ASSERT(i < sizeof(maps) / sizeof(maps[0]));
	return &maps[i];
}

void sc_report_parts(const struct sc_failures *m, unsigned kinds, const struct sc_part_visitor *visitor, void *ctx)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (kinds && !(order[i].kinds & kinds))
			continue;
		if (order[i].show)
			order[i].show(m, visitor, ctx);
		else
			show_map(m, map_named(order[i].map), visitor, ctx);
	}
}
