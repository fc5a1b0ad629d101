/* Outputs of a run as texts of a scenario. What is longer than a scenario may hold is cut in its middle, but
 * for the lines that the step's patterns find there: they are what its way hangs on. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/tape_parts.h"

/* In bytes. A text of a YAML file is 256 KiB at most; bytes that are no UTF-8 grow threefold in it, but
 * nobody reads such a text. */
enum {
	WHOLE = 192 << 10, /* longer ones are cut */
	PART = 64 << 10,   /* what stays of their beginning, of their end, and of what was found between */
	SMALL = 4 << 10,   /* the same once the scenario has its fill: */
	FILL = 2 << 20,
};

static void
note_cut(struct rb_tape_writer *w, const struct rb_tape_row *row, struct rb_str what)
{
	struct rb_tape_name *n = RB_NEW(w->arena, struct rb_tape_name), **end = &w->cut;

	n->text = rb_arena_fmt(w->arena, "%.*s: %.*s", RB_STR_ARG(row->name), RB_STR_ARG(what));
	while (*end != NULL) {
		if (rb_str_eq((*end)->text, n->text))
			return;
		end = &(*end)->next;
	}
	*end = n;
}

/* All that is kept of it; p NULL where the file is not to be had. */
static struct rb_str
read_file(const struct rb_tape_writer *w, struct rb_str name)
{
	struct rb_str path = rb_arena_fmt(w->arena, "%.*s/%.*s", RB_STR_ARG(w->folder), RB_STR_ARG(name)),
		      text = {NULL, 0};
	int fd = open(path.p, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *bytes;
	ssize_t got;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		bytes = RB_ARRAY(w->arena, char, (size_t)st.st_size + 1);
		text = (struct rb_str){bytes, 0};
		while (text.n < (size_t)st.st_size) {
			got = read(fd, bytes + text.n, (size_t)st.st_size - text.n);
			if (got <= 0)
				break;
			text.n += (size_t)got;
		}
	}
	if (fd >= 0)
		close(fd);
	return text;
}

struct rb_str
rb_tape_output(struct rb_tape_writer *w, const struct rb_tape_row *row, const struct rb_tape_output *o)
{
	struct rb_str text = {NULL, 0};

	if (o->file.n == 0)
		return RB_STR("");
	/* The name comes from the transcript: it leads nowhere else. */
	if (rb_str_find(o->file, RB_STR("/"), 0) == SIZE_MAX)
		text = read_file(w, o->file);
	if (text.p == NULL) {
		note_cut(w, row, rb_arena_fmt(w->arena, "%.*s is not kept", RB_STR_ARG(o->file)));
		return RB_STR("");
	}
	if (o->left_out > 0)
		note_cut(w, row,
		    rb_arena_fmt(
			w->arena, "the run itself kept %lld bytes less than came", (long long)o->left_out));
	return text;
}

/* ---- cutting ---- */

static bool
is_looked_for(const struct rb_step *step, struct rb_str line)
{
	const struct rb_stop_on *stop = step->stop_on;
	struct rb_found found;
	const char *limit;

	for (size_t i = 0; i < step->nmatches; i++) {
		if (step->matches[i].pattern != NULL &&
		    rb_pattern_find(step->matches[i].pattern, line, 0, &found, &limit) == 1)
			return true;
	}
	return stop != NULL && stop->pattern != NULL &&
	       rb_pattern_find(stop->pattern, line, 0, &found, &limit) == 1;
}

/* The lines of what is left out in which something is found. */
static void
put_found(const struct rb_step *step, struct rb_str middle, size_t room, struct rb_buf *out)
{
	size_t end;

	for (size_t at = 0; at < middle.n; at = end + 1) {
		struct rb_str line;

		end = rb_str_find(middle, RB_STR("\n"), at);
		end = end == SIZE_MAX ? middle.n : end;
		line = rb_str_cut(middle, at, end);
		if (line.n >= room || !is_looked_for(step, line))
			continue;
		room -= line.n + 1;
		rb_buf_str(out, line);
		rb_buf_char(out, '\n');
	}
}

struct rb_str
rb_tape_cut(struct rb_tape_writer *w, const struct rb_tape_row *row, struct rb_str text)
{
	size_t part = w->filled < FILL ? PART : SMALL, whole = w->filled < FILL ? WHOLE : 3 * SMALL, head,
	       tail;
	struct rb_buf b;

	if (text.n <= whole) {
		w->filled += text.n;
		return text;
	}
	head = part;
	tail = text.n - part;
	/* At line ends, where there are some near. */
	while (head > part / 2 && text.p[head - 1] != '\n')
		head--;
	while (tail < text.n - part / 2 && text.p[tail - 1] != '\n')
		tail++;
	if (head == part / 2)
		head = part;
	if (tail == text.n - part / 2)
		tail = text.n - part;
	rb_buf_init(&b, w->arena->alloc, SIZE_MAX);
	rb_buf_str(&b, rb_str_cut(text, 0, head));
	if (text.p[head - 1] != '\n')
		rb_buf_char(&b, '\n');
	put_found(row->step, rb_str_cut(text, head, tail), part, &b);
	rb_buf_fmt(&b, "… %zu of %zu bytes left out …\n", tail - head, text.n);
	rb_buf_str(&b, rb_str_cut(text, tail, text.n));
	note_cut(w, row,
	    rb_arena_fmt(w->arena, "%zu of the %zu bytes of its output%s", tail - head, text.n,
		row->step->nmatches > 0 ? ", but not the lines that its `match` finds" : ""));
	text = rb_arena_str(w->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	w->filled += text.n;
	return text;
}
