/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/rules.c - every rule in force for the shape and commons, its condition to a truth. */
#include "pipeline/run.h"

enum hyk_truth
hyk_truth_of(struct hyk_value v)
{
	if (v.kind == HYK_BOOL)
		return v.as.b ? HYK_TRUE : HYK_FALSE;
	return v.kind == HYK_UNKNOWN ? HYK_UNKNOWN_TRUTH : HYK_IN_ERROR;
}

/* A need that is absent is not proven, and nothing says it is false: it is asked for. */
static enum hyk_truth
need_truth(struct hyk_value v)
{
	return v.kind == HYK_ABSENT ? HYK_UNKNOWN_TRUTH : hyk_truth_of(v);
}

struct hyk_settle_row *
hyk_run_row(struct hyk_run *r, struct hyk_row_source **ret_source)
{
	if (r->n_rows == r->room_rows) {
		struct hyk_settle_row *rows =
		    hyk_arena_grow(r->arena, r->rows, r->n_rows, &r->room_rows, sizeof(*rows));

		if (!rows) {
			r->no_memory = true;
			return NULL;
		}
		r->rows = rows;
	}
	if (r->n_rows == r->room_sources) {
		struct hyk_row_source *sources =
		    hyk_arena_grow(r->arena, r->sources, r->n_rows, &r->room_sources, sizeof(*sources));

		if (!sources) {
			r->no_memory = true;
			return NULL;
		}
		r->sources = sources;
	}
	r->rows[r->n_rows] = (struct hyk_settle_row){ .effect = HYK_REQUIRE };
	r->sources[r->n_rows] = (struct hyk_row_source){ .offer = NULL };
	*ret_source = &r->sources[r->n_rows];
	return &r->rows[r->n_rows++];
}

void
hyk_run_fault(struct hyk_run *r, const char *code, struct hyk_str plugin, const struct hyk_rule *rule,
    struct hyk_str message)
{
	if (r->n_faults == r->room_faults) {
		struct hyk_fault *grown =
		    hyk_arena_grow(r->arena, r->faults, r->n_faults, &r->room_faults, sizeof(*grown));

		if (!grown) {
			r->no_memory = true;
			return;
		}
		r->faults = grown;
	}
	r->faults[r->n_faults++] = (struct hyk_fault){ hyk_str_from_c(code), plugin, rule, message };
}

/* With the fact that was missing, and the subject's type where it has no such fact. */
static struct hyk_str
error_text(struct hyk_run *r, const struct hyk_verror *e)
{
	const struct hyk_catalog *c = r->in->ruleset->catalog;
	const struct hyk_fact *f = NULL;

	for (size_t i = 0; e->slot < c->n_slots && i < c->n_facts && !f; i++)
		if (c->facts[i]->slot == e->slot)
			f = c->facts[i];
	if (!f)
		return hyk_arena_dup(r->arena, e->text);
	if (r->w->lacking[e->slot].as.err == e && f->root == HYK_SUBJECT)
		return hyk_arena_printf(r->arena, "a '%.*s' has no '%.*s'", HYK_STR_ARG(r->request->subject_type),
		    HYK_STR_ARG(f->path));
	if (hyk_str_find(e->text, f->path) != SIZE_MAX)
		return hyk_arena_dup(r->arena, e->text);
	return hyk_arena_printf(r->arena, "%.*s: '%.*s'", HYK_STR_ARG(e->text), HYK_STR_ARG(f->path));
}

struct hyk_value
hyk_run_own(struct hyk_run *r, struct hyk_value v)
{
	struct hyk_verror *e;

	if (v.kind != HYK_ERROR_VALUE || !v.as.err)
		return v;
	e = hyk_arena_alloc(r->arena, sizeof(*e));
	if (e) {
		*e = *v.as.err;
		e->text = error_text(r, v.as.err);
	}
	if (!e || !e->text.p) {
		r->no_memory = true;
		e = NULL;
	}
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = e };
}

struct hyk_value
hyk_run_program(struct hyk_run *r, const struct hyk_cel_program *p)
{
	return hyk_run_own(r, hyk_cel_run(p, &r->frame));
}

static void
rule_fault(struct hyk_run *r, const struct hyk_rule *rule, struct hyk_value v)
{
	struct hyk_str text = v.kind == HYK_ERROR_VALUE && v.as.err ? v.as.err->text :
	                                                              HYK_STR("the condition gave no bool");

	hyk_run_fault(r, r->frame.gas == 0 ? "BUDGET" : "RULE_ERROR", (struct hyk_str){ NULL, 0 }, rule, text);
}

static void
run_rule(struct hyk_run *r, const struct hyk_rule *rule)
{
	struct hyk_cel_trace trace = { .arena = r->arena };
	struct hyk_rule_trace *t = &r->traces[r->n_traces++];
	struct hyk_row_source *source;
	struct hyk_settle_row *row = hyk_run_row(r, &source);
	struct hyk_value v = hyk_bool(true);

	if (!row)
		return;
	if (rule->when) {
		r->frame.trace = r->in->trace ? &trace : NULL;
		v = hyk_run_program(r, rule->when);
		r->frame.trace = NULL;
		for (size_t i = 0; i < trace.n; i++)
			trace.items[i].value = hyk_run_own(r, trace.items[i].value);
	}
	row->effect = rule->effect;
	row->when = hyk_truth_of(v);
	row->has_need = rule->need != NULL;
	row->has_duty = rule->duty != NULL;
	source->rule = rule;
	source->need = rule->need;
	source->value = v;
	*t = (struct hyk_rule_trace){ rule, row->when, v, trace.items, trace.n };
	if (row->when == HYK_IN_ERROR) {
		source->code = r->frame.gas == 0 ? HYK_STR("BUDGET") : HYK_STR("RULE_ERROR");
		rule_fault(r, rule, v);
	}
	if (row->when == HYK_TRUE && rule->duty) {
		source->owed = hyk_arena_alloc(r->arena, sizeof(*source->owed));
		if (!source->owed)
			r->no_memory = true;
		else
			row->duty_errs = !hyk_run_duty(r, rule, source->owed);
	}
}

