/* http for real: a request to libcurl, and its answer as facts. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/collect.h"
#include "kinds/words.h"

struct transfer {
	struct rb_job *job;
	struct rb_http *http;
	struct rb_collect *collect;
	struct rb_http_request req;
	struct rb_http_header *headers;
	size_t nheaders;
};

static void
on_body(void *ctx, struct rb_str bytes)
{
	struct transfer *t = ctx;

	rb_collect_bytes(t->collect, 0, bytes);
}

/* headers by lower-case name, repeated ones joined (RFC 9110, 5.3). */
static struct rb_value
headers_value(struct rb_job *job, const struct rb_http_result *r)
{
	struct rb_facts f;

	rb_facts_init(&f, job->arena, r->nheaders);
	for (size_t i = 0; i < r->nheaders; i++) {
		struct rb_str name = rb_arena_str(job->arena, r->headers[i].name);
		struct rb_str value = rb_arena_str(job->arena, r->headers[i].value);
		size_t at = 0;

		for (size_t k = 0; k < name.n; k++) {
			if (name.p[k] >= 'A' && name.p[k] <= 'Z')
				((char *)(uintptr_t)name.p)[k] = (char)(name.p[k] + ('a' - 'A'));
		}
		while (at < f.len && !rb_str_eq(f.pairs[at].key, name))
			at++;
		if (at == f.len)
			rb_facts_add_str(&f, name, rb_v_text(value));
		else
			f.pairs[at].value = rb_v_text(rb_arena_fmt(
			    job->arena, "%.*s, %.*s", RB_STR_ARG(f.pairs[at].value.s), RB_STR_ARG(value)));
	}
	return rb_facts_value(&f);
}

/* Those that the runbook reads: the others may hold what nobody declared to be secret. */
static struct rb_value
read_headers(struct rb_job *job, struct rb_value all)
{
	const struct rb_step *step = job->at->step;
	struct rb_facts f;

	rb_facts_init(&f, job->arena, all.map->len);
	for (size_t i = 0; i < all.map->len && !rb_step_keeps_secret(step); i++) {
		if (rb_step_reads_header(step, all.map->pairs[i].key))
			rb_facts_add_str(&f, all.map->pairs[i].key, all.map->pairs[i].value);
	}
	return rb_facts_value(&f);
}

static struct rb_value
cert_value(struct rb_job *job, const struct rb_http_cert *c)
{
	struct rb_facts f;
	/* Certificates that are never to end have dates past what 64 bits of nanoseconds hold (RFC
	 * 5280, 4.1.2.5). */
	int64_t expires = c->not_after < RB_NEVER / RB_SECOND ? c->not_after * RB_SECOND : RB_NEVER;

	rb_facts_init(&f, job->arena, 4);
	rb_facts_add(&f, "subject", rb_v_text(rb_arena_str(job->arena, c->subject)));
	rb_facts_add(&f, "issuer", rb_v_text(rb_arena_str(job->arena, c->issuer)));
	if (c->not_after != 0) {
		rb_facts_add(&f, "expires", rb_v_of(RB_V_TIME, expires));
		rb_facts_add(&f, "valid_for", rb_v_of(RB_V_DURATION, expires - rb_clock_wall()));
	}
	return rb_facts_value(&f);
}

/* Errors of the request itself, or of what this host lacks, could not be judged; all others are what was
 * asked. */
static enum rb_ended
ended_by(enum rb_http_error error)
{
	switch (error) {
	case RB_HTTP_OK:
		return RB_ENDED_OK;
	case RB_HTTP_INVALID:
	case RB_HTTP_UNAVAILABLE:
	case RB_HTTP_TOO_LARGE:
	case RB_HTTP_OTHER:
		return RB_ENDED_ERROR;
	default:
		return RB_ENDED_FAILED;
	}
}

