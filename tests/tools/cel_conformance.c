/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/tools/cel_conformance.c - runs a file of CEL cases (design: one JSON object a line).
 *
 *	cel-conformance FILE.jsonl            per tier: values and errors apart, N of M; failing ids
 *	cel-conformance --answers FILE.jsonl  one JSON line a case: {"id", "value" | "error", "pos"}
 *
 * "pos" is [line, column] of a rejected expression, both from 1, columns in code points, at the token where cel-go
 * reports the error; of several errors the first in the text. Where "expect" has a "pos", ours must be the same.
 *
 * Exit: 0 when all relevant cases but contested ones pass, else 1; 2 usage, 4 the file cannot be read.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cel/cel.h"
#include "cel/functions.h"
#include "value/json.h"

#define MAX_VARS 64
#define MAX_PARAMS 8

struct tally {
	const char *tier;
	unsigned values, values_ok, errors, errors_ok, contested_failed;
};

struct one {
	struct hyk_arena *arena;
	struct hyk_value json;
	struct hyk_cel_env env;
	struct hyk_cel_decl decls[MAX_VARS];
	struct hyk_cel_func funcs[MAX_VARS];
	struct hyk_value slots[MAX_VARS];
	bool skipped;
};

static struct hyk_str
str_of(struct hyk_value v, const char *key)
{
	const struct hyk_value *p = hyk_value_get(v, key);

	return p && p->kind == HYK_STRING ? hyk_value_str(*p) : HYK_STR("");
}

static bool
bool_of(struct hyk_value v, const char *key)
{
	const struct hyk_value *p = hyk_value_get(v, key);

	return p && p->kind == HYK_BOOL && p->as.b;
}

/* Types as text: "map(string, list(int))", "abstract:tuple(param:T, int)" --- */

static const struct hyk_type *parse_type(struct one *o, struct hyk_str *s);

static bool
take(struct hyk_str *s, char c)
{
	while (s->n && *s->p == ' ')
		*s = hyk_str_make(s->p + 1, s->n - 1);
	if (!s->n || *s->p != c)
		return false;
	*s = hyk_str_make(s->p + 1, s->n - 1);
	return true;
}

static const struct hyk_type *
parse_abstract(struct one *o, struct hyk_str name, struct hyk_str *s)
{
	struct hyk_type *t = hyk_arena_alloc(o->arena, sizeof(*t));
	struct hyk_field *fields = hyk_arena_array(o->arena, MAX_PARAMS, sizeof(*fields));

	if (!t || !fields)
		abort();
	*t = (struct hyk_type){ .kind = HYK_T_RECORD, .name = name, .fields = fields };
	if (take(s, '(')) {
		while (!take(s, ')') && t->n_fields < MAX_PARAMS) {
			fields[t->n_fields].name = hyk_arena_printf(o->arena, "%zu", t->n_fields);
			fields[t->n_fields].slot = HYK_NO_SLOT;
			fields[t->n_fields++].type = parse_type(o, s);
			take(s, ',');
		}
	}
	return t;
}

