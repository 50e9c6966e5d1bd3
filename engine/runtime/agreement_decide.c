/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement_decide.c - an agreement's decision made again: under the ruleset it is pinned to, on what its caller
 * gave then and since, and on what registry and records say now.
 */
#include "agreement/duty.h"
#include "runtime/agreement_impl.h"
#include "runtime/records.h"

enum hyk_status
hyk_work_pin(struct hyk_agreement_work *k, uint64_t ruleset)
{
	struct hyk_worker *w = k->worker;
	enum hyk_status st = hyk_engine_snapshot_of(w->engine, w->reader, ruleset, &k->snapshot, &k->diags);

	if (st == HYK_OK)
		st = hyk_worker_jail_of(w, k->snapshot, &k->jail, &k->diags);
	return st;
}

/* ---- facts ---- */

static enum hyk_root
root_of(struct hyk_str path, struct hyk_str *ret_name)
{
	for (unsigned root = 0; root < HYK_N_ROOTS; root++) {
		struct hyk_str name = hyk_str_from_c(hyk_root_name((enum hyk_root)root));

		if (path.n > name.n + 1 && hyk_str_starts_with(path, name) && path.p[name.n] == '.') {
			*ret_name = hyk_str_make(path.p + name.n + 1, path.n - name.n - 1);
			return (enum hyk_root)root;
		}
	}
	return HYK_N_ROOTS;
}

static enum hyk_status
build_request(struct hyk_agreement_work *k, struct hyk_request *q)
{
	const struct hyk_agreement *a = &k->a;
	struct hyk_mapb parts[HYK_N_ROOTS];
	bool ok = true;

	*q = (struct hyk_request){ .subject_type = a->subject_type,
		.subject_id = a->subject_id,
		.action_name = a->action,
		.resource_type = a->resource_type,
		.resource_id = a->resource_id,
		.declared = hyk_null(),
		.known = a->known };
	for (unsigned i = 0; i < HYK_N_ROOTS; i++)
		hyk_mapb_init(&parts[i], k->arena);
	for (uint32_t i = 0; a->facts.kind == HYK_MAP && i < a->facts.as.map->n; i++) {
		struct hyk_str name = { NULL, 0 };
		enum hyk_root root = root_of(hyk_value_str(a->facts.as.map->entries[i].key), &name);

		if (root != HYK_N_ROOTS)
			ok &= hyk_mapb_add(&parts[root], hyk_string(name), a->facts.as.map->entries[i].value);
	}
	for (unsigned i = 0; i < HYK_N_ROOTS; i++) {
		q->properties[i] = hyk_mapb_finish(&parts[i], NULL);
		ok &= q->properties[i].kind == HYK_MAP;
	}
	if (q->known.kind != HYK_MAP) {
		struct hyk_mapb none;

		hyk_mapb_init(&none, k->arena);
		q->known = hyk_mapb_finish(&none, NULL);
	}
	return ok ? hyk_request_mend(k->arena, k->snapshot->ruleset->catalog, q) : HYK_E_NOMEM;
}

enum hyk_status
hyk_work_facts(struct hyk_agreement_work *k, struct hyk_value facts, const char *known, bool proofs)
{
	struct hyk_request q;
	enum hyk_status st = build_request(k, &q);

	if (st != HYK_OK || facts.kind == HYK_NULL)
		return st;
	if (facts.kind != HYK_MAP) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_MEMBER, NULL, HYK_NO_SPAN, HYK_STR("facts"),
		    HYK_STR("{\"subject.age\": 20, ...}"));
		return HYK_E_INVALID;
	}
	for (uint32_t i = 0; i < facts.as.map->n; i++) {
		struct hyk_str path = hyk_value_str(facts.as.map->entries[i].key), name = { NULL, 0 };
		enum hyk_root root = root_of(path, &name);
		const struct hyk_fact *f = root == HYK_N_ROOTS
		    ? NULL
		    : hyk_request_fact(k->snapshot->ruleset->catalog, &q, root, name);
		struct hyk_str z = f != NULL ? hyk_arena_dup(k->arena, f->path) : (struct hyk_str){ NULL, 0 };

		/*
		 * What the use is stays what was agreed on; what the engine knows itself is nobody's to say, and what a
		 * person decides has events of its own.
		 */
		if (f == NULL || f->source != HYK_FROM_CALLER || hyk_str_eq_c(path, "context.start") ||
		    hyk_str_eq_c(path, "context.end") || f->proof == HYK_PROOF_HUMAN_DECISION ||
		    (proofs && f->proof == HYK_PROOF_NONE)) {
			HYK_DIAG(&k->diags, HYK_D_AGREEMENT_FACT, NULL, HYK_NO_SPAN, path);
			return HYK_E_INVALID;
		}
		if (z.p == NULL)
			return HYK_E_NOMEM;
		k->a.facts = hyk_with(k->arena, k->a.facts, z.p, facts.as.map->entries[i].value);
		k->a.known = hyk_with(k->arena, k->a.known, z.p, hyk_string(hyk_str_from_c(known)));
	}
	return k->a.facts.kind == HYK_MAP && k->a.known.kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

/* ---- deciding ---- */

/* The hooks of the pinned ruleset's jail, which need not be the worker's own. */
static void
run_pinned(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena)
{
	struct hyk_agreement_work *k = self;

	hyk_worker_ask(k->worker, k->jail, calls, n, arena);
}

