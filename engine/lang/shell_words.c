/* Reading the words of a shell text, and what is expanded in them. One pass from left to right: every branch
 * takes at least one byte, and nothing is looked at again but the inside of `…` and here-documents, so that
 * any bytes are read in linear time. What is no valid shell is read as something near to it. */
#include "lang/shell_words_impl.h"

static void skip_doubled(struct rb_shell_reader *r);

/* Ends words; < and > do too where no ( follows. */
static bool
is_end(char c)
{
	return rb_shell_one_of(c, " \t\n;|&()<>");
}

void
rb_shell_locate(const struct rb_shell_reader *r, size_t from, size_t to, struct rb_shell_word *w)
{
	w->item = r->in->item;
	w->from = r->in->exact ? r->inside + from : r->in->from;
	w->to = r->in->exact ? r->inside + to : r->in->to;
	w->exact = w->exact && r->in->exact;
}

/* ---- what is expanded ---- */

void
rb_shell_skip_list(struct rb_shell_reader *r)
{
	if (r->depth >= RB_SHELL_DEPTH)
		return;
	r->depth++;
	rb_shell_read_list(r, RB_SHELL_AT_PAREN);
	r->depth--;
	if (rb_shell_at(r, r->i) == ')')
		r->i++;
}

/* $(…), whose commands may have been told already. */
static void
skip_substitution(struct rb_shell_reader *r)
{
	r->mute += r->told;
	rb_shell_skip_list(r);
	r->mute -= r->told;
}

/* "`" at i. A backslash hides what it precedes, also another "`", which is not looked into. */
static void
skip_backquoted(struct rb_shell_reader *r)
{
	size_t outer = r->end, close = r->i + 1;

	while (close < outer && r->text.p[close] != '`')
		close += r->text.p[close] == '\\' ? 2 : 1;
	r->i++;
	if (r->depth < RB_SHELL_DEPTH) {
		r->end = close < outer ? close : outer;
		r->depth++;
		r->mute += r->told;
		/* What closes nothing in there is passed over. */
		rb_shell_read_list(r, RB_SHELL_AT_END);
		r->mute -= r->told;
		r->depth--;
		r->end = outer;
	}
	r->i = close < outer ? close + 1 : outer;
}

static bool skip_dollar(struct rb_shell_reader *r, bool doubled);

void
rb_shell_skip_inside(struct rb_shell_reader *r, bool doubled)
{
	char c = rb_shell_at(r, r->i);

	if (c == '\\')
		rb_shell_skip(r, 2);
	else if (c == '$' && r->depth < RB_SHELL_DEPTH)
		skip_dollar(r, doubled);
	else if (c == '`')
		skip_backquoted(r);
	else
		r->i++;
}

void
rb_shell_skip_arithmetic(struct rb_shell_reader *r, size_t parens)
{
	r->depth++;
	while (r->i < r->end && parens > 0) {
		parens += rb_shell_at(r, r->i) == '(';
		parens -= rb_shell_at(r, r->i) == ')';
		rb_shell_skip_inside(r, true);
	}
	r->depth--;
}

/* Inside of ${, which has been read. */
static void
skip_braces(struct rb_shell_reader *r, bool doubled)
{
	r->depth++;
	while (r->i < r->end && rb_shell_at(r, r->i) != '}') {
		if (rb_shell_at(r, r->i) == '\'' && !doubled) {
			size_t close = rb_str_find(rb_str_cut(r->text, 0, r->end), RB_STR("'"), r->i + 1);

			r->i = close != SIZE_MAX ? close + 1 : r->end;
		} else if (rb_shell_at(r, r->i) == '"') {
			skip_doubled(r);
		} else {
			rb_shell_skip_inside(r, doubled);
		}
	}
	rb_shell_skip(r, 1);
	r->depth--;
}

