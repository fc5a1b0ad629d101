/* Hostile files through all that `check` does before it prints: whatever stands in them, it comes to an end,
 * in time that grows with their length, and reads no byte too far (with SAN=1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kinds/kinds.h"
#include "lint/lint.h"
#include "text/diag.h"

enum {
	SCRIPT_BYTES = 200000, /* a scalar may have 256 KiB */
	FILE_BYTES = 8 << 20,
	SECONDS_MAX = 20, /* of processor time, under sanitizers too; what is quadratic takes minutes */
};

/* Loads and checks a file, which may have errors. */
static void
check(const char *name, struct rb_str text)
{
	char *copy = malloc(text.n > 0 ? text.n : 1); /* so that a byte too far is noticed */
	clock_t begun = clock();
	struct rb_program *program;
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_buf shown;
	double took;

	assert_non_null(copy);
	memcpy(copy, text.p, text.n);
	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	program = rb_program_load(&arena,
	    rb_source_new(&arena, RB_STR("hostile.yaml"), (struct rb_str){copy, text.n}), rb_kinds, NULL,
	    &diags);
	if (program != NULL)
		rb_lint(program, &diags);
	rb_buf_init(&shown, NULL, FILE_BYTES);
	if (diags.len > 0)
		rb_diags_render(&diags, false, &shown);
	took = (double)(clock() - begun) / CLOCKS_PER_SEC;
	rb_buf_free(&shown);
	if (program != NULL)
		rb_program_free(program);
	rb_arena_free(&arena);
	free(copy);
	if (took > SECONDS_MAX)
		fail_msg("%s: %zu bytes took %.1f s", name, text.n, took);
}

/* ---- scripts ---- */

/* What begins something, and what ends it. */
static const char *const nests[][2] = {
    {"a $(", ")"},
    {"\"$(", ")\""},
    {"`", "`"},
    {"${x:-", "}"},
    {"\"${x:-\"", "\"}\""},
    {"$((", "))"},
    {"(", ")"},
    {"((", "))"},
    {"{ ", "; }"},
    {"if a; then ", "; fi"},
    {"while a; do ", "; done"},
    {"case x in a) ", ";; esac"},
    {"f() { ", "; }"},
    {"bash -c '", "'"},
    {"bash -c \"", "\""},
    {"sudo -s <<E\n", "\nE"},
    {"cat <<E | sh\n", "\nE"},
    {"<(", ")"},
    {"a=(", ")"},
    {"@(", ")"},
    {"[[ a =~ (", ") ]]"},
    {"eval \"", "\""},
    {"trap '", "' EXIT"},
    {"ssh h \"", "\""},
    {"docker exec x sh -c '", "'"},
    {"find . -exec ", " \\;"},
    {"xargs ", ""},
    {"parallel '", "'"},
    {"psql -c \"", "\""},
    {"psql <<E\n", "\nE"},
    {"awk '{", "}'"},
    {"awk '{print > \"", "\"}'"},
    {"awk '{system(\"", "\")}'"},
    {"sed '/", "/w x'"},
    {"sed 's/", "/e'"},
    {"python3 -c 'open(", ")'"},
    {"python3 -c 'os.system(\"", "\")'"},
    {"redis-cli <<E\n", "\nE"},
    {"printf '%s' ", " | sh"},
    {"echo ", " | sh"},
};

/* Pieces that are repeated as they are: never closed, never begun. */
static const char *const pieces[] = {"<<E ", "<<-'E'\n", "'", "\"", "\\", "$", "$'", "${", "`", "|", ">",
    ">&", "&", ";;", "esac ", "done ", "} ", ") ", "$1$2$", "#", "\n", "a\\\n", "rm x\n", "kill 1;", "> x ",
    "echo x | sh\n", "cat | ", "printf '%s%s' a b | sh\n", "curl -X POST x;", "$a$ ", "/* ", "-- ", "[", "*",
    "\\c", "~", "\xc3\xa9", "\xef\xbf\xbd", "{a,b}", "=", "a=", "-", "-e ", "--", "\t", "!", "function f "};

static void
add_lines(struct rb_buf *file, struct rb_str script)
{
	for (size_t i = 0; i < script.n; i++) {
		rb_buf_char(file, script.p[i]);
		if (script.p[i] == '\n')
			rb_buf_c(file, "      ");
	}
	rb_buf_c(file, "\n");
}

/* A look of that script, and a list of arguments with it. */
static void
check_script(struct rb_buf *file, const char *name, struct rb_str script)
{
	rb_buf_clear(file);
	rb_buf_c(file, "runbook: a\ntitle: A\nsteps:\n  - look: |\n      x; ");
	add_lines(file, script);
	rb_buf_c(file, "  - look:\n    - bash\n    - -c\n    - |\n      x; ");
	add_lines(file, script);
	check(name, rb_buf_view(file));
}

