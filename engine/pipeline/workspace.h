/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/workspace.h - what a worker keeps between decisions: frame, stack, and one sheet a shape.
 *
 * A sheet is a shape read once: which facts a request of this shape and
 * subject type has, where a property of a name goes, and what a fact is worth
 * when nobody gives it. Filling a frame is then a copy and a few lookups.
 *
 * Lifetime:  sheets live as long as the workspace keeps the ruleset (it holds a reference); a decision
 *            never borrows from them.
 * Threads:   owning worker only.
 */
#ifndef HYK_PIPELINE_WORKSPACE_H
#define HYK_PIPELINE_WORKSPACE_H

#include "pipeline/decide.h"

/* `other` is a yes-or-no fact that proves the yes-or-no fact `fact`, whose `any_of` names it. */
struct hyk_alternative {
	uint32_t fact, other; /* of the sheet */
};

struct hyk_sheet {
	const struct hyk_shape *shape;
	const struct hyk_subject_type *subject_type;
	const struct hyk_fact **facts;
	struct hyk_value *missing; /* what the fact is when nobody gives it */
	size_t n_facts;
	bool has_records;          /* a fact with source "record" is among them */
	bool has_hook_facts;
	uint32_t *index;           /* open addressing by hash of root and name: fact + 1 */
	size_t n_index;
	struct hyk_alternative *alternatives; /* of one fact together, in the order of its `any_of` */
	size_t n_alternatives;
	struct hyk_sheet *next;
};

struct hyk_workspace {
	struct hyk_ruleset *ruleset; /* a reference */
	struct hyk_arena arena;      /* sheets */
	struct hyk_sheet **sheets;   /* by shape number */
	struct hyk_sheet *last;      /* whose facts the frame holds */
	struct hyk_value *slots;
	uint8_t *assurance;
	size_t n_slots;
	struct hyk_value *stack;
	struct hyk_value *lacking;   /* by slot: the error that this subject or shape has no such fact */
};

/* Makes the workspace fit the ruleset; drops what it knew of another. HYK_E_NOMEM. */
enum hyk_status hyk_workspace_attach(struct hyk_workspace *w, const struct hyk_ruleset *r) HYK_MUST_CHECK;
/* The sheet, made at first use; NULL: no memory. */
struct hyk_sheet *hyk_workspace_sheet(struct hyk_workspace *w, const struct hyk_shape *s,
    const struct hyk_subject_type *t);
/* SIZE_MAX: no such fact. */
size_t hyk_sheet_find(const struct hyk_sheet *s, enum hyk_root root, struct hyk_str name);
/* By path ("subject.age"); SIZE_MAX. */
size_t hyk_sheet_find_path(const struct hyk_sheet *s, struct hyk_str path);

#endif
