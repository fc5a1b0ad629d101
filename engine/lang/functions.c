/* The functions of expressions: one table of name, signature, help, type rule and implementation. These stand
 * in func_convert.c, func_list.c and func_text.c. */
#include "lang/func_impl.h"

bool
rb_func_fits(const struct rb_type *t, unsigned mask)
{
	return t->base == RB_ANY || (mask & 1U << t->base) != 0;
}

bool
rb_func_is_list_of(const struct rb_type *t, unsigned mask)
{
	return t->base == RB_LIST && rb_func_fits(rb_type_item(t), mask);
}

/* Adds that an argument does not fit; the result, so that rules can return it. */
const struct rb_type *
rb_func_refuse(struct rb_checker *c, const struct rb_x *call, size_t i)
{
	const struct rb_x *arg = call->args[i];
	struct rb_diag *diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_TYPE, rb_check_fail(c, arg),
	    "%.*s() does not take `%.*s`, which is %s", RB_STR_ARG(call->name), RB_STR_ARG(arg->shown),
	    rb_check_type_name(c, arg->type));

	rb_diag_hint(c->ctx->diags, diag, "it is %s", call->func->signature);
	return &rb_types[RB_ANY];
}

static const struct rb_type *
type_defined(struct rb_checker *c, struct rb_x *call)
{
	(void)c;
	(void)call;
	return &rb_types[RB_BOOL];
}

static struct rb_value
run_defined(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_value v = rb_x_eval(ev, call->args[0]);

	(void)args;
	if (v.kind == RB_V_UNKNOWN || v.kind == RB_V_ERROR)
		return v;
	return rb_v_bool(v.kind != RB_V_UNSET && v.kind != RB_V_NULL);
}

static const struct rb_type *
type_now(struct rb_checker *c, struct rb_x *call)
{
	(void)c;
	(void)call;
	return &rb_types[RB_TIME];
}

static struct rb_value
run_now(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	(void)call;
	(void)args;
	return rb_v_of(RB_V_TIME, ev->wall);
}

enum { MANY = 64 };

