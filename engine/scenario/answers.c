/* `answers`: what the operator of a test says, read when the file is, and understood when the question comes,
 * since only then its form and its choices are known. */
#include "scenario/state.h"

#include <string.h>

enum { NAMES_MAX = 64 };

/* ---- as written ---- */

bool
rb_asks_first(const struct rb_step *s)
{
	return s->confirm != NULL || (s->op == RB_OP_LEAF && s->effect == RB_DANGER);
}

static bool
asks(const struct rb_step *s)
{
	return rb_asks_first(s) || (s->op == RB_OP_LEAF && (s->kind->traits & RB_KIND_PEOPLE) != 0);
}

static void
check_form(const struct rb_scenario_load *l, const struct rb_node *node)
{
	struct rb_field f[RB_SAID_KEYS];

	if (node->kind == RB_NODE_LIST) {
		if (node->len == 0)
			rb_diag_add(l->diags, RB_E_EMPTY, node->span,
			    "a list of answers has at least one; that none is chosen is {answer: []}");
		for (size_t i = 0; i < node->len; i++) {
			if (node->items[i]->kind == RB_NODE_MAP)
				check_form(l, node->items[i]);
		}
		return;
	}
	if (node->kind == RB_NODE_MAP || node->empty_plain)
		rb_keys_decode(&l->ctx, node, rb_scenario_answer_keys, f, "an answer");
}

void
rb_answers_read(struct rb_scenario_load *l, const struct rb_node *node, struct rb_answers *out)
{
	rb_map_init(&out->by_key, l->arena);
	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`answers` is a mapping of steps to answers, not %s", rb_node_form(node));
		return;
	}
	for (size_t i = 0; i < node->len; i++) {
		struct rb_answers_of *a = RB_NEW(l->arena, struct rb_answers_of);

		if (rb_named_find(l, node->pairs[i].key, &a->at) < 0)
			continue;
		if (a->at.purpose != RB_FOR_ACTION || !asks(a->at.step)) {
			rb_diag_add(l->diags, RB_E_SCENARIO, a->at.span, "`%.*s` asks nothing",
			    RB_STR_ARG(a->at.key));
			continue;
		}
		a->node = node->pairs[i].value;
		a->number = out->by_key.len;
		check_form(l, a->node);
		rb_map_put(&out->by_key, a->at.key, a);
	}
}

/* ---- understood ---- */

/* An answer that is being read for a question. */
struct reading {
	struct rb_play *p;
	const struct rb_question *q;
	const struct rb_node *node;
	struct rb_answer *out;
};

static int
no_answer(const struct reading *r, const struct rb_node *at, const char *asked)
{
	rb_diag_add(r->p->load.diags, RB_E_SCENARIO, at->span, "the question is \"%.*s\": %s",
	    RB_STR_ARG(r->q->text), asked);
	return -1;
}

static const struct {
	const char *word;
	enum rb_reply what;
} words[] = {{"skip", RB_SKIPS}, {"abort", RB_ABORTS}, {"nobody", RB_NOBODY}};

/* What is said instead of an answer. */
static bool
is_word(const struct reading *r, const struct rb_node *node)
{
	for (size_t i = 0; node->kind == RB_NODE_SCALAR && i < sizeof(words) / sizeof(words[0]); i++) {
		if (rb_str_is(node->text, words[i].word)) {
			r->out->what = words[i].what;
			return true;
		}
	}
	return false;
}

static int
read_confirm(const struct reading *r, const struct rb_node *node)
{
	bool yes = rb_str_is(node->text, "yes") || rb_str_is(node->text, "true"),
	     no = rb_str_is(node->text, "no") || rb_str_is(node->text, "false");

	if (no)
		r->out->what = RB_DECLINES;
	if (r->q->form == RB_ASK_TYPED && !no)
		r->out->value = rb_v_text(yes ? r->q->expect : node->text);
	else if (yes)
		r->out->value = rb_v_bool(true);
	else if (!no)
		return no_answer(r, node, "it is confirmed with yes, no, skip, abort or nobody");
	return 0;
}

static int
read_choice(const struct reading *r, const struct rb_node *node, struct rb_value *out)
{
	struct rb_str names[NAMES_MAX];
	struct rb_diag *diag;
	struct rb_buf all;
	size_t n = 0;

	rb_buf_init(&all, r->p->arena->alloc, RB_LINE_MAX);
	for (size_t i = 0; i < r->q->nchoices; i++) {
		if (node->kind == RB_NODE_SCALAR &&
		    rb_str_eq(rb_str_trim(r->q->choices[i]), rb_str_trim(node->text))) {
			*out = r->q->values[i];
			rb_buf_free(&all);
			return 0;
		}
		if (n < NAMES_MAX) {
			rb_buf_fmt(&all, "%s%.*s", n > 0 ? ", " : "", RB_STR_ARG(r->q->choices[i]));
			names[n++] = r->q->choices[i];
		}
	}
	diag = rb_diag_add(r->p->load.diags, RB_E_SCENARIO, node->span,
	    "`%.*s` is none of the choices of \"%.*s\": %s", RB_STR_ARG(node->text), RB_STR_ARG(r->q->text),
	    rb_buf_cstr(&all));
	rb_diag_suggest(r->p->load.diags, diag, node->text, names, n);
	rb_buf_free(&all);
	return -1;
}

