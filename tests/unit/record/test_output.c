/* Output files: bounded, counted to the byte, and never in the way of a run. */
#include "record/support.h"

static struct rb_where
at(const char *step, unsigned attempt)
{
	return (struct rb_where){.step = rb_str_c(step), .visit = 1, .attempt = attempt, .item = -1};
}

static struct rb_str
read_output(const struct rb_rundir *dir, const char *name)
{
	char path[PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s/%s", dir->path, name);
	return slurp(path);
}

static void
each_attempt_has_its_files(void **state)
{
	struct rb_output_file files[RB_STREAMS];
	struct rb_where a = at("pods[2]/check it", 1), b = at("pods[2]/check it", 2), c = at("", 0);
	struct rb_outputs *o;
	struct rb_rundir dir;
	struct rb_str text;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
	o = rb_outputs_new(NULL, &dir, 0, 0, NULL, NULL);
	rb_outputs_write(o, &a, RB_STDOUT, RB_STR("one "));
	rb_outputs_write(o, &b, RB_STDOUT, RB_STR("other"));
	rb_outputs_write(o, &a, RB_STDERR, RB_STR("err\xff\x00"));
	rb_outputs_write(o, &a, RB_STDOUT, RB_STR("two"));
	rb_outputs_write(o, &c, RB_BODY, RB_STR("{}"));
	rb_outputs_end(o, &a, files);
	assert_string_equal(files[RB_STDOUT].name, "001-pods-2-check-it.1.stdout");
	assert_int_equal(files[RB_STDOUT].bytes, 7);
	assert_int_equal(files[RB_STDOUT].left_out, 0);
	assert_string_equal(files[RB_BODY].name, "");
	assert_int_equal(files[RB_BODY].bytes, 0);
	text = read_output(&dir, files[RB_STDOUT].name);
	assert_string_equal(text.p, "one two");
	drop(text);
	text = read_output(&dir, files[RB_STDERR].name);
	assert_int_equal(text.n, 5);
	assert_memory_equal(text.p, "err\xff\x00", 5);
	drop(text);
	rb_outputs_end(o, &b, files);
	assert_string_equal(files[RB_STDOUT].name, "002-pods-2-check-it.2.stdout");
	rb_outputs_end(o, &b, files); /* nothing came since */
	assert_int_equal(files[RB_STDOUT].bytes, 0);
	rb_outputs_end(o, &c, files);
	assert_string_equal(files[RB_BODY].name, "003-.1.body");
	rb_outputs_free(o);
	rb_rundir_close(&dir);
	world_close(&w);
}

/* Byte i of the test's output: a period that shares nothing with any bound. */
static char
byte_at(uint64_t i)
{
	return (char)('!' + i % 89);
}

static void
put(struct rb_outputs *o, const struct rb_where *where, uint64_t from, uint64_t n)
{
	char part[8192];

	while (n > 0) {
		size_t k = n < sizeof(part) ? (size_t)n : sizeof(part);

		for (size_t i = 0; i < k; i++)
			part[i] = byte_at(from + i);
		rb_outputs_write(o, where, RB_STDOUT, (struct rb_str){part, k});
		from += k;
		n -= k;
	}
}

static void
the_ends_are_kept(void **state)
{
	/* bound 100: the first 50 and the last 50 */
	static const unsigned sizes[] = {1, 49, 50, 51, 99, 100, 101, 149, 150, 151, 199, 200, 1000, 20000};
	static const unsigned pieces[] = {1, 3, 7, 50, 64, 101, 8192};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct rb_where a = at("s", 1);
			struct rb_output_file files[RB_STREAMS];
			unsigned total = sizes[i];
			uint64_t left = total > 100 ? total - 100 : 0;
			struct rb_outputs *o;
			struct rb_rundir dir;
			struct rb_str text;
			struct rb_buf want;
			struct world w;

			world_open(&w);
			assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
			o = rb_outputs_new(NULL, &dir, 100, 0, NULL, NULL);
			for (unsigned from = 0; from < total; from += pieces[k])
				put(o, &a, from, from + pieces[k] < total ? pieces[k] : total - from);
			rb_outputs_end(o, &a, files);
			assert_int_equal(files[RB_STDOUT].bytes, total);
			assert_int_equal(files[RB_STDOUT].left_out, left);
			rb_buf_init(&want, NULL, 1024);
			for (uint64_t b = 0; b < (total < 50 ? total : 50); b++)
				rb_buf_char(&want, byte_at(b));
			if (left > 0)
				rb_buf_fmt(&want, "\n… %u bytes left out …\n", (unsigned)left);
			for (uint64_t b = total > 100 ? total - 50 : 50; b < total; b++)
				rb_buf_char(&want, byte_at(b));
			text = read_output(&dir, files[RB_STDOUT].name);
			assert_string_equal(text.p, rb_buf_cstr(&want));
			drop(text);
			rb_buf_free(&want);
			rb_outputs_free(o);
			/* nothing else is left in the folder */
			assert_int_equal(unlinkat(dir.fd, files[RB_STDOUT].name, 0), 0);
			assert_int_equal(rmdir(dir.path), 0);
			rb_rundir_close(&dir);
			world_close(&w);
		}
	}
}

