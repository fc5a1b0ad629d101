/* Scripts: which values a text mentions, and what is wrong or doubtful in it. */
#include "lang/exprs.h"
#include "lang/template.h"

static int
setup(void **state)
{
	struct world *w = rb_alloc_zero(NULL, 1, sizeof(*w));

	world_init(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	rb_alloc_free(NULL, *state);
	return 0;
}

static struct rb_script *
parse(struct world *w, struct rb_str text, const char *own)
{
	struct rb_source *src = rb_source_new(&w->arena, RB_STR("t.yaml"), text);
	struct rb_node *node = RB_NEW(&w->arena, struct rb_node);
	struct rb_str own_env = rb_str_c(own);

	node->kind = RB_NODE_SCALAR;
	node->style = RB_PLAIN;
	node->text = src->bytes;
	node->span = (struct rb_span){src, 0, src->bytes.n};
	rb_diags_init(&w->diags, &w->arena);
	return rb_script_parse(&w->ctx, node, &own_env, own != NULL ? 1 : 0);
}

/* "holder_pid=holder.pid? …" */
static const char *
mentions(struct world *w, const struct rb_script *s)
{
	rb_buf_clear(&w->out);
	for (size_t i = 0; i < s->nmentions; i++) {
		const struct rb_mention *m = &s->mentions[i];

		rb_buf_fmt(&w->out, "%s%.*s=%.*s%s", i > 0 ? " " : "", RB_STR_ARG(m->name),
		    RB_STR_ARG(rb_expr_text(m->expr)), m->guarded ? "?" : "");
		assert_true(rb_str_starts(rb_expr_text(m->expr), m->decl->name.p));
	}
	return rb_buf_cstr(&w->out);
}

struct row {
	const char *text, *want;
};

/* Each text's mentions, or what is said of it. */
static void
expect(struct world *w, const struct row *rows, size_t n, bool quiet)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct rb_script *s = parse(w, rb_str_c(rows[i].text), NULL);
		const char *got =
		    quiet && s != NULL && w->diags.len == 0 ? mentions(w, s) : world_complaint(w);

		if (strcmp(got, rows[i].want) == 0 && (s == NULL) == (w->diags.errors > 0))
			continue;
		wrong++;
		print_error("%s\n  want  %s\n  got   %s\n", rows[i].text, rows[i].want, got);
	}
	assert_int_equal(wrong, 0);
}
#define EXPECT_OF(w, rows, quiet) expect((w), (rows), sizeof(rows) / sizeof(*(rows)), (quiet))

static void
what_is_mentioned(void **state)
{
	static const struct row rows[] = {
	    {"", ""},
	    {"tail -n 200 \"$name\"", "name=name"},
	    {"echo $port ${port} $((port + 1))", "port=port"},
	    {"echo ${never:-x} ${later+x}", "never=never? later=later?"},
	    {"echo ${never:-x} $never", "never=never"},
	    {"echo $health_status", "health_status=health.status"},
	    {"echo $log_missing $log_missing_module $log_missing_lines",
		"log_missing=log.missing log_missing_module=log.missing.module "
		"log_missing_lines=log.missing.lines"},
	    {"echo $log_port_taken $log_timed_out",
		"log_port_taken=log.port_taken log_timed_out=log.timed_out"},
	    {"echo $environment $environment_bastion",
		"environment=environment environment_bastion=environment.bastion"},
	    {"cat <<'EOF'\n$name\nEOF\n", "name=name"},
	    {"awk '{print $port}' x", "port=port"},
	    {"echo $HOME $UNKNOWN $1 '$zzz $lg' $https_proxy $Zz $_X", ""},
	    /* what the script sets itself may be unset before */
	    {"health_status=5; echo $health_status", "health_status=health.status?"},
	    {"for host in a b; do echo $host; done", ""},
	    {"read inner_passed; echo $inner_passed", ""},
	    /* values that look like code stay out of the text */
	    {"docker ps --format '{{.Names}}' | grep $name", "name=name"},
	    {"docker inspect -f '{{json .State}}' x", ""},
	    {"msg={{ unknown }} {{ log.nosuch }} {{ log. }}", ""},
	    {"ping $HOST_NAME.example.org $name.example.org", "name=name"},
	};

	EXPECT_OF(*state, rows, true);
}

