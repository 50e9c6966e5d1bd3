/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/expression.c - one condition by itself, and the manual of the functions it may call. */
#include "runtime/expression.h"

#include "base/clock.h"
#include "cel/cel.h"
#include "cel/functions.h"
#include "runtime/texts.h"
#include "value/json.h"

#define MAX_NAMES 10000u

struct names {
	struct hyk_cel_decl *decls;
	struct hyk_value *slots;
	size_t n;
};

static void
declare(struct names *s, struct hyk_str name, enum hyk_type_kind type, struct hyk_value v)
{
	s->decls[s->n] = (struct hyk_cel_decl){ name, hyk_type_basic(type), (uint32_t)s->n, NULL };
	s->slots[s->n++] = v;
}

/* The members of the object, then what a policy has as well. */
static enum hyk_status
collect(const struct hyk_expression *e, struct hyk_arena *arena, const struct hyk_zone *zone,
    struct names *s, struct hyk_diags *diags)
{
	const struct hyk_vmap *with = e->with.kind == HYK_MAP ? e->with.as.map : NULL;
	struct hyk_time t = hyk_clock_now(hyk_clock_system());
	struct hyk_value now = hyk_timestamp(t.s, (uint32_t)t.ns);
	size_t n = with != NULL ? with->n : 0;

	if (n > MAX_NAMES)
		return HYK_E_LIMIT;
	s->decls = hyk_arena_array(arena, n + 2, sizeof(*s->decls));
	s->slots = hyk_arena_array(arena, n + 2, sizeof(*s->slots));
	if (s->decls == NULL || s->slots == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct hyk_value v = with->entries[i].value;
		struct hyk_str name = hyk_value_str(with->entries[i].key);

		if (hyk_str_eq_c(name, "tz"))
			continue; /* the zone is an option, and civic functions go by it */
		if (!hyk_str_eq_c(name, "now")) {
			declare(s, name, HYK_T_DYN, v);
		} else if (v.kind != HYK_STRING || !hyk_timestamp_parse(hyk_value_str(v), &now)) {
			HYK_DIAG0(diags, HYK_D_EVAL_NOW, NULL, HYK_NO_SPAN);
			return HYK_E_INVALID;
		}
	}
	declare(s, HYK_STR("now"), HYK_T_TIMESTAMP, now);
	declare(s, HYK_STR("tz"), HYK_T_STRING, hyk_string(hyk_zone_name(zone)));
	return HYK_OK;
}

static struct hyk_str
type_text(struct hyk_arena *arena, const struct hyk_type *t)
{
	struct hyk_buf b;
	struct hyk_str s = { NULL, 0 };

	hyk_buf_init(&b, 0);
	hyk_type_write(&b, t);
	if (!b.failed)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static bool
answer_names(const struct names *s, struct hyk_arena *arena, struct hyk_expression_answer *a)
{
	struct hyk_expression_name *names = hyk_arena_array(arena, s->n, sizeof(*names));

	if (names == NULL)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		names[i].name = s->decls[i].name;
		names[i].type = type_text(arena, s->decls[i].type);
		if (names[i].type.p == NULL)
			return false;
	}
	a->names = names;
	a->n_names = s->n;
	return true;
}

/* Addresses and networks are values that only cel/ can read. */
static struct hyk_value
readable(struct hyk_value v, struct hyk_arena *arena)
{
	struct hyk_cel_ctx c = {
		.arena = arena, .zone = hyk_zone_utc(), .gas = HYK_EXPRESSION_GAS
	};

	return v.kind == HYK_NET ? hyk_cel_fn_net_to_string(&c, &v, 1) : v;
}

static bool
answer_steps(
    const struct hyk_cel_trace *t, struct hyk_arena *arena, struct hyk_expression_answer *a)
{
	struct hyk_expression_step *steps = hyk_arena_array(arena, t->n, sizeof(*steps));

	if (steps == NULL)
		return false;
	a->steps_cut = t->n > HYK_EXPRESSION_MAX_STEPS;
	a->n_steps = a->steps_cut ? HYK_EXPRESSION_MAX_STEPS : t->n;
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct hyk_cel_traced *at = &t->items[i];
		size_t size = at->src->text.n;
		size_t from = at->span.at < size ? at->span.at : size;
		size_t n = at->span.n < size - from ? at->span.n : size - from;
		struct hyk_position pos = hyk_source_locate(at->src, at->span);

		steps[i] = (struct hyk_expression_step){ { at->src->text.p + from, n }, pos.line,
			pos.column, readable(at->value, arena) };
	}
	a->steps = steps;
	return true;
}

