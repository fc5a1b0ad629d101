/* Reasons: bounded texts that outlive the arena in which they were found, without an allocation of their own.
 */
#include "flow/state.h"
#include "lang/unset.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CUT_MARK "…"

/* Cuts at a whole character, so that what is shown stays UTF-8. */
static void
cut(struct rb_reason *r)
{
	size_t n = RB_REASON_MAX - sizeof(CUT_MARK);

	while (n > 0 && ((unsigned char)r->p[n] & 0xC0) == 0x80)
		n--;
	memcpy(r->p + n, CUT_MARK, sizeof(CUT_MARK));
	r->n = n + sizeof(CUT_MARK) - 1;
}

void
rb_reason_set(struct rb_reason *r, struct rb_str s)
{
	size_t n = s.n < RB_REASON_MAX ? s.n : RB_REASON_MAX - 1;

	if (n > 0)
		memmove(r->p, s.p, n);
	r->p[n] = '\0';
	r->n = n;
	if (n < s.n)
		cut(r);
}

void
rb_reason_fmt(struct rb_reason *r, const char *fmt, ...)
{
	char made[RB_REASON_MAX]; /* an argument may be the text that stands in r */
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(made, sizeof(made), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	memcpy(r->p, made, sizeof(made));
	r->n = (size_t)n;
	if (r->n >= RB_REASON_MAX)
		cut(r);
}

struct rb_str
rb_reason_str(const struct rb_reason *r)
{
	return (struct rb_str){r->p, r->n};
}

void
rb_reason_value(struct rb_reason *r, const struct rb_frame *frame, const char *what, struct rb_value v)
{
	const char *sep = what[0] != '\0' ? ": " : "";
	struct rb_arena arena;

	rb_arena_init(&arena, frame != NULL ? frame->alloc : NULL);
	if (v.kind == RB_V_UNSET)
		v.s = rb_unset_text(&arena, frame, v.s);
	if (v.kind == RB_V_UNKNOWN)
		rb_reason_fmt(r, "%s%s%.*s cannot be known yet", what, sep, RB_STR_ARG(v.s));
	else
		rb_reason_fmt(r, "%s%s%.*s", what, sep, RB_STR_ARG(v.s));
	rb_arena_free(&arena);
}
