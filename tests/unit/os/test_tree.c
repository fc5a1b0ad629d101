/* Ending process trees: what is reached, what is left alone, what is told. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "os/proc.h"
#include "os/tree.h"

struct fixture {
	struct rb_loop *loop;
	struct child child;
	struct rb_tree *tree;
	struct rb_tree_result r;
	bool done;
	char cookie[RB_TREE_COOKIE_SIZE];
	char entry[64];
	int out;
};

static void
on_done(void *ctx, const struct rb_tree_result *r)
{
	struct fixture *f = ctx;

	assert_false(f->done);
	f->done = true;
	f->r = *r;
	rb_tree_free(f->tree);
	f->tree = NULL;
}

/* Starts a script with a mark, and waits for its first line ("ready"). */
static void
begin(struct fixture *f, const char *shell, const char *script)
{
	const char *const argv[] = {shell, "-c", script, NULL};
	const char *env[3] = {plain_env[0], NULL, NULL};
	struct rb_spawn req = {.argv = argv, .env = env, .terminal = -1, .out.mode = RB_IO_PIPE};
	struct rb_spawned s;
	struct pollfd p;
	char line[16];

	memset(f, 0, sizeof(*f));
	f->loop = rb_loop_new(NULL);
	assert_int_equal(rb_tree_cookie(f->cookie), 0);
	assert_int_equal(strlen(f->cookie), RB_TREE_COOKIE_SIZE - 1);
	snprintf(f->entry, sizeof(f->entry), RB_TREE_COOKIE "=%s", f->cookie);
	env[1] = f->entry;
	s = start_child(f->loop, &f->child, &req);
	p = (struct pollfd){.fd = s.out, .events = POLLIN};
	assert_int_equal(poll(&p, 1, 60000), 1);
	assert_true(read(s.out, line, sizeof(line)) > 0);
	f->out = s.out;
}

struct count {
	const char *entry;
	pid_t group;
	int n;
};

static bool
count_one(void *ctx, const struct rb_proc *p)
{
	struct count *c = ctx;

	c->n += p->alive && (p->group == c->group || rb_proc_has_env(p->id.pid, c->entry));
	return true;
}

/* How many live that belong to it. */
static int
alive(const struct fixture *f)
{
	struct count c = {.entry = f->entry, .group = f->child.watch.pid};

	assert_int_equal(rb_proc_each(count_one, &c), 0);
	return c.n;
}

static void
end_tree(struct fixture *f, int64_t grace)
{
	f->tree = rb_tree_end(f->loop, f->child.watch.pid, f->cookie, grace, on_done, f);
	assert_false(f->done);
	run_until(f->loop, &f->done);
	if (!f->r.child_lives) {
		run_until(f->loop, &f->child.ended);
		assert_int_equal(rb_loop_child_reap(&f->child.watch), 0);
	}
	close(f->out);
}

static void
every_shape_of_sleep_is_ended_and_nothing_lives(void **state)
{
	static const char *const shells[] = {"sh", "dash", "bash"};
	static const char *const scripts[] = {"echo r; sleep 20; true", "echo r; sleep 20 & wait",
	    "echo r; (sleep 20)", "echo r; sleep 20 | cat", "echo r; sleep 20 & sleep 20 & sleep 20"};
	char path[256];

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		if (rb_spawn_find(shells[s], plain_env, NULL, path, sizeof(path)) != RB_SPAWN_OK)
			continue;
		for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
			int64_t before = rb_clock_mono();
			struct fixture f;

			begin(&f, shells[s], scripts[i]);
			end_tree(&f, RB_TREE_GRACE);
			assert_int_equal(alive(&f), 0);
			assert_false(f.r.killed);
			assert_int_equal(f.r.nsurvivors, 0);
			assert_true(rb_clock_mono() - before < 15 * RB_SECOND);
			rb_loop_free(f.loop);
		}
	}
}

