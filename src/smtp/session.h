/* session.h - one SMTP (or LMTP) connection: commands wait in a queue, replies settle them, and only settling changes what is
 * believed of the server (RFC 5321, 2920, 3030, 2033).
 *
 * The engine opens a session, feeds it the runs that net/tcp gives, and ends it.  What it finds leaves through the host's
 * emit function.  Octets behind a TLS handshake go to the host's opaque function.
 */
#ifndef SC_SMTP_SESSION_H
#define SC_SMTP_SESSION_H

#include <smtpscope/event.h>

#include "base/arena.h"
#include "base/fifo.h"
#include "explain/classify.h"
#include "smtp/dialect.h"
#include "smtp/framer.h"
#include "smtp/sasl.h"

struct sc_session;
struct sc_command;

#define SC_REPLY_LINES        100 /* kept of one reply */
#define SC_REPLY_TEXT         8192 /* octets of a reply's joined text */
#define SC_RECIPIENTS_LISTED  4096 /* recipients kept of one transaction */
#define SC_PENDING            4096 /* commands that wait for their replies */

/* Room that all sessions of an engine share; its content is good until the next unit is read. */
struct sc_session_scratch {
	sc_str lines[SC_REPLY_LINES];
	char   text[SC_REPLY_TEXT];
	char   template[SC_REPLY_TEXT];
	struct sc_ev_recipient recipients[SC_RECIPIENTS_LISTED];
};

/* Message text as it is read, before anything is known of its fate. */
enum sc_text_kind {
	SC_TEXT_OCTETS,
	SC_TEXT_GAP,  /* octets are missing */
	SC_TEXT_END,  /* the message is complete */
};

struct sc_text_run {
	enum sc_text_kind kind;
	bool     stuffed;  /* DATA: transparency doubles dots, and the line with the final dot comes, too (RFC 5321 4.5.2) */
	uint64_t begin;    /* client stream offset where the message began, which tells one message from the next */
	sc_str   bytes;    /* OCTETS */
	uint64_t octets;   /* of them, or of the gap */
	uint64_t packet;
};

/* What a message is known by; `message_id` is borrowed.  `opening`: of one that has a Date and no Message-ID, a hash of how it begins; 0:
 * it is not known. */
struct sc_text_name {
	sc_str   message_id;
	uint64_t opening;
};

struct sc_session_host {
	struct sc_blocks *store;
	struct sc_session_scratch *scratch;
	uint64_t wants;  /* SC_WANT(SC_EVENT_exchange): build exchange events */
	uint64_t key;    /* of the hash that finds echoes of secrets */
	/* `first` and `last` are the packets the event rests on. */
	void (*emit)(void *ctx, struct sc_session *s, enum sc_event_kind kind, const void *body, uint64_t first, uint64_t last);
	/* A run of TLS records, or a gap in them, from the first record on. */
	void (*opaque)(void *ctx, struct sc_session *s, enum sc_side side, const struct sc_segment *run);
	/* Chunks are read when they come, and their transaction is settled later: with pipelining the text of the next message
	 * may be told before the verdict on this one.  NULL: nobody reads messages. */
	void (*text)(void *ctx, struct sc_session *s, const struct sc_text_run *run);
	/* The open transaction ends, with the message that began at `begin`: what was read of it is told now.  Gives its
	 * name, good until the transaction is told.  May be NULL, as `text` may. */
	struct sc_text_name (*message)(void *ctx, struct sc_session *s, uint64_t begin);
	void *ctx;
};

enum sc_session_end {
	SC_END_CLIENT,       /* FIN, the client's first */
	SC_END_SERVER,
	SC_END_CLIENT_RESET,
	SC_END_SERVER_RESET,
	SC_END_TIMEOUT,
	SC_END_EVICTED,
	SC_END_CAPTURE,
};

/* A complete reply; a view. */
struct sc_reply {
	uint16_t code;
	struct sc_status status;
	const sc_str *lines;      /* without the code */
	uint32_t line_count;
	sc_str   text;            /* the lines joined by '\n' */
	uint64_t quirks;
	struct sc_segment first, last; /* acked, when, packet of its first and last line's octets */
};

