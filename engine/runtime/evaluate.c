/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/evaluate.c - AuthZEN's evaluation and evaluations: body to decisions, decisions to answer.
 * AuthZEN Authorization API 1.0 (OpenID Foundation), "Access Evaluation API" and "Access Evaluations API".
 *
 * A batch is decided under one ruleset at one moment and recorded in one transaction. Its top-level
 * subject, action, resource and context are defaults that an item replaces as whole objects.
 */
#include "base/buf.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

enum semantic { EXECUTE_ALL, DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT };

static const char *const inherited[] = { "subject", "action", "resource", "context" };
static const char *const ours[] = { "dry_run", "as_scenario", "now", "commons", "declared" };

static bool
fail_memory(struct hyk_exchange *x)
{
	hyk_exchange_fail_status(x, HYK_E_NOMEM, NULL);
	return true;
}

/* What went wrong with one evaluation, kept with it. */
static void
item_fail(struct hyk_item *item, const struct hyk_diags *diags, const char *code, struct hyk_str en, struct hyk_str ko)
{
	struct hyk_diag_info info;

	item->bad = true;
	item->code = code;
	item->why[HYK_LANG_EN] = en;
	item->why[HYK_LANG_KO] = ko;
	if (diags != NULL && diags->first != NULL) {
		item->why[HYK_LANG_EN] = diags->first->text[HYK_LANG_EN];
		item->why[HYK_LANG_KO] = diags->first->text[HYK_LANG_KO];
		if (hyk_diag_info(diags->first->id, &info))
			item->code = info.name;
	}
}

/* Without a state there is nothing to record: every question is a dry run. */
static bool
as_dry_run(struct hyk_arena *arena, struct hyk_value *v)
{
	struct hyk_mapb b;

	if (v->kind != HYK_MAP)
		return true;
	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; i < v->as.map->n; i++) {
		struct hyk_value key = v->as.map->entries[i].key;

		if (!hyk_str_eq_c(hyk_value_str(key), "dry_run") && !hyk_mapb_add(&b, key, v->as.map->entries[i].value))
			return false;
	}
	if (!hyk_mapb_add_c(&b, "dry_run", hyk_bool(true)))
		return false;
	*v = hyk_mapb_finish(&b, NULL);
	return v->kind == HYK_MAP;
}

/* Reads the question that v asks into request and *ret_in; HYK_E_DENIED: it may not ask it. */
static enum hyk_status
question_of(struct hyk_exchange *x, struct hyk_value v, struct hyk_time now, const struct hyk_hooks *hooks,
    struct hyk_request *request, struct hyk_decide_input *ret_in, struct hyk_diags *diags)
{
	struct hyk_exchange_state *st = x->state;
	enum hyk_status s;

	if (request == NULL || (st->decider->engine->ledger == NULL && !as_dry_run(&st->arena, &v)))
		return HYK_E_NOMEM;
	s = hyk_request_read(v, HYK_SEARCHED_NOTHING, (x->caller.rights & HYK_RIGHT_DRY_RUN) != 0, request, diags);
	if (s != HYK_OK)
		return s;
	if (!request->dry_run && (x->caller.rights & HYK_RIGHT_DECIDE) == 0)
		return HYK_E_DENIED;
	*ret_in = hyk_exchange_question(x, request, now, hooks);
	return HYK_OK;
}

/*
 * Decides one evaluation. HYK_OK: item is decided, and its record stands in the batch unless it is a dry run.
 * HYK_E_INVALID and HYK_E_DENIED: diags say why. Others: the engine could not.
 */
static enum hyk_status
decide_one(struct hyk_exchange *x, struct hyk_value v, struct hyk_time now, struct hyk_item *item,
    struct hyk_diags *diags)
{
	struct hyk_exchange_state *st = x->state;
	struct hyk_worker *w = st->decider;
	struct hyk_engine *e = w->engine;
	struct hyk_request *request = hyk_arena_alloc(&st->arena, sizeof(*request));
	struct hyk_hooks hooks = hyk_worker_hooks(w);
	struct hyk_decide_input in;
	enum hyk_status s = question_of(x, v, now, st->hooks != NULL ? st->hooks : &hooks, request, &in, diags);

