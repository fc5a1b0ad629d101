/* From a scenario file to its scenarios: the runbook that it tests is loaded first, and everything that is
 * written is checked against it. */
#include <signal.h>
#include <string.h>

#include "scenario/state.h"

enum { NAMES_MAX = 100 }; /* that are looked through for a suggestion */

/* ---- secrets and the host ---- */

static void
check_secrets(const struct rb_scenario_load *l, const struct rb_scenario_shared *shared)
{
	const struct rb_program *program = l->file->program;

	for (size_t i = 0; i < shared->nsecrets; i++) {
		const struct rb_given *g = &shared->secrets[i];
		struct rb_str names[NAMES_MAX];
		bool known = false;
		size_t n = 0;

		for (size_t u = 0; u < program->nunits; u++) {
			for (size_t k = 0; k < program->units[u]->nsecrets; k++) {
				struct rb_str name = program->units[u]->secrets[k].decl->name;

				known = known || rb_str_eq(name, g->name);
				if (n < NAMES_MAX)
					names[n++] = name;
			}
		}
		if (!known)
			rb_diag_suggest(l->diags,
			    rb_diag_add(l->diags, RB_E_SCENARIO, g->span, "there is no secret `%.*s`",
				RB_STR_ARG(g->name)),
			    g->name, names, n);
		else if (g->value.kind != RB_V_TEXT || g->value.s.n < RB_SECRET_MIN)
			rb_diag_add(l->diags, RB_E_SECRET, g->span, "a secret is a text of at least %d bytes",
			    (int)RB_SECRET_MIN);
	}
}

static void
check_host(const struct rb_scenario_load *l, const struct rb_field *host)
{
	const struct rb_node *env = host != NULL ? host[RB_HOST_ENV].node : NULL;

	if (env != NULL && env->kind != RB_NODE_MAP)
		rb_diag_add(l->diags, RB_E_TYPE, env->span,
		    "`env` is a mapping of variables to values, not %s", rb_node_form(env));
}

/* ---- one scenario ---- */

static void
read_yes(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_scenario_inside *in)
{
	size_t n;

	if (node == NULL)
		return;
	if (node->kind == RB_NODE_SCALAR &&
	    (rb_str_is(node->text, "true") || rb_str_is(node->text, "false"))) {
		in->yes = rb_str_is(node->text, "true");
		return;
	}
	if (node->kind == RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span, "`yes` is true, or a list of ids, not %s",
		    rb_node_form(node));
		return;
	}
	n = node->kind == RB_NODE_LIST ? node->len : 1;
	in->yes_ids = RB_ARRAY(l->arena, struct rb_str, n);
	for (size_t i = 0; i < n; i++) {
		struct rb_named at;

		if (rb_named_find(l, node->kind == RB_NODE_LIST ? node->items[i] : node, &at) < 0)
			continue;
		if (at.purpose == RB_FOR_ACTION && rb_asks_first(at.step))
			in->yes_ids[in->nyes_ids++] = at.owner->id;
		else
			rb_diag_add(l->diags, RB_E_SCENARIO, at.span,
			    "`%.*s` has no `confirm` that `yes` could answer", RB_STR_ARG(at.key));
	}
}

static void
read_signals(const struct rb_scenario_load *l, const struct rb_node *node, struct rb_scenario_inside *in)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {{"INT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}};

	if (node == NULL)
		return;
	if (node->kind != RB_NODE_LIST) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "`signals` is a list of signals, as {at: 5m, signal: INT}, not %s", rb_node_form(node));
		return;
	}
	in->signals = RB_ARRAY(l->arena, struct rb_scenario_signal, node->len);
	for (size_t i = 0; i < node->len; i++) {
		struct rb_scenario_signal *s = &in->signals[in->nsignals];
		struct rb_field f[RB_SIGNAL_KEYS];

		rb_keys_decode(&l->ctx, node->items[i], rb_scenario_signal_keys, f, "a signal");
		if (f[RB_SIGNAL_AT].node == NULL || f[RB_SIGNAL_SIGNAL].node == NULL)
			continue;
		s->span = node->items[i]->span;
		s->at = f[RB_SIGNAL_AT].value.i;
		for (size_t k = 0; k < sizeof(signals) / sizeof(signals[0]); k++) {
			if (rb_str_is(f[RB_SIGNAL_SIGNAL].value.s, signals[k].name))
				s->signo = signals[k].number;
		}
		if (in->nsignals > 0 && s->at < s[-1].at)
			rb_diag_add(
			    l->diags, RB_E_RANGE, s->span, "signals stand in the order in which they come");
		in->nsignals++;
	}
}

