/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/ast.h - an expression as a tree: what the parser makes, the checker annotates and the compiler reads.
 *
 * Macros are nodes of their own (a fold, a bind, an optional map), not loops
 * over a hidden accumulator: there is no name that an author could collide with.
 *
 * Lifetime:  the arena of the parser; literals borrow from the source or that arena.
 * Limits:    HYK_CEL_MAX_NODES nodes; no path is longer than HYK_CEL_MAX_PATH.
 * Threads:   one thread at a time.
 */
#ifndef HYK_CEL_AST_H
#define HYK_CEL_AST_H

#include "cel/cel.h"

/* a + b + c ... is a path to the left that the parser does not recurse on; this bounds those who walk it. */
#define HYK_CEL_MAX_PATH 1000u

enum hyk_cel_node_kind {
	HYK_CEL_N_CONST,  /* value */
	HYK_CEL_N_IDENT,  /* name; leading dot: flag ROOTED */
	HYK_CEL_N_SELECT, /* args[0].name; flags OPT (.?), TEST (has) */
	HYK_CEL_N_CALL,   /* name(args) or, with flag MEMBER, args[0].name(args[1..]) */
	HYK_CEL_N_LIST,   /* args; opt[i]: element i is ?x */
	HYK_CEL_N_MAP,    /* args: key, value, key, value ...; opt[i]: entry i is ?k: v */
	HYK_CEL_N_AND,    /* args, two or more */
	HYK_CEL_N_OR,
	HYK_CEL_N_COND,   /* args: condition, then, else */
	HYK_CEL_N_FOLD,   /* fold; args[0] range; args[1] filter or NULL; args[2] body; args[3] of TRANSFORM_MAP_ENTRY none */
	HYK_CEL_N_BIND,   /* args: value, body; var[0] */
	HYK_CEL_N_OPTMAP, /* args: optional, body; var[0]; flag FLAT */
	HYK_CEL_N_SLOT,   /* made by the checker: a fact or variable; slot; flags OPT, TEST */
	HYK_CEL_N_DEFINE, /* made by the checker: a definition; decl */
	HYK_CEL_N_LOCAL,  /* made by the checker: variable of the fold or bind `binder`, var number `slot` */
	HYK_CEL_N_KNOWN,  /* made by the checker: verified(fact) or vouched(fact); slot; level in `fold` */
	HYK_CEL_N_FAIL    /* made by the checker when unchecked: an error at run time; name is the text */
};

enum hyk_cel_fold {
	HYK_CEL_F_ALL,
	HYK_CEL_F_EXISTS,
	HYK_CEL_F_EXISTS_ONE,
	HYK_CEL_F_MAP, /* also transformList */
	HYK_CEL_F_FILTER,
	HYK_CEL_F_TRANSFORM_MAP,
	HYK_CEL_F_TRANSFORM_MAP_ENTRY
};

#define HYK_CEL_OPT 1u
#define HYK_CEL_TEST 2u
#define HYK_CEL_MEMBER 4u
#define HYK_CEL_ROOTED 8u
#define HYK_CEL_FLAT 16u
#define HYK_CEL_PAREN 32u
#define HYK_CEL_MAYBE 64u /* a fact that may not be given */

struct hyk_cel_node {
	uint8_t kind;  /* enum hyk_cel_node_kind */
	uint8_t fold;  /* enum hyk_cel_fold */
	uint8_t flags;
	uint8_t n_vars;
	uint16_t depth;
	uint16_t src;            /* number of its source */
	struct hyk_span span;    /* the whole expression */
	struct hyk_span outer;   /* with flag PAREN: with its brackets */
	struct hyk_span op;      /* operator, field or function name: where a wrong use is shown */
	uint32_t anchor;         /* the one token that stands for it, as cel-go has it: see parser.c */
	struct hyk_str name;
	struct hyk_value value;
	struct hyk_str var[2];
	struct hyk_cel_node **args;
	uint32_t n_args;
	const uint8_t *opt;
	/* set by the checker */
	const struct hyk_type *type;
	uint32_t slot;
	uint32_t fn, n_fn;       /* overloads that may apply: fn .. fn + n_fn - 1 of the table */
	const struct hyk_cel_decl *decl;
	const struct hyk_bounds *bounds; /* of a fact, as its schema has them; may be NULL */
	const struct hyk_cel_node *binder;
	uint16_t turn;           /* set by the estimate of a fold: what each turn takes */
	uint32_t place;          /* set by the compiler: where on the stack the variables of a binder live */
};

struct hyk_cel_parser_in {
	const struct hyk_source *src;
	uint16_t src_number;
	bool no_macros;
	struct hyk_arena *arena;
	uint32_t *n_nodes; /* shared by the sources of one program */
	struct hyk_diags *diags;
};

/* HYK_E_INVALID with one message, HYK_E_LIMIT, HYK_E_NOMEM. Literals are copied into the arena where they are escaped. */
enum hyk_status hyk_cel_parse(const struct hyk_cel_parser_in *in, struct hyk_cel_node **ret_node) HYK_MUST_CHECK;

#endif