static const struct hyk_type *
parse_type(struct one *o, struct hyk_str *s)
{
	static const struct {
		const char *name;
		enum hyk_type_kind kind;
	} basic[] = { { "bool", HYK_T_BOOL }, { "int", HYK_T_INT }, { "uint", HYK_T_UINT }, { "double", HYK_T_DOUBLE },
		{ "string", HYK_T_STRING }, { "bytes", HYK_T_BYTES }, { "null_type", HYK_T_NULL }, { "dyn", HYK_T_DYN },
		{ "google.protobuf.Timestamp", HYK_T_TIMESTAMP }, { "google.protobuf.Duration", HYK_T_DURATION },
		{ "timestamp", HYK_T_TIMESTAMP }, { "duration", HYK_T_DURATION }, { "type", HYK_T_TYPE },
		{ "net.IP", HYK_T_IP }, { "net.CIDR", HYK_T_CIDR } };
	const struct hyk_type *a, *b;
	struct hyk_str name;
	struct hyk_type *t;
	size_t n = 0;

	while (s->n && *s->p == ' ')
		*s = hyk_str_make(s->p + 1, s->n - 1);
	while (n < s->n && !strchr("(), ", s->p[n]))
		n++;
	name = hyk_str_make(s->p, n);
	*s = hyk_str_make(s->p + n, s->n - n);
	for (size_t i = 0; i < HYK_ARRAY_LEN(basic); i++) {
		if (hyk_str_eq_c(name, basic[i].name))
			return hyk_type_basic(basic[i].kind);
	}
	if (hyk_str_eq_c(name, "list") || hyk_str_eq_c(name, "map") || hyk_str_eq_c(name, "abstract:optional_type") ||
	    hyk_str_eq_c(name, "optional_type")) {
		if (!take(s, '('))
			return hyk_type_basic(hyk_str_eq_c(name, "list") ? HYK_T_LIST : HYK_T_MAP);
		a = parse_type(o, s);
		b = take(s, ',') ? parse_type(o, s) : NULL;
		take(s, ')');
		return hyk_str_eq_c(name, "list") ? hyk_type_list(o->arena, a)
		    : hyk_str_eq_c(name, "map")   ? hyk_type_map(o->arena, a, b)
		                                  : hyk_type_optional(o->arena, a);
	}
	if (hyk_str_starts_with(name, HYK_STR("param:"))) {
		t = hyk_arena_alloc(o->arena, sizeof(*t));
		if (!t)
			abort();
		t->kind = HYK_T_PARAM;
		t->name = name;
		return t;
	}
	if (hyk_str_starts_with(name, HYK_STR("abstract:")))
		return parse_abstract(o, name, s);
	o->skipped = true;
	return hyk_type_basic(HYK_T_DYN);
}

/* Types the way the file writes them. */
static void
write_type(struct hyk_buf *b, const struct hyk_type *t)
{
	switch ((int)t->kind) {
	case HYK_T_OPTIONAL:
		hyk_buf_append_c(b, "abstract:optional_type(");
		write_type(b, t->elem);
		hyk_buf_append_c(b, ")");
		break;
	case HYK_T_LIST:
		hyk_buf_append_c(b, "list(");
		write_type(b, t->elem);
		hyk_buf_append_c(b, ")");
		break;
	case HYK_T_MAP:
		hyk_buf_append_c(b, "map(");
		write_type(b, t->key);
		hyk_buf_append_c(b, ", ");
		write_type(b, t->elem);
		hyk_buf_append_c(b, ")");
		break;
	case HYK_T_TIMESTAMP:
		hyk_buf_append_c(b, "google.protobuf.Timestamp");
		break;
	case HYK_T_DURATION:
		hyk_buf_append_c(b, "google.protobuf.Duration");
		break;
	case HYK_T_RECORD:
		hyk_buf_append(b, t->name);
		for (size_t i = 0; i < t->n_fields; i++) {
			hyk_buf_append_c(b, i ? ", " : "(");
			write_type(b, t->fields[i].type);
		}
		if (t->n_fields)
			hyk_buf_append_c(b, ")");
		break;
	default:
		hyk_type_write(b, t);
	}
}

/* Values of the file: {"int": "5"}, {"list": [...]}, {"map": [[k, v], ...]} -- */

static struct hyk_value
call(struct one *o, const char *name, struct hyk_value arg)
{
	struct hyk_cel_ctx c = { o->arena, hyk_zone_utc(), 1000000, HYK_NO_SPAN, NULL };
	uint32_t n, fn = hyk_cel_functions_find(hyk_str_from_c(name), false, &n);

	return hyk_cel_dispatch(&c, fn, n, &arg, 1);
}

