/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/map.h - string to pointer, in an arena, insertion order kept.
 *
 * Lifetime:  keys are borrowed: they must live as long as the map.
 * Threads:   one thread at a time while it grows; then immutable.
 * Errors:    HYK_E_NOMEM, HYK_E_EXISTS (nothing changes).
 */
#ifndef HYK_BASE_MAP_H
#define HYK_BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct hyk_map_entry {
	struct hyk_str key;
	void *item;
	uint64_t hash;
};

struct hyk_map {
	struct hyk_arena *arena;
	struct hyk_map_entry *entries; /* 0..n-1 in insertion order */
	size_t n, room;
	uint32_t *index; /* open addressing, 1-based entry numbers */
	size_t n_index;
};

void hyk_map_init(struct hyk_map *m, struct hyk_arena *arena);
enum hyk_status hyk_map_add(struct hyk_map *m, struct hyk_str key, void *item) HYK_MUST_CHECK;
/* NULL: not there. */
void *hyk_map_find(const struct hyk_map *m, struct hyk_str key);

#endif
