/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/fit.c - values on their way in, as a schema asks for them, and on their way out, as the door takes them again. */
#include <math.h>

#include "pipeline/run.h"

/* As deep as schemas nest (value/schema.h), with room. */
#define DEPTH 16u

bool
hyk_run_fit(struct hyk_run *r, const struct hyk_type *t, const struct hyk_bounds *bounds, struct hyk_value in,
    struct hyk_value *ret_v, struct hyk_misfit *ret_why)
{
	const struct hyk_zone *zone = r->d->commons->zone;
	struct hyk_coerce c = { .arena = r->arena, .zone = zone };

	if (zone)
		c.offset_at_local = hyk_zone_offset_at_local;
	/* Lua has one empty table for both. */
	if (t->kind == HYK_T_LIST && in.kind == HYK_MAP && in.as.map->n == 0)
		in = hyk_list(r->arena, NULL, 0);
	return hyk_coerce_value(&c, t, bounds, in, ret_v, ret_why);
}

static bool
has_date(const struct hyk_type *t, unsigned depth)
{
	if (!t || depth == 0)
		return false;
	if (t->kind == HYK_T_DATE)
		return true;
	if (t->kind == HYK_T_LIST || t->kind == HYK_T_MAP || t->kind == HYK_T_OPTIONAL)
		return has_date(t->elem, depth - 1);
	for (size_t i = 0; t->kind == HYK_T_RECORD && i < t->n_fields; i++)
		if (has_date(t->fields[i].type, depth - 1))
			return true;
	return false;
}

struct speller {
	struct hyk_run *run;
	const struct hyk_zone *zone;
	bool exact; /* a time that is no midnight of this zone stays a time */
};

static struct hyk_value
date_text(const struct speller *s, struct hyk_value v)
{
	int64_t local = v.as.i + (s->zone ? hyk_zone_offset_at(s->zone, v.as.i) : 0), year;
	int64_t days = local / 86400 - (local % 86400 < 0), midnight = days * 86400;
	unsigned month, day;
	struct hyk_str text;

	hyk_civil_from_days(days, &year, &month, &day);
	if (s->zone)
		midnight -= hyk_zone_offset_at_local(s->zone, midnight);
	/* The year after the last and the one before the first are none that a date can name. */
	if (year < 1 || year > 9999 || (s->exact && (v.as.i != midnight || v.n != 0)))
		return v;
	text = hyk_arena_printf(s->run->arena, "%04d-%02u-%02u", (int)year, month, day);
	s->run->no_memory |= !text.p;
	return hyk_string(text);
}

static struct hyk_value spell(const struct speller *s, const struct hyk_type *t, struct hyk_value v, unsigned depth);

static struct hyk_value
spell_list(const struct speller *s, const struct hyk_type *t, struct hyk_value v, unsigned depth)
{
	struct hyk_value *items = hyk_arena_array(s->run->arena, v.as.list->n, sizeof(*items));

	if (!items) {
		s->run->no_memory = true;
		return v;
	}
	for (uint32_t i = 0; i < v.as.list->n; i++)
		items[i] = spell(s, t->elem, v.as.list->items[i], depth - 1);
	return hyk_list(s->run->arena, items, v.as.list->n);
}

static struct hyk_value
spell_map(const struct speller *s, const struct hyk_type *t, struct hyk_value v, unsigned depth)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, s->run->arena);
	for (uint32_t i = 0; i < v.as.map->n; i++) {
		const struct hyk_ventry *e = &v.as.map->entries[i];
		const struct hyk_type *of = t->elem;

		if (t->kind == HYK_T_RECORD) {
			const struct hyk_field *f =
			    e->key.kind == HYK_STRING ? hyk_type_find_field(t, hyk_value_str(e->key)) : NULL;

			of = f ? f->type : NULL;
		}
		(void)hyk_mapb_add(&b, e->key, spell(s, of, e->value, depth - 1));
	}
	s->run->no_memory |= b.failed;
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
spell(const struct speller *s, const struct hyk_type *t, struct hyk_value v, unsigned depth)
{
	if (!has_date(t, depth))
		return v;
	if (t->kind == HYK_T_DATE && v.kind == HYK_TIMESTAMP)
		return date_text(s, v);
	if (t->kind == HYK_T_LIST && v.kind == HYK_LIST)
		return spell_list(s, t, v, depth);
	if ((t->kind == HYK_T_MAP || t->kind == HYK_T_RECORD) && v.kind == HYK_MAP)
		return spell_map(s, t, v, depth);
	return v;
}

struct hyk_value
hyk_run_spell(struct hyk_run *r, const struct hyk_type *t, const struct hyk_zone *zone, struct hyk_value v)
{
	return spell(&(struct speller){ r, zone, false }, t, v, DEPTH);
}

struct hyk_value
hyk_spell(struct hyk_arena *a, const struct hyk_type *t, const struct hyk_zone *zone, struct hyk_value v)
{
	struct hyk_run r = { .arena = a };

	v = hyk_run_spell(&r, t, zone, v);
	return r.no_memory ? (struct hyk_value){ .kind = HYK_ERROR_VALUE } : v;
}

struct hyk_value
hyk_run_spell_fact(struct hyk_run *r, const struct hyk_fact *f, struct hyk_value v)
{
	return spell(&(struct speller){ r, r->d->commons->zone, true }, f->type, v, DEPTH);
}

/* JSON has no word for these. */
static bool
is_sayable(struct hyk_value v, unsigned depth)
{
	if (v.kind == HYK_DOUBLE)
		return isfinite(v.as.d);
	if (v.kind == HYK_LIST)
		for (uint32_t i = 0; i < v.as.list->n; i++)
			if (depth == 0 || !is_sayable(v.as.list->items[i], depth - 1))
				return false;
	if (v.kind == HYK_MAP)
		for (uint32_t i = 0; i < v.as.map->n; i++)
			if (depth == 0 || !is_sayable(v.as.map->entries[i].value, depth - 1))
				return false;
	return v.kind != HYK_ABSENT && v.kind != HYK_UNKNOWN && v.kind != HYK_ERROR_VALUE && v.kind != HYK_TYPE &&
	    v.kind != HYK_OPTIONAL && v.kind != HYK_NET;
}

/* As the request would be read after the change: with another action, by that action's schema. */
const struct hyk_fact *
hyk_run_find(const struct hyk_run *r, const struct hyk_shape *target, struct hyk_str path)
{
	size_t i = hyk_sheet_find_path(r->sheet, path);

	for (size_t k = 0; target && k < target->n_facts; k++)
		if (hyk_str_eq(target->facts[k]->path, path))
			return target->facts[k];
	return i == SIZE_MAX ? NULL : r->sheet->facts[i];
}

const struct hyk_shape *
hyk_run_action(const struct hyk_run *r, struct hyk_value name)
{
	const struct hyk_shape *s = NULL;

	if (name.kind == HYK_STRING)
		s = hyk_catalog_find_shape(r->in->ruleset->catalog, r->shape->type, hyk_value_str(name));
	return s && !s->action->abstract ? s : NULL;
}

bool
hyk_run_set(struct hyk_run *r, const struct hyk_fact *f, struct hyk_value in, struct hyk_value *ret_v,
    struct hyk_misfit *ret_why)
{
	if (!hyk_run_fit(r, f->type, &f->bounds, in, ret_v, ret_why))
		return false;
	*ret_why = (struct hyk_misfit){ .en = HYK_STR("no request can carry this value") };
	*ret_v = hyk_run_spell(r, f->type, r->d->commons->zone, *ret_v);
	return is_sayable(*ret_v, HYK_VALUE_MAX_DEPTH);
}