static struct hyk_value
typed_value(struct one *o, struct hyk_value v)
{
	struct hyk_str kind, s;
	struct hyk_value in, *items;
	struct hyk_mapb map;

	if (v.kind != HYK_MAP || v.as.map->n != 1) {
		o->skipped = true;
		return hyk_null();
	}
	kind = hyk_value_str(v.as.map->entries[0].key);
	in = v.as.map->entries[0].value;
	s = in.kind == HYK_STRING ? hyk_value_str(in) : HYK_STR("");
	if (hyk_str_eq_c(kind, "null"))
		return hyk_null();
	if (hyk_str_eq_c(kind, "bool") || hyk_str_eq_c(kind, "string"))
		return in;
	if (hyk_str_eq_c(kind, "duration") && in.kind == HYK_MAP) {
		const struct hyk_value *sec = hyk_value_get(in, "s"), *ns = hyk_value_get(in, "n");

		return hyk_duration(call(o, "int", *sec).as.i * 1000000000 + (ns ? ns->as.i : 0));
	}
	if (hyk_str_eq_c(kind, "int") || hyk_str_eq_c(kind, "uint") || hyk_str_eq_c(kind, "timestamp") ||
	    hyk_str_eq_c(kind, "duration"))
		return call(o, kind.p[0] == 'i' ? "int" : kind.p[0] == 'u' ? "uint" : kind.p[0] == 't' ? "timestamp" : "duration", in);
	if (hyk_str_eq_c(kind, "double")) {
		if (in.kind == HYK_STRING && hyk_str_eq_c(s, "-0"))
			return hyk_double(-0.0);
		return call(o, "double", in);
	}
	if (hyk_str_eq_c(kind, "bytes"))
		return call(o, "base64.decode", in);
	if (hyk_str_eq_c(kind, "type")) {
		struct hyk_value t = { .kind = HYK_TYPE };

		t.as.type = hyk_str_eq_c(s, "type") ? hyk_type_basic(HYK_T_TYPE)
		    : hyk_str_eq_c(s, "list")   ? hyk_type_basic(HYK_T_LIST)
		    : hyk_str_eq_c(s, "map")    ? hyk_type_basic(HYK_T_MAP)
		    : hyk_str_eq_c(s, "optional_type") ? hyk_type_basic(HYK_T_OPTIONAL)
		                                : parse_type(o, &s);
		return t;
	}
	if (hyk_str_eq_c(kind, "list") && in.kind == HYK_LIST) {
		items = hyk_arena_array(o->arena, in.as.list->n + 1u, sizeof(*items));
		for (uint32_t i = 0; items && i < in.as.list->n; i++)
			items[i] = typed_value(o, in.as.list->items[i]);
		return hyk_list(o->arena, items, in.as.list->n);
	}
	if (hyk_str_eq_c(kind, "map") && in.kind == HYK_LIST) {
		hyk_mapb_init(&map, o->arena);
		for (uint32_t i = 0; i < in.as.list->n; i++) {
			const struct hyk_vlist *pair = in.as.list->items[i].as.list;

			if (!hyk_mapb_add(&map, typed_value(o, pair->items[0]), typed_value(o, pair->items[1])))
				abort();
		}
		return hyk_mapb_finish(&map, NULL);
	}
	o->skipped = true;
	return hyk_null();
}

/* The same kind and the same value, also NaN and -0. */
static bool
same(struct hyk_value a, struct hyk_value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == HYK_DOUBLE)
		return (isnan(a.as.d) && isnan(b.as.d)) || (a.as.d == b.as.d && !signbit(a.as.d) == !signbit(b.as.d));
	if (a.kind == HYK_LIST) {
		if (a.as.list->n != b.as.list->n)
			return false;
		for (uint32_t i = 0; i < a.as.list->n; i++) {
			if (!same(a.as.list->items[i], b.as.list->items[i]))
				return false;
		}
		return true;
	}
	if (a.kind == HYK_MAP) {
		if (a.as.map->n != b.as.map->n)
			return false;
		for (uint32_t i = 0; i < a.as.map->n; i++) {
			const struct hyk_value *other = hyk_vmap_find(b.as.map, a.as.map->entries[i].key);

			if (!other || !same(a.as.map->entries[i].value, *other))
				return false;
		}
		return true;
	}
	return hyk_value_equal(a, b);
}

