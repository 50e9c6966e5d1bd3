/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/workspace.c - frames and sheets, made once and used by every decision. */
#include "pipeline/workspace.h"

#include "base/alloc.h"

struct hyk_workspace *
hyk_workspace_new(void)
{
	struct hyk_workspace *w = hyk_malloc(sizeof(*w));

	if (!w)
		return NULL;
	memset(w, 0, sizeof(*w));
	hyk_arena_init(&w->arena, 0);
	w->stack = hyk_malloc(HYK_CEL_STACK * sizeof(*w->stack));
	if (!w->stack) {
		hyk_free(w);
		return NULL;
	}
	return w;
}

static void
detach(struct hyk_workspace *w)
{
	hyk_free(w->slots);
	hyk_free(w->assurance);
	w->slots = NULL;
	w->assurance = NULL;
	w->sheets = NULL;
	w->last = NULL;
	w->lacking = NULL;
	w->n_slots = 0;
	hyk_arena_fini(&w->arena);
	w->ruleset = w->ruleset ? hyk_ruleset_unref(w->ruleset) : NULL;
}

void
hyk_workspace_free(struct hyk_workspace *w)
{
	if (!w)
		return;
	detach(w);
	hyk_free(w->stack);
	hyk_free(w);
}

static struct hyk_value
error_value(struct hyk_arena *a, uint32_t slot, struct hyk_str text)
{
	struct hyk_verror *e = hyk_arena_alloc(a, sizeof(*e));

	if (e)
		*e = (struct hyk_verror){ .text = text, .slot = slot };
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = e };
}

static bool
fill_lacking(struct hyk_workspace *w, const struct hyk_catalog *c)
{
	w->lacking = hyk_arena_array(&w->arena, c->n_slots, sizeof(*w->lacking));
	if (!w->lacking)
		return false;
	for (size_t i = 0; i < c->n_slots; i++)
		w->lacking[i] = (struct hyk_value){ .kind = HYK_ERROR_VALUE };
	for (size_t i = 0; i < c->n_facts; i++) {
		const struct hyk_fact *f = c->facts[i];
		struct hyk_str text;

		if (w->lacking[f->slot].as.err)
			continue;
		text = f->root == HYK_SUBJECT ?
		    hyk_arena_printf(&w->arena, "the subject has no '%.*s'", HYK_STR_ARG(f->path)) :
		    hyk_arena_printf(&w->arena, "there is no '%.*s' here", HYK_STR_ARG(f->path));
		if (!text.p)
			return false;
		w->lacking[f->slot] = error_value(&w->arena, f->slot, text);
		if (!w->lacking[f->slot].as.err)
			return false;
	}
	return true;
}

enum hyk_status
hyk_workspace_attach(struct hyk_workspace *w, const struct hyk_ruleset *r)
{
	size_t n = r->n_slots;

	if (w->ruleset == r)
		return HYK_OK;
	detach(w);
	if (n < r->catalog->n_slots)
		n = r->catalog->n_slots;
	w->slots = hyk_malloc(n * sizeof(*w->slots));
	w->assurance = hyk_malloc(n);
	w->sheets = hyk_arena_array(&w->arena, r->catalog->n_shapes, sizeof(struct hyk_sheet *));
	if (!w->slots || !w->assurance || !w->sheets || !fill_lacking(w, r->catalog)) {
		detach(w);
		return HYK_E_NOMEM;
	}
	w->n_slots = n;
	for (size_t i = 0; i < n; i++)
		w->slots[i] = hyk_cel_undefined();
	memset(w->assurance, 0, n);
	/* The count inside is the only thing that changes in a ruleset. */
	w->ruleset = hyk_ruleset_ref((struct hyk_ruleset *)(uintptr_t)r);
	return HYK_OK;
}

static uint64_t
place_hash(enum hyk_root root, struct hyk_str name)
{
	uint64_t h = name.n * 31 + (uint64_t)root;

	/* Names are short and few; the first, middle and last bytes part most of them at once. */
	if (name.n > 0)
		h = (h * 131 + (uint8_t)name.p[0]) * 131 + (uint8_t)name.p[name.n / 2];
	if (name.n > 1)
		h = (h * 131 + (uint8_t)name.p[name.n - 1]) * 131 + (uint8_t)name.p[name.n / 3];
	return h ^ h >> 17;
}

static struct hyk_value
missing_value(struct hyk_arena *a, const struct hyk_fact *f)
{
	struct hyk_str text;

	if (f->has_default)
		return f->default_value;
	if (f->optional)
		return hyk_absent();
	if (f->proof != HYK_PROOF_NONE || f->source == HYK_FROM_RECORD)
		return (struct hyk_value){ .kind = HYK_UNKNOWN };
	if (f->source == HYK_FROM_REGISTRY)
		text = hyk_arena_printf(a, "the registry has no '%.*s'", HYK_STR_ARG(f->path));
	else if (f->source == HYK_FROM_HOOK)
		text = hyk_arena_printf(a, "no plugin gave '%.*s'", HYK_STR_ARG(f->path));
	else
		text = hyk_arena_printf(a, "'%.*s' was not given", HYK_STR_ARG(f->path));
	return error_value(a, f->slot, text);
}

