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

/* The slot where key is, or where it would go. slot_count must not be 0. */
static size_t
slot_of(const struct rb_map *m, struct rb_str key)
{
	size_t i = hash(key) & (m->slot_count - 1);

	while (m->slots[i] != 0 && !rb_str_eq(m->entries[m->slots[i] - 1].key, key))
		i = (i + 1) & (m->slot_count - 1);
	return i;
}

static void
grow(struct rb_map *m)
{
	size_t cap = m->cap == 0 ? 8 : m->cap * 2;
	struct rb_map_entry *entries = RB_ARRAY(m->arena, struct rb_map_entry, cap);

	if (m->len > 0)
		memcpy(entries, m->entries, m->len * sizeof(*entries));
	m->entries = entries;
	m->cap = cap;
	m->slot_count = cap * 2;
	m->slots = RB_ARRAY(m->arena, uint32_t, m->slot_count);
	for (size_t i = 0; i < m->len; i++)
		m->slots[slot_of(m, entries[i].key)] = (uint32_t)i + 1;
}

void *
rb_map_get(const struct rb_map *m, struct rb_str key)
{
	size_t i;

	if (m->slot_count == 0)
		return NULL;
	i = slot_of(m, key);
	return m->slots[i] != 0 ? m->entries[m->slots[i] - 1].value : NULL;
}

void *
rb_map_put(struct rb_map *m, struct rb_str key, void *value)
{
	void *before;
	size_t i;

	if (m->len == m->cap)
		grow(m);
	i = slot_of(m, key);
	if (m->slots[i] != 0) {
		before = m->entries[m->slots[i] - 1].value;
		m->entries[m->slots[i] - 1].value = value;
		return before;
	}
	m->entries[m->len].key = rb_arena_str(m->arena, key);
	m->entries[m->len].value = value;
	m->len++;
	m->slots[i] = (uint32_t)m->len;
	return NULL;
}
