/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/registry.c - assets and people registered by request: checked, recorded, and then found by every decision.
 *
 * The record of kind "registered" holds the document: an asset's in clear, a person's and one with a personal fact as a
 * commitment with the clear text beside it. What is in memory is made from these records, each of them verified; a row
 * changed in the database changes no fact.
 */
#include "base/log.h"
#include "ledger/record.h"
#include "runtime/engine_impl.h"
#include "store/registered.h"
#include "value/json.h"

#define PAGE 50u

static const struct hyk_str PATH = HYK_STR_INIT("document");

/* ---- from the record to memory ---- */

struct filling {
	struct hyk_store_reader *reader;
	struct hyk_registry *registry;
	struct hyk_arena arena; /* of one record */
};

static enum hyk_registered_kind
kind_of(struct hyk_value leaf)
{
	const struct hyk_value *of = hyk_value_get(leaf, "of");

	return of != NULL && of->kind == HYK_STRING && hyk_str_eq_c(hyk_value_str(*of), "person") ? HYK_REGISTERED_PERSON :
												      HYK_REGISTERED_ASSET;
}

static bool
parse(struct hyk_arena *a, struct hyk_str text, struct hyk_value *ret_v)
{
	struct hyk_source *src = hyk_source_new(a, HYK_STR("<record>"), text);

	return src != NULL && hyk_json_parse(a, src, NULL, ret_v, NULL) == HYK_OK;
}

/* The document of a verified record as JSON. HYK_E_NOT_FOUND: it was erased. */
static enum hyk_status
document_of(struct hyk_arena *a, const struct hyk_store_record *r, struct hyk_value leaf, struct hyk_str *ret_doc)
{
	const struct hyk_value *doc = hyk_value_get(leaf, "document"), *kept;
	struct hyk_value disclosed;
	struct hyk_buf text;
	enum hyk_status st = HYK_OK;

	if (doc != NULL && doc->kind == HYK_STRING) {
		if (r->disclosure.n == 0)
			return HYK_E_NOT_FOUND;
		if (!parse(a, r->disclosure, &disclosed))
			return HYK_E_IO;
		kept = hyk_value_get(disclosed, "document");
		doc = kept != NULL && kept->kind == HYK_LIST && kept->as.list->n == 2 ? &kept->as.list->items[1] : NULL;
	}
	if (doc == NULL || doc->kind != HYK_MAP)
		return HYK_E_IO;
	hyk_buf_init(&text, 0);
	hyk_json_write(&text, *doc);
	*ret_doc = text.failed ? HYK_STR("") : hyk_arena_dup(a, hyk_buf_peek(&text));
	if (text.failed || ret_doc->p == NULL)
		st = HYK_E_NOMEM;
	hyk_buf_fini(&text);
	return st;
}

static enum hyk_status
fill_one(void *self, uint64_t index)
{
	struct filling *f = self;
	struct hyk_store_record r;
	struct hyk_value leaf;
	struct hyk_str doc;
	enum hyk_status st;

	hyk_arena_fini(&f->arena);
	st = hyk_store_reader_at(f->reader, &f->arena, index, &r);
	if (st != HYK_OK)
		return st;
	if (!hyk_str_eq_c(r.kind, "registered") || !hyk_record_verify(&f->arena, &r) || !parse(&f->arena, r.leaf, &leaf))
		return HYK_E_IO;
	st = document_of(&f->arena, &r, leaf, &doc);
	if (st == HYK_E_NOT_FOUND)
		return HYK_OK;
	return st == HYK_OK ? hyk_registry_put(f->registry, kind_of(leaf), doc, index) : st;
}

