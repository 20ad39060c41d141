/* signals.c - handlers that only set flags; the second SIGINT or SIGTERM has its usual effect, at once. */
#include "app/signals.h"

#include <string.h>

struct sc_signals sc_signals;

static void on_stop(int number)
{
	if (sc_signals.stop) {
		signal(number, SIG_DFL);
		raise(number);
	}
	sc_signals.stop = 1;
	sc_signals.any = 1;
}

static void on_other(int number)
{
	if (number == SIGHUP)
		sc_signals.reopen = 1;
	else
		sc_signals.stats = 1;
	sc_signals.any = 1;
}

/* Without SA_RESTART for the stops: a read that waits for a silent pipe ends. */
static void catch(int number, void (*handler)(int), int flags)
{
	struct sigaction act;
	memset(&act, 0, sizeof(act));
	act.sa_handler = handler;
	act.sa_flags = flags;
	sigemptyset(&act.sa_mask);
	sigaction(number, &act, NULL);
}

void sc_signals_catch(void)
{
	catch(SIGINT, on_stop, 0);
	catch(SIGTERM, on_stop, 0);
	catch(SIGHUP, on_other, SA_RESTART);
	catch(SIGUSR1, on_other, SA_RESTART);
}
