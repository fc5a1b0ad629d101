/* URLs out of text and values. The state is the part of the URL that the next byte belongs to. */
#include "lang/url.h"

#include <arpa/inet.h>
#include <string.h>

enum { PORT_MAX = 65535, ADDRESS_MAX = 64 };

static const char NO_SCHEME[] = "a URL begins with http:// or https://, or with a value of type url";
static const char NO_HOST[] = "the URL has no host";
static const char USERINFO[] = "a URL may not hold a user or password; use `auth`";
static const char BAD_HOST[] = "a host has only letters, digits, dots and hyphens, or is an address";
static const char BAD_PORT[] = "a port is a number from 1 to 65535";
static const char BAD_ESCAPE[] =
    "% begins an escape of two hexadecimal digits; for the sign itself write %25";
static const char CONTROL[] = "a URL may not hold line ends or control characters";
static const char NO_SLASH[] = "after a whole URL the text goes on with / or ?";
static const char CLIMBS[] = "a value may not make a path segment `.` or `..`, which leads elsewhere";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986, 2.3. */
static bool
is_unreserved(char c)
{
	return is_letter(c) || is_digit(c) || (c != '\0' && strchr("-._~", c) != NULL);
}

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static void
encode(struct rb_url *u, char c)
{
	rb_buf_fmt(u->out, "%%%02X", (unsigned)(unsigned char)c);
}

void
rb_url_encode(struct rb_str text, struct rb_buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_unreserved(text.p[i]))
			rb_buf_char(out, text.p[i]);
		else
			rb_buf_fmt(out, "%%%02X", (unsigned)(unsigned char)text.p[i]);
	}
}

void
rb_url_begin(struct rb_url *u, struct rb_buf *out)
{
	memset(u, 0, sizeof(*u));
	u->out = out;
	u->from = out->len;
}

static struct rb_str
part_text(const struct rb_url *u)
{
	return rb_str_cut(rb_buf_view(u->out), u->from, u->out->len);
}

/* Judges the part (of a path: the segment) that ends here. */
static const char *
end_part(struct rb_url *u)
{
	struct rb_str text = part_text(u);
	int64_t port;

	switch (u->part) {
	case RB_URL_SCHEME:
		return NO_SCHEME;
	case RB_URL_HOST:
		return text.n == 0 ? NO_HOST : u->brackets ? BAD_HOST : NULL;
	case RB_URL_PORT:
		return rb_str_int(text, &port) != 0 || port < 1 || port > PORT_MAX ? BAD_PORT : NULL;
	case RB_URL_PATH:
		return u->filled && (rb_str_is(text, ".") || rb_str_is(text, "..")) ? CLIMBS : NULL;
	case RB_URL_QUERY:
	case RB_URL_FRAGMENT:
		break;
	}
	return NULL;
}

/* Ends the part, adds the sign that does so, begins the next one. */
static const char *
go_on(struct rb_url *u, char sign, enum rb_url_part next)
{
	const char *why = end_part(u);

	rb_buf_char(u->out, sign);
	u->part = next;
	u->from = u->out->len;
	u->filled = false;
	return why;
}

/* The scheme is written in one piece: "http://". Returns how many bytes of the text it has, 0 if it is none.
 */
static size_t
scheme_length(struct rb_str text)
{
	size_t n = 0;

	while (n < text.n && (is_letter(text.p[n]) ||
				 (n > 0 && (is_digit(text.p[n]) || memchr("+-.", text.p[n], 3) != NULL))))
		n++;
	return n > 0 && rb_str_starts(rb_str_cut(text, n, text.n), "://") ? n + 3 : 0;
}

/* Whether the rest of the authority, from i on, tells that what came before was a user. */
static bool
has_user(struct rb_str text, size_t i)
{
	for (; i < text.n && memchr("/?#", text.p[i], 3) == NULL; i++) {
		if (text.p[i] == '@')
			return true;
	}
	return false;
}

