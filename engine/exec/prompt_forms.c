/* The forms of questions: which keys and lines answer them, and what is wrong with those that do not. */
#include <stdio.h>
#include <string.h>

#include "exec/prompt_state.h"

enum { F_CONFIRM = 1 << 0, F_YES_NO = 1 << 1, F_MANUAL = 1 << 2, F_KEYS = F_CONFIRM | F_YES_NO | F_MANUAL };

/* ---- keys ---- */

static void show_help(struct rb_prompter *p);

static void
give(struct rb_prompter *p, struct rb_value value)
{
	struct rb_answer answer = {.what = RB_ANSWERED, .value = value};

	rb_prompt_answer(p, &answer);
}

static void
yes(struct rb_prompter *p)
{
	give(p, rb_v_bool(true));
}

static void
no(struct rb_prompter *p)
{
	give(p, rb_v_bool(false));
}

static void
decline(struct rb_prompter *p)
{
	rb_prompt_answer_what(p, RB_DECLINES);
}

static void
skip(struct rb_prompter *p)
{
	rb_prompt_answer_what(p, RB_SKIPS);
}

static void
end_run(struct rb_prompter *p)
{
	rb_prompt_answer_what(p, RB_ABORTS);
}

/* The next field to record, or the note. */
static void
next_of_manual(struct rb_prompter *p)
{
	bool field = p->done && p->field < rb_prompt_question(p)->nrecord;

	rb_prompt_enter(p, field ? RB_PROMPT_FIELD : RB_PROMPT_NOTE);
}

static void
done(struct rb_prompter *p)
{
	const struct rb_question *q = rb_prompt_question(p);

	p->done = true;
	p->field = 0;
	p->record = RB_ARRAY(q->arena, struct rb_vpair, q->nrecord);
	next_of_manual(p);
}

static void
could_not(struct rb_prompter *p)
{
	p->done = false;
	p->field = 0;
	next_of_manual(p);
}

static const struct key_row {
	char key;
	unsigned forms;
	bool optional; /* only where the step is */
	const char *label;
	const char *help;
	void (*act)(struct rb_prompter *p);
} keys[] = {
    {'y', F_CONFIRM, false, "[y]es", "do it", yes},
    {'n', F_CONFIRM, false, "[n]o", "do not: the run ends, unless the step is optional", decline},
    {'y', F_YES_NO, false, "[y]es", "the answer is yes", yes},
    {'n', F_YES_NO, false, "[n]o", "the answer is no", no},
    {'d', F_MANUAL, false, "[d]one", "it is done", done},
    {'c', F_MANUAL, false, "[c]ould not", "it cannot be done: the step has failed", could_not},
    {'s', F_KEYS, true, "[s]kip", "leave this step out, and go on with the next one", skip},
    {'!', F_KEYS, false, "[!]shell", "a shell; the question is still here afterwards", rb_prompt_shell},
    {'a', F_KEYS, false, "[a]bort", "end the run; what must be done finally is done", end_run},
    {'?', F_KEYS, false, "[?]", "this help", show_help},
};

static unsigned
key_form(const struct rb_question *q)
{
	switch (q->form) {
	case RB_ASK_CONFIRM:
		return F_CONFIRM;
	case RB_ASK_YES_NO:
		return F_YES_NO;
	case RB_ASK_MANUAL:
		return F_MANUAL;
	case RB_ASK_TYPED:
	case RB_ASK_TEXT:
	case RB_ASK_NUMBER:
	case RB_ASK_CHOICE:
	case RB_ASK_MANY:
		break;
	}
	return 0;
}

static bool
applies(const struct key_row *row, const struct rb_question *q)
{
	return (row->forms & key_form(q)) != 0 && (!row->optional || q->optional);
}

static void
put_keys(struct rb_prompter *p)
{
	const struct rb_question *q = rb_prompt_question(p);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!applies(&keys[i], q))
			continue;
		rb_prompt_put_c(p, keys[i].label);
		rb_prompt_put_c(p, " ");
	}
	rb_prompt_put_c(p, " ");
}

void
rb_prompt_key(struct rb_prompter *p, int32_t key)
{
	const struct rb_question *q = rb_prompt_question(p);
	char text[2] = {0, 0};

	if (key >= 'A' && key <= 'Z')
		key += 'a' - 'A';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].key != key || !applies(&keys[i], q))
			continue;
		text[0] = keys[i].key;
		rb_prompt_put_c(p, text);
		rb_prompt_put_c(p, "\n");
		keys[i].act(p);
		return;
	}
	rb_prompt_put_c(p, "\n    that key is no answer: ");
	put_keys(p);
}

/* ---- lines ---- */

/* Asks again. */
static void
again(struct rb_prompter *p, struct rb_str said, const char *why)
{
	rb_prompt_put_c(p, "    ");
	if (said.n > 0) {
		rb_prompt_put_c(p, "`");
		rb_prompt_put_safe(p, rb_str_cut(said, 0, 60));
		rb_prompt_put_c(p, "` ");
	}
	rb_prompt_put_c(p, why);
	rb_prompt_put_c(p, "\n    ");
	rb_prompt_invite(p);
}

