/* roles.h - who is who: own networks, servers, mail domains, peers and monitors.
 *
 * What the user says counts.  Where he says nothing, it is learnt: a server that accepted mail for a domain from clients of
 * three networks that had not logged in serves that domain, and its network is ours; private addresses are ours, too. */
#ifndef SC_DETECT_FRAME_ROLES_H
#define SC_DETECT_FRAME_ROLES_H

#include <smtpscope/detector.h>

#include "base/str.h"

#define SC_ROLE_NETWORKS 256
#define SC_ROLE_DOMAINS  256

struct sc_place {
	bool home;     /* one of our own networks */
	bool learnt;   /* that is a guess */
	bool loopback;
	bool peer, monitor;
	bool server;   /* it has accepted mail itself */
};

struct sc_roles;

sc_err sc_roles_open(struct sc_roles **out, const struct sc_detect_settings *settings, uint64_t seed, bool learns);
void   sc_roles_close(struct sc_roles *r);
size_t sc_roles_octets(const struct sc_roles *r);

/* `address`, `network`: sc_ip_hashes() of it. */
struct sc_place sc_roles_place(const struct sc_roles *r, const struct sc_ip *ip, uint64_t address, uint64_t network);

/* Places hold until this number is another. */
uint64_t sc_roles_version(const struct sc_roles *r);
/* What sc_roles_local() says holds until this number is another. */
uint64_t sc_roles_domains_version(const struct sc_roles *r);

/* Is it one of our mail domains, or below one?  `*learnt`: that is a guess. */
bool   sc_roles_local(const struct sc_roles *r, sc_str domain, bool *learnt);
/* Did clients of three networks get rid of mail for it, whatever the user says? */
bool   sc_roles_served(const struct sc_roles *r, sc_str domain);
/* Is it one of them, and not only below one? */
bool   sc_roles_exact(const struct sc_roles *r, sc_str domain, bool *learnt);
/* Whether anything is known about local domains, so that "not local" means something. */
bool   sc_roles_knows_domains(const struct sc_roles *r, bool *learnt);

/* The i-th local domain, folded; none when there are no more. */
sc_str sc_roles_domain(const struct sc_roles *r, size_t i);

/* A recipient of a domain was accepted by a server in network `server`, from a client in another network, `client`, without
 * login.  All are keyed hashes; the domain's without regard to case. */
void   sc_roles_learn_domain(struct sc_roles *r, uint64_t domain, uint64_t client, uint32_t second);
void   sc_roles_learn_network(struct sc_roles *r, uint64_t server, uint64_t client, uint32_t second);

/* A server accepted mail; the hash of its address. */
void   sc_roles_server(struct sc_roles *r, uint64_t address, uint32_t second);

uint64_t sc_ip_hash(uint64_t seed, const struct sc_ip *ip);
/* Of an address and of its network: what rows and roles know them by. */
void   sc_ip_hashes(uint64_t seed, const struct sc_ip *ip, uint64_t *address, uint64_t *network);
bool   sc_ip_private(const struct sc_ip *ip);
bool   sc_ip_loopback(const struct sc_ip *ip);

#endif
