/* SPDX-License-Identifier: Apache-2.0 */
/* cel/check_call.c - which overloads of a function or operator a call may mean. */
#include "cel/check.h"

#include "base/buf.h"
#include "cel/functions.h"

static struct hyk_str
call_text(struct hyk_cel_checker *c, const struct hyk_cel_node *n)
{
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 4096);
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (i)
			hyk_buf_append_c(&b, ", ");
		hyk_buf_append(&b, hyk_cel_check_type_text(c, n->args[i]->type));
	}
	if (!b.failed)
		s = hyk_arena_dup(c->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s.p ? s : HYK_STR("?");
}

/* "_+_" as an author writes it. */
static struct hyk_str
plain_name(struct hyk_str name)
{
	if (hyk_str_eq_c(name, "@in"))
		return HYK_STR("in");
	while (name.n > 1 && name.p[0] == '_')
		name = hyk_str_make(name.p + 1, name.n - 1);
	while (name.n > 1 && name.p[name.n - 1] == '_')
		name.n--;
	return hyk_str_eq_c(name, "[_]") ? HYK_STR("[]") : hyk_str_eq_c(name, "[?_]") ? HYK_STR("[?]") : name;
}

/* The two mistakes that authors make with numbers, in their own words. */
static void
hint_numbers(const struct hyk_cel_node *n, struct hyk_buf *en, struct hyk_buf *ko)
{
	enum hyk_type_kind a, b;

	if (n->n_args != 2 || !n->args[0]->type || !n->args[1]->type)
		return;
	a = n->args[0]->type->kind;
	b = n->args[1]->type->kind;
	if ((a == HYK_T_DOUBLE && b == HYK_T_INT) || (a == HYK_T_INT && b == HYK_T_DOUBLE)) {
		hyk_buf_append_c(en, "a whole number and one with a fraction do not mix: write 2.0 for 2, or double(x); ");
		hyk_buf_append_c(ko, "정수와 소수는 섞어 쓸 수 없습니다. 2는 2.0으로, 사실은 double(x)로 쓰세요. ");
	} else if ((a == HYK_T_STRING && (b == HYK_T_INT || b == HYK_T_DOUBLE)) ||
	    (b == HYK_T_STRING && (a == HYK_T_INT || a == HYK_T_DOUBLE))) {
		hyk_buf_append_c(en, "numbers have no quotes, texts have; ");
		hyk_buf_append_c(ko, "수는 따옴표 없이, 글은 따옴표 안에 씁니다. ");
	}
}

static void
hint_signatures(struct hyk_cel_checker *c, struct hyk_diag *d, const struct hyk_cel_node *n, uint32_t fn, uint32_t n_fn)
{
	struct hyk_buf en, ko;
	uint32_t shown = n_fn > 8 ? 8 : n_fn;

	if (!d)
		return;
	hyk_buf_init(&en, 4096);
	hyk_buf_init(&ko, 4096);
	hint_numbers(n, &en, &ko);
	hyk_buf_append_c(&en, "these fit: ");
	hyk_buf_append_c(&ko, "이렇게 쓸 수 있습니다: ");
	for (uint32_t i = 0; i < shown; i++) {
		if (i) {
			hyk_buf_append_c(&en, "; ");
			hyk_buf_append_c(&ko, "; ");
		}
		hyk_cel_function_write(&en, hyk_cel_function(fn + i));
		hyk_cel_function_write(&ko, hyk_cel_function(fn + i));
	}
	if (!en.failed && !ko.failed)
		hyk_diag_hint(c->diags, d, hyk_buf_peek(&en), hyk_buf_peek(&ko));
	hyk_buf_fini(&en);
	hyk_buf_fini(&ko);
}

static struct hyk_str
nearest_function(struct hyk_cel_checker *c, struct hyk_str name, bool method)
{
	uint32_t n = hyk_cel_functions_count(), k = 0;
	struct hyk_str *names = hyk_arena_array(c->arena, n + 4, sizeof(*names));

	if (!names)
		return (struct hyk_str){ NULL, 0 };
	for (uint32_t i = 0; i < n; i++) {
		const struct hyk_cel_overload *o = hyk_cel_function(i);

		if (!(o->flags & HYK_CEL_FN_OPERATOR) && !(o->flags & HYK_CEL_FN_METHOD) == !method &&
		    (c->env->civic || !(o->flags & HYK_CEL_FN_CIVIC)))
			names[k++] = o->name_str;
	}
	if (!method && c->env->civic) {
		names[k++] = HYK_STR("verified");
		names[k++] = HYK_STR("vouched");
	}
	return hyk_str_nearest(name, names, k);
}

