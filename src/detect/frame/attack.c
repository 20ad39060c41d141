/* attack.c - MITRE ATT&CK technique ids of the detectors, as attack.def has them. */
#include "base/str.h"
#include "detect/frame/detection.h"

static const struct {
	const char *detector, *id;
} rows[] = {
#define SC_ATTACK_RELEASE(number)
#define SC_ATTACK(detector, id) {#detector, id},
#include "detect/frame/attack.def"
#undef SC_ATTACK
#undef SC_ATTACK_RELEASE
};

const char *sc_attack_release(void)
{
#define SC_ATTACK_RELEASE(number) return number;
#define SC_ATTACK(detector, id)
#include "detect/frame/attack.def"
#undef SC_ATTACK
#undef SC_ATTACK_RELEASE
}

size_t sc_attack_of(const char *detector, sc_str *ids, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && n < room; i++)
		if (strcmp(rows[i].detector, detector) == 0)
			ids[n++] = sc_str_of(rows[i].id);
	return n;
}
