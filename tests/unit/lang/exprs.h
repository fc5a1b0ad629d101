/* A small world for tests of expressions: names, their types, and values of one moment of a run. Header only.
 */
#ifndef RB_TEST_EXPRS_H
#define RB_TEST_EXPRS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lang/expr.h"

struct world {
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_scope file, proc;
	struct rb_frame *frame, *proc_frame;
	struct rb_patterns patterns;
	struct rb_expr_ctx ctx;
	struct rb_eval ev;
	struct rb_type this_type;
	char loop; /* its address stands for a looping step */
	struct rb_buf out;
};

struct member_row {
	const char *name;
	const struct rb_type *type;
	bool secret;
};

/* A type with these members; of a step, with the facts of every step before them. Rows end with a NULL name.
 */
static inline const struct rb_type *
world_type(struct world *w, enum rb_base base, const struct member_row *rows)
{
	static const struct member_row of_steps[] = {{"passed", &rb_types[RB_BOOL], false},
	    {"failed", &rb_types[RB_BOOL], false}, {"timed_out", &rb_types[RB_BOOL], false},
	    {"skipped", &rb_types[RB_BOOL], false}, {"duration", &rb_types[RB_DURATION], false},
	    {NULL, NULL, false}};
	const struct member_row *sets[2] = {base == RB_STEP ? of_steps : NULL, rows};
	struct rb_type *t = RB_NEW(&w->arena, struct rb_type);
	struct rb_member *members = RB_ARRAY(&w->arena, struct rb_member, 32);

	t->base = base;
	t->members = members;
	for (size_t i = 0; i < 2; i++)
		for (const struct member_row *r = sets[i]; r != NULL && r->name != NULL; r++)
			members[t->len++] = (struct rb_member){rb_str_c(r->name), r->type, r->secret, NULL};
	return t;
}

static inline struct rb_decl *
world_declare(struct world *w, struct rb_scope *scope, enum rb_decl_kind kind, const char *name,
    const struct rb_type *type)
{
	return rb_scope_declare(scope, &w->arena, kind, rb_str_c(name), type, (struct rb_span){0}, &w->diags);
}

static inline void
world_set(struct world *w, const char *name, struct rb_value v)
{
	struct rb_decl *d = rb_scope_find(&w->file, rb_str_c(name), NULL);

	assert_non_null(d);
	rb_frame_set(w->frame, d->slot, v);
}

static inline struct rb_value
world_json(struct world *w, const char *text)
{
	struct rb_value v = rb_value_from_json(&w->arena, rb_str_c(text));

	assert_int_not_equal(v.kind, RB_V_ERROR);
	return v;
}

/* Facts of a step `log` whose pattern `missing` matched and whose pattern `quiet` did not. */
static inline struct rb_value
world_log(struct world *w)
{
	struct rb_vpair *facts, *m;
	struct rb_value missing = rb_v_map(&w->arena, 4, &m), quiet, v;

	m[0] = (struct rb_vpair){RB_STR("matched"), rb_v_bool(true)};
	m[1] = (struct rb_vpair){RB_STR("count"), rb_v_int(2)};
	m[2] = (struct rb_vpair){RB_STR("line"), rb_v_text(RB_STR("No module named 'uvicorn'"))};
	m[3] = (struct rb_vpair){RB_STR("module"), rb_v_text(RB_STR("uvicorn"))};
	missing.kind = RB_V_MATCH;
	quiet = rb_v_map(&w->arena, 1, &m);
	m[0] = (struct rb_vpair){RB_STR("matched"), rb_v_bool(false)};
	quiet.kind = RB_V_MATCH;
	v = rb_v_map(&w->arena, 4, &facts);
	facts[0] = (struct rb_vpair){RB_STR("passed"), rb_v_bool(true)};
	facts[1] = (struct rb_vpair){RB_STR("missing"), missing};
	facts[2] = (struct rb_vpair){RB_STR("quiet"), quiet};
	facts[3] = (struct rb_vpair){RB_STR("port_taken"), rb_v_bool(true)};
	return v;
}

