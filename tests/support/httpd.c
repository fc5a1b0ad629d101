/* An HTTP server for tests: says what it is told to, also what no good server would say.
 *
 *   httpd PORT SECONDS PORT_FILE LOG|- ROUTE…
 *
 * A route is a path and the words after it, up to the next word that starts with "/":
 *
 *   status=N  header=NAME: VALUE  body=TEXT  file=PATH (as the body)  echo (the request, as JSON, as the
 * body) bytes=N (so many 'x' after the body)  length=N (announced, whatever is true)  headers=N (so many
 * more) raw=TEXT (in place of status line, headers and body)  silent (not a byte) delay=MS  drip=BYTES/MS
 * then=close|hold|reset  method=M  times=N (then the next route of that path)
 *
 * A request takes the first route with its path (less the query) and its method that has times left; none:
 * 404. `drip` is of all that goes out, headers too. LOG gets one line of JSON for each request, as `echo`
 * answers it. Listens on 127.0.0.1; ends by TERM, or after SECONDS. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "args.h"
#include "base/json.h"
#include "tiny_http.h"

enum { ROUTES_MAX = 64, HEADERS_MAX = 16, STATUS_DEFAULT = 200, MS_MAX = 600000 };

struct route {
	const char *path, *method, *body, *file, *raw;
	const char *headers[HEADERS_MAX];
	size_t header_count;
	unsigned status;
	int64_t bytes, length, more_headers, delay_ms, drip, drip_ms;
	int64_t times; /* left; -1: for ever */
	enum tiny_end then;
	bool echo, silent;
};

struct site {
	struct route routes[ROUTES_MAX];
	size_t count;
	int log; /* -1: none */
};

/* The value in "name=value", or NULL if `word` is another one. */
static const char *
value_of(const char *word, const char *name)
{
	size_t n = strlen(name);
	return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static int64_t
count_of(const char *text)
{
	return args_number("httpd", text, 0, INT64_MAX / 2);
}

static int
parse_drip(struct route *r, const char *text)
{
	const char *slash = strchr(text, '/');
	if (slash == NULL)
		return -1;
	struct rb_str bytes = {text, (size_t)(slash - text)};
	if (rb_str_int(bytes, &r->drip) != 0 || r->drip < 1)
		return -1;
	r->drip_ms = args_number("httpd", slash + 1, 1, MS_MAX);
	return 0;
}

static int
parse_then(struct route *r, const char *text)
{
	static const char *const ends[] = {
	    [TINY_CLOSE] = "close", [TINY_HOLD] = "hold", [TINY_RESET] = "reset"};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (strcmp(text, ends[i]) == 0) {
			r->then = (enum tiny_end)i;
			return 0;
		}
	}
	return -1;
}

/* Takes one word of a route; -1 if it is none. */
static int
parse_word(struct route *r, const char *word)
{
	const struct {
		const char *name;
		const char **text;
		int64_t *number;
	} keys[] = {
	    {"method", &r->method, NULL},
	    {"body", &r->body, NULL},
	    {"file", &r->file, NULL},
	    {"raw", &r->raw, NULL},
	    {"bytes", NULL, &r->bytes},
	    {"length", NULL, &r->length},
	    {"headers", NULL, &r->more_headers},
	    {"times", NULL, &r->times},
	};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = value_of(word, keys[i].name);
		if (value == NULL)
			continue;
		if (keys[i].text != NULL)
			*keys[i].text = value;
		else
			*keys[i].number = count_of(value);
		return 0;
	}
	const char *value = value_of(word, "header");
	if (value != NULL && r->header_count < HEADERS_MAX) {
		r->headers[r->header_count++] = value;
		return 0;
	}
	value = value_of(word, "status");
	if (value != NULL) {
		r->status = (unsigned)args_number("httpd", value, 100, 999);
		return 0;
	}
	value = value_of(word, "delay");
	if (value != NULL) {
		r->delay_ms = args_number("httpd", value, 0, MS_MAX);
		return 0;
	}
	value = value_of(word, "drip");
	if (value != NULL)
		return parse_drip(r, value);
	value = value_of(word, "then");
	if (value != NULL)
		return parse_then(r, value);
	r->echo = r->echo || strcmp(word, "echo") == 0;
	r->silent = r->silent || strcmp(word, "silent") == 0;
	return strcmp(word, "echo") == 0 || strcmp(word, "silent") == 0 ? 0 : -1;
}

static int
parse_site(struct site *site, char **words)
{
	for (; *words != NULL; words++) {
		if (**words == '/' && site->count < ROUTES_MAX) {
			site->routes[site->count++] = (struct route){
			    .path = *words, .status = STATUS_DEFAULT, .length = -1, .times = -1};
		} else if (site->count == 0 || parse_word(&site->routes[site->count - 1], *words) != 0) {
			fprintf(stderr, "httpd: not a word of a route: %s\n", *words);
			return -1;
		}
	}
	return 0;
}