static void
write_value(struct hyk_buf *b, struct one *o, struct hyk_value v)
{
	char text[64];
	struct hyk_value s;

	switch ((enum hyk_kind)v.kind) {
	case HYK_NULL:
		hyk_buf_append_c(b, "{\"null\":null}");
		break;
	case HYK_BOOL:
		hyk_buf_append_c(b, v.as.b ? "{\"bool\":true}" : "{\"bool\":false}");
		break;
	case HYK_INT:
		hyk_buf_printf(b, "{\"int\":\"%" PRId64 "\"}", v.as.i);
		break;
	case HYK_UINT:
		hyk_buf_printf(b, "{\"uint\":\"%" PRIu64 "\"}", v.as.u);
		break;
	case HYK_DOUBLE:
		hyk_buf_append_c(b, "{\"double\":");
		if (v.as.d == 0 && signbit(v.as.d))
			hyk_buf_append_c(b, "\"-0\"");
		else if (isfinite(v.as.d))
			hyk_buf_printf(b, v.as.d == trunc(v.as.d) && fabs(v.as.d) < 1e15 ? "%.1f" : "%.17g", v.as.d);
		else
			hyk_buf_append_c(b, isnan(v.as.d) ? "\"NaN\"" : v.as.d > 0 ? "\"Infinity\"" : "\"-Infinity\"");
		hyk_buf_append_c(b, "}");
		break;
	case HYK_STRING:
		hyk_buf_append_c(b, "{\"string\":");
		hyk_json_write_str(b, hyk_value_str(v));
		hyk_buf_append_c(b, "}");
		break;
	case HYK_BYTES:
		s = call(o, "base64.encode", v);
		hyk_buf_append_c(b, "{\"bytes\":");
		hyk_json_write_str(b, hyk_value_str(s));
		hyk_buf_append_c(b, "}");
		break;
	case HYK_LIST:
		hyk_buf_append_c(b, "{\"list\":[");
		for (uint32_t i = 0; i < v.as.list->n; i++) {
			if (i)
				hyk_buf_append_c(b, ",");
			write_value(b, o, v.as.list->items[i]);
		}
		hyk_buf_append_c(b, "]}");
		break;
	case HYK_MAP:
		hyk_buf_append_c(b, "{\"map\":[");
		for (uint32_t i = 0; i < v.as.map->n; i++) {
			hyk_buf_append_c(b, i ? ",[" : "[");
			write_value(b, o, v.as.map->entries[i].key);
			hyk_buf_append_c(b, ",");
			write_value(b, o, v.as.map->entries[i].value);
			hyk_buf_append_c(b, "]");
		}
		hyk_buf_append_c(b, "]}");
		break;
	case HYK_TIMESTAMP:
		hyk_buf_printf(b, "{\"timestamp\":\"%.*s\"}", (int)hyk_timestamp_format(v, text), text);
		break;
	case HYK_DURATION:
		hyk_buf_printf(b, "{\"duration\":\"%.*s\"}", (int)hyk_duration_format(v, text), text);
		break;
	case HYK_TYPE:
		hyk_buf_append_c(b, "{\"type\":\"");
		if (v.as.type->kind == HYK_T_LIST || v.as.type->kind == HYK_T_MAP || v.as.type->kind == HYK_T_OPTIONAL)
			hyk_buf_append_c(b, v.as.type->kind == HYK_T_LIST ? "list" : v.as.type->kind == HYK_T_MAP ? "map" : "optional_type");
		else
			write_type(b, v.as.type);
		hyk_buf_append_c(b, "\"}");
		break;
	case HYK_OPTIONAL:
		hyk_buf_append_c(b, "{\"optional\":");
		if (v.as.opt)
			write_value(b, o, *v.as.opt);
		else
			hyk_buf_append_c(b, "null");
		hyk_buf_append_c(b, "}");
		break;
	case HYK_NET:
		s = call(o, "string", v);
		hyk_buf_append_c(b, "{\"net\":");
		hyk_json_write_str(b, hyk_value_str(s));
		hyk_buf_append_c(b, "}");
		break;
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		hyk_buf_append_c(b, "null");
		break;
	}
}

