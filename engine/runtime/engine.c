/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/engine.c - opening and closing, the ruleset in force, and how the first one gets in.
 *
 * A folder seeds an empty state once, as one genesis record; from then on the store is the source.
 * With dev the folder is loaded at start and on every change; a text that does not load never
 * replaces the last good one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "ledger/record.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

#define SLOW_ROOM 64 /* questions that wait for the slow lane */

static const struct hyk_str META_VERSION = HYK_STR_INIT("ruleset.version");
static const struct hyk_str META_MODE = HYK_STR_INIT("mode");

struct hyk_snapshot *
hyk_engine_snapshot(struct hyk_engine *e)
{
	struct hyk_snapshot *s;

	pthread_mutex_lock(&e->lock);
	s = hyk_snapshot_ref(e->snapshot);
	pthread_mutex_unlock(&e->lock);
	return s;
}

static void
put_in_force(struct hyk_engine *e, struct hyk_snapshot *s)
{
	struct hyk_snapshot *before;

	pthread_mutex_lock(&e->lock);
	before = e->snapshot;
	e->snapshot = s;
	pthread_mutex_unlock(&e->lock);
	atomic_store_explicit(&e->version, s->ruleset->version, memory_order_release);
	hyk_snapshot_unref(before);
}

static enum hyk_status check_on_record(struct hyk_store_reader *reader, const struct hyk_snapshot *s,
    struct hyk_diags *diags);

enum hyk_status
hyk_engine_snapshot_of(struct hyk_engine *e, struct hyk_store_reader *reader, uint64_t version,
    struct hyk_snapshot **ret_snapshot, struct hyk_diags *diags)
{
	struct hyk_snapshot *found = NULL, *before;
	struct hyk_store_file *files;
	struct hyk_texts texts = { 0 };
	struct hyk_arena *arena;
	size_t n;
	enum hyk_status st;

	pthread_mutex_lock(&e->lock);
	if (e->snapshot->ruleset->version == version)
		found = hyk_snapshot_ref(e->snapshot);
	else if (e->old != NULL && e->old->ruleset->version == version)
		found = hyk_snapshot_ref(e->old);
	pthread_mutex_unlock(&e->lock);
	if (found != NULL) {
		*ret_snapshot = found;
		return HYK_OK;
	}
	arena = hyk_snapshot_arena_new();
	if (arena == NULL)
		return HYK_E_NOMEM;
	st = hyk_store_reader_files(reader, arena, version, &files, &n);
	if (st == HYK_OK && n == 0)
		st = HYK_E_INVALID;
	if (st == HYK_OK)
		st = hyk_texts_from_store(&texts, arena, files, n);
	if (st != HYK_OK) {
		hyk_snapshot_arena_free(arena);
		return st;
	}
	st = hyk_snapshot_load(arena, &texts, version, &e->jail, &found, diags);
	if (st != HYK_OK)
		return st;
	st = check_on_record(reader, found, diags);
	if (st != HYK_OK) {
		hyk_snapshot_unref(found);
		return st;
	}
	/* Agreements made under these rules go on, with what is registered now. */
	pthread_mutex_lock(&e->registry_lock);
	st = hyk_engine_fill_registry(e, found, diags);
	if (st != HYK_OK) {
		pthread_mutex_unlock(&e->registry_lock);
		hyk_snapshot_unref(found);
		return st;
	}
	pthread_mutex_lock(&e->lock);
	before = e->old;
	e->old = hyk_snapshot_ref(found);
	pthread_mutex_unlock(&e->lock);
	pthread_mutex_unlock(&e->registry_lock);
	hyk_snapshot_unref(before);
	*ret_snapshot = found;
	return HYK_OK;
}

/* ---- texts and their record ---- */

static struct hyk_str
ruleset_id(struct hyk_arena *arena, uint64_t version)
{
	return hyk_arena_printf(arena, "ruleset-%llu", (unsigned long long)version);
}

