/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/expression.h - one condition by itself: compiled and run over JSON, for authors who try
 * things out.
 *
 * Every member of the JSON object is a variable whose type is not checked; `now` (the clock's time,
 * unless a member of that name says another) and `tz` (the zone) are there as in a policy, and so
 * are the civic functions.
 *
 * Lifetime:  the arena given; the text is borrowed.
 * Limits:    those of conditions; HYK_EXPRESSION_GAS.
 * Threads:   any thread.
 * Errors:    HYK_E_INVALID with messages at their places when it does not compile. That it fails
 * when run is a value of the kind error, and no status.
 */
#ifndef HYK_RUNTIME_EXPRESSION_H
#define HYK_RUNTIME_EXPRESSION_H

#include "base/diag.h"
#include "value/value.h"

#define HYK_EXPRESSION_GAS UINT64_C(10000000) /* as a decision has */
#define HYK_EXPRESSION_MAX_STEPS 1000u

struct hyk_expression {
	const struct hyk_source *src;
	struct hyk_value with; /* a map from names to values, or null */
	struct hyk_str zone;   /* empty: that of the commons, else UTC */
	const char *commons_dir; /* a folder whose calendars and places are asked; NULL: none */
	struct hyk_str commons;  /* path of the commons in there; empty: the topmost */
	bool trace;
};

/* A sub-expression and what it came to. */
struct hyk_expression_step {
	struct hyk_str text;
	uint32_t line, column;
	struct hyk_value value;
};

struct hyk_expression_name {
	struct hyk_str name, type;
};

struct hyk_expression_answer {
	struct hyk_value value;
	struct hyk_str type; /* as the checker sees it: "bool", "dyn", "list(int)" */
	uint64_t cost;       /* what this run used */
	uint64_t cost_most;  /* the most it can use, as far as sizes are known; UINT64_MAX: does not
	                        fit */
	const struct hyk_expression_step *steps; /* in order of evaluation, with trace */
	size_t n_steps;
	bool steps_cut;                          /* there were more */
	const struct hyk_expression_name *names; /* what the expression may use */
	size_t n_names;
};

enum hyk_status hyk_expression_run(const struct hyk_expression *e, struct hyk_arena *arena,
    struct hyk_expression_answer *ret_answer, struct hyk_diags *diags) HYK_MUST_CHECK;

/* Says, in both languages and at its place, why a value is an error or unknown. */
void hyk_expression_explain(
    const struct hyk_source *src, struct hyk_value v, struct hyk_diags *diags);

/* The manual of all functions and operators, out of their table. */
void hyk_expression_manual(struct hyk_buf *b);
/* One JSON object an overload: {"name", "signature", "doc", "method", "operator", "civic"}, in a
 * list. */
void hyk_expression_manual_json(struct hyk_buf *b);

#endif