/* A command and, in time, its answer.  Lies in the session's queue; what it points to lies behind it. */
struct sc_exchange {
	struct sc_exchange *next;
	const struct sc_command *cmd; /* never NULL: an unknown verb has a row of its own */
	sc_str   verb, args;          /* secrets are blanked */
	uint64_t end;                 /* client stream offset behind the command: what a reply must acknowledge */
	uint64_t seen;                /* server stream offset that the client had acknowledged when it asked */
	uint64_t quirks;
	uint64_t packet;
	sc_time  when;                /* of the command's last octet */
	uint64_t chunk;               /* BDAT: octets announced */
	uint64_t lines;               /* BDAT: line ends in the chunk */
	uint64_t text_from;           /* BDAT: where the message it belongs to began */
	sc_time  text_at, done_at;    /* BDAT: when its octets began and were complete; SC_TIME_NONE */
	uint64_t done_packet;
	bool     lines_lost;          /* BDAT: octets of the chunk are missing */
	uint16_t replies;             /* still to come: one, or one per recipient (LMTP, PRDR) */
	bool     chunk_last;          /* BDAT LAST */
	bool     cancels;             /* SASL: "*" */
	bool     doubt;               /* its reply may lie in a gap of the server's stream */
	bool     doubt_envelope;      /* LOST: recipients may be among what is missing */
	uint32_t absorbed;            /* LOST: replies to what it stands for */
	uint32_t secret_len;          /* octets of a secret line, and their hash, to find its echo; 0: none */
	uint64_t secret_hash;
};

struct sc_verdict {
	uint16_t code; /* 0: none */
	struct sc_status status;
	sc_str   text;
	enum sc_phase phase;
	uint64_t packet;
};

struct sc_rcpt {
	struct sc_rcpt *next;
	sc_str   path;
	struct sc_pairs params;
	struct sc_verdict reply;  /* to RCPT */
	struct sc_verdict final;  /* LMTP, PRDR: its own verdict */
	bool lost;                /* the reply may lie in a gap */
	bool nameless;            /* only the reply was seen */
};

enum sc_tx_state {
	SC_TX_NONE,
	SC_TX_ENVELOPE, /* MAIL was sent */
	SC_TX_TEXT,     /* the message flows */
	SC_TX_COMPLETE, /* its end was sent */
};

struct sc_transaction {
	enum sc_tx_state state;
	struct sc_arena arena;
	struct sc_ev_transaction ev;
	struct sc_verdict mail;       /* reply to MAIL */
	struct sc_verdict refusal;    /* of DATA or of a chunk */
	struct sc_verdict early;      /* came before the end of the message */
	struct sc_verdict final;      /* of the whole message */
	struct sc_verdict kept;       /* the same, while the next reply may show that the message ended elsewhere */
	struct sc_rcpt *first, *last, *next_final;
	uint32_t rcpt_count, accepted_count, refused_count;
	uint32_t nameless_count;      /* of rcpt_count: known by their replies only */
	uint32_t incomplete;          /* gaps in which part of the envelope may be missing */
	bool     text_gap;            /* octets of the message are missing */
	bool     lines_lost;          /* so are line ends */
	bool     replies_lost;        /* octets of the server are missing within the message: replies, and so other commands, went by */
	bool     final_lost;          /* its verdict may lie in a gap */
	bool     cut;                 /* not all recipients could be kept */
	bool     judged;              /* a verdict on the message was seen */
	uint64_t size, wire_size, lines; /* chunks taken so far */
	uint64_t text_from;           /* client stream offset of the message; SC_NONE: none that can be told from others */
	struct sc_text_name name;     /* of that message */
	uint64_t first_packet, last_packet;
	sc_time  mail_at, rcpt_at, rcpt_done_at, data_at, text_at, end_at, last_at;
	uint64_t gap_client, gap_server; /* session's gap octets when it opened */
	uint64_t resyncs, assumed;
};

