/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plugin_try.c - see plugin_try.h. */
#include "runtime/plugin_try.h"

#include "runtime/plugin_set.h"

struct hyk_plugin_try {
	struct hyk_jail *jail;
	uint32_t position;
	enum hyk_hook hook;
	bool is_body, rejected;
	struct hyk_str why;              /* of a rejected one */
	const struct hyk_plugin *plugin; /* NULL: a body */
};

static bool
find_hook(struct hyk_str name, enum hyk_hook *ret_hook)
{
	for (unsigned h = 0; h < HYK_N_HOOKS; h++) {
		if (hyk_str_eq_c(name, hyk_hook_name((enum hyk_hook)h))) {
			*ret_hook = (enum hyk_hook)h;
			return true;
		}
	}
	return false;
}

bool
hyk_plugin_try_knows(struct hyk_str hook)
{
	enum hyk_hook h;

	return hyk_str_eq_c(hook, HYK_PLUGIN_TRY_BODY) || find_hook(hook, &h);
}

/* The first message as one line, with its place. */
static struct hyk_str
first_message(const struct hyk_diags *d, struct hyk_arena *arena)
{
	const struct hyk_diag *m = d->first;
	struct hyk_span span;
	const struct hyk_source *src;

	while (m != NULL && m->severity != HYK_ERROR)
		m = m->next;
	if (m == NULL)
		return HYK_STR("it does not load");
	if (m->src == NULL)
		return hyk_arena_dup(arena, m->text[HYK_LANG_EN]);
	span = m->span;
	src = hyk_source_resolve(m->src, &span);
	return hyk_arena_printf(arena, "%.*s:%u: %.*s", HYK_STR_ARG(src->name),
	    hyk_source_locate(src, span).line, HYK_STR_ARG(m->text[HYK_LANG_EN]));
}

static enum hyk_status
open_body(struct hyk_plugin_try *t, const struct hyk_plugin_try_options *o, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	struct hyk_jail_options jail = {
		.program = o->jail_program, .cpu = -1, .params = o->params
	};
	struct hyk_jail_source source = {
		.name = o->file->name, .text = o->file->text, .is_body = true
	};
	struct hyk_value manifest;

	t->hook = HYK_HOOK_PERMIT;
	return hyk_jail_open(&jail, &source, 1, arena, &t->jail, &manifest, diags);
}

/* One parameter against its declaration: type, min, max, one_of. */
static bool
check_param(struct hyk_arena *arena, struct hyk_str name, struct hyk_value declared,
    struct hyk_value v, struct hyk_diags *diags)
{
	const struct hyk_value *type = hyk_value_get(declared, "type"),
			       *min = hyk_value_get(declared, "min"),
			       *max = hyk_value_get(declared, "max"),
			       *one_of = hyk_value_get(declared, "one_of");
	struct hyk_coerce co = { .arena = arena };
	struct hyk_misfit why = { 0 };
	const struct hyk_type *t = NULL;
	struct hyk_bounds bounds;
	struct hyk_value ignored;

	if (type == NULL || type->kind != HYK_STRING)
		return true;
	if (hyk_type_parse(arena, hyk_value_str(*type), NULL, HYK_NO_SPAN, &t, diags) != HYK_OK)
		return false;
	hyk_bounds_init(&bounds);
	if (min != NULL)
		bounds.min = *min;
	if (max != NULL)
		bounds.max = *max;
	if (one_of != NULL && one_of->kind == HYK_LIST)
		bounds.one_of = one_of->as.list;
	if (hyk_coerce_value(&co, t, &bounds, v, &ignored, &why))
		return true;
	HYK_DIAG(diags, HYK_D_PARAM_VALUE, NULL, HYK_NO_SPAN, name, why.en, why.ko);
	return false;
}

/* All of them; the manifest says what there is. */
static enum hyk_status
check_params(const struct hyk_value *params, struct hyk_value manifest, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	const struct hyk_value *declared = hyk_value_get(manifest, "params");
	enum hyk_status st = HYK_OK;

	for (uint32_t i = 0; i < params->as.map->n; i++) {
		const struct hyk_ventry *e = &params->as.map->entries[i];
		struct hyk_str name = hyk_value_str(e->key);
		const struct hyk_value *d = declared != NULL && declared->kind == HYK_MAP
		    ? hyk_vmap_find_str(declared->as.map, name)
		    : NULL;

		if (d == NULL)
			HYK_DIAG(diags, HYK_D_PARAM_UNKNOWN, NULL, HYK_NO_SPAN, name);
		if (d == NULL || !check_param(arena, name, *d, e->value, diags))
			st = HYK_E_INVALID;
	}
	return st;
}

/* Parameters can be checked only once the plugin has said what it has: then it is loaded again. */
static enum hyk_status
open_plugin(struct hyk_plugin_try *t, const struct hyk_plugin_try_options *o,
    struct hyk_arena *arena, bool *ret_bad_params, struct hyk_diags *diags)
{
	struct hyk_plugin_query q = {
		.plugins_dir = o->plugins_dir, .file = o->file, .jail_program = o->jail_program
	};
	struct hyk_plugin_set set;
	enum hyk_status st = hyk_plugin_set_open(&q, arena, &set, diags);

	if (st == HYK_OK && o->params != NULL) {
		st = check_params(o->params, set.manifests[set.first_own], arena, diags);
		*ret_bad_params = st != HYK_OK;
		hyk_plugin_set_close(&set);
		q.params = o->params;
		if (st == HYK_OK)
			st = hyk_plugin_set_open(&q, arena, &set, diags);
	}
	if (st != HYK_OK)
		return st;
	t->jail = set.jail;
	t->position = (uint32_t)set.first_own;
	t->plugin = &set.catalog->plugins[set.first_own];
	return HYK_OK;
}

