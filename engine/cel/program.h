/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/program.h - a compiled expression: flat, immutable, checked before it may run.
 *
 * A step is 8 bytes. The depth of the stack at each step is known at compile
 * time, so that variables of macros are places on it and loops need no recursion.
 *
 * Lifetime:  the arena it was compiled into.
 * Threads:   immutable.
 */
#ifndef HYK_CEL_PROGRAM_H
#define HYK_CEL_PROGRAM_H

#include "cel/cel.h"
#include "cel/functions.h"

enum hyk_cel_op {
#define HYK_CEL_OP(name, operand, pops, pushes, doc) HYK_CEL_OP_##name,
#define HYK_CEL_QUICK(name, first, second, third, doc) HYK_CEL_OP_##name,
#include "cel/op.def"
#undef HYK_CEL_QUICK
#undef HYK_CEL_OP
};

enum hyk_cel_operand {
	HYK_CEL_OPERAND_NONE, HYK_CEL_OPERAND_CONST, HYK_CEL_OPERAND_SLOT, HYK_CEL_OPERAND_DEFINE, HYK_CEL_OPERAND_LOCAL,
	HYK_CEL_OPERAND_FN, HYK_CEL_OPERAND_CALL, HYK_CEL_OPERAND_PATTERN, HYK_CEL_OPERAND_SET, HYK_CEL_OPERAND_JUMP,
	HYK_CEL_OPERAND_BACK, HYK_CEL_OPERAND_COUNT
};

struct hyk_cel_step {
	uint8_t op, a;
	uint16_t b;
	uint32_t c;
};

/* Where a step stands in the text; `join`: what ends here by whatever way it was reached. */
struct hyk_cel_place {
	struct hyk_span span, join;
	uint16_t src, join_src;
	bool ends; /* its result is that of the sub-expression `span` */
};

struct hyk_cel_define {
	const struct hyk_cel_program *program;
	uint32_t slot;
};

/* A constant list of strings or ints, for `in`: open addressing over the list. */
struct hyk_cel_set {
	const struct hyk_vlist *list;
	uint32_t n_index;
	const uint32_t *index; /* 1-based */
};

/* A fact that may not be given, read at `span` without has(); by way of the definition, where `define` names one. */
struct hyk_cel_read {
	uint32_t slot;
	struct hyk_str root, name, define;
	const struct hyk_source *src;
	struct hyk_span span;
};

/* What is surely given once the program came out true or false, and what it reads unasked (presence.h). */
struct hyk_cel_presence {
	const uint32_t *if_true, *if_false;
	size_t n_if_true, n_if_false;
	const struct hyk_cel_read *reads;
	size_t n_reads;
};

struct hyk_pattern;

struct hyk_cel_program {
	const struct hyk_cel_step *steps;
	const struct hyk_cel_place *places;
	uint32_t n_steps;
	const struct hyk_value *consts;
	uint32_t n_consts;
	const struct hyk_cel_define *defines;
	uint32_t n_defines;
	const struct hyk_cel_set *sets;
	uint32_t n_sets;
	const struct hyk_pattern *const *patterns;
	uint32_t n_patterns;
	const struct hyk_zone *const *zones; /* of getters with a constant zone */
	uint32_t n_zones;
	const struct hyk_source *const *srcs;
	const struct hyk_type *type;
	const uint32_t *slots;
	uint32_t n_slots;
	uint32_t stack;      /* values it needs at most, with its definitions */
	uint32_t nesting;    /* definitions within definitions */
	uint64_t cost;       /* what it takes whatever the data, loops aside (cost.h) */
	uint64_t cost_max;   /* of any way, with the largest sizes */
	struct hyk_cel_size size; /* of its result, at most */
	uint32_t max_slot;   /* largest slot + 1 */
	struct hyk_cel_presence presence; /* empty unless env.lint */
};

#define HYK_CEL_MAX_NESTING 64u

const char *hyk_cel_op_name(enum hyk_cel_op op);
enum hyk_cel_operand hyk_cel_op_operand(enum hyk_cel_op op);
/* Of a quick step the one in whose place it stands; any other itself. */
enum hyk_cel_op hyk_cel_op_first(enum hyk_cel_op op);
/* Puts quick steps where they fit. */
void hyk_cel_program_quicken(struct hyk_cel_step *steps, uint32_t n_steps);
/* Values taken from and put onto the stack by a step. */
void hyk_cel_op_effect(const struct hyk_cel_step *s, uint32_t *ret_pops, uint32_t *ret_pushes);
/*
 * Proves operands, jumps and stack of a program: at each step one depth, whatever
 * the way there; never below zero, never over `stack`. False: it must not run.
 */
bool hyk_cel_program_verify(const struct hyk_cel_program *p, struct hyk_arena *scratch);

/* For vm.c and its slow paths: semantics of CEL's operators on whole values. */
bool hyk_cel_equal(struct hyk_value a, struct hyk_value b);
/* False: they cannot be compared. *ret_cmp 2: one is NaN. */
bool hyk_cel_compare(struct hyk_value a, struct hyk_value b, int *ret_cmp);
struct hyk_value hyk_cel_select(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key, bool opt);
struct hyk_value hyk_cel_has(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key);
struct hyk_value hyk_cel_index(struct hyk_cel_ctx *c, struct hyk_value v, struct hyk_value key, bool opt);
/* An optional holding v. */
struct hyk_value hyk_cel_some(struct hyk_cel_ctx *c, struct hyk_value v);
struct hyk_value hyk_cel_make_list(struct hyk_cel_ctx *c, const struct hyk_value *items, uint32_t n, const uint8_t *opt);
struct hyk_value hyk_cel_make_map(struct hyk_cel_ctx *c, const struct hyk_value *items, uint32_t n, const uint8_t *opt);
bool hyk_cel_set_has(const struct hyk_cel_set *s, struct hyk_value v);
enum hyk_status hyk_cel_set_build(struct hyk_arena *a, const struct hyk_vlist *list, struct hyk_cel_set *ret_set);

#endif
