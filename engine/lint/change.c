/* Whether a command plainly changes something: matches commands with the rows of change_rows.c, and looks at
 * where their output goes. */
#include "lint/change.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

enum {
	OPERANDS_MAX = 8,  /* that a row can speak of */
	ELSEWHERE_MAX = 4, /* commands in commands: docker exec db ssh host … */
	WORD_SHOWN = 40,   /* longer words are cut in messages */
	WHAT_MAX = 256,
};

struct finder {
	struct rb_arena *arena;
	void (*fn)(void *ctx, const struct rb_change *change);
	void *ctx;
	unsigned elsewhere;
};

/* A command as its row sees it. */
struct call {
	const struct rb_shell_command *c;
	const struct rb_change_row *row;
	size_t end; /* words from here on are another command's */
	size_t noperands;
	size_t
	    operands[OPERANDS_MAX]; /* words that are no options; of further ones only their number counts */
};

/* ---- where output goes ---- */

static const char *const sinks[] = {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "-"};
/* Process substitutions, descriptors that are open already, connections. */
static const char *const sink_starts[] = {">(", "<(", "/dev/fd/", "/proc/self/fd/", "/dev/tcp/", "/dev/udp/"};

static bool
is_file(struct rb_str name)
{
	for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++) {
		if (rb_str_is(name, sinks[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof(sink_starts) / sizeof(sink_starts[0]); i++) {
		if (rb_str_starts(name, sink_starts[i]))
			return false;
	}
	return name.n > 0;
}

/* A word for a message. */
static void
add_word(struct rb_buf *out, struct rb_str word)
{
	if (out->len > 0)
		rb_buf_char(out, ' ');
	if (word.n <= WORD_SHOWN)
		rb_buf_str(out, word);
	else
		rb_buf_c(out, "…");
}

static void
tell(struct finder *f, const struct rb_change_row *row, const char *does, struct rb_str what,
    const struct rb_shell_word *at)
{
	struct rb_change change = {.what = rb_arena_str(f->arena, what),
	    .does = does,
	    .row = row,
	    .item = at->item,
	    .from = at->from,
	    .to = at->to};

	f->fn(f->ctx, &change);
}

static void
find_redirects(struct finder *f, const struct rb_shell_command *c)
{
	char text[WHAT_MAX];

	for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next) {
		struct rb_shell_word at = r->to;

		if ((r->how != RB_REDIRECT_WRITE && r->how != RB_REDIRECT_BOTH) || !is_file(r->to.text))
			continue;
		at.from = r->from;
		snprintf(text, sizeof(text), "> %.*s", r->to.text.n <= WORD_SHOWN ? (int)r->to.text.n : 0,
		    r->to.text.p);
		tell(f, NULL, "writes a file", rb_str_c(r->to.text.n <= WORD_SHOWN ? text : "> …"), &at);
	}
}

/* ---- matching rows ---- */

/* Whether the text is the pattern, in which * stands for anything. */
static bool
glob(struct rb_str pattern, struct rb_str text, bool nocase)
{
	size_t star = rb_str_find(pattern, RB_STR("*"), 0);
	struct rb_str head = rb_str_cut(pattern, 0, star), tail;

	if (text.n < head.n ||
	    (nocase ? strncasecmp(head.p, text.p, head.n) : memcmp(head.p, text.p, head.n)) != 0)
		return false;
	if (star == SIZE_MAX)
		return text.n == head.n;
	tail = rb_str_cut(pattern, star + 1, pattern.n);
	for (size_t i = head.n; i <= text.n; i++) {
		if (tail.n == 0 || glob(tail, rb_str_cut(text, i, text.n), nocase))
			return true;
	}
	return false;
}

/* Cuts the next part off a list; false at its end. */
static bool
next_part(struct rb_str *list, char between, struct rb_str *part)
{
	size_t n = 0;

	if (list->p == NULL)
		return false;
	while (n < list->n && list->p[n] != between)
		n++;
	*part = rb_str_cut(*list, 0, n);
	*list = n < list->n ? rb_str_cut(*list, n + 1, list->n) : (struct rb_str){NULL, 0};
	return true;
}

static bool
has_value(const struct rb_change_row *row, struct rb_str option)
{
	return rb_shell_listed(row->values, option);
}

/* Whether the option stands in the word at i, and its value there or in the next one. */
static bool
option_at(const struct call *call, size_t i, struct rb_str option, struct rb_str *value)
{
	struct rb_str w = call->c->words[i].text;
	bool bare = i == 1 && (call->row->flags & RB_CHANGE_BARE) != 0 && w.n > 0 && w.p[0] != '-';
	size_t at;

	*value = i + 1 < call->end ? call->c->words[i + 1].text : RB_STR("");
	if (option.n != 2 || option.p[1] == '-' || (call->row->flags & RB_CHANGE_WHOLE) != 0) {
		size_t equals = rb_str_find(w, RB_STR("="), 0);

		if (equals != SIZE_MAX)
			*value = rb_str_cut(w, equals + 1, w.n);
		return w.n > 0 && w.p[0] == '-' && glob(option, rb_str_cut(w, 0, equals), false);
	}
	if (!bare && (w.n < 2 || w.p[0] != '-' || w.p[1] == '-'))
		return false;
	for (at = bare ? 0 : 1; at < w.n && w.p[at] != option.p[1]; at++) {
		char letter[] = {'-', w.p[at]};

		if (!bare && has_value(call->row, (struct rb_str){letter, sizeof(letter)}))
			return false; /* the rest is its value */
	}
	if (at < w.n && at + 1 < w.n && !bare)
		*value = rb_str_cut(w, at + 1, w.n);
	return at < w.n;
}

/* Whether a value is what a row wants: FILE, or just this. */
static bool
value_fits(struct rb_str want, struct rb_str value)
{
	return rb_str_is(want, "FILE") ? is_file(value) : rb_str_eq(want, value);
}

/* "-i", "-X=POST", "-o=FILE": whether it is given. Its name goes to what. */
static bool
has_option(const struct call *call, struct rb_str token, struct rb_buf *what)
{
	size_t equals = rb_str_find(token, RB_STR("="), 0);
	struct rb_str option = rb_str_cut(token, 0, equals), value;
	struct rb_str want = rb_str_cut(token, equals != SIZE_MAX ? equals + 1 : token.n, token.n);

	for (size_t i = 1; i < call->end && !rb_str_is(call->c->words[i].text, "--"); i++) {
		if (option_at(call, i, option, &value) && (want.n == 0 || value_fits(want, value))) {
			struct rb_str name = call->c->words[i].text;

			if (option.n == 2)
				name = option;
			add_word(what, rb_str_cut(name, 0, rb_str_find(name, RB_STR("="), 0)));
			if (want.n > 0 && !rb_str_is(want, "FILE"))
				add_word(what, want);
			return true;
		}
		if (rb_shell_option(call->c->words, call->end, i, call->row->values) == 2)
			i++;
	}
	return false;
}

/* "FILE", "of=FILE": whether an operand is one. */
static bool
has_file(const struct call *call, struct rb_str token)
{
	struct rb_str head = rb_str_cut(token, 0, token.n - strlen("FILE"));

	for (size_t k = 0; k < call->noperands && k < OPERANDS_MAX; k++) {
		struct rb_str w = call->c->words[call->operands[k]].text;

		if (w.n >= head.n && rb_str_eq(rb_str_cut(w, 0, head.n), head) &&
		    is_file(rb_str_cut(w, head.n, w.n)))
			return true;
	}
	return false;
}

/* Whether what is left of an alternative says no more than that something is there. */
static bool
only_stars(struct rb_str alternative)
{
	size_t n = 0;

	while (n < alternative.n && (alternative.p[n] == '*' || alternative.p[n] == ' '))
		n++;
	return n == alternative.n;
}

/* Whether all words of one alternative hold. */
static bool
holds(const struct call *call, struct rb_str alternative, struct rb_buf *what)
{
	size_t operand = 0;
	struct rb_str token;

	while (alternative.n > 0 && next_part(&alternative, ' ', &token)) {
		const struct rb_shell_word *w;

		if (token.n > 1 && token.p[0] == '-') {
			if (!has_option(call, token, what))
				return false;
			continue;
		}
		if (rb_str_ends(token, "FILE")) {
			if (!has_file(call, token))
				return false;
			continue;
		}
		if (operand >= call->noperands || operand >= OPERANDS_MAX)
			return false;
		w = &call->c->words[call->operands[operand++]];
		if (!rb_str_is(token, "*") &&
		    (!w->constant || !glob(token, w->text, (call->row->flags & RB_CHANGE_NOCASE) != 0)))
			return false;
		if (!rb_str_is(token, "*") || !only_stars(alternative))
			add_word(what, w->text);
	}
	return true;
}

/* Whether one of the alternatives holds; what gets the words by which it does. */
static bool
one_holds(const struct call *call, const char *alternatives, struct rb_buf *what)
{
	struct rb_str rest = rb_str_c(alternatives), one;
	size_t start = what->len;

	if (alternatives != NULL && rest.n == 0)
		return true;
	while (alternatives != NULL && next_part(&rest, '|', &one)) {
		if (holds(call, one, what))
			return true;
		what->len = start;
	}
	return false;
}

/* What every program takes for a question, or a rehearsal. */
static bool
is_harmless(const struct call *call)
{
	for (size_t i = 1; i < call->end; i++) {
		struct rb_str w = call->c->words[i].text;

		if (rb_str_is(w, "--help") || rb_str_is(w, "--version") ||
		    (rb_str_starts(w, "--dry-run") && !rb_str_is(w, "--dry-run=none")))
			return true;
	}
	return false;
}

static void
find_operands(struct call *call)
{
	const struct rb_shell_command *c = call->c;
	bool options = true, bare = (call->row->flags & RB_CHANGE_BARE) != 0;

	call->noperands = 0;
	for (size_t i = 1; i < call->end; i++) {
		size_t takes = options ? rb_shell_option(c->words, call->end, i, call->row->values) : 0;

		if (options && rb_str_is(c->words[i].text, "--")) {
			options = false;
		} else if (takes > 0) {
			i += takes - 1;
		} else if (!bare || i > 1) {
			if (call->noperands < OPERANDS_MAX)
				call->operands[call->noperands] = i;
			call->noperands++;
		}
	}
}

/* ---- commands that are run elsewhere ---- */

static void find_all(struct finder *f, const struct rb_shell_command *commands);

static void
find_elsewhere(struct finder *f, struct rb_shell_word *words, size_t n)
{
	if (f->elsewhere >= ELSEWHERE_MAX || n == 0)
		return;
	f->elsewhere++;
	find_all(f, rb_shell_argv(f->arena, words, n));
	f->elsewhere--;
}

/* A command that stands behind some operands: `docker exec web …`, `ssh host …`. Words behind it are its own.
 */
static void
find_run(struct finder *f, struct call *call)
{
	struct rb_str rest = rb_str_c(call->row->runs), one;
	struct rb_buf unused;
	size_t at = 0;

	rb_buf_init(&unused, NULL, WHAT_MAX);
	while (call->row->runs != NULL && at == 0 && next_part(&rest, '|', &one)) {
		size_t operands = one.n > 0;

		for (size_t i = 0; i < one.n; i++)
			operands += one.p[i] == ' ';
		if (operands < call->noperands && operands < OPERANDS_MAX && holds(call, one, &unused))
			at = call->operands[operands];
	}
	rb_buf_free(&unused);
	if (at == 0)
		return;
	call->end = at;
	find_operands(call);
	if (at + 1 == call->c->nwords) {
		/* One word: a text that a shell over there reads, or a program. */
		struct rb_shell_word text[3] = {
		    {.text = RB_STR("sh"), .constant = true}, {.text = RB_STR("-c"), .constant = true}};

		text[2] = call->c->words[at];
		find_elsewhere(f, text, sizeof(text) / sizeof(text[0]));
	} else {
		find_elsewhere(f, call->c->words + at, call->c->nwords - at);
	}
}

/* find … -exec COMMAND ; */
static void
find_exec(struct finder *f, const struct rb_shell_command *c)
{
	for (size_t i = 1; i < c->nwords; i++) {
		size_t from = i + 1, end = from;

		if (!rb_shell_listed("-exec -execdir -ok -okdir", c->words[i].text))
			continue;
		while (end < c->nwords && !rb_str_is(c->words[end].text, ";") &&
		       !rb_str_is(c->words[end].text, "+"))
			end++;
		find_elsewhere(f, c->words + from, end - from);
		i = end;
	}
}

/* ---- SQL ---- */

static void
judge_sql(struct finder *f, const struct call *call, struct rb_str sql)
{
	struct rb_str word = rb_sql_change(sql);
	struct rb_buf what;

	if (word.n == 0)
		return;
	rb_buf_init(&what, NULL, WHAT_MAX);
	add_word(&what, rb_str_file(call->c->words[0].text));
	rb_buf_c(&what, " …");
	add_word(&what, word);
	tell(f, call->row, "changes something", rb_buf_view(&what), &call->c->words[0]);
	rb_buf_free(&what);
}

/* What the command reads as its input, as far as it stands in the text. */
static void
judge_input(struct finder *f, const struct call *call)
{
	const struct rb_shell_command *c = call->c, *by;

	while (c->given_to != NULL)
		c = c->given_to;
	by = c->feeds_on;
	for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next) {
		if (r->how == RB_REDIRECT_DOCUMENT || r->how == RB_REDIRECT_TEXT)
			judge_sql(f, call, r->to.text);
	}
	if (by == NULL || by->nwords == 0)
		return;
	if (rb_shell_listed("echo printf", by->words[0].text)) {
		for (size_t i = 1; i < by->nwords; i++)
			judge_sql(f, call, by->words[i].text);
	}
	for (const struct rb_shell_redirect *r = by->redirects; r != NULL; r = r->next) {
		if (rb_str_is(by->words[0].text, "cat") && r->how == RB_REDIRECT_DOCUMENT)
			judge_sql(f, call, r->to.text);
	}
}

