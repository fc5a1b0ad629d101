/* `runbook explain WORD`: what the tables say about one word, wherever it stands in them. */
#include <string.h>
#include <strings.h>

#include "lang/reference.h"
#include "lang/run_value.h"

enum { NEAR = 2, NEAR_SHORT = 1, SHORT = 4 };

/* --- keys --- */

/* What an entry of a structure may say, where the key's own row has no table; `k` stands in `table`. */
static const struct rb_key *
keys_within(const struct rb_key *table, const struct rb_key *k)
{
	static const struct {
		enum rb_key_type type;
		const struct rb_key *keys;
	} entries[] = {{RB_K_INPUTS, rb_input_keys}, {RB_K_VALUES, rb_value_keys},
	    {RB_K_PROCEDURES, rb_procedure_keys}, {RB_K_RUNGS, rb_rung_keys}, {RB_K_OUTPUTS, rb_output_keys},
	    {RB_K_CAPTURES, rb_capture_keys}, {RB_K_PROBE, rb_probe_keys}, {RB_K_BRANCH, rb_arm_keys},
	    {RB_K_CHOICES, rb_choice_keys}, {RB_K_EFFECT, rb_effect_keys}};

	if (k->type == RB_K_TABLE || k->type == RB_K_EXPECT)
		return k->sub;
	/* Files, libraries and scenarios each have secrets of a form of their own. */
	if (k->type == RB_K_SECRETS)
		return table == rb_runbook_keys   ? rb_secret_keys
		       : table == rb_library_keys ? rb_library_secret_keys
						  : NULL;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (k->type == entries[i].type)
			return entries[i].keys;
	}
	return NULL;
}

/* One line of a list of keys: "    times        attempts in all (a whole number, default 3)". */
static void
key_row(struct rb_buf *out, const struct rb_key *k)
{
	rb_buf_fmt(out, "    %-18s %s", k->name, k->help);
	if ((k->flags & RB_KEY_LATER) != 0) {
		rb_buf_c(out, " (not in this version)\n");
		return;
	}
	if (k->type == RB_K_WORD)
		rb_buf_fmt(out, " (one of: %s", k->choices);
	else
		rb_buf_fmt(out, " (%s", rb_key_takes(k));
	if ((k->flags & RB_KEY_REQUIRED) != 0)
		rb_buf_c(out, ", required");
	if (k->dflt != NULL)
		rb_buf_fmt(out, ", default %s", k->dflt);
	rb_buf_c(out, ")\n");
}

static void
key_rows(struct rb_buf *out, const struct rb_key *keys)
{
	if (keys != NULL)
		rb_buf_c(out, "  keys\n");
	for (; keys != NULL && keys->name != NULL; keys++)
		key_row(out, keys);
}

static void
explain_key(struct rb_buf *out, const char *in, const struct rb_key *table, const struct rb_key *k)
{
	if (out->len > 0)
		rb_buf_c(out, "\n");
	rb_buf_fmt(out, "%s, a key of %s: %s\n", k->name, in, k->help);
	if ((k->flags & RB_KEY_LATER) != 0) {
		rb_buf_c(out, "  not in this version\n");
		return;
	}
	if (k->type == RB_K_WORD)
		rb_buf_fmt(out, "  takes    one of: %s\n", k->choices);
	else
		rb_buf_fmt(out, "  takes    %s\n", rb_key_takes(k));
	if ((k->flags & RB_KEY_REQUIRED) != 0)
		rb_buf_c(out, "  required\n");
	if (k->dflt != NULL)
		rb_buf_fmt(out, "  default  %s\n", k->dflt);
	if (k->example != NULL)
		rb_buf_fmt(out, "  example  %s: %s\n", k->name, k->example);
	key_rows(out, keys_within(table, k));
}

static void
explain_in(struct rb_buf *out, const char *in, const struct rb_key *keys, struct rb_str word)
{
	for (const struct rb_key *k = keys; k->name != NULL; k++) {
		if (rb_str_is(word, k->name))
			explain_key(out, in, keys, k);
		/* Maps in maps, but for those that rb_table_rows has by themselves. */
		if (k->type == RB_K_TABLE && k->sub != NULL) {
			const struct rb_table_row *t = rb_table_rows;

			while (t->name != NULL && t->keys != k->sub)
				t++;
			if (t->name == NULL)
				explain_in(out, k->name, k->sub, word);
		}
	}
}

