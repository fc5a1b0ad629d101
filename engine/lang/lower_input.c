/* Inputs: their types, and what they say about the values that they take. */
#include <string.h>

#include "lang/lower.h"
#include "lang/settle.h"

enum { TYPE, DEFAULT, REQUIRED, PATTERN, MIN, MAX, CHOICES, FIELDS, HELP, ROWS };

/* --- declaring --- */

static const struct rb_type_row *
type_row_of(const struct rb_node *value)
{
	const struct rb_node *type = value->kind == RB_NODE_MAP ? rb_node_get(value, "type") : value;
	const struct rb_type_row *row = NULL;

	if (type != NULL && type->kind == RB_NODE_SCALAR)
		row = rb_type_row(type->text);
	return row != NULL ? row : rb_type_row(RB_STR("text"));
}

static const struct rb_type_row *
field_type(const struct rb_node *value, struct rb_str name)
{
	const struct rb_node *fields = rb_node_get(value, "fields");
	const struct rb_type_row *row = NULL;

	for (size_t i = 0; fields != NULL && fields->kind == RB_NODE_MAP && i < fields->len; i++)
		if (rb_str_eq(fields->pairs[i].key->text, name) &&
		    fields->pairs[i].value->kind == RB_NODE_SCALAR)
			row = rb_type_row(fields->pairs[i].value->text);
	return row != NULL ? row : rb_type_row(RB_STR("text"));
}

/* The names of the data that choices carry: those of the first choice, since each must have them all. */
static const struct rb_node *
data_names(const struct rb_node *value)
{
	const struct rb_node *choices = value->kind == RB_NODE_MAP ? rb_node_get(value, "choices") : NULL;

	if (choices == NULL || choices->kind != RB_NODE_MAP || choices->len == 0 ||
	    choices->pairs[0].value->kind != RB_NODE_MAP)
		return NULL;
	return choices->pairs[0].value;
}

/* A choice that carries data is a text with members. */
static const struct rb_type *
type_of(struct rb_lower *l, const struct rb_node *value, const struct rb_type_row *row)
{
	const struct rb_node *names = data_names(value);
	struct rb_member *members;
	struct rb_type *t;

	if (names == NULL)
		return row->base == RB_LIST ? &rb_type_list_any : &rb_types[row->base];
	t = RB_NEW(l->load->arena, struct rb_type);
	members = RB_ARRAY(l->load->arena, struct rb_member, names->len);
	for (size_t i = 0; i < names->len; i++)
		members[i] = (struct rb_member){names->pairs[i].key->text,
		    &rb_types[field_type(value, names->pairs[i].key->text)->base], false, NULL};
	*t = (struct rb_type){RB_TEXT, NULL, names->len, members};
	return t;
}

void
rb_lower_declare_inputs(struct rb_lower *l, const struct rb_node *node, struct rb_scope *scope,
    struct rb_input **inputs, size_t *n)
{
	struct rb_diags *diags = l->load->diags;

	*n = 0;
	if (node == NULL)
		return;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(diags, RB_E_TYPE, node->span, "`inputs` takes a mapping of names, not %s",
		    rb_node_form(node));
		return;
	}
	*inputs = RB_ARRAY(l->load->arena, struct rb_input, node->len);
	for (size_t i = 0; i < node->len; i++) {
		const struct rb_node *key = node->pairs[i].key;
		const char *why = rb_name_refused(key->text, false);
		struct rb_input *in = &(*inputs)[i];

		in->name = key->text;
		in->span = key->span;
		in->type = type_row_of(node->pairs[i].value);
		if (why != NULL)
			rb_diag_add(diags, RB_E_NAME, key->span, "`%.*s` cannot be the name of an input: %s",
			    RB_STR_ARG(key->text), why);
		in->decl = rb_scope_declare(scope, l->load->arena, RB_DECL_INPUT, key->text,
		    type_of(l, node->pairs[i].value, in->type), key->span, diags);
	}
	*n = node->len;
}

/* --- what they say --- */

static bool
ordered(enum rb_base base)
{
	return base == RB_INT || base == RB_NUMBER || base == RB_SIZE || base == RB_DURATION ||
	       base == RB_TIME || base == RB_VERSION;
}

