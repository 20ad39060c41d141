/* source.h - packets from files: pcap and pcapng, plain, gzip or zstd, standard input, directories, several merged by
 * time; from files that still grow; from network interfaces. */
#ifndef SC_INPUT_SOURCE_H
#define SC_INPUT_SOURCE_H

#include <signal.h>

#include <smtpscope/packet.h>

/* Says what went wrong, one line each, already in the form "WHERE: what happened; what to do".  `kind` SC_OK: only a
 * remark. */
typedef void sc_source_say_fn(void *ctx, sc_err kind, const char *message);

struct sc_live_config;

struct sc_source_config {
	const char *const *paths;   /* files, directories (entered, what is no capture is skipped), "-" */
	size_t      path_count;
	bool        follow;         /* the paths are files that still grow, and directories that get new ones */
	const struct sc_live_config *live; /* interfaces, instead of paths (input/pcap_live.h); NULL: none */
	const char *filter;         /* BPF expression; NULL or "": none */
	bool        exact;          /* take it as tcpdump does, without looking into VLANs and tunnels */
	uint32_t    snap;           /* cut packets to this many octets; 0: no */
	sc_source_say_fn *say;
	void       *say_ctx;
	const volatile sig_atomic_t *stop; /* not 0: a read that a signal interrupts ends the input; NULL: never */
};

struct sc_source;

enum sc_source_got {
	SC_SOURCE_END,    /* there is no more */
	SC_SOURCE_PACKET,
	SC_SOURCE_IDLE,   /* nothing has come for a moment, at most 200 ms: ask again */
};

/* Opens everything that can be opened; what cannot is told through `say`.  SC_EUSAGE: the filter is wrong (said);
 * SC_EINPUT: nothing could be opened, or not every interface.  SC_EFAILED: no memory. */
sc_err sc_source_open(struct sc_source **out, const struct sc_source_config *config);

/* The next packet in order of time (files are merged by the times of their heads; a single file is never reordered).
 * Numbers count every packet read, the filtered ones included ("frames count over the whole input as merged").  Times
 * lie between 1970 and 2116.  `pkt->bytes` is borrowed until the next call.  Only pipes, files that are followed and
 * interfaces are ever idle. */
enum sc_source_got sc_source_next(struct sc_source *s, struct sc_packet *pkt);

/* The caller leaves a processor idle: the rest of a single large file is read on a thread of its own (input/ahead.h). */
void sc_source_read_ahead(struct sc_source *s);

/* The worst of what was met so far: SC_OK, SC_EDAMAGED (a file cut short or corrupt), SC_EINPUT (a file unreadable),
 * SC_EFAILED (no memory, or an interface went away). */
sc_err sc_source_result(const struct sc_source *s);

/* For progress: octets read of the compressed or plain files, and their total (0: not known, as for a pipe). */
void sc_source_progress(const struct sc_source *s, uint64_t *read, uint64_t *total);

/* What the captures say of themselves. */
struct sc_source_facts {
	bool     live;          /* from interfaces */
	uint64_t packets;       /* delivered or filtered */
	uint64_t filtered;      /* refused by the BPF filter */
	uint64_t truncated;     /* shorter than on the wire */
	uint64_t dropped;       /* as pcapng interface statistics say; live by the kernel and the interfaces: */
	uint64_t missed;        /* of these, by the interfaces */
	uint64_t tagged;        /* live: with a VLAN tag */
	uint64_t large;         /* live: longer than an Ethernet frame can be */
	uint64_t secrets;       /* Decryption Secrets Blocks */
	size_t   files;
	const char *link_names; /* "Ethernet, Linux cooked v1": link types seen, in order of appearance */
};
void sc_source_facts(const struct sc_source *s, struct sc_source_facts *facts);

/* TLS key log text of pcapng Decryption Secrets Blocks.  Those of regular files are handed out at once, wherever they stand;
 * those of pipes and of files that grow, as they are met.  `fn` is not NULL. */
typedef void sc_source_secrets_fn(void *ctx, sc_str keylog);
void sc_source_on_secrets(struct sc_source *s, sc_source_secrets_fn *fn, void *ctx);

void sc_source_close(struct sc_source *s); /* NULL is fine */

#endif
