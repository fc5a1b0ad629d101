/* A run as a scenario: what `runbook test --record` prints. */
#include <signal.h>
#include <string.h>

#include "api/runbook.h"
#include "api/tape_parts.h"
#include "event/mask.h"
#include "flow/flow.h"
#include "text/yaml_write.h"

enum {
	LINE = 96,   /* columns: a longer mapping takes a line for each key */
	IN_ITEM = 4, /* indent of the keys of a scenario */
};

/* ---- layout ---- */

static bool
fits_line(const struct rb_tape_entries *r, size_t indent)
{
	size_t width = indent;

	for (size_t i = 0; i < r->n; i++) {
		const struct rb_tape_entry *e = &r->items[i];

		size_t newline = e->text.p != NULL ? rb_str_find(e->text, RB_STR("\n"), 0) : SIZE_MAX;

		if (newline != SIZE_MAX && newline + 1 < e->text.n)
			return false;
		width += strlen(e->key) + rb_str_width(e->inline_) + 4;
	}
	return width <= LINE;
}

static void
put_inline(const struct rb_tape_entries *r, struct rb_buf *out)
{
	rb_buf_char(out, '{');
	for (size_t i = 0; i < r->n; i++) {
		rb_buf_fmt(out, "%s%s: ", i > 0 ? ", " : "", r->items[i].key);
		rb_buf_str(out, r->items[i].inline_);
	}
	rb_buf_char(out, '}');
}

/* One key a line; the first stands where the cursor is. */
static void
put_lines(struct rb_tape_writer *w, const struct rb_tape_entries *r, size_t indent)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct rb_tape_entry *e = &r->items[i];

		if (i > 0)
			rb_buf_pad(w->out, ' ', indent);
		rb_buf_fmt(w->out, "%s:", e->key);
		if (e->text.p != NULL) {
			rb_yaml_text(w->out, e->text, (unsigned)indent);
			continue;
		}
		rb_buf_char(w->out, ' ');
		rb_buf_str(w->out, e->inline_);
		rb_buf_char(w->out, '\n');
	}
}

static bool
same(const struct rb_tape_entries *a, const struct rb_tape_entries *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = strcmp(a->items[i].key, b->items[i].key) == 0 &&
			rb_str_eq(a->items[i].inline_, b->items[i].inline_);
	return equal;
}

/* Looks that go on until what is looked for is there, or a time is over: how many there were before that
 * time depends on how busy the host was. */
static bool
is_polled(const struct rb_tape_row *row, const struct rb_tape_result *r)
{
	const struct rb_retry *retry = row->step->retry;

	return strcmp(r->purpose, rb_purpose_words[RB_FOR_READY]) == 0 ||
	       strcmp(r->purpose, rb_purpose_words[RB_FOR_VERIFY]) == 0 ||
	       (retry != NULL && retry->within != NULL);
}

/* The time was over while it looked once more, as it had before: it tells of the clock alone. */
static bool
is_cut_look(const struct rb_tape_row *row, const struct rb_tape_result *r)
{
	return r->attempt > 1 && is_polled(row, r) && r->duration < RB_TAPE_QUICK &&
	       (rb_str_is(r->outcome, "cancelled") || rb_str_is(r->outcome, "timed out"));
}

static bool
found_nothing(const struct rb_tape_row *row, const struct rb_tape_result *r)
{
	return is_polled(row, r) && rb_str_is(r->outcome, "failed");
}

/* Without the time that it took, which is its last key. */
static struct rb_tape_entries
untimed(struct rb_tape_entries r)
{
	if (r.n > 0 && strcmp(r.items[r.n - 1].key, "takes") == 0)
		r.n--;
	return r;
}

/* The results of a row in order, looks at its end that are alike as one which `repeats`: in a play there are
 * as many as there is time for. How many results there are. */
