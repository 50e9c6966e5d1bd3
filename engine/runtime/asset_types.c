/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/asset_types.c - what can be shared, for whoever draws forms: the types with their actions, and of one type each
 * fact of each action with its JSON Schema (2020-12, "https://json-schema.org/draft/2020-12/schema").
 *
 *   {"asset_types": [{"name", "title", "extends"?, "registered", "actions": [{"name", "title", "extends"?, "abstract"}]}]}
 *   ?type=T: {"name", ..., "actions": [{..., "facts": [{"path", "title", "schema", "presence", "unit"?, "default"?,
 *             "proof"?, "by"?, "any_of"?, "source"?, "personal"?}]}]}
 *
 * presence: "required", "optional", "default", "proof" (unknown until somebody proves it), or "given": the engine knows it
 * by `source` and takes it from nobody.
 */
#include "pipeline/write.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

#define DEPTH 8u /* of types: value/schema.h */

static void
member(struct hyk_buf *b, const char *name)
{
	hyk_buf_printf(b, ",\"%s\":", name);
}

static void
text_member(struct hyk_buf *b, const char *name, struct hyk_str s)
{
	if (s.n == 0)
		return;
	member(b, name);
	hyk_json_write_str(b, s);
}

static void
bound_member(struct hyk_buf *b, const char *name, struct hyk_value v)
{
	if (v.kind != HYK_INT && v.kind != HYK_UINT && v.kind != HYK_DOUBLE)
		return; /* times have no bounds in JSON Schema: they are checked when they come */
	member(b, name);
	hyk_json_write(b, v);
}

static void
write_enum(struct hyk_buf *b, const struct hyk_bounds *bounds)
{
	if (bounds == NULL || bounds->one_of == NULL)
		return;
	member(b, "enum");
	for (uint32_t i = 0; i < bounds->one_of->n; i++) {
		hyk_buf_append_char(b, i == 0 ? '[' : ',');
		hyk_json_write(b, bounds->one_of->items[i]);
	}
	hyk_buf_append_char(b, ']');
}

static void
write_size(struct hyk_buf *b, const char *name, const struct hyk_bounds *bounds)
{
	if (bounds != NULL && bounds->max_size != UINT32_MAX)
		hyk_buf_printf(b, ",\"%s\":%u", name, bounds->max_size);
}

static void write_schema(struct hyk_buf *b, const struct hyk_type *t, const struct hyk_bounds *bounds, unsigned depth);

static void
write_record(struct hyk_buf *b, const struct hyk_type *t, unsigned depth)
{
	bool first = true;

	hyk_buf_append_c(b, "\"object\",\"additionalProperties\":false,\"properties\":{");
	for (size_t i = 0; i < t->n_fields; i++) {
		hyk_buf_append_c(b, i == 0 ? "" : ",");
		hyk_json_write_str(b, t->fields[i].name);
		hyk_buf_append_char(b, ':');
		write_schema(b, t->fields[i].type, NULL, depth);
	}
	hyk_buf_append_c(b, "},\"required\":[");
	for (size_t i = 0; i < t->n_fields; i++) {
		if (t->fields[i].optional)
			continue;
		hyk_buf_append_c(b, first ? "" : ",");
		hyk_json_write_str(b, t->fields[i].name);
		first = false;
	}
	hyk_buf_append_char(b, ']');
}

/* Bounds of a list's items are the fact's own, its size is the list's. */
static void
write_list(struct hyk_buf *b, const struct hyk_type *t, const struct hyk_bounds *bounds, unsigned depth)
{
	struct hyk_bounds items;

	hyk_buf_append_c(b, "\"array\",\"items\":");
	if (bounds != NULL) {
		items = *bounds;
		items.max_size = UINT32_MAX;
	}
	write_schema(b, t->elem, bounds == NULL ? NULL : &items, depth);
	write_size(b, "maxItems", bounds);
}

static void
write_number(struct hyk_buf *b, const char *type, const struct hyk_bounds *bounds, bool from_zero)
{
	hyk_buf_printf(b, "\"%s\"", type);
	if (bounds != NULL) {
		bound_member(b, "minimum", bounds->min);
		bound_member(b, "maximum", bounds->max);
	}
	if (from_zero && (bounds == NULL || bounds->min.kind == HYK_ABSENT))
		hyk_buf_append_c(b, ",\"minimum\":0");
	write_enum(b, bounds);
}

static void
write_schema(struct hyk_buf *b, const struct hyk_type *t, const struct hyk_bounds *bounds, unsigned depth)
{
	if (depth == 0 || t->kind == HYK_T_DYN) {
		hyk_buf_append_c(b, "true");
		return;
	}
	hyk_buf_append_c(b, "{\"type\":");
	if (t->kind == HYK_T_BOOL) {
		hyk_buf_append_c(b, "\"boolean\"");
	} else if (t->kind == HYK_T_INT || t->kind == HYK_T_UINT) {
		write_number(b, "integer", bounds, t->kind == HYK_T_UINT);
	} else if (t->kind == HYK_T_DOUBLE) {
		write_number(b, "number", bounds, false);
	} else if (t->kind == HYK_T_LIST) {
		write_list(b, t, bounds, depth - 1);
	} else if (t->kind == HYK_T_MAP) {
		hyk_buf_append_c(b, "\"object\",\"additionalProperties\":");
		write_schema(b, t->elem, NULL, depth - 1);
		write_size(b, "maxProperties", bounds);
	} else if (t->kind == HYK_T_RECORD) {
		write_record(b, t, depth - 1);
	} else {
		hyk_buf_append_c(b, "\"string\"");
		if (t->kind == HYK_T_TIMESTAMP)
			hyk_buf_append_c(b, ",\"format\":\"date-time\"");
		else if (t->kind == HYK_T_DATE)
			hyk_buf_append_c(b, ",\"format\":\"date\"");
		else if (t->kind == HYK_T_DURATION)
			hyk_buf_append_c(b, ",\"pattern\":\"^-?([0-9]+([.][0-9]+)?(h|m|s|ms|us|ns))+$\"");
		else if (t->kind == HYK_T_STRING)
			write_enum(b, bounds);
		if (t->kind == HYK_T_STRING)
			write_size(b, "maxLength", bounds);
	}
	hyk_buf_append_char(b, '}');
}

