/* Edges: where a step leads, as the value of on_pass, on_fail, on_timeout, then, else, or as an item of a
 * list; and the borders that they may not cross. */
#include <string.h>

#include "lang/decode.h"
#include "lang/lower.h"
#include "text/yaml_write.h"

enum { REASON_MAX = 300 }; /* bytes of a reason that is written out again */

/* --- borders --- */

/* Whether an edge of this kind may stand here at all. */
static bool
may_stand(struct rb_part *p, enum rb_edge_kind kind, struct rb_span span)
{
	static const char *const names[] = {[RB_EDGE_NONE] = "",
	    [RB_EDGE_CONTINUE] = "continue",
	    [RB_EDGE_GOTO] = "goto",
	    [RB_EDGE_END] = "end",
	    [RB_EDGE_DONE] = "done",
	    [RB_EDGE_FAIL] = "fail",
	    [RB_EDGE_STEPS] = ""};
	bool leaves = kind == RB_EDGE_DONE || kind == RB_EDGE_FAIL;
	struct rb_diags *diags = p->ctx.diags;
	struct rb_diag *diag;

	if (kind == RB_EDGE_CONTINUE)
		return true;
	if ((p->seed->place & (RB_IN_FINALLY | RB_IN_RUNG)) != 0) {
		rb_diag_add(diags, RB_E_EDGE, span, "`%s` cannot stand in %s: it always runs to its end",
		    names[kind],
		    (p->seed->place & RB_IN_FINALLY) != 0 ? "`finally`" : "a rung of `escalate`");
		return false;
	}
	if (kind == RB_EDGE_END && p->step->proc != NULL) {
		diag = rb_diag_add(diags, RB_E_EDGE, span, "a procedure does not end the run");
		rb_diag_hint(diags, diag,
		    "leave it with `done` or `fail: reason`; the step that calls it decides with on_pass and "
		    "on_fail");
		return false;
	}
	if (leaves && p->step->proc == NULL) {
		diag = rb_diag_add(
		    diags, RB_E_EDGE, span, "`%s` leaves a procedure, and this is none", names[kind]);
		rb_diag_hint(diags, diag, "end the run with `end resolved`, `end failed` or `end escalated`");
		return false;
	}
	return true;
}

/* Whether the target stands in the list of the step, or in one around it. */
static bool
reaches(const struct rb_step *from, const struct rb_step *to)
{
	for (const struct rb_step *s = from; s != NULL; s = s->list != NULL ? s->list->owner : NULL)
		if (s->list == to->list)
			return true;
	return false;
}

static void
no_target(struct rb_part *p, struct rb_span span, struct rb_str name)
{
	struct rb_diags *diags = p->ctx.diags;
	struct rb_diag *diag =
	    rb_diag_add(diags, RB_E_TARGET, span, "there is no step `%.*s` to go to", RB_STR_ARG(name));
	const struct rb_map *decls = &p->ctx.scope->decls;
	size_t most = rb_diags_near(p->ctx.diags, decls->len), n = 0;
	struct rb_str *names = RB_ARRAY(p->ctx.arena, struct rb_str, most);
	const struct rb_step *inside = most > 0 ? rb_unit_step(p->lower->unit, name) : NULL;

	if (inside != NULL && inside->proc != NULL) {
		rb_diag_hint(diags, diag, "it stands in the procedure `%.*s`, which is run by `call: %.*s`",
		    RB_STR_ARG(inside->proc->name), RB_STR_ARG(inside->proc->name));
		return;
	}
	if (rb_unit_proc(p->lower->unit, name) != NULL) {
		rb_diag_hint(
		    diags, diag, "`%.*s` is a procedure: `call: %.*s`", RB_STR_ARG(name), RB_STR_ARG(name));
		return;
	}
	for (size_t i = 0; i < decls->len && n < most; i++) {
		const struct rb_decl *d = decls->entries[i].value;

		if (d->kind == RB_DECL_STEP && d->step != NULL && d->step->has_id)
			names[n++] = d->name;
	}
	rb_diag_suggest(diags, diag, name, names, n);
}

static void
lower_goto(struct rb_part *p, struct rb_span span, struct rb_str name, struct rb_edge *edge)
{
	unsigned up = 0;
	const struct rb_decl *d = rb_scope_find(p->ctx.scope, name, &up);
	struct rb_diag *diag;

	if (d == NULL || d->kind != RB_DECL_STEP || d->step == NULL) {
		no_target(p, span, name);
		return;
	}
	if (up == 0 && reaches(p->step, d->step)) {
		edge->kind = RB_EDGE_GOTO;
		edge->target = d->step;
		return;
	}
	diag = rb_diag_add(
	    p->ctx.diags, RB_E_TARGET, span, "`goto` cannot reach `%.*s` from here", RB_STR_ARG(name));
	if (up > 0 || d->step->proc != p->step->proc)
		rb_diag_hint(p->ctx.diags, diag, "it stands outside of this procedure");
	else if (d->step->parent != NULL)
		rb_diag_hint(p->ctx.diags, diag,
		    "it stands inside of another step (line %zu); `goto` goes to steps of its own list and "
		    "of those around it",
		    rb_source_pos(d->step->parent->span.src, d->step->parent->span.from).line);
	else
		rb_diag_hint(p->ctx.diags, diag, "it stands in another part of the file");
}

