/* `start` at the edges that no runbook meets for sure: what comes to it while its program is ended already.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exec/job.h"

enum { VALUES = 8 };

/* A program whose end has begun is not kept, whether its probe says late that it is up or the operator that
 * it is enough: who kept it would tell of a program that lives. */
static void
a_program_that_was_told_to_end_is_not_kept(void **state)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
	static const enum rb_cancel late[] = {RB_CANCEL_DETACH, RB_CANCEL_STOP};
	const struct rb_exec_options options = {.environ_ = env, .tty = -1};
	struct rb_value values[VALUES];
	struct rb_vmap none = {.len = 0};
	struct rb_source src = {.path = RB_STR("/")};
	struct rb_unit unit = {.src = &src};
	struct rb_value no_map = {.kind = RB_V_MAP, .map = &none};
	struct rb_step probe = {.id = RB_STR("probe")};
	struct rb_probe ready = {.step = &probe};
	struct rb_step step = {
	    .id = RB_STR("app"), .unit = &unit, .kind = rb_run_start.kind, .ready = &ready};
	struct rb_request request = {
	    .step = &step, .kind = rb_run_start.kind, .values = values, .env = no_map, .secret_env = no_map};

	(void)state;
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		struct rb_attempt at = {.step = &step, .request = &request};
		struct rb_exec *x = rb_exec_new(&options);
		struct rb_arena arena;
		struct rb_job job;

		assert_non_null(x);
		memset(values, 0, sizeof(values));
		values[RB_ARG_SCRIPT_SCRIPT] = rb_v_text(RB_STR("exec sleep 60"));
		rb_arena_init(&arena, NULL);
		job = (struct rb_job){.x = x, .runner = &rb_run_start, .at = &at, .arena = &arena};
		rb_run_start.start(&job);
		assert_false(job.done);
		job.cancelled = true;
		job.why = RB_CANCEL_TIMEOUT;
		rb_run_start.cancel(&job, RB_CANCEL_TIMEOUT);
		rb_run_start.cancel(&job, late[i]);
		assert_null(x->daemons);
		while (!job.done)
			assert_true(rb_loop_step(x->loop, 60 * RB_SECOND) >= 0);
		assert_int_equal(job.res.ended, RB_ENDED_CANCELLED);
		assert_null(x->daemons);
		rb_run_start.close(&job);
		rb_arena_free(&arena);
		rb_exec_free(x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_that_was_told_to_end_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
