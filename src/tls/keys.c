/* keys.c - lines of key logs into a table: a ring of secrets in the order they came, found through chains by hash.
 *
 * Trusts nothing: a line that is not label, random and secret of the right lengths is counted and passed over.  Memory grows
 * by doubling up to the limit, and then the oldest secret makes room for the newest.  Nothing here reaches an event or a
 * message: secrets leave only through sc_tls_keys_find().
 */
#include "tls/keys.h"

#include <openssl/crypto.h>

#include "base/hash.h"
#include "base/memory.h"

#define FIRST_ROOM 256u
#define MOST_ROOM  (UINT32_C(1) << 28)
#define NONE       UINT32_MAX

struct entry {
	uint32_t next;  /* of the chain */
	uint8_t  label, len;
	uint8_t  random[SC_TLS_RANDOM];
	uint8_t  secret[SC_TLS_SECRET_MOST];
};

struct sc_tls_keys {
	struct entry *entries;
	uint32_t *heads;    /* as many as entries */
	uint32_t room, most, used, next; /* `next`: the oldest entry once all are used */
	uint64_t seed, count;
	bool     expected;
};

static const struct {
	sc_str name;
	enum sc_tls_label label; /* SC_TLS_LABELS: not needed */
	size_t least, most;      /* octets of the secret */
} labels[] = {
	{ { "CLIENT_RANDOM", 13 },                   SC_TLS_MASTER,           48, 48 },
	{ { "CLIENT_EARLY_TRAFFIC_SECRET", 27 },     SC_TLS_CLIENT_EARLY,     32, 48 },
	{ { "CLIENT_HANDSHAKE_TRAFFIC_SECRET", 31 }, SC_TLS_CLIENT_HANDSHAKE, 32, 48 },
	{ { "SERVER_HANDSHAKE_TRAFFIC_SECRET", 31 }, SC_TLS_SERVER_HANDSHAKE, 32, 48 },
	{ { "CLIENT_TRAFFIC_SECRET_0", 23 },         SC_TLS_CLIENT_TRAFFIC,   32, 48 },
	{ { "SERVER_TRAFFIC_SECRET_0", 23 },         SC_TLS_SERVER_TRAFFIC,   32, 48 },
	{ { "EXPORTER_SECRET", 15 },                 SC_TLS_LABELS, 0, 0 },
	{ { "EARLY_EXPORTER_SECRET", 21 },           SC_TLS_LABELS, 0, 0 },
	{ { "EARLY_EXPORTER_MASTER_SECRET", 28 },    SC_TLS_LABELS, 0, 0 },
	{ { "ECH_SECRET", 10 },                      SC_TLS_LABELS, 0, 0 },
	{ { "ECH_CONFIG", 10 },                      SC_TLS_LABELS, 0, 0 },
	{ { "RSA", 3 },                              SC_TLS_LABELS, 0, 0 },
	{ { "PMS_CLIENT_RANDOM", 17 },               SC_TLS_LABELS, 0, 0 },
};

/* ---- the table ---- */

static uint32_t *chain(const struct sc_tls_keys *keys, enum sc_tls_label label, const uint8_t *random)
{
	uint64_t hash = sc_hash(keys->seed + label, (sc_str){ (const char *)random, SC_TLS_RANDOM });
	return &keys->heads[hash & (keys->room - 1)];
}

static struct entry *find(const struct sc_tls_keys *keys, enum sc_tls_label label, const uint8_t *random)
{
	for (uint32_t i = *chain(keys, label, random); i != NONE; i = keys->entries[i].next) {
		struct entry *e = &keys->entries[i];
		if (e->label == label && memcmp(e->random, random, SC_TLS_RANDOM) == 0)
			return e;
	}
	return NULL;
}

static void link_entry(struct sc_tls_keys *keys, uint32_t i)
{
	struct entry *e = &keys->entries[i];
	uint32_t *head = chain(keys, (enum sc_tls_label)e->label, e->random);
	e->next = *head;
	*head = i;
}

static void unlink_entry(struct sc_tls_keys *keys, uint32_t i)
{
	struct entry *e = &keys->entries[i];
	uint32_t *at = chain(keys, (enum sc_tls_label)e->label, e->random);
	while (*at != i)
		at = &keys->entries[*at].next;
	*at = e->next;
}

static void wipe(struct entry *entries, uint32_t room)
{
	if (entries)
		OPENSSL_cleanse(entries, room * sizeof(*entries));
	sc_memory_give(entries);
}

/* False: no memory, or the limit; what was there stays. */
static bool widen(struct sc_tls_keys *keys, uint32_t room)
{
	struct entry *entries = room <= keys->most ? sc_memory_take(room * sizeof(*entries)) : NULL;
	uint32_t *heads = entries ? sc_memory_take(room * sizeof(*heads)) : NULL;
	if (!heads) {
		sc_memory_give(entries);
		return false;
	}
	if (keys->used)
		memcpy(entries, keys->entries, keys->used * sizeof(*entries));
	wipe(keys->entries, keys->room);
	sc_memory_give(keys->heads);
	keys->entries = entries;
	keys->heads = heads;
	keys->room = room;
	for (uint32_t i = 0; i < room; i++)
		heads[i] = NONE;
	for (uint32_t i = 0; i < keys->used; i++)
		link_entry(keys, i);
	return true;
}

/* Room for one more: an unused entry, or the oldest. */
static struct entry *take_entry(struct sc_tls_keys *keys)
{
	if (keys->used < keys->room || widen(keys, keys->room * 2)) {
		keys->next = (keys->used + 1) % keys->room;
		return &keys->entries[keys->used++];
	}
	uint32_t oldest = keys->next;
	unlink_entry(keys, oldest);
	keys->next = (oldest + 1) % keys->room;
	return &keys->entries[oldest];
}

