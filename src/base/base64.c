/* base64.c - base64 in one piece; see base64.h.
 *
 * Strict, because what it decodes names users: no line ends inside, no octets of another alphabet (RFC 4648
 * 3.3).  Two things are let pass, as servers let them pass, so that nobody hides a name by them: missing padding, and
 * bits of the last digit that encode nothing and are not zero (3.5).  Trusts nothing of `in`, and writes nothing past
 * `size`. */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (sc_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* `s` may end a text whose last group has `count` digits (0 to 3): nothing, or the padding that fills the group. */
static bool is_padding(sc_str s, size_t count)
{
	if (s.len == 0)
		return true;
	return (count == 2 && sc_str_equal(s, SC_STR("=="))) || (count == 3 && sc_str_equal(s, SC_STR("=")));
}

size_t sc_base64_decode(sc_str in, uint8_t *out, size_t size, bool *bad)
{
	size_t i = 0, written = 0;
	uint32_t group = 0; /* the last digits, six bits each; what was written stays above */
	for (; i < in.len; i++) {
		int value = digit_value(in.at[i]);
		if (value < 0)
			break;
		group = group << 6 | (uint32_t)value;
		if (i % 4 && written < size)
			out[written++] = (uint8_t)(group >> (6 - i % 4 * 2));
	}
	size_t count = i % 4;
	*bad = count == 1 || !is_padding(sc_str_from(in, i), count);
	return written;
}

size_t sc_base64_encode(const uint8_t *in, size_t len, char *out, size_t size)
{
	size_t written = 0;
	for (size_t i = 0; i < len && size - written >= 4; i += 3) {
		size_t left = len - i;
		uint32_t group = (uint32_t)in[i] << 16;
		group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		group |= left > 2 ? in[i + 2] : 0u;
		out[written++] = digits[group >> 18];
		out[written++] = digits[group >> 12 & 63];
		out[written++] = left > 1 ? digits[group >> 6 & 63] : '=';
		out[written++] = left > 2 ? digits[group & 63] : '=';
	}
	return written;
}
