/* What the kinds' `mock` hooks share: the facts of a result that a test gives, in the making. */
#include "kinds/mock.h"

#include <string.h>

enum { TAIL = 4096 };

void
rb_mocked_init(struct rb_mocked *k, const struct rb_mock *m)
{
	const struct rb_vmap *given = m->given.kind == RB_V_MAP ? m->given.map : NULL;

	k->m = m;
	k->len = given != NULL ? given->len : 0;
	k->cap = k->len + 8;
	k->pairs = RB_ARRAY(m->arena, struct rb_vpair, k->cap);
	if (k->len > 0)
		memcpy(k->pairs, given->pairs, k->len * sizeof(*k->pairs));
}

static struct rb_vpair *
find(const struct rb_mocked *k, const char *name)
{
	for (size_t i = 0; i < k->len; i++) {
		if (rb_str_is(k->pairs[i].key, name))
			return &k->pairs[i];
	}
	return NULL;
}

struct rb_value
rb_mocked_get(const struct rb_mocked *k, const char *name)
{
	const struct rb_vpair *pair = find(k, name);

	return pair != NULL ? pair->value : rb_v_unset(rb_str_c(name));
}

bool
rb_mocked_has(const struct rb_mocked *k, const char *name)
{
	return find(k, name) != NULL;
}

bool
rb_mocked_outside(const struct rb_mocked *k, const char *name, int64_t least, int64_t most)
{
	struct rb_value v = rb_mocked_get(k, name);

	return v.kind == RB_V_INT && (v.i < least || v.i > most);
}

void
rb_mocked_set(struct rb_mocked *k, const char *name, struct rb_value v)
{
	struct rb_vpair *pair = find(k, name);

	if (pair != NULL) {
		pair->value = v;
		return;
	}
	k->pairs = rb_arena_grow(k->m->arena, k->pairs, sizeof(*k->pairs), k->len, &k->cap);
	k->pairs[k->len++] = (struct rb_vpair){rb_str_c(name), v};
}

void
rb_mocked_add(struct rb_mocked *k, const char *name, struct rb_value v)
{
	if (find(k, name) == NULL)
		rb_mocked_set(k, name, v);
}

void
rb_mocked_drop(struct rb_mocked *k, const char *name)
{
	struct rb_vpair *pair = find(k, name);

	if (pair != NULL)
		*pair = k->pairs[--k->len];
}

struct rb_value
rb_mocked_value(const struct rb_mocked *k)
{
	struct rb_vmap *map = RB_NEW(k->m->arena, struct rb_vmap);

	*map = (struct rb_vmap){k->len, k->pairs};
	return (struct rb_value){.kind = RB_V_MAP, .map = map};
}

int
rb_mocked_refuse(struct rb_result *res, struct rb_arena *arena, const char *fmt, ...)
{
	struct rb_buf b;
	va_list ap;

	rb_buf_init(&b, arena->alloc, RB_LINE_MAX);
	va_start(ap, fmt);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	res->reason = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return -1;
}

struct rb_str
rb_mocked_holder(const struct rb_mocked *k)
{
	struct rb_value pid = rb_mocked_get(k, "pid"), command = rb_mocked_get(k, "command"),
			user = rb_mocked_get(k, "user");

	if (command.kind != RB_V_TEXT || user.kind != RB_V_TEXT)
		return rb_arena_fmt(k->m->arena, RB_SAYS_PID, (long long)pid.i);
	return rb_arena_fmt(
	    k->m->arena, RB_SAYS_HOLDER, (long long)pid.i, RB_STR_ARG(command.s), RB_STR_ARG(user.s));
}

struct rb_str
rb_mocked_tail(struct rb_value text)
{
	if (text.kind != RB_V_TEXT)
		return RB_STR("");
	return rb_str_cut(text.s, text.s.n > TAIL ? text.s.n - TAIL : 0, text.s.n);
}
