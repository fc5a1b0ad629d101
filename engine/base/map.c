/* Hash map over text keys that keeps insertion order; grows in its arena and never shrinks. */
#include "base/map.h"

#include <string.h>

/* FNV-1a. Keys come from runbook files of at most 16 MiB that the operator chose to load, so a seeded hash
 * would guard nothing. */
static uint32_t
hash(struct rb_str s)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < s.n; i++) {
		h ^= (unsigned char)s.p[i];
		h *= 16777619U;
	}
	return h;
}

void
rb_map_init(struct rb_map *m, struct rb_arena *arena)
{
	memset(m, 0, sizeof(*m));
	m->arena = arena;
}

/* The slot where a key of that hash is, or where it would go. slot_count must not be 0. */
static struct rb_map_slot *
slot_of(const struct rb_map *m, struct rb_str key, uint32_t h)
{
	size_t i = h & (m->slot_count - 1);

	while (m->slots[i].entry != 0 &&
	       (m->slots[i].hash != h || !rb_str_eq(m->entries[m->slots[i].entry - 1].key, key)))
		i = (i + 1) & (m->slot_count - 1);
	return &m->slots[i];
}

static void
grow(struct rb_map *m)
{
	const struct rb_map_slot *old = m->slots;
	size_t count = m->slot_count;

	m->entries = rb_arena_grow(m->arena, m->entries, sizeof(*m->entries), m->len, &m->cap);
	m->slot_count = m->cap * 2;
	m->slots = RB_ARRAY(m->arena, struct rb_map_slot, m->slot_count);
	for (size_t i = 0; i < count; i++) {
		size_t k = old[i].hash & (m->slot_count - 1);

		while (old[i].entry != 0 && m->slots[k].entry != 0)
			k = (k + 1) & (m->slot_count - 1);
		if (old[i].entry != 0)
			m->slots[k] = old[i];
	}
}

void *
rb_map_get(const struct rb_map *m, struct rb_str key)
{
	const struct rb_map_slot *slot;

	if (m->slot_count == 0)
		return NULL;
	slot = slot_of(m, key, hash(key));
	return slot->entry != 0 ? m->entries[slot->entry - 1].value : NULL;
}

void *
rb_map_put(struct rb_map *m, struct rb_str key, void *value)
{
	struct rb_map_slot *slot;
	uint32_t h = hash(key);
	void *before;

	if (m->len == m->cap)
		grow(m);
	slot = slot_of(m, key, h);
	if (slot->entry != 0) {
		before = m->entries[slot->entry - 1].value;
		m->entries[slot->entry - 1].value = value;
		return before;
	}
	m->entries[m->len].key = rb_arena_str(m->arena, key);
	m->entries[m->len].value = value;
	m->len++;
	*slot = (struct rb_map_slot){(uint32_t)m->len, h};
	return NULL;
}
