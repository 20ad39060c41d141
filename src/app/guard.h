/* guard.h - a small parent process that puts the terminal back when the dashboard dies without doing so itself. */
#ifndef SC_APP_GUARD_H
#define SC_APP_GUARD_H

/* Returns in a child process, which goes on; the parent stays behind as the guard and exits as the child did.  Where no process
 * can be made, returns too, and nothing guards. */
void sc_guard_terminal(void);

#endif
