/* The patterns of a program. Runbooks look for the same few words in many places: each text is compiled once.
 */
#include "lang/pattern.h"

struct rb_pattern *
rb_patterns_new(
    struct rb_patterns *all, struct rb_arena *arena, struct rb_str text, struct rb_str *why, size_t *at)
{
	struct rb_pattern *p;

	if (all->by_text.arena == NULL)
		rb_map_init(&all->by_text, arena);
	p = rb_map_get(&all->by_text, text);
	if (p != NULL)
		return p;
	p = rb_pattern_new(arena, text, why, at);
	if (p == NULL)
		return NULL;
	rb_map_put(&all->by_text, text, p);
	rb_patterns_keep(all, arena, p);
	return p;
}

void
rb_patterns_keep(struct rb_patterns *all, struct rb_arena *arena, struct rb_pattern *p)
{
	all->items = rb_arena_grow(arena, all->items, sizeof(*all->items), all->len, &all->cap);
	all->items[all->len++] = p;
}

void
rb_patterns_close(struct rb_patterns *all)
{
	for (size_t i = 0; i < all->len; i++)
		rb_pattern_close(all->items[i]);
	all->len = 0;
}
