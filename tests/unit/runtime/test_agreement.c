/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreements with a clock that the test moves: every state across a restart, deadlines that fire once, one hour that
 * many want at once. The commons and the plugin are those of tests/system/agreements.
 */
#include "support/check.h"

#include <stdio.h>

#include "runtime/agreement_impl.h"
#include "value/json.h"

#define HOUR 3600
#define DAY (24 * HOUR)
/* 2026-05-02T03:00:00Z, worked out with date(1). */
#define NOW_S INT64_C(1777690800)

struct house {
	char dir[512], state[600], jail[600];
	struct hyk_time now;
	struct hyk_engine *engine;
	struct hyk_worker *worker;
	struct hyk_arena arena; /* of answers */
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
	pthread_cond_signal(&h->woken);
	pthread_mutex_unlock(&h->lock);
}

static bool
start(struct house *h)
{
	struct hyk_engine_options o = { .commons_dir = "tests/system/agreements/commons",
		.plugins_dir = "tests/system/agreements/plugins",
		.state_dir = h->state,
		.jail_program = h->jail,
		.no_pin = true,
		.no_timers = true,
		.clock = hyk_clock_fixed(&h->now) };
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, &h->arena);
	st = hyk_engine_open(&o, &h->engine, &diags);
	if (st == HYK_OK)
		st = hyk_worker_open(h->engine, -1, wake, h, &h->worker, &diags);
	if (st != HYK_OK && diags.first)
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(diags.first->text[0]));
	return CHECK_INT(st, HYK_OK);
}

static void
stop(struct house *h)
{
	hyk_worker_close(h->worker);
	hyk_engine_close(h->engine);
}

static bool
house_open(struct house *h)
{
	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->woken, NULL);
	hyk_arena_init(&h->arena, 0);
	h->now.s = NOW_S;
	snprintf(h->dir, sizeof(h->dir), "%s", check_temp_dir());
	snprintf(h->state, sizeof(h->state), "%s/state", h->dir);
	snprintf(h->jail, sizeof(h->jail), "%s/hyangyak-jail", check_build());
	return start(h);
}

static void
house_close(struct house *h)
{
	stop(h);
	hyk_arena_fini(&h->arena);
	check_remove(h->dir, 0);
}

static struct hyk_exchange *
next_done(struct house *h)
{
	for (;;) {
		struct hyk_exchange *x = hyk_worker_next_done(h->worker);

		if (x)
			return x;
		pthread_mutex_lock(&h->lock);
		while (h->wakes == 0)
			pthread_cond_wait(&h->woken, &h->lock);
		h->wakes = 0;
		pthread_mutex_unlock(&h->lock);
	}
}

static void
prepare(struct hyk_exchange *x, enum hyk_operation op, const char *caller, uint32_t rights, struct hyk_str id,
    struct hyk_str body)
{
	memset(x, 0, sizeof(*x));
	x->op = op;
	x->id = id;
	x->body = body;
	snprintf(x->caller.name, sizeof(x->caller.name), "%s", caller);
	snprintf(x->caller.commons, sizeof(x->caller.commons), "town");
	x->caller.rights = rights;
}

/* The answer as a value, or with `code` the problem's code. */
static struct hyk_value
take(struct house *h, struct hyk_exchange *x, int *ret_status, const char **ret_code)
{
	struct hyk_value v = hyk_null();
	struct hyk_str text = hyk_arena_dup(&h->arena, hyk_buf_peek(&x->answer));
	struct hyk_source *src = hyk_source_new(&h->arena, HYK_STR("<answer>"), text);

	*ret_status = x->status;
	*ret_code = x->status < 300 ? "" : x->problem.code;
	if (x->status < 300)
		CHECK_INT(hyk_json_parse(&h->arena, src, NULL, &v, NULL), HYK_OK);
	hyk_exchange_fini(x);
	return v;
}

static int last_status;
static const char *last_code;

static struct hyk_value
ask(struct house *h, enum hyk_operation op, const char *caller, uint32_t rights, struct hyk_str id, struct hyk_str body)
{
	struct hyk_exchange x, *done = &x;

	prepare(&x, op, caller, rights, id, body);
	if (!hyk_worker_start(h->worker, &x))
		done = next_done(h);
	return take(h, done, &last_status, &last_code);
}

static struct hyk_str
time_text(struct house *h, int64_t after_s)
{
	char text[40];

	return hyk_arena_dup(&h->arena, hyk_str_make(text, hyk_timestamp_format(hyk_timestamp(NOW_S + after_s, 0), text)));
}