static void
run_plan(struct hyk_run *r, const struct hyk_plan *plan)
{
	for (size_t i = 0; i < plan->n_policies; i++)
		for (size_t k = 0; k < plan->policies[i]->n_defines; k++)
			r->w->slots[plan->policies[i]->define_slots[k]] = hyk_cel_undefined();
	for (size_t i = 0; i < plan->n_rules && !r->no_memory; i++) {
		const struct hyk_rule *rule = plan->rules[i];

		if (r->d->now.s < rule->policy->from_s || r->d->now.s >= rule->policy->until_s)
			continue;
		/* A permit from where nothing may be permitted is no rule of this decision. */
		if (rule->effect == HYK_PERMIT && !plan->may_permit)
			continue;
		run_rule(r, rule);
	}
}

/* A subject of another type may have the fact, too, and there it may be its own word: what is claimed is not proven. */
static bool
is_mere_claim(const struct hyk_run *r, const struct hyk_fact *need)
{
	size_t i = hyk_sheet_find(r->sheet, need->root, need->name);

	return i != SIZE_MAX && !hyk_fact_is_provable(r->sheet->facts[i]);
}

static void
fail_need(struct hyk_run *r, size_t i, struct hyk_str message)
{
	r->rows[i].need = HYK_IN_ERROR;
	hyk_run_fault(r, "RULE_ERROR", r->sources[i].plugin, r->sources[i].rule, message);
}

static void
settle_needs(struct hyk_run *r)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		const struct hyk_row_source *s = &r->sources[i];
		struct hyk_value v;

		if (!r->rows[i].has_need || r->rows[i].when != HYK_TRUE)
			continue;
		v = r->w->slots[s->need->slot];
		r->rows[i].need = need_truth(v);
		if (is_mere_claim(r, s->need))
			fail_need(r, i, hyk_arena_printf(r->arena, "'%.*s' of a '%.*s' is proven by nothing",
			    HYK_STR_ARG(s->need->path), HYK_STR_ARG(r->request->subject_type)));
		else if (r->rows[i].need == HYK_IN_ERROR)
			fail_need(r, i, v.kind == HYK_ERROR_VALUE && v.as.err ?
			    hyk_arena_dup(r->arena, v.as.err->text) : HYK_STR("what is to be proven is no bool"));
	}
}

/* Rules by number: where they stand in files, and in which order plans were made, must not show. */
static void
sort_rows(struct hyk_run *r)
{
	size_t first = r->n_hook_rows;

	for (size_t i = first + 1; i < r->n_rows; i++) {
		struct hyk_row_source s = r->sources[i];
		struct hyk_settle_row row = r->rows[i];
		struct hyk_rule_trace t = r->traces[i - first];
		size_t k = i;

		for (; k > first && r->sources[k - 1].rule->number > s.rule->number; k--) {
			r->sources[k] = r->sources[k - 1];
			r->rows[k] = r->rows[k - 1];
			r->traces[k - first] = r->traces[k - 1 - first];
		}
		r->sources[k] = s;
		r->rows[k] = row;
		r->traces[k - first] = t;
	}
}

/* All rows at once; without memory they grow one by one, and the failure is noted there. */
static void
reserve_rows(struct hyk_run *r, size_t n)
{
	struct hyk_settle_row *rows = hyk_arena_array(r->arena, r->n_rows + n, sizeof(*rows));
	struct hyk_row_source *sources = hyk_arena_array(r->arena, r->n_rows + n, sizeof(*sources));

	if (!rows || !sources)
		return;
	if (r->n_rows) {
		memcpy(rows, r->rows, r->n_rows * sizeof(*rows));
		memcpy(sources, r->sources, r->n_rows * sizeof(*sources));
	}
	r->rows = rows;
	r->sources = sources;
	r->room_rows = r->room_sources = r->n_rows + n;
}

void
hyk_run_rules(struct hyk_run *r)
{
	const struct hyk_plan *plan = hyk_ruleset_plan(r->in->ruleset, r->d->commons, r->shape), *p;
	const struct hyk_plan **chain;
	size_t n_rules = 0, n_plans = 0;

	for (p = plan; p; p = p->parent) {
		n_rules += p->n_rules;
		n_plans++;
	}
	r->n_hook_rows = r->n_rows;
	reserve_rows(r, n_rules);
	r->traces = hyk_arena_array(r->arena, n_rules, sizeof(*r->traces));
	chain = hyk_arena_array(r->arena, n_plans, sizeof(*chain));
	if (!r->traces || !chain) {
		r->no_memory = true;
		return;
	}
	n_plans = 0;
	for (p = plan; p; p = p->parent)
		chain[n_plans++] = p;
	/* From the outermost commons inwards: that is nearly the order of numbers. */
	while (n_plans > 0)
		run_plan(r, chain[--n_plans]);
	if (r->no_memory)
		return;
	sort_rows(r);
	settle_needs(r);
}
