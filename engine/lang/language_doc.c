/* The reference of the language, as Markdown, from the tables that the program itself goes by: what is not in
 * a table here does not exist. Prose stands only where a table cannot say it. */
#include <string.h>

#include "base/secret.h"
#include "lang/lower.h"
#include "lang/reference.h"
#include "lang/run_value.h"

const struct rb_table_row rb_table_rows[] = {
    {"runbook", "the top of a file", rb_runbook_keys},
    {"inputs", "an input", rb_input_keys},
    {"values", "a value", rb_value_keys},
    {"secrets", "a secret", rb_secret_keys},
    {"requires", "requires", rb_requires_keys},
    {"defaults", "defaults", rb_defaults_keys},
    {"escalate", "a rung of escalate", rb_rung_keys},
    {"procedures", "a procedure", rb_procedure_keys},
    {"outputs", "an output of a procedure", rb_output_keys},
    {"library", "a library file", rb_library_keys},
    {"secrets", "a secret of a library", rb_library_secret_keys},
    {"step", "a step", rb_step_keys},
    {"for_each", "for_each", rb_for_each_keys},
    {"confirm", "confirm", rb_confirm_keys},
    {"retry", "retry", rb_retry_keys},
    {"stop_on", "stop_on", rb_stop_on_keys},
    {"capture", "a capture", rb_capture_keys},
    {"expect", "expect", rb_expect_keys},
    {"probe", "a probe: done_if, verify, ready", rb_probe_keys},
    {"effect", "effect", rb_effect_keys},
    {"branch", "an arm of branch", rb_arm_keys},
    {"choices", "a choice of ask", rb_choice_keys},
    {"end", "end", rb_end_keys},
    {NULL, NULL, NULL},
};

/* --- cells --- */

/* Text in a cell of a table, where a bar would end it. */
static void
cell(struct rb_buf *out, const char *s)
{
	rb_buf_c(out, " ");
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '|')
			rb_buf_char(out, '\\');
		rb_buf_char(out, *s);
	}
	rb_buf_c(out, " |");
}

static void
code_cell(struct rb_buf *out, const char *s)
{
	bool mark;

	if (s == NULL) {
		cell(out, "");
		return;
	}
	/* Code that holds a backtick stands between two of them (CommonMark, 6.1). */
	mark = strchr(s, '`') != NULL;
	rb_buf_c(out, mark ? " `` " : " `");
	for (; *s != '\0'; s++) {
		if (*s == '|')
			rb_buf_char(out, '\\');
		rb_buf_char(out, *s);
	}
	rb_buf_c(out, mark ? " `` |" : "` |");
}

/* What a key takes: its words, where it is one of some. */
static void
takes_cell(struct rb_buf *out, const struct rb_key *key)
{
	struct rb_buf words;

	if (key->type != RB_K_WORD) {
		cell(out, rb_key_takes(key));
		return;
	}
	rb_buf_init(&words, out->alloc, 1024);
	for (const char *p = key->choices; *p != '\0'; p++) {
		if (*p == ' ')
			rb_buf_c(&words, ", ");
		else
			rb_buf_char(&words, *p);
	}
	cell(out, rb_buf_cstr(&words));
	rb_buf_free(&words);
}

/* --- tables of keys --- */