static void
explain_keys(struct rb_buf *out, const struct rb_kind *const *kinds, struct rb_str word)
{
	for (const struct rb_table_row *t = rb_table_rows; t->name != NULL; t++)
		explain_in(out, t->title, t->keys, word);
	for (size_t i = 0; kinds[i] != NULL; i++) {
		bool repeated = false;

		for (size_t k = 0; k < i; k++)
			repeated = repeated || kinds[k]->keys == kinds[i]->keys;
		if (!repeated)
			explain_in(out, kinds[i]->name, kinds[i]->keys, word);
	}
}

/* --- the rest --- */

static void
explain_kind(struct rb_buf *out, const struct rb_kind *kind)
{
	char time[RB_CLOCK_DURATION];

	rb_buf_fmt(out, "%s, an action: %s\n  example  - %s\n", kind->name, kind->help, kind->example);
	if (kind->timeout != RB_NEVER)
		rb_buf_fmt(out, "  timeout  %s, unless the step says otherwise\n",
		    rb_clock_exact(kind->timeout, time));
	key_rows(out, kind->keys);
	if (kind->facts != NULL)
		rb_buf_c(out, "  facts\n");
	for (const struct rb_fact_row *f = kind->facts; f != NULL && f->name != NULL; f++)
		rb_buf_fmt(out, "    %-18s %s\n", f->name, f->help);
}

static void
explain_actions(struct rb_buf *out, const struct rb_kind *const *kinds, struct rb_str word)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (rb_str_is(word, kinds[i]->name))
			explain_kind(out, kinds[i]);
	for (const struct rb_action_row *a = rb_action_rows; a->name != NULL; a++) {
		if (!rb_str_is(word, a->name))
			continue;
		rb_buf_fmt(out, "%s, an action: %s\n", a->name, a->help);
		if ((a->flags & RB_KEY_LATER) != 0)
			rb_buf_c(out, "  not in this version\n");
		else
			rb_buf_fmt(out, "  example  - %s\n", a->example);
	}
}

static void
explain_others(struct rb_buf *out, struct rb_str word)
{
	const struct rb_type_row *type = rb_type_row(word);

	for (size_t i = 0; i < RB_CODES; i++)
		if (strlen(rb_code_rows[i].code) == word.n &&
		    strncasecmp(rb_code_rows[i].code, word.p, word.n) == 0)
			rb_buf_fmt(out, "%s: %s\n\n%s", rb_code_rows[i].code, rb_code_rows[i].title,
			    rb_code_rows[i].explain);
	for (const struct rb_func_row *f = rb_func_rows; f->name != NULL; f++)
		if (rb_str_is(word, f->name))
			rb_buf_fmt(
			    out, "%s%s, a function: %s\n", out->len > 0 ? "\n" : "", f->signature, f->help);
	if (type != NULL)
		rb_buf_fmt(out, "%s%s, a type: %s\n", out->len > 0 ? "\n" : "", type->name, type->help);
}

static void
explain_fact(struct rb_buf *out, const char *of, const struct rb_fact_row *f)
{
	struct rb_buf type;

	rb_buf_init(&type, out->alloc, 256);
	rb_type_name(f->type, &type);
	rb_buf_fmt(out, "%s%s, a fact of %s: %s (%s)\n", out->len > 0 ? "\n" : "", f->name, of, f->help,
	    rb_buf_cstr(&type));
	rb_buf_free(&type);
}

/* Facts by their name alone; kinds that share their facts are told once. */
static void
explain_facts(struct rb_buf *out, const struct rb_kind *const *kinds, struct rb_str word)
{
	for (const struct rb_fact_row *f = rb_step_facts; f->name != NULL; f++)
		if (rb_str_is(word, f->name))
			explain_fact(out, "every step", f);
	for (const struct rb_fact_row *f = rb_loop_fact_rows; f->name != NULL; f++)
		if (rb_str_is(word, f->name))
			explain_fact(out, "a step with for_each", f);
	for (size_t i = 0; kinds[i] != NULL; i++) {
		bool repeated = kinds[i]->facts == NULL;

		for (size_t k = 0; k < i; k++)
			repeated = repeated || kinds[k]->facts == kinds[i]->facts;
		for (const struct rb_fact_row *f = kinds[i]->facts; !repeated && f->name != NULL; f++)
			if (rb_str_is(word, f->name))
				explain_fact(out, kinds[i]->name, f);
	}
}