/* --- forms --- */

/* `end "resolved: it answers"`: how an ending is written with its reason. */
static bool
hint_reason(struct rb_part *p, struct rb_diag *diag, struct rb_str word, const char *ending)
{
	struct rb_str rest = rb_str_cut(word, strlen(ending), word.n), why;
	struct rb_buf b;

	if (!rb_str_starts(word, ending) || rest.n < 2 || strchr(": ,-", rest.p[0]) == NULL)
		return false;
	for (why = rest; why.n > 0 && strchr(": ,-", why.p[0]) != NULL;)
		why = rb_str_cut(why, 1, why.n);
	rb_buf_init(&b, p->ctx.arena->alloc, REASON_MAX);
	rb_yaml_scalar(&b, why);
	rb_diag_hint(p->ctx.diags, diag, "with its reason it is {end: {%s: %s}}", ending,
	    b.lost == 0 ? rb_buf_cstr(&b) : "…");
	rb_buf_free(&b);
	return true;
}

static void
lower_end(struct rb_part *p, const struct rb_node *node, struct rb_str word, struct rb_edge *edge)
{
	struct rb_str names[RB_ENDS];
	struct rb_diag *diag;

	for (size_t i = 0; i < RB_ENDS; i++) {
		names[i] = rb_str_c(rb_end_words[i]);
		if (rb_str_is(word, rb_end_words[i])) {
			edge->kind = RB_EDGE_END;
			edge->end = (enum rb_end)i;
			return;
		}
	}
	diag = rb_diag_add(p->ctx.diags, RB_E_EDGE, node->span,
	    "a run ends `resolved`, `failed` or `escalated`, not `%.*s`", RB_STR_ARG(word));
	for (size_t i = 0; i < RB_ENDS; i++)
		if (hint_reason(p, diag, word, rb_end_words[i]))
			return;
	rb_diag_suggest(p->ctx.diags, diag, word, names, RB_ENDS);
}

/* A reason is a sentence, and sentences have commas: what these cut off inside of { } is put together again.
 */
static const struct rb_node *
whole_reason(struct rb_part *p, const struct rb_node *node)
{
	const struct rb_node *first = node->pairs[0].value;
	struct rb_node *whole;

	for (size_t i = 1; i < node->len; i++)
		if (!rb_decode_cut_off(node, i) || rb_key_find(rb_end_keys, node->pairs[i].key->text) != NULL)
			return first;
	if (node->len == 1 || first->kind != RB_NODE_SCALAR || first->style != RB_PLAIN)
		return first;
	whole = RB_NEW(p->ctx.arena, struct rb_node);
	*whole = *first;
	whole->span.to = node->pairs[node->len - 1].key->span.to;
	whole->text = rb_span_text(whole->span);
	return whole;
}

/* `end: {resolved: not needed}`. */
static void
lower_end_map(struct rb_part *p, const struct rb_node *node, struct rb_edge *edge)
{
	const struct rb_key *row = node->len > 0 ? rb_key_find(rb_end_keys, node->pairs[0].key->text) : NULL;
	const struct rb_node *reason;
	struct rb_field f;

	if (node->len == 0) {
		rb_diag_add(
		    p->ctx.diags, RB_E_EMPTY, node->span, "`end` takes resolved, failed or escalated");
		return;
	}
	reason = whole_reason(p, node);
	if (row == NULL) {
		lower_end(p, node->pairs[0].key, node->pairs[0].key->text, edge);
		return;
	}
	if (node->len > 1 && reason == node->pairs[0].value) {
		rb_diag_add(p->ctx.diags, RB_E_EDGE, node->pairs[1].key->span,
		    "`end` takes one ending with its reason");
		return;
	}
	rb_field_decode(&p->ctx, row, reason, NULL, 0, &f);
	if (f.node == NULL)
		return;
	edge->kind = RB_EDGE_END;
	edge->end = (enum rb_end)(row - rb_end_keys);
	edge->reason = f.tmpl;
	rb_lower_field_reads(p, &f);
}

static void
lower_fail(struct rb_part *p, const struct rb_node *node, struct rb_edge *edge)
{
	static const struct rb_key row = {
	    "fail", RB_K_TITLE, 0, 0, NULL, NULL, NULL, "why", "no node is left", "run/fail.yaml"};
	struct rb_field f;

	rb_field_decode(&p->ctx, &row, node, NULL, 0, &f);
	if (f.node == NULL)
		return;
	rb_lower_field_reads(p, &f);
	edge->kind = RB_EDGE_FAIL;
	edge->reason = f.tmpl;
}

