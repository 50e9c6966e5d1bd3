/* SPDX-License-Identifier: Apache-2.0 */
/* agreement/agreement.c - an agreement to its JSON form and back. */
#include "agreement/agreement.h"

/* ---- values ---- */

static struct hyk_value
no_memory(void)
{
	return (struct hyk_value){ .kind = HYK_ERROR_VALUE };
}

struct hyk_value
hyk_with(struct hyk_arena *arena, struct hyk_value map, const char *key, struct hyk_value v)
{
	struct hyk_mapb b;
	bool ok = map.kind == HYK_MAP && v.kind != HYK_ERROR_VALUE, put = false;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; ok && i < map.as.map->n; i++) {
		struct hyk_ventry e = map.as.map->entries[i];
		bool same = hyk_str_eq_c(hyk_value_str(e.key), key);

		put |= same;
		ok = hyk_mapb_add(&b, e.key, same ? v : e.value);
	}
	if (ok && !put)
		ok = hyk_mapb_add_c(&b, key, v);
	return ok ? hyk_mapb_finish(&b, NULL) : no_memory();
}

static struct hyk_value
copy_list(struct hyk_arena *arena, struct hyk_value list, uint32_t at, struct hyk_value item)
{
	uint32_t n = list.kind == HYK_LIST ? list.as.list->n : 0;
	struct hyk_value *items = hyk_arena_array(arena, n + 1, sizeof(*items));

	if (!items || item.kind == HYK_ERROR_VALUE || list.kind == HYK_ERROR_VALUE)
		return no_memory();
	for (uint32_t i = 0; i < n; i++)
		items[i] = list.as.list->items[i];
	items[at] = item;
	return hyk_list(arena, items, at == n ? n + 1 : n);
}

struct hyk_value
hyk_appended(struct hyk_arena *arena, struct hyk_value list, struct hyk_value item)
{
	return copy_list(arena, list, list.kind == HYK_LIST ? list.as.list->n : 0, item);
}

struct hyk_value
hyk_replaced(struct hyk_arena *arena, struct hyk_value list, uint32_t at, struct hyk_value item)
{
	return list.kind == HYK_LIST && at < list.as.list->n ? copy_list(arena, list, at, item) : no_memory();
}

struct hyk_str
hyk_text_member(struct hyk_value map, const char *key)
{
	const struct hyk_value *v = hyk_value_get(map, key);

	return v && v->kind == HYK_STRING ? hyk_value_str(*v) : HYK_STR("");
}

struct hyk_value
hyk_time_value(struct hyk_time t)
{
	return hyk_timestamp(t.s, (uint32_t)t.ns);
}

bool
hyk_time_read(struct hyk_value v, struct hyk_time *ret_t)
{
	if (v.kind == HYK_STRING && !hyk_timestamp_parse(hyk_value_str(v), &v))
		return false;
	if (v.kind != HYK_TIMESTAMP)
		return false;
	*ret_t = (struct hyk_time){ v.as.i, (int32_t)v.n };
	return true;
}

int
hyk_time_cmp(struct hyk_time a, struct hyk_time b)
{
	if (a.s != b.s)
		return a.s < b.s ? -1 : 1;
	return a.ns < b.ns ? -1 : a.ns > b.ns;
}

struct hyk_time
hyk_time_plus(struct hyk_time t, int64_t seconds)
{
	/* Years 1 to 9999 and offsets of less: far from any overflow, but a plugin writes the offset. */
	if (__builtin_add_overflow(t.s, seconds, &t.s))
		t.s = seconds < 0 ? INT64_MIN / 2000 : INT64_MAX / 2000;
	return t;
}

int64_t
hyk_time_ms(struct hyk_time t)
{
	return t.s * 1000 + t.ns / 1000000;
}

/* ---- the agreement ---- */

struct hyk_str
hyk_agreement_person(const struct hyk_agreement *a, struct hyk_arena *arena)
{
	return hyk_arena_printf(arena, "%.*s:%.*s", HYK_STR_ARG(a->subject_type), HYK_STR_ARG(a->subject_id));
}

bool
hyk_agreement_due(const struct hyk_agreement *a, struct hyk_time *ret_due)
{
	bool has = a->has_state_due && !a->final;
	struct hyk_time due = a->state_due, t;

	for (uint32_t i = 0; a->duties.kind == HYK_LIST && i < a->duties.as.list->n; i++) {
		const struct hyk_value *at = hyk_value_get(a->duties.as.list->items[i], "due_at");

		if (!hyk_str_eq_c(hyk_text_member(a->duties.as.list->items[i], "state"), "owed") || !at ||
		    !hyk_time_read(*at, &t))
			continue;
		if (!has || hyk_time_cmp(t, due) < 0)
			due = t;
		has = true;
	}
	*ret_due = due;
	return has;
}

/* One table for both ways: names and places. */
#define TEXTS(X)                                                                                   \
	X("id", id) X("decision", decision) X("decided", decided) X("digest", digest) X("commons", commons)              \
	X("caller", caller) X("action", action) X("provider", provider) X("state", state)

#define VALUES(X)                                                                                  \
	X("plugins", plugins) X("reasons", reasons) X("needs", needs) X("duties", duties)          \
	X("evidence", evidence) X("events", events) X("claim", claim) X("points", points)          \
	X("faults", faults)

