/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/records.h"

#include "agreement/agreement.h"
#include "runtime/engine_impl.h"
#include "store/agreements.h"

static bool
time_of(const struct hyk_record_question *q, const char *path, struct hyk_time *ret_t)
{
	for (size_t i = 0; i < q->n_facts; i++)
		if (hyk_str_eq_c(q->facts[i].fact->path, path))
			return hyk_time_read(q->facts[i].value, ret_t);
	return false;
}

static bool
find_conflict(struct hyk_records *r, const struct hyk_record_question *q, struct hyk_value *ret_v)
{
	const struct hyk_asset_type *type = hyk_catalog_find_type(r->ruleset->catalog, q->resource_type);
	struct hyk_time start, end;
	bool held = false;

	if (type == NULL || !type->exclusive || !time_of(q, "context.start", &start) ||
	    !time_of(q, "context.end", &end))
		return false;
	*ret_v = (struct hyk_value){ .kind = HYK_UNKNOWN };
	if (hyk_store_reader_is_held(r->worker->reader, q->resource_type, q->resource_id,
		hyk_time_ms(start), hyk_time_ms(end) + (end.ns % 1000000 != 0), r->except, &held) == HYK_OK)
		*ret_v = hyk_bool(held);
	return true;
}

static bool
find(void *self, const struct hyk_fact *fact, const struct hyk_record_question *about,
    struct hyk_value *ret_v, struct hyk_arena *arena)
{
	(void)arena;
	return hyk_str_eq_c(fact->path, "context.conflict") && find_conflict(self, about, ret_v);
}

struct hyk_record_facts
hyk_records_facts(struct hyk_records *r)
{
	return (struct hyk_record_facts){ r, find };
}
