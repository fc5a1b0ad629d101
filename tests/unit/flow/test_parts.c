/* The small parts of flow: its heap of deadlines, and reasons. */
#include "mockdriver.h"

#include "flow/state.h"

/* ---- deadlines ---- */

enum { TIMERS = 500 };

struct alarm {
	struct rb_timer timer;
	unsigned number;
};

struct rung_bell {
	unsigned order[TIMERS];
	size_t len;
};
static struct rb_flow heap_flow;
static struct rung_bell bell;

static void
ring(struct rb_flow *f, void *ctx)
{
	(void)f;
	bell.order[bell.len++] = ((struct alarm *)ctx)->number;
}

static void
test_deadlines(void **state)
{
	static struct alarm alarms[TIMERS];
	unsigned seed = 1;

	(void)state;
	memset(&heap_flow, 0, sizeof(heap_flow));
	memset(&bell, 0, sizeof(bell));
	assert_true(rb_timer_next(&heap_flow) == RB_NEVER);
	for (unsigned i = 0; i < TIMERS; i++) {
		seed = seed * 1103515245 + 12345;
		alarms[i].number = i;
		rb_timer_set(&heap_flow, &alarms[i].timer, (int64_t)(seed >> 16) % 50, ring, &alarms[i]);
	}
	/* set again, stopped, stopped twice, never */
	rb_timer_set(&heap_flow, &alarms[7].timer, 60, ring, &alarms[7]);
	for (unsigned i = 0; i < TIMERS; i += 3)
		rb_timer_stop(&heap_flow, &alarms[i].timer);
	rb_timer_stop(&heap_flow, &alarms[0].timer);
	rb_timer_set(&heap_flow, &alarms[0].timer, RB_NEVER, ring, &alarms[0]);
	assert_true(rb_timer_next(&heap_flow) >= 0);
	assert_false(rb_timer_fire(&heap_flow, -1));
	while (rb_timer_fire(&heap_flow, 100))
		;
	assert_int_equal(bell.len, TIMERS - (TIMERS + 2) / 3);
	for (size_t i = 1; i < bell.len; i++) {
		const struct rb_timer *a = &alarms[bell.order[i - 1]].timer,
				      *b = &alarms[bell.order[i]].timer;

		assert_true(a->when < b->when || (a->when == b->when && a->seq < b->seq));
	}
	assert_int_equal(bell.order[bell.len - 1], 7);
	rb_alloc_free(NULL, heap_flow.timers.heap);
}

/* ---- reasons ---- */

static void
test_reasons(void **state)
{
	char text[3000];
	struct rb_reason r;

	(void)state;
	rb_reason_set(&r, RB_STR("no"));
	assert_string_equal(r.p, "no");
	rb_reason_fmt(&r, "first %.*s, then %s", RB_STR_ARG(rb_reason_str(&r)), "yes");
	assert_string_equal(r.p, "first no, then yes");
	/* cut at a whole character, and said so */
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[sizeof(text) - 1] = '\0';
	for (size_t from = 0; from < 2; from++) {
		rb_reason_set(&r, (struct rb_str){text + from * 2, sizeof(text) - 3});
		assert_true(r.n < RB_REASON_MAX);
		assert_string_equal(r.p + r.n - 3, "…");
		assert_memory_equal(r.p + r.n - 5, "\xc3\xa9", 2);
		rb_reason_fmt(&r, "%s%s", from == 0 ? "" : "x", text);
		assert_true(r.n < RB_REASON_MAX);
		assert_string_equal(r.p + r.n - 3, "…");
		assert_memory_equal(r.p + r.n - 5, "\xc3\xa9", 2);
	}
	rb_reason_value(&r, NULL, "if", rb_v_unset(RB_STR("a.b")));
	assert_string_equal(r.p, "if: `a.b` is unset");
	rb_reason_value(&r, NULL, "", rb_v_unknown(RB_STR("<a.b>")));
	assert_string_equal(r.p, "<a.b> cannot be known yet");
	assert_int_equal(r.n, strlen(r.p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_deadlines), cmocka_unit_test(test_reasons)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
