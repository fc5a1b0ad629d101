/* What a sed script does beside printing: the files that it writes (w FILE, s/a/b/w FILE) and the commands
 * that it runs (e CMD). Reads commands one after the other; from the first that it does not know on, it says
 * nothing. */
#include "lint/change.h"
#include "lint/peek.h"

struct sed {
	struct rb_str text;
	size_t i;
	size_t unclosed; /* up to here no set of a pattern is closed */
	void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text);
	void *ctx;
};

static void
skip_all(struct sed *s, const char *set)
{
	while (rb_peek_in(rb_peek(s->text, s->i), set))
		s->i++;
}

/* Up to behind the next `end` that no backslash hides. */
static void
skip_to(struct sed *s, char end)
{
	while (s->i < s->text.n && rb_peek(s->text, s->i) != end)
		s->i += rb_peek(s->text, s->i) == '\\' ? 2 : 1;
	s->i = s->i < s->text.n ? s->i + 1 : s->text.n;
}

/* "[" at i: a set of a pattern, in which no delimiter is one: [^]/[:alpha:]]. One that is not closed is none.
 */
static void
skip_set(struct sed *s)
{
	size_t i = s->i + 1;

	i += rb_peek(s->text, i) == '^';
	i += rb_peek(s->text, i) == ']';
	while (i < s->text.n && !rb_peek_in(s->text.p[i], "]\n")) {
		if (s->text.p[i] == '[' && rb_peek_in(rb_peek(s->text, i + 1), ":.="))
			i += 2;
		else
			i++;
		if (rb_peek_in(rb_peek(s->text, i), ":.=") && rb_peek(s->text, i + 1) == ']')
			i += 2;
	}
	if (rb_peek(s->text, i) == ']') {
		s->i = i + 1;
	} else {
		s->i++;
		s->unclosed = i;
	}
}

static void
skip_pattern(struct sed *s, char end)
{
	while (s->i < s->text.n && rb_peek(s->text, s->i) != end) {
		if (rb_peek(s->text, s->i) == '[' && s->i >= s->unclosed)
			skip_set(s);
		else
			s->i += rb_peek(s->text, s->i) == '\\' ? 2 : 1;
	}
	s->i = s->i < s->text.n ? s->i + 1 : s->text.n;
}

static struct rb_str
rest_of_line(struct sed *s)
{
	size_t from, end;

	skip_all(s, " \t");
	from = s->i;
	end = rb_str_find(s->text, RB_STR("\n"), from);
	s->i = end != SIZE_MAX ? end : s->text.n;
	return rb_str_cut(s->text, from, s->i);
}

/* A line number, $, /pattern/ or \cpatternc, with what may follow it. */
static void
skip_address(struct sed *s)
{
	char c = rb_peek(s->text, s->i);

	if (c == '/' || c == '\\') {
		s->i += c == '\\';
		c = rb_peek(s->text, s->i);
		s->i++;
		skip_pattern(s, c);
		skip_all(s, "IM");
	} else {
		skip_all(s, "$+~0123456789");
	}
	skip_all(s, " \t");
}

static void
write_file(struct sed *s)
{
	struct rb_str name;

	s->i++;
	name = rest_of_line(s);
	if (name.n > 0)
		s->fn(s->ctx, RB_SCRIPT_WRITES, name);
}

/* s/a/b/flags and y/a/b/, at the first delimiter. */
static void
skip_pair(struct sed *s, bool flags)
{
	char delimiter = rb_peek(s->text, s->i);

	s->i++;
	if (!flags)
		skip_to(s, delimiter);
	else
		skip_pattern(s, delimiter);
	skip_to(s, delimiter);
	if (!flags)
		return;
	skip_all(s, "gpiImMe0123456789");
	if (rb_peek(s->text, s->i) == 'w')
		write_file(s);
}

/* The command at i; false: it is none that is known. */
static bool
read_command(struct sed *s)
{
	char c = rb_peek(s->text, s->i);

	if (rb_peek_in(c, "wW")) {
		write_file(s);
		return true;
	}
	s->i++;
	if (c == 'e') {
		struct rb_str command = rest_of_line(s);

		if (command.n > 0)
			s->fn(s->ctx, RB_SCRIPT_RUNS, command);
	} else if (c == 's' || c == 'y') {
		skip_pair(s, c == 's');
	} else if (rb_peek_in(c, "aicrR#v")) {
		/* A text goes on behind a line that ends with a backslash. */
		for (struct rb_str line = rest_of_line(s);
		     rb_peek_in(c, "aic") && rb_str_ends(line, "\\") && s->i < s->text.n;
		     line = rest_of_line(s))
			s->i++;
	} else if (rb_peek_in(c, "btT:")) {
		while (s->i < s->text.n && !rb_peek_in(rb_peek(s->text, s->i), "\n;}"))
			s->i++;
	} else if (rb_peek_in(c, "qQlL")) {
		skip_all(s, " \t0123456789");
	} else {
		return rb_peek_in(c, "{}=dDgGhHnNpPxFz");
	}
	return true;
}

void
rb_sed_does(
    struct rb_str script, void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text), void *ctx)
{
	struct sed s = {.text = script, .fn = fn, .ctx = ctx};

	/* What the shell puts there may hold anything, delimiters too. */
	if (rb_str_find(script, RB_STR("${"), 0) != SIZE_MAX ||
	    rb_str_find(script, RB_STR("$("), 0) != SIZE_MAX)
		return;
	for (skip_all(&s, " \t\n;"); s.i < script.n; skip_all(&s, " \t\n;")) {
		skip_address(&s);
		if (rb_peek(s.text, s.i) == ',') {
			s.i++;
			skip_all(&s, " \t");
			skip_address(&s);
		}
		skip_all(&s, "! \t");
		if (s.i < script.n && !read_command(&s))
			return;
	}
}