/* The texts kept of a version must be those its record names: a rule edited in the database decides nothing. */
static enum hyk_status
check_on_record(struct hyk_store_reader *reader, const struct hyk_snapshot *s, struct hyk_diags *diags)
{
	struct hyk_arena arena;
	struct hyk_store_record record;
	struct hyk_source *src;
	struct hyk_value leaf;
	const struct hyk_value *digest;
	struct hyk_buf hex;
	struct hyk_str id;
	bool same = false;
	enum hyk_status st = HYK_E_NOMEM;

	hyk_arena_init(&arena, 0);
	hyk_buf_init(&hex, 0);
	hyk_hex(&hex, s->ruleset->digest, sizeof(s->ruleset->digest));
	id = ruleset_id(&arena, s->ruleset->version);
	if (id.p != NULL && !hex.failed)
		st = hyk_store_reader_find(reader, &arena, id, &record);
	if (st == HYK_OK && hyk_record_verify(&arena, &record)) {
		src = hyk_source_new(&arena, HYK_STR("<leaf>"), record.leaf);
		if (src != NULL && hyk_json_parse(&arena, src, NULL, &leaf, NULL) == HYK_OK) {
			digest = hyk_value_get(leaf, "digest");
			same = digest != NULL && digest->kind == HYK_STRING &&
			    hyk_str_eq(hyk_value_str(*digest), hyk_buf_peek(&hex));
		}
	}
	if (st != HYK_E_NOMEM && !same) {
		HYK_DIAG0(diags, HYK_D_TEXTS_NOT_ON_RECORD, NULL, HYK_NO_SPAN);
		st = HYK_E_IO;
	}
	hyk_buf_fini(&hex);
	hyk_arena_fini(&arena);
	return st;
}

struct seed {
	const struct hyk_texts *texts;
	uint64_t version;
	bool dev;
};

static enum hyk_status
project_texts(void *self, struct hyk_store *store, const struct hyk_store_record *records, size_t n)
{
	const struct seed *seed = self;
	struct hyk_arena arena;
	struct hyk_str text;
	enum hyk_status st = HYK_OK;

	(void)records;
	(void)n;
	hyk_arena_init(&arena, 0);
	for (size_t i = 0; i < seed->texts->n && st == HYK_OK; i++) {
		const struct hyk_text_file *f = &seed->texts->files[i];
		struct hyk_store_file out = { f->kind, f->path, f->src->text };

		st = hyk_store_put_file(store, seed->version, &out);
	}
	text = hyk_arena_printf(&arena, "%llu", (unsigned long long)seed->version);
	if (st == HYK_OK)
		st = text.p == NULL ? HYK_E_NOMEM : hyk_store_set_meta(store, META_VERSION, text);
	if (st == HYK_OK)
		st = hyk_store_set_meta(
		    store, META_MODE, seed->dev ? HYK_STR("dev") : HYK_STR("state"));
	hyk_arena_fini(&arena);
	return st;
}

static struct hyk_value
files_value(struct hyk_arena *arena, const struct hyk_texts *texts, bool *failed)
{
	struct hyk_value *items = hyk_arena_array(arena, texts->n + 1, sizeof(*items));
	struct hyk_buf hex;

	if (items == NULL) {
		*failed = true;
		return hyk_null();
	}
	hyk_buf_init(&hex, 0);
	for (size_t i = 0; i < texts->n; i++) {
		uint8_t digest[HYK_SHA256_BYTES];
		struct hyk_mapb b;
		struct hyk_str text;

		hyk_sha256(texts->files[i].src->text, digest);
		hyk_buf_reset(&hex);
		hyk_hex(&hex, digest, sizeof(digest));
		text = hyk_arena_dup(arena, hyk_buf_peek(&hex));
		hyk_mapb_init(&b, arena);
		*failed |= hex.failed || text.p == NULL ||
		    !hyk_mapb_add_c(&b, "kind", hyk_string(texts->files[i].kind)) ||
		    !hyk_mapb_add_c(&b, "path", hyk_string(texts->files[i].path)) ||
		    !hyk_mapb_add_c(&b, "sha256", hyk_string(text));
		items[i] = hyk_mapb_finish(&b, NULL);
	}
	hyk_buf_fini(&hex);
	return hyk_list(arena, items, (uint32_t)texts->n);
}

