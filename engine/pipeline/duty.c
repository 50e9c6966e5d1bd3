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

/* A date as one: a constant's day is that of the policy's commons. */
static struct hyk_value
spell_term(struct hyk_run *r, const struct hyk_rule *rule, const struct hyk_term *term, struct hyk_value v)
{
	const struct hyk_duty_type *t = rule->duty->type;
	const struct hyk_zone *zone = term->program ? r->d->commons->zone : rule->policy->commons->zone;

	for (size_t i = 0; i < t->n_terms; i++)
		if (hyk_str_eq(t->terms[i].name, term->name))
			return hyk_run_spell(r, t->terms[i].type, zone, v);
	return v;
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
		v = spell_term(r, rule, &duty->terms[i], v);
		(void)hyk_mapb_add(&terms, hyk_string(duty->terms[i].name), v);
	}
	ret_owed->terms = hyk_mapb_finish(&terms, NULL);
	r->no_memory |= terms.failed;
	ok &= party_term(r, rule, &duty->owed_by, "owed_by", &ret_owed->owed_by);
	ok &= party_term(r, rule, &duty->owed_to, "owed_to", &ret_owed->owed_to);
	ok &= due_term(r, rule, &ret_owed->due);
	return ok;
}

/* ---- of a hook ---- */

/* "deposit: due: is missing" */
static struct hyk_str
why(struct hyk_run *r, struct hyk_str type, struct hyk_str name, struct hyk_str what)
{
	return hyk_run_complaint(r, type, name.n ? hyk_join(r->arena, name, ": ", what) : what);
}

/* "person:mina": a type and an id. */
static bool
is_party(struct hyk_str s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_' ||
	    s.p[n] == '-' || s.p[n] == '.'))
		n++;
	return n > 0 && n + 1 < s.n && s.p[n] == ':';
}

static bool
hook_party(struct hyk_run *r, struct hyk_value v, struct hyk_str *ret_who)
{
	struct hyk_str s = v.kind == HYK_STRING ? hyk_value_str(v) : (struct hyk_str){ NULL, 0 };

	*ret_who = s;
	if (hyk_str_eq_c(s, "steward") || is_party(s))
		return true;
	*ret_who = hyk_run_party(r, s);
	return hyk_str_eq_c(s, "subject") || hyk_str_eq_c(s, "resource");
}

static bool
hook_due(struct hyk_run *r, struct hyk_value v, struct hyk_str *ret_due)
{
	struct hyk_value t = v;

	if (v.kind == HYK_STRING) {
		*ret_due = hyk_value_str(v);
		if (hyk_str_eq_c(*ret_due, "before") || hyk_str_eq_c(*ret_due, "during") || hyk_str_eq_c(*ret_due, "after"))
			return true;
		if (!hyk_timestamp_parse(*ret_due, &t))
			return false;
	}
	if (t.kind != HYK_TIMESTAMP)
		return false;
	*ret_due = time_text(r, t);
	return true;
}

/* The terms that the type declares, in its order. */
static bool
hook_terms(struct hyk_run *r, const struct hyk_duty_type *t, struct hyk_value given, struct hyk_value *ret_terms,
    struct hyk_str *ret_why)
{
	struct hyk_mapb terms;

	hyk_mapb_init(&terms, r->arena);
	for (size_t i = 0; i < t->n_terms; i++) {
		const struct hyk_field *f = &t->terms[i];
		const struct hyk_value *in = given.kind == HYK_MAP ? hyk_vmap_find_str(given.as.map, f->name) : NULL;
		struct hyk_misfit misfit = { 0 };
		struct hyk_value v;

		if (!in && f->optional)
			continue;
		if (!in) {
			*ret_why = why(r, t->name, f->name, HYK_STR("is missing"));
			return false;
		}
		if (!hyk_run_fit(r, f->type, NULL, *in, &v, &misfit)) {
			struct hyk_str path = misfit.path.n ? hyk_join(r->arena, f->name,
			    misfit.path.p[0] == '[' ? "" : ".", misfit.path) : f->name;

			*ret_why = why(r, t->name, path, misfit.en);
			return false;
		}
		(void)hyk_mapb_add(&terms, hyk_string(f->name), hyk_run_spell(r, f->type, r->d->commons->zone, v));
	}
	*ret_terms = hyk_mapb_finish(&terms, NULL);
	r->no_memory |= terms.failed;
	return true;
}

