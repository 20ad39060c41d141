/* helo.h - what one look at a HELO name tells; the detectors of names ask for no more until a mark is there. */
#ifndef SC_DETECT_FRAME_HELO_H
#define SC_DETECT_FRAME_HELO_H

#include <smtpscope/base.h>

enum sc_helo_mark {
	SC_HELO_ODD     = 1,  /* an octet that no name has; beyond ASCII there are names (RFC 6531 3.3) */
	SC_HELO_EMPTY   = 2,  /* a label that is empty, or begins or ends with a hyphen (RFC 1123 2.1) */
	SC_HELO_COLON   = 4,
	SC_HELO_LETTER  = 8,  /* other than hexadecimal digits */
	SC_HELO_SUBSCRIBER = 16, /* the two letters that begin a word for subscribers' lines */
	SC_HELO_HEX     = 32, /* eight hexadecimal digits in a run */
};

struct sc_helo {
	unsigned marks; /* SC_HELO_... | ... */
	uint32_t dots, digits, numbers;
};

struct sc_helo sc_helo_look(sc_str name);

/* The name may be an address: four numbers without letters, or something with a colon. */
static inline bool sc_helo_numeric(const struct sc_helo *h)
{
	return h->marks & SC_HELO_COLON || (!(h->marks & SC_HELO_LETTER) && h->numbers == 4);
}

/* The name may be one that a provider gives to a subscriber's line: it holds a word for that, or room for an address. */
static inline bool sc_helo_of_line(const struct sc_helo *h)
{
	bool word = h->marks & SC_HELO_SUBSCRIBER && h->digits;
	return h->dots && (word || h->marks & SC_HELO_HEX || h->numbers >= 4);
}

#endif
