/* Which runs are kept, and how they stand. */
#include "record/support.h"

#include <sys/file.h>

#include "event/line.h"

static void
put_event(int fd, enum rb_event_type type, uint64_t seq, size_t padding)
{
	struct rb_event ev;
	struct rb_buf line, text;

	rb_buf_init(&line, NULL, RB_RECORD_LINE_MAX);
	rb_buf_init(&text, NULL, RB_RECORD_LINE_MAX);
	rb_buf_pad(&text, 'x', padding);
	rb_event_init(&ev, type, NULL);
	ev.seq = seq;
	ev.wall = 1000 * RB_SECOND;
	ev.mono = (int64_t)seq * RB_SECOND;
	if (type == RB_EV_RUN_START) {
		rb_event_num(&ev, "version", RB_TRANSCRIPT_VERSION);
		rb_event_text(&ev, "runbook", RB_STR("api-down"));
		rb_event_text(&ev, "title", RB_STR("API server is down"));
		rb_event_text(&ev, "operator", RB_STR("ana"));
		rb_event_num(&ev, "pid", 4242);
	} else if (type == RB_EV_RUN_END) {
		rb_event_text(&ev, "outcome", RB_STR("escalated"));
		rb_event_text(&ev, "reason", rb_buf_view(&text));
		rb_event_num(&ev, "exit", 3);
		rb_event_num(&ev, "elapsed", 90 * RB_SECOND);
	} else {
		rb_event_text(&ev, "text", rb_buf_view(&text));
	}
	rb_event_line(&ev, &line);
	assert_int_equal(rb_io_write_all(&rb_io_system, fd, line.p, line.len), line.len);
	rb_buf_free(&line);
	rb_buf_free(&text);
}

/* A run with this id in a place; its transcript's descriptor stays open. */
static int
make_run(struct world *w, size_t place, const char *id, const char *name)
{
	struct rb_places only = {.place = {w->places.place[place]}, .n = 1};
	struct rb_rundir dir;
	int fd;

	if (rb_rundir_make(&dir, NULL, NULL, &only, id, 0, &w->why) < 0)
		fail_msg("%s", rb_buf_cstr(&w->why));
	fd = rb_rundir_file(&dir, name);
	assert_true(fd >= 0);
	rb_rundir_close(&dir);
	return fd;
}

static void
outcome_is(const struct rb_past_run *run, const char *want)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, 1024);
	rb_past_outcome(run, 1180 * RB_SECOND, &out);
	assert_string_equal(rb_buf_cstr(&out), want);
	rb_buf_free(&out);
}

static void
each_state(void **state)
{
	char path[PATH_MAX];
	struct rb_arena arena;
	struct rb_past_run *runs;
	struct world w;
	size_t n;
	int fd, running;

	(void)state;
	world_open(&w);
	rb_arena_init(&arena, NULL);
	assert_int_equal(rb_past_list(&arena, &w.places, 0, &runs, &n, &w.why), 0);
	assert_int_equal(n, 0);

	fd = make_run(&w, 0, "20261122-030405-aaaa", "transcript.jsonl");
	put_event(fd, RB_EV_RUN_START, 1, 0);
	put_event(fd, RB_EV_RUN_END, 2, 300000); /* larger than what is read at first */
	close(fd);
	running = make_run(&w, 0, "20261122-030406-bbbb", "transcript.jsonl");
	assert_int_equal(flock(running, LOCK_EX), 0);
	put_event(running, RB_EV_RUN_START, 1, 0);
	put_event(running, RB_EV_SAY, 2, 0);
	fd = make_run(&w, 0, "20261122-030407-cccc", "transcript.jsonl");
	put_event(fd, RB_EV_RUN_START, 1, 0);
	put_event(fd, RB_EV_SAY, 2, 0);
	put_event(fd, RB_EV_SAY, 31, 0);
	assert_int_equal(write(fd, "{\"seq\":32,", 10), 10);
	close(fd);
	close(make_run(&w, 0, "20261122-030408-dddd", "transcript.jsonl"));
	close(make_run(&w, 0, "20261122-030409-eeee", "other"));
	snprintf(path, sizeof(path), "%s/runs/lost+found", w.first);
	assert_int_equal(mkdir(path, 0700), 0);

	assert_int_equal(rb_past_list(&arena, &w.places, 0, &runs, &n, &w.why), 0);
	assert_int_equal(n, 5);
	assert_true(rb_str_is(runs[0].id, "20261122-030409-eeee"));
	assert_int_equal(runs[0].state, RB_RUN_UNREADABLE);
	outcome_is(&runs[0], "unreadable: it has no transcript");
	assert_int_equal(runs[1].state, RB_RUN_UNREADABLE);
	outcome_is(&runs[1], "unreadable: it holds no record");
	assert_int_equal(runs[2].state, RB_RUN_DIED);
	assert_int_equal(runs[2].elapsed, 30 * RB_SECOND);
	outcome_is(&runs[2], "died (started 3m00s ago)");
	assert_int_equal(runs[3].state, RB_RUN_RUNNING);
	outcome_is(&runs[3], "still running (pid 4242)");
	assert_true(rb_str_is(runs[4].id, "20261122-030405-aaaa"));
	assert_int_equal(runs[4].state, RB_RUN_ENDED);
	assert_true(rb_str_is(runs[4].runbook, "api-down"));
	assert_true(rb_str_is(runs[4].title, "API server is down"));
	assert_true(rb_str_is(runs[4].user, "ana"));
	assert_int_equal(runs[4].started, 1000 * RB_SECOND);
	assert_int_equal(runs[4].elapsed, 90 * RB_SECOND);
	assert_int_equal(runs[4].exit, 3);
	assert_int_equal(runs[4].reason.n, 300000);
	outcome_is(&runs[4], "escalated");

	assert_int_equal(rb_past_list(&arena, &w.places, 2, &runs, &n, &w.why), 0);
	assert_int_equal(n, 2);
	close(running);
	assert_int_equal(rb_past_list(&arena, &w.places, 0, &runs, &n, &w.why), 0);
	assert_int_equal(runs[3].state, RB_RUN_DIED); /* the lock went with its writer */
	rb_arena_free(&arena);
	world_close(&w);
}