static void
unknown_function(struct hyk_cel_checker *c, struct hyk_cel_node *n)
{
	bool method = n->flags & HYK_CEL_MEMBER;
	struct hyk_str name = n->name;
	struct hyk_diag *d;
	uint32_t n_other;

	hyk_cel_functions_find(name, !method, &n_other);
	if (n_other) {
		HYK_CEL_REFUSE(c, n, method ? HYK_D_CEL_NOT_METHOD : HYK_D_CEL_ONLY_METHOD, n->op, name);
		return;
	}
	d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_FUNCTION, n->op, name);
	if (d)
		hyk_diag_suggest(c->diags, d, nearest_function(c, name, method));
}

/* verified(subject.age): about the fact, not its value. */
static bool
check_known(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	bool verified = hyk_str_eq_c(n->name, "verified");

	if (!c->env->civic || (n->flags & HYK_CEL_MEMBER) || (!verified && !hyk_str_eq_c(n->name, "vouched")))
		return false;
	if (n->n_args == 1)
		hyk_cel_check_node(c, n->args[0], scope);
	if (n->n_args != 1 || n->args[0]->kind != HYK_CEL_N_SLOT || (n->args[0]->flags & (HYK_CEL_TEST | HYK_CEL_OPT))) {
		if (n->n_args != 1 || n->args[0]->type->kind != HYK_T_ERROR)
			HYK_CEL_REFUSE(c, n, HYK_D_CEL_KNOWN, n->span, n->name);
		n->type = hyk_type_basic(HYK_T_ERROR);
		return true;
	}
	n->kind = HYK_CEL_N_KNOWN;
	n->slot = n->args[0]->slot;
	n->fold = verified ? HYK_VERIFIED : HYK_VOUCHED;
	n->n_args = 0;
	n->type = hyk_cel_check_as(c, hyk_type_basic(HYK_T_BOOL));
	return true;
}

/* age(birthdate) is age(birthdate, now). */
static void
add_now(struct hyk_cel_checker *c, struct hyk_cel_node *n)
{
	struct hyk_cel_node *now = hyk_arena_alloc(c->arena, sizeof(*now));
	struct hyk_cel_node **args = hyk_arena_array(c->arena, 2, sizeof(*args));

	if (!now || !args) {
		c->no_memory = true;
		return;
	}
	*now = (struct hyk_cel_node){ .kind = HYK_CEL_N_IDENT, .flags = HYK_CEL_ROOTED, .src = n->src, .span = n->span,
		.op = n->op, .anchor = n->anchor, .name = HYK_STR("now"), .slot = HYK_NO_SLOT, .depth = 1 };
	args[0] = n->args[0];
	args[1] = now;
	n->args = args;
	n->n_args = 2;
}

static struct hyk_str
qualified(struct hyk_cel_checker *c, struct hyk_str path, struct hyk_str name)
{
	struct hyk_str s = hyk_arena_printf(c->arena, "%.*s.%.*s", HYK_STR_ARG(path), HYK_STR_ARG(name));

	if (!s.p)
		c->no_memory = true;
	return s;
}

/* base64.encode(x) is a function with a dot in its name, not a method of a variable base64. */
static uint32_t
find_functions(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope, uint32_t *ret_n)
{
	bool rooted;

	if (n->flags & HYK_CEL_MEMBER) {
		struct hyk_str path = hyk_cel_check_path(c, n->args[0], scope, &rooted), full;
		uint32_t fn;

		full = path.n ? qualified(c, path, n->name) : path;
		fn = full.n ? hyk_cel_functions_find(full, false, ret_n) : 0;
		if (full.n && *ret_n) {
			n->op = (struct hyk_span){ n->span.at, n->op.at + n->op.n - n->span.at };
			n->name = full;
			n->flags &= (uint8_t)~HYK_CEL_MEMBER;
			n->args++;
			n->n_args--;
			return fn;
		}
	}
	return hyk_cel_functions_find(n->name, n->flags & HYK_CEL_MEMBER, ret_n);
}

static bool
is_number_or_dyn(const struct hyk_type *t)
{
	return t->kind == HYK_T_INT || t->kind == HYK_T_UINT || t->kind == HYK_T_DOUBLE || t->kind == HYK_T_DYN ||
	    t->kind == HYK_T_ERROR || t->kind == HYK_T_PARAM;
}

static bool
may_be_number(const struct hyk_cel_node *n)
{
	return n->kind != HYK_CEL_N_LIST && n->kind != HYK_CEL_N_MAP &&
	    (n->kind != HYK_CEL_N_CONST || n->value.kind == HYK_INT || n->value.kind == HYK_UINT ||
	        n->value.kind == HYK_DOUBLE);
}

/*
 * The reference has macros of these, which refuse literals that are no numbers before any type is known: at the
 * literal, or at the name before the call when there is no argument. The anchor of n: it refuses nothing.
 */
