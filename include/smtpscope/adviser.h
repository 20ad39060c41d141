/* adviser.h - class of a second opinion on what a connection carries, asked about its first octets only.
 *
 * Each engine opens one of its own and asks it alone, from one thread.  What it says is a hint: it can make an engine look
 * for mail where that would not have looked, and gives what is no mail a name; it never makes a verdict.
 */
#ifndef SMTPSCOPE_ADVISER_H
#define SMTPSCOPE_ADVISER_H

#include <smtpscope/base.h>

struct sc_advice {
	const char *protocol; /* as it calls it, good until the adviser is closed; NULL: it does not know */
	bool        mail;     /* it takes it for SMTP */
	bool        done;     /* it has nothing to learn from what follows */
	uint32_t    risks;    /* bits, named by `risks` of the class */
};

struct sc_adviser_class {
	const char *name;
	const char *(*version)(void);
	const char *const *risks;         /* names of the bits, from the lowest; NULL at the end */
	void *(*open)(uint64_t memory);   /* NULL: no memory.  It keeps to so many octets, besides what it needs once */
	void  (*close)(void *self);       /* NULL is fine */
	/* A connection, by a number of its own.  NULL: there is no room now. */
	void *(*begin)(void *self, uint64_t number, uint16_t client_port, uint16_t server_port);
	struct sc_advice (*hear)(void *self, void *connection, bool from_server, sc_str octets, sc_time when);
	void  (*end)(void *self, void *connection);
};

#endif
