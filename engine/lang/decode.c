/* Decoding: the nodes of a map by the rows of its key table. What a row asks for is found by its type in one
 * table of functions; what may hold ${} is in decode_value.c, and values at run time in field.c. */
#include "lang/decode.h"

#include <stdio.h>
#include <string.h>

#include "text/yaml_write.h"

enum {
	ROWS_MAX = 64,
	NEAR_MAX = 60,
	DEFAULT_MAX = 80, /* bytes of a value that a message writes out again */
	KEYS_SHOWN = 16,  /* a list of the keys helps only while it is short */
};

bool
rb_decode_scalar(const struct rb_decode *d, const struct rb_node *node)
{
	if (node->kind != RB_NODE_SCALAR) {
		rb_decode_form(d, node);
		return false;
	}
	if (node->empty_plain) {
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s` has no value: it takes %s", d->name,
		    rb_key_takes(d->key));
		return false;
	}
	return true;
}

void
rb_decode_form(const struct rb_decode *d, const struct rb_node *node)
{
	rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s` takes %s, not %s", d->name,
	    rb_key_takes(d->key), rb_node_form(node));
}

bool
rb_decode_fills(const struct rb_node *node)
{
	return rb_str_find(node->text, RB_STR("${"), 0) != SIZE_MAX;
}

bool
rb_decode_duration(const struct rb_decode *d, const struct rb_node *node, struct rb_value *out)
{
	struct rb_str s = node->text;
	int64_t ns;

	if (rb_clock_parse(s, &ns) == 0) {
		*out = rb_v_of(RB_V_DURATION, ns);
		return true;
	}
	if (rb_str_int(s, &ns) == 0 && ns >= 0)
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span,
		    "a duration needs a unit: write %.*ss or %.*sm", RB_STR_ARG(s), RB_STR_ARG(s));
	else if (s.n > 0 && s.p[0] == '-')
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "a duration is not negative");
	else
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span,
		    "`%.*s` is not a duration: write numbers with ms, s, m, h or d, as 500ms, 90s, 1h30m, 7d",
		    s.n > NEAR_MAX ? NEAR_MAX : (int)s.n, s.p);
	return false;
}

/* --- constants --- */

static bool
decode_id(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	const char *why = NULL;

	if (!rb_decode_scalar(d, node))
		return false;
	if ((d->key->flags & RB_KEY_HYPHEN) == 0) {
		why = rb_name_refused(node->text, (d->key->flags & RB_KEY_UPPER) != 0);
	} else {
		bool ok = node->text.n > 0 && node->text.n <= RB_NAME_MAX;

		for (size_t i = 0; ok && i < node->text.n; i++) {
			char c = node->text.p[i];

			ok = (c >= 'a' && c <= 'z') ||
			     (i > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '-'));
		}
		why = ok ? NULL
			 : "it is lower-case letters, digits, _ and -, begins with a letter, and has at most "
			   "64 characters";
	}
	if (why != NULL) {
		rb_diag_add(d->ctx->diags, RB_E_NAME, node->span, "`%.*s` cannot be a name: %s",
		    RB_STR_ARG(node->text), why);
		return false;
	}
	f->value = rb_v_text(node->text);
	return true;
}

static bool
decode_text(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (!rb_decode_scalar(d, node))
		return false;
	if (rb_decode_fills(node)) {
		rb_diag_add(d->ctx->diags, RB_E_TEMPLATE, node->span,
		    "`%s` is a constant: ${…} is not filled in here", d->name);
		return false;
	}
	f->value = rb_v_text(node->text);
	return true;
}

/* A list of what `each` decodes, or one of it. */
static bool
decode_list(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f,
    bool (*each)(const struct rb_decode *, const struct rb_node *, struct rb_field *))
{
	struct rb_value *items;
	bool ok = true;

	if (node->kind != RB_NODE_LIST) {
		if (!each(d, node, f))
			return false;
		f->value = rb_v_list(d->ctx->arena, 1, &items);
		items[0] = rb_v_text(node->text);
		return true;
	}
	f->value = rb_v_list(d->ctx->arena, node->len, &items);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_field item = {0};

		ok = each(d, node->items[i], &item) && ok;
		items[i] = ok ? item.value : rb_v_null();
	}
	return ok;
}

static bool
decode_texts(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return decode_list(d, node, f, decode_text);
}

static bool
decode_names(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return decode_list(d, node, f, decode_id);
}

/* As names; or a map, whose keys and values are names both. */
static bool
decode_handed(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_field name;
	bool ok = true;

	if (node->kind != RB_NODE_MAP)
		return decode_names(d, node, f);
	for (size_t i = 0; i < node->len; i++) {
		ok = decode_id(d, node->pairs[i].key, &name) && ok;
		ok = decode_id(d, node->pairs[i].value, &name) && ok;
	}
	return ok;
}

