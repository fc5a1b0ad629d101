/* What loading makes of a runbook: the graph, effects, inheritance, assertions, what output is kept. */
#include "load.h"

static const struct rb_step *
step(const struct loaded *l, const char *id)
{
	const struct rb_step *s = rb_unit_step(l->unit, rb_str_c(id));

	assert_non_null(s);
	return s;
}

static void
assert_str(struct rb_str got, const char *want)
{
	if (!rb_str_is(got, want))
		fail_msg("`%.*s` is not `%s`", RB_STR_ARG(got), want);
}

/* --- order and nesting --- */

static void
test_indexes_follow_the_file(void **state)
{
	struct loaded l;
	const struct rb_step *b, *e;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"steps:\n"
			"  - {id: a, look: uptime}\n"
			"  - id: b\n"
			"    block:\n"
			"      - {id: c, look: uptime}\n"
			"      - {id: d, look: uptime, on_fail: [{id: e, look: uptime}]}\n"
			"    finally:\n"
			"      - {id: f, say: x}\n"
			"  - {look: uptime}\n");
	b = step(&l, "b");
	e = step(&l, "e");
	assert_int_equal(l.unit->nsteps, 7);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(l.unit->steps_in_order[i]->index, i);
	assert_int_equal(b->index, 1);
	assert_int_equal(b->last_inside, 5);
	assert_int_equal(step(&l, "d")->last_inside, 4);
	assert_ptr_equal(e->parent, step(&l, "d"));
	assert_ptr_equal(e->list->owner, step(&l, "d"));
	assert_true(e->list->closed);
	assert_false(b->body->closed);
	assert_true(b->finally->closed);
	assert_int_equal(step(&l, "d")->at, 1);
	assert_str(l.unit->steps_in_order[6]->id, "step_7");
	assert_false(l.unit->steps_in_order[6]->has_id);
	assert_non_null(l.unit->steps_in_order[6]->decl);
	loaded_free(&l);
}

static void
test_edges_point_at_their_targets(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\n"
	    "steps:\n"
	    "  - {id: a, look: uptime, on_fail: goto c, on_pass: {end: {resolved: not needed, nor wanted}}}\n"
	    "  - block: [{id: b, look: uptime, on_fail: goto a}]\n"
	    "  - {id: c, look: uptime, on_timeout: end escalated, on_fail: continue, max_visits: 7}\n"
	    "  - goto: b2\n"
	    "  - {id: b2, look: uptime}\n");
	assert_ptr_equal(step(&l, "a")->on_fail.target, step(&l, "c"));
	assert_ptr_equal(step(&l, "b")->on_fail.target, step(&l, "a"));
	assert_int_equal(step(&l, "a")->on_pass.kind, RB_EDGE_END);
	assert_int_equal(step(&l, "a")->on_pass.end, RB_END_RESOLVED);
	assert_str(rb_tmpl_source(step(&l, "a")->on_pass.reason), "not needed, nor wanted");
	assert_int_equal(step(&l, "c")->on_timeout.end, RB_END_ESCALATED);
	assert_int_equal(step(&l, "c")->on_fail.kind, RB_EDGE_CONTINUE);
	assert_int_equal(step(&l, "c")->on_pass.kind, RB_EDGE_NONE);
	assert_int_equal(step(&l, "c")->max_visits, 7);
	assert_int_equal(step(&l, "a")->max_visits, 3);
	assert_int_equal(l.unit->steps->steps[3]->op, RB_OP_EDGE);
	assert_ptr_equal(l.unit->steps->steps[3]->edge.target, step(&l, "b2"));
	loaded_free(&l);
}

/* --- effects --- */

