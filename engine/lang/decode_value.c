/* Decoding of values that may hold ${}: texts, numbers and durations, lists and maps of texts, JSON trees.
 * Constants are judged here, when the file is read; the rest in field.c, when it runs. */
#include <string.h>

#include "base/token.h"
#include "lang/decode.h"

/* What stands inside of a list or map has rows of its own, by which rb_field_eval goes. */
#define ITEM(type)                                                                                           \
	{                                                                                                    \
		"", type, 0, 0, NULL, NULL, NULL, "", NULL, NULL                                             \
	}
static const struct rb_key string_item = ITEM(RB_K_STRING), typed_item = ITEM(RB_K_TYPED),
			   json_item = ITEM(RB_K_JSON), header_item = ITEM(RB_K_HEADERS);

static const enum rb_place places[] = {
    [RB_K_TITLE] = RB_PLACE_TITLE,
    [RB_K_MESSAGE] = RB_PLACE_MESSAGE,
    [RB_K_STRING] = RB_PLACE_TEXT,
    [RB_K_PATH] = RB_PLACE_TEXT,
    [RB_K_URL] = RB_PLACE_URL,
};

static bool
tmpl_at(const struct rb_decode *d, const struct rb_node *node, enum rb_place place, struct rb_field *f)
{
	f->tmpl = rb_tmpl_parse(d->ctx, node, place);
	return f->tmpl != NULL;
}

bool
rb_decode_tmpl(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return rb_decode_scalar(d, node) && tmpl_at(d, node, places[d->key->type], f);
}

/* --- scalars of one type --- */

const char *
rb_decode_type_of(enum rb_key_type type)
{
	static const struct {
		enum rb_key_type key;
		const char *type;
	} rows[] = {{RB_K_DURATION, "duration"}, {RB_K_SIZE, "size"}, {RB_K_INT, "int"},
	    {RB_K_NUMBER, "number"}, {RB_K_PORT, "port"}, {RB_K_BOOL, "bool"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].key == type)
			return rows[i].type;
	return NULL;
}

/* The function that makes a value of the base from a text. */
static const char *
conversion(enum rb_base base)
{
	static const struct {
		enum rb_base base;
		const char *name;
	} rows[] = {{RB_INT, "int"}, {RB_NUMBER, "number"}, {RB_SIZE, "size"}, {RB_DURATION, "duration"},
	    {RB_VERSION, "version"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].base == base)
			return rows[i].name;
	return NULL;
}

/* Whether a value of static type `have` can go where `want` is asked. Texts take all that can be shown on one
 * line. */
static bool
fits(enum rb_base want, const struct rb_type *have)
{
	struct rb_type wanted = {.base = want, .item = NULL, .len = 0, .members = NULL};

	if (want == RB_ANY || have->base == RB_ANY || have->base == want)
		return true;
	if (rb_type_texty(&wanted))
		return have->base != RB_LIST && have->base != RB_RECORD && have->base != RB_STEP;
	return (want == RB_NUMBER && have->base == RB_INT) || (want == RB_BOOL && have->base == RB_MATCH);
}

/* A field that is exactly ${x}: its type is known now. */
static bool
check_whole(const struct rb_decode *d, const struct rb_type_row *type, const struct rb_expr *whole)
{
	const struct rb_type *have = rb_expr_type(whole);
	const char *function = conversion(type->base);
	struct rb_diag *diag;
	struct rb_buf name;

	if (fits(type->base, have))
		return true;
	rb_buf_init(&name, d->ctx->arena->alloc, 256);
	rb_type_name(have, &name);
	diag = rb_diag_add(d->ctx->diags, RB_E_EXPR_TYPE, rb_expr_span(whole),
	    "`%s` takes a value of type %s, and this is %s", d->name, type->name, rb_buf_cstr(&name));
	if (rb_type_texty(have) && function != NULL)
		rb_diag_hint(
		    d->ctx->diags, diag, "write ${%s(%.*s)}", function, RB_STR_ARG(rb_expr_text(whole)));
	rb_buf_free(&name);
	return false;
}

