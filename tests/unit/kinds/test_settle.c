/* Inputs and values: where they come from, in which order, and what is refused. */
#include "lang/settle.h"
#include "load.h"

struct desk {
	const char *answers[4];
	size_t asked;
	char whys[256];
	char settled[512];
};

static int
ask(void *ctx, const struct rb_input *input, struct rb_str why, struct rb_str *text)
{
	struct desk *d = ctx;
	size_t n = strlen(d->whys);

	(void)input;
	snprintf(d->whys + n, sizeof(d->whys) - n, "[%.*s]", RB_STR_ARG(why));
	if (d->asked >= 4 || d->answers[d->asked] == NULL)
		return 0;
	*text = rb_str_c(d->answers[d->asked++]);
	return 1;
}

static const char *
exists(void *ctx, const struct rb_input *input, struct rb_str path)
{
	(void)ctx;
	return strcmp(input->type->name, "dir") == 0 && !rb_str_is(path, "/srv") ? "there is no such folder"
										 : NULL;
}

static void
settled(void *ctx, const struct rb_input *input, struct rb_value value, const char *source)
{
	struct desk *d = ctx;
	size_t n = strlen(d->settled);
	struct rb_buf b;

	rb_buf_init(&b, NULL, 100);
	rb_value_show(value, &b);
	snprintf(d->settled + n, sizeof(d->settled) - n, "%.*s=%s (%s) ", RB_STR_ARG(input->name),
	    rb_buf_cstr(&b), source);
	rb_buf_free(&b);
}

static int
settle(struct loaded *l, struct desk *d, const struct rb_offer *offers, size_t n)
{
	struct rb_settle s = {.arena = &l->arena,
	    .diags = &l->diags,
	    .noffers = n,
	    .offers = offers,
	    .ask = ask,
	    .exists = exists,
	    .settled = settled,
	    .ctx = d};

	return rb_settle_inputs(&s, l->unit->inputs, l->unit->ninputs, l->frame);
}

static int
settle_values(struct loaded *l)
{
	struct rb_settle s = {.arena = &l->arena, .diags = &l->diags};

	return rb_settle_values(&s, l->unit, l->frame);
}

static struct rb_offer
set(const char *name, const char *value)
{
	return (struct rb_offer){rb_str_c(name), rb_v_text(rb_str_c(value)), "set", {NULL, 0, 0}};
}

static void
assert_message(const struct loaded *l, size_t i, const char *text)
{
	size_t at = 0;

	for (size_t k = 0; k < l->diags.len; k++) {
		if (l->diags.items[k].severity != RB_ERROR || at++ != i)
			continue;
		if (!rb_str_is(l->diags.items[k].text, text))
			fail_msg("`%.*s` is not `%s`", RB_STR_ARG(l->diags.items[k].text), text);
		return;
	}
	fail_msg("there is no message %zu", i);
}

static void
test_in_order_of_dependency(void **state)
{
	struct desk d = {.asked = 0};
	struct rb_offer offers[] = {set("port", "9000"), set("port", "9001")};
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"inputs:\n"
			"  base_url: {type: url, default: \"http://127.0.0.1:${port}\"}\n"
			"  health: {type: url, default: \"${base_url}/health\"}\n"
			"  port: {type: port, default: 8000}\n"
			"values:\n"
			"  second: ${first}/x\n"
			"  first: ${health}\n"
			"  n: {type: int, value: \"${port - 1}\"}\n"
			"steps: [{look: echo $second $n}]\n");
	assert_int_equal(settle(&l, &d, offers, 2), 0);
	assert_string_equal(d.settled, "port=9001 (set) base_url=http://127.0.0.1:9001 (default) "
				       "health=http://127.0.0.1:9001/health (default) ");
	assert_int_equal(settle_values(&l), 0);
	assert_true(rb_str_is(
	    rb_frame_get(l.frame, 0, l.unit->values[0].decl->slot).s, "http://127.0.0.1:9001/health/x"));
	assert_int_equal(rb_frame_get(l.frame, 0, l.unit->values[2].decl->slot).i, 9000);
	loaded_free(&l);
}

static void
test_what_is_asked_for(void **state)
{
	struct desk d = {.answers = {"70000", "80", NULL}}, nobody = {.asked = 0};
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\ninputs: {port: {type: port, help: the port}, free: {required: false}}\n"
			"steps: [{look: \"echo $port ${free:-}\"}]\n");
	assert_int_equal(settle(&l, &d, NULL, 0), 0);
	assert_string_equal(d.whys, "[][`70000` is not a port number, 1 to 65535]");
	assert_string_equal(d.settled, "port=80 (asked) ");
	assert_int_equal(rb_frame_get(l.frame, 0, l.unit->inputs[1].decl->slot).kind, RB_V_UNSET);
	assert_int_equal(settle(&l, &nobody, NULL, 0), -1);
	assert_message(&l, 0, "the input `port` has no value: the port");
	loaded_free(&l);
}

