/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/manifest_workflow.c - the form of a workflow in a manifest: after it every member has its kind, so that
 * policy/workflow.c need look at names only.
 */
#include "sandbox/manifest_read.h"

static const struct hyk_part workflow_parts[] = {
	{ "initial", HYK_PART_TEXT, false },
	{ "states", HYK_PART_MAP, false },
	{ "transitions", HYK_PART_LIST, false },
	{ "timers", HYK_PART_MAP, false },
	{ "line", HYK_PART_INT, false },
};
static const struct hyk_part state_parts[] = {
	{ "title", HYK_PART_ANY, false },
	{ "final", HYK_PART_BOOL, false },
	{ "holds", HYK_PART_BOOL, false },
};
static const struct hyk_part transition_parts[] = {
	{ "from", HYK_PART_TEXT, true },
	{ "event", HYK_PART_TEXT, true },
	{ "to", HYK_PART_TEXT, false },
	{ "actor", HYK_PART_TEXT, false },
	{ "title", HYK_PART_ANY, false },
	{ "decision", HYK_PART_TEXT, false },
	{ "reason", HYK_PART_BOOL, false },
	{ "once", HYK_PART_BOOL, false },
	{ "evidence", HYK_PART_MAP, false },
};

/* A map from names to tables, each of which has these parts. */
static void
check_tables(struct hyk_reading *r, struct hyk_value w, const char *list, const struct hyk_part *parts, size_t n,
    uint32_t line)
{
	const struct hyk_value *v = hyk_value_get(w, list);

	for (uint32_t i = 0; v && v->kind == HYK_MAP && i < v->as.map->n; i++) {
		struct hyk_str name = hyk_reading_printable(r->arena, hyk_value_str(v->as.map->entries[i].key));
		struct hyk_str what = hyk_arena_printf(r->arena, "workflow.%s '%.*s'", list, HYK_STR_ARG(name));

		if (v->as.map->entries[i].value.kind != HYK_MAP)
			hyk_reading_wrong_part(r, hyk_str_from_c(list), name, HYK_STR("a table with names"), line);
		else
			hyk_reading_check_parts(r, what, v->as.map->entries[i].value, parts, n, line);
	}
}

/* A map from names to texts, or to whole numbers from 1 to 100. */
static void
check_map(struct hyk_reading *r, struct hyk_str what, struct hyk_value v, bool numbers, uint32_t line)
{
	for (uint32_t i = 0; i < v.as.map->n; i++) {
		const struct hyk_value *one = &v.as.map->entries[i].value;
		struct hyk_str name = hyk_reading_printable(r->arena, hyk_value_str(v.as.map->entries[i].key));
		bool ok = numbers ? one->kind == HYK_INT && one->as.i >= 1 && one->as.i <= 100
				  : one->kind == HYK_STRING && one->n > 0 && one->n <= 32;

		if (!ok)
			hyk_reading_wrong_part(r, what, name,
			    numbers ? HYK_STR("a number from 1 to 100") : HYK_STR("a duration like \"48h\""), line);
	}
}

static void
check_transitions(struct hyk_reading *r, struct hyk_value w, uint32_t line)
{
	const struct hyk_value *list = hyk_value_get(w, "transitions");

	for (uint32_t i = 0; list && list->kind == HYK_LIST && i < list->as.list->n; i++) {
		struct hyk_value row = list->as.list->items[i];
		const struct hyk_value *evidence;
		struct hyk_str what = hyk_arena_printf(r->arena, "workflow.transitions[%u]", i + 1);

		if (row.kind != HYK_MAP) {
			hyk_reading_wrong_part(r, HYK_STR("workflow"), what, HYK_STR("a table with names"), line);
			continue;
		}
		hyk_reading_check_parts(r, what, row, transition_parts, HYK_ARRAY_LEN(transition_parts), line);
		evidence = hyk_value_get(row, "evidence");
		if (evidence && evidence->kind == HYK_MAP)
			check_map(r, what, *evidence, true, line);
	}
}

static void
check_timers(struct hyk_reading *r, struct hyk_value w, uint32_t line)
{
	const struct hyk_value *timers = hyk_value_get(w, "timers");

	for (uint32_t i = 0; timers && timers->kind == HYK_MAP && i < timers->as.map->n; i++) {
		struct hyk_str name = hyk_reading_printable(r->arena, hyk_value_str(timers->as.map->entries[i].key));
		struct hyk_value one = timers->as.map->entries[i].value;

		if (one.kind != HYK_MAP || one.as.map->n == 0)
			hyk_reading_wrong_part(
			    r, HYK_STR("workflow.timers"), name, HYK_STR("a table like { entered = \"48h\" }"), line);
		else
			check_map(r, hyk_arena_printf(r->arena, "workflow.timers '%.*s'", HYK_STR_ARG(name)), one, false,
			    line);
	}
}

void
hyk_reading_check_workflow(struct hyk_reading *r, struct hyk_value v, uint32_t line)
{
	const struct hyk_value *at = hyk_value_get(v, "line");

	if (at && at->kind == HYK_INT && at->as.i > 0 && at->as.i < 1000000)
		line = (uint32_t)at->as.i;
	hyk_reading_check_parts(
	    r, HYK_STR("workflow { ... }"), v, workflow_parts, HYK_ARRAY_LEN(workflow_parts), line);
	check_tables(r, v, "states", state_parts, HYK_ARRAY_LEN(state_parts), line);
	check_transitions(r, v, line);
	check_timers(r, v, line);
}
