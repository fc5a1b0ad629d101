/* The transcript's writer: what is on disk when, and what happens when the disk will not. */
#include "record/support.h"

enum { STEPS = 6, EVENTS = 2 + 2 * STEPS };

/* A run that is written to a world: bus, folder, outputs, transcript. */
struct run {
	struct world *w;
	struct rb_bus *bus;
	struct rb_rundir dir;
	struct rb_outputs *outputs;
	struct rb_transcript *t;
	int last[2]; /* a pipe in place of stderr */
	struct rb_buf troubles;
	char first_path[PATH_MAX];
};

static void
on_trouble(void *ctx, const char *text)
{
	struct run *run = ctx;

	rb_buf_fmt(&run->troubles, "%s\n", text);
}

static int64_t
tick(void *ctx)
{
	static const int64_t base = 1795316645678 * RB_MS;

	(void)ctx;
	return base;
}

static int
run_open(struct run *run, struct world *w, const char *given)
{
	struct rb_transcript_config config = {.io = &w->faulty.io,
	    .places = &w->places,
	    .dir = &run->dir,
	    .given = given,
	    .trouble = on_trouble,
	    .trouble_ctx = run};

	memset(&run->troubles, 0, sizeof(run->troubles));
	run->w = w;
	run->bus = rb_bus_new(NULL, NULL, tick, tick, NULL);
	rb_buf_init(&run->troubles, NULL, 65536);
	rb_rundir_make(&run->dir, NULL, &w->faulty.io, &w->places, NULL, tick(NULL), &w->why);
	run->outputs = rb_outputs_new(NULL, &run->dir, 0, 0, NULL, NULL);
	assert_int_equal(pipe2(run->last, O_CLOEXEC | O_NONBLOCK), 0);
	config.outputs = run->outputs;
	config.last_fd = run->last[1];
	if (rb_transcript_open(&run->t, &config, &w->why) < 0)
		return -1;
	snprintf(run->first_path, sizeof(run->first_path), "%s", rb_transcript_path(run->t));
	rb_bus_add(run->bus, rb_transcript_sink(run->t));
	return 0;
}

static void
run_close(struct run *run)
{
	rb_transcript_close(run->t);
	rb_outputs_free(run->outputs);
	rb_rundir_close(&run->dir);
	rb_bus_free(run->bus);
	rb_buf_free(&run->troubles);
	close(run->last[0]);
	close(run->last[1]);
}

static int
say_start(struct run *run)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_RUN_START, NULL);
	rb_event_num(&ev, "version", RB_TRANSCRIPT_VERSION);
	rb_event_text(&ev, "run", rb_str_c(run->dir.id));
	return rb_bus_emit(run->bus, &ev);
}

static int
say_attempt(struct run *run, unsigned step, bool durable)
{
	char name[32];
	struct rb_where where = {.item = -1, .visit = 1, .attempt = 1};
	struct rb_bus_output *out;
	struct rb_event ev;
	int result;

	snprintf(name, sizeof(name), "step_%u", step);
	where.step = where.id = rb_str_c(name);
	rb_event_init(&ev, RB_EV_ATTEMPT_START, &where);
	ev.durable = durable;
	rb_event_text(&ev, "effect", durable ? RB_STR("change") : RB_STR("read"));
	result = rb_bus_emit(run->bus, &ev);
	out = rb_bus_output_open(run->bus, &where, RB_STDOUT);
	rb_bus_output_write(out, rb_str_c(name));
	rb_bus_output_close(out);
	rb_event_init(&ev, RB_EV_ATTEMPT_END, &where);
	rb_event_text(&ev, "outcome", RB_STR("passed"));
	rb_event_text(&ev, "stdout_file", RB_STR("made up"));
	assert_int_equal(rb_bus_emit(run->bus, &ev), 0);
	return result;
}

static int
say_end(struct run *run)
{
	struct rb_event ev;

	rb_event_init(&ev, RB_EV_RUN_END, NULL);
	ev.durable = true;
	rb_event_text(&ev, "outcome", RB_STR("resolved"));
	return rb_bus_emit(run->bus, &ev);
}

struct count {
	uint64_t events, headings;
};

static int
count_event(void *ctx, const struct rb_event *ev)
{
	struct count *count = ctx;

	if (ev->seq == 0)
		count->headings++;
	else
		count->events++;
	return 0;
}

