/* Facts that may be unset where they are read: each with the shortest path on which that happens. */
#include "lint/paths.h"

static const struct {
	unsigned fates;
	const char *words;
} fates[] = {
    {RB_FATE_NONE, "without"},
    {RB_FATE_SKIPPED, "skipping"},
    {RB_FATE_DONE, "after nothing had to be done by"},
    {RB_FATE_PASSED, "after a pass of"},
    {RB_FATE_LOST | RB_FATE_FAILED, "after a failure of"},
};

static const char *
fate_words(unsigned fate)
{
	size_t i = 0;

	while (i + 1 < sizeof(fates) / sizeof(*fates) && (fates[i].fates & fate) == 0)
		i++;
	return fates[i].words;
}

static struct rb_str
dotless(struct rb_arena *arena, struct rb_str path)
{
	struct rb_str name = rb_arena_str(arena, path);

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '.')
			((char *)(uintptr_t)name.p)[i] = '_';
	}
	return name;
}

static void
hint(struct rb_paths *p, const struct rb_use *u, struct rb_str others, struct rb_diag *diag)
{
	if (others.n > 0)
		rb_diag_hint(p->diags, diag, "so it is with %.*s", RB_STR_ARG(others));
	if (u->script)
		rb_diag_hint(p->diags, diag, "where it may be missing, write ${%.*s:-}",
		    RB_STR_ARG(dotless(p->arena, u->path)));
	else
		rb_diag_hint(p->diags, diag, "where it may be missing, say what holds then: %.*s ?? …",
		    RB_STR_ARG(u->path));
	rb_diag_hint(
	    p->diags, diag, "or do this only where it is there: if: defined(%.*s)", RB_STR_ARG(u->path));
}

static void
tell(struct rb_paths *p, const struct rb_use *u, struct rb_str via, unsigned fate, struct rb_str others)
{
	struct rb_diag *diag;

	if (via.n > 0)
		via = rb_arena_fmt(p->arena, " by %.*s,", RB_STR_ARG(via));
	diag = rb_diag_add(p->diags, RB_W_UNSET, u->span,
	    "`%.*s` is not set when the run comes here%.*s %s %.*s", RB_STR_ARG(u->path), RB_STR_ARG(via),
	    fate_words(fate), RB_STR_ARG(rb_paths_name(p, u->of)));
	hint(p, u, others, diag);
}

/* The names that were found beside the first, each once: "`a.pid`, `a.user` and `a.command`". */
struct names {
	struct rb_str text, last;
};

static void
add_name(struct rb_paths *p, struct names *n, struct rb_str path)
{
	struct rb_str quoted = rb_arena_fmt(p->arena, "`%.*s`", RB_STR_ARG(path));

	if (rb_str_eq(quoted, n->last) || rb_str_find(n->text, quoted, 0) != SIZE_MAX)
		return;
	if (n->last.n > 0)
		n->text = rb_arena_fmt(p->arena, "%.*s%s%.*s", RB_STR_ARG(n->text), n->text.n > 0 ? ", " : "",
		    RB_STR_ARG(n->last));
	n->last = quoted;
}

/* What is read at one place of one step: told once, with the names of the others that are unset there too.
 * Returns how many uses that were. */
static size_t
look_at(struct rb_paths *p, struct rb_search *s, const struct rb_use *u, size_t most)
{
	struct names others = {RB_STR(""), RB_STR("")};
	const struct rb_use *first = NULL;
	struct rb_str via = RB_STR("");
	unsigned fate = 0, own = 0;
	size_t n = 0;

	for (; n < most && u[n].of == u->of && u[n].point == u->point; n++) {
		const struct rb_trail *trail = rb_search_unset(s, &u[n], &own);

		if (trail == NULL)
			continue;
		if (first == NULL) {
			first = &u[n];
			via = rb_trail_text(p, trail);
			fate = own;
		} else if (!rb_str_eq(u[n].path, first->path)) {
			add_name(p, &others, u[n].path);
		}
	}
	if (first != NULL)
		tell(p, first, via, fate,
		    rb_arena_fmt(p->arena, "%.*s%s%.*s", RB_STR_ARG(others.text),
			others.text.n > 0 ? " and " : "", RB_STR_ARG(others.last)));
	return n;
}

void
rb_paths_unset(struct rb_paths *p, struct rb_search *s)
{
	for (size_t i = 0; i < p->nuses && p->budget > 0;) {
		/* Of what cannot be reached, that alone is told. */
		if (p->reached[p->uses[i].point])
			i += look_at(p, s, &p->uses[i], p->nuses - i);
		else
			i++;
	}
}
