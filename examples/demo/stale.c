/* The process in the API's way: an old worker that still holds the port and gives no useful answer.
 *
 *   stale PORT MODE SECONDS PORT_FILE
 *
 * MODE is `silent` (accepts, never answers) or `error` (503 to everything). Listens on 127.0.0.1; where PORT
 * is taken, on one that the kernel chooses. PORT_FILE gets the port once it listens. Ends after SECONDS. */
#include "tiny_http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_MAX = 3600 };

static void
answer(void *ctx, const struct tiny_request *q, struct tiny_reply *reply)
{
	const bool *silent = ctx;
	(void)q;
	if (*silent)
		reply->end = TINY_HOLD;
	else
		tiny_json(reply, 503, "{\"detail\": \"worker is shutting down\"}");
}

int
main(int argc, char **argv)
{
	int64_t seconds = 0;
	bool silent = argc == 5 && strcmp(argv[2], "silent") == 0;
	if (argc != 5 || (!silent && strcmp(argv[2], "error") != 0) ||
	    rb_str_int(rb_str_c(argv[3]), &seconds) != 0 || seconds < 1 || seconds > SECONDS_MAX) {
		fprintf(stderr, "usage: stale PORT silent|error SECONDS PORT_FILE\n");
		return 2;
	}
	char error[TINY_ERROR];
	struct tiny_server server = {
	    .until = rb_clock_mono() + seconds * RB_SECOND,
	    .answer = answer,
	    .ctx = &silent,
	    .listener = tiny_listen("127.0.0.1", argv[1], error),
	};
	if (server.listener < 0 && errno == EADDRINUSE)
		server.listener = tiny_listen("127.0.0.1", "0", error);
	if (server.listener < 0) {
		fprintf(stderr, "stale: %s\n", error);
		return 1;
	}
	if (tiny_write_port(argv[4], tiny_port(server.listener)) != 0) {
		fprintf(stderr, "stale: %s: %s\n", argv[4], strerror(errno));
		return 1;
	}
	if (tiny_serve(&server) != 0) {
		fprintf(stderr, "stale: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
