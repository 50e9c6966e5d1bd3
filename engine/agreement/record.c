/* SPDX-License-Identifier: Apache-2.0 */
#include "agreement/record.h"

#include "base/digest.h"
#include "ledger/record.h"
#include "value/json.h"

static struct hyk_value
hex_value(struct hyk_record *r, const uint8_t *p, size_t n)
{
	struct hyk_str s;
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_hex(&b, p, n);
	s = hyk_arena_dup(r->arena, hyk_buf_peek(&b));
	r->failed |= b.failed || !s.p;
	hyk_buf_fini(&b);
	return hyk_string(s);
}

/* Of each item only these members: what the leaf may show. */
static struct hyk_value
pick(struct hyk_record *r, struct hyk_value list, const char *const *keys)
{
	uint32_t n = list.kind == HYK_LIST ? list.as.list->n : 0;
	struct hyk_value *items = hyk_arena_array(r->arena, n + 1, sizeof(*items));

	if (!items) {
		r->failed = true;
		return hyk_null();
	}
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_mapb b;

		hyk_mapb_init(&b, r->arena);
		for (const char *const *k = keys; *k; k++) {
			const struct hyk_value *v = hyk_value_get(list.as.list->items[i], *k);

			if (v)
				r->failed |= !hyk_mapb_add_c(&b, *k, *v);
		}
		items[i] = hyk_mapb_finish(&b, NULL);
	}
	return hyk_list(r->arena, items, n);
}

enum hyk_status
hyk_agreement_record(const struct hyk_agreement *after, struct hyk_str from, const struct hyk_event *e,
    enum hyk_actor actor, const struct hyk_write_key *key, struct hyk_arena *arena, struct hyk_store_record *ret_record)
{
	static const char *const duty_keys[] = { "number", "type", "state", NULL };
	static const char *const evidence_keys[] = { "kind", "sha256", NULL };
	struct hyk_value whole = hyk_agreement_value(after, true, arena);
	struct hyk_str id = hyk_arena_printf(arena, "%.*s-%llu", HYK_STR_ARG(after->id), (unsigned long long)after->seq);
	struct hyk_mapb part;
	struct hyk_record r;
	enum hyk_status st;

	if (whole.kind == HYK_ERROR_VALUE || !id.p)
		return HYK_E_NOMEM;
	hyk_record_begin(&r, arena);
	hyk_record_put(&r, "v", hyk_int(1));
	hyk_record_put(&r, "kind", hyk_string(HYK_STR("agreement")));
	hyk_record_put(&r, "id", hyk_string(id));
	hyk_record_put(&r, "agreement", hyk_string(after->id));
	hyk_record_put(&r, "seq", hyk_int((int64_t)after->seq));
	hyk_record_put(&r, "at", hyk_time_value(e->at));
	hyk_record_put(&r, "event", hyk_string(e->name));
	hyk_record_put(&r, "actor", hyk_string(hyk_str_from_c(hyk_actor_name(actor))));
	if (e->sender.by.n)
		hyk_record_put(&r, "by", hyk_record_commit(&r, HYK_STR("by"), hyk_string(e->sender.by)));
	if (e->sender.caller.n)
		hyk_record_put(&r, "caller", hyk_string(e->sender.caller));
	hyk_record_put(&r, "from", from.n ? hyk_string(from) : hyk_null());
	hyk_record_put(&r, "to", hyk_string(after->state));
	hyk_record_put(&r, "decision", hyk_string(after->decision));
	hyk_record_put(&r, "ruleset", hyk_int((int64_t)after->ruleset));
	hyk_record_put(&r, "digest", hyk_string(after->digest));
	hyk_record_put(&r, "commons", hyk_string(after->commons));
	hyk_record_put(&r, "action", hyk_string(after->action));
	hyk_mapb_init(&part, arena);
	r.failed |= !hyk_mapb_add_c(&part, "type", hyk_string(after->resource_type));
	r.failed |= !hyk_mapb_add_c(&part, "id", hyk_string(after->resource_id));
	hyk_record_put(&r, "resource", hyk_mapb_finish(&part, NULL));
	hyk_record_put(&r, "start", hyk_time_value(after->start));
	hyk_record_put(&r, "end", hyk_time_value(after->end));
	hyk_record_put(&r, "holds", hyk_bool(after->holds));
	hyk_record_put(&r, "reasons", after->reasons);
	hyk_record_put(&r, "duties", pick(&r, after->duties, duty_keys));
	hyk_record_put(&r, "evidence", pick(&r, e->evidence, evidence_keys));
	if (key && key->key.n) {
		hyk_record_put(&r, "key", hyk_string(key->key));
		hyk_record_put(&r, "asked", hex_value(&r, key->asked, sizeof(key->asked)));
	}
	hyk_record_keep(&r, HYK_STR("agreement"), whole);
	st = hyk_record_finish(&r, ret_record);
	if (st != HYK_OK)
		return st;
	ret_record->kind = HYK_STR("agreement");
	ret_record->id = id;
	ret_record->commons = after->commons;
	ret_record->at_ms = hyk_time_ms(e->at);
	return HYK_OK;
}

