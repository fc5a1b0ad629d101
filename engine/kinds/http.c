/* http: one request and its answer. */
#include "kinds/mock.h"
#include "lang/url.h"

#include <string.h>

static const struct rb_key basic_keys[] = {
    {"user", RB_K_STRING, RB_KEY_REQUIRED | RB_KEY_SECRETS, 0, NULL, NULL, NULL, "user name", "admin",
	"run/http_auth.yaml"},
    {"password", RB_K_STRING, RB_KEY_REQUIRED | RB_KEY_SECRETS, 0, NULL, NULL, NULL,
	"password, from a secret", "${api_password}", "run/http_auth.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_key auth_keys[] = {
    {"basic", RB_K_TABLE, 0, 0, NULL, basic_keys, NULL, "user and password (RFC 7617)",
	"{user: admin, password: \"${api_password}\"}", "run/http_auth.yaml"},
    {"bearer", RB_K_STRING, RB_KEY_SECRETS, 0, NULL, NULL, NULL, "a token (RFC 6750)", "${token}",
	"run/http_auth.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_key tls_keys[] = {
    {"verify", RB_K_FLAG, 0, 0, NULL, NULL, "true", "check the certificate and the name", "false",
	"run/http_tls.yaml"},
    {"ca", RB_K_PATH, 0, 0, NULL, NULL, NULL, "file with the certificates to trust",
	"/etc/ssl/internal-ca.pem", "run/http_tls.yaml"},
    {"cert", RB_K_PATH, 0, 0, NULL, NULL, NULL, "file with the client's certificate", "client.pem",
	"run/http_tls.yaml"},
    {"key", RB_K_PATH, 0, 0, NULL, NULL, NULL, "file with the client's key", "client.key",
	"run/http_tls.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_key keys[] = {
    [RB_ARG_HTTP_URL] = {"url", RB_K_URL, RB_KEY_MAIN | RB_KEY_REQUIRED | RB_KEY_SECRETS, 0, NULL, NULL, NULL,
	"http or https URL; values in it are percent-encoded, but for a url-typed one at its start",
	"${base_url}/health", "run/http.yaml"},
    [RB_ARG_HTTP_METHOD] = {"method", RB_K_WORD, RB_KEY_SUMMED, 0, "GET HEAD OPTIONS POST PUT PATCH DELETE",
	NULL, "GET, or POST with a body", "request method; GET, HEAD and OPTIONS read, the others change",
	"POST", "run/http_method.yaml"},
    [RB_ARG_HTTP_QUERY] = {"query", RB_K_STRING_MAP, RB_KEY_SECRETS | RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"added to the URL, encoded", "{limit: 10}", "run/http_query.yaml"},
    [RB_ARG_HTTP_HEADERS] = {"headers", RB_K_HEADERS, RB_KEY_SECRETS, 0, NULL, NULL, NULL,
	"request headers; a list repeats one; CR, LF and NUL are refused", "{Accept: application/json}",
	"run/http_headers.yaml"},
    [RB_ARG_HTTP_JSON] = {"json", RB_K_JSON, RB_KEY_SECRETS | RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"body as JSON; ${} fills in texts, and a whole ${x} keeps its type",
	"{text: \"down on ${run.host}\"}", "run/http_json.yaml"},
    [RB_ARG_HTTP_FORM] = {"form", RB_K_STRING_MAP, RB_KEY_SECRETS | RB_KEY_SUMMED, 0, NULL, NULL, NULL,
	"body as application/x-www-form-urlencoded", "{grant_type: client_credentials}",
	"run/http_form.yaml"},
    [RB_ARG_HTTP_BODY] = {"body", RB_K_STRING, RB_KEY_SECRETS, 0, NULL, NULL, NULL, "body as text", "ping",
	"run/http_body.yaml"},
    [RB_ARG_HTTP_BODY_FILE] = {"body_file", RB_K_PATH, 0, 0, NULL, NULL, NULL,
	"file to send as the body, up to 16 MiB", "${root}/payload.bin", "run/http_body_file.yaml"},
    [RB_ARG_HTTP_AUTH] = {"auth", RB_K_TABLE, 0, 0, NULL, auth_keys, NULL,
	"credentials; they stay with this origin on redirects", "{bearer: \"${token}\"}",
	"run/http_auth.yaml"},
    [RB_ARG_HTTP_FOLLOW] = {"follow", RB_K_COUNT, 0, 0, NULL, NULL, "0", "how many redirects to follow", "5",
	"run/http_follow.yaml"},
    [RB_ARG_HTTP_TLS] = {"tls", RB_K_TABLE, 0, 0, NULL, tls_keys, NULL,
	"how the server's certificate is checked", "{ca: /etc/ssl/internal-ca.pem}", "run/http_tls.yaml"},
    [RB_ARG_HTTP_UNIX_SOCKET] = {"unix_socket", RB_K_PATH, 0, 0, NULL, NULL, NULL,
	"connect to this socket instead", "/run/docker.sock", "run/http_unix_socket.yaml"},
    [RB_ARG_HTTP_RESOLVE] = {"resolve", RB_K_STRINGS, 0, 0, NULL, NULL, NULL,
	"HOST:PORT:ADDRESS, instead of asking DNS", "[\"api.example:443:127.0.0.1\"]",
	"run/http_resolve.yaml"},
    [RB_ARG_HTTP_PROXY] = {"proxy", RB_K_URL, 0, 0, NULL, NULL, NULL,
	"proxy to use; those of the environment are ignored", "\"http://127.0.0.1:3128\"",
	"run/http_proxy.yaml"},
    [RB_ARG_HTTP_VERSION] = {"http_version", RB_K_WORD, 0, 0, "1.0 1.1 2", NULL, "negotiated",
	"version to use", "\"1.1\"", "run/http_version.yaml"},
    [RB_ARG_HTTP_COMPRESSED] = {"compressed", RB_K_FLAG, 0, 0, NULL, NULL, "false",
	"ask for a compressed answer", "true", "run/http_compressed.yaml"},
    [RB_ARG_HTTP_MAX_BODY] = {"max_body", RB_K_SIZE, 0, 0, NULL, NULL, "64MiB",
	"a longer body (after decompression) is an error", "1MiB", "run/http_max_body.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_member cert_members[] = {
    {RB_STR_INIT("subject"), &rb_types[RB_TEXT], false, "whom it is for"},
    {RB_STR_INIT("issuer"), &rb_types[RB_TEXT], false, "who signed it"},
    {RB_STR_INIT("expires"), &rb_types[RB_TIME], false, "end of its validity"},
    {RB_STR_INIT("valid_for"), &rb_types[RB_DURATION], false,
	"time left until then; negative when it is over"},
};
static const struct rb_type cert_type = {
    RB_RECORD, NULL, sizeof(cert_members) / sizeof(cert_members[0]), cert_members};

static const struct rb_fact_row facts[] = {
    {"status", &rb_types[RB_INT],
	"status code; unset when no answer came, as `headers`, `body`, `json` and `cert` are"},
    {"headers", &rb_types[RB_ANY], "headers by lower-case name; a repeated one is joined by \", \""},
    {"body", &rb_types[RB_TEXT], "the body, up to 1 MiB"},
    {"json", &rb_types[RB_ANY], "the body read as JSON"},
    {"time", &rb_types[RB_DURATION], "from the start of the request to the end of the body"},
    {"url", &rb_types[RB_TEXT], "the URL that answered, after redirects"},
    {"redirect", &rb_types[RB_TEXT], "where the answer sends us, if it does"},
    {"cert", &cert_type, "the server's certificate"},
    {NULL, NULL, NULL},
};

static void
check(const struct rb_expr_ctx *ctx, struct rb_step *step)
{
	static const int bodies[] = {
	    RB_ARG_HTTP_JSON, RB_ARG_HTTP_FORM, RB_ARG_HTTP_BODY, RB_ARG_HTTP_BODY_FILE};
	const struct rb_field *first = NULL, *auth = &step->args[RB_ARG_HTTP_AUTH];

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const struct rb_field *f = &step->args[bodies[i]];

		if (f->node == NULL)
			continue;
		if (first != NULL)
			rb_diag_add(ctx->diags, RB_E_CONFLICT, f->node->span,
			    "a request has one body: `%s` or `%s`", first->key->name, f->key->name);
		first = f;
	}
	if (auth->fields != NULL && (auth->fields[0].node != NULL) == (auth->fields[1].node != NULL))
		rb_diag_add(
		    ctx->diags, RB_E_CONFLICT, auth->node->span, "`auth` is either `basic` or `bearer`");
}

static bool
has_body(const struct rb_step *step)
{
	return step->args[RB_ARG_HTTP_JSON].node != NULL || step->args[RB_ARG_HTTP_FORM].node != NULL ||
	       step->args[RB_ARG_HTTP_BODY].node != NULL || step->args[RB_ARG_HTTP_BODY_FILE].node != NULL;
}

static enum rb_effect
effect_of(const struct rb_step *step)
{
	const struct rb_field *m = &step->args[RB_ARG_HTTP_METHOD];

	if (m->node == NULL)
		return has_body(step) ? RB_CHANGE : RB_READ;
	return rb_str_is(m->value.s, "GET") || rb_str_is(m->value.s, "HEAD") ||
		       rb_str_is(m->value.s, "OPTIONS")
		   ? RB_READ
		   : RB_CHANGE;
}

/* name=value&…, encoded. */
static void
encode_pairs(struct rb_value map, struct rb_buf *out)
{
	struct rb_buf text;

	rb_buf_init(&text, out->alloc, RB_SOURCE_MAX);
	for (size_t i = 0; i < map.map->len; i++) {
		struct rb_value v = map.map->pairs[i].value;

		if (i > 0)
			rb_buf_char(out, '&');
		rb_url_encode(map.map->pairs[i].key, out);
		rb_buf_char(out, '=');
		rb_buf_clear(&text);
		rb_value_show(v, &text);
		if (v.kind == RB_V_UNKNOWN)
			rb_buf_str(out, rb_buf_view(&text)); /* its marker, for eyes */
		else
			rb_url_encode(rb_buf_view(&text), out);
		out->lost += text.lost;
	}
	rb_buf_free(&text);
}

/* What was built, or a reason why the request cannot be made: nothing is sent that was cut. */
static struct rb_value
built(struct rb_request *req, struct rb_eval *ev, const struct rb_buf *b, const char *what)
{
	if (b->lost > 0)
		req->why = rb_v_error(ev->arena, "%s is longer than %zu bytes", what, b->max);
	return rb_v_text(rb_arena_str(ev->arena, rb_buf_view(b)));
}

static void
add_query(struct rb_request *req, struct rb_eval *ev)
{
	struct rb_value *url = &req->values[RB_ARG_HTTP_URL];
	size_t fragment = rb_str_find(url->s, RB_STR("#"), 0);
	struct rb_str head = rb_str_cut(url->s, 0, fragment);
	struct rb_buf b;

	rb_buf_init(&b, ev->arena->alloc, RB_FACT_TEXT_MAX);
	rb_buf_str(&b, head);
	rb_buf_char(&b, rb_str_find(head, RB_STR("?"), 0) == SIZE_MAX ? '?' : '&');
	encode_pairs(req->values[RB_ARG_HTTP_QUERY], &b);
	url->s = built(req, ev, &b, "the URL with its query").s;
	rb_buf_free(&b);
}

static void
set_body(struct rb_request *req, struct rb_eval *ev)
{
	struct rb_value *body = &req->values[RB_ARG_HTTP_BODY];
	struct rb_json j;
	struct rb_buf b;

	rb_buf_init(&b, ev->arena->alloc, RB_SOURCE_MAX);
	if (req->values[RB_ARG_HTTP_FORM].kind == RB_V_MAP) {
		encode_pairs(req->values[RB_ARG_HTTP_FORM], &b);
		*body = built(req, ev, &b, "the form");
	} else if (req->step->args[RB_ARG_HTTP_JSON].node != NULL) {
		rb_json_init(&j, &b);
		rb_value_json(req->values[RB_ARG_HTTP_JSON], &j);
		*body = built(req, ev, &b, "the JSON body");
	}
	rb_buf_free(&b);
}

static int
resolve(struct rb_request *req, struct rb_eval *ev)
{
	struct rb_value *url = &req->values[RB_ARG_HTTP_URL];

	if (req->values[RB_ARG_HTTP_METHOD].kind == RB_V_UNSET)
		req->values[RB_ARG_HTTP_METHOD] =
		    rb_v_text(has_body(req->step) ? RB_STR("POST") : RB_STR("GET"));
	if (url->kind == RB_V_TEXT && !rb_str_starts(url->s, "http://") &&
	    !rb_str_starts(url->s, "https://")) {
		req->why = rb_v_error(
		    ev->arena, "a URL begins with http:// or https://, not `%.*s`", RB_STR_ARG(url->s));
		return -1;
	}
	if (req->values[RB_ARG_HTTP_QUERY].kind == RB_V_MAP &&
	    (url->kind == RB_V_TEXT || url->kind == RB_V_UNKNOWN))
		add_query(req, ev);
	set_body(req, ev);
	return 0;
}

static void
summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_value_show(req->values[RB_ARG_HTTP_METHOD], out);
	rb_buf_char(out, ' ');
	rb_value_show(req->values[RB_ARG_HTTP_URL], out);
}

/* ---- results of tests ---- */

/* Headers by lower-case name, their values as text. */
static struct rb_value
mock_headers(const struct rb_mocked *k, bool json)
{
	struct rb_value given = rb_mocked_get(k, "headers"), headers;
	size_t n = given.kind == RB_V_MAP ? given.map->len : 0, len = 0;
	struct rb_arena *arena = k->m->arena;
	struct rb_vpair *pairs;
	struct rb_buf text;
	bool typed = false;

	headers = rb_v_map(arena, n + 1, &pairs);
	rb_buf_init(&text, arena->alloc, RB_FACT_TEXT_MAX);
	for (; len < n; len++) {
		struct rb_str name = rb_arena_str(arena, given.map->pairs[len].key);

		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] >= 'A' && name.p[i] <= 'Z')
				((char *)(uintptr_t)name.p)[i] = (char)(name.p[i] + ('a' - 'A'));
		}
		rb_buf_clear(&text);
		rb_value_show(given.map->pairs[len].value, &text);
		pairs[len] = (struct rb_vpair){name, rb_v_text(rb_arena_str(arena, rb_buf_view(&text)))};
		typed = typed || rb_str_is(name, "content-type");
	}
	rb_buf_free(&text);
	if (json && !typed)
		pairs[len++] =
		    (struct rb_vpair){RB_STR("content-type"), rb_v_text(RB_STR("application/json"))};
	((struct rb_vmap *)(uintptr_t)headers.map)->len = len;
	return headers;
}