static bool
put_entity(struct hyk_mapb *b, struct hyk_arena *arena, const char *name, struct hyk_str type, struct hyk_str id)
{
	struct hyk_mapb part;

	hyk_mapb_init(&part, arena);
	return hyk_mapb_add_c(&part, "type", hyk_string(type)) && hyk_mapb_add_c(&part, "id", hyk_string(id)) &&
	    hyk_mapb_add_c(b, name, hyk_mapb_finish(&part, NULL));
}

struct hyk_value
hyk_agreement_value(const struct hyk_agreement *a, bool facts, struct hyk_arena *arena)
{
	struct hyk_time due;
	struct hyk_mapb b;
	bool ok = true;

	hyk_mapb_init(&b, arena);
#define PUT(name, field) ok &= hyk_mapb_add_c(&b, name, hyk_string(a->field));
	TEXTS(PUT)
#undef PUT
	ok &= hyk_mapb_add_c(&b, "seq", hyk_int((int64_t)a->seq));
	ok &= hyk_mapb_add_c(&b, "ruleset", hyk_int((int64_t)a->ruleset));
	ok &= put_entity(&b, arena, "subject", a->subject_type, a->subject_id);
	ok &= put_entity(&b, arena, "resource", a->resource_type, a->resource_id);
	ok &= hyk_mapb_add_c(&b, "start", hyk_time_value(a->start));
	ok &= hyk_mapb_add_c(&b, "end", hyk_time_value(a->end));
	ok &= hyk_mapb_add_c(&b, "opened", hyk_time_value(a->opened));
	ok &= hyk_mapb_add_c(&b, "entered", hyk_time_value(a->entered));
	ok &= hyk_mapb_add_c(&b, "exclusive", hyk_bool(a->exclusive));
	ok &= hyk_mapb_add_c(&b, "final", hyk_bool(a->final));
	ok &= hyk_mapb_add_c(&b, "holds", hyk_bool(a->holds));
	ok &= hyk_mapb_add_c(&b, "state_due", a->has_state_due ? hyk_time_value(a->state_due) : hyk_null());
	ok &= hyk_mapb_add_c(&b, "due", hyk_agreement_due(a, &due) ? hyk_time_value(due) : hyk_null());
	ok &= hyk_mapb_add_c(&b, "handed_over", a->handed ? hyk_time_value(a->handed_at) : hyk_null());
#define PUT(name, field) ok &= a->field.kind != HYK_ERROR_VALUE && hyk_mapb_add_c(&b, name, a->field);
	VALUES(PUT)
#undef PUT
	if (facts)
		ok &= hyk_mapb_add_c(&b, "facts", a->facts) && hyk_mapb_add_c(&b, "known", a->known);
	return ok ? hyk_mapb_finish(&b, NULL) : no_memory();
}

static bool
get_entity(struct hyk_value v, const char *name, struct hyk_str *ret_type, struct hyk_str *ret_id)
{
	const struct hyk_value *part = hyk_value_get(v, name);

	if (!part)
		return false;
	*ret_type = hyk_text_member(*part, "type");
	*ret_id = hyk_text_member(*part, "id");
	return ret_type->n > 0 && ret_id->n > 0;
}

static bool
get_time(struct hyk_value v, const char *name, struct hyk_time *ret_t)
{
	const struct hyk_value *m = hyk_value_get(v, name);

	return m && hyk_time_read(*m, ret_t);
}

static bool
get_bool(struct hyk_value v, const char *name)
{
	const struct hyk_value *m = hyk_value_get(v, name);

	return m && m->kind == HYK_BOOL && m->as.b;
}

static bool
get_count(struct hyk_value v, const char *name, uint64_t *ret_n)
{
	const struct hyk_value *m = hyk_value_get(v, name);

	if (!m || m->kind != HYK_INT || m->as.i < 0)
		return false;
	*ret_n = (uint64_t)m->as.i;
	return true;
}

enum hyk_status
hyk_agreement_read(struct hyk_value v, struct hyk_agreement *ret_a)
{
	struct hyk_agreement a = { 0 };
	const struct hyk_value *m;
	bool ok;

#define GET(name, field) a.field = hyk_text_member(v, name);
	TEXTS(GET)
#undef GET
	ok = a.id.n > 0 && a.state.n > 0 && get_count(v, "seq", &a.seq) && get_count(v, "ruleset", &a.ruleset);
	ok = ok && get_entity(v, "subject", &a.subject_type, &a.subject_id);
	ok = ok && get_entity(v, "resource", &a.resource_type, &a.resource_id);
	ok = ok && get_time(v, "start", &a.start) && get_time(v, "end", &a.end);
	ok = ok && get_time(v, "opened", &a.opened) && get_time(v, "entered", &a.entered);
	a.exclusive = get_bool(v, "exclusive");
	a.final = get_bool(v, "final");
	a.holds = get_bool(v, "holds");
	a.has_state_due = get_time(v, "state_due", &a.state_due);
	a.handed = get_time(v, "handed_over", &a.handed_at);
#define GET(name, field) m = hyk_value_get(v, name); a.field = m ? *m : hyk_null();
	VALUES(GET)
	GET("facts", facts)
	GET("known", known)
#undef GET
	if (!ok)
		return HYK_E_INVALID;
	*ret_a = a;
	return HYK_OK;
}
