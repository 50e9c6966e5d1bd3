/* SPDX-License-Identifier: Apache-2.0 */
/* policy/reader.c - keys, texts, lists, ids and dates out of nodes. */
#include "policy/reader.h"

#include "base/buf.h"

void *
hyk_reader_alloc(struct hyk_reader *r, size_t n, size_t size)
{
	void *p = hyk_arena_array(r->arena, n, size);

	if (!p)
		r->nomem = true;
	return p;
}

void
hyk_reader_unknown(struct hyk_reader *r, enum hyk_diag_id id, struct hyk_span span, struct hyk_str name,
    struct hyk_str second, const struct hyk_str *candidates, size_t n)
{
	struct hyk_diag *d = HYK_DIAG(r->diags, id, r->src, span, name, second);

	if (d && candidates)
		hyk_diag_suggest(r->diags, d, hyk_str_nearest(name, candidates, n));
}

struct hyk_str *
hyk_reader_names(struct hyk_reader *r, size_t n)
{
	return hyk_diags_has_room(r->diags) ? hyk_reader_alloc(r, n, sizeof(struct hyk_str)) : NULL;
}

/* A key without a value is a scalar without text. */
static bool
is_empty(const struct hyk_node *node)
{
	return node->kind == HYK_NODE_SCALAR && node->style == HYK_STYLE_PLAIN && node->text.n == 0;
}

static bool
is_kind(struct hyk_reader *r, const struct hyk_node *node, enum hyk_node_kind kind, const char *key,
    enum hyk_diag_id id)
{
	if (node->kind == kind)
		return true;
	if (node->kind != HYK_NODE_BAD)
		HYK_DIAG(r->diags, is_empty(node) ? HYK_D_EMPTY_VALUE : id, r->src, node->span, hyk_str_from_c(key));
	return false;
}

bool
hyk_reader_is_map(struct hyk_reader *r, const struct hyk_node *node, const char *key)
{
	return is_kind(r, node, HYK_NODE_MAP, key, HYK_D_WANT_MAP);
}

bool
hyk_reader_is_list(struct hyk_reader *r, const struct hyk_node *node, const char *key)
{
	return is_kind(r, node, HYK_NODE_LIST, key, HYK_D_WANT_LIST);
}

#define MAX_KEYS 24

void
hyk_reader_check_keys(struct hyk_reader *r, const struct hyk_node *map, struct hyk_what what, const char *const *keys)
{
	struct hyk_str names[MAX_KEYS];
	size_t n = 0;

	while (keys[n]) {
		HYK_ASSERT(n < MAX_KEYS);
		names[n] = hyk_str_from_c(keys[n]);
		n++;
	}
	for (size_t i = 0; i < map->n; i++) {
		struct hyk_str key = map->keys[i]->text;
		struct hyk_buf all;
		struct hyk_diag *d;
		size_t k = 0;

		while (k < n && !hyk_str_eq(key, names[k]))
			k++;
		if (k < n || map->keys[i]->kind == HYK_NODE_BAD)
			continue;
		map->keys[i]->kind = HYK_NODE_BAD; /* told once, however often it is read */
		hyk_buf_init(&all, 1000);
		for (k = 0; k < n; k++) {
			hyk_buf_append_c(&all, k ? ", " : "");
			hyk_buf_append(&all, names[k]);
		}
		d = HYK_DIAG(r->diags, HYK_D_UNKNOWN_KEY, r->src, map->keys[i]->span, key, what.en, what.ko,
		    hyk_buf_peek(&all));
		hyk_buf_fini(&all);
		if (d)
			hyk_diag_suggest(r->diags, d, hyk_str_nearest(key, names, n));
	}
}

const struct hyk_node *
hyk_reader_need(struct hyk_reader *r, const struct hyk_node *map, const char *key, struct hyk_what what)
{
	const struct hyk_node *node = hyk_node_find(map, key);
	struct hyk_span span = map->span;

	if (node)
		return node;
	if (r->broken)
		return NULL;
	if (map->n)
		span = map->keys[0]->span;
	HYK_DIAG(r->diags, HYK_D_MISSING_KEY, r->src, span, hyk_str_from_c(key), what.en, what.ko);
	return NULL;
}

bool
hyk_reader_text(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_str *ret_s)
{
	if (!is_kind(r, node, HYK_NODE_SCALAR, key, HYK_D_WANT_TEXT))
		return false;
	if (!hyk_str_trim(node->text).n) {
		HYK_DIAG(r->diags, HYK_D_EMPTY_VALUE, r->src, node->span, hyk_str_from_c(key));
		return false;
	}
	*ret_s = node->text;
	return true;
}

