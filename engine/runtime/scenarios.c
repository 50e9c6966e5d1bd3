/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/scenarios.c - see scenarios.h. */
#include "runtime/scenarios.h"

#include "base/file.h"
#include "policy/scenario.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

struct run {
	struct hyk_worker *worker;
	struct hyk_arena *arena;
	struct hyk_scenarios_result *result;
	size_t room;
	struct hyk_coverage_row *rows; /* by rule number */
};

/* ---- comparing sets ---- */

static bool
set_has(const struct hyk_str *items, size_t n, struct hyk_str s)
{
	for (size_t i = 0; i < n; i++)
		if (hyk_str_eq(items[i], s))
			return true;
	return false;
}

static void
write_set(struct hyk_buf *b, const struct hyk_str *items, size_t n)
{
	hyk_buf_append_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			hyk_buf_append_c(b, ", ");
		hyk_buf_append(b, items[i]);
	}
	hyk_buf_append_char(b, ']');
}

static void
compare_set(struct hyk_buf *why, const char *what, const struct hyk_str *want, size_t n_want, const struct hyk_str *got,
    size_t n_got)
{
	bool same = true;

	for (size_t i = 0; i < n_want; i++)
		same = same && set_has(got, n_got, want[i]);
	for (size_t i = 0; i < n_got; i++)
		same = same && set_has(want, n_want, got[i]);
	if (same)
		return;
	hyk_buf_printf(why, "%s%s: expected ", why->n > 0 ? "; " : "", what);
	write_set(why, want, n_want);
	hyk_buf_append_c(why, ", got ");
	write_set(why, got, n_got);
}

/* The rules that decided: on a permit the permits that held and the requires, otherwise as in the answer. */
static size_t
deciding_rules(const struct hyk_decision *d, struct hyk_str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_reasons; i++)
		if (d->reasons[i].rule != NULL && d->reasons[i].rule->effect != HYK_PERMIT)
			out[n++] = d->reasons[i].rule->id;
	return n;
}

/* A need may be expected as "kind:id", as id, or as the fact's path. */
static struct hyk_str
need_as_expected(struct hyk_arena *arena, const struct hyk_need *need, const struct hyk_expect *e)
{
	struct hyk_str full = hyk_arena_printf(arena, "%.*s:%.*s", HYK_STR_ARG(need->kind), HYK_STR_ARG(need->id));

	if (set_has(e->needs, e->n_needs, need->id))
		return need->id;
	if (set_has(e->needs, e->n_needs, need->fact))
		return need->fact;
	return full.p == NULL ? need->id : full;
}

static bool
has_fault(const struct hyk_decision *d, struct hyk_str code)
{
	for (size_t i = 0; i < d->n_faults; i++)
		if (hyk_str_eq(d->faults[i].code, code) || hyk_str_eq(d->faults[i].plugin, code))
			return true;
	return false;
}

static enum hyk_status
compare(struct run *r, const struct hyk_expect *e, const struct hyk_decision *d, struct hyk_buf *why)
{
	size_t most = d->n_reasons + d->n_needs + d->n_duties + 1, n;
	struct hyk_str *got = hyk_arena_array(r->arena, most, sizeof(*got));

	if (got == NULL)
		return HYK_E_NOMEM;
	if (e->outcome.n > 0 && !hyk_str_eq_c(e->outcome, hyk_outcome_name(d->outcome)))
		hyk_buf_printf(why, "outcome: expected %.*s, got %s", HYK_STR_ARG(e->outcome), hyk_outcome_name(d->outcome));
	if (e->has_by) {
		n = deciding_rules(d, got);
		/* On a permit the permits may be named too. */
		if (d->outcome == HYK_OUTCOME_PERMIT)
			for (size_t i = 0; i < d->n_reasons; i++)
				if (d->reasons[i].rule != NULL && d->reasons[i].rule->effect == HYK_PERMIT &&
				    set_has(e->by, e->n_by, d->reasons[i].rule->id))
					got[n++] = d->reasons[i].rule->id;
		compare_set(why, "by", e->by, e->n_by, got, n);
	}
	if (e->has_duties) {
		for (n = 0; n < d->n_duties; n++)
			got[n] = d->duties[n].type;
		compare_set(why, "duties", e->duties, e->n_duties, got, n);
	}
	if (e->has_needs) {
		for (n = 0; n < d->n_needs; n++)
			got[n] = need_as_expected(r->arena, &d->needs[n], e);
		compare_set(why, "needs", e->needs, e->n_needs, got, n);
	}
	if (e->has_offers && e->n_offers != d->n_offers)
		hyk_buf_printf(why, "%soffers: expected %zu, got %zu", why->n > 0 ? "; " : "", e->n_offers, d->n_offers);
	if (e->has_fault && !has_fault(d, e->fault))
		hyk_buf_printf(why, "%sfault: expected %.*s", why->n > 0 ? "; " : "", HYK_STR_ARG(e->fault));
	return why->failed ? HYK_E_NOMEM : HYK_OK;
}