/* One byte of the authority that does not end it. */
static const char *
put_authority(struct rb_url *u, char c)
{
	bool address = is_hex(c) || c == ':' || c == '.';

	if (u->part == RB_URL_PORT && !is_digit(c))
		return BAD_PORT;
	if (u->brackets && c != ']' && !address)
		return BAD_HOST;
	if (c == '[' && part_text(u).n == 0)
		u->brackets = true;
	else if (c == ']' && u->brackets)
		u->brackets = false;
	else if (c == ':' && !u->brackets)
		return go_on(u, c, RB_URL_PORT);
	else if (rb_str_ends(part_text(u), "]") ||
		 (!u->brackets && !is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_'))
		return BAD_HOST;
	rb_buf_char(u->out, c);
	return NULL;
}

static const char *
put_text(struct rb_url *u, struct rb_str text, size_t i)
{
	char c = text.p[i];
	bool authority = u->part == RB_URL_HOST || u->part == RB_URL_PORT;

	if (is_control(c))
		return CONTROL;
	if (authority && has_user(text, i))
		return USERINFO;
	if (c == '/' && (authority || u->part == RB_URL_PATH))
		return go_on(u, c, RB_URL_PATH);
	if (c == '?' && u->part < RB_URL_QUERY)
		return go_on(u, c, RB_URL_QUERY);
	if (c == '#' && u->part < RB_URL_FRAGMENT)
		return go_on(u, c, RB_URL_FRAGMENT);
	if (authority)
		return put_authority(u, c);
	if (c == '%' && (text.n - i < 3 || !is_hex(text.p[i + 1]) || !is_hex(text.p[i + 2])))
		return BAD_ESCAPE;
	/* RFC 3986, 2.2 and 3.3: everything else may never stand in a URL, so that it can only be meant as
	 * itself. */
	if (is_unreserved(c) || strchr(":/?@!$&'()*+,;=%", c) != NULL)
		rb_buf_char(u->out, c);
	else
		encode(u, c);
	return NULL;
}

const char *
rb_url_text(struct rb_url *u, struct rb_str text)
{
	const char *why = NULL;
	size_t i = 0;

	if (u->part == RB_URL_SCHEME) {
		i = scheme_length(text);
		if (i == 0)
			return NO_SCHEME;
		rb_buf_str(u->out, rb_str_cut(text, 0, i));
		u->part = RB_URL_HOST;
		u->from = u->out->len;
	}
	if (u->based && text.n > 0) {
		bool open = u->part == RB_URL_HOST || u->part == RB_URL_PORT;

		if (open && memchr("/?#", text.p[0], 3) == NULL &&
		    !(text.p[0] == ':' && u->part == RB_URL_HOST))
			return NO_SLASH;
		if (u->part == RB_URL_PATH && part_text(u).n == 0 && text.p[0] == '/')
			i++;
		u->based = false;
	}
	for (; i < text.n && why == NULL; i++)
		why = put_text(u, text, i);
	return why;
}

static const char *
put_host(struct rb_url *u, struct rb_str value)
{
	char address[ADDRESS_MAX];
	unsigned char bytes[sizeof(struct in6_addr)];
	const char *why = NULL;

	if (value.n < sizeof(address) && part_text(u).n == 0) {
		memcpy(address, value.p, value.n);
		address[value.n] = '\0';
		if (strlen(address) == value.n && inet_pton(AF_INET6, address, bytes) == 1) {
			rb_buf_fmt(u->out, "[%s]", address);
			return NULL;
		}
	}
	for (size_t i = 0; i < value.n && why == NULL; i++)
		why = put_authority(u, value.p[i]);
	return why;
}

const char *
rb_url_value(struct rb_url *u, struct rb_str value)
{
	if (u->part == RB_URL_SCHEME)
		return NO_SCHEME;
	if (u->based && (u->part == RB_URL_HOST || u->part == RB_URL_PORT))
		return NO_SLASH;
	u->based = false;
	u->filled = true;
	if (u->part == RB_URL_HOST || u->part == RB_URL_PORT)
		return value.n > 0 ? put_host(u, value) : u->part == RB_URL_HOST ? NO_HOST : BAD_PORT;
	for (size_t i = 0; i < value.n; i++) {
		if (is_unreserved(value.p[i]))
			rb_buf_char(u->out, value.p[i]);
		else
			encode(u, value.p[i]);
	}
	return NULL;
}

const char *
rb_url_base(struct rb_url *u, struct rb_str url)
{
	const char *why = rb_url_text(u, url);

	if (why == NULL)
		why = end_part(u);
	u->based = true;
	return why;
}

void
rb_url_marker(struct rb_url *u, struct rb_str marker)
{
	rb_buf_str(u->out, marker);
	/* It stands for a whole URL, or for what is judged once it is known. */
	if (u->part < RB_URL_PATH)
		u->part = RB_URL_PATH;
	u->filled = false;
	u->based = false;
}

const char *
rb_url_end(struct rb_url *u)
{
	return end_part(u);
}