static void
what_is_wrong(void **state)
{
	static const struct row rows[] = {
	    {"kill {{ health.status }}", "5-24 the text of a script is not filled in: `{{ health.status }}` "
					 "would reach the shell as it stands | write "
					 "$health_status: the value comes as a variable, and stays a value"},
	    {"echo {{port}}", "5-13 the text of a script is not filled in: `{{port}}` would reach the shell "
			      "as it stands | write $port: the "
			      "value comes as a variable, and stays a value"},
	    {"echo ${log.missing.module}",
		"5-26 the text of a script is not filled in: `${log.missing.module}` would reach the shell "
		"as it stands | "
		"write $log_missing_module: the value comes as a variable, and stays a value"},
	    {"echo ${log.nosuch}", "5-18 the text of a script is not filled in: `${log.nosuch}` would reach "
				   "the shell as it stands | give it a "
				   "name with `capture` or `values`, and write that as $name"},
	    {"echo {{ data.deep.a }}", "5-22 the text of a script is not filled in: `{{ data.deep.a }}` "
				       "would reach the shell as it stands | give it "
				       "a name with `capture` or `values`, and write that as $name"},
	    {"echo $health.status!", "5-19 the text of a script is not filled in: `$health.status` would "
				     "reach the shell as it stands | write "
				     "$health_status: the value comes as a variable, and stays a value"},
	};
	struct world *w = *state;

	EXPECT_OF(w, rows, false);
	parse(w, RB_STR("{{ port }}"), NULL);
	assert_int_equal(w->diags.items[0].code, RB_E_INJECTION);
}

static void
what_is_doubtful(void **state)
{
	static const struct row rows[] = {
	    {"echo $prot", "6-10 nothing defines $prot | did you mean $port?"},
	    /* Too short to be told for its nearness alone; where it is told of, that is said first. */
	    {"echo ${nam}", "7-10 nothing sets $nam | did you mean $name?\ndeclare it as an input, value or "
			    "`env`; if it may be missing, write ${nam:-}"},
	    {"true; sudo rm -rf \"$zz\"/", "20-22 nothing sets $zz | declare it as an input, value or `env`; "
					   "or write ${zz:?}, which ends the "
					   "step where it is missing or empty"},
	    {"rm x; echo $zz",
		"12-14 nothing sets $zz | declare it as an input, value or `env`; if it may be "
		"missing, write ${zz:-}"},
	    {"echo $helth_status", "6-18 nothing defines $helth_status | did you mean $health_status?"},
	    {"echo $health_staus", "6-18 nothing defines $health_staus | did you mean $health_status?"},
	    {"echo $log_missing_modul",
		"6-23 nothing defines $log_missing_modul | did you mean $log_missing_module?"},
	    {"echo $log_missing_nothing_like_it",
		"6-33 nothing sets $log_missing_nothing_like_it | declare it as an input, value or `env`; if "
		"it may be missing, write ${log_missing_nothing_like_it:-}"},
	    {"'$zz' $zz", "7-9 nothing sets $zz | declare it as an input, value or `env`; if it may be "
			  "missing, write ${zz:-}"},
	    {"cat <<E\n'$zz' \\$yy\nE\n", "10-12 nothing sets $zz | declare it as an input, value or `env`; "
					  "if it may be missing, write ${zz:-}"},
	    {"x=\"$(awk '{print $zz}' <<<\"$yy\")\"", "28-30 nothing sets $yy | declare it as an input, "
						      "value or `env`; if it may be missing, write ${yy:-}"},
	    {"echo $((zz + 1)) # $yy", "8-10 nothing sets $zz | declare it as an input, value or `env`; if "
				       "it may be missing, write ${zz:-}"},
	    {"find . -name $zz", "14-16 nothing sets $zz | declare it as an input, value or `env`; if it may "
				 "be missing, write ${zz:-}"},
	    {"prot=5; echo $prot", ""},
	    /* not the shell's to expand, or set by what cannot be seen */
	    {"cat <<'E'\n$zz\nE\necho ok # it's $zz\n", ""},
	    {"cat <<-\\E\n\t$zz\n\tE\n", ""},
	    {"echo \\$zz \"\\$zz\" $'\\'$zz'", ""},
	    {"echo ${zz:?not given} ${zz?x}", ""},
	    {". ./settings.sh; echo $zz", ""},
	    {"if true; then . ./x; fi; echo $zz", ""},
	    {"source lib; echo $zz", ""},
	    {"eval \"$(ssh-agent)\"; echo $zz", ""},
	    {"exec {lock}>/tmp/x; flock $lock", ""},
	    {"echo $health",
		"6-12 `health` has facts, but is no variable itself | a fact of it is written $health_fact"},
	    {"health=$(date); echo $health", ""},
	    {"echo $health_json_status", "6-24 $health_json_status would stand in JSON, whose members are no "
					 "variables | give it a name with "
					 "`capture`, from `health`"},
	    {"cat > x <<'E'\n${server.port}\nE", "14-28 `server.port` is no name of the shell: a name has no "
						 "dots | the shell refuses this unless it stands in "
						 "single quotes or a quoted here-document"},
	};
	struct world *w = *state;

	EXPECT_OF(w, rows, false);
	parse(w, RB_STR("echo $prot"), NULL);
	assert_int_equal(w->diags.items[0].code, RB_W_MISTYPED);
	assert_int_equal(w->diags.items[0].severity, RB_WARNING);
	assert_int_equal(w->diags.errors, 0);
}

