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

RB_API void rb_buf_init(struct rb_buf *b, const struct rb_alloc *alloc, size_t max);
RB_API void rb_buf_free(struct rb_buf *b);
RB_API void rb_buf_clear(struct rb_buf *b); /* keeps the memory; lost = 0 */
RB_API void rb_buf_add(struct rb_buf *b, const void *p, size_t n);
RB_API void rb_buf_str(struct rb_buf *b, struct rb_str s);
RB_API void rb_buf_c(struct rb_buf *b, const char *s);
void rb_buf_char(struct rb_buf *b, char c);
/* The UTF-8 of a code point up to U+10FFFF (RFC 3629). */
void rb_buf_utf8(struct rb_buf *b, uint32_t cp);
void rb_buf_pad(struct rb_buf *b, char c, size_t n);
void rb_buf_fmt(struct rb_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rb_buf_vfmt(struct rb_buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first n bytes. */
void rb_buf_shift(struct rb_buf *b, size_t n);
/* Appends, and keeps the last `keep` bytes at least; the buffer's bound must be twice that. What is dropped
 * is not counted. */
void rb_buf_tail(struct rb_buf *b, struct rb_str s, size_t keep);
RB_API struct rb_str rb_buf_view(const struct rb_buf *b);
/* NUL-terminated; "" when empty. */
RB_API const char *rb_buf_cstr(const struct rb_buf *b);

RB_C_END

#endif