/* Reads the run back over all its segments. */
static struct count
read_back(struct world *w, struct rb_read *read)
{
	const char *paths[8];
	struct count count = {0, 0};
	struct rb_arena arena;
	struct rb_past_run run;

	rb_arena_init(&arena, NULL);
	rb_buf_clear(&w->why);
	if (rb_past_find(&arena, &w->places, RB_STR(""), &run, &w->why) < 0)
		fail_msg("%s", rb_buf_cstr(&w->why));
	assert_in_range(run.nsegments, 1, 8);
	for (size_t i = 0; i < run.nsegments; i++)
		paths[i] = run.segments[i].p;
	if (rb_transcript_read(NULL, paths, run.nsegments, count_event, &count, read, &w->why) < 0)
		fail_msg("%s", rb_buf_cstr(&w->why));
	rb_arena_free(&arena);
	return count;
}

static void
records_are_lines(void **state)
{
	struct run run;
	struct rb_str text;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	assert_int_equal(say_start(&run), 0);
	assert_int_equal(say_attempt(&run, 1, false), 0);
	assert_int_equal(mode_of(run.first_path), 0600);
	text = slurp(run.first_path);
	assert_non_null(strstr(text.p, "\"stdout_file\":\"001-step_1.1.stdout\",\"stdout_bytes\":6}\n"));
	assert_null(strstr(text.p, "made up"));
	assert_null(strstr(text.p, "left_out"));
	assert_true(
	    rb_str_starts(text, "{\"seq\":1,\"type\":\"run_start\",\"time\":\"2026-11-22T03:04:05.678Z\","));
	assert_int_equal(text.p[text.n - 1], '\n');
	drop(text);
	run_close(&run);
	world_close(&w);
}

static void
durable_means_on_disk(void **state)
{
	struct rb_event ev;
	struct run run;
	struct world w;
	const char *log;

	(void)state;
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	memset(w.faulty.log, 0, sizeof(w.faulty.log));
	say_start(&run);
	say_attempt(&run, 1, false);
	assert_null(strchr(w.faulty.log, 's'));
	memset(w.faulty.log, 0, sizeof(w.faulty.log));
	rb_event_init(&ev, RB_EV_ATTEMPT_START, NULL);
	ev.durable = true;
	assert_int_equal(rb_bus_emit(run.bus, &ev), 0);
	log = w.faulty.log;
	assert_int_equal(*log++, 'w');    /* the record in one write */
	assert_int_equal(*log++, 's');    /* then the file's data */
	assert_string_equal(log, "SSSS"); /* and the first time each folder on the way to it */
	memset(w.faulty.log, 0, sizeof(w.faulty.log));
	assert_int_equal(rb_bus_emit(run.bus, &ev), 0);
	assert_string_equal(w.faulty.log, "ws");
	rb_event_init(&ev, RB_EV_PROGRESS, NULL);
	assert_int_equal(rb_bus_emit(run.bus, &ev), 0);
	assert_string_equal(w.faulty.log, "ws");
	run_close(&run);
	world_close(&w);
}

static void
space_is_kept_for_records(void **state)
{
	struct stat writing, closed;
	struct run run;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	say_start(&run);
	for (unsigned i = 0; i < 1000; i++)
		say_attempt(&run, i, false);
	assert_in_range(w.faulty.count[RESERVE], 2, 100);
	assert_int_equal(stat(run.first_path, &writing), 0);
	run_close(&run);
	assert_int_equal(stat(run.first_path, &closed), 0);
	assert_int_equal(closed.st_size, writing.st_size);
	if (writing.st_blocks * 512 >= writing.st_size + RB_TRANSCRIPT_RESERVE / 4) /* the file system can */
		assert_true(closed.st_blocks < writing.st_blocks);
	world_close(&w);
}