/* The exact text and nothing else; leaving is as easy as not typing it. */
static void
take_typed(struct rb_prompter *p, struct rb_str line)
{
	const struct rb_question *q = rb_prompt_question(p);

	line = rb_str_trim(line);
	if (rb_str_eq(line, rb_str_trim(q->expect)))
		give(p, rb_v_text(rb_arena_str(q->arena, line)));
	else if (line.n == 0)
		decline(p);
	else if (q->optional && rb_str_is(line, "skip"))
		skip(p);
	else
		again(p, line, "is not it, to the letter; an empty line declines");
}

static void
take_text(struct rb_prompter *p, struct rb_str line)
{
	if (rb_str_trim(line).n == 0)
		again(p, RB_STR(""), "an answer is wanted; ^D declines");
	else
		give(p, rb_v_text(rb_arena_str(rb_prompt_question(p)->arena, line)));
}

static void
take_number(struct rb_prompter *p, struct rb_str line)
{
	double d;

	line = rb_str_trim(line);
	if (rb_str_number(line, &d) == 0)
		give(p, rb_v_number(d));
	else
		again(p, line, "is no number; write it as 3, -1.5 or 2e3");
}

/* The choice that the text means, by its number or word for word: 0, 1, …; -1 if there is none. */
static int64_t
choice_of(const struct rb_question *q, struct rb_str text)
{
	int64_t n;

	text = rb_str_trim(text);
	for (size_t i = 0; i < q->nchoices; i++) {
		if (rb_str_eq(rb_str_trim(q->choices[i]), text))
			return (int64_t)i;
	}
	return rb_str_int(text, &n) == 0 && n >= 1 && (uint64_t)n <= q->nchoices ? n - 1 : -1;
}

static void
take_choice(struct rb_prompter *p, struct rb_str line)
{
	const struct rb_question *q = rb_prompt_question(p);
	int64_t choice = choice_of(q, line);

	if (choice >= 0)
		give(p, q->values[choice]);
	else
		again(p, rb_str_trim(line), "is none of them; give the number of one");
}

/* "2-4": its ends, as indexes. */
static bool
range_of(const struct rb_question *q, struct rb_str text, int64_t *from, int64_t *to)
{
	size_t dash = rb_str_find(text, RB_STR("-"), 1);
	int64_t whole = choice_of(q, text);

	if (whole >= 0 || dash == SIZE_MAX) {
		*from = *to = whole;
		return whole >= 0;
	}
	*from = choice_of(q, rb_str_cut(text, 0, dash));
	*to = choice_of(q, rb_str_cut(text, dash + 1, text.n));
	return *from >= 0 && *to >= *from;
}

/* Marks what the list means; the part that means nothing in *bad. */
static int
mark_many(const struct rb_question *q, struct rb_str line, bool *chosen, struct rb_str *bad)
{
	size_t at = 0;

	while (at <= line.n) {
		size_t comma = rb_str_find(line, RB_STR(","), at);
		struct rb_str part = rb_str_trim(rb_str_cut(line, at, comma));
		int64_t from, to;

		if (part.n == 0 || !range_of(q, part, &from, &to)) {
			*bad = part;
			return -1;
		}
		for (; from <= to; from++)
			chosen[from] = true;
		at = comma == SIZE_MAX ? line.n + 1 : comma + 1;
	}
	return 0;
}

static void
take_many(struct rb_prompter *p, struct rb_str line)
{
	const struct rb_question *q = rb_prompt_question(p);
	bool *chosen = RB_ARRAY(q->arena, bool, q->nchoices);
	struct rb_value list, *items;
	struct rb_str bad = {"", 0};
	size_t n = 0;

	line = rb_str_trim(line);
	if (!rb_str_is(line, "none") && mark_many(q, line, chosen, &bad) != 0) {
		again(p, bad, "is none of them; give numbers as 1,3-5, or none");
		return;
	}
	for (size_t i = 0; i < q->nchoices; i++)
		n += chosen[i];
	list = rb_v_list(q->arena, n, &items);
	for (size_t i = 0; i < q->nchoices; i++) {
		if (chosen[i])
			*items++ = q->values[i];
	}
	give(p, list);
}

static void
take_field(struct rb_prompter *p, struct rb_str line)
{
	const struct rb_question *q = rb_prompt_question(p);

	line = rb_str_trim(line);
	if (line.n == 0) {
		again(p, RB_STR(""), "this is to be recorded; ^D leaves the question");
		return;
	}
	p->record[p->field].key = q->record[p->field];
	p->record[p->field].value = rb_v_text(rb_arena_str(q->arena, line));
	p->field++;
	next_of_manual(p);
}

