/* What the program does to its own process at its start. */
#include "os/self.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

int
rb_self_fds(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The lowest free number is taken, which is this one: those below were just seen to be open.
		 */
		if (open("/dev/null", O_RDWR) != fd)
			return -1;
	}
	return 0;
}

void
rb_self_signals(void)
{
	struct sigaction sa = {.sa_handler = SIG_IGN};

	sigemptyset(&sa.sa_mask);
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
	sa.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &sa, NULL);
}

int
rb_self_no_core(struct rlimit *found)
{
	struct rlimit none;

	if (getrlimit(RLIMIT_CORE, found) != 0)
		return -1;
	/* The soft limit alone: a hard one could not be raised again for the children. */
	none = *found;
	none.rlim_cur = 0;
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