static size_t
read_row(struct rb_tape_writer *w, const struct rb_tape_row *row, struct rb_tape_entries *all)
{
	const struct rb_tape_result **of = RB_ARRAY(w->arena, const struct rb_tape_result *, row->n);
	struct rb_tape_entries last, before;
	size_t n = 0, from;
	int64_t least;

	for (const struct rb_tape_result *r = row->results; r != NULL; r = r->next)
		of[n++] = r;
	while (n > 1 && is_cut_look(row, of[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		rb_tape_result(w, row, of[i], &all[i]);
	if (row->n < 2 || !found_nothing(row, of[n - 1]))
		return n;
	last = untimed(all[n - 1]);
	least = of[n - 1]->duration;
	for (from = n - 1; from > 0 && found_nothing(row, of[from - 1]); from--) {
		before = untimed(all[from - 1]);
		if (!same(&before, &last))
			break;
		least = of[from - 1]->duration < least ? of[from - 1]->duration : least;
	}
	if (from > 0)
		rb_tape_add(&last, "repeats", RB_STR("true"));
	if (least >= RB_TAPE_QUICK)
		rb_tape_add(&last, "takes", rb_tape_duration(w, least));
	all[from] = last;
	return from + 1;
}

static void
put_row(struct rb_tape_writer *w, const struct rb_tape_row *row)
{
	struct rb_tape_entries *all = RB_ARRAY(w->arena, struct rb_tape_entries, row->n);
	size_t n = read_row(w, row, all);
	bool alike = true;

	for (size_t i = 1; i < n; i++)
		alike = alike && same(&all[0], &all[i]);
	rb_buf_pad(w->out, ' ', IN_ITEM + 2);
	rb_buf_str(w->out, row->name);
	rb_buf_char(w->out, ':');
	if (alike && fits_line(&all[0], IN_ITEM + row->name.n + 4)) {
		rb_buf_char(w->out, ' ');
		put_inline(&all[0], w->out);
		rb_buf_char(w->out, '\n');
		return;
	}
	rb_buf_char(w->out, '\n');
	if (alike) {
		rb_buf_pad(w->out, ' ', IN_ITEM + 4);
		put_lines(w, &all[0], IN_ITEM + 4);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		rb_buf_pad(w->out, ' ', IN_ITEM + 4);
		rb_buf_c(w->out, "- ");
		if (fits_line(&all[i], IN_ITEM + 6)) {
			put_inline(&all[i], w->out);
			rb_buf_char(w->out, '\n');
		} else {
			put_lines(w, &all[i], IN_ITEM + 6);
		}
	}
}

/* ---- answers ---- */

static bool
is_confirmation(const struct rb_tape_answer *a)
{
	return rb_str_is(a->form, "confirm") || rb_str_is(a->form, "typed");
}

/* yes, no, skip, abort, nobody; empty when it is an answer of its own. */
static struct rb_str
answer_word(const struct rb_tape_answer *a)
{
	if (rb_str_is(a->outcome, "cancelled"))
		return RB_STR("abort");
	if (rb_str_is(a->by, "none"))
		return RB_STR("nobody");
	if (rb_str_is(a->ended, "skipped"))
		return RB_STR("skip");
	if (rb_str_is(a->ended, "declined"))
		return RB_STR("no");
	return is_confirmation(a) ? RB_STR("yes") : RB_STR("");
}

/* What was done by hand: whether, the note, and what was to be recorded. */
static void
put_manual(struct rb_tape_writer *w, struct rb_buf *b, const struct rb_tape_row *row, struct rb_value facts)
{
	const struct rb_field *names = &row->step->args[RB_ARG_MANUAL_RECORD];
	struct rb_value done = rb_v_get_c(facts, "done"), note = rb_v_get_c(facts, "note");
	bool first = true;

	rb_buf_fmt(b, "done: %s", done.kind == RB_V_BOOL && !done.b ? "false" : "true");
	if (note.kind == RB_V_TEXT && note.s.n > 0) {
		rb_buf_c(b, ", note: ");
		rb_tape_json(w, b, note);
	}
	for (size_t i = 0;
	     names->node != NULL && names->value.kind == RB_V_LIST && i < names->value.list->len; i++) {
		struct rb_str name = names->value.list->items[i].s;
		struct rb_value v = rb_v_get(facts, name);

		if (!rb_v_known(v))
			continue;
		rb_buf_c(b, first ? ", record: {" : ", ");
		rb_buf_str(b, name);
		rb_buf_c(b, ": ");
		rb_tape_json(w, b, v);
		first = false;
	}
	rb_buf_c(b, first ? "" : "}");
}

static void
put_answer(
    struct rb_tape_writer *w, struct rb_buf *b, const struct rb_tape_row *row, const struct rb_tape_answer *a)
{
	struct rb_str word = answer_word(a);
	struct rb_value answer =
	    a->facts.kind == RB_V_MAP ? rb_v_get_c(a->facts, "answer") : rb_v_unset(RB_STR(""));
	bool manual = word.n == 0 && rb_str_is(a->form, "manual") && a->facts.kind == RB_V_MAP;
	bool slow = a->duration >= RB_TAPE_QUICK, table = !manual && (slow || answer.kind == RB_V_MAP);

	if (manual || table)
		rb_buf_c(b, manual ? "{" : "{answer: ");
	if (manual)
		put_manual(w, b, row, a->facts);
	else if (word.n > 0)
		rb_buf_str(b, word);
	else
		rb_buf_str(b, rb_v_known(answer) ? rb_tape_value(w, answer) : rb_tape_scalar(w, a->value));
	if (slow) {
		rb_buf_c(b, ", takes: ");
		rb_buf_str(b, rb_tape_duration(w, a->duration));
	}
	if (manual || table)
		rb_buf_char(b, '}');
}

static void
put_answers(struct rb_tape_writer *w)
{
	const struct rb_map *rows = &w->tape->answers;

	if (rows->len == 0)
		return;
	rb_buf_pad(w->out, ' ', IN_ITEM);
	rb_buf_c(w->out, "answers:\n");
	for (size_t i = 0; i < rows->len; i++) {
		const struct rb_tape_row *row = rows->entries[i].value;

		rb_buf_pad(w->out, ' ', IN_ITEM + 2);
		rb_buf_str(w->out, row->name);
		rb_buf_c(w->out, row->n > 1 ? ": [" : ": ");
		for (const struct rb_tape_answer *a = row->answers; a != NULL; a = a->next) {
			put_answer(w, w->out, row, a);
			if (a->next != NULL)
				rb_buf_c(w->out, ", ");
		}
		rb_buf_c(w->out, row->n > 1 ? "]\n" : "\n");
	}
}

/* ---- the file ---- */

static void
put_names(struct rb_tape_writer *w, const char *key, const struct rb_tape_name *names)
{
	bool any = false;
	size_t column;

	rb_buf_pad(w->out, ' ', IN_ITEM + 2);
	rb_buf_fmt(w->out, "%s: [", key);
	column = IN_ITEM + 4 + strlen(key);
	for (; names != NULL; names = names->next) {
		if (names->text.n == 0)
			continue;
		if (any && column + names->text.n + 2 > LINE) {
			rb_buf_c(w->out, ",\n");
			rb_buf_pad(w->out, ' ', IN_ITEM + 4);
			column = IN_ITEM + 4;
		} else if (any) {
			rb_buf_c(w->out, ", ");
		}
		rb_buf_str(w->out, names->text);
		column += names->text.n + 2;
		any = true;
	}
	rb_buf_c(w->out, "]\n");
}

/* What errored must be said, or the scenario does not pass. */
static void
put_statuses(struct rb_tape_writer *w)
{
	const struct rb_map *rows = &w->tape->statuses;
	bool any = false;

	for (size_t i = 0; i < rows->len; i++) {
		const struct rb_tape_status *s = rows->entries[i].value;

		if (!s->errored)
			continue;
		if (!any) {
			rb_buf_pad(w->out, ' ', IN_ITEM + 2);
			rb_buf_c(w->out, "statuses:\n");
		}
		any = true;
		rb_buf_pad(w->out, ' ', IN_ITEM + 4);
		rb_buf_fmt(w->out, "%.*s: %.*s\n", RB_STR_ARG(rows->entries[i].key), RB_STR_ARG(s->last));
	}
}

/* An input was settled as one text: of a list that is its items, of a map its JSON. */
static void
put_input(struct rb_tape_writer *w, const struct rb_tape_input *in)
{
	const struct rb_unit *unit = w->tape->program->main;
	const struct rb_input *declared = NULL;
	struct rb_str item, rest = in->value;

	for (size_t i = 0; i < unit->ninputs && declared == NULL; i++) {
		if (rb_str_eq(unit->inputs[i].name, in->name))
			declared = &unit->inputs[i];
	}
	rb_buf_pad(w->out, ' ', IN_ITEM + 2);
	rb_buf_str(w->out, in->name);
	rb_buf_c(w->out, ": ");
	if (declared == NULL || declared->type->base != RB_LIST) {
		rb_buf_str(w->out, rb_tape_scalar(w, in->value));
	} else {
		rb_buf_char(w->out, '[');
		while (rest.n > 0) {
			size_t comma = rb_str_find(rest, RB_STR(", "), 0);

			item = rb_str_cut(rest, 0, comma);
			rest = comma == SIZE_MAX ? RB_STR("") : rb_str_cut(rest, comma + 2, rest.n);
			rb_buf_str(w->out, rb_tape_scalar(w, item));
			rb_buf_c(w->out, rest.n > 0 ? ", " : "");
		}
		rb_buf_char(w->out, ']');
	}
	rb_buf_char(w->out, '\n');
}

/* Whether a step of the run was given the secret. An optional one that was not is taken to have been unset.
 */
static bool
was_there(const struct rb_tape *t, const struct rb_secret *s)
{
	return !s->optional || rb_map_get(&t->secrets, s->decl->name) != NULL;
}

/* Each secret gets a stand-in: long enough to be one, and none that could be real. */
static void
put_secrets(struct rb_tape_writer *w)
{
	const struct rb_program *p = w->tape->program;
	struct rb_map told;

	rb_map_init(&told, w->arena);
	for (size_t u = 0; u < p->nunits; u++) {
		for (size_t i = 0; i < p->units[u]->nsecrets; i++) {
			const struct rb_secret *s = &p->units[u]->secrets[i];
			bool url = s->decl->type != NULL && s->decl->type->base == RB_URL;

			if (s->from == RB_SECRET_CALLER || !was_there(w->tape, s) ||
			    rb_map_put(&told, s->decl->name, w->arena) != NULL)
				continue;
			if (told.len == 1)
				rb_buf_c(w->out,
				    "# The secrets are not in the transcript. These stand for them; "
				    "write others where it matters.\nsecrets:\n");
			rb_buf_fmt(w->out, "  %.*s: %sstand-in-%zu\n", RB_STR_ARG(s->decl->name),
			    url ? "https://" : "", told.len);
		}
	}
	rb_buf_c(w->out, told.len > 0 ? "\n" : "");
}

static void
put_one_signal(struct rb_tape_writer *w, bool first, int64_t at, const char *name)
{
	rb_buf_c(w->out, first ? "    signals:\n" : "");
	rb_buf_fmt(w->out, "      - {at: %.*s, signal: %s}\n", RB_STR_ARG(rb_tape_duration(w, at)), name);
}

/* The operator's word that he has seen enough, and the signal that ended the run: both came while something
 * hung. */
static void
put_signals(struct rb_tape_writer *w)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {{SIGINT, "INT"}, {SIGTERM, "TERM"}, {SIGHUP, "HUP"}};
	const struct rb_map *rows = &w->tape->results;
	bool first = true;

	for (size_t i = 0; i < rows->len; i++) {
		const struct rb_tape_row *row = rows->entries[i].value;

		for (const struct rb_tape_result *r = row->results; r != NULL; r = r->next) {
			if (row->step->stop_on == NULL || !row->step->stop_on->operator_ ||
			    !rb_str_is(r->outcome, "passed"))
				continue;
			put_one_signal(w, first, r->begun + r->duration - w->tape->began, "INT");
			first = false;
		}
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (w->tape->exit == RB_EXIT_SIGNAL + names[i].number)
			put_one_signal(w, first, w->tape->elapsed, names[i].name);
	}
}

static void
put_scenario(struct rb_tape_writer *w, const char *name)
{
	const struct rb_tape *t = w->tape;

	struct rb_str called = name != NULL ? rb_str_c(name)
					    : rb_arena_fmt(w->arena, "run %.*s: %.*s", RB_STR_ARG(t->run),
						  RB_STR_ARG(t->outcome));
	struct rb_str note = rb_arena_fmt(
	    w->arena, "recorded from the run of %.*s on %.*s", RB_STR_ARG(t->day), RB_STR_ARG(t->host));

	rb_buf_c(w->out, "  - name: ");
	rb_buf_str(w->out, rb_tape_scalar(w, called));
	rb_buf_c(w->out, "\n    note: ");
	rb_buf_str(w->out, rb_tape_scalar(w, note));
	rb_buf_char(w->out, '\n');
	if (t->from_name.n > 0)
		rb_buf_fmt(w->out, "    from: %.*s\n", RB_STR_ARG(t->from_name));
	if (t->inputs != NULL)
		rb_buf_c(w->out, "    inputs:\n");
	for (const struct rb_tape_input *in = t->inputs; in != NULL; in = in->next)
		put_input(w, in);
	if (t->results.len > 0)
		rb_buf_c(w->out, "    results:\n");
	for (size_t i = 0; i < t->results.len; i++)
		put_row(w, t->results.entries[i].value);
	put_answers(w);
	put_signals(w);
	rb_buf_fmt(w->out, "    expect:\n      outcome: %.*s\n", RB_STR_ARG(t->outcome));
	put_names(w, "path", t->path);
	put_names(w, "changes", t->changes);
	put_statuses(w);
}

/* The programs that the host lacked, if any. */
static void
put_lacks(struct rb_tape_writer *w, const char *before, const char *behind, struct rb_buf *out)
{
	const struct rb_map *lacks = &w->tape->lacks;

	for (size_t i = 0; i < lacks->len; i++) {
		rb_buf_c(out, i == 0 ? before : ", ");
		rb_buf_str(out, rb_tape_scalar(w, lacks->entries[i].key));
	}
	rb_buf_c(out, lacks->len > 0 ? behind : "");
}

/* Where it comes from, and what it cannot have; each line after `indent`. */
static void
put_comments(const struct rb_tape_writer *w, const char *indent, struct rb_buf *out)
{
	const struct rb_tape *t = w->tape;

	rb_buf_fmt(
	    out, "%s# Recorded from run %.*s of %.*s.\n", indent, RB_STR_ARG(t->run), RB_STR_ARG(t->file));
	if (w->masked)
		rb_buf_fmt(out,
		    "%s# Where " RB_MASK " stands, the transcript hides a secret: fill in a stand-in where a "
		    "step looks at it.\n",
		    indent);
	if (w->cut != NULL)
		rb_buf_fmt(out, "%s# Left out, to be filled in where a step looks at it:\n", indent);
	for (const struct rb_tape_name *n = w->cut; n != NULL; n = n->next)
		rb_buf_fmt(out, "%s#   %.*s\n", indent, RB_STR_ARG(n->text));
	if (w->replaced)
		rb_buf_fmt(
		    out, "%s# Bytes that a YAML file cannot hold were replaced by \xef\xbf\xbd.\n", indent);
}

static void
put_head(struct rb_tape_writer *w, struct rb_str book, struct rb_buf *out)
{
	const struct rb_tape *t = w->tape;

	put_comments(w, "", out);
	rb_buf_c(out, "test: ");
	rb_buf_str(out, rb_tape_scalar(w, book));
	rb_buf_char(out, '\n');
	rb_buf_c(out, "host: {name: ");
	rb_buf_str(out, rb_tape_scalar(w, t->host));
	rb_buf_c(out, ", user: ");
	rb_buf_str(out, rb_tape_scalar(w, t->user));
	put_lacks(w, ", lacks: [", "]", out);
	rb_buf_c(out, "}\n\n");
}

int
rb_tape_write(const struct rb_tape *tape, struct rb_str folder, const char *name, struct rb_str book,
    struct rb_buf *out)
{
	struct rb_buf body;
	struct rb_tape_writer w = {.tape = tape, .folder = folder, .arena = tape->arena, .out = &body};
	int r;

	rb_buf_init(&body, tape->arena->alloc, RB_SOURCE_MAX);
	if (book.p != NULL) {
		put_secrets(&w);
		rb_buf_c(&body, "scenarios:\n");
	}
	put_scenario(&w, name);
	/* What must be told of it is known now. */
	if (book.p != NULL) {
		put_head(&w, book, out);
	} else {
		put_comments(&w, "  ", out);
		put_lacks(&w,
		    "  # The host lacked programs, which is said at the top of the file: `host: {lacks: [",
		    "]}`.\n", out);
	}
	rb_buf_str(out, rb_buf_view(&body));
	r = body.lost == 0 ? 0 : -1;
	rb_buf_free(&body);
	return r;
}
