/* Fields at run time: what a request gets from what was written. */
#include "load.h"

static struct rb_request *
request(struct loaded *l, size_t i)
{
	return rb_step_resolve(l->unit->steps->steps[i], &l->ev);
}

static void
give(struct loaded *l, const char *name, struct rb_value v)
{
	const struct rb_decl *d = rb_scope_find(l->unit->scope, rb_str_c(name), NULL);

	assert_non_null(d);
	rb_frame_set(l->frame, d->slot, v);
}

static void
assert_json(struct rb_value v, const char *want)
{
	struct rb_json j;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 1 << 16);
	rb_json_init(&j, &b);
	rb_value_json(v, &j);
	assert_string_equal(rb_buf_cstr(&b), want);
	rb_buf_free(&b);
}

static const char INPUTS[] =
    "runbook: t\ninputs: {evil: text, list: list, n: int, size: size, t: duration}\n";

static void
open_with(struct loaded *l, const char *steps)
{
	char text[4096];
	struct rb_value *items, list;

	snprintf(text, sizeof(text), "%ssteps:\n  - {look: echo $evil $list $n $size $t}\n%s", INPUTS, steps);
	loaded_open(l, text);
	list = rb_v_list(&l->arena, 2, &items);
	items[0] = rb_v_text(RB_STR("a b"));
	items[1] = rb_v_int(2);
	give(l, "evil", rb_v_text(RB_STR("'; touch pwned; #")));
	give(l, "list", list);
	give(l, "n", rb_v_int(7));
	give(l, "size", rb_v_of(RB_V_SIZE, 200 * 1000 * 1000));
	give(l, "t", rb_v_of(RB_V_DURATION, 90 * RB_SECOND));
}

static void
test_arguments_stay_arguments(void **state)
{
	struct loaded l;

	(void)state;
	open_with(&l, "  - look: [echo, \"${evil}\", \"${list}\", \"x${n}y ${t}\", \"${size}\", plain]\n");
	assert_json(request(&l, 1)->values[RB_ARG_SCRIPT_SCRIPT],
	    "[\"echo\",\"'; touch pwned; #\",\"a b\",\"2\",\"x7y 1m30s\",\"200MB\",\"plain\"]");
	give(&l, "evil", rb_v_text((struct rb_str){"a\0b", 3}));
	assert_int_equal(request(&l, 1)->why.kind, RB_V_ERROR);
	rb_frame_clear(l.frame, rb_scope_find(l.unit->scope, RB_STR("evil"), NULL)->slot);
	assert_int_equal(request(&l, 1)->why.kind, RB_V_ERROR);
	loaded_free(&l);
}

static void
test_scripts_are_constants(void **state)
{
	struct loaded l;
	struct rb_request *req;

	(void)state;
	open_with(&l, "  - look: echo \"$evil\" $list\n    env: {T: \"${t}\", L: \"${list}\", N: 012}\n    "
		      "stdin: ${list}\n    cwd: /x/${n}\n");
	req = request(&l, 1);
	assert_int_equal(req->why.kind, RB_V_UNSET);
	assert_json(req->values[RB_ARG_SCRIPT_SCRIPT], "\"echo \\\"$evil\\\" $list\"");
	assert_json(req->env, "{\"T\":\"90\",\"L\":\"a b\\n2\",\"N\":\"012\",\"evil\":\"'; touch pwned; "
			      "#\",\"list\":\"a b\\n2\"}");
	assert_json(req->stdin_, "\"a b\\n2\"");
	assert_json(req->cwd, "\"/x/7\"");
	loaded_free(&l);
}

static void
test_json_keeps_types(void **state)
{
	struct loaded l;

	(void)state;
	open_with(&l, "  - http:\n      url: \"http://h/${evil}\"\n      json: {a: no, b: 012, c: 1e3, d: "
		      "1.10, e: 12, f: true, g: null, h: \"true\","
		      " i: \"${n}\", j: \"n is ${n}\", k: [\"${list}\", -3, 1.5], l: {m: \"${evil}\"}}\n");
	assert_json(request(&l, 1)->values[RB_ARG_HTTP_JSON],
	    "{\"a\":\"no\",\"b\":\"012\",\"c\":\"1e3\",\"d\":\"1.10\",\"e\":12,\"f\":true,\"g\":null,\"h\":"
	    "\"true\",\"i\":7,"
	    "\"j\":\"n is 7\",\"k\":[[\"a b\",2],-3,1.5],\"l\":{\"m\":\"'; touch pwned; #\"}}");
	assert_json(request(&l, 1)->values[RB_ARG_HTTP_URL], "\"http://h/%27%3B%20touch%20pwned%3B%20%23\"");
	loaded_free(&l);
}

