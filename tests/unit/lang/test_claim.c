/* Claims: in which cases a condition comes out true or false, what an expression cannot do without, and which
 * claims go together. */
#include "lang/exprs.h"

#include "lang/claim.h"

/* ---- as text ---- */

static void
show_claim(struct world *w, const struct rb_claim *c)
{
	static const char *const signs[][2] = {[RB_CLAIM_EQUAL] = {" != ", " == "},
	    [RB_CLAIM_BELOW] = {" >= ", " < "},
	    [RB_CLAIM_ABOVE] = {" <= ", " > "}};

	if (c->before != NULL) {
		show_claim(w, c->before);
		rb_buf_c(&w->out, ", ");
	}
	switch (c->kind) {
	case RB_CLAIM_SET:
		rb_buf_fmt(&w->out, "has %.*s", RB_STR_ARG(c->path));
		break;
	case RB_CLAIM_DEFINED:
		rb_buf_fmt(&w->out, "%sdefined %.*s", c->holds ? "" : "not ", RB_STR_ARG(c->path));
		break;
	case RB_CLAIM_TRUTH:
		rb_buf_fmt(&w->out, "%s%.*s", c->holds ? "" : "not ", RB_STR_ARG(c->path));
		break;
	case RB_CLAIM_EQUAL:
	case RB_CLAIM_BELOW:
	case RB_CLAIM_ABOVE:
		rb_buf_fmt(&w->out, "%.*s%s", RB_STR_ARG(c->path), signs[c->kind][c->holds]);
		rb_value_show(c->value, &w->out);
		break;
	case RB_CLAIM_TEXT:
		rb_buf_fmt(&w->out, "%s`%.*s`", c->holds ? "" : "not ", RB_STR_ARG(c->text));
		break;
	}
}

static const char *
show_cases(struct world *w, const struct rb_cases *cases)
{
	rb_buf_clear(&w->out);
	for (size_t i = 0; i < cases->n; i++) {
		rb_buf_c(&w->out, i > 0 ? " | " : "");
		if (cases->items[i] == NULL)
			rb_buf_c(&w->out, "nothing");
		else
			show_claim(w, cases->items[i]);
	}
	return rb_buf_cstr(&w->out);
}

static int
is(const char *what, const char *text, const char *got, const char *want)
{
	if (strcmp(got, want) == 0)
		return 0;
	print_error("%s, %s\n  want  %s\n  got   %s\n", text, what, want, got);
	return 1;
}

/* ---- cases ---- */