static void
nested(void **state)
{
	static const size_t depths[] = {1, 9, 40, 2000};
	struct rb_buf script, file;

	(void)state;
	rb_buf_init(&script, NULL, SCRIPT_BYTES);
	rb_buf_init(&file, NULL, FILE_BYTES);
	for (size_t k = 0; k < sizeof(nests) / sizeof(nests[0]); k++) {
		for (size_t d = 0; d < sizeof(depths) / sizeof(depths[0]); d++) {
			/* Closed, and torn off. */
			for (size_t ends = 0; ends < 2; ends++) {
				rb_buf_clear(&script);
				for (size_t i = 0; i < depths[d]; i++)
					rb_buf_c(&script, nests[k][0]);
				rb_buf_c(&script, "rm x");
				for (size_t i = 0; i < depths[d] * ends; i++)
					rb_buf_c(&script, nests[k][1]);
				check_script(&file, nests[k][0], rb_buf_view(&script));
			}
		}
	}
	rb_buf_free(&script);
	rb_buf_free(&file);
}

static void
repeated(void **state)
{
	struct rb_buf script, file;

	(void)state;
	rb_buf_init(&script, NULL, SCRIPT_BYTES);
	rb_buf_init(&file, NULL, FILE_BYTES);
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]) + sizeof(nests) / sizeof(nests[0]); k++) {
		size_t n = sizeof(pieces) / sizeof(pieces[0]);
		const char *piece = k < n ? pieces[k] : nests[k - n][0];

		rb_buf_clear(&script);
		while (script.len + strlen(piece) < SCRIPT_BYTES)
			rb_buf_c(&script, piece);
		check_script(&file, piece, rb_buf_view(&script));
	}
	rb_buf_free(&script);
	rb_buf_free(&file);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Everything in any order. */
static void
mixed(void **state)
{
	size_t n = sizeof(pieces) / sizeof(pieces[0]), m = sizeof(nests) / sizeof(nests[0]);
	struct rb_buf script, file;
	uint32_t seed = 11;

	(void)state;
	rb_buf_init(&script, NULL, SCRIPT_BYTES);
	rb_buf_init(&file, NULL, FILE_BYTES);
	for (int round = 0; round < 300; round++) {
		size_t length = round % 10 == 0 ? 20000 : 400;

		rb_buf_clear(&script);
		while (script.len < length) {
			size_t k = next_random(&seed) % (n + 2 * m);

			rb_buf_c(&script, k < n ? pieces[k] : nests[(k - n) / 2][(k - n) % 2]);
		}
		check_script(&file, "mixed", rb_buf_view(&script));
	}
	rb_buf_free(&script);
	rb_buf_free(&file);
}

/* A script beyond what a scalar may have is an error, not a crash. */
static void
too_long(void **state)
{
	struct rb_buf file;

	(void)state;
	rb_buf_init(&file, NULL, FILE_BYTES);
	rb_buf_c(&file, "runbook: a\ntitle: A\nsteps:\n  - look: |\n");
	for (int i = 0; i < 1 << 16; i++)
		rb_buf_c(&file, "      rm -rf x\n");
	check("1 MiB", rb_buf_view(&file));
	rb_buf_free(&file);
}

/* ---- files ---- */

static void
files(void **state)
{
	static const char *const rows[] = {"[", "{", "- ", "? ", "!", "&a ", "*a ", "\"", "'", "|\n", ">\n",
	    "a: ", "a: {", "a: [", "---\n", "...\n", "%YAML 1.2\n", "\t", "\r", "\xff", "\xef\xbb\xbf", "#",
	    ",", ":", "<<: ", "{a: 1}, ", "steps:\n", "  - if: ", "  - {if: a, block: ", "${", "$${",
	    "\xe2\x80\xa8", "\xc2\x85", "runbook: a\n", "((", "not ", "a and ", "x where ", "a ?? "};
	struct rb_buf file;

	(void)state;
	rb_buf_init(&file, NULL, FILE_BYTES);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		for (int inside = 0; inside < 2; inside++) {
			rb_buf_clear(&file);
			if (inside)
				rb_buf_c(&file, "runbook: a\ntitle: A\nsteps:\n  - look: x\n  - if: ");
			while (file.len < (inside ? 15000 : 100000))
				rb_buf_c(&file, rows[k]);
			check(rows[k], rb_buf_view(&file));
		}
	}
	rb_buf_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nested),
	    cmocka_unit_test(repeated),
	    cmocka_unit_test(mixed),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(files),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