/* The body, and what it is as JSON: one of the two is given, or the body is empty. */
static int
mock_body(struct rb_mocked *k, struct rb_result *res)
{
	struct rb_value json = rb_mocked_get(k, "json");
	struct rb_json j;
	struct rb_buf b;

	if (json.kind == RB_V_UNSET) {
		rb_mocked_add(k, "body", rb_v_text(RB_STR("")));
		rb_mocked_set(k, "json", rb_value_from_json(k->m->arena, rb_mocked_get(k, "body").s));
		return 0;
	}
	if (rb_mocked_has(k, "body"))
		return rb_mocked_refuse(
		    res, k->m->arena, "`json` is the `body` read as JSON: give one of the two");
	rb_buf_init(&b, k->m->arena->alloc, RB_SOURCE_MAX);
	rb_json_init(&j, &b);
	rb_value_json(json, &j);
	rb_mocked_set(k, "body", rb_v_text(rb_arena_str(k->m->arena, rb_buf_view(&b))));
	rb_mocked_set(k, "json", rb_value_from_json(k->m->arena, rb_mocked_get(k, "body").s));
	rb_buf_free(&b);
	return 0;
}

/* Of a certificate's end and the time left until then, one follows from the other. */
static void
mock_cert(struct rb_mocked *k)
{
	struct rb_value cert = rb_mocked_get(k, "cert"), expires, left, whole;
	struct rb_vpair *pairs;
	size_t n;

	if (cert.kind != RB_V_MAP)
		return;
	expires = rb_v_get_c(cert, "expires");
	left = rb_v_get_c(cert, "valid_for");
	if ((expires.kind == RB_V_TIME) == (left.kind == RB_V_DURATION))
		return;
	n = cert.map->len;
	whole = rb_v_map(k->m->arena, n + 1, &pairs);
	memcpy(pairs, cert.map->pairs, n * sizeof(*pairs));
	if (expires.kind == RB_V_TIME)
		pairs[n] =
		    (struct rb_vpair){RB_STR("valid_for"), rb_v_of(RB_V_DURATION, expires.i - k->m->wall)};
	else
		pairs[n] = (struct rb_vpair){
		    RB_STR("expires"), rb_v_of(RB_V_TIME, rb_clock_add(k->m->wall, left.i))};
	rb_mocked_set(k, "cert", whole);
}