static void
cases(void **state)
{
	static const struct {
		const char *text, *yes, *no;
	} rows[] = {
	    {"log.passed", "log.passed", "not log.passed"},
	    {"log.missing", "has log.missing, log.missing", "has log.missing, not log.missing"},
	    {"flag", "flag", "not flag"},
	    {"not flag", "not flag", "flag"},
	    {"flag == false", "not flag", "flag"},
	    {"true != flag", "not flag", "flag"},
	    {"port == 1", "port == 1", "port != 1"},
	    {"1 != port", "port != 1", "port == 1"},
	    {"port < 1", "port < 1", "port >= 1"},
	    {"1 < port", "port > 1", "port <= 1"},
	    {"port >= 1", "port >= 1", "port < 1"},
	    {"1 >= port", "port <= 1", "port > 1"},
	    {"health.status == 500", "has health.status, health.status == 500",
		"has health.status, health.status != 500"},
	    {"flag and port == 1", "flag, port == 1", "not flag | flag, port != 1"},
	    {"flag or port == 1", "flag | not flag, port == 1", "not flag, port != 1"},
	    {"not (flag or log.failed)", "not flag, not log.failed", "flag | not flag, log.failed"},
	    {"true", "nothing", ""},
	    {"false", "", "nothing"},
	    {"false or flag", "flag", "not flag"},
	    {"true and flag", "flag", "not flag"},
	    {"defined(health.status)", "defined health.status", "not defined health.status"},
	    {"defined(first(names))", "`defined(first(names))`", "not `defined(first(names))`"},
	    {"(log.port_taken ?? false)", "defined log.port_taken, log.port_taken",
		"defined log.port_taken, not log.port_taken | not defined log.port_taken"},
	    {"(log.port_taken ?? flag)",
		"defined log.port_taken, log.port_taken | not defined log.port_taken, flag",
		"defined log.port_taken, not log.port_taken | not defined log.port_taken, not flag"},
	    {"(health.status ?? 0) != 502",
		"defined health.status, not `health.status ?? 0 == 502` | not defined health.status",
		"defined health.status, `health.status ?? 0 == 502`"},
	    {"(health.status ?? 502) == 502 and port == 1",
		"defined health.status, `(health.status ?? 502) == 502`, port == 1 | not defined "
		"health.status, "
		"port == 1",
		"defined health.status, not `(health.status ?? 502) == 502` | defined health.status, "
		"`(health.status ?? 502) == 502`, port != 1 | not defined health.status, port != 1"},
	    {"(health.body ?? name) contains \"x\"",
		"defined health.body, `(health.body ?? name) contains \"x\"` | not defined health.body, "
		"`(health.body ?? name) contains \"x\"`",
		"defined health.body, not `(health.body ?? name) contains \"x\"` | not defined health.body, "
		"not `(health.body ?? name) contains \"x\"`"},
	    {"flag if port == 1 else log.passed", "port == 1, flag | port != 1, log.passed",
		"port == 1, not flag | port != 1, not log.passed"},
	    {"name in [\"a\", \"b\"]", "`name in [\"a\", \"b\"]`", "not `name in [\"a\", \"b\"]`"},
	    {"name contains \"a\"", "`name contains \"a\"`", "not `name contains \"a\"`"},
	    {"name matches /a/", "`name matches /a/`", "not `name matches /a/`"},
	    {"port != len(names)", "not `port == len(names)`", "`port == len(names)`"},
	    {"port <= len(names)", "not `port > len(names)`", "`port > len(names)`"},
	    {"data.b", "data.b", "not data.b"},
	    {"health.json.status == \"up\"", "has health.json.status, health.json.status == up",
		"has health.json.status, health.json.status != up"},
	    {"any(flags)", "`any(flags)`", "not `any(flags)`"},
	    {"log.missing.count > 1", "has log.missing.count, log.missing.count > 1",
		"has log.missing.count, log.missing.count <= 1"},
	};
	struct world w;
	int wrong = 0;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_expr *e = world_parse(&w, rows[i].text);
		struct rb_cases out;

		assert_non_null(e);
		rb_claims(&w.arena, e, true, NULL, &out);
		wrong += is("true", rows[i].text, show_cases(&w, &out), rows[i].yes);
		rb_claims(&w.arena, e, false, NULL, &out);
		wrong += is("false", rows[i].text, show_cases(&w, &out), rows[i].no);
	}
	assert_int_equal(wrong, 0);
	world_free(&w);
}

/* More ways than are told apart: the whole is one claim. */
static void
too_many(void **state)
{
	struct rb_cases out;
	struct rb_buf text;
	struct world w;

	(void)state;
	world_init(&w);
	rb_buf_init(&text, NULL, 4096);
	for (int i = 0; i < RB_CASES_MAX; i++)
		rb_buf_fmt(&text, "%sport == %d", i > 0 ? " or " : "", i);
	rb_claims(&w.arena, world_parse(&w, rb_buf_cstr(&text)), true, NULL, &out);
	assert_int_equal(out.n, RB_CASES_MAX);
	rb_buf_c(&text, " or flag");
	rb_claims(&w.arena, world_parse(&w, rb_buf_cstr(&text)), true, NULL, &out);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.items[0]->kind, RB_CLAIM_TEXT);
	rb_claims(&w.arena, world_parse(&w, rb_buf_cstr(&text)), false, NULL, &out);
	assert_int_equal(out.n, 1);
	rb_buf_free(&text);
	world_free(&w);
}

