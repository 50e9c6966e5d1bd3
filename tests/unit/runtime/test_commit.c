/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No answer before its record. The gate stands in the writer's thread just before each commit: while it is shut,
 * no exchange may be done; when it fails, every waiter gets a 503 and no decision. With a planted early
 * answer the same look must find the promise broken, or the look proves nothing.
 */
#include "support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "runtime/engine.h"

static const char commons_yaml[] =
    "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
    "may_decide: [{assets: [asset], actions: ['*']}]\n";
static const char rules_yaml[] =
    "policy: bench\ncommons: town\nlayer: commons\ntitle: {ko: 벤치, en: Bench}\n"
    "applies_to: {assets: [bench], actions: [sit]}\nrules:\n"
    "  - id: open\n    effect: permit\n    because: {ko: 누구나 앉습니다, en: Anyone may sit}\n";
static const char rules_yaml_closed[] =
    "policy: bench\ncommons: town\nlayer: commons\ntitle: {ko: 벤치, en: Bench}\n"
    "applies_to: {assets: [bench], actions: [sit]}\nrules:\n"
    "  - id: closed\n    effect: forbid\n    because: {ko: 아무도 앉지 못합니다, en: Nobody may sit}\n";
static const char plugin_lua[] =
    "return plugin { name = 'bench', version = '1.0.0', api = 1, title = { ko = '벤치', en = 'Bench' },\n"
    "  asset_type { name = 'bench', extends = 'asset', registered = false, title = { ko = '벤치', en = 'Bench' },\n"
    "    facts = { decision_mode = { type = 'string', default = 'private' } }, actions = { sit = {} } } }\n";
static const char body[] =
    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},"
    "\"resource\":{\"type\":\"bench\",\"id\":\"b1\"}}";

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool shut, fail;
	unsigned arrived; /* commits that stood at the gate */
};

struct house {
	char dir[512], commons[600], plugins[600], state[600], jail[600];
	struct gate gate;
	struct hyk_engine *engine;
	struct hyk_worker *worker;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	unsigned wakes;
};

static enum hyk_status
gate_pass(void *self)
{
	struct gate *g = self;
	enum hyk_status st;

	pthread_mutex_lock(&g->lock);
	g->arrived++;
	pthread_cond_broadcast(&g->change);
	while (g->shut)
		pthread_cond_wait(&g->change, &g->lock);
	st = g->fail ? HYK_E_IO : HYK_OK;
	pthread_mutex_unlock(&g->lock);
	return st;
}

static void
gate_set(struct gate *g, bool shut, bool fail)
{
	pthread_mutex_lock(&g->lock);
	g->shut = shut;
	g->fail = fail;
	pthread_cond_broadcast(&g->change);
	pthread_mutex_unlock(&g->lock);
}

