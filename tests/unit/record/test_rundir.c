/* The run's folder: where it is, what its id is, and what is refused. */
#include "record/support.h"

static const char *const *variables; /* name, value, …, NULL: cmocka gives env functions no context */

static const char *
lookup(const char *name)
{
	for (size_t i = 0; variables[i] != NULL; i += 2) {
		if (strcmp(variables[i], name) == 0)
			return variables[i + 1];
	}
	return NULL;
}

static void
check_places(const char *const *env, const char *want)
{
	struct rb_places places;
	struct rb_arena arena;
	struct rb_buf got;

	variables = env;
	rb_arena_init(&arena, NULL);
	rb_buf_init(&got, NULL, 4096);
	rb_places_find(&places, &arena, lookup);
	for (size_t i = 0; i + 1 < places.n; i++)
		rb_buf_fmt(&got, "%s + %s%s\n", places.place[i].root, places.place[i].sub,
		    places.place[i].in_memory ? " !" : "");
	assert_string_equal(rb_buf_cstr(&got), want);
	assert_string_equal(places.place[places.n - 1].root, "/dev/shm");
	rb_buf_free(&got);
	rb_arena_free(&arena);
}

static void
places_come_from_the_environment(void **state)
{
	char cwd[PATH_MAX], want[PATH_MAX + 64];

	(void)state;
	check_places((const char *const[]){"HOME", "/h", "XDG_RUNTIME_DIR", "/r", NULL},
	    "/h + .local/state/runbook/runs\n/r + runbook/runs !\n");
	check_places(
	    (const char *const[]){"HOME", "/h", "XDG_STATE_HOME", "/x", "XDG_RUNTIME_DIR", "/r", NULL},
	    "/x + runbook/runs\n/r + runbook/runs !\n");
	check_places(
	    (const char *const[]){"HOME", "/h", "XDG_STATE_HOME", "rel", "XDG_RUNTIME_DIR", "/r", NULL},
	    "/h + .local/state/runbook/runs\n/r + runbook/runs !\n");
	check_places((const char *const[]){"RUNBOOK_STATE_DIR", "/s", "XDG_STATE_HOME", "/x",
			 "XDG_RUNTIME_DIR", "/r", NULL},
	    "/s + runs\n/r + runbook/runs !\n");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/s + runs\n/r + runbook/runs !\n", cwd);
	check_places((const char *const[]){"RUNBOOK_STATE_DIR", "s", "XDG_RUNTIME_DIR", "/r", NULL}, want);
	check_places((const char *const[]){"XDG_RUNTIME_DIR", "/r", NULL}, "/r + runbook/runs !\n");
}

static void
ids(void **state)
{
	static const char *const not_ids[] = {"", "20261122-030405-7f3", "20261122-030405-7f3aa",
	    "20261122-030405-7f3l", "20261122-030405_7f3a", "2026112a-030405-7f3a", "../../../../etc/pass",
	    "20261122-030405-7F3A"};
	struct rb_rundir a, b;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(rb_rundir_make(&a, NULL, NULL, &w.places, NULL, 1795316645678 * RB_MS, NULL), 0);
	assert_int_equal(rb_rundir_make(&b, NULL, NULL, &w.places, NULL, 1795316645678 * RB_MS, NULL), 0);
	assert_memory_equal(a.id, "20261122-030405-", 16);
	assert_string_not_equal(a.id, b.id);
	assert_true(rb_run_id_valid(rb_str_c(a.id)));
	assert_true(rb_run_id_valid(rb_str_c(b.id)));
	for (size_t i = 0; i < sizeof(not_ids) / sizeof(not_ids[0]); i++)
		assert_false(rb_run_id_valid(rb_str_c(not_ids[i])));
	rb_rundir_close(&a);
	rb_rundir_close(&b);
	world_close(&w);
}

