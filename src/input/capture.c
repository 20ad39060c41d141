/* capture.c - tells the format of a capture by its first octets, never by its name, and puts into words how it
 * ended. */
#include "input/capture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define MAGIC_OCTETS 4 /* with fewer nothing can be told */
#define HEAD_OCTETS 12 /* with so many a format is told for certain */
#define TEXT_OCTETS 512 /* so much of a file tells whether it is text */

/* Files that are handed in by mistake, and what to do about it. */
static const struct stranger {
	sc_str magic;
	const char *what;
} strangers[] = {
	{ SC_STR("\xfd" "7zXZ"),         "it is compressed by xz; unpack it first (xz -d)" },
	{ SC_STR("BZh"),                 "it is compressed by bzip2; unpack it first (bzip2 -d)" },
	{ SC_STR("\x04\x22\x4d\x18"),    "it is compressed by lz4; unpack it first (lz4 -d)" },
	{ SC_STR("\x1f\x9d"),            "it is compressed by compress; unpack it first (gzip -d)" },
	{ SC_STR("7z\xbc\xaf\x27\x1c"),  "it is a 7z archive; unpack it first" },
	{ SC_STR("PK\x03\x04"),          "it is a zip archive; unpack it first" },
	{ SC_STR("\x1f\x8b"),            "it is compressed twice; unpack it first" },
	{ SC_STR("\x28\xb5\x2f\xfd"),    "it is compressed twice; unpack it first" },
	{ SC_STR("snoop\0\0\0"),         "it is a snoop capture; convert it first (editcap -F pcapng)" },
	{ SC_STR("btsnoop\0"),           "it is a Bluetooth capture" },
	{ SC_STR("GMBU"),                "it is a Network Monitor capture; convert it first (editcap -F pcapng)" },
	{ SC_STR("RTSS"),                "it is a Network Monitor capture; convert it first (editcap -F pcapng)" },
	{ SC_STR("XCP\0"),               "it is a NetXRay capture; convert it first (editcap -F pcapng)" },
	{ SC_STR("\x7f" "ELF"),          "it is a program" },
	{ SC_STR("%PDF"),                "it is a PDF document" },
};

static void judge(struct sc_verdict *v, sc_err err, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void judge(struct sc_verdict *v, sc_err err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(v->why, sizeof(v->why), format, args);
	va_end(args);
	v->err = err;
}

static bool is_text(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		bool blank = c == '\t' || c == '\n' || c == '\r' || c == '\f';
		if (c == 0x7f || (c < 0x20 && !blank))
			return false;
	}
	return true;
}

static bool is_tar(sc_str s)
{
	return sc_str_starts(sc_str_from(s, 257), SC_STR("ustar"));
}

static const char *looks_like(sc_str head)
{
	if (head.len < MAGIC_OCTETS)
		return "it is too short";
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (sc_str_starts(head, strangers[i].magic))
			return strangers[i].what;
	if (is_tar(head))
		return "it is a tar archive; unpack it first";
	return is_text(head) ? "it looks like text" : "it is neither pcap nor pcapng";
}

/* It was read, as far as it goes, and no format was recognised. */
static void judge_stranger(struct sc_stream *in, struct sc_verdict *v)
{
	sc_stream_need(in, TEXT_OCTETS);
	sc_str head = { in->at, sc_stream_left(in) < TEXT_OCTETS ? sc_stream_left(in) : TEXT_OCTETS };
	const char *packed = sc_packing_name(in->packing);
	v->foreign = true;
	if (in->ending == SC_ENDING_CUT && head.len < MAGIC_OCTETS)
		judge(v, SC_EDAMAGED, "cut short at the start of its %s data; nothing could be read", packed);
	else if (head.len > 0)
		judge(v, SC_EINPUT, "not a capture%s%s: %s", in->packing ? " inside " : "", in->packing ? packed : "",
			looks_like(head));
	else
		judge(v, SC_EINPUT, "is empty%s", in->packing ? " when unpacked" : "");
}