bool
hyk_reader_bool(struct hyk_reader *r, const struct hyk_node *node, const char *key, bool *ret_b)
{
	if (node->kind == HYK_NODE_BAD)
		return false;
	if (node->kind == HYK_NODE_SCALAR &&
	    (node->style == HYK_STYLE_PLAIN || node->style == HYK_STYLE_JSON_WORD)) {
		if (hyk_str_eq_c(node->text, "true") || hyk_str_eq_c(node->text, "false")) {
			*ret_b = node->text.n == 4;
			return true;
		}
	}
	HYK_DIAG(r->diags, HYK_D_WANT_BOOL, r->src, node->span, hyk_str_from_c(key));
	return false;
}

bool
hyk_is_id(struct hyk_str s)
{
	if (s.n < 1 || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

bool
hyk_reader_id(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_str *ret_s)
{
	if (!hyk_reader_text(r, node, key, ret_s))
		return false;
	if (hyk_is_id(*ret_s))
		return true;
	HYK_DIAG(r->diags, HYK_D_BAD_ID, r->src, node->span, *ret_s);
	return false;
}

bool
hyk_reader_one_of(struct hyk_reader *r, const struct hyk_node *node, const char *key, const char *const *names,
    int *ret_i)
{
	struct hyk_str s, all[MAX_KEYS];
	struct hyk_buf list;
	struct hyk_diag *d;
	size_t n = 0;

	if (!hyk_reader_text(r, node, key, &s))
		return false;
	hyk_buf_init(&list, 1000);
	for (; names[n]; n++) {
		all[n] = hyk_str_from_c(names[n]);
		if (hyk_str_eq(s, all[n])) {
			hyk_buf_fini(&list);
			*ret_i = (int)n;
			return true;
		}
		hyk_buf_append_c(&list, n ? ", " : "");
		hyk_buf_append(&list, all[n]);
	}
	d = HYK_DIAG(r->diags, HYK_D_WANT_ONE_OF, r->src, node->span, hyk_str_from_c(key), s, hyk_buf_peek(&list));
	hyk_buf_fini(&list);
	hyk_diag_suggest(r->diags, d, hyk_str_nearest(s, all, n));
	return false;
}

bool
hyk_reader_date(struct hyk_reader *r, const struct hyk_node *node, const char *key, int64_t *ret_days)
{
	struct hyk_str s;

	if (!hyk_reader_text(r, node, key, &s))
		return false;
	if (hyk_date_parse(s, ret_days))
		return true;
	HYK_DIAG(r->diags, HYK_D_WANT_DATE, r->src, node->span, hyk_str_from_c(key), s);
	return false;
}

bool
hyk_reader_texts(struct hyk_reader *r, const struct hyk_node *node, const char *key, const struct hyk_str **ret,
    size_t *ret_n)
{
	struct hyk_str *texts;
	bool fine = true;

	if (node->kind == HYK_NODE_SCALAR && !is_empty(node)) {
		texts = hyk_reader_alloc(r, 1, sizeof(*texts));
		if (!texts)
			return false;
		*ret = texts;
		*ret_n = 1;
		return hyk_reader_text(r, node, key, &texts[0]);
	}
	if (!hyk_reader_is_list(r, node, key))
		return false;
	texts = hyk_reader_alloc(r, node->n, sizeof(*texts));
	if (!texts)
		return false;
	for (size_t i = 0; i < node->n; i++)
		fine &= hyk_reader_text(r, node->items[i], key, &texts[i]);
	*ret = texts;
	*ret_n = node->n;
	return fine;
}

bool
hyk_is_language_tag(struct hyk_str s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == '-' && run >= 2)
			run = 0;
		else if (letter || (c >= '0' && c <= '9' && i >= 3))
			run++;
		else
			return false;
	}
	return s.n >= 2 && s.n <= 35 && run >= 1 && run <= 8;
}

bool
hyk_reader_localized(struct hyk_reader *r, const struct hyk_node *node, const char *key, struct hyk_text *ret_text)
{
	struct hyk_str *tags, *texts;
	bool fine = true;

	if (node->kind != HYK_NODE_MAP) {
		tags = hyk_reader_alloc(r, 1, sizeof(*tags));
		texts = hyk_reader_alloc(r, 1, sizeof(*texts));
		if (!tags || !texts)
			return false;
		tags[0] = r->language.n ? r->language : HYK_STR("und");
		*ret_text = (struct hyk_text){ 1, tags, texts };
		return hyk_reader_text(r, node, key, &texts[0]);
	}
	tags = hyk_reader_alloc(r, node->n, sizeof(*tags));
	texts = hyk_reader_alloc(r, node->n, sizeof(*texts));
	if (!tags || !texts)
		return false;
	for (size_t i = 0; i < node->n; i++) {
		tags[i] = node->keys[i]->text;
		if (!hyk_is_language_tag(tags[i])) {
			HYK_DIAG(r->diags, HYK_D_TEXT_TAG, r->src, node->keys[i]->span, tags[i]);
			fine = false;
			continue;
		}
		fine &= hyk_reader_text(r, node->items[i], key, &texts[i]);
	}
	*ret_text = (struct hyk_text){ node->n, tags, texts };
	return fine && node->n;
}