/* `run`, `run.host`. */
static void
explain_run(struct rb_buf *out, struct rb_str word)
{
	bool whole = rb_str_is(word, "run");

	if (!whole && !rb_str_starts(word, "run."))
		return;
	if (whole)
		rb_buf_fmt(out, "%srun, a name: what is known of the run itself\n", out->len > 0 ? "\n" : "");
	for (size_t i = 0; i < rb_run_type.len; i++) {
		const struct rb_member *m = &rb_run_type.members[i];

		if (whole)
			rb_buf_fmt(out, "    run.%-14.*s %s\n", RB_STR_ARG(m->name), m->help);
		else if (rb_str_eq(rb_str_cut(word, 4, word.n), m->name))
			rb_buf_fmt(out, "run.%.*s, a member of run: %s\n", RB_STR_ARG(m->name), m->help);
	}
}

static void
explain_topics(struct rb_buf *out, struct rb_str word)
{
	for (const struct rb_topic_row *t = rb_topic_rows; t->words != NULL; t++)
		if (rb_topic_is(t, word))
			rb_buf_fmt(out, "%s%s\n\n%s", out->len > 0 ? "\n" : "", t->title, t->text);
}

/* --- words that are near --- */

static void
near_word(struct rb_buf *out, struct rb_str word, const char *name)
{
	unsigned limit = word.n <= SHORT ? NEAR_SHORT : NEAR;
	struct rb_buf line;

	if (rb_str_distance(word, rb_str_c(name), limit) > limit)
		return;
	rb_buf_init(&line, out->alloc, 128);
	rb_buf_fmt(&line, "%s\n", name);
	if (rb_str_find(rb_buf_view(out), rb_buf_view(&line), 0) == SIZE_MAX)
		rb_buf_str(out, rb_buf_view(&line));
	rb_buf_free(&line);
}

static void
near_keys(struct rb_buf *out, struct rb_str word, const struct rb_key *keys)
{
	for (; keys->name != NULL; keys++)
		near_word(out, word, keys->name);
}

static void
near_words(struct rb_buf *out, const struct rb_kind *const *kinds, struct rb_str word)
{
	for (size_t i = 0; kinds[i] != NULL; i++) {
		near_word(out, word, kinds[i]->name);
		near_keys(out, word, kinds[i]->keys);
	}
	for (const struct rb_action_row *a = rb_action_rows; a->name != NULL; a++)
		near_word(out, word, a->name);
	for (const struct rb_table_row *t = rb_table_rows; t->name != NULL; t++)
		near_keys(out, word, t->keys);
	for (const struct rb_func_row *f = rb_func_rows; f->name != NULL; f++)
		near_word(out, word, f->name);
	for (const struct rb_fact_row *f = rb_step_facts; f->name != NULL; f++)
		near_word(out, word, f->name);
}

int
rb_tables_explain(const char *word, const struct rb_table_row *tables, struct rb_buf *out)
{
	struct rb_buf found;
	int result;

	rb_buf_init(&found, out->alloc, out->max);
	for (const struct rb_table_row *t = tables; t->name != NULL; t++) {
		for (const struct rb_key *k = t->keys; k->name != NULL; k++) {
			if (rb_str_is(rb_str_c(word), k->name))
				explain_key(&found, t->title, t->keys, k);
		}
	}
	result = found.len > 0 ? 0 : -1;
	rb_buf_str(out, rb_buf_view(&found));
	rb_buf_free(&found);
	return result;
}

int
rb_language_explain(const char *word, const struct rb_kind *const *kinds, struct rb_buf *out)
{
	struct rb_str w = rb_str_c(word);
	struct rb_buf found;
	int result = 0;

	/* A buffer of its own, since whether something was found is seen by its length. */
	rb_buf_init(&found, out->alloc, out->max);
	explain_actions(&found, kinds, w);
	explain_keys(&found, kinds, w);
	explain_others(&found, w);
	explain_facts(&found, kinds, w);
	explain_run(&found, w);
	explain_topics(&found, w);
	if (found.len == 0) {
		near_words(&found, kinds, w);
		result = -1;
	}
	rb_buf_str(out, rb_buf_view(&found));
	rb_buf_free(&found);
	return result;
}
