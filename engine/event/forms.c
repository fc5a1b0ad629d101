/* What a secret looks like after the usual encoders: one table row for each of them, as they are met in
 * shells, browsers, Python, Go, PHP and JavaScript. The masker (mask.c) looks for every form. */
#include "event/forms.h"

#include <string.h>

/* No encoder here makes more than seven bytes of one (\\u001f), or adds more than this to a short secret. */
enum { GROWTH = 7, SLACK = 64 };

/* Memory of a fixed size, so that no growing leaves copies behind. */
struct scratch {
	char *p;
	size_t n, cap;
};

struct form {
	void (*write)(struct scratch *out, struct rb_str v, unsigned how);
	unsigned how;
	bool of_lines; /* also of each line alone */
};

static void
put(struct scratch *out, char c)
{
	if (out->n < out->cap)
		out->p[out->n++] = c;
}

static void
puts_c(struct scratch *out, const char *s)
{
	while (*s != '\0')
		put(out, *s++);
}

static void
put_hex(struct scratch *out, unsigned value, unsigned digits, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	while (digits-- > 0)
		put(out, set[value >> (4 * digits) & 15]);
}

static bool
is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
one_of(const char *set, char c)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
as_is(struct scratch *out, struct rb_str v, unsigned how)
{
	(void)how;
	for (size_t i = 0; i < v.n; i++)
		put(out, v.p[i]);
}

static void
crlf(struct scratch *out, struct rb_str v, unsigned how)
{
	(void)how;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\n' && (i == 0 || v.p[i - 1] != '\r'))
			put(out, '\r');
		put(out, v.p[i]);
	}
}

static void
hex(struct scratch *out, struct rb_str v, unsigned upper)
{
	for (size_t i = 0; i < v.n; i++)
		put_hex(out, (unsigned char)v.p[i], 2, upper != 0);
}

/* RFC 3986 unreserved characters stay; what else stays, and what a space becomes, differs. */
enum { URL_UPPER = 1, URL_PLUS = 2, URL_PATH = 4, URL_JS = 8, URL_TWICE = 16 };

static void
url(struct scratch *out, struct rb_str v, unsigned how)
{
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (is_word((unsigned char)c) || one_of("-._~", c) || ((how & URL_PATH) != 0 && c == '/') ||
		    ((how & URL_JS) != 0 && one_of("!*'()", c))) {
			put(out, c);
		} else if ((how & URL_PLUS) != 0 && c == ' ') {
			puts_c(out, (how & URL_TWICE) != 0 ? "%2B" : "+");
		} else {
			puts_c(out, (how & URL_TWICE) != 0 ? "%25" : "%");
			put_hex(out, (unsigned char)c, 2, (how & URL_UPPER) != 0);
		}
	}
}

/* TWICE: JSON text that is itself a string of JSON, as of a log line in JSON that quotes a body in JSON. */
enum { JSON_ASCII = 1, JSON_UPPER = 2, JSON_SLASH = 4, JSON_HTML = 8, JSON_TWICE = 16 };

/* The backslash before `next`. Of what follows one, the second encoder escapes quotes and slashes again. */
static void
json_backslash(struct scratch *out, char next, unsigned how)
{
	put(out, '\\');
	if ((how & JSON_TWICE) == 0)
		return;
	put(out, '\\');
	if (one_of("\"\\/", next))
		put(out, '\\');
}

static void
json_unit(struct scratch *out, unsigned unit, unsigned how)
{
	json_backslash(out, 'u', how);
	put(out, 'u');
	put_hex(out, unit, 4, (how & JSON_UPPER) != 0);
}

static void
json(struct scratch *out, struct rb_str v, unsigned how)
{
	static const char short_names[] = "\b\f\n\r\t\"\\";
	static const char letters[] = "bfnrt\"\\";

	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		const char *name = c != 0 ? strchr(short_names, c) : NULL;
		uint32_t cp = c;
		size_t len = c < 0x80 ? 1 : rb_utf8_next(v.p + i, v.n - i, &cp);

		if (name != NULL || ((how & JSON_SLASH) != 0 && c == '/')) {
			char letter = name != NULL ? letters[name - short_names] : '/';

			json_backslash(out, letter, how);
			put(out, letter);
		} else if (c < 0x20 || ((how & JSON_HTML) != 0 && one_of("<>&", (char)c))) {
			json_unit(out, c, how);
		} else if (c >= 0x80 && len > 1 && (how & JSON_ASCII) != 0) {
			if (cp >= 0x10000) {
				json_unit(out, 0xd800 + ((cp - 0x10000) >> 10), how);
				json_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff), how);
			} else {
				json_unit(out, cp, how);
			}
			i += len - 1;
		} else {
			put(out, (char)c);
		}
	}
}

/* HTML and XML: & < > always; of the quotes, who writes text and who writes attributes differ. */
enum { HTML_TEXT, HTML_QUOT, HTML_39, HTML_X27, HTML_039, HTML_APOS, HTML_GO };

