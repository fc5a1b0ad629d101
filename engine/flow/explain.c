/* What a decision stood on, and what a step found: as one line for people and as JSON for the record. */
#include "flow/state.h"

#include <string.h>

enum { WHY_MAX = 2048, FACTS_MAX = 65536, VALUE_SHOWN_MAX = 200 };

struct explain {
	struct rb_eval *ev;
	struct rb_map seen; /* paths that were told already */
	struct rb_buf why, facts;
	struct rb_json json;
};

/* A value on one line, cut. */
static void
show(struct rb_value v, struct rb_buf *out)
{
	struct rb_buf b;
	size_t end;

	rb_buf_init(&b, out->alloc, VALUE_SHOWN_MAX);
	rb_value_show(v, &b);
	end = rb_str_find(rb_str_trim(rb_buf_view(&b)), RB_STR("\n"), 0);
	rb_buf_str(out, rb_str_cut(rb_str_trim(rb_buf_view(&b)), 0, end));
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
show_fact(struct rb_str name, struct rb_value v, struct rb_buf *out)
{
	rb_buf_str(out, name);
	if (v.kind == RB_V_MATCH && !matched(v)) {
		rb_buf_c(out, ": no match");
	} else if (v.kind == RB_V_MATCH) {
		rb_buf_c(out, ": ");
		show(rb_v_get_c(v, "line"), out);
	} else {
		rb_buf_c(out, " = ");
		show(v, out);
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

/* What stands at the end of a path like `log.port_taken`. */
static struct rb_value
value_at(const struct rb_frame *frame, const struct rb_decl *decl, unsigned up, struct rb_str path)
{
	struct rb_value v = rb_frame_get(frame, up, decl->slot);
	size_t from = rb_str_find(path, RB_STR("."), 0), to;

	for (; from != SIZE_MAX && (v.kind == RB_V_MAP || v.kind == RB_V_MATCH); from = to) {
		to = rb_str_find(path, RB_STR("."), from + 1);
		v = rb_v_get(v, rb_str_cut(path, from + 1, to));
	}
	return v;
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

static const struct rb_capture *
capture_of(const struct rb_step *step, struct rb_str name)
{
	for (size_t i = 0; i < step->ncaptures; i++) {
		if (rb_str_eq(step->captures[i].name, name))
			return &step->captures[i];
	}
	return NULL;
}

/* A fact as it may be told: of a step that keeps its output secret neither that nor what a pattern matched
 * in it. `path` begins with the name of the fact. */
static struct rb_value
told(const struct rb_step *step, struct rb_str path, struct rb_value v)
{
	struct rb_str name = rb_str_cut(path, 0, rb_str_find(path, RB_STR("."), 0));
	const struct rb_capture *cap = capture_of(step, name);
	bool text = v.kind == RB_V_TEXT || v.kind == RB_V_LIST || v.kind == RB_V_MAP;

	if (cap != NULL)
		return cap->secret ? rb_v_text(RB_STR("***")) : v;
	if (!rb_step_keeps_secret(step))
		return v;
	if (v.kind == RB_V_MATCH)
		return rb_v_bool(matched(v));
	return text && (is_bulk(name) || name.n < path.n) ? rb_v_text(RB_STR("***")) : v;
}

static void
tell(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	struct explain *x = ctx;
	size_t dot = rb_str_find(path, RB_STR("."), 0);
	struct rb_value v;

	if (decl == NULL || rb_map_put(&x->seen, path, x) != NULL)
		return;
	v = value_at(x->ev->frame, decl, up, path);
	if (rb_expr_secret(at))
		v = rb_v_text(RB_STR("***"));
	else if (decl->kind == RB_DECL_STEP && dot != SIZE_MAX)
		v = told(decl->step, rb_str_cut(path, dot + 1, path.n), v);
	if (x->why.len > 0)
		rb_buf_c(&x->why, "; ");
	show_fact(path, v, &x->why);
	rb_json_key_str(&x->json, path);
	json_fact(&x->json, v, x->why.alloc);
}

void
rb_explain(const struct rb_expr *const *conds, size_t n, struct rb_eval *ev, struct rb_str *why,
    struct rb_str *facts)
{
	struct explain x = {.ev = ev};

	rb_map_init(&x.seen, ev->arena);
	rb_buf_init(&x.why, ev->arena->alloc, WHY_MAX);
	rb_buf_init(&x.facts, ev->arena->alloc, FACTS_MAX);
	rb_json_init(&x.json, &x.facts);
	rb_json_open(&x.json, '{');
	for (size_t i = 0; i < n; i++)
		rb_expr_reads(conds[i], tell, &x);
	rb_json_close(&x.json, '}');
	*why = rb_arena_str(ev->arena, rb_buf_view(&x.why));
	*facts = x.facts.lost == 0 ? rb_arena_str(ev->arena, rb_buf_view(&x.facts)) : RB_STR("{}");
	rb_buf_free(&x.why);
	rb_buf_free(&x.facts);
}

/* ---- what a step found ---- */

void
rb_explain_facts(const struct rb_step *step, struct rb_value facts, struct rb_arena *arena,
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
		const struct rb_capture *cap = capture_of(step, p->key);
		struct rb_value v = told(step, p->key, p->value);

		if (v.kind == RB_V_UNSET || (is_bulk(p->key) && cap == NULL))
			continue;
		any = true;
		rb_json_key_str(&j, p->key);
		json_fact(&j, v, arena->alloc);
		if (cap == NULL && (v.kind != RB_V_MATCH || !matched(v)))
			continue;
		if (text.len > 0)
			rb_buf_c(&text, "; ");
		show_fact(p->key, v, &text);
	}
	rb_json_close(&j, '}');
	*json = any && out.lost == 0 ? rb_arena_str(arena, rb_buf_view(&out)) : RB_STR("");
	*line = rb_arena_str(arena, rb_buf_view(&text));
	rb_buf_free(&out);
	rb_buf_free(&text);
}