static struct rb_value
bound(const struct rb_expr_ctx *ctx, const struct rb_input *in, const struct rb_field *f)
{
	struct rb_value unset = rb_v_unset(RB_STR("")), v;

	if (f->node == NULL)
		return unset;
	if (!ordered(in->type->base)) {
		rb_diag_add(ctx->diags, RB_E_CONFLICT, f->node->span,
		    "`%s` is for numbers, sizes, durations, times and versions, not for %s", f->key->name,
		    in->type->name);
		return unset;
	}
	if (f->node->kind != RB_NODE_SCALAR) {
		rb_diag_add(ctx->diags, RB_E_TYPE, f->node->span, "`%s` takes a value, not %s", f->key->name,
		    rb_node_form(f->node));
		return unset;
	}
	v = rb_value_as(ctx->arena, in->type, rb_v_text(f->node->text));
	if (v.kind != RB_V_ERROR)
		return v;
	rb_diag_add(ctx->diags, RB_E_TYPE, f->node->span, "%.*s", RB_STR_ARG(v.s));
	return unset;
}

static bool
choice_value(const struct rb_expr_ctx *ctx, const struct rb_input *in, const struct rb_node *node,
    struct rb_value *out)
{
	if (node->kind != RB_NODE_SCALAR) {
		rb_diag_add(ctx->diags, RB_E_TYPE, node->span, "a choice is a value here, not %s",
		    rb_node_form(node));
		return false;
	}
	*out = rb_value_as(ctx->arena, in->type, rb_v_text(node->text));
	if (out->kind != RB_V_ERROR)
		return true;
	rb_diag_add(ctx->diags, RB_E_TYPE, node->span, "%.*s", RB_STR_ARG(out->s));
	return false;
}

/* The data of one choice: a value for each of the names. */
static void
choice_data(const struct rb_expr_ctx *ctx, const struct rb_node *value, const struct rb_pair *choice,
    struct rb_value *out)
{
	const struct rb_node *names = data_names(value), *data = choice->value;
	struct rb_vpair *pairs;

	*out = rb_v_map(ctx->arena, names->len, &pairs);
	if (data->kind != RB_NODE_MAP) {
		rb_diag_add(ctx->diags, RB_E_TYPE, data->span,
		    "the choice `%.*s` takes a mapping, as the others have", RB_STR_ARG(choice->key->text));
		return;
	}
	for (size_t i = 0; i < names->len; i++) {
		struct rb_str name = rb_arena_str(ctx->arena, names->pairs[i].key->text);
		const struct rb_node *v = rb_node_get(data, name.p);

		pairs[i].key = name;
		if (v == NULL || v->kind != RB_NODE_SCALAR) {
			rb_diag_add(ctx->diags, v == NULL ? RB_E_MISSING : RB_E_TYPE,
			    v == NULL ? choice->key->span : v->span,
			    v == NULL ? "the choice `%.*s` has no `%s`, which the first one has"
				      : "`%.*s`: `%s` is a plain value",
			    RB_STR_ARG(choice->key->text), name.p);
			continue;
		}
		pairs[i].value = rb_value_as(ctx->arena, field_type(value, name), rb_v_text(v->text));
		if (pairs[i].value.kind == RB_V_ERROR)
			rb_diag_add(ctx->diags, RB_E_TYPE, v->span, "%.*s", RB_STR_ARG(pairs[i].value.s));
	}
	for (size_t i = 0; i < data->len; i++) {
		struct rb_str name = rb_arena_str(ctx->arena, data->pairs[i].key->text);

		if (rb_node_get(names, name.p) == NULL)
			rb_diag_add(ctx->diags, RB_E_KEY, data->pairs[i].key->span,
			    "the first choice has no `%s`: all carry the same data", name.p);
	}
}

static void
lower_choices(const struct rb_expr_ctx *ctx, struct rb_input *in, const struct rb_node *value,
    const struct rb_node *node)
{
	bool carries = data_names(value) != NULL;

	if (node->kind == RB_NODE_SCALAR || node->len == 0) {
		rb_diag_add(ctx->diags, node->kind == RB_NODE_SCALAR ? RB_E_TYPE : RB_E_EMPTY, node->span,
		    node->kind == RB_NODE_SCALAR ? "`choices` takes a list, or a map of choices to their data"
						 : "there is nothing to choose from");
		return;
	}
	if (node->kind == RB_NODE_MAP && (!carries || in->type->base != RB_TEXT)) {
		rb_diag_add(ctx->diags, RB_E_TYPE, node->span,
		    carries ? "choices that carry data are of `type: text`"
			    : "a map of choices has a mapping of data for each");
		return;
	}
	in->choices = RB_ARRAY(ctx->arena, struct rb_value, node->len);
	if (node->kind == RB_NODE_MAP)
		in->choice_data = RB_ARRAY(ctx->arena, struct rb_value, node->len);
	for (size_t i = 0; i < node->len; i++) {
		if (!choice_value(ctx, in, node->kind == RB_NODE_MAP ? node->pairs[i].key : node->items[i],
			&in->choices[in->nchoices]))
			continue;
		if (node->kind == RB_NODE_MAP)
			choice_data(ctx, value, &node->pairs[i], &in->choice_data[in->nchoices]);
		in->nchoices++;
	}
}

