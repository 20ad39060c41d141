/* become.c - root is given up between opening and the first packet.
 *
 * The order is fixed: groups, group, user; what comes first needs what comes last.  Afterwards it is tried to
 * become root again, for a half-done drop looks like a whole one.  Without -Z a root that may not change its user
 * (in a container with CAP_NET_RAW alone) goes on as it is: it has little to give up, and was not promised
 * anything. */
#include "app/become.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "app/say.h"

#define DEFAULT_USER "nobody"

static sc_err no_user(const char *name)
{
	sc_say("-Z", "there is no user \"%s\"; give another, or -Z root to stay root", name);
	return SC_EUSAGE;
}

sc_err sc_become_choose(struct sc_become *b, const struct sc_options *o)
{
	*b = (struct sc_become){ .user = o->user, .asked = o->user != NULL, .live = o->interfaces.count > 0 };
	if (!b->user && geteuid() == 0 && b->live)
		b->user = DEFAULT_USER;
	if (!b->user)
		return SC_OK;
	const struct passwd *entry = getpwnam(b->user);
	if (!entry)
		return no_user(b->user);
	b->uid = entry->pw_uid;
	b->gid = entry->pw_gid;
	if (b->uid == geteuid()) { /* -Z root, or oneself: nothing to do */
		b->user = NULL;
		return SC_OK;
	}
	if (geteuid() == 0)
		return SC_OK;
	sc_say("-Z", "only root can become %s; leave it out", b->user);
	return SC_EUSAGE;
}

static void give_up_capabilities(void)
{
#ifdef __linux__
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2];
	memset(none, 0, sizeof(none));
	syscall(SYS_capset, &head, none); /* giving up is never refused */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

static bool change_user(const struct sc_become *b)
{
	if (setgroups(1, &b->gid) != 0 || setgid(b->gid) != 0 || setuid(b->uid) != 0)
		return false;
	if (b->uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return false;
	}
	return true;
}

sc_err sc_become_drop(const struct sc_become *b)
{
	bool refused = b->user && !change_user(b);
	if (refused && (b->asked || errno != EPERM || geteuid() != 0)) {
		sc_say("-Z", "cannot become %s: %s; give -Z root to stay root", b->user, strerror(errno));
		return SC_EFAILED;
	}
	if (b->live && (b->user || geteuid() != 0))
		give_up_capabilities();
	return SC_OK;
}
