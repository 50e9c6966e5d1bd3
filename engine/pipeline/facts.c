/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/facts.c - who says what: registry, caller and record into the slots that conditions read. */
#include "pipeline/run.h"

void
hyk_run_put(struct hyk_run *r, size_t i, struct hyk_value v, enum hyk_assurance a, enum hyk_fact_source source)
{
	const struct hyk_fact *f = r->sheet->facts[i];
	struct hyk_used_fact *u = &r->facts[i];

	/* Known less well than the schema asks is not known. */
	if (f->proof != HYK_PROOF_NONE && a < f->assurance)
		v = (struct hyk_value){ .kind = HYK_UNKNOWN };
	r->w->slots[f->slot] = v;
	r->w->assurance[f->slot] = (uint8_t)a;
	u->value = v;
	u->assurance = a;
	u->source = source;
	u->is_default = false;
	r->given[i] = true;
}

/* The slots that this request does not fill must not keep what another request left. */
static void
clear_frame(struct hyk_run *r)
{
	struct hyk_workspace *w = r->w;

	if (w->last == r->sheet)
		return;
	for (size_t s = HYK_SLOT_FIRST_FACT; s < r->in->ruleset->catalog->n_slots; s++)
		w->slots[s] = w->lacking[s];
	w->last = r->sheet;
}

static void
fill_missing(struct hyk_run *r)
{
	const struct hyk_sheet *s = r->sheet;

	for (size_t i = 0; i < s->n_facts; i++) {
		const struct hyk_fact *f = s->facts[i];

		r->w->slots[f->slot] = s->missing[i];
		r->w->assurance[f->slot] = HYK_DECLARED;
		r->facts[i] = (struct hyk_used_fact){ .fact = f,
			.value = s->missing[i],
			.assurance = HYK_DECLARED,
			.source = f->source,
			.is_default = f->has_default };
	}
}

static void
fill_fixed(struct hyk_run *r)
{
	struct hyk_value *slots = r->w->slots;
	const struct hyk_request *q = r->request;

	slots[HYK_SLOT_NOW] = hyk_timestamp(r->d->now.s, (uint32_t)r->d->now.ns);
	slots[HYK_SLOT_TZ] = hyk_string(r->d->commons->zone_name.n ? r->d->commons->zone_name : HYK_STR("UTC"));
	slots[HYK_SLOT_ACTION_NAME] = hyk_string(q->action_name);
	slots[HYK_SLOT_SUBJECT_ID] = hyk_string(q->subject_id);
	slots[HYK_SLOT_SUBJECT_TYPE] = hyk_string(q->subject_type);
	slots[HYK_SLOT_RESOURCE_ID] = hyk_string(q->resource_id);
	slots[HYK_SLOT_RESOURCE_TYPE] = hyk_string(q->resource_type);
}

static void
fill_from_registry(struct hyk_run *r, const struct hyk_entity *e, enum hyk_root root)
{
	for (size_t i = 0; e && i < e->n_facts; i++) {
		size_t at;

		if (e->facts[i]->root != root || e->values[i].kind == HYK_ABSENT)
			continue;
		at = hyk_sheet_find(r->sheet, root, e->facts[i]->name);
		if (at != SIZE_MAX)
			hyk_run_put(r, at, e->values[i], HYK_VERIFIED, HYK_FROM_REGISTRY);
	}
}

static void
ignore(struct hyk_run *r, enum hyk_root root, struct hyk_str name)
{
	struct hyk_str path = hyk_join(r->arena, hyk_str_from_c(hyk_root_name(root)), ".", name);

	if (r->n_ignored == r->room_ignored) {
		struct hyk_str *grown =
		    hyk_arena_grow(r->arena, r->ignored, r->n_ignored, &r->room_ignored, sizeof(*grown));

		if (!grown) {
			r->no_memory = true;
			return;
		}
		r->ignored = grown;
	}
	if (!path.p)
		r->no_memory = true;
	else
		r->ignored[r->n_ignored++] = path;
}

static bool
is_declared_only(const struct hyk_run *r, struct hyk_str path)
{
	struct hyk_value list = r->request->declared;

	for (uint32_t i = 0; list.kind == HYK_LIST && i < list.as.list->n; i++)
		if (hyk_str_eq(hyk_value_str(list.as.list->items[i]), path))
			return true;
	return false;
}

/* In a scenario a fact is as well known as its schema asks, and what the engine keeps itself is certain. */
static enum hyk_assurance
assurance_in_scenario(const struct hyk_run *r, const struct hyk_fact *f, enum hyk_fact_source *source)
{
	const struct hyk_value *known =
	    r->request->known.kind == HYK_MAP ? hyk_vmap_find_str(r->request->known.as.map, f->path) : NULL;

	if (known && known->kind == HYK_STRING) {
		struct hyk_str word = hyk_value_str(*known);

		if (hyk_str_eq_c(word, "registry")) {
			*source = HYK_FROM_REGISTRY;
			return HYK_VERIFIED;
		}
		*source = HYK_FROM_CALLER;
		return hyk_str_eq_c(word, "verified") ? HYK_VERIFIED :
		       hyk_str_eq_c(word, "vouched")  ? HYK_VOUCHED :
							HYK_DECLARED;
	}
	if (is_declared_only(r, f->path))
		return HYK_DECLARED;
	return f->source == HYK_FROM_REGISTRY || f->source == HYK_FROM_RECORD ? HYK_VERIFIED : f->assurance;
}