static void
a_flood_is_bounded(void **state)
{
	uint64_t total = 1 << 30;
	struct rb_where a = at("flood", 1);
	struct rb_output_file files[RB_STREAMS];
	char *part = malloc(65536);
	struct rb_outputs *o;
	struct rb_rundir dir;
	struct rb_str text;
	struct world w;

	(void)state;
	memset(part, 'y', 65536);
	world_open(&w);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
	o = rb_outputs_new(NULL, &dir, 0, 0, NULL, NULL);
	for (uint64_t from = 0; from < total; from += 65536)
		rb_outputs_write(o, &a, RB_STDOUT, (struct rb_str){part, 65536});
	rb_outputs_write(o, &a, RB_STDOUT, RB_STR("the last line\n"));
	rb_outputs_end(o, &a, files);
	assert_int_equal(files[RB_STDOUT].bytes, total + 14);
	assert_int_equal(files[RB_STDOUT].left_out, total + 14 - RB_OUTPUT_FILE);
	text = read_output(&dir, files[RB_STDOUT].name);
	assert_true(rb_str_ends(text, "yyythe last line\n"));
	assert_in_range(text.n, RB_OUTPUT_FILE, RB_OUTPUT_FILE + 64);
	drop(text);
	rb_outputs_free(o);
	rb_rundir_close(&dir);
	world_close(&w);
	free(part);
}

static void
the_run_has_a_bound_too(void **state)
{
	struct rb_output_file files[RB_STREAMS];
	struct rb_outputs *o;
	struct rb_rundir dir;
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.places, NULL, 0, NULL), 0);
	o = rb_outputs_new(NULL, &dir, 4 * RB_OUTPUT_LEAST, 5 * RB_OUTPUT_LEAST, NULL, NULL);
	for (unsigned attempt = 1; attempt <= 3; attempt++) {
		struct rb_where a = at("s", attempt);

		put(o, &a, 0, 10 * RB_OUTPUT_LEAST);
		rb_outputs_end(o, &a, files);
		assert_int_equal(files[RB_STDOUT].left_out, (attempt == 1 ? 6 : 9) * RB_OUTPUT_LEAST);
	}
	rb_outputs_free(o);
	rb_rundir_close(&dir);

	/* where the folder takes memory, much less is kept */
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &w.memory, NULL, 0, NULL), 0);
	o = rb_outputs_new(NULL, &dir, 0, 0, NULL, NULL);
	{
		struct rb_where a = at("s", 1);

		put(o, &a, 0, RB_OUTPUT_FILE_MEMORY + 1);
		rb_outputs_end(o, &a, files);
		assert_int_equal(files[RB_STDOUT].left_out, 1);
	}
	rb_outputs_free(o);
	rb_rundir_close(&dir);
	world_close(&w);
}

static void
count_trouble(void *ctx, const char *text)
{
	assert_non_null(strstr(text, "stdout of step s"));
	++*(unsigned *)ctx;
}

