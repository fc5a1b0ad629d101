/* Reading a shell text into its commands: lists, pipelines, compound commands, redirections with their
 * here-documents. Its words are shell_words.c's. */
#include "lang/shell_words_impl.h"

/* ---- redirections and here-documents ---- */

/* The text of a here-document from i on, up to the line of its word. */
static void
read_document(struct rb_shell_reader *r, const struct rb_shell_document *d)
{
	struct rb_str all = rb_str_cut(r->text, 0, r->end);
	size_t from = r->i, to = r->end, next = r->end;
	struct rb_shell_word *w = &d->redirect->to;

	for (size_t i = from; i < r->end;) {
		size_t line = i, end = rb_str_find(all, RB_STR("\n"), i);

		end = end != SIZE_MAX ? end : r->end;
		while (d->tabs && line < end && r->text.p[line] == '\t')
			line++;
		if (rb_str_eq(rb_str_cut(all, line, end), d->word)) {
			to = i;
			next = end < r->end ? end + 1 : end;
			break;
		}
		i = end + 1;
	}
	*w = (struct rb_shell_word){.text = rb_str_cut(all, from, to), .constant = true, .exact = true};
	rb_shell_locate(r, from, to, w);
	if (!d->literal) {
		size_t outer = r->end;

		r->end = to;
		while (r->i < r->end) {
			w->constant = w->constant && !rb_shell_one_of(rb_shell_at(r, r->i), "$`");
			rb_shell_skip_inside(r, true);
		}
		r->end = outer;
	}
	r->i = next;
}

/* A line's end at i, with the documents that were begun on the line. */
static void
read_newline(struct rb_shell_reader *r)
{
	struct rb_shell_document documents[RB_SHELL_DOCUMENTS];
	size_t n = r->ndocuments;

	r->i++;
	memcpy(documents, r->documents, n * sizeof(documents[0]));
	r->ndocuments = 0;
	for (size_t k = 0; k < n; k++)
		read_document(r, &documents[k]);
}

/* Where the operator of a redirection at i begins, behind its descriptor; SIZE_MAX: it is none. */
static size_t
redirect_at(const struct rb_shell_reader *r)
{
	size_t i = r->i;

	if (rb_shell_at(r, i) == '&')
		return rb_shell_at(r, i + 1) == '>' ? i : SIZE_MAX;
	if (rb_shell_at(r, i) == '{' && rb_shell_is_name(rb_shell_at(r, i + 1), true)) {
		for (i++; rb_shell_is_name(rb_shell_at(r, i), false); i++)
			;
		if (rb_shell_at(r, i) != '}')
			return SIZE_MAX;
		i++;
	} else {
		while (rb_shell_is_digit(rb_shell_at(r, i)))
			i++;
	}
	return rb_shell_one_of(rb_shell_at(r, i), "<>") && (i > r->i || rb_shell_at(r, i + 1) != '(')
		   ? i
		   : SIZE_MAX;
}

/* Operators, longer ones before those that they begin with. */
static const struct {
	const char *sign;
	enum rb_redirect how;
} operators[] = {
    {"&>>", RB_REDIRECT_WRITE},
    {"&>", RB_REDIRECT_WRITE},
    {"<<<", RB_REDIRECT_TEXT},
    {"<<-", RB_REDIRECT_DOCUMENT},
    {"<<", RB_REDIRECT_DOCUMENT},
    {"<&", RB_REDIRECT_COPY},
    {"<>", RB_REDIRECT_BOTH},
    {"<", RB_REDIRECT_READ},
    {">>", RB_REDIRECT_WRITE},
    {">|", RB_REDIRECT_WRITE},
    {">&", RB_REDIRECT_COPY},
    {">", RB_REDIRECT_WRITE},
};

/* Whether what follows >& is a descriptor: 1, 2-, -, $fd. Else it is a file. */
static bool
is_descriptor(const struct rb_shell_word *w)
{
	size_t digits = 0;

	while (digits < w->text.n && rb_shell_is_digit(w->text.p[digits]))
		digits++;
	return !w->constant || digits == w->text.n || rb_str_is(rb_str_cut(w->text, digits, w->text.n), "-");
}

