/* What commands read as their standard input, as far as the text that they stand in says it: here-documents,
 * `echo` and `printf` piped into them. Works on the commands that shell_commands.c has read. */
#include <string.h>

#include "lang/shell_words_impl.h"

enum { PRINTF_GROWS = 4 }; /* printf says its format again while it has words: times what it was given */

/* A byte behind a backslash. */
static void
add_escaped(struct rb_buf *out, char c)
{
	if (c == 'n')
		rb_buf_char(out, '\n');
	else if (rb_shell_one_of(c, "tr"))
		rb_buf_char(out, ' ');
	else if (rb_shell_one_of(c, "\\\"'"))
		rb_buf_char(out, c);
	else
		rb_buf_fmt(out, "\\%c", c);
}

static void
add_plain(struct rb_buf *out, struct rb_str text, bool escapes)
{
	for (size_t i = 0; i < text.n; i++) {
		if (escapes && text.p[i] == '\\' && i + 1 < text.n)
			add_escaped(out, text.p[++i]);
		else
			rb_buf_char(out, text.p[i]);
	}
}

/* "%-5s" at `i`, which gets where it ends. Whether it takes a word. */
static bool
skip_directive(struct rb_str format, size_t *i)
{
	do
		++*i;
	while (*i < format.n && rb_shell_one_of(format.p[*i], "-+ #0123456789.*"));
	return *i < format.n && format.p[*i] != '%';
}

/* One round of a format; words from `at` on are left. */
static size_t
add_format(struct rb_buf *out, struct rb_str format, const struct rb_shell_command *c, size_t at)
{
	for (size_t i = 0; i < format.n; i++) {
		if (format.p[i] == '\\' && i + 1 < format.n) {
			add_escaped(out, format.p[++i]);
		} else if (format.p[i] != '%') {
			rb_buf_char(out, format.p[i]);
		} else if (!skip_directive(format, &i)) {
			rb_buf_char(out, '%');
		} else if (at < c->nwords) {
			rb_buf_str(out, c->words[at++].text);
		}
	}
	return at;
}

/* The texts of words as one word, which stands where all of them do. */
static const struct rb_shell_word *
joined(struct rb_arena *arena, const struct rb_shell_command *c, size_t from, const struct rb_buf *text)
{
	struct rb_shell_word *w = RB_NEW(arena, struct rb_shell_word);

	*w = (struct rb_shell_word){.text = rb_arena_str(arena, rb_buf_view(text)),
	    .constant = true,
	    .item = c->words[from].item,
	    .from = c->words[from].from,
	    .to = c->words[c->nwords - 1].to};
	for (size_t i = from; i < c->nwords; i++) {
		w->constant = w->constant && c->words[i].constant;
		if (c->words[i].item != w->item)
			w->to = c->words[from].to;
	}
	return w;
}

static const struct rb_shell_word *
echoed(struct rb_arena *arena, const struct rb_shell_command *c)
{
	const struct rb_shell_word *w;
	bool escapes = false;
	struct rb_buf text;
	size_t from = 1;

	while (from < c->nwords && rb_shell_listed("-n -e -E -ne -en -nE", c->words[from].text)) {
		escapes = escapes || memchr(c->words[from].text.p, 'e', c->words[from].text.n) != NULL;
		from++;
	}
	if (from >= c->nwords)
		return NULL;
	if (from + 1 == c->nwords && !escapes)
		return &c->words[from];
	rb_buf_init(&text, arena->alloc, SIZE_MAX);
	for (size_t i = from; i < c->nwords; i++) {
		rb_buf_c(&text, i > from ? " " : "");
		add_plain(&text, c->words[i].text, escapes);
	}
	w = joined(arena, c, from, &text);
	rb_buf_free(&text);
	return w;
}

static const struct rb_shell_word *
printed(struct rb_arena *arena, const struct rb_shell_command *c)
{
	const struct rb_shell_word *w;
	struct rb_buf text;
	size_t from = 1, at, given = 0, said;

	if (from < c->nwords && rb_str_is(c->words[from].text, "--"))
		from++;
	if (from >= c->nwords || rb_str_is(c->words[from].text, "-v"))
		return NULL;
	for (size_t i = from; i < c->nwords; i++)
		given += c->words[i].text.n + 1;
	rb_buf_init(&text, arena->alloc, given * PRINTF_GROWS);
	at = from + 1;
	do {
		said = at;
		at = add_format(&text, c->words[from].text, c, at);
	} while (at > said && at < c->nwords && text.lost == 0);
	w = joined(arena, c, from, &text);
	rb_buf_free(&text);
	return w;
}

/* Where a command's input comes from. */
struct source {
	const struct rb_shell_word *text; /* it stands there */
	const struct rb_shell_word *file;
	const struct rb_shell_command *program; /* that prints it */
};

static struct source
source_of(const struct rb_shell_command *c)
{
	struct source s = {.text = NULL};

	for (; c != NULL; c = c->runner) {
		bool other = false;

		for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next) {
			if (r->how == RB_REDIRECT_DOCUMENT || r->how == RB_REDIRECT_TEXT)
				s.text = &r->to;
			if (r->how == RB_REDIRECT_READ)
				s.file = &r->to;
			other = other || r->how == RB_REDIRECT_READ;
		}
		if (s.text != NULL || other)
			return s;
		if (c->feeds_on != NULL) {
			s.program = c->feeds_on;
			return s;
		}
	}
	return s;
}

/* The same, seen through any number of `cat` that only hand on. */
static struct source
source_before_cat(const struct rb_shell_command *c)
{
	struct source s = source_of(c);

	while (s.program != NULL && s.program->nwords == 1 && rb_str_is(s.program->words[0].text, "cat")) {
		s = source_of(s.program);
	}
	return s;
}

const struct rb_shell_word *
rb_shell_input(struct rb_arena *arena, const struct rb_shell_command *c)
{
	struct source s = source_before_cat(c);
	const struct rb_shell_command *by = s.program;

	if (s.text != NULL || by == NULL || by->nwords == 0)
		return s.text;
	if (rb_str_is(by->words[0].text, "echo"))
		return echoed(arena, by);
	return rb_str_is(by->words[0].text, "printf") ? printed(arena, by) : NULL;
}

const struct rb_shell_word *
rb_shell_source(const struct rb_shell_command *c, bool *piped)
{
	struct source s = source_before_cat(c);
	const struct rb_shell_command *by = s.program;

	/* What these run has another input than they have. */
	for (const struct rb_shell_command *up = c; up != NULL; up = up->given_to) {
		if (rb_shell_listed("xargs parallel", rb_str_file(up->words[0].text)) && up != c)
			return NULL;
	}
	*piped = s.text == NULL && by != NULL;
	if (s.text != NULL)
		return NULL;
	if (by == NULL)
		return s.file != NULL && !rb_str_is(s.file->text, "/dev/null") ? s.file : NULL;
	/* The shell's own and functions print what the text says. */
	return by->nwords > 0 && by->runs == RB_RUNS_PROGRAM ? &by->words[0] : NULL;
}
