/* Writing until all is written: what every caller of write(2) would have to say again. */
#include "base/write.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Whether it is worth another try. */
static bool
may_go_on(int fd, bool waits)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	if (errno == EINTR)
		return true;
	return waits && errno == EAGAIN && (poll(&p, 1, -1) >= 0 || errno == EINTR);
}

static int
write_on(int fd, struct rb_str bytes, bool waits)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n > 0) {
			bytes = rb_str_cut(bytes, (size_t)n, bytes.n);
			continue;
		}
		if (n == 0)
			errno = ENOSPC;
		if (n == 0 || !may_go_on(fd, waits))
			return -1;
	}
	return 0;
}

int
rb_write_all(int fd, struct rb_str bytes)
{
	return write_on(fd, bytes, true);
}

int
rb_write_now(int fd, struct rb_str bytes)
{
	return write_on(fd, bytes, false);
}