static void
find_sql(struct finder *f, const struct call *call)
{
	struct rb_str rest = rb_str_c(call->row->sql), option, value;

	if (call->row->sql == NULL)
		return;
	judge_input(f, call);
	while (next_part(&rest, ' ', &option)) {
		int64_t place;

		if (rb_str_int(option, &place) == 0) {
			if (place > 0 && (size_t)place <= call->noperands && place <= OPERANDS_MAX)
				judge_sql(f, call, call->c->words[call->operands[place - 1]].text);
			continue;
		}
		for (size_t i = 1; i < call->end; i++) {
			if (option_at(call, i, option, &value))
				judge_sql(f, call, value);
			if (rb_shell_option(call->c->words, call->end, i, call->row->values) == 2)
				i++;
		}
	}
}

/* ---- commands ---- */

static bool
is_named(const char *programs, struct rb_str path, struct rb_str base)
{
	for (const char *p = programs, *end = p; end != NULL; p = end != NULL ? end + 1 : p) {
		end = strchr(p, ' ');
		/* Most rows are out by their first letter: this is asked for each command and each row. */
		if (p[0] != base.p[0] && p[0] != '/')
			continue;
		if (glob(end != NULL ? (struct rb_str){p, (size_t)(end - p)} : rb_str_c(p),
			p[0] == '/' ? path : base, false))
			return true;
	}
	return false;
}

