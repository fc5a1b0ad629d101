/* What a decision stood on, and what a step found: as one line for people and as JSON for the record. */
#include "lang/grounds.h"

#include <string.h>

#include "base/secret.h"
#include "lang/expr_impl.h"

enum {
	WHY_MAX = 2048,
	FACTS_MAX = 65536,
	FOUND_SHOWN_MAX = 200, /* bytes of a value where it was found */
	READ_SHOWN_MAX = 60,   /* and wherever it is read */
};

struct grounds {
	struct rb_eval *ev;
	struct rb_map seen; /* paths that were told already */
	struct rb_buf why, facts;
	struct rb_json json;
	size_t most; /* bytes shown of a value */
};

/* What is left of a text that was cut in the middle of a character. */
static struct rb_str
whole(struct rb_str s)
{
	while (s.n > 0 && ((unsigned char)s.p[s.n - 1] & 0xC0) == 0x80)
		s.n--;
	if (s.n > 0 && (unsigned char)s.p[s.n - 1] >= 0xC0)
		s.n--;
	return s;
}

/* A value on one line, cut; an empty list is "none", an empty text "". */
static void
show(struct rb_value v, size_t most, struct rb_buf *out)
{
	struct rb_str s;
	struct rb_buf b;
	size_t end;

	rb_buf_init(&b, out->alloc, most);
	rb_value_show(v, &b);
	s = rb_str_trim(b.lost > 0 ? whole(rb_buf_view(&b)) : rb_buf_view(&b));
	end = rb_str_find(s, RB_STR("\n"), 0);
	rb_buf_str(out, rb_str_cut(s, 0, end));
	if (s.n == 0)
		rb_buf_c(out, v.kind == RB_V_LIST || v.kind == RB_V_MAP ? "none" : "\"\"");
	if (b.lost > 0 || end != SIZE_MAX)
		rb_buf_c(out, "…");
	rb_buf_free(&b);
}

static bool
matched(struct rb_value match)
{
	struct rb_value v = rb_v_get_c(match, "matched");

	return v.kind == RB_V_BOOL && v.b;
}

static void
show_fact(struct rb_str name, struct rb_value v, size_t most, struct rb_buf *out)
{
	rb_buf_str(out, name);
	if (v.kind == RB_V_MATCH && !matched(v)) {
		rb_buf_c(out, ": no match");
	} else if (v.kind == RB_V_MATCH) {
		rb_buf_c(out, ": ");
		show(rb_v_get_c(v, "line"), most, out);
	} else {
		rb_buf_c(out, " = ");
		show(v, most, out);
	}
}

/* As JSON; what is too long is told by its length. Patterns come with what matters of them. */
static void
json_fact(struct rb_json *j, struct rb_value v, const struct rb_alloc *alloc)
{
	struct rb_json own;
	struct rb_buf b;

	if (v.kind == RB_V_MATCH && !matched(v)) {
		rb_json_bool(j, false);
		return;
	}
	rb_buf_init(&b, alloc, RB_FACT_SHOWN_MAX);
	rb_json_init(&own, &b);
	rb_value_json(v, &own);
	if (b.lost == 0) {
		rb_json_raw(j, rb_buf_view(&b));
	} else {
		struct rb_buf note;

		rb_buf_init(&note, alloc, RB_SUMMARY_MAX);
		rb_buf_fmt(&note, "(%llu bytes)", (unsigned long long)b.lost + (unsigned long long)b.len);
		rb_json_str(j, rb_buf_view(&note));
		rb_buf_free(&note);
	}
	rb_buf_free(&b);
}

/* The whole of its output is in the run's folder. */
static bool
is_bulk(struct rb_str name)
{
	static const char *const bulk[] = {"stdout", "stderr", "output", "body", "json", "headers"};

	for (size_t i = 0; i < sizeof(bulk) / sizeof(bulk[0]); i++) {
		if (rb_str_is(name, bulk[i]))
			return true;
	}
	return false;
}

/* A fact as it may be told: of a step that keeps its output secret neither that nor what a pattern matched
 * in it. `part`: v is not the fact `name` itself, but stands inside of it. */
static struct rb_value
told(const struct rb_step *step, struct rb_str name, bool part, struct rb_value v)
{
	const struct rb_capture *cap = rb_step_capture(step, name);
	bool text = v.kind == RB_V_TEXT || v.kind == RB_V_LIST || v.kind == RB_V_MAP;

	if (cap != NULL)
		return cap->secret ? rb_v_text(RB_STR("***")) : v;
	if (!rb_step_keeps_secret(step))
		return v;
	if (v.kind == RB_V_MATCH)
		return rb_v_bool(matched(v));
	return text && (is_bulk(name) || part) ? rb_v_text(RB_STR("***")) : v;
}

/* ---- what an expression reads ---- */

struct walk {
	struct rb_eval *ev;
	bool secret;
	struct rb_map seen; /* paths that were told already */
	const struct rb_x *where;
	void (*fn)(void *ctx, struct rb_str path, struct rb_value v, struct rb_value as_told);
	void *ctx;
};