/* The rules of the folder are not asked, so they need not be fine, nor their plugins be there. */
static enum hyk_status
open_commons(const struct hyk_expression *e, struct hyk_arena *arena, struct hyk_ruleset **ret_ruleset,
    const struct hyk_commons **ret_commons, struct hyk_diags *diags)
{
	struct hyk_ruleset_input in = { .version = 1, .data_only = true };
	struct hyk_texts texts = { 0 };
	struct hyk_ruleset *r;
	struct hyk_arena own;
	enum hyk_status st = hyk_texts_read_folders(&texts, arena, e->commons_dir, NULL, diags);

	if (st != HYK_OK)
		return st;
	in.files = texts.files;
	in.n_files = texts.n;
	hyk_arena_init(&own, 0);
	st = hyk_ruleset_load(&in, &own, &r, diags);
	if (st != HYK_OK)
		return st;
	*ret_ruleset = r;
	/* the first is the engine's own */
	*ret_commons = e->commons.n > 0 ? hyk_ruleset_find_commons(r, e->commons) : &r->commons[r->n_commons - 1];
	for (size_t i = 1; i < r->n_commons && e->commons.n == 0; i++)
		if (r->commons[i].path.n < (*ret_commons)->path.n)
			*ret_commons = &r->commons[i];
	if (*ret_commons == NULL) {
		struct hyk_str *paths = hyk_arena_array(arena, r->n_commons, sizeof(*paths));
		struct hyk_diag *d =
		    HYK_DIAG(diags, HYK_D_COMMONS_UNKNOWN, NULL, HYK_NO_SPAN, e->commons, HYK_STR(""));

		for (size_t i = 0; paths != NULL && i < r->n_commons; i++)
			paths[i] = r->commons[i].path;
		if (paths != NULL)
			hyk_diag_suggest(diags, d, hyk_str_nearest(e->commons, paths, r->n_commons));
		return HYK_E_INVALID;
	}
	return HYK_OK;
}

static enum hyk_status
run(const struct hyk_cel_program *p, const struct hyk_expression *e, const struct names *s,
    const struct hyk_zone *zone, const struct hyk_cel_commons *commons, struct hyk_arena *arena,
    struct hyk_expression_answer *a)
{
	struct hyk_cel_trace trace = { .arena = arena, .max = HYK_EXPRESSION_MAX_STEPS + 1 };
	struct hyk_cel_frame f = { .slots = s->slots,
		.n_slots = s->n,
		.zone = zone,
		.commons = commons,
		.arena = arena,
		.gas = HYK_EXPRESSION_GAS,
		.trace = e->trace ? &trace : NULL };

	f.stack = hyk_arena_array(arena, HYK_CEL_STACK, sizeof(*f.stack));
	if (f.stack == NULL)
		return HYK_E_NOMEM;
	a->value = readable(hyk_cel_run(p, &f), arena);
	a->cost = HYK_EXPRESSION_GAS - f.gas;
	a->cost_most = hyk_cel_program_cost(p);
	a->type = type_text(arena, hyk_cel_program_type(p));
	return a->type.p != NULL && answer_names(s, arena, a) && answer_steps(&trace, arena, a)
	    ? HYK_OK
	    : HYK_E_NOMEM;
}

enum hyk_status
hyk_expression_run(const struct hyk_expression *e, struct hyk_arena *arena,
    struct hyk_expression_answer *ret_answer, struct hyk_diags *diags)
{
	const struct hyk_zone *zone = hyk_zone_utc();
	const struct hyk_commons *commons = NULL;
	struct hyk_ruleset *ruleset = NULL;
	const struct hyk_cel_program *p = NULL;
	struct hyk_cel_env env = { .civic = true };
	struct names s = { 0 };
	enum hyk_status st = HYK_OK;

	*ret_answer = (struct hyk_expression_answer){ 0 };
	if (e->zone.n > 0)
		st = hyk_zone_get(e->zone, &zone);
	if (st != HYK_OK) {
		HYK_DIAG(diags, HYK_D_EVAL_ZONE, NULL, HYK_NO_SPAN, e->zone);
		return HYK_E_INVALID;
	}
	if (e->commons_dir != NULL)
		st = open_commons(e, arena, &ruleset, &commons, diags);
	if (st == HYK_OK && commons != NULL) {
		env.commons = &commons->data;
		if (e->zone.n == 0)
			zone = commons->zone;
	}
	if (st == HYK_OK)
		st = collect(e, arena, zone, &s, diags);
	env.decls = s.decls;
	env.n_decls = s.n;
	if (st == HYK_OK)
		st = hyk_cel_compile(&env, e->src, NULL, arena, &p, diags);
	if (st == HYK_OK)
		st = run(p, e, &s, zone, env.commons, arena, ret_answer);
	hyk_ruleset_unref(ruleset); /* no value points into it */
	return st;
}