/* Bytes of the output that the file holds, which must be the first ones, some notes, and last ones. */
static uint64_t
kept_bytes(struct rb_str text)
{
	uint64_t kept = 0;
	size_t i = 0;

	while (i < text.n && text.p[i] == byte_at(kept)) {
		kept++;
		i++;
	}
	while (i < text.n) {
		unsigned long long left = 0;
		const char *line = text.p + i;

		if (strncmp(line, "\n… ", 5) == 0) {
			const char *end;

			assert_int_equal(sscanf(line, "\n… %llu bytes left out", &left), 1);
			end = strstr(line, "…\n");
			assert_non_null(end);
			i = (size_t)(end - text.p) + strlen("…\n");
			for (uint64_t next = kept + left; i < text.n && text.p[i] == byte_at(next);
			     next++, kept++)
				i++;
		} else {
			fail_msg("at %zu: neither output nor a note", i);
		}
	}
	return kept;
}

static void
what_cannot_be_written_is_counted(void **state)
{
	static const enum op ops[] = {OPEN, WRITE, PWRITE, UNLINK};
	static const int errors[] = {ENOSPC, EIO};

	(void)state;
	for (unsigned variant = 0; variant < 4 * 2 * 2 * 2; variant++) {
		for (unsigned nth = 1; nth <= 8; nth++) {
			enum op op = ops[variant % 4];
			struct rb_output_file files[RB_STREAMS];
			struct rb_where a = at("s", 1);
			unsigned told = 0;
			struct rb_outputs *o;
			struct rb_rundir dir;
			struct rb_str text;
			struct world w;

			world_open(&w);
			assert_int_equal(
			    rb_rundir_make(&dir, NULL, &w.faulty.io, &w.places, NULL, 0, NULL), 0);
			w.faulty.op = op;
			w.faulty.nth = nth;
			w.faulty.error = errors[variant / 4 % 2];
			w.faulty.sticky = variant / 8 % 2 != 0;
			w.faulty.half = variant / 16 % 2 != 0;
			o = rb_outputs_new(NULL, &dir, 200, 0, count_trouble, &told);
			for (uint64_t from = 0; from < 900; from += 30)
				put(o, &a, from, 30);
			rb_outputs_end(o, &a, files);
			w.faulty.nth = 0;
			assert_int_equal(files[RB_STDOUT].bytes, 900);
			assert_true(told <= 1);
			if (op == OPEN && nth == 1) {
				assert_string_equal(files[RB_STDOUT].name, "");
				assert_int_equal(files[RB_STDOUT].left_out, 900);
				assert_int_equal(told, 1);
			} else {
				text = read_output(&dir, files[RB_STDOUT].name);
				assert_int_equal(900 - kept_bytes(text), files[RB_STDOUT].left_out);
				drop(text);
			}
			rb_outputs_free(o);
			rb_rundir_close(&dir);
			world_close(&w);
		}
	}
}

static void
without_a_folder_it_is_only_counted(void **state)
{
	struct rb_output_file files[RB_STREAMS];
	struct rb_places none = {.n = 0};
	struct rb_where a = at("s", 1);
	struct rb_outputs *o;
	struct rb_rundir dir;
	unsigned told = 0;

	(void)state;
	assert_int_equal(rb_rundir_make(&dir, NULL, NULL, &none, NULL, 0, NULL), -1);
	o = rb_outputs_new(NULL, &dir, 0, 0, count_trouble, &told);
	put(o, &a, 0, 100);
	rb_outputs_end(o, &a, files);
	assert_string_equal(files[RB_STDOUT].name, "");
	assert_int_equal(files[RB_STDOUT].bytes, 100);
	assert_int_equal(files[RB_STDOUT].left_out, 100);
	assert_int_equal(told, 1);
	put(o, &a, 0, 5);
	rb_outputs_free(o);
	rb_rundir_close(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_attempt_has_its_files),
	    cmocka_unit_test(the_ends_are_kept),
	    cmocka_unit_test(a_flood_is_bounded),
	    cmocka_unit_test(the_run_has_a_bound_too),
	    cmocka_unit_test(what_cannot_be_written_is_counted),
	    cmocka_unit_test(without_a_folder_it_is_only_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