struct sc_session {
	const struct sc_session_host *host;
	struct sc_ev_head    id;
	struct sc_ev_session facts;
	struct sc_arena arena;        /* greeting */
	struct sc_arena helo_arena;   /* HELO name, capabilities */
	struct sc_arena auth_arena;   /* user, mechanism */
	struct sc_arena reply_arena;  /* lines of the reply being collected */
	struct sc_framer framer[2];
	struct sc_scan scan;
	struct sc_fifo queue;
	struct sc_exchange *head, *tail;
	uint32_t pending;
	struct sc_exchange *hold;     /* the client's framer waits for the answer to this */
	struct sc_sasl *sasl;         /* in auth_arena */

	/* the reply being collected */
	struct sc_reply_node *reply_first, *reply_last;
	uint32_t reply_lines;
	uint16_t reply_code;
	uint64_t reply_quirks;
	bool     reply_open, reply_torn;
	struct sc_segment reply_mark;

	struct sc_transaction tx;
	struct sc_dialect dialect;

	/* behind a look-alike of the message's end (smuggle.h) */
	struct {
		struct sc_pieces kept;
		uint64_t from;            /* client stream offset behind the first look-alike */
		struct sc_extent before;  /* the message, if it ended there */
		bool watching, spoilt;
	} behind;

	bool strict;          /* not a mail port: only what surely is SMTP counts */
	bool swapped;         /* client and server changed roles */
	bool server_open;     /* at the end: the server had not closed its side */
	bool smtp;            /* a reply line or a known verb was seen: this is mail */
	bool greeted, helo_done, lmtp, quit_asked;
	bool expect_sasl;     /* the client's next line answers a 334 */
	bool challenged;      /* the last answer to what was not captured was a 334 */
	bool auth_tail;       /* AUTH was refused: lines with unknown verbs may be leftovers of it, with secrets */
	bool searching;       /* octets are missing: only what surely is a command counts as one */
	bool guess;           /* the answer to `guess_cmd` was lost: the next line tells what it was */
	bool pipelines;       /* the client sends groups */
	bool tls_expected;    /* STARTTLS was accepted: a line or TLS comes */
	bool encrypted;       /* TLS flows */
	bool sealed[2];       /* all that a side sends is TLS; its framer is for the text inside */
	bool sealed_swapped;  /* TLS began when the roles were changed: its client is the TCP server */
	bool starttls_seen;   /* offered in any list of this session, in clear */
	bool starttls_asked, starttls_open, starttls_refused, starttls_masked;
	bool starttls_overwritten; /* the command, with X */
	bool tls_client, tls_server, tls_established, tls_failed, tls_unknown, implicit_tls;
	bool switch_torn[2];  /* octets of a side are missing where its TLS may have begun */
	bool closing;         /* 421 was said */
	const struct sc_command *guess_cmd;
	const struct sc_command *answered; /* the command answered last, and the server offset behind its answer */
	uint64_t answered_at;
	sc_str   assumed_verb;        /* of the command that the reply in work must have answered, unseen */
	uint64_t text_begin;  /* client stream offset of the message */
	uint64_t chunks_from; /* client stream offset of the message whose chunks come; SC_NONE: the next chunk begins one */
	uint64_t gap_end;     /* server stream offset behind the last gap */
	uint64_t server_end;  /* server stream offset read so far */
	uint64_t auths;
	uint64_t last_packet;
	sc_time  last_when;
	sc_time  established, starttls_at;
	sc_time  replied_at;  /* the end of the last reply; 0: there was none */
	sc_time  waited;      /* replies were owed for so long */
	struct sc_verdict closing_reply;
	struct sc_exchange *filling;  /* BDAT whose chunk flows; NULL when it was answered before its end */
	uint64_t switch_at[2]; /* stream offsets behind STARTTLS and its 220 */
};

/* Begins a session; `s` is zeroed.  `midstream`: its beginning was not captured. */
void sc_session_open(struct sc_session *s, const struct sc_session_host *host, const struct sc_ev_head *id, bool midstream);