enum hyk_status
hyk_engine_fill_registry(struct hyk_engine *e, struct hyk_snapshot *s, struct hyk_diags *diags)
{
	struct filling f = { .registry = s->registry };
	enum hyk_status st;

	if (e->options.state_dir == NULL)
		return HYK_OK;
	st = hyk_store_reader_open(hyk_str_from_c(e->options.state_dir), &f.reader, diags);
	if (st != HYK_OK)
		return st;
	hyk_arena_init(&f.arena, 0);
	st = hyk_store_reader_registered(f.reader, fill_one, &f);
	if (st == HYK_E_IO || st == HYK_E_INVALID || st == HYK_E_NOT_FOUND) {
		HYK_DIAG(diags, HYK_D_STATE_DAMAGED, NULL, HYK_NO_SPAN, HYK_STR("registry"));
		st = HYK_E_IO;
	}
	hyk_arena_fini(&f.arena);
	hyk_store_reader_close(f.reader);
	return st;
}

/* ---- a document comes in ---- */

struct hyk_registration {
	struct hyk_registered doc;
	struct hyk_str json;
	uint64_t replaces;
	bool moved; /* somebody else came first */
};

static enum hyk_status
project(void *self, struct hyk_store *store, const struct hyk_store_record *records, size_t n)
{
	struct hyk_exchange_state *st = self;
	struct hyk_registration *g = st->registration;
	enum hyk_status s = hyk_store_put_registered(store, g->doc.type, g->doc.id, records[0].index, g->replaces);

	(void)n;
	g->moved = s == HYK_E_BUSY;
	return s;
}

/* In the writer's thread, after the commit: from the next look on every decision finds it. */
static void
put_in_memory(struct hyk_exchange_state *st)
{
	struct hyk_registration *g = st->registration;
	struct hyk_engine *e = st->worker->engine;
	struct hyk_snapshot *s[2];

	pthread_mutex_lock(&e->registry_lock);
	pthread_mutex_lock(&e->lock);
	s[0] = hyk_snapshot_ref(e->snapshot);
	s[1] = e->old == NULL ? NULL : hyk_snapshot_ref(e->old);
	pthread_mutex_unlock(&e->lock);
	for (size_t i = 0; i < 2; i++) {
		if (s[i] != NULL &&
		    hyk_registry_put(s[i]->registry, g->doc.kind, g->json, st->batch.records[0].index) != HYK_OK) {
			/* It is on record and will be there after a restart: decisions go on with what was there before. */
			HYK_LOG(HYK_LOG_ERROR, "registry.memory", { "type", g->doc.type }, { "id", g->doc.id });
		}
		hyk_snapshot_unref(s[i]);
	}
	pthread_mutex_unlock(&e->registry_lock);
}

static const struct hyk_value *
fact_of(const struct hyk_entity *e, const char *name)
{
	for (size_t i = 0; e != NULL && i < e->n_facts; i++)
		if (hyk_str_eq_c(e->facts[i]->name, name) && e->facts[i]->root == HYK_RESOURCE)
			return &e->values[i];
	return NULL;
}

static bool
has_personal_fact(const struct hyk_entity *e)
{
	for (size_t i = 0; i < e->n_facts; i++)
		if (e->facts[i]->personal)
			return true;
	return false;
}

static enum hyk_status
make_record(struct hyk_exchange *x, const struct hyk_registration *g, const struct hyk_entity *entity,
    struct hyk_time now, struct hyk_store_record *ret_record)
{
	struct hyk_arena *a = &x->state->arena;
	bool person = g->doc.kind == HYK_REGISTERED_PERSON;
	struct hyk_record r;
	enum hyk_status st;

	hyk_record_begin(&r, a);
	hyk_record_put(&r, "v", hyk_int(1));
	hyk_record_put(&r, "kind", hyk_string(HYK_STR("registered")));
	hyk_record_put(&r, "at", hyk_timestamp(now.s, (uint32_t)now.ns));
	hyk_record_put(&r, "by", hyk_string(hyk_str_from_c(x->caller.name)));
	hyk_record_put(&r, "of", hyk_string(person ? HYK_STR("person") : HYK_STR("asset")));
	hyk_record_put(&r, "type", hyk_string(g->doc.type));
	if (g->replaces != HYK_NO_RECORD)
		hyk_record_put(&r, "replaces", hyk_int((int64_t)g->replaces));
	hyk_record_put(&r, "document", person || has_personal_fact(entity) ? hyk_record_commit(&r, PATH, g->doc.whole) :
									      g->doc.whole);
	st = hyk_record_finish(&r, ret_record);
	if (st != HYK_OK)
		return st;
	ret_record->kind = HYK_STR("registered");
	ret_record->commons = person ? hyk_str_from_c(x->caller.commons) : g->doc.commons;
	ret_record->at_ms = now.s * 1000 + now.ns / 1000000;
	return HYK_OK;
}

