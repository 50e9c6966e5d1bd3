/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement_open.c - an agreement out of a recorded decision.
 *
 * It has the id of its decision: so a decision is used once, whatever is sent how often. Whose decision it is, and that
 * it is neither denied nor expired, is read from the record, never from the request.
 */
#include "agreement/duty.h"
#include "base/digest.h"
#include "ledger/record.h"
#include "runtime/agreement_impl.h"
#include "value/json.h"

static enum hyk_status
no_such(struct hyk_refusal *r)
{
	*r = (struct hyk_refusal){ 404, "NO_SUCH_DECISION", "there is no decision of this id for you",
		"이 번호의 결정이 없습니다" };
	return HYK_E_NOT_FOUND;
}

/* The decision's record, if the caller may use it. */
static enum hyk_status
find_decision(struct hyk_agreement_work *k, const struct hyk_caller *caller, struct hyk_store_record *record,
    struct hyk_value *ret_leaf, struct hyk_value *ret_request, struct hyk_refusal *r)
{
	const struct hyk_value *id = hyk_value_get(k->body, "decision");
	struct hyk_value faults, ignored;
	enum hyk_status st;

	if (id == NULL || id->kind != HYK_STRING || id->n == 0) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_MEMBER, NULL, HYK_NO_SPAN, HYK_STR("decision"),
		    HYK_STR("the id of a recorded decision"));
		return HYK_E_INVALID;
	}
	st = hyk_store_reader_find(k->worker->reader, k->arena, hyk_value_str(*id), record);
	if (st == HYK_E_NOT_FOUND || (st == HYK_OK && !hyk_str_eq_c(record->kind, "decision")))
		return no_such(r);
	if (st != HYK_OK)
		return st;
	if (!hyk_record_verify(k->arena, record)) {
		*r = (struct hyk_refusal){ 500, "RECORD_CHANGED",
			"the record does not match its own hash; tell the operator",
			"기록이 스스로의 해시와 맞지 않습니다. 운영자에게 알려 주세요" };
		return HYK_E_IO;
	}
	st = hyk_decision_record_request(record, k->arena, ret_leaf, ret_request, &faults, &ignored);
	if (st == HYK_E_NOT_FOUND || (st == HYK_OK &&
		(!hyk_str_eq_c(hyk_text_member(*ret_leaf, "caller"), caller->name) ||
		    !hyk_commons_contains(hyk_str_from_c(caller->commons), record->commons))))
		return no_such(r);
	return st;
}

