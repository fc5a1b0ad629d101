/* What is unset, told to people: not only that `front.status` has no value, but that `front` was refused. */
#include "lang/unset.h"

#include "lang/expr_impl.h"
#include "lang/kind.h"

enum {
	ERROR_SHOWN = 160, /* bytes of a step's own reason within another */
	ADVICE_MAX = 120,  /* bytes of an expression that is written out again */
};

/* "front" of "front.status" and "rows[2].x"; all of "now()", which is no name. */
static struct rb_str
first_name(struct rb_str path)
{
	size_t n = 0;

	while (n < path.n && (path.p[n] == '_' || (path.p[n] >= 'a' && path.p[n] <= 'z') ||
				 (path.p[n] >= '0' && path.p[n] <= '9')))
		n++;
	return n == path.n || path.p[n] == '.' || path.p[n] == '[' ? rb_str_cut(path, 0, n) : path;
}

/* The beginning of a text, cut at a whole character. */
static struct rb_str
beginning(struct rb_str s, size_t most)
{
	if (s.n <= most)
		return s;
	while (most > 0 && ((unsigned char)s.p[most] & 0xC0) == 0x80)
		most--;
	return rb_str_cut(s, 0, most);
}

static bool
is_true(struct rb_value facts, const char *name)
{
	struct rb_value v = rb_v_get_c(facts, name);

	return v.kind == RB_V_BOOL && v.b;
}

static struct rb_str
why_of_step(struct rb_arena *arena, const struct rb_step *step, struct rb_value facts)
{
	struct rb_value error;

	if (facts.kind != RB_V_MAP)
		return rb_arena_fmt(arena, "`%.*s` was not reached", RB_STR_ARG(step->id));
	if (is_true(facts, "skipped"))
		return rb_arena_fmt(arena, "`%.*s` was skipped", RB_STR_ARG(step->id));
	error = rb_v_get_c(facts, "error");
	if (error.kind == RB_V_TEXT)
		return rb_arena_fmt(arena, "`%.*s` did not pass: %.*s%s", RB_STR_ARG(step->id),
		    RB_STR_ARG(beginning(error.s, ERROR_SHOWN)), error.s.n > ERROR_SHOWN ? "…" : "");
	return rb_arena_fmt(arena, "`%.*s` did not find it", RB_STR_ARG(step->id));
}

static struct rb_str
why_of(struct rb_arena *arena, const struct rb_frame *frame, struct rb_str path)
{
	const struct rb_decl *decl;
	struct rb_value v;
	unsigned up;

	decl = rb_scope_find(frame->scope, first_name(path), &up);
	if (decl == NULL)
		return RB_STR("");
	v = rb_frame_get(frame, up, decl->slot);
	switch (decl->kind) {
	case RB_DECL_STEP:
		return why_of_step(arena, decl->step, v);
	case RB_DECL_INPUT:
		return v.kind == RB_V_UNSET ? RB_STR("the input was given no value") : RB_STR("");
	case RB_DECL_SECRET:
		return v.kind == RB_V_UNSET ? RB_STR("the secret is not there") : RB_STR("");
	case RB_DECL_VALUE:
	case RB_DECL_LOOP:
	case RB_DECL_BUILTIN:
		break;
	}
	return RB_STR("");
}

struct rb_str
rb_unset_text(struct rb_arena *arena, const struct rb_frame *frame, struct rb_str path)
{
	struct rb_str why = frame != NULL ? why_of(arena, frame, path) : RB_STR("");

	return rb_arena_fmt(
	    arena, "`%.*s` is unset%s%.*s", RB_STR_ARG(path), why.n > 0 ? ", since " : "", RB_STR_ARG(why));
}

/* ---- what to write instead ---- */

/* The part of the expression that an UNSET is named after. */
static const struct rb_x *
find_part(const struct rb_x *x, struct rb_str path)
{
	const struct rb_x *found = NULL;

	if (rb_str_eq(x->shown, path))
		return x;
	for (size_t i = 0; i < x->len && found == NULL; i++)
		found = x->args[i] != NULL ? find_part(x->args[i], path) : NULL;
	return found;
}

/* A value that says "none" in the type that is compared here. */
static const char *
otherwise(const struct rb_type *type)
{
	switch (type->base) {
	case RB_INT:
	case RB_NUMBER:
		return "0";
	case RB_BOOL:
	case RB_MATCH:
		return "false";
	case RB_TEXT:
		return "\"\"";
	case RB_DURATION:
		return "0s";
	default:
		return NULL;
	}
}

struct rb_str
rb_unset_advice(struct rb_arena *arena, const struct rb_expr *e, struct rb_str path, struct rb_span *at)
{
	const struct rb_x *part = find_part(e->root, path);
	const char *none;
	struct rb_span own;
	size_t from, to;

	*at = e->span;
	if (part == NULL)
		return RB_STR("");
	from = (size_t)(part->src.p - e->text.p);
	to = from + part->src.n;
	/* Quotes and escapes of the scalar move the text against its source: then the whole is pointed at. */
	own = (struct rb_span){e->span.src, e->span.from + from, e->span.from + to};
	if (own.src != NULL && own.to <= e->span.to && rb_str_eq(rb_span_text(own), part->src))
		*at = own;
	none = otherwise(part->type);
	if (none == NULL)
		return RB_STR("");
	if (e->text.n > ADVICE_MAX)
		return rb_arena_fmt(arena, "(%.*s ?? %s)", RB_STR_ARG(part->src), none);
	return rb_arena_fmt(arena, "%.*s(%.*s ?? %s)%.*s", RB_STR_ARG(rb_str_cut(e->text, 0, from)),
	    RB_STR_ARG(part->src), none, RB_STR_ARG(rb_str_cut(e->text, to, e->text.n)));
}