static void
key_rows(struct rb_buf *out, const struct rb_key *keys)
{
	rb_buf_c(out, "| key | takes | default | | example |\n|---|---|---|---|---|\n");
	for (; keys->name != NULL; keys++) {
		if ((keys->flags & RB_KEY_LATER) != 0)
			continue;
		rb_buf_fmt(
		    out, "| `%s`%s |", keys->name, (keys->flags & RB_KEY_REQUIRED) != 0 ? " (required)" : "");
		takes_cell(out, keys);
		cell(out, keys->dflt);
		cell(out, keys->help);
		code_cell(out, keys->example);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\n");
}

static void
main_key(struct rb_buf *out, const struct rb_key *keys)
{
	const struct rb_key *main = &keys[rb_key_main(keys)];

	if (main->name != NULL)
		rb_buf_fmt(out, "Without a mapping, what stands there is the `%s`.\n\n", main->name);
}

/* Maps in maps that have no table of their own in rb_table_rows. */
static void
sub_tables(struct rb_buf *out, const struct rb_key *keys)
{
	for (; keys->name != NULL; keys++) {
		const struct rb_table_row *t = rb_table_rows;

		while (t->name != NULL && t->keys != keys->sub)
			t++;
		if (keys->type != RB_K_TABLE || keys->sub == NULL || t->name != NULL)
			continue;
		rb_buf_fmt(out, "The keys of `%s`:\n\n", keys->name);
		key_rows(out, keys->sub);
		sub_tables(out, keys->sub);
	}
}

/* --- steps --- */

/* The actions that a key stands beside. */
static void
owners_cell(struct rb_buf *out, const struct rb_kind *const *kinds, const struct rb_key *key)
{
	struct rb_buf names;
	size_t with = 0, without = 0, nedges = 0;

	rb_buf_init(&names, out->alloc, 4096);
	for (size_t i = 0; kinds[i] != NULL; i++) {
		if ((kinds[i]->on & key->on) == 0) {
			without++;
			continue;
		}
		rb_buf_fmt(&names, "%s%s", with++ > 0 ? ", " : "", kinds[i]->name);
	}
	for (size_t i = 0; rb_action_rows[i].name != NULL; i++) {
		bool edge = rb_action_rows[i].on == RB_ON_EDGE,
		     later = (rb_action_rows[i].flags & RB_KEY_LATER) != 0;

		if (later || (rb_action_rows[i].on & key->on) == 0) {
			without += !edge && !later;
			nedges += edge && !later;
			continue;
		}
		rb_buf_fmt(&names, "%s%s", with++ > 0 ? ", " : "", rb_action_rows[i].name);
	}
	cell(out, without > 0 ? rb_buf_cstr(&names) : nedges == 0 ? "all" : "all but edges");
	rb_buf_free(&names);
}

static void
step_keys(struct rb_buf *out, const struct rb_kind *const *kinds)
{
	rb_buf_c(out, "| key | beside | takes | default | | example |\n|---|---|---|---|---|---|\n");
	for (const struct rb_key *k = rb_step_keys; k->name != NULL; k++) {
		if ((k->flags & RB_KEY_LATER) != 0)
			continue;
		rb_buf_fmt(out, "| `%s` |", k->name);
		owners_cell(out, kinds, k);
		takes_cell(out, k);
		cell(out, k->dflt);
		cell(out, k->help);
		code_cell(out, k->example);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\nEdges, as items of a list, are");
	for (const struct rb_action_row *a = rb_action_rows; a->name != NULL; a++)
		if (a->on == RB_ON_EDGE)
			rb_buf_fmt(out, " `%s`", a->name);
	rb_buf_c(out, ". On an item of `checks` may stand, of these:");
	for (const struct rb_key *k = rb_step_keys; k->name != NULL; k++)
		if ((k->on & RB_ON_CHECK) != 0)
			rb_buf_fmt(out, " `%s`", k->name);
	rb_buf_c(out, ". On the look of `done_if`, `verify` and `ready`:");
	for (const struct rb_key *k = rb_step_keys; k->name != NULL; k++)
		if ((k->on & RB_ON_PROBE) != 0)
			rb_buf_fmt(out, " `%s`", k->name);
	rb_buf_c(out, ".\n\n");
}

/* The members of a record, as `of.member`. */
static void
member_lines(struct rb_buf *out, const char *of, const struct rb_type *record)
{
	struct rb_buf type;

	rb_buf_init(&type, out->alloc, 256);
	for (size_t i = 0; i < record->len; i++) {
		const struct rb_member *m = &record->members[i];

		rb_buf_clear(&type);
		rb_type_name(m->type, &type);
		rb_buf_fmt(out, "| `%s.%.*s` |", of, RB_STR_ARG(m->name));
		cell(out, rb_buf_cstr(&type));
		cell(out, m->help);
		rb_buf_c(out, "\n");
	}
	rb_buf_free(&type);
}

static void
member_rows(struct rb_buf *out, const char *of, const struct rb_type *record)
{
	rb_buf_c(out, "| member | type | |\n|---|---|---|\n");
	member_lines(out, of, record);
}

static void
fact_rows(struct rb_buf *out, const struct rb_fact_row *rows)
{
	struct rb_buf type;

	rb_buf_c(out, "| fact | type | |\n|---|---|---|\n");
	rb_buf_init(&type, out->alloc, 256);
	for (; rows->name != NULL; rows++) {
		rb_buf_clear(&type);
		rb_type_name(rows->type, &type);
		rb_buf_fmt(out, "| `%s` |", rows->name);
		cell(out, rb_buf_cstr(&type));
		cell(out, rows->help);
		rb_buf_c(out, "\n");
		if (rows->type->base == RB_RECORD)
			member_lines(out, rows->name, rows->type);
	}
	rb_buf_free(&type);
	rb_buf_c(out, "\n");
}

static const char *
effect_name(const struct rb_kind *kind)
{
	if (kind->effect_of != NULL)
		return "read or change, which depends on its keys";
	return rb_effect_words[kind->effect];
}

static void
kind_section(struct rb_buf *out, const struct rb_kind *kind)
{
	char time[RB_CLOCK_DURATION];

	rb_buf_fmt(
	    out, "### %s\n\n`%s` is %s. Effect: %s. ", kind->name, kind->name, kind->help, effect_name(kind));
	if (kind->timeout == RB_NEVER)
		rb_buf_c(out, "No time limit of its own.\n\n");
	else
		rb_buf_fmt(out, "Time limit of one attempt: %s.\n\n", rb_clock_exact(kind->timeout, time));
	rb_buf_fmt(out, "```yaml\n- %s\n```\n\n", kind->example);
	main_key(out, kind->keys);
	key_rows(out, kind->keys);
	sub_tables(out, kind->keys);
	if (kind->facts != NULL)
		fact_rows(out, kind->facts);
}

static void
actions(struct rb_buf *out, const struct rb_kind *const *kinds)
{
	rb_buf_c(out, "## Actions\n\nEach step has exactly one.\n\n");
	for (size_t i = 0; kinds[i] != NULL; i++)
		kind_section(out, kinds[i]);
	rb_buf_c(
	    out, "### Steps in steps, calls, edges\n\n| action | takes | | example |\n|---|---|---|---|\n");
	for (const struct rb_action_row *a = rb_action_rows; a->name != NULL; a++) {
		if ((a->flags & RB_KEY_LATER) != 0)
			continue;
		rb_buf_fmt(out, "| `%s` |", a->name);
		cell(out, a->type == RB_K_EDGE ? "" : rb_key_type_name(a->type));
		cell(out, a->help);
		code_cell(out, a->example);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\n");
}

/* --- expressions --- */

static const struct {
	const char *form, *help;
} operators[] = {
    {"A if C else B", "A where C holds, else B"},
    {"or, and, not", "of conditions; the right side is not looked at where the left one decides"},
    {"== != < <= > >=", "of values of one type; they do not chain"},
    {"in, contains", "an item in a list, a list or text that contains"},
    {"matches /re/i", "a text that a regex finds itself in"},
    {"LIST where COND",
	"the items for which it holds; inside, `.name` is a member of the item, `item` the item"},
    {"A ?? B", "B where A is unset or null"},
    {"+ -", "of numbers, sizes, durations, times; `+` joins texts"},
    {"* /", "of numbers; a division of ints is a number"},
    {"-A", "the negative number"},
    {"A.name A[0] A[\"a b\"] f(A)", "member, item (-1 is the last), member of any name, function"},
};

static void
expressions(struct rb_buf *out)
{
	rb_buf_c(out, "## Expressions\n\nIn conditions, captures, assertions, and between `${` and `}`. They "
		      "are checked before anything runs: "
		      "names, members, types. Lowest binding first:\n\n| | |\n|---|---|\n");
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		rb_buf_c(out, "|");
		code_cell(out, operators[i].form);
		cell(out, operators[i].help);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\nLiterals: `12` `1.5` `90s` `200MB` `\"text\"` `'text'` `true` `false` `null` `[a, "
		      "b]`, and `/regex/i` after `matches`. "
		      "To read what was never set is an error; `??` and `defined` catch it.\n\n### "
		      "Functions\n\n| function | |\n|---|---|\n");
	for (const struct rb_func_row *f = rb_func_rows; f->name != NULL; f++) {
		rb_buf_c(out, "|");
		code_cell(out, f->signature);
		cell(out, f->help);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\n### Types\n\n| type | a value |\n|---|---|\n");
	for (const struct rb_type_row *t = rb_type_rows; t->name != NULL; t++) {
		rb_buf_fmt(out, "| `%s` |", t->name);
		cell(out, t->help);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\n");
}

/* --- limits and messages --- */

static const struct {
	long long value;
	const char *of;
} limits[] = {
    {RB_SOURCE_MAX, "bytes of a file"},
    {RB_NODE_DEPTH, "levels of nesting"},
    {RB_SCALAR_MAX, "bytes of one text"},
    {RB_STEPS_MAX, "steps of a file"},
    {RB_UNITS_MAX, "files of a program"},
    {RB_UNITS_DEEP, "runbooks that run runbooks"},
    {RB_CALLS_DEEP, "procedures that call procedures"},
    {RB_NAMES_DEEP, "inputs or values that are computed from others, one from the next"},
    {RB_CAPTURES_MAX, "names of one `match`, `capture` or `outputs`"},
    {RB_NAME_MAX, "characters of a name"},
    {RB_EXPR_MAX, "bytes of an expression"},
    {RB_EXPR_DEPTH, "levels of an expression"},
    {RB_PATTERN_MAX, "bytes of a pattern"},
    {RB_PATTERN_GROUPS, "named groups of a pattern"},
    {RB_LINE_MAX, "bytes of a line that `match` looks at; a longer one is cut"},
    {RB_MATCH_LINES, "last matching lines that are kept"},
    {RB_SECRET_MIN, "bytes that a secret has at least: a shorter one could not be masked"},
    {RB_SECRET_MAX, "bytes of a secret"},
    {RB_ENV_MAX, "bytes of a value that a script can get as a variable"},
    {RB_JSON_IN_DEPTH, "levels of JSON that is read"},
    {RB_VISITS_DEFAULT, "visits of a step by `goto`, unless `max_visits` says otherwise"},
    {RB_DIAGS_MAX, "messages that are shown of one check; further ones are counted"},
};

static void
ends(struct rb_buf *out)
{
	rb_buf_c(out, "## Traps of YAML\n\nA runbook is one UTF-8 document, without anchors, aliases, merge "
		      "keys and tags. Scalars are texts: the "
		      "key that they belong to decides what they mean, so that `no`, `012`, `1e3` and "
		      "`190:20:30` stay what they are. What YAML would read "
		      "differently from what was meant is refused:\n\n| code | |\n|---|---|\n");
	for (int i = RB_E_TRAP_COMMENT; i <= RB_E_TRAP_TAB; i++) {
		rb_buf_fmt(out, "| %s |", rb_code_rows[i].code);
		cell(out, rb_code_rows[i].title);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(out, "\n## Limits\n\n| | of |\n|---:|---|\n");
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		rb_buf_fmt(out, "| %lld |", limits[i].value);
		cell(out, limits[i].of);
		rb_buf_c(out, "\n");
	}
	rb_buf_c(
	    out, "\n## Messages\n\n`runbook explain CODE` has more about each.\n\n| code | |\n|---|---|\n");
	for (int i = 0; i < RB_CODES; i++) {
		rb_buf_fmt(out, "| %s |", rb_code_rows[i].code);
		cell(out, rb_code_rows[i].title);
		rb_buf_c(out, "\n");
	}
}

/* --- prose that no table has --- */

static const char opening[] =
    "# The runbook language, version 1\n"
    "\n"
    "<!-- Written by `runbook reference` from the tables of the program. Change these, not this file. -->\n"
    "\n"
    "A runbook is a YAML file that a person can read from top to bottom and a machine can execute. Every "
    "step looks (`look`) or\n"
    "acts (`run`). What it found are its facts, which later steps read by its id: `health.status`, "
    "`log.port_taken`. Values never\n"
    "become code: a script is a constant, and gets values as variables.\n"
    "\n"
    "Names are lower-case letters, digits and `_`, and begin with a letter; those of secrets and of `env` "
    "may be upper-case. Inputs,\n"
    "values, secrets, steps and loop variables of a file share one set of names; each procedure has one of "
    "its own. A runbook's own\n"
    "name may have hyphens.\n"
    "\n";

static const char effects_order[] = "The keys of a step take effect in this order: `for_each`, `if`, "
				    "`done_if`, `confirm`, the action, `match` and `capture`,\n"
				    "`expect`, `verify`, the edge. `env`, `secrets`, `cwd`, `shell` and "
				    "`show` of a block, procedure or file hold for what stands\n"
				    "inside it, not for what it calls.\n"
				    "\n";

static const char edges[] =
    "## Edges\n"
    "\n"
    "`on_pass`, `on_fail`, `on_timeout`, and `then` and `else` take one of\n"
    "\n"
    "| edge | |\n"
    "|---|---|\n"
    "| `continue` | go on with the next step |\n"
    "| `goto ID` | go to a step of the same list or of one around it; going back clears the facts of the "
    "steps from there to here |\n"
    "| `end resolved`, `end failed`, `end escalated` | end the run; `end: {resolved: not needed}` gives a "
    "reason |\n"
    "| `done`, `fail: reason` | leave the procedure, passed or failed; only there |\n"
    "| a list of steps | they run; if they pass, the step counts as recovered and the run goes on |\n"
    "\n"
    "As items of a list: `- goto: verify`, `- end: resolved`, `- done`, `- fail: reason`. `goto` and `end` "
    "cannot stand in `finally`\n"
    "and in `escalate`; `end` cannot stand in a procedure.\n"
    "\n";

static const char texts[] =
    "## Text with ${}\n"
    "\n"
    "`${EXPR}` in a text is filled in once; `$${` stands for the characters `${`. A "
    "text that is exactly `${x}` keeps the type of x.\n"
    "In a URL a value of type `url` stands whole at the start, all else is "
    "percent-encoded; in a header CR, LF and NUL are refused;\n"
    "in a regex it matches itself; in a list of arguments each stays one argument, "
    "and one that is exactly `${list}` becomes as many.\n"
    "\n"
    "The text of `look`, `run` and `start` is never filled in. A script finds the "
    "facts that it mentions as variables: `holder.pid` is\n"
    "`$holder_pid`. One that is unset is an error, unless it is written `${x:-…}`, "
    "`${x-…}` or `${x+…}`. Lists come one item a line,\n"
    "durations as seconds, sizes as bytes. Members of JSON and columns of tables are no "
    "variables, since their names are known only when\n"
    "it runs: `capture` or `env` gives one a name. `check` warns of a lower-case name that "
    "nothing sets.\n"
    "\n";

/* What no table has, and the small tables that belong to it. */
static void
topics(struct rb_buf *out)
{
	rb_buf_c(out, "## Words\n\n`runbook explain WORD` tells each of these too.\n\n");
	for (const struct rb_topic_row *t = rb_topic_rows; t->words != NULL; t++) {
		rb_buf_fmt(out, "### %s\n\n%s\n", t->title, t->text);
		if (rb_topic_is(t, RB_STR("results")))
			fact_rows(out, rb_loop_fact_rows);
	}
	rb_buf_c(out, "### `run`\n\nWhat is known of the run itself, everywhere.\n\n");
	member_rows(out, "run", &rb_run_type);
	rb_buf_c(out, "\n");
}

static void
one_table(struct rb_buf *out, const struct rb_table_row *t)
{
	rb_buf_fmt(out, "### Keys of %s\n\n", t->title);
	main_key(out, t->keys);
	key_rows(out, t->keys);
}

void
rb_tables_doc(const struct rb_table_row *tables, struct rb_buf *out)
{
	for (const struct rb_table_row *t = tables; t->name != NULL; t++)
		one_table(out, t);
}

static void
all_key_tables(struct rb_buf *out, const struct rb_kind *const *kinds)
{
	for (const struct rb_table_row *t = rb_table_rows; t->name != NULL; t++) {
		if (t->keys == rb_runbook_keys) {
			rb_buf_c(out, "## The file\n\n");
			key_rows(out, t->keys);
		} else if (t->keys == rb_step_keys) {
			rb_buf_c(out, "## Steps\n\n");
			rb_buf_c(out, effects_order);
			step_keys(out, kinds);
		} else {
			one_table(out, t);
			sub_tables(out, t->keys);
		}
	}
}

void
rb_language_doc(const struct rb_kind *const *kinds, struct rb_str outcomes, struct rb_buf *out)
{
	rb_buf_c(out, opening);
	all_key_tables(out, kinds);
	actions(out, kinds);
	rb_buf_c(out, "## Facts of every step\n\n");
	fact_rows(out, rb_step_facts);
	rb_buf_c(out, "A name of `match` is true or false, and has\n\n| fact | |\n|---|---|\n");
	for (size_t i = 0; i < sizeof(rb_match_members) / sizeof(*rb_match_members); i++)
		rb_buf_fmt(
		    out, "| `%.*s` | %s |\n", RB_STR_ARG(rb_match_members[i].name), rb_match_members[i].help);
	rb_buf_c(out, "| a named group | its text in the last match |\n\n");
	rb_buf_c(out, edges);
	if (outcomes.n > 0) {
		rb_buf_c(out, "## Outcomes\n\n");
		rb_buf_str(out, outcomes);
		rb_buf_c(out, "\n");
	}
	expressions(out);
	rb_buf_c(out, texts);
	topics(out);
	ends(out);
}
