/* What an awk program does beside printing: the files that it writes (print > FILE) and the commands that it
 * runs by a pipe or by its call of the system. No parser of awk: texts, patterns and comments are
 * passed over, the rest is words and signs. */
#include "lint/change.h"
#include "lint/peek.h"

struct awk {
	struct rb_str text;
	size_t i;
	void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text);
	void *ctx;
	struct rb_str string; /* what was read last, if that was a text in quotes */
	bool value;           /* it was a value, behind which / divides */
	bool prints;          /* behind print or printf, where > and | lead away */
	unsigned parens;      /* since then */
};

static void
skip_blanks(struct awk *a)
{
	while (rb_peek(a->text, a->i) == ' ' || rb_peek(a->text, a->i) == '\t' ||
	       (rb_peek(a->text, a->i) == '\\' && rb_peek(a->text, a->i + 1) == '\n'))
		a->i += rb_peek(a->text, a->i) == '\\' ? 2 : 1;
}

/* A text in quotes, or a pattern between slashes, at i: what stands in it. */
static struct rb_str
read_quoted(struct awk *a)
{
	char quote = rb_peek(a->text, a->i);
	size_t from = ++a->i;
	bool set = false; /* in [/] a slash ends no pattern */

	while (
	    a->i < a->text.n && rb_peek(a->text, a->i) != '\n' && (set || rb_peek(a->text, a->i) != quote)) {
		if (quote == '/' && rb_peek(a->text, a->i) == '[')
			set = rb_peek(a->text, a->i + 1) != '\0';
		else if (rb_peek(a->text, a->i) == ']')
			set = false;
		a->i += rb_peek(a->text, a->i) == '\\' ? 2 : 1;
	}
	a->i = a->i < a->text.n ? a->i : a->text.n;
	return rb_str_cut(a->text, from, rb_peek(a->text, a->i) == quote ? a->i++ : a->i);
}

/* The text in quotes that follows, or none. */
static struct rb_str
read_string(struct awk *a)
{
	skip_blanks(a);
	return rb_peek(a->text, a->i) == '"' ? read_quoted(a) : RB_STR("");
}

static void
run(struct awk *a, struct rb_str command)
{
	if (command.n > 0)
		a->fn(a->ctx, RB_SCRIPT_RUNS, command);
}

static void
read_word(struct awk *a)
{
	size_t from = a->i;
	struct rb_str word;

	while (rb_peek_name(rb_peek(a->text, a->i)))
		a->i++;
	word = rb_str_cut(a->text, from, a->i);
	a->value = true;
	if (rb_str_is(word, "print") || rb_str_is(word, "printf")) {
		a->prints = true;
		a->parens = 0;
		a->value = false;
	} else if (rb_str_is(word, "system")) {
		skip_blanks(a);
		if (rb_peek(a->text, a->i) == '(') {
			a->parens++;
			a->i++;
			run(a, read_string(a));
		}
	} else if (rb_shell_listed("return in else do case", word)) {
		a->value = false;
	}
}

/* > or | at i, behind what is printed: where to. */
static void
read_target(struct awk *a)
{
	bool pipe = rb_peek(a->text, a->i) == '|';
	struct rb_str string;

	a->i += rb_peek(a->text, a->i + 1) == '>' || rb_peek(a->text, a->i + 1) == '&' ? 2 : 1;
	string = read_string(a);
	a->value = string.n > 0;
	if (pipe)
		run(a, string);
	else
		a->fn(a->ctx, RB_SCRIPT_WRITES, string);
	a->prints = false;
}

/* One sign. What is between ( ) is compared, not led away. */
static void
read_sign(struct awk *a)
{
	char c = rb_peek(a->text, a->i), next = rb_peek(a->text, a->i + 1);
	bool outside = a->prints && a->parens == 0;

	if (c == '|' && next == '|') {
		a->i += 2;
	} else if (outside && (c == '|' || (c == '>' && next != '='))) {
		read_target(a);
		return;
	} else if (c == '|') {
		/* "CMD" | getline */
		run(a, a->string);
		a->i++;
	} else {
		if (c == '(')
			a->parens++;
		else if (c == ')')
			a->parens -= a->parens > 0;
		else if (c == ';' || c == '\n' || c == '{' || c == '}')
			a->prints = a->prints && a->parens > 0;
		a->i++;
	}
	a->value = c == ')' || c == ']' || c == '$';
}

void
rb_awk_does(
    struct rb_str script, void (*fn)(void *ctx, enum rb_script_does does, struct rb_str text), void *ctx)
{
	struct awk a = {.text = script, .fn = fn, .ctx = ctx};

	for (skip_blanks(&a); a.i < script.n; skip_blanks(&a)) {
		char c = rb_peek(a.text, a.i);

		if (c == '"') {
			a.string = read_quoted(&a);
			a.value = true;
			continue;
		}
		if (c == '/' && !a.value) {
			read_quoted(&a);
			a.value = true;
		} else if (c == '#') {
			while (a.i < script.n && rb_peek(a.text, a.i) != '\n')
				a.i++;
		} else if (rb_peek_name(c)) {
			read_word(&a);
		} else {
			read_sign(&a);
		}
		a.string = RB_STR("");
	}
}