static int
mock_refused(struct rb_mocked *k, struct rb_result *res, struct rb_str method, struct rb_str url)
{
	static const char *const answers[] = {"status", "headers", "body", "json", "redirect", "cert"};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (rb_mocked_has(k, answers[i]))
			return rb_mocked_refuse(res, k->m->arena,
			    "a connection that was refused has no answer, and so no `%s`", answers[i]);
	}
	res->ended = RB_ENDED_FAILED;
	res->retriable = true;
	res->reason = rb_arena_fmt(
	    k->m->arena, RB_SAYS_NO_ANSWER, RB_STR_ARG(method), RB_STR_ARG(url), RB_SAYS_REFUSED);
	res->facts = rb_mocked_value(k);
	return 0;
}

static int
mock(const struct rb_mock *m, struct rb_result *res)
{
	struct rb_str method = m->request->values[RB_ARG_HTTP_METHOD].s,
		      url = m->request->values[RB_ARG_HTTP_URL].s;
	struct rb_vpair *pairs;
	struct rb_mocked k;
	bool json;

	if (m->cut)
		return 0; /* of an answer that was not waited for nothing is known */
	rb_mocked_init(&k, m);
	json = rb_mocked_has(&k, "json");
	rb_mocked_add(&k, "time", rb_v_of(RB_V_DURATION, m->takes));
	rb_mocked_add(&k, "url", rb_v_text(url));
	if (rb_mocked_has(&k, "headers") && rb_mocked_get(&k, "headers").kind != RB_V_MAP)
		return rb_mocked_refuse(res, m->arena, "`headers` is a mapping of names to texts");
	if (m->refused)
		return mock_refused(&k, res, method, url);
	if (mock_body(&k, res) < 0)
		return -1;
	rb_mocked_add(&k, "status", rb_v_int(200));
	rb_mocked_set(&k, "headers", mock_headers(&k, json));
	mock_cert(&k);
	res->ended = RB_ENDED_OK;
	res->summary = rb_arena_fmt(m->arena, RB_SAYS_ANSWER, RB_STR_ARG(method), RB_STR_ARG(url),
	    (long long)rb_mocked_get(&k, "status").i);
	res->record = rb_v_map(m->arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("status"), rb_mocked_get(&k, "status")};
	res->excerpt = rb_mocked_tail(rb_mocked_get(&k, "body"));
	res->excerpt_of = "body";
	res->facts = rb_mocked_value(&k);
	return 0;
}

const struct rb_kind rb_kind_http = {
    .name = "http",
    .help = "an HTTP request; passes on a 2xx status unless `expect` says otherwise",
    .example = "http: ${base_url}/health",
    .on = RB_ON_HTTP,
    .traits = RB_KIND_BODY | RB_KIND_CONNECTS,
    .effect = RB_READ,
    .timeout = 10 * RB_SECOND,
    .keys = keys,
    .facts = facts,
    .test = "run/http.yaml",
    .check = check,
    .effect_of = effect_of,
    .resolve = resolve,
    .summary = summary,
    .mock = mock,
};
