/* settings.h - what the user set, as the frame reads it. */
#ifndef SC_DETECT_FRAME_SETTINGS_H
#define SC_DETECT_FRAME_SETTINGS_H

#include <smtpscope/detector.h>

#include "detect/frame/roles.h"

#define SC_DETECTORS_MAX   96
#define SC_SETTING_VALUES  512
#define SC_INTEL_ROWS      262144
#define SC_INTEL_TEXT      (16u << 20)

/* Octets of an address as two words, for comparing. */
struct sc_role_network {
	uint64_t network[2], mask[2];
	uint8_t  version, role;
};

struct sc_intel_row {
	uint64_t hash;          /* of kind and folded value, with seed 0 */
	uint32_t value, label;  /* where they stand in `text`, each with a NUL behind */
	uint8_t  kind;
	uint8_t  bits;          /* of a network */
};

struct sc_detect_settings {
	uint64_t values[SC_SETTING_VALUES];        /* of all options of all detectors, one after the other */
	uint16_t first[SC_DETECTORS_MAX];          /* of a detector's values */
	bool     off[SC_DETECTORS_MAX];
	struct sc_role_network networks[SC_ROLE_NETWORKS];
	size_t   network_count;
	char   (*domains)[256];                    /* SC_ROLE_DOMAINS, taken with the first; NULL: none */
	size_t   domain_count;
	struct sc_intel_row *intel;                /* a table with free places; NULL: no file was read */
	char    *intel_text;
	uint32_t intel_count, intel_used;
	bool     has_kind[SC_INTEL_SHA256 + 1];
	bool     has_bits[2][129];                 /* lengths of networks that occur, IPv4 and IPv6 */
};


/* The label of a value; NULL: not in the file.  Addresses match the networks they lie in. */
const char *sc_intel_find(const struct sc_detect_settings *s, enum sc_intel_kind kind, sc_str value);
const char *sc_intel_find_ip(const struct sc_detect_settings *s, const struct sc_ip *ip);

#endif
