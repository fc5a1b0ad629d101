/* Upper bounds: of steps, of what is come back to, of what runs side by side; and sums that cannot be had. */
#include "told.h"

#include "base/clock.h"
#include "plan/state.h"

static void
test_sums(void **state)
{
	const struct rb_plan_time second = {.most = RB_SECOND}, never = {.most = RB_NEVER, .people = true},
				  none = {0};

	(void)state;
	assert_int_equal(rb_time_add(second, second).most, 2 * RB_SECOND);
	assert_int_equal(rb_time_add(second, never).most, RB_NEVER);
	assert_true(rb_time_add(second, never).people);
	assert_int_equal(rb_time_max(second, none).most, RB_SECOND);
	assert_int_equal(rb_time_by(second, 3).most, 3 * RB_SECOND);
	assert_int_equal(rb_time_by(second, 0).most, 0);
	assert_int_equal(rb_time_by(never, 0).most, 0);
	assert_int_equal(rb_time_by(never, 2).most, RB_NEVER);
	assert_int_equal(rb_time_by(none, UINT64_MAX).most, 0);
	assert_int_equal(rb_time_by(second, UINT64_MAX).most, RB_NEVER);
	assert_int_equal(
	    rb_time_by(second, (uint64_t)(INT64_MAX / RB_SECOND)).most, INT64_MAX / RB_SECOND * RB_SECOND);
}