static void
find_row(struct finder *f, const struct rb_shell_command *c, const struct rb_change_row *row)
{
	struct call call = {.c = c, .row = row, .end = c->nwords};
	struct rb_buf what, unused;

	find_operands(&call);
	find_run(f, &call);
	if ((row->flags & RB_CHANGE_EXEC) != 0)
		find_exec(f, c);
	if (is_harmless(&call))
		return;
	find_sql(f, &call);
	rb_buf_init(&what, NULL, WHAT_MAX);
	rb_buf_init(&unused, NULL, WHAT_MAX);
	add_word(&what, rb_str_file(c->words[0].text));
	if (one_holds(&call, row->changes, &what) && !one_holds(&call, row->unless, &unused))
		tell(f, row, "changes something", rb_buf_view(&what), &c->words[0]);
	rb_buf_free(&what);
	rb_buf_free(&unused);
}

static void
find_rows(struct finder *f, const struct rb_shell_command *c)
{
	struct rb_str path = c->words[0].text, base = rb_str_file(path);

	/* Of $venv/bin/pip the name is plain, whatever comes before it. */
	if (base.n == 0 || memchr(base.p, '$', base.n) != NULL)
		return;
	for (const struct rb_change_row *row = rb_change_rows; row->programs != NULL; row++) {
		if (is_named(row->programs, path, base))
			find_row(f, c, row);
	}
}

static void
find_all(struct finder *f, const struct rb_shell_command *commands)
{
	for (const struct rb_shell_command *c = commands; c != NULL; c = c->next) {
		find_redirects(f, c);
		if (c->runs != RB_RUNS_NOTHING && c->runs != RB_RUNS_FUNCTION)
			find_rows(f, c);
	}
}

void
rb_changes(struct rb_arena *arena, const struct rb_shell_command *commands,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx)
{
	struct finder f = {.arena = arena, .fn = fn, .ctx = ctx};

	find_all(&f, commands);
}
