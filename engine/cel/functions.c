/* SPDX-License-Identifier: Apache-2.0 */
/* cel/functions.c - the table of functions.def with its index, and calls through it. */
#include "cel/functions.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"

static struct hyk_cel_overload table[] = {
#define HYK_CEL_FN(id, name, code, flags, cost, solver, doc)                                       \
	{ (name), (code), (flags), HYK_CEL_COST_##cost, HYK_CEL_S_##solver, hyk_cel_fn_##id, (doc), 0, 0, { 0 },        \
	  { NULL, 0 } },
#include "cel/functions.def"
#undef HYK_CEL_FN
};

#define N_INDEX 512u /* a power of two, more than twice the names */

static uint16_t index_of[N_INDEX]; /* first overload of a name and style, from 1 */
static struct hyk_field point_fields[2]; /* {lat: double, lon: double} */
static const struct hyk_type point = { .kind = HYK_T_RECORD, .fields = point_fields, .n_fields = 2 };
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint32_t
code_mask(char c)
{
	switch (c) {
	case 'b':
		return 1u << HYK_BOOL;
	case 'i':
		return 1u << HYK_INT;
	case 'u':
		return 1u << HYK_UINT;
	case 'd':
		return 1u << HYK_DOUBLE;
	case 's':
		return 1u << HYK_STRING;
	case 'y':
		return 1u << HYK_BYTES;
	case 't':
		return 1u << HYK_TIMESTAMP;
	case 'r':
		return 1u << HYK_DURATION;
	case 'n':
		return 1u << HYK_NULL;
	case 'T':
		return 1u << HYK_TYPE;
	case 'I':
	case 'C':
		return 1u << HYK_NET;
	case 'L':
		return 1u << HYK_LIST;
	case 'M':
	case 'G':
		return 1u << HYK_MAP;
	case 'O':
		return 1u << HYK_OPTIONAL;
	default:
		return ~0u;
	}
}

static const char *
code_skip(const char *c)
{
	unsigned more = 1;

	while (more) {
		more += *c == 'M' ? 1u : *c == 'L' || *c == 'O' ? 0u : (unsigned)-1;
		c++;
	}
	return c;
}

static uint32_t
index_at(struct hyk_str name, bool method)
{
	return ((uint32_t)hyk_str_hash(name) + method) % N_INDEX;
}

static bool
same_name(const struct hyk_cel_overload *o, struct hyk_str name, bool method)
{
	return !(o->flags & HYK_CEL_FN_METHOD) == !method && hyk_str_eq(o->name_str, name);
}

static void
build(void)
{
	const struct hyk_type *number = hyk_type_basic(HYK_T_DOUBLE);

	point_fields[0] = (struct hyk_field){ .name = HYK_STR("lat"), .type = number, .slot = HYK_NO_SLOT };
	point_fields[1] = (struct hyk_field){ .name = HYK_STR("lon"), .type = number, .slot = HYK_NO_SLOT };
	for (uint32_t i = 0; i < HYK_ARRAY_LEN(table); i++) {
		struct hyk_cel_overload *o = &table[i];
		uint32_t at;

		o->name_str = hyk_str_from_c(o->name);
		for (const char *c = o->code; *c != '>'; c = code_skip(c))
			o->mask[o->n_args++] = code_mask(*c);
		for (const char *c = o->code; *c; c++) {
			if (*c == 'A' && o->n_params < 1)
				o->n_params = 1;
			if (*c == 'B')
				o->n_params = 2;
		}
		at = index_at(o->name_str, o->flags & HYK_CEL_FN_METHOD);
		while (index_of[at] &&
		    !same_name(&table[index_of[at] - 1], o->name_str, o->flags & HYK_CEL_FN_METHOD))
			at = (at + 1) % N_INDEX;
		if (!index_of[at])
			index_of[at] = (uint16_t)(i + 1);
	}
}

uint32_t
hyk_cel_functions_find(struct hyk_str name, bool method, uint32_t *ret_n)
{
	uint32_t at, n = 0, i;

	pthread_once(&once, build);
	at = index_at(name, method);
	while (index_of[at] && !same_name(&table[index_of[at] - 1], name, method))
		at = (at + 1) % N_INDEX;
	*ret_n = 0;
	if (!index_of[at])
		return 0;
	i = index_of[at] - 1u;
	while (i + n < HYK_ARRAY_LEN(table) && same_name(&table[i + n], name, method))
		n++;
	*ret_n = n;
	return i;
}

const struct hyk_cel_overload *
hyk_cel_function(uint32_t i)
{
	pthread_once(&once, build);
	HYK_ASSERT(i < HYK_ARRAY_LEN(table));
	return &table[i];
}