static void
nobody_else_can_read_it(void **state)
{
	mode_t before = umask(0077);
	char path[PATH_MAX + 64], name[RB_SOURCE_NAME];
	struct rb_rundir dir;
	struct world w;

	(void)state;
	for (int round = 0; round < 2; round++) {
		umask(round == 0 ? 0 : 0777);
		world_open(&w);
		umask(round == 0 ? 0 : 0777);
		chmod(w.second, 0700);
		mkdir(w.first, 0700);
		chmod(w.first, 0700);
		if (round == 1) { /* folders that are there already */
			snprintf(path, sizeof(path), "%s/runs", w.first);
			mkdir(path, 0700);
			chmod(path, 0700);
		}
		assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
		assert_int_equal(mode_of(dir.path), 0700);
		umask(0);
		assert_int_equal(
		    rb_rundir_source(&dir, NULL, RB_STR("/x/api.yaml"), RB_STR("text"), name), 0);
		snprintf(path, sizeof(path), "%s/%s", dir.path, name);
		assert_int_equal(mode_of(path), 0600);
		snprintf(path, sizeof(path), "%s/runs", w.first);
		assert_int_equal(mode_of(path), 0700);
		rb_rundir_close(&dir);
		umask(0077);
		world_close(&w);
	}
	umask(before);
}

static void
the_next_place_is_taken(void **state)
{
	static const struct {
		enum op op;
		unsigned nth;
		int error;
	} rows[] = {{MKDIR, 1, EROFS}, {MKDIR, 2, ENOSPC}, {MKDIR, 3, EDQUOT}, {MKDIR, 1, EACCES}};
	struct rb_rundir dir;
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		world_open(&w);
		w.faulty.op = rows[i].op;
		w.faulty.error = rows[i].error;
		w.faulty.nth = 1;
		w.faulty.sticky = true;
		w.faulty.under = w.first;
		if (i == 0 || i == 3)
			w.faulty.under = w.root; /* not even "first" can be made */
		if (i == 0 || i == 3)
			assert_int_equal(mkdir(w.first, 0700), 0);
		assert_int_equal(rb_rundir_make(&dir, NULL, &w.faulty.io, &w.places, NULL, 0, &w.why),
		    i == 0 || i == 3 ? -1 : 0);
		if (i == 1 || i == 2) {
			assert_int_equal(dir.place, 1);
			assert_true(dir.in_memory);
			assert_true(rb_str_starts(rb_str_c(dir.path), w.second));
		} else {
			assert_int_equal(dir.fd, -1);
			assert_int_equal(dir.place, 2);
			assert_string_equal(dir.path, "");
			assert_true(rb_run_id_valid(rb_str_c(dir.id)));
			assert_int_equal(rb_rundir_file(&dir, "x"), -1);
		}
		assert_non_null(strstr(rb_buf_cstr(&w.why), w.first));
		assert_non_null(strstr(rb_buf_cstr(&w.why), strerror(rows[i].error)));
		rb_rundir_close(&dir);
		world_close(&w);
	}
}

static void
what_others_prepared_is_refused(void **state)
{
	char path[PATH_MAX + 64], target[PATH_MAX + 64];
	struct rb_rundir dir;
	struct world w;

	(void)state;
	/* a link in the place of the folder */
	world_open(&w);
	snprintf(path, sizeof(path), "%s/runs", w.second);
	snprintf(target, sizeof(target), "%s/elsewhere", w.root);
	assert_int_equal(mkdir(target, 0700), 0);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.memory, NULL, 0, &w.why), -1);
	assert_int_equal(dir.fd, -1);
	rb_rundir_close(&dir);
	world_close(&w);

	/* a folder that others can enter */
	world_open(&w);
	snprintf(path, sizeof(path), "%s/runs", w.second);
	assert_int_equal(mkdir(path, 0755), 0);
	chmod(path, 0755);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.memory, NULL, 0, &w.why), -1);
	assert_non_null(strstr(rb_buf_cstr(&w.why), strerror(EPERM)));
	assert_int_equal(rb_record_place_open(&w.places.place[1]), -1);
	rb_rundir_close(&dir);

	/* another user's */
	if (geteuid() == 0) {
		chmod(path, 0700);
		assert_int_equal(chown(path, 12345, 12345), 0);
		assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.memory, NULL, 0, &w.why), -1);
		rb_rundir_close(&dir);
	}
	world_close(&w);

	/* the run's id, as a link, a file or a folder */
	for (int kind = 0; kind < 3; kind++) {
		world_open(&w);
		snprintf(path, sizeof(path), "%s/runs", w.first);
		mkdir(w.first, 0700);
		mkdir(path, 0700);
		snprintf(path, sizeof(path), "%s/runs/20261122-030405-7f3a", w.first);
		if (kind == 0)
			assert_int_equal(symlink(w.root, path), 0);
		else if (kind == 1)
			spit(path, RB_STR("x"));
		else
			assert_int_equal(mkdir(path, 0700), 0);
		assert_int_equal(
		    rb_rundir_make(&dir, NULL, NULL, &w.places, "20261122-030405-7f3a", 0, NULL), 0);
		assert_int_equal(dir.place, 1);
		rb_rundir_close(&dir);
		world_close(&w);
	}
}