static void
secrets(void **state)
{
	struct world *w = *state;
	struct rb_script *s;

	assert_null(parse(w, RB_STR("curl -H \"$TOKEN\""), NULL));
	assert_int_equal(w->diags.items[0].code, RB_E_SECRET);
	assert_int_equal(w->diags.items[0].span.from, 10);
	/* The step's own env or secrets give it. */
	s = parse(w, RB_STR("curl -H \"$TOKEN\" $port"), "TOKEN");
	assert_string_equal(mentions(w, s), "port=port");
	w->ctx.secrets = true;
	s = parse(w, RB_STR("curl -H \"$TOKEN\""), NULL);
	assert_string_equal(mentions(w, s), "TOKEN=TOKEN");
	assert_true(rb_expr_secret(s->mentions[0].expr));
}

static void
scopes_and_loops(void **state)
{
	struct world *w = *state;
	const struct rb_step *around[1];
	struct rb_script *s;

	/* Outside of its loop a loop variable cannot be read. */
	assert_null(parse(w, RB_STR("echo $host"), NULL));
	around[0] = (const struct rb_step *)(const void *)&w->loop;
	w->ctx.around = around;
	w->ctx.naround = 1;
	s = parse(w, RB_STR("echo $host $inner_passed"), NULL);
	assert_string_equal(mentions(w, s), "host=host inner_passed=inner.passed");
	/* Own names win. */
	s = parse(w, RB_STR("echo $host"), "host");
	assert_int_equal(s->nmentions, 0);
	w->ctx.naround = 0;
	w->ctx.scope = &w->proc;
	s = parse(w, RB_STR("echo $target_port $port $prep_passed $targt_port"), NULL);
	assert_string_equal(mentions(w, s), "target_port=target_port port=port prep_passed=prep.passed");
	assert_int_equal(w->diags.warnings, 1);
	/* A procedure sees no steps of the file but those of setup. */
	assert_null(parse(w, RB_STR("echo $health_status"), NULL));
	assert_int_equal(w->diags.items[0].code, RB_E_EXPR_NAME);
}

/* Mentions read the values, as text for the environment. */
static void
values(void **state)
{
	struct world *w = *state;
	struct rb_script *s;

	world_set(w, "name", rb_v_text(RB_STR("'; touch pwned; #")));
	s = parse(w, RB_STR("echo $name $log_missing_module $never"), NULL);
	assert_true(rb_str_is(s->text, "echo $name $log_missing_module $never"));
	assert_string_equal(
	    world_render(w, rb_expr_eval(s->mentions[0].expr, &w->ev)), "\"'; touch pwned; #\"");
	assert_string_equal(world_render(w, rb_expr_eval(s->mentions[1].expr, &w->ev)), "\"uvicorn\"");
	assert_string_equal(world_render(w, rb_expr_eval(s->mentions[2].expr, &w->ev)), "unset never");
}

/* The largest script, of whatever is worst to judge, in time and with a bounded number of complaints. */
static void
large(void **state)
{
	static const char *const pieces[] = {
	    "${log.a%d}", "{{ port }}%d ", "${a.b%d}", "$prot%d ", "$health_json_x%d ", "$p%d ", "$port%d="};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		int64_t began = rb_clock_mono();
		struct rb_buf b;

		rb_buf_init(&b, NULL, RB_SCALAR_MAX);
		for (int k = 0; b.len < RB_SCALAR_MAX; k++) {
			rb_buf_fmt(&b, "%.*s", (int)(strchr(pieces[i], '%') - pieces[i]), pieces[i]);
			rb_buf_fmt(&b, "%d%s", k, strchr(pieces[i], '%') + 2);
		}
		parse(w, rb_buf_view(&b), NULL);
		rb_buf_free(&b);
		assert_true(w->diags.errors + w->diags.warnings <= 50);
		if (rb_clock_mono() - began > 5 * RB_SECOND)
			fail_msg(
			    "%s takes %lld ms", pieces[i], (long long)((rb_clock_mono() - began) / RB_MS));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_mentioned, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_wrong, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_doubtful, setup, teardown),
	    cmocka_unit_test_setup_teardown(secrets, setup, teardown),
	    cmocka_unit_test_setup_teardown(scopes_and_loops, setup, teardown),
	    cmocka_unit_test_setup_teardown(values, setup, teardown),
	    cmocka_unit_test_setup_teardown(large, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
