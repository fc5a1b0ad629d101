/* The tables as documentation: complete, in one style, and all of it in the reference and in `explain`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kinds/kinds.h"
#include "lang/reference.h"

static void
assert_row(const char *where, const struct rb_key *k)
{
	size_t n;

	if (k->help == NULL || k->help[0] == '\0') {
		fail_msg("%s: `%s` has no help", where, k->name);
		return;
	}
	n = strlen(k->help);
	if (strchr(k->help, '\n') != NULL || k->help[n - 1] == '.')
		fail_msg("%s: the help of `%s` is one line without a full stop", where, k->name);
	if (k->test == NULL || (strncmp(k->test, "lang/", 5) != 0 && strncmp(k->test, "run/", 4) != 0) ||
	    strcmp(k->test + strlen(k->test) - 5, ".yaml") != 0)
		fail_msg("%s: `%s` names no test", where, k->name);
	if (k->type == RB_K_WORD && k->choices == NULL)
		fail_msg("%s: `%s` is a word of none", where, k->name);
	if (k->type == RB_K_TABLE && k->sub == NULL)
		fail_msg("%s: `%s` is a table without rows", where, k->name);
	if (rb_key_type_name(k->type) == NULL)
		fail_msg("%s: what `%s` takes has no name", where, k->name);
}

static void
assert_test_exists(const char *test)
{
	char path[256];

	snprintf(path, sizeof(path), "tests/%s", test);
	if (strncmp(test, "lang/", 5) == 0 && access(path, R_OK) != 0)
		fail_msg("there is no %s", path);
}

static void
each_key(const char *where, const struct rb_key *keys, struct rb_str doc)
{
	struct rb_buf text;

	rb_buf_init(&text, NULL, 1 << 16);
	for (const struct rb_key *k = keys; k->name != NULL; k++) {
		assert_row(where, k);
		assert_test_exists(k->test);
		for (const struct rb_key *other = keys; other != k; other++)
			assert_string_not_equal(other->name, k->name);
		rb_buf_clear(&text);
		rb_buf_fmt(&text, "| `%s`", k->name);
		if ((k->flags & RB_KEY_LATER) == 0 && rb_str_find(doc, rb_buf_view(&text), 0) == SIZE_MAX)
			fail_msg("%s: `%s` is not in the reference", where, k->name);
		rb_buf_clear(&text);
		if (rb_language_explain(k->name, rb_kinds, &text) != 0)
			fail_msg("%s: `%s` is not explained", where, k->name);
		if (k->type == RB_K_TABLE)
			each_key(k->name, k->sub, doc);
	}
	rb_buf_free(&text);
}

static void
test_every_row(void **state)
{
	struct rb_buf doc;

	(void)state;
	rb_buf_init(&doc, NULL, 1 << 20);
	rb_language_doc(rb_kinds, RB_STR("OUTCOMES"), &doc);
	assert_int_equal(doc.lost, 0);
	for (const struct rb_table_row *t = rb_table_rows; t->name != NULL; t++)
		each_key(t->name, t->keys, rb_buf_view(&doc));
	for (size_t i = 0; rb_kinds[i] != NULL; i++)
		each_key(rb_kinds[i]->name, rb_kinds[i]->keys, rb_buf_view(&doc));
	assert_int_not_equal(rb_str_find(rb_buf_view(&doc), RB_STR("## Outcomes\n\nOUTCOMES"), 0), SIZE_MAX);
	for (size_t i = 0; i < RB_CODES; i++)
		assert_int_not_equal(
		    rb_str_find(rb_buf_view(&doc), rb_str_c(rb_code_rows[i].code), 0), SIZE_MAX);
	rb_buf_free(&doc);
}

/* A row of a Markdown table has as many cells as its head. */
static void
test_tables_are_whole(void **state)
{
	struct rb_buf doc;
	size_t from = 0, bars = 0, line = 1;

	(void)state;
	rb_buf_init(&doc, NULL, 1 << 20);
	rb_language_doc(rb_kinds, RB_STR(""), &doc);
	while (from < doc.len) {
		size_t to = rb_str_find(rb_buf_view(&doc), RB_STR("\n"), from), n = 0;

		for (size_t i = from; i < to; i++)
			n += doc.p[i] == '|' && (i == 0 || doc.p[i - 1] != '\\');
		if (doc.p[from] != '|')
			bars = 0;
		else if (bars == 0)
			bars = n;
		else if (n != bars)
			fail_msg("line %zu of the reference has %zu bars, its head has %zu", line, n, bars);
		from = to + 1;
		line++;
	}
	rb_buf_free(&doc);
}

static void
assert_explained(const char *word, const char *with)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, 1 << 16);
	assert_int_equal(rb_language_explain(word, rb_kinds, &out), 0);
	if (rb_str_find(rb_buf_view(&out), rb_str_c(with), 0) == SIZE_MAX)
		fail_msg("`%s` is not in\n%s", with, rb_buf_cstr(&out));
	rb_buf_free(&out);
}