/* One case ---------------------------------------------------------------- */

static void
set_up(struct one *o)
{
	const struct hyk_value *env = hyk_value_get(o->json, "env"), *binds = hyk_value_get(o->json, "bindings"), *vars = NULL,
	                       *funcs = NULL, *v;
	struct hyk_str text;

	o->env = (struct hyk_cel_env){ .decls = o->decls, .funcs = o->funcs, .container = str_of(o->json, "container"),
		.no_check = bool_of(o->json, "disable_check"), .no_macros = bool_of(o->json, "disable_macros") };
	if (env) {
		vars = hyk_value_get(*env, "vars");
		funcs = hyk_value_get(*env, "funcs");
	}
	for (uint32_t i = 0; vars && vars->kind == HYK_MAP && i < vars->as.map->n && o->env.n_decls < MAX_VARS; i++) {
		const struct hyk_ventry *e = &vars->as.map->entries[i];
		size_t k = o->env.n_decls++;

		text = hyk_value_str(e->value);
		o->decls[k] = (struct hyk_cel_decl){ hyk_value_str(e->key), parse_type(o, &text), (uint32_t)k, NULL };
		v = binds ? hyk_vmap_find(binds->as.map, e->key) : NULL;
		o->slots[k] = v ? typed_value(o, *v) : hyk_absent();
	}
	/* bound, but of no declared type */
	for (uint32_t i = 0; binds && binds->kind == HYK_MAP && i < binds->as.map->n && o->env.n_decls < MAX_VARS; i++) {
		const struct hyk_ventry *e = &binds->as.map->entries[i];
		size_t k = o->env.n_decls;

		if (vars && hyk_vmap_find(vars->as.map, e->key))
			continue;
		o->env.n_decls++;
		o->decls[k] = (struct hyk_cel_decl){ hyk_value_str(e->key), hyk_type_basic(HYK_T_DYN), (uint32_t)k, NULL };
		o->slots[k] = typed_value(o, e->value);
	}
	for (uint32_t i = 0; funcs && funcs->kind == HYK_MAP && i < funcs->as.map->n; i++) {
		const struct hyk_ventry *e = &funcs->as.map->entries[i];

		for (uint32_t k = 0; k < e->value.as.list->n && o->env.n_funcs < MAX_VARS; k++) {
			const struct hyk_value *params = hyk_value_get(e->value.as.list->items[k], "params");
			struct hyk_cel_func *f = &o->funcs[o->env.n_funcs++];
			const struct hyk_type **types = hyk_arena_array(o->arena, MAX_PARAMS, sizeof(*types));

			if (!params || !types)
				abort();
			f->name = hyk_value_str(e->key);
			for (uint32_t p = 0; p < params->as.list->n && p < MAX_PARAMS; p++) {
				text = hyk_value_str(params->as.list->items[p]);
				types[f->n_params++] = parse_type(o, &text);
			}
			f->params = types;
			text = str_of(e->value.as.list->items[k], "result");
			f->result = parse_type(o, &text);
		}
	}
}

struct answer {
	bool failed, at_load;
	struct hyk_value value;
	struct hyk_str error;
	struct hyk_position pos;
	struct hyk_str type;
};

/* Where the first error of the text stands. */
static struct hyk_position
position_of(const struct hyk_diags *diags)
{
	struct hyk_position pos = { 0 };
	const struct hyk_diag *first = NULL;

	for (const struct hyk_diag *d = diags->first; d; d = d->next) {
		if (d->severity == HYK_ERROR && d->src && (!first || d->anchor < first->anchor))
			first = d;
	}
	return first ? hyk_source_locate(first->src, (struct hyk_span){ first->anchor, 1 }) : pos;
}