static void
html(struct scratch *out, struct rb_str v, unsigned how)
{
	static const char *const quotes[][2] = {
	    [HTML_TEXT] = {"\"", "'"},
	    [HTML_QUOT] = {"&quot;", "'"},
	    [HTML_39] = {"&quot;", "&#39;"},
	    [HTML_X27] = {"&quot;", "&#x27;"},
	    [HTML_039] = {"&quot;", "&#039;"},
	    [HTML_APOS] = {"&quot;", "&apos;"},
	    [HTML_GO] = {"&#34;", "&#39;"},
	};

	static const char special[] = "&<>\"'";
	static const char *const names[] = {"&amp;", "&lt;", "&gt;"};

	for (size_t i = 0; i < v.n; i++) {
		const char *found = v.p[i] != '\0' ? strchr(special, v.p[i]) : NULL;
		size_t at = found != NULL ? (size_t)(found - special) : 0;

		if (found == NULL)
			put(out, v.p[i]);
		else
			puts_c(out, at < 3 ? names[at] : quotes[how][at - 3]);
	}
}

/* Inside '…' a quote is closed, escaped and opened again, in one of two ways. */
enum { QUOTE_BACKSLASH, QUOTE_DOUBLE };

static void
single_quoted(struct scratch *out, struct rb_str v, unsigned how)
{
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\'')
			puts_c(out, how == QUOTE_BACKSLASH ? "'\\''" : "'\"'\"'");
		else
			put(out, v.p[i]);
	}
}

static void
double_quoted(struct scratch *out, struct rb_str v, unsigned how)
{
	(void)how;
	for (size_t i = 0; i < v.n; i++) {
		if (one_of("\"\\$`", v.p[i]))
			put(out, '\\');
		put(out, v.p[i]);
	}
}

/* printf %q and ${x@Q} of bash, where no control character makes it take $'…'. */
static void
backslashed(struct scratch *out, struct rb_str v, unsigned how)
{
	(void)how;
	for (size_t i = 0; i < v.n; i++) {
		if ((unsigned char)v.p[i] < 0x80 && !is_word((unsigned char)v.p[i]) &&
		    !one_of("-._/:=@%+\n", v.p[i]))
			put(out, '\\');
		put(out, v.p[i]);
	}
}

/* $'…', as bash and `set -x` write what has control characters in it. */
static void
ansi_quoted(struct scratch *out, struct rb_str v, unsigned octal)
{
	static const char named[] = "\a\b\f\n\r\t\v\033\\'";
	static const char letters[] = "abfnrtvE\\'";

	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		const char *name = c != 0 ? strchr(named, c) : NULL;

		if (name != NULL) {
			put(out, '\\');
			put(out, letters[name - named]);
		} else if (c < 0x20 || c == 0x7f || (c >= 0x80 && octal != 0)) {
			put(out, '\\');
			put(out, (char)('0' + (c >> 6)));
			put(out, (char)('0' + (c >> 3 & 7)));
			put(out, (char)('0' + (c & 7)));
		} else {
			put(out, (char)c);
		}
	}
}

static const struct form forms[] = {
    {as_is, 0, true},
    {crlf, 0, false},
    {hex, 0, false},
    {hex, 1, false},
    {url, 0, true},
    {url, URL_UPPER, true},
    {url, URL_PLUS, true},
    {url, URL_UPPER | URL_PLUS, true},
    {url, URL_PATH, true},
    {url, URL_UPPER | URL_PATH, true},
    {url, URL_UPPER | URL_PLUS | URL_PATH, true},
    {url, URL_UPPER | URL_JS, true},
    {url, URL_TWICE, true},
    {url, URL_TWICE | URL_UPPER, true},
    {url, URL_TWICE | URL_UPPER | URL_PLUS, true},
    {url, URL_TWICE | URL_UPPER | URL_PATH, true},
    {url, URL_TWICE | URL_UPPER | URL_JS, true},
    {json, 0, true},
    {json, JSON_ASCII, true},
    {json, JSON_ASCII | JSON_UPPER, true},
    {json, JSON_SLASH, true},
    {json, JSON_ASCII | JSON_SLASH, true},
    {json, JSON_HTML, true},
    {json, JSON_TWICE, true},
    {json, JSON_TWICE | JSON_ASCII, true},
    {json, JSON_TWICE | JSON_ASCII | JSON_SLASH, true},
    {json, JSON_TWICE | JSON_HTML, true},
    {html, HTML_TEXT, true},
    {html, HTML_QUOT, true},
    {html, HTML_39, true},
    {html, HTML_X27, true},
    {html, HTML_039, true},
    {html, HTML_APOS, true},
    {html, HTML_GO, true},
    {single_quoted, QUOTE_BACKSLASH, true},
    {single_quoted, QUOTE_DOUBLE, true},
    {double_quoted, 0, true},
    {backslashed, 0, true},
    {ansi_quoted, 0, true},
    {ansi_quoted, 1, true},
};

