/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/verdict.c - what permit and liability hooks answered, as rows of the table.
 *
 * An answer that is none becomes a fault with the name of the offender. A
 * forbid stands whatever else is wrong with it: only its offer is left out.
 */
#include "pipeline/hooks.h"

#include "pipeline/run.h"

#define NO_FORM HYK_STR("the answer has not the form of this hook")
#define FINE ((struct hyk_str){ NULL, 0 })

static struct hyk_str
member_text(struct hyk_value v, const char *key)
{
	const struct hyk_value *m = hyk_value_get(v, key);

	return m && m->kind == HYK_STRING ? hyk_value_str(*m) : (struct hyk_str){ NULL, 0 };
}

struct hyk_str
hyk_run_complaint(struct hyk_run *r, struct hyk_str of, struct hyk_str what)
{
	struct hyk_str s = hyk_join(r->arena, of.n ? of : HYK_STR("?"), ": ", what);

	/* An empty complaint would be none: without memory there is no decision. */
	if (!s.p || !what.n) {
		r->no_memory = true;
		s = NO_FORM;
	}
	return s;
}

/* "need: context.x: why" */
static struct hyk_str
complain_of(struct hyk_run *r, const char *answer, struct hyk_str path, struct hyk_str what)
{
	return hyk_run_complaint(r, hyk_str_from_c(answer), hyk_run_complaint(r, path, what));
}

/* "fee_review" as "FEE_REVIEW". */
static struct hyk_str
in_capitals(struct hyk_run *r, struct hyk_str name)
{
	char *p = hyk_arena_alloc(r->arena, name.n + 1);

	if (!p) {
		r->no_memory = true;
		return name;
	}
	for (size_t i = 0; i < name.n; i++)
		p[i] = name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 'a' + 'A') : name.p[i];
	return hyk_str_make(p, name.n);
}

/* What the engine says for a hook that gave no words: of a title, or of the name where there is none. */
static struct hyk_text
engine_text(struct hyk_run *r, const struct hyk_text *title, struct hyk_str name, const char *ko, const char *en)
{
	struct hyk_str *tags = hyk_arena_array(r->arena, 2, sizeof(*tags));
	struct hyk_str *texts = hyk_arena_array(r->arena, 2, sizeof(*texts));

	if (!tags || !texts) {
		r->no_memory = true;
		return (struct hyk_text){ 0 };
	}
	tags[0] = HYK_STR("ko");
	texts[0] = hyk_join(r->arena, title->n ? hyk_text_find(title, "ko") : name, "", hyk_str_from_c(ko));
	tags[1] = HYK_STR("en");
	texts[1] = hyk_join(r->arena, title->n ? hyk_text_find(title, "en") : name, "", hyk_str_from_c(en));
	r->no_memory |= !texts[0].p || !texts[1].p;
	return (struct hyk_text){ 2, tags, texts };
}

static struct hyk_text
plugin_text(struct hyk_run *r, const struct hyk_plugin *p, const char *ko, const char *en)
{
	const struct hyk_value *v = hyk_value_get(p->manifest, "title");
	struct hyk_text title = { 0 };

	if (v)
		(void)hyk_text_read(r->arena, *v, &title);
	return engine_text(r, &title, p->name, ko, en);
}

/* Its own code and words if it has given any. Words are for reading: not in their form, they change nothing. */
static void
speak(struct hyk_run *r, struct hyk_row_source *s, struct hyk_value a, struct hyk_str code, struct hyk_text text)
{
	const struct hyk_value *words = hyk_value_get(a, "text");

	s->code = member_text(a, "code");
	if (s->code.n == 0)
		s->code = code;
	if (!words || !hyk_text_read(r->arena, *words, &s->text))
		s->text = text;
}

/* ---- offers ---- */

static struct hyk_str
set_entry(struct hyk_run *r, const struct hyk_shape *target, const struct hyk_ventry *e, struct hyk_mapb *b)
{
	struct hyk_str path = e->key.kind == HYK_STRING ? hyk_value_str(e->key) : HYK_STR("1"), full = path;
	const struct hyk_fact *f = hyk_run_find(r, target, path);
	struct hyk_misfit why = { 0 };
	struct hyk_value v = e->value;

	if (hyk_str_eq_c(path, "action")) {
		if (!target)
			return complain_of(r, "offer", path, HYK_STR("there is no such action here"));
	} else if (!f) {
		return complain_of(r, "offer", path, HYK_STR("there is no such fact here"));
	} else if (!hyk_run_set(r, f, e->value, &v, &why)) {
		if (why.path.n)
			full = hyk_join(r->arena, path, why.path.p[0] == '[' ? "" : ".", why.path);
		return complain_of(r, "offer", full, why.en);
	}
	(void)hyk_mapb_add(b, e->key, v);
	return FINE;
}

/* NULL with *ret_why: not the change of a request. */
static const struct hyk_offered *
read_offer(struct hyk_run *r, struct hyk_value offer, struct hyk_str *ret_why)
{
	const struct hyk_value *set = hyk_value_get(offer, "set"), *text = hyk_value_get(offer, "text"), *action;
	struct hyk_offered *o = hyk_arena_alloc(r->arena, sizeof(*o));
	const struct hyk_shape *target = NULL;
	struct hyk_mapb b;

	*ret_why = HYK_STR("offer: 'set' must be a table of facts and values");
	if (!o)
		r->no_memory = true;
	if (!o || !set || set->kind != HYK_MAP || set->as.map->n == 0)
		return NULL;
	action = hyk_value_get(*set, "action");
	if (action)
		target = hyk_run_action(r, *action);
	hyk_mapb_init(&b, r->arena);
	for (uint32_t i = 0; i < set->as.map->n; i++) {
		*ret_why = set_entry(r, target, &set->as.map->entries[i], &b);
		if (ret_why->n)
			return NULL;
	}
	r->no_memory |= b.failed;
	*o = (struct hyk_offered){ .set = hyk_mapb_finish(&b, NULL) };
	if (text)
		(void)hyk_text_read(r->arena, *text, &o->text);
	return o;
}