static uint32_t
variadic_anchor(const struct hyk_cel_node *n)
{
	const struct hyk_cel_node *list = n->n_args == 1 && n->args[0]->kind == HYK_CEL_N_LIST ? n->args[0] : NULL;

	if (!n->n_args)
		return n->span.at;
	if (list && !list->n_args)
		return list->anchor;
	for (uint32_t i = 0; list && i < list->n_args; i++) {
		if (!may_be_number(list->args[i]))
			return list->anchor;
	}
	for (uint32_t i = 0; !list && i < n->n_args; i++) {
		if (!may_be_number(n->args[i]))
			return n->args[i]->anchor;
	}
	return n->anchor;
}

/* math.greatest and math.least: numbers of any mixture, or one list of them. */
static void
check_variadic(struct hyk_cel_checker *c, struct hyk_cel_node *n)
{
	const struct hyk_type *t = NULL;
	uint32_t anchor = variadic_anchor(n);
	bool ok = n->n_args > 0 && anchor == n->anchor, mixed = false;
	struct hyk_diag *d;

	for (uint32_t i = 0; i < n->n_args && !c->env->no_check; i++) {
		const struct hyk_type *a = hyk_cel_types_head(&c->types, n->args[i]->type);

		if (n->n_args == 1 && a->kind == HYK_T_LIST)
			a = hyk_cel_types_head(&c->types, a->elem);
		ok = ok && is_number_or_dyn(a);
		mixed = mixed || (t && t->kind != a->kind);
		t = a;
	}
	if (!ok) {
		d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_OVERLOAD, n->op, n->name, call_text(c, n));
		hyk_diag_anchor(d, c->src, anchor);
		return;
	}
	n->type = hyk_cel_check_as(c, !t || mixed ? hyk_type_basic(HYK_T_DYN) : t);
}

/* Does overload o fit? Then *ret_type is its result. */
static bool
try_overload(struct hyk_cel_checker *c, const struct hyk_cel_node *n, const struct hyk_cel_overload *o,
    const struct hyk_type **ret_type)
{
	const struct hyk_type *params[2] = { NULL, NULL }, *want[HYK_CEL_FN_MAX_ARGS], *have[HYK_CEL_FN_MAX_ARGS];
	const char *code = o->code;

	if (o->n_args != n->n_args)
		return false;
	for (unsigned i = 0; i < o->n_params; i++)
		params[i] = hyk_cel_types_fresh(&c->types);
	if (o->n_params < 2)
		params[1] = hyk_type_basic(HYK_T_DYN);
	if (o->n_params < 1)
		params[0] = params[1];
	for (uint32_t i = 0; i < n->n_args; i++) {
		want[i] = hyk_cel_code_type(c->arena, &code, params);
		have[i] = n->args[i]->type;
		if (!want[i]) {
			c->no_memory = true;
			return false;
		}
	}
	if (!hyk_cel_types_assign_all(&c->types, want, have, n->n_args))
		return false;
	code++;
	*ret_type = hyk_cel_code_type(c->arena, &code, params);
	if (!*ret_type)
		c->no_memory = true;
	else
		*ret_type = hyk_cel_types_resolve(&c->types, *ret_type, false);
	return *ret_type != NULL;
}

/* "_==_" of two records or of a root is meaningless only when types differ; the table says the rest. */
static void
check_overloads(struct hyk_cel_checker *c, struct hyk_cel_node *n, uint32_t fn, uint32_t n_fn)
{
	const struct hyk_type *result = NULL;
	uint32_t first = fn, last = fn;
	struct hyk_diag *d;

	if (c->env->no_check) {
		bool arity = false;

		for (uint32_t i = fn; i < fn + n_fn; i++)
			arity = arity || hyk_cel_function(i)->n_args == n->n_args;
		if (!arity) {
			HYK_CEL_REFUSE(c, n, HYK_D_CEL_OVERLOAD, n->op, n->name, HYK_STR(""));
			return;
		}
		n->type = hyk_type_basic(HYK_T_DYN);
		n->fn = fn;
		n->n_fn = n_fn;
		return;
	}
	for (uint32_t i = fn; i < fn + n_fn && !c->no_memory; i++) {
		const struct hyk_type *t;

		if (!try_overload(c, n, hyk_cel_function(i), &t))
			continue;
		if (!result)
			first = i;
		last = i;
		if (result && !hyk_cel_types_same(result, t))
			t = hyk_type_basic(HYK_T_DYN);
		result = t;
	}
	for (uint32_t i = 0; i < n->n_args; i++) {
		/* a message was given already */
		if (n->args[i]->type->kind == HYK_T_ERROR)
			result = hyk_type_basic(HYK_T_ERROR);
	}
	if (!result) {
		if (c->no_memory)
			n->type = hyk_type_basic(HYK_T_ERROR);
		else {
			d = HYK_CEL_REFUSE(c, n, HYK_D_CEL_OVERLOAD, n->op, plain_name(n->name), call_text(c, n));
			hint_signatures(c, d, n, fn, n_fn);
		}
		return;
	}
	n->type = result;
	n->fn = first;
	n->n_fn = last - first + 1;
	hyk_cel_check_values(c, n);
}

