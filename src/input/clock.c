/* clock.c - units of time of pcapng interfaces (draft-ietf-opsawg-pcapng 4.2, if_tsresol). */
#include "input/clock.h"

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

void sc_clock_resolve(struct sc_clock *c, uint8_t resolution)
{
	const unsigned ns_digits = 9, u64_digits = 19;
	unsigned exponent = resolution & 0x7f;
	c->multiply = c->divide = 1;
	c->shift = 0;
	if (resolution & 0x80) {
		c->multiply = (uint64_t)SC_SECOND;
		c->shift = exponent; /* the product has 94 bits at most, the shift is 127 at most */
	} else if (exponent <= ns_digits) {
		c->multiply = power_of_ten(ns_digits - exponent);
	} else if (exponent - ns_digits <= u64_digits) {
		c->divide = power_of_ten(exponent - ns_digits);
	} else {
		c->multiply = 0; /* all that 64 bits can count is less than a nanosecond */
	}
}
