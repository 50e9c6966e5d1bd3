/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin that always uses most of its budget holds nobody up but those who ask for it. What
 * counts is work, not time: once it is slow, the worker's own jail runs none of its calls.
 */
#include "support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "runtime/engine_impl.h"

/* ---- the queue by itself ---- */

struct desk {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool open;
	unsigned begun, n, ended;
	struct hyk_exchange *order[8];
};

static void
desk_decide(void *self, struct hyk_exchange *x)
{
	struct desk *d = self;

	pthread_mutex_lock(&d->lock);
	d->begun++;
	pthread_cond_broadcast(&d->change);
	while (!d->open)
		pthread_cond_wait(&d->change, &d->lock);
	d->order[d->n++] = x;
	pthread_mutex_unlock(&d->lock);
}

static void
desk_end(void *self)
{
	((struct desk *)self)->ended++;
}

TEST(what_does_not_fit_is_refused_and_the_rest_is_done_in_order)
{
	struct desk d = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };
	struct hyk_slow_lane_owner owner = { &d, desk_decide, desk_end };
	struct hyk_slow_lane *l = hyk_slow_lane_new(3, &owner);
	struct hyk_exchange x[6] = { { 0 } };

	REQUIRE(l != NULL);
	CHECK(hyk_slow_lane_push(l, &x[0]));
	pthread_mutex_lock(&d.lock);
	while (d.begun == 0)
		pthread_cond_wait(&d.change, &d.lock);
	pthread_mutex_unlock(&d.lock);
	/* One is at the desk, three may wait. */
	for (int i = 1; i < 4; i++)
		CHECK(hyk_slow_lane_push(l, &x[i]));
	CHECK(!hyk_slow_lane_push(l, &x[4]));
	CHECK_INT(hyk_slow_lane_stats(l).waiting, 3);
	CHECK_INT(hyk_slow_lane_stats(l).refused, 1);
	pthread_mutex_lock(&d.lock);
	d.open = true;
	pthread_cond_broadcast(&d.change);
	pthread_mutex_unlock(&d.lock);
	hyk_slow_lane_close(l);
	CHECK_INT(d.n, 4);
	for (unsigned i = 0; i < d.n; i++)
		CHECK(d.order[i] == &x[i]);
	CHECK_INT(d.ended, 1);
	/* One that nobody used ends as well. */
	l = hyk_slow_lane_new(1, &owner);
	REQUIRE(l != NULL);
	hyk_slow_lane_close(l);
	CHECK_INT(d.ended, 1);
}

/* ---- in the engine ---- */

static const char commons_yaml[] =
    "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
    "may_decide: [{assets: [asset], actions: ['*']}]\n";
static const char rules_yaml[] =
    "policy: seats\ncommons: town\nlayer: commons\ntitle: {ko: 앉는 곳, en: Seats}\n"
    "applies_to: {assets: [asset], actions: [sit]}\nrules:\n"
    "  - id: open\n    effect: permit\n    because: {ko: 누구나 앉습니다, en: Anyone may sit}\n";
/* Half of the 20,000 units of a call is heavy: 12,000 turns of a loop are more. */
static const char plugin_lua[] =
    "return plugin { name = '%s', version = '1.0.0', api = 1, title = { ko = '%s', en = '%s' },\n"
    "  reads = { 'context.n' },\n"
    "  asset_type { name = '%s', extends = 'asset', registered = false, title = { ko = '%s', en = '%s' },\n"
    "    facts = { decision_mode = { type = 'string', default = 'private' } },\n"
    "    context = { n = { type = 'int', default = 0 } }, actions = { sit = {} } },\n"
    "  hooks = { permit = function(req) for i = 1, req.context.n do end\n"
    "    if req.context.n %% 2 == 1 then return forbid('N' .. req.context.n, { ko = '홀수', en = 'odd' }) end\n"
    "    return permit() end } }\n";

struct house {
	char dir[512], commons[600], plugins[600], state[600], jail[600];
	struct hyk_engine *engine;
	struct hyk_worker *worker;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	unsigned wakes;
};

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

static void
put_plugin(const struct house *h, const char *name)
{
	char folder[700], text[2000];

	snprintf(folder, sizeof(folder), "%s/%s", h->plugins, name);
	mkdir(folder, 0700);
	snprintf(text, sizeof(text), plugin_lua, name, name, name, name, name, name);
	put(folder, "plugin.lua", text);
}