/* What the caller gave then: the rest is looked up anew each time. */
static enum hyk_status
take_facts(struct hyk_agreement_work *k, struct hyk_value leaf, struct hyk_value request)
{
	const struct hyk_value *known = hyk_value_get(leaf, "known");
	struct hyk_request q;
	struct hyk_mapb facts, how;
	enum hyk_status st = hyk_request_read(request, HYK_SEARCHED_NOTHING, true, &q, NULL);
	bool ok = true;

	if (st == HYK_OK)
		st = hyk_request_mend(k->arena, k->snapshot->ruleset->catalog, &q);
	if (st != HYK_OK)
		return st;
	hyk_mapb_init(&facts, k->arena);
	hyk_mapb_init(&how, k->arena);
	for (unsigned root = 0; root < HYK_N_ROOTS; root++)
		for (uint32_t i = 0; q.properties[root].kind == HYK_MAP && i < q.properties[root].as.map->n; i++) {
			const struct hyk_ventry *e = &q.properties[root].as.map->entries[i];
			const struct hyk_fact *f = hyk_request_fact(k->snapshot->ruleset->catalog, &q,
			    (enum hyk_root)root, hyk_value_str(e->key));
			const struct hyk_value *word = f != NULL && known != NULL && known->kind == HYK_MAP
			    ? hyk_vmap_find_str(known->as.map, f->path)
			    : NULL;

			if (f == NULL || f->source != HYK_FROM_CALLER ||
			    (word != NULL && word->kind == HYK_STRING &&
				hyk_str_eq_c(hyk_value_str(*word), "registry")))
				continue;
			ok &= hyk_mapb_add(&facts, hyk_string(f->path), e->value);
			if (word != NULL)
				ok &= hyk_mapb_add(&how, hyk_string(f->path), *word);
		}
	k->a.facts = hyk_mapb_finish(&facts, NULL);
	k->a.known = hyk_mapb_finish(&how, NULL);
	return ok && k->a.facts.kind == HYK_MAP && k->a.known.kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

static struct hyk_str
hex(struct hyk_arena *arena, const uint8_t *p, size_t n)
{
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_hex(&b, p, n);
	if (!b.failed)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

/* The rules and plugins that hold for it to its end. */
static enum hyk_status
pin(struct hyk_agreement_work *k)
{
	const struct hyk_ruleset *rules = k->snapshot->ruleset;
	struct hyk_mapb plugins;
	bool ok = true;

	k->a.digest = hex(k->arena, rules->digest, sizeof(rules->digest));
	hyk_mapb_init(&plugins, k->arena);
	for (const struct hyk_asset_type *t = k->type; t != NULL; t = t->extends) {
		uint8_t digest[HYK_SHA256_BYTES];

		if (t->extends != NULL && t->extends->plugin == t->plugin)
			continue;
		hyk_sha256(t->plugin->src->text, digest);
		ok &= hyk_mapb_add(&plugins, hyk_string(t->plugin->name), hyk_string(hex(k->arena, digest, sizeof(digest))));
	}
	k->a.plugins = hyk_mapb_finish(&plugins, NULL);
	return ok && k->a.digest.p != NULL && k->a.plugins.kind == HYK_MAP ? HYK_OK : HYK_E_NOMEM;
}

/* The registry's own word for who answers for the asset. */
static struct hyk_str
provider_of(const struct hyk_snapshot *s, const struct hyk_agreement *a)
{
	const struct hyk_entity *e = hyk_registry_find(s->registry, a->resource_type, a->resource_id);

	for (size_t i = 0; e != NULL && i < e->n_facts; i++)
		if (hyk_str_eq_c(e->facts[i]->path, "resource.steward") && e->values[i].kind == HYK_STRING)
			return hyk_value_str(e->values[i]);
	return HYK_STR("");
}

static bool
read_use(struct hyk_agreement_work *k)
{
	const struct hyk_shape *shape = hyk_catalog_find_shape(
	    k->snapshot->ruleset->catalog, k->type, k->a.action);
	const struct hyk_value *start = hyk_value_get(k->a.facts, "context.start");
	const struct hyk_value *end = hyk_value_get(k->a.facts, "context.end");

	return shape != NULL && hyk_action_is(shape->action, HYK_STR("use")) && start != NULL && end != NULL &&
	    hyk_time_read(*start, &k->a.start) && hyk_time_read(*end, &k->a.end) &&
	    hyk_time_cmp(k->a.start, k->a.end) < 0 && hyk_time_cmp(k->now, k->a.end) < 0;
}

/* Who and what, as the leaf has it; the person from the disclosure. */
static bool
read_parts(struct hyk_agreement_work *k, struct hyk_value leaf, struct hyk_value request)
{
	const struct hyk_value *who = hyk_value_get(request, "subject"), *what = hyk_value_get(leaf, "resource");
	const struct hyk_value *version = hyk_value_get(leaf, "ruleset");
	struct hyk_agreement *a = &k->a;

	if (who == NULL || what == NULL || version == NULL || version->kind != HYK_INT)
		return false;
	a->subject_type = hyk_text_member(*who, "type");
	a->subject_id = hyk_text_member(*who, "id");
	a->resource_type = hyk_text_member(*what, "type");
	a->resource_id = hyk_text_member(*what, "id");
	a->action = hyk_text_member(leaf, "action");
	a->ruleset = (uint64_t)version->as.i;
	return a->subject_id.n > 0 && a->resource_id.n > 0 && a->action.n > 0;
}

static enum hyk_status
check_validity(struct hyk_agreement_work *k, struct hyk_value leaf)
{
	const struct hyk_value *at = hyk_value_get(leaf, "at");
	struct hyk_time until;
	char text[40];

	if (at == NULL || !hyk_time_read(*at, &until))
		return HYK_E_IO;
	until = hyk_time_plus(until, k->type->decision_ttl_s);
	if (hyk_time_cmp(k->now, until) <= 0)
		return HYK_OK;
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_DECISION_EXPIRED, NULL, HYK_NO_SPAN,
	    hyk_str_make(text, hyk_timestamp_format(hyk_time_value(until), text)));
	return HYK_E_EXISTS;
}

static enum hyk_status
check_person(struct hyk_agreement_work *k)
{
	const struct hyk_value *by = hyk_value_get(k->body, "by");
	struct hyk_str says, person = hyk_agreement_person(&k->a, k->arena);

	if (by == NULL)
		return HYK_OK;
	if (!hyk_read_party(*by, k->arena, &says)) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_MEMBER, NULL, HYK_NO_SPAN, HYK_STR("by"),
		    HYK_STR("{\"type\": \"person\", \"id\": text}"));
		return HYK_E_INVALID;
	}
	if (hyk_str_eq(says, person))
		return HYK_OK;
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_SENDER, NULL, HYK_NO_SPAN, HYK_STR("opened"), HYK_STR("person decided about"));
	return HYK_E_DENIED;
}

