/* Text → pointer, in insertion order. Ownership: the map lives in an arena and copies its keys there; the
 * values stay the caller's. */
#ifndef RB_BASE_MAP_H
#define RB_BASE_MAP_H

#include "base/arena.h"

struct rb_map_entry {
	struct rb_str key;
	void *value;
};

struct rb_map_slot {
	uint32_t entry; /* its index + 1; 0: the slot is free */
	uint32_t hash;  /* of its key, so that keys which differ need no look */
};

struct rb_map {
	struct rb_arena *arena;
	struct rb_map_entry *entries; /* insertion order */
	size_t len, cap;
	struct rb_map_slot *slots; /* open addressing */
	size_t slot_count;
};

/* An empty map; it takes no memory before the first entry. */
void rb_map_init(struct rb_map *m, struct rb_arena *arena);
/* The value of key, or NULL. */
void *rb_map_get(const struct rb_map *m, struct rb_str key);
/* Adds or replaces; returns the value that stood there before, or NULL. */
void *rb_map_put(struct rb_map *m, struct rb_str key, void *value);

#endif
