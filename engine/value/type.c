/* SPDX-License-Identifier: Apache-2.0 */
/* value/type.c - types: the basic ones, those made of others, and how they are written. */
#include "value/schema.h"

#define TYPE_DEPTH_MAX 32u /* of what is compared and written; the text form allows less */

const struct hyk_type *
hyk_type_basic(enum hyk_type_kind k)
{
	static const struct hyk_type dyn = { .kind = HYK_T_DYN };
	static const struct hyk_type basic[] = {
		[HYK_T_NULL] = { .kind = HYK_T_NULL },
		[HYK_T_BOOL] = { .kind = HYK_T_BOOL },
		[HYK_T_INT] = { .kind = HYK_T_INT },
		[HYK_T_UINT] = { .kind = HYK_T_UINT },
		[HYK_T_DOUBLE] = { .kind = HYK_T_DOUBLE },
		[HYK_T_STRING] = { .kind = HYK_T_STRING },
		[HYK_T_BYTES] = { .kind = HYK_T_BYTES },
		[HYK_T_LIST] = { .kind = HYK_T_LIST, .elem = &dyn },
		[HYK_T_MAP] = { .kind = HYK_T_MAP, .key = &dyn, .elem = &dyn },
		[HYK_T_TIMESTAMP] = { .kind = HYK_T_TIMESTAMP },
		[HYK_T_DATE] = { .kind = HYK_T_DATE },
		[HYK_T_DURATION] = { .kind = HYK_T_DURATION },
		[HYK_T_TYPE] = { .kind = HYK_T_TYPE, .elem = &dyn },
		[HYK_T_OPTIONAL] = { .kind = HYK_T_OPTIONAL, .elem = &dyn },
		[HYK_T_IP] = { .kind = HYK_T_IP },
		[HYK_T_CIDR] = { .kind = HYK_T_CIDR },
		[HYK_T_ERROR] = { .kind = HYK_T_ERROR },
	};

	if (k == HYK_T_DYN)
		return &dyn;
	HYK_ASSERT((size_t)k < HYK_ARRAY_LEN(basic) && basic[k].kind == k);
	return &basic[k];
}

static const struct hyk_type *
make(struct hyk_arena *a, enum hyk_type_kind k, const struct hyk_type *key, const struct hyk_type *elem)
{
	struct hyk_type *t = elem ? hyk_arena_alloc(a, sizeof(*t)) : NULL;

	if (!t)
		return NULL;
	*t = (struct hyk_type){ .kind = k, .key = key, .elem = elem };
	return t;
}

const struct hyk_type *
hyk_type_list(struct hyk_arena *a, const struct hyk_type *elem)
{
	return make(a, HYK_T_LIST, NULL, elem);
}

const struct hyk_type *
hyk_type_map(struct hyk_arena *a, const struct hyk_type *key, const struct hyk_type *elem)
{
	return key ? make(a, HYK_T_MAP, key, elem) : NULL;
}

const struct hyk_type *
hyk_type_optional(struct hyk_arena *a, const struct hyk_type *elem)
{
	return make(a, HYK_T_OPTIONAL, NULL, elem);
}

const struct hyk_field *
hyk_type_find_field(const struct hyk_type *record, struct hyk_str name)
{
	for (size_t i = 0; i < record->n_fields; i++) {
		if (hyk_str_eq(record->fields[i].name, name))
			return &record->fields[i];
	}
	return NULL;
}

static bool equal(const struct hyk_type *a, const struct hyk_type *b, unsigned depth);

/* The order of fields says nothing. */
static bool
equal_fields(const struct hyk_type *a, const struct hyk_type *b, unsigned depth)
{
	if (a->n_fields != b->n_fields)
		return false;
	for (size_t i = 0; i < a->n_fields; i++) {
		const struct hyk_field *other = hyk_type_find_field(b, a->fields[i].name);

		if (!other || other->optional != a->fields[i].optional ||
		    !equal(a->fields[i].type, other->type, depth))
			return false;
	}
	return true;
}