static void
test_effects_are_the_highest_inside(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"steps:\n"
			"  - {id: reads, block: [{look: uptime}, {call: reads_p}]}\n"
			"  - {id: changes, block: [{look: uptime, on_fail: [{id: mend, run: make}]}]}\n"
			"  - {id: calls, call: outer}\n"
			"  - {id: arms, branch: [{if: reads.passed, then: [{http: {url: \"http://x/\", "
			"method: POST}}]}]}\n"
			"  - {id: lowered, run: kubectl get pods, effect: {read: only lists}}\n"
			"procedures:\n"
			"  outer: {steps: [{call: inner}]}\n"
			"  inner: {steps: [{run: drop, effect: danger}]}\n"
			"  reads_p: {steps: [{look: uptime}]}\n");
	assert_int_equal(step(&l, "reads")->effect, RB_READ);
	assert_int_equal(step(&l, "changes")->effect, RB_CHANGE);
	/* The step itself only looks; what mends it changes. */
	assert_int_equal(step(&l, "mend")->parent->effect, RB_READ);
	assert_int_equal(step(&l, "calls")->effect, RB_DANGER);
	assert_int_equal(step(&l, "arms")->effect, RB_CHANGE);
	assert_int_equal(step(&l, "lowered")->effect, RB_READ);
	assert_str(step(&l, "lowered")->effect_why, "only lists");
	assert_int_equal(rb_unit_proc(l.unit, RB_STR("outer"))->effect, RB_DANGER);
	assert_int_equal(l.unit->effect, RB_DANGER);
	loaded_free(&l);
}

static void
test_danger_is_always_confirmed(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"steps:\n"
			"  - {id: a, run: drop, effect: danger}\n"
			"  - {id: b, run: drop, effect: danger, confirm: Really?}\n"
			"  - {id: c, run: make, confirm: Really?}\n"
			"  - {id: d, run: make, confirm: {text: Really?, type: yes}}\n"
			"  - {id: e, run: make, confirm: {text: Really?, by: dba}}\n"
			"  - {id: f, run: make}\n");
	assert_non_null(step(&l, "a")->confirm);
	assert_null(step(&l, "a")->confirm->text);
	assert_true(step(&l, "a")->confirm->needs_id);
	assert_true(step(&l, "b")->confirm->needs_id);
	assert_false(step(&l, "c")->confirm->needs_id);
	assert_true(step(&l, "d")->confirm->needs_id);
	assert_true(step(&l, "e")->confirm->needs_id);
	assert_str(step(&l, "e")->confirm->by, "dba");
	assert_null(step(&l, "f")->confirm);
	loaded_free(&l);
}

/* --- inheritance --- */

static struct rb_str
env_of(struct loaded *l, const struct rb_step *s, const char *name)
{
	for (size_t i = 0; i < s->nenv; i++)
		if (rb_str_is(s->env[i].name, name))
			return rb_field_eval(&s->env[i].value, &l->ev).s;
	return RB_STR("<none>");
}

static void
test_inheritance(void **state)
{
	struct loaded l;
	const struct rb_step *in, *on_fail, *called;
	struct rb_frame *frame;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"inputs: {root: {default: /srv}}\n"
			"secrets: {key: {env: KEY}, other: {env: OTHER}}\n"
			"env: {A: file, B: file, R: \"${root}\"}\n"
			"cwd: ${root}\n"
			"defaults: {timeout: 20s, shell: sh}\n"
			"steps:\n"
			"  - env: {B: block, C: block}\n"
			"    secrets: [key]\n"
			"    shell: bash\n"
			"    block:\n"
			"      - id: inner\n"
			"        look: uptime\n"
			"        env: {C: step}\n"
			"        secrets: other\n"
			"        cwd: /tmp\n"
			"        on_fail: [{id: mend, look: uptime}]\n"
			"  - {id: calls, call: p}\n"
			"  - {id: slow, look: uptime, timeout: 1m}\n"
			"  - {id: person, ask: Well?}\n"
			"procedures:\n"
			"  p: {env: {A: procedure}, steps: [{id: called, look: uptime}]}\n");
	in = step(&l, "inner");
	on_fail = step(&l, "mend");
	called = step(&l, "called");
	assert_str(env_of(&l, in, "A"), "file");
	assert_str(env_of(&l, in, "B"), "block");
	assert_str(env_of(&l, in, "C"), "step");
	assert_int_equal(in->nsecrets, 2);
	assert_str(in->shell, "bash");
	assert_str(in->cwd->node->text, "/tmp");
	/* What a leaf says holds for itself alone. */
	assert_str(env_of(&l, on_fail, "C"), "block");
	assert_int_equal(on_fail->nsecrets, 1);
	assert_str(on_fail->cwd->node->text, "${root}");
	assert_str(env_of(&l, called, "A"), "procedure");
	assert_str(env_of(&l, called, "B"), "file");
	assert_str(env_of(&l, called, "C"), "<none>");
	assert_str(called->shell, "sh");
	assert_int_equal(called->timeout->value.i, 20 * RB_SECOND);
	assert_int_equal(step(&l, "slow")->timeout->value.i, RB_MINUTE);
	assert_null(step(&l, "person")->timeout);
	/* What the file says is read in the procedure's own frame. */
	rb_frame_set(l.frame, l.unit->inputs[0].decl->slot, rb_v_text(RB_STR("/there")));
	frame = rb_frame_new(NULL, called->scope, l.frame);
	l.ev.frame = frame;
	assert_str(rb_field_eval(called->cwd, &l.ev).s, "/there");
	assert_str(env_of(&l, called, "R"), "/there");
	rb_frame_free(frame);
	loaded_free(&l);
}

