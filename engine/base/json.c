/* The JSON writer. It keeps no stack: whether a comma is due follows from what was written last. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void
rb_json_init(struct rb_json *j, struct rb_buf *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
}

static void
before_item(struct rb_json *j)
{
	if (j->comma && !j->after_key)
		rb_buf_char(j->out, ',');
	j->after_key = false;
}

static void
after_item(struct rb_json *j)
{
	j->comma = j->depth > 0;
}

void
rb_json_open(struct rb_json *j, char bracket)
{
	before_item(j);
	rb_buf_char(j->out, bracket);
	j->depth++;
	j->comma = false;
}

void
rb_json_close(struct rb_json *j, char bracket)
{
	rb_buf_char(j->out, bracket);
	if (j->depth > 0)
		j->depth--;
	after_item(j);
}

/* Appends the escape of a code point that may not, or should not, stand as it is. */
static void
escape(struct rb_buf *out, uint32_t cp)
{
	static const char named[][3] = {['"'] = "\\\"",
	    ['\\'] = "\\\\",
	    ['\b'] = "\\b",
	    ['\f'] = "\\f",
	    ['\n'] = "\\n",
	    ['\r'] = "\\r",
	    ['\t'] = "\\t"};

	if (cp < sizeof(named) / sizeof(named[0]) && named[cp][0] != '\0')
		rb_buf_add(out, named[cp], 2);
	else
		rb_buf_fmt(out, "\\u%04x", (unsigned)cp);
}

static void
quoted(struct rb_buf *out, struct rb_str s)
{
	size_t i = 0, plain = 0;
	uint32_t cp = 0;

	rb_buf_char(out, '"');
	while (i < s.n) {
		size_t len = rb_utf8_next(s.p + i, s.n - i, &cp);

		if (len > 0 && cp != '"' && cp != '\\' && !rb_utf8_steers(cp)) {
			i += len;
			continue;
		}
		rb_buf_add(out, s.p + plain, i - plain);
		if (len == 0)
			rb_buf_c(out, "\xef\xbf\xbd");
		else
			escape(out, cp);
		i += len == 0 ? 1 : len;
		plain = i;
	}
	if (i > plain)
		rb_buf_add(out, s.p + plain, i - plain);
	rb_buf_char(out, '"');
}

void
rb_json_key_str(struct rb_json *j, struct rb_str key)
{
	before_item(j);
	quoted(j->out, key);
	rb_buf_char(j->out, ':');
	j->after_key = true;
}

void
rb_json_key(struct rb_json *j, const char *key)
{
	rb_json_key_str(j, rb_str_c(key));
}

void
rb_json_str(struct rb_json *j, struct rb_str s)
{
	before_item(j);
	quoted(j->out, s);
	after_item(j);
}

void
rb_json_c(struct rb_json *j, const char *s)
{
	rb_json_str(j, rb_str_c(s));
}

static bool
is_utf8(struct rb_str s)
{
	uint32_t cp;

	for (size_t i = 0, len; i < s.n; i += len) {
		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		if (len == 0)
			return false;
	}
	return true;
}

void
rb_json_bytes(struct rb_json *j, struct rb_str s)
{
	if (is_utf8(s)) {
		rb_json_str(j, s);
		return;
	}
	before_item(j);
	rb_buf_c(j->out, "{\"base64\":\"");
	rb_base64(j->out, s);
	rb_buf_c(j->out, "\"}");
	after_item(j);
}

void
rb_json_raw(struct rb_json *j, struct rb_str raw)
{
	before_item(j);
	rb_buf_str(j->out, raw);
	after_item(j);
}

void
rb_json_int(struct rb_json *j, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	rb_json_raw(j, rb_str_c(text));
}

void
rb_json_number(struct rb_json *j, double v)
{
	char text[RB_NUMBER_TEXT];

	rb_json_raw(j, isfinite(v) ? rb_str_c(rb_number_text(v, text)) : RB_STR("null"));
}

void
rb_json_bool(struct rb_json *j, bool v)
{
	rb_json_raw(j, v ? RB_STR("true") : RB_STR("false"));
}

void
rb_json_null(struct rb_json *j)
{
	rb_json_raw(j, RB_STR("null"));
}

/* Four hexadecimal digits, as a valid escape has them. */
static uint32_t
hex4(const char *p)
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i];

		v = v << 4 | ((c <= '9' ? c - 48U : (c | 32U) - 'a' + 10U) & 15U);
	}
	return v;
}

/* \uXXXX at in.p[i], the u: appends it, with the low surrogate that follows a high one. Returns the offset of
 * its last byte. */
static size_t
unescape_u(struct rb_str in, size_t i, struct rb_buf *out)
{
	uint32_t cp;

	if (in.n - i < 5)
		return in.n;
	cp = hex4(in.p + i + 1);
	i += 4;
	if (cp >= 0xd800 && cp < 0xdc00 && in.n - i >= 7 && in.p[i + 1] == '\\' && in.p[i + 2] == 'u') {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (hex4(in.p + i + 3) & 0x3ff);
		i += 6;
	}
	rb_buf_utf8(out, cp);
	return i;
}

void
rb_json_unescape(struct rb_str in, struct rb_buf *out)
{
	static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";

	for (size_t i = 0; i < in.n; i++) {
		const char *letter;

		if (in.p[i] != '\\' || i + 1 == in.n) {
			rb_buf_char(out, in.p[i]);
		} else if (in.p[++i] == 'u') {
			i = unescape_u(in, i, out);
		} else {
			letter = in.p[i] != '\0' ? strchr(letters, in.p[i]) : NULL;
			rb_buf_char(out, letter != NULL ? values[letter - letters] : in.p[i]);
		}
	}
}

void
rb_base64(struct rb_buf *out, struct rb_str s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;
	char four[4];

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t bits = (uint32_t)p[i] << 16;

		if (left > 1)
			bits |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			bits |= p[i + 2];
		four[0] = digits[bits >> 18];
		four[1] = digits[bits >> 12 & 63];
		four[2] = left > 1 ? digits[bits >> 6 & 63] : '=';
		four[3] = left > 2 ? digits[bits & 63] : '=';
		rb_buf_add(out, four, sizeof(four));
	}
}
