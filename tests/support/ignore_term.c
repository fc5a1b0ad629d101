/* A process that does not end on TERM as asked.
 *
 *   ignore_term SECONDS [exit-zero]
 *
 * Says "ready" on stdout, then stays for SECONDS: without the second word it ignores TERM and INT, with it
 * it exits 0 on TERM, which is still a time-out to who sent the TERM. */
#include <signal.h>
#include <string.h>

#include "args.h"

static void
exit_zero(int sig)
{
	(void)sig;
	_exit(0);
}

int
main(int argc, char **argv)
{
	if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "exit-zero") != 0)) {
		fprintf(stderr, "usage: ignore_term SECONDS [exit-zero]\n");
		return 2;
	}
	args_end_after("ignore_term", argv[1]);
	struct sigaction on = {.sa_handler = argc == 3 ? exit_zero : SIG_IGN};
	(void)sigaction(SIGTERM, &on, NULL);
	if (argc == 2)
		(void)sigaction(SIGINT, &on, NULL);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}