static struct hyk_str
question(struct house *h, const char *who, const char *hall, int64_t from_s, int64_t until_s, const char *more)
{
	return hyk_arena_printf(&h->arena,
	    "{\"subject\":{\"type\":\"person\",\"id\":\"%s\"},\"action\":{\"name\":\"reserve\"},"
	    "\"resource\":{\"type\":\"hall\",\"id\":\"%s\"},\"context\":{\"start\":\"%.*s\",\"end\":\"%.*s\"%s}}",
	    who, hall, HYK_STR_ARG(time_text(h, from_s)), HYK_STR_ARG(time_text(h, until_s)), more);
}

static struct hyk_str
decision(struct house *h, const char *who, const char *hall, int64_t from_s, int64_t until_s, const char *more)
{
	struct hyk_value v = ask(h, HYK_OP_EVALUATE, "booking", HYK_RIGHT_DECIDE, HYK_STR(""),
	    question(h, who, hall, from_s, until_s, more));
	const struct hyk_value *context = hyk_value_get(v, "context");

	CHECK_INT(last_status, 200);
	return context ? hyk_text_member(*context, "id") : HYK_STR("");
}

static struct hyk_str
opening(struct house *h, struct hyk_str id)
{
	return hyk_arena_printf(&h->arena, "{\"decision\":\"%.*s\"}", HYK_STR_ARG(id));
}

/* Opens an agreement for mina on hall-1; its id. */
static struct hyk_str
open_one(struct house *h, int64_t from_s, const char *more, const char *state)
{
	struct hyk_str id = decision(h, "mina", "hall-1", from_s, from_s + HOUR, more);
	struct hyk_value v = ask(h, HYK_OP_AGREE, "booking", HYK_RIGHT_DECIDE, HYK_STR(""), opening(h, id));

	CHECK_INT(last_status, 201);
	CHECK_STR(hyk_text_member(v, "state"), state);
	return id;
}

static struct hyk_value
get(struct house *h, struct hyk_str id)
{
	return ask(h, HYK_OP_AGREEMENT, "booking", HYK_RIGHT_DECIDE, id, HYK_STR(""));
}

static void
is_in(struct house *h, struct hyk_str id, const char *state)
{
	CHECK_STR(hyk_text_member(get(h, id), "state"), state);
}

/* An event; `members` after "event" and "by". */
static struct hyk_value
send(struct house *h, struct hyk_str id, const char *event, const char *by, uint32_t rights, const char *members)
{
	return ask(h, HYK_OP_EVENT, "sender", rights, id,
	    hyk_arena_printf(&h->arena, "{\"event\":\"%s\",\"by\":\"%s\"%s}", event, by, members));
}

static void
must(struct house *h, struct hyk_str id, const char *event, const char *by, uint32_t rights, const char *members,
    const char *state)
{
	struct hyk_value v = send(h, id, event, by, rights, members);

	if (!CHECK_INT(last_status, 200))
		fprintf(stderr, "%s: %s\n", event, last_code);
	CHECK_STR(hyk_text_member(v, "state"), state);
}

static size_t
run_due(struct house *h)
{
	size_t n = 0;

	CHECK_INT(hyk_worker_run_due(h->worker, &n), HYK_OK);
	return n;
}

#define EVENTS HYK_RIGHT_EVENTS
#define STEWARD HYK_RIGHT_STEWARD
#define OFFICER HYK_RIGHT_OFFICER
#define DIGEST(n) "\"0000000000000000000000000000000000000000000000000000000000000" n "\""
#define QR ",\"evidence\":[{\"kind\":\"qr\",\"sha256\":" DIGEST("001") "}]"
#define QR_BEFORE ",\"evidence\":[{\"kind\":\"qr\",\"sha256\":" DIGEST("001") "},{\"kind\":\"before\",\"sha256\":" DIGEST("002") "}]"
#define AFTER ",\"evidence\":[{\"kind\":\"after\",\"sha256\":" DIGEST("003") "}]"
#define CLAIM ",\"cause\":\"user_fault\",\"amount\":50000"

/* One agreement in each state that it can rest in, by name. */
static struct hyk_str
bring_to(struct house *h, const char *state)
{
	const char *more = "";
	struct hyk_str id;
	int64_t from_s = 3 * DAY;
	const char *first = "confirmed";

	if (strcmp(state, "pending_verification") == 0) {
		more = ",\"party_size\":20";
		first = state;
	} else if (strcmp(state, "pending_human") == 0) {
		more = ",\"commercial\":true";
		first = state;
	}
	id = open_one(h, from_s, more, first);
	if (strcmp(state, first) == 0)
		return id;
	if (strcmp(state, "permit_suspended") == 0) {
		must(h, id, "emergency", "person:duty", OFFICER, ",\"facts\":{\"context.storm\":true}", state);
		return id;
	}
	h->now.s = NOW_S + from_s;
	must(h, id, "check_in", "person:mina", EVENTS, QR_BEFORE, "checked_in");
	if (strcmp(state, "checked_in") == 0)
		return id;
	must(h, id, "check_out", "person:mina", EVENTS, AFTER, "checked_out");
	if (strcmp(state, "checked_out") == 0)
		return id;
	if (strcmp(state, "settled") == 0) {
		must(h, id, "accept", "org:kim", STEWARD, "", state);
		return id;
	}
	must(h, id, "claim", "org:kim", STEWARD, CLAIM, "claim_open");
	if (strcmp(state, "claim_open") == 0)
		return id;
	must(h, id, "contest", "person:mina", EVENTS, "", "disputed");
	return id;
}