/* One record that names the digest of every file, and the files, in one transaction. */
static enum hyk_status
record_texts(struct hyk_engine *e, const char *kind, const struct hyk_snapshot *s)
{
	struct seed seed = { &s->texts, s->ruleset->version, e->options.dev };
	struct hyk_ledger_batch batch = { 0 };
	struct hyk_store_record record = { 0 };
	struct hyk_arena arena;
	struct hyk_record r;
	struct hyk_time now = hyk_clock_now(e->clock);
	struct hyk_buf hex;
	enum hyk_status st;

	hyk_arena_init(&arena, 0);
	hyk_buf_init(&hex, 0);
	hyk_hex(&hex, s->ruleset->digest, sizeof(s->ruleset->digest));
	hyk_record_begin(&r, &arena);
	hyk_record_put(&r, "v", hyk_int(1));
	hyk_record_put(&r, "kind", hyk_string(hyk_str_from_c(kind)));
	hyk_record_put(&r, "at", hyk_timestamp(now.s, (uint32_t)now.ns));
	hyk_record_put(&r, "ruleset", hyk_int((int64_t)s->ruleset->version));
	hyk_record_put(&r, "digest", hyk_string(hyk_buf_peek(&hex)));
	if (e->options.dev)
		hyk_record_put(&r, "dev", hyk_bool(true));
	hyk_record_put(&r, "files", files_value(&arena, &s->texts, &r.failed));
	st = hex.failed ? HYK_E_NOMEM : hyk_record_finish(&r, &record);
	if (st == HYK_OK) {
		record.kind = hyk_str_from_c(kind);
		record.id = ruleset_id(&arena, s->ruleset->version);
		record.at_ms = now.s * 1000 + now.ns / 1000000;
		batch.records = &record;
		batch.n = 1;
		batch.project = project_texts;
		batch.self = &seed;
		st = hyk_ledger_submit_wait(e->ledger, &batch);
	}
	hyk_buf_fini(&hex);
	hyk_arena_fini(&arena);
	return st;
}

/* ---- loading ---- */

static enum hyk_status
load_folders(struct hyk_engine *e, uint64_t version, struct hyk_snapshot **ret_snapshot,
    struct hyk_diags *diags)
{
	struct hyk_arena *arena = hyk_snapshot_arena_new();
	struct hyk_texts texts = { 0 };
	enum hyk_status st;

	if (arena == NULL)
		return HYK_E_NOMEM;
	st = hyk_texts_read_folders(
	    &texts, arena, e->options.commons_dir, e->options.plugins_dir, diags);
	if (st != HYK_OK) {
		hyk_snapshot_arena_free(arena);
		return st;
	}
	return hyk_snapshot_load(arena, &texts, version, &e->jail, ret_snapshot, diags);
}

static enum hyk_status
load_store(struct hyk_engine *e, struct hyk_store *store, uint64_t version,
    struct hyk_snapshot **ret_snapshot, struct hyk_diags *diags)
{
	struct hyk_arena *arena = hyk_snapshot_arena_new();
	struct hyk_texts texts = { 0 };
	struct hyk_store_file *files;
	struct hyk_store_reader *reader = NULL;
	size_t n;
	enum hyk_status st;

	if (arena == NULL)
		return HYK_E_NOMEM;
	st = hyk_store_files(store, arena, version, &files, &n);
	if ((st == HYK_OK && n == 0) || st == HYK_E_IO) {
		HYK_DIAG(diags, HYK_D_STATE_DAMAGED, NULL, HYK_NO_SPAN, HYK_STR("ruleset texts"));
		st = HYK_E_IO;
	}
	if (st == HYK_OK)
		st = hyk_texts_from_store(&texts, arena, files, n);
	if (st != HYK_OK) {
		hyk_snapshot_arena_free(arena);
		return st;
	}
	st = hyk_snapshot_load(arena, &texts, version, &e->jail, ret_snapshot, diags);
	if (st != HYK_OK)
		return st;
	st = hyk_store_reader_open(hyk_str_from_c(e->options.state_dir), &reader, diags);
	if (st == HYK_OK)
		st = check_on_record(reader, *ret_snapshot, diags);
	hyk_store_reader_close(reader);
	return st; /* on failure the engine's close drops the snapshot */
}