static bool
equal(const struct hyk_type *a, const struct hyk_type *b, unsigned depth)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind || depth >= TYPE_DEPTH_MAX)
		return false;
	switch (a->kind) {
	case HYK_T_LIST:
	case HYK_T_OPTIONAL:
	case HYK_T_TYPE:
		return equal(a->elem, b->elem, depth + 1);
	case HYK_T_MAP:
		return equal(a->key, b->key, depth + 1) && equal(a->elem, b->elem, depth + 1);
	case HYK_T_RECORD:
		return hyk_str_eq(a->name, b->name) && equal_fields(a, b, depth + 1);
	case HYK_T_PARAM:
		return hyk_str_eq(a->name, b->name);
	case HYK_T_DYN:
	case HYK_T_NULL:
	case HYK_T_BOOL:
	case HYK_T_INT:
	case HYK_T_UINT:
	case HYK_T_DOUBLE:
	case HYK_T_STRING:
	case HYK_T_BYTES:
	case HYK_T_TIMESTAMP:
	case HYK_T_DATE:
	case HYK_T_DURATION:
	case HYK_T_IP:
	case HYK_T_CIDR:
	case HYK_T_ERROR:
		return true;
	}
	return false;
}

bool
hyk_type_equal(const struct hyk_type *a, const struct hyk_type *b)
{
	return equal(a, b, 0);
}

static void write_type(struct hyk_buf *b, const struct hyk_type *t, unsigned depth);

static void
write_of(struct hyk_buf *b, const char *name, const struct hyk_type *first, const struct hyk_type *second,
    unsigned depth)
{
	hyk_buf_append_c(b, name);
	hyk_buf_append_char(b, '(');
	write_type(b, first, depth);
	if (second) {
		hyk_buf_append_c(b, ", ");
		write_type(b, second, depth);
	}
	hyk_buf_append_char(b, ')');
}

static void
write_record(struct hyk_buf *b, const struct hyk_type *t, unsigned depth)
{
	if (t->name.n) {
		hyk_buf_append(b, t->name);
		return;
	}
	hyk_buf_append_char(b, '{');
	for (size_t i = 0; i < t->n_fields; i++) {
		if (i)
			hyk_buf_append_c(b, ", ");
		hyk_buf_append(b, t->fields[i].name);
		hyk_buf_append_c(b, t->fields[i].optional ? "?: " : ": ");
		write_type(b, t->fields[i].type, depth);
	}
	hyk_buf_append_char(b, '}');
}

static void
write_type(struct hyk_buf *b, const struct hyk_type *t, unsigned depth)
{
	static const char *const names[] = {
		[HYK_T_DYN] = "dyn", [HYK_T_NULL] = "null_type", [HYK_T_BOOL] = "bool", [HYK_T_INT] = "int",
		[HYK_T_UINT] = "uint", [HYK_T_DOUBLE] = "double", [HYK_T_STRING] = "string",
		[HYK_T_BYTES] = "bytes", [HYK_T_TIMESTAMP] = "timestamp", [HYK_T_DATE] = "date",
		[HYK_T_DURATION] = "duration", [HYK_T_IP] = "net.IP", [HYK_T_CIDR] = "net.CIDR",
		[HYK_T_ERROR] = "error",
	};

	if (!t || depth >= TYPE_DEPTH_MAX) {
		hyk_buf_append_c(b, "...");
		return;
	}
	switch (t->kind) {
	case HYK_T_LIST:
		write_of(b, "list", t->elem, NULL, depth + 1);
		return;
	case HYK_T_MAP:
		write_of(b, "map", t->key, t->elem, depth + 1);
		return;
	case HYK_T_OPTIONAL:
		write_of(b, "optional_type", t->elem, NULL, depth + 1);
		return;
	case HYK_T_TYPE:
		if (t->elem && t->elem->kind != HYK_T_DYN)
			write_of(b, "type", t->elem, NULL, depth + 1);
		else
			hyk_buf_append_c(b, "type");
		return;
	case HYK_T_RECORD:
		write_record(b, t, depth + 1);
		return;
	case HYK_T_PARAM:
		hyk_buf_append(b, t->name);
		return;
	case HYK_T_DYN:
	case HYK_T_NULL:
	case HYK_T_BOOL:
	case HYK_T_INT:
	case HYK_T_UINT:
	case HYK_T_DOUBLE:
	case HYK_T_STRING:
	case HYK_T_BYTES:
	case HYK_T_TIMESTAMP:
	case HYK_T_DATE:
	case HYK_T_DURATION:
	case HYK_T_IP:
	case HYK_T_CIDR:
	case HYK_T_ERROR:
		hyk_buf_append_c(b, names[t->kind]);
		return;
	}
}

void
hyk_type_write(struct hyk_buf *b, const struct hyk_type *t)
{
	write_type(b, t, 0);
}