/* The parameters of a declared function, by name, and the variables that stand for them in one call. */
struct instance {
	struct hyk_str names[8];
	const struct hyk_type *vars[8];
	size_t n;
};

static const struct hyk_type *
instantiate(struct hyk_cel_checker *c, struct instance *in, const struct hyk_type *t, unsigned depth)
{
	struct hyk_type *out;
	struct hyk_field *fields;

	if (t->kind == HYK_T_PARAM) {
		for (size_t i = 0; i < in->n; i++) {
			if (hyk_str_eq(in->names[i], t->name))
				return in->vars[i];
		}
		if (in->n == HYK_ARRAY_LEN(in->names))
			return hyk_type_basic(HYK_T_DYN);
		in->names[in->n] = t->name;
		in->vars[in->n] = hyk_cel_types_fresh(&c->types);
		return in->vars[in->n++];
	}
	if ((!t->elem && !t->n_fields) || depth > 16)
		return t;
	out = hyk_arena_alloc(c->arena, sizeof(*out));
	fields = hyk_arena_array(c->arena, t->n_fields + 1, sizeof(*fields));
	if (!out || !fields) {
		c->no_memory = true;
		return t;
	}
	*out = *t;
	if (t->key)
		out->key = instantiate(c, in, t->key, depth + 1);
	if (t->elem)
		out->elem = instantiate(c, in, t->elem, depth + 1);
	for (size_t i = 0; i < t->n_fields; i++) {
		fields[i] = t->fields[i];
		fields[i].type = instantiate(c, in, t->fields[i].type, depth + 1);
	}
	out->fields = t->n_fields ? fields : NULL;
	return out;
}

/* A function of the environment: only its type is known. */
static bool
check_declared(struct hyk_cel_checker *c, struct hyk_cel_node *n)
{
	bool found = false;

	for (size_t i = 0; i < c->env->n_funcs && !(n->flags & HYK_CEL_MEMBER); i++) {
		const struct hyk_cel_func *f = &c->env->funcs[i];
		const struct hyk_type *have[HYK_CEL_FN_MAX_ARGS], *want[HYK_CEL_FN_MAX_ARGS];
		struct instance in = { .n = 0 };

		if (!hyk_str_eq(f->name, n->name))
			continue;
		found = true;
		if (f->n_params != n->n_args || n->n_args > HYK_CEL_FN_MAX_ARGS)
			continue;
		for (uint32_t k = 0; k < n->n_args; k++) {
			have[k] = n->args[k]->type;
			want[k] = instantiate(c, &in, f->params[k], 0);
		}
		if (!hyk_cel_types_assign_all(&c->types, want, have, n->n_args))
			continue;
		n->type = hyk_cel_types_resolve(&c->types, instantiate(c, &in, f->result, 0), false);
		n->kind = HYK_CEL_N_FAIL;
		n->n_args = 0;
		n->name = HYK_STR("the function has no implementation");
		return true;
	}
	if (found)
		HYK_CEL_REFUSE(c, n, HYK_D_CEL_OVERLOAD, n->op, n->name, call_text(c, n));
	return found;
}

void
hyk_cel_check_call(struct hyk_cel_checker *c, struct hyk_cel_node *n, const struct hyk_cel_scope *scope)
{
	uint32_t n_fn, fn;

	if (check_known(c, n, scope))
		return;
	fn = find_functions(c, n, scope, &n_fn);
	if (n_fn && (hyk_cel_function(fn)->flags & HYK_CEL_FN_CIVIC) && !c->env->civic)
		n_fn = 0;
	if (n_fn && c->env->civic && n->n_args == 1 && hyk_str_eq_c(n->name, "age"))
		add_now(c, n);
	for (uint32_t i = 0; i < n->n_args; i++)
		hyk_cel_check_node(c, n->args[i], scope);
	if (!n_fn) {
		if (!check_declared(c, n))
			unknown_function(c, n);
		return;
	}
	if (hyk_cel_function(fn)->flags & HYK_CEL_FN_VARIADIC) {
		check_variadic(c, n);
		n->fn = fn;
		n->n_fn = n_fn;
		return;
	}
	check_overloads(c, n, fn, n_fn);
}