/* `goto: x`, `end: resolved`, `done:`, `fail: text`. */
static void
lower_pair(struct rb_part *p, const struct rb_node *key, const struct rb_node *value, struct rb_edge *edge)
{
	struct rb_diags *diags = p->ctx.diags;

	if (rb_str_is(key->text, "fail")) {
		if (may_stand(p, RB_EDGE_FAIL, key->span))
			lower_fail(p, value, edge);
	} else if (rb_str_is(key->text, "done")) {
		if (value->kind != RB_NODE_SCALAR || (!value->empty_plain && !rb_str_is(value->text, "true")))
			rb_diag_add(diags, RB_E_EDGE, value->span, "`done` has no value: write `- done`");
		else if (may_stand(p, RB_EDGE_DONE, key->span))
			edge->kind = RB_EDGE_DONE;
	} else if (rb_str_is(key->text, "end") && value->kind == RB_NODE_MAP) {
		if (may_stand(p, RB_EDGE_END, key->span))
			lower_end_map(p, value, edge);
	} else if (value->kind != RB_NODE_SCALAR || value->empty_plain) {
		rb_diag_add(diags, RB_E_EDGE, value->span, "`%.*s` takes %s", RB_STR_ARG(key->text),
		    rb_str_is(key->text, "end") ? "resolved, failed or escalated" : "the id of a step");
	} else if (rb_str_is(key->text, "end")) {
		if (may_stand(p, RB_EDGE_END, key->span))
			lower_end(p, value, value->text, edge);
	} else if (may_stand(p, RB_EDGE_GOTO, key->span)) {
		lower_goto(p, value->span, value->text, edge);
	}
}

static void
bad_edge(struct rb_part *p, const struct rb_node *node)
{
	struct rb_diag *diag = rb_diag_add(p->ctx.diags, RB_E_EDGE, node->span,
	    "an edge is `continue`, `goto ID`, `end resolved|failed|escalated`, or a list of steps");

	if (node->kind == RB_NODE_MAP)
		rb_diag_hint(p->ctx.diags, diag, "begin each step with `- `");
}

/* `continue`, `goto ID`, `end WORD`, `done`. */
static void
lower_words(struct rb_part *p, const struct rb_node *node, struct rb_edge *edge)
{
	size_t space = rb_str_find(node->text, RB_STR(" "), 0);
	struct rb_str first = rb_str_cut(node->text, 0, space);
	struct rb_str rest =
	    space == SIZE_MAX ? RB_STR("") : rb_str_trim(rb_str_cut(node->text, space, node->text.n));
	struct rb_span at = node->span;

	if (rb_str_is(first, "continue") && rest.n == 0) {
		edge->kind = RB_EDGE_CONTINUE;
	} else if (rb_str_is(first, "done") && rest.n == 0) {
		if (may_stand(p, RB_EDGE_DONE, node->span))
			edge->kind = RB_EDGE_DONE;
	} else if (rb_str_is(first, "goto") && rest.n > 0) {
		at.from = rb_node_offset(node, (size_t)(rest.p - node->text.p));
		at.to = rb_node_offset(node, (size_t)(rest.p - node->text.p) + rest.n);
		if (may_stand(p, RB_EDGE_GOTO, node->span))
			lower_goto(p, at, rest, edge);
	} else if (rb_str_is(first, "end") && rest.n > 0) {
		if (may_stand(p, RB_EDGE_END, node->span))
			lower_end(p, node, rest, edge);
	} else {
		bad_edge(p, node);
	}
}

static bool
is_edge_word(struct rb_str s)
{
	return rb_str_is(s, "goto") || rb_str_is(s, "end") || rb_str_is(s, "done") || rb_str_is(s, "fail");
}

void
rb_lower_edge(struct rb_part *p, const struct rb_node *node, struct rb_edge *edge)
{
	edge->span = node->span;
	if (node->kind == RB_NODE_SCALAR && !node->empty_plain)
		lower_words(p, node, edge);
	else if (node->kind == RB_NODE_MAP && node->len == 1 && is_edge_word(node->pairs[0].key->text))
		lower_pair(p, node->pairs[0].key, node->pairs[0].value, edge);
	else if (node->kind != RB_NODE_LIST)
		bad_edge(p, node); /* what is wrong with a list was said by the shape pass */
}

void
rb_lower_edge_item(struct rb_part *p)
{
	const struct rb_node *node = p->seed->node;
	struct rb_edge *edge = &p->step->edge;

	edge->span = node->span;
	if (node->kind == RB_NODE_MAP)
		lower_pair(p, p->seed->action->key, p->seed->action->value, edge);
	else
		lower_words(p, node, edge);
	if (edge->kind == RB_EDGE_CONTINUE)
		rb_diag_add(p->ctx.diags, RB_E_EDGE, node->span,
		    "a list goes on by itself: `continue` is the value of an edge such as on_fail");
}