uint32_t
hyk_cel_functions_count(void)
{
	return HYK_ARRAY_LEN(table);
}

const struct hyk_type *
hyk_cel_code_type(struct hyk_arena *a, const char **code, const struct hyk_type *const params[2])
{
	const struct hyk_type *t, *u;

	switch (*(*code)++) {
	case 'b':
		return hyk_type_basic(HYK_T_BOOL);
	case 'i':
		return hyk_type_basic(HYK_T_INT);
	case 'u':
		return hyk_type_basic(HYK_T_UINT);
	case 'd':
		return hyk_type_basic(HYK_T_DOUBLE);
	case 's':
		return hyk_type_basic(HYK_T_STRING);
	case 'y':
		return hyk_type_basic(HYK_T_BYTES);
	case 't':
		return hyk_type_basic(HYK_T_TIMESTAMP);
	case 'r':
		return hyk_type_basic(HYK_T_DURATION);
	case 'n':
		return hyk_type_basic(HYK_T_NULL);
	case 'T':
		return hyk_type_basic(HYK_T_TYPE);
	case 'G':
		pthread_once(&once, build);
		return &point;
	case 'I':
		return hyk_type_basic(HYK_T_IP);
	case 'C':
		return hyk_type_basic(HYK_T_CIDR);
	case 'A':
		return params[0];
	case 'B':
		return params[1];
	case 'L':
		t = hyk_cel_code_type(a, code, params);
		return hyk_type_list(a, t);
	case 'M':
		t = hyk_cel_code_type(a, code, params);
		u = hyk_cel_code_type(a, code, params);
		return t && u ? hyk_type_map(a, t, u) : NULL;
	case 'O':
		t = hyk_cel_code_type(a, code, params);
		return hyk_type_optional(a, t);
	default:
		return hyk_type_basic(HYK_T_DYN);
	}
}

static const char *
write_code(struct hyk_buf *b, const char *c)
{
	static const char letters[] = "biudsytrnTGICAB";
	static const char *const names[] = { "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration",
		"null", "type", "{lat: double, lon: double}", "net.IP", "net.CIDR", "A", "B" };
	const char *p = strchr(letters, *c);

	if (p) {
		hyk_buf_append_c(b, names[p - letters]);
		return c + 1;
	}
	if (*c == 'L' || *c == 'M' || *c == 'O') {
		bool is_map = *c == 'M';

		hyk_buf_append_c(b, is_map ? "map(" : *c == 'L' ? "list(" : "optional(");
		c = write_code(b, c + 1);
		if (is_map) {
			hyk_buf_append_c(b, ", ");
			c = write_code(b, c);
		}
		hyk_buf_append_char(b, ')');
		return c;
	}
	hyk_buf_append_c(b, "dyn");
	return c + 1;
}

/* "_+_" with its sides put in. */
static void
write_operator(struct hyk_buf *b, const struct hyk_cel_overload *o)
{
	const char *c = o->code;

	if (strcmp(o->name, "@in") == 0) {
		c = write_code(b, c);
		hyk_buf_append_c(b, " in ");
		write_code(b, c);
		return;
	}
	for (const char *p = o->name; *p; p++) {
		bool spaced = *p != '_' && *p != '[' && *p != ']' && *p != '?' && o->name[0] == '_';

		if (*p == '_') {
			c = write_code(b, c);
			continue;
		}
		if (spaced && p[-1] == '_')
			hyk_buf_append_char(b, ' ');
		hyk_buf_append_char(b, *p);
		if (spaced && p[1] == '_')
			hyk_buf_append_char(b, ' ');
	}
}

void
hyk_cel_function_write(struct hyk_buf *b, const struct hyk_cel_overload *o)
{
	const char *c = o->code;

	if (o->flags & HYK_CEL_FN_OPERATOR) {
		write_operator(b, o);
		return;
	}
	if (o->flags & HYK_CEL_FN_METHOD) {
		c = write_code(b, c);
		hyk_buf_append_char(b, '.');
	}
	hyk_buf_append_c(b, o->name);
	hyk_buf_append_char(b, '(');
	for (bool first = true; *c != '>'; first = false) {
		if (!first)
			hyk_buf_append_c(b, ", ");
		c = write_code(b, c);
	}
	hyk_buf_append_char(b, ')');
}

/* Errors -------------------------------------------------------------- */

struct hyk_value
hyk_cel_no_memory(void)
{
	static const struct hyk_verror err = { HYK_STR_INIT("no memory left"), 0, 0, UINT32_MAX };

	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = &err };
}