static void keep(struct sc_tls_keys *keys, const struct entry *secret)
{
	struct entry *e = find(keys, (enum sc_tls_label)secret->label, secret->random);
	keys->count++;
	if (e) {
		e->len = secret->len;
		memcpy(e->secret, secret->secret, sizeof(e->secret));
		return;
	}
	e = take_entry(keys);
	*e = *secret;
	link_entry(keys, (uint32_t)(e - keys->entries));
}

struct sc_tls_keys *sc_tls_keys_open(uint64_t octets, uint64_t seed)
{
	uint64_t most = octets / 2 / (sizeof(struct entry) + sizeof(uint32_t)); /* both tables stand while they grow */
	struct sc_tls_keys *keys = sc_memory_take(sizeof(*keys));
	if (!keys)
		return NULL;
	keys->seed = seed;
	keys->most = most > MOST_ROOM ? MOST_ROOM : most < FIRST_ROOM ? FIRST_ROOM : (uint32_t)most;
	if (!widen(keys, FIRST_ROOM)) {
		sc_memory_give(keys);
		return NULL;
	}
	return keys;
}

void sc_tls_keys_close(struct sc_tls_keys *keys)
{
	if (!keys)
		return;
	wipe(keys->entries, keys->room);
	sc_memory_give(keys->heads);
	sc_memory_give(keys);
}

sc_str sc_tls_keys_find(const struct sc_tls_keys *keys, enum sc_tls_label label, const uint8_t random[SC_TLS_RANDOM])
{
	const struct entry *e = find(keys, label, random);
	return e ? (sc_str){ (const char *)e->secret, e->len } : SC_STR_NONE;
}

sc_str sc_tls_label_name(enum sc_tls_label label)
{
	size_t i = 0;
	while (labels[i].label != label)
		i++;
	return labels[i].name;
}

void sc_tls_keys_expect(struct sc_tls_keys *keys, bool more)
{
	keys->expected = more;
}

bool sc_tls_keys_expected(const struct sc_tls_keys *keys)
{
	return keys->expected;
}

uint64_t sc_tls_keys_count(const struct sc_tls_keys *keys)
{
	return keys->count;
}

/* ---- lines ---- */

static int digit(char c)
{
	return sc_is_digit(c) ? c - '0' : sc_lower(c) >= 'a' && sc_lower(c) <= 'f' ? sc_lower(c) - 'a' + 10 : -1;
}

/* Gives the octets; SIZE_MAX: `s` is not hexadecimal, or has more than `most` octets. */
static size_t read_hex(sc_str s, uint8_t *to, size_t most)
{
	if (s.len % 2 || s.len / 2 > most)
		return SIZE_MAX;
	for (size_t i = 0; i < s.len / 2; i++) {
		int high = digit(s.at[2 * i]), low = digit(s.at[2 * i + 1]);
		if (high < 0 || low < 0)
			return SIZE_MAX;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return s.len / 2;
}

static void note_bad(struct sc_tls_keylog *log)
{
	log->first_bad = log->bad++ ? log->first_bad : log->lines;
}

static void take_line(struct sc_tls_keylog *log, struct sc_tls_keys *keys, sc_str line)
{
	struct entry e = { 0 };
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	line = sc_str_trim(line);
	if (!line.len || line.at[0] == '#')
		return;
	sc_str name = sc_str_word(&line), random = sc_str_word(&line), secret = sc_str_trim(line);
	size_t i = 0, known = sizeof(labels) / sizeof(labels[0]);
	while (i < known && !sc_str_equal(labels[i].name, name))
		i++;
	if (i < known && labels[i].label == SC_TLS_LABELS) {
		log->ignored++;
		return;
	}
	size_t len = read_hex(secret, e.secret, sizeof(e.secret));
	bool good = i < known && read_hex(random, e.random, sizeof(e.random)) == SC_TLS_RANDOM && len != SIZE_MAX &&
		(len == labels[i].least || len == labels[i].most);
	if (good) {
		e.label = (uint8_t)labels[i].label;
		e.len = (uint8_t)len;
		keep(keys, &e);
	}
	if (good)
		log->kept++;
	else
		note_bad(log);
	OPENSSL_cleanse(&e, sizeof(e));
}

static void hold(struct sc_tls_keylog *log, sc_str part)
{
	if (log->skip || part.len > sizeof(log->line) - log->len) {
		log->skip = true;
		return;
	}
	memcpy(log->line + log->len, part.at, part.len);
	log->len += part.len;
}

static void end_line(struct sc_tls_keylog *log, struct sc_tls_keys *keys)
{
	log->lines++;
	if (log->skip)
		note_bad(log);
	else
		take_line(log, keys, (sc_str){ log->line, log->len });
	OPENSSL_cleanse(log->line, log->len);
	log->len = 0;
	log->skip = false;
}

void sc_tls_keylog_feed(struct sc_tls_keylog *log, struct sc_tls_keys *keys, sc_str text)
{
	while (text.len) {
		size_t n = sc_str_find(text, '\n');
		if (n == SIZE_MAX) {
			hold(log, text);
			return;
		}
		hold(log, sc_str_slice(text, 0, n));
		end_line(log, keys);
		text = sc_str_from(text, n + 1);
	}
}

void sc_tls_keylog_end(struct sc_tls_keylog *log, struct sc_tls_keys *keys)
{
	if (log->len || log->skip)
		end_line(log, keys);
}
