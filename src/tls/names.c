/* names.c - look-ups in tables ordered by number; see names.h. */
#include "tls/names.h"

struct word {
	uint16_t number;
	const char *name;
};

static const struct sc_tls_cipher ciphers[] = {
#define SC_TLS_CIPHER(number, exchange, kind, hash, name) { number, SC_TLS_##exchange, SC_TLS_##kind, SC_TLS_##hash, name },
#include "tls/ciphers.def"
#undef SC_TLS_CIPHER
};

#define NOTHING(number, name)
#define WORD(number, name) { number, name },

static const struct word versions[] = {
#define SC_TLS_VERSION WORD
#define SC_TLS_GROUP   NOTHING
#define SC_TLS_ALERT   NOTHING
#include "tls/words.def"
#undef SC_TLS_VERSION
#undef SC_TLS_GROUP
};

static const struct word groups[] = {
#define SC_TLS_VERSION NOTHING
#define SC_TLS_GROUP   WORD
#include "tls/words.def"
#undef SC_TLS_GROUP
#undef SC_TLS_ALERT
};

static const struct word alerts[] = {
#define SC_TLS_GROUP NOTHING
#define SC_TLS_ALERT WORD
#include "tls/words.def"
#undef SC_TLS_VERSION
#undef SC_TLS_GROUP
#undef SC_TLS_ALERT
};

const struct sc_tls_cipher *sc_tls_cipher(uint16_t number)
{
	size_t low = 0, high = sizeof(ciphers) / sizeof(ciphers[0]);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (ciphers[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(ciphers) / sizeof(ciphers[0]) && ciphers[low].number == number ? &ciphers[low] : NULL;
}

static const char *find(const struct word *words, size_t count, uint16_t number)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].number == number)
			return words[i].name;
	return NULL;
}

const char *sc_tls_version_name(uint16_t number)
{
	return find(versions, sizeof(versions) / sizeof(versions[0]), number);
}

const char *sc_tls_group_name(uint16_t number)
{
	return find(groups, sizeof(groups) / sizeof(groups[0]), number);
}

const char *sc_tls_alert_name(uint8_t number)
{
	return find(alerts, sizeof(alerts) / sizeof(alerts[0]), number);
}
