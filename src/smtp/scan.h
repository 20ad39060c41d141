/* scan.h - finds the end of a message sent with DATA, and measures it (RFC 5321 4.1.1.4, 4.5.2). */
#ifndef SC_SMTP_SCAN_H
#define SC_SMTP_SCAN_H

#include "base/str.h"

/* How much of the message lies before some point. */
struct sc_extent {
	uint64_t octets;  /* as sent */
	uint64_t stuffed; /* dots that transparency added */
	uint64_t lines;
};

/* A place where some servers see the end of the message although the standard does not. */
struct sc_lookalike {
	uint64_t end;     /* octets of text up to and with the sequence */
	struct sc_extent before; /* the message, if it ended there */
};

struct sc_scan {
	uint8_t  state;
	bool     long_line;       /* a line over 1000 octets was seen */
	uint64_t total;           /* octets of text read, gaps included */
	struct sc_extent extent;  /* of the message; its octets exclude the line with the final dot once that was found */
	uint64_t line_start;      /* total at the beginning of the line */
	uint64_t lookalikes;
	struct sc_lookalike first, last;
};

/* Begins a message: the first octet stands at the beginning of a line. */
void sc_scan_begin(struct sc_scan *s);

/* Reads on; gives the octets read, which are all of `run` unless `*ended` tells that CRLF.CRLF was found. */
size_t sc_scan_read(struct sc_scan *s, sc_str run, bool *ended);

/* The text ends, so far, with CRLF.CR or CR.CR: an answer now would show that the server took it for the end. */
bool sc_scan_pending(const struct sc_scan *s, struct sc_lookalike *look);

/* Octets are missing: what they were is not known. */
void sc_scan_gap(struct sc_scan *s, uint64_t octets);

/* The same as sc_scan_read(), octet by octet: the plain twin that tests compare with. */
size_t sc_scan_read_plain(struct sc_scan *s, sc_str run, bool *ended);

/* Number of `\n` in a run. */
uint64_t sc_scan_lines(sc_str run);

#endif