/* The bound of a step, as it is told. */
static void
test_steps(void **state)
{
	static const struct {
		const char *step, *time;
	} rows[] = {
	    {"{id: s, look: a}", "up to 30s"},
	    {"{id: s, look: a, timeout: 2s}", "up to 2s"},
	    {"{id: s, run: a}", "up to 5m"},
	    {"{id: s, wait: 1m}", "up to 1m"},
	    {"{id: s, say: a}", ""},
	    {"{id: s, ask: a}", "as long as people take"},
	    {"{id: s, manual: a, timeout: 1h}", "up to 1h"},
	    {"{id: s, run: a, confirm: b}", "up to 5m, and what people take"},
	    /* attempts and the pauses between them */
	    {"{id: s, look: a, timeout: 2s, retry: 3}", "up to 8s"},
	    {"{id: s, look: a, timeout: 2s, retry: {times: 1, every: 1h}}", "up to 2s"},
	    {"{id: s, look: a, timeout: 1s, retry: {times: 4, every: 1s, backoff: 2}}", "up to 11s"},
	    {"{id: s, look: a, timeout: 1s, retry: {times: 3, every: 20h, backoff: 2}}", "up to 1d20h3s"},
	    {"{id: s, look: a, timeout: 2s, retry: {for: 9s}}", "up to 9s"},
	    {"{id: s, look: a, timeout: 2s, retry: {times: 3, for: 1h}}", "up to 8s"},
	    {"{id: s, look: a, timeout: 1s, retry: {times: 2000, every: 1ms, backoff: 2}}",
		"up to 1973d13h50m17s727ms"},
	    {"{id: s, look: a, timeout: 7d, retry: {times: 9000000000000000}}", "no limit that is known"},
	    /* looks around it */
	    {"{id: s, run: a, verify: {look: b, within: 10s}}", "up to 5m10s"},
	    {"{id: s, run: a, verify: {look: b}, done_if: {look: c, timeout: 5s}}", "up to 5m35s"},
	    {"{id: s, look: a, stop_on: {after: 20s}}", "up to 20s"},
	    {"{id: s, look: a, stop_on: {operator: true}}", "as long as people take"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct told t;
		struct rb_buf text;

		rb_buf_init(&text, NULL, 4096);
		rb_buf_fmt(&text, "steps: [%s]\n", rows[i].step);
		told_load(&t, rb_buf_cstr(&text));
		told_run(&t);
		rb_buf_clear(&text);
		rb_buf_fmt(&text, "|%s\n", rows[i].time);
		assert_true(told_has(&t, rb_buf_cstr(&text)));
		/* The run takes as long as its one step, and says when that is the one that waits for people.
		 */
		rb_buf_clear(&text);
		rb_buf_fmt(&text, "row time|%s%s", rows[i].time,
		    strstr(rows[i].time, "people") != NULL ? " (s)|" : "");
		assert_true(told_has(&t, rb_buf_cstr(&text)));
		rb_buf_free(&text);
		told_free(&t);
	}
}

/* The total names what leaves it open. */
static void
test_what_has_no_bound(void **state)
{
	static const struct {
		const char *steps, *time;
	} rows[] = {
	    {"[{id: s, look: a, timeout: '${t}'}, {id: u, look: b, timeout: '${t}'}]",
		"no limit that is known; how long `s` takes is not known yet"},
	    {"[{look: a, timeout: '${t}'}]",
		"no limit that is known; how long line 3 takes is not known yet"},
	    {"[{id: s, look: a, retry: {for: '${t}'}}]",
		"no limit that is known; how often `s` is tried is not known yet"},
	    {"[{id: a, look: a}, {id: s, for_each: {in: 'lines(a.stdout)', as: x}, look: $x}]",
		"no limit that is known; how many items `s` has is not known yet"},
	    {"[{id: s, wait: '${t}'}]", "no limit that is known; how long `s` takes is not known yet"},
	    {"[{id: s, run: a, verify: {look: b, within: '${t}'}}]",
		"no limit that is known; how long line 3 takes is not known yet"},
	    {"[{id: s, ask: a}]", "as long as people take (s)"},
	    {"[{id: s, ask: a}, {id: u, manual: b}]", "as long as people take (s and others)"},
	    {"[{id: s, look: a}, {id: u, run: a, confirm: b}]", "up to 5m30s, and what people take (u)"},
	    {"[{id: s, look: a, timeout: '${t}'}, {id: u, ask: b}]",
		"no limit that is known, and what people take (u); how long `s` takes is not known yet"},
	    /* what has a limit of its own is bounded by it */
	    {"[{id: s, timeout: 5s, block: [{look: a, timeout: '${t}'}]}]", "up to 5s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_buf text;
		struct told t;

		rb_buf_init(&text, NULL, 4096);
		rb_buf_fmt(&text, "inputs: {t: {type: duration}}\nsteps: %s\n", rows[i].steps);
		told_load(&t, rb_buf_cstr(&text));
		told_run(&t);
		rb_buf_clear(&text);
		rb_buf_fmt(&text, "row time|%s|", rows[i].time);
		assert_true(told_has(&t, rb_buf_cstr(&text)));
		told_free(&t);
		rb_buf_free(&text);
	}
}

static void
test_runs(void **state)
{
	static const struct {
		const char *file, *time;
	} rows[] = {
	    /* the longest arm, and not their sum */
	    {"steps: [{id: a, look: a, timeout: 1s, match: {x: x}},\n"
	     "  {branch: [{if: a.x, then: [{wait: 5s}]}, {else: [{wait: 1m}]}]}]\n",
		"up to 1m1s"},
	    /* the longest look; or as they take turns */
	    {"steps: [{checks: [{id: a, tcp: 'h:1', timeout: 1s}, {id: b, tcp: 'h:2', timeout: 4s}]}]\n",
		"up to 4s"},
	    {"steps: [{max: 1, checks: [{id: a, tcp: 'h:1', timeout: 1s}, {id: b, tcp: 'h:2', timeout: "
	     "4s}]}]\n",
		"up to 5s"},
	    /* a block's own limit */
	    {"steps: [{id: g, timeout: 3s, block: [{wait: 5s}]}]\n", "up to 3s"},
	    {"steps: [{block: [{wait: 5s}], finally: [{wait: 1s}]}]\n", "up to 6s"},
	    {"steps: [{wait: 1s, for_each: {in: [a, b, c], as: x}}]\n", "up to 3s"},
	    /* edges: the longest of those of which one is taken */
	    {"steps: [{look: a, timeout: 1s, on_pass: [{wait: 2s}], on_fail: [{wait: 7s}]}]\n", "up to 8s"},
	    /* visited three times, four times, and both */
	    {"steps: [{id: a, wait: 1s}, {look: b, timeout: 1s, on_fail: goto a}, {wait: 1m}]\n",
		"up to 1m6s"},
	    {"steps: [{id: a, wait: 1s, max_visits: 1}, {look: b, timeout: 1s, on_fail: goto a}]\n",
		"up to 2s"},
	    {"steps: [{id: a, wait: 1s}, {id: b, wait: 1s, max_visits: 4}, {look: c, timeout: 1s, on_fail: "
	     "goto b},\n"
	     "  {look: d, timeout: 1s, on_fail: goto a}]\n",
		"up to 30s"},
	    /* each call counts, though it is told once */
	    {"steps: [{call: p}, {call: p}]\nprocedures: {p: {steps: [{wait: 2s}]}}\n", "up to 4s"},
	    {"steps: [{wait: 1s}]\nsetup: [{wait: 1s}]\nfinally: [{wait: 1s}]\n"
	     "escalate: [{after: 1s, steps: [{wait: 1h}]}, {on: failed, steps: [{wait: 1s}]}]\n",
		"up to 4s"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct told t;
		struct rb_str want;

		told_load(&t, rows[i].file);
		told_run(&t);
		want = rb_arena_fmt(&t.arena, "row time|%s|\n", rows[i].time);
		assert_true(told_has(&t, want.p));
		told_free(&t);
	}
}

static void
test_own_limit(void **state)
{
	struct told t;

	(void)state;
	told_load(&t, "timeout: 1m\nsteps: [{wait: 2m}]\n");
	told_run(&t);
	assert_true(
	    told_has(&t, "row time|up to 2m|the run's own limit is 1m: after it, nothing new would start\n"));
	told_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_what_has_no_bound), cmocka_unit_test(test_runs),
	    cmocka_unit_test(test_own_limit)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
