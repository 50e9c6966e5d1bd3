/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/vmap.c - maps: entries in insertion order, and above a handful of them an index.
 *
 * The index is open addressing over a power of two. The hash has no secret, so
 * whoever writes a request can make all its keys collide; when building takes
 * many more steps than it should, the index becomes the entries' numbers in
 * the order of their keys instead, and is searched by halves. n_index tells
 * which: equal to n only for the sorted one.
 */
#include "value/vmap.h"

#include <stdlib.h>

/* A total order of keys that calls equal exactly what hyk_value_equal() does: bool, numbers, strings. */
static int
order_keys(struct hyk_value a, struct hyk_value b)
{
	int c;

	if (a.kind == HYK_STRING && b.kind == HYK_STRING)
		return hyk_str_cmp(hyk_value_str(a), hyk_value_str(b));
	if (hyk_value_compare(a, b, &c) && c != 2)
		return c;
	/* bool < numbers < string */
	int rank_a = a.kind == HYK_BOOL ? 0 : a.kind == HYK_STRING ? 2 : 1;
	int rank_b = b.kind == HYK_BOOL ? 0 : b.kind == HYK_STRING ? 2 : 1;

	return rank_a - rank_b;
}

static bool
same_key(struct hyk_value a, struct hyk_value b)
{
	int c;

	if (a.kind == HYK_STRING)
		return b.kind == HYK_STRING && a.n == b.n && (a.n == 0 || memcmp(a.as.s, b.as.s, a.n) == 0);
	return hyk_value_compare(a, b, &c) && c == 0;
}

static int
by_key(const void *x, const void *y, void *entries)
{
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
	const struct hyk_ventry *e = entries;
	int c = order_keys(e[i].key, e[j].key);

	/* Equal keys by number, so that the earlier one is "first". */
	return c ? c : i < j ? -1 : i > j;
}

static void
build_sorted(struct hyk_vmap *m, uint32_t *index, uint32_t *ret_first, uint32_t *ret_dup)
{
	union {
		const struct hyk_ventry *in;
		void *out;
	} entries = { .in = m->entries };

	for (uint32_t i = 0; i < m->n; i++)
		index[i] = i;
	qsort_r(index, m->n, sizeof(*index), by_key, entries.out);
	for (uint32_t i = 1; i < m->n; i++) {
		if (order_keys(m->entries[index[i - 1]].key, m->entries[index[i]].key) == 0 && index[i] < *ret_dup) {
			*ret_first = index[i - 1];
			*ret_dup = index[i];
		}
	}
	m->index = index;
	m->n_index = m->n;
}

static bool
build_hashed(struct hyk_vmap *m, uint32_t *index, uint32_t n_index, uint32_t *ret_first, uint32_t *ret_dup)
{
	uint64_t steps = 0, most = 16ull * m->n + 256;

	for (uint32_t i = 0; i < m->n; i++) {
		uint32_t at = (uint32_t)hyk_value_hash(m->entries[i].key) & (n_index - 1);

		for (; index[at]; at = (at + 1) & (n_index - 1)) {
			if (++steps > most)
				return false;
			if (*ret_dup == UINT32_MAX && same_key(m->entries[index[at] - 1].key, m->entries[i].key)) {
				*ret_first = index[at] - 1;
				*ret_dup = i;
			}
		}
		index[at] = i + 1;
	}
	m->index = index;
	m->n_index = n_index;
	return true;
}

bool
hyk_vmap_build(struct hyk_arena *a, struct hyk_vmap *m, uint32_t *ret_first, uint32_t *ret_dup)
{
	size_t n_index = 2;
	uint32_t *index;

	*ret_first = *ret_dup = UINT32_MAX;
	m->index = NULL;
	m->n_index = 0;
	if (m->n <= HYK_VMAP_SMALL) {
		for (uint32_t j = 1; j < m->n; j++) {
			for (uint32_t i = 0; i < j; i++) {
				if (same_key(m->entries[i].key, m->entries[j].key)) {
					*ret_first = i;
					*ret_dup = j;
					return true;
				}
			}
		}
		return true;
	}
	while (n_index < (size_t)m->n * 2)
		n_index *= 2;
	if (n_index > UINT32_MAX / 2)
		return false;
	index = hyk_arena_array(a, n_index, sizeof(*index));
	if (!index)
		return false;
	if (!build_hashed(m, index, (uint32_t)n_index, ret_first, ret_dup)) {
		*ret_first = *ret_dup = UINT32_MAX;
		build_sorted(m, index, ret_first, ret_dup);
	}
	return true;
}