static bool
is_date(struct rb_str s)
{
	int64_t year, month, day;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != 4 && i != 7 && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	if (rb_str_int(rb_str_cut(s, 0, 4), &year) != 0 || rb_str_int(rb_str_cut(s, 5, 7), &month) != 0 ||
	    rb_str_int(rb_str_cut(s, 8, 10), &day) != 0)
		return false;
	return month >= 1 && month <= 12 && day >= 1 && day <= rb_days_in(year, month);
}

static bool
decode_date(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (!rb_decode_scalar(d, node))
		return false;
	if (!is_date(node->text)) {
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span,
		    "`%.*s` is no date: write year-month-day, as 2026-11-22", RB_STR_ARG(node->text));
		return false;
	}
	f->value = rb_v_text(node->text);
	return true;
}

/* The words of a row, one after the other. */
static bool
next_word(const char **at, struct rb_str *word)
{
	const char *p = *at;
	size_t n;

	while (*p == ' ')
		p++;
	n = strcspn(p, " ");
	*word = (struct rb_str){p, n};
	*at = p + n;
	return n > 0;
}

static bool
decode_word(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_str words[ROWS_MAX], word;
	const char *at = d->key->choices;
	struct rb_diag *diag;
	struct rb_buf names;
	size_t n = 0;

	if (!rb_decode_scalar(d, node))
		return false;
	while (n < ROWS_MAX && next_word(&at, &word)) {
		if (rb_str_eq(word, node->text)) {
			f->value = rb_v_text(node->text);
			return true;
		}
		words[n++] = word;
	}
	rb_buf_init(&names, d->ctx->arena->alloc, 1024);
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(&names, "%s%.*s", i == 0 ? "" : i + 1 == n ? " or " : ", ", RB_STR_ARG(words[i]));
	diag = rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s` is %s, not `%.*s`", d->name,
	    rb_buf_cstr(&names), RB_STR_ARG(node->text));
	if (n > 1)
		rb_diag_suggest(d->ctx->diags, diag, node->text, words, n);
	rb_buf_free(&names);
	return false;
}

/* How other languages call types. */
static const struct {
	const char *word, *type;
} foreign_types[] = {{"string", "text"}, {"str", "text"}, {"integer", "int"}, {"boolean", "bool"},
    {"float", "number"}, {"double", "number"}, {"array", "list"}, {"object", "map"}, {"dict", "map"},
    {"enum", "text` with `choices"}, {"uri", "url"}, {"directory", "dir"}, {"folder", "dir"},
    {"bytes", "size"}, {"timestamp", "time"}, {"datetime", "time"}, {"secret", "text` in `secrets"},
    {"password", "text` in `secrets"}};

/* `contact: web-oncall` as an input: a value where its type stands. */
static void
hint_default(const struct rb_decode *d, const struct rb_node *node, struct rb_diag *diag)
{
	struct rb_buf b;

	rb_buf_init(&b, d->ctx->arena->alloc, DEFAULT_MAX);
	rb_yaml_scalar(&b, node->text);
	if (b.lost == 0)
		rb_diag_hint(d->ctx->diags, diag, "as the value of an input: {default: %s}", rb_buf_cstr(&b));
	rb_buf_free(&b);
}

static bool
decode_type(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_str names[ROWS_MAX];
	struct rb_diag *diag;
	size_t n = 0;

	if (!rb_decode_scalar(d, node))
		return false;
	if (rb_type_row(node->text) != NULL) {
		f->value = rb_v_text(node->text);
		return true;
	}
	for (; n < ROWS_MAX && rb_type_rows[n].name != NULL; n++)
		names[n] = rb_str_c(rb_type_rows[n].name);
	diag = rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%.*s` is no type", RB_STR_ARG(node->text));
	for (size_t i = 0; i < sizeof(foreign_types) / sizeof(*foreign_types); i++)
		if (rb_str_is(node->text, foreign_types[i].word))
			rb_diag_hint(d->ctx->diags, diag, "here it is `%s`", foreign_types[i].type);
	if (diag->hint.n == 0)
		rb_diag_suggest(d->ctx->diags, diag, node->text, names, n);
	if (diag->hint.n > 0)
		return false;
	if (d->key == rb_key_find(rb_input_keys, RB_STR("type")))
		hint_default(d, node, diag);
	rb_diag_hint(d->ctx->diags, diag,
	    "types are text, int, number, percent, size, duration, time, bool, port, url, path, file, dir, "
	    "version, regex, list and map");
	return false;
}

static bool
decode_flag(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	if (!rb_decode_scalar(d, node))
		return false;
	if (!rb_str_is(node->text, "true") && !rb_str_is(node->text, "false")) {
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span, "`%s` is true or false, not `%.*s`",
		    d->name, node->text.n > NEAR_MAX ? NEAR_MAX : (int)node->text.n, node->text.p);
		return false;
	}
	f->value = rb_v_bool(rb_str_is(node->text, "true"));
	return true;
}

