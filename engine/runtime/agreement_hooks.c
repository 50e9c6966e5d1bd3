/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/agreement_hooks.c - what plugins say to an event: `verify` before it counts, `on_event` to what follows.
 *
 * An event of a person counts only when every plugin of the type that has a verify hook answered accept(): an error, a
 * limit, a jail that is not there, or no answer at all is none. What the clock brings about is nobody's to refuse; there
 * a failed on_event is noted with the event, and the agreement goes on.
 */
#include "agreement/duty.h"
#include "base/log.h"
#include "runtime/agreement_impl.h"

/* ---- what a hook sees ---- */

static bool
may_read(const struct hyk_plugin *p, const char *member)
{
	char path[96];

	snprintf(path, sizeof(path), "agreement.%s", member);
	for (size_t i = 0; i < p->n_reads; i++)
		if (hyk_str_eq_c(p->reads[i], "agreement") || hyk_str_eq_c(p->reads[i], path) ||
		    (hyk_str_starts_with(p->reads[i], hyk_str_from_c(path)) && p->reads[i].p[strlen(path)] == '.'))
			return true;
	return false;
}

static struct hyk_value
text_time(struct hyk_arena *arena, struct hyk_time t)
{
	char text[40];
	struct hyk_value v = hyk_time_value(t);

	return hyk_string(hyk_arena_dup(arena, hyk_str_make(text, hyk_timestamp_format(v, text))));
}

/* {before = {piece, ...}, ...}: by kind, as plugins ask for it. */
static struct hyk_value
by_kind(struct hyk_value evidence, struct hyk_arena *arena)
{
	uint32_t n = evidence.kind == HYK_LIST ? evidence.as.list->n : 0;
	struct hyk_value *items = hyk_arena_array(arena, n + 1, sizeof(*items));
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; items != NULL && i < n; i++) {
		struct hyk_str kind = hyk_text_member(evidence.as.list->items[i], "kind");
		struct hyk_value *of_kind = hyk_arena_array(arena, n, sizeof(*of_kind));
		uint32_t k = 0;
		bool first = true;

		for (uint32_t j = 0; j < i; j++)
			first &= !hyk_str_eq(hyk_text_member(evidence.as.list->items[j], "kind"), kind);
		if (!first || of_kind == NULL)
			continue;
		for (uint32_t j = i; j < n; j++)
			if (hyk_str_eq(hyk_text_member(evidence.as.list->items[j], "kind"), kind))
				of_kind[k++] = evidence.as.list->items[j];
		(void)hyk_mapb_add(&b, hyk_string(kind), hyk_list(arena, of_kind, k));
	}
	return hyk_mapb_finish(&b, NULL);
}

/* The moments at which states were first entered, by their names: agreement.checked_out. */
static void
add_moments(struct hyk_mapb *b, const struct hyk_agreement *a, const struct hyk_plugin *p, struct hyk_arena *arena)
{
	for (uint32_t i = 0; a->events.kind == HYK_LIST && i < a->events.as.list->n; i++) {
		struct hyk_value e = a->events.as.list->items[i];
		struct hyk_str to = hyk_text_member(e, "to"), name = hyk_arena_dup(arena, to);
		const struct hyk_value *at = hyk_value_get(e, "at");
		struct hyk_time t;
		bool first = true;

		for (uint32_t j = 0; j < i; j++)
			first &= !hyk_str_eq(hyk_text_member(a->events.as.list->items[j], "to"), to);
		if (first && name.p != NULL && at != NULL && hyk_time_read(*at, &t) && may_read(p, name.p))
			(void)hyk_mapb_add_c(b, name.p, text_time(arena, t));
	}
}

static struct hyk_value
agreement_view(const struct hyk_agreement *a, const struct hyk_plugin *p, struct hyk_arena *arena)
{
	struct hyk_value whole = hyk_agreement_value(a, false, arena);
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; whole.kind == HYK_MAP && i < whole.as.map->n; i++) {
		struct hyk_ventry m = whole.as.map->entries[i];
		struct hyk_str name = hyk_value_str(m.key);
		struct hyk_time t;
		char z[64];

		snprintf(z, sizeof(z), "%.*s", HYK_STR_ARG(name));
		if (!may_read(p, z) || m.value.kind == HYK_NULL)
			continue;
		if (hyk_str_eq_c(name, "evidence"))
			m.value = by_kind(m.value, arena);
		else if (m.value.kind == HYK_TIMESTAMP && hyk_time_read(m.value, &t))
			m.value = text_time(arena, t);
		(void)hyk_mapb_add(&b, m.key, m.value);
	}
	add_moments(&b, a, p, arena);
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
event_view(const struct hyk_event *e, struct hyk_arena *arena)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	(void)hyk_mapb_add_c(&b, "name", hyk_string(e->name));
	(void)hyk_mapb_add_c(&b, "at", text_time(arena, e->at));
	if (e->sender.by.n > 0)
		(void)hyk_mapb_add_c(&b, "by", hyk_string(e->sender.by));
	if (e->reason.n > 0)
		(void)hyk_mapb_add_c(&b, "reason", hyk_string(e->reason));
	if (e->evidence.kind == HYK_LIST)
		(void)hyk_mapb_add_c(&b, "evidence", by_kind(e->evidence, arena));
	for (uint32_t i = 0; e->details.kind == HYK_MAP && i < e->details.as.map->n; i++)
		(void)hyk_mapb_add(&b, e->details.as.map->entries[i].key, e->details.as.map->entries[i].value);
	return hyk_mapb_finish(&b, NULL);
}