/* "$" at i. False if it is only that. */
static bool
skip_dollar(struct rb_shell_reader *r, bool doubled)
{
	char c = rb_shell_at(r, ++r->i);

	if (c == '(' && rb_shell_at(r, r->i + 1) == '(') {
		r->i += 2;
		rb_shell_skip_arithmetic(r, 2);
	} else if (c == '(') {
		r->i++;
		skip_substitution(r);
	} else if (c == '{') {
		r->i++;
		skip_braces(r, doubled);
	} else if (rb_shell_is_name(c, true)) {
		while (rb_shell_is_name(rb_shell_at(r, r->i), false))
			r->i++;
	} else if (rb_shell_is_digit(c) || rb_shell_one_of(c, "@*#?$!-")) {
		r->i++;
	} else {
		return false;
	}
	return true;
}

/* A double quote at i, in text that is not told. */
static void
skip_doubled(struct rb_shell_reader *r)
{
	r->i++;
	while (r->i < r->end && rb_shell_at(r, r->i) != '"')
		rb_shell_skip_inside(r, true);
	rb_shell_skip(r, 1);
}

/* ---- words ---- */

/* Adds [from, i) as it stands. */
static void
keep(struct rb_shell_reader *r, struct rb_shell_reading *w, size_t from)
{
	size_t n = r->scratch.len - w->mark;

	if (n == 0)
		w->start = from;
	else if (from != w->start + n)
		w->direct = false;
	rb_buf_add(&r->scratch, r->text.p + from, r->i - from);
}

/* An expansion at i. */
static void
keep_expansion(struct rb_shell_reader *r, struct rb_shell_reading *w, bool doubled)
{
	size_t from = r->i;

	if (rb_shell_at(r, r->i) == '`') {
		skip_backquoted(r);
		w->w.constant = false;
	} else if (skip_dollar(r, doubled)) {
		w->w.constant = false;
	}
	keep(r, w, from);
}

/* A backslash at i; before what is not in `set` (NULL: all) it stands for itself. */
static void
keep_escaped(struct rb_shell_reader *r, struct rb_shell_reading *w, const char *set)
{
	size_t from = r->i;
	bool hides = from + 1 < r->end && (set == NULL || rb_shell_one_of(rb_shell_at(r, from + 1), set));

	w->bare = false;
	rb_shell_skip(r, 2);
	if (!hides || r->text.p[from + 1] != '\n')
		keep(r, w, from + hides);
}

/* A single quote at i; `escapes` as in $'…', whose escapes stay as they are. */
static void
keep_single(struct rb_shell_reader *r, struct rb_shell_reading *w, bool escapes)
{
	size_t from = ++r->i;

	w->bare = false;
	while (r->i < r->end && rb_shell_at(r, r->i) != '\'')
		rb_shell_skip(r, escapes && rb_shell_at(r, r->i) == '\\' ? 2 : 1);
	keep(r, w, from);
	rb_shell_skip(r, 1);
}

static void
keep_doubled(struct rb_shell_reader *r, struct rb_shell_reading *w)
{
	size_t from = ++r->i;

	w->bare = false;
	while (r->i < r->end && rb_shell_at(r, r->i) != '"') {
		char c = rb_shell_at(r, r->i);

		if (c == '\\') {
			keep_escaped(r, w, "$`\"\\\n");
			continue;
		}
		from = r->i;
		if (c == '$' || c == '`') {
			keep_expansion(r, w, true);
			continue;
		}
		while (r->i < r->end && !rb_shell_one_of(rb_shell_at(r, r->i), "\"\\$`"))
			r->i++;
		keep(r, w, from);
	}
	if (r->scratch.len == w->mark)
		w->start = from;
	rb_shell_skip(r, 1);
}

/* Whether "(" at i begins the list of name=(…). */
static bool
begins_array(const struct rb_shell_reader *r, const struct rb_shell_reading *w)
{
	size_t i = w->from;

	while (rb_shell_is_name(rb_shell_at(r, i), i == w->from))
		i++;
	if (i > w->from && rb_shell_at(r, i) == '+')
		i++;
	return i > w->from && i + 1 == r->i && rb_shell_at(r, i) == '=';
}

static void
skip_array(struct rb_shell_reader *r)
{
	struct rb_shell_reading element;

	r->i++;
	r->depth++;
	while (r->i < r->end && rb_shell_at(r, r->i) != ')') {
		if (r->depth > RB_SHELL_DEPTH || !rb_shell_read_word(r, &element))
			r->i++;
	}
	r->depth--;
	rb_shell_skip(r, 1);
}