static void
run(struct one *o, struct answer *ans)
{
	static struct hyk_value stack[HYK_CEL_STACK];
	struct hyk_source *src = hyk_source_new(o->arena, HYK_STR("<input>"), str_of(o->json, "expr"));
	struct hyk_cel_frame frame = { .slots = o->slots, .n_slots = MAX_VARS, .arena = o->arena, .stack = stack,
		.gas = 10000000 };
	const struct hyk_cel_program *program;
	struct hyk_diags diags;
	struct hyk_buf type;

	memset(ans, 0, sizeof(*ans));
	hyk_diags_init(&diags, o->arena);
	if (!src)
		abort();
	if (hyk_cel_compile(&o->env, src, NULL, o->arena, &program, &diags) != HYK_OK) {
		ans->failed = ans->at_load = true;
		ans->error = diags.first ? diags.first->text[HYK_LANG_EN] : HYK_STR("failed");
		ans->pos = position_of(&diags);
		return;
	}
	hyk_buf_init(&type, 0);
	write_type(&type, hyk_cel_program_type(program));
	ans->type = hyk_arena_dup(o->arena, hyk_buf_peek(&type));
	hyk_buf_fini(&type);
	if (bool_of(o->json, "check_only"))
		return;
	ans->value = hyk_cel_run(program, &frame);
	if (ans->value.kind == HYK_ERROR_VALUE || ans->value.kind == HYK_UNKNOWN) {
		ans->failed = true;
		ans->error = ans->value.kind == HYK_UNKNOWN ? HYK_STR("unknown") : ans->value.as.err->text;
		if (ans->value.kind == HYK_ERROR_VALUE)
			ans->pos = hyk_source_locate(src, (struct hyk_span){ ans->value.as.err->at, ans->value.as.err->n });
	}
}

static bool
is_at(const struct hyk_value *pos, struct hyk_position at)
{
	const struct hyk_vlist *l = pos && pos->kind == HYK_LIST ? pos->as.list : NULL;

	if (!pos)
		return true;
	return l && l->n == 2 && hyk_value_equal(l->items[0], hyk_int(at.line)) &&
	    hyk_value_equal(l->items[1], hyk_int(at.column));
}

static bool
judge(struct one *o, const struct answer *ans)
{
	const struct hyk_value *expect = hyk_value_get(o->json, "expect"), *value = expect ? hyk_value_get(*expect, "value") : NULL;
	struct hyk_str type = str_of(o->json, "type");

	if (expect && hyk_value_get(*expect, "error"))
		return ans->failed && is_at(hyk_value_get(*expect, "pos"), ans->pos);
	if (ans->failed)
		return false;
	if (type.n && !hyk_str_eq(type, ans->type))
		return false;
	return !value || same(ans->value, typed_value(o, *value));
}

static void
print_answer(struct one *o, const struct answer *ans)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "{\"id\":");
	hyk_json_write_str(&b, str_of(o->json, "id"));
	if (ans->failed) {
		hyk_buf_append_c(&b, ",\"error\":");
		hyk_json_write_str(&b, ans->error);
		if (ans->pos.line)
			hyk_buf_printf(&b, ",\"pos\":[%u,%u]", ans->pos.line, ans->pos.column);
	} else {
		hyk_buf_append_c(&b, ",\"value\":");
		write_value(&b, o, ans->value);
	}
	hyk_buf_append_c(&b, "}");
	printf("%.*s\n", HYK_STR_ARG(hyk_buf_peek(&b)));
	hyk_buf_fini(&b);
}