static bool
is_link(const struct rb_x *e)
{
	return e->op == RB_X_MEMBER || e->op == RB_X_INDEX;
}

static const struct rb_x *
root_of(const struct rb_x *e)
{
	while (is_link(e))
		e = e->args[0];
	return e;
}

/* `log.port_taken` as it is written without blanks; with an index, as it stands. */
static struct rb_str
path_of(const struct walk *w, const struct rb_x *e)
{
	const struct rb_x *x = e;

	while (x->op == RB_X_MEMBER)
		x = x->args[0];
	return x->op == RB_X_NAME ? rb_x_path(w->ev->arena, e) : e->shown;
}

/* Whether something below reads a step that keeps its output secret. The tree is RB_EXPR_DEPTH deep. */
static bool
reads_secret(const struct rb_x *e)
{
	bool found =
	    e->op == RB_X_NAME && e->decl->kind == RB_DECL_STEP && rb_step_keeps_secret(e->decl->step);

	for (size_t i = 0; !found && i < e->len; i++)
		found = reads_secret(e->args[i]);
	return found;
}

static bool
reads_item(const struct rb_x *e)
{
	bool found = e->op == RB_X_ITEM;

	for (size_t i = 0; !found && i < e->len; i++)
		found = reads_item(e->args[i]);
	return found;
}

/* What may be told of v, which e comes to; or, as a `part`, which stands inside of that. */
static struct rb_value
as_told(const struct walk *w, const struct rb_x *e, bool part, struct rb_value v)
{
	const struct rb_x *root = root_of(e), *first = e;
	bool step = root->op == RB_X_NAME && root->decl->kind == RB_DECL_STEP;
	struct rb_value key;

	if (w->secret || (!step && reads_secret(root)))
		return rb_v_text(RB_STR("***"));
	if (!step || e == root)
		return v;
	while (first->args[0] != root)
		first = first->args[0];
	key =
	    first->op == RB_X_MEMBER ? rb_v_text(first->name) : rb_v_plain(rb_x_eval(w->ev, first->args[1]));
	return told(root->decl->step, key.kind == RB_V_TEXT ? key.s : RB_STR(""), part || first != e, v);
}

static void
tell(struct walk *w, const struct rb_x *e, bool part, struct rb_str path, struct rb_value v)
{
	if (v.kind != RB_V_ERROR && rb_map_put(&w->seen, path, w) == NULL)
		w->fn(w->ctx, path, v, as_told(w, e, part, v));
}

/* `.status` in `results where .status > 1` is "results.status", of all items. */
static void
tell_of_items(struct walk *w, const struct rb_x *e)
{
	const struct rb_x *list = w->where->args[0];
	struct rb_value of = rb_x_eval(w->ev, list), outer = w->ev->item, *items, all;
	size_t behind = rb_str_starts(e->src, ".") ? 0 : sizeof("item") - 1;
	struct rb_str path = e->shown;

	if (of.kind != RB_V_LIST)
		return;
	if (root_of(e)->op == RB_X_ITEM)
		path = rb_arena_fmt(w->ev->arena, "%.*s%.*s", RB_STR_ARG(path_of(w, list)),
		    RB_STR_ARG(rb_str_cut(e->shown, behind, e->shown.n)));
	all = rb_v_list(w->ev->arena, of.list->len, &items);
	for (size_t i = 0; i < of.list->len; i++) {
		w->ev->item = of.list->items[i];
		items[i] = rb_x_eval(w->ev, e);
		if (!rb_v_known(items[i]))
			items[i] = rb_v_null();
	}
	w->ev->item = outer;
	tell(w, list, is_link(e), path, reads_secret(e) ? rb_v_text(RB_STR("***")) : all);
}

/* `part`: of what e comes to only a part is read, which has been told: what is left are the names that chose
 * it. */
static void
walk(struct walk *w, const struct rb_x *e, bool part)
{
	const struct rb_x *root = root_of(e), *outer = w->where;

	for (const struct rb_x *x = e; is_link(x); x = x->args[0]) {
		if (x->op == RB_X_INDEX)
			walk(w, x->args[1], false);
	}
	if (!part && (root->op == RB_X_ITEM || (root != e && w->where != NULL && reads_item(e))))
		tell_of_items(w, e);
	else if (!part && (root->op == RB_X_NAME || root != e))
		tell(w, e, false, path_of(w, e), rb_x_eval(w->ev, e));
	part = part || root != e;
	if (root->op == RB_X_WHERE) {
		walk(w, root->args[0], true);
		w->where = root;
		walk(w, root->args[1], false);
		w->where = outer;
		return;
	}
	for (size_t i = 0; i < root->len; i++)
		walk(w, root->args[i], part && !(root->op == RB_X_IF && i == 1));
}