static void
read_from(const struct rb_scenario_load *l, const struct rb_field *f, struct rb_scenario *s)
{
	const struct rb_unit *u = l->file->program->main;
	struct rb_diag *diag;
	struct rb_str *names;

	if (l->file->library)
		s->from = u->procs[0];
	if (f->node == NULL)
		return;
	if (l->file->library) {
		rb_diag_add(l->diags, RB_E_CONFLICT, f->node->span,
		    "a library has one procedure: there is no `from` in it");
		return;
	}
	s->from = rb_unit_proc(u, f->value.s);
	if (s->from != NULL)
		return;
	names = RB_ARRAY(l->arena, struct rb_str, u->nprocs);
	for (size_t i = 0; i < u->nprocs; i++)
		names[i] = u->procs[i]->name;
	diag = rb_diag_add(
	    l->diags, RB_E_TARGET, f->node->span, "there is no procedure `%.*s`", RB_STR_ARG(f->value.s));
	rb_diag_suggest(l->diags, diag, f->value.s, names, u->nprocs);
}

/* Of the procedure to start at; of the file, where there is none of that name. */
static struct rb_scope *
scope_of(const struct rb_scenario_load *l, const struct rb_node *from)
{
	const struct rb_unit *u = l->file->program->main;
	const struct rb_procedure *proc = l->file->library ? u->procs[0]
					  : from != NULL && from->kind == RB_NODE_SCALAR
					      ? rb_unit_proc(u, from->text)
					      : NULL;

	return proc != NULL ? proc->scope : u->scope;
}

/* As a play will settle them. */
static void
check_inputs(const struct rb_scenario_load *l, const struct rb_scenario *s)
{
	const struct rb_unit *unit = l->file->program->main;
	struct rb_flow_options o = {.from = s->from, .frame = rb_frame_new(NULL, unit->scope, NULL)};

	rb_inputs_settle(l, unit, s, &o, NULL, NULL);
	rb_frame_free(o.frame);
}

static void
read_scenario(struct rb_scenario_load *l, const struct rb_node *node, struct rb_scenario *s)
{
	struct rb_scenario_inside *in = RB_NEW(l->arena, struct rb_scenario_inside);
	struct rb_field f[RB_SCEN_KEYS];
	const struct rb_node *expect;

	s->inside = in;
	s->span = node->span;
	if (node->kind != RB_NODE_MAP) {
		rb_diag_add(l->diags, RB_E_TYPE, node->span,
		    "a scenario is a mapping that begins with `name`, not %s", rb_node_form(node));
		return;
	}
	/* What `expect` reads is seen from where the scenario starts. */
	expect = rb_node_get(node, rb_scenario_keys[RB_SCEN_EXPECT].name);
	l->ctx.scope = scope_of(l, rb_node_get(node, rb_scenario_keys[RB_SCEN_FROM].name));
	rb_keys_decode(&l->ctx, node, rb_scenario_keys, f, "a scenario");
	if (f[RB_SCEN_NAME].node != NULL) {
		s->name = f[RB_SCEN_NAME].value.s;
		s->span = f[RB_SCEN_NAME].node->span;
	}
	if (f[RB_SCEN_NOTE].node != NULL)
		s->note = f[RB_SCEN_NOTE].value.s;
	read_from(l, &f[RB_SCEN_FROM], s);
	read_yes(l, f[RB_SCEN_YES].node, in);
	rb_inputs_read(l, &f[RB_SCEN_INPUTS], s);
	rb_mocks_read(l, f[RB_SCEN_RESULTS].node, &in->mocks);
	rb_answers_read(l, f[RB_SCEN_ANSWERS].node, &in->answers);
	read_signals(l, f[RB_SCEN_SIGNALS].node, in);
	if (expect != NULL)
		rb_wants_read(l, s, expect, &in->wants);
	if (f[RB_SCEN_FROM].node == NULL || s->from != NULL)
		check_inputs(l, s);
}

static void
read_scenarios(struct rb_scenario_load *l, const struct rb_node *node)
{
	struct rb_scenario_file *file = l->file;
	struct rb_map names;

	if (node->kind != RB_NODE_LIST || node->len == 0) {
		rb_diag_add(l->diags, node->kind == RB_NODE_LIST ? RB_E_EMPTY : RB_E_TYPE, node->span,
		    "`scenarios` is a list of at least one scenario, such as `- name: it is healthy`");
		return;
	}
	if (node->len > RB_SCENARIOS_MAX) {
		rb_diag_add(l->diags, RB_E_LIMIT, node->span, "a file has at most %d scenarios",
		    (int)RB_SCENARIOS_MAX);
		return;
	}
	rb_map_init(&names, l->arena);
	file->items = RB_ARRAY(l->arena, struct rb_scenario, node->len);
	file->n = node->len;
	for (size_t i = 0; i < node->len; i++) {
		struct rb_scenario *s = &file->items[i];

		read_scenario(l, node->items[i], s);
		if (s->name.n > 0 && rb_map_put(&names, s->name, s) != NULL)
			rb_diag_add(
			    l->diags, RB_E_REPEATED, s->span, "another scenario has this name already");
	}
}

/* ---- the file ---- */

