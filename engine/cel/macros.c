/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/macros.c - calls that are not calls: has, all, exists, exists_one, map, filter, their
 * two-variable forms, cel.bind, optMap and optFlatMap.
 */
#include "cel/parser.h"

#include <string.h>

static struct hyk_cel_node *
misused(struct hyk_cel_parser *p, const struct hyk_cel_node *at, const char *en, const char *ko)
{
	struct hyk_diag *d;

	d = HYK_DIAG(p->in->diags, HYK_D_CEL_MACRO, p->in->src, at->span, hyk_str_from_c(en), hyk_str_from_c(ko));
	hyk_diag_anchor(d, p->in->src, at->anchor);
	if (p->st == HYK_OK)
		p->st = HYK_E_INVALID;
	return NULL;
}

static bool
take_var(struct hyk_cel_parser *p, struct hyk_cel_node *n, struct hyk_cel_node *arg)
{
	if (arg->kind != HYK_CEL_N_IDENT || (arg->flags & (HYK_CEL_ROOTED | HYK_CEL_PAREN))) {
		misused(p, arg, "the variable of a macro is a plain name", "매크로의 변수는 이름 하나여야 합니다");
		return false;
	}
	if (n->n_vars && hyk_str_eq(n->var[0], arg->name)) {
		misused(p, arg, "the two variables need different names", "두 변수의 이름이 달라야 합니다");
		return false;
	}
	n->var[n->n_vars++] = arg->name;
	return true;
}

static struct hyk_cel_node *
make_fold(struct hyk_cel_parser *p, struct hyk_cel_node *call, enum hyk_cel_fold fold, unsigned n_vars)
{
	struct hyk_cel_node *n = hyk_cel_parser_node(p, HYK_CEL_N_FOLD, call->span, call->span);
	uint32_t at = 1 + n_vars;
	bool filtered = call->n_args - at == 2;

	if (!n || !hyk_cel_parser_args(p, n, 3))
		return NULL;
	n->fold = (uint8_t)fold;
	n->op = call->op;
	n->anchor = call->anchor;
	n->name = call->name;
	n->args[0] = call->args[0];
	for (uint32_t i = 1; i <= n_vars; i++) {
		if (!take_var(p, n, call->args[i]))
			return NULL;
	}
	n->args[1] = filtered ? call->args[at++] : NULL;
	n->args[2] = call->args[at];
	return hyk_cel_parser_done(p, n);
}

static struct hyk_cel_node *
make_has(struct hyk_cel_parser *p, struct hyk_cel_node *call)
{
	struct hyk_cel_node *field = call->args[0];

	if (field->kind != HYK_CEL_N_SELECT || (field->flags & HYK_CEL_OPT))
		return misused(p, field, "has() takes a field such as subject.age",
		    "has()에는 subject.age처럼 필드를 씁니다");
	field->flags = (uint8_t)((field->flags | HYK_CEL_TEST) & ~HYK_CEL_PAREN); /* its brackets are inside of has() now */
	field->span = call->span;
	field->anchor = call->anchor;
	return field;
}

static bool
is_cel(const struct hyk_cel_node *n)
{
	return n->kind == HYK_CEL_N_IDENT && hyk_str_eq_c(n->name, "cel");
}

static struct hyk_cel_node *
make_bind(struct hyk_cel_parser *p, struct hyk_cel_node *call)
{
	struct hyk_cel_node *n = hyk_cel_parser_node(p, HYK_CEL_N_BIND, call->span, call->span);

	if (!n || !hyk_cel_parser_args(p, n, 2) || !take_var(p, n, call->args[1]))
		return NULL;
	n->op = call->op;
	n->anchor = call->anchor;
	n->args[0] = call->args[2];
	n->args[1] = call->args[3];
	return hyk_cel_parser_done(p, n);
}

static struct hyk_cel_node *
make_optmap(struct hyk_cel_parser *p, struct hyk_cel_node *call, bool flat)
{
	struct hyk_cel_node *n = hyk_cel_parser_node(p, HYK_CEL_N_OPTMAP, call->span, call->span);

	if (!n || !hyk_cel_parser_args(p, n, 2) || !take_var(p, n, call->args[1]))
		return NULL;
	n->op = call->op;
	n->anchor = call->anchor;
	n->flags = flat ? HYK_CEL_FLAT : 0;
	n->args[0] = call->args[0];
	n->args[1] = call->args[2];
	return hyk_cel_parser_done(p, n);
}

struct hyk_cel_node *
hyk_cel_macro_expand(struct hyk_cel_parser *p, struct hyk_cel_node *call)
{
	static const struct {
		const char *name;
		uint32_t n_args; /* with the receiver */
		enum hyk_cel_fold fold;
		unsigned n_vars;
	} folds[] = {
		{ "all", 3, HYK_CEL_F_ALL, 1 },
		{ "all", 4, HYK_CEL_F_ALL, 2 },
		{ "exists", 3, HYK_CEL_F_EXISTS, 1 },
		{ "exists", 4, HYK_CEL_F_EXISTS, 2 },
		{ "exists_one", 3, HYK_CEL_F_EXISTS_ONE, 1 },
		{ "exists_one", 4, HYK_CEL_F_EXISTS_ONE, 2 },
		{ "existsOne", 3, HYK_CEL_F_EXISTS_ONE, 1 },
		{ "existsOne", 4, HYK_CEL_F_EXISTS_ONE, 2 },
		{ "filter", 3, HYK_CEL_F_FILTER, 1 },
		{ "map", 3, HYK_CEL_F_MAP, 1 },
		{ "map", 4, HYK_CEL_F_MAP, 1 },
		{ "transformList", 4, HYK_CEL_F_MAP, 2 },
		{ "transformList", 5, HYK_CEL_F_MAP, 2 },
		{ "transformMap", 4, HYK_CEL_F_TRANSFORM_MAP, 2 },
		{ "transformMap", 5, HYK_CEL_F_TRANSFORM_MAP, 2 },
		{ "transformMapEntry", 4, HYK_CEL_F_TRANSFORM_MAP_ENTRY, 2 },
		{ "transformMapEntry", 5, HYK_CEL_F_TRANSFORM_MAP_ENTRY, 2 },
	};

	if (!(call->flags & HYK_CEL_MEMBER))
		return hyk_str_eq_c(call->name, "has") && call->n_args == 1 ? make_has(p, call) : call;
	if (hyk_str_eq_c(call->name, "bind") && call->n_args == 4 && is_cel(call->args[0]))
		return make_bind(p, call);
	if (hyk_str_eq_c(call->name, "optMap") && call->n_args == 3)
		return make_optmap(p, call, false);
	if (hyk_str_eq_c(call->name, "optFlatMap") && call->n_args == 3)
		return make_optmap(p, call, true);
	for (size_t i = 0; i < HYK_ARRAY_LEN(folds); i++) {
		if (call->n_args == folds[i].n_args && hyk_str_eq_c(call->name, folds[i].name))
			return make_fold(p, call, folds[i].fold, folds[i].n_vars);
	}
	return call;
}
