/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/cel.h - the condition language: text to an immutable program, program and facts to a value.
 *
 * CEL as cel.dev specifies it, without protobuf messages. Three-valued with
 * errors: `unknown` is a value that carries the facts it waits for and, like
 * an error, is absorbed by && || all exists. Unknown beats error.
 *
 * Lifetime:  a program lives in the arena it was compiled into and borrows the
 *            types of its environment.
 * Threads:   programs are immutable; a frame belongs to one thread at a time.
 * Limits:    HYK_CEL_MAX_*; running has gas, counted in cel-go's cost units.
 * Errors:    compile: HYK_E_INVALID with 4xx messages at positions in the source
 *            (as many as there are, not the first only); run: an error value.
 */
#ifndef HYK_CEL_CEL_H
#define HYK_CEL_CEL_H

#include "base/diag.h"
#include "base/source.h"
#include "text/calendar.h"
#include "text/place.h"
#include "text/zone.h"
#include "value/schema.h"
#include "value/value.h"

#define HYK_CEL_MAX_BYTES (1u << 20)
#define HYK_CEL_MAX_DEPTH 250
#define HYK_CEL_MAX_NODES 100000u
/* For policies: what a condition may cost at most, what all of a decision share, macros over lists within each other. */
#define HYK_CEL_MAX_COST 1000000u
#define HYK_CEL_DECISION_GAS 10000000u
#define HYK_CEL_MAX_LOOPS 3u

struct hyk_cel_program;

/*
 * A name that conditions may use. Three forms:
 *  - a plain variable: `slot` is its place in the frame;
 *  - a root of facts (subject, resource, context, action): type is a record whose
 *    fields carry slots, `slot` is HYK_NO_SLOT; `subject.age` reads the field's slot,
 *    has(subject.age) asks whether it is absent; the root alone is refused with a message;
 *  - a definition: `define` is its program, evaluated at first use in a frame and kept in `slot`.
 */
struct hyk_cel_decl {
	struct hyk_str name; /* may be qualified: "a.b.c" */
	const struct hyk_type *type;
	uint32_t slot;
	const struct hyk_cel_program *define;
};

/*
 * A function that expressions may name but that has no implementation: for those who only check.
 * Type parameters are HYK_T_PARAM types with a name.
 */
struct hyk_cel_func {
	struct hyk_str name;
	const struct hyk_type *const *params;
	size_t n_params;
	const struct hyk_type *result;
};

/* What a commons gives its conditions beside its zone: data that are part of the same ruleset as its rules. */
struct hyk_cel_commons {
	const struct hyk_calendar *calendar; /* NULL: none */
	const struct hyk_places *places;     /* NULL: none */
};

/*
 * How large a value can be: its characters, bytes, items or entries, and the same for what is in it, level by
 * level; the last level stands for all below it. Optionals are no level.
 */
#define HYK_CEL_SIZE_LEVELS 4u
struct hyk_cel_size {
	uint64_t n[HYK_CEL_SIZE_LEVELS];
};
struct hyk_cel_size hyk_cel_size_of_value(struct hyk_value v);

/* The values that a variable or fact can have in this environment, and those it can have in another one. */
struct hyk_cel_values {
	uint32_t slot;
	const struct hyk_vlist *here, *elsewhere;
};

/*
 * Mistakes that are no matter of types: a literal that its fact never is (an error), a fact that may not be given
 * read without has() (a warning). COLLECT leaves the latter to those who use the definition.
 */
enum hyk_cel_lint { HYK_CEL_LINT_OFF, HYK_CEL_LINT_COLLECT, HYK_CEL_LINT_TELL };

struct hyk_cel_env {
	const struct hyk_cel_decl *decls;
	size_t n_decls;
	struct hyk_str container; /* for name resolution; usually empty */
	bool civic;               /* offer the civic functions of policy-language.md */
	const struct hyk_cel_commons *commons; /* constants are checked against it; NULL: not known yet, any may be right */
	bool no_check;            /* skip the type checker: everything is dyn (conformance) */
	bool no_macros;
	const struct hyk_cel_func *funcs;
	size_t n_funcs;
	uint64_t max_cost;        /* static estimate over this is an error; 0: no limit */
	unsigned max_loops;       /* macros over lists within each other; 0: no limit */
	const struct hyk_cel_size *sizes; /* by slot, where they are known better than by type and bounds; may be NULL */
	size_t n_sizes;
	enum hyk_cel_lint lint;
	const struct hyk_cel_values *values; /* beside the one_of of facts */
	size_t n_values;
	const uint32_t *given;    /* facts that are surely given when this runs */
	size_t n_given;
};