static void
take_note(struct rb_prompter *p, struct rb_str line)
{
	const struct rb_question *q = rb_prompt_question(p);
	struct rb_vpair *pairs, *record;
	struct rb_value answer = rb_v_map(q->arena, 3, &pairs),
			fields = rb_v_map(q->arena, p->field, &record);

	if (p->field > 0)
		memcpy(record, p->record, p->field * sizeof(*record));
	pairs[0] = (struct rb_vpair){RB_STR("done"), rb_v_bool(p->done)};
	pairs[1] = (struct rb_vpair){RB_STR("note"), rb_v_text(rb_arena_str(q->arena, rb_str_trim(line)))};
	pairs[2] = (struct rb_vpair){RB_STR("record"), fields};
	give(p, answer);
}

/* ---- the forms ---- */

static void
invite_typed(struct rb_prompter *p)
{
	rb_prompt_put_c(p, "type ");
	rb_prompt_put_safe(p, rb_str_trim(rb_prompt_question(p)->expect));
	rb_prompt_put_c(p, ": ");
}

static void
invite_choice(struct rb_prompter *p)
{
	char text[64];

	snprintf(text, sizeof(text), "1-%zu> ", rb_prompt_question(p)->nchoices);
	rb_prompt_put_c(p, text);
}

static void
invite_many(struct rb_prompter *p)
{
	rb_prompt_put_c(p, "as 1,3-5, or none> ");
}

static const struct line_row {
	void (*invite)(struct rb_prompter *p); /* NULL: "> " */
	void (*take)(struct rb_prompter *p, struct rb_str line);
	const char *help;
} lines[] = {
    [RB_ASK_TYPED] = {invite_typed, take_typed, "exactly this text confirms; an empty line declines"},
    [RB_ASK_TEXT] = {NULL, take_text, "a line of text answers"},
    [RB_ASK_NUMBER] = {NULL, take_number, "a number answers: 3, -1.5, 2e3"},
    [RB_ASK_CHOICE] = {invite_choice, take_choice, "the number of one of them answers, or its text"},
    [RB_ASK_MANY] = {invite_many, take_many, "numbers and ranges answer: 1,3-5; or none"},
    [RB_ASK_MANUAL] = {NULL, NULL, NULL},
};

enum rb_prompt_stage
rb_prompt_first(const struct rb_question *q)
{
	return key_form(q) != 0 ? RB_PROMPT_KEYS : RB_PROMPT_TYPES;
}

void
rb_prompt_invite(struct rb_prompter *p)
{
	const struct rb_question *q = rb_prompt_question(p);

	if (p->stage == RB_PROMPT_KEYS) {
		put_keys(p);
	} else if (p->stage == RB_PROMPT_FIELD) {
		rb_prompt_put_c(p, "    ");
		rb_prompt_put_safe(p, q->record[p->field]);
		rb_prompt_put_c(p, "> ");
	} else if (p->stage == RB_PROMPT_NOTE) {
		rb_prompt_put_c(p, p->done ? "    note, or Enter> " : "    why, or Enter> ");
	} else if (lines[q->form].invite != NULL) {
		lines[q->form].invite(p);
	} else {
		rb_prompt_put_c(p, "> ");
	}
}

static void
show_help(struct rb_prompter *p)
{
	const struct rb_question *q = rb_prompt_question(p);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char text[2] = {keys[i].key, 0};

		if (!applies(&keys[i], q))
			continue;
		rb_prompt_put_c(p, "    ");
		rb_prompt_put_c(p, text);
		rb_prompt_put_c(p, "  ");
		rb_prompt_put_c(p, keys[i].help);
		rb_prompt_put_c(p, "\n");
	}
	if (p->stage != RB_PROMPT_KEYS) {
		rb_prompt_put_c(p, "    ");
		rb_prompt_put_c(p, lines[q->form].help);
		rb_prompt_put_c(p, "\n    !   a shell; the question is still here afterwards\n");
	}
	rb_prompt_put_c(p, "    ^D  declines    ^C  ends the run\n    ");
	rb_prompt_invite(p);
}

void
rb_prompt_line(struct rb_prompter *p, struct rb_str line)
{
	if (p->stage == RB_PROMPT_NOTE)
		take_note(p, line);
	else if (p->stage == RB_PROMPT_FIELD)
		take_field(p, line);
	else if (lines[rb_prompt_question(p)->form].take == NULL)
		rb_prompt_enter(p, rb_prompt_first(rb_prompt_question(p))); /* no line answers it */
	else if (rb_str_is(line, "!"))
		rb_prompt_shell(p);
	else if (rb_str_is(line, "?"))
		show_help(p);
	else
		lines[rb_prompt_question(p)->form].take(p, line);
}

void
rb_prompt_eof(struct rb_prompter *p)
{
	rb_prompt_put_c(p, p->stage == RB_PROMPT_NOTE ? "\n" : "^D: not answered\n");
	if (p->stage == RB_PROMPT_NOTE)
		take_note(p, RB_STR(""));
	else
		decline(p);
}