/* Each level is followed twice, and each of these twice, and so on. */
static void
too_deep(void **state)
{
	struct rb_cases out;
	struct rb_buf text;
	struct world w;

	(void)state;
	world_init(&w);
	rb_buf_init(&text, NULL, 4096);
	for (int i = 0; i < 15; i++)
		rb_buf_c(&text, "((");
	rb_buf_c(&text, "flag");
	for (int i = 0; i < 15; i++)
		rb_buf_c(&text, " or false) and true)");
	assert_non_null(world_parse(&w, rb_buf_cstr(&text)));
	rb_claims(&w.arena, world_parse(&w, rb_buf_cstr(&text)), false, NULL, &out);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.items[0]->kind, RB_CLAIM_TEXT);
	rb_buf_free(&text);
	world_free(&w);
}

static void
constants(void **state)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {{"true", 1}, {"false", 0}, {"not true", 0}, {"true or flag", -1}, {"false and false", 0},
	    {"flag", -1}, {"1 == 2", -1}, {"defined(1)", -1}};
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(rb_expr_constant(world_parse(&w, rows[i].text)), rows[i].want);
	world_free(&w);
}

/* ---- needs ---- */

static void
note_need(void *ctx, const struct rb_need *need)
{
	struct rb_buf *out = ctx;

	rb_buf_fmt(out, "%s%.*s@%zu-%zu", out->len > 0 ? " " : "", RB_STR_ARG(need->path), need->span.from,
	    need->span.to);
	if (need->when->n > 1 || need->when->items[0] != NULL)
		rb_buf_fmt(out, "(%zu)", need->when->n);
}

static void
needs(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"port + 1", ""},
	    {"health.status", "health.status@0-13"},
	    {"health.passed or health.failed or health.skipped or health.timed_out", ""},
	    {"health.status ?? 0", ""},
	    {"health.status ?? unreached.status", "unreached.status@17-33(1)"},
	    {"first(table(health.body).NAME) ?? unreached.body", ""},
	    {"defined(health.status)", ""},
	    {"health.passed and health.status == 200", "health.status@18-31(1)"},
	    {"health.failed or health.status == 200", "health.status@17-30(1)"},
	    {"health.status if health.passed else 0", "health.status@0-13(1)"},
	    {"health.json.status", "health.json.status@0-18"},
	    {"len(names where item == health.body)", ""},
	    {"len(table(health.body) where .NAME == \"x\")", "health.body@10-21"},
	    {"[health.status, port]", "health.status@1-14"},
	    {"health.json[log.missing.count]", "health.json@0-11 log.missing.count@12-29(1)"},
	    {"this.status", ""},
	};
	struct rb_buf got;
	struct world w;
	int wrong = 0;

	(void)state;
	world_init(&w);
	rb_buf_init(&got, NULL, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_expr *e = world_parse(&w, rows[i].text);

		assert_non_null(e);
		rb_buf_clear(&got);
		rb_needs(&w.arena, e, NULL, note_need, &got);
		wrong += is("needs", rows[i].text, rb_buf_cstr(&got), rows[i].want);
	}
	assert_int_equal(wrong, 0);
	rb_buf_free(&got);
	world_free(&w);
}

static void
any_text(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {{"trim(this.stdout)", true}, {"this.stdout contains \"x\"", true},
	    {"len(lines(this.stdout))", true}, {"this.exit == 0 and not (this.output matches /x/)", true},
	    {"int(this.stdout)", false}, {"first(lines(this.stdout))", false}, {"json(this.stdout)", false},
	    {"this.status", false}, {"trim(this.stdout) + name", false}};
	static const struct member_row script[] = {{"stdout", &rb_types[RB_TEXT], false},
	    {"output", &rb_types[RB_TEXT], false}, {"exit", &rb_types[RB_INT], false},
	    {"status", &rb_types[RB_INT], false}, {NULL, NULL, false}};
	struct world w;

	(void)state;
	world_init(&w);
	w.ctx.self = world_type(&w, RB_STEP, script);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_expr *e = world_parse(&w, rows[i].text);

		assert_non_null(e);
		if (rb_expr_takes_any(e) != rows[i].want)
			print_error("%s\n", rows[i].text);
		assert_int_equal(rb_expr_takes_any(e), rows[i].want);
	}
	world_free(&w);
}