/* ---- calling ---- */

/* One call for each plugin of the type with the hook, general before special; *ret_n 0: none. */
static enum hyk_status
call(struct hyk_agreement_work *k, const struct hyk_event *e, enum hyk_hook hook, struct hyk_jail_call **ret_calls,
    const struct hyk_plugin ***ret_plugins, size_t *ret_n)
{
	const struct hyk_asset_type *t = k->type;
	struct hyk_jail_call *calls = hyk_arena_array(k->arena, t->n_hooked + 1, sizeof(*calls));
	const struct hyk_plugin **plugins = hyk_arena_array(k->arena, t->n_hooked + 1, sizeof(*plugins));
	size_t n = 0;

	if (calls == NULL || plugins == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < t->n_hooked; i++) {
		struct hyk_mapb b;

		if ((t->hooked[i]->hooks & 1u << hook) == 0)
			continue;
		hyk_mapb_init(&b, k->arena);
		if (!hyk_mapb_add_c(&b, "event", event_view(e, k->arena)) ||
		    !hyk_mapb_add_c(&b, "agreement", agreement_view(&k->a, t->hooked[i], k->arena)))
			return HYK_E_NOMEM;
		plugins[n] = t->hooked[i];
		calls[n].plugin = t->hooked[i]->position;
		calls[n].hook = hook;
		calls[n].request = hyk_mapb_finish(&b, NULL);
		calls[n].outcome = HYK_JAIL_ERROR;
		calls[n].answer = hyk_null();
		calls[n++].message = HYK_STR("the plugin's jail is not there");
	}
	if (n > 0 && k->jail != NULL)
		hyk_jail_run(k->jail, calls, n, k->arena);
	*ret_calls = calls;
	*ret_plugins = plugins;
	*ret_n = n;
	return HYK_OK;
}

static enum hyk_status
fault(struct hyk_agreement_work *k, const struct hyk_plugin *p, const struct hyk_event *e, struct hyk_str message)
{
	HYK_DIAG(&k->diags, HYK_D_AGREEMENT_FAULT, NULL, HYK_NO_SPAN, p->name, e->name, message);
	return HYK_E_FAULT;
}

/* What a reject() says, in one language; else its code. */
static struct hyk_str
reject_text(struct hyk_value answer, const char *tag)
{
	const struct hyk_value *text = hyk_value_get(answer, "text");
	struct hyk_str s = { NULL, 0 };

	if (text != NULL && text->kind == HYK_STRING)
		s = hyk_value_str(*text);
	else if (text != NULL && text->kind == HYK_MAP)
		s = hyk_text_member(*text, tag);
	return s.n > 0 ? s : hyk_text_member(answer, "code");
}

enum hyk_status
hyk_work_verify(struct hyk_agreement_work *k, const struct hyk_event *e, struct hyk_refusal *ret_refusal)
{
	const struct hyk_plugin **plugins;
	struct hyk_jail_call *calls;
	size_t n;
	enum hyk_status st = call(k, e, HYK_HOOK_VERIFY, &calls, &plugins, &n);

	for (size_t i = 0; st == HYK_OK && i < n; i++) {
		struct hyk_str answer = hyk_text_member(calls[i].answer, "answer");

		if (calls[i].outcome != HYK_JAIL_OK)
			return fault(k, plugins[i], e, calls[i].message);
		if (hyk_str_eq_c(answer, "accept"))
			continue;
		if (!hyk_str_eq_c(answer, "reject"))
			return fault(k, plugins[i], e, HYK_STR("verify must answer accept() or reject()"));
		*ret_refusal = (struct hyk_refusal){ 422, hyk_arena_dup(k->arena, hyk_text_member(calls[i].answer, "code")).p,
			hyk_arena_dup(k->arena, reject_text(calls[i].answer, "en")).p,
			hyk_arena_dup(k->arena, reject_text(calls[i].answer, "ko")).p };
		if (ret_refusal->code == NULL || ret_refusal->en == NULL || ret_refusal->ko == NULL)
			return HYK_E_NOMEM;
		return HYK_E_INVALID;
	}
	return st;
}