/* A constant of a declared type. */
static bool
constant(
    const struct rb_decode *d, const struct rb_type_row *type, const struct rb_node *node, struct rb_field *f)
{
	if (type->base == RB_DURATION)
		return rb_decode_duration(d, node, &f->value);
	f->value = rb_value_as(d->ctx->arena, type, rb_v_text(node->text));
	if (f->value.kind != RB_V_ERROR)
		return true;
	rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s`: %.*s", d->name, RB_STR_ARG(f->value.s));
	return false;
}

static bool
typed_scalar(
    const struct rb_decode *d, const struct rb_type_row *type, const struct rb_node *node, struct rb_field *f)
{
	enum rb_place place = type->base == RB_URL     ? RB_PLACE_URL
			      : type->base == RB_REGEX ? RB_PLACE_REGEX
						       : RB_PLACE_TEXT;
	const struct rb_expr *whole;

	if (!rb_decode_fills(node))
		return constant(d, type, node, f);
	if (!tmpl_at(d, node, place, f))
		return false;
	whole = rb_tmpl_whole(f->tmpl);
	return whole == NULL || check_whole(d, type, whole);
}

bool
rb_decode_scalar_value(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return rb_decode_scalar(d, node) &&
	       typed_scalar(d, rb_type_row(rb_str_c(rb_decode_type_of(d->key->type))), node, f);
}

/* What a process may come from: outputs of libraries have no types. */
static bool
may_be_process(const struct rb_expr *e)
{
	return e != NULL && (rb_expr_type(e)->base == RB_PROCESS || rb_expr_type(e)->base == RB_ANY);
}

/* The process that a text which names none was probably meant to be: "holder.process" of that text itself, of
 * `holder` and of `holder.pid`. Empty if there is none. */
static struct rb_str
process_near(const struct rb_decode *d, struct rb_str text)
{
	struct rb_arena *arena = d->ctx->arena;
	struct rb_expr_ctx quiet = *d->ctx;
	struct rb_str pid = RB_STR(".pid"), tries[3];
	size_t n = 0;

	tries[n++] = text;
	tries[n++] = rb_arena_fmt(arena, "%.*s.process", RB_STR_ARG(text));
	if (text.n > pid.n && rb_str_ends(text, pid.p))
		tries[n++] =
		    rb_arena_fmt(arena, "%.*s.process", RB_STR_ARG(rb_str_cut(text, 0, text.n - pid.n)));
	for (size_t i = 0; i < n; i++) {
		struct rb_diags unheard;

		rb_diags_init(&unheard, arena);
		quiet.diags = &unheard;
		if (may_be_process(rb_expr_parse(&quiet, NULL, 0, tries[i])))
			return tries[i];
	}
	return RB_STR("");
}

static bool
no_process(const struct rb_decode *d, struct rb_span at, struct rb_str text)
{
	struct rb_str near = process_near(d, text);
	struct rb_diag *diag = rb_diag_add(d->ctx->diags, RB_E_TYPE, at,
	    "`%s` takes %s; a bare number or name may be another process by now", d->name,
	    rb_key_type_name(d->key->type));

	if (near.n > 0)
		rb_diag_hint(d->ctx->diags, diag, "did you mean \"${%.*s}\"?", RB_STR_ARG(near));
	return false;
}

bool
rb_decode_process(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	const struct rb_expr *whole;

	if (!rb_decode_scalar(d, node) || !tmpl_at(d, node, RB_PLACE_TEXT, f))
		return false;
	whole = rb_tmpl_whole(f->tmpl);
	if (whole == NULL)
		return no_process(d, node->span, node->text);
	return may_be_process(whole) || no_process(d, rb_expr_span(whole), rb_expr_text(whole));
}

bool
rb_decode_stop(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (node->kind != RB_NODE_SCALAR || !rb_str_is(node->text, "true"))
		return rb_decode_process(d, node, f);
	f->value = rb_v_text(node->text);
	return true;
}

/* --- lists and maps of texts --- */

static bool
string_in(
    const struct rb_decode *d, const struct rb_node *node, const struct rb_key *item, struct rb_field *f)
{
	f->key = item;
	if (node->kind == RB_NODE_SCALAR && node->empty_plain && node->text.n == 0) {
		rb_diag_add(
		    d->ctx->diags, RB_E_TYPE, node->span, "`%s`: for an empty text write \"\"", d->name);
		return false;
	}
	if (node->kind != RB_NODE_SCALAR) {
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s`: a text is asked here, not %s",
		    d->name, rb_node_form(node));
		return false;
	}
	if (!tmpl_at(d, node, item->type == RB_K_HEADERS ? RB_PLACE_HEADER : RB_PLACE_TEXT, f))
		return false;
	f->node = node;
	return true;
}