void
hyk_expression_explain(const struct hyk_source *src, struct hyk_value v, struct hyk_diags *diags)
{
	const struct hyk_verror *err = v.kind == HYK_ERROR_VALUE ? v.as.err : NULL;

	if (err != NULL)
		HYK_DIAG(diags, HYK_D_EVAL_FAILED, src, ((struct hyk_span){ err->at, err->n }),
		    err->text);
	else
		HYK_DIAG0(diags, HYK_D_EVAL_UNKNOWN, src, HYK_NO_SPAN);
}

/* The manual
 * ---------------------------------------------------------------------------------------------------
 */

/* Overloads of a name in a style stand together; *ret_next is the first of the next name. */
static const struct hyk_cel_overload *
named(uint32_t i, uint32_t *ret_next)
{
	const struct hyk_cel_overload *o = hyk_cel_function(i);
	uint32_t k = i + 1;

	for (; k < hyk_cel_functions_count(); k++) {
		const struct hyk_cel_overload *next = hyk_cel_function(k);

		if (!hyk_str_eq(next->name_str, o->name_str) ||
		    ((next->flags ^ o->flags) & HYK_CEL_FN_METHOD) != 0)
			break;
	}
	*ret_next = k;
	return o;
}

static void
write_signature(struct hyk_buf *b, const struct hyk_cel_overload *o)
{
	struct hyk_arena arena;
	const struct hyk_type *params[2] = { NULL, NULL }, *t;
	const char *code = strchr(o->code, '>');

	hyk_arena_init(&arena, 0);
	for (int i = 0; i < 2; i++) {
		struct hyk_type *param = hyk_arena_alloc(&arena, sizeof(*param));

		if (param != NULL)
			*param = (struct hyk_type){ .kind = HYK_T_PARAM,
				.name = i ? HYK_STR("B") : HYK_STR("A") };
		params[i] = param;
	}
	hyk_cel_function_write(b, o);
	hyk_buf_append_c(b, " -> ");
	code++;
	t = params[0] != NULL && params[1] != NULL ? hyk_cel_code_type(&arena, &code, params)
						   : NULL;
	if (t != NULL)
		hyk_type_write(b, t);
	else
		b->failed = true;
	hyk_arena_fini(&arena);
}

void
hyk_expression_manual(struct hyk_buf *b)
{
	for (uint32_t i = 0, next; i < hyk_cel_functions_count(); i = next) {
		const struct hyk_cel_overload *first = named(i, &next);

		for (uint32_t k = i; k < next; k++) {
			const struct hyk_cel_overload *o = hyk_cel_function(k);

			write_signature(b, o);
			hyk_buf_append_char(b, '\n');
			if (o->doc[0] != '\0')
				hyk_buf_printf(b, "    %s%s\n", o->doc,
				    k == i && (first->flags & HYK_CEL_FN_CIVIC)
					? " (hyangyak's own)"
					: "");
		}
		hyk_buf_append_char(b, '\n');
	}
}

void
hyk_expression_manual_json(struct hyk_buf *b)
{
	struct hyk_buf text;

	hyk_buf_init(&text, 0);
	hyk_buf_append_char(b, '[');
	for (uint32_t i = 0; i < hyk_cel_functions_count(); i++) {
		const struct hyk_cel_overload *o = hyk_cel_function(i);

		hyk_buf_append_c(b, i > 0 ? ",\n{\"name\":" : "\n{\"name\":");
		hyk_json_write_str(b, o->name_str);
		hyk_buf_reset(&text);
		write_signature(&text, o);
		b->failed = b->failed || text.failed;
		hyk_buf_append_c(b, ",\"signature\":");
		hyk_json_write_str(b, hyk_buf_peek(&text));
		hyk_buf_append_c(b, ",\"doc\":");
		hyk_json_write_str(b, hyk_str_from_c(o->doc));
		hyk_buf_printf(b, ",\"method\":%s,\"operator\":%s,\"civic\":%s}",
		    o->flags & HYK_CEL_FN_METHOD ? "true" : "false",
		    o->flags & HYK_CEL_FN_OPERATOR ? "true" : "false",
		    o->flags & HYK_CEL_FN_CIVIC ? "true" : "false");
	}
	hyk_buf_append_c(b, "\n]\n");
	hyk_buf_fini(&text);
}
