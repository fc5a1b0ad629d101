/* Whether commands plainly change something: matches them with the rows of the table, looks at where
 * their output goes, and into what they are given to run. */
#include "lint/change.h"

#include <string.h>

#include "lint/call.h"

enum {
	ELSEWHERE_MAX = 4, /* commands in commands: docker exec db ssh host … */
	WHAT_MAX = 256,
	RECENT = 8, /* changes that are not told twice: of a command that stands for several values */
};

static const char CHANGES[] = "changes something", WRITES[] = "writes a file",
		  UNSEEN[] = "runs what is not in this file", LEAVES[] = "leaves a process behind";

struct finder {
	struct rb_arena *arena;
	void (*fn)(void *ctx, const struct rb_change *change);
	void *ctx;
	unsigned elsewhere;
	struct rb_change recent[RECENT];
	size_t told;
};

static bool
is_same(const struct rb_change *a, const struct rb_change *b)
{
	return a->row == b->row && a->item == b->item && a->from == b->from && a->to == b->to &&
	       a->does == b->does && rb_str_eq(a->what, b->what);
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

	for (size_t i = 0; i < RECENT && i < f->told; i++) {
		if (is_same(&f->recent[i], &change))
			return;
	}
	f->recent[f->told++ % RECENT] = change;
	f->fn(f->ctx, &change);
}

/* ---- where output goes ---- */

static void
find_redirects(struct finder *f, const struct rb_shell_command *c)
{
	for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next) {
		struct rb_shell_word at = r->to;
		struct rb_buf what;

		if ((r->how != RB_REDIRECT_WRITE && r->how != RB_REDIRECT_BOTH) ||
		    !rb_call_is_file(r->to.text))
			continue;
		at.from = r->from;
		rb_buf_init(&what, f->arena->alloc, WHAT_MAX);
		rb_buf_char(&what, '>');
		rb_call_say(&what, r->to.text);
		tell(f, NULL, WRITES, rb_buf_view(&what), &at);
		rb_buf_free(&what);
	}
}

/* ---- commands that are run elsewhere ---- */

static void find_all(struct finder *f, const struct rb_shell_command *commands);

static void
find_elsewhere(struct finder *f, const struct rb_shell_command *by, struct rb_shell_word *words, size_t n)
{
	if (f->elsewhere >= ELSEWHERE_MAX || n == 0)
		return;
	f->elsewhere++;
	find_all(f, rb_shell_argv(f->arena, words, n, by));
	f->elsewhere--;
}

/* A text that a shell reads: that of the word, or what `by` reads as its input (NULL). */
static void
find_text(struct finder *f, const struct rb_shell_command *by, const struct rb_shell_word *word)
{
	struct rb_shell_word *words = RB_ARRAY(f->arena, struct rb_shell_word, 3);
	struct rb_shell_word first = {.text = RB_STR("sh"), .constant = true};

	first.item = by->words[0].item;
	first.from = by->words[0].from;
	first.to = by->words[0].to;
	words[0] = words[1] = first;
	words[1].text = RB_STR("-c");
	if (word != NULL)
		words[2] = *word;
	find_elsewhere(f, by, words, word != NULL ? 3 : 1);
}

/* The place in the operands behind which another command stands; SIZE_MAX if there is none. */
static size_t
run_behind(const struct rb_call *call)
{
	struct rb_str rest = rb_str_c(call->row->runs), one;
	size_t found = SIZE_MAX;
	struct rb_buf unused;

	rb_buf_init(&unused, NULL, WHAT_MAX);
	while (call->row->runs != NULL && found == SIZE_MAX && rb_call_next(&rest, '|', &one)) {
		size_t operands = one.n > 0;

		for (size_t i = 0; i < one.n; i++)
			operands += one.p[i] == ' ';
		if (operands <= call->noperands && operands < RB_CALL_OPERANDS &&
		    rb_call_holds_all(call, one, &unused))
			found = operands;
	}
	rb_buf_free(&unused);
	return found;
}

/* A command that stands behind some operands: `docker exec web …`, `ssh host …`. Words behind it are its own.
 */
static void
find_run(struct finder *f, struct rb_call *call)
{
	size_t operands = run_behind(call), at;

	if (operands == SIZE_MAX)
		return;
	if (operands == call->noperands) {
		if ((call->row->flags & RB_CHANGE_SHELL) != 0)
			find_text(f, call->c, NULL);
		return;
	}
	at = call->operands[operands];
	*call = rb_call_new(call->c, call->row, at);
	if (at + 1 == call->c->nwords) /* a text that a shell over there reads, or a program */
		find_text(f, call->c, &call->c->words[at]);
	else
		find_elsewhere(f, call->c, call->c->words + at, call->c->nwords - at);
}

