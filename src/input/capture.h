/* capture.h - one capture file of whatever format: opened, read packet by packet, and judged at its end. */
#ifndef SC_INPUT_CAPTURE_H
#define SC_INPUT_CAPTURE_H

#include "input/pcap_file.h"
#include "input/pcapng.h"

enum sc_capture_format { SC_CAPTURE_PCAP, SC_CAPTURE_PCAPNG };

struct sc_capture {
	struct sc_stream stream;
	enum sc_capture_format format;
	struct sc_pcap_file pcap;
	struct sc_pcapng    pcapng;
	uint64_t packets; /* given so far */
};

/* What became of a file. */
struct sc_verdict {
	sc_err err;     /* SC_OK, SC_EDAMAGED, SC_EINPUT or SC_EFAILED */
	bool   foreign; /* it was read, and it is no capture */
	char   why[240]; /* "what happened; what to do"; empty when all is well */
};

/* False: no packet can be read from it, and `verdict` tells why; nothing is left to close.  `watch` may be NULL. */
bool sc_capture_open(struct sc_capture *c, const struct sc_stream_config *config, struct sc_pcapng_watch *watch,
	struct sc_verdict *verdict);

/* As sc_pcap_file_next(). */
static inline bool sc_capture_next(struct sc_capture *c, struct sc_packet *pkt)
{
	bool got = c->format == SC_CAPTURE_PCAP ? sc_pcap_file_next(&c->pcap, &c->stream, pkt)
						: sc_pcapng_next(&c->pcapng, &c->stream, pkt);
	c->packets += got;
	return got;
}

/* After sc_capture_next() gave false. */
void sc_capture_judge(const struct sc_capture *c, struct sc_verdict *verdict);
void sc_capture_close(struct sc_capture *c); /* a zeroed one is fine */

#endif