static bool
strings_of(
    const struct rb_decode *d, const struct rb_node *node, const struct rb_key *item, struct rb_field *f)
{
	bool ok = true;

	f->len = node->kind == RB_NODE_LIST ? node->len : 1;
	f->items = RB_ARRAY(d->ctx->arena, struct rb_field, f->len);
	for (size_t i = 0; i < f->len; i++)
		ok = string_in(d, node->kind == RB_NODE_LIST ? node->items[i] : node, item, &f->items[i]) &&
		     ok;
	return ok;
}

bool
rb_decode_strings(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return (node->kind == RB_NODE_LIST || rb_decode_scalar(d, node)) &&
	       strings_of(d, node, &string_item, f);
}

/* Room for the values of a map, and their names. */
static bool
map_of(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (node->kind != RB_NODE_MAP) {
		rb_decode_form(d, node);
		return false;
	}
	f->len = node->len;
	f->items = RB_ARRAY(d->ctx->arena, struct rb_field, f->len);
	f->names = RB_ARRAY(d->ctx->arena, struct rb_str, f->len);
	for (size_t i = 0; i < f->len; i++)
		f->names[i] = node->pairs[i].key->text;
	return true;
}

bool
rb_decode_string_map(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	bool ok = true;

	if (!map_of(d, node, f))
		return false;
	for (size_t i = 0; i < f->len; i++) {
		const char *why =
		    (d->key->flags & RB_KEY_UPPER) != 0 ? rb_name_refused(f->names[i], true) : NULL;

		if (why != NULL) {
			rb_diag_add(d->ctx->diags, RB_E_NAME, node->pairs[i].key->span,
			    "`%.*s` cannot be a name in `%s`: %s", RB_STR_ARG(f->names[i]), d->name, why);
			ok = false;
		}
		ok = string_in(d, node->pairs[i].value, &typed_item, &f->items[i]) && ok;
	}
	return ok;
}

bool
rb_decode_headers(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	bool ok = true;

	if (!map_of(d, node, f))
		return false;
	for (size_t i = 0; i < f->len; i++) {
		const struct rb_node *value = node->pairs[i].value;

		if (!rb_is_token(f->names[i])) {
			rb_diag_add(d->ctx->diags, RB_E_NAME, node->pairs[i].key->span,
			    "`%.*s` cannot be the name of a header", RB_STR_ARG(f->names[i]));
			ok = false;
		}
		f->items[i].key = &header_item;
		if (value->kind == RB_NODE_LIST) {
			f->items[i].node = value;
			ok = strings_of(d, value, &header_item, &f->items[i]) && ok;
		} else {
			ok = string_in(d, value, &header_item, &f->items[i]) && ok;
		}
	}
	return ok;
}

/* --- JSON trees --- */

bool
rb_decode_json_literal(const struct rb_node *node, struct rb_value *out)
{
	char again[RB_NUMBER_TEXT];
	struct rb_str s = node->text;
	double number;
	int64_t i;

	if (node->style != RB_PLAIN)
		return false;
	if (node->empty_plain) {
		*out = rb_v_null();
		return true;
	}
	if (rb_str_is(s, "true") || rb_str_is(s, "false")) {
		*out = rb_v_bool(rb_str_is(s, "true"));
		return true;
	}
	if (rb_str_int(s, &i) == 0) {
		size_t sign = s.p[0] == '-' ? 1 : 0;

		if (s.p[0] == '+' || (s.p[sign] == '0' && s.n > 1))
			return false;
		*out = rb_v_int(i);
		return true;
	}
	if (rb_str_number(s, &number) != 0 || !rb_str_is(s, rb_number_text(number, again)))
		return false;
	*out = rb_v_number(number);
	return true;
}