static inline void
world_names(struct world *w)
{
	static const struct member_row groups[] = {{"count", &rb_types[RB_INT], false},
	    {"line", &rb_types[RB_TEXT], false}, {"lines", &rb_type_list_text, false},
	    {"module", &rb_types[RB_TEXT], false}, {NULL, NULL, false}};
	static const struct member_row health_rows[] = {{"status", &rb_types[RB_INT], false},
	    {"json", &rb_types[RB_ANY], false}, {"body", &rb_types[RB_TEXT], false},
	    {"key", &rb_types[RB_TEXT], true}, {NULL, NULL, false}};
	static const struct member_row bastion[] = {
	    {"bastion", &rb_types[RB_TEXT], false}, {NULL, NULL, false}};
	static const struct rb_type text_row = {.base = RB_RECORD, .item = &rb_types[RB_TEXT]};
	static const struct rb_type table = {.base = RB_LIST, .item = &text_row};
	const struct rb_type *match = world_type(w, RB_MATCH, groups);
	const struct member_row log_rows[] = {{"missing", match, false}, {"quiet", match, false},
	    {"port_taken", &rb_types[RB_BOOL], false}, {NULL, NULL, false}};
	const struct rb_type *log = world_type(w, RB_STEP, log_rows),
			     *health = world_type(w, RB_STEP, health_rows);
	static const struct {
		enum rb_decl_kind kind;
		const char *name;
		enum rb_base base;
	} plain[] = {{RB_DECL_INPUT, "port", RB_INT}, {RB_DECL_INPUT, "name", RB_TEXT},
	    {RB_DECL_INPUT, "ratio", RB_NUMBER}, {RB_DECL_INPUT, "base_url", RB_URL},
	    {RB_DECL_INPUT, "pat", RB_REGEX}, {RB_DECL_INPUT, "ver", RB_VERSION},
	    {RB_DECL_INPUT, "wait", RB_DURATION}, {RB_DECL_INPUT, "limit", RB_SIZE},
	    {RB_DECL_VALUE, "flag", RB_BOOL}, {RB_DECL_VALUE, "never", RB_TEXT},
	    {RB_DECL_VALUE, "later", RB_TEXT}, {RB_DECL_VALUE, "later_flag", RB_BOOL},
	    {RB_DECL_VALUE, "data", RB_ANY}, {RB_DECL_VALUE, "since", RB_TIME},
	    {RB_DECL_VALUE, "nothing", RB_INT}, {RB_DECL_SECRET, "TOKEN", RB_TEXT},
	    {RB_DECL_VALUE, "holder", RB_PROCESS}};
	struct rb_decl *d;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		world_declare(w, &w->file, plain[i].kind, plain[i].name, &rb_types[plain[i].base]);
	world_declare(w, &w->file, RB_DECL_VALUE, "names", &rb_type_list_text);
	world_declare(w, &w->file, RB_DECL_VALUE, "ports", rb_type_list(&w->arena, &rb_types[RB_INT]));
	world_declare(w, &w->file, RB_DECL_VALUE, "flags", rb_type_list(&w->arena, &rb_types[RB_BOOL]));
	world_declare(w, &w->file, RB_DECL_VALUE, "table_rows", &table);
	world_declare(w, &w->file, RB_DECL_INPUT, "environment", world_type(w, RB_TEXT, bastion));
	world_declare(w, &w->file, RB_DECL_STEP, "log", log);
	world_declare(w, &w->file, RB_DECL_STEP, "health", health);
	world_declare(w, &w->file, RB_DECL_STEP, "unreached", health);
	world_declare(w, &w->file, RB_DECL_STEP, "prep", log)->from_setup = true;
	d = world_declare(w, &w->file, RB_DECL_LOOP, "host", &rb_types[RB_TEXT]);
	d->step = (const struct rb_step *)(const void *)&w->loop;
	d = world_declare(w, &w->file, RB_DECL_STEP, "inner", log);
	d->within = (const struct rb_step *)(const void *)&w->loop;
	world_declare(w, &w->proc, RB_DECL_INPUT, "target_port", &rb_types[RB_INT]);
	w->this_type = *health;
}

static inline void
world_values(struct world *w)
{
	struct rb_vpair *pairs;
	struct rb_value env = rb_v_map(&w->arena, 2, &pairs);

	pairs[0] = (struct rb_vpair){RB_STR("name"), rb_v_text(RB_STR("prod"))};
	pairs[1] = (struct rb_vpair){RB_STR("bastion"), rb_v_text(RB_STR("jump.prod"))};
	env.kind = RB_V_MATCH;
	world_set(w, "environment", env);
	world_set(w, "port", rb_v_int(8000));
	world_set(w, "name", rb_v_text(RB_STR("api")));
	world_set(w, "ratio", rb_v_number(0.5));
	world_set(w, "base_url", rb_v_text(RB_STR("http://h:1")));
	world_set(w, "pat", rb_v_text(RB_STR("/^a.i$/")));
	world_set(w, "ver", rb_v_version(RB_STR("9.10")));
	world_set(w, "wait", rb_v_of(RB_V_DURATION, 90 * RB_SECOND));
	world_set(w, "limit", rb_v_of(RB_V_SIZE, 200000000));
	world_set(w, "flag", rb_v_bool(true));
	world_set(w, "later", rb_v_unknown(RB_STR("<later>")));
	world_set(w, "later_flag", rb_v_unknown(RB_STR("")));
	world_set(w, "since", rb_v_of(RB_V_TIME, 0));
	world_set(w, "TOKEN", rb_v_text(RB_STR("s3cret")));
	world_set(w, "holder", rb_v_process(4242, 77));
	world_set(w, "names", world_json(w, "[\"b\", \"a\", \"b\"]"));
	world_set(w, "ports", world_json(w, "[3, 1, 2]"));
	world_set(w, "flags", world_json(w, "[true, false]"));
	world_set(w, "table_rows",
	    world_json(
		w, "[{\"NAME\": \"db\", \"CPU %\": \"12.5%\"}, {\"NAME\": \"web\", \"CPU %\": \"80%\"}]"));
	world_set(w, "data",
	    world_json(w, "{\"n\": 3, \"s\": \"x\", \"z\": null, \"b\": true, \"list\": [1, \"a\"], "
			  "\"deep\": {\"a\": {}},"
			  " \"members\": [{\"Role\": \"Leader\", \"Member\": \"pg1\"}, {\"Role\": "
			  "\"Replica\", \"Member\": "
			  "\"pg2\"}]}"));
	world_set(w, "log", world_log(w));
	world_set(w, "health",
	    world_json(w, "{\"passed\": false, \"failed\": true, \"status\": 503, \"json\": {\"status\": "
			  "\"degraded\", \"checks\": {\"db\": \"down\"}}}"));
}

