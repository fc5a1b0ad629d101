/* Values: making, copying, comparing them. How they are shown is value_show.c; how they come from text is
 * value_parse.c and value_json.c. */
#include "lang/value.h"

#include <stdarg.h>
#include <string.h>

enum { ERROR_MAX = 1024 }; /* bytes of an ERROR's reason */

struct rb_value
rb_v_unset(struct rb_str name)
{
	return (struct rb_value){.kind = RB_V_UNSET, .s = name};
}

struct rb_value
rb_v_unknown(struct rb_str shown)
{
	return (struct rb_value){.kind = RB_V_UNKNOWN, .s = shown};
}

struct rb_value
rb_v_error(struct rb_arena *arena, const char *fmt, ...)
{
	struct rb_buf b;
	struct rb_value v = {.kind = RB_V_ERROR};
	va_list ap;

	rb_buf_init(&b, arena->alloc, ERROR_MAX);
	va_start(ap, fmt);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	v.s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return v;
}

struct rb_value
rb_v_null(void)
{
	return (struct rb_value){.kind = RB_V_NULL};
}

struct rb_value
rb_v_bool(bool b)
{
	return (struct rb_value){.kind = RB_V_BOOL, .b = b};
}

struct rb_value
rb_v_int(int64_t i)
{
	return (struct rb_value){.kind = RB_V_INT, .i = i};
}

struct rb_value
rb_v_number(double d)
{
	return (struct rb_value){.kind = RB_V_NUMBER, .d = d};
}

struct rb_value
rb_v_text(struct rb_str s)
{
	return (struct rb_value){.kind = RB_V_TEXT, .s = s};
}

struct rb_value
rb_v_of(enum rb_value_kind kind, int64_t i)
{
	return (struct rb_value){.kind = kind, .i = i};
}

struct rb_value
rb_v_version(struct rb_str s)
{
	return (struct rb_value){.kind = RB_V_VERSION, .s = s};
}

struct rb_value
rb_v_process(int64_t pid, uint64_t start)
{
	return (struct rb_value){.kind = RB_V_PROCESS, .process = {pid, start}};
}

struct rb_value
rb_v_list(struct rb_arena *arena, size_t n, struct rb_value **items)
{
	struct rb_vlist *list = RB_NEW(arena, struct rb_vlist);

	list->len = n;
	list->items = n > 0 ? RB_ARRAY(arena, struct rb_value, n) : NULL;
	if (items != NULL)
		*items = list->items;
	return (struct rb_value){.kind = RB_V_LIST, .list = list};
}

struct rb_value
rb_v_map(struct rb_arena *arena, size_t n, struct rb_vpair **pairs)
{
	struct rb_vmap *map = RB_NEW(arena, struct rb_vmap);

	map->len = n;
	map->pairs = n > 0 ? RB_ARRAY(arena, struct rb_vpair, n) : NULL;
	if (pairs != NULL)
		*pairs = map->pairs;
	return (struct rb_value){.kind = RB_V_MAP, .map = map};
}

bool
rb_v_known(struct rb_value v)
{
	return v.kind > RB_V_ERROR;
}

struct rb_value
rb_v_get(struct rb_value map, struct rb_str key)
{
	if (map.kind == RB_V_MAP || map.kind == RB_V_MATCH)
		for (size_t i = 0; i < map.map->len; i++)
			if (rb_str_eq(map.map->pairs[i].key, key))
				return map.map->pairs[i].value;
	return rb_v_unset(key);
}

struct rb_value
rb_v_get_c(struct rb_value map, const char *key)
{
	return rb_v_get(map, rb_str_c(key));
}

struct rb_value
rb_v_plain(struct rb_value v)
{
	if (v.kind != RB_V_MATCH)
		return v;
	return v.map->len > 0 ? v.map->pairs[0].value : rb_v_bool(false);
}

struct rb_value
rb_value_copy(struct rb_arena *arena, struct rb_value v)
{
	struct rb_value *items, out = v;
	struct rb_vpair *pairs;

	switch (v.kind) {
	case RB_V_UNSET:
	case RB_V_UNKNOWN:
	case RB_V_ERROR:
	case RB_V_TEXT:
	case RB_V_VERSION:
		out.s = v.s.n > 0 ? rb_arena_str(arena, v.s) : RB_STR("");
		break;
	case RB_V_LIST:
		out = rb_v_list(arena, v.list->len, &items);
		for (size_t i = 0; i < v.list->len; i++)
			items[i] = rb_value_copy(arena, v.list->items[i]);
		break;
	case RB_V_MAP:
	case RB_V_MATCH:
		out = rb_v_map(arena, v.map->len, &pairs);
		out.kind = v.kind;
		for (size_t i = 0; i < v.map->len; i++) {
			pairs[i].key = rb_arena_str(arena, v.map->pairs[i].key);
			pairs[i].value = rb_value_copy(arena, v.map->pairs[i].value);
		}
		break;
	case RB_V_NULL:
	case RB_V_BOOL:
	case RB_V_INT:
	case RB_V_NUMBER:
	case RB_V_DURATION:
	case RB_V_SIZE:
	case RB_V_TIME:
	case RB_V_PROCESS:
		break;
	}
	return out;
}