/* Other names in `any_of` are credentials that the fact itself is read from. */
static bool
add_alternatives(struct hyk_arena *a, struct hyk_sheet *h)
{
	size_t room = 0;

	for (size_t i = 0; i < h->n_facts; i++)
		room += h->facts[i]->n_any_of;
	h->alternatives = hyk_arena_array(a, room, sizeof(*h->alternatives));
	for (size_t i = 0; h->alternatives && i < h->n_facts; i++) {
		const struct hyk_fact *f = h->facts[i];

		for (size_t k = 0; f->type->kind == HYK_T_BOOL && k < f->n_any_of; k++) {
			size_t other = hyk_sheet_find(h, f->root, f->any_of[k]);

			if (other != SIZE_MAX && other != i && h->facts[other]->type->kind == HYK_T_BOOL)
				h->alternatives[h->n_alternatives++] =
				    (struct hyk_alternative){ (uint32_t)i, (uint32_t)other };
		}
	}
	return h->alternatives != NULL;
}

static struct hyk_sheet *
make_sheet(struct hyk_workspace *w, const struct hyk_shape *s, const struct hyk_subject_type *t)
{
	struct hyk_arena *a = &w->arena;
	struct hyk_sheet *h = hyk_arena_alloc(a, sizeof(*h));
	bool person = hyk_str_eq_c(t->name, "person");

	if (!h)
		return NULL;
	h->shape = s;
	h->subject_type = t;
	h->facts = hyk_arena_array(a, s->n_facts + t->n_facts, sizeof(*h->facts));
	h->missing = hyk_arena_array(a, s->n_facts + t->n_facts, sizeof(*h->missing));
	if (!h->facts || !h->missing)
		return NULL;
	for (size_t i = 0; !person && i < t->n_facts; i++)
		h->facts[h->n_facts++] = t->facts[i];
	for (size_t i = 0; i < s->n_facts; i++)
		if (person || s->facts[i]->root != HYK_SUBJECT)
			h->facts[h->n_facts++] = s->facts[i];
	for (h->n_index = 16; h->n_index < 3 * h->n_facts; h->n_index *= 2)
		;
	h->index = hyk_arena_array(a, h->n_index, sizeof(*h->index));
	if (!h->index)
		return NULL;
	for (size_t i = 0; i < h->n_facts; i++) {
		const struct hyk_fact *f = h->facts[i];
		size_t at = place_hash(f->root, f->name) & (h->n_index - 1);

		while (h->index[at])
			at = (at + 1) & (h->n_index - 1);
		h->index[at] = (uint32_t)i + 1;
		h->missing[i] = missing_value(a, f);
		h->has_records |= f->source == HYK_FROM_RECORD;
		h->has_hook_facts |= f->source == HYK_FROM_HOOK;
	}
	return add_alternatives(a, h) ? h : NULL;
}

struct hyk_sheet *
hyk_workspace_sheet(struct hyk_workspace *w, const struct hyk_shape *s, const struct hyk_subject_type *t)
{
	struct hyk_sheet *h;

	for (h = w->sheets[s->number]; h; h = h->next)
		if (h->subject_type == t)
			return h;
	h = make_sheet(w, s, t);
	if (!h)
		return NULL;
	h->next = w->sheets[s->number];
	w->sheets[s->number] = h;
	return h;
}

size_t
hyk_sheet_find(const struct hyk_sheet *s, enum hyk_root root, struct hyk_str name)
{
	size_t at = place_hash(root, name) & (s->n_index - 1);

	for (; s->index[at]; at = (at + 1) & (s->n_index - 1)) {
		const struct hyk_fact *f = s->facts[s->index[at] - 1];

		if (f->root == root && hyk_str_eq(f->name, name))
			return s->index[at] - 1;
	}
	return SIZE_MAX;
}

size_t
hyk_sheet_find_path(const struct hyk_sheet *s, struct hyk_str path)
{
	for (unsigned root = 0; root < HYK_N_ROOTS; root++) {
		struct hyk_str name = hyk_str_from_c(hyk_root_name((enum hyk_root)root));

		if (path.n > name.n + 1 && path.p[name.n] == '.' && memcmp(path.p, name.p, name.n) == 0)
			return hyk_sheet_find(s, (enum hyk_root)root,
			    hyk_str_make(path.p + name.n + 1, path.n - name.n - 1));
	}
	return SIZE_MAX;
}
