/* The plan's items as JSON lines. Their fields are those of the `preview` and `would` records of a drill
 * (docs/transcript.md), so that one reader does for both. */
#include "plan/lines.h"

#include "base/clock.h"
#include "base/json.h"

enum {
	FLUSH = 64 * 1024,
	BOUND = 64 << 20, /* bytes of one line and what waits to be written */
};

void
rb_plan_lines_init(struct rb_plan_lines *l, const struct rb_alloc *alloc,
    void (*write)(void *ctx, struct rb_str text), void *ctx)
{
	rb_buf_init(&l->out, alloc, BOUND);
	l->write = write;
	l->ctx = ctx;
}

static void
flush(struct rb_plan_lines *l)
{
	if (l->out.len > 0)
		l->write(l->ctx, rb_buf_view(&l->out));
	rb_buf_clear(&l->out);
}

void
rb_plan_lines_end(struct rb_plan_lines *l)
{
	flush(l);
	rb_buf_free(&l->out);
}

static void
text(struct rb_json *j, const char *name, struct rb_str s)
{
	if (s.n == 0)
		return;
	rb_json_key(j, name);
	rb_json_str(j, s);
}

static void
number(struct rb_json *j, const char *name, size_t n)
{
	rb_json_key(j, name);
	rb_json_int(j, (int64_t)n);
}

static void
end_line(struct rb_plan_lines *l, struct rb_json *j)
{
	rb_json_close(j, '}');
	rb_buf_char(&l->out, '\n');
	if (l->out.len >= FLUSH)
		flush(l);
}

static void
on_item(void *ctx, const struct rb_plan_item *it)
{
	struct rb_plan_lines *l = ctx;
	struct rb_json j;

	rb_json_init(&j, &l->out);
	rb_json_open(&j, '{');
	text(&j, "part", rb_str_c(rb_plan_part_words[it->part]));
	number(&j, "depth", it->depth);
	if (it->has_effect)
		text(&j, "effect", rb_str_c(rb_effect_words[it->effect]));
	text(&j, "name", it->name);
	text(&j, "text", it->text);
	text(&j, "note", it->note);
	end_line(l, &j);
}

struct rb_plan_sink
rb_plan_lines_sink(struct rb_plan_lines *l)
{
	return (struct rb_plan_sink){l, on_item};
}

static void
put_change(struct rb_json *j, const struct rb_plan_change *c)
{
	rb_json_open(j, '{');
	text(j, "step", c->path);
	text(j, "kind", rb_str_c(c->step->action));
	text(j, "effect", rb_str_c(rb_effect_words[c->effect]));
	text(j, "does", c->request);
	text(j, "values", c->values);
	text(j, "whom", c->whom);
	text(j, "for", c->item);
	if (c->more > 0)
		number(j, "more", c->more);
	rb_json_key(j, "open");
	rb_json_bool(j, c->open);
	rb_json_key(j, "back");
	rb_json_bool(j, c->back);
	if (c->step->span.src != NULL)
		number(j, "line", rb_source_pos(c->step->span.src, c->step->span.from).line);
	rb_json_close(j, '}');
}

static void
put_troubles(struct rb_json *j, const struct rb_plan_sum *sum)
{
	number(j, "troubles", sum->ntroubles);
	rb_json_key(j, "in_the_way");
	rb_json_open(j, '[');
	for (size_t i = 0; i < sum->ntroubles && i < RB_PLAN_TROUBLES_LISTED; i++) {
		rb_json_open(j, '{');
		text(j, "step", sum->troubles[i].path);
		text(j, "text", sum->troubles[i].text);
		rb_json_close(j, '}');
	}
	rb_json_close(j, ']');
}

void
rb_plan_lines_sum(struct rb_plan_lines *l, const struct rb_plan_sum *sum)
{
	char most[RB_CLOCK_DURATION];
	struct rb_json j;

	rb_json_init(&j, &l->out);
	rb_json_open(&j, '{');
	text(&j, "part", RB_STR("total"));
	number(&j, "reads", sum->reads);
	number(&j, "changes", sum->changes);
	number(&j, "dangers", sum->dangers);
	number(&j, "hidden", sum->hidden);
	number(&j, "asks", sum->asks);
	number(&j, "answered", sum->answered);
	number(&j, "people", sum->people);
	rb_json_key(&j, "most");
	if (sum->most == RB_NEVER)
		rb_json_null(&j);
	else
		rb_json_c(&j, rb_clock_exact(sum->most, most));
	rb_json_key(&j, "waits_for_people");
	rb_json_bool(&j, sum->waits_for_people);
	rb_json_key(&j, "ends");
	rb_json_open(&j, '[');
	for (size_t i = 0; i < RB_ENDS; i++) {
		if ((sum->ends & 1U << i) != 0)
			rb_json_c(&j, rb_end_words[i]);
	}
	if (sum->declines)
		rb_json_c(&j, "declined");
	rb_json_close(&j, ']');
	rb_json_key(&j, "would");
	rb_json_open(&j, '[');
	for (size_t i = 0; i < sum->nwould; i++)
		put_change(&j, &sum->would[i]);
	rb_json_close(&j, ']');
	put_troubles(&j, sum);
	end_line(l, &j);
}