	if (s != HYK_OK)
		return s;
	in.trace = x->trace && request->dry_run;
	s = hyk_decide(&in, &item->decision, diags);
	if (s != HYK_OK)
		return s;
	item->decision.dev = e->options.dev;
	item->record = SIZE_MAX;
	if (request->dry_run) {
		hyk_engine_count(e, HYK_COUNT_DRY_RUN);
		return HYK_OK;
	}
	switch (item->decision.outcome) {
	case HYK_OUTCOME_PERMIT:
		hyk_engine_count(e, HYK_COUNT_PERMIT);
		break;
	case HYK_OUTCOME_CONDITIONAL:
		hyk_engine_count(e, HYK_COUNT_CONDITIONAL);
		break;
	case HYK_OUTCOME_DENY:
		hyk_engine_count(e, HYK_COUNT_DENY);
		break;
	}
	if (item->decision.n_faults > 0)
		hyk_engine_count(e, HYK_COUNT_FAULT);
	if (!hyk_worker_ulid(w, now, item->decision.id))
		return HYK_E_IO;
	s = hyk_decision_record(request, &item->decision, &x->caller, e->options.dev, &st->arena,
	    &st->batch.records[st->batch.n]);
	if (s == HYK_OK)
		item->record = st->batch.n++;
	return s;
}

static bool
fail_status(struct hyk_exchange *x, enum hyk_status s, const struct hyk_diags *diags)
{
	hyk_exchange_fail_status(x, s, diags);
	return true;
}

static void
write_item(struct hyk_exchange *x, const struct hyk_item *item)
{
	struct hyk_exchange_state *st = x->state;

	if (item->bad) {
		hyk_buf_append_c(&x->answer, "{\"decision\":false,\"context\":{\"error\":{\"status\":400,\"code\":");
		hyk_json_write_str(&x->answer, hyk_str_from_c(item->code));
		hyk_buf_append_c(&x->answer, ",\"message\":");
		hyk_json_write_str(&x->answer, item->why[HYK_LANG_EN]);
		hyk_buf_append_c(&x->answer, ",\"text\":{\"ko\":");
		hyk_json_write_str(&x->answer, item->why[HYK_LANG_KO]);
		hyk_buf_append_c(&x->answer, ",\"en\":");
		hyk_json_write_str(&x->answer, item->why[HYK_LANG_EN]);
		hyk_buf_append_c(&x->answer, "}}}}");
		return;
	}
	if (x->trace && item->decision.dry_run) {
		hyk_decision_write_trace(&x->answer, &item->decision);
		return;
	}
	hyk_decision_write_open(&x->answer, &item->decision);
	if (item->record == SIZE_MAX) {
		hyk_decision_write_close(&x->answer, NULL, NULL);
	} else {
		const struct hyk_store_record *r = &st->batch.records[item->record];

		hyk_decision_write_close(&x->answer, &r->index, r->leaf_hash);
	}
}

void
hyk_evaluate_finish(struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;

	if (st->batch.n > 0)
		hyk_commit_log(st->worker->engine, st->committed);
	if (st->committed != HYK_OK) {
		hyk_commit_fail(x);
		return;
	}
	if (st->many) {
		hyk_buf_append_c(&x->answer, "{\"evaluations\":[");
		for (size_t i = 0; i < st->n_items; i++) {
			if (i > 0)
				hyk_buf_append_char(&x->answer, ',');
			write_item(x, &st->items[i]);
		}
		hyk_buf_append_c(&x->answer, "]}");
	} else {
		write_item(x, &st->items[0]);
	}
	if (x->answer.failed) {
		(void)fail_memory(x);
		return;
	}
	x->status = 200;
}