enum hyk_status
hyk_plugin_try_open(const struct hyk_plugin_try_options *o, struct hyk_arena *arena,
    struct hyk_plugin_try **ret_try, struct hyk_diags *diags)
{
	struct hyk_plugin_try *t = hyk_arena_alloc(arena, sizeof(*t));
	struct hyk_diags own;
	bool bad_params = false;
	enum hyk_status st;

	if (t == NULL)
		return HYK_E_NOMEM;
	hyk_diags_init(&own, arena);
	t->is_body = !find_hook(o->hook, &t->hook);
	if (o->file == NULL) {
		t->rejected = true;
		t->why = HYK_STR("the file is too long");
		*ret_try = t;
		return HYK_OK;
	}
	st = t->is_body ? open_body(t, o, arena, &own)
			: open_plugin(t, o, arena, &bad_params, &own);
	if ((st == HYK_E_INVALID || st == HYK_E_LIMIT) && !bad_params) {
		t->rejected = true;
		t->why = first_message(&own, arena);
		st = HYK_OK;
	} else if (st != HYK_OK) {
		*diags = own;
		return st;
	}
	*ret_try = t;
	return HYK_OK;
}

void
hyk_plugin_try_close(struct hyk_plugin_try *t)
{
	if (t == NULL)
		return;
	hyk_jail_close(t->jail);
	t->jail = NULL;
}

/* ---- what the engine would hand over ---- */

static bool
may_read(
    const struct hyk_plugin *p, struct hyk_str part, struct hyk_str name, struct hyk_arena *arena)
{
	struct hyk_str path = hyk_arena_printf(
	    arena, "%.*s.%.*s", HYK_STR_ARG(part), HYK_STR_ARG(name));

	for (size_t i = 0; i < p->n_reads; i++) {
		struct hyk_str r = p->reads[i];

		if (hyk_str_eq(r, part) || hyk_str_eq(r, path))
			return true;
		if (r.n > path.n && hyk_str_starts_with(r, path) && r.p[path.n] == '.')
			return true;
	}
	return false;
}

/* A part of the request with the members that may be read. */
static struct hyk_value
part_for(const struct hyk_plugin *p, struct hyk_str part, const struct hyk_value *given,
    struct hyk_arena *arena)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; given != NULL && given->kind == HYK_MAP && i < given->as.map->n; i++) {
		const struct hyk_ventry *e = &given->as.map->entries[i];

		if (e->key.kind == HYK_STRING && e->value.kind != HYK_NULL &&
		    may_read(p, part, hyk_value_str(e->key), arena))
			(void)hyk_mapb_add(&b, e->key, e->value);
	}
	return hyk_mapb_finish(&b, NULL);
}

static bool
reads_whole(const struct hyk_plugin *p, const char *name)
{
	for (size_t i = 0; i < p->n_reads; i++)
		if (hyk_str_eq_c(p->reads[i], name))
			return true;
	return false;
}

static struct hyk_value
request_for(const struct hyk_plugin_try *t, struct hyk_value request, struct hyk_arena *arena)
{
	static const char *const question[] = { "subject", "resource", "action", "context" };
	static const char *const moment[] = { "now", "tz" };
	const struct hyk_value *v;
	struct hyk_mapb b;

	hyk_mapb_init(&b, arena);
	if (t->hook == HYK_HOOK_VERIFY || t->hook == HYK_HOOK_ON_EVENT) {
		v = hyk_value_get(request, "event");
		(void)hyk_mapb_add_c(&b, "event", v != NULL ? *v : hyk_null());
		v = hyk_value_get(request, "agreement");
		(void)hyk_mapb_add_c(
		    &b, "agreement", part_for(t->plugin, HYK_STR("agreement"), v, arena));
		return hyk_mapb_finish(&b, NULL);
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(question); i++) {
		v = hyk_value_get(request, question[i]);
		(void)hyk_mapb_add_c(
		    &b, question[i], part_for(t->plugin, hyk_str_from_c(question[i]), v, arena));
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(moment); i++) {
		v = hyk_value_get(request, moment[i]);
		if (v != NULL && reads_whole(t->plugin, moment[i]))
			(void)hyk_mapb_add_c(&b, moment[i], *v);
	}
	return hyk_mapb_finish(&b, NULL);
}

void
hyk_plugin_try_call(struct hyk_plugin_try *t, struct hyk_value request, struct hyk_arena *arena,
    struct hyk_plugin_try_result *ret_result)
{
	struct hyk_jail_call c = { .plugin = t->position, .hook = t->hook };
	struct hyk_plugin_try_result *r = ret_result;

	*r = (struct hyk_plugin_try_result){ .value = hyk_null() };
	if (t->rejected) {
		r->outcome = hyk_str_from_c(hyk_jail_outcome_name(HYK_JAIL_REJECT_LOAD));
		r->message = t->why;
		return;
	}
	c.request = t->is_body ? request : request_for(t, request, arena);
	hyk_jail_run(t->jail, &c, 1, arena);
	r->outcome = hyk_str_from_c(hyk_jail_outcome_name(c.outcome));
	r->value = c.answer;
	r->message = c.message;
	r->log = c.log;
	r->units = c.units;
	r->heap_peak_bytes = c.heap_peak_bytes;
	r->micros = c.micros;
	r->replaced = c.replaced;
}
