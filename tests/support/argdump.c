/* Prints how it was started, as one line of JSON: argv and environment byte for byte, working directory, ids,
 * open descriptors, and the signals that are ignored or blocked. What a shell or a careless spawner would
 * have changed on the way shows here. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "args.h"
#include "base/json.h"

enum { OUTPUT_MAX = 64 << 20 };

static void
put_descriptors(struct rb_json *j)
{
	rb_json_key(j, "fds");
	rb_json_open(j, '[');
	DIR *d = opendir("/proc/self/fd");
	int64_t fd = 0;
	for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
		if (rb_str_int(rb_str_c(e->d_name), &fd) == 0 && fd != dirfd(d))
			rb_json_int(j, fd);
	}
	if (d != NULL)
		closedir(d);
	rb_json_close(j, ']');
}

static void
put_signals(struct rb_json *j)
{
	sigset_t blocked;
	sigemptyset(&blocked);
	(void)sigprocmask(SIG_BLOCK, NULL, &blocked);
	rb_json_key(j, "blocked");
	rb_json_open(j, '[');
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigismember(&blocked, sig) == 1)
			rb_json_int(j, sig);
	}
	rb_json_close(j, ']');
	rb_json_key(j, "ignored");
	rb_json_open(j, '[');
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction now = {0};
		if (sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			rb_json_int(j, sig);
	}
	rb_json_close(j, ']');
}

/* NAME=value pairs as an object; where a name comes twice, both are written: that is a finding, too. */
static void
put_environment(struct rb_json *j)
{
	rb_json_key(j, "env");
	rb_json_open(j, '{');
	for (char **e = environ; *e != NULL; e++) {
		struct rb_str pair = rb_str_c(*e);
		size_t equals = rb_str_find(pair, RB_STR("="), 0);
		rb_json_key_str(j, rb_str_cut(pair, 0, equals));
		rb_json_bytes(j, equals == SIZE_MAX ? RB_STR("") : rb_str_cut(pair, equals + 1, pair.n));
	}
	rb_json_close(j, '}');
}

int
main(int argc, char **argv)
{
	struct rb_buf out;
	struct rb_json j;
	rb_buf_init(&out, NULL, OUTPUT_MAX);
	rb_json_init(&j, &out);
	rb_json_open(&j, '{');
	rb_json_key(&j, "argv");
	rb_json_open(&j, '[');
	for (int i = 0; i < argc; i++)
		rb_json_bytes(&j, rb_str_c(argv[i]));
	rb_json_close(&j, ']');
	put_environment(&j);
	char cwd[PATH_MAX];
	rb_json_key(&j, "cwd");
	rb_json_bytes(&j, rb_str_c(getcwd(cwd, sizeof(cwd))));
	rb_json_key(&j, "pid");
	rb_json_int(&j, getpid());
	rb_json_key(&j, "pgid");
	rb_json_int(&j, getpgrp());
	rb_json_key(&j, "sid");
	rb_json_int(&j, getsid(0));
	put_descriptors(&j);
	put_signals(&j);
	rb_json_close(&j, '}');
	rb_buf_char(&out, '\n');
	bool whole = out.lost == 0 && fwrite(out.p, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
	rb_buf_free(&out);
	if (!whole)
		fprintf(stderr, "argdump: could not write all of it: %s\n", strerror(errno));
	return whole ? 0 : 1;
}
