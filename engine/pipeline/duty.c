/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/duty.c - who owes what to whom and until when: the terms of duties, and what offers would set. */
#include "pipeline/run.h"

struct hyk_str
hyk_join(struct hyk_arena *a, struct hyk_str x, const char *between, struct hyk_str y)
{
	size_t n = strlen(between);
	char *p = hyk_arena_alloc(a, x.n + n + y.n + 1);

	if (!p)
		return (struct hyk_str){ NULL, 0 };
	if (x.n)
		memcpy(p, x.p, x.n);
	memcpy(p + x.n, between, n);
	if (y.n)
		memcpy(p + x.n + n, y.p, y.n);
	return hyk_str_make(p, x.n + n + y.n);
}

struct hyk_str
hyk_run_party(struct hyk_run *r, struct hyk_str who)
{
	struct hyk_str s = who;

	if (hyk_str_eq_c(who, "subject"))
		s = hyk_join(r->arena, r->request->subject_type, ":", r->request->subject_id);
	else if (hyk_str_eq_c(who, "resource"))
		s = hyk_join(r->arena, r->request->resource_type, ":", r->request->resource_id);
	if (!s.p && who.n)
		r->no_memory = true;
	return s;
}

static struct hyk_value
term_value(struct hyk_run *r, const struct hyk_term *t)
{
	return t->program ? hyk_run_program(r, t->program) : t->constant;
}

static bool
is_plain(struct hyk_value v)
{
	return v.kind != HYK_ERROR_VALUE && v.kind != HYK_UNKNOWN && v.kind != HYK_ABSENT;
}

static void
term_fault(struct hyk_run *r, const struct hyk_rule *rule, const char *name, struct hyk_value v)
{
	struct hyk_str why = v.kind == HYK_UNKNOWN ? HYK_STR("waits for a fact that is not known") :
	    v.kind == HYK_ERROR_VALUE && v.as.err  ? v.as.err->text :
	                                             HYK_STR("has not the form it must have");
	struct hyk_str message = hyk_join(r->arena, hyk_str_from_c(name), ": ", why);

	if (!message.p)
		r->no_memory = true;
	hyk_run_fault(r, r->frame.gas == 0 ? "BUDGET" : "RULE_ERROR", (struct hyk_str){ NULL, 0 }, rule, message);
}

static bool
party_term(struct hyk_run *r, const struct hyk_rule *rule, const struct hyk_term *t, const char *name,
    struct hyk_str *ret_who)
{
	struct hyk_value v = term_value(r, t);

	if (v.kind == HYK_ABSENT && !t->program)
		return true;
	if (v.kind == HYK_STRING) {
		*ret_who = hyk_run_party(r, hyk_value_str(v));
		return true;
	}
	term_fault(r, rule, name, v);
	return false;
}

static struct hyk_str
time_text(struct hyk_run *r, struct hyk_value v)
{
	char text[40];
	struct hyk_str s = hyk_arena_dup(r->arena, hyk_str_make(text, hyk_timestamp_format(v, text)));

	if (!s.p)
		r->no_memory = true;
	return s;
}

static bool
due_term(struct hyk_run *r, const struct hyk_rule *rule, struct hyk_str *ret_due)
{
	struct hyk_value v;

	switch (rule->duty->due) {
	case HYK_DUE_BEFORE:
		*ret_due = HYK_STR("before");
		return true;
	case HYK_DUE_DURING:
		*ret_due = HYK_STR("during");
		return true;
	case HYK_DUE_AFTER:
		*ret_due = HYK_STR("after");
		return true;
	case HYK_DUE_AT:
		break;
	}
	v = term_value(r, &rule->duty->due_at);
	if (v.kind == HYK_TIMESTAMP) {
		*ret_due = time_text(r, v);
		return true;
	}
	term_fault(r, rule, "due", v);
	return false;
}

bool
hyk_run_duty(struct hyk_run *r, const struct hyk_rule *rule, struct hyk_owed *ret_owed)
{
	const struct hyk_duty *duty = rule->duty;
	struct hyk_mapb terms;
	bool ok = true;

	*ret_owed = (struct hyk_owed){ .id = rule->id, .type = duty->type->name, .rule = rule };
	hyk_mapb_init(&terms, r->arena);
	for (size_t i = 0; i < duty->n_terms; i++) {
		struct hyk_value v = term_value(r, &duty->terms[i]);

		if (!is_plain(v)) {
			struct hyk_str name = hyk_arena_dup(r->arena, duty->terms[i].name);

			term_fault(r, rule, name.p ? name.p : "", v);
			ok = false;
			v = hyk_null();
		}
		(void)hyk_mapb_add(&terms, hyk_string(duty->terms[i].name), v);
	}
	ret_owed->terms = hyk_mapb_finish(&terms, NULL);
	r->no_memory |= terms.failed;
	ok &= party_term(r, rule, &duty->owed_by, "owed_by", &ret_owed->owed_by);
	ok &= party_term(r, rule, &duty->owed_to, "owed_to", &ret_owed->owed_to);
	ok &= due_term(r, rule, &ret_owed->due);
	return ok;
}

bool
hyk_run_plugin_duty(struct hyk_run *r, struct hyk_str plugin, struct hyk_str type, struct hyk_value terms,
    struct hyk_owed *ret_owed)
{
	const struct hyk_duty_type *t = hyk_map_find(&r->in->ruleset->catalog->duties, type);
	struct hyk_mapb rest;

	if (!t || (terms.kind != HYK_MAP && terms.kind != HYK_NULL))
		return false;
	*ret_owed = (struct hyk_owed){ .id = plugin, .type = t->name };
	hyk_mapb_init(&rest, r->arena);
	for (uint32_t i = 0; terms.kind == HYK_MAP && i < terms.as.map->n; i++) {
		const struct hyk_ventry *e = &terms.as.map->entries[i];
		struct hyk_str key = e->key.kind == HYK_STRING ? hyk_value_str(e->key) : HYK_STR("");
		bool text = e->value.kind == HYK_STRING;

		if (hyk_str_eq_c(key, "owed_by") && text)
			ret_owed->owed_by = hyk_run_party(r, hyk_value_str(e->value));
		else if (hyk_str_eq_c(key, "owed_to") && text)
			ret_owed->owed_to = hyk_run_party(r, hyk_value_str(e->value));
		else if (hyk_str_eq_c(key, "due") && text)
			ret_owed->due = hyk_value_str(e->value);
		else if (hyk_str_eq_c(key, "due") && e->value.kind == HYK_TIMESTAMP)
			ret_owed->due = time_text(r, e->value);
		else if (hyk_str_eq_c(key, "owed_by") || hyk_str_eq_c(key, "owed_to") || hyk_str_eq_c(key, "due"))
			return false;
		else
			(void)hyk_mapb_add(&rest, e->key, e->value);
	}
	ret_owed->terms = hyk_mapb_finish(&rest, NULL);
	r->no_memory |= rest.failed;
	return true;
}
