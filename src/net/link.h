/* link.h - link headers, and whatever an Ethernet type leads to before IP: tags, labels, LLC, PPP, 802.11. */
#ifndef SC_NET_LINK_H
#define SC_NET_LINK_H

#include "net/walk.h"

/* Takes the link header.  False: a link type not known. */
bool sc_link_begin(struct sc_walk *w, uint16_t link, enum sc_next *next);

/* Takes the header that `next` names, which is neither IP nor TCP, and gives what follows it. */
enum sc_next sc_link_follow(struct sc_walk *w, enum sc_next next);

/* PPP, with or without what HDLC or Cisco's HDLC put before it. */
enum sc_next sc_link_ppp(struct sc_walk *w);

enum sc_wifi_how {
	SC_WIFI_SWAPPED = 1, /* the first two octets may have changed places, as some controllers send them */
	SC_WIFI_PADDED  = 2, /* the header is filled up to a multiple of four octets */
};

/* 802.11; `how` is of enum sc_wifi_how. */
enum sc_next sc_link_wifi(struct sc_walk *w, unsigned how);

/* An Ethernet frame seems to begin `at` octets ahead: its type leads to something, and where that is IP the version
 * agrees. */
bool sc_link_is_frame(const struct sc_walk *w, size_t at);

/* What the next-protocol octet of a service header means: NSH's (RFC 8300 2.2), and VXLAN-GPE's, which is the
 * same. */
enum sc_next sc_link_service(uint8_t protocol);

/* The version in the first octet, taken for IP. */
enum sc_next sc_link_version(const struct sc_walk *w);

#endif
