/* Breaking text into lines, between words: one place for all that is shown in columns. */
#include "base/wrap.h"

size_t
rb_wrap_char(struct rb_str s, size_t *columns)
{
	uint32_t cp = 0;
	size_t n = rb_utf8_next(s.p, s.n, &cp);

	*columns = n == 0 ? 1 : (size_t)rb_utf8_width(cp);
	return n == 0 ? 1 : n;
}

/* Where a line ends that has no blank to be broken at, since its first word reaches beyond `fits`: of a path
 * behind a slash, if that is not far back. */
static size_t
unbroken(struct rb_str s, size_t fits, bool begun)
{
	size_t columns;

	if (begun)
		return 0;
	for (size_t i = fits; i > fits / 2; i--) {
		if (s.p[i - 1] == '/')
			return i;
	}
	return fits > 0 ? fits : rb_wrap_char(s, &columns); /* wider than all that there is */
}

struct rb_str
rb_wrap_line(struct rb_str *rest, size_t columns, bool begun)
{
	size_t i = 0, width = 0, end = 0, next = 0, n, w;
	struct rb_str s = *rest;
	bool broken = false; /* there was a place to break at */

	while (i < s.n && s.p[i] != '\n') {
		n = rb_wrap_char(rb_str_cut(s, i, s.n), &w);
		if (s.p[i] == ' ') {
			if (i == 0 || s.p[i - 1] != ' ')
				end = i;
			next = i + 1;
			broken = end > 0;
		} else if (width + w > columns) {
			break;
		}
		width += w;
		i += n;
	}
	if (i < s.n && s.p[i] != '\n' && !broken) {
		end = unbroken(s, i, begun);
		for (next = end; next < s.n && s.p[next] == ' ';)
			next++;
		next += next < s.n && s.p[next] == '\n' && end > 0;
	} else if (i >= s.n || s.p[i] == '\n') {
		end = i;
		next = i < s.n ? i + 1 : i;
	}
	*rest = rb_str_cut(s, next, s.n);
	return rb_str_cut(s, 0, end);
}