/* --- assertions --- */

static void
test_what_is_implied(void **state)
{
	struct loaded l;
	const struct rb_step *s;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"steps:\n"
			"  - {id: script, look: uptime}\n"
			"  - {id: coded, look: uptime, expect: {exit: [1, 3-5], stdout: x}}\n"
			"  - {id: killed, look: uptime, expect: {signal: TERM}}\n"
			"  - {id: followed, look: tail -f x, stop_on: ready}\n"
			"  - {id: web, http: \"http://x/\", expect: {body: pong}}\n"
			"  - {id: moved, http: \"http://x/\", expect: {redirect: /login}}\n"
			"  - {id: odd, http: \"http://x/\", expect: {status: [200, 4xx]}}\n"
			"  - {id: listens, port: 80}\n");
	s = step(&l, "script");
	assert_int_equal(s->nasserts, 1);
	assert_str(s->asserts[0].name, "exit");
	assert_int_equal(s->asserts[0].ranges[0].to, 0);
	s = step(&l, "coded");
	assert_int_equal(s->nasserts, 2);
	assert_int_equal(s->asserts[0].nranges, 2);
	assert_int_equal(s->asserts[0].ranges[1].from, 3);
	assert_int_equal(s->asserts[0].ranges[1].to, 5);
	s = step(&l, "killed");
	assert_int_equal(s->nasserts, 1);
	assert_int_equal(s->asserts[0].ranges[0].from, 15);
	assert_int_equal(step(&l, "followed")->nasserts, 0);
	s = step(&l, "web");
	assert_int_equal(s->nasserts, 2);
	assert_int_equal(s->asserts[0].ranges[0].from, 200);
	assert_int_equal(s->asserts[1].op, RB_ASSERT_CONTAINS);
	s = step(&l, "moved");
	assert_int_equal(s->asserts[0].ranges[0].from, 300);
	assert_int_equal(s->asserts[0].ranges[0].to, 399);
	s = step(&l, "odd");
	assert_int_equal(s->nasserts, 1);
	assert_int_equal(s->asserts[0].ranges[1].from, 400);
	assert_int_equal(s->asserts[0].ranges[1].to, 499);
	assert_int_equal(step(&l, "listens")->nasserts, 0);
	loaded_free(&l);
}

/* What the facts of an http step would be. */
static struct rb_value
http_facts(struct rb_arena *arena, const char *json)
{
	struct rb_value v, headers;
	struct rb_vpair *pairs;

	headers = rb_v_map(arena, 1, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("content-type"), rb_v_text(RB_STR("application/json"))};
	v = rb_v_map(arena, 5, &pairs);
	pairs[0] = (struct rb_vpair){RB_STR("status"), rb_v_int(200)};
	pairs[1] = (struct rb_vpair){RB_STR("json"), rb_value_from_json(arena, rb_str_c(json))};
	pairs[2] = (struct rb_vpair){RB_STR("headers"), headers};
	pairs[3] = (struct rb_vpair){RB_STR("body"), rb_v_text(rb_str_c(json))};
	pairs[4] = (struct rb_vpair){RB_STR("time"), rb_v_of(RB_V_DURATION, 20 * RB_MS)};
	return v;
}

