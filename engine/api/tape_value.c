/* Values of a recorded scenario, as YAML on one line. */
#include "api/tape_parts.h"

#include "event/mask.h"
#include "text/yaml_write.h"

static bool
holds_mask(struct rb_str s)
{
	return rb_str_find(s, RB_STR(RB_MASK), 0) != SIZE_MAX;
}

/* Text as a value on one line. */
struct rb_str
rb_tape_scalar(struct rb_tape_writer *w, struct rb_str s)
{
	struct rb_buf b;
	struct rb_str out;

	rb_buf_init(&b, w->arena->alloc, SIZE_MAX);
	w->masked |= holds_mask(s);
	w->replaced |= !rb_yaml_scalar(&b, s);
	out = rb_arena_str(w->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return out;
}

/* A value as JSON is written in YAML: texts in quotes, so that none is taken for a number. */
void
rb_tape_json(struct rb_tape_writer *w, struct rb_buf *b, struct rb_value v)
{
	struct rb_json j;

	v = rb_v_plain(v);
	if (v.kind == RB_V_TEXT) {
		w->masked |= holds_mask(v.s);
		w->replaced |= !rb_yaml_quoted(b, v.s);
	} else if (v.kind == RB_V_LIST) {
		rb_buf_char(b, '[');
		for (size_t i = 0; i < v.list->len; i++) {
			rb_buf_c(b, i > 0 ? ", " : "");
			rb_tape_json(w, b, v.list->items[i]);
		}
		rb_buf_char(b, ']');
	} else if (v.kind == RB_V_MAP) {
		rb_buf_char(b, '{');
		for (size_t i = 0; i < v.map->len; i++) {
			rb_buf_c(b, i > 0 ? ", " : "");
			w->replaced |= !rb_yaml_scalar(b, v.map->pairs[i].key);
			rb_buf_c(b, ": ");
			rb_tape_json(w, b, v.map->pairs[i].value);
		}
		rb_buf_char(b, '}');
	} else {
		rb_json_init(&j, b);
		rb_value_json(v, &j);
	}
}

struct rb_str
rb_tape_value(struct rb_tape_writer *w, struct rb_value v)
{
	struct rb_buf b;
	struct rb_str out;

	if (v.kind == RB_V_TEXT)
		return rb_tape_scalar(w, v.s);
	rb_buf_init(&b, w->arena->alloc, SIZE_MAX);
	rb_tape_json(w, &b, v);
	out = rb_arena_str(w->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return out;
}

/* To the millisecond, the least that a runbook can say. */
struct rb_str
rb_tape_duration(struct rb_tape_writer *w, int64_t ns)
{
	char text[RB_CLOCK_DURATION];

	return rb_arena_str(w->arena, rb_str_c(rb_clock_exact((ns + RB_MS / 2) / RB_MS * RB_MS, text)));
}
