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
	struct hyk_str code;       /* of a plugin's forbid, or of a fault */
	struct hyk_str plugin;
	struct hyk_text text;
	struct hyk_value offer;    /* of a plugin's forbid: {set, text}, or null */
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
/* Evaluates every rule in force into rows. */
void hyk_run_rules(struct hyk_run *r);
/* The duty of a rule that holds; false: a term could not be computed (the fault is noted). */
bool hyk_run_duty(struct hyk_run *r, const struct hyk_rule *rule, struct hyk_owed *ret_owed);
/* A plugin's duty from its terms. */
bool hyk_run_plugin_duty(struct hyk_run *r, struct hyk_str plugin, struct hyk_str type, struct hyk_value terms,
    struct hyk_owed *ret_owed);
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