static struct hyk_value
fail_with(struct hyk_cel_ctx *c, struct hyk_str text)
{
	struct hyk_verror *err = hyk_arena_alloc(c->arena, sizeof(*err));

	if (!err)
		return hyk_cel_no_memory();
	*err = (struct hyk_verror){ text, c->span.at, c->span.n, UINT32_MAX };
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = err };
}

struct hyk_value
hyk_cel_fail(struct hyk_cel_ctx *c, const char *text)
{
	return fail_with(c, hyk_str_from_c(text));
}

struct hyk_value
hyk_cel_failf(struct hyk_cel_ctx *c, const char *fmt, ...)
{
	char text[256];
	struct hyk_str copy;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	copy = hyk_arena_dup(c->arena, hyk_str_from_c(text));
	return copy.p ? fail_with(c, copy) : hyk_cel_no_memory();
}

bool
hyk_cel_spend(struct hyk_cel_ctx *c, uint64_t n)
{
	if (c->gas > n) {
		c->gas -= n;
		return true;
	}
	c->gas = 0;
	return false;
}

/* Calls --------------------------------------------------------------- */

static uint64_t
length_of(struct hyk_value v)
{
	if (v.kind == HYK_STRING)
		return hyk_utf8_length(hyk_value_str(v));
	if (v.kind == HYK_BYTES)
		return v.n;
	if (v.kind == HYK_LIST)
		return v.as.list->n;
	return v.kind == HYK_MAP ? v.as.map->n : 1;
}

static uint64_t
tenth(uint64_t n)
{
	return (n + 9) / 10;
}

/* Beside the one unit that calls of a fixed cost have in their program's `cost`. */
static uint64_t
cost_of(const struct hyk_cel_overload *o, const struct hyk_value *a)
{
	uint64_t x, y;

	switch ((enum hyk_cel_fn_cost)o->cost) {
	case HYK_CEL_COST_ONE:
	case HYK_CEL_COST_MATCH:
	case HYK_CEL_COST_DAYS:
		return 0;
	case HYK_CEL_COST_SCAN:
		return tenth(length_of(a[0]));
	case HYK_CEL_COST_BOTH:
		return tenth(length_of(a[0]) + length_of(a[1]));
	case HYK_CEL_COST_PRODUCT:
		return tenth(length_of(a[0])) * tenth(length_of(a[1]));
	case HYK_CEL_COST_LESSER:
		x = tenth(length_of(a[0]));
		y = tenth(length_of(a[1]));
		x = x < y ? x : y;
		return x ? x - 1 : 0;
	case HYK_CEL_COST_LIST:
		return length_of(a[0]) + (o->n_args > 1 ? length_of(a[1]) : 0);
	case HYK_CEL_COST_IN:
		return length_of(a[1]);
	}
	return 0;
}

struct hyk_value
hyk_cel_dispatch(struct hyk_cel_ctx *c, uint32_t fn, uint32_t n_fn, const struct hyk_value *args, unsigned n_args)
{
	const struct hyk_value *err = NULL;
	struct hyk_value unknown = { .kind = HYK_NULL };

	for (uint32_t f = fn; f < fn + n_fn; f++) {
		const struct hyk_cel_overload *o = &table[f];
		bool fits = o->n_args == n_args || (o->flags & HYK_CEL_FN_VARIADIC);

		for (unsigned i = 0; fits && i < n_args; i++) {
			uint32_t mask = i < HYK_CEL_FN_MAX_ARGS && !(o->flags & HYK_CEL_FN_VARIADIC) ? o->mask[i] : ~0u;

			fits = (mask & ~(1u << HYK_UNKNOWN | 1u << HYK_ERROR_VALUE)) >> args[i].kind & 1;
		}
		if (fits) {
			if (!hyk_cel_spend(c, cost_of(o, args)))
				return hyk_cel_fail(c, "the budget of this decision is used up");
			return o->fn(c, args, n_args);
		}
	}
	for (unsigned i = 0; i < n_args; i++) {
		if (args[i].kind == HYK_ERROR_VALUE && !err)
			err = &args[i];
		if (args[i].kind == HYK_UNKNOWN)
			unknown = unknown.kind == HYK_NULL ? args[i] : hyk_unknown_union(c->arena, unknown, args[i]);
	}
	if (unknown.kind == HYK_UNKNOWN)
		return unknown;
	if (err)
		return *err;
	return hyk_cel_failf(c, "no such overload of %s for %s%s%s", n_fn ? table[fn].name : "?",
	    n_args ? hyk_kind_name(args[0].kind) : "nothing", n_args > 1 ? ", " : "",
	    n_args > 1 ? hyk_kind_name(args[1].kind) : "");
}