static enum hyk_assurance
assurance_of(const struct hyk_run *r, const struct hyk_fact *f, enum hyk_fact_source *source)
{
	if (r->request->as_scenario || r->request->known.kind == HYK_MAP)
		return assurance_in_scenario(r, f, source);
	return r->in->caller_vouches ? HYK_VOUCHED : HYK_DECLARED;
}

static bool
take(struct hyk_run *r, size_t i, struct hyk_value in, const struct hyk_coerce *c, struct hyk_diags *diags)
{
	const struct hyk_fact *f = r->sheet->facts[i];
	struct hyk_misfit why;
	enum hyk_fact_source source = f->source;
	enum hyk_assurance assurance = assurance_of(r, f, &source);
	struct hyk_value v;
	struct hyk_str path;

	if (hyk_coerce_value(c, f->type, &f->bounds, in, &v, &why)) {
		hyk_run_put(r, i, v, assurance, source);
		return true;
	}
	path = why.path.n == 0 ? f->path : hyk_join(r->arena, f->path, why.path.p[0] == '[' ? "" : ".", why.path);
	HYK_DIAG(diags, HYK_D_REQUEST_FACT, NULL, HYK_NO_SPAN, path, why.en, why.ko);
	return false;
}

static bool
fill_from_caller(struct hyk_run *r, enum hyk_root root, const struct hyk_coerce *c, struct hyk_diags *diags)
{
	struct hyk_value p = r->request->properties[root];
	bool ok = true;

	for (uint32_t k = 0; p.kind == HYK_MAP && k < p.as.map->n; k++) {
		const struct hyk_ventry *e = &p.as.map->entries[k];
		size_t i;

		if (e->key.kind != HYK_STRING)
			continue;
		i = hyk_sheet_find(r->sheet, root, hyk_value_str(e->key));
		/* What the engine knows itself the caller cannot say, but for a scenario. */
		if (i == SIZE_MAX ||
		    (!r->request->as_scenario && (r->given[i] || r->sheet->facts[i]->source != HYK_FROM_CALLER)))
			ignore(r, root, hyk_value_str(e->key));
		else
			ok &= take(r, i, e->value, c, diags);
	}
	return ok;
}

static void
fill_from_record(struct hyk_run *r)
{
	const struct hyk_record_facts *records = r->in->records;

	const struct hyk_request *q = r->request;
	const struct hyk_record_question about = { q->subject_type, q->subject_id, q->resource_type, q->resource_id,
		q->action_name, r->facts, r->sheet->n_facts };

	if (!records || !r->sheet->has_records)
		return;
	for (size_t i = 0; i < r->sheet->n_facts; i++) {
		const struct hyk_fact *f = r->sheet->facts[i];
		struct hyk_value v;

		if (f->source != HYK_FROM_RECORD || r->given[i])
			continue;
		if (records->find(records->self, f, &about, &v, r->arena))
			hyk_run_put(r, i, v, HYK_VERIFIED, HYK_FROM_RECORD);
	}
}

/* Whoever is a resident has the tie to the town that a rule asks for: one proven alternative proves the fact. */
static void
prove_by_alternatives(struct hyk_run *r)
{
	for (size_t i = 0; i < r->sheet->n_alternatives; i++) {
		const struct hyk_alternative *a = &r->sheet->alternatives[i];
		const struct hyk_used_fact *other = &r->facts[a->other];

		if (r->facts[a->fact].value.kind == HYK_UNKNOWN && other->value.kind == HYK_BOOL && other->value.as.b)
			hyk_run_put(r, a->fact, other->value, other->assurance, other->source);
	}
}

enum hyk_status
hyk_run_facts(struct hyk_run *r, struct hyk_diags *diags)
{
	const struct hyk_zone *zone = r->d->commons->zone;
	struct hyk_coerce c = { .arena = r->arena, .zone = zone };
	bool ok = true;

	if (zone)
		c.offset_at_local = hyk_zone_offset_at_local;
	r->sheet = hyk_workspace_sheet(r->w, r->shape, r->subject_type);
	if (!r->sheet)
		return HYK_E_NOMEM;
	r->facts = hyk_arena_array(r->arena, r->sheet->n_facts, sizeof(*r->facts));
	r->given = hyk_arena_array(r->arena, r->sheet->n_facts, sizeof(*r->given));
	if (!r->facts || !r->given)
		return HYK_E_NOMEM;
	clear_frame(r);
	fill_missing(r);
	fill_fixed(r);
	/* A scenario stands for itself, and a replay for its moment: the registry of today has no part in either. */
	if (!r->request->as_scenario) {
		fill_from_registry(r, r->subject, HYK_SUBJECT);
		fill_from_registry(r, r->asset, HYK_RESOURCE);
	}
	for (unsigned root = 0; root < HYK_N_ROOTS; root++)
		ok &= fill_from_caller(r, (enum hyk_root)root, &c, diags);
	if (!ok)
		return r->arena->overflowed ? HYK_E_LIMIT : HYK_E_INVALID;
	fill_from_record(r);
	prove_by_alternatives(r);
	return r->no_memory ? HYK_E_NOMEM : HYK_OK;
}