static bool
house_open(struct house *h)
{
	struct hyk_engine_options o = { 0 };
	enum hyk_status st;

	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->woken, NULL);
	snprintf(h->dir, sizeof(h->dir), "%s/hyk-slow-XXXXXX",
	    getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	HYK_ASSERT(mkdtemp(h->dir) != NULL);
	snprintf(h->commons, sizeof(h->commons), "%s/commons", h->dir);
	snprintf(h->plugins, sizeof(h->plugins), "%s/plugins", h->dir);
	snprintf(h->state, sizeof(h->state), "%s/state", h->dir);
	snprintf(h->jail, sizeof(h->jail), "%s/hyangyak-jail", check_build());
	mkdir(h->commons, 0700);
	mkdir(h->plugins, 0700);
	put(h->commons, "commons.yaml", commons_yaml);
	put(h->commons, "seats.yaml", rules_yaml);
	put_plugin(h, "bench");
	put_plugin(h, "throne");
	o.commons_dir = h->commons;
	o.plugins_dir = h->plugins;
	o.state_dir = h->state;
	o.jail_program = h->jail;
	o.no_pin = true;
	st = hyk_engine_open(&o, &h->engine, NULL);
	if (st == HYK_OK)
		st = hyk_worker_open(h->engine, -1, wake, h, &h->worker, NULL);
	return CHECK_INT(st, HYK_OK);
}

static void
house_close(struct house *h)
{
	hyk_worker_close(h->worker);
	hyk_engine_close(h->engine);
	check_remove(h->dir, 0);
}

struct question {
	struct hyk_exchange x;
	char body[400];
	bool done_at_once, back;
};

static void
ask(struct house *h, struct question *q, const char *type, unsigned work, bool dry)
{
	memset(q, 0, sizeof(*q));
	snprintf(q->body, sizeof(q->body),
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},"
	    "\"resource\":{\"type\":\"%s\",\"id\":\"%s-1\"},\"context\":{\"n\":%u},\"dry_run\":%s}",
	    type, type, work, dry ? "true" : "false");
	q->x.op = HYK_OP_EVALUATE;
	q->x.user = q;
	snprintf(q->x.caller.commons, sizeof(q->x.caller.commons), "town");
	q->x.caller.rights = HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN;
	q->x.body = hyk_str_from_c(q->body);
	q->done_at_once = hyk_worker_start(h->worker, &q->x);
}

static bool
says(const struct hyk_exchange *x, const char *text)
{
	return hyk_str_find(hyk_buf_peek(&x->answer), hyk_str_from_c(text)) != SIZE_MAX;
}

/* Waits for n of them; each must come once, with a permit. */
static void
take_back(struct house *h, unsigned n)
{
	while (n-- > 0) {
		struct hyk_exchange *x = next_done(h);
		struct question *q = x->user;

		CHECK(&q->x == x && !q->back);
		q->back = true;
		CHECK_INT(x->status, 200);
		CHECK(says(x, "\"decision\":true"));
		hyk_exchange_fini(x);
	}
}

static uint64_t
own_calls(const struct house *h)
{
	return hyk_jail_stats(h->worker->jail).calls;
}

static void
make_slow(struct house *h)
{
	struct question q;

	for (unsigned i = 0; i < HYK_SLOW_AFTER; i++) {
		ask(h, &q, "throne", 12000, true);
		CHECK(q.done_at_once);
		hyk_exchange_fini(&q.x);
	}
	CHECK_INT(hyk_standing_slow(h->worker->snapshot->standing), 1);
}

TEST(a_slow_plugin_costs_the_worker_no_turn)
{
	static struct question slow[40], light[40];
	struct house h;
	uint64_t before;

	REQUIRE(house_open(&h));
	before = own_calls(&h);
	make_slow(&h);
	CHECK_INT(own_calls(&h) - before, HYK_SLOW_AFTER);
	before = own_calls(&h);
	for (int i = 0; i < 40; i++) {
		ask(&h, &slow[i], "throne", 12000, i % 2 == 0);
		CHECK(!slow[i].done_at_once);
		ask(&h, &light[i], "bench", 10, true);
		/* Decided before the next line, whatever waits in the lane. */
		CHECK(light[i].done_at_once);
		CHECK(says(&light[i].x, "\"decision\":true"));
		hyk_exchange_fini(&light[i].x);
	}
	take_back(&h, 40);
	CHECK_INT(own_calls(&h) - before, 40); /* the light ones' */
	CHECK_INT(hyk_slow_lane_stats(h.engine->slow_lane).decided, 40);
	house_close(&h);
}

TEST(a_batch_with_one_slow_question_goes_as_a_whole)
{
	static const char body[] =
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},\"evaluations\":["
	    "{\"resource\":{\"type\":\"bench\",\"id\":\"b\"}},{\"resource\":{\"type\":\"throne\",\"id\":\"t\"}}]}";
	struct hyk_exchange x = { .op = HYK_OP_EVALUATE_MANY, .body = HYK_STR(body) };
	struct house h;
	uint64_t before;

	REQUIRE(house_open(&h));
	make_slow(&h);
	before = own_calls(&h);
	snprintf(x.caller.commons, sizeof(x.caller.commons), "town");
	x.caller.rights = HYK_RIGHT_DECIDE;
	CHECK(!hyk_worker_start(h.worker, &x));
	CHECK(next_done(&h) == &x);
	CHECK_INT(x.status, 200);
	CHECK(says(&x, "\"index\":1") && says(&x, "\"index\":2"));
	CHECK_INT(own_calls(&h) - before, 0);
	hyk_exchange_fini(&x);
	house_close(&h);
}