static void
a_file_is_always_new(void **state)
{
	static const char *const kinds[] = {"file", "link", "dangling", "fifo"};
	char path[PATH_MAX + 64], target[PATH_MAX + 64];
	struct rb_rundir dir;
	struct rb_str kept;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
	snprintf(target, sizeof(target), "%s/victim", w.root);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir.path, kinds[i]);
		spit(target, RB_STR("precious"));
		if (i == 0)
			spit(path, RB_STR("precious"));
		else if (i == 3)
			assert_int_equal(mkfifo(path, 0600), 0);
		else
			assert_int_equal(symlink(i == 1 ? target : "/nowhere", path), 0);
		assert_int_equal(rb_rundir_file(&dir, kinds[i]), -1);
		assert_int_equal(errno, EEXIST);
		kept = slurp(target);
		assert_string_equal(kept.p, "precious");
		drop(kept);
	}
	rb_rundir_close(&dir);
	world_close(&w);
}

static void
sources_are_kept_and_masked(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	char path[PATH_MAX + 256], name[RB_SOURCE_NAME], big[512];
	struct rb_rundir dir;
	struct rb_str kept;
	struct world w;

	(void)state;
	world_open(&w);
	rb_masker_add(m, RB_STR("hunter22"));
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
	assert_int_equal(
	    rb_rundir_source(&dir, m, RB_STR("/etc/my books/api.yaml"), RB_STR("pw: hunter22\n"), name), 0);
	assert_string_equal(name, "source-api.yaml");
	snprintf(path, sizeof(path), "%s/%s", dir.path, name);
	kept = slurp(path);
	assert_string_equal(kept.p, "pw: ***\n");
	drop(kept);
	assert_int_equal(rb_rundir_source(&dir, m, RB_STR("a b\n.yaml"), RB_STR(""), name), 0);
	assert_string_equal(name, "source-2-a_b_.yaml");
	memset(big, 'x', sizeof(big));
	assert_int_equal(rb_rundir_source(&dir, m, (struct rb_str){big, sizeof(big)}, RB_STR(""), name), 0);
	assert_int_equal(strlen(name), RB_SOURCE_NAME - 1);
	rb_rundir_close(&dir);
	rb_masker_free(m);
	world_close(&w);
}

static void
every_new_folder_is_synced(void **state)
{
	struct rb_rundir dir;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(rb_rundir_make(&dir, NULL, &w.faulty.io, &w.places, NULL, 0, NULL), 0);
	assert_int_equal(rb_rundir_sync(&dir), 0);
	assert_int_equal(w.faulty.count[SYNC], 4); /* the run, runs, first, and where first was made */
	rb_rundir_close(&dir);
	assert_int_equal(rb_rundir_make(&dir, NULL, &w.faulty.io, &w.places, NULL, 0, NULL), 0);
	w.faulty.count[SYNC] = 0;
	assert_int_equal(rb_rundir_sync(&dir), 0);
	assert_int_equal(w.faulty.count[SYNC], 2);
	w.faulty.op = SYNC;
	w.faulty.error = EIO;
	for (unsigned nth = 1; nth <= 2; nth++) {
		w.faulty.count[SYNC] = 0;
		w.faulty.nth = nth;
		assert_int_equal(rb_rundir_sync(&dir), -1);
		assert_int_equal(errno, EIO);
	}
	rb_rundir_close(&dir);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_come_from_the_environment),
	    cmocka_unit_test(ids),
	    cmocka_unit_test(nobody_else_can_read_it),
	    cmocka_unit_test(the_next_place_is_taken),
	    cmocka_unit_test(what_others_prepared_is_refused),
	    cmocka_unit_test(a_file_is_always_new),
	    cmocka_unit_test(sources_are_kept_and_masked),
	    cmocka_unit_test(every_new_folder_is_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
