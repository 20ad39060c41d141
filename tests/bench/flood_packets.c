/* flood_packets.c - a capture of very many sources, each of whom comes once, and ten offenders among them:
 * flood_packets SOURCES FILE [FILE...]
 *
 * With several files each session is seen by one of as many sensors.
 *
 * A source opens one session, says EHLO and QUIT, and goes; 64 sessions are open at any time.  203.0.113.1 to .5 guess mailboxes,
 * .6 to .10 passwords; each comes every ten seconds, more often when the sources are few.  Raw IPv4, checksums left to the network
 * card, a packet every hundred microseconds. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN      64
#define SENSORS   8
#define OFFENDERS 10
#define EVERY     1111 /* sources between two acts of offenders: a second */
#define ACTS      250  /* of all offenders, at least */
#define BEGIN_S   1769860800u
#define PAUSE_US  100

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct turn {
	int down; /* from the server */
	unsigned flags;
	const char *text; /* %u: a number that no other session has */
};

#define HANDSHAKE {0, SYN, ""}, {1, SYN | ACK, ""}, {0, ACK, ""}, {1, ACK | PSH, "220 mx.example.org ESMTP\r\n"}
#define GOODBYE   {0, ACK | PSH, "QUIT\r\n"}, {1, ACK | PSH | FIN, "221 bye\r\n"}, {0, ACK | FIN, ""}, {-1, 0, NULL}

static const struct turn passing[] = {
	HANDSHAKE, {0, ACK | PSH, "EHLO m%u.river.example\r\n"}, {1, ACK | PSH, "250 mx.example.org\r\n"}, GOODBYE,
};
static const struct turn harvest[] = {
	HANDSHAKE,
	{0, ACK | PSH, "EHLO h.river.example\r\n"},
	{1, ACK | PSH, "250 mx.example.org\r\n"},
	{0, ACK | PSH, "MAIL FROM:<x@river.example>\r\n"},
	{1, ACK | PSH, "250 2.1.0 ok\r\n"},
	{0, ACK | PSH, "RCPT TO:<a%u@example.org>\r\n"},
	{1, ACK | PSH, "550 5.1.1 User unknown\r\n"},
	{0, ACK | PSH, "RCPT TO:<b%u@example.org>\r\n"},
	{1, ACK | PSH, "550 5.1.1 User unknown\r\n"},
	{0, ACK | PSH, "RCPT TO:<c%u@example.org>\r\n"},
	{1, ACK | PSH, "550 5.1.1 User unknown\r\n"},
	GOODBYE,
};
static const struct turn guessing[] = {
	HANDSHAKE,
	{0, ACK | PSH, "EHLO g.river.example\r\n"},
	{1, ACK | PSH, "250-mx.example.org\r\n250 AUTH PLAIN\r\n"},
	{0, ACK | PSH, "AUTH PLAIN AGFubgBndWVzcw==\r\n"}, /* ann */
	{1, ACK | PSH, "535 5.7.8 Authentication failed\r\n"},
	GOODBYE,
};

static struct session {
	const struct turn *next; /* NULL: nobody */
	uint32_t client, number, seq[2];
	uint16_t port;
} sessions[OPEN];
static uint64_t now_us = (uint64_t)BEGIN_S * 1000000;
static FILE *outs[SENSORS];
static unsigned sensors;

static void put(uint8_t *to, unsigned octets, uint32_t value)
{
	for (unsigned i = 0; i < octets; i++)
		to[i] = (uint8_t)(value >> 8 * (octets - 1 - i));
}

static void write_packet(const struct session *s, const struct turn *t, const char *data, size_t len)
{
	static const uint32_t server = 0xc0000219; /* 192.0.2.25 */
	uint8_t p[40] = {0x45, [6] = 0x40, [8] = 60, [9] = 6, [32] = 0x50};
	uint32_t size = (uint32_t)(sizeof(p) + len);
	FILE *out = outs[(s->number * 2654435761u >> 16) % sensors];
	uint32_t record[4] = {(uint32_t)(now_us / 1000000), (uint32_t)(now_us % 1000000), size, size};
	put(p + 2, 2, size);
	put(p + 4, 2, s->number);
	put(p + (t->down ? 16 : 12), 4, s->client);
	put(p + (t->down ? 12 : 16), 4, server);
	put(p + (t->down ? 22 : 20), 2, s->port);
	put(p + (t->down ? 20 : 22), 2, 25);
	put(p + 24, 4, s->seq[t->down]);
	put(p + 28, 4, t->flags & ACK ? s->seq[!t->down] : 0);
	p[33] = (uint8_t)t->flags;
	put(p + 34, 2, 64000);
	if (fwrite(record, sizeof(record), 1, out) != 1 || fwrite(p, sizeof(p), 1, out) != 1 ||
	    (len && fwrite(data, len, 1, out) != 1)) {
		perror("flood_packets");
		exit(1);
	}
	now_us += PAUSE_US;
}

static void step(struct session *s)
{
	char data[100];
	const struct turn *t = s->next++;
	size_t len = (size_t)snprintf(data, sizeof(data), t->text, s->number);
	write_packet(s, t, data, len);
	s->seq[t->down] += (uint32_t)len + (t->flags & (SYN | FIN) ? 1 : 0);
	if (s->next->down < 0)
		s->next = NULL;
}

static void begin(struct session *s, const struct turn *script, uint32_t client, uint32_t number)
{
	*s = (struct session){script, client, number, {number * 2654435761u, number * 40503u}, (uint16_t)(1024 + number % 60000)};
}

/* The i-th source; now and then the next offender comes between. */
static void begin_next(struct session *s, uint32_t *source, uint32_t *offence, uint32_t every)
{
	if (*source / every > *offence) {
		uint32_t who = (*offence)++ % OFFENDERS;
		begin(s, who < OFFENDERS / 2 ? harvest : guessing, 0xcb007101 + who, 0x80000000u + *offence);
		return;
	}
	uint32_t i = (*source)++;
	begin(s, passing, (24u << 24) + (i & 0xffff) * 256 + (i >> 16 << 24) + 9, i);
}

static bool open_files(int count, char **paths)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 101};
	for (int i = 0; i < count; i++) {
		FILE *out = i < SENSORS ? fopen(paths[i], "wb") : NULL;
		if (!out || fwrite(header, sizeof(header), 1, out) != 1)
			return false;
		outs[sensors++] = out;
	}
	return sensors > 0;
}

static void play(uint32_t count)
{
	uint32_t source = 0, offence = 0, every = count / ACTS < EVERY ? count / ACTS : EVERY;
	for (unsigned open = 1; open;) {
		open = 0;
		for (struct session *s = sessions; s < sessions + OPEN; s++) {
			if (!s->next && source < count)
				begin_next(s, &source, &offence, every);
			if (s->next) {
				step(s);
				open++;
			}
		}
	}
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	bool good = count >= ACTS && open_files(argc - 2, argv + 2);
	if (!good)
		return fprintf(stderr, "usage: flood_packets SOURCES FILE [FILE...], %u sources at least\n", ACTS), 1;
	play(count);
	for (unsigned i = 0; i < sensors; i++)
		good &= fclose(outs[i]) == 0;
	return !good;
}