/* Where in the answer, or SIZE_MAX. */
static size_t
place_of(const struct hyk_exchange *x, const char *text)
{
	return hyk_str_find(hyk_buf_peek(&x->answer), hyk_str_from_c(text));
}

TEST(all_hooks_of_a_batch_travel_in_one_hand_off)
{
	static char body[8192];
	struct hyk_exchange x = { .op = HYK_OP_EVALUATE_MANY };
	struct house h;
	struct hyk_jail_stats before, after;
	size_t n, at, last = 0;

	REQUIRE(house_open(&h));
	n = (size_t)snprintf(body, sizeof(body),
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},\"dry_run\":true,\"evaluations\":[");
	for (int i = 1; i <= 15; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n,
		    "{\"resource\":{\"type\":\"%s\",\"id\":\"b\"},\"context\":{\"n\":%d}},",
		    i % 3 ? "bench" : "throne", 100 + i);
	/* One of a type that nobody knows, one that is no question. */
	snprintf(body + n, sizeof(body) - n,
	    "{\"resource\":{\"type\":\"stool\",\"id\":\"s\"}},{\"resource\":7}]}");
	x.body = hyk_str_from_c(body);
	snprintf(x.caller.commons, sizeof(x.caller.commons), "town");
	x.caller.rights = HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN;
	before = hyk_jail_stats(h.worker->jail);
	CHECK(hyk_worker_start(h.worker, &x));
	after = hyk_jail_stats(h.worker->jail);
	CHECK_INT(x.status, 200);
	CHECK_INT(after.hand_offs - before.hand_offs, 1);
	CHECK_INT(after.calls - before.calls, 15);
	/* Every odd one got its own no, in its order. */
	for (int i = 1; i <= 15; i++) {
		char code[16];

		snprintf(code, sizeof(code), "\"N%d\"", 100 + i);
		at = place_of(&x, code);
		if (i % 2) {
			CHECK(at != SIZE_MAX && at > last);
			last = at;
		} else {
			CHECK(at == SIZE_MAX);
		}
	}
	CHECK(place_of(&x, "it is not asked yet") == SIZE_MAX);
	CHECK(place_of(&x, "\"faults\"") == SIZE_MAX);
	hyk_exchange_fini(&x);
	house_close(&h);
}

TEST(what_is_light_again_comes_back)
{
	static struct question q[50];
	struct hyk_buf b;
	struct house h;
	uint64_t before;

	REQUIRE(house_open(&h));
	make_slow(&h);
	hyk_buf_init(&b, 0);
	hyk_engine_write_standing(h.engine, &b);
	CHECK(hyk_str_eq_c(hyk_buf_peek(&b), ",\"slow\":[\"throne\"]"));
	hyk_buf_reset(&b);
	hyk_engine_write_metrics(h.engine, &b);
	CHECK(hyk_str_find(hyk_buf_peek(&b), HYK_STR("hyk_plugin_slow{plugin=\"throne\"} 1\n")) !=
	    SIZE_MAX);
	CHECK(hyk_str_find(hyk_buf_peek(&b), HYK_STR("hyk_plugin_slow{plugin=\"bench\"} 0\n")) !=
	    SIZE_MAX);
	before = own_calls(&h);
	for (unsigned i = 0; i < HYK_FAST_AFTER; i += 50) {
		for (unsigned k = 0; k < 50; k++) {
			ask(&h, &q[k], "throne", 2, true);
			CHECK(!q[k].done_at_once);
		}
		take_back(&h, 50);
	}
	CHECK_INT(own_calls(&h) - before, 0);
	ask(&h, &q[0], "throne", 2, true);
	CHECK(q[0].done_at_once);
	CHECK_INT(own_calls(&h) - before, 1);
	hyk_exchange_fini(&q[0].x);
	hyk_buf_reset(&b);
	hyk_engine_write_standing(h.engine, &b);
	CHECK_INT(b.n, 0);
	hyk_buf_fini(&b);
	house_close(&h);
}

int
main(void)
{
	RUN(what_does_not_fit_is_refused_and_the_rest_is_done_in_order);
	RUN(a_slow_plugin_costs_the_worker_no_turn);
	RUN(a_batch_with_one_slow_question_goes_as_a_whole);
	RUN(all_hooks_of_a_batch_travel_in_one_hand_off);
	RUN(what_is_light_again_comes_back);
	return check_done();
}