/* A condition as policies nest them. A leaf has a source; the others children. */
enum hyk_cel_cond_kind { HYK_CEL_LEAF, HYK_CEL_ALL, HYK_CEL_ANY, HYK_CEL_NONE };
struct hyk_cel_cond {
	enum hyk_cel_cond_kind kind;
	const struct hyk_source *src; /* leaf */
	const struct hyk_cel_cond *children;
	size_t n_children;
};

/* Compiles one expression; want NULL takes any type. */
enum hyk_status hyk_cel_compile(const struct hyk_cel_env *env, const struct hyk_source *src,
    const struct hyk_type *want, struct hyk_arena *arena, const struct hyk_cel_program **ret_program,
    struct hyk_diags *diags) HYK_MUST_CHECK;

/*
 * Compiles a nested condition to one bool program with the absorption of && and ||
 * (all: &&; any: ||; none: !any).
 */
enum hyk_status hyk_cel_compile_cond(const struct hyk_cel_env *env, const struct hyk_cel_cond *cond,
    struct hyk_arena *arena, const struct hyk_cel_program **ret_program, struct hyk_diags *diags) HYK_MUST_CHECK;

const struct hyk_type *hyk_cel_program_type(const struct hyk_cel_program *p);
/* The fact slots a program may read (through its definitions too), ascending, without repeats. */
const uint32_t *hyk_cel_program_slots(const struct hyk_cel_program *p, size_t *ret_n);
/* The most it can cost, as max_cost counts; UINT64_MAX when it does not fit. */
uint64_t hyk_cel_program_cost(const struct hyk_cel_program *p);
/* Facts that are surely given once it came out true; with env.lint only. */
const uint32_t *hyk_cel_program_given(const struct hyk_cel_program *p, size_t *ret_n);
/* True for a program that is a constant after folding; *ret_v is it. */
bool hyk_cel_program_constant(const struct hyk_cel_program *p, struct hyk_value *ret_v);
/* Steps and constants, for people. */
void hyk_cel_program_write(struct hyk_buf *b, const struct hyk_cel_program *p);

/* How well a fact is known. */
enum hyk_assurance { HYK_DECLARED, HYK_VOUCHED, HYK_VERIFIED };

/* One step of an explanation: a sub-expression and what it came to. */
struct hyk_cel_traced {
	const struct hyk_source *src;
	struct hyk_span span;
	struct hyk_value value;
};
struct hyk_cel_trace {
	struct hyk_arena *arena;
	struct hyk_cel_traced *items; /* in order of evaluation; a sub-expression in a loop appears each time */
	size_t n, room, max; /* max 0: 1,000 */
};

/*
 * What a program runs on. The caller fills slots 0..n_slots-1: a value, HYK_ABSENT,
 * HYK_UNKNOWN (the engine gives an unknown read from slot s the set {s} when as.unknown is
 * NULL) or HYK_ERROR_VALUE. Slots of definitions start as HYK_ABSENT with n == 1 (not yet evaluated;
 * see hyk_cel_undefined()).
 */
struct hyk_cel_frame {
	struct hyk_value *slots;
	const uint8_t *assurance; /* enum hyk_assurance a slot, for verified() and vouched(); may be NULL */
	size_t n_slots;
	const struct hyk_zone *zone; /* tz of the commons; NULL: UTC */
	const struct hyk_cel_commons *commons; /* NULL: one that has nothing */
	struct hyk_arena *arena;     /* results that need memory */
	struct hyk_value *stack;     /* the worker's own, at least HYK_CEL_STACK values */
	uint64_t gas;                /* counts down over all programs of a decision; at 0 an error value */
	struct hyk_cel_trace *trace; /* NULL: costs nothing */
};
#define HYK_CEL_STACK 2048u

static inline struct hyk_value
hyk_cel_undefined(void)
{
	return (struct hyk_value){ .kind = HYK_ABSENT, .n = 1 };
}

/* Never fails in C: errors and unknowns are values. Reading an absent fact outside has() is an error value. */
struct hyk_value hyk_cel_run(const struct hyk_cel_program *p, struct hyk_cel_frame *f);

/* The union of what two unknowns wait for, in the arena; an unknown with NULL on no memory. */
struct hyk_value hyk_unknown_union(struct hyk_arena *a, struct hyk_value x, struct hyk_value y);

#endif