static void
log_loaded(const struct hyk_snapshot *s, const char *from)
{
	char version[24], policies[24], rules[24];

	snprintf(version, sizeof(version), "%llu", (unsigned long long)s->ruleset->version);
	snprintf(policies, sizeof(policies), "%zu", s->ruleset->n_policies);
	snprintf(rules, sizeof(rules), "%zu", s->ruleset->n_rules);
	HYK_LOG(HYK_LOG_INFO, "ruleset.loaded", { "version", hyk_str_from_c(version) },
	    { "policies", hyk_str_from_c(policies) }, { "rules", hyk_str_from_c(rules) },
	    { "from", hyk_str_from_c(from) });
}

/* The ruleset in force of an opened store, or the folder's for an empty one. *ret_new: it must be
 * put on record. */
static enum hyk_status
first_snapshot(
    struct hyk_engine *e, struct hyk_store *store, const char **ret_record, struct hyk_diags *diags)
{
	struct hyk_arena arena;
	struct hyk_str version = { 0 }, mode = { 0 };
	uint64_t v = 0;
	enum hyk_status st;

	hyk_arena_init(&arena, 0);
	*ret_record = NULL;
	st = hyk_store_meta(store, &arena, META_VERSION, &version);
	if (st == HYK_OK)
		st = hyk_store_meta(store, &arena, META_MODE, &mode);
	if (st != HYK_OK)
		goto out;
	if (version.n == 0 && hyk_store_count(store) > 0) {
		HYK_DIAG(diags, HYK_D_STATE_DAMAGED, NULL, HYK_NO_SPAN, META_VERSION);
		st = HYK_E_IO;
		goto out;
	}
	if (version.n == 0) {
		if (e->options.commons_dir == NULL) {
			HYK_DIAG0(diags, HYK_D_NOTHING_TO_SEED, NULL, HYK_NO_SPAN);
			st = HYK_E_INVALID;
			goto out;
		}
		*ret_record = "genesis";
		st = load_folders(e, 1, &e->snapshot, diags);
		goto out;
	}
	if (!hyk_str_to_u64(version, &v) || v == 0) {
		HYK_DIAG(diags, HYK_D_STATE_DAMAGED, NULL, HYK_NO_SPAN, META_VERSION);
		st = HYK_E_IO;
		goto out;
	}
	if (hyk_str_eq_c(mode, "dev") != e->options.dev) {
		HYK_DIAG0(diags, e->options.dev ? HYK_D_STATE_NOT_DEV : HYK_D_STATE_IS_DEV, NULL,
		    HYK_NO_SPAN);
		st = HYK_E_INVALID;
		goto out;
	}
	st = load_store(e, store, v, &e->snapshot, diags);
	if (st == HYK_OK && e->options.dev && e->options.commons_dir != NULL) {
		struct hyk_snapshot *fresh = NULL;

		st = load_folders(e, v + 1, &fresh, diags);
		if (st == HYK_OK &&
		    memcmp(fresh->ruleset->digest, e->snapshot->ruleset->digest, 32) != 0) {
			hyk_snapshot_unref(e->snapshot);
			e->snapshot = fresh;
			*ret_record = "reload";
		} else {
			hyk_snapshot_unref(fresh);
		}
	}
out:
	hyk_arena_fini(&arena);
	return st;
}