static void
judge(struct loaded *l, const char *id, const char *json, struct rb_judged *out)
{
	struct rb_result res = {.ended = RB_ENDED_OK, .facts = http_facts(&l->arena, json)};

	rb_step_judge(step(l, id), &res, &l->ev, out);
}

static void
test_assertions_are_judged(void **state)
{
	static const char good[] =
	    "{\"status\": \"healthy\", \"items\": [{\"id\": 7}], \"a-b\": null, \"in\": {\"x\": [1, true]}}";
	struct rb_judged j;
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\n"
	    "steps:\n"
	    "  - id: web\n"
	    "    http: http://x/\n"
	    "    expect:\n"
	    "      json: {status: healthy, \"items[0].id\": 7, a-b: null, in.x: [1, true]}\n"
	    "      header: {Content-Type: [json, /^application\\//, {lacks: html}]}\n"
	    "      body: {lacks: [error, /fail/]}\n"
	    "      within: 1s\n"
	    "      that: [this.json.status == \"healthy\"]\n"
	    "  - {id: equal, http: \"http://x/\", expect: {body: {equals: \"{}\"}, within: 10ms}}\n");
	judge(&l, "web", good, &j);
	assert_int_equal(j.verdict, RB_JUDGED_PASSED);
	judge(&l, "web", "{\"status\": \"degraded\", \"items\": [], \"in\": {}}", &j);
	assert_int_equal(j.verdict, RB_JUDGED_FAILED);
	assert_int_equal(j.nbroken, 5);
	assert_str(j.broken[0].what, "json.status is not \"healthy\"");
	assert_str(j.broken[1].what, "json.items[0].id is not there");
	judge(&l, "web",
	    "{\"status\": \"healthy\", \"items\": [{\"id\": 7}], \"a-b\": null, \"in\": {\"x\": [1, true]}, "
	    "\"e\": \"error\"}",
	    &j);
	assert_int_equal(j.nbroken, 1);
	judge(&l, "equal", "{}", &j);
	assert_int_equal(j.nbroken, 1);
	assert_str(j.broken[0].assert->name, "time");
	loaded_free(&l);
}

/* --- what is kept --- */

static void
test_output_is_kept_where_it_is_mentioned(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\n"
			"steps:\n"
			"  - {id: none, look: uptime, match: {a: b}}\n"
			"  - {id: own, look: uptime, expect: {stdout: x}}\n"
			"  - {id: captured, look: uptime, capture: {v: trim(this.stderr)}}\n"
			"  - {id: later, look: uptime}\n"
			"  - {id: scripted, look: uptime}\n"
			"  - {id: whole, look: uptime}\n"
			"  - {id: web, http: \"http://x/\", expect: {json: {a: 1}}}\n"
			"  - {id: web2, http: \"http://x/\"}\n"
			"  - {say: \"${later.stdout} ${none.exit}\", if: none.a}\n"
			"  - {look: echo \"$scripted_output\"}\n"
			"  - {look: uptime, capture: {v: \"[whole]\"}}\n");
	assert_false(step(&l, "none")->keeps_stdout || step(&l, "none")->keeps_stderr);
	assert_true(step(&l, "own")->keeps_stdout);
	assert_false(step(&l, "own")->keeps_stderr);
	assert_true(step(&l, "captured")->keeps_stderr);
	assert_false(step(&l, "captured")->keeps_stdout);
	assert_true(step(&l, "later")->keeps_stdout);
	assert_true(step(&l, "scripted")->keeps_stdout && step(&l, "scripted")->keeps_stderr);
	assert_true(step(&l, "whole")->keeps_stdout && step(&l, "whole")->keeps_body);
	assert_true(step(&l, "web")->keeps_body);
	assert_false(step(&l, "web2")->keeps_body);
	loaded_free(&l);
}

