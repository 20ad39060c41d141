/* inside.h - a message in work, for the files of message/ only. */
#ifndef SC_MESSAGE_INSIDE_H
#define SC_MESSAGE_INSIDE_H

#include <smtpscope/event.h>

#include "base/arena.h"
#include "message/anchors.h"
#include "message/archive.h"
#include "message/digest.h"
#include "message/dots.h"
#include "message/encoding.h"
#include "message/fields.h"
#include "message/links.h"
#include "message/message.h"
#include "message/split.h"

#define SC_TYPE_OCTETS  96   /* of a media type */
#define SC_VALUE_OCTETS 1024 /* kept of a value, decoded */

/* A list that grows in the message's memory; made an array when it is told. */
struct sc_node {
	struct sc_node *next;
	union {
		sc_str str;
		struct sc_ev_part part;
		struct sc_ev_hop hop;
		struct sc_ev_reported reported;
	};
};

struct sc_nodes {
	struct sc_node *first, *last;
	uint32_t count;
};

/* What the header of a message or of a part says about its content. */
struct sc_entity {
	char   type_room[SC_TYPE_OCTETS];
	sc_str type;          /* in lower case; none: there is no Content-Type */
	sc_str name;          /* in the message's memory */
	sc_str boundary;      /* likewise */
	sc_str encoding_word; /* ours, or in the message's memory */
	enum sc_encoding encoding;
	bool   encoded;       /* with something that is not identity, known or not */
};

/* Where the text goes. */
enum sc_place {
	SC_PLACE_HEADER,
	SC_PLACE_LEAF,    /* the content of a part */
	SC_PLACE_BETWEEN, /* before, between and behind parts; or nobody wants it */
	SC_PLACE_LOST,    /* octets are missing: up to the next boundary nothing is believed */
};

struct sc_report {
	struct sc_fields fields;       /* of the part in work */
	const struct sc_field_row *rows; /* NULL: the part is none that is read */
	struct sc_ev_report ev;
	struct sc_nodes reported;
	struct sc_ev_reported now;     /* the group in work */
	bool     over;                 /* the fields of the part are over */
};

/* Of each multipart that is open. */
struct sc_places {
	uint32_t numbers[SC_SPLIT_DEPTH]; /* of its part in work, from 1; 0: none has begun */
	sc_str   types[SC_SPLIT_DEPTH];
};

struct sc_message {
	const struct sc_message_host *host;
	struct sc_arena arena;
	uint64_t kept;                 /* octets taken from it */
	struct sc_ev_message ev;
	struct sc_nodes to, cc, dkim, dkim_keys, auth_results, hops, parts, urls;
	struct sc_entity entity;       /* whose header was read last */
	struct sc_fields fields;
	struct sc_split split;
	struct sc_dots dots;
	struct sc_decoder decoder;
	struct sc_digest digest;
	struct sc_links links;
	struct sc_report *report;      /* the message is a multipart/report, or holds one beside other parts */
	uint32_t line_octets;          /* of the header's line in work, with its CR; no more are counted than it holds */
	uint8_t  report_depth;         /* of multiparts around its parts */
	uint8_t  inner_depth;          /* of those around the message within; 0: none is read */
	bool     html, binary;         /* anchors, the headers of an archive are looked for in the part in work */
	struct sc_node *part;          /* whose content is read; NULL: it is not listed */
	char    *link_room;
	struct sc_anchors *anchors;    /* NULL: there was no HTML */
	struct sc_archive *archive;    /* likewise of the part in work; NULL: there was nothing but text */
	uint64_t part_octets;          /* decoded */
	struct sc_places *places;      /* NULL: there was no multipart, or nobody wants parts */
	uint32_t digests;              /* bit: the multipart at that level is a digest (RFC 2046 5.1.5) */
	enum sc_place place;
	bool     top;                  /* the header in work is the message's own */
	bool     within;               /* it is that of a message within */
	bool     unplaced;             /* octets are missing, or messages lie in messages: where a part stands is not known */
	bool     stuffed, begun, ended, torn;
};

/* ---- message.c ---- */

/* Memory that lives as long as the message; NULL: it has had its share, or there is none. */
void *sc_message_take(struct sc_message *m, size_t octets);
/* A copy, cut at SC_VALUE_OCTETS; none when there is no memory. */
sc_str sc_message_copy(struct sc_message *m, sc_str s);
/* The same with encoded words decoded and without blanks around it. */
sc_str sc_message_words(struct sc_message *m, sc_str s);
/* An item of `octets` at the end of a list; NULL when it has `limit` items or there is no memory. */
struct sc_node *sc_message_add(struct sc_message *m, struct sc_nodes *list, uint32_t limit, size_t octets);
void sc_message_add_str(struct sc_message *m, struct sc_nodes *list, uint32_t limit, sc_str s);
void sc_message_quirk(struct sc_message *m, uint64_t bits);

/* ---- header.c ---- */

extern const struct sc_field_row sc_header_rows[]; /* of a message */
extern const struct sc_field_row sc_id_rows[];     /* the same, when only what tells it from others is wanted */
extern const struct sc_field_row sc_part_rows[];   /* of a part, and of a message within */

void sc_header_content_type(struct sc_message *m, sc_str value);
void sc_header_encoding(struct sc_message *m, sc_str value);
/* Does what the row of a field that was read says. */
void sc_header_take(struct sc_message *m, struct sc_fields *f, const struct sc_fields_unit *u);

/* ---- mime.c ---- */

void sc_mime_feed(struct sc_message *m, sc_str text);
void sc_mime_gap(struct sc_message *m);
/* `whole`: the message ends here; else it is only cut off. */
void sc_mime_end(struct sc_message *m, bool whole);

/* ---- report.c ---- */

/* A part of a report begins; true: its content is wanted. */
bool sc_report_part(struct sc_message *m, sc_str type);
void sc_report_feed(struct sc_message *m, sc_str octets);
/* The part is over; `whole`: all of it was seen. */
void sc_report_done(struct sc_message *m, bool whole);
/* Fields of the returned message, when it is no part of its own encoding. */
extern const struct sc_field_row sc_returned_rows[];

#endif