static void
segments_in_several_places(void **state)
{
	char path[PATH_MAX];
	struct rb_arena arena;
	struct rb_past_run run;
	struct world w;
	int fd;

	(void)state;
	world_open(&w);
	rb_arena_init(&arena, NULL);
	fd = make_run(&w, 0, "20261122-030405-aaaa", "transcript.jsonl");
	put_event(fd, RB_EV_RUN_START, 1, 0);
	put_event(fd, RB_EV_SAY, 2, 0);
	close(fd);
	fd = make_run(&w, 1, "20261122-030405-aaaa", "transcript.2.jsonl");
	put_event(fd, RB_EV_WARNING, 0, 0);
	assert_int_equal(rb_past_find(&arena, &w.places, RB_STR("aaaa"), &run, &w.why), 0);
	assert_int_equal(run.nsegments, 2);
	assert_int_equal(run.state, RB_RUN_DIED);
	assert_int_equal(run.elapsed, RB_SECOND); /* the second has only its heading yet */
	put_event(fd, RB_EV_RUN_END, 3, 0);
	close(fd);
	assert_int_equal(rb_past_find(&arena, &w.places, RB_STR("aaaa"), &run, &w.why), 0);
	assert_int_equal(run.state, RB_RUN_ENDED);
	assert_true(rb_str_starts(run.segments[1], w.second));
	assert_true(rb_str_starts(run.folder, w.first));

	/* what another user could have put there does not count */
	snprintf(path, sizeof(path), "%s/runs", w.second);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(rb_past_find(&arena, &w.places, RB_STR("aaaa"), &run, &w.why), 0);
	assert_int_equal(run.nsegments, 1);
	rb_arena_free(&arena);
	world_close(&w);
}

static void
find_by_what_is_typed(void **state)
{
	static const struct {
		const char *text, *id, *why;
	} rows[] = {
	    {"", "20261123-030405-7f3b", NULL},
	    {"7f3a", "20261122-030405-7f3a", NULL},
	    {"3b", "20261123-030405-7f3b", NULL},
	    {"20261122-030405-7f3a", "20261122-030405-7f3a", NULL},
	    {"20261123", "20261123-030405-7f3b", NULL},
	    {"2026", NULL,
		"\"2026\" means several runs: 20261123-030405-7f3b, 20261122-030406-0000, "
		"20261122-030405-7f3a"},
	    {"zzzz", NULL, "no run \"zzzz\" is kept here; runbook runs lists them"},
	    {"20261122-030405-7f3a-and-more", NULL,
		"no run \"20261122-030405-7f3a-and-more\" is kept here; runbook runs lists them"},
	    {"../7f3a", NULL, "no run \"../7f3a\" is kept here; runbook runs lists them"},
	};
	struct rb_arena arena;
	struct rb_past_run run;
	struct world w;

	(void)state;
	world_open(&w);
	rb_arena_init(&arena, NULL);
	assert_int_equal(rb_past_find(&arena, &w.places, RB_STR(""), &run, &w.why), -1);
	assert_string_equal(rb_buf_cstr(&w.why), "no run is kept here");
	close(make_run(&w, 0, "20261122-030405-7f3a", "transcript.jsonl"));
	close(make_run(&w, 1, "20261123-030405-7f3b", "transcript.jsonl"));
	close(make_run(&w, 0, "20261122-030406-0000", "transcript.jsonl"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rb_buf_clear(&w.why);
		assert_int_equal(rb_past_find(&arena, &w.places, rb_str_c(rows[i].text), &run, &w.why),
		    rows[i].id != NULL ? 0 : -1);
		if (rows[i].id != NULL)
			assert_true(rb_str_is(run.id, rows[i].id));
		else
			assert_string_equal(rb_buf_cstr(&w.why), rows[i].why);
	}
	rb_arena_free(&arena);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_state),
	    cmocka_unit_test(segments_in_several_places),
	    cmocka_unit_test(find_by_what_is_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