/* The opening is event 0: nothing leads to it. */
static enum hyk_status
enter(struct hyk_agreement_work *k, const struct hyk_caller *caller)
{
	struct hyk_agreement_step *s = &k->steps[k->n_steps];
	struct hyk_agreement *a = &k->a;
	struct hyk_mapb b;
	enum hyk_status st;

	*s = (struct hyk_agreement_step){ .from = HYK_STR(""), .actor = HYK_ACTOR_APPLICANT };
	s->event.name = HYK_STR("opened");
	s->event.at = k->now;
	s->event.sender.by = hyk_agreement_person(a, k->arena);
	s->event.sender.caller = hyk_str_from_c(caller->name);
	a->opened = k->now;
	st = hyk_agreement_enter(a, k->type->workflow, k->type->workflow->initial, k->now, NULL);
	if (st != HYK_OK)
		return st;
	hyk_mapb_init(&b, k->arena);
	(void)hyk_mapb_add_c(&b, "seq", hyk_int(0));
	(void)hyk_mapb_add_c(&b, "event", hyk_string(s->event.name));
	(void)hyk_mapb_add_c(&b, "from", hyk_null());
	(void)hyk_mapb_add_c(&b, "to", hyk_string(a->state));
	(void)hyk_mapb_add_c(&b, "at", hyk_time_value(k->now));
	(void)hyk_mapb_add_c(&b, "actor", hyk_string(HYK_STR("applicant")));
	(void)hyk_mapb_add_c(&b, "by", hyk_string(s->event.sender.by));
	a->events = hyk_appended(k->arena, hyk_list(k->arena, NULL, 0), hyk_mapb_finish(&b, NULL));
	if (a->events.kind != HYK_LIST || s->event.sender.by.p == NULL)
		return HYK_E_NOMEM;
	s->after = *a;
	k->n_steps++;
	return HYK_OK;
}

enum hyk_status
hyk_work_open(struct hyk_agreement_work *k, const struct hyk_caller *caller, struct hyk_refusal *ret_refusal)
{
	struct hyk_agreement_row row;
	struct hyk_store_record record;
	struct hyk_value leaf, request, none = hyk_list(k->arena, NULL, 0);
	enum hyk_status st = find_decision(k, caller, &record, &leaf, &request, ret_refusal);

	if (st != HYK_OK)
		return st;
	if (hyk_str_eq_c(hyk_text_member(leaf, "outcome"), "deny")) {
		HYK_DIAG0(&k->diags, HYK_D_AGREEMENT_DECISION_DENIED, NULL, HYK_NO_SPAN);
		return HYK_E_EXISTS;
	}
	if (hyk_store_reader_agreement(k->worker->reader, k->arena, record.id, &row) == HYK_OK) {
		HYK_DIAG0(&k->diags, HYK_D_AGREEMENT_DECISION_USED, NULL, HYK_NO_SPAN);
		return HYK_E_EXISTS;
	}
	k->a = (struct hyk_agreement){ .id = record.id,
		.decision = record.id,
		.decided = record.id,
		.commons = record.commons,
		.caller = hyk_str_from_c(caller->name),
		.reasons = none,
		.needs = none,
		.duties = none,
		.evidence = none,
		.points = none,
		.faults = none,
		.claim = hyk_null() };
	if (!read_parts(k, leaf, request))
		return HYK_E_IO;
	st = hyk_work_pin(k, k->a.ruleset);
	if (st != HYK_OK)
		return st;
	k->type = hyk_catalog_find_type(k->snapshot->ruleset->catalog, k->a.resource_type);
	if (k->type == NULL || k->type->workflow == NULL)
		return no_such(ret_refusal);
	k->a.exclusive = k->type->exclusive;
	st = check_validity(k, leaf);
	if (st == HYK_OK)
		st = check_person(k);
	if (st == HYK_OK)
		st = take_facts(k, leaf, request);
	if (st == HYK_OK && !read_use(k)) {
		HYK_DIAG(&k->diags, HYK_D_AGREEMENT_NOT_A_USE, NULL, HYK_NO_SPAN, k->a.action);
		st = HYK_E_INVALID;
	}
	if (st == HYK_OK)
		st = pin(k);
	k->a.provider = provider_of(k->snapshot, &k->a);
	if (st == HYK_OK)
		st = enter(k, caller);
	return st == HYK_OK ? hyk_work_settle(k) : st;
}
