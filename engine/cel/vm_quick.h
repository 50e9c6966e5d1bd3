/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/vm_quick.h - what steps do most with plain values, inline in the machine: equality, order, fields, membership.
 * The whole of these operators is in ops.c; here are the kinds that conditions are made of. For vm.c alone.
 *
 * Threads: any thread.
 */
#ifndef HYK_CEL_VM_QUICK_H
#define HYK_CEL_VM_QUICK_H

#include <string.h>

#include "cel/program.h"

/* Kept out of the loop, whose registers are for the steps. */
#define SLOW __attribute__((noinline))
#define QUICK __attribute__((always_inline))

/*
 * Results are written as whole words: a value just written in pieces and read
 * back in one stops the processor until the pieces have reached the cache.
 */
static inline void
set_bool(struct hyk_value *v, bool b)
{
	v->kind = HYK_BOOL;
	v->n = 0;
	v->as.u = b;
}

/* memcmp() == 0 without a call for the short texts that names and codes are. */
QUICK static inline bool
same_bytes(const char *p, const char *q, uint32_t n)
{
	uint64_t a, b, c, d;
	uint32_t i, k, l, m;
	uint16_t e, g;

	if (n > 16)
		return memcmp(p, q, n) == 0;
	if (n >= 8) {
		memcpy(&a, p, 8);
		memcpy(&b, q, 8);
		memcpy(&c, p + n - 8, 8);
		memcpy(&d, q + n - 8, 8);
		return ((a ^ b) | (c ^ d)) == 0;
	}
	if (n >= 4) {
		memcpy(&i, p, 4);
		memcpy(&k, q, 4);
		memcpy(&l, p + n - 4, 4);
		memcpy(&m, q + n - 4, 4);
		return ((i ^ k) | (l ^ m)) == 0;
	}
	if (n < 2)
		return n == 0 || p[0] == q[0];
	memcpy(&e, p, 2);
	memcpy(&g, q, 2);
	return e == g && p[n - 1] == q[n - 1];
}

/* Neither absent nor unknown nor an error. */
static inline bool
plain(const struct hyk_value *v)
{
	return v->kind < HYK_ABSENT;
}

/* Of two plain values. */
QUICK static inline bool
equal_fast(const struct hyk_value *x, const struct hyk_value *y)
{
	if (x->kind == HYK_STRING && y->kind == HYK_STRING)
		return x->n == y->n && same_bytes(x->as.s, y->as.s, x->n);
	if (x->kind == HYK_INT && y->kind == HYK_INT)
		return x->as.i == y->as.i;
	return hyk_cel_equal(*x, *y);
}

QUICK static inline bool
compare_fast(const struct hyk_value *x, const struct hyk_value *y, int *ret_cmp)
{
	if (x->kind == HYK_INT && y->kind == HYK_INT) {
		*ret_cmp = (x->as.i > y->as.i) - (x->as.i < y->as.i);
		return true;
	}
	if (x->kind == HYK_TIMESTAMP && y->kind == HYK_TIMESTAMP) {
		*ret_cmp = x->as.i != y->as.i ? (x->as.i > y->as.i) - (x->as.i < y->as.i) : (x->n > y->n) - (x->n < y->n);
		return true;
	}
	if (x->kind == HYK_DURATION && y->kind == HYK_DURATION) {
		*ret_cmp = (x->as.i > y->as.i) - (x->as.i < y->as.i);
		return true;
	}
	return plain(x) && plain(y) && hyk_cel_compare(*x, *y, ret_cmp);
}

/* op: 0 <, 1 <=, 2 >, 3 >=, in the order of op.def; cmp 2 is NaN. */
static inline bool
ordered(int cmp, int op)
{
	static const uint8_t true_at[4] = { 1u << 0, 1u << 0 | 1u << 1, 1u << 2, 1u << 2 | 1u << 1 };

	return true_at[op] >> (cmp + 1) & 1;
}

static inline bool
is_key(const struct hyk_ventry *e, const struct hyk_value *key)
{
	return e->key.n == key->n && e->key.kind == HYK_STRING &&
	    (e->key.as.s == key->as.s || same_bytes(e->key.as.s, key->as.s, key->n));
}

/* Records of facts have few fields: a look at each beats a hash. */
SLOW static const struct hyk_value *
find_field(const struct hyk_vmap *m, const struct hyk_value *key)
{
	if (m->index)
		return hyk_vmap_find(m, *key);
	for (uint32_t i = 0; i < m->n; i++) {
		if (is_key(&m->entries[i], key))
			return &m->entries[i].value;
	}
	return NULL;
}

/*
 * A field of a map, looked for first at position `at`, where a record has it whose schema is known; NULL: there is
 * none, or v is none. A name that is the schema's own needs no look at its letters.
 */
static inline const struct hyk_value *
field_of(const struct hyk_value *v, const struct hyk_value *key, uint8_t at)
{
	const struct hyk_vmap *m = v->as.map;

	if (v->kind != HYK_MAP)
		return NULL;
	if (at < m->n && m->entries[at].key.as.s == key->as.s && m->entries[at].key.n == key->n && key->n)
		return &m->entries[at].value;
	return find_field(m, key);
}

/* Of a plain value. */
static inline bool
list_has(const struct hyk_vlist *list, const struct hyk_value *v)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (equal_fast(&list->items[i], v))
			return true;
	}
	return false;
}

static inline bool
in_set(const struct hyk_cel_set *s, const struct hyk_value *v)
{
	return s->n_index ? hyk_cel_set_has(s, *v) : list_has(s->list, v);
}

#endif
