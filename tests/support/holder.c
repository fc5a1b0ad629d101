/* Holds a TCP port of 127.0.0.1 and never accepts.
 *
 *   holder PORT SECONDS PORT_FILE [WORKERS] [ignore-term]
 *
 * PORT 0: the kernel chooses. PORT_FILE gets the port once it listens. WORKERS (default 0) children share the
 * socket, as those of a pre-forking server do. With ignore-term only KILL ends it before SECONDS do. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "args.h"
#include "tiny_http.h"

enum { WORKERS_MAX = 16 };

int
main(int argc, char **argv)
{
	if (argc < 4 || argc > 6 || (argc == 6 && strcmp(argv[5], "ignore-term") != 0)) {
		fprintf(stderr, "usage: holder PORT SECONDS PORT_FILE [WORKERS] [ignore-term]\n");
		return 2;
	}
	int64_t workers = argc > 4 ? args_number("holder", argv[4], 0, WORKERS_MAX) : 0;
	args_end_after("holder", argv[2]);
	if (argc == 6)
		(void)signal(SIGTERM, SIG_IGN);
	char error[TINY_ERROR];
	int fd = tiny_listen("127.0.0.1", argv[1], error);
	if (fd < 0) {
		fprintf(stderr, "holder: %s\n", error);
		return 1;
	}
	for (int64_t i = 0; i < workers; i++) {
		pid_t pid = fork();
		if (pid < 0) {
			perror("holder: fork");
			return 1;
		}
		if (pid == 0) {
			/* KILL, not TERM: with ignore-term the end of the parent must still end them. */
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			args_end_after("holder", argv[2]);
			for (;;)
				pause();
		}
	}
	if (tiny_write_port(argv[3], tiny_port(fd)) != 0) {
		perror("holder: the port file");
		return 1;
	}
	for (;;)
		pause();
}