/* One of the characters that end words, at i. False if it ends this one. */
static bool
keep_special(struct rb_shell_reader *r, struct rb_shell_reading *w)
{
	size_t from = r->i;
	char c = rb_shell_at(r, from);

	if (rb_shell_one_of(c, "<>") && rb_shell_at(r, from + 1) == '(') {
		r->i += 2;
		skip_substitution(r);
		w->w.constant = false;
	} else if (c == '(' && begins_array(r, w)) {
		skip_array(r);
	} else if (c == '(' && from > w->from && rb_shell_one_of(r->text.p[from - 1], "?*+@!")) {
		w->parens++; /* a pattern: @(a|b) */
		r->i++;
	} else if (w->parens > 0 && rb_shell_one_of(c, "|)")) {
		w->parens -= c == ')';
		r->i++;
	} else {
		return false;
	}
	keep(r, w, from);
	return true;
}

/* A part of a word at i. False if the word ends there. */
static bool
keep_part(struct rb_shell_reader *r, struct rb_shell_reading *w)
{
	char c = rb_shell_at(r, r->i);
	size_t from = r->i;

	if (is_end(c))
		return keep_special(r, w);
	if (c == '\\') {
		keep_escaped(r, w, NULL);
	} else if (c == '\'') {
		keep_single(r, w, false);
	} else if (c == '"') {
		keep_doubled(r, w);
	} else if (c == '$' && rb_shell_one_of(rb_shell_at(r, from + 1), "'\"")) {
		r->i++;
		if (rb_shell_at(r, r->i) == '\'')
			keep_single(r, w, true);
	} else if (c == '$' || c == '`') {
		keep_expansion(r, w, false);
	} else {
		while (r->i < r->end && !is_end(rb_shell_at(r, r->i)) &&
		       !rb_shell_one_of(rb_shell_at(r, r->i), "\\'\"$`"))
			r->i++;
		keep(r, w, from);
	}
	return true;
}

bool
rb_shell_read_word(struct rb_shell_reader *r, struct rb_shell_reading *w)
{
	size_t n, quotes;

	*w = (struct rb_shell_reading){.w = {.constant = true, .exact = true},
	    .from = r->i,
	    .mark = r->scratch.len,
	    .start = r->i,
	    .direct = true,
	    .bare = true};
	while (r->i < r->end && keep_part(r, w))
		;
	n = r->scratch.len - w->mark;
	quotes = r->i - w->from - n;
	w->w.text = w->direct
			? rb_str_cut(r->text, w->start, w->start + n)
			: rb_arena_str(r->arena, rb_str_cut(rb_buf_view(&r->scratch), w->mark, w->mark + n));
	w->w.exact = w->direct && (quotes == 0 || (quotes == 2 && w->start == w->from + 1));
	rb_shell_locate(r, w->from, r->i, &w->w);
	r->scratch.len = w->mark;
	return r->i > w->from;
}

bool
rb_shell_is_bare(const struct rb_shell_reading *w, const char *text)
{
	return w->bare && w->w.constant && rb_str_is(w->w.text, text);
}

bool
rb_shell_is_next(const struct rb_shell_reader *r, const char *text)
{
	size_t n = strlen(text);

	return rb_str_is(rb_str_cut(r->text, r->i, r->i + n), text) &&
	       (r->i + n >= r->end || is_end(rb_shell_at(r, r->i + n)));
}

void
rb_shell_skip_blanks(struct rb_shell_reader *r)
{
	for (;;) {
		if (rb_shell_one_of(rb_shell_at(r, r->i), " \t"))
			r->i++;
		else if (rb_shell_at(r, r->i) == '\\' && rb_shell_at(r, r->i + 1) == '\n')
			r->i += 2;
		else
			break;
	}
	if (rb_shell_at(r, r->i) == '#') {
		size_t end = rb_str_find(rb_str_cut(r->text, 0, r->end), RB_STR("\n"), r->i);

		r->i = end != SIZE_MAX ? end : r->end;
	}
}