static int
read_many(const struct reading *r, const struct rb_node *node)
{
	bool list = node->kind == RB_NODE_LIST;
	size_t n = list ? node->len : 1;
	struct rb_value *items;

	r->out->value = rb_v_list(r->q->arena, n, &items);
	for (size_t i = 0; i < n; i++) {
		if (read_choice(r, list ? node->items[i] : node, &items[i]) < 0)
			return -1;
	}
	return 0;
}

/* What is recorded by name: all that the step asks for, and nothing else. */
static int
read_record(const struct reading *r, const struct rb_node *given, struct rb_value *out)
{
	const struct rb_node *record = r->node->kind == RB_NODE_MAP ? rb_node_get(r->node, "record") : NULL;
	struct rb_vpair *pairs;

	*out = rb_v_map(r->q->arena, r->q->nrecord, &pairs);
	for (size_t i = 0; i < r->q->nrecord; i++) {
		struct rb_str name = rb_arena_str(r->q->arena, r->q->record[i]);
		const struct rb_node *value = record != NULL ? rb_node_get(record, name.p) : NULL;

		if (value == NULL || value->kind != RB_NODE_SCALAR) {
			rb_diag_add(r->p->load.diags, RB_E_SCENARIO, given->span,
			    "\"%.*s\" asks for `%.*s`: write {record: {%.*s: …}}", RB_STR_ARG(r->q->text),
			    RB_STR_ARG(name), RB_STR_ARG(name));
			return -1;
		}
		pairs[i] = (struct rb_vpair){r->q->record[i], rb_v_text(value->text)};
	}
	for (size_t i = 0; record != NULL && i < record->len; i++) {
		if (rb_v_get(*out, record->pairs[i].key->text).kind == RB_V_UNSET) {
			rb_diag_add(r->p->load.diags, RB_E_SCENARIO, record->pairs[i].key->span,
			    "the step does not ask for `%.*s`", RB_STR_ARG(record->pairs[i].key->text));
			return -1;
		}
	}
	return 0;
}

static int
read_manual(const struct reading *r, const struct rb_node *node)
{
	const struct rb_node *done = r->node->kind == RB_NODE_MAP ? rb_node_get(r->node, "done") : NULL,
			     *note = r->node->kind == RB_NODE_MAP ? rb_node_get(r->node, "note") : NULL;
	bool is_done = done == NULL || rb_str_is(done->text, "true");
	struct rb_value record;
	struct rb_vpair *pairs;

	if (node != NULL && !rb_str_is(node->text, "done"))
		return no_answer(r, node,
		    "it is `done`, or {done: false, note: …} where it could not be; or skip, abort, nobody");
	record = rb_v_map(r->q->arena, 0, &pairs);
	if (is_done && read_record(r, r->node, &record) < 0)
		return -1;
	r->out->value = rb_v_map(r->q->arena, 3, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("done"), rb_v_bool(is_done)};
	pairs[1] = (struct rb_vpair){RB_STR("note"), rb_v_text(note != NULL ? note->text : RB_STR(""))};
	pairs[2] = (struct rb_vpair){RB_STR("record"), record};
	return 0;
}

static int
read_text(const struct reading *r, const struct rb_node *node)
{
	double d;

	if (r->q->form == RB_ASK_TEXT) {
		r->out->value = rb_v_text(node->text);
	} else if (r->q->form == RB_ASK_NUMBER) {
		if (rb_str_number(node->text, &d) != 0)
			return no_answer(r, node, "it is answered with a number, as 3 or -1.5");
		r->out->value = rb_v_number(d);
	} else {
		bool yes = rb_str_is(node->text, "yes") || rb_str_is(node->text, "true");

		if (!yes && !rb_str_is(node->text, "no") && !rb_str_is(node->text, "false"))
			return no_answer(r, node, "it is answered with yes or no");
		r->out->value = rb_v_bool(yes);
	}
	return 0;
}

