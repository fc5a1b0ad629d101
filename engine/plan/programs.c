/* Programs that a run would need, and that this host lacks. Where a script says itself where its programs are
 * (PATH=…, `. venv/bin/activate`), nobody can know from here. */
#include "plan/state.h"

#include "lang/shell.h"
#include "lang/shell_words.h"

void
rb_plan_program(struct rb_plan *p, struct rb_str name, unsigned depth)
{
	bool relative = !rb_str_starts(name, "/") && rb_str_find(name, RB_STR("/"), 0) != SIZE_MAX;

	/* Where a relative path leads from is not told here. */
	if (relative || rb_plan_has(p, name))
		return;
	rb_plan_trouble(
	    p, depth, rb_arena_fmt(&p->scratch, "there is no program `%.*s` on this host", RB_STR_ARG(name)));
}

/* What a script does with its own PATH, the names that it sets, and the programs that it asks for before it
 * uses them. */
struct own {
	bool path;   /* it says itself where programs are */
	bool opened; /* a file that it reads may set anything */
	struct rb_map names, asked;
};

static void
note_own(void *ctx, const struct rb_shell_item *item)
{
	struct own *own = ctx;

	own->opened = own->opened || item->kind == RB_SHELL_OPEN;
	if (item->kind != RB_SHELL_SET)
		return;
	own->path = own->path || rb_str_is(item->text, "PATH");
	rb_map_put(&own->names, item->text, own);
}

/* `command -v jq`, `which jq`, `test -x "$venv/bin/app"`: it knows how to do without. */
static void
note_asked(struct own *own, const struct rb_shell_command *c)
{
	if (c->nwords < 2 || !rb_shell_listed("command which type hash test [ [[", c->words[0].text))
		return;
	for (size_t i = 1; i < c->nwords; i++)
		rb_map_put(&own->asked, c->words[i].text, own);
}

/* ---- words that are expanded ---- */

struct filling {
	const struct own *own;
	struct rb_value env;
	struct rb_str word;
	struct rb_buf out;
	size_t at; /* of the word, behind what was filled in */
	bool known;
};

/* `$name` and `${name}` of what the process would find, unless the script sets it. */
static void
fill_in(void *ctx, const struct rb_shell_item *item)
{
	struct filling *f = ctx;
	struct rb_value v = f->env.kind == RB_V_MAP ? rb_v_get(f->env, item->text) : rb_v_null();
	size_t from = item->at - (item->at > 0), to = item->at + item->text.n;

	if (rb_str_starts(rb_str_cut(f->word, to, f->word.n), "}") && from > 0 && f->word.p[from] == '{') {
		from--;
		to++;
	}
	f->known = f->known && item->kind == RB_SHELL_READ && from >= f->at && f->word.p[from] == '$' &&
		   v.kind == RB_V_TEXT && rb_map_get(&f->own->names, item->text) == NULL;
	if (!f->known)
		return;
	rb_buf_str(&f->out, rb_str_cut(f->word, f->at, from));
	rb_buf_str(&f->out, v.s);
	f->at = to;
}

/* The path of a program whose folder the process is given; empty where that cannot be known from here. */
static struct rb_str
filled(struct rb_plan *p, const struct own *own, struct rb_value env, struct rb_str word)
{
	struct filling f = {.own = own, .env = env, .word = word, .known = !own->opened};
	struct rb_str rest, path = RB_STR("");

	rb_buf_init(&f.out, p->opt->alloc, RB_ENV_MAX);
	rb_shell_read(word, fill_in, &f);
	rest = rb_str_cut(word, f.at, word.n);
	if (f.known && f.at > 0 && rb_str_find(rest, RB_STR("$"), 0) == SIZE_MAX &&
	    rb_str_find(rest, RB_STR("`"), 0) == SIZE_MAX) {
		rb_buf_str(&f.out, rest);
		path = rb_arena_str(&p->scratch, rb_buf_view(&f.out));
	}
	rb_buf_free(&f.out);
	return path.n > 0 && path.p[0] == '/' ? path : RB_STR("");
}

/* What the first word of a command names, where that can be looked for from here; else empty. */
static struct rb_str
named(struct rb_plan *p, const struct own *own, struct rb_value env, const struct rb_shell_command *c)
{
	struct rb_str word = c->nwords > 0 ? c->words[0].text : RB_STR("");
	bool inside = c->given_to != NULL && c->given_to->nwords > 0 &&
		      rb_str_is(c->given_to->words[0].text, "busybox");

	if (word.n == 0 || inside)
		return RB_STR("");
	if (c->runs == RB_RUNS_UNKNOWN)
		return filled(p, own, env, word);
	return c->runs != RB_RUNS_PROGRAM || own->path || own->opened ? RB_STR("") : word;
}

void
rb_plan_programs(struct rb_plan *p, struct rb_str text, struct rb_value env, unsigned depth)
{
	struct rb_shell_command *all;
	struct own own = {.path = false};

	if (p->opt->host.has_command == NULL)
		return;
	rb_map_init(&own.names, &p->scratch);
	rb_map_init(&own.asked, &p->scratch);
	rb_shell_read(text, note_own, &own);
	all = rb_shell_commands(&p->scratch, text);
	for (const struct rb_shell_command *c = all; c != NULL; c = c->next)
		note_asked(&own, c);
	for (const struct rb_shell_command *c = all; c != NULL; c = c->next) {
		struct rb_str name = named(p, &own, env, c);

		if (name.n > 0 && rb_map_put(&own.asked, c->words[0].text, p) == NULL)
			rb_plan_program(p, name, depth);
	}
}
