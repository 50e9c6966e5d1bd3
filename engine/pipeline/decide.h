/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/decide.h - one request to one decision, purely: the same request, facts and ruleset give the same decision.
 *
 * Lifetime:  a decision lives in the arena given and borrows from request and ruleset.
 * Threads:   a workspace belongs to one worker; the rest is immutable.
 * Errors:    HYK_E_INVALID with 8xx messages: a property of the wrong type (a 400). Everything else
 *            that goes wrong is inside the decision, and never a permit. HYK_E_NOMEM, HYK_E_LIMIT.
 */
#ifndef HYK_PIPELINE_DECIDE_H
#define HYK_PIPELINE_DECIDE_H

#include "base/buf.h"
#include "pipeline/hooks.h"
#include "pipeline/request.h"
#include "policy/ruleset.h"

enum hyk_outcome { HYK_OUTCOME_DENY, HYK_OUTCOME_CONDITIONAL, HYK_OUTCOME_PERMIT };
/* "deny", "conditional", "permit". */
const char *hyk_outcome_name(enum hyk_outcome o);

/* Per worker: frame, stack, scratch; grows to a ruleset's size and is then reused. */
struct hyk_workspace;
struct hyk_workspace *hyk_workspace_new(void);
void hyk_workspace_free(struct hyk_workspace *w);

/* One line of why. Texts are made when rendered. */
struct hyk_reason {
	struct hyk_str code;
	const struct hyk_rule *rule; /* NULL: not of a rule: UNKNOWN_TYPE, NO_PERMIT, a plugin's answer, an error */
	enum hyk_effect effect;
	struct hyk_str source;       /* plugin name when a hook said it; else empty */
	struct hyk_text text;        /* a plugin's own; a rule's `because` is written with the facts when rendered */
};

struct hyk_need {
	struct hyk_str kind, id, fact, by;
	const struct hyk_str *any_of;
	size_t n_any_of;
	const struct hyk_rule *rule; /* the first rule, by number, that asks; may be NULL */
};

struct hyk_owed {
	struct hyk_str id;   /* rule id, or the plugin's name */
	struct hyk_str type; /* duty type */
	struct hyk_str owed_by, owed_to; /* "person:mina"; may be empty */
	struct hyk_str due;  /* "before", "during", "after", or an RFC 3339 time */
	struct hyk_value terms; /* map without owed_by, owed_to, due; dates as text */
	const struct hyk_rule *rule;
};

struct hyk_offered {
	struct hyk_value set; /* map of path to value, as a request may say it: dates as text */
	struct hyk_text text;        /* of a plugin's offer; a rule's is `offer`'s, written with the facts */
	const struct hyk_rule *rule;
	const struct hyk_offer *offer; /* NULL: a plugin's */
};

struct hyk_fault {
	struct hyk_str code;   /* "PLUGIN_ERROR", "PLUGIN_TIMEOUT", "PLUGIN_BUDGET", "RULE_ERROR", "BUDGET", ... */
	struct hyk_str plugin; /* or empty */
	const struct hyk_rule *rule;
	struct hyk_str message;
};

/* A fact as it was used, for the record and the explanation. */
struct hyk_used_fact {
	const struct hyk_fact *fact;
	struct hyk_value value; /* absent, unknown and error included; a date is text: "2026-05-09" in the commons' zone */
	enum hyk_assurance assurance;
	enum hyk_fact_source source;
	bool is_default;
};

enum hyk_truth { HYK_FALSE, HYK_TRUE, HYK_UNKNOWN_TRUTH, HYK_IN_ERROR };
struct hyk_rule_trace {
	const struct hyk_rule *rule;
	enum hyk_truth truth;
	struct hyk_value value; /* of the condition */
	const struct hyk_cel_traced *parts; /* only when traced */
	size_t n_parts;
};

struct hyk_decision {
	enum hyk_outcome outcome;
	bool dry_run;
	bool dev;                    /* set by the caller: made under rules that an author is still writing */
	char id[27];                 /* empty until the caller gives one (ULID, 26 characters) */
	uint64_t ruleset;
	struct hyk_str subject_type, subject_id;
	const struct hyk_commons *commons; /* NULL when unknown */
	struct hyk_time now, valid_until;
	const struct hyk_reason *reasons; size_t n_reasons; /* by layer, then rule number */
	const struct hyk_need *needs; size_t n_needs;       /* by kind, id; each once */
	const struct hyk_owed *duties; size_t n_duties;
	const struct hyk_offered *offers; size_t n_offers;
	const struct hyk_fault *faults; size_t n_faults;
	const struct hyk_used_fact *facts; size_t n_facts;  /* of the request's shape */
	const struct hyk_str *ignored; size_t n_ignored;    /* undeclared properties, as paths */
	const struct hyk_rule_trace *rules; size_t n_rules; /* every rule that applied */
	uint64_t cost;               /* what all conditions and terms took, of HYK_CEL_DECISION_GAS */
};

/* Where assets and people are looked up. */
struct hyk_entities {
	void *self;
	/* NULL: not registered. What is found lives as long as the decision. */
	const struct hyk_entity *(*find)(void *self, struct hyk_str type, struct hyk_str id);
};

struct hyk_decide_input {
	const struct hyk_ruleset *ruleset;
	const struct hyk_request *request;
	struct hyk_str caller_commons; /* decides here and below */
	bool caller_vouches;
	struct hyk_time now;           /* stamped at the door; a dry run's own `now` wins */
	const struct hyk_hooks *hooks; /* NULL: no plugin runs; types with hooks then have faults */
	const struct hyk_entities *entities; /* NULL: those of the ruleset's folders */
	const struct hyk_record_facts *records; /* NULL: nothing on record */
	bool trace;                    /* fill parts of rule traces */
	struct hyk_workspace *workspace;
	struct hyk_arena *arena;
};

enum hyk_status hyk_decide(const struct hyk_decide_input *in, struct hyk_decision *ret_decision,
    struct hyk_diags *diags) HYK_MUST_CHECK;

/*
 * What a plugin owes outside of a decision, read by the same rules. False: it has not the form that the duty's
 * declaration asks for (*ret_why says what), or there is no memory (*ret_why is empty).
 */
bool hyk_decide_owed(const struct hyk_decide_input *in, const struct hyk_commons *commons, struct hyk_str plugin,
    struct hyk_str type, struct hyk_value terms, struct hyk_owed *ret_owed, struct hyk_str *ret_why);

/*
 * The AuthZEN answer, {"decision": ..., "context": {...}}, in two parts: everything up to the end of context's
 * members, then the record (NULL: none) and the end.
 */
void hyk_decision_write_open(struct hyk_buf *b, const struct hyk_decision *d);
void hyk_decision_write_close(struct hyk_buf *b, const uint64_t *record_index, const uint8_t *leaf_hash);
/* A value of this type as people and JSON have it: dates as days of the zone. An error value: no memory. */
struct hyk_value hyk_spell(struct hyk_arena *a, const struct hyk_type *t, const struct hyk_zone *zone, struct hyk_value v);
/* The whole trace as data, for /explain. */
void hyk_decision_write_trace(struct hyk_buf *b, const struct hyk_decision *d);
/* Why, in a language ("ko", "en"; another falls back): a rule's `because` with the values of this decision. */
void hyk_decision_write_reason_text(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_reason *r,
    const char *tag);
/* One line of `hyangyak test --json` (without the newline). */
void hyk_decision_write_case(struct hyk_buf *b, struct hyk_str name, const struct hyk_decision *d);

#endif