void
rb_grounds_each(const struct rb_expr *e, struct rb_eval *ev,
    void (*fn)(void *ctx, struct rb_str path, struct rb_value v, struct rb_value as_told), void *ctx)
{
	struct walk w = {.ev = ev, .secret = rb_expr_secret(e), .fn = fn, .ctx = ctx};

	rb_map_init(&w.seen, ev->arena);
	walk(&w, e->root, false);
}

/* ---- what a decision stood on ---- */

static bool
has_map(struct rb_value v)
{
	bool found = v.kind == RB_V_MAP;

	for (size_t i = 0; v.kind == RB_V_LIST && !found && i < v.list->len; i++)
		found = has_map(v.list->items[i]);
	return found;
}

/* A map (the headers of an answer, a JSON object) is told by its size: who names it whole has looked at no
 * part of it, and it holds what nobody asked for. */
static void
put_fact(void *ctx, struct rb_str path, struct rb_value whole_value, struct rb_value v)
{
	struct grounds *x = ctx;

	(void)whole_value;
	if (rb_map_put(&x->seen, path, x) != NULL)
		return;
	if (has_map(v)) {
		size_t n = v.kind == RB_V_MAP ? v.map->len : v.list->len;

		v = rb_v_text(rb_arena_fmt(x->ev->arena, "(%zu %s%s)", n,
		    v.kind == RB_V_MAP ? "member" : "item", n == 1 ? "" : "s"));
	}
	if (x->why.len > 0)
		rb_buf_c(&x->why, "; ");
	show_fact(path, v, x->most, &x->why);
	rb_json_key_str(&x->json, path);
	json_fact(&x->json, v, x->why.alloc);
}

static void
begin(struct grounds *x, struct rb_eval *ev)
{
	*x = (struct grounds){.ev = ev, .most = READ_SHOWN_MAX};
	rb_map_init(&x->seen, ev->arena);
	rb_buf_init(&x->why, ev->arena->alloc, WHY_MAX);
	rb_buf_init(&x->facts, ev->arena->alloc, FACTS_MAX);
	rb_json_init(&x->json, &x->facts);
	rb_json_open(&x->json, '{');
}

static void
end(struct grounds *x, struct rb_str *why, struct rb_str *facts)
{
	rb_json_close(&x->json, '}');
	*why = rb_arena_str(x->ev->arena, rb_buf_view(&x->why));
	*facts = x->facts.lost == 0 ? rb_arena_str(x->ev->arena, rb_buf_view(&x->facts)) : RB_STR("{}");
	rb_buf_free(&x->why);
	rb_buf_free(&x->facts);
}

void
rb_grounds(const struct rb_expr *const *conds, size_t n, struct rb_eval *ev, struct rb_str *why,
    struct rb_str *facts)
{
	struct grounds x;

	begin(&x, ev);
	for (size_t i = 0; i < n; i++)
		rb_grounds_each(conds[i], ev, put_fact, &x);
	end(&x, why, facts);
}

struct rb_str
rb_grounds_of_assertion(const struct rb_step *step, const struct rb_expr *that, struct rb_eval *ev)
{
	struct rb_str why, facts;
	struct grounds x;

	if (rb_step_keeps_secret(step))
		return RB_STR("");
	begin(&x, ev);
	x.most = FOUND_SHOWN_MAX;
	rb_grounds_each(that, ev, put_fact, &x);
	end(&x, &why, &facts);
	return why;
}

/* ---- what a step found ---- */

void
rb_grounds_found(const struct rb_step *step, struct rb_value facts, struct rb_arena *arena,
    struct rb_str *json, struct rb_str *line)
{
	struct rb_buf out, text;
	struct rb_json j;
	bool any = false;

	rb_buf_init(&out, arena->alloc, FACTS_MAX);
	rb_buf_init(&text, arena->alloc, RB_SUMMARY_MAX);
	rb_json_init(&j, &out);
	rb_json_open(&j, '{');
	for (size_t i = 0; facts.kind == RB_V_MAP && i < facts.map->len; i++) {
		const struct rb_vpair *p = &facts.map->pairs[i];
		const struct rb_capture *cap = rb_step_capture(step, p->key);
		struct rb_value v = told(step, p->key, false, p->value);

		if (v.kind == RB_V_UNSET || (is_bulk(p->key) && cap == NULL))
			continue;
		any = true;
		rb_json_key_str(&j, p->key);
		json_fact(&j, v, arena->alloc);
		if (cap == NULL && (v.kind != RB_V_MATCH || !matched(v)))
			continue;
		if (text.len > 0)
			rb_buf_c(&text, "; ");
		show_fact(p->key, v, FOUND_SHOWN_MAX, &text);
	}
	rb_json_close(&j, '}');
	*json = any && out.lost == 0 ? rb_arena_str(arena, rb_buf_view(&out)) : RB_STR("");
	rb_buf_cut(&text, RB_CUT);
	*line = rb_arena_str(arena, rb_buf_view(&text));
	rb_buf_free(&out);
	rb_buf_free(&text);
}