/* Writes the request as one JSON object: method, target, headers as an array of lines, body. */
static void
describe(struct rb_buf *out, const struct tiny_request *q)
{
	struct rb_json j;
	rb_json_init(&j, out);
	rb_json_open(&j, '{');
	rb_json_key(&j, "method");
	rb_json_bytes(&j, q->method);
	rb_json_key(&j, "target");
	rb_json_bytes(&j, q->target);
	rb_json_key(&j, "headers");
	rb_json_open(&j, '[');
	for (size_t at = 0; at < q->head.n;) {
		size_t end = rb_str_find(q->head, RB_STR("\r\n"), at);
		rb_json_bytes(&j, rb_str_cut(q->head, at, end));
		at = end == SIZE_MAX ? q->head.n : end + 2;
	}
	rb_json_close(&j, ']');
	rb_json_key(&j, "body");
	rb_json_bytes(&j, q->body);
	rb_json_close(&j, '}');
}

static int
read_file(struct rb_buf *out, const char *path)
{
	char chunk[16384];
	FILE *f = fopen(path, "rbe");
	if (f == NULL)
		return -1;
	for (size_t n = fread(chunk, 1, sizeof(chunk), f); n > 0; n = fread(chunk, 1, sizeof(chunk), f))
		rb_buf_add(out, chunk, n);
	int rc = ferror(f) ? -1 : 0;
	fclose(f);
	return rc;
}

static void
compose(const struct route *r, struct rb_str body, struct tiny_reply *reply)
{
	struct rb_buf *out = &reply->bytes;
	int64_t length = r->length >= 0 ? r->length : (int64_t)body.n + r->bytes;
	rb_buf_fmt(out, "HTTP/1.1 %u %s\r\nconnection: close\r\n", r->status, tiny_reason(r->status));
	for (size_t i = 0; i < r->header_count; i++)
		rb_buf_fmt(out, "%s\r\n", r->headers[i]);
	for (int64_t i = 0; i < r->more_headers; i++)
		rb_buf_fmt(out, "x-header-%lld: %lld\r\n", (long long)i, (long long)i);
	rb_buf_fmt(out, "content-length: %lld\r\n\r\n", (long long)length);
	rb_buf_str(out, body);
	reply->filler = (uint64_t)r->bytes;
}

static struct route *
find_route(struct site *site, const struct tiny_request *q)
{
	struct rb_str path = rb_str_cut(q->target, 0, rb_str_find(q->target, RB_STR("?"), 0));
	for (size_t i = 0; i < site->count; i++) {
		struct route *r = &site->routes[i];
		if (rb_str_is(path, r->path) && r->times != 0 &&
		    (r->method == NULL || rb_str_is(q->method, r->method)))
			return r;
	}
	return NULL;
}

static void
answer(void *ctx, const struct tiny_request *q, struct tiny_reply *reply)
{
	struct site *site = ctx;
	struct rb_buf seen, body;
	rb_buf_init(&seen, NULL, TINY_REPLY_MAX);
	rb_buf_init(&body, NULL, TINY_REPLY_MAX);
	describe(&seen, q);
	struct route *r = find_route(site, q);
	if (r == NULL)
		tiny_json(reply, 404, "{\"detail\": \"no such route\"}");
	else {
		r->times -= r->times > 0 ? 1 : 0;
		reply->delay = r->delay_ms * RB_MS;
		reply->drip = (size_t)r->drip;
		reply->drip_every = r->drip_ms * RB_MS;
		reply->end = r->silent ? TINY_HOLD : r->then;
		if (r->echo)
			rb_buf_str(&body, rb_buf_view(&seen));
		else if (r->file != NULL && read_file(&body, r->file) != 0)
			fprintf(stderr, "httpd: %s: %s\n", r->file, strerror(errno));
		else if (r->body != NULL)
			rb_buf_c(&body, r->body);
		if (r->raw != NULL)
			rb_buf_c(&reply->bytes, r->raw);
		else if (!r->silent)
			compose(r, rb_buf_view(&body), reply);
	}
	rb_buf_char(&seen, '\n');
	if (site->log >= 0 && write(site->log, seen.p, seen.len) != (ssize_t)seen.len)
		perror("httpd: the log");
	rb_buf_free(&seen);
	rb_buf_free(&body);
}

int
main(int argc, char **argv)
{
	struct site site = {.log = -1};
	if (argc < 6 || parse_site(&site, argv + 5) != 0) {
		fprintf(stderr, "usage: httpd PORT SECONDS PORT_FILE LOG|- /PATH [WORD...]...\n");
		return 2;
	}
	int64_t seconds = args_number("httpd", argv[2], 1, ARGS_SECONDS_MAX);
	if (strcmp(argv[4], "-") != 0) {
		site.log = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (site.log < 0) {
			fprintf(stderr, "httpd: %s: %s\n", argv[4], strerror(errno));
			return 1;
		}
	}
	char error[TINY_ERROR];
	struct tiny_server server = {
	    .listener = tiny_listen("127.0.0.1", argv[1], error),
	    .until = rb_clock_mono() + seconds * RB_SECOND,
	    .answer = answer,
	    .ctx = &site,
	};
	if (server.listener < 0) {
		fprintf(stderr, "httpd: %s\n", error);
		return 1;
	}
	if (tiny_write_port(argv[3], tiny_port(server.listener)) != 0 || tiny_serve(&server) != 0) {
		perror("httpd");
		return 1;
	}
	return 0;
}