/* One evaluation of a batch: its own members, and what the top level gives for those it lacks. */
static bool
merge_item(struct hyk_arena *arena, struct hyk_value top, struct hyk_value item, struct hyk_value *ret_v)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; i < item.as.map->n; i++)
		if (!hyk_mapb_add(&b, item.as.map->entries[i].key, item.as.map->entries[i].value))
			return false;
	for (size_t i = 0; i < HYK_ARRAY_LEN(inherited); i++) {
		const struct hyk_value *v = hyk_value_get(top, inherited[i]);

		if (v != NULL && hyk_value_get(item, inherited[i]) == NULL && !hyk_mapb_add_c(&b, inherited[i], *v))
			return false;
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(ours); i++) {
		const struct hyk_value *v = hyk_value_get(top, ours[i]);

		if (v != NULL && hyk_value_get(item, ours[i]) == NULL && !hyk_mapb_add_c(&b, ours[i], *v))
			return false;
	}
	*ret_v = hyk_mapb_finish(&b, NULL);
	return ret_v->kind == HYK_MAP;
}

static bool
read_semantic(struct hyk_exchange *x, struct hyk_value body, enum semantic *ret_semantic)
{
	const struct hyk_value *options = hyk_value_get(body, "options");
	const struct hyk_value *v = options == NULL ? NULL : hyk_value_get(*options, "evaluations_semantic");
	static const struct {
		const char *name;
		enum semantic s;
	} names[] = { { "execute_all", EXECUTE_ALL }, { "deny_on_first_deny", DENY_ON_FIRST_DENY },
		{ "permit_on_first_permit", PERMIT_ON_FIRST_PERMIT } };

	*ret_semantic = EXECUTE_ALL;
	if (v == NULL)
		return true;
	if (v->kind == HYK_STRING)
		for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++)
			if (hyk_str_eq_c(hyk_value_str(*v), names[i].name)) {
				*ret_semantic = names[i].s;
				return true;
			}
	hyk_exchange_fail(x, 400, "BAD_SEMANTIC",
	    "options.evaluations_semantic is execute_all, deny_on_first_deny or permit_on_first_permit",
	    "options.evaluations_semantic은 execute_all, deny_on_first_deny, permit_on_first_permit 중 하나입니다", NULL);
	return false;
}

/* What is asked to leave no record leaves none: an item may not record in a batch that is a dry run. */
static bool
contradicts(struct hyk_value top, struct hyk_value item)
{
	const struct hyk_value *all = hyk_value_get(top, "dry_run"), *own = hyk_value_get(item, "dry_run");

	return all != NULL && own != NULL && all->kind == HYK_BOOL && all->as.b && own->kind == HYK_BOOL && !own->as.b;
}

static bool
has_hooks(const struct hyk_snapshot *s, const struct hyk_request *r)
{
	const struct hyk_asset_type *t = hyk_catalog_find_type(s->ruleset->catalog, r->resource_type);

	return t != NULL && t->n_hooked > 0;
}

/* All hooks of the batch in one hand-off. What goes wrong here goes wrong again where it is told. */
static void
ask_ahead(struct hyk_exchange *x, struct hyk_value body, const struct hyk_vlist *list, struct hyk_time now,
    struct hyk_hooks_ahead *ahead)
{
	struct hyk_exchange_state *st = x->state;

	hyk_hooks_ahead_init(ahead, st->decider, &st->arena);
	for (uint32_t i = 0; i < list->n; i++) {
		struct hyk_request *request = hyk_arena_alloc(&st->arena, sizeof(*request));
		struct hyk_decision ignored = { 0 };
		struct hyk_decide_input in;
		struct hyk_value v;

		if (list->items[i].kind != HYK_MAP || !merge_item(&st->arena, body, list->items[i], &v) ||
		    question_of(x, v, now, &ahead->hooks, request, &in, NULL) != HYK_OK ||
		    !has_hooks(st->decider->snapshot, request))
			continue;
		if (hyk_decide(&in, &ignored, NULL) != HYK_OK)
			ahead->failed = true;
	}
	hyk_hooks_ahead_ask(ahead);
	st->hooks = &ahead->hooks;
}