static void
one_that_left_the_session_is_found_by_its_mark(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "setsid sh -c 'echo r; sleep 300; true' & sleep 20; true");
	assert_true(alive(&f) >= 2);
	end_tree(&f, RB_TREE_GRACE);
	assert_int_equal(alive(&f), 0);
	assert_true(f.r.escaped >= 1);
	assert_int_equal(f.r.nsurvivors, 0);
	rb_loop_free(f.loop);
}

static void
one_that_left_and_the_child_that_ended_before(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "setsid sh -c 'echo r; sleep 300; true' & exit 0");
	run_until(f.loop, &f.child.ended); /* a zombie now, not reaped */
	end_tree(&f, RB_TREE_GRACE);
	assert_int_equal(alive(&f), 0);
	assert_true(f.r.escaped >= 1);
	rb_loop_free(f.loop);
}

static void
what_does_not_belong_to_it_is_left_alone(void **state)
{
	static const char *const argv[] = {"sleep", "20", NULL};
	static const char *const env[] = {"PATH=/usr/bin:/bin", RB_TREE_COOKIE "=0123", NULL};
	struct rb_spawn other = {.argv = argv, .env = env, .terminal = -1};
	struct rb_spawned o;
	struct fixture f;

	(void)state;
	assert_int_equal(rb_spawn(&other, &o), 0);
	begin(&f, "sh", "echo r; sleep 20");
	end_tree(&f, RB_TREE_GRACE);
	assert_int_equal(kill(o.pid, 0), 0);
	kill(o.pid, SIGKILL);
	rb_loop_free(f.loop);
}

static void
term_ignored_is_killed_after_the_grace(void **state)
{
	int64_t before;
	struct fixture f;

	(void)state;
	begin(&f, "sh", "trap '' TERM; echo r; while :; do sleep 0.05; done");
	before = rb_clock_mono();
	end_tree(&f, 300 * RB_MS);
	assert_true(rb_clock_mono() - before >= 300 * RB_MS);
	assert_true(f.r.killed);
	assert_int_equal(f.child.how.signal, SIGKILL);
	assert_int_equal(alive(&f), 0);
	rb_loop_free(f.loop);
}

static void
one_that_exits_0_on_term_is_not_hurried(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "trap 'sleep 0.2; exit 0' TERM; echo r; while :; do sleep 0.05; done");
	end_tree(&f, RB_TREE_GRACE);
	assert_false(f.r.killed);
	assert_int_equal(f.child.how.signal, 0);
	assert_int_equal(f.child.how.code, 0);
	rb_loop_free(f.loop);
}

/* Marks the text of ctx if it is the command line of this process. */
static bool
named_one(void *ctx, const struct rb_proc *p)
{
	struct rb_buf line;
	bool is;

	rb_buf_init(&line, NULL, RB_PROC_CMDLINE);
	is = p->alive && rb_proc_cmdline(p, &line) == 0 && strcmp(rb_buf_cstr(&line), ctx) == 0;
	rb_buf_free(&line);
	if (is)
		((char *)ctx)[0] = '!';
	return !is;
}

static bool
runs(const char *command)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", command);
	assert_int_equal(rb_proc_each(named_one, text), 0);
	return text[0] == '!';
}

static void
one_that_left_the_session_without_its_mark_is_found_by_descent(void **state)
{
	char command[32], script[160];
	struct fixture f;

	(void)state;
	snprintf(command, sizeof(command), "sleep 29%05d", (int)getpid() % 100000);
	/* Its parent has a session of its own too, and both outlive the TERM that ends the child. */
	snprintf(script, sizeof(script),
	    "echo r; env -i setsid sh -c 'trap \"\" TERM; setsid %s; true' & sleep 20; true", command);
	begin(&f, "sh", script);
	for (int i = 0; i < 3000 && !runs(command); i++)
		run_for(f.loop, 20 * RB_MS);
	assert_true(runs(command));
	end_tree(&f, 100 * RB_MS);
	assert_false(runs(command));
	assert_true(f.r.escaped >= 2);
	assert_int_equal(f.r.nsurvivors, 0);
	rb_loop_free(f.loop);
}