/* ---- running ---- */

/* Does the rule speak? The need is part of its condition: when it is met there is nothing to say. */
static enum hyk_truth
truth_of(const struct hyk_decision *d, const struct hyk_rule_trace *t)
{
	if (t->truth != HYK_TRUE || t->rule->need == NULL)
		return t->truth;
	for (size_t i = 0; i < d->n_facts; i++)
		if (d->facts[i].fact->slot == t->rule->need->slot)
			return d->facts[i].value.kind == HYK_BOOL && d->facts[i].value.as.b ? HYK_FALSE : HYK_TRUE;
	return HYK_TRUE;
}

static bool
has_trace(const struct hyk_decision *d, const struct hyk_rule *rule)
{
	for (size_t i = 0; i < d->n_rules; i++)
		if (d->rules[i].rule == rule)
			return true;
	return false;
}

/* The actions that a rule names are part of its condition too: of the other actions of the type it is false. */
static void
cover_other_actions(struct run *r, const struct hyk_request *q, const struct hyk_decision *d)
{
	const struct hyk_ruleset *rs = r->worker->snapshot->ruleset;
	const struct hyk_asset_type *type = hyk_catalog_find_type(rs->catalog, q->resource_type);
	bool *seen = hyk_arena_array(r->arena, rs->n_rules + 1, sizeof(*seen));

	for (size_t i = 0; seen != NULL && d->n_rules > 0 && i < rs->catalog->n_shapes; i++) {
		const struct hyk_plan *p;

		if (rs->catalog->shapes[i].type != type)
			continue;
		for (p = hyk_ruleset_plan(rs, d->commons, &rs->catalog->shapes[i]); p != NULL; p = p->parent) {
			for (size_t k = 0; k < p->n_rules; k++) {
				const struct hyk_rule *rule = p->rules[k];
				bool in_force = d->now.s >= rule->policy->from_s && d->now.s < rule->policy->until_s;

				if (in_force && !seen[rule->number] && !has_trace(d, rule))
					r->rows[rule->number].n_false++;
				seen[rule->number] = true;
			}
		}
	}
}

static void
cover(struct run *r, const struct hyk_request *q, const struct hyk_decision *d)
{
	for (size_t i = 0; i < d->n_rules; i++) {
		struct hyk_coverage_row *row = &r->rows[d->rules[i].rule->number];

		switch (truth_of(d, &d->rules[i])) {
		case HYK_TRUE:
			row->n_true++;
			break;
		case HYK_FALSE:
			row->n_false++;
			break;
		case HYK_UNKNOWN_TRUTH:
			row->n_unknown++;
			break;
		case HYK_IN_ERROR:
			row->n_error++;
			break;
		}
	}
	cover_other_actions(r, q, d);
}

static enum hyk_status
decide_case(struct run *r, const struct hyk_scenario_case *c, struct hyk_request *request, struct hyk_decision *d,
    struct hyk_diags *diags)
{
	struct hyk_worker *w = r->worker;
	struct hyk_hooks hooks = hyk_worker_hooks(w);
	struct hyk_decide_input in = {
		.ruleset = w->snapshot->ruleset,
		.request = request,
		.caller_commons = HYK_STR(""),
		.now = hyk_clock_now(w->engine->clock),
		.hooks = &hooks,
		.workspace = w->workspace,
		.arena = r->arena,
	};
	enum hyk_status st;

