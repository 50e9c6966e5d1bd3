/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/request.c - a JSON value as the four parts of a request. */
#include "pipeline/request.h"

#include "policy/catalog.h"

static bool
fail(struct hyk_diags *diags, enum hyk_diag_id id, const char *path)
{
	HYK_DIAG(diags, id, NULL, HYK_NO_SPAN, hyk_str_from_c(path));
	return false;
}

/* A text that must be there; `path` is for the message. */
static bool
read_text(struct hyk_value part, const char *key, const char *path, struct hyk_str *ret_s, struct hyk_diags *diags)
{
	const struct hyk_value *v = hyk_value_get(part, key);

	if (!v)
		return fail(diags, HYK_D_REQUEST_MEMBER_MISSING, path);
	if (v->kind != HYK_STRING)
		return fail(diags, HYK_D_REQUEST_NOT_TEXT, path);
	if (v->n == 0)
		return fail(diags, HYK_D_REQUEST_MEMBER_EMPTY, path);
	*ret_s = hyk_value_str(*v);
	return true;
}

static bool
read_map(struct hyk_value in, const char *key, const char *path, bool must, struct hyk_value *ret_v,
    struct hyk_diags *diags)
{
	const struct hyk_value *v = hyk_value_get(in, key);

	*ret_v = hyk_null();
	if (!v && !must)
		return true;
	if (!v)
		return fail(diags, HYK_D_REQUEST_MEMBER_MISSING, path);
	if (v->kind != HYK_MAP)
		return fail(diags, HYK_D_REQUEST_NOT_OBJECT, path);
	*ret_v = *v;
	return true;
}

/* `searched`: it is what is looked for, so its id is not read. */
static bool
read_entity(struct hyk_value in, const char *key, bool searched, const char *const paths[3], struct hyk_str *type,
    struct hyk_str *id, struct hyk_value *properties, struct hyk_diags *diags)
{
	struct hyk_value part;
	bool ok;

	if (!read_map(in, key, key, true, &part, diags))
		return false;
	ok = read_text(part, "type", paths[0], type, diags);
	if (!searched)
		ok &= read_text(part, "id", paths[1], id, diags);
	ok &= read_map(part, "properties", paths[2], false, properties, diags);
	return ok;
}

static bool
is_true(struct hyk_value v, const char *key)
{
	const struct hyk_value *m = hyk_value_get(v, key);

	return m && m->kind == HYK_BOOL && m->as.b;
}

/* What only a dry run may set. */
static bool
read_dry_run(struct hyk_value v, struct hyk_request *r, struct hyk_diags *diags)
{
	const struct hyk_value *now = hyk_value_get(v, "now"), *commons = hyk_value_get(v, "commons");
	const struct hyk_value *declared = hyk_value_get(v, "declared"), *known = hyk_value_get(v, "known");
	struct hyk_value t = now ? *now : hyk_null();

	r->as_scenario = is_true(v, "as_scenario");
	if (now) {
		if (t.kind == HYK_STRING && !hyk_timestamp_parse(hyk_value_str(t), &t))
			return fail(diags, HYK_D_REQUEST_NOT_TIME, "now");
		if (t.kind != HYK_TIMESTAMP)
			return fail(diags, HYK_D_REQUEST_NOT_TIME, "now");
		r->has_now = true;
		r->now = (struct hyk_time){ t.as.i, (int32_t)t.n };
	}
	if (commons) {
		if (commons->kind != HYK_STRING)
			return fail(diags, HYK_D_REQUEST_NOT_TEXT, "commons");
		r->commons = hyk_value_str(*commons);
	}
	if (declared) {
		if (declared->kind != HYK_LIST)
			return fail(diags, HYK_D_REQUEST_NOT_PATHS, "declared");
		for (uint32_t i = 0; i < declared->as.list->n; i++)
			if (declared->as.list->items[i].kind != HYK_STRING)
				return fail(diags, HYK_D_REQUEST_NOT_PATHS, "declared");
		r->declared = *declared;
	}
	if (known && known->kind == HYK_MAP && r->as_scenario)
		r->known = *known;
	return true;
}

/* The action; when it is what is looked for, it need not be there and its name is not read. */
static bool
read_action(struct hyk_value in, bool searched, struct hyk_request *r, struct hyk_diags *diags)
{
	struct hyk_value action;
	bool ok = true;

	if (!read_map(in, "action", "action", !searched, &action, diags))
		return false;
	if (!searched)
		ok = read_text(action, "name", "action.name", &r->action_name, diags);
	return read_map(action, "properties", "action.properties", false, &r->properties[HYK_ACTION], diags) && ok;
}

enum hyk_status
hyk_request_read(struct hyk_value v, enum hyk_searched searched, bool allow_dry_run, struct hyk_request *ret_request,
    struct hyk_diags *diags)
{
	static const char *const subject_paths[] = { "subject.type", "subject.id", "subject.properties" };
	static const char *const resource_paths[] = { "resource.type", "resource.id", "resource.properties" };
	struct hyk_request r = { .declared = hyk_null() };
	bool ok;

	if (v.kind != HYK_MAP) {
		HYK_DIAG0(diags, HYK_D_REQUEST_SHAPE, NULL, HYK_NO_SPAN);
		return HYK_E_INVALID;
	}
	ok = read_entity(v, "subject", searched == HYK_SEARCHED_SUBJECT, subject_paths, &r.subject_type, &r.subject_id,
	    &r.properties[HYK_SUBJECT], diags);
	ok &= read_action(v, searched == HYK_SEARCHED_ACTION, &r, diags);
	ok &= read_entity(v, "resource", searched == HYK_SEARCHED_RESOURCE, resource_paths, &r.resource_type,
	    &r.resource_id, &r.properties[HYK_RESOURCE], diags);
	ok &= read_map(v, "context", "context", false, &r.properties[HYK_CONTEXT], diags);
	r.dry_run = is_true(v, "dry_run");
	if (r.dry_run && !allow_dry_run) {
		HYK_DIAG0(diags, HYK_D_REQUEST_DRY_RUN, NULL, HYK_NO_SPAN);
		return HYK_E_DENIED;
	}
	if (r.dry_run)
		ok &= read_dry_run(v, &r, diags);
	if (!ok)
		return HYK_E_INVALID;
	*ret_request = r;
	return HYK_OK;
}