/* --- types --- */

static const struct rb_type *
fact(const struct loaded *l, const char *id, const char *name)
{
	const struct rb_member *m = rb_type_member(step(l, id)->decl->type, rb_str_c(name));

	assert_non_null(m);
	return m->type;
}

static void
test_types_of_facts(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\n"
	    "steps:\n"
	    "  - id: log\n"
	    "    look: cat\n"
	    "    match: {missing: \"/No module named '(?<module>[^']+)'/\"}\n"
	    "    capture: {n: int(this.stdout), t: {value: this.stdout, type: size}, s: {value: this.stdout, "
	    "secret: true}}\n"
	    "  - {id: loop, for_each: {in: [a], as: x}, run: echo $x}\n"
	    "  - {id: r, call: p}\n"
	    "  - {id: note, manual: {text: do it, record: [ticket]}}\n"
	    "  - {id: yes, ask: {question: Well?, type: yes_no}}\n"
	    "  - {goto: log, if: log.missing}\n"
	    "procedures:\n"
	    "  p: {outputs: {a: {type: int, value: h.pid}, b: h.command}, steps: [{id: h, port: 80}]}\n");
	assert_int_equal(fact(&l, "log", "missing")->base, RB_MATCH);
	assert_int_equal(rb_type_member(fact(&l, "log", "missing"), RB_STR("module"))->type->base, RB_TEXT);
	assert_int_equal(fact(&l, "log", "n")->base, RB_INT);
	assert_int_equal(fact(&l, "log", "t")->base, RB_SIZE);
	assert_true(rb_type_member(step(&l, "log")->decl->type, RB_STR("s"))->secret);
	assert_int_equal(fact(&l, "log", "passed")->base, RB_BOOL);
	assert_int_equal(fact(&l, "loop", "failed")->base, RB_INT);
	assert_int_equal(fact(&l, "loop", "results")->base, RB_LIST);
	assert_int_equal(fact(&l, "r", "a")->base, RB_INT);
	assert_int_equal(fact(&l, "r", "b")->base, RB_TEXT);
	assert_int_equal(fact(&l, "note", "ticket")->base, RB_TEXT);
	assert_int_equal(fact(&l, "yes", "answer")->base, RB_BOOL);
	loaded_free(&l);
}

/* --- questions --- */

static void
test_questions_to_a_program(void **state)
{
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: some-name\ntitle: A title\nowner: me\ntags: [a]\nsteps: [{id: a, look: uptime}]\n"
	    "procedures: {p: {steps: [{id: inside, look: uptime}]}}\n");
	assert_str(l.unit->id, "some-name");
	assert_str(rb_unit_meta(l.unit, "title"), "A title");
	assert_str(rb_unit_meta(l.unit, "service"), "");
	assert_str(rb_unit_meta(l.unit, "no such key"), "");
	assert_non_null(rb_unit_step(l.unit, RB_STR("inside")));
	assert_null(rb_unit_step(l.unit, RB_STR("p")));
	assert_null(
	    rb_unit_step(l.unit, RB_STR("#1")) != NULL ? NULL : rb_unit_step(l.unit, RB_STR("nothing")));
	assert_non_null(rb_unit_proc(l.unit, RB_STR("p")));
	assert_null(rb_unit_proc(l.unit, RB_STR("a")));
	loaded_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_indexes_follow_the_file),
	    cmocka_unit_test(test_edges_point_at_their_targets),
	    cmocka_unit_test(test_effects_are_the_highest_inside),
	    cmocka_unit_test(test_danger_is_always_confirmed),
	    cmocka_unit_test(test_inheritance),
	    cmocka_unit_test(test_what_is_implied),
	    cmocka_unit_test(test_assertions_are_judged),
	    cmocka_unit_test(test_output_is_kept_where_it_is_mentioned),
	    cmocka_unit_test(test_types_of_facts),
	    cmocka_unit_test(test_questions_to_a_program),
	};

	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