/* Restarts, and finds everything as it was. */
static void
restart(struct house *h, struct hyk_str id)
{
	struct hyk_value before = get(h, id);

	stop(h);
	REQUIRE(start(h));
	CHECK(hyk_value_equal(get(h, id), before));
}

TEST(every_state_survives_a_restart_and_its_deadline_fires_once)
{
	/* The deadline as domain.md 5.2 has it, seconds after NOW_S; the use is in three days, for an hour. */
	static const struct {
		const char *state;
		int64_t due_s;
		const char *then;
	} rows[] = {
		{ "pending_verification", 2 * DAY, "declined" },
		{ "pending_human", DAY, "declined" },
		{ "confirmed", 3 * DAY + 900, "no_show" },
		{ "permit_suspended", 3 * DAY, "cancelled" },
		{ "checked_in", 3 * DAY + HOUR + 1800, "checked_out" },
		{ "checked_out", 5 * DAY, "settled" },
		{ "claim_open", 5 * DAY, "disputed" },
		{ "disputed", 10 * DAY, "settled" },
		{ "settled", 17 * DAY, "closed" },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(rows); i++) {
		struct house h;
		struct hyk_str id;

		REQUIRE(house_open(&h));
		id = bring_to(&h, rows[i].state);
		restart(&h, id);
		CHECK_STR(hyk_text_member(get(&h, id), "state_due"), time_text(&h, rows[i].due_s).p);
		h.now.s = NOW_S + rows[i].due_s - 1;
		CHECK_INT(run_due(&h), 0);
		is_in(&h, id, rows[i].state);
		h.now.s++;
		restart(&h, id);
		CHECK_INT(run_due(&h), 1);
		is_in(&h, id, rows[i].then);
		/* Once: not again, not after a restart, not when the clock comes by a second time. */
		CHECK_INT(run_due(&h), 0);
		restart(&h, id);
		CHECK_INT(run_due(&h), 0);
		h.now.s -= DAY;
		CHECK_INT(run_due(&h), 0);
		h.now.s += DAY;
		CHECK_INT(run_due(&h), 0);
		is_in(&h, id, rows[i].then);
		house_close(&h);
	}
}

/* 64 that were all permitted the same hour: one holds it, the others are declined, and the record says why. */
static void
one_round(struct house *h, int64_t from_s)
{
	enum { CLIENTS = 64 };
	static struct hyk_exchange x[CLIENTS];
	struct hyk_str ids[CLIENTS];
	unsigned n_pending = 0, n_confirmed = 0, n_declined = 0;

	for (int i = 0; i < CLIENTS; i++) {
		char who[16];

		snprintf(who, sizeof(who), "p%d", i);
		ids[i] = decision(h, who, "hall-1", from_s, from_s + HOUR, "");
	}
	for (int i = 0; i < CLIENTS; i++) {
		prepare(&x[i], HYK_OP_AGREE, "booking", HYK_RIGHT_DECIDE, HYK_STR(""), opening(h, ids[i]));
		if (!hyk_worker_start(h->worker, &x[i]))
			n_pending++;
	}
	CHECK_INT(n_pending, CLIENTS);
	for (; n_pending > 0; n_pending--) {
		struct hyk_exchange *done = next_done(h);
		struct hyk_value v = take(h, done, &last_status, &last_code);
		struct hyk_str state = hyk_text_member(v, "state");

		CHECK_INT(last_status, 201);
		n_confirmed += hyk_str_eq_c(state, "confirmed");
		n_declined += hyk_str_eq_c(state, "declined");
	}
	CHECK_INT(n_confirmed, 1);
	CHECK_INT(n_declined, CLIENTS - 1);
}

TEST(one_hour_for_sixty_four)
{
	struct house h;
	int rounds = getenv("HYK_LONG") ? 1000 : 20;

	REQUIRE(house_open(&h));
	for (int i = 0; i < rounds; i++) {
		struct hyk_arena_mark mark = hyk_arena_mark(&h.arena);

		one_round(&h, DAY + (int64_t)i * HOUR);
		hyk_arena_rewind(&h.arena, mark);
	}
	house_close(&h);
}

int
main(void)
{
	RUN(every_state_survives_a_restart_and_its_deadline_fires_once);
	RUN(one_hour_for_sixty_four);
	return check_done();
}
