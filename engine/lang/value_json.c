/* JSON in, by jansson, strictly: what a reader might take in two ways is refused. Depth is judged here first,
 * since jansson recurses. */
#include <jansson.h>
#include <string.h>

#include "lang/value.h"

enum { NEAR_MAX = 40 }; /* bytes of the text that a message quotes */

/* Offset of the first bracket that opens one level too many, or SIZE_MAX. */
static size_t
too_deep(struct rb_str s)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			depth++;
			if (depth > RB_JSON_IN_DEPTH)
				return i;
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return SIZE_MAX;
}

static struct rb_value
convert(struct rb_arena *arena, json_t *from)
{
	struct rb_value *items, v;
	struct rb_vpair *pairs;
	void *it;
	size_t i = 0;

	switch (json_typeof(from)) {
	case JSON_NULL:
		return rb_v_null();
	case JSON_TRUE:
		return rb_v_bool(true);
	case JSON_FALSE:
		return rb_v_bool(false);
	case JSON_INTEGER:
		return rb_v_int(json_integer_value(from));
	case JSON_REAL:
		return rb_v_number(json_real_value(from));
	case JSON_STRING:
		return rb_v_text(
		    rb_arena_str(arena, (struct rb_str){json_string_value(from), json_string_length(from)}));
	case JSON_ARRAY:
		v = rb_v_list(arena, json_array_size(from), &items);
		for (; i < json_array_size(from); i++)
			items[i] = convert(arena, json_array_get(from, i));
		return v;
	case JSON_OBJECT:
		v = rb_v_map(arena, json_object_size(from), &pairs);
		for (it = json_object_iter(from); it != NULL; it = json_object_iter_next(from, it), i++) {
			/* A key is NUL-terminated: jansson refuses keys with NUL in them. */
			pairs[i].key = rb_arena_str(arena, rb_str_c(json_object_iter_key(it)));
			pairs[i].value = convert(arena, json_object_iter_value(it));
		}
		return v;
	}
	return rb_v_null();
}

/* The number that ends just before `end`. */
static struct rb_str
number_before(struct rb_str s, size_t end)
{
	size_t from;

	if (end > s.n)
		end = s.n;
	from = end;
	while (from > 0 && strchr("0123456789+-.eE", s.p[from - 1]) != NULL && s.p[from - 1] != '\0')
		from--;
	return rb_str_cut(s, from, end - from > NEAR_MAX ? from + NEAR_MAX : end);
}

/* What is wrong, as jansson says it. The token that it quotes is only where the text goes on: marked as cut,
 * so that the masker knows the beginning of a secret in it. */
static struct rb_str
said(struct rb_arena *arena, const json_error_t *error)
{
	struct rb_str text = rb_str_c(error->text);

	if (!rb_str_ends(text, "'"))
		return rb_arena_str(arena, text);
	return rb_arena_fmt(arena, "%.*s…'", (int)text.n - 1, text.p);
}

static struct rb_value
refusal(struct rb_arena *arena, struct rb_str text, const json_error_t *error)
{
	struct rb_str number;

	switch (json_error_code(error)) {
	case json_error_numeric_overflow:
		number = number_before(text, error->position < 0 ? 0 : (size_t)error->position);
		return rb_v_error(arena,
		    "JSON: the number %.*s on line %d is out of range (64-bit integers, finite doubles)",
		    RB_STR_ARG(number), error->line);
	case json_error_duplicate_key:
		return rb_v_error(arena, "JSON: a key stands twice in one object (line %d, column %d)",
		    error->line, error->column);
	case json_error_null_byte_in_key:
		return rb_v_error(arena, "JSON: a key holds a NUL character (line %d, column %d)",
		    error->line, error->column);
	case json_error_invalid_utf8:
		return rb_v_error(arena, "JSON: the text is not UTF-8 (line %d)", error->line);
	default:
		return rb_v_error(arena, "not JSON: line %d, column %d: %.*s", error->line, error->column,
		    RB_STR_ARG(said(arena, error)));
	}
}

struct rb_value
rb_value_from_json(struct rb_arena *arena, struct rb_str text)
{
	struct rb_value v;
	json_error_t error;
	json_t *root;

	if (rb_str_trim(text).n == 0)
		return rb_v_error(arena, "not JSON: the text is empty");
	if (too_deep(text) != SIZE_MAX)
		return rb_v_error(arena, "JSON: nested deeper than %d levels at byte %zu", RB_JSON_IN_DEPTH,
		    too_deep(text));
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (root == NULL)
		return refusal(arena, text, &error);
	v = convert(arena, root);
	json_decref(root);
	return v;
}