static void
test_headers_refuse_line_breaks(void **state)
{
	struct loaded l;
	struct rb_request *req;

	(void)state;
	open_with(&l, "  - http: {url: \"http://h/\", headers: {X: [\"${evil}\", b], Y: \"${n}\"}}\n");
	assert_json(
	    request(&l, 1)->values[RB_ARG_HTTP_HEADERS], "{\"X\":[\"'; touch pwned; #\",\"b\"],\"Y\":\"7\"}");
	give(&l, "evil", rb_v_text(RB_STR("a\r\nSet-Cookie: x")));
	req = request(&l, 1);
	assert_int_equal(req->why.kind, RB_V_ERROR);
	loaded_free(&l);
}

static void
test_a_process_stays_one(void **state)
{
	struct loaded l;
	struct rb_vpair *pairs;
	struct rb_value facts;

	(void)state;
	open_with(&l, "  - {id: h, port: 80}\n  - process: {stop: \"${h.process}\", grace: \"${t}\"}\n");
	facts = rb_v_map(&l.arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("process"), rb_v_process(42, 4711)};
	give(&l, "h", facts);
	assert_int_equal(request(&l, 2)->values[RB_ARG_PROCESS_STOP].kind, RB_V_PROCESS);
	assert_int_equal(request(&l, 2)->values[RB_ARG_PROCESS_STOP].process.start, 4711);
	assert_int_equal(request(&l, 2)->values[RB_ARG_PROCESS_GRACE].i, 90 * RB_SECOND);
	loaded_free(&l);
}

static void
test_texts_become_values_of_a_type(void **state)
{
	static const struct {
		const char *type, *text, *want;
	} rows[] = {
	    {"text", "no", "\"no\""},
	    {"text", "", "\"\""},
	    {"int", "12", "12"},
	    {"int", "012", NULL},
	    {"int", "", NULL},
	    {"number", "1.5", "1.5"},
	    {"bool", "true", "true"},
	    {"bool", "yes", NULL},
	    {"port", "8000", "8000"},
	    {"port", "0", NULL},
	    {"duration", "1m30s", "\"1m30s\""},
	    {"duration", "90", NULL},
	    {"size", "1GiB", "\"1GiB\""},
	    {"list", "[1, \"a\"]", "[1,\"a\"]"},
	    {"list", "a, b", NULL},
	    {"map", "{\"a\": 1}", "{\"a\":1}"},
	};
	struct rb_arena arena;

	(void)state;
	rb_arena_init(&arena, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_value v = rb_value_as(
		    &arena, rb_type_row(rb_str_c(rows[i].type)), rb_v_text(rb_str_c(rows[i].text)));

		if (rows[i].want == NULL)
			assert_int_equal(v.kind, RB_V_ERROR);
		else
			assert_json(v, rows[i].want);
	}
	assert_int_equal(rb_value_as(&arena, rb_type_row(RB_STR("number")), rb_v_int(3)).kind, RB_V_NUMBER);
	assert_int_equal(rb_value_as(&arena, rb_type_row(RB_STR("port")), rb_v_int(70000)).kind, RB_V_ERROR);
	assert_int_equal(rb_value_as(&arena, rb_type_row(RB_STR("text")), rb_v_int(3)).kind, RB_V_TEXT);
	assert_int_equal(rb_value_as(&arena, rb_type_row(RB_STR("int")), rb_v_null()).kind, RB_V_ERROR);
	assert_int_equal(
	    rb_value_as(&arena, rb_type_row(RB_STR("int")), rb_v_unset(RB_STR("x"))).kind, RB_V_UNSET);
	rb_arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_arguments_stay_arguments),
	    cmocka_unit_test(test_scripts_are_constants),
	    cmocka_unit_test(test_json_keeps_types),
	    cmocka_unit_test(test_headers_refuse_line_breaks),
	    cmocka_unit_test(test_a_process_stays_one),
	    cmocka_unit_test(test_texts_become_values_of_a_type),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
