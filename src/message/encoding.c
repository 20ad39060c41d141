/* encoding.c - base64 and quoted-printable, pulled piece by piece; see encoding.h.
 *
 * Both decoders are as forgiving as readers of mail are: base64 skips what is no digit (RFC 2045 6.8) and ends at
 * the first equals sign; quoted-printable drops blanks at the ends of lines (6.7, rule 3) and passes a broken
 * escape as it stands. The result does not depend on how the octets are cut.
 */
#include "message/encoding.h"

#define NO 0x80
#define N8  NO, NO, NO, NO, NO, NO, NO, NO
#define N16 N8, N8

static const uint8_t digit_of[256] = {
	N16, N16,
	N8, NO, NO, NO, 62, NO, NO, NO, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
	NO, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
	NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
	N16, N16, N16, N16, N16, N16, N16, N16,
};

/* ---- base64 ---- */

enum { B64_DIGITS, B64_ENDED };

/* Whole groups of four digits at the front of `*run`, while `room` has three octets for each. */
static size_t whole_groups(sc_str *run, char *room, size_t size)
{
	const uint8_t *p = (const uint8_t *)run->at;
	size_t in = 0, n = 0;
	while (run->len - in >= 4 && size - n >= 3) {
		uint8_t a = digit_of[p[in]], b = digit_of[p[in + 1]];
		uint8_t c = digit_of[p[in + 2]], d = digit_of[p[in + 3]];
		if ((a | b | c | d) & NO)
			break;
		uint32_t bits = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | d;
		room[n++] = (char)(bits >> 16);
		room[n++] = (char)(bits >> 8);
		room[n++] = (char)bits;
		in += 4;
	}
	*run = sc_str_from(*run, in);
	return n;
}

/* What an unfinished group is worth: two digits an octet, three digits two. */
static size_t rest_of_group(struct sc_decoder *d, char *room)
{
	size_t n = d->digits > 1 ? d->digits - 1u : 0;
	uint32_t bits = d->bits << (4 - d->digits) * 6;
	for (size_t i = 0; i < n; i++)
		room[i] = (char)(bits >> (16 - 8 * i));
	d->digits = 0;
	d->bits = 0;
	return n;
}

static size_t one_digit(struct sc_decoder *d, char c, char *room)
{
	uint8_t digit = digit_of[(uint8_t)c];
	if (c == '=') {
		d->state = B64_ENDED;
		return rest_of_group(d, room);
	}
	if (digit == NO)
		return 0;
	d->bits = d->bits << 6 | digit;
	if (++d->digits < 4)
		return 0;
	for (int i = 0; i < 3; i++)
		room[i] = (char)(d->bits >> (16 - 8 * i));
	d->digits = 0;
	d->bits = 0;
	return 3;
}

static size_t base64(struct sc_decoder *d, sc_str *run, char *room, size_t size)
{
	size_t n = 0;
	while (run->len && d->state != B64_ENDED && size - n >= 3) {
		if (!d->digits)
			n += whole_groups(run, room + n, size - n);
		if (!run->len || size - n < 3)
			break;
		n += one_digit(d, run->at[0], room + n);
		*run = sc_str_from(*run, 1);
	}
	if (d->state == B64_ENDED)
		*run = SC_STR("");
	return n;
}

/* ---- quoted-printable ---- */

enum { QP_TEXT, QP_EQUALS, QP_DIGIT, QP_BLANK, QP_CR };

static size_t put_spaces(struct sc_decoder *d, char *room)
{
	size_t n = d->spaces;
	memcpy(room, d->space, n);
	d->spaces = 0;
	return n;
}

/* An octet outside of escapes. */
static size_t plain(struct sc_decoder *d, char c, char *room)
{
	size_t n = 0;
	if (sc_is_space(c)) {
		if (d->spaces == SC_DECODER_SPACES)
			n = put_spaces(d, room);
		d->space[d->spaces++] = c;
		return n;
	}
	if (c == '\r' || c == '\n')
		d->spaces = 0;
	n = put_spaces(d, room);
	if (c == '=')
		d->state = QP_EQUALS;
	else
		room[n++] = c;
	return n;
}

/* An octet behind an equals sign; what turns out to be no escape is given as it stands. */
static size_t escaped(struct sc_decoder *d, char c, char *room)
{
	size_t n = 0;
	int state = d->state, value = sc_hex_digit(c);
	d->state = QP_TEXT;
	if (c == '\n')
		return 0;
	if (state == QP_EQUALS && value >= 0) {
		d->first = c;
		d->state = QP_DIGIT;
		return 0;
	}
	if (state == QP_DIGIT && value >= 0) {
		room[0] = (char)(sc_hex_digit(d->first) << 4 | value);
		return 1;
	}
	if ((state == QP_EQUALS || state == QP_BLANK) && (sc_is_space(c) || c == '\r')) {
		d->state = c == '\r' ? QP_CR : QP_BLANK;
		return 0;
	}
	room[n++] = '=';
	if (state == QP_DIGIT)
		room[n++] = d->first;
	return n + plain(d, c, room + n);
}

static size_t quoted(struct sc_decoder *d, sc_str *run, char *room, size_t size)
{
	size_t in = 0, n = 0;
	for (; in < run->len && size - n >= SC_DECODER_SPACES + 8; in++) {
		char c = run->at[in];
		n += d->state == QP_TEXT ? plain(d, c, room + n) : escaped(d, c, room + n);
	}
	*run = sc_str_from(*run, in);
	return n;
}

bool sc_decoder_next(struct sc_decoder *d, sc_str *run, char *room, size_t size, sc_str *out)
{
	SC_ASSERT(size >= SC_DECODED_LEAST);
	if (d->encoding == SC_ENCODING_IDENTITY) {
		*out = *run;
		*run = SC_STR("");
		return out->len != 0;
	}
	size_t n = d->encoding == SC_ENCODING_BASE64 ? base64(d, run, room, size) : quoted(d, run, room, size);
	*out = (sc_str){ room, n };
	return n != 0;
}

sc_str sc_decoder_end(struct sc_decoder *d, char *room, size_t size)
{
	SC_ASSERT(size >= SC_DECODED_LEAST);
	size_t n = 0;
	if (d->encoding == SC_ENCODING_BASE64 && d->state != B64_ENDED)
		n = rest_of_group(d, room);
	if (d->encoding == SC_ENCODING_QUOTED_PRINTABLE && d->state == QP_DIGIT) {
		room[n++] = '=';
		room[n++] = d->first;
	}
	return (sc_str){ room, n };
}
