/* What is unset, told to people: not only that `front.status` has no value, but that `front` was refused. */
#include "lang/unset.h"

#include "lang/claim.h"
#include "lang/expr_impl.h"
#include "lang/kind.h"

enum {
	ERROR_SHOWN = 160, /* bytes of a step's own reason within another */
	ADVICE_MAX = 120,  /* bytes of an expression that is written out again */
	PARTS_MAX = 32,    /* times that it reads one path */
	REWRITTEN_MAX = ADVICE_MAX + PARTS_MAX * sizeof("( ?? false)"),
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
why_of_step(struct rb_arena *arena, const struct rb_step *step, struct rb_value facts, struct rb_str fact)
{
	struct rb_value error, found;

	if (facts.kind != RB_V_MAP)
		return rb_arena_fmt(arena, "`%.*s` was not reached", RB_STR_ARG(step->id));
	if (is_true(facts, "skipped"))
		return rb_arena_fmt(arena, "`%.*s` was skipped", RB_STR_ARG(step->id));
	error = rb_v_get_c(facts, "error");
	if (error.kind == RB_V_TEXT)
		return rb_arena_fmt(arena, "`%.*s` did not pass: %.*s%s", RB_STR_ARG(step->id),
		    RB_STR_ARG(beginning(error.s, ERROR_SHOWN)), error.s.n > ERROR_SHOWN ? "…" : "");
	found = rb_v_get(facts, fact);
	if (found.kind == RB_V_UNSET && !rb_str_eq(found.s, fact))
		return rb_arena_fmt(arena, "`%.*s` makes it of `%.*s`, which is unset", RB_STR_ARG(step->id),
		    RB_STR_ARG(found.s));
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
		return why_of_step(arena, decl->step, v, rb_path_fact(path));
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

/* The parts of an expression that an UNSET may be named after, and that nothing catches: neither `??` nor
 * defined(). */
struct parts {
	struct rb_str path;
	const struct rb_x *failed; /* the one that was read; of several that may be, the first */
	size_t n;
	const struct rb_x *items[PARTS_MAX]; /* in the order of the text */
};

/* Recursion is as deep as the tree: RB_EXPR_DEPTH. */
static void
find_parts(struct parts *p, const struct rb_x *x)
{
	bool caught = x->op == RB_X_DEFAULT || (x->op == RB_X_CALL && rb_str_is(x->name, "defined"));

	if (rb_str_eq(x->shown, p->path)) {
		/* The path that came with an UNSET is the text of the very part that was read. */
		if (p->failed == NULL || x->shown.p == p->path.p)
			p->failed = x;
		if (p->n < PARTS_MAX)
			p->items[p->n++] = x;
		return;
	}
	for (size_t i = caught ? 1 : 0; i < x->len; i++) {
		if (x->args[i] != NULL)
			find_parts(p, x->args[i]);
	}
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
	case RB_LIST:
		return "[]";
	default:
		return NULL;
	}
}

/* The expression with `none` for each of the parts where that is unset. */
static struct rb_str
rewritten(struct rb_arena *arena, const struct rb_expr *e, const struct parts *p, const char *none)
{
	size_t at = 0, from;
	struct rb_str text;
	struct rb_buf b;

	rb_buf_init(&b, arena->alloc, REWRITTEN_MAX);
	for (size_t i = 0; i < p->n; i++) {
		from = (size_t)(p->items[i]->src.p - e->text.p);
		rb_buf_fmt(&b, "%.*s(%.*s ?? %s)", RB_STR_ARG(rb_str_cut(e->text, at, from)),
		    RB_STR_ARG(p->items[i]->src), none);
		at = from + p->items[i]->src.n;
	}
	rb_buf_str(&b, rb_str_cut(e->text, at, e->text.n));
	text = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return text;
}

struct rb_str
rb_unset_advice(struct rb_arena *arena, const struct rb_expr *e, struct rb_str path, struct rb_span *at)
{
	struct parts parts = {.path = path};
	const struct rb_x *part;
	const char *none;
	struct rb_span own;
	size_t from;

	*at = e->span;
	find_parts(&parts, e->root);
	part = parts.failed;
	if (part == NULL)
		return RB_STR("");
	from = (size_t)(part->src.p - e->text.p);
	/* Quotes and escapes of the scalar move the text against its source: then the whole is pointed at. */
	own = (struct rb_span){e->span.src, e->span.from + from, e->span.from + from + part->src.n};
	if (own.src != NULL && own.to <= e->span.to && rb_str_eq(rb_span_text(own), part->src))
		*at = own;
	none = otherwise(part->type);
	if (none == NULL)
		return RB_STR("");
	if (e->text.n > ADVICE_MAX)
		return rb_arena_fmt(arena, "(%.*s ?? %s)", RB_STR_ARG(part->src), none);
	return rewritten(arena, e, &parts, none);
}
