/* Values that a text gives its own variables, put in the places where they are used: `x=stop; systemctl $x
 * api`, `for a in stop start; do systemctl $a api; done`. Which of several values a command gets is not
 * asked: it stands there once with each. Works on the commands that shell_commands.c has read; all of it is
 * bounded. */
#include <string.h>

#include "lang/shell_words_impl.h"

enum { WORD_BYTES = 4096 }; /* of a word with its values in it; a longer one stays as it is written */

struct values {
	size_t n;
	struct rb_str text[RB_SHELL_VALUES];
};

void
rb_shell_note_value(struct rb_shell_found *f, struct rb_str name, struct rb_str value)
{
	struct values *v;

	if (f->values == NULL || name.n == 0 || value.n == 0 || value.n > RB_SHELL_VALUE_BYTES)
		return;
	v = rb_map_get(f->values, name);
	if (v == NULL) {
		v = RB_NEW(f->arena, struct values);
		rb_map_put(f->values, name, v);
	}
	for (size_t i = 0; i < v->n; i++) {
		if (rb_str_eq(v->text[i], value))
			return;
	}
	if (v->n < RB_SHELL_VALUES)
		v->text[v->n++] = value;
}

void
rb_shell_note_assignment(struct rb_shell_found *f, const struct rb_shell_word *w)
{
	size_t equals = rb_str_find(w->text, RB_STR("="), 0);
	struct rb_str value;

	if (!w->constant || equals == SIZE_MAX)
		return;
	for (size_t i = 0; i < equals; i++) {
		if (!rb_shell_is_name(w->text.p[i], i == 0))
			return;
	}
	value = rb_str_cut(w->text, equals + 1, w->text.n);
	if (rb_str_starts(value, "(") && rb_str_ends(value, ")"))
		value = rb_str_cut(value, 1, value.n - 1);
	rb_shell_note_value(f, rb_str_cut(w->text, 0, equals), value);
}

/* The variable that "$" at i begins, as $name, ${name} or ${name[@]}; *end gets where that ends. Empty: it is
 * something else. */
static struct rb_str
name_at(struct rb_str text, size_t i, size_t *end)
{
	bool braced = i + 1 < text.n && text.p[i + 1] == '{';
	size_t from = i + 1 + braced, to = from;

	while (to < text.n && rb_shell_is_name(text.p[to], to == from))
		to++;
	*end = to;
	if (braced) {
		struct rb_str rest = rb_str_cut(text, to, text.n);

		*end = to + (rb_str_starts(rest, "[@]}") || rb_str_starts(rest, "[*]}") ? 4 : 1);
		if (*end == to + 1 && !rb_str_starts(rest, "}"))
			return RB_STR("");
	}
	return rb_str_cut(text, from, to);
}

/* The next "$" of a word that begins a variable, from *at on, which gets where it stands. */
static struct rb_str
next_name(struct rb_str text, size_t *at, size_t *end)
{
	for (; *at < text.n; ++*at) {
		struct rb_str name = text.p[*at] == '$' ? name_at(text, *at, end) : RB_STR("");

		if (name.n > 0)
			return name;
	}
	return RB_STR("");
}

/* The first variable in the words of a command whose values are known. */
static const struct values *
first_known(const struct rb_shell_found *f, const struct rb_shell_command *c, struct rb_str *name)
{
	const struct values *v;

	for (size_t i = 0; i < c->nwords; i++) {
		size_t at = 0, end = 0;

		if (c->words[i].constant)
			continue;
		for (*name = next_name(c->words[i].text, &at, &end); name->n > 0;
		     *name = next_name(c->words[i].text, &at, &end)) {
			v = rb_map_get(f->values, *name);
			if (v != NULL)
				return v;
			at = end;
		}
	}
	return NULL;
}

/* Adds the word with the value in its place. */
static void
put_value(struct rb_arena *arena, struct rb_shell_word *w, struct rb_str name, struct rb_str value)
{
	size_t at = 0, end = 0, done = 0;
	struct rb_str found;
	struct rb_buf text;

	rb_buf_init(&text, arena->alloc, WORD_BYTES);
	for (found = next_name(w->text, &at, &end); found.n > 0; found = next_name(w->text, &at, &end)) {
		if (rb_str_eq(found, name)) {
			rb_buf_str(&text, rb_str_cut(w->text, done, at));
			rb_buf_str(&text, value);
			done = end;
		}
		at = end;
	}
	if (done > 0) {
		rb_buf_str(&text, rb_str_cut(w->text, done, w->text.n));
		if (text.lost == 0) {
			w->text = rb_arena_str(arena, rb_buf_view(&text));
			w->exact = false;
			w->constant = rb_str_find(w->text, RB_STR("$"), 0) == SIZE_MAX &&
				      rb_str_find(w->text, RB_STR("`"), 0) == SIZE_MAX;
		}
	}
	rb_buf_free(&text);
}

/* Whether the shell takes the value of the word apart at its blanks: the word is $name without quotes, or
 * ${name[@]}. */
static bool
is_split(const struct rb_shell_word *w)
{
	size_t end;

	if (w->constant || w->text.n == 0 || w->text.p[0] != '$' || name_at(w->text, 0, &end).n == 0 ||
	    end != w->text.n)
		return false;
	return rb_str_ends(w->text, "[@]}") || (w->exact && w->to - w->from == w->text.n);
}

static void
add_split(struct rb_shell_command *c, const struct rb_shell_word *w)
{
	for (size_t i = 0, from = 0; i <= w->text.n; i++) {
		if (i < w->text.n && !rb_shell_one_of(w->text.p[i], " \t\n"))
			continue;
		if (i > from) {
			c->words[c->nwords] = *w;
			c->words[c->nwords++].text = rb_str_cut(w->text, from, i);
		}
		from = i + 1;
	}
}

/* The words of a command with one value in the place of a variable. */
static void
put_values(struct rb_arena *arena, struct rb_shell_command *c, struct rb_str name, struct rb_str value)
{
	const struct rb_shell_word *words = c->words;
	size_t n = c->nwords, splits = 0;

	for (size_t i = 0; i < n; i++)
		splits += is_split(&words[i]);
	c->words = RB_ARRAY(arena, struct rb_shell_word, n + splits * (value.n / 2 + 1));
	c->nwords = 0;
	for (size_t i = 0; i < n; i++) {
		struct rb_shell_word w = words[i];

		if (!w.constant)
			put_value(arena, &w, name, value);
		if (w.constant && is_split(&words[i]))
			add_split(c, &w);
		else
			c->words[c->nwords++] = w;
	}
}

void
rb_shell_follow(struct rb_shell_found *f)
{
	unsigned copies = 0;

	if (f->values == NULL || f->values->len == 0)
		return;
	for (struct rb_shell_command *c = f->first; c != NULL; c = c->next) {
		for (unsigned k = 0; k < RB_SHELL_VALUES; k++) {
			struct rb_str name;
			const struct values *v = first_known(f, c, &name);

			if (v == NULL)
				break;
			for (size_t i = v->n; i-- > 1 && copies < RB_SHELL_COPIES; copies++) {
				struct rb_shell_command *copy = RB_NEW(f->arena, struct rb_shell_command);

				*copy = *c;
				put_values(f->arena, copy, name, v->text[i]);
				rb_shell_insert(f, c, copy);
			}
			put_values(f->arena, c, name, v->text[0]);
			if (c->nwords == 0)
				break;
		}
	}
}