/* An asset by a steward or administrator of its commons; a person, who belongs to no commons, by an administrator above all. */
static bool
may_register(const struct hyk_worker *w, const struct hyk_caller *c, const struct hyk_registered *doc)
{
	const struct hyk_ruleset *r = w->snapshot->ruleset;
	struct hyk_str commons = hyk_str_from_c(c->commons);

	if (doc->kind == HYK_REGISTERED_ASSET)
		return (c->rights & (HYK_RIGHT_STEWARD | HYK_RIGHT_ADMIN)) != 0 && hyk_commons_contains(commons, doc->commons);
	for (size_t i = 1; i < r->n_commons; i++)
		if (!hyk_commons_contains(commons, r->commons[i].path))
			return false;
	return (c->rights & HYK_RIGHT_ADMIN) != 0;
}

/* What stands there now, retired or not; NULL: nothing. */
static const struct hyk_entity *
known_entity(const struct hyk_snapshot *s, struct hyk_str type, struct hyk_str id)
{
	const struct hyk_entry *e = hyk_registry_entry(s->registry, type, id);

	return e != NULL ? &e->entity : hyk_ruleset_find_entity(s->ruleset, type, id);
}

/* Who decides about the asset is not for its steward to say. */
static bool
changes_who_decides(const struct hyk_entity *now, const struct hyk_entity *then)
{
	static const char *const facts[] = { "decision_mode", "decision_modes", "owner" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(facts); i++) {
		const struct hyk_value *a = fact_of(now, facts[i]), *b = fact_of(then, facts[i]);

		if ((a == NULL) != (b == NULL) || (a != NULL && !hyk_value_equal(*a, *b)))
			return true;
	}
	return false;
}

/* May it stand in front of what is there now, which may lie in another commons? */
static bool
may_replace(struct hyk_exchange *x, const struct hyk_registration *g, const struct hyk_entity *entity)
{
	const struct hyk_entity *now = known_entity(x->state->snapshot, g->doc.type, g->doc.id);

	if (g->doc.kind != HYK_REGISTERED_ASSET)
		return true;
	if (now != NULL && now->commons != NULL &&
	    !hyk_commons_contains(hyk_str_from_c(x->caller.commons), now->commons->path))
		return false;
	return (x->caller.rights & HYK_RIGHT_ADMIN) != 0 || !changes_who_decides(now, entity);
}

static bool
read_replaces(struct hyk_exchange *x, struct hyk_value body, uint64_t *ret_replaces)
{
	const struct hyk_value *v = hyk_value_get(body, "replaces");

	*ret_replaces = HYK_NO_RECORD;
	if (v == NULL)
		return true;
	if (v->kind == HYK_INT && v->as.i >= 0) {
		*ret_replaces = (uint64_t)v->as.i;
		return true;
	}
	hyk_exchange_fail(x, 400, "BAD_REPLACES", "'replaces' is the index of the record that the entry stands as of",
	    "'replaces'는 지금 항목의 기록 번호입니다", NULL);
	return false;
}

static void
write_entry(struct hyk_buf *b, struct hyk_str doc, uint64_t index)
{
	hyk_buf_append_c(b, "{\"entry\":");
	hyk_buf_append(b, doc);
	hyk_buf_printf(b, ",\"record\":{\"index\":%llu}}", (unsigned long long)index);
}

