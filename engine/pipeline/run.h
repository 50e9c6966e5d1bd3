/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/run.h - the state of one decision while it is made, and the steps that fill it in their order:
 * facts, hooks, rules, settle, answer.
 *
 * Threads:   the worker's own.
 * Errors:    HYK_E_NOMEM, HYK_E_LIMIT (the arena's cap); HYK_E_INVALID from hyk_run_facts only.
 */
#ifndef HYK_PIPELINE_RUN_H
#define HYK_PIPELINE_RUN_H

#include "pipeline/settle.h"
#include "pipeline/workspace.h"

/* A row of the table with what it came from; a rule's, or a plugin's answer (rule NULL). */
struct hyk_row_source {
	const struct hyk_rule *rule;
	const struct hyk_fact *need;
	struct hyk_value value;    /* of the condition */
	struct hyk_str code;       /* of a plugin's answer, or of a fault */
	struct hyk_str plugin;
	struct hyk_text text;
	const struct hyk_offered *offer; /* of a plugin's forbid, or NULL */
	struct hyk_owed *owed;     /* when the duty holds */
};

struct hyk_run {
	const struct hyk_decide_input *in;
	const struct hyk_request *request;
	struct hyk_workspace *w;
	struct hyk_arena *arena;
	struct hyk_decision *d;
	const struct hyk_subject_type *subject_type;
	const struct hyk_shape *shape;
	const struct hyk_entity *subject, *asset; /* of the registry, or NULL */
	struct hyk_sheet *sheet;
	struct hyk_used_fact *facts;
	bool *given; /* by fact of the sheet */
	struct hyk_str *ignored;
	size_t n_ignored, room_ignored;
	struct hyk_fault *faults;
	size_t n_faults, room_faults;
	struct hyk_cel_frame frame;
	/* the table: plugins' answers first (n_hook_rows), then rules in order of their numbers */
	struct hyk_settle_row *rows;
	struct hyk_row_source *sources;
	size_t n_rows, n_hook_rows, room_rows, room_sources;
	struct hyk_rule_trace *traces;
	size_t n_traces;
	bool no_memory;
};

/* The frame of the request. */
enum hyk_status hyk_run_facts(struct hyk_run *r, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Puts a value where it belongs, as well known as said. */
void hyk_run_put(struct hyk_run *r, size_t i, struct hyk_value v, enum hyk_assurance a, enum hyk_fact_source source);
/* Calls the hooks of the type, if any: facts into the frame, answers into rows. */
void hyk_run_hooks(struct hyk_run *r);
/* What permit and liability hooks answered, into rows; not empty: the first answer that is none, and why. */
struct hyk_str hyk_run_verdicts(struct hyk_run *r, const struct hyk_hook_call *c);
/* Evaluates every rule in force into rows. */
void hyk_run_rules(struct hyk_run *r);
/* The duty of a rule that holds; false: a term could not be computed (the fault is noted). */
bool hyk_run_duty(struct hyk_run *r, const struct hyk_rule *rule, struct hyk_owed *ret_owed);
/* A plugin's duty from its terms, checked as the duties of policies are; false: *ret_why names the offender. */
bool hyk_run_plugin_duty(struct hyk_run *r, struct hyk_str plugin, struct hyk_str type, struct hyk_value terms,
    struct hyk_owed *ret_owed, struct hyk_str *ret_why);

/* "what: why" of a plugin's answer; never empty. */
struct hyk_str hyk_run_complaint(struct hyk_run *r, struct hyk_str of, struct hyk_str what);

/* A value as type and bounds ask for it, in the commons' zone; an empty table of Lua is an empty list where one is due. */
bool hyk_run_fit(struct hyk_run *r, const struct hyk_type *t, const struct hyk_bounds *bounds, struct hyk_value in,
    struct hyk_value *ret_v, struct hyk_misfit *ret_why);
/* The same value as a request would say it: dates, however deep, as YYYY-MM-DD in that zone. */
struct hyk_value hyk_run_spell(struct hyk_run *r, const struct hyk_type *t, const struct hyk_zone *zone,
    struct hyk_value v);
/*
 * A fact as it was used, so that reading it again gives the same: a date that is a day of another zone (a person's,
 * registered elsewhere) stays the moment that it is.
 */
struct hyk_value hyk_run_spell_fact(struct hyk_run *r, const struct hyk_fact *f, struct hyk_value v);
/* The shape with another action of that name; NULL: nobody can ask for it here. */
const struct hyk_shape *hyk_run_action(const struct hyk_run *r, struct hyk_value name);
/* The fact of a path, by the schema of `target` if not NULL (an offer may name another action); NULL: none. */
const struct hyk_fact *hyk_run_find(const struct hyk_run *r, const struct hyk_shape *target, struct hyk_str path);
/* What an offer sets, as the door will take it; false: it would not. */
bool hyk_run_set(struct hyk_run *r, const struct hyk_fact *f, struct hyk_value in, struct hyk_value *ret_v,
    struct hyk_misfit *ret_why);
/* Outcome, reasons, needs, duties, offers. */
void hyk_run_answer(struct hyk_run *r);

/* A new row of the table; NULL: no memory (noted). */
struct hyk_settle_row *hyk_run_row(struct hyk_run *r, struct hyk_row_source **ret_source);
void hyk_run_fault(struct hyk_run *r, const char *code, struct hyk_str plugin, const struct hyk_rule *rule,
    struct hyk_str message);
/* Runs a program; errors that borrow from the workspace are made the decision's own. */
struct hyk_value hyk_run_program(struct hyk_run *r, const struct hyk_cel_program *p);
/* An error value with its own memory. */
struct hyk_value hyk_run_own(struct hyk_run *r, struct hyk_value v);
/* "person:mina" for subject and resource, else the text itself. */
struct hyk_str hyk_run_party(struct hyk_run *r, struct hyk_str who);
enum hyk_truth hyk_truth_of(struct hyk_value v);
struct hyk_str hyk_join(struct hyk_arena *a, struct hyk_str x, const char *between, struct hyk_str y);
/* Text in a plugin's form: a string, or a map from language to string. */
bool hyk_text_read(struct hyk_arena *a, struct hyk_value v, struct hyk_text *ret_text);

#endif
