/* Writing YAML scalars: the other direction of yaml.c, for files that the program makes itself. */
#include "text/yaml_write.h"

#include <string.h>

enum { BLOCK_INDENT = 2 };

static const char replacement[] = "\xef\xbf\xbd";

/* Words, numbers, paths and versions. */
static bool
is_plain(struct rb_str s)
{
	static const char inside[] = "_./-@+%";

	if (s.n == 0 || s.p[0] == '-' || s.p[0] == '.' || s.p[0] == '@' || s.p[0] == '%' || s.p[0] == '+')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!word && (c == '\0' || strchr(inside, c) == NULL))
			return false;
	}
	return true;
}

/* What the loader takes only as an escape, and what it does not take at all (text/vet.c, text/traps.c). */
static bool
is_refused(uint32_t cp)
{
	return cp == 0 || cp == 0xfffe || cp == 0xffff || (cp >= 0x7f && rb_utf8_steers(cp));
}

bool
rb_yaml_quoted(struct rb_buf *out, struct rb_str s)
{
	bool whole = true;
	size_t len;

	rb_buf_char(out, '"');
	for (size_t i = 0; i < s.n; i += len) {
		uint32_t cp = 0;

		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		if (len == 0 || is_refused(cp)) {
			len = len > 0 ? len : 1;
			whole = false;
			rb_buf_c(out, replacement);
		} else if (cp == '"' || cp == '\\') {
			rb_buf_fmt(out, "\\%c", (char)cp);
		} else if (cp == '\n' || cp == '\t' || cp == '\r') {
			rb_buf_c(out, cp == '\n' ? "\\n" : cp == '\t' ? "\\t" : "\\r");
		} else if (cp < 0x20) {
			rb_buf_fmt(out, "\\x%02x", (unsigned)cp);
		} else {
			rb_buf_add(out, s.p + i, len);
		}
	}
	rb_buf_char(out, '"');
	return whole;
}

bool
rb_yaml_scalar(struct rb_buf *out, struct rb_str s)
{
	if (!is_plain(s))
		return rb_yaml_quoted(out, s);
	rb_buf_str(out, s);
	return true;
}

/* Whether every character of it may stand as it is in a block of lines. */
static bool
fits_block(struct rb_str s)
{
	size_t len;

	if (rb_str_find(s, RB_STR("\n"), 0) == SIZE_MAX || rb_str_trim(s).n == 0)
		return false;
	for (size_t i = 0; i < s.n; i += len) {
		uint32_t cp = 0;

		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		if (len == 0 || is_refused(cp) || (cp < 0x20 && cp != '\n' && cp != '\t'))
			return false;
	}
	return true;
}

bool
rb_yaml_text(struct rb_buf *out, struct rb_str s, unsigned indent)
{
	size_t newlines = 0, end;
	bool whole = true;

	if (!fits_block(s)) {
		rb_buf_char(out, ' ');
		whole = rb_yaml_scalar(out, s);
		rb_buf_char(out, '\n');
		return whole;
	}
	while (s.p[s.n - 1 - newlines] == '\n')
		newlines++;
	rb_buf_c(out, " |");
	/* Said where the reader would take blanks of the text for it, or a line of its own for none. */
	if (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n')
		rb_buf_fmt(out, "%d", BLOCK_INDENT);
	rb_buf_c(out, newlines == 0 ? "-\n" : newlines == 1 ? "\n" : "+\n");
	for (size_t at = 0; at < s.n; at = end + 1) {
		end = rb_str_find(s, RB_STR("\n"), at);
		end = end == SIZE_MAX ? s.n : end;
		if (end > at)
			rb_buf_pad(out, ' ', (size_t)indent + BLOCK_INDENT);
		rb_buf_str(out, rb_str_cut(s, at, end));
		rb_buf_char(out, '\n');
	}
	return whole;
}
