/* pcap_file.h - the classic pcap format: microseconds or nanoseconds, either byte order, and the "modified" record
 * header. */
#ifndef SC_INPUT_PCAP_FILE_H
#define SC_INPUT_PCAP_FILE_H

#include <smtpscope/packet.h>

#include "input/stream.h"

struct sc_pcap_file {
	bool     big;          /* numbers are big-endian */
	uint16_t link;
	uint32_t fraction_ns;  /* unit of the time stamps' second field: 1 or 1000 */
	uint32_t header_octets; /* of a record */
	uint32_t longest;      /* captured lengths beyond this are taken for damage */
};

/* The first four octets are those of a pcap file. */
bool sc_pcap_file_is(sc_str head);

/* Reads the file header; false when the stream ends inside it (`in->ending`). */
bool sc_pcap_file_open(struct sc_pcap_file *f, struct sc_stream *in);

/* Sets all of `pkt` but its number; `bytes` borrows from the stream.  False: no more, and `in->ending` tells why. */
bool sc_pcap_file_next(const struct sc_pcap_file *f, struct sc_stream *in, struct sc_packet *pkt);

/* The link type of the 32-bit field of a file header; 0xffff, which nobody uses, for numbers beyond 16 bits. */
uint16_t sc_pcap_file_link(uint32_t field);

#endif