/* ---- what follows ---- */

/* owe(duty, terms), by the rules that hold for the hook `liability` too. *ret_why: what is wrong with it. */
static enum hyk_status
take_owe(struct hyk_agreement_work *k, const struct hyk_plugin *p, struct hyk_value answer, struct hyk_str *ret_why)
{
	const struct hyk_ruleset *rules = k->snapshot->ruleset;
	const struct hyk_request q = { .subject_type = k->a.subject_type,
		.subject_id = k->a.subject_id,
		.resource_type = k->a.resource_type,
		.resource_id = k->a.resource_id };
	const struct hyk_decide_input in = { .ruleset = rules, .request = &q, .arena = k->arena };
	const struct hyk_commons *commons = hyk_ruleset_find_commons(rules, k->a.commons);
	const struct hyk_value *terms = hyk_value_get(answer, "terms");
	struct hyk_owed owed = { 0 };

	if (commons == NULL)
		return HYK_E_FAULT;
	if (!hyk_decide_owed(&in, commons, p->name, hyk_text_member(answer, "duty"), terms != NULL ? *terms : hyk_null(),
		&owed, ret_why))
		return ret_why->n > 0 ? HYK_OK : HYK_E_NOMEM;
	return hyk_duty_raise(&k->a, &owed, rules->catalog, k->arena, &k->diags);
}

static enum hyk_status
take_point(struct hyk_agreement_work *k, const struct hyk_plugin *p, const struct hyk_event *e, struct hyk_value answer)
{
	struct hyk_value one = hyk_with(k->arena, answer, "at", hyk_time_value(e->at));

	one = hyk_with(k->arena, one, "answer", hyk_string(p->name));
	k->a.points = hyk_appended(k->arena, k->a.points, one);
	return k->a.points.kind == HYK_LIST ? HYK_OK : HYK_E_NOMEM;
}

static enum hyk_status
take_answer(struct hyk_agreement_work *k, const struct hyk_plugin *p, const struct hyk_event *e, struct hyk_value answer,
    struct hyk_str *ret_why)
{
	if (answer.kind == HYK_NULL)
		return HYK_OK;
	if (hyk_str_eq_c(hyk_text_member(answer, "answer"), "point"))
		return take_point(k, p, e, answer);
	return take_owe(k, p, answer, ret_why);
}

static enum hyk_status
take_answers(struct hyk_agreement_work *k, const struct hyk_plugin *p, const struct hyk_event *e, struct hyk_value answer,
    struct hyk_str *ret_why)
{
	enum hyk_status st = HYK_OK;

	if (answer.kind != HYK_LIST)
		return take_answer(k, p, e, answer, ret_why);
	for (uint32_t i = 0; st == HYK_OK && ret_why->n == 0 && i < answer.as.list->n; i++)
		st = take_answer(k, p, e, answer.as.list->items[i], ret_why);
	return st;
}

enum hyk_status
hyk_work_on_event(struct hyk_agreement_work *k, const struct hyk_event *e)
{
	const struct hyk_plugin **plugins;
	struct hyk_jail_call *calls;
	size_t n;
	enum hyk_status st = call(k, e, HYK_HOOK_ON_EVENT, &calls, &plugins, &n);

	for (size_t i = 0; st == HYK_OK && i < n; i++) {
		struct hyk_agreement before = k->a;
		struct hyk_str why = { NULL, 0 };

		if (calls[i].outcome != HYK_JAIL_OK)
			why = calls[i].message.n > 0 ? calls[i].message : HYK_STR("it did not answer");
		else
			st = take_answers(k, plugins[i], e, calls[i].answer, &why);
		if (why.n == 0 || st != HYK_OK)
			continue;
		k->a = before; /* all of an answer, or nothing */
		if (e->sender.caller.n > 0)
			return fault(k, plugins[i], e, why);
		HYK_LOG(HYK_LOG_ERROR, "on_event.failed", { "plugin", plugins[i]->name }, { "event", e->name },
		    { "agreement", k->a.id }, { "reason", why });
		k->a.faults = hyk_appended(k->arena, k->a.faults, hyk_string(plugins[i]->name));
		if (k->a.faults.kind != HYK_LIST)
			st = HYK_E_NOMEM;
	}
	return st;
}