static void
a_fault_costs_nothing(const struct faulty *fault, bool in_first)
{
	struct rb_read read;
	struct count count;
	struct run run;
	struct world w;
	struct rb_str left;

	world_open(&w);
	w.faulty.op = fault->op;
	w.faulty.nth = fault->nth;
	w.faulty.sticky = fault->sticky;
	w.faulty.error = fault->error;
	w.faulty.half = fault->half;
	w.faulty.under = in_first ? w.first : w.root;
	assert_int_equal(run_open(&run, &w, NULL), 0);
	assert_int_equal(say_start(&run), 0);
	for (unsigned i = 1; i <= STEPS; i++)
		assert_int_equal(say_attempt(&run, i, i % 2 == 0), 0);
	assert_int_equal(say_end(&run), 0);
	w.faulty.nth = 0;
	count = read_back(&w, &read);
	assert_int_equal(count.events, EVENTS);
	assert_true(read.ended);
	assert_int_equal(read.last, EVENTS);
	assert_int_equal(read.torn, 0);
	if (exists(run.first_path)) { /* what was given up ends at the end of a record */
		left = slurp(run.first_path);
		assert_true(left.n == 0 || left.p[left.n - 1] == '\n');
		drop(left);
	}
	if (strcmp(run.first_path, rb_transcript_path(run.t)) != 0) {
		assert_true(count.headings <= 1);
		assert_non_null(
		    strstr(rb_buf_cstr(&run.troubles), strerror(fault->half ? ENOSPC : fault->error)));
		assert_non_null(strstr(rb_buf_cstr(&run.troubles), "it goes on in "));
	}
	run_close(&run);
	world_close(&w);
}

static void
any_call_may_fail(void **state)
{
	static const enum op ops[] = {OPEN, WRITE, SYNC, RESERVE, LOCK};
	static const int errors[] = {EIO, ENOSPC, EINTR, EDQUOT};

	(void)state;
	for (size_t op = 0; op < sizeof(ops) / sizeof(ops[0]); op++) {
		for (size_t error = 0; error < sizeof(errors) / sizeof(errors[0]); error++) {
			for (unsigned nth = 1; nth <= 24; nth++) {
				struct faulty fault = {.op = ops[op], .nth = nth, .error = errors[error]};

				if (errors[error] == EINTR && ops[op] != WRITE)
					continue; /* of these only write is restarted by us */
				a_fault_costs_nothing(&fault, false); /* once, anywhere */
				fault.half = ops[op] == WRITE && errors[error] != EINTR;
				a_fault_costs_nothing(&fault, false);
				if (errors[error] == EINTR)
					continue;
				fault.sticky = true;
				a_fault_costs_nothing(&fault, true); /* for good, in the first place */
				fault.half = false;
				a_fault_costs_nothing(&fault, true);
			}
		}
	}
}

