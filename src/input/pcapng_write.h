/* pcapng_write.h - packets as a pcapng file. */
#ifndef SC_INPUT_PCAPNG_WRITE_H
#define SC_INPUT_PCAPNG_WRITE_H

#include <smtpscope/packet.h>
#include <smtpscope/sink.h>

#define SC_PCAPNG_LINKS 64

/* A file that is being written.  The link types are its interfaces; each is described before its first packet. */
struct sc_pcapng_write {
	struct sc_writer writer;
	uint64_t octets;                 /* written so far */
	uint16_t links[SC_PCAPNG_LINKS]; /* of this section */
	uint32_t count;
};

/* Begins a file whose section header names `application` (none: SC_STR_NONE).  False: `writer` failed. */
bool sc_pcapng_write_begin(struct sc_pcapng_write *w, struct sc_writer writer, sc_str application);

/* Times in nanoseconds; of a packet that was cut its length on the wire too.  False: as above. */
bool sc_pcapng_write_packet(struct sc_pcapng_write *w, const struct sc_packet *pkt);

/* TLS secrets, in the form of key logs, of packets that come behind.  False: as above. */
bool sc_pcapng_write_secrets(struct sc_pcapng_write *w, sc_str keylog);

#endif