static void
on_done(void *ctx, const struct rb_http_result *r)
{
	struct transfer *t = ctx;
	struct rb_job *job = t->job;
	struct rb_value headers;
	struct rb_facts f, record;

	t->http = NULL;
	rb_collect_end(t->collect);
	rb_facts_init(&f, job->arena, 10 + job->at->step->nmatches);
	rb_facts_init(&record, job->arena, 2);
	if (r->status != 0) {
		headers = headers_value(job, r);
		rb_facts_add(&f, "status", rb_v_int(r->status));
		rb_facts_add(&f, "headers", headers);
		rb_facts_add(&record, "status", rb_v_int(r->status));
		headers = read_headers(job, headers);
		if (headers.map->len > 0)
			rb_facts_add(&record, "answer_headers", headers);
	}
	rb_facts_add(&f, "time", rb_v_of(RB_V_DURATION, r->time.total));
	rb_facts_add(&f, "url", rb_v_text(rb_arena_str(job->arena, r->url)));
	if (r->location.n > 0)
		rb_facts_add(&f, "redirect", rb_v_text(rb_arena_str(job->arena, r->location)));
	if (r->cert.known)
		rb_facts_add(&f, "cert", cert_value(job, &r->cert));
	rb_collect_facts(t->collect, r->status != 0, &f);
	rb_collect_excerpt(t->collect, &job->res);
	job->res.facts = rb_facts_value(&f);
	job->res.record = rb_facts_value(&record);
	job->res.retriable = r->error == RB_HTTP_REFUSED || r->error == RB_HTTP_RESOLVE;
	job->res.nowhere = r->error == RB_HTTP_RESOLVE;
	if (r->status != 0)
		job->res.summary = rb_arena_fmt(job->arena, RB_SAYS_ANSWER, RB_STR_ARG(t->req.method),
		    RB_STR_ARG(t->req.url), (long long)r->status);
	if (r->error == RB_HTTP_OK)
		rb_job_done(job, RB_ENDED_OK, RB_STR(""));
	else
		rb_job_done(job, ended_by(r->error),
		    rb_arena_fmt(job->arena, RB_SAYS_NO_ANSWER, RB_STR_ARG(t->req.method),
			RB_STR_ARG(t->req.url), r->text));
}

static void
cancel(struct rb_job *job, enum rb_cancel why)
{
	struct transfer *t = job->state;

	(void)why;
	rb_http_cancel(t->http);
	t->http = NULL;
	rb_collect_end(t->collect);
	rb_job_done(job, RB_ENDED_CANCELLED, RB_STR(RB_SAYS_ENDED));
}

static void
add_header(struct transfer *t, struct rb_str name, struct rb_str value)
{
	t->headers[t->nheaders++] = (struct rb_http_header){name, value};
}