static void
gate_await(struct gate *g, unsigned arrived)
{
	pthread_mutex_lock(&g->lock);
	while (g->arrived < arrived)
		pthread_cond_wait(&g->change, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void
wake(void *self)
{
	struct house *h = self;

	pthread_mutex_lock(&h->lock);
	h->wakes++;
	pthread_cond_broadcast(&h->woken);
	pthread_mutex_unlock(&h->lock);
}

static struct hyk_exchange *
next_done(struct house *h)
{
	for (;;) {
		struct hyk_exchange *x = hyk_worker_next_done(h->worker);

		if (x != NULL)
			return x;
		pthread_mutex_lock(&h->lock);
		while (h->wakes == 0)
			pthread_cond_wait(&h->woken, &h->lock);
		h->wakes = 0;
		pthread_mutex_unlock(&h->lock);
	}
}

static void
put(const char *dir, const char *name, const char *text)
{
	char path[800];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	HYK_ASSERT(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static bool
house_open_as(struct house *h, bool plant, bool dev)
{
	struct hyk_engine_options o = { 0 };
	struct hyk_arena arena;
	struct hyk_diags diags;
	struct hyk_buf b;
	enum hyk_status st;

	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->gate.lock, NULL);
	pthread_cond_init(&h->gate.change, NULL);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->woken, NULL);
	snprintf(h->dir, sizeof(h->dir), "%s/hyk-commit-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	HYK_ASSERT(mkdtemp(h->dir) != NULL);
	snprintf(h->commons, sizeof(h->commons), "%s/commons", h->dir);
	snprintf(h->plugins, sizeof(h->plugins), "%s/plugins", h->dir);
	snprintf(h->state, sizeof(h->state), "%s/state", h->dir);
	snprintf(h->jail, sizeof(h->jail), "%s/hyangyak-jail", check_build());
	mkdir(h->commons, 0700);
	mkdir(h->plugins, 0700);
	put(h->commons, "commons.yaml", commons_yaml);
	put(h->commons, "bench.yaml", rules_yaml);
	{
		char bench[700];

		snprintf(bench, sizeof(bench), "%s/bench", h->plugins);
		mkdir(bench, 0700);
		put(bench, "plugin.lua", plugin_lua);
	}
	o.commons_dir = h->commons;
	o.plugins_dir = h->plugins;
	o.state_dir = h->state;
	o.jail_program = h->jail;
	o.no_pin = true;
	o.dev = dev;
	o.ledger.gate = gate_pass;
	o.ledger.gate_self = &h->gate;
	o.ledger.plant_early_answer = plant;
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_engine_open(&o, &h->engine, &diags);
	if (st == HYK_OK)
		st = hyk_worker_open(h->engine, -1, wake, h, &h->worker, &diags);
	if (st != HYK_OK) {
		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &diags, HYK_LANG_EN);
		fprintf(stderr, "%.*s\n", (int)b.n, b.p);
		hyk_buf_fini(&b);
	}
	hyk_arena_fini(&arena);
	if (!CHECK_INT(st, HYK_OK))
		return false;
	gate_await(&h->gate, 1); /* genesis has passed: what stands at the gate from now on is the test's */
	return true;
}

static bool
house_open(struct house *h, bool plant)
{
	return house_open_as(h, plant, false);
}

static void
house_close(struct house *h)
{
	hyk_worker_close(h->worker);
	hyk_engine_close(h->engine);
	check_remove(h->dir, 0);
}

static void
ask(struct hyk_exchange *x, enum hyk_operation op, struct hyk_str text)
{
	memset(x, 0, sizeof(*x));
	x->op = op;
	snprintf(x->caller.name, sizeof(x->caller.name), "test");
	snprintf(x->caller.commons, sizeof(x->caller.commons), "town");
	x->caller.rights = HYK_RIGHT_DECIDE;
	if (op == HYK_OP_DECISION)
		x->id = text;
	else
		x->body = text;
}

static bool
says(const struct hyk_exchange *x, const char *text)
{
	return hyk_str_find(hyk_buf_peek(&x->answer), hyk_str_from_c(text)) != SIZE_MAX;
}

/* Asks, waits until the writer stands before the commit, and looks whether an answer is there already. */
static bool
answered_before_commit(struct house *h, struct hyk_exchange *x, unsigned arrived, bool *ret_pending)
{
	struct hyk_exchange *early;

	gate_set(&h->gate, true, false);
	ask(x, HYK_OP_EVALUATE, hyk_str_from_c(body));
	*ret_pending = !hyk_worker_start(h->worker, x);
	gate_await(&h->gate, arrived);
	early = hyk_worker_next_done(h->worker);
	return early != NULL;
}

TEST(no_answer_while_the_commit_is_held_back)
{
	struct house h;
	struct hyk_exchange x;
	bool pending;

	REQUIRE(house_open(&h, false)); /* the genesis record passed the gate once */
	CHECK(!answered_before_commit(&h, &x, 2, &pending));
	CHECK(pending);
	gate_set(&h.gate, false, false);
	CHECK(next_done(&h) == &x);
	CHECK_INT(x.status, 200);
	CHECK(says(&x, "\"decision\":true"));
	CHECK(says(&x, "\"index\":1")); /* genesis is 0 */
	hyk_exchange_fini(&x);
	house_close(&h);
}

/* The answer is written after the commit: the rules it speaks of must still be there, though others are in force. */
TEST(rules_replaced_while_a_decision_waits_for_its_record)
{
	struct house h;
	struct hyk_exchange first, second;
	struct hyk_arena arena;
	struct hyk_diags diags;
	bool changed;

	REQUIRE(house_open_as(&h, false, true));
	ask(&first, HYK_OP_EVALUATE, hyk_str_from_c(body));
	CHECK(!hyk_worker_start(h.worker, &first));
	put(h.commons, "bench.yaml", rules_yaml_closed);
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	CHECK_INT(hyk_engine_reload_if_changed(h.engine, &changed, &diags), HYK_OK);
	CHECK(changed);
	hyk_arena_fini(&arena);
	ask(&second, HYK_OP_EVALUATE, hyk_str_from_c(body));
	CHECK(!hyk_worker_start(h.worker, &second));
	CHECK(next_done(&h) == &first);
	CHECK_INT(first.status, 200);
	CHECK(says(&first, "\"decision\":true"));
	CHECK(says(&first, "Anyone may sit"));
	CHECK(next_done(&h) == &second);
	CHECK(says(&second, "Nobody may sit"));
	hyk_exchange_fini(&first);
	hyk_exchange_fini(&second);
	house_close(&h);
}

TEST(a_planted_early_answer_is_seen)
{
	struct house h;
	struct hyk_exchange x;
	bool pending;

	REQUIRE(house_open(&h, true));
	CHECK(answered_before_commit(&h, &x, 2, &pending));
	gate_set(&h.gate, false, false);
	hyk_exchange_fini(&x);
	house_close(&h);
}

TEST(a_failed_commit_decides_nothing)
{
	struct house h;
	struct hyk_exchange x[3], *done;
	char why[2][HYK_WHY_BYTES];

	REQUIRE(house_open(&h, false));
	gate_set(&h.gate, true, false);
	for (int i = 0; i < 3; i++) {
		ask(&x[i], HYK_OP_EVALUATE, hyk_str_from_c(body));
		CHECK(!hyk_worker_start(h.worker, &x[i]));
	}
	gate_await(&h.gate, 2);
	gate_set(&h.gate, false, true);
	for (int i = 0; i < 3; i++) {
		done = next_done(&h);
		CHECK_INT(done->status, 503);
		CHECK(done->problem.retry_after_s > 0);
		CHECK(!says(done, "decision"));
		CHECK_C(done->problem.code, "NOT_RECORDED");
		hyk_exchange_fini(done);
	}
	CHECK(!hyk_engine_ready(h.engine, why));

	/* The disk is back: it decides again, without a gap, and says it is ready. */
	gate_set(&h.gate, false, false);
	ask(&x[0], HYK_OP_EVALUATE, hyk_str_from_c(body));
	CHECK(!hyk_worker_start(h.worker, &x[0]));
	done = next_done(&h);
	CHECK_INT(done->status, 200);
	CHECK(says(done, "\"index\":1"));
	CHECK(hyk_engine_ready(h.engine, why));
	hyk_exchange_fini(done);
	house_close(&h);
}

TEST(a_recorded_decision_is_made_again)
{
	struct house h;
	struct hyk_exchange x, again;
	struct hyk_str a;
	char id[27] = "";
	size_t at;

	REQUIRE(house_open(&h, false));
	ask(&x, HYK_OP_EVALUATE, hyk_str_from_c(body));
	CHECK(!hyk_worker_start(h.worker, &x));
	CHECK(next_done(&h) == &x);
	a = hyk_buf_peek(&x.answer);
	at = hyk_str_find(a, HYK_STR("\"id\":\""));
	REQUIRE(at != SIZE_MAX);
	memcpy(id, a.p + at + 6, 26);
	ask(&again, HYK_OP_DECISION, hyk_str_from_c(id));
	CHECK(hyk_worker_start(h.worker, &again));
	CHECK_INT(again.status, 200);
	CHECK(hyk_str_eq(hyk_buf_peek(&again.answer), a));
	hyk_exchange_fini(&again);

	/* Another service does not see it, nor an auditor of another commons; the town's auditor does. */
	for (int i = 0; i < 3; i++) {
		ask(&again, HYK_OP_DECISION, hyk_str_from_c(id));
		snprintf(again.caller.name, sizeof(again.caller.name), "other");
		again.caller.rights = i == 0 ? HYK_RIGHT_DECIDE : HYK_RIGHT_AUDITOR;
		if (i == 1)
			snprintf(again.caller.commons, sizeof(again.caller.commons), "elsewhere");
		CHECK(hyk_worker_start(h.worker, &again));
		CHECK_INT(again.status, i == 2 ? 200 : 404);
		hyk_exchange_fini(&again);
	}
	hyk_exchange_fini(&x);
	house_close(&h);
}

int
main(void)
{
	RUN(no_answer_while_the_commit_is_held_back);
	RUN(rules_replaced_while_a_decision_waits_for_its_record);
	RUN(a_planted_early_answer_is_seen);
	RUN(a_failed_commit_decides_nothing);
	RUN(a_recorded_decision_is_made_again);
	return check_done();
}
