/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/generate.h - a checked tree to steps; compile.c makes a program of them.
 *
 * Every expression leaves exactly one value. `depth` is how many lie on the stack at the step being written.
 *
 * Lifetime:  one compilation. Constants, sets and patterns are made in `arena`, the program's; all else in `scratch`.
 * Threads:   one thread at a time.
 * Errors:    `st`, which stays at the first failure; messages only for patterns.
 */
#ifndef HYK_CEL_GENERATE_H
#define HYK_CEL_GENERATE_H

#include "cel/ast.h"
#include "cel/program.h"

struct hyk_cel_generator {
	const struct hyk_cel_env *env;
	struct hyk_arena *arena; /* of the program */
	struct hyk_arena *scratch;
	struct hyk_diags *diags;
	struct hyk_cel_step *steps;
	struct hyk_cel_place *places;
	size_t n, room, places_room;
	struct hyk_value *consts;
	size_t n_consts, consts_room;
	struct hyk_cel_define *defines;
	size_t n_defines, defines_room;
	struct hyk_cel_set *sets;
	size_t n_sets, sets_room;
	const struct hyk_pattern **patterns;
	size_t n_patterns, patterns_room;
	const struct hyk_zone **zones;
	size_t n_zones, zones_room;
	uint32_t *slots;
	size_t n_slots, slots_room;
	const struct hyk_source **srcs;
	size_t n_srcs, srcs_room;
	uint32_t depth, max_depth, nesting;
	enum hyk_status st;
};

/* Doubles one of the arrays above in the scratch arena; false: no memory. */
#define HYK_CEL_GROW(c, array, n, room)                                                                    \
	((n) < (room) || ((array) = hyk_arena_grow((c)->scratch, (array), (n), &(room), sizeof(*(array)))) != NULL ||  \
	    ((c)->st = HYK_E_NOMEM, (n) = 0, (room) = 0, false))

/* The steps of the whole tree, and DONE. */
void hyk_cel_generate(struct hyk_cel_generator *c, struct hyk_cel_node *root);

#endif
