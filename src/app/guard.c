/* guard.c - see guard.h.
 *
 * The child does all the work.  A handler of fatal signals puts the terminal back at once; what no handler sees, SIGKILL, is seen
 * by the parent.  Signals of the terminal reach both; SIGTERM to the parent is passed on. */
#include "app/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tui/term.h"

static pid_t child;

static void pass_on(int number)
{
	if (child > 0)
		kill(child, number);
}

static void on_fatal(int number)
{
	sc_term_rescue();
	signal(number, SIG_DFL);
	raise(number);
}

static void set_handlers(const int *numbers, size_t count, void (*handler)(int))
{
	struct sigaction act;
	memset(&act, 0, sizeof(act));
	act.sa_handler = handler;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < count; i++)
		sigaction(numbers[i], &act, NULL);
}

/* No mouse any more, leaves the alternate screen, shows the cursor, plain text: what every terminal since the VT100 understands or ignores. */
static void restore(int tty, const struct termios *before)
{
	static const char plain[] = "\033[?1000l\033[?1006l\033[?1049l\033[?25h\033[0m\r\n";
	ssize_t done = write(tty, plain, sizeof(plain) - 1);
	(void)done;
	tcsetattr(tty, TCSANOW, before);
}

static void watch(int tty, const struct termios *before)
{
	static const int ignored[] = { SIGINT, SIGQUIT }, passed[] = { SIGTERM, SIGHUP, SIGUSR1 };
	int status = 0;
	set_handlers(ignored, 2, SIG_IGN);
	set_handlers(passed, 3, pass_on);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFSIGNALED(status))
		_exit(WEXITSTATUS(status));
	restore(tty, before);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

void sc_guard_terminal(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
	struct termios before;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tty < 0)
		return;
	if (tcgetattr(tty, &before) == 0 && (child = fork()) > 0)
		watch(tty, &before);
	close(tty);
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	set_handlers(fatal, sizeof(fatal) / sizeof(fatal[0]), on_fatal);
}