/* find … -exec COMMAND ; */
static void
find_exec(struct finder *f, const struct rb_shell_command *c)
{
	for (size_t i = 1; i < c->nwords; i++) {
		size_t from = i + 1, end = from;

		if (!rb_shell_listed("-exec -execdir -ok -okdir -x -X --exec --exec-batch", c->words[i].text))
			continue;
		while (end < c->nwords && !rb_str_is(c->words[end].text, ";") &&
		       !rb_str_is(c->words[end].text, "+"))
			end++;
		find_elsewhere(f, c, c->words + from, end - from);
		i = end;
	}
}

/* ---- texts in other languages ---- */

/* A program that it reads from elsewhere: "bash < fix.sh", "curl | bash", "bash <(…)". */
static void
find_unseen(struct finder *f, const struct rb_change_row *row, const struct rb_shell_command *c)
{
	bool piped = false;
	const struct rb_shell_word *from = rb_shell_source(c, &piped);
	struct rb_str program = rb_str_file(c->words[0].text);
	struct rb_buf what;

	if (from == NULL && !c->unseen)
		return;
	rb_buf_init(&what, f->arena->alloc, WHAT_MAX);
	if (piped && from != NULL) {
		rb_call_say(&what, rb_str_file(from->text));
		rb_call_say(&what, RB_STR("|"));
	}
	rb_call_say(&what, program);
	if (!piped) {
		rb_call_say(&what, from != NULL ? RB_STR("<") : RB_STR("<(…)"));
		if (from != NULL)
			rb_call_say(&what, from->text);
	}
	tell(f, row, UNSEEN, rb_buf_view(&what), &c->words[0]);
	rb_buf_free(&what);
}

/* The text that is looked into. */
struct text {
	struct finder *f;
	const struct rb_call *call;
	const struct rb_shell_word *word;
};

/* "psql … DELETE": what the text of a command does. */
static void
tell_text(struct text *t, const char *does, const char *sign, struct rb_str word)
{
	const struct rb_shell_word *program = &t->call->c->words[0];
	struct rb_buf what;

	rb_buf_init(&what, t->f->arena->alloc, WHAT_MAX);
	rb_call_say(&what, rb_str_file(program->text));
	rb_buf_fmt(&what, " …%s", sign);
	rb_call_say(&what, word);
	tell(t->f, t->call->row, does, rb_buf_view(&what), program);
	rb_buf_free(&what);
}

static void
run_text(void *ctx, struct rb_str text)
{
	struct text *t = ctx;
	struct rb_shell_word word = *t->word;

	word.text = rb_arena_str(t->f->arena, text);
	word.exact = false;
	find_text(t->f, t->call->c, &word);
}

static void
take_script(void *ctx, enum rb_script_does does, struct rb_str text)
{
	if (does == RB_SCRIPT_RUNS)
		run_text(ctx, text);
	else if (text.n == 0 || rb_call_is_file(text))
		tell_text(ctx, WRITES, " >", text.n > 0 ? text : RB_STR("…"));
}

static void
judge_text(void *ctx, const struct rb_shell_word *at, struct rb_str text)
{
	struct text *t = ctx;
	enum rb_language language = t->call->row->language;
	struct rb_str word = RB_STR("");

	t->word = at;
	if (language == RB_SHELL)
		run_text(t, text);
	else if (language == RB_SQL)
		word = rb_sql_change(text);
	else if (language == RB_AWK)
		rb_awk_does(text, take_script, t);
	else if (language == RB_SED)
		rb_sed_does(text, take_script, t);
	else
		word = rb_code_change(language, text, run_text, t);
	if (word.n > 0)
		tell_text(t, CHANGES, "", word);
}

/* A file may also be the input. */
static void
note_file(void *ctx, const struct rb_shell_word *at, struct rb_str name)
{
	size_t *files = ctx;

	(void)at;
	*files += !rb_str_is(name, "-") && !rb_str_is(name, "/dev/stdin");
}

static void
find_texts(struct finder *f, const struct rb_call *call)
{
	struct text t = {.f = f, .call = call};
	struct rb_str rest = rb_str_c(call->row->texts), token;
	const struct rb_shell_word *input;
	size_t given = 0;

	while (call->row->language != RB_LANGUAGE_NONE && rb_call_next(&rest, ' ', &token)) {
		bool file = rb_str_ends(token, "=");
		struct rb_str place_or_option = rb_str_cut(token, 0, token.n - file);
		const struct rb_shell_word *w;
		int64_t place;

		if (rb_str_int(place_or_option, &place) != 0) {
			given += file ? 0 : rb_call_values(call, place_or_option, judge_text, &t);
			if (file)
				rb_call_values(call, place_or_option, note_file, &given);
		} else if (given == 0 && (size_t)place <= call->noperands && place <= RB_CALL_OPERANDS) {
			w = &call->c->words[call->operands[place - 1]];
			given += !file;
			if (file)
				note_file(&given, w, w->text);
			else
				judge_text(&t, w, w->text);
		}
	}
	input = given == 0 && (call->row->flags & RB_CHANGE_INPUT) != 0 ? rb_shell_input(f->arena, call->c)
									: NULL;
	if (input != NULL)
		judge_text(&t, input, input->text);
	else if (given == 0 && (call->row->flags & RB_CHANGE_INPUT) != 0)
		find_unseen(f, call->row, call->c);
}

