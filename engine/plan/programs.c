/* Programs that a run would need, and that this host lacks. Where a script says itself where its programs are
 * (PATH=…, `. venv/bin/activate`), nobody can know from here. */
#include "plan/state.h"

#include "lang/shell.h"
#include "lang/shell_words.h"

void
rb_plan_program(struct rb_plan *p, struct rb_str name, unsigned depth)
{
	if (rb_plan_has(p, name))
		return;
	rb_plan_tell(p, RB_PLAN_TROUBLE, depth, RB_STR(""),
	    rb_arena_fmt(&p->scratch, "there is no program `%.*s` on this host", RB_STR_ARG(name)),
	    RB_STR(""));
}

/* What a script does with its own PATH, and the programs that it asks for before it uses them. */
struct path {
	bool own;
	struct rb_map asked;
};

static void
note_path(void *ctx, const struct rb_shell_item *item)
{
	struct path *path = ctx;

	if (item->kind == RB_SHELL_OPEN || (item->kind == RB_SHELL_SET && rb_str_is(item->text, "PATH")))
		path->own = true;
}

/* `command -v jq`, `which jq`: it knows how to do without. */
static void
note_asked(struct path *path, const struct rb_shell_command *c)
{
	if (c->nwords < 2 || !rb_shell_listed("command which type hash", c->words[0].text))
		return;
	for (size_t i = 1; i < c->nwords; i++)
		rb_map_put(&path->asked, c->words[i].text, path);
}

/* The programs that a script names and this host lacks, each once. Where the script says itself where
 * programs are (PATH=…, `. venv/bin/activate`), nobody can know from here. */
void
rb_plan_programs(struct rb_plan *p, struct rb_str text, unsigned depth)
{
	struct rb_shell_command *all;
	struct path path = {.own = false};

	if (p->opt->host.has_command == NULL)
		return;
	rb_map_init(&path.asked, &p->scratch);
	rb_shell_read(text, note_path, &path);
	if (path.own)
		return;
	all = rb_shell_commands(&p->scratch, text);
	for (const struct rb_shell_command *c = all; c != NULL; c = c->next)
		note_asked(&path, c);
	for (const struct rb_shell_command *c = all; c != NULL; c = c->next) {
		bool inside = c->given_to != NULL && c->given_to->nwords > 0 &&
			      rb_str_is(c->given_to->words[0].text, "busybox"),
		     relative = c->nwords > 0 && c->words[0].text.n > 0 && c->words[0].text.p[0] != '/' &&
				rb_str_find(c->words[0].text, RB_STR("/"), 0) != SIZE_MAX;

		if (c->runs != RB_RUNS_PROGRAM || inside || relative ||
		    rb_map_put(&path.asked, c->words[0].text, p) != NULL)
			continue;
		rb_plan_program(p, c->words[0].text, depth);
	}
}