/* `fields` names what the choices carry. */
static void
check_fields(const struct rb_expr_ctx *ctx, const struct rb_node *value, const struct rb_node *node)
{
	const struct rb_node *names = data_names(value);

	if (node->kind != RB_NODE_MAP || names == NULL) {
		rb_diag_add(ctx->diags, node->kind != RB_NODE_MAP ? RB_E_TYPE : RB_E_CONFLICT, node->span,
		    "`fields` is a map of names to types, for `choices` that carry data");
		return;
	}
	for (size_t i = 0; i < node->len; i++) {
		struct rb_str name = rb_arena_str(ctx->arena, node->pairs[i].key->text);
		struct rb_field f;

		rb_field_decode(ctx, &rb_input_keys[TYPE], node->pairs[i].value, NULL, 0, &f);
		if (rb_node_get(names, name.p) == NULL)
			rb_diag_add(
			    ctx->diags, RB_E_KEY, node->pairs[i].key->span, "no choice carries `%s`", name.p);
	}
}

/* A constant default must be a value that could be given. */
static void
check_default(const struct rb_expr_ctx *ctx, const struct rb_input *in)
{
	struct rb_value v;
	struct rb_str why;
	bool constant = in->dflt->value.kind != RB_V_UNSET ||
			(in->dflt->tmpl != NULL && rb_tmpl_constant(in->dflt->tmpl));

	if (!constant)
		return;
	v = in->dflt->value.kind != RB_V_UNSET ? in->dflt->value : rb_v_text(rb_tmpl_source(in->dflt->tmpl));
	if (rb_input_check(ctx->arena, in, v, &v, &why) != 0)
		rb_diag_add(ctx->diags, RB_E_RANGE, in->dflt->node->span, "the default does not fit: %.*s",
		    RB_STR_ARG(why));
}

static void
input_fields(const struct rb_expr_ctx *ctx, const struct rb_node *value, struct rb_input *in)
{
	struct rb_field f[ROWS];

	rb_keys_decode(ctx, value, rb_input_keys, f, "an input");
	in->min = bound(ctx, in, &f[MIN]);
	in->max = bound(ctx, in, &f[MAX]);
	in->pattern = f[PATTERN].pattern;
	if (f[PATTERN].tmpl != NULL)
		rb_diag_add(ctx->diags, RB_E_TEMPLATE, f[PATTERN].node->span,
		    "`pattern` is a constant: ${…} is not filled in here");
	if (in->pattern != NULL && !rb_type_texty(&rb_types[in->type->base]))
		rb_diag_add(ctx->diags, RB_E_CONFLICT, f[PATTERN].node->span,
		    "`pattern` is for texts, not for %s", in->type->name);
	if (f[CHOICES].node != NULL)
		lower_choices(ctx, in, value, f[CHOICES].node);
	if (f[FIELDS].node != NULL)
		check_fields(ctx, value, f[FIELDS].node);
	in->help = f[HELP].node != NULL ? f[HELP].value.s : RB_STR("");
	in->required = f[DEFAULT].node == NULL && (f[REQUIRED].node == NULL || f[REQUIRED].value.b);
	if (f[DEFAULT].node == NULL)
		return;
	if (f[REQUIRED].node != NULL && f[REQUIRED].value.b)
		rb_diag_add(ctx->diags, RB_E_CONFLICT, f[REQUIRED].node->span,
		    "an input with a `default` is not required");
	in->dflt = RB_NEW(ctx->arena, struct rb_field);
	rb_field_typed(ctx, "default", in->type, f[DEFAULT].node, in->dflt);
	if (in->dflt->node != NULL)
		check_default(ctx, in);
	else
		in->dflt = NULL;
}

void
rb_lower_input_fields(
    struct rb_lower *l, const struct rb_node *node, struct rb_scope *scope, struct rb_input *inputs, size_t n)
{
	struct rb_expr_ctx ctx = rb_lower_ctx(l, scope);

	for (size_t i = 0; i < n; i++)
		input_fields(&ctx, node->pairs[i].value, &inputs[i]);
}
