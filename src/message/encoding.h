/* encoding.h - transfer encodings of MIME parts, undone as the octets stream by (RFC 2045 6). */
#ifndef SC_MESSAGE_ENCODING_H
#define SC_MESSAGE_ENCODING_H

#include "base/str.h"

#define SC_DECODED_LEAST 128 /* octets of room that sc_decoder_next() needs */
#define SC_DECODER_SPACES 80 /* blanks kept until it is known whether they end a line */

enum sc_encoding {
	SC_ENCODING_IDENTITY, /* 7bit, 8bit, binary, and what we do not know */
	SC_ENCODING_BASE64,
	SC_ENCODING_QUOTED_PRINTABLE,
};

struct sc_decoder {
	enum sc_encoding encoding;
	uint8_t  state, digits;
	uint8_t  spaces;
	char     first;      /* quoted-printable: the digit behind the equals sign */
	uint32_t bits;       /* base64: of the group in work */
	char     space[SC_DECODER_SPACES];
};

/* Takes octets off the front of `*run` and gives what they mean: a slice of the run for identity, else octets in
 * `room`, which has SC_DECODED_LEAST octets at least.  False: the run is used up and nothing more came of it. */
bool sc_decoder_next(struct sc_decoder *d, sc_str *run, char *room, size_t size, sc_str *out);

/* The part is over: what of it waited. */
sc_str sc_decoder_end(struct sc_decoder *d, char *room, size_t size);

#endif