static const char *
presence(const struct hyk_fact *f)
{
	if (f->source != HYK_FROM_CALLER)
		return "given";
	if (f->has_default)
		return "default";
	if (f->optional)
		return "optional";
	return f->proof != HYK_PROOF_NONE ? "proof" : "required";
}

static void
write_fact(struct hyk_exchange *x, const struct hyk_fact *f, const struct hyk_zone *zone)
{
	static const char *const sources[] = { [HYK_FROM_CALLER] = "", [HYK_FROM_REGISTRY] = "registry",
		[HYK_FROM_RECORD] = "record", [HYK_FROM_HOOK] = "hook" };
	struct hyk_buf *b = &x->answer;

	hyk_buf_append_c(b, "{\"path\":");
	hyk_json_write_str(b, f->path);
	member(b, "title");
	hyk_write_text(b, &f->title);
	member(b, "schema");
	write_schema(b, f->type, &f->bounds, DEPTH);
	text_member(b, "presence", hyk_str_from_c(presence(f)));
	text_member(b, "unit", f->unit);
	if (f->has_default) {
		member(b, "default");
		hyk_json_write(b, hyk_spell(&x->state->arena, f->type, zone, f->default_value));
	}
	if (f->proof != HYK_PROOF_NONE)
		text_member(b, "proof", hyk_str_from_c(hyk_proof_name(f->proof)));
	text_member(b, "by", f->by);
	for (size_t i = 0; i < f->n_any_of; i++) {
		hyk_buf_append_c(b, i == 0 ? ",\"any_of\":[" : ",");
		hyk_json_write_str(b, f->any_of[i]);
	}
	hyk_buf_append_c(b, f->n_any_of > 0 ? "]" : "");
	text_member(b, "source", hyk_str_from_c(sources[f->source]));
	hyk_buf_append_c(b, f->personal || f->root == HYK_SUBJECT ? ",\"personal\":true}" : "}");
}

/* What types and actions begin with. */
static void
write_head(struct hyk_buf *b, struct hyk_str name, const struct hyk_text *title, struct hyk_str extends)
{
	hyk_buf_append_c(b, "{\"name\":");
	hyk_json_write_str(b, name);
	member(b, "title");
	hyk_write_text(b, title);
	text_member(b, "extends", extends);
}

static void
write_action(struct hyk_exchange *x, const struct hyk_asset_type *t, const struct hyk_action *a, bool facts)
{
	const struct hyk_ruleset *r = x->state->snapshot->ruleset;
	const struct hyk_shape *shape = facts ? hyk_catalog_find_shape(r->catalog, t, a->name) : NULL;
	const struct hyk_commons *c = hyk_ruleset_find_commons(r, hyk_str_from_c(x->caller.commons));
	struct hyk_buf *b = &x->answer;

	write_head(b, a->name, &a->title, a->extends == NULL ? HYK_STR("") : a->extends->name);
	hyk_buf_append_c(b, a->abstract ? ",\"abstract\":true" : ",\"abstract\":false");
	for (size_t i = 0; shape != NULL && i < shape->n_facts; i++) {
		hyk_buf_append_c(b, i == 0 ? ",\"facts\":[" : ",");
		write_fact(x, shape->facts[i], c == NULL ? NULL : c->zone);
	}
	hyk_buf_append_c(b, shape == NULL ? "}" : shape->n_facts > 0 ? "]}" : ",\"facts\":[]}");
}

static void
write_type(struct hyk_exchange *x, const struct hyk_asset_type *t, bool facts)
{
	struct hyk_buf *b = &x->answer;

	write_head(b, t->name, &t->title, t->extends == NULL ? HYK_STR("") : t->extends->name);
	hyk_buf_append_c(b, t->registered ? ",\"registered\":true,\"actions\":[" : ",\"registered\":false,\"actions\":[");
	for (size_t i = 0; i < t->n_actions; i++) {
		hyk_buf_append_c(b, i == 0 ? "" : ",");
		write_action(x, t, t->actions[i], facts);
	}
	hyk_buf_append_c(b, "]}");
}

void
hyk_asset_types_list(struct hyk_exchange *x)
{
	const struct hyk_catalog *c = x->state->snapshot->ruleset->catalog;
	const struct hyk_asset_type *one = x->type.n == 0 ? NULL : hyk_catalog_find_type(c, x->type);

	if (x->type.n > 0 && one == NULL) {
		hyk_exchange_fail(x, 404, "UNKNOWN_TYPE", "no plugin defines this type", "이 유형을 정한 플러그인이 없습니다", NULL);
		return;
	}
	if (one != NULL) {
		write_type(x, one, true);
	} else {
		hyk_buf_append_c(&x->answer, "{\"asset_types\":[");
		for (size_t i = 0; i < c->types.n; i++) {
			hyk_buf_append_c(&x->answer, i == 0 ? "" : ",");
			write_type(x, c->types.entries[i].item, false);
		}
		hyk_buf_append_c(&x->answer, "]}");
	}
	if (x->answer.failed)
		hyk_exchange_fail_status(x, HYK_E_NOMEM, NULL);
	else
		x->status = 200;
}
