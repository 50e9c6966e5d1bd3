/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/answer.h"

#define MAX_NAME 64
#define MAX_TEXT 1024
#define MAX_ANSWERS 64

enum part_form { NAME, TEXT, MAP, NUMBER, ANY };

struct part {
	const char *name;
	enum part_form form;
	bool optional;
};

struct form {
	const char *answer;
	unsigned hooks; /* bits: who may give it */
	struct part parts[4];
};

#define BIT(h) (1u << (h))
static const struct form forms[] = {
	{ "permit", BIT(HYK_HOOK_PERMIT), { { "code", NAME, true }, { "text", TEXT, true } } },
	{ "forbid", BIT(HYK_HOOK_PERMIT),
	    { { "code", NAME, false }, { "text", TEXT, true }, { "offer", ANY, true } } },
	{ "need", BIT(HYK_HOOK_PERMIT), { { "fact", NAME, false }, { "code", NAME, true }, { "text", TEXT, true } } },
	{ "owe", BIT(HYK_HOOK_LIABILITY) | BIT(HYK_HOOK_ON_EVENT),
	    { { "duty", NAME, false }, { "terms", MAP, true }, { "code", NAME, true }, { "text", TEXT, true } } },
	{ "point", BIT(HYK_HOOK_LIABILITY) | BIT(HYK_HOOK_ON_EVENT),
	    { { "points", NUMBER, false }, { "reason", TEXT, true } } },
	{ "accept", BIT(HYK_HOOK_VERIFY), { { 0 } } },
	{ "reject", BIT(HYK_HOOK_VERIFY), { { "code", NAME, false }, { "text", TEXT, true } } },
};

static bool
is_text(struct hyk_value v, size_t most)
{
	return v.kind == HYK_STRING && v.n > 0 && v.n <= most;
}

static bool
check_part(const struct part *p, struct hyk_value v, struct hyk_wire_path *path)
{
	switch (p->form) {
	case NAME:
		if (is_text(v, MAX_NAME))
			return true;
		hyk_wire_path_fail(path, "must be a text of 1 to %d bytes", MAX_NAME);
		return false;
	case TEXT:
		if (is_text(v, MAX_TEXT))
			return true;
		if (v.kind == HYK_MAP && v.as.map->n > 0) {
			for (uint32_t i = 0; i < v.as.map->n; i++) {
				const struct hyk_ventry *e = &v.as.map->entries[i];

				if (e->key.kind != HYK_STRING || !is_text(e->value, MAX_TEXT) ||
				    (!hyk_str_eq_c(hyk_value_str(e->key), "ko") &&
					!hyk_str_eq_c(hyk_value_str(e->key), "en")))
					goto out;
			}
			return true;
		}
out:
		hyk_wire_path_fail(
		    path, "must be a text of 1 to %d bytes, or { ko = text, en = text }", MAX_TEXT);
		return false;
	case MAP:
		if (v.kind == HYK_MAP)
			return true;
		hyk_wire_path_fail(path, "must be a table with names");
		return false;
	case NUMBER:
		if (v.kind == HYK_INT || v.kind == HYK_DOUBLE)
			return true;
		hyk_wire_path_fail(path, "must be a number");
		return false;
	case ANY:
		return true;
	}
	return false;
}

static bool
check_parts(const struct form *f, const struct hyk_vmap *m, struct hyk_wire_path *path)
{
	for (uint32_t i = 0; i < m->n; i++) {
		struct hyk_str key = hyk_value_str(m->entries[i].key);
		const struct part *p = NULL;
		size_t at;
		bool ok;

		if (hyk_str_eq_c(key, "answer"))
			continue;
		for (size_t k = 0; k < HYK_ARRAY_LEN(f->parts) && f->parts[k].name; k++)
			if (hyk_str_eq_c(key, f->parts[k].name))
				p = &f->parts[k];
		at = hyk_wire_path_enter_key(path, key);
		if (!p)
			hyk_wire_path_fail(path, "is no part of '%s'", f->answer);
		ok = p && check_part(p, m->entries[i].value, path);
		hyk_wire_path_leave(path, at);
		if (!ok)
			return false;
	}
	for (size_t k = 0; k < HYK_ARRAY_LEN(f->parts) && f->parts[k].name; k++)
		if (!f->parts[k].optional &&
		    !hyk_vmap_find_str(m, hyk_str_from_c(f->parts[k].name))) {
			hyk_wire_path_fail(path, "has no '%s'", f->parts[k].name);
			return false;
		}
	return true;
}

static bool
check_one(enum hyk_hook hook, struct hyk_value v, struct hyk_wire_path *path)
{
	const struct hyk_value *name = v.kind == HYK_MAP
	    ? hyk_vmap_find_str(v.as.map, HYK_STR("answer"))
	    : NULL;

	if (!name || name->kind != HYK_STRING) {
		hyk_wire_path_fail(path, "is %s; answers are made by %s",
		    hyk_kind_name((enum hyk_kind)v.kind),
		    hook == HYK_HOOK_PERMIT       ? "permit(), forbid(code, text), need(fact)"
			: hook == HYK_HOOK_VERIFY ? "accept(), reject(code, text)"
						  : "owe(duty, terms), point(n, reason)");
		return false;
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(forms); i++) {
		if (!hyk_str_eq_c(hyk_value_str(*name), forms[i].answer))
			continue;
		if (!(forms[i].hooks & BIT(hook))) {
			hyk_wire_path_fail(path, "is '%s', which the hook '%s' may not answer",
			    forms[i].answer, hyk_hook_name(hook));
			return false;
		}
		return check_parts(&forms[i], v.as.map, path);
	}
	hyk_wire_path_fail(path, "has an 'answer' that is none");
	return false;
}

bool
hyk_answer_check(enum hyk_hook hook, struct hyk_value *v, struct hyk_wire_path *path)
{
	if (v->kind == HYK_NULL)
		return true;
	if (hook == HYK_HOOK_ENRICH || hook == HYK_HOOK_IDENTIFY) {
		if (v->kind == HYK_MAP)
			return true;
		hyk_wire_path_fail(path, "is %s; this hook answers a table of facts",
		    hyk_kind_name((enum hyk_kind)v->kind));
		return false;
	}
	if (v->kind == HYK_MAP && v->as.map->n == 0) {
		*v = hyk_null();
		return true;
	}
	if (v->kind != HYK_LIST || hook == HYK_HOOK_VERIFY)
		return check_one(hook, *v, path);
	if (v->as.list->n > MAX_ANSWERS) {
		hyk_wire_path_fail(path, "has more than %d answers", MAX_ANSWERS);
		return false;
	}
	for (uint32_t i = 0; i < v->as.list->n; i++) {
		size_t at = hyk_wire_path_enter_item(path, i + 1ull);
		bool ok = check_one(hook, v->as.list->items[i], path);

		hyk_wire_path_leave(path, at);
		if (!ok)
			return false;
	}
	return true;
}
