/* A growing byte buffer with a bound set at creation. Ownership: the buffer owns its bytes until
 * rb_buf_free; slices of it die at the next append.
 *
 * Past the bound an append keeps what fits and counts the rest in `lost`: text for people is cut and says
 * so; callers for whom a cut is an error look at `lost`. */
#ifndef RB_BASE_BUF_H
#define RB_BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/str.h"

RB_C_BEGIN

struct rb_buf {
	const struct rb_alloc *alloc;
	char *p; /* NUL after len, once anything was appended */
	size_t len, cap;
	size_t max;    /* bound on len, bytes */
	uint64_t lost; /* bytes that did not fit */
};

/* Empty; takes no memory before the first append. `max` in bytes (SIZE_MAX: no bound); `alloc` NULL: libc. */
RB_API void rb_buf_init(struct rb_buf *b, const struct rb_alloc *alloc, size_t max);
/* The buffer is then as after rb_buf_init. */
RB_API void rb_buf_free(struct rb_buf *b);
RB_API void rb_buf_clear(struct rb_buf *b); /* keeps the memory; lost = 0 */
/* Append a copy: n bytes (p may be NULL if n is 0), a slice, a string (not NULL), a byte, of whatever value.
 * None of them may be the buffer's own. */
RB_API void rb_buf_add(struct rb_buf *b, const void *p, size_t n);
RB_API void rb_buf_str(struct rb_buf *b, struct rb_str s);
RB_API void rb_buf_c(struct rb_buf *b, const char *s);
void rb_buf_char(struct rb_buf *b, char c);
/* The UTF-8 of a code point up to U+10FFFF (RFC 3629). */
void rb_buf_utf8(struct rb_buf *b, uint32_t cp);
/* The byte n times. */
void rb_buf_pad(struct rb_buf *b, char c, size_t n);
/* As printf(3); arguments may point into the buffer. Text that cannot be formatted is left out. */
void rb_buf_fmt(struct rb_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rb_buf_vfmt(struct rb_buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first n bytes, or all where there are fewer. */
void rb_buf_shift(struct rb_buf *b, size_t n);
/* Appends, and keeps the last `keep` bytes at least; the buffer's bound must be twice that. What is dropped
 * is not counted. */
void rb_buf_tail(struct rb_buf *b, struct rb_str s, size_t keep);
/* Where bytes were lost, the mark becomes the end of what is kept, behind a whole character, within the
 * bound; else nothing happens. For text in UTF-8, once all of it is appended. */
void rb_buf_cut(struct rb_buf *b, const char *mark);
/* What it holds, good until the next append. */
RB_API struct rb_str rb_buf_view(const struct rb_buf *b);
/* NUL-terminated; "" when empty. */
RB_API const char *rb_buf_cstr(const struct rb_buf *b);

RB_C_END

#endif
