/* The allocator hook and its C-library default. Everything that takes heap memory comes through here. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RB_EXIT_ENVIRONMENT = 6 };

static void *
libc_resize(void *ctx, void *p, size_t n)
{
	(void)ctx;
	if (n == 0) {
		free(p);
		return NULL;
	}
	return realloc(p, n);
}

static void
libc_exhausted(void *ctx, size_t n)
{
	static const char msg[] = "runbook: out of memory\n";
	ssize_t w;

	(void)ctx;
	(void)n;
	w = write(STDERR_FILENO, msg, sizeof(msg) - 1);
	(void)w;
	_exit(RB_EXIT_ENVIRONMENT);
}

const struct rb_alloc rb_alloc_libc = {libc_resize, libc_exhausted, NULL};

static const struct rb_alloc *
or_libc(const struct rb_alloc *a)
{
	return a != NULL ? a : &rb_alloc_libc;
}

static void
exhausted(const struct rb_alloc *a, size_t n)
{
	a->exhausted(a->ctx, n);
	abort(); /* the hook promised not to return */
}

void *
rb_alloc_resize(const struct rb_alloc *a, void *p, size_t n)
{
	void *q;

	a = or_libc(a);
	q = a->resize(a->ctx, p, n);
	if (q == NULL && n > 0)
		exhausted(a, n);
	return q;
}

void *
rb_alloc_zero(const struct rb_alloc *a, size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		exhausted(or_libc(a), SIZE_MAX);
	if (n * size == 0)
		n = size = 1;
	p = rb_alloc_resize(a, NULL, n * size);
	memset(p, 0, n * size);
	return p;
}

void
rb_alloc_free(const struct rb_alloc *a, void *p)
{
	if (p != NULL)
		rb_alloc_resize(a, p, 0);
}

void *
rb_alloc_grow(const struct rb_alloc *a, void *items, size_t size, size_t len, size_t *cap)
{
	size_t want;

	if (len < *cap)
		return items;
	want = *cap == 0 ? 8 : *cap * 2;
	if (want < *cap || want > SIZE_MAX / size)
		exhausted(or_libc(a), SIZE_MAX);
	items = rb_alloc_resize(a, items, want * size);
	*cap = want;
	return items;
}