/* Recursion is bounded by RB_NODE_DEPTH. */
static bool
json_in(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	bool ok = true;

	f->key = &json_item;
	f->node = node;
	if (node->kind == RB_NODE_SCALAR)
		return rb_decode_json_literal(node, &f->value) || tmpl_at(d, node, RB_PLACE_TEXT, f);
	if (node->kind == RB_NODE_MAP && !map_of(d, node, f))
		return false;
	if (node->kind == RB_NODE_LIST) {
		f->len = node->len;
		f->items = RB_ARRAY(d->ctx->arena, struct rb_field, f->len);
	}
	for (size_t i = 0; i < f->len; i++)
		ok = json_in(d, node->kind == RB_NODE_MAP ? node->pairs[i].value : node->items[i],
			 &f->items[i]) &&
		     ok;
	return ok;
}

bool
rb_decode_json(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	const struct rb_key *key = f->key;
	bool ok = json_in(d, node, f);

	f->key = key;
	return ok;
}

/* --- choices --- */

/* One choice: a text, or a map with `choice`, whose `then` the lowering reads. */
static bool
choice_in(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_field fields[2];

	if (node->kind != RB_NODE_MAP)
		return string_in(d, node, &string_item, f);
	rb_keys_decode(d->ctx, node, rb_choice_keys, fields, "a choice");
	if (fields[0].node == NULL)
		return false;
	*f = fields[0];
	return true;
}

bool
rb_decode_choices(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	const struct rb_expr *whole;
	bool ok = true;

	if (node->kind == RB_NODE_LIST) {
		if (node->len == 0) {
			rb_diag_add(d->ctx->diags, RB_E_EMPTY, node->span,
			    "the list of `%s` is empty: there is nothing to choose from", d->name);
			return false;
		}
		f->len = node->len;
		f->items = RB_ARRAY(d->ctx->arena, struct rb_field, f->len);
		for (size_t i = 0; i < f->len; i++)
			ok = choice_in(d, node->items[i], &f->items[i]) && ok;
		return ok;
	}
	if (!rb_decode_scalar(d, node) || !tmpl_at(d, node, RB_PLACE_TEXT, f))
		return false;
	whole = rb_tmpl_whole(f->tmpl);
	if (whole != NULL && (rb_expr_type(whole)->base == RB_LIST || rb_expr_type(whole)->base == RB_ANY))
		return true;
	rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span,
	    "`%s` takes a list of texts, or ${x} where x is a list", d->name);
	return false;
}

/* --- values of a declared type --- */

void
rb_field_typed(const struct rb_expr_ctx *ctx, const char *name, const struct rb_type_row *type,
    const struct rb_node *node, struct rb_field *f)
{
	struct rb_key *key = RB_NEW(ctx->arena, struct rb_key);
	struct rb_decode d = {ctx, key, name, NULL, 0};
	bool ok;

	*key = typed_item;
	key->name = name;
	key->choices = type != NULL ? type->name : NULL;
	memset(f, 0, sizeof(*f));
	f->key = key;
	if (node->kind == RB_NODE_SCALAR && type != NULL)
		ok = rb_decode_scalar(&d, node) && typed_scalar(&d, type, node, f);
	else if (node->kind == RB_NODE_SCALAR)
		ok = string_in(&d, node, key, f);
	else if (type == NULL && node->kind == RB_NODE_LIST)
		ok = strings_of(&d, node, &typed_item, f);
	else if (type != NULL && type->base == (node->kind == RB_NODE_LIST ? RB_LIST : RB_RECORD))
		ok = rb_decode_json(&d, node, f);
	else {
		rb_diag_add(ctx->diags, RB_E_TYPE, node->span,
		    "`%s` is %s: say `type: %s`, or write one text", name, rb_node_form(node),
		    node->kind == RB_NODE_LIST ? "list" : "map");
		ok = false;
	}
	f->key = key;
	f->node = ok ? node : NULL;
}

const struct rb_type *
rb_field_type(const struct rb_expr_ctx *ctx, const struct rb_field *f)
{
	const struct rb_type_row *row =
	    f->key->choices != NULL ? rb_type_row(rb_str_c(f->key->choices)) : NULL;
	const struct rb_expr *whole = f->tmpl != NULL ? rb_tmpl_whole(f->tmpl) : NULL;

	(void)ctx;
	if (row != NULL)
		return row->base == RB_LIST ? &rb_type_list_any : &rb_types[row->base];
	if (f->node != NULL && f->node->kind == RB_NODE_LIST)
		return &rb_type_list_text;
	return whole != NULL ? rb_expr_type(whole) : &rb_types[RB_TEXT];
}