enum hyk_status
hyk_engine_open(
    const struct hyk_engine_options *o, struct hyk_engine **ret_engine, struct hyk_diags *diags)
{
	struct hyk_engine *e = calloc(1, sizeof(*e));
	struct hyk_store *store = NULL;
	const char *record = NULL;
	enum hyk_status st;

	if (e == NULL)
		return HYK_E_NOMEM;
	e->options = *o;
	e->clock = o->clock.now != NULL ? o->clock : hyk_clock_system();
	e->jail.program = o->jail_program;
	e->jail.cpu = -1;
	pthread_mutex_init(&e->lock, NULL);
	pthread_mutex_init(&e->registry_lock, NULL);
	e->mark = o->dev ? hyk_texts_mark_folders(o->commons_dir, o->plugins_dir) : 0;
	if (o->state_dir == NULL) {
		st = load_folders(e, 0, &e->snapshot, diags);
	} else {
		st = hyk_store_open(hyk_str_from_c(o->state_dir), &store, diags);
		if (st == HYK_OK)
			st = first_snapshot(e, store, &record, diags);
		if (st == HYK_OK)
			st = hyk_tokens_open(hyk_str_from_c(o->state_dir), &e->tokens, diags);
		if (st == HYK_OK) {
			st = hyk_ledger_open(store, &o->ledger, &e->ledger, diags);
			store = NULL; /* taken, also on failure */
		}
		if (st == HYK_OK && record != NULL)
			st = record_texts(e, record, e->snapshot);
		if (st == HYK_OK)
			log_loaded(e->snapshot, record == NULL ? "store" : record);
	}
	if (st != HYK_OK)
		goto out;
	st = hyk_engine_fill_registry(e, e->snapshot, diags);
	if (st != HYK_OK)
		goto out;
	if (e->ledger != NULL) {
		struct hyk_slow_lane_owner owner = hyk_worker_slow_lane(e);

		e->slow_lane = hyk_slow_lane_new(SLOW_ROOM, &owner);
		if (e->slow_lane == NULL) {
			st = HYK_E_NOMEM;
			goto out;
		}
	}
	atomic_store(&e->version, e->snapshot->ruleset->version);
	if (e->ledger != NULL && !o->no_timers) {
		st = hyk_timers_start(e, &e->timers);
		if (st != HYK_OK)
			goto out;
	}
	*ret_engine = e;
	e = NULL;
out:
	hyk_store_close(store);
	hyk_engine_close(e);
	return st;
}