/* ---- from a record to rows ---- */

static enum hyk_status
parse(struct hyk_arena *arena, struct hyk_str text, struct hyk_value *ret_v)
{
	struct hyk_json_limits limits = { .max_bytes = (size_t)4 << 20 };
	struct hyk_source *src = hyk_source_new(arena, HYK_STR("<record>"), text);

	return src ? hyk_json_parse(arena, src, &limits, ret_v, NULL) : HYK_E_NOMEM;
}

static struct hyk_str
json_text(struct hyk_arena *arena, struct hyk_value v)
{
	struct hyk_str s = { NULL, 0 };
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_json_write_canonical(&b, v);
	if (!b.failed)
		s = hyk_arena_dup(arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static enum hyk_status
duty_rows(const struct hyk_agreement *a, struct hyk_arena *arena, struct hyk_agreement_row *row)
{
	uint32_t n = a->duties.kind == HYK_LIST ? a->duties.as.list->n : 0;
	struct hyk_duty_row *duties = hyk_arena_array(arena, n + 1, sizeof(*duties));

	if (!duties)
		return HYK_E_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value d = a->duties.as.list->items[i];

		duties[i] = (struct hyk_duty_row){ .number = i,
			.state = hyk_text_member(d, "state"),
			.owed_by = hyk_text_member(d, "owed_by"),
			.body = json_text(arena, d) };
		if (!duties[i].body.p)
			return HYK_E_NOMEM;
	}
	row->duties = duties;
	row->n_duties = n;
	return HYK_OK;
}

static bool
read_hex(struct hyk_str s, uint8_t out[32])
{
	static const char digits[] = "0123456789abcdef";

	if (s.n != 64)
		return false;
	for (size_t i = 0; i < 64; i++) {
		const char *d = memchr(digits, s.p[i], 16);

		if (!d)
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | (d - digits) : (d - digits) << 4);
	}
	return true;
}

enum hyk_status
hyk_agreement_change(const struct hyk_store_record *record, struct hyk_arena *arena,
    struct hyk_agreement_change *ret_change)
{
	struct hyk_agreement_change c = { 0 };
	struct hyk_agreement *a = &c.after;
	struct hyk_agreement_row *row = &c.row;
	struct hyk_value leaf, disclosure;
	const struct hyk_value *kept;
	struct hyk_time due;
	enum hyk_status st;

	if (record->disclosure.n == 0)
		return HYK_E_NOT_FOUND;
	st = parse(arena, record->leaf, &leaf);
	if (st == HYK_OK)
		st = parse(arena, record->disclosure, &disclosure);
	if (st != HYK_OK)
		return st;
	kept = hyk_value_get(disclosure, "agreement");
	if (!kept || kept->kind != HYK_LIST || kept->as.list->n != 2)
		return HYK_E_INVALID;
	st = hyk_agreement_read(kept->as.list->items[1], a);
	if (st != HYK_OK)
		return st;
	row->id = a->id;
	row->seq = a->seq;
	row->commons = a->commons;
	row->caller = a->caller;
	row->person = hyk_agreement_person(a, arena);
	row->resource_type = a->resource_type;
	row->resource_id = a->resource_id;
	row->state = a->state;
	row->due_ms = hyk_agreement_due(a, &due) ? hyk_time_ms(due) + (due.ns % 1000000 != 0) : HYK_NEVER_MS;
	row->handed_ms = a->handed ? hyk_time_ms(a->handed_at) : HYK_NEVER_MS;
	row->holds = a->holds;
	row->from_ms = hyk_time_ms(a->start);
	row->until_ms = hyk_time_ms(a->end) + (a->end.ns % 1000000 != 0);
	row->body = json_text(arena, kept->as.list->items[1]);
	if (!row->person.p || !row->body.p)
		return HYK_E_NOMEM;
	st = duty_rows(a, arena, row);
	if (st != HYK_OK)
		return st;
	c.key.key = hyk_text_member(leaf, "key");
	if (c.key.key.n && !read_hex(hyk_text_member(leaf, "asked"), c.key.asked))
		return HYK_E_INVALID;
	*ret_change = c;
	return HYK_OK;
}

enum hyk_status
hyk_agreement_project(struct hyk_store *store, struct hyk_agreement_change *c, uint64_t index)
{
	enum hyk_status st;

	c->row.index = index;
	st = hyk_store_put_agreement(store, &c->row);
	if (st == HYK_OK && c->key.key.n)
		st = hyk_store_put_answered(store, c->key.key, c->key.asked, index);
	return st;
}