static bool
start_many(struct hyk_exchange *x, struct hyk_value body, const struct hyk_vlist *list, struct hyk_time now)
{
	struct hyk_exchange_state *st = x->state;
	struct hyk_hooks_ahead *ahead;
	enum semantic semantic;

	if (!read_semantic(x, body, &semantic))
		return true;
	if (list->n > HYK_MAX_BATCH) {
		hyk_exchange_fail(x, 400, "BATCH_TOO_LARGE", "a batch has at most 100 evaluations",
		    "한 번에 100건까지 물을 수 있습니다", NULL);
		return true;
	}
	st->many = true;
	st->items = hyk_arena_array(&st->arena, list->n, sizeof(*st->items));
	st->batch.records = hyk_arena_array(&st->arena, list->n, sizeof(*st->batch.records));
	ahead = hyk_arena_alloc(&st->arena, sizeof(*ahead));
	if (st->items == NULL || st->batch.records == NULL || ahead == NULL)
		return fail_memory(x);
	/* With the other semantics most of it may never be asked. */
	if (semantic == EXECUTE_ALL && list->n > 1 && st->decider->jail != NULL)
		ask_ahead(x, body, list, now, ahead);
	for (uint32_t i = 0; i < list->n; i++) {
		struct hyk_item *item = &st->items[i];
		struct hyk_diags diags;
		struct hyk_value v;
		bool permit;
		enum hyk_status s;

		hyk_diags_init(&diags, &st->arena);
		st->n_items = i + 1;
		if (list->items[i].kind != HYK_MAP) {
			item_fail(item, NULL, "INVALID_REQUEST", HYK_STR("an evaluation is a JSON object"),
			    HYK_STR("평가 하나하나는 JSON 객체여야 합니다"));
		} else if (contradicts(body, list->items[i])) {
			item_fail(item, NULL, "DRY_RUN_CONTRADICTED", HYK_STR("the batch is a dry run, so this item cannot be recorded"),
			    HYK_STR("이 묶음은 연습이므로 이 항목을 기록할 수 없습니다"));
		} else {
			if (!merge_item(&st->arena, body, list->items[i], &v))
				return fail_memory(x);
			s = decide_one(x, v, now, item, &diags);
			if (s == HYK_E_INVALID || s == HYK_E_DENIED)
				item_fail(item, &diags, "INVALID_REQUEST", HYK_STR("the evaluation is not valid"),
				    HYK_STR("요청이 올바르지 않습니다"));
			else if (s != HYK_OK)
				return fail_status(x, s, &diags);
		}
		permit = !item->bad && item->decision.outcome == HYK_OUTCOME_PERMIT;
		if ((semantic == DENY_ON_FIRST_DENY && !permit) || (semantic == PERMIT_ON_FIRST_PERMIT && permit))
			break;
	}
	if (st->batch.n > 0)
		return false;
	hyk_evaluate_finish(x);
	return true;
}

bool
hyk_evaluate_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;
	struct hyk_diags diags;
	struct hyk_value body;
	struct hyk_time now = hyk_clock_now(w->engine->clock);
	enum hyk_status s;

	st->batch.n = 0;
	hyk_diags_init(&diags, &st->arena);
	if (!hyk_exchange_body(x, &body))
		return true;
	if (x->op == HYK_OP_EVALUATE_MANY) {
		const struct hyk_value *list = hyk_value_get(body, "evaluations");

		if (list != NULL && list->kind != HYK_LIST) {
			hyk_exchange_fail(x, 400, "NOT_A_LIST", "'evaluations' is a list", "'evaluations'는 목록이어야 합니다",
			    NULL);
			return true;
		}
		if (list != NULL && list->as.list->n > 0)
			return start_many(x, body, list->as.list, now);
	}
	st->items = hyk_arena_alloc(&st->arena, sizeof(*st->items));
	st->batch.records = hyk_arena_alloc(&st->arena, sizeof(*st->batch.records));
	if (st->items == NULL || st->batch.records == NULL)
		return fail_memory(x);
	st->n_items = 1;
	s = decide_one(x, body, now, &st->items[0], &diags);
	if (s != HYK_OK)
		return fail_status(x, s, &diags);
	if (st->batch.n > 0)
		return false;
	hyk_evaluate_finish(x);
	return true;
}
