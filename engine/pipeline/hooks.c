/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/hooks.c - the plugins' part: one hand-off with all hooks of the decision, and what their answers mean.
 *
 * What a hook should have answered and did not is a row in error: it holds
 * back a permit and never gives one.
 */
#include "pipeline/hooks.h"

#include "pipeline/run.h"

/* Bits of struct hyk_plugin.hooks as sandbox/jail.h numbers hooks; this room knows no sandbox. */
static const struct {
	enum hyk_stage stage;
	uint32_t bit;
} stages[] = {
	{ HYK_STAGE_ENRICH, 1u << 1 },
	{ HYK_STAGE_PERMIT, 1u << 2 },
	{ HYK_STAGE_LIABILITY, 1u << 3 },
};

static bool
is_known(struct hyk_value v)
{
	return v.kind != HYK_ABSENT && v.kind != HYK_UNKNOWN && v.kind != HYK_ERROR_VALUE;
}

static bool
may_read(const struct hyk_plugin *p, struct hyk_str root, struct hyk_str path)
{
	for (size_t i = 0; i < p->n_reads; i++)
		if (hyk_str_eq(p->reads[i], path) || hyk_str_eq(p->reads[i], root))
			return true;
	return false;
}

/* One root of the request, with what the plugin may read of it. */
static struct hyk_value
root_for(struct hyk_run *r, const struct hyk_plugin *p, enum hyk_root root)
{
	static const struct {
		enum hyk_root root;
		const char *name, *path;
		unsigned slot;
	} fixed[] = {
		{ HYK_SUBJECT, "id", "subject.id", HYK_SLOT_SUBJECT_ID },
		{ HYK_SUBJECT, "type", "subject.type", HYK_SLOT_SUBJECT_TYPE },
		{ HYK_RESOURCE, "id", "resource.id", HYK_SLOT_RESOURCE_ID },
		{ HYK_RESOURCE, "type", "resource.type", HYK_SLOT_RESOURCE_TYPE },
		{ HYK_ACTION, "name", "action.name", HYK_SLOT_ACTION_NAME },
	};
	struct hyk_str root_name = hyk_str_from_c(hyk_root_name(root));
	struct hyk_mapb b;

	hyk_mapb_init(&b, r->arena);
	for (size_t i = 0; i < HYK_ARRAY_LEN(fixed); i++)
		if (fixed[i].root == root && may_read(p, root_name, hyk_str_from_c(fixed[i].path)))
			(void)hyk_mapb_add_c(&b, fixed[i].name, r->w->slots[fixed[i].slot]);
	for (size_t i = 0; i < r->sheet->n_facts; i++) {
		const struct hyk_fact *f = r->sheet->facts[i];

		if (f->root == root && is_known(r->facts[i].value) && may_read(p, root_name, f->path))
			(void)hyk_mapb_add(&b, hyk_string(f->name), r->facts[i].value);
	}
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
request_for(struct hyk_run *r, const struct hyk_plugin *p)
{
	static const enum hyk_root roots[] = { HYK_SUBJECT, HYK_RESOURCE, HYK_ACTION, HYK_CONTEXT };
	struct hyk_mapb b;

	hyk_mapb_init(&b, r->arena);
	for (size_t i = 0; i < HYK_ARRAY_LEN(roots); i++)
		(void)hyk_mapb_add_c(&b, hyk_root_name(roots[i]), root_for(r, p, roots[i]));
	if (may_read(p, HYK_STR("now"), HYK_STR("now")))
		(void)hyk_mapb_add_c(&b, "now", r->w->slots[HYK_SLOT_NOW]);
	if (may_read(p, HYK_STR("tz"), HYK_STR("tz")))
		(void)hyk_mapb_add_c(&b, "tz", r->w->slots[HYK_SLOT_TZ]);
	r->no_memory |= b.failed;
	return hyk_mapb_finish(&b, NULL);
}

/* A row that only a person can settle; a permit hook that failed might have said permit, too. */
static void
fail_hook(struct hyk_run *r, const struct hyk_hook_call *c, const char *code, struct hyk_str message)
{
	struct hyk_row_source *source;
	struct hyk_settle_row *row = hyk_run_row(r, &source);

	hyk_run_fault(r, code, c->plugin->name, NULL, message);
	if (!row)
		return;
	row->effect = HYK_REQUIRE;
	row->when = HYK_IN_ERROR;
	source->plugin = c->plugin->name;
	source->code = hyk_str_from_c(code);
	if (c->stage != HYK_STAGE_PERMIT)
		return;
	row = hyk_run_row(r, &source);
	if (!row)
		return;
	row->effect = HYK_PERMIT;
	row->when = HYK_IN_ERROR;
	source->plugin = c->plugin->name;
	source->code = hyk_str_from_c(code);
}

static const char *
fault_code(struct hyk_str outcome)
{
	static const struct {
		const char *outcome, *code;
	} codes[] = {
		{ "budget", "PLUGIN_BUDGET" },
		{ "memory", "PLUGIN_MEMORY" },
		{ "deadline", "PLUGIN_TIMEOUT" },
		{ "bad-result", "PLUGIN_BAD_RESULT" },
		{ "quarantine", "PLUGIN_QUARANTINE" },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(codes); i++)
		if (hyk_str_eq_c(outcome, codes[i].outcome))
			return codes[i].code;
	return "PLUGIN_ERROR";
}

static void
bad_result(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_str message)
{
	r->no_memory |= !message.p;
	fail_hook(r, c, "PLUGIN_BAD_RESULT", message);
}

/* ---- enrich ---- */

/* The fact an enrich hook names: a path, or a name that one fact of the sheet with source "hook" has. */
static size_t
find_hook_fact(const struct hyk_run *r, struct hyk_str name)
{
	size_t i = hyk_sheet_find_path(r->sheet, name);

	for (unsigned root = 0; i == SIZE_MAX && root < HYK_N_ROOTS; root++) {
		i = hyk_sheet_find(r->sheet, (enum hyk_root)root, name);
		if (i != SIZE_MAX && r->sheet->facts[i]->source != HYK_FROM_HOOK)
			i = SIZE_MAX;
	}
	return i != SIZE_MAX && r->sheet->facts[i]->source == HYK_FROM_HOOK ? i : SIZE_MAX;
}

static bool
take_enriched(struct hyk_run *r, const struct hyk_hook_call *c, const struct hyk_ventry *e, bool scenario_given)
{
	struct hyk_misfit why = { 0 };
	struct hyk_value v;
	size_t i = e->key.kind == HYK_STRING ? find_hook_fact(r, hyk_value_str(e->key)) : SIZE_MAX;

	if (i == SIZE_MAX) {
		struct hyk_str key = e->key.kind == HYK_STRING ? hyk_value_str(e->key) : HYK_STR("?");

		bad_result(r, c, hyk_arena_printf(r->arena, "'%.*s' is not declared with source = \"hook\"",
		    HYK_STR_ARG(key)));
		return false;
	}
	if (scenario_given && r->given[i])
		return true;
	if (!hyk_run_fit(r, r->sheet->facts[i]->type, &r->sheet->facts[i]->bounds, e->value, &v, &why)) {
		bad_result(r, c, hyk_arena_printf(r->arena, "%.*s: %.*s", HYK_STR_ARG(r->sheet->facts[i]->path),
		    HYK_STR_ARG(why.en)));
		return false;
	}
	hyk_run_put(r, i, v, r->sheet->facts[i]->assurance, HYK_FROM_HOOK);
	return true;
}

static bool
take_facts(struct hyk_run *r, const struct hyk_hook_call *c)
{
	struct hyk_value a = c->answer;

	if (a.kind == HYK_NULL)
		return true;
	if (a.kind != HYK_MAP) {
		bad_result(r, c, HYK_STR("enrich must give a table of facts"));
		return false;
	}
	/* One fault a call, as of the other hooks: a replay goes by their number. */
	for (uint32_t i = 0; i < a.as.map->n; i++)
		if (!take_enriched(r, c, &a.as.map->entries[i], r->request->as_scenario))
			return false;
	return true;
}

/* Which facts the failed hook would have given nobody knows, so all that nobody gave are in error. */
static void
fail_hook_facts(struct hyk_run *r)
{
	for (size_t i = 0; i < r->sheet->n_facts; i++) {
		const struct hyk_fact *f = r->sheet->facts[i];
		struct hyk_verror *e;

		if (f->source != HYK_FROM_HOOK || r->given[i])
			continue;
		e = hyk_arena_alloc(r->arena, sizeof(*e));
		if (!e) {
			r->no_memory = true;
			return;
		}
		*e = (struct hyk_verror){ .text = HYK_STR("the plugin that gives this fact failed"), .slot = f->slot };
		r->facts[i].value = (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = e };
		r->facts[i].is_default = false;
		r->w->slots[f->slot] = r->facts[i].value;
	}
}

void
hyk_run_hooks(struct hyk_run *r)
{
	const struct hyk_asset_type *t = r->shape->type;
	struct hyk_hook_call *calls;
	bool enriched = true;
	size_t n = 0;

	if (t->n_hooked == 0)
		return;
	calls = hyk_arena_array(r->arena, t->n_hooked * HYK_ARRAY_LEN(stages), sizeof(*calls));
	if (!calls) {
		r->no_memory = true;
		return;
	}
	for (size_t s = 0; s < HYK_ARRAY_LEN(stages); s++)
		for (size_t i = 0; i < t->n_hooked; i++)
			if (t->hooked[i]->hooks & stages[s].bit)
				calls[n++] = (struct hyk_hook_call){ .plugin = t->hooked[i],
					.stage = stages[s].stage,
					.request = request_for(r, t->hooked[i]),
					.outcome = HYK_STR("error"),
					.message = HYK_STR("no plugin runs here") };
	if (n == 0 || r->no_memory)
		return;
	if (r->in->hooks)
		r->in->hooks->run(r->in->hooks->self, calls, n, r->arena);
	for (size_t i = 0; i < n; i++) {
		if (!calls[i].ok) {
			fail_hook(r, &calls[i], fault_code(calls[i].outcome), calls[i].message);
			enriched &= calls[i].stage != HYK_STAGE_ENRICH;
		} else if (calls[i].stage == HYK_STAGE_ENRICH) {
			enriched &= take_facts(r, &calls[i]);
		} else {
			struct hyk_str bad = hyk_run_verdicts(r, &calls[i]);

			if (bad.n)
				bad_result(r, &calls[i], bad);
		}
	}
	if (!enriched)
		fail_hook_facts(r);
}
