/* Text on a terminal that is narrower than it: lines are broken between words, and what goes on stands below
 * what it belongs to. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { LEAST = 30 }; /* columns; on a narrower terminal nothing can be saved */

static size_t
columns_of(int fd)
{
	struct winsize w;

	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= LEAST ? w.ws_col : 0;
}

/* Bytes of the character or the colour at the head of s, and its columns. */
static size_t
cell(struct rb_str s, size_t *columns)
{
	uint32_t cp = 0;
	size_t n;

	*columns = 0;
	if (s.p[0] == '\033') {
		for (n = 1; n < s.n && s.p[n] != 'm';)
			n++;
		return n < s.n ? n + 1 : n;
	}
	n = rb_utf8_next(s.p, s.n, &cp);
	*columns = n == 0 ? 1 : (size_t)rb_utf8_width(cp);
	return n == 0 ? 1 : n;
}

static size_t
width_of(struct rb_str s)
{
	size_t width = 0, w;

	for (size_t i = 0; i < s.n; width += w)
		i += cell(rb_str_cut(s, i, s.n), &w);
	return width;
}

/* "   31 |     expect: …": a line of a source, or the carets below it. They stand under one another. */
static bool
is_source(struct rb_str line)
{
	size_t i = 0, columns;

	while (
	    i < line.n && (line.p[i] == ' ' || line.p[i] == '\033' || (line.p[i] >= '0' && line.p[i] <= '9')))
		i += cell(rb_str_cut(line, i, line.n), &columns);
	return i > 0 && i < line.n && line.p[i] == '|';
}

/* Where a line goes on: below the second column of a table, behind the "= " of a hint, or further in. */
static size_t
hang(struct rb_str line, size_t columns)
{
	size_t lead = 0, gap;

	while (lead < line.n && line.p[lead] == ' ')
		lead++;
	if (rb_str_starts(rb_str_cut(line, lead, line.n), "= "))
		return lead + 2;
	gap = rb_str_find(line, RB_STR("  "), lead);
	if (lead == 0 || gap == SIZE_MAX)
		return lead + 2;
	while (gap < line.n && line.p[gap] == ' ')
		gap++;
	gap = width_of(rb_str_cut(line, 0, gap));
	return gap < columns / 2 ? gap : lead + 2;
}

static void
wrap_line(struct rb_str line, size_t columns, struct rb_buf *out)
{
	size_t indent = hang(line, columns), column = 0, from = 0;

	while (from < line.n) {
		size_t i = from, width = 0, end = SIZE_MAX, w;

		while (i < line.n && column + width <= columns) {
			/* Not within what the line begins with: that would only be another empty line. */
			if (line.p[i] == ' ' && width_of(rb_str_trim(rb_str_cut(line, from, i))) > 0)
				end = i;
			i += cell(rb_str_cut(line, i, line.n), &w);
			width += w;
		}
		if (column + width <= columns || end == SIZE_MAX)
			end = line.n;
		rb_buf_str(out, rb_str_cut(line, from, end));
		for (from = end; from < line.n && line.p[from] == ' ';)
			from++;
		if (from >= line.n)
			break;
		rb_buf_char(out, '\n');
		rb_buf_pad(out, ' ', indent);
		column = indent;
	}
}

static void
wrap(struct rb_str text, size_t columns, struct rb_buf *out)
{
	size_t from = 0;

	while (from < text.n) {
		size_t end = rb_str_find(text, RB_STR("\n"), from);
		struct rb_str line = rb_str_cut(text, from, end);

		if (is_source(line) || width_of(line) <= columns)
			rb_buf_str(out, line);
		else
			wrap_line(line, columns, out);
		if (end == SIZE_MAX)
			break;
		rb_buf_char(out, '\n');
		from = end + 1;
	}
}

void
rb_cli_layout(struct rb_str text, struct rb_buf *out)
{
	size_t columns = columns_of(STDOUT_FILENO);

	if (columns == 0)
		rb_buf_str(out, text);
	else
		wrap(text, columns, out);
}

int
rb_cli_print(int fd, struct rb_str text, int exit)
{
	size_t columns = columns_of(fd);
	struct rb_buf out;

	if (columns == 0)
		return rb_cli_write(fd, text, exit);
	rb_buf_init(&out, NULL, SIZE_MAX);
	wrap(text, columns, &out);
	exit = rb_cli_write(fd, rb_buf_view(&out), exit);
	rb_buf_free(&out);
	return exit;
}
