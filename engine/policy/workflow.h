/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/workflow.h - the states and events that an agreement of some asset type passes through, as plugins declare them.
 *
 * A type has the workflow of the type it extends, refined: it may add states and transitions, ask for more at an
 * inherited transition (evidence, a reason), and set other timers; it may not lead a transition elsewhere or give it to
 * another actor. A transition is told by its state and its event.
 *
 * Lifetime:  the catalog's arena.
 * Threads:   immutable.
 * Errors:    57x messages at lines of the Lua files.
 */
#ifndef HYK_POLICY_WORKFLOW_H
#define HYK_POLICY_WORKFLOW_H

#include "base/arena.h"

enum hyk_actor {
	HYK_ACTOR_ENGINE = 1u << 0,
	HYK_ACTOR_APPLICANT = 1u << 1,
	HYK_ACTOR_PROVIDER = 1u << 2,
	HYK_ACTOR_STEWARD = 1u << 3,
	HYK_ACTOR_OFFICER = 1u << 4,
	HYK_ACTOR_MEDIATOR = 1u << 5,
	HYK_ACTOR_JURY = 1u << 6
};
/* "engine", ...: the words an actor is written with, joined by " or "; "either party" is applicant or provider. */
const char *hyk_actor_name(enum hyk_actor a);
/* Bits; 0: `*ret_unknown` is no actor. */
uint32_t hyk_actors_parse(struct hyk_str text, struct hyk_str *ret_unknown);

/* What a deadline is counted from. */
enum hyk_anchor {
	HYK_FROM_ENTERED, /* the moment the state was entered */
	HYK_FROM_START,   /* context.start */
	HYK_FROM_END,     /* context.end */
	HYK_FROM_NEXT_USE /* the next hold of the asset by another, as known when the state was entered */
};
/* "entered", "start", "end", "next_use". */
const char *hyk_anchor_name(enum hyk_anchor a);

struct hyk_timer_term {
	enum hyk_anchor anchor;
	int64_t offset_s;
};

struct hyk_state {
	struct hyk_str name;
	bool final; /* the agreement is over */
	bool holds; /* the asset is this agreement's */
	const struct hyk_timer_term *timer; /* the deadline is the earliest of these */
	size_t n_timer;
};

/* At least `min` pieces of evidence of this kind. */
struct hyk_evidence_need {
	struct hyk_str kind;
	int64_t min;
};

struct hyk_transition {
	struct hyk_str from, event, to;
	struct hyk_str actor; /* as written */
	uint32_t actors;      /* bits of enum hyk_actor */
	/* of the engine's: what the decision made again must be: "permit", "deny", "verification", "human"; else empty */
	struct hyk_str decision;
	bool reason; /* a reason must be given */
	bool once;   /* an agreement takes it at most once */
	const struct hyk_evidence_need *evidence; /* that the agreement has with this event, all of them */
	size_t n_evidence;
};

struct hyk_workflow {
	struct hyk_str initial;
	const struct hyk_state *states; /* the general type's first, by name */
	size_t n_states;
	const struct hyk_transition *transitions;
	size_t n_transitions;
};

/* NULL: none. */
const struct hyk_state *hyk_workflow_find_state(const struct hyk_workflow *w, struct hyk_str name);
const struct hyk_transition *hyk_workflow_find(const struct hyk_workflow *w, struct hyk_str from, struct hyk_str event);

#endif
