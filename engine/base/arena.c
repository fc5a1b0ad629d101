/* Arenas: bump allocation in growing blocks. Programs, runs and single visits of a step each have one. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* AddressSanitizer is told what has been handed out, so that it sees who goes beyond. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN
#endif
#endif
#if defined(WITH_ASAN) || defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
enum { GAP = 16 }; /* bytes before each piece that belong to none */
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

enum {
	FIRST_BLOCK = 1024,    /* a visit of a small step fits; polling allocates one of these */
	LARGEST_BLOCK = 65536, /* doubling stops here; larger requests get a block of their own size */
	FIRST_ITEMS = 2,       /* most lists of a runbook are short */
	ALIGNED =
	    8, /* what int64_t, double and pointers ask for; nothing that is kept in arenas asks for more */
};

struct rb_arena_block {
	struct rb_arena_block *older;
	size_t size;
	size_t used;
	uint64_t data[];
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

		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
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
	ASAN_POISON_MEMORY_REGION(keep->data, keep->size);
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
	ASAN_POISON_MEMORY_REGION(b->data, size);
	a->blocks = b;
	a->total += sizeof(*b) + size;
	return b;
}

/* n bytes at a multiple of `align`, not zeroed. More than there can be is refused by the hook. */
static char *
take(struct rb_arena *a, size_t n, size_t align)
{
	struct rb_arena_block *b = a->blocks;
	size_t from = b != NULL ? (b->used + GAP + align - 1) / align * align : 0;

	if (b == NULL || from > b->size || b->size - from < n) {
		b = add_block(a, n);
		from = 0;
	}
	b->used = from + n;
	ASAN_UNPOISON_MEMORY_REGION((char *)b->data + from, n);
	return (char *)b->data + from;
}

void *
rb_arena_new(struct rb_arena *a, size_t n)
{
	if (n == 0)
		n = 1;
	if (n > PTRDIFF_MAX)
		n = PTRDIFF_MAX; /* cannot be had: the hook is told */
	return memset(take(a, n, ALIGNED), 0, n);
}

void *
rb_arena_array(struct rb_arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / 2 / size)
		return rb_arena_new(a, SIZE_MAX);
	return rb_arena_new(a, count * size);
}

/* The link to the block that `items` fill alone; NULL if they share one, or have not that size. */
static struct rb_arena_block **
own_block(struct rb_arena *a, const void *items, size_t size)
{
	struct rb_arena_block **link = &a->blocks;

	while (*link != NULL && (void *)(*link)->data != items)
		link = &(*link)->older;
	return *link != NULL && (*link)->used == size ? link : NULL;
}

/* Large arrays have blocks of their own, which grow without leaving their old selves behind. */
static void *
grow_block(struct rb_arena *a, struct rb_arena_block **link, size_t size)
{
	struct rb_arena_block *b = *link;
	size_t before = b->size;

	ASAN_UNPOISON_MEMORY_REGION(b->data, before);
	b = rb_alloc_resize(a->alloc, b, sizeof(*b) + size);
	memset((char *)b->data + b->used, 0, size - b->used);
	b->size = b->used = size;
	a->total += size - before;
	*link = b;
	return b->data;
}

void *
rb_arena_grow(struct rb_arena *a, void *items, size_t size, size_t len, size_t *cap)
{
	struct rb_arena_block **own = NULL;
	size_t before = *cap;
	void *more;

	if (len < before)
		return items;
	*cap = before == 0 ? FIRST_ITEMS : before * 2;
	if (before > LARGEST_BLOCK / size && *cap < PTRDIFF_MAX / size)
		own = own_block(a, items, before * size);
	if (own != NULL)
		return grow_block(a, own, *cap * size);
	more = rb_arena_array(a, *cap, size);
	if (len > 0)
		memcpy(more, items, len * size);
	return more;
}

struct rb_str
rb_arena_str(struct rb_arena *a, struct rb_str s)
{
	char *p = take(a, s.n + 1, 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
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
	p = take(a, (size_t)n + 1, 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct rb_str){p, (size_t)n};
}
