/* SPDX-License-Identifier: Apache-2.0 */
/* base/map.c - entries in insertion order, and above a handful of them an index over their hashes. */
#include "base/map.h"

#define SMALL 8

void
hyk_map_init(struct hyk_map *m, struct hyk_arena *arena)
{
	*m = (struct hyk_map){ .arena = arena };
}

static const struct hyk_map_entry *
find(const struct hyk_map *m, struct hyk_str key, uint64_t hash)
{
	if (!m->n_index) {
		for (size_t i = 0; i < m->n; i++) {
			if (hyk_str_eq(m->entries[i].key, key))
				return &m->entries[i];
		}
		return NULL;
	}
	for (size_t at = hash & (m->n_index - 1); m->index[at]; at = (at + 1) & (m->n_index - 1)) {
		const struct hyk_map_entry *e = &m->entries[m->index[at] - 1];

		if (e->hash == hash && hyk_str_eq(e->key, key))
			return e;
	}
	return NULL;
}

static void
place(uint32_t *index, size_t n_index, uint64_t hash, size_t entry)
{
	size_t at = hash & (n_index - 1);

	while (index[at])
		at = (at + 1) & (n_index - 1);
	index[at] = (uint32_t)(entry + 1);
}

/* An index with room for one more entry at most half full. */
static bool
reindex(struct hyk_map *m)
{
	size_t n_index = m->n_index ? m->n_index * 2 : (size_t)SMALL * 4;
	uint32_t *index = hyk_arena_array(m->arena, n_index, sizeof(*index));

	if (!index)
		return false;
	for (size_t i = 0; i < m->n; i++)
		place(index, n_index, m->entries[i].hash, i);
	m->index = index;
	m->n_index = n_index;
	return true;
}

enum hyk_status
hyk_map_add(struct hyk_map *m, struct hyk_str key, void *item)
{
	uint64_t hash = hyk_str_hash(key);

	if (find(m, key, hash))
		return HYK_E_EXISTS;
	if (m->n >= UINT32_MAX - 1)
		return HYK_E_NOMEM;
	if (m->n == m->room) {
		struct hyk_map_entry *grown =
		    hyk_arena_grow(m->arena, m->entries, m->n, &m->room, sizeof(*m->entries));

		if (!grown)
			return HYK_E_NOMEM;
		m->entries = grown;
	}
	if (m->n >= SMALL && (m->n + 1) * 2 > m->n_index && !reindex(m))
		return HYK_E_NOMEM;
	m->entries[m->n] = (struct hyk_map_entry){ key, item, hash };
	if (m->n_index)
		place(m->index, m->n_index, hash, m->n);
	m->n++;
	return HYK_OK;
}

void *
hyk_map_find(const struct hyk_map *m, struct hyk_str key)
{
	const struct hyk_map_entry *e;

	if (!m->n)
		return NULL;
	e = find(m, key, m->n_index ? hyk_str_hash(key) : 0);
	return e ? e->item : NULL;
}