static void
no_disk_at_all(void **state)
{
	static const struct {
		enum op op;
		unsigned nth;
		bool half;
	} rows[] = {{MKDIR, 1, false}, {OPEN, 1, false}, {WRITE, 1, false}, {WRITE, 4, true},
	    {SYNC, 1, false}, {WRITE, 8, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[65536];
		unsigned refused = 0;
		struct run run;
		struct world w;
		ssize_t n;

		world_open(&w);
		w.faulty.op = rows[i].op;
		w.faulty.nth = rows[i].nth;
		w.faulty.half = rows[i].half;
		w.faulty.sticky = true;
		w.faulty.error = ENOSPC;
		w.faulty.under = w.root;
		if (rows[i].op == MKDIR)
			assert_int_equal(mkdir(w.first, 0700), 0);
		assert_int_equal(run_open(&run, &w, NULL), 0);
		say_start(&run);
		for (unsigned step = 1; step <= STEPS; step++) {
			bool durable = step % 2 == 0;
			int result = say_attempt(&run, step, durable);

			assert_true(durable || result == 0);
			refused += result < 0 ? 1 : 0;
			/* once refused, always refused */
			assert_true(!durable || refused == 0 || result < 0);
		}
		assert_true(refused > 0);
		assert_int_equal(say_end(&run), -1);
		n = read(run.last[0], text, sizeof(text) - 1);
		assert_true(n > 0);
		text[n] = '\0';
		assert_true(
		    rb_str_starts(rb_str_c(text), "runbook: NO PLACE IS LEFT TO KEEP THE RECORD of run "));
		assert_null(strstr(text + 10, "NO PLACE"));
		assert_non_null(strstr(text, "\"type\":\"run_end\""));
		assert_non_null(strstr(rb_buf_cstr(&run.troubles), "no place is left for it"));
		assert_string_equal(rb_transcript_path(run.t), "");
		run_close(&run);
		world_close(&w);
	}
}

static void
what_an_fsync_lost_is_written_again(void **state)
{
	char path[PATH_MAX + 64];
	struct rb_read read;
	struct count count;
	struct rb_str text;
	struct run run;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	say_start(&run);
	say_attempt(&run, 1, true);
	say_attempt(&run, 2, false);
	text = slurp(run.first_path);
	w.faulty.op = SYNC;
	w.faulty.count[SYNC] = 0;
	w.faulty.nth = 1;
	w.faulty.error = EIO;
	assert_int_equal(say_attempt(&run, 3, true), 0);
	assert_int_equal(say_end(&run), 0);
	assert_string_not_equal(run.first_path, rb_transcript_path(run.t));
	/* the kernel threw away what was not synced: of the first file only the synced records are left */
	spit(run.first_path, rb_str_cut(text, 0, rb_str_find(text, RB_STR("{\"seq\":3,"), 0)));
	drop(text);
	count = read_back(&w, &read);
	assert_int_equal(count.events, 8);
	assert_int_equal(count.headings, 1);
	snprintf(path, sizeof(path), "%s/runs/%s/transcript.2.jsonl", w.second, run.dir.id);
	assert_string_equal(path, rb_transcript_path(run.t));
	text = slurp(path);
	assert_true(rb_str_starts(text, "{\"seq\":0,\"type\":\"warning\""));
	assert_non_null(strstr(text.p, "\"code\":\"transcript_continues\"}\n{\"seq\":3,"));
	assert_non_null(strstr(text.p, strerror(EIO)));
	drop(text);
	run_close(&run);
	world_close(&w);
}

static void
much_that_is_not_durable(void **state)
{
	char *big = malloc(300000);
	struct rb_event ev;
	struct run run;
	struct world w;

	(void)state;
	memset(big, 'x', 300000);
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	say_start(&run);
	for (unsigned i = 0; i < 20; i++) {
		rb_event_init(&ev, RB_EV_SAY, NULL);
		rb_event_text(&ev, "text", (struct rb_str){big, 300000});
		assert_int_equal(rb_bus_emit(run.bus, &ev), 0);
	}
	/* no more than RB_TRANSCRIPT_UNSYNCED is kept in memory: synced at every fourth */
	assert_in_range(w.faulty.count[SYNC], 4, 10);
	run_close(&run);
	world_close(&w);
	free(big);
}

static void
a_given_path(void **state)
{
	char path[PATH_MAX], pointer[PATH_MAX + 64];
	struct rb_read read;
	struct rb_str text;
	struct run run;
	struct world w;

	(void)state;
	world_open(&w);
	snprintf(path, sizeof(path), "%s/my.jsonl", w.root);
	assert_int_equal(run_open(&run, &w, path), 0);
	assert_string_equal(rb_transcript_path(run.t), path);
	say_start(&run);
	assert_int_equal(say_attempt(&run, 1, true), 0);
	assert_int_equal(mode_of(path), 0600);
	snprintf(pointer, sizeof(pointer), "%s/transcript.at", run.dir.path);
	text = slurp(pointer);
	assert_true(rb_str_starts(text, path));
	drop(text);
	assert_int_equal(read_back(&w, &read).events, 3);
	run_close(&run);
	world_close(&w);

	/* its disk fails: the run's own folder takes over, and the reader follows */
	world_open(&w);
	snprintf(path, sizeof(path), "%s/my.jsonl", w.root);
	w.faulty.under = path;
	w.faulty.op = WRITE;
	w.faulty.nth = 3;
	w.faulty.error = EIO;
	w.faulty.sticky = true;
	assert_int_equal(run_open(&run, &w, path), 0);
	say_start(&run);
	assert_int_equal(say_attempt(&run, 1, true), 0);
	assert_int_equal(say_attempt(&run, 2, true), 0);
	assert_true(rb_str_starts(rb_str_c(rb_transcript_path(run.t)), run.dir.path));
	assert_int_equal(read_back(&w, &read).events, 5);
	run_close(&run);
	world_close(&w);
}

static void
a_given_path_that_is_refused(void **state)
{
	char path[PATH_MAX], target[PATH_MAX];
	struct rb_str text;
	struct run run;
	struct world w;

	(void)state;
	for (int kind = 0; kind < 6; kind++) {
		world_open(&w);
		snprintf(path, sizeof(path), "%s/my.jsonl", w.root);
		snprintf(target, sizeof(target), "%s/victim", w.root);
		spit(target, RB_STR("precious"));
		if (kind == 0)
			spit(path, RB_STR("precious"));
		else if (kind == 1)
			assert_int_equal(symlink(target, path), 0);
		else if (kind == 2)
			assert_int_equal(symlink("/nowhere/at/all", path), 0);
		else if (kind == 3)
			assert_int_equal(mkfifo(path, 0600), 0);
		else if (kind == 4)
			assert_int_equal(mkdir(path, 0700), 0);
		else
			snprintf(path, sizeof(path), "%s/missing/my.jsonl", w.root);
		assert_int_equal(run_open(&run, &w, path), -1);
		assert_true(
		    rb_str_starts(rb_buf_view(&w.why), "runbook: the transcript cannot be written to "));
		assert_non_null(strstr(rb_buf_cstr(&w.why), path));
		text = slurp(target);
		assert_string_equal(text.p, "precious");
		drop(text);
		run_close(&run);
		world_close(&w);
	}
}

static int
keep_text(void *ctx, const struct rb_event *ev)
{
	struct rb_str text = rb_event_get_text(ev, "text");

	if (ev->type == RB_EV_SAY)
		rb_buf_str(ctx, text);
	return 0;
}

static void
exact_bytes(void **state)
{
	const char *path;
	char every[512 + 16];
	struct rb_event ev;
	struct rb_read read;
	struct rb_buf got;
	struct rb_str raw;
	struct run run;
	struct world w;

	(void)state;
	for (size_t i = 0; i < 512; i++)
		every[i] = (char)(i < 256 ? i : 511 - i);
	memcpy(every + 512, "\x1b]52;c;eA==\a\xe2\x80\xae", 15);
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	say_start(&run);
	for (size_t from = 0; from < 3; from++) {
		static const size_t cuts[] = {0, 512, 527}; /* not UTF-8, UTF-8 with controls, all */

		rb_event_init(&ev, RB_EV_SAY, NULL);
		rb_event_text(&ev, "text",
		    from < 2 ? (struct rb_str){every + cuts[from], cuts[from + 1] - cuts[from]}
			     : (struct rb_str){every, 527});
		rb_bus_emit(run.bus, &ev);
	}
	rb_buf_init(&got, NULL, 4096);
	path = rb_transcript_path(run.t);
	assert_int_equal(rb_transcript_read(NULL, &path, 1, keep_text, &got, &read, &w.why), 0);
	assert_int_equal(got.len, 2 * 527);
	assert_memory_equal(got.p, every, 527);
	assert_memory_equal(got.p + 527, every, 527);
	raw = slurp(path);
	for (size_t i = 0; i < raw.n; i++)
		assert_true(raw.p[i] == '\n' || (raw.p[i] >= ' ' && raw.p[i] < 0x7f)); /* harmless to show */
	drop(raw);
	rb_buf_free(&got);
	run_close(&run);
	world_close(&w);
}

static void
lost_output_is_told_in_the_record(void **state)
{
	struct rb_where where = {.step = RB_STR("s"), .visit = 1, .attempt = 1, .item = -1};
	struct rb_bus_output *out;
	struct rb_event ev;
	struct rb_str text;
	struct run run;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(run_open(&run, &w, NULL), 0);
	say_start(&run);
	w.faulty.op = OPEN;
	w.faulty.nth = 1;
	w.faulty.count[OPEN] = 0;
	w.faulty.error = ENOSPC;
	out = rb_bus_output_open(run.bus, &where, RB_BODY);
	rb_bus_output_write(out, RB_STR("12345"));
	rb_bus_output_close(out);
	rb_event_init(&ev, RB_EV_ATTEMPT_END, &where);
	rb_bus_emit(run.bus, &ev);
	text = slurp(run.first_path);
	assert_true(rb_str_ends(text, "\"attempt\":1,\"stdout_bytes\":5,\"stdout_left_out\":5}\n"));
	drop(text);
	run_close(&run);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_are_lines),
	    cmocka_unit_test(durable_means_on_disk),
	    cmocka_unit_test(space_is_kept_for_records),
	    cmocka_unit_test(any_call_may_fail),
	    cmocka_unit_test(no_disk_at_all),
	    cmocka_unit_test(what_an_fsync_lost_is_written_again),
	    cmocka_unit_test(much_that_is_not_durable),
	    cmocka_unit_test(a_given_path),
	    cmocka_unit_test(a_given_path_that_is_refused),
	    cmocka_unit_test(exact_bytes),
	    cmocka_unit_test(lost_output_is_told_in_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