	st = hyk_request_read(c->request, HYK_SEARCHED_NOTHING, true, request, diags);
	return st != HYK_OK ? st : hyk_decide(&in, d, diags);
}

static struct hyk_str
case_name(const struct hyk_scenario_case *c)
{
	return hyk_text_find(&c->name, "en");
}

static enum hyk_status
run_case(struct run *r, const struct hyk_scenario_file *file, const struct hyk_scenario_case *c)
{
	struct hyk_scenarios_result *res = r->result;
	struct hyk_decision *d = hyk_arena_alloc(r->arena, sizeof(*d));
	struct hyk_request *request = hyk_arena_alloc(r->arena, sizeof(*request));
	struct hyk_case_result *out;
	struct hyk_diags diags;
	struct hyk_buf json, why;
	enum hyk_status st;

	if (res->n_cases == r->room) {
		res->cases = hyk_arena_grow(r->arena, res->cases, res->n_cases, &r->room, sizeof(*res->cases));
		if (res->cases == NULL)
			return HYK_E_NOMEM;
	}
	if (d == NULL || request == NULL)
		return HYK_E_NOMEM;
	out = &res->cases[res->n_cases++];
	out->file = file->src->name;
	out->name = case_name(c);
	out->expected = c->expect.given;
	res->n_expecting += c->expect.given;
	hyk_buf_init(&json, 0);
	hyk_buf_init(&why, 0);
	hyk_diags_init(&diags, r->arena);
	if (c->broken)
		HYK_DIAG0(&diags, HYK_D_SCENARIO_BROKEN, c->src, c->span);
	st = c->broken ? HYK_E_INVALID : decide_case(r, c, request, d, &diags);
	if (st == HYK_OK) {
		cover(r, request, d);
		hyk_decision_write_case(&json, out->name, d);
		if (c->expect.given)
			st = compare(r, &c->expect, d, &why);
	} else if (st == HYK_E_INVALID) {
		hyk_buf_append_c(&why, c->broken ? "" : "the request is not valid: ");
		if (diags.first != NULL)
			hyk_buf_append(&why, diags.first->text[HYK_LANG_EN]);
		hyk_buf_append_c(&json, "{\"name\":");
		hyk_json_write_str(&json, out->name);
		hyk_buf_append_c(&json, ",\"error\":");
		hyk_json_write_str(&json, hyk_buf_peek(&why));
		hyk_buf_append_char(&json, '}');
		st = HYK_OK;
	}
	if (st == HYK_OK) {
		out->passed = why.n == 0;
		out->why = hyk_arena_dup(r->arena, hyk_buf_peek(&why));
		out->json = hyk_arena_dup(r->arena, hyk_buf_peek(&json));
		res->n_failed += !out->passed;
		if (json.failed || out->why.p == NULL || out->json.p == NULL)
			st = HYK_E_NOMEM;
	}
	hyk_buf_fini(&json);
	hyk_buf_fini(&why);
	return st;
}

static enum hyk_status
run_file(struct run *r, const struct hyk_scenario_file *file)
{
	for (size_t i = 0; i < file->n_cases; i++) {
		enum hyk_status st = run_case(r, file, &file->cases[i]);

		if (st != HYK_OK)
			return st;
	}
	return HYK_OK;
}

/* One wrong case keeps nobody from the results of the others. */
static enum hyk_status
run_loaded(struct run *r, enum hyk_status loaded, const struct hyk_scenario_file *file)
{
	enum hyk_status st = HYK_OK;

	if (file != NULL && (loaded == HYK_OK || loaded == HYK_E_INVALID))
		st = run_file(r, file);
	return st != HYK_OK ? st : loaded;
}