static bool
is_declared(const struct hyk_duty_type *t, struct hyk_str name)
{
	for (size_t i = 0; i < t->n_terms; i++)
		if (hyk_str_eq(t->terms[i].name, name))
			return true;
	return false;
}

/* One entry of the table that is no term: who owes, to whom, until when. Empty: fine. */
static struct hyk_str
hook_entry(struct hyk_run *r, const struct hyk_duty_type *t, const struct hyk_ventry *e, struct hyk_owed *owed)
{
	struct hyk_str key = e->key.kind == HYK_STRING ? hyk_value_str(e->key) : HYK_STR("1");

	if (hyk_str_eq_c(key, "owed_by") || hyk_str_eq_c(key, "owed_to")) {
		if (!hook_party(r, e->value, hyk_str_eq_c(key, "owed_by") ? &owed->owed_by : &owed->owed_to))
			return why(r, t->name, key, HYK_STR("must be \"subject\", \"resource\", \"steward\" or a type and an id such as "
			                                    "\"person:mina\""));
	} else if (hyk_str_eq_c(key, "due")) {
		if (!hook_due(r, e->value, &owed->due))
			return why(r, t->name, key, HYK_STR("must be \"before\", \"during\", \"after\" or a time such as "
			                                    "\"2026-05-09T14:00:00+09:00\""));
	} else if (!is_declared(t, key)) {
		return why(r, t->name, key, HYK_STR("is not a term of this duty"));
	}
	return (struct hyk_str){ NULL, 0 };
}

bool
hyk_run_plugin_duty(struct hyk_run *r, struct hyk_str plugin, struct hyk_str type, struct hyk_value terms,
    struct hyk_owed *ret_owed, struct hyk_str *ret_why)
{
	const struct hyk_duty_type *t = hyk_map_find(&r->in->ruleset->catalog->duties, type);

	if (!t) {
		*ret_why = why(r, type, (struct hyk_str){ NULL, 0 }, HYK_STR("no plugin declares a duty of this type"));
		return false;
	}
	if (terms.kind != HYK_MAP && terms.kind != HYK_NULL) {
		*ret_why = why(r, type, (struct hyk_str){ NULL, 0 }, HYK_STR("the terms must be a table"));
		return false;
	}
	*ret_owed = (struct hyk_owed){ .id = plugin, .type = t->name };
	for (uint32_t i = 0; terms.kind == HYK_MAP && i < terms.as.map->n; i++) {
		*ret_why = hook_entry(r, t, &terms.as.map->entries[i], ret_owed);
		if (ret_why->n)
			return false;
	}
	if (ret_owed->due.n == 0) {
		*ret_why = why(r, type, HYK_STR("due"), HYK_STR("is missing"));
		return false;
	}
	return hook_terms(r, t, terms, &ret_owed->terms, ret_why);
}

bool
hyk_decide_owed(const struct hyk_decide_input *in, const struct hyk_commons *commons, struct hyk_str plugin,
    struct hyk_str type, struct hyk_value terms, struct hyk_owed *ret_owed, struct hyk_str *ret_why)
{
	struct hyk_decision d = { .commons = commons };
	struct hyk_run r = { .in = in, .request = in->request, .arena = in->arena, .d = &d };

	*ret_why = (struct hyk_str){ NULL, 0 };
	return hyk_run_plugin_duty(&r, plugin, type, terms, ret_owed, ret_why) && !r.no_memory;
}
