/* Writes much, fast.
 *
 *   flood stdout|stderr|both BYTES [LAST_LINE]
 *
 * Each stream gets exactly BYTES bytes, in lines of 80, of which the end is LAST_LINE and a newline. `both`
 * goes from one to the other, a block at a time, so that either of them can fill its pipe first. */
#include <errno.h>
#include <string.h>

#include "args.h"

enum { LINE = 80, BLOCK = LINE * 1024 };

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0) {
			fprintf(stderr, "flood: write: %s\n", strerror(errno));
			return -1;
		}
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
write_both(const int fds[2], size_t count, const char *p, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		if (write_all(fds[i], p, n) != 0)
			return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const char *const streams[] = {"stdout", "stderr", "both"};
	size_t which = 0;
	while (argc >= 3 && which < 3 && strcmp(argv[1], streams[which]) != 0)
		which++;
	if (argc < 3 || argc > 4 || which == 3) {
		fprintf(stderr, "usage: flood stdout|stderr|both BYTES [LAST_LINE]\n");
		return 2;
	}
	const int fds[2] = {which == 1 ? STDERR_FILENO : STDOUT_FILENO, STDERR_FILENO};
	size_t count = which == 2 ? 2 : 1;
	const char *last = argc == 4 ? argv[3] : "";
	int64_t bytes = args_number("flood", argv[2], (int64_t)strlen(last) + 1, INT64_MAX);
	int64_t left = bytes - (int64_t)strlen(last) - 1;

	char block[BLOCK];
	memset(block, '.', sizeof(block));
	for (size_t i = LINE - 1; i < sizeof(block); i += LINE)
		block[i] = '\n';
	while (left > 0) {
		size_t n = left < (int64_t)sizeof(block) ? (size_t)left : sizeof(block);
		/* Whatever the size, LAST_LINE stands on a line of its own. */
		if ((int64_t)n == left)
			block[n - 1] = '\n';
		if (write_both(fds, count, block, n) != 0)
			return 1;
		left -= (int64_t)n;
	}
	if (write_both(fds, count, last, strlen(last)) != 0 || write_both(fds, count, "\n", 1) != 0)
		return 1;
	return 0;
}