static const struct hyk_value *
find_sorted(const struct hyk_vmap *m, struct hyk_value key)
{
	uint32_t low = 0, high = m->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct hyk_ventry *e = &m->entries[m->index[mid]];
		int c = order_keys(e->key, key);

		if (c == 0)
			return same_key(e->key, key) ? &e->value : NULL; /* NaN is nowhere */
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static const struct hyk_value *
find_indexed(const struct hyk_vmap *m, struct hyk_value key)
{
	uint32_t mask = m->n_index - 1;

	if (m->n_index == m->n)
		return find_sorted(m, key);
	for (uint32_t at = (uint32_t)hyk_value_hash(key) & mask; m->index[at]; at = (at + 1) & mask) {
		const struct hyk_ventry *e = &m->entries[m->index[at] - 1];

		if (same_key(e->key, key))
			return &e->value;
	}
	return NULL;
}

const struct hyk_value *
hyk_vmap_find_str(const struct hyk_vmap *m, struct hyk_str key)
{
	if (m->index)
		return find_indexed(m, hyk_string(key));
	for (uint32_t i = 0; i < m->n; i++) {
		const struct hyk_ventry *e = &m->entries[i];

		if (e->key.n == key.n && e->key.kind == HYK_STRING &&
		    (key.n == 0 || (e->key.as.s[0] == key.p[0] && memcmp(e->key.as.s, key.p, key.n) == 0)))
			return &e->value;
	}
	return NULL;
}

const struct hyk_value *
hyk_vmap_find(const struct hyk_vmap *m, struct hyk_value key)
{
	if (key.kind == HYK_STRING)
		return hyk_vmap_find_str(m, hyk_value_str(key));
	if (m->index)
		return find_indexed(m, key);
	for (uint32_t i = 0; i < m->n; i++) {
		if (same_key(m->entries[i].key, key))
			return &m->entries[i].value;
	}
	return NULL;
}

void
hyk_mapb_init(struct hyk_mapb *b, struct hyk_arena *arena)
{
	*b = (struct hyk_mapb){ .arena = arena };
}

bool
hyk_mapb_add(struct hyk_mapb *b, struct hyk_value key, struct hyk_value value)
{
	if (b->n == b->room) {
		struct hyk_ventry *grown = b->n < UINT32_MAX / 4 ?
		    hyk_arena_grow(b->arena, b->entries, b->n, &b->room, sizeof(*b->entries)) : NULL;

		if (!grown) {
			b->failed = true;
			return false;
		}
		b->entries = grown;
	}
	b->entries[b->n++] = (struct hyk_ventry){ key, value };
	return true;
}

bool
hyk_mapb_add_c(struct hyk_mapb *b, const char *key, struct hyk_value value)
{
	return hyk_mapb_add(b, hyk_string(hyk_str_from_c(key)), value);
}

struct hyk_value
hyk_mapb_finish(struct hyk_mapb *b, uint32_t *ret_dup)
{
	static const struct hyk_verror no_memory = { .text = HYK_STR_INIT("out of memory"), .slot = UINT32_MAX };
	struct hyk_value failed = { .kind = HYK_ERROR_VALUE, .as.err = &no_memory };
	uint32_t first = UINT32_MAX, dup = UINT32_MAX;
	struct hyk_vmap *m = b->failed ? NULL : hyk_arena_alloc(b->arena, sizeof(*m));

	if (ret_dup)
		*ret_dup = UINT32_MAX;
	if (!m)
		return failed;
	*m = (struct hyk_vmap){ .n = (uint32_t)b->n, .entries = b->entries };
	if (!hyk_vmap_build(b->arena, m, &first, &dup))
		return failed;
	if (ret_dup)
		*ret_dup = dup;
	return (struct hyk_value){ .kind = HYK_MAP, .as.map = m };
}