/* What is wrong with the runbook is wrong here as well; its warnings are for `check` to tell. */
static void
pass_on(struct rb_diags *to, const struct rb_diags *from)
{
	for (size_t i = 0; i < from->len; i++) {
		const struct rb_diag *d = &from->items[i];
		struct rb_diag *copy;

		if (d->severity != RB_ERROR)
			continue;
		copy = rb_diag_add(to, d->code, d->span, "%.*s", RB_STR_ARG(d->text));
		if (d->hint.n > 0)
			rb_diag_hint(to, copy, "%.*s", RB_STR_ARG(d->hint));
	}
}

static int
load_tested(struct rb_scenario_load *l, const struct rb_field *f, const struct rb_kind *const *kinds,
    const struct rb_opener *opener)
{
	bool library = f[RB_TEST_LIBRARY].node != NULL;
	const struct rb_field *name = library ? &f[RB_TEST_LIBRARY] : &f[RB_TEST_TEST];
	struct rb_scenario_file *file = l->file;
	const struct rb_source *src = NULL;
	struct rb_str why = RB_STR("");
	struct rb_diags own;

	file->library = library;
	file->test = name->value.s;
	if (opener != NULL)
		src = opener->open(opener->ctx, l->arena, library, file->test, file->src, &why);
	if (src == NULL) {
		rb_diag_add(l->diags, RB_E_FILE, name->node->span, "`%.*s` cannot be tested: %.*s",
		    RB_STR_ARG(file->test), RB_STR_ARG(why));
		return -1;
	}
	rb_diags_init(&own, l->arena);
	file->program = library ? rb_program_load_library(l->arena, src, file->test, kinds, opener, &own)
				: rb_program_load(l->arena, src, kinds, opener, &own);
	if (file->program != NULL)
		return 0;
	pass_on(l->diags, &own);
	return -1;
}

/* 0 if exactly one of the two is there. */
static int
check_tested(const struct rb_scenario_load *l, const struct rb_field *f, const struct rb_node *root)
{
	bool test = f[RB_TEST_TEST].node != NULL, library = f[RB_TEST_LIBRARY].node != NULL;

	if (test != library)
		return 0;
	if (test)
		rb_diag_add(l->diags, RB_E_CONFLICT, f[RB_TEST_LIBRARY].node->span,
		    "a scenario file tests a runbook (`test`) or the procedure of a library (`library`), not "
		    "both");
	else if (rb_node_get(root, "test") == NULL && rb_node_get(root, "library") == NULL)
		rb_diag_add(l->diags, RB_E_MISSING, root->span,
		    "a scenario file needs `test`, the path of its runbook relative to this file; or "
		    "`library`, the name of "
		    "a library procedure");
	return -1;
}

static void
read_file(struct rb_scenario_load *l, const struct rb_node *root, const struct rb_kind *const *kinds,
    const struct rb_opener *opener)
{
	struct rb_field *f = RB_ARRAY(l->arena, struct rb_field, RB_TEST_KEYS);
	struct rb_scenario_shared *shared = RB_NEW(l->arena, struct rb_scenario_shared);

	rb_keys_decode(&l->ctx, root, rb_scenario_file_keys, f, "a scenario file");
	if (check_tested(l, f, root) < 0 || load_tested(l, f, kinds, opener) < 0)
		return;
	l->file->shared = shared;
	l->ctx.patterns = &l->file->program->patterns;
	shared->host = f[RB_TEST_HOST].fields;
	check_host(l, shared->host);
	shared->secrets = rb_given_read(l, &f[RB_TEST_SECRETS], 0, &shared->nsecrets);
	rb_inputs_read_shared(l, &f[RB_TEST_INPUTS], shared);
	check_secrets(l, shared);
	l->ctx.scope = NULL;
	rb_mocks_read(l, f[RB_TEST_RESULTS].node, &shared->mocks);
	if (f[RB_TEST_SCENARIOS].node != NULL)
		read_scenarios(l, f[RB_TEST_SCENARIOS].node);
}

struct rb_scenario_file *
rb_scenario_load(struct rb_arena *arena, const struct rb_source *src, const struct rb_kind *const *kinds,
    const struct rb_opener *opener, struct rb_diags *diags)
{
	struct rb_scenario_file *file = RB_NEW(arena, struct rb_scenario_file);
	struct rb_scenario_load l = {
	    .arena = arena, .diags = diags, .file = file, .ctx = {.arena = arena, .diags = diags}};
	size_t before = diags->errors;
	const struct rb_node *root = rb_yaml_load(arena, src, diags);

	file->src = src;
	if (root == NULL)
		return NULL;
	if (root->kind == RB_NODE_MAP)
		read_file(&l, root, kinds, opener);
	else
		rb_diag_add(diags, RB_E_TYPE, root->span,
		    "a scenario file is a mapping that begins with `test: FILE`, not %s", rb_node_form(root));
	if (diags->errors == before)
		return file;
	rb_scenario_free(file);
	return NULL;
}

void
rb_scenario_free(struct rb_scenario_file *file)
{
	if (file != NULL)
		rb_program_free(file->program);
}
