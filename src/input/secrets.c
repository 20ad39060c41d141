/* secrets.c - looks through a file for secrets before its packets are read: most programs write them behind the packets
 * that they open.
 *
 * It is read by the same code as later its packets, so what is refused there is refused here.  A file of another format
 * costs no more than its first octets.
 */
#include "input/secrets.h"

#include <fcntl.h>
#include <unistd.h>

struct place {
	int   fd;
	off_t at;
	const volatile sig_atomic_t *stop;
};

static long read_on(void *ctx, void *at, size_t room)
{
	struct place *p = ctx;
	ssize_t n = p->stop && *p->stop ? 0 : pread(p->fd, at, room, p->at);
	p->at += n > 0 ? n : 0;
	return n;
}

static void scan(struct place *place, const struct sc_pcapng_watch *watch)
{
	struct sc_stream_config config = { .read = read_on, .ctx = place, .stop = place->stop };
	struct sc_pcapng_watch only = { .keylog = watch->keylog, .ctx = watch->ctx };
	struct sc_capture c;
	struct sc_verdict verdict;
	struct sc_packet pkt;
	if (!sc_capture_open(&c, &config, &only, &verdict))
		return;
	while (c.format == SC_CAPTURE_PCAPNG && sc_capture_next(&c, &pkt))
		continue;
	sc_capture_close(&c);
}

bool sc_secrets_scan(const char *name, int fd, off_t start, const struct sc_pcapng_watch *watch,
	const volatile sig_atomic_t *stop)
{
	struct place place = { fd < 0 ? open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY) : fd, start, stop };
	if (place.fd < 0)
		return false;
	scan(&place, watch);
	if (fd < 0)
		close(place.fd);
	return true;
}