/* Does it come at the right moment? True: go on. */
static bool
comes_after(struct hyk_exchange *x, const struct hyk_registration *g)
{
	const struct hyk_entry *e = hyk_registry_entry(x->state->snapshot->registry, g->doc.type, g->doc.id);

	if (e == NULL) {
		if (g->replaces == HYK_NO_RECORD)
			return true;
		hyk_exchange_fail(x, 404, "NOT_REGISTERED", "there is no entry of this type and id on record to replace",
		    "바꿀 항목이 기록에 없습니다", NULL);
		return false;
	}
	if (e->index == g->replaces)
		return true;
	if (hyk_str_eq(e->doc, g->json)) { /* sent twice: the same answer */
		write_entry(&x->answer, e->doc, e->index);
		x->status = 200;
		return false;
	}
	hyk_exchange_fail(x, 409, "ENTRY_MOVED",
	    "there is an entry of this type and id: read it, and send 'replaces' with the index of its record",
	    "이 유형과 id의 항목이 이미 있습니다. 먼저 읽고 그 기록 번호를 'replaces'에 넣어 보내세요", NULL);
	return false;
}

bool
hyk_register_start(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;
	struct hyk_registration *g = hyk_arena_alloc(&st->arena, sizeof(*g));
	struct hyk_entity entity;
	struct hyk_value body;
	struct hyk_diags diags;
	struct hyk_buf json;
	enum hyk_status s = HYK_E_NOMEM;

	hyk_diags_init(&diags, &st->arena);
	st->batch.records = hyk_arena_alloc(&st->arena, sizeof(*st->batch.records));
	if (g == NULL || st->batch.records == NULL) {
		hyk_exchange_fail_status(x, HYK_E_NOMEM, &diags);
		return true;
	}
	if (w->engine->ledger == NULL) {
		hyk_exchange_fail(x, 503, "NO_STATE", "without a state nothing can be registered", "상태가 없으면 등록할 수 없습니다",
		    NULL);
		return true;
	}
	if (!hyk_exchange_body(x, &body) || !read_replaces(x, body, &g->replaces))
		return true;
	s = hyk_registered_read(&st->arena, w->snapshot->ruleset,
	    x->op == HYK_OP_REGISTER_ASSET ? HYK_REGISTERED_ASSET : HYK_REGISTERED_PERSON, body, &g->doc, &diags);
	if (s == HYK_OK && !may_register(w, &x->caller, &g->doc))
		s = HYK_E_DENIED;
	if (s == HYK_OK)
		s = hyk_registered_bind(&st->arena, w->snapshot->ruleset, &g->doc, &entity, &diags);
	if (s == HYK_OK && !may_replace(x, g, &entity))
		s = HYK_E_DENIED;
	hyk_buf_init(&json, 0);
	if (s == HYK_OK) {
		hyk_json_write(&json, g->doc.whole);
		g->json = json.failed ? HYK_STR("") : hyk_arena_dup(&st->arena, hyk_buf_peek(&json));
		if (json.failed || g->json.p == NULL)
			s = HYK_E_NOMEM;
	}
	hyk_buf_fini(&json);
	if (s == HYK_OK && !comes_after(x, g))
		return true;
	if (s == HYK_OK)
		s = make_record(x, g, &entity, hyk_clock_now(w->engine->clock), &st->batch.records[0]);
	if (s != HYK_OK) {
		hyk_exchange_fail_status(x, s, &diags);
		return true;
	}
	st->batch.n = 1;
	st->batch.project = project;
	st->registration = g;
	st->on_commit = put_in_memory;
	return false;
}

void
hyk_register_finish(struct hyk_exchange *x)
{
	struct hyk_exchange_state *st = x->state;

	if (st->committed == HYK_OK) {
		write_entry(&x->answer, st->registration->json, st->batch.records[0].index);
		x->status = st->registration->replaces == HYK_NO_RECORD ? 201 : 200;
	} else if (st->registration->moved) {
		hyk_exchange_fail(x, 409, "ENTRY_MOVED", "somebody else changed this entry at the same moment: read it again",
		    "같은 때에 다른 사람이 이 항목을 바꾸었습니다. 다시 읽어 보세요", NULL);
	} else {
		hyk_commit_fail(x);
	}
}

/* ---- reading ---- */