static int
cmp_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
cmp_number(double a, double b)
{
	return (a > b) - (a < b);
}

/* Exactly, also where an int has no double of its own. */
static int
cmp_int_number(int64_t i, double d)
{
	int64_t whole;

	if (d >= 0x1p63)
		return -1;
	if (d < -0x1p63)
		return 1;
	whole = (int64_t)d;
	if (i != whole)
		return cmp_int(i, whole);
	return cmp_number(0, d - (double)whole);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next part of a version from *at: a run of digits or of letters; dots and all else part them. */
static struct rb_str
version_part(struct rb_str s, size_t *at)
{
	size_t from, i = *at;

	while (i < s.n && !is_digit(s.p[i]) && !is_alpha(s.p[i]))
		i++;
	from = i;
	if (i < s.n && is_digit(s.p[i]))
		while (i < s.n && is_digit(s.p[i]))
			i++;
	else
		while (i < s.n && is_alpha(s.p[i]))
			i++;
	*at = i;
	return rb_str_cut(s, from, i);
}

static struct rb_str
without_zeros(struct rb_str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] == '0')
		i++;
	return rb_str_cut(s, i, s.n);
}

static int
sign(int c)
{
	return (c > 0) - (c < 0);
}

/* Numeric parts by number, letters by their bytes. A version that ends where the other goes on with digits is
 * the earlier one unless these are zeros (9.1 is 9.1.0); where it goes on with letters, the later (1.0rc1
 * comes before 1.0). */
static int
cmp_version(struct rb_str a, struct rb_str b)
{
	size_t i = a.n > 0 && (a.p[0] == 'v' || a.p[0] == 'V'),
	       j = b.n > 0 && (b.p[0] == 'v' || b.p[0] == 'V');

	for (;;) {
		struct rb_str x = version_part(a, &i), y = version_part(b, &j);
		bool xd = x.n > 0 && is_digit(x.p[0]), yd = y.n > 0 && is_digit(y.p[0]);

		if (x.n == 0 && y.n == 0)
			return 0;
		if ((x.n == 0 || xd) && (y.n == 0 || yd)) {
			x = without_zeros(x);
			y = without_zeros(y);
			if (x.n != y.n)
				return x.n < y.n ? -1 : 1;
		} else if (x.n == 0 || xd) {
			return 1;
		} else if (y.n == 0 || yd) {
			return -1;
		}
		if (rb_str_cmp(x, y) != 0)
			return sign(rb_str_cmp(x, y));
	}
}

static bool
is_text(struct rb_value v)
{
	return v.kind == RB_V_TEXT || v.kind == RB_V_VERSION;
}

int
rb_value_cmp(struct rb_value a, struct rb_value b)
{
	if (a.kind == RB_V_INT && b.kind == RB_V_NUMBER)
		return cmp_int_number(a.i, b.d);
	if (a.kind == RB_V_NUMBER && b.kind == RB_V_INT)
		return -cmp_int_number(b.i, a.d);
	if (is_text(a) && is_text(b)) {
		if (a.kind == RB_V_VERSION || b.kind == RB_V_VERSION)
			return cmp_version(a.s, b.s);
		return sign(rb_str_cmp(a.s, b.s));
	}
	if (a.kind != b.kind)
		return RB_NO_ORDER;
	switch (a.kind) {
	case RB_V_INT:
	case RB_V_DURATION:
	case RB_V_SIZE:
	case RB_V_TIME:
		return cmp_int(a.i, b.i);
	case RB_V_NUMBER:
		return cmp_number(a.d, b.d);
	default:
		return RB_NO_ORDER;
	}
}

static bool
eq_list(const struct rb_vlist *a, const struct rb_vlist *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (!rb_value_eq(a->items[i], b->items[i]))
			return false;
	return true;
}

/* Keys are compared in place where the order is the same, else searched for: JSON objects of like making have
 * like order, so that the quadratic way is rare. */
static bool
eq_map(struct rb_value a, struct rb_value b)
{
	if (a.map->len != b.map->len)
		return false;
	for (size_t i = 0; i < a.map->len; i++) {
		const struct rb_vpair *x = &a.map->pairs[i], *y = &b.map->pairs[i];
		struct rb_value other = rb_str_eq(x->key, y->key) ? y->value : rb_v_get(b, x->key);

		if (!rb_value_eq(x->value, other))
			return false;
	}
	return true;
}

bool
rb_value_eq(struct rb_value a, struct rb_value b)
{
	if (rb_value_cmp(a, b) != RB_NO_ORDER)
		return rb_value_cmp(a, b) == 0;
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case RB_V_NULL:
		return true;
	case RB_V_BOOL:
		return a.b == b.b;
	case RB_V_PROCESS:
		return a.process.pid == b.process.pid && a.process.start == b.process.start;
	case RB_V_LIST:
		return eq_list(a.list, b.list);
	case RB_V_MAP:
	case RB_V_MATCH:
		return eq_map(a, b);
	default: /* what has no value is equal to nothing */
		return false;
	}
}
