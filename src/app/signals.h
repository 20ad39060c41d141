/* signals.h - what the user tells a running program. */
#ifndef SC_APP_SIGNALS_H
#define SC_APP_SIGNALS_H

#include <signal.h>

#include <smtpscope/base.h>

/* Set by the handlers, taken by the main loop. */
struct sc_signals {
	volatile sig_atomic_t any;    /* one of those below is set */
	volatile sig_atomic_t stop;   /* SIGINT, SIGTERM: end the reading, still write everything */
	volatile sig_atomic_t reopen; /* SIGHUP */
	volatile sig_atomic_t stats;  /* SIGUSR1 */
};
extern struct sc_signals sc_signals;

/* Installs the handlers. */
void sc_signals_catch(void);

#endif
