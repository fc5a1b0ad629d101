/* Conditions in words: which facts one reads, and what each of them stands for. */
#include "plan/state.h"

#include <string.h>

#include "base/escape.h"

struct words {
	struct rb_plan *p;
	unsigned depth;
};

/* A value that is known, as it would be written; `how`: why it is, or "". */
static struct rb_str
known(struct rb_plan *p, struct rb_value v, const char *how)
{
	struct rb_str shown;
	const char *sign;

	v = rb_v_plain(v);
	shown = rb_plan_show(p, v);
	sign = v.kind == RB_V_TEXT ? "\"" : "";
	return rb_arena_fmt(&p->scratch, "is %s%.*s%s%s", sign, RB_STR_ARG(shown), sign, how);
}

/* A fact that a run has found already. */
static struct rb_str
found(struct rb_plan *p, struct rb_value v)
{
	struct rb_value line = v.kind == RB_V_MATCH ? rb_v_get_c(v, "line") : rb_v_null();

	if (v.kind != RB_V_MATCH)
		return known(p, v, ", as found");
	if (line.kind != RB_V_TEXT)
		return rb_v_plain(v).b ? RB_STR("was seen") : RB_STR("was not seen");
	return rb_arena_fmt(&p->scratch, "was seen: %.*s", RB_STR_ARG(rb_plan_show(p, line)));
}

static struct rb_str
of_match(struct rb_plan *p, const struct rb_step *s, const struct rb_match_key *m, struct rb_str member)
{
	struct rb_str pattern = m->pattern != NULL ? rb_pattern_text(m->pattern) : rb_plan_tmpl(p, m->tmpl);

	if (member.n == 0)
		return rb_arena_fmt(
		    &p->scratch, "a line of `%.*s` matches %.*s", RB_STR_ARG(s->id), RB_STR_ARG(pattern));
	for (size_t i = 0; i < sizeof(rb_match_members) / sizeof(rb_match_members[0]); i++) {
		if (rb_str_eq(rb_match_members[i].name, member))
			return rb_arena_fmt(
			    &p->scratch, "%s, for %.*s", rb_match_members[i].help, RB_STR_ARG(pattern));
	}
	return rb_arena_fmt(&p->scratch, "what `%.*s` stood for where %.*s matched last", RB_STR_ARG(member),
	    RB_STR_ARG(pattern));
}

/* What a fact of a step is: by its pattern, its capture, or the help of its row. */
static struct rb_str
of_step(struct rb_plan *p, const struct rb_step *s, const struct rb_type *type, struct rb_str path)
{
	size_t dot = rb_str_find(path, RB_STR("."), 0);
	struct rb_str name = rb_str_cut(path, 0, dot),
		      rest = dot == SIZE_MAX ? RB_STR("") : rb_str_cut(path, dot + 1, path.n);
	const struct rb_member *m;
	bool own = false;

	for (size_t i = 0; i < s->nmatches; i++) {
		if (rb_str_eq(s->matches[i].name, name))
			return of_match(p, s, &s->matches[i], rest);
	}
	for (size_t i = 0; i < s->ncaptures; i++) {
		if (rb_str_eq(s->captures[i].name, name))
			return rb_arena_fmt(&p->scratch, "taken from `%.*s`: %.*s", RB_STR_ARG(s->id),
			    RB_STR_ARG(rb_expr_text(s->captures[i].value)));
	}
	for (size_t i = 0; rb_step_facts[i].name != NULL && s->op == RB_OP_CALL; i++)
		own = own || rb_str_is(name, rb_step_facts[i].name);
	if (s->op == RB_OP_CALL && !own)
		return rb_arena_fmt(&p->scratch, "what %.*s gives back", RB_STR_ARG(s->call->name));
	m = rb_type_member(type, name);
	if (m == NULL || m->help == NULL)
		return RB_STR("");
	return rb_arena_fmt(&p->scratch, "%s", m->help);
}

/* What is known of a path, as far as it leads: a member of what is not known is not known either. */
static struct rb_value
value_at(struct rb_plan *p, const struct rb_decl *decl, unsigned up, struct rb_str path)
{
	struct rb_value v = rb_frame_get(p->at.frame, up, decl->slot);
	size_t dot = rb_str_find(path, RB_STR("."), 0);

	while (dot != SIZE_MAX && (v.kind == RB_V_MAP || v.kind == RB_V_MATCH)) {
		size_t from = dot + 1;

		dot = rb_str_find(path, RB_STR("."), from);
		v = rb_v_get(v, rb_str_cut(path, from, dot));
	}
	return dot == SIZE_MAX || !rb_v_known(v) ? v : rb_v_unknown(RB_STR(""));
}