static void
test_what_is_refused(void **state)
{
	struct desk d = {.asked = 0};
	struct rb_offer offers[] = {set("prot", "1"), set("port", "012"), set("n", "11"), set("node", "web1"),
	    set("env_name", "prod"), set("root", "/nowhere"),
	    {RB_STR("flag"), {.kind = RB_V_INT, .i = 1}, "with", {NULL, 0, 0}}};
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"inputs:\n"
			"  port: port\n"
			"  n: {type: int, min: 1, max: 10}\n"
			"  node: {pattern: \"/^db[0-9]+$/\"}\n"
			"  env_name: {choices: [staging, production]}\n"
			"  root: dir\n"
			"  flag: bool\n"
			"steps: [{look: echo $port $n $node $env_name $root $flag}]\n");
	assert_int_equal(settle(&l, &d, offers, 7), -1);
	assert_message(&l, 0, "there is no input `prot`");
	assert_message(&l, 1, "input `port`: `012` is not a port number, 1 to 65535");
	assert_message(&l, 2, "input `n`: `11` is more than 10");
	assert_message(&l, 3, "input `node`: `web1` does not match /^db[0-9]+$/");
	assert_message(&l, 4, "input `env_name`: `prod` is none of staging, production");
	assert_message(&l, 5, "input `root`: `/nowhere`: there is no such folder");
	assert_message(&l, 6, "input `flag`: `1` is not true or false");
	assert_string_equal(d.settled, "");
	loaded_free(&l);
}

static void
test_choices_carry_data(void **state)
{
	struct desk d = {.asked = 0};
	struct rb_offer offers[] = {set("environment", "production")};
	struct rb_request *req;
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\n"
	    "inputs:\n"
	    "  environment:\n"
	    "    choices: {staging: {host: s.example, nodes: 3}, production: {host: p.example, nodes: 5}}\n"
	    "    fields: {nodes: int}\n"
	    "steps:\n"
	    "  - {id: a, look: [echo, \"${environment}\", \"${environment.host}\"], if: environment.nodes > "
	    "3}\n");
	assert_int_equal(settle(&l, &d, offers, 1), 0);
	assert_int_equal(
	    rb_expr_truth(l.unit->steps->steps[0]->if_, &l.ev, &(struct rb_value){.b = false}), 1);
	req = rb_step_resolve(l.unit->steps->steps[0], &l.ev);
	assert_int_equal(req->why.kind, RB_V_UNSET);
	assert_true(rb_str_is(req->values[0].list->items[1].s, "production"));
	assert_true(rb_str_is(req->values[0].list->items[2].s, "p.example"));
	loaded_free(&l);
}

static void
test_values_that_cannot_be_had(void **state)
{
	struct desk d = {.asked = 0};
	struct rb_offer offers[] = {set("n", "x")};
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\ninputs: {n: {default: \"1\"}, free: {required: false}}\n"
	    "values: {v: {type: int, value: \"${int(n)}\"}, w: \"${free}\"}\nsteps: [{look: echo $v $w}]\n");
	assert_int_equal(settle(&l, &d, offers, 1), 0);
	assert_int_equal(settle_values(&l), -1);
	assert_message(&l, 1, "value `w`: `free` is unset");
	loaded_free(&l);
}

/* An Enter at the prompt and `--set d=` are no values, but where the input says that they are. */
static void
test_empty(void **state)
{
	static const struct {
		const char *input;
		bool accepted;
	} rows[] = {{"text", false}, {"{help: x}", false}, {"{pattern: '/^[a-z]*$/'}", false},
	    {"{default: prod}", false}, {"{default: \"\"}", true}, {"{required: false}", true},
	    {"{choices: [\"\", a]}", true}};
	struct rb_offer empty = set("d", "");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct desk d = {.answers = {"", "x"}, .asked = 0};
		struct loaded l;
		char text[200];

		snprintf(text, sizeof(text),
		    "runbook: t\ninputs: {d: %s}\nsteps: [{look: 'ls \"${d:-}\"'}]\n", rows[i].input);
		loaded_open(&l, text);
		assert_int_equal(settle(&l, &d, &empty, 1), rows[i].accepted ? 0 : -1);
		if (!rows[i].accepted)
			assert_message(&l, 0,
			    "input `d`: it is empty, and takes an empty text only where its `default` is "
			    "\"\"");
		loaded_free(&l);
	}
	{
		struct desk d = {.answers = {"", "/srv"}, .asked = 0};
		struct loaded l;

		loaded_open(&l, "runbook: t\ninputs: {d: text}\nsteps: [{look: 'ls \"$d\"'}]\n");
		assert_int_equal(settle(&l, &d, NULL, 0), 0);
		assert_string_equal(d.settled, "d=/srv (asked) ");
		assert_string_equal(
		    d.whys, "[][it is empty, and takes an empty text only where its `default` is \"\"]");
		loaded_free(&l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_in_order_of_dependency),
	    cmocka_unit_test(test_what_is_asked_for),
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_choices_carry_data),
	    cmocka_unit_test(test_values_that_cannot_be_had),
	};

	return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
