/* save_file.c - writes packets into one file, or into one after the other.
 *
 * As with tcpdump: with -C, a file that has grown beyond the size is followed by one with a number behind its name
 * (with -W by the first again, after so many, and the numbers have leading zeros); with -G, the name is a template
 * of strftime(3) and the times are those of the packets; with -G and -W the program ends after so many files; with
 * all three each period has its ring.  Sizes count octets written, and a packet is never torn.
 *
 * What is written is what was on the wire, so the files are readable by their owner only. */
#include "app/save_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/say.h"
#include "base/memory.h"

#define MEGABYTE 1000000u /* as tcpdump counts them */

static bool to_standard_output(const struct sc_save_file *f)
{
	return strcmp(f->path, "-") == 0;
}

static bool rotates(const struct sc_save_file *f)
{
	return f->size > 0 || f->seconds > 0;
}

static int digits(uint64_t highest)
{
	int n = 1;
	while (highest /= 10)
		n++;
	return n;
}

/* The name by template, time and number, as tcpdump makes it: no number behind the first of a row without -W. */
static bool make_name(struct sc_save_file *f, char *out, size_t size)
{
	char base[NAME_MAX + 1];
	time_t when = (time_t)(f->began / SC_SECOND);
	struct tm parts;
	bool ring = f->size && f->count;
	if (f->seconds) {
		struct tm *t = f->utc ? gmtime_r(&when, &parts) : localtime_r(&when, &parts);
		if (!t || strftime(base, sizeof(base), f->place.name, t) == 0)
			return false;
	} else if ((size_t)snprintf(base, sizeof(base), "%s", f->place.name) >= sizeof(base)) {
		return false;
	}
	if (f->nth == 0 && !ring)
		return (size_t)snprintf(out, size, "%s", base) < size;
	int width = ring ? digits(f->count - 1) : 0;
	return (size_t)snprintf(out, size, "%s%0*llu", base, width, (unsigned long long)f->nth) < size;
}

static sc_err begin(struct sc_save_file *f)
{
	struct sc_writer writer = sc_file_writer_face(&f->writer);
	sc_embed_begin(&f->embed);
	bool begun = sc_pcapng_write_begin(&f->pcapng, writer, SC_STR("smtpscope " SC_VERSION));
	return begun ? SC_OK : SC_EFAILED;
}

static sc_err open_next(struct sc_save_file *f)
{
	sc_err err;
	if (to_standard_output(f)) {
		err = sc_file_writer_open(&f->writer, f->path);
	} else if (!make_name(f, f->name, sizeof(f->name)) || strchr(f->name, '/')) {
		sc_say(f->path, "no name of a file comes of it; give a shorter one, and %%-signs behind the last /");
		return SC_EFAILED;
	} else {
		err = sc_file_writer_open_private(&f->writer, &f->place, f->name);
	}
	f->open = true; /* to be closed, even if it is not */
	SC_TRY(err);
	return begin(f);
}

static bool close_now(struct sc_save_file *f)
{
	bool written = sc_file_writer_close(&f->writer) == SC_OK;
	f->open = false;
	f->failed = f->failed || !written;
	return written;
}

static bool next(struct sc_save_file *f)
{
	if (f->open && !close_now(f))
		return false;
	f->failed = open_next(f) != SC_OK;
	return !f->failed;
}

/* The period of -G that the packet begins.  False: it was the last. */
static bool turn_period(struct sc_save_file *f, sc_time when)
{
	f->periods++;
	f->over = !f->size && f->count && f->periods >= f->count;
	if (f->over)
		return false;
	f->began = when;
	f->nth = 0;
	return next(f);
}

static bool turn(struct sc_save_file *f, sc_time when)
{
	if (f->seconds && when - f->began >= (sc_time)f->seconds * SC_SECOND)
		return turn_period(f, when);
	if (!f->size || f->pcapng.octets <= f->size)
		return true;
	f->nth++;
	if (f->count && f->nth >= f->count)
		f->nth = 0;
	return next(f);
}

static sc_err check(const struct sc_options *o)
{
	bool once = strcmp(o->write, "-") == 0;
	if (o->rotate_count && !o->rotate_size && !o->rotate_seconds)
		sc_say("-W", "counts the files of -C or -G; give one of these");
	else if (once && (o->rotate_size || o->rotate_seconds))
		sc_say("-w", "standard output is one file; leave -C and -G out");
	else if (once && isatty(STDOUT_FILENO))
		sc_say("-w", "packets are nothing for a terminal; give a file");
	else
		return SC_OK;
	return SC_EUSAGE;
}

sc_err sc_save_file_open(struct sc_save_file *f, const struct sc_options *o, sc_time now)
{
	*f = (struct sc_save_file){ .path = o->write, .utc = o->utc, .size = o->rotate_size * MEGABYTE,
		.seconds = o->rotate_seconds, .count = o->rotate_count, .place = { -1, o->write }, .began = now };
	SC_TRY(check(o));
	if (!to_standard_output(f) && !sc_place_open(&f->place, f->path)) {
		sc_say(f->path, "cannot open for writing: %m; choose another file");
		return SC_EFAILED;
	}
	return f->seconds && now == SC_TIME_NONE ? SC_OK : open_next(f);
}

/* The secrets of a connection stand before its first packet with TLS. */
static bool put_packet(struct sc_save_file *f, const struct sc_packet *pkt)
{
	char room[SC_EMBED_OCTETS];
	sc_str secrets = sc_embed_secrets(&f->embed, pkt, room);
	bool written = !secrets.at || sc_pcapng_write_secrets(&f->pcapng, secrets);
	if (secrets.at)
		explicit_bzero(room, sizeof(room));
	return written && sc_pcapng_write_packet(&f->pcapng, pkt);
}

bool sc_save_file_put(struct sc_save_file *f, const struct sc_packet *pkt)
{
	if (f->over || f->failed)
		return false;
	if (f->began == SC_TIME_NONE)
		f->began = pkt->when;
	bool ready = f->open ? turn(f, pkt->when) : next(f);
	f->failed = !f->over && (!ready || !put_packet(f, pkt));
	return !f->over && !f->failed;
}

bool sc_save_file_stuck(const struct sc_save_file *f)
{
	return rotates(f) && !sc_place_writable(&f->place);
}

void sc_save_file_flush(struct sc_save_file *f)
{
	if (f->open && f->writer.used && !f->failed)
		sc_file_writer_flush(&f->writer);
}

/* If nobody has moved the file, a second section stands behind the first. */
void sc_save_file_reopen(struct sc_save_file *f)
{
	uint64_t octets = f->pcapng.octets;
	if (!f->open || f->failed || to_standard_output(f))
		return;
	sc_file_writer_reopen(&f->writer);
	f->failed = begin(f) != SC_OK;
	f->pcapng.octets += octets;
}

sc_err sc_save_file_close(struct sc_save_file *f)
{
	if (f->open)
		close_now(f);
	if (f->path && !to_standard_output(f))
		sc_place_close(&f->place);
	return f->failed ? SC_EFAILED : SC_OK;
}
