/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/check_names.c - what a name or a path of fields means.
 *
 * Variables of macros come first, then the longest prefix of the path that is
 * declared, tried in the container and in those around it, then names of types.
 */
#include "cel/check.h"

#include "base/buf.h"

#define PATH_MAX_PARTS 16u

static const struct hyk_cel_scope *
find_local(const struct hyk_cel_scope *scope, struct hyk_str name)
{
	for (; scope; scope = scope->next) {
		if (hyk_str_eq(scope->name, name))
			return scope;
	}
	return NULL;
}

struct hyk_str
hyk_cel_check_path(struct hyk_cel_checker *c, const struct hyk_cel_node *n, const struct hyk_cel_scope *scope,
    bool *ret_rooted)
{
	struct hyk_str parts[PATH_MAX_PARTS], path = { NULL, 0 };
	size_t n_parts = 0, at = 0;
	char *p;

	while (n->kind == HYK_CEL_N_SELECT && !(n->flags & (HYK_CEL_OPT | HYK_CEL_TEST)) && n_parts < PATH_MAX_PARTS - 1) {
		parts[n_parts++] = n->name;
		n = n->args[0];
	}
	if (n->kind != HYK_CEL_N_IDENT)
		return path;
	*ret_rooted = n->flags & HYK_CEL_ROOTED;
	if (!*ret_rooted && find_local(scope, n->name))
		return path;
	if (!n_parts)
		return n->name;
	parts[n_parts++] = n->name;
	for (size_t i = 0; i < n_parts; i++)
		path.n += parts[i].n + (i > 0);
	p = hyk_arena_alloc(c->arena, path.n);
	if (!p) {
		c->no_memory = true;
		return (struct hyk_str){ NULL, 0 };
	}
	for (size_t i = n_parts; i-- > 0;) {
		memcpy(p + at, parts[i].p, parts[i].n);
		at += parts[i].n;
		if (i)
			p[at++] = '.';
	}
	path.p = p;
	return path;
}

static const struct hyk_cel_decl *
find_exact(const struct hyk_cel_env *env, struct hyk_str name)
{
	for (size_t i = 0; i < env->n_decls; i++) {
		if (hyk_str_eq(env->decls[i].name, name))
			return &env->decls[i];
	}
	return NULL;
}

/* prefix.name equals the declared name? Without building it. */
static const struct hyk_cel_decl *
find_in(const struct hyk_cel_env *env, struct hyk_str prefix, struct hyk_str name)
{
	for (size_t i = 0; i < env->n_decls; i++) {
		struct hyk_str d = env->decls[i].name;

		if (d.n == prefix.n + 1 + name.n && memcmp(d.p, prefix.p, prefix.n) == 0 && d.p[prefix.n] == '.' &&
		    memcmp(d.p + prefix.n + 1, name.p, name.n) == 0)
			return &env->decls[i];
	}
	return NULL;
}

static const struct hyk_cel_decl *
find_decl(const struct hyk_cel_env *env, struct hyk_str name, bool rooted)
{
	struct hyk_str prefix = rooted ? (struct hyk_str){ NULL, 0 } : env->container;

	while (prefix.n) {
		const struct hyk_cel_decl *d = find_in(env, prefix, name);

		if (d)
			return d;
		while (prefix.n && prefix.p[prefix.n - 1] != '.')
			prefix.n--;
		if (prefix.n)
			prefix.n--;
	}
	return find_exact(env, name);
}

static const struct hyk_type *
find_type(struct hyk_str name)
{
	static const struct {
		const char *name;
		enum hyk_type_kind kind;
	} names[] = { { "bool", HYK_T_BOOL }, { "int", HYK_T_INT }, { "uint", HYK_T_UINT }, { "double", HYK_T_DOUBLE },
		{ "string", HYK_T_STRING }, { "bytes", HYK_T_BYTES }, { "list", HYK_T_LIST }, { "map", HYK_T_MAP },
		{ "null_type", HYK_T_NULL }, { "type", HYK_T_TYPE }, { "optional_type", HYK_T_OPTIONAL },
		{ "google.protobuf.Timestamp", HYK_T_TIMESTAMP }, { "google.protobuf.Duration", HYK_T_DURATION },
		{ "net.IP", HYK_T_IP }, { "net.CIDR", HYK_T_CIDR } };

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		if (hyk_str_eq_c(name, names[i].name))
			return hyk_type_basic(names[i].kind);
	}
	return NULL;
}

