/* The one door to heap memory.
 *
 * Ownership: what rb_alloc_resize returns belongs to the caller until it is resized to 0 through the
 * same hook.
 *
 * Running out of memory is not an error that each caller handles: the hook's `exhausted` is called and
 * must not return (docs/decisions.md, "Out of memory"). Working sets are bounded and taken before the
 * first step, so that this is met at start-up, not in the middle of a change.
 */
#ifndef RB_BASE_ALLOC_H
#define RB_BASE_ALLOC_H

#include <stddef.h>

#include "base/export.h"

RB_C_BEGIN

struct rb_alloc {
	/* Like realloc(3): p may be NULL; n == 0 frees p and returns NULL. */
	void *(*resize)(void *ctx, void *p, size_t n);
	/* Called when resize failed for n bytes. Must not return (exit, or longjmp past the library). */
	void (*exhausted)(void *ctx, size_t n);
	void *ctx;
};

/* The C library's allocator; when it is exhausted: one line on stderr, then _exit(6). */
extern RB_API const struct rb_alloc rb_alloc_libc;

/* Resizes p to n bytes through `a` (NULL: rb_alloc_libc). Never returns NULL for n > 0. */
void *rb_alloc_resize(const struct rb_alloc *a, void *p, size_t n);

/* n * size zeroed bytes; an overflowing product counts as exhausted. */
void *rb_alloc_zero(const struct rb_alloc *a, size_t n, size_t size);

/* Frees p (NULL is allowed). */
void rb_alloc_free(const struct rb_alloc *a, void *p);

/* Makes room for one more element in a growing array: `items` of `size` bytes, `len` used, `*cap` there.
 * Returns the array (moved or not), with *cap updated by doubling. */
void *rb_alloc_grow(const struct rb_alloc *a, void *items, size_t size, size_t len, size_t *cap);

RB_C_END

#endif
