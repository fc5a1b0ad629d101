/* The graph of small files: every way that decides something, in words, in the order of the file. */
#include "kinds/load.h"

#include "lang/graph.h"

enum { TEXT_BYTES = 1 << 16 };

struct row {
	const char *name, *body, *ways;
};

static const struct row rows[] = {
    {"a list", "steps:\n  - {id: a, look: x}\n  - {id: b, say: x}\n",
	"a → b: it passes\na → the run fails: it fails\nb → the end of the file: it passes\n"},
    {"edges",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: goto c, on_timeout: [{id: l, say: "
	"x}]}\n"
	"  - {id: b, look: x, on_fail: continue}\n  - {id: c, look: x, on_fail: goto b}\n",
	"a → end resolved: on_pass\na → c: on_fail\na → l: on_timeout\nl → b: it passes\n"
	"b → c: it passes\nb → c: on_fail\nc → the end of the file: it passes\nc → b: on_fail, back\n"},
    {"what stands before the action",
	"steps:\n  - {id: a, if: has.x, done_if: {look: y}, confirm: ok?, run: z}\n"
	"  - {id: b, optional: true, confirm: ok?, run: z}\nrequires: {optional: [x]}\n",
	"a: its `if` holds\na → b: skipped\na: not done yet\na → b: done already\na: confirmed\n"
	"a → the run ends, declined: declined\na → b: it passes\na → the run fails: it fails\n"
	"b: confirmed\nb → the end of the file: declined\nb → the end of the file: it passes\nb → the run "
	"fails: it fails\n"},
    {"arms",
	"steps:\n  - id: a\n    branch:\n      - {if: 1 > 2, then: [{id: b, look: x}]}\n      - {if: 2 > 3, "
	"then: {goto: d}}\n"
	"  - {id: c, say: x}\n  - {id: d, say: x}\n",
	"a → b: if 1 > 2\na → d: if 2 > 3\na → c: no arm holds\na → c: it passes\na → the run fails: it "
	"fails\n"
	"b → c: it passes\nb → the run fails: it fails\nc → d: it passes\nd → the end of the file: it "
	"passes\n"},
    {"else",
	"steps:\n  - id: a\n    branch:\n      - {if: 1 > 2, then: {end: failed}}\n      - {else: {end: "
	"escalated}}\n",
	"a → end failed: if 1 > 2\na → end escalated: else\n"},
    {"a choice of one",
	"steps:\n  - id: a\n    ask: {question: q, choices: [{choice: one, then: [{id: b, say: x}]}, "
	"{choice: two}]}\n",
	"a → b: choice \"one\"\na → the end of the file: choice \"two\"\na → the end of the file: it passes\n"
	"a → the run fails: it fails\nb → the end of the file: it passes\n"},
    {"a choice of many",
	"steps:\n  - id: a\n    ask: {question: q, type: many, choices: [{choice: one, then: [{id: b, say: "
	"x}]}, "
	"{choice: two, then: [{id: c, say: x}]}]}\n",
	"a → b: choice \"one\"\na: not choice \"one\"\na → c: choice \"two\"\n"
	"a → the end of the file: not choice \"two\"\na → the end of the file: it passes\na → the run fails: "
	"it fails\n"
	"b → the end of a: it passes\nc → the end of the file: it passes\n"},
    {"a loop, and what its items are skipped by",
	"steps:\n  - {id: a, for_each: {in: '[1, 2]', as: i}, if: i > 1, look: x}\n",
	"a: items\na → the end of the file: no items\na: its `if` holds\na → the end of the file: skipped\n"
	"a → the end of the file: it passes\na → the run fails: it fails\n"},
    {"checks",
	"steps:\n  - id: a\n    checks: [{id: b, look: x}, {id: c, look: y}]\n    on_fail: continue\n  - "
	"{id: d, say: x}\n",
	"a → d: it passes\na → d: on_fail\nb → c: it passes\nb → c: it fails\nc → the end of a: it passes\n"
	"c → the end of a: it fails\nd → the end of the file: it passes\n"},
    {"a block with a finally",
	"steps:\n  - id: a\n    block: [{id: b, look: x}, {id: c, look: y, on_fail: goto e}]\n    finally: "
	"[{id: d, run: z}]\n"
	"  - {id: e, say: x}\n",
	"a → e: it passes\na → the run fails: it fails\nb → c: it passes\nb → the run fails: it fails\n"
	"c → e: it passes\nc → e: on_fail\nd → the end of a: it passes\nd → the end of a: it fails\ne → the "
	"end of the file: it passes\n"},
    {"items that are edges", "steps:\n  - {id: a, say: x}\n  - {if: 1 > 2, goto: a}\n  - end: resolved\n",
	"a → the `goto` at line 5: it passes\nthe `goto` at line 5: its `if` holds\n"
	"the `goto` at line 5 → the `end` at line 6: skipped\nthe `goto` at line 5 → a: it is reached, back\n"
	"the `end` at line 6 → end resolved: it is reached\n"},
    {"rungs, setup, finally",
	"setup: [{id: s, look: x}]\nsteps: [{id: a, look: x}]\nfinally: [{id: f, say: x}]\n"
	"escalate: [{after: 15m, steps: [{id: r, say: x}]}, {on: failed, contact: us}]\n",
	"escalate → r: after 15m\nescalate: on: failed\n"
	"s → a: it passes\ns → the run fails: it fails\na → the end of the file: it passes\n"
	"a → the run fails: it fails\nf: it passes\nr: it passes\n"},
};

static void
list_ways(struct loaded *l, const struct rb_graph *g, struct rb_buf *out)
{
	for (size_t i = 0; i < g->nways; i++) {
		if (rb_way_decides(&g->ways[i]))
			rb_buf_fmt(out, "%.*s%s\n", RB_STR_ARG(rb_way_text(&l->arena, g, &g->ways[i])),
			    g->ways[i].back ? ", back" : "");
	}
}

static void
ways(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_buf text, got;
		struct loaded l;

		rb_buf_init(&text, NULL, TEXT_BYTES);
		rb_buf_init(&got, NULL, TEXT_BYTES);
		rb_buf_fmt(&text, "runbook: t\ntitle: T\n%s", rows[i].body);
		loaded_open(&l, rb_buf_cstr(&text));
		list_ways(&l, rb_graph_new(&l.arena, l.unit, NULL), &got);
		if (strcmp(rb_buf_cstr(&got), rows[i].ways) != 0) {
			print_error("%s: should give\n%s--- and gives\n%s\n", rows[i].name, rows[i].ways,
			    rb_buf_cstr(&got));
			wrong++;
		}
		loaded_free(&l);
		rb_buf_free(&text);
		rb_buf_free(&got);
	}
	assert_int_equal(wrong, 0);
}

/* Each procedure has a graph of its own; the file's does not lead into it. */
static void
procedures(void **state)
{
	struct rb_graph *file, *proc;
	struct rb_buf got;
	struct loaded l;

	(void)state;
	loaded_open(&l, "runbook: t\ntitle: T\nprocedures:\n  p:\n    steps: [{id: a, look: x, on_fail: "
			"{fail: no}}, done]\n"
			"    finally: [{id: f, say: x}]\nsteps: [{id: c, call: p}]\n");
	file = rb_graph_new(&l.arena, l.unit, NULL);
	proc = rb_graph_new(&l.arena, l.unit, l.unit->procs[0]);
	rb_buf_init(&got, NULL, TEXT_BYTES);
	list_ways(&l, file, &got);
	list_ways(&l, proc, &got);
	assert_string_equal(rb_buf_cstr(&got),
	    "c → the end of the file: it passes\nc → the run fails: it fails\n"
	    "a → the `done` at line 5: it passes\na → fail: on_fail\n"
	    "the `done` at line 5 → done: it is reached\nf: it passes\n");
	assert_int_equal(rb_graph_begin(file, l.unit->procs[0]->steps->steps[0]), UINT32_MAX);
	assert_int_equal(rb_graph_begin(proc, l.unit->steps->steps[0]), UINT32_MAX);
	assert_int_not_equal(rb_graph_begin(proc, l.unit->procs[0]->steps->steps[0]), UINT32_MAX);
	rb_buf_free(&got);
	loaded_free(&l);
}

static void
look_up(void **state)
{
	const struct rb_step *a;
	const struct rb_way *w;
	struct rb_graph *g;
	struct loaded l;

	(void)state;
	loaded_open(&l,
	    "runbook: t\ntitle: T\nsteps:\n  - id: a\n    branch:\n      - {if: 1 > 2, then: [{say: x}]}\n"
	    "      - {if: 2 > 3, then: {end: failed}}\n");
	g = rb_graph_new(&l.arena, l.unit, NULL);
	a = l.unit->steps->steps[0];
	w = rb_graph_way(g, a, RB_WAY_ARM, 1);
	assert_non_null(w);
	assert_true(w->written);
	assert_int_equal(w->edge->kind, RB_EDGE_END);
	assert_int_equal(rb_source_pos(l.unit->src, rb_way_span(g, w).from).line, 7);
	assert_null(rb_graph_way(g, a, RB_WAY_ARM, 2));
	assert_null(rb_graph_way(g, a, RB_WAY_LATE, 0));
	assert_non_null(rb_graph_way(g, a, RB_WAY_NO_ARM, 0));
	assert_false(rb_graph_way(g, a, RB_WAY_PASS, 0)->written);
	loaded_free(&l);
}

/* What no path leads to, with conditions that are constants. */
static void
reachable(void **state)
{
	static const struct {
		const char *cond;
		bool then, otherwise, behind;
	} conds[] = {
	    {"\"true\"", true, false, true},
	    {"\"false\"", false, true, false},
	    {"not false", true, false, true},
	    {"has.x", true, true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(conds) / sizeof(*conds); i++) {
		const bool *reached;
		struct rb_graph *g;
		struct rb_buf text;
		struct loaded l;

		rb_buf_init(&text, NULL, TEXT_BYTES);
		rb_buf_fmt(&text,
		    "runbook: t\ntitle: T\nrequires: {optional: [x]}\nsteps:\n"
		    "  - branch: [{if: %s, then: [{id: a, say: x}]}, {else: [{id: b, say: x}, {end: "
		    "failed}]}]\n"
		    "  - {id: c, say: x}\n",
		    conds[i].cond);
		loaded_open(&l, rb_buf_cstr(&text));
		g = rb_graph_new(&l.arena, l.unit, NULL);
		reached = rb_graph_reachable(&l.arena, g);
		assert_int_equal(
		    reached[rb_graph_begin(g, rb_unit_step(l.unit, RB_STR("a")))], conds[i].then);
		assert_int_equal(
		    reached[rb_graph_begin(g, rb_unit_step(l.unit, RB_STR("b")))], conds[i].otherwise);
		assert_int_equal(
		    reached[rb_graph_begin(g, rb_unit_step(l.unit, RB_STR("c")))], conds[i].behind);
		loaded_free(&l);
		rb_buf_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ways),
	    cmocka_unit_test(procedures),
	    cmocka_unit_test(look_up),
	    cmocka_unit_test(reachable),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
