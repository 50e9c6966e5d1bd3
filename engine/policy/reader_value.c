/* SPDX-License-Identifier: Apache-2.0 */
/* policy/reader_value.c - nodes as values of a type: the schema decides what a plain scalar is. */
#include "policy/reader.h"

#include "base/buf.h"

struct task {
	struct hyk_reader *r;
	struct hyk_coerce coerce;
	enum hyk_diag_id id;
	struct hyk_str path;
};

/* What a word without quotes is by its look: JSON's words and numbers, else text. */
static struct hyk_value
by_look(const struct hyk_node *node)
{
	struct hyk_str s = node->text;
	int64_t i;
	uint64_t u;
	double d;

	if (node->style != HYK_STYLE_PLAIN && node->style != HYK_STYLE_JSON_WORD)
		return hyk_string(s);
	if (hyk_str_eq_c(s, "true") || hyk_str_eq_c(s, "false"))
		return hyk_bool(s.n == 4);
	if (hyk_str_eq_c(s, "null") || hyk_str_eq_c(s, "~") || s.n == 0)
		return hyk_null();
	/* 010 is no number: nobody can say which one. */
	if (s.n > 1 && s.p[0] == '0' && s.p[1] != '.' && s.p[1] != 'e' && s.p[1] != 'E')
		return hyk_string(s);
	if (hyk_str_to_i64(s, &i))
		return hyk_int(i);
	if (hyk_str_to_u64(s, &u))
		return hyk_uint(u);
	if (s.p[0] != '.' && s.p[0] != '+' && hyk_str_to_double(s, &d))
		return hyk_double(d);
	return hyk_string(s);
}

static bool
misfit(struct task *t, const struct hyk_node *node, struct hyk_str en, struct hyk_str ko)
{
	HYK_DIAG(t->r->diags, t->id, t->r->src, node->span, t->path, en, ko);
	return false;
}

static bool
wrong_shape(struct task *t, const struct hyk_node *node, const struct hyk_type *type)
{
	struct hyk_buf want, en, ko;

	hyk_buf_init(&want, 500);
	hyk_buf_init(&en, 1000);
	hyk_buf_init(&ko, 1000);
	hyk_type_write(&want, type);
	hyk_buf_append(&en, hyk_buf_peek(&want));
	hyk_buf_append_c(&en, " is wanted here");
	hyk_buf_append(&ko, hyk_buf_peek(&want));
	hyk_buf_append_c(&ko, "이(가) 와야 합니다");
	misfit(t, node, hyk_buf_peek(&en), hyk_buf_peek(&ko));
	hyk_buf_fini(&want);
	hyk_buf_fini(&en);
	hyk_buf_fini(&ko);
	return false;
}

static bool
read_scalar(struct task *t, const struct hyk_node *node, const struct hyk_type *type, struct hyk_value *ret_v)
{
	struct hyk_value v = by_look(node), typed;
	struct hyk_misfit why = { 0 };

	/* In YAML a plain 101 or true is a fine text where a text is wanted; in JSON it is not. */
	if (type->kind == HYK_T_STRING && node->style == HYK_STYLE_PLAIN && node->text.n)
		v = hyk_string(node->text);
	if (!hyk_coerce_value(&t->coerce, type, NULL, v, &typed, &why)) {
		if (!why.en.n) {
			t->r->nomem = true;
			return false;
		}
		return misfit(t, node, why.en, why.ko);
	}
	*ret_v = v;
	return true;
}

/* depth is bounded by HYK_NODE_MAX_DEPTH. type NULL: by look. */
static bool
read_node(struct task *t, const struct hyk_node *node, const struct hyk_type *type, struct hyk_value *ret_v)
{
	bool fine = true, dyn = !type || type->kind == HYK_T_DYN;
	struct hyk_value *items;
	struct hyk_mapb b;

	switch (node->kind) {
	case HYK_NODE_BAD:
		return false;
	case HYK_NODE_SCALAR:
		if (dyn) {
			*ret_v = by_look(node);
			return true;
		}
		return read_scalar(t, node, type, ret_v);
	case HYK_NODE_LIST:
		if (!dyn && type->kind != HYK_T_LIST)
			return wrong_shape(t, node, type);
		items = hyk_reader_alloc(t->r, node->n, sizeof(*items));
		if (!items)
			return false;
		for (size_t i = 0; i < node->n; i++)
			fine &= read_node(t, node->items[i], dyn ? NULL : type->elem, &items[i]);
		*ret_v = hyk_list(t->r->arena, items, (uint32_t)node->n);
		t->r->nomem |= ret_v->kind == HYK_ERROR_VALUE;
		return fine && !t->r->nomem;
	case HYK_NODE_MAP:
		break;
	}
	if (!dyn && type->kind != HYK_T_MAP && type->kind != HYK_T_RECORD)
		return wrong_shape(t, node, type);
	hyk_mapb_init(&b, t->r->arena);
	for (size_t i = 0; i < node->n; i++) {
		const struct hyk_type *elem = dyn ? NULL : type->elem;
		struct hyk_value value = hyk_null();

		if (!dyn && type->kind == HYK_T_RECORD) {
			const struct hyk_field *f = hyk_type_find_field(type, node->keys[i]->text);

			elem = f ? f->type : NULL; /* an unknown one is told of by hyk_coerce_value */
		}
		fine &= read_node(t, node->items[i], elem, &value);
		/* JSON has only text for keys; hyk_coerce_value makes them what the type says. */
		if (!hyk_mapb_add(&b, hyk_string(node->keys[i]->text), value))
			t->r->nomem = true;
	}
	*ret_v = hyk_mapb_finish(&b, NULL);
	t->r->nomem |= ret_v->kind == HYK_ERROR_VALUE;
	return fine && !t->r->nomem;
}

bool
hyk_reader_value(struct hyk_reader *r, const struct hyk_node *node, const struct hyk_type *type,
    const struct hyk_bounds *bounds, const struct hyk_zone *zone, enum hyk_diag_id id, struct hyk_str path,
    struct hyk_value *ret_json, struct hyk_value *ret_typed)
{
	struct task t = { .r = r, .id = id, .path = path };
	struct hyk_misfit why = { 0 };
	struct hyk_value json, typed;

	t.coerce = (struct hyk_coerce){ r->arena, zone ? hyk_zone_offset_at_local : NULL, zone };
	if (!read_node(&t, node, type, &json))
		return false;
	if (!hyk_coerce_value(&t.coerce, type, bounds, json, &typed, &why)) {
		struct hyk_str whole = path;

		if (!why.en.n) {
			r->nomem = true;
			return false;
		}
		if (why.path.n)
			whole = hyk_arena_printf(r->arena, "%.*s%s%.*s", HYK_STR_ARG(path),
			    why.path.p[0] == '[' ? "" : ".", HYK_STR_ARG(why.path));
		if (!whole.p) {
			r->nomem = true;
			return false;
		}
		HYK_DIAG(r->diags, id, r->src, node->span, whole, why.en, why.ko);
		return false;
	}
	if (ret_json)
		*ret_json = json;
	if (ret_typed)
		*ret_typed = typed;
	return true;
}

bool
hyk_reader_untyped(struct hyk_reader *r, const struct hyk_node *node, struct hyk_value *ret_v)
{
	struct task t = { .r = r };

	return read_node(&t, node, NULL, ret_v);
}