static void
with_all_descriptors_taken_it_is_ended_and_told_truly(void **state)
{
	struct rlimit old, few = {.rlim_cur = 40};
	int taken[64], n = 0, free_ones;
	struct fixture f;

	(void)state;
	/* With 0 free the loop's spare ones must do; with 1 the folder could be opened, and no process in it.
	 */
	for (free_ones = 0; free_ones < 3; free_ones++) {
		begin(&f, "sh", "trap '' TERM; echo r; while :; do sleep 0.05; done");
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
		few.rlim_max = old.rlim_max;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		for (n = 0; n < 64; n++) {
			taken[n] = dup(STDIN_FILENO);
			if (taken[n] < 0)
				break;
		}
		assert_true(n > free_ones && n < 64);
		for (int i = 0; i < free_ones; i++)
			close(taken[--n]);
		f.tree = rb_tree_end(f.loop, f.child.watch.pid, f.cookie, 50 * RB_MS, on_done, &f);
		run_until(f.loop, &f.done);
		while (n > 0)
			close(taken[--n]);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		assert_false(f.r.child_lives);
		assert_true(f.r.killed);
		assert_int_equal(f.r.nsurvivors, 0);
		run_until(f.loop, &f.child.ended);
		assert_int_equal(rb_loop_child_reap(&f.child.watch), 0);
		assert_int_equal(alive(&f), 0);
		close(f.out);
		rb_loop_free(f.loop);
	}
}

static void
one_term_each_and_no_second(void **state)
{
	char count[16] = "";
	struct fixture f;
	ssize_t n;

	(void)state;
	begin(&f, "sh",
	    "n=0; trap 'n=$((n+1))' TERM; echo r; i=0; while [ $i -lt 10 ]; do sleep 0.05; i=$((i+1)); done; "
	    "echo $n");
	f.tree = rb_tree_end(f.loop, f.child.watch.pid, f.cookie, RB_MINUTE, on_done, &f);
	run_until(f.loop, &f.done);
	n = read(f.out, count, sizeof(count) - 1);
	assert_true(n > 0);
	assert_string_equal(count, "1\n");
	run_until(f.loop, &f.child.ended);
	rb_loop_child_reap(&f.child.watch);
	close(f.out);
	rb_loop_free(f.loop);
}

static void
one_that_stopped_itself_is_ended(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "echo r; kill -STOP $$; sleep 20");
	run_for(f.loop, 50 * RB_MS);
	end_tree(&f, RB_TREE_GRACE);
	assert_int_equal(alive(&f), 0);
	assert_false(f.r.killed);
	rb_loop_free(f.loop);
}

static void
hurry_kills_at_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "trap '' TERM; echo r; while :; do sleep 0.05; done");
	f.tree = rb_tree_end(f.loop, f.child.watch.pid, f.cookie, RB_HOUR, on_done, &f);
	run_for(f.loop, 100 * RB_MS);
	assert_false(f.done);
	rb_tree_hurry(f.tree);
	run_until(f.loop, &f.done);
	assert_true(f.r.killed);
	run_until(f.loop, &f.child.ended);
	rb_loop_child_reap(&f.child.watch);
	close(f.out);
	rb_loop_free(f.loop);
}

static void
a_tree_that_forks_while_it_is_ended_is_ended_too(void **state)
{
	struct fixture f;

	(void)state;
	/* Each TERM makes another child, in another session, which ignores TERM. */
	begin(&f, "sh",
	    "trap 'setsid sh -c \"trap \\\"\\\" TERM; sleep 30; true\" &' TERM; echo r; while :; do sleep "
	    "0.05; done");
	end_tree(&f, 1500 * RB_MS);
	assert_int_equal(alive(&f), 0);
	assert_true(f.r.killed);
	assert_true(f.r.escaped >= 1);
	rb_loop_free(f.loop);
}