static bool
decode_count(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	struct rb_value v;

	if (!rb_decode_scalar(d, node))
		return false;
	v = rb_value_parse(d->ctx->arena, rb_type_row(RB_STR("int")), node->text);
	if (v.kind != RB_V_INT || v.i < 0) {
		rb_diag_add(d->ctx->diags, RB_E_TYPE, node->span,
		    v.kind == RB_V_INT ? "`%s` is not negative: 0, 1, 2 and so on, not `%.*s`"
				       : "`%s` is a whole number, as 3, not `%.*s`",
		    d->name, node->text.n > NEAR_MAX ? NEAR_MAX : (int)node->text.n, node->text.p);
		return false;
	}
	f->value = v;
	return true;
}

static bool
decode_span(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return rb_decode_scalar(d, node) && rb_decode_duration(d, node, &f->value);
}

static bool
decode_target(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	return decode_text(d, node, f);
}

/* --- tables --- */

static bool
decode_table(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	char where[RB_WHERE_MAX];
	size_t n = rb_keys_count(d->key->sub), before = d->ctx->diags->errors;

	f->fields = RB_ARRAY(d->ctx->arena, struct rb_field, n);
	snprintf(where, sizeof(where), "`%s`", d->name);
	rb_keys_decode(d->ctx, node, d->key->sub, f->fields, where);
	return d->ctx->diags->errors == before;
}

/* What the lowering reads by code of its own. */
static bool
decode_node(const struct rb_decode *d, const struct rb_node *node, struct rb_field *f)
{
	(void)d;
	(void)node;
	(void)f;
	return true;
}

static bool (*const decoders[])(const struct rb_decode *, const struct rb_node *, struct rb_field *) = {
    [RB_K_ID] = decode_id,
    [RB_K_TEXT] = decode_text,
    [RB_K_TEXTS] = decode_texts,
    [RB_K_NAMES] = decode_names,
    [RB_K_HANDED] = decode_handed,
    [RB_K_DATE] = decode_date,
    [RB_K_WORD] = decode_word,
    [RB_K_FLAG] = decode_flag,
    [RB_K_COUNT] = decode_count,
    [RB_K_SPAN] = decode_span,
    [RB_K_TITLE] = rb_decode_tmpl,
    [RB_K_MESSAGE] = rb_decode_tmpl,
    [RB_K_STRING] = rb_decode_tmpl,
    [RB_K_PATH] = rb_decode_tmpl,
    [RB_K_URL] = rb_decode_tmpl,
    [RB_K_DURATION] = rb_decode_scalar_value,
    [RB_K_SIZE] = rb_decode_scalar_value,
    [RB_K_INT] = rb_decode_scalar_value,
    [RB_K_NUMBER] = rb_decode_scalar_value,
    [RB_K_PORT] = rb_decode_scalar_value,
    [RB_K_BOOL] = rb_decode_scalar_value,
    [RB_K_PROCESS] = rb_decode_process,
    [RB_K_STOP] = rb_decode_stop,
    [RB_K_STRINGS] = rb_decode_strings,
    [RB_K_STRING_MAP] = rb_decode_string_map,
    [RB_K_HEADERS] = rb_decode_headers,
    [RB_K_JSON] = rb_decode_json,
    [RB_K_PATTERN] = rb_decode_pattern,
    [RB_K_SCRIPT] = rb_decode_script,
    [RB_K_EXPR] = rb_decode_expr,
    [RB_K_COND] = rb_decode_expr,
    [RB_K_CONDS] = rb_decode_conds,
    [RB_K_ITEMS] = rb_decode_items,
    [RB_K_TABLE] = decode_table,
    [RB_K_CHOICES] = rb_decode_choices,
    [RB_K_TARGET] = decode_target,
    [RB_K_LIBRARY] = decode_target,
    [RB_K_RUNBOOK] = decode_target,
    [RB_K_TYPE] = decode_type,
    [RB_K_TYPED] = decode_node,
};

void
rb_field_decode(const struct rb_expr_ctx *ctx, const struct rb_key *key, const struct rb_node *node,
    const struct rb_str *own_env, size_t nown_env, struct rb_field *f)
{
	struct rb_expr_ctx inner = *ctx;
	struct rb_decode d = {&inner, key, key->name, own_env, nown_env};

	memset(f, 0, sizeof(*f));
	f->key = key;
	inner.secrets = (key->flags & RB_KEY_SECRETS) != 0;
	if (key->type >= sizeof(decoders) / sizeof(*decoders) || decoders[key->type] == NULL ||
	    decoders[key->type](&d, node, f))
		f->node = node;
}

/* --- maps --- */