/* ---- answers ---- */

static struct hyk_str
take_forbid(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_value a)
{
	const struct hyk_value *offer = hyk_value_get(a, "offer");
	struct hyk_str code = member_text(a, "code"), why = FINE;
	struct hyk_row_source *source;
	struct hyk_settle_row *row;

	if (code.n == 0)
		return HYK_STR("forbid: the code is missing");
	row = hyk_run_row(r, &source);
	if (!row)
		return FINE;
	row->effect = HYK_FORBID;
	row->when = HYK_TRUE;
	source->plugin = c->plugin->name;
	speak(r, source, a, code, plugin_text(r, c->plugin, ": 허가하지 않습니다", ": not permitted"));
	if (offer && offer->kind != HYK_NULL)
		source->offer = read_offer(r, *offer, &why);
	return source->offer ? FINE : why;
}

static struct hyk_str
take_need(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_value a)
{
	struct hyk_str path = member_text(a, "fact");
	const struct hyk_fact *f = hyk_run_find(r, NULL, path);
	struct hyk_row_source *source;
	struct hyk_settle_row *row;

	if (!f)
		return complain_of(r, "need", path, HYK_STR("there is no such fact here"));
	if (f->type->kind != HYK_T_BOOL)
		return complain_of(r, "need", path, HYK_STR("is neither true nor false"));
	/* The asker's own word proves nothing, and nobody could be asked. */
	if (!hyk_fact_is_provable(f))
		return complain_of(r, "need", path, HYK_STR("the caller says it and nothing proves it"));
	row = hyk_run_row(r, &source);
	if (!row)
		return FINE;
	row->effect = HYK_REQUIRE;
	row->when = HYK_TRUE;
	row->has_need = true;
	source->need = f;
	source->plugin = c->plugin->name;
	speak(r, source, a, in_capitals(r, f->name),
	    engine_text(r, &f->title, f->path, ": 확인이 필요합니다", ": this must be proven"));
	return FINE;
}

static struct hyk_str
take_permit(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_value a)
{
	struct hyk_row_source *source;
	struct hyk_settle_row *row = hyk_run_row(r, &source);

	if (!row)
		return FINE;
	row->effect = HYK_PERMIT;
	row->when = HYK_TRUE;
	source->plugin = c->plugin->name;
	speak(r, source, a, HYK_STR("PLUGIN_PERMIT"), plugin_text(r, c->plugin, ": 허가합니다", ": permitted"));
	return FINE;
}

static struct hyk_str
take_owe(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_value a)
{
	const struct hyk_value *terms = hyk_value_get(a, "terms");
	struct hyk_owed *owed = hyk_arena_alloc(r->arena, sizeof(*owed));
	const struct hyk_duty_type *type;
	struct hyk_row_source *source;
	struct hyk_settle_row *row;
	struct hyk_str why;

	if (!owed) {
		r->no_memory = true;
		return FINE;
	}
	if (!hyk_run_plugin_duty(r, c->plugin->name, member_text(a, "duty"), terms ? *terms : hyk_null(), owed, &why))
		return why;
	row = hyk_run_row(r, &source);
	if (!row)
		return FINE;
	type = hyk_map_find(&r->in->ruleset->catalog->duties, owed->type);
	row->effect = HYK_REQUIRE;
	row->when = HYK_TRUE;
	row->has_duty = true;
	source->plugin = c->plugin->name;
	speak(r, source, a, in_capitals(r, owed->type),
	    engine_text(r, &type->title, owed->type, ": 의무가 따릅니다", ": this duty comes with it"));
	source->owed = owed;
	return FINE;
}

static struct hyk_str
take_verdict(struct hyk_run *r, const struct hyk_hook_call *c, struct hyk_value a)
{
	struct hyk_str answer = member_text(a, "answer");

	if (c->stage == HYK_STAGE_PERMIT && hyk_str_eq_c(answer, "permit"))
		return take_permit(r, c, a);
	if (c->stage == HYK_STAGE_PERMIT && hyk_str_eq_c(answer, "forbid"))
		return take_forbid(r, c, a);
	if (c->stage == HYK_STAGE_PERMIT && hyk_str_eq_c(answer, "need"))
		return take_need(r, c, a);
	if (c->stage == HYK_STAGE_LIABILITY && hyk_str_eq_c(answer, "owe"))
		return take_owe(r, c, a);
	return NO_FORM;
}

struct hyk_str
hyk_run_verdicts(struct hyk_run *r, const struct hyk_hook_call *c)
{
	struct hyk_value a = c->answer;
	struct hyk_str first = FINE;

	if (a.kind == HYK_NULL)
		return FINE;
	/* Lua's empty table is an empty map: an empty list of answers. */
	if (a.kind == HYK_MAP)
		return a.as.map->n == 0 ? FINE : take_verdict(r, c, a);
	if (a.kind != HYK_LIST)
		return NO_FORM;
	for (uint32_t i = 0; i < a.as.list->n; i++) {
		struct hyk_str why = take_verdict(r, c, a.as.list->items[i]);

		if (first.n == 0)
			first = why;
	}
	return first;
}