static bool
has_header(const struct transfer *t, const char *name)
{
	for (size_t i = 0; i < t->nheaders; i++) {
		if (t->headers[i].name.n == strlen(name) &&
		    strncasecmp(t->headers[i].name.p, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

static void
set_headers(struct transfer *t)
{
	struct rb_value map = rb_job_value(t->job, RB_ARG_HTTP_HEADERS);
	size_t n = 1;

	for (size_t i = 0; map.kind == RB_V_MAP && i < map.map->len; i++)
		n += map.map->pairs[i].value.kind == RB_V_LIST ? map.map->pairs[i].value.list->len : 1;
	t->headers = RB_ARRAY(t->job->arena, struct rb_http_header, n);
	for (size_t i = 0; map.kind == RB_V_MAP && i < map.map->len; i++) {
		const struct rb_vpair *pair = &map.map->pairs[i];

		if (pair->value.kind == RB_V_LIST) {
			for (size_t k = 0; k < pair->value.list->len; k++)
				add_header(t, pair->key, pair->value.list->items[k].s);
		} else {
			add_header(t, pair->key, pair->value.s);
		}
	}
	if (rb_job_value(t->job, RB_ARG_HTTP_JSON).kind != RB_V_UNSET && !has_header(t, "Content-Type"))
		add_header(t, RB_STR("Content-Type"), RB_STR("application/json"));
	else if (rb_job_value(t->job, RB_ARG_HTTP_FORM).kind != RB_V_UNSET && !has_header(t, "Content-Type"))
		add_header(t, RB_STR("Content-Type"), RB_STR("application/x-www-form-urlencoded"));
	t->req.headers = t->headers;
	t->req.nheaders = t->nheaders;
}

static int
set_body(struct transfer *t, struct rb_str *why)
{
	struct rb_value body = rb_job_value(t->job, RB_ARG_HTTP_BODY),
			file = rb_job_value(t->job, RB_ARG_HTTP_BODY_FILE);
	const struct rb_source *src;

	if (body.kind == RB_V_TEXT) {
		t->req.has_body = true;
		t->req.body = body.s;
	} else if (file.kind == RB_V_TEXT) {
		src = rb_source_load(t->job->arena, rb_job_path(t->job, file.s), why);
		if (src == NULL)
			return -1;
		t->req.has_body = true;
		t->req.body = src->bytes;
	}
	return 0;
}

static void
set_auth(struct transfer *t)
{
	struct rb_value auth = rb_job_value(t->job, RB_ARG_HTTP_AUTH), basic, bearer;

	if (auth.kind != RB_V_MAP)
		return;
	basic = rb_v_get_c(auth, "basic");
	bearer = rb_v_get_c(auth, "bearer");
	if (basic.kind == RB_V_MAP) {
		t->req.auth = RB_HTTP_BASIC;
		t->req.user = rb_v_get_c(basic, "user").s;
		t->req.secret = rb_v_get_c(basic, "password").s;
	} else if (bearer.kind == RB_V_TEXT) {
		t->req.auth = RB_HTTP_BEARER;
		t->req.secret = bearer.s;
	}
}

static struct rb_str
path_of(struct transfer *t, struct rb_value v)
{
	return v.kind == RB_V_TEXT ? rb_str_c(rb_job_path(t->job, v.s)) : RB_STR("");
}

/* libcurl opens these on the thread of the loop, where a pipe without a writer would hold up all of the run,
 * its time limits and signals too. */
static int
set_tls(struct transfer *t, struct rb_str *why)
{
	struct rb_value tls = rb_job_value(t->job, RB_ARG_HTTP_TLS), verify;
	const struct rb_str *files[] = {&t->req.tls.ca_file, &t->req.tls.cert_file, &t->req.tls.key_file};

	if (tls.kind != RB_V_MAP)
		return 0;
	verify = rb_v_get_c(tls, "verify");
	t->req.tls.insecure = verify.kind == RB_V_BOOL && !verify.b;
	t->req.tls.ca_file = path_of(t, rb_v_get_c(tls, "ca"));
	t->req.tls.cert_file = path_of(t, rb_v_get_c(tls, "cert"));
	t->req.tls.key_file = path_of(t, rb_v_get_c(tls, "key"));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (files[i]->n > 0 && rb_source_regular(t->job->arena, files[i]->p, why) < 0)
			return -1;
	}
	return 0;
}

static void
set_connection(struct transfer *t)
{
	struct rb_value resolve = rb_job_value(t->job, RB_ARG_HTTP_RESOLVE),
			follow = rb_job_value(t->job, RB_ARG_HTTP_FOLLOW),
			compressed = rb_job_value(t->job, RB_ARG_HTTP_COMPRESSED),
			max = rb_job_value(t->job, RB_ARG_HTTP_MAX_BODY);
	struct rb_str version = rb_job_text(t->job, RB_ARG_HTTP_VERSION);

	t->req.unix_socket = path_of(t, rb_job_value(t->job, RB_ARG_HTTP_UNIX_SOCKET));
	t->req.proxy = rb_job_text(t->job, RB_ARG_HTTP_PROXY);
	t->req.follow = follow.kind == RB_V_INT ? (unsigned)follow.i : 0;
	t->req.compressed = compressed.kind == RB_V_BOOL && compressed.b;
	t->req.max_body = max.kind == RB_V_SIZE ? (uint64_t)max.i : RB_HTTP_BODY;
	t->req.version = rb_str_is(version, "1.0")   ? RB_HTTP_1_0
			 : rb_str_is(version, "1.1") ? RB_HTTP_1_1
			 : rb_str_is(version, "2")   ? RB_HTTP_2
						     : RB_HTTP_ANY;
	if (resolve.kind == RB_V_LIST) {
		struct rb_str *list = RB_ARRAY(t->job->arena, struct rb_str, resolve.list->len);

		for (size_t i = 0; i < resolve.list->len; i++)
			list[i] = resolve.list->items[i].s;
		t->req.resolve = list;
		t->req.nresolve = resolve.list->len;
	}
}

static void
start(struct rb_job *job)
{
	struct transfer *t = rb_alloc_zero(job->x->opt.alloc, 1, sizeof(*t));
	const struct rb_http_handler handler = {t, on_body, on_done};
	struct rb_str why = {"", 0};

	job->state = t;
	t->job = job;
	t->collect = rb_collect_new(job, 1, NULL, NULL, &why);
	t->req.method = rb_job_text(job, RB_ARG_HTTP_METHOD);
	t->req.url = rb_job_text(job, RB_ARG_HTTP_URL);
	if (t->collect == NULL || set_body(t, &why) < 0 || set_tls(t, &why) < 0) {
		rb_job_done(job, RB_ENDED_ERROR, why);
		return;
	}
	set_headers(t);
	set_auth(t);
	set_connection(t);
	t->http = rb_http_start(job->x->http, &t->req, &handler);
}

static void
close_transfer(struct rb_job *job)
{
	struct transfer *t = job->state;

	if (t == NULL)
		return;
	rb_http_cancel(t->http);
	if (t->collect != NULL)
		rb_collect_free(t->collect);
	rb_alloc_free(job->x->opt.alloc, t);
}

const struct rb_runner rb_run_http = {
    .kind = &rb_kind_http, .start = start, .cancel = cancel, .close = close_transfer};