/* A redirection at i, whose operator begins at op. */
static void
read_redirect(struct rb_shell_reader *r, size_t op, struct rb_shell_redirect ***end)
{
	struct rb_shell_redirect *redirect = RB_NEW(r->arena, struct rb_shell_redirect);
	struct rb_shell_word place = {.exact = true};
	size_t k = 0, from = r->i;
	struct rb_shell_reading w;

	while (!rb_str_starts(rb_str_cut(r->text, op, r->end), operators[k].sign))
		k++;
	redirect->how = operators[k].how;
	r->i = op + strlen(operators[k].sign);
	rb_shell_skip_blanks(r);
	if (!rb_shell_read_word(r, &w))
		return;
	rb_shell_locate(r, from, r->i, &place);
	redirect->from = place.from;
	redirect->to = w.w;
	if (redirect->how == RB_REDIRECT_DOCUMENT)
		redirect->to.text = RB_STR("");
	if (rb_str_is(rb_str_c(operators[k].sign), ">&") && !is_descriptor(&w.w))
		redirect->how = RB_REDIRECT_WRITE;
	if (redirect->how == RB_REDIRECT_DOCUMENT && r->ndocuments < RB_SHELL_DOCUMENTS)
		r->documents[r->ndocuments++] = (struct rb_shell_document){.redirect = redirect,
		    .word = w.w.text,
		    .literal = !w.bare,
		    .tabs = rb_str_is(rb_str_c(operators[k].sign), "<<-")};
	**end = redirect;
	*end = &redirect->next;
}

/* ---- commands ---- */

static void
add_word(struct rb_shell_reader *r, struct rb_shell_command *c, size_t *cap, const struct rb_shell_word *w)
{
	c->words = rb_arena_grow(r->arena, c->words, sizeof(*c->words), c->nwords, cap);
	c->words[c->nwords++] = *w;
}

static struct rb_shell_command *
tell(struct rb_shell_reader *r, struct rb_shell_command *c)
{
	if (r->mute > 0 || (c->nwords == 0 && c->redirects == NULL))
		return NULL;
	*r->found->end = c;
	r->found->end = &c->next;
	return c;
}

/* The redirections behind `done`, `}` and their like, which are told as a command without words. */
static struct rb_shell_command *
read_tail(struct rb_shell_reader *r)
{
	struct rb_shell_command *c = RB_NEW(r->arena, struct rb_shell_command);
	struct rb_shell_redirect **end = &c->redirects;

	for (rb_shell_skip_blanks(r); redirect_at(r) != SIZE_MAX; rb_shell_skip_blanks(r))
		read_redirect(r, redirect_at(r), &end);
	return tell(r, c);
}

/* Whether the word sets a variable: name=, name+=, name[…]=. */
static bool
is_assignment(const struct rb_shell_reader *r, const struct rb_shell_reading *w)
{
	size_t i = w->from;

	while (rb_shell_is_name(rb_shell_at(r, i), i == w->from))
		i++;
	if (i > w->from && rb_shell_at(r, i) == '[') {
		while (i < r->i && rb_shell_at(r, i) != ']')
			i++;
		i++;
	}
	i += rb_shell_at(r, i) == '+';
	return i > w->from && i < r->i && rb_shell_at(r, i) == '=';
}

/* "()" at i, blanks before and in it allowed. False, and nothing is taken, if it is something else. */
static bool
read_parens(struct rb_shell_reader *r)
{
	size_t from = r->i;

	rb_shell_skip_blanks(r);
	if (rb_shell_at(r, r->i) == '(') {
		r->i++;
		rb_shell_skip_blanks(r);
		if (rb_shell_at(r, r->i) == ')') {
			r->i++;
			return true;
		}
	}
	r->i = from;
	return false;
}

static void
define(struct rb_shell_reader *r, struct rb_str name)
{
	rb_map_put(&r->found->functions, name, r->found);
}

/* Builtins that are given assignments. */
static const char declares[] = "local export readonly declare typeset";

/* A command whose first word was read (`first`), or that begins with a redirection (NULL). NULL: it defines a
 * function, or says nothing. */
static struct rb_shell_command *
read_simple(struct rb_shell_reader *r, const struct rb_shell_reading *first)
{
	struct rb_shell_command *c = RB_NEW(r->arena, struct rb_shell_command);
	struct rb_shell_redirect **end = &c->redirects;
	size_t cap = 0;
	struct rb_shell_reading w;

	if (first != NULL && is_assignment(r, first)) {
		rb_shell_note_assignment(r->found, &first->w);
	} else if (first != NULL) {
		add_word(r, c, &cap, &first->w);
		if (read_parens(r)) {
			define(r, first->w.text);
			return NULL;
		}
	}
	for (rb_shell_skip_blanks(r); r->i < r->end; rb_shell_skip_blanks(r)) {
		size_t op = redirect_at(r);

		if (op != SIZE_MAX)
			read_redirect(r, op, &end);
		else if (!rb_shell_read_word(r, &w))
			break;
		else if (c->nwords > 0 || !is_assignment(r, &w))
			add_word(r, c, &cap, &w.w);
		else
			rb_shell_note_assignment(r->found, &w.w);
	}
	for (size_t i = 1; i < c->nwords && rb_shell_listed(declares, c->words[0].text); i++)
		rb_shell_note_assignment(r->found, &c->words[i]);
	return tell(r, c);
}

