/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/check.h - names and types of a tree. The only pass that refuses.
 *
 * Lifetime:  types and changed nodes live in the arena.
 * Threads:   one thread at a time.
 * Errors:    all of an expression, as 4xx messages; what is wrong gets the type `error`, which fits everywhere.
 */
#ifndef HYK_CEL_CHECK_H
#define HYK_CEL_CHECK_H

#include "cel/ast.h"
#include "cel/types.h"

struct hyk_cel_scope {
	struct hyk_str name;
	const struct hyk_cel_node *binder;
	uint32_t var;
	const struct hyk_type *type;
	const struct hyk_bounds *bounds; /* of the fact it stands for, or whose item it is; may be NULL */
	const struct hyk_cel_scope *next;
};

struct hyk_cel_checker {
	const struct hyk_cel_env *env;
	const struct hyk_source *src; /* of the expression being checked */
	struct hyk_arena *arena;
	struct hyk_diags *diags;
	struct hyk_cel_types types;
	size_t n_errors;
	bool no_memory;
};

/* want NULL: any type. False: messages were given, or no memory. */
bool hyk_cel_check(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_type *want);

/* For check*.c only. */
const struct hyk_type *hyk_cel_check_node(struct hyk_cel_checker *c, struct hyk_cel_node *n,
    const struct hyk_cel_scope *scope);
void hyk_cel_check_name(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope, bool root_ok);
void hyk_cel_check_select(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope);
void hyk_cel_check_call(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope);
/* Literals that a fact beside them never is, in a comparison or with `in`. */
void hyk_cel_check_values(struct hyk_cel_checker *c, const struct hyk_cel_node *n);
/* "math.greatest" of a chain of selects; n 0: it is none, or begins with a variable of a macro. */
struct hyk_str hyk_cel_check_path(struct hyk_cel_checker *c, const struct hyk_cel_node *n,
    const struct hyk_cel_scope *scope, bool *ret_rooted);
struct hyk_str hyk_cel_check_type_text(struct hyk_cel_checker *c, const struct hyk_type *t);
/* dyn instead of t when nothing is checked. */
const struct hyk_type *hyk_cel_check_as(const struct hyk_cel_checker *c, const struct hyk_type *t);
/* A message at span, unless nothing is checked: then the node fails at run time. */
struct hyk_diag *hyk_cel_check_refuse(struct hyk_cel_checker *c, struct hyk_cel_node *n, enum hyk_diag_id id,
    struct hyk_span span, size_t n_args, const struct hyk_str *args);
#define HYK_CEL_REFUSE(c, n, id, span, ...)                                                        \
	hyk_cel_check_refuse((c), (n), (id), (span),                                               \
	    sizeof((struct hyk_str[]){ __VA_ARGS__ }) / sizeof(struct hyk_str),                    \
	    (struct hyk_str[]){ __VA_ARGS__ })

#endif
