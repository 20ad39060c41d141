/* attempt.c - reads a `delivery` event as one try of a story.
 *
 * Addresses and names are wire data: they are hashed and compared, never interpreted further.  A local part is compared
 * as it stands, for only its own host knows whether case matters (RFC 5321 2.4); a domain is compared without case.
 */
#include "story/attempt.h"

#include "base/domain.h"
#include "base/hash.h"
#include "base/text.h"

#define ENVELOPE_ID 256 /* octets; RFC 3461 4.4 allows 100 */

static const char *const fate_names[SC_FATES] = {
	"accepted", "deferred", "rejected", "withdrawn", "aborted", "in_doubt", "unknown",
};

const char *sc_fate_name(enum sc_fate fate)
{
	return fate < SC_FATES ? fate_names[fate] : NULL;
}

static enum sc_fate fate_of(const char *outcome)
{
	enum sc_fate fate = SC_FATE_unknown;
	for (size_t i = 0; outcome && i < SC_FATES; i++)
		if (strcmp(outcome, fate_names[i]) == 0)
			fate = (enum sc_fate)i;
	return fate;
}

/* Where the domain begins, behind the last '@'; the length when there is none. */
static size_t domain_at(sc_str address)
{
	size_t at = sc_str_rfind(address, '@');
	return at == SIZE_MAX ? address.len : at + 1;
}

static sc_str without_dot(sc_str address)
{
	if (address.len && address.at[address.len - 1] == '.' && domain_at(address) < address.len)
		address.len--;
	return address;
}

bool sc_attempt_same_address(sc_str a, sc_str b)
{
	a = without_dot(a);
	b = without_dot(b);
	size_t domain = domain_at(a);
	return a.len == b.len && domain == domain_at(b) &&
		sc_str_equal(sc_str_slice(a, 0, domain), sc_str_slice(b, 0, domain)) &&
		sc_str_equal_nocase(sc_str_from(a, domain), sc_str_from(b, domain));
}

/* Appends the address as it is compared. */
static size_t fold(char *to, sc_str address)
{
	address = without_dot(address);
	size_t domain = domain_at(address);
	for (size_t i = 0; i < address.len; i++)
		to[i] = i < domain ? address.at[i] : sc_lower(address.at[i]);
	return address.len;
}

uint64_t sc_attempt_key(sc_str from, sc_str to, uint64_t seed)
{
	char folded[2 * SC_ATTEMPT_ADDRESS + 1];
	size_t len = fold(folded, from);
	folded[len++] = '\n'; /* stands in no address */
	len += fold(folded + len, to);
	uint64_t key = sc_hash(seed, (sc_str){ folded, len });
	return key ? key : 1;
}

static uint64_t hash_of(sc_str s, uint64_t seed)
{
	uint64_t hash = s.len ? sc_hash(seed, s) : 0;
	return s.len && !hash ? 1 : hash;
}

uint64_t sc_attempt_address(sc_str address, uint64_t seed)
{
	char folded[SC_ATTEMPT_ADDRESS];
	if (address.len > sizeof(folded))
		return 0;
	return hash_of((sc_str){ folded, fold(folded, address) }, seed);
}

/* An address literal or a name of one label stands for itself. */
uint64_t sc_attempt_host(sc_str name, uint64_t seed)
{
	char folded[256];
	sc_str organisation = sc_domain_organisation(name);
	sc_str who = organisation.len ? organisation : name;
	if (who.len > sizeof(folded))
		return 0;
	for (size_t i = 0; i < who.len; i++)
		folded[i] = sc_lower(who.at[i]);
	return hash_of((sc_str){ folded, who.len }, seed);
}

uint64_t sc_attempt_xtext(sc_str value, uint64_t seed)
{
	char room[ENVELOPE_ID];
	struct sc_text t = sc_text_into(room, sizeof(room));
	for (size_t i = 0; i < value.len;) {
		sc_str hex = sc_str_slice(value, i + 1, 2);
		bool escape = value.at[i] == '+' && hex.len == 2 && sc_hex_digit(hex.at[0]) >= 0 && sc_hex_digit(hex.at[1]) >= 0;
		sc_text_put(&t, escape ? (char)(sc_hex_digit(hex.at[0]) * 16 + sc_hex_digit(hex.at[1])) : value.at[i]);
		i += escape ? 3 : 1;
	}
	return hash_of(t.cut ? value : sc_text_str(&t), seed);
}

static bool is_phase(const char *phase, const char *name)
{
	return phase && strcmp(phase, name) == 0;
}

static struct sc_try try_of(const struct sc_event *ev, const struct sc_ev_delivery *d)
{
	bool text = d->rule.len && !sc_str_starts(d->rule, SC_STR("prior:"));
	return (struct sc_try){
		.session = ev->head->session,
		.n = d->n,
		.when = ev->when,
		.client = ev->head->client.ip,
		.server = ev->head->server.ip,
		.client_port = ev->head->client.port,
		.server_port = ev->head->server.port,
		.cause = d->cause,
		.fate = fate_of(d->outcome),
		.greylisted = text && d->cause && strcmp(d->cause, "greylisted") == 0,
		.envelope = is_phase(d->phase, "mail") || is_phase(d->phase, "rcpt") || is_phase(d->phase, "data"),
	};
}

bool sc_attempt_read(struct sc_attempt *a, const struct sc_event *ev, uint64_t seed)
{
	const struct sc_ev_delivery *d = ev->body;
	if (!ev->head || !d->mail_from.at || !d->rcpt_to.at || d->mail_from.len > SC_ATTEMPT_ADDRESS ||
		d->rcpt_to.len > SC_ATTEMPT_ADDRESS)
		return false;
	*a = (struct sc_attempt){ .from = d->mail_from, .to = d->rcpt_to, .key = sc_attempt_key(d->mail_from, d->rcpt_to, seed),
		.act = try_of(ev, d) };
	bool whole = a->act.fate == SC_FATE_accepted || a->act.fate == SC_FATE_in_doubt || is_phase(d->phase, "eom");
	a->who = (struct sc_identity){
		.message_id = hash_of(d->message_id, seed),
		.envelope_id = sc_attempt_xtext(d->envelope_id, seed),
		.opening = whole ? d->opening : 0,
		.declared = d->declared_size ? d->declared_size : SC_NONE, /* SIZE=0: the client does not know */
		.size = whole ? d->size : SC_NONE,
		.helo = sc_attempt_host(d->helo, seed),
	};
	return true;
}