/* An entry of the folders, as a document; of no record. */
static void
write_ground(struct hyk_exchange *x, const struct hyk_entity *e)
{
	const struct hyk_ruleset *r = x->state->snapshot->ruleset;
	const struct hyk_zone *zone = e->commons != NULL ? e->commons->zone : r->n_commons > 1 ? r->commons[1].zone : NULL;
	struct hyk_buf *b = &x->answer;

	hyk_buf_append_c(b, "{\"entry\":{\"type\":");
	hyk_json_write_str(b, e->type);
	hyk_buf_append_c(b, ",\"id\":");
	hyk_json_write_str(b, e->id);
	if (e->commons != NULL) {
		hyk_buf_append_c(b, ",\"commons\":");
		hyk_json_write_str(b, e->commons->path);
	}
	if (e->n_facts > 0)
		hyk_buf_append_c(b, ",\"facts\":{");
	for (size_t i = 0; i < e->n_facts; i++) {
		if (i > 0)
			hyk_buf_append_char(b, ',');
		hyk_json_write_str(b, e->facts[i]->name);
		hyk_buf_append_char(b, ':');
		hyk_json_write(b, hyk_spell(&x->state->arena, e->facts[i]->type, zone, e->values[i]));
	}
	hyk_buf_append_c(b, e->n_facts > 0 ? "}},\"record\":null}" : "},\"record\":null}");
}

/* True: it is registered, in a commons that the caller may look into, and was written. */
static bool
write_one(struct hyk_exchange *x, struct hyk_str type, struct hyk_str id)
{
	struct hyk_registry *registry = x->state->snapshot->registry;
	struct hyk_str within = hyk_str_from_c(x->caller.commons);
	const struct hyk_entry *entry = hyk_registry_entry(registry, type, id);
	const struct hyk_entity *e;

	if (entry != NULL) {
		if (entry->entity.commons != NULL && !hyk_commons_contains(within, entry->entity.commons->path))
			return false;
		write_entry(&x->answer, entry->doc, entry->index);
		return true;
	}
	e = hyk_registry_find(registry, type, id);
	if (e == NULL || (e->commons != NULL && !hyk_commons_contains(within, e->commons->path)))
		return false;
	write_ground(x, e);
	return true;
}

static void
write_page(struct hyk_exchange *x)
{
	struct hyk_str *ids;
	size_t n, shown;

	if (hyk_registry_list(x->state->snapshot->registry, x->type, hyk_str_from_c(x->caller.commons), x->after, PAGE + 1,
	        &x->state->arena, &ids, &n) != HYK_OK) {
		hyk_exchange_fail_status(x, HYK_E_NOMEM, NULL);
		return;
	}
	shown = n > PAGE ? PAGE : n;
	hyk_buf_append_c(&x->answer, "{\"entries\":[");
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			hyk_buf_append_char(&x->answer, ',');
		if (!write_one(x, x->type, ids[i])) /* retired since the list was made */
			hyk_buf_append_c(&x->answer, "null");
	}
	hyk_buf_append_c(&x->answer, "],\"next\":");
	if (n > shown)
		hyk_json_write_str(&x->answer, ids[shown - 1]);
	else
		hyk_buf_append_c(&x->answer, "null");
	hyk_buf_append_char(&x->answer, '}');
	x->status = 200;
}

void
hyk_registry_answer(struct hyk_worker *w, struct hyk_exchange *x)
{
	const struct hyk_catalog *c = w->snapshot->ruleset->catalog;
	bool known = x->op == HYK_OP_ASSETS ? hyk_catalog_find_type(c, x->type) != NULL :
					      hyk_catalog_find_subject_type(c, x->type) != NULL;

	if (!known) {
		hyk_exchange_fail(x, 400, "UNKNOWN_TYPE", "say '?type=' and a type that a plugin defines",
		    "'?type='에 플러그인이 정한 유형을 쓰세요", NULL);
	} else if (x->entry.n == 0) {
		write_page(x);
	} else if (write_one(x, x->type, x->entry)) {
		x->status = 200;
	} else {
		hyk_exchange_fail(x, 404, "NOT_REGISTERED", "there is no entry of this type and id for you",
		    "이 유형과 id의 항목이 없습니다", NULL);
	}
}