/* ---- accord ---- */

static void
accord(void **state)
{
	static const struct {
		const char *a, *b;
		enum rb_accord want;
	} rows[] = {
	    {"flag", "flag", RB_ACCORD_YES},
	    {"flag", "not flag", RB_ACCORD_NO},
	    {"flag", "port == 1", RB_ACCORD_YES},
	    {"port == 1", "port == 2", RB_ACCORD_NO},
	    {"port != 1", "port != 2", RB_ACCORD_YES},
	    {"port == 1", "port != 2", RB_ACCORD_YES},
	    {"port == 1", "port != 1", RB_ACCORD_NO},
	    {"port == 1", "port < 2", RB_ACCORD_YES},
	    {"port == 2", "port < 2", RB_ACCORD_NO},
	    {"port == 2", "port >= 2", RB_ACCORD_YES},
	    {"port > 3", "port == 3", RB_ACCORD_NO},
	    {"port != 3", "port > 3", RB_ACCORD_YES},
	    {"port > 3", "port < 4", RB_ACCORD_OPEN},
	    {"port > 3", "port < 3", RB_ACCORD_NO},
	    {"port >= 3", "port <= 3", RB_ACCORD_YES},
	    {"port >= 4", "port <= 3", RB_ACCORD_NO},
	    {"port > 5", "port > 3", RB_ACCORD_YES},
	    {"port > 5", "port <= 3", RB_ACCORD_NO},
	    {"port > 3", "port <= 5", RB_ACCORD_YES},
	    {"port < 3", "port >= 5", RB_ACCORD_NO},
	    {"port < 5", "port >= 3", RB_ACCORD_YES},
	    {"name == \"a\"", "name == \"b\"", RB_ACCORD_NO},
	    {"name == \"a\"", "name in [\"a\"]", RB_ACCORD_OPEN},
	    {"name contains \"a\"", "name contains \"a\"", RB_ACCORD_YES},
	    {"name contains \"a\"", "not (name contains \"a\")", RB_ACCORD_NO},
	    {"name contains \"a\"", "name contains \"ab\"", RB_ACCORD_OPEN},
	    {"name contains \"a\"", "len(names) > 1", RB_ACCORD_YES},
	    {"log.missing", "log.quiet", RB_ACCORD_YES},
	    {"log.missing", "log.port_taken", RB_ACCORD_OPEN},
	    {"log.passed", "not log.missing", RB_ACCORD_YES},
	    {"health.status == 1", "health.body == \"x\"", RB_ACCORD_OPEN},
	    {"health.status == 1", "not defined(health.status)", RB_ACCORD_NO},
	    {"health.status == 1", "defined(health.status)", RB_ACCORD_YES},
	    {"environment == \"a\"", "environment.bastion == \"b\"", RB_ACCORD_OPEN},
	};
	struct world w;

	(void)state;
	world_init(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_cases a, b;

		rb_claims(&w.arena, world_parse(&w, rows[i].a), true, NULL, &a);
		rb_claims(&w.arena, world_parse(&w, rows[i].b), true, NULL, &b);
		assert_int_equal(a.n, 1);
		assert_int_equal(b.n, 1);
		if (rb_claims_accord(a.items[0], b.items[0]) != rows[i].want ||
		    rb_claims_accord(b.items[0], a.items[0]) != rows[i].want)
			print_error("%s beside %s\n", rows[i].a, rows[i].b);
		assert_int_equal(rb_claims_accord(a.items[0], b.items[0]), rows[i].want);
		assert_int_equal(rb_claims_accord(b.items[0], a.items[0]), rows[i].want);
	}
	assert_true(rb_str_is(rb_path_fact(RB_STR("a.b.c")), "b"));
	assert_true(rb_str_is(rb_path_fact(RB_STR("a")), ""));
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cases),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(too_deep),
	    cmocka_unit_test(constants),
	    cmocka_unit_test(needs),
	    cmocka_unit_test(any_text),
	    cmocka_unit_test(accord),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
