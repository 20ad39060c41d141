/* fuzz_message.c - messages made of phrases and octets, with a piece missing, read whole and in runs.
 *
 * Beyond "no crash": however the text is cut the same is told, with parts and without; a reader that lists no
 * parts finds the same header fields and the same reports; what lacks octets, or its end, is not complete; every
 * block comes back. */
#include <stdlib.h>
#include <string.h>

#include "message_play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_OCTETS 8000

static const char *const phrases[] = {
	"\r\n", "\n", "\r", ".", "..", "-", "--", "=", "=\r\n", " ", "\t", ":", ";", "--b\r\n", "--b--\r\n", "--bb\r\n", "--bb--\r\n",
	"--c \r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: multipart/digest; boundary=bb\r\n",
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", "Content-Type: multipart/mixed;\r\n boundary=\"c\"\r\n",
	"Content-Type: message/delivery-status\r\n", "Content-Type: message/rfc822\r\n", "Content-Type: text/rfc822-headers\r\n",
	"Content-Type: message/feedback-report\r\n", "Content-Type: text/html; name*0*=utf-8''a%20; name*1=b\r\n", "Content-Transfer-Encoding: base64\r\n",
	"Content-Transfer-Encoding: quoted-printable\r\n", "Content-Transfer-Encoding: x-y\r\n", "Final-Recipient: rfc822; x@example.org\r\n",
	"Final-Recipient: utf-8; \\x{E9}@example.org\r\n", "Action: failed\r\n", "Status: 5.1.1\r\n", "Reporting-MTA: dns; mx.example.org\r\n",
	"Original-Rcpt-To: <x@example.org>\r\n", "Source-IP: 192.0.2.1\r\n", "Message-ID: <m@example.org>\r\n", "Message-ID: <", "Subject: =?utf-8?B?",
	"Subject: =?iso-8859-1?Q?", "?=\r\n", "?= =?utf-8?q?=C3", "From: A <a@example.org>\r\n", "To: g: a@example.org, \"b\" (c) <d@example.org>;\r\n",
	"Received: from a ([192.0.2.1]) by b with c id d for <e@f>; now\r\n", "DKIM-Signature: d=example.org; s=s\r\n", "X-Other: y\r\n", "From x\r\n",
	"text\r\n", "dGV4dA==\r\n", "=3D", "http://example.org/", "https", "://", "&amp;", "<a href=\"", "\">", "www.example.net</a>",
	"<!--", "-->", "&#46;", "Content-Type: application/zip\r\n", "PK\3\4", "Rar!\x1a\a", "7z\xbc\xaf\x27\x1c", "\r\n.\r\n", "\r\n\r\n", "\r\n--b", "(", "<", ">",
};

#define PHRASES (sizeof(phrases) / sizeof(phrases[0]))

/* 0 to 127: phrases; 128 and more: so many octets as they stand. */
static size_t write_text(char *to, const uint8_t *data, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < size; i++) {
		const char *phrase = phrases[data[i] % PHRASES];
		size_t len = data[i] < 128 ? strlen(phrase) : data[i] - 127u;
		if (data[i] >= 128) {
			phrase = (const char *)data + i + 1;
			len = len < size - i - 1 ? len : size - i - 1;
			i += len;
		}
		if (len > MOST_OCTETS - n)
			break;
		memcpy(to + n, phrase, len);
		n += len;
	}
	return n;
}

struct play {
	sc_str text;
	bool stuffed, whole;
	struct message_gap gap;
};

/* Whether parts are listed changes nothing of header fields and of reports. */
static void compare_brief(struct message_play *full, struct message_play *brief, const struct play *how)
{
	struct same texts[2] = { { 0 }, { 0 } };
	struct message_play *const plays[] = { full, brief };
	for (int i = 0; i < 2; i++) {
		struct sc_message *m = sc_message_open(&plays[i]->host, how->stuffed);
		struct sc_ev_message ev;
		SC_ASSERT(m);
		sc_message_feed(m, how->text);
		if (how->whole)
			sc_message_end(m);
		sc_message_tell(m, &ev);
		ev.parts.count = ev.urls.count = 0;
		ev.quirks = 0; /* those of parts are noted where they are read */
		same_event(&texts[i], SC_EVENT_message, &ev);
		sc_message_close(m);
	}
	same_or_stop(&texts[0], &texts[1]);
	free(texts[0].at);
	free(texts[1].at);
}

static void run(struct message_play *p, const struct play *how, size_t first, size_t step, struct same *out)
{
	message_play(p, how->text, first, step, how->stuffed, how->whole, how->gap, out);
	SC_ASSERT(sc_blocks_in_use(&p->store) == 0);
}

static void compare_cuts(struct message_play *p, const struct play *how, size_t first, size_t step)
{
	struct same whole = { 0 }, cut = { 0 };
	run(p, how, how->text.len + 1, how->text.len + 1, &whole);
	run(p, how, first, step, &cut);
	same_or_stop(&whole, &cut);
	bool complete = how->whole && how->gap.end == how->gap.at;
	SC_ASSERT((strstr(whole.at, complete ? "complete=true" : "complete=false")) != NULL);
	free(whole.at);
	free(cut.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct message_play full, brief;
	static char text[MOST_OCTETS];
	if (!full.host.scratch) {
		message_play_open(&full, 4 << 20, true);
		message_play_open(&brief, 4 << 20, false);
	}
	if (size < 5)
		return 0;
	struct play how = { .stuffed = data[0] & 1, .whole = !(data[0] & 2) };
	how.text = (sc_str){ text, write_text(text, data + 5, size - 5) };
	if (data[0] & 4 && how.text.len) {
		how.gap.at = (size_t)(data[2] << 8 | data[3]) % how.text.len;
		how.gap.end = how.gap.at + 1 + data[4] % (how.text.len - how.gap.at);
	}
	size_t step = 1 + data[1] % 17, first = 1 + data[1] / 17;
	compare_cuts(&full, &how, first, step);
	compare_cuts(&brief, &how, first, step);
	compare_brief(&full, &brief, &how);
	return 0;
}