/* Why a drill does not know the fact of a step. */
static struct rb_str
why_open(struct rb_plan *p, const struct rb_decl *decl, unsigned up)
{
	/* It knows what a step has found that keeps a secret, and tells nobody. */
	bool done = rb_frame_get(p->at.frame, up, decl->slot).kind == RB_V_MAP;

	if (done && rb_step_keeps_secret(decl->step))
		return RB_STR("is secret");
	return rb_arena_fmt(&p->scratch, "%.*s was not done", RB_STR_ARG(rb_plan_name(p, decl->step)));
}

static void
tell(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct words *w = ctx;
	bool step = decl != NULL && decl->kind == RB_DECL_STEP && decl->step != NULL;
	size_t dot = rb_str_find(path, RB_STR("."), 0);
	struct rb_str text = RB_STR(""), note = RB_STR("");
	struct rb_value v;
	bool assumed;

	(void)at;
	if (decl == NULL)
		return;
	v = value_at(w->p, decl, up, path);
	assumed = step && rb_v_known(rb_plan_assumed(w->p, decl));
	if (decl->kind == RB_DECL_SECRET)
		text = RB_STR("secret");
	else if (rb_v_known(v) && step && !assumed && w->p->opt->stand != NULL)
		text = found(w->p, v);
	else if (rb_v_known(v))
		text = known(w->p, v, assumed ? ", as assumed" : "");
	else if (v.kind == RB_V_UNSET)
		text = RB_STR("is unset here: what gives it is not reached before");
	else if (step && dot != SIZE_MAX)
		text = of_step(w->p, decl->step, decl->type, rb_str_cut(path, dot + 1, path.n));
	if (step && v.kind == RB_V_UNKNOWN && w->p->opt->stand != NULL && w->p->anew == 0)
		note = why_open(w->p, decl, up);
	if (text.n > 0 || note.n > 0)
		rb_plan_tell(w->p, RB_PLAN_FACT, w->depth, path, text.n > 0 ? text : note,
		    text.n > 0 ? note : RB_STR(""));
}

void
rb_plan_words(struct rb_plan *p, const struct rb_expr *cond, unsigned depth)
{
	struct words w = {p, depth};

	rb_expr_reads(cond, tell, &w);
}

/* ---- words of a shell ---- */

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-./:=@%+,", c) != NULL);
}

/* 'as it is', or $'with\nescapes' where the text itself could not be shown. */
static void
quote(struct rb_buf *out, struct rb_str s, bool escapes)
{
	char shown[RB_ESCAPE_CHAR];

	rb_buf_c(out, escapes ? "$'" : "'");
	for (size_t i = 0, n; i < s.n; i += n) {
		n = rb_escape_char(rb_str_cut(s, i, s.n), 0, shown);
		if (shown[0] != '\0')
			rb_buf_c(out, shown);
		else if (escapes && (s.p[i] == '\'' || s.p[i] == '\\'))
			rb_buf_fmt(out, "\\%c", s.p[i]);
		else if (s.p[i] == '\'')
			rb_buf_c(out, "'\\''");
		else
			rb_buf_add(out, s.p + i, n);
	}
	rb_buf_char(out, '\'');
}

/* What is unknown stands without quotes, so that no text can be taken for it. */
void
rb_plan_quote(struct rb_buf *out, struct rb_value v)
{
	bool bare = true, escapes = false;
	char shown[RB_ESCAPE_CHAR];
	struct rb_buf text;
	struct rb_str s;

	if (v.kind == RB_V_UNKNOWN) {
		rb_buf_str(out, v.s);
		return;
	}
	rb_buf_init(&text, out->alloc, RB_ENV_MAX);
	rb_value_show(v, &text);
	s = rb_buf_view(&text);
	for (size_t i = 0, n; i < s.n; i += n) {
		n = rb_escape_char(rb_str_cut(s, i, s.n), 0, shown);
		bare = bare && plain(s.p[i]);
		escapes = escapes || shown[0] != '\0';
	}
	if (bare && s.n > 0)
		rb_buf_str(out, s);
	else
		quote(out, s, escapes);
	rb_buf_free(&text);
}