/* What a comma leaves in `{text: Stop it, please}`: a key that nobody meant, without a value. */
bool
rb_decode_cut_off(const struct rb_node *map, size_t i)
{
	const struct rb_node *value = map->pairs[i].value;

	return i > 0 && map->pairs[i - 1].value->kind == RB_NODE_SCALAR && value->kind == RB_NODE_SCALAR &&
	       value->empty_plain && value->text.n == 0 && map->pairs[i].key->style == RB_PLAIN;
}

static void
hint_keys(const struct rb_expr_ctx *ctx, struct rb_diag *diag, const struct rb_key *rows)
{
	struct rb_buf names;

	rb_buf_init(&names, ctx->arena->alloc, 1024);
	for (size_t i = 0; rows[i].name != NULL; i++)
		if ((rows[i].flags & RB_KEY_LATER) == 0)
			rb_buf_fmt(&names, "%s%s", names.len > 0 ? ", " : "", rows[i].name);
	rb_diag_hint(ctx->diags, diag, "its keys are %s", rb_buf_cstr(&names));
	rb_buf_free(&names);
}

static void
unknown_key(const struct rb_expr_ctx *ctx, const struct rb_node *map, size_t at, const struct rb_key *rows,
    const char *where)
{
	const struct rb_node *key = map->pairs[at].key;
	struct rb_str names[ROWS_MAX];
	struct rb_diag *diag;
	size_t n = 0;

	if (key->text.n == 0)
		return; /* no key at all: the reader has said so */
	for (; n < ROWS_MAX && rows[n].name != NULL; n++)
		names[n] = rb_str_c(rows[n].name);
	diag = rb_diag_add(
	    ctx->diags, RB_E_KEY, key->span, "%s has no key `%.*s`", where, RB_STR_ARG(key->text));
	rb_diag_suggest(ctx->diags, diag, key->text, names, n);
	if (rb_decode_cut_off(map, at))
		rb_diag_hint(ctx->diags, diag,
		    "inside of { } a comma ends a value: write the text before it and this in quotes");
	if (diag->hint.n == 0 && n <= KEYS_SHOWN)
		hint_keys(ctx, diag, rows);
}

/* "a map with `times`, `every` and others": what may stand there. */
static void
no_map(
    const struct rb_expr_ctx *ctx, const struct rb_node *node, const struct rb_key *rows, const char *where)
{
	struct rb_diag *diag = rb_diag_add(
	    ctx->diags, RB_E_TYPE, node->span, "%s takes a mapping, not %s", where, rb_node_form(node));

	hint_keys(ctx, diag, rows);
}

static uint64_t
decode_pairs(const struct rb_expr_ctx *ctx, const struct rb_node *map, const struct rb_key *rows,
    struct rb_field *fields, const char *where)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < map->len; i++) {
		const struct rb_key *row = rb_key_find(rows, map->pairs[i].key->text);

		if (row == NULL) {
			unknown_key(ctx, map, i, rows, where);
		} else if ((row->flags & RB_KEY_LATER) != 0) {
			rb_key_later(ctx, row->name, map->pairs[i].key->span);
		} else if ((seen & ((uint64_t)1 << (row - rows))) == 0) {
			rb_field_decode(ctx, row, map->pairs[i].value, NULL, 0, &fields[row - rows]);
			seen |= (uint64_t)1 << (row - rows);
		}
	}
	return seen;
}

void
rb_keys_decode(const struct rb_expr_ctx *ctx, const struct rb_node *node, const struct rb_key *rows,
    struct rb_field *fields, const char *where)
{
	size_t main = rb_key_main(rows);
	uint64_t seen = 0;

	for (size_t i = 0; rows[i].name != NULL; i++) {
		memset(&fields[i], 0, sizeof(fields[i]));
		fields[i].key = &rows[i];
	}
	if (node->kind == RB_NODE_MAP) {
		seen = decode_pairs(ctx, node, rows, fields, where);
	} else {
		if (rows[main].name == NULL) {
			no_map(ctx, node, rows, where);
			return;
		}
		if (node->kind == RB_NODE_SCALAR && node->empty_plain) {
			rb_diag_add(ctx->diags, RB_E_TYPE, node->span, "%s has no value: it takes %s", where,
			    rb_key_type_name(rows[main].type));
			return;
		}
		rb_field_decode(ctx, &rows[main], node, NULL, 0, &fields[main]);
		seen = (uint64_t)1 << main;
	}
	for (size_t i = 0; rows[i].name != NULL; i++)
		if ((rows[i].flags & RB_KEY_REQUIRED) != 0 && (seen & ((uint64_t)1 << i)) == 0)
			rb_diag_add(ctx->diags, RB_E_MISSING, node->span, "%s needs `%s`: %s", where,
			    rows[i].name, rows[i].help);
}