/* Before the first run: what lies before these offsets of the streams is not read. */
void sc_session_begin_at(struct sc_session *s, uint64_t client, uint64_t server);

/* A run of one side, in the order of net/tcp. */
void sc_session_feed(struct sc_session *s, enum sc_side side, const struct sc_segment *run);

/* A run of the text inside TLS, or a gap in it, from within the host's opaque function.  Its offsets go on where the side's
 * clear text ended, and what it acknowledges is counted alike. */
void sc_session_plain(struct sc_session *s, enum sc_side side, const struct sc_segment *run);

/* The TLS layer tells that the handshake is over, and well. */
void sc_session_tls(struct sc_session *s, sc_time when);
/* An alert ended the handshake. */
void sc_session_tls_failed(struct sc_session *s);
/* It cannot tell how the handshake ended: octets of it are missing. */
void sc_session_tls_unknown(struct sc_session *s);

/* Ends it: what waits is told as unanswered, then the `session` event.  Gives all memory back. */
void sc_session_end(struct sc_session *s, enum sc_session_end how);

/* Gives all memory back without a word: it was no mail. */
void sc_session_drop(struct sc_session *s);

/* ---- for the files of smtp/ ---- */

void sc_session_quirk(struct sc_session *s, uint64_t bits);
/* A verdict from a reply, its text copied into `arena`. */
struct sc_verdict sc_verdict_of(const struct sc_reply *r, enum sc_phase phase, struct sc_arena *arena);
/* The client's octets from the stream offset `begin` on are message text. */
void sc_session_text(struct sc_session *s, uint64_t begin);
/* The client's next octets are commands. */
void sc_session_lines(struct sc_session *s);
/* Message text flows. */
static inline bool sc_session_in_text(const struct sc_session *s)
{
	return s->framer[SC_CLIENT].mode == SC_FRAME_TEXT;
}

/* Reads a unit of the client; false: none is to be had. */
bool sc_session_client(struct sc_session *s);
/* Where the dialogue stands for a server that has read `acked` octets: the phase of the oldest waiting command, or what would
 * come next. */
enum sc_phase sc_session_phase(const struct sc_session *s, uint64_t acked);
/* Emits `failure` for a verdict that has no recipient. */
void sc_session_failure(struct sc_session *s, const char *scope, const struct sc_verdict *v, sc_str mail_from, uint64_t n);
/* The reply text with its variable parts masked; good until the next call. */
sc_str sc_session_template(struct sc_session *s, sc_str text);
/* The two ends change roles (TURN, ATRN): the server's octets are commands from here on. */
void sc_session_swap(struct sc_session *s);
void sc_session_emit(struct sc_session *s, enum sc_event_kind kind, const void *body, uint64_t first, uint64_t last);

/* transaction.c */
enum sc_tx_end {
	SC_TX_VERDICT, SC_TX_RSET, SC_TX_HELO, SC_TX_QUIT, SC_TX_MAIL, SC_TX_TLS,
	SC_TX_CLOSED,  /* the connection's end was seen */
	SC_TX_CUT,     /* the capture, or our patience, ended */
};
void sc_tx_mail(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r); /* r NULL: no reply was seen */
void sc_tx_rcpt(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r);
void sc_tx_refused(struct sc_session *s, const struct sc_reply *r);      /* DATA or a chunk */
void sc_tx_assume(struct sc_session *s, uint64_t packet, sc_time when);  /* one that began unseen */
void sc_tx_mail_unseen(struct sc_session *s, const struct sc_reply *r);  /* one whose MAIL is known by its reply */
void sc_tx_rcpt_unseen(struct sc_session *s, const struct sc_reply *r);  /* a recipient that is, too */
void sc_tx_complete(struct sc_session *s, uint64_t packet, sc_time when);
void sc_tx_final(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r);
void sc_tx_end(struct sc_session *s, enum sc_tx_end why);
/* Measures a DATA message: its extent, as the scanner or a look-alike gives it. */
void sc_tx_measure(struct sc_session *s, const struct sc_extent *extent);

#endif