/* Makes n stand for what path names. False: nothing has that name. */
static bool
resolve_path(struct hyk_cel_checker *c, struct hyk_cel_node *n, struct hyk_str path, bool rooted)
{
	const struct hyk_cel_decl *d = find_decl(c->env, path, rooted);
	const struct hyk_type *t = d ? d->type : find_type(path);

	if (!t)
		return false;
	n->decl = d;
	n->type = hyk_cel_check_as(c, t);
	n->n_args = 0;
	if (!d) {
		n->kind = HYK_CEL_N_CONST;
		n->value = (struct hyk_value){ .kind = HYK_TYPE, .as.type = t };
		n->type = hyk_cel_check_as(c, hyk_type_basic(HYK_T_TYPE));
	} else if (d->define) {
		n->kind = HYK_CEL_N_DEFINE;
		n->slot = d->slot;
	} else if (d->slot != HYK_NO_SLOT) {
		n->kind = HYK_CEL_N_SLOT;
		n->slot = d->slot;
	} else {
		/* a root of facts: good only with a field after it */
		n->kind = HYK_CEL_N_IDENT;
		n->type = t;
	}
	return true;
}

static struct hyk_str
nearest_name(struct hyk_cel_checker *c, struct hyk_str name, const struct hyk_cel_scope *scope)
{
	size_t n = c->env->n_decls, n_local = 0;
	struct hyk_str *names;

	for (const struct hyk_cel_scope *s = scope; s; s = s->next)
		n_local++;
	names = hyk_arena_array(c->arena, n + n_local + 1, sizeof(*names));
	if (!names)
		return (struct hyk_str){ NULL, 0 };
	for (size_t i = 0; i < n; i++)
		names[i] = c->env->decls[i].name;
	for (; scope; scope = scope->next)
		names[n++] = scope->name;
	return hyk_str_nearest(name, names, n);
}

/* A bare word that some root has as a field: "age" for "subject.age". */
static struct hyk_str
field_elsewhere(struct hyk_cel_checker *c, struct hyk_str name)
{
	for (size_t i = 0; i < c->env->n_decls; i++) {
		const struct hyk_cel_decl *d = &c->env->decls[i];

		if (d->type->kind == HYK_T_RECORD && hyk_type_find_field(d->type, name)) {
			struct hyk_str s = hyk_arena_printf(c->arena, "%.*s.%.*s", HYK_STR_ARG(d->name), HYK_STR_ARG(name));

			return s.p ? s : (struct hyk_str){ NULL, 0 };
		}
	}
	return (struct hyk_str){ NULL, 0 };
}

void
hyk_cel_check_name(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope, bool root_ok)
{
	const struct hyk_cel_scope *local = n->flags & HYK_CEL_ROOTED ? NULL : find_local(scope, n->name);
	struct hyk_str hint;
	struct hyk_diag *d;

	if (local) {
		n->kind = HYK_CEL_N_LOCAL;
		n->binder = local->binder;
		n->slot = local->var;
		n->type = local->type;
		n->bounds = local->bounds;
		return;
	}
	if (!resolve_path(c, n, n->name, n->flags & HYK_CEL_ROOTED)) {
		d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_NAME, n->span, n->name);
		hint = nearest_name(c, n->name, scope);
		if (d)
			hyk_diag_suggest(c->diags, d, hint.n ? hint : field_elsewhere(c, n->name));
		return;
	}
	if (n->kind == HYK_CEL_N_IDENT && !root_ok)
		HYK_CEL_REFUSE(c, n, HYK_D_CEL_ROOT, n->span, n->name);
}

static void
unknown_field(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_type *record, struct hyk_str owner)
{
	struct hyk_str *names = hyk_arena_array(c->arena, record->n_fields + 1, sizeof(*names)), best, hint = { NULL, 0 };
	struct hyk_str full = hyk_arena_printf(c->arena, "%.*s.%.*s", HYK_STR_ARG(owner), HYK_STR_ARG(n->name));
	struct hyk_span span = n->flags & HYK_CEL_TEST ? n->op : n->span;
	struct hyk_str field = n->name;
	struct hyk_diag *d;

	d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_FIELD, span, full.p ? full : field);
	if (!d || !names)
		return;
	for (size_t i = 0; i < record->n_fields; i++)
		names[i] = record->fields[i].name;
	best = hyk_str_nearest(field, names, record->n_fields);
	if (best.n)
		hint = hyk_arena_printf(c->arena, "%.*s.%.*s", HYK_STR_ARG(owner), HYK_STR_ARG(best));
	else
		hint = field_elsewhere(c, field);
	if (hint.p && hint.n)
		hyk_diag_suggest(c->diags, d, hint);
}