const struct rb_func_row rb_func_rows[] = {
    {"first", "first(list of T) → T", "the first item; unset if there is none", 1, 1, rb_type_of_item, false,
	rb_run_first},
    {"last", "last(list of T) → T", "the last item; unset if there is none", 1, 1, rb_type_of_item, false,
	rb_run_last},
    {"count", "count(list) → int", "how many items there are", 1, 1, rb_type_of_count, false, rb_run_count},
    {"any", "any(list of bool) → bool, any(LIST where COND) → bool",
	"whether one is true, or COND is true of one item; false of an empty list", 1, 1, rb_type_of_judge,
	true, rb_run_any},
    {"all", "all(list of bool) → bool, all(LIST where COND) → bool",
	"whether each is true, or COND is true of each item; unset of an empty list", 1, 1, rb_type_of_judge,
	true, rb_run_all},
    {"min", "min(list of T) → T, min(T, T, …) → T",
	"the least of numbers, durations, sizes, times, versions or texts; unset of an empty list", 1, MANY,
	rb_type_of_extreme, false, rb_run_min},
    {"max", "max(list of T) → T, max(T, T, …) → T",
	"the greatest of numbers, durations, sizes, times, versions or texts; unset of an empty list", 1,
	MANY, rb_type_of_extreme, false, rb_run_max},
    {"sum", "sum(list of number, duration or size) → the same", "their sum; 0 of an empty list", 1, 1,
	rb_type_of_sum, false, rb_run_sum},
    {"sort", "sort(list of T) → list of T", "the items in rising order", 1, 1, rb_type_of_sort, false,
	rb_run_sort},
    {"unique", "unique(list of T) → list of T", "the items without repetitions, in their order", 1, 1,
	rb_type_of_unique, false, rb_run_unique},
    {"len", "len(text, list or record) → int", "characters of a text, items of a list, members of a record",
	1, 1, rb_type_of_len, false, rb_run_len},
    {"int", "int(text, number, duration or size) → int",
	"a whole number from text (\" 42\", \"87%\"), a number cut toward zero, seconds of a duration, bytes "
	"of a "
	"size; of a list, each item's",
	1, 1, rb_type_of_convert, false, rb_run_convert},
    {"number", "number(text, number, duration or size) → number",
	"a decimal number from text (\"1.5\", \"12.3%\"), seconds of a duration, bytes of a size; of a list, "
	"each item's",
	1, 1, rb_type_of_convert, false, rb_run_convert},
    {"size", "size(text or number) → size",
	"a size from text (\"1.5GiB\", \"64Mi\") or a number of bytes; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"duration", "duration(text or number) → duration",
	"a duration from text (\"1h30m\") or a number of seconds; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"version", "version(text) → version",
	"a version, which compares by its numbers: 9.10 > 9.9; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"url", "url(text) → url",
	"a URL from a text, with which the address of a request can begin; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"text", "text(value) → text", "any value as it is shown", 1, 1, rb_type_of_text, false, rb_run_text},
    {"lower", "lower(text) → text", "with ASCII letters in lower case; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"trim", "trim(text) → text", "without blanks and line ends at both ends; of a list, each item's", 1, 1,
	rb_type_of_convert, false, rb_run_convert},
    {"split", "split(text) → list of text, split(text, separator) → list of text",
	"the parts between runs of blanks, or between separators", 1, 2, rb_type_of_texts, false,
	rb_run_split},
    {"lines", "lines(text) → list of text", "the lines without their ends", 1, 1, rb_type_of_texts, false,
	rb_run_lines},
    {"table", "table(text) → list of records of text",
	"rows under a header line whose columns stand two blanks apart at least (docker, kubectl): "
	"row[\"CPU %\"], rows.NAME; a line that does not keep to them (as of df, ps, ss) is an error",
	1, 1, rb_type_of_table, false, rb_run_table},
    {"rows", "rows(text, /regex with (?<name>…)/) → list of records of text",
	"one record for each line that matches, of the regex's named groups", 2, 2, rb_type_of_rows, false,
	rb_run_rows},
    {"json", "json(text) → JSON", "the text read as JSON, strictly", 1, 1, rb_type_of_json, false,
	rb_run_json},
    {"defined", "defined(value) → bool", "whether the value is set and not null: where `??` would leave it",
	1, 1, type_defined, true, run_defined},
    {"now", "now() → time", "the wall clock's time", 0, 0, type_now, false, run_now},
    {NULL, NULL, NULL, 0, 0, NULL, false, NULL},
};

const struct rb_func_row *
rb_func_find(struct rb_str name)
{
	for (const struct rb_func_row *row = rb_func_rows; row->name != NULL; row++)
		if (rb_str_is(name, row->name))
			return row;
	return NULL;
}

static void
unknown_function(struct rb_checker *c, const struct rb_x *x)
{
	struct rb_str names[sizeof(rb_func_rows) / sizeof(*rb_func_rows)];
	size_t n = 0, from = (size_t)(x->name.p - c->text.p);
	struct rb_diag *diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_CALL,
	    rb_check_fail_at(c, from, from + x->name.n), "there is no function `%.*s`", RB_STR_ARG(x->name));

	for (; rb_func_rows[n].name != NULL; n++)
		names[n] = rb_str_c(rb_func_rows[n].name);
	rb_diag_suggest(c->ctx->diags, diag, x->name, names, n);
}

void
rb_func_check(struct rb_checker *c, struct rb_x *x)
{
	struct rb_diag *diag;
	bool regex = false;

	x->func = rb_func_find(x->name);
	if (x->func == NULL)
		unknown_function(c, x);
	for (size_t i = 0; i < x->len; i++) {
		rb_check(c, x->args[i]);
		regex = regex || x->args[i]->op == RB_X_REGEX;
	}
	if (x->func == NULL)
		return;
	if (x->len < x->func->min || x->len > x->func->max) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_CALL, rb_check_fail(c, x),
		    "%s() is given %zu argument%s", x->func->name, x->len, x->len == 1 ? "" : "s");
		rb_diag_hint(c->ctx->diags, diag, "it is %s", x->func->signature);
		return;
	}
	/* Where a regex may not stand the checker says so; to its type nothing is to be added. */
	if (!regex || rb_str_is(x->name, "rows"))
		x->type = x->func->check(c, x);
}
