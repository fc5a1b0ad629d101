/* The parts of a URL that are secret by themselves: a server that quotes the path it was asked for, or a
 * client that names the password it was refused, shows no whole URL for the masker to find. */
#include "event/parts.h"

#include <string.h>
#include <strings.h>

/* The caller's wish, with memory for the part that is decoded. */
struct job {
	char *plain;
	size_t min;
	void (*each)(void *ctx, struct rb_str part);
	void *ctx;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Into job->plain; bytes of it. What is no %XX stays. */
static size_t
decode(struct job *job, struct rb_str part)
{
	size_t n = 0;

	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i];
		int high = -1, low = -1;

		if (c == '%' && i + 2 < part.n) {
			high = hex_digit(part.p[i + 1]);
			low = hex_digit(part.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			c = (char)(high << 4 | low);
			i += 2;
		}
		job->plain[n++] = c;
	}
	return n;
}

static void
hand_over(struct job *job, struct rb_str part, size_t min)
{
	struct rb_str plain = {job->plain, decode(job, part)};

	if (part.n >= min)
		job->each(job->ctx, part);
	if (plain.n >= min && plain.n < part.n)
		job->each(job->ctx, plain);
}

static bool
is_token(struct rb_str part)
{
	for (size_t i = 0; i < part.n && part.n >= RB_PART_MIN; i++) {
		if (part.n >= RB_PART_LONG || (part.p[i] >= '0' && part.p[i] <= '9') ||
		    (part.p[i] >= 'A' && part.p[i] <= 'Z'))
			return true;
	}
	return false;
}

/* The first of `set` in text from `from` on, or its end. */
static size_t
find_any(struct rb_str text, const char *set, size_t from)
{
	while (from < text.n && strchr(set, text.p[from]) == NULL)
		from++;
	return from;
}

static void
userinfo(struct job *job, struct rb_str text)
{
	size_t colon = find_any(text, ":", 0);
	struct rb_str user = rb_str_cut(text, 0, colon);

	if (colon < text.n) {
		hand_over(job, text, job->min);
		hand_over(job, rb_str_cut(text, colon + 1, text.n), job->min);
	}
	if (is_token(user))
		hand_over(job, user, job->min);
}

static void
path(struct job *job, struct rb_str text, bool whole)
{
	while (text.n > 0 && text.p[text.n - 1] == '/')
		text.n--;
	if (whole)
		hand_over(job, text, RB_PART_MIN);
	for (size_t from = 0, end; from < text.n; from = end + 1) {
		struct rb_str segment;

		end = find_any(text, "/", from);
		segment = rb_str_cut(text, from, end);
		if (is_token(segment))
			hand_over(job, segment, job->min);
	}
}

/* a=1&b=2, of a query or a fragment. */
static void
pairs(struct job *job, struct rb_str text)
{
	for (size_t from = 0, end; from < text.n; from = end + 1) {
		struct rb_str pair, value;
		size_t equals;

		end = find_any(text, "&;", from);
		pair = rb_str_cut(text, from, end);
		equals = find_any(pair, "=", 0);
		value = equals < pair.n ? rb_str_cut(pair, equals + 1, pair.n) : pair;
		if (value.n >= RB_PART_MIN)
			hand_over(job, value, RB_PART_MIN);
		else if (value.n > 0)
			hand_over(job, pair, job->min);
	}
}

/* Bytes of "SCHEME://"; 0: the text is no URL. */
static size_t
scheme(struct rb_str text)
{
	size_t n = 0;

	while (
	    n < text.n && ((text.p[n] >= 'a' && text.p[n] <= 'z') || (text.p[n] >= 'A' && text.p[n] <= 'Z') ||
			      (n > 0 && text.p[n] != '\0' && strchr("+-.0123456789", text.p[n]) != NULL)))
		n++;
	if (n == 0 || !rb_str_eq(rb_str_cut(text, n, n + 3), RB_STR("://")))
		return 0;
	return find_any(text, " \t\r\n", 0) == text.n ? n + 3 : 0;
}

void
rb_parts_each(const struct rb_alloc *alloc, struct rb_str secret, size_t min,
    void (*each)(void *ctx, struct rb_str part), void *ctx)
{
	struct job job = {.min = min, .each = each, .ctx = ctx};
	size_t host = scheme(secret), slash, query, fragment, at;
	struct rb_str authority;
	bool web;

	if (host == 0)
		return;
	web = strncasecmp(secret.p, "http", 4) == 0; /* "x://" has four bytes, too */
	fragment = find_any(secret, "#", host);
	query = find_any(rb_str_cut(secret, 0, fragment), "?", host);
	slash = find_any(rb_str_cut(secret, 0, query), "/", host);
	authority = rb_str_cut(secret, host, slash);
	job.plain = rb_alloc_resize(alloc, NULL, secret.n);

	/* A password may have an @, where its writer forgot to encode it. */
	at = authority.n;
	while (at > 0 && authority.p[at - 1] != '@')
		at--;
	if (at > 0)
		userinfo(&job, rb_str_cut(authority, 0, at - 1));
	path(&job, rb_str_cut(secret, slash, query), web);
	pairs(&job, rb_str_cut(secret, query + 1, fragment));
	pairs(&job, rb_str_cut(secret, fragment + 1, secret.n));

	explicit_bzero(job.plain, secret.n);
	rb_alloc_free(alloc, job.plain);
}