static struct hyk_value
reasons_value(struct hyk_agreement_work *k, const struct hyk_decision *d)
{
	struct hyk_value *items = hyk_arena_array(k->arena, d->n_reasons + 1, sizeof(*items));

	if (items == NULL)
		return (struct hyk_value){ .kind = HYK_ERROR_VALUE };
	for (size_t i = 0; i < d->n_reasons; i++) {
		struct hyk_str s = d->reasons[i].rule != NULL ? d->reasons[i].rule->full : d->reasons[i].code;

		items[i] = hyk_string(s);
	}
	return hyk_list(k->arena, items, (uint32_t)d->n_reasons);
}

static struct hyk_value
needs_value(struct hyk_agreement_work *k, const struct hyk_decision *d)
{
	struct hyk_value *items = hyk_arena_array(k->arena, d->n_needs + 1, sizeof(*items));

	if (items == NULL)
		return (struct hyk_value){ .kind = HYK_ERROR_VALUE };
	for (size_t i = 0; i < d->n_needs; i++) {
		const struct hyk_need *n = &d->needs[i];
		struct hyk_mapb b;

		hyk_mapb_init(&b, k->arena);
		(void)hyk_mapb_add_c(&b, "kind", hyk_string(n->kind));
		(void)hyk_mapb_add_c(&b, "id", hyk_string(n->id));
		(void)hyk_mapb_add_c(&b, "fact", hyk_string(n->fact));
		(void)hyk_mapb_add_c(&b, "by", hyk_string(n->by));
		items[i] = hyk_mapb_finish(&b, NULL);
	}
	return hyk_list(k->arena, items, (uint32_t)d->n_needs);
}

static enum hyk_status
put_decision(struct hyk_agreement_work *k, const struct hyk_request *q, struct hyk_decision *d)
{
	struct hyk_caller caller = { 0 };
	enum hyk_status st;

	if (!hyk_worker_ulid(k->worker, k->now, d->id))
		return HYK_E_IO;
	/* In the name of the token that opened the agreement, so that whoever may read that may read this. */
	snprintf(caller.name, sizeof(caller.name), "%.*s", HYK_STR_ARG(k->a.caller));
	st = hyk_decision_record(
	    q, d, &caller, k->worker->engine->options.dev, k->arena, &k->records[k->n_records]);
	if (st != HYK_OK)
		return st;
	k->a.decided = hyk_arena_dup(k->arena, hyk_str_from_c(d->id));
	k->records[k->n_records++].id = k->a.decided; /* the decision is gone before its record is written */
	k->a.reasons = reasons_value(k, d);
	k->a.needs = needs_value(k, d);
	if (k->a.decided.p == NULL || k->a.reasons.kind != HYK_LIST || k->a.needs.kind != HYK_LIST)
		return HYK_E_NOMEM;
	return hyk_duties_of_decision(&k->a, d, k->snapshot->ruleset->catalog, k->arena, &k->diags);
}

/* Under one ruleset and its jail. */
static enum hyk_status
decide_under(struct hyk_agreement_work *k, const struct hyk_snapshot *s, const struct hyk_hooks *hooks,
    const struct hyk_request *q, struct hyk_decision *ret_d)
{
	struct hyk_records records = { .worker = k->worker, .ruleset = s->ruleset, .except = k->a.id };
	struct hyk_record_facts on_record = hyk_records_facts(&records);
	struct hyk_entities entities = hyk_snapshot_entities(s);
	struct hyk_decide_input in = {
		.ruleset = s->ruleset,
		.request = q,
		.caller_commons = k->a.commons,
		.now = k->now,
		.hooks = hooks,
		.entities = &entities,
		.records = &on_record,
		.workspace = k->worker->workspace,
		.arena = k->arena,
	};

	return hyk_decide(&in, ret_d, &k->diags);
}

static bool
is_of_safety(const struct hyk_rule *rule)
{
	return rule != NULL && rule->policy->safety;
}

static bool
speaks_safety(const struct hyk_decision *d)
{
	for (size_t i = 0; i < d->n_reasons; i++)
		if (is_of_safety(d->reasons[i].rule))
			return true;
	for (size_t i = 0; i < d->n_needs; i++)
		if (is_of_safety(d->needs[i].rule))
			return true;
	return false;
}

/* The rules of its day hold for an agreement to its end, but for policies of safety: those hold as they are today. */
static enum hyk_status
heed_safety(struct hyk_agreement_work *k, const struct hyk_request *q, struct hyk_decision *d)
{
	const struct hyk_snapshot *today = k->worker->snapshot;
	struct hyk_hooks own = hyk_worker_hooks(k->worker);
	struct hyk_decision now;
	enum hyk_status st;

	if (today->ruleset->version == k->snapshot->ruleset->version)
		return HYK_OK;
	st = decide_under(k, today, &own, q, &now);
	if (st == HYK_OK && now.outcome < d->outcome && speaks_safety(&now))
		*d = now;
	return st;
}

enum hyk_status
hyk_work_decide(struct hyk_agreement_work *k, bool record, struct hyk_decision *ret_d)
{
	struct hyk_request *q = hyk_arena_alloc(k->arena, sizeof(*q));
	struct hyk_hooks hooks = { k, run_pinned };
	enum hyk_status st;

	if (q == NULL)
		return HYK_E_NOMEM;
	st = build_request(k, q);
	if (st == HYK_OK)
		st = decide_under(k, k->snapshot, &hooks, q, ret_d);
	if (st == HYK_OK)
		st = heed_safety(k, q, ret_d);
	if (st == HYK_OK && record)
		st = put_decision(k, q, ret_d);
	return st;
}