/* One answer: a scalar, a list of choices, or a map of what is said and how long it takes. */
static int
read_answer(struct reading *r, int64_t *takes)
{
	const struct rb_node *node = r->node, *t = NULL;

	if (r->node->kind == RB_NODE_MAP) {
		node = rb_node_get(r->node, "answer");
		t = rb_node_get(r->node, "takes");
		if (node == NULL && r->q->form != RB_ASK_MANUAL)
			return no_answer(r, r->node, "write {answer: …}");
	}
	if (t != NULL)
		(void)rb_clock_parse(t->text, takes); /* was checked when the file was read */
	if (node != NULL && is_word(r, node)) {
		if (r->out->what == RB_SKIPS && !r->q->optional)
			return no_answer(r, node, "only a step that is `optional` can be skipped");
		return 0;
	}
	if (r->q->form == RB_ASK_MANUAL)
		return read_manual(r, node);
	if (r->q->form == RB_ASK_MANY)
		return read_many(r, node);
	if (node->kind != RB_NODE_SCALAR)
		return no_answer(r, node, "one answer is asked here");
	if (r->q->form == RB_ASK_CHOICE)
		return read_choice(r, node, &r->out->value);
	return r->q->form == RB_ASK_CONFIRM || r->q->form == RB_ASK_TYPED ? read_confirm(r, node)
									  : read_text(r, node);
}

/* ---- asked ---- */

/* Whether a list is one answer each time: of MANY, a list of scalars is what is chosen at once. */
static bool
is_sequence(const struct rb_question *q, const struct rb_node *node)
{
	return node->kind == RB_NODE_LIST &&
	       (q->form != RB_ASK_MANY || (node->len > 0 && node->items[0]->kind != RB_NODE_SCALAR));
}

static void
note_asked(struct rb_play *p, struct rb_str key, const struct rb_question *q)
{
	p->asked = rb_arena_grow(p->arena, p->asked, sizeof(*p->asked), p->nasked, &p->cap_asked);
	p->asked[p->nasked++] = (struct rb_asked){key, rb_arena_str(p->arena, q->text), q->step};
}

/* Nobody can go on from here. */
static void
no_answer_given(struct rb_play *p, struct rb_str key, const struct rb_question *q)
{
	struct rb_diag *diag = rb_diag_add(p->load.diags, RB_E_SCENARIO, p->scenario->span,
	    "%.*s asks, and there is no answer: \"%.*s\"", RB_STR_ARG(rb_named_show(p->arena, key, q->step)),
	    RB_STR_ARG(q->text));

	rb_diag_hint(p->load.diags, diag, "write `%.*s: %s` under `answers`", RB_STR_ARG(key),
	    q->form == RB_ASK_MANUAL ? "done"
	    : q->nchoices > 0        ? rb_arena_fmt(p->arena, "%.*s", RB_STR_ARG(q->choices[0])).p
	    : q->form == RB_ASK_TEXT || q->form == RB_ASK_NUMBER ? "…"
								 : "yes");
	rb_diag_hint(p->load.diags, diag, "it came here by %.*s", RB_STR_ARG(rb_play_path(p)));
}

static bool
by_flag(const struct rb_play *p, const struct rb_question *q)
{
	const struct rb_scenario_inside *in = p->scenario->inside;

	return rb_question_by_flag(q, in->yes, in->yes_ids, in->nyes_ids);
}

enum rb_started
rb_play_ask(void *ctx, const struct rb_question *q, struct rb_answer *answer)
{
	struct rb_play *p = ctx;
	struct rb_str key = rb_arena_str(p->arena, rb_watch_key(&p->watch, q->where.step, NULL));
	const struct rb_answers_of *a = rb_map_get(&p->scenario->inside->answers.by_key, key);
	struct reading r = {p, q, NULL, answer};
	struct rb_due *due;
	int64_t takes = 0;
	unsigned nth;

	memset(answer, 0, sizeof(*answer));
	answer->value = rb_v_unset(RB_STR("answer"));
	answer->by = RB_STR("scenario");
	if (a == NULL && by_flag(p, q)) {
		answer->value = rb_v_bool(true);
		answer->by = RB_STR("flag");
		return RB_DONE_NOW;
	}
	note_asked(p, key, q);
	if (a == NULL) {
		no_answer_given(p, key, q);
		return RB_WAITS;
	}
	nth = p->answered[a->number]++;
	r.node = a->node;
	p->in_turn[a->number] = is_sequence(q, a->node);
	if (p->in_turn[a->number]) {
		if (nth >= a->node->len) {
			rb_diag_add(p->load.diags, RB_E_SCENARIO, a->at.span,
			    "`%.*s` asks for the %.*s time, and there are %zu answers: \"%.*s\"",
			    RB_STR_ARG(key), RB_STR_ARG(rb_play_nth(p->arena, nth + 1)), a->node->len,
			    RB_STR_ARG(q->text));
			return RB_WAITS;
		}
		r.node = a->node->items[nth];
	}
	if (read_answer(&r, &takes) < 0)
		return RB_WAITS;
	if (takes == 0)
		return RB_DONE_NOW;
	due = rb_play_due(p, q->ticket, rb_clock_add(p->now, takes));
	due->question = true;
	due->answer = *answer;
	return RB_WAITS;
}