static inline void
world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	rb_arena_init(&w->arena, NULL);
	rb_diags_init(&w->diags, &w->arena);
	rb_scope_init(&w->file, &w->arena, NULL);
	rb_scope_init(&w->proc, &w->arena, &w->file);
	rb_buf_init(&w->out, NULL, 1 << 20);
	world_names(w);
	w->frame = rb_frame_new(NULL, &w->file, NULL);
	w->proc_frame = rb_frame_new(NULL, &w->proc, w->frame);
	world_values(w);
	w->ctx = (struct rb_expr_ctx){.arena = &w->arena,
	    .diags = &w->diags,
	    .scope = &w->file,
	    .self = &w->this_type,
	    .patterns = &w->patterns};
	w->ev = (struct rb_eval){.arena = &w->arena, .frame = w->frame, .wall = 1000 * RB_SECOND};
	w->ev.self = world_json(w, "{\"passed\": true, \"status\": 200, \"json\": [], \"body\": \"ok\"}");
}

static inline void
world_free(struct world *w)
{
	rb_patterns_close(&w->patterns);
	rb_frame_free(w->proc_frame);
	rb_frame_free(w->frame);
	rb_buf_free(&w->out);
	rb_arena_free(&w->arena);
}

/* Parses text that stands as a plain scalar in a source of its own. */
static inline struct rb_expr *
world_parse(struct world *w, const char *text)
{
	struct rb_source *src = rb_source_new(&w->arena, RB_STR("t.yaml"), rb_str_c(text));
	struct rb_node *node = RB_NEW(&w->arena, struct rb_node);

	node->kind = RB_NODE_SCALAR;
	node->style = RB_PLAIN;
	node->text = src->bytes;
	node->span = (struct rb_span){src, 0, src->bytes.n};
	rb_diags_init(&w->diags, &w->arena);
	return rb_expr_parse(&w->ctx, node, 0, node->text);
}

/* "12", "\"text\"", "90s", "unset health.status", "unknown <later>", "error …": what a value is. */
static inline const char *
world_render(struct world *w, struct rb_value v)
{
	struct rb_json j;

	rb_buf_clear(&w->out);
	if (v.kind == RB_V_UNSET || v.kind == RB_V_UNKNOWN || v.kind == RB_V_ERROR) {
		rb_buf_fmt(&w->out, "%s %.*s",
		    v.kind == RB_V_UNSET     ? "unset"
		    : v.kind == RB_V_UNKNOWN ? "unknown"
					     : "error",
		    RB_STR_ARG(v.s));
	} else if (v.kind == RB_V_DURATION || v.kind == RB_V_SIZE || v.kind == RB_V_TIME ||
		   v.kind == RB_V_PROCESS) {
		rb_value_show(v, &w->out);
	} else {
		if (v.kind == RB_V_VERSION || v.kind == RB_V_MATCH)
			rb_buf_c(&w->out, v.kind == RB_V_VERSION ? "version " : "match ");
		rb_json_init(&j, &w->out);
		rb_value_json(v, &j);
	}
	return rb_buf_cstr(&w->out);
}

/* "FROM-TO message | hint" of the first diagnostic, or "" if there is none. */
static inline const char *
world_complaint(struct world *w)
{
	const struct rb_diag *d = w->diags.items;

	rb_buf_clear(&w->out);
	if (w->diags.len == 0)
		return "";
	rb_buf_fmt(&w->out, "%zu-%zu %.*s", d->span.from, d->span.to, RB_STR_ARG(d->text));
	if (d->hint.n > 0)
		rb_buf_fmt(&w->out, " | %.*s", RB_STR_ARG(d->hint));
	return rb_buf_cstr(&w->out);
}

struct expect_row {
	const char *text, *want;
};

/* Each text's value, or its complaint. All are tried before the test fails. */
static inline void
world_expect(struct world *w, const struct expect_row *rows, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct rb_expr *e = world_parse(w, rows[i].text);
		const char *got = e != NULL ? world_render(w, rb_expr_eval(e, &w->ev)) : world_complaint(w);

		if (strcmp(got, rows[i].want) == 0)
			continue;
		wrong++;
		print_error("%s\n  want  %s\n  got   %s\n", rows[i].text, rows[i].want, got);
	}
	assert_int_equal(wrong, 0);
}
#define EXPECT(w, rows) world_expect((w), (rows), sizeof(rows) / sizeof(*(rows)))

#endif
