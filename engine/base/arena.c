/* Arenas: bump allocation in growing blocks. Programs, runs and single visits of a step each have one. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	FIRST_BLOCK = 1024,    /* a visit of a small step fits; polling allocates one of these */
	LARGEST_BLOCK = 65536, /* doubling stops here; larger requests get a block of their own size */
	FIRST_ITEMS = 8,
};

struct rb_arena_block {
	struct rb_arena_block *older;
	size_t size;
	size_t used;
	max_align_t data[];
};

void
rb_arena_init(struct rb_arena *a, const struct rb_alloc *alloc)
{
	a->alloc = alloc;
	a->blocks = NULL;
	a->total = 0;
}

static void
drop_blocks(struct rb_arena *a, const struct rb_arena_block *keep)
{
	struct rb_arena_block *b = a->blocks;

	while (b != NULL) {
		struct rb_arena_block *older = b->older;

		if (b != keep)
			rb_alloc_free(a->alloc, b);
		b = older;
	}
}

void
rb_arena_free(struct rb_arena *a)
{
	drop_blocks(a, NULL);
	a->blocks = NULL;
	a->total = 0;
}

void
rb_arena_clear(struct rb_arena *a)
{
	struct rb_arena_block *keep = a->blocks;

	if (keep == NULL)
		return;
	drop_blocks(a, keep);
	keep->older = NULL;
	keep->used = 0;
	a->blocks = keep;
	a->total = sizeof(*keep) + keep->size;
}

static struct rb_arena_block *
add_block(struct rb_arena *a, size_t need)
{
	size_t size = a->blocks == NULL ? FIRST_BLOCK : a->blocks->size * 2;
	struct rb_arena_block *b;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < need)
		size = need;
	b = rb_alloc_resize(a->alloc, NULL, sizeof(*b) + size);
	b->older = a->blocks;
	b->size = size;
	b->used = 0;
	a->blocks = b;
	a->total += sizeof(*b) + size;
	return b;
}

void *
rb_arena_new(struct rb_arena *a, size_t n)
{
	struct rb_arena_block *b = a->blocks;
	size_t align = sizeof(max_align_t);
	char *p;

	if (n == 0)
		n = 1;
	if (n > SIZE_MAX - align - sizeof(struct rb_arena_block))
		n = SIZE_MAX - align - sizeof(struct rb_arena_block); /* cannot be had: the hook is told */
	n = (n + align - 1) / align * align;
	if (b == NULL || b->size - b->used < n)
		b = add_block(a, n);
	p = (char *)b->data + b->used;
	b->used += n;
	memset(p, 0, n);
	return p;
}

void *
rb_arena_array(struct rb_arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / 2 / size)
		return rb_arena_new(a, SIZE_MAX);
	return rb_arena_new(a, count * size);
}

void *
rb_arena_grow(struct rb_arena *a, void *items, size_t size, size_t len, size_t *cap)
{
	void *more;

	if (len < *cap)
		return items;
	*cap = *cap == 0 ? FIRST_ITEMS : *cap * 2;
	more = rb_arena_array(a, *cap, size);
	if (len > 0)
		memcpy(more, items, len * size);
	return more;
}

struct rb_str
rb_arena_str(struct rb_arena *a, struct rb_str s)
{
	char *p = rb_arena_new(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct rb_str){p, s.n};
}

struct rb_str
rb_arena_fmt(struct rb_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return (struct rb_str){"", 0};
	p = rb_arena_new(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct rb_str){p, (size_t)n};
}