/* The caller's wish, with the scratch that every form is written to. */
struct job {
	struct scratch out;
	size_t min;
	void (*each)(void *ctx, struct rb_str form);
	void *ctx;
};

static void
hand_over(struct job *job, size_t from, size_t to)
{
	if (to >= from && to - from >= job->min)
		job->each(job->ctx, (struct rb_str){job->out.p + from, to - from});
}

/* Base64 of `shift` unknown bytes, then v; without padding. `wrap` columns a line, 0: one line. */
static void
base64(struct scratch *out, struct rb_str v, size_t shift, bool for_url, size_t wrap)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t bits = 8 * (shift + v.n), column = 0;

	for (size_t at = 0; at < bits; at += 6) {
		unsigned six = 0;

		for (size_t bit = at; bit < at + 6; bit++) {
			unsigned char byte =
			    bit / 8 >= shift && bit < bits ? (unsigned char)v.p[bit / 8 - shift] : 0;

			six = six << 1 | ((unsigned)byte >> (7 - bit % 8) & 1U);
		}
		if (wrap > 0 && column++ == wrap) {
			put(out, '\n');
			column = 1;
		}
		put(out, six < 62 ? digits[six] : six == 62 ? (for_url ? '-' : '+') : (for_url ? '_' : '/'));
	}
}

/* The secret alone: unpadded, padded, and wrapped at `wrap` columns where it is longer. */
static void
base64_alone(struct job *job, struct rb_str v, bool for_url, size_t wrap)
{
	size_t pad = (3 - v.n % 3) % 3;

	job->out.n = 0;
	base64(&job->out, v, 0, for_url, wrap);
	hand_over(job, 0, job->out.n);
	while (pad-- > 0)
		put(&job->out, '=');
	hand_over(job, 0, job->out.n);
}

/* The secret inside something longer: only the digits that its own bits decide. */
static void
base64_within(struct job *job, struct rb_str v, size_t shift, bool for_url)
{
	job->out.n = 0;
	base64(&job->out, v, shift, for_url, 0);
	hand_over(job, (8 * shift + 5) / 6, 8 * (shift + v.n) / 6);
}

static void
all_base64(struct job *job, struct rb_str v)
{
	static const size_t wraps[] = {0, 64, 76}; /* columns; nobody wraps base64url */

	for (int for_url = 0; for_url < 2; for_url++) {
		for (size_t i = 0; i < (for_url != 0 ? 1 : sizeof(wraps) / sizeof(wraps[0])); i++)
			base64_alone(job, v, for_url != 0, wraps[i]);
		for (size_t shift = 0; shift < 3; shift++)
			base64_within(job, v, shift, for_url != 0);
	}
}

static void
each_line(struct job *job, struct rb_str v)
{
	for (size_t from = 0, end = 0; from < v.n; from = end + 1) {
		struct rb_str line;

		end = rb_str_find(v, RB_STR("\n"), from);
		if (end == SIZE_MAX)
			end = v.n;
		line = rb_str_trim(rb_str_cut(v, from, end));
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && line.n >= job->min; i++) {
			job->out.n = 0;
			if (forms[i].of_lines)
				forms[i].write(&job->out, line, forms[i].how);
			hand_over(job, 0, job->out.n);
		}
	}
}

struct rb_str
rb_forms_bare(struct rb_str secret)
{
	while (secret.n > 0 && (secret.p[secret.n - 1] == '\n' || secret.p[secret.n - 1] == '\r'))
		secret.n--;
	return secret;
}

void
rb_forms_each(const struct rb_alloc *alloc, struct rb_str secret, size_t min,
    void (*each)(void *ctx, struct rb_str form), void *ctx)
{
	struct job job = {.min = min, .each = each, .ctx = ctx};
	struct rb_str bare = rb_forms_bare(secret);
	char *with_newline = rb_alloc_resize(alloc, NULL, bare.n + 1);

	job.out.cap = GROWTH * secret.n + SLACK;
	job.out.p = rb_alloc_resize(alloc, NULL, job.out.cap);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		job.out.n = 0;
		forms[i].write(&job.out, bare, forms[i].how);
		hand_over(&job, 0, job.out.n);
	}
	each_line(&job, bare);
	all_base64(&job, bare);
	if (secret.n != bare.n)
		all_base64(&job, secret);
	/* echo "$secret" | base64 */
	if (bare.n > 0)
		memcpy(with_newline, bare.p, bare.n);
	with_newline[bare.n] = '\n';
	all_base64(&job, (struct rb_str){with_newline, bare.n + 1});

	explicit_bzero(with_newline, bare.n + 1);
	explicit_bzero(job.out.p, job.out.cap);
	rb_alloc_free(alloc, with_newline);
	rb_alloc_free(alloc, job.out.p);
}
