/* Runs a command and writes to FILE how many KiB of memory it had at most, itself and not its children. Ends
 * as the command does: with its exit status, or by its signal.
 *
 *   maxrss FILE COMMAND ARGUMENT… */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "args.h"

int
main(int argc, char **argv)
{
	struct rusage usage;
	int status = 0;
	FILE *f;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: maxrss FILE COMMAND [ARGUMENT...]\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "maxrss: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("maxrss");
		return 2;
	}
	f = fopen(argv[1], "we");
	if (f == NULL || fprintf(f, "%ld\n", usage.ru_maxrss) < 0 || fclose(f) != 0) {
		perror(argv[1]);
		return 2;
	}
	if (WIFSIGNALED(status))
		(void)raise(WTERMSIG(status));
	return WEXITSTATUS(status);
}
