/* Memory that dies together. Ownership: the arena owns every byte that it hands out, until rb_arena_free
 * or rb_arena_clear; nothing in it is freed alone. */
#ifndef RB_BASE_ARENA_H
#define RB_BASE_ARENA_H

#include "base/alloc.h"
#include "base/str.h"

struct rb_arena_block;

struct rb_arena {
	const struct rb_alloc *alloc;  /* NULL: rb_alloc_libc */
	struct rb_arena_block *blocks; /* newest first */
	size_t total;                  /* bytes taken from alloc */
};

/* An empty arena; takes no memory before the first rb_arena_new. */
void rb_arena_init(struct rb_arena *a, const struct rb_alloc *alloc);
void rb_arena_free(struct rb_arena *a);
/* Forgets everything, keeps one block for reuse. */
void rb_arena_clear(struct rb_arena *a);

/* n zeroed bytes, aligned for pointers, 64-bit integers and doubles. */
void *rb_arena_new(struct rb_arena *a, size_t n);
#define RB_NEW(arena, type) ((type *)rb_arena_new((arena), sizeof(type)))
/* An array of `count` zeroed elements; an overflowing product counts as out of memory. */
void *rb_arena_array(struct rb_arena *a, size_t count, size_t size);
#define RB_ARRAY(arena, type, count) ((type *)rb_arena_array((arena), (count), sizeof(type)))
/* Room for one more behind `len` of `*cap` items, as rb_alloc_grow: they, moved or not. NULL and 0 to begin
 * with. */
void *rb_arena_grow(struct rb_arena *a, void *items, size_t size, size_t len, size_t *cap);
/* A copy with a NUL after it. */
struct rb_str rb_arena_str(struct rb_arena *a, struct rb_str s);
/* The formatted text, NUL-terminated. */
struct rb_str rb_arena_fmt(struct rb_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
