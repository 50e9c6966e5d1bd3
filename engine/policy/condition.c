/* SPDX-License-Identifier: Apache-2.0 */
/* policy/condition.c - `when`: a text, a list, or a map of all, any and none, nested at will. */
#include "policy/loader.h"

/* Conditions stand deep in lists; the tree has a limit of its own. */
static bool read_cond(struct hyk_loader *l, const struct hyk_node *node, unsigned depth, struct hyk_cel_cond *out);

static bool
read_leaf(struct hyk_loader *l, const struct hyk_node *node, struct hyk_cel_cond *out)
{
	if (!hyk_str_trim(node->text).n) {
		HYK_DIAG0(l->r.diags, HYK_D_CONDITION_EMPTY, l->r.src, node->span);
		return false;
	}
	out->kind = HYK_CEL_LEAF;
	out->src = hyk_scalar_source(l->r.arena, l->r.src, node);
	if (!out->src)
		l->r.nomem = true;
	return out->src != NULL;
}

static bool
read_list(struct hyk_loader *l, const struct hyk_node *node, enum hyk_cel_cond_kind kind, unsigned depth,
    struct hyk_cel_cond *out)
{
	struct hyk_cel_cond *children;
	bool fine = true;
	size_t n = node->kind == HYK_NODE_LIST ? node->n : 1;

	if (!n) {
		HYK_DIAG0(l->r.diags, HYK_D_CONDITION_EMPTY, l->r.src, node->span);
		return false;
	}
	children = hyk_reader_alloc(&l->r, n, sizeof(*children));
	if (!children)
		return false;
	if (node->kind == HYK_NODE_LIST) {
		for (size_t i = 0; i < n; i++)
			fine &= read_cond(l, node->items[i], depth + 1, &children[i]);
	} else {
		fine = read_cond(l, node, depth + 1, &children[0]);
	}
	out->kind = kind;
	out->children = children;
	out->n_children = n;
	return fine;
}

static bool
read_map(struct hyk_loader *l, const struct hyk_node *node, unsigned depth, struct hyk_cel_cond *out)
{
	static const struct {
		const char *key;
		enum hyk_cel_cond_kind kind;
	} forms[] = { { "all", HYK_CEL_ALL }, { "any", HYK_CEL_ANY }, { "none", HYK_CEL_NONE } };
	static const char *const keys[] = { "all", "any", "none", NULL };
	struct hyk_cel_cond *children = hyk_reader_alloc(&l->r, node->n, sizeof(*children));
	bool fine = true;
	size_t n = 0;

	if (!children)
		return false;
	hyk_reader_check_keys(&l->r, node, HYK_WHAT("a condition", "조건"), keys);
	for (size_t i = 0; i < node->n; i++) {
		size_t k = 0;

		while (k < HYK_ARRAY_LEN(forms) && !hyk_str_eq_c(node->keys[i]->text, forms[k].key))
			k++;
		if (k == HYK_ARRAY_LEN(forms)) {
			fine = false;
			continue;
		}
		fine &= read_list(l, node->items[i], forms[k].kind, depth, &children[n++]);
	}
	if (!node->n) {
		HYK_DIAG0(l->r.diags, HYK_D_CONDITION_FORM, l->r.src, node->span);
		return false;
	}
	out->kind = HYK_CEL_ALL;
	out->children = children;
	out->n_children = n;
	return fine;
}

static bool
read_cond(struct hyk_loader *l, const struct hyk_node *node, unsigned depth, struct hyk_cel_cond *out)
{
	if (depth > HYK_CONDITION_MAX_DEPTH) {
		HYK_DIAG(l->r.diags, HYK_D_CONDITION_DEPTH, l->r.src, node->span, HYK_STR("32"));
		return false;
	}
	switch (node->kind) {
	case HYK_NODE_SCALAR:
		return read_leaf(l, node, out);
	case HYK_NODE_LIST:
		return read_list(l, node, HYK_CEL_ALL, depth, out);
	case HYK_NODE_MAP:
		return read_map(l, node, depth, out);
	case HYK_NODE_BAD:
		break;
	}
	return false;
}

const struct hyk_cel_cond *
hyk_condition_read(struct hyk_loader *l, const struct hyk_node *node)
{
	struct hyk_cel_cond *cond = hyk_reader_alloc(&l->r, 1, sizeof(*cond));

	if (!cond || !read_cond(l, node, 0, cond))
		return NULL;
	return cond;
}
