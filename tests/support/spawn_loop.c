/* The measure that benchmarks compare with: what it costs to start the same command, and nothing else.
 *
 *   spawn_loop COUNT FILE|- COMMAND [ARG…]
 *
 * posix_spawn and waitpid, COUNT times; where FILE is not "-", a line is appended to it and made durable
 * (fdatasync) before each, as a step that changes something asks for. Exits 1 if a command fails. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "args.h"

enum { COUNT_MAX = 1000000 };

int
main(int argc, char **argv)
{
	static const char record[] = "{\"event\":\"step_start\",\"step\":\"s\",\"attempt\":1}\n";
	if (argc < 4) {
		fprintf(stderr, "usage: spawn_loop COUNT FILE|- COMMAND [ARG...]\n");
		return 2;
	}
	int64_t count = args_number("spawn_loop", argv[1], 1, COUNT_MAX);
	int fd = -1;
	if (strcmp(argv[2], "-") != 0) {
		fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0) {
			fprintf(stderr, "spawn_loop: %s: %s\n", argv[2], strerror(errno));
			return 1;
		}
	}
	for (int64_t i = 0; i < count; i++) {
		pid_t pid = 0;
		int status = 0;
		if (fd >= 0 && (write(fd, record, sizeof(record) - 1) < 0 || fdatasync(fd) != 0)) {
			perror("spawn_loop: write");
			return 1;
		}
		int rc = posix_spawnp(&pid, argv[3], NULL, NULL, argv + 3, environ);
		if (rc != 0) {
			fprintf(stderr, "spawn_loop: %s: %s\n", argv[3], strerror(rc));
			return 1;
		}
		if (waitpid(pid, &status, 0) != pid || status != 0) {
			fprintf(stderr, "spawn_loop: %s: wait status %d\n", argv[3], status);
			return 1;
		}
	}
	return 0;
}