/* ---- commands ---- */

static void find_row(struct finder *f, const struct rb_shell_command *c, const struct rb_change_row *row);

/* Lines that a program reads as it reads its operands: `redis-cli <<E`. */
static void
find_lines(struct finder *f, const struct rb_call *call)
{
	const struct rb_shell_word *input = call->noperands == 0 ? rb_shell_input(f->arena, call->c) : NULL;
	const struct rb_shell_command *lines =
	    input != NULL ? rb_shell_commands(f->arena, input->text) : NULL;

	if (input == NULL && call->noperands == 0)
		find_unseen(f, call->row, call->c);
	for (; lines != NULL; lines = lines->next) {
		struct rb_shell_command *line = RB_NEW(f->arena, struct rb_shell_command);

		if (lines->nwords == 0)
			continue;
		line->nwords = lines->nwords + 1;
		line->words = RB_ARRAY(f->arena, struct rb_shell_word, line->nwords);
		line->words[0] = call->c->words[0];
		memcpy(line->words + 1, lines->words, lines->nwords * sizeof(*lines->words));
		find_row(f, line, call->row);
	}
}

static bool
is_named(const char *programs, struct rb_str path, struct rb_str base)
{
	for (const char *p = programs, *end = p; end != NULL; p = end != NULL ? end + 1 : p) {
		end = strchr(p, ' ');
		/* Most rows are out by their first letter: this is asked for each command and each row. */
		if (p[0] != base.p[0] && p[0] != '/')
			continue;
		if (rb_call_glob(end != NULL ? (struct rb_str){p, (size_t)(end - p)} : rb_str_c(p),
			p[0] == '/' ? path : base, false))
			return true;
	}
	return false;
}

static void
find_row(struct finder *f, const struct rb_shell_command *c, const struct rb_change_row *row)
{
	struct rb_call call = rb_call_new(c, row, c->nwords);
	const char *does = (row->flags & RB_CHANGE_UNSEEN) != 0   ? UNSEEN
			   : (row->flags & RB_CHANGE_LEAVES) != 0 ? LEAVES
								  : CHANGES;
	struct rb_buf what, unused;

	find_run(f, &call);
	if ((row->flags & RB_CHANGE_EXEC) != 0)
		find_exec(f, c);
	if (rb_call_is_harmless(&call))
		return;
	find_texts(f, &call);
	if ((row->flags & RB_CHANGE_LINES) != 0)
		find_lines(f, &call);
	rb_buf_init(&what, f->arena->alloc, WHAT_MAX);
	rb_buf_init(&unused, f->arena->alloc, WHAT_MAX);
	rb_call_say(&what, rb_str_file(c->words[0].text));
	if (rb_call_holds(&call, row->changes, &what) && !rb_call_holds(&call, row->unless, &unused))
		tell(f, row, does, rb_buf_view(&what), &c->words[0]);
	rb_buf_free(&what);
	rb_buf_free(&unused);
}

static const struct rb_change_row *const tables[] = {rb_change_host, rb_change_systems};

static void
find_rows(struct finder *f, const struct rb_shell_command *c)
{
	struct rb_str path = c->words[0].text, base = rb_str_file(path);

	/* Of $venv/bin/pip the name is plain, whatever comes before it. */
	if (base.n == 0 || memchr(base.p, '$', base.n) != NULL)
		return;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct rb_change_row *row = tables[i]; row->programs != NULL; row++) {
			if (is_named(row->programs, path, base))
				find_row(f, c, row);
		}
	}
}

/* "cmd &" in a text that waits for nothing. */
static void
find_background(struct finder *f, const struct rb_shell_command *c)
{
	struct rb_buf what;

	if (c->nwords == 0)
		return;
	rb_buf_init(&what, f->arena->alloc, WHAT_MAX);
	rb_call_say(&what, rb_str_file(c->words[0].text));
	rb_call_say(&what, RB_STR("… &"));
	tell(f, NULL, LEAVES, rb_buf_view(&what), &c->words[0]);
	rb_buf_free(&what);
}

static void
find_all(struct finder *f, const struct rb_shell_command *commands)
{
	bool waits = false;

	for (const struct rb_shell_command *c = commands; c != NULL && !waits; c = c->next)
		waits = c->nwords > 0 && rb_str_is(c->words[0].text, "wait");
	for (const struct rb_shell_command *c = commands; c != NULL; c = c->next) {
		find_redirects(f, c);
		if (c->background && !waits)
			find_background(f, c);
		if (c->unseen)
			find_unseen(f, NULL, c);
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