static struct tally *
tally_of(struct tally *tallies, struct hyk_arena *a, struct hyk_str tier)
{
	struct tally *t = tallies;

	while (t->tier && !hyk_str_eq_c(tier, t->tier))
		t++;
	if (!t->tier) {
		struct hyk_str copy = hyk_arena_dup(a, tier);

		t->tier = copy.p;
	}
	return t;
}

static int
run_lines(struct hyk_str text, bool answers, struct hyk_arena *whole)
{
	/* A case may hold an expression of the largest size, escaped. */
	static const struct hyk_json_limits limits = { .max_bytes = HYK_SOURCE_MAX_BYTES, .max_items = 1000000 };
	struct tally tallies[16] = { { 0 } };
	struct hyk_arena arena;
	static struct one o;
	unsigned failed = 0;

	hyk_arena_init(&arena, 0);
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		struct hyk_str line = hyk_str_make(text.p, end ? (size_t)(end - text.p) : text.n);
		struct hyk_source *src;
		struct answer ans;
		struct tally *t;
		struct hyk_str contested;
		const struct hyk_value *relevant, *expect;
		bool is_error, ok;

		text = hyk_str_make(text.p + line.n + (end != NULL), text.n - line.n - (end != NULL));
		if (!hyk_str_trim(line).n)
			continue;
		hyk_arena_fini(&arena);
		memset(&o, 0, sizeof(o));
		o.arena = &arena;
		src = hyk_source_new(&arena, HYK_STR("case"), line);
		if (!src || hyk_json_parse(&arena, src, &limits, &o.json, NULL) != HYK_OK) {
			fprintf(stderr, "not JSON: %.*s\n", (int)(line.n > 200 ? 200 : line.n), line.p);
			failed++;
			continue;
		}
		relevant = hyk_value_get(o.json, "relevant");
		if ((relevant && !relevant->as.b) || hyk_str_eq_c(str_of(o.json, "tier"), "block"))
			continue;
		set_up(&o);
		run(&o, &ans);
		if (answers) {
			print_answer(&o, &ans);
			continue;
		}
		expect = hyk_value_get(o.json, "expect");
		is_error = expect && hyk_value_get(*expect, "error");
		ok = judge(&o, &ans);
		contested = str_of(o.json, "contested");
		t = tally_of(tallies, whole, str_of(o.json, "tier"));
		*(is_error ? &t->errors : &t->values) += 1;
		*(is_error ? &t->errors_ok : &t->values_ok) += ok;
		if (ok)
			continue;
		printf("failed %.*s%s: %.*s", HYK_STR_ARG(str_of(o.json, "id")), contested.n ? " (contested)" : "",
		    HYK_STR_ARG(str_of(o.json, "expr")));
		printf(" -> %.*s", HYK_STR_ARG(ans.failed ? ans.error : ans.type));
		if (ans.pos.line)
			printf(" at %u:%u", ans.pos.line, ans.pos.column);
		printf("\n");
		failed += !contested.n;
	}
	for (struct tally *t = tallies; t->tier; t++)
		printf("%s: values %u of %u, errors %u of %u\n", t->tier, t->values_ok, t->values, t->errors_ok, t->errors);
	hyk_arena_fini(&arena);
	return failed ? 1 : 0;
}

int
main(int argc, char **argv)
{
	bool answers = argc > 1 && strcmp(argv[1], "--answers") == 0;
	struct hyk_arena arena;
	struct hyk_diags diags;
	struct hyk_str text;
	int rc;

	if (argc != 2 + answers) {
		fprintf(stderr, "usage: cel-conformance [--answers] FILE.jsonl\n");
		return 2;
	}
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	if (hyk_file_read(&arena, hyk_str_from_c(argv[1 + answers]), (size_t)1 << 30, &text, &diags) != HYK_OK) {
		fprintf(stderr, "cel-conformance: cannot read %s\n", argv[1 + answers]);
		hyk_arena_fini(&arena);
		return 4;
	}
	rc = run_lines(text, answers, &arena);
	hyk_zones_fini();
	hyk_arena_fini(&arena);
	return rc;
}
