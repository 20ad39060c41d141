/* community.h - Community ID v1 of a connection, the key that other monitors share. */
#ifndef SC_ENGINE_COMMUNITY_H
#define SC_ENGINE_COMMUNITY_H

#include <smtpscope/event.h>

#define SC_COMMUNITY_OCTETS 32 /* "1:" and 28 characters of base64 */

struct sc_community;

sc_err sc_community_open(struct sc_community **out);
/* Writes the id into `to` (SC_COMMUNITY_OCTETS) and gives it; none when the hash is not to be had. */
sc_str sc_community_id(struct sc_community *c, const struct sc_ev_endpoint *a, const struct sc_ev_endpoint *b, char *to);
void   sc_community_close(struct sc_community *c);

#endif