static enum hyk_status
run_path(struct run *r, struct hyk_str path, struct hyk_diags *diags)
{
	struct hyk_scenario_file *file = NULL;
	struct hyk_source *src;
	struct hyk_str text;
	enum hyk_status st = hyk_file_read(r->arena, path, HYK_SOURCE_MAX_BYTES, &text, diags);

	if (st != HYK_OK)
		return st;
	src = hyk_source_new(r->arena, path, text);
	if (src == NULL)
		return HYK_E_NOMEM;
	st = hyk_scenario_load(r->worker->snapshot->ruleset, src, r->arena, &file, diags);
	return run_loaded(r, st, file);
}

/* Scenario files of the plugins' folders. */
static enum hyk_status
run_plugin_files(struct run *r, struct hyk_diags *diags)
{
	const struct hyk_texts *texts = &r->worker->snapshot->texts;
	enum hyk_status st = HYK_OK, one;

	for (size_t i = 0; i < texts->n; i++) {
		struct hyk_scenario_file *file = NULL;

		if (!hyk_str_eq_c(texts->files[i].kind, "plugin") ||
		    hyk_str_ends_with(texts->files[i].path, HYK_STR(".lua")))
			continue;
		one = hyk_scenario_load(r->worker->snapshot->ruleset, texts->files[i].src, r->arena, &file, diags);
		one = run_loaded(r, one, file);
		if (one != HYK_OK)
			st = one;
	}
	return st;
}

enum hyk_status
hyk_scenarios_run(struct hyk_worker *w, bool own, const struct hyk_str *files, size_t n_files, struct hyk_arena *arena,
    struct hyk_scenarios_result *ret_result, struct hyk_diags *diags)
{
	const struct hyk_ruleset *rs = w->snapshot->ruleset;
	struct run r = { .worker = w, .arena = arena, .result = ret_result };
	enum hyk_status st = HYK_OK, one;
	size_t n = 0;

	*ret_result = (struct hyk_scenarios_result){ 0 };
	r.rows = hyk_arena_array(arena, rs->n_rules + 1, sizeof(*r.rows));
	if (r.rows == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < rs->n_rules; i++)
		r.rows[i].rule = rs->rules[i]->full;
	if (own) {
		for (size_t i = 0; i < rs->n_scenarios && st == HYK_OK; i++)
			st = run_file(&r, rs->scenarios[i]);
		if (st == HYK_OK)
			st = run_plugin_files(&r, diags);
	}
	for (size_t i = 0; i < n_files && (st == HYK_OK || st == HYK_E_INVALID); i++) {
		one = run_path(&r, files[i], diags);
		if (one != HYK_OK)
			st = one;
	}
	for (size_t i = 0; i < rs->n_rules; i++)
		if (rs->rules[i]->policy->commons->path.n > 0)
			r.rows[n++] = r.rows[i];
	ret_result->coverage = r.rows;
	ret_result->n_coverage = n;
	return st;
}

struct hyk_engine_size
hyk_engine_size(struct hyk_engine *e)
{
	struct hyk_snapshot *s = hyk_engine_snapshot(e);
	const struct hyk_ruleset *r = s->ruleset;
	struct hyk_engine_size size = {
		.commons = r->n_commons - 1, /* without the engine's own */
		.policies = r->n_policies,
		.rules = r->n_rules,
		.types = r->catalog->types.n,
		.plugins = r->catalog->n_plugins,
		.entities = r->n_entities,
		.scenario_files = r->n_scenarios,
	};

	for (size_t i = 0; i < r->n_policies; i++)
		if (r->policies[i]->commons->path.n == 0) { /* the engine's own */
			size.policies--;
			size.rules -= r->policies[i]->n_rules;
		}
	for (size_t i = 0; i < r->n_scenarios; i++)
		size.cases += r->scenarios[i]->n_cases;
	hyk_snapshot_unref(s);
	return size;
}

struct hyk_str
hyk_engine_top_commons(struct hyk_engine *e)
{
	const struct hyk_ruleset *r = e->snapshot->ruleset;

	return r->n_commons > 1 ? r->commons[1].path : HYK_STR("");
}