/* n selects from a value of type t (its head). */
static const struct hyk_type *
select_type(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_type *t, unsigned depth)
{
	const struct hyk_field *f;
	const struct hyk_type *in;

	t = hyk_cel_types_head(&c->types, t);
	switch ((int)t->kind) {
	case HYK_T_DYN:
	case HYK_T_PARAM:
		return hyk_type_basic(HYK_T_DYN);
	case HYK_T_ERROR:
		return t;
	case HYK_T_MAP:
		return t->elem;
	case HYK_T_OPTIONAL:
		in = depth ? NULL : select_type(c, n, t->elem, depth + 1);
		if (!in || in->kind == HYK_T_ERROR)
			return in;
		return hyk_cel_types_head(&c->types, in)->kind == HYK_T_OPTIONAL ? in : hyk_type_optional(c->arena, in);
	case HYK_T_RECORD:
		f = hyk_type_find_field(t, n->name);
		if (f)
			return f->type;
		unknown_field(c, n, t, t->name.n ? t->name : hyk_cel_check_type_text(c, t));
		return hyk_type_basic(HYK_T_ERROR);
	default:
		HYK_CEL_REFUSE(c, n, HYK_D_CEL_NO_FIELDS, n->op, hyk_cel_check_type_text(c, t), n->name);
		return hyk_type_basic(HYK_T_ERROR);
	}
}

/* A fact: root.field becomes its slot. */
static void
select_fact(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_node *root)
{
	const struct hyk_field *f = hyk_type_find_field(root->decl->type, n->name);

	if (!f) {
		unknown_field(c, n, root->decl->type, root->decl->name);
		return;
	}
	n->kind = HYK_CEL_N_SLOT;
	n->slot = f->slot;
	n->bounds = f->bounds;
	if (f->optional)
		n->flags |= HYK_CEL_MAYBE;
	n->decl = root->decl;
	n->n_args = 0;
	n->type = hyk_cel_check_as(c, f->type);
	if (n->flags & HYK_CEL_TEST)
		n->type = hyk_cel_check_as(c, hyk_type_basic(HYK_T_BOOL));
	else if (n->flags & HYK_CEL_OPT)
		n->type = hyk_cel_check_as(c, hyk_type_optional(c->arena, f->type));
}

void
hyk_cel_check_select(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	struct hyk_cel_node *operand = n->args[0];
	const struct hyk_type *t;
	struct hyk_str path;
	bool rooted = false;

	if (!(n->flags & (HYK_CEL_TEST | HYK_CEL_OPT))) {
		path = hyk_cel_check_path(c, n, scope, &rooted);
		if (path.n && resolve_path(c, n, path, rooted)) {
			if (n->kind == HYK_CEL_N_IDENT)
				HYK_CEL_REFUSE(c, n, HYK_D_CEL_ROOT, n->span, path);
			return;
		}
	}
	if (operand->kind == HYK_CEL_N_IDENT)
		hyk_cel_check_name(c, operand, scope, true);
	else
		hyk_cel_check_node(c, operand, scope);
	if (operand->kind == HYK_CEL_N_IDENT && operand->decl) {
		select_fact(c, n, operand);
		return;
	}
	t = select_type(c, n, operand->type, 0);
	if (n->kind == HYK_CEL_N_FAIL || (t && t->kind == HYK_T_ERROR && !(n->flags & HYK_CEL_TEST))) {
		n->type = t;
		return;
	}
	if (n->flags & HYK_CEL_TEST) {
		n->type = hyk_cel_check_as(c, hyk_type_basic(HYK_T_BOOL));
		return;
	}
	if (t && n->flags & HYK_CEL_OPT && hyk_cel_types_head(&c->types, operand->type)->kind != HYK_T_OPTIONAL)
		t = hyk_type_optional(c->arena, t);
	n->type = hyk_cel_check_as(c, t);
}