void
hyk_engine_close(struct hyk_engine *e)
{
	if (e == NULL)
		return;
	hyk_timers_stop(e->timers);
	hyk_slow_lane_close(e->slow_lane);
	hyk_ledger_close(e->ledger);
	hyk_tokens_close(e->tokens);
	hyk_snapshot_unref(e->old);
	hyk_snapshot_unref(e->snapshot);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

enum hyk_status
hyk_engine_reload_if_changed(struct hyk_engine *e, bool *ret_changed, struct hyk_diags *diags)
{
	uint64_t mark;
	struct hyk_snapshot *fresh = NULL;
	enum hyk_status st;

	*ret_changed = false;
	if (!e->options.dev)
		return HYK_OK;
	mark = hyk_texts_mark_folders(e->options.commons_dir, e->options.plugins_dir);
	if (mark == e->mark)
		return HYK_OK;
	e->mark = mark;
	st = load_folders(e, hyk_engine_version(e) + 1, &fresh, diags);
	if (st != HYK_OK)
		return st;
	if (memcmp(fresh->ruleset->digest, e->snapshot->ruleset->digest, 32) == 0) {
		hyk_snapshot_unref(fresh);
		return HYK_OK;
	}
	/* On record first: no decision may name a version that is not there. */
	st = record_texts(e, "reload", fresh);
	if (st != HYK_OK) {
		hyk_snapshot_unref(fresh);
		return st;
	}
	pthread_mutex_lock(&e->registry_lock);
	st = hyk_engine_fill_registry(e, fresh, diags);
	if (st == HYK_OK)
		put_in_force(e, fresh);
	pthread_mutex_unlock(&e->registry_lock);
	if (st != HYK_OK) {
		hyk_snapshot_unref(fresh);
		return st;
	}
	log_loaded(fresh, "reload"); /* now that it is so: whoever reads this may ask at once */
	*ret_changed = true;
	return HYK_OK;
}

bool
hyk_engine_authenticate(struct hyk_engine *e, struct hyk_str secret, struct hyk_caller *ret_caller)
{
	return e->tokens != NULL && hyk_tokens_find(e->tokens, secret, ret_caller);
}

bool
hyk_engine_ready(struct hyk_engine *e, char ret_why[2][HYK_WHY_BYTES])
{
	enum hyk_status trouble = e->ledger != NULL ? hyk_ledger_trouble(e->ledger) : HYK_OK;

	if (trouble == HYK_E_NOT_FOUND) {
		snprintf(ret_why[HYK_LANG_EN], HYK_WHY_BYTES, "the database was removed or replaced");
		snprintf(ret_why[HYK_LANG_KO], HYK_WHY_BYTES, "데이터베이스가 지워지거나 바뀌었습니다");
		return false;
	}
	if (trouble != HYK_OK) {
		snprintf(ret_why[HYK_LANG_EN], HYK_WHY_BYTES, "the last record could not be written");
		snprintf(ret_why[HYK_LANG_KO], HYK_WHY_BYTES, "마지막 기록을 쓰지 못했습니다");
		return false;
	}
	if (atomic_load(&e->jail_broken) > 0) {
		pthread_mutex_lock(&e->lock);
		snprintf(ret_why[HYK_LANG_EN], HYK_WHY_BYTES, "a plugin jail could not be made: %s", e->jail_why);
		snprintf(ret_why[HYK_LANG_KO], HYK_WHY_BYTES, "플러그인 격리 프로세스를 만들지 못했습니다: %s",
		    e->jail_why);
		pthread_mutex_unlock(&e->lock);
		return false;
	}
	return true;
}

void
hyk_engine_jail_trouble(struct hyk_engine *e, const char *why)
{
	if (why == NULL) {
		atomic_fetch_sub(&e->jail_broken, 1);
		return;
	}
	pthread_mutex_lock(&e->lock);
	snprintf(e->jail_why, sizeof(e->jail_why), "%.199s", why);
	pthread_mutex_unlock(&e->lock);
	atomic_fetch_add(&e->jail_broken, 1);
}

static void
write_names(struct hyk_buf *b, const char *member, const struct hyk_snapshot *s,
    bool (*is)(const struct hyk_standing *, size_t))
{
	const struct hyk_catalog *c = s->ruleset->catalog;
	size_t n = 0;

	for (size_t i = 0; i < c->n_plugins; i++) {
		if (!is(s->standing, c->plugins[i].position))
			continue;
		if (n++ == 0)
			hyk_buf_printf(b, ",\"%s\":[", member);
		else
			hyk_buf_append_char(b, ',');
		hyk_json_write_str(b, c->plugins[i].name);
	}
	if (n > 0)
		hyk_buf_append_char(b, ']');
}

void
hyk_engine_write_standing(struct hyk_engine *e, struct hyk_buf *b)
{
	struct hyk_snapshot *s = hyk_engine_snapshot(e);

	write_names(b, "quarantined", s, hyk_standing_is_quarantined);
	write_names(b, "slow", s, hyk_standing_is_slow);
	hyk_snapshot_unref(s);
}

uint64_t
hyk_engine_version(struct hyk_engine *e)
{
	return atomic_load_explicit(&e->version, memory_order_acquire);
}

static void
metric(struct hyk_buf *b, const char *name, const char *kind, const char *help, uint64_t value)
{
	hyk_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help, name, kind, name,
	    (unsigned long long)value);
}

static void
plugin_metric(struct hyk_buf *b, const char *name, const char *help, const struct hyk_snapshot *s,
    bool (*is)(const struct hyk_standing *, size_t))
{
	const struct hyk_catalog *c = s->ruleset->catalog;

	hyk_buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
	for (size_t i = 0; i < c->n_plugins; i++)
		if (c->plugins[i].hooks != 0)
			hyk_buf_printf(b, "%s{plugin=\"%.*s\"} %d\n", name,
			    HYK_STR_ARG(c->plugins[i].name), is(s->standing, c->plugins[i].position));
}

static void
write_plugin_metrics(struct hyk_engine *e, struct hyk_buf *b)
{
	struct hyk_snapshot *s = hyk_engine_snapshot(e);

	plugin_metric(b, "hyk_plugin_quarantined", "1: its hooks are not called.", s,
	    hyk_standing_is_quarantined);
	plugin_metric(b, "hyk_plugin_slow", "1: its decisions are made in the slow lane.", s,
	    hyk_standing_is_slow);
	hyk_snapshot_unref(s);
}

