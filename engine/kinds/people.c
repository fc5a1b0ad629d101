/* ask and manual: what only a person can answer or do. */
#include "kinds/kinds.h"

#include <string.h>

static const struct rb_key ask_keys[] = {
    [RB_ARG_ASK_QUESTION] = {"question", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"the question", "Which node is the leader?", "run/ask.yaml"},
    [RB_ARG_ASK_TYPE] = {"type", RB_K_WORD, 0, 0, "text number yes_no choice many", NULL,
	"choice with choices, else text", "form of the answer", "number", "run/ask_type.yaml"},
    [RB_ARG_ASK_CHOICES] = {"choices", RB_K_CHOICES, 0, 0, NULL, NULL, NULL,
	"texts, or maps of `choice` and the `then` that it leads to, or ${rows} that another step found",
	"[restart, leave it]", "run/ask_choices.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_key manual_keys[] = {
    [RB_ARG_MANUAL_TEXT] = {"text", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"what to do by hand", "Raise the memory limit in the console", "run/manual.yaml"},
    [RB_ARG_MANUAL_RECORD] = {"record", RB_K_NAMES, 0, 0, NULL, NULL, NULL,
	"names of what to note down; each becomes a fact", "[ticket]", "run/manual_record.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_fact_row manual_facts[] = {
    {"done", &rb_types[RB_BOOL], "it was done"},
    {"note", &rb_types[RB_TEXT], "what the operator noted"},
    {NULL, NULL, NULL},
};

static enum rb_ask_form
form_of(const struct rb_step *step)
{
	static const struct {
		const char *word;
		enum rb_ask_form form;
	} forms[] = {{"text", RB_ASK_TEXT}, {"number", RB_ASK_NUMBER}, {"yes_no", RB_ASK_YES_NO},
	    {"choice", RB_ASK_CHOICE}, {"many", RB_ASK_MANY}};
	const struct rb_field *type = &step->args[RB_ARG_ASK_TYPE];

	for (size_t i = 0; type->node != NULL && i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (rb_str_is(type->value.s, forms[i].word))
			return forms[i].form;
	}
	return step->args[RB_ARG_ASK_CHOICES].node != NULL ? RB_ASK_CHOICE : RB_ASK_TEXT;
}

static void
ask_check(const struct rb_expr_ctx *ctx, struct rb_step *step)
{
	enum rb_ask_form form = form_of(step);
	bool choices = step->args[RB_ARG_ASK_CHOICES].node != NULL;

	if (choices != (form == RB_ASK_CHOICE || form == RB_ASK_MANY))
		rb_diag_add(ctx->diags, RB_E_CONFLICT, step->action_span,
		    choices ? "`choices` belong to `type: choice` or `type: many`"
			    : "this `type` needs `choices`");
}

static bool
ask_takes_many(const struct rb_step *step)
{
	return form_of(step) == RB_ASK_MANY;
}

static size_t
ask_facts(const struct rb_step *step, struct rb_arena *arena, struct rb_member **members)
{
	static const enum rb_base bases[] = {[RB_ASK_CONFIRM] = RB_ANY,
	    [RB_ASK_TYPED] = RB_ANY,
	    [RB_ASK_TEXT] = RB_TEXT,
	    [RB_ASK_NUMBER] = RB_NUMBER,
	    [RB_ASK_YES_NO] = RB_BOOL,
	    [RB_ASK_CHOICE] = RB_ANY,
	    [RB_ASK_MANY] = RB_ANY,
	    [RB_ASK_MANUAL] = RB_ANY};

	*members = RB_ARRAY(arena, struct rb_member, 1);
	(*members)[0] =
	    (struct rb_member){RB_STR("answer"), &rb_types[bases[form_of(step)]], false, "the answer"};
	return 1;
}

static int
ask_prompt(struct rb_request *req, struct rb_arena *arena, struct rb_prompt *out)
{
	struct rb_value choices = req->values[RB_ARG_ASK_CHOICES];
	struct rb_buf text;

	memset(out, 0, sizeof(*out));
	out->form = form_of(req->step);
	out->text = req->values[RB_ARG_ASK_QUESTION].s;
	if (out->form != RB_ASK_CHOICE && out->form != RB_ASK_MANY)
		return 0;
	if (choices.kind != RB_V_LIST || choices.list->len == 0) {
		req->why = rb_v_error(arena, "there is nothing to choose from");
		return -1;
	}
	out->nchoices = choices.list->len;
	out->values = choices.list->items;
	out->choices = RB_ARRAY(arena, struct rb_str, out->nchoices);
	rb_buf_init(&text, arena->alloc, RB_LINE_MAX);
	for (size_t i = 0; i < out->nchoices; i++) {
		rb_buf_clear(&text);
		rb_value_show(choices.list->items[i], &text);
		out->choices[i] = rb_arena_str(arena, rb_buf_view(&text));
	}
	rb_buf_free(&text);
	return 0;
}

static void
ask_answered(const struct rb_request *req, struct rb_value answer, struct rb_arena *arena,
    struct rb_result *res, int64_t *arm)
{
	struct rb_value choices = req->values[RB_ARG_ASK_CHOICES];
	struct rb_vpair *pairs;
	struct rb_buf b;

	*arm = -1;
	for (size_t i = 0; choices.kind == RB_V_LIST && i < choices.list->len; i++) {
		if (rb_value_eq(choices.list->items[i], answer)) {
			*arm = (int64_t)i;
			break;
		}
	}
	res->ended = RB_ENDED_OK;
	res->facts = rb_v_map(arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("answer"), answer};
	rb_buf_init(&b, arena->alloc, RB_LINE_MAX);
	rb_value_show(answer, &b);
	res->summary = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
}

static void
summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_value_show(req->values[0], out);
}

const struct rb_kind rb_kind_ask = {
    .name = "ask",
    .help = "a question to the operator; the answer is the fact `answer`",
    .example = "ask: {question: Which node is the leader?, choices: [db1, db2]}",
    .verb = "asks",
    .on = RB_ON_PEOPLE,
    .traits = RB_KIND_PEOPLE | RB_KIND_NO_PROBE,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = ask_keys,
    .test = "run/ask.yaml",
    .check = ask_check,
    .more_facts = ask_facts,
    .prompt = ask_prompt,
    .takes_many = ask_takes_many,
    .answered = ask_answered,
    .summary = summary,
};

static size_t
manual_more(const struct rb_step *step, struct rb_arena *arena, struct rb_member **members)
{
	struct rb_value names = step->args[RB_ARG_MANUAL_RECORD].value;
	size_t n =
	    step->args[RB_ARG_MANUAL_RECORD].node != NULL && names.kind == RB_V_LIST ? names.list->len : 0;

	*members = RB_ARRAY(arena, struct rb_member, n);
	for (size_t i = 0; i < n; i++)
		(*members)[i] = (struct rb_member){
		    names.list->items[i].s, &rb_types[RB_TEXT], false, "noted by the operator"};
	return n;
}

static int
manual_prompt(struct rb_request *req, struct rb_arena *arena, struct rb_prompt *out)
{
	struct rb_value names = req->values[RB_ARG_MANUAL_RECORD];

	memset(out, 0, sizeof(*out));
	out->form = RB_ASK_MANUAL;
	out->text = req->values[RB_ARG_MANUAL_TEXT].s;
	if (names.kind != RB_V_LIST)
		return 0;
	out->nrecord = names.list->len;
	out->record = RB_ARRAY(arena, struct rb_str, out->nrecord);
	for (size_t i = 0; i < out->nrecord; i++)
		out->record[i] = names.list->items[i].s;
	return 0;
}

static void
manual_answered(const struct rb_request *req, struct rb_value answer, struct rb_arena *arena,
    struct rb_result *res, int64_t *arm)
{
	struct rb_value done = rb_v_get_c(answer, "done"), note = rb_v_get_c(answer, "note"),
			record = rb_v_get_c(answer, "record");
	size_t n = record.kind == RB_V_MAP ? record.map->len : 0;
	struct rb_vpair *pairs;

	(void)req;
	*arm = -1;
	res->facts = rb_v_map(arena, 2 + n, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("done"), done};
	pairs[1] = (struct rb_vpair){RB_STR("note"), note};
	for (size_t i = 0; i < n; i++)
		pairs[2 + i] = record.map->pairs[i];
	res->summary = note.kind == RB_V_TEXT ? note.s : RB_STR("");
	if (done.kind == RB_V_BOOL && done.b) {
		res->ended = RB_ENDED_OK;
	} else {
		res->ended = RB_ENDED_FAILED;
		res->reason =
		    note.kind == RB_V_TEXT && note.s.n > 0
			? rb_arena_fmt(arena, "the operator could not do it: %.*s", RB_STR_ARG(note.s))
			: RB_STR("the operator could not do it");
	}
}

const struct rb_kind rb_kind_manual = {
    .name = "manual",
    .help = "something to do by hand; passes when the operator says it is done",
    .example = "manual: Raise the memory limit of the backend in the console",
    .verb = "by hand",
    .on = RB_ON_PEOPLE,
    .traits = RB_KIND_PEOPLE | RB_KIND_NO_PROBE,
    .effect = RB_CHANGE,
    .timeout = RB_NEVER,
    .keys = manual_keys,
    .facts = manual_facts,
    .test = "run/manual.yaml",
    .more_facts = manual_more,
    .prompt = manual_prompt,
    .answered = manual_answered,
    .summary = summary,
};
