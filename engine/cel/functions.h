/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/functions.h - the one table of functions and operators (functions.def), as checker, VM, folding, cost and
 * manual read it.
 *
 * A signature is written in letters: b bool, i int, u uint, d double, s string, y bytes, t timestamp,
 * r duration, n null, * dyn, T type, G point ({lat: double, lon: double}), I net.IP, C net.CIDR, Lx list, Mkv map, Ox optional, A and B any type;
 * "LAi>A" takes a list of A and an int and gives an A. Of a method the receiver comes first.
 *
 * Lifetime:  static.
 * Threads:   immutable, after a first call that is made once.
 */
#ifndef HYK_CEL_FUNCTIONS_H
#define HYK_CEL_FUNCTIONS_H

#include "cel/cel.h"

#define HYK_CEL_FN_MAX_ARGS 6u
#define HYK_CEL_FN_MAX_DAYS 4000u /* of HYK_CEL_COST_DAYS: ten years, and the days on which an offset changes twice */

/* What a function may see beside its arguments. */
struct hyk_cel_ctx {
	struct hyk_arena *arena;
	const struct hyk_zone *zone; /* never NULL */
	uint64_t gas;
	struct hyk_span span;        /* for errors */
	const struct hyk_cel_commons *commons; /* NULL: one that has nothing */
};

/* Arguments are neither unknown nor errors, and their kinds fit the overload. */
typedef struct hyk_value (*hyk_cel_fn)(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n);

/* An error value; the text is static or in the arena. */
struct hyk_value hyk_cel_fail(struct hyk_cel_ctx *c, const char *text);
struct hyk_value hyk_cel_failf(struct hyk_cel_ctx *c, const char *fmt, ...) HYK_PRINTF(2, 3);
struct hyk_value hyk_cel_no_memory(void);
/* Takes n units; false when there are not that many (gas is 0 then). */
bool hyk_cel_spend(struct hyk_cel_ctx *c, uint64_t n);

enum hyk_cel_fn_flag {
	HYK_CEL_FN_METHOD = 1,   /* called as receiver.name(...) */
	HYK_CEL_FN_CIVIC = 2,    /* only with env.civic */
	HYK_CEL_FN_ZONED = 4,    /* looks at the commons' zone or data: never folded */
	HYK_CEL_FN_VARIADIC = 8, /* the checker has a rule of its own */
	HYK_CEL_FN_OPERATOR = 16
};

enum hyk_cel_fn_cost {
	HYK_CEL_COST_ONE,
	HYK_CEL_COST_SCAN,    /* a tenth of the first argument's length */
	HYK_CEL_COST_BOTH,    /* a tenth of both lengths */
	HYK_CEL_COST_PRODUCT, /* both lengths multiplied, a tenth each */
	HYK_CEL_COST_LESSER,  /* a tenth of the shorter of both, at least one */
	HYK_CEL_COST_MATCH,   /* subject and pattern, as cel-go counts; matches() counts itself */
	HYK_CEL_COST_LIST,    /* items of all arguments */
	HYK_CEL_COST_IN,      /* items of the second argument */
	HYK_CEL_COST_DAYS     /* one a day that open() looks at, which counts itself */
};

/* What a solver can make of it. */
enum hyk_cel_fn_solver { HYK_CEL_S_NONE, HYK_CEL_S_ARITH, HYK_CEL_S_TEXT, HYK_CEL_S_TIME, HYK_CEL_S_SET, HYK_CEL_S_LOGIC };

struct hyk_cel_overload {
	const char *name, *code;
	uint8_t flags, cost, solver;
	hyk_cel_fn fn;
	const char *doc;
	/* derived */
	uint8_t n_args, n_params;
	uint32_t mask[HYK_CEL_FN_MAX_ARGS]; /* bit k: an argument of kind k fits */
	struct hyk_str name_str;
};

/* Overloads of a name are neighbours. *ret_n 0: no such function. */
uint32_t hyk_cel_functions_find(struct hyk_str name, bool method, uint32_t *ret_n);
const struct hyk_cel_overload *hyk_cel_function(uint32_t i);
uint32_t hyk_cel_functions_count(void);
/* "string.contains(string) -> bool" */
void hyk_cel_function_write(struct hyk_buf *b, const struct hyk_cel_overload *o);
/* One type at *code, moving past it; params[0..1] stand for A and B. NULL: no memory. */
const struct hyk_type *hyk_cel_code_type(struct hyk_arena *a, const char **code, const struct hyk_type *const params[2]);
/* Calls the first overload of fn .. fn + n_fn - 1 that fits; propagates unknowns and errors among the arguments. */
struct hyk_value hyk_cel_dispatch(struct hyk_cel_ctx *c, uint32_t fn, uint32_t n_fn, const struct hyk_value *args,
    unsigned n_args);

#define HYK_CEL_FN(id, name, code, flags, cost, solver, doc)                                       \
	struct hyk_value hyk_cel_fn_##id(struct hyk_cel_ctx *, const struct hyk_value *, unsigned);
#include "cel/functions.def"
#undef HYK_CEL_FN

#endif
