/* A command that ends at once and leaves a daemon behind, which holds stdout and stderr open.
 *
 *   daemon_holding_stdout SECONDS [chatter]
 *
 * Prints "daemon PID" and exits 0. The daemon has a session of its own and stays for SECONDS; with `chatter`
 * it goes on writing a line each 50 ms, and so dies of SIGPIPE if nobody holds the other end any more. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "args.h"

static void
stay(bool chatter)
{
	for (unsigned n = 1;; n++) {
		if (!chatter) {
			pause();
			continue;
		}
		printf("line %u\n", n);
		fflush(stdout);
		struct timespec t = {.tv_nsec = 50000000L};
		(void)nanosleep(&t, NULL);
	}
}

int
main(int argc, char **argv)
{
	if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "chatter") != 0)) {
		fprintf(stderr, "usage: daemon_holding_stdout SECONDS [chatter]\n");
		return 2;
	}
	pid_t pid = fork();
	if (pid < 0) {
		perror("daemon_holding_stdout: fork");
		return 1;
	}
	if (pid == 0) {
		(void)setsid();
		args_end_after("daemon_holding_stdout", argv[1]);
		stay(argc == 3);
	}
	printf("daemon %d\n", (int)pid);
	return 0;
}