/* [[ … ]], whose first word was read: no operator of the shell has its meaning there. */
static struct rb_shell_command *
read_test(struct rb_shell_reader *r, const struct rb_shell_reading *first)
{
	struct rb_shell_command *c = RB_NEW(r->arena, struct rb_shell_command);
	struct rb_shell_reading w = *first;
	size_t cap = 0;

	for (;;) {
		add_word(r, c, &cap, &w.w);
		if (rb_shell_is_bare(&w, "]]"))
			break;
		for (rb_shell_skip_blanks(r); r->i < r->end && !rb_shell_read_word(r, &w);
		     rb_shell_skip_blanks(r))
			r->i++;
		if (r->i >= r->end)
			break;
	}
	tell(r, c);
	return read_tail(r);
}

/* After `for` or `select`. */
static void
read_for(struct rb_shell_reader *r)
{
	struct rb_shell_reading name, w;

	rb_shell_skip_blanks(r);
	if (rb_shell_at(r, r->i) == '(' && rb_shell_at(r, r->i + 1) == '(') {
		r->i += 2;
		rb_shell_skip_arithmetic(r, 2);
		return;
	}
	rb_shell_read_word(r, &name);
	for (rb_shell_skip_blanks(r); rb_shell_at(r, r->i) == '\n'; rb_shell_skip_blanks(r))
		read_newline(r);
	if (!rb_shell_is_next(r, "in"))
		return; /* for x do */
	rb_shell_skip(r, 2);
	for (rb_shell_skip_blanks(r); rb_shell_read_word(r, &w); rb_shell_skip_blanks(r)) {
		if (w.w.constant)
			rb_shell_note_value(r->found, name.w.text, w.w.text);
	}
}

/* The patterns of an arm, up to their ")". */
static void
read_patterns(struct rb_shell_reader *r)
{
	struct rb_shell_reading pattern;

	if (rb_shell_at(r, r->i) == '(')
		r->i++;
	for (rb_shell_skip_blanks(r); r->i < r->end && rb_shell_at(r, r->i) != ')'; rb_shell_skip_blanks(r)) {
		if (!rb_shell_read_word(r, &pattern))
			r->i++;
	}
	rb_shell_skip(r, 1);
}

/* After `case`, to behind `esac`. */
static struct rb_shell_command *
read_case(struct rb_shell_reader *r)
{
	struct rb_shell_reading w;

	rb_shell_skip_blanks(r);
	rb_shell_read_word(r, &w);
	for (rb_shell_skip_blanks(r); rb_shell_at(r, r->i) == '\n'; rb_shell_skip_blanks(r))
		read_newline(r);
	if (!rb_shell_read_word(r, &w) || !rb_shell_is_bare(&w, "in") || r->depth >= RB_SHELL_DEPTH)
		return NULL;
	for (;;) {
		for (rb_shell_skip_blanks(r); r->i < r->end && rb_shell_one_of(rb_shell_at(r, r->i), "\n;&");
		     rb_shell_skip_blanks(r)) {
			if (rb_shell_at(r, r->i) == '\n')
				read_newline(r);
			else
				r->i++;
		}
		if (r->i >= r->end || rb_shell_at(r, r->i) == ')')
			return NULL;
		if (rb_shell_is_next(r, "esac")) {
			rb_shell_read_word(r, &w);
			return read_tail(r);
		}
		read_patterns(r);
		r->depth++;
		rb_shell_read_list(r, RB_SHELL_AT_CASE);
		r->depth--;
	}
}

/* Keywords after which a command may begin. */
static const char before_command[] = "if then elif else while until do ! { coproc";
static const char after_commands[] = "fi done }";

/* What begins with a keyword that has been read; false if it is none. */
static bool
read_compound(struct rb_shell_reader *r, struct rb_shell_reading *w, struct rb_shell_command **c)
{
	struct rb_str word = w->w.text;

	if (rb_shell_listed(before_command, word))
		return true;
	if (rb_shell_listed(after_commands, word)) {
		*c = read_tail(r);
	} else if (rb_str_is(word, "time")) {
		rb_shell_skip_blanks(r);
		if (rb_shell_is_next(r, "-p"))
			rb_shell_skip(r, 2);
	} else if (rb_str_is(word, "for") || rb_str_is(word, "select")) {
		read_for(r);
	} else if (rb_str_is(word, "case")) {
		*c = read_case(r);
	} else if (rb_str_is(word, "function")) {
		rb_shell_skip_blanks(r);
		if (rb_shell_read_word(r, w))
			define(r, w->w.text);
		read_parens(r);
	} else if (rb_str_is(word, "[[")) {
		*c = read_test(r, w);
	} else {
		return false;
	}
	return true;
}

