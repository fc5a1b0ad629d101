/* The API that `make demo` breaks and mends: installed as venv/bin/uvicorn of a throwaway folder, it takes
 * uvicorn's command line, says what uvicorn says, and fails as uvicorn fails, so that the very runbook for
 * the real one runs against it, without Python.
 *
 *   uvicorn api.main:app [--host H] [--port P] [--workers N] [--log-level L] [--reload]
 *
 * DEMO_API_SECONDS in the environment makes it end by itself, so that an interrupted demo leaves nothing. */
#include "tiny_http.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MODULE_PATH = 1024, WORKERS_MAX = 64 };

static const struct {
	const char *path, *json;
} routes[] = {
    {"/health", "{\"status\": \"healthy\"}"},
    {"/api/clients/", "[{\"id\": 1, \"name\": \"Acme\"}, {\"id\": 2, \"name\": \"Globex\"}]"},
    {"/api/ml-models/", "[{\"id\": \"churn\", \"version\": \"1.4.0\", \"ready\": true}]"},
    {"/api/status/database", "{\"status\": \"connected\", \"latency_ms\": 2}"},
};

struct settings {
	const char *app, *host, *port;
	bool access_log; /* off from --log-level warning on */
};

static void
answer(void *ctx, const struct tiny_request *q, struct tiny_reply *reply)
{
	const struct settings *set = ctx;
	size_t query = rb_str_find(q->target, RB_STR("?"), 0);
	struct rb_str path = rb_str_cut(q->target, 0, query);
	unsigned status = 404;
	const char *json = "{\"detail\": \"Not Found\"}";
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!rb_str_is(path, routes[i].path))
			continue;
		bool get = rb_str_is(q->method, "GET");
		status = get ? 200 : 405;
		json = get ? routes[i].json : "{\"detail\": \"Method Not Allowed\"}";
	}
	/* As main.py lets the frontend in. */
	reply->header = "access-control-allow-origin: http://localhost:3000";
	tiny_json(reply, status, json);
	if (!set->access_log)
		return;
	printf("INFO:     %s - \"%.*s %.*s HTTP/1.1\" %u %s\n", q->peer, RB_STR_ARG(q->method),
	    RB_STR_ARG(q->target), status, tiny_reason(status));
	fflush(stdout);
}

/* "api.main:app" must be a file ./api/main.py, as uvicorn's import would want it. */
static int
find_module(const char *app)
{
	const char *colon = strchr(app, ':');
	char path[MODULE_PATH];
	if (colon == NULL || colon == app || colon[1] == '\0') {
		fprintf(stderr,
		    "ERROR:    Error loading ASGI app. Import string \"%s\" must be in format "
		    "\"<module>:<attribute>\".\n",
		    app);
		return -1;
	}
	int n = snprintf(path, sizeof(path), "%.*s", (int)(colon - app), app);
	if (n > 0 && (size_t)n < sizeof(path) - 3) {
		for (char *p = path; *p != '\0'; p++)
			*p = *p == '.' ? '/' : *p;
		memcpy(path + n, ".py", sizeof(".py"));
		if (access(path, R_OK) == 0)
			return 0;
	}
	fprintf(stderr, "ERROR:    Error loading ASGI app. Could not import module \"%.*s\".\n",
	    (int)(colon - app), app);
	return -1;
}

/* A decimal in [min, max], or exits with uvicorn's usage error. */
static int64_t
number(const char *option, const char *text, int64_t min, int64_t max)
{
	int64_t v = 0;
	if (rb_str_int(rb_str_c(text), &v) == 0 && v >= min && v <= max)
		return v;
	fprintf(stderr, "Error: Invalid value for '%s': '%s' is not a valid integer in %lld..%lld.\n", option,
	    text, (long long)min, (long long)max);
	exit(2);
}

static void
usage(FILE *to)
{
	fprintf(to, "Usage: uvicorn [OPTIONS] APP\n\n"
		    "  --host TEXT        default 127.0.0.1\n"
		    "  --port INTEGER     default 8000\n"
		    "  --workers INTEGER  accepted; there is always one\n"
		    "  --log-level TEXT   critical, error, warning: without access log\n"
		    "  --reload           accepted; nothing is watched\n");
}

static void
parse(int argc, char **argv, struct settings *set)
{
	static const struct option options[] = {
	    {"host", required_argument, NULL, 'h'},
	    {"port", required_argument, NULL, 'p'},
	    {"workers", required_argument, NULL, 'w'},
	    {"log-level", required_argument, NULL, 'l'},
	    {"reload", no_argument, NULL, 'r'},
	    {"help", no_argument, NULL, 'H'},
	    {NULL, 0, NULL, 0},
	};
	for (int c = getopt_long(argc, argv, "", options, NULL); c != -1;
	     c = getopt_long(argc, argv, "", options, NULL)) {
		if (c == 'h')
			set->host = optarg;
		else if (c == 'p') {
			(void)number("--port", optarg, 0, 65535);
			set->port = optarg;
		} else if (c == 'w')
			(void)number("--workers", optarg, 1, WORKERS_MAX);
		else if (c == 'l')
			set->access_log = strcmp(optarg, "critical") != 0 && strcmp(optarg, "error") != 0 &&
					  strcmp(optarg, "warning") != 0;
		else if (c == 'H') {
			usage(stdout);
			exit(0);
		} else if (c == '?') {
			usage(stderr);
			exit(2);
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "Error: Missing argument 'APP'.\n");
		exit(2);
	}
	set->app = argv[optind];
}

int
main(int argc, char **argv)
{
	struct settings set = {.host = "127.0.0.1", .port = "8000", .access_log = true};
	parse(argc, argv, &set);
	struct tiny_server server = {.until = RB_NEVER, .answer = answer, .ctx = &set};
	const char *seconds = getenv("DEMO_API_SECONDS");
	if (seconds != NULL)
		server.until = rb_clock_mono() + number("DEMO_API_SECONDS", seconds, 1, 86400) * RB_SECOND;

	int pid = (int)getpid();
	fprintf(stderr, "INFO:     Started server process [%d]\n", pid);
	if (find_module(set.app) != 0)
		return 1;
	fprintf(stderr, "INFO:     Waiting for application startup.\n"
			"INFO:     Application startup complete.\n");
	char error[TINY_ERROR];
	server.listener = tiny_listen(set.host, set.port, error);
	if (server.listener < 0) {
		if (errno == EADDRINUSE)
			fprintf(stderr,
			    "ERROR:    [Errno %d] error while attempting to bind on address ('%s', %s): "
			    "address already in use\n",
			    EADDRINUSE, set.host, set.port);
		else
			fprintf(stderr, "ERROR:    %s\n", error);
		fprintf(stderr, "INFO:     Waiting for application shutdown.\n"
				"INFO:     Application shutdown complete.\n");
		return 1;
	}
	fprintf(stderr, "INFO:     Uvicorn running on http://%s:%u (Press CTRL+C to quit)\n", set.host,
	    tiny_port(server.listener));
	int rc = tiny_serve(&server);
	if (rc != 0)
		fprintf(stderr, "ERROR:    %s\n", strerror(errno));
	fprintf(stderr,
	    "INFO:     Shutting down\n"
	    "INFO:     Waiting for application shutdown.\n"
	    "INFO:     Application shutdown complete.\n"
	    "INFO:     Finished server process [%d]\n",
	    pid);
	return rc == 0 ? 0 : 1;
}