static bool
write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? write(fd, text, strlen(text)) : -1;

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text);
}

/* A frozen process takes no KILL: like one that sleeps in a driver. Needs root and the freezer of cgroup v1.
 */
static void
one_that_kill_does_not_end_is_told_as_a_survivor(void **state)
{
	char group[64], path[128], pid[16];
	struct fixture f;
	int64_t end;
	bool thawed;

	(void)state;
	snprintf(group, sizeof(group), "/sys/fs/cgroup/freezer/rb-test-%d", (int)getpid());
	if (mkdir(group, 0755) != 0)
		skip();
	begin(&f, "sh", "echo r; exec sleep 30");
	snprintf(pid, sizeof(pid), "%d", (int)f.child.watch.pid);
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	assert_true(write_to(path, pid));
	snprintf(path, sizeof(path), "%s/freezer.state", group);
	assert_true(write_to(path, "FROZEN"));
	f.tree = rb_tree_end(f.loop, f.child.watch.pid, f.cookie, 50 * RB_MS, on_done, &f);
	end = rb_clock_mono() + 60 * RB_SECOND;
	while (!f.done && rb_clock_mono() < end)
		rb_loop_step(f.loop, 50 * RB_MS);
	/* Before anything can fail: what stays frozen stays for ever. */
	thawed = write_to(path, "THAWED");
	assert_true(thawed);
	assert_true(f.done);
	assert_true(f.r.child_lives);
	assert_true(f.r.killed);
	assert_int_equal(f.r.nsurvivors, 1);
	assert_int_equal(f.r.survivors[0].pid, f.child.watch.pid);
	assert_int_equal(f.r.survivors[0].state, 'D');
	assert_string_equal(f.r.survivors[0].comm, "sleep");
	assert_false(f.r.survivors[0].forbidden);
	run_until(f.loop, &f.child.ended);
	rb_loop_child_reap(&f.child.watch);
	close(f.out);
	rmdir(group);
	rb_loop_free(f.loop);
}

static void
freed_before_its_end_it_sends_no_more(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "sh", "trap '' TERM; echo r; while :; do sleep 0.05; done");
	f.tree = rb_tree_end(f.loop, f.child.watch.pid, f.cookie, RB_SECOND, on_done, &f);
	run_for(f.loop, 30 * RB_MS);
	rb_tree_free(f.tree);
	run_for(f.loop, 1200 * RB_MS);
	assert_false(f.done);
	assert_false(f.child.ended);
	end_tree(&f, 0);
	rb_loop_free(f.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_shape_of_sleep_is_ended_and_nothing_lives),
	    cmocka_unit_test(one_that_left_the_session_is_found_by_its_mark),
	    cmocka_unit_test(one_that_left_and_the_child_that_ended_before),
	    cmocka_unit_test(one_that_left_the_session_without_its_mark_is_found_by_descent),
	    cmocka_unit_test(with_all_descriptors_taken_it_is_ended_and_told_truly),
	    cmocka_unit_test(what_does_not_belong_to_it_is_left_alone),
	    cmocka_unit_test(term_ignored_is_killed_after_the_grace),
	    cmocka_unit_test(one_that_exits_0_on_term_is_not_hurried),
	    cmocka_unit_test(one_term_each_and_no_second),
	    cmocka_unit_test(one_that_stopped_itself_is_ended),
	    cmocka_unit_test(hurry_kills_at_once),
	    cmocka_unit_test(a_tree_that_forks_while_it_is_ended_is_ended_too),
	    cmocka_unit_test(one_that_kill_does_not_end_is_told_as_a_survivor),
	    cmocka_unit_test(freed_before_its_end_it_sends_no_more),
	};

	alarm(500);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
