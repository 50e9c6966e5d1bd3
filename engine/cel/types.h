/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/types.h - inference: type variables, assignability and joins, as cel-go's checker has them.
 *
 * A type variable is a HYK_T_PARAM whose name.n is its number. Assigning may
 * bind variables; what a failed attempt bound is undone.
 *
 * Lifetime:  the arena.
 * Threads:   one thread at a time.
 */
#ifndef HYK_CEL_TYPES_H
#define HYK_CEL_TYPES_H

#include "value/schema.h"

struct hyk_cel_types {
	struct hyk_arena *arena;
	const struct hyk_type **bound; /* of each variable; NULL: free */
	size_t n, room;
	struct {
		uint32_t var;
		const struct hyk_type *old;
	} *trail;
	size_t n_trail, trail_room;
	bool no_memory;
};

const struct hyk_type *hyk_cel_types_fresh(struct hyk_cel_types *t);
/* May a value of type `from` stand where `to` is wanted? */
bool hyk_cel_types_assign(struct hyk_cel_types *t, const struct hyk_type *to, const struct hyk_type *from);
/* All n at once, or nothing is bound. */
bool hyk_cel_types_assign_all(struct hyk_cel_types *t, const struct hyk_type *const *to,
    const struct hyk_type *const *from, size_t n);
/* The type of a list with elements of both; dyn when they have nothing in common. a may be NULL. */
const struct hyk_type *hyk_cel_types_join(struct hyk_cel_types *t, const struct hyk_type *a, const struct hyk_type *b);
/* Variables replaced by what they are bound to, free ones by dyn when `settle`. */
const struct hyk_type *hyk_cel_types_resolve(struct hyk_cel_types *t, const struct hyk_type *type, bool settle);
/* The variable's binding, one step after the other; the type itself when it is none. */
const struct hyk_type *hyk_cel_types_head(const struct hyk_cel_types *t, const struct hyk_type *type);
bool hyk_cel_types_same(const struct hyk_type *a, const struct hyk_type *b);

static inline enum hyk_type_kind
hyk_cel_types_kind(const struct hyk_type *t)
{
	return t->kind == HYK_T_DATE ? HYK_T_TIMESTAMP : t->kind;
}

#endif