static void judge_header(struct sc_capture *c, struct sc_verdict *v)
{
	struct sc_stream *in = &c->stream;
	switch (in->ending) {
	case SC_ENDING_UNREADABLE:
		judge(v, SC_EINPUT, "cannot be read: %s", in->why);
		break;
	case SC_ENDING_CORRUPT:
		v->foreign = true; /* what cannot be unpacked need not be a capture */
		judge(v, SC_EDAMAGED, "corrupt at its start: %s", in->why);
		break;
	case SC_ENDING_STOPPED:
		judge(v, SC_EINPUT, "interrupted before anything was read");
		break;
	default:
		judge(v, SC_EDAMAGED, "cut short in its file header; it holds no packets");
		break;
	}
}

static bool open_format(struct sc_capture *c, struct sc_pcapng_watch *watch, struct sc_verdict *v)
{
	struct sc_stream *in = &c->stream;
	sc_stream_need(in, HEAD_OCTETS);
	sc_str head = { in->at, sc_stream_left(in) };
	bool opened, known = true;
	if (sc_pcap_file_is(head)) {
		c->format = SC_CAPTURE_PCAP;
		opened = sc_pcap_file_open(&c->pcap, in);
	} else if (sc_pcapng_is(head)) {
		c->format = SC_CAPTURE_PCAPNG;
		c->pcapng.watch = watch;
		opened = sc_pcapng_open(&c->pcapng, in);
	} else {
		opened = known = false;
	}
	bool readable = in->ending != SC_ENDING_UNREADABLE && in->ending != SC_ENDING_STOPPED;
	bool broken = in->ending == SC_ENDING_CORRUPT && head.len < MAGIC_OCTETS;
	if (!known && readable && !broken)
		judge_stranger(in, v);
	else if (!opened)
		judge_header(c, v);
	return opened;
}

bool sc_capture_open(struct sc_capture *c, const struct sc_stream_config *config, struct sc_pcapng_watch *watch,
	struct sc_verdict *verdict)
{
	*c = (struct sc_capture){ 0 };
	*verdict = (struct sc_verdict){ 0 };
	if (sc_stream_open(&c->stream, config) != SC_OK) {
		judge(verdict, SC_EFAILED, "no memory to read it");
		return false;
	}
	if (open_format(c, watch, verdict))
		return true;
	sc_capture_close(c);
	return false;
}

static const char *were_read(uint64_t packets, char *out, size_t size)
{
	if (packets == 0)
		return "no packet is whole";
	if (packets == 1)
		return "the packet before it was read";
	snprintf(out, size, "the %" PRIu64 " packets before it were read", packets);
	return out;
}

static bool in_packet(const struct sc_capture *c)
{
	if (c->format == SC_CAPTURE_PCAPNG)
		return sc_pcapng_in_packet(&c->pcapng, &c->stream);
	return sc_stream_left(&c->stream) > 0;
}

void sc_capture_judge(const struct sc_capture *c, struct sc_verdict *verdict)
{
	char     read[64];
	uint64_t n = c->packets;
	const char *before = were_read(n, read, sizeof(read));
	*verdict = (struct sc_verdict){ 0 };
	switch (c->stream.ending) {
	case SC_ENDING_CUT:
		if (in_packet(c))
			judge(verdict, SC_EDAMAGED, "cut short in packet %" PRIu64 "; %s", n + 1, before);
		else
			judge(verdict, SC_EDAMAGED, "cut short after packet %" PRIu64 "; what is before it was read",
				n);
		break;
	case SC_ENDING_CORRUPT:
		judge(verdict, SC_EDAMAGED, "corrupt at packet %" PRIu64 ": %s; %s", n + 1, c->stream.why, before);
		break;
	case SC_ENDING_UNREADABLE:
		judge(verdict, SC_EINPUT, "reading failed at packet %" PRIu64 ": %s; %s", n + 1, c->stream.why,
			before);
		break;
	default:
		break;
	}
}

void sc_capture_close(struct sc_capture *c)
{
	sc_pcapng_close(&c->pcapng);
	sc_stream_close(&c->stream);
}