void
hyk_engine_write_metrics(struct hyk_engine *e, struct hyk_buf *b)
{
	static const char *const outcomes[] = { "permit", "conditional", "deny" };
	struct hyk_ledger_stats s = { 0 };

	if (e->ledger != NULL)
		s = hyk_ledger_stats(e->ledger);
	hyk_buf_append_c(b,
	    "# HELP hyk_decisions_total Decisions made, by outcome.\n# TYPE hyk_decisions_total counter\n");
	for (size_t i = 0; i < HYK_ARRAY_LEN(outcomes); i++)
		hyk_buf_printf(b, "hyk_decisions_total{outcome=\"%s\"} %llu\n", outcomes[i],
		    (unsigned long long)atomic_load(&e->counters[HYK_COUNT_PERMIT + i]));
	metric(b, "hyk_dry_runs_total", "counter", "Dry runs decided.",
	    atomic_load(&e->counters[HYK_COUNT_DRY_RUN]));
	metric(b, "hyk_faulty_decisions_total", "counter",
	    "Decisions with a rule or plugin in error.",
	    atomic_load(&e->counters[HYK_COUNT_FAULT]));
	metric(b, "hyk_refused_total", "counter", "Questions answered with a problem.",
	    atomic_load(&e->counters[HYK_COUNT_REFUSED]));
	metric(b, "hyk_replays_total", "counter", "Recorded decisions made again.",
	    atomic_load(&e->counters[HYK_COUNT_REPLAY]));
	metric(b, "hyk_searches_total", "counter", "Pages of searches answered or refused.",
	    atomic_load(&e->counters[HYK_COUNT_SEARCH]));
	metric(b, "hyk_ruleset_version", "gauge", "Version of the ruleset in force.",
	    hyk_engine_version(e));
	metric(b, "hyk_ledger_records_total", "counter", "Records written since start.", s.records);
	metric(b, "hyk_ledger_commits_total", "counter", "Commits since start.", s.commits);
	metric(b, "hyk_ledger_failed_commits_total", "counter", "Commits that failed.",
	    s.failed_commits);
	metric(b, "hyk_ledger_refused_total", "counter", "Batches refused: queue full.", s.refused);
	metric(b, "hyk_ledger_queued", "gauge", "Records waiting for their commit.", s.queued);
	hyk_buf_printf(b,
	    "# HELP hyk_ledger_commit_seconds_total Time spent in commits.\n"
	    "# TYPE hyk_ledger_commit_seconds_total counter\nhyk_ledger_commit_seconds_total %.6f\n",
	    (double)s.commit_ns / 1e9);
	metric(b, "hyk_jails_broken", "gauge", "Workers whose plugin jail could not be made.",
	    (uint64_t)atomic_load(&e->jail_broken));
	metric(b, "hyk_jails_replaced_total", "counter", "Times a spare jail took over.",
	    atomic_load(&e->counters[HYK_COUNT_JAIL_REPLACED]));
	metric(b, "hyk_jails_killed_total", "counter", "Jails that somebody outside killed.",
	    atomic_load(&e->counters[HYK_COUNT_JAIL_KILLED]));
	metric(b, "hyk_plugin_deadlines_total", "counter", "Calls that missed their deadline.",
	    atomic_load(&e->counters[HYK_COUNT_JAIL_LATE]));
	metric(b, "hyk_plugin_strikes_total", "counter",
	    "Strikes: missed deadlines, crashes, answers nobody can read.",
	    atomic_load(&e->counters[HYK_COUNT_JAIL_STRIKE]));
	write_plugin_metrics(e, b);
	if (e->slow_lane != NULL) {
		struct hyk_slow_lane_stats l = hyk_slow_lane_stats(e->slow_lane);

		metric(b, "hyk_slow_lane_total", "counter",
		    "Questions decided in the slow lane, because a plugin they touch is slow.", l.decided);
		metric(b, "hyk_slow_lane_refused_total", "counter",
		    "Questions refused: the slow lane was full.", l.refused);
		metric(b, "hyk_slow_lane_waiting", "gauge", "Questions that wait for the slow lane.",
		    l.waiting);
	}
}