/* The command at i. False: `esac` ends the list. *c gets what may be piped on, or NULL. */
static bool
read_command(struct rb_shell_reader *r, enum rb_shell_stop stop, struct rb_shell_command **c)
{
	struct rb_shell_reading w;
	bool word = redirect_at(r) == SIZE_MAX && rb_shell_read_word(r, &w);

	*c = NULL;
	if (word && rb_shell_is_bare(&w, "esac")) {
		if (stop == RB_SHELL_AT_CASE)
			r->i = w.from;
		return stop != RB_SHELL_AT_CASE;
	}
	if (!word || !w.bare || !w.w.constant || !read_compound(r, &w, c))
		*c = read_simple(r, word ? &w : NULL);
	return true;
}

/* "(" at i: a subshell, or an arithmetic command. */
static struct rb_shell_command *
read_group(struct rb_shell_reader *r)
{
	r->i++;
	if (rb_shell_at(r, r->i) == '(') {
		r->i++;
		rb_shell_skip_arithmetic(r, 2);
	} else {
		rb_shell_skip_list(r);
	}
	return read_tail(r);
}

void
rb_shell_read_list(struct rb_shell_reader *r, enum rb_shell_stop stop)
{
	struct rb_shell_command *before = NULL; /* may be piped into the next one */
	bool piped = false;

	for (rb_shell_skip_blanks(r); r->i < r->end; rb_shell_skip_blanks(r)) {
		struct rb_shell_command *c;
		char now = rb_shell_at(r, r->i), next = rb_shell_at(r, r->i + 1);

		if (now == ')' && stop != RB_SHELL_AT_END)
			return;
		if (now == ';' && stop == RB_SHELL_AT_CASE && rb_shell_one_of(next, ";&"))
			return;
		if (now == '\n') {
			read_newline(r);
		} else if (now == '|') {
			piped = next != '|';
			r->i += rb_shell_one_of(next, "|&") ? 2 : 1;
		} else if (now == ';' || now == ')' || (now == '&' && next != '>')) {
			if (now == '&' && next != '&' && before != NULL)
				before->background = true;
			r->i += now == '&' && next == '&' ? 2 : 1;
			piped = false;
			before = NULL;
		} else if (now == '(') {
			before = read_group(r);
			piped = false;
		} else {
			if (!read_command(r, stop, &c))
				return;
			if (c != NULL && piped)
				c->feeds_on = before;
			before = c;
			piped = false;
		}
	}
}

void
rb_shell_read_text(struct rb_shell_found *f, const struct rb_shell_word *word)
{
	struct rb_shell_reader r = {.found = f,
	    .arena = f->arena,
	    .text = word->text,
	    .in = word,
	    .inside = word->from + (word->to - word->from - word->text.n) / 2,
	    .end = word->text.n,
	    .told = !word->constant};

	rb_buf_init(&r.scratch, f->arena->alloc, word->text.n + 1);
	rb_shell_read_list(&r, RB_SHELL_AT_END);
	rb_buf_free(&r.scratch);
}

static struct rb_shell_command *
read_whole(
    struct rb_arena *arena, struct rb_str text, struct rb_map *values, const struct rb_shell_command *runner)
{
	struct rb_shell_word whole = {.text = text, .constant = true, .exact = true, .to = text.n};
	unsigned readers = 0;
	struct rb_shell_found found;

	rb_shell_found_init(&found, arena);
	found.values = values;
	rb_shell_read_text(&found, &whole);
	for (struct rb_shell_command *c = found.first; c != NULL && readers < RB_SHELL_READERS; c = c->next) {
		c->runner = runner;
		readers++;
	}
	rb_shell_follow(&found);
	rb_shell_give(&found, true);
	return found.first;
}

struct rb_shell_command *
rb_shell_commands(struct rb_arena *arena, struct rb_str text)
{
	return read_whole(arena, text, NULL, NULL);
}

struct rb_shell_command *
rb_shell_followed(struct rb_arena *arena, struct rb_str text, const struct rb_shell_command *runner)
{
	struct rb_map values;

	rb_map_init(&values, arena);
	return read_whole(arena, text, &values, runner);
}