static void
test_explain(void **state)
{
	struct rb_buf out;

	(void)state;
	assert_explained("http", "max_body");
	assert_explained("http", "  timeout  10s");
	assert_explained("timeout", "a key of the top of a file");
	assert_explained("timeout", "a key of a step");
	assert_explained("e021", "E021: ");
	assert_explained("first", "a function");
	assert_explained("passed", "a fact of every step");
	assert_explained("duration", "a type");
	assert_explained("goto", "an action");
	assert_explained("undo", "not in this version");
	assert_explained("status", "status, a fact of http: status code");
	assert_explained("results", "a fact of a step with for_each");
	assert_explained("results", "ping.results[0].exit");
	assert_explained("run.host", "run.host, a member of run: name of the host");
	assert_explained("run", "run.transcript");
	assert_explained("run", "run, an action");
	assert_explained("this", "capture: {used:");
	assert_explained("facts", "health.status");
	assert_explained("unset", "`??` gives another value");
	assert_explained("6", "the environment failed");
	assert_explained("--yes", "--yes=ID");
	assert_explained("confirm", "--yes=ID");
	assert_explained("branch", "    - else: end escalated");
	assert_explained("table", "kubectl get pods");
	assert_explained("stop", "stop: true");
	rb_buf_init(&out, NULL, 1 << 16);
	assert_int_equal(rb_language_explain("tiemout", rb_kinds, &out), -1);
	assert_string_equal(rb_buf_cstr(&out), "timeout\n");
	rb_buf_clear(&out);
	assert_int_equal(rb_language_explain("qqqqqqqq", rb_kinds, &out), -1);
	assert_int_equal(out.len, 0);
	rb_buf_free(&out);
}

/* Whether the example of a step's key is read without an error of form beside an action; else *why says so.
 */
static bool
good_example(const struct rb_key *k, const struct rb_kind *kind, char *why, size_t n)
{
	char text[2048];
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_program *p;
	bool good = true;

	rb_arena_init(&arena, NULL);
	rb_diags_init(&diags, &arena);
	snprintf(text, sizeof(text), "runbook: x\nsteps:\n  - %s\n    %s: %s\n", kind->example, k->name,
	    k->example);
	p = rb_program_load(
	    &arena, rb_source_new(&arena, RB_STR("x.yaml"), rb_str_c(text)), rb_kinds, NULL, &diags);
	for (size_t i = 0; i < diags.len; i++) {
		enum rb_code c = diags.items[i].code;

		if (c == RB_E_TYPE || c == RB_E_KEY || c == RB_E_YAML || c == RB_E_EMPTY ||
		    c == RB_E_MISSING || c == RB_E_EDGE)
			good = false;
		if (!good)
			snprintf(why, n, "%.*s", RB_STR_ARG(diags.items[i].text));
	}
	rb_program_free(p);
	rb_arena_free(&arena);
	return good;
}

static void
test_examples(void **state)
{
	(void)state;
	for (const struct rb_key *k = rb_step_keys; k->name != NULL; k++) {
		char why[256] = "";
		bool good = k->example == NULL, any = false;

		/* `expect` has keys for scripts and others for http: one action that takes the example is
		 * enough. */
		for (size_t i = 0; !good && rb_kinds[i] != NULL; i++) {
			if ((rb_kinds[i]->on & k->on) == 0)
				continue;
			any = true;
			good = good_example(k, rb_kinds[i], why, sizeof(why));
		}
		if (any && !good)
			fail_msg("the example of `%s`: %s", k->name, why);
	}
}

/* The examples of the topics are steps that load, without a warning but for one of style. */
static void
test_topics(void **state)
{
	(void)state;
	for (const struct rb_topic_row *t = rb_topic_rows; t->words != NULL; t++) {
		struct rb_str s = rb_str_c(t->text), fence = RB_STR("```yaml\n");
		size_t from = rb_str_find(s, fence, 0), to;
		struct rb_arena arena;
		struct rb_diags diags;
		struct rb_buf text;

		if (from == SIZE_MAX)
			continue;
		from += fence.n;
		to = rb_str_find(s, RB_STR("```"), from);
		assert_int_not_equal(to, SIZE_MAX);
		rb_arena_init(&arena, NULL);
		rb_diags_init(&diags, &arena);
		rb_buf_init(&text, NULL, 1 << 16);
		rb_buf_fmt(&text, "runbook: x\nsteps:\n%.*s", RB_STR_ARG(rb_str_cut(s, from, to)));
		rb_program_free(rb_program_load(&arena,
		    rb_source_new(&arena, RB_STR("x.yaml"), rb_buf_view(&text)), rb_kinds, NULL, &diags));
		for (size_t i = 0; i < diags.len; i++)
			if (diags.items[i].code != RB_W_STYLE)
				fail_msg("%s: %s", t->title, diags.items[i].text.p);
		rb_buf_free(&text);
		rb_arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_row),
	    cmocka_unit_test(test_tables_are_whole),
	    cmocka_unit_test(test_explain),
	    cmocka_unit_test(test_topics),
	    cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
