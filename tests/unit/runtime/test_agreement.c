/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreements with a clock that the test moves: every state across a restart, deadlines that fire once, one hour that
 * many want at once. The commons and the plugin are those of tests/system/agreements.
 */
#include "support/check.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "runtime/agreement_impl.h"
#include "value/json.h"

#define HOUR 3600
#define DAY (24 * HOUR)
/* 2026-05-02T03:00:00Z, worked out with date(1). */
#define NOW_S INT64_C(1777690800)

struct house {
	char dir[512], state[600], jail[600], commons[600];
	bool dev; /* the rules are a copy in `commons`, read again when they change */
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
	struct hyk_engine_options o = { .commons_dir = h->dev ? h->commons : "tests/system/agreements/commons",
		.dev = h->dev,
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

/* ---- the machine ---- */

static struct hyk_value
read_json(struct house *h, const char *path)
{
	struct hyk_json_limits limits = { .max_bytes = (size_t)4 << 20 };
	struct hyk_value v = hyk_null();
	struct hyk_str text;
	struct hyk_source *src;

	CHECK_INT(hyk_file_read(&h->arena, hyk_str_from_c(path), (size_t)4 << 20, &text, NULL), HYK_OK);
	src = hyk_source_new(&h->arena, hyk_str_from_c(path), text);
	CHECK_INT(hyk_json_parse(&h->arena, src, &limits, &v, NULL), HYK_OK);
	return v;
}

static struct hyk_value
member(struct hyk_value v, const char *key)
{
	const struct hyk_value *m = hyk_value_get(v, key);

	return m ? *m : hyk_null();
}

TEST(the_machine_is_that_of_the_domain)
{
	const char *path = check_conformance("../domain/scenarios.json");
	struct house h;
	struct hyk_value use, rows, terminal;
	struct hyk_snapshot *s;
	const struct hyk_workflow *w;

	if (!path)
		return;
	REQUIRE(house_open(&h));
	use = member(member(read_json(&h, path), "lifecycle"), "use");
	rows = member(use, "transitions");
	terminal = member(use, "terminal");
	REQUIRE(rows.kind == HYK_LIST && terminal.kind == HYK_LIST);
	s = hyk_engine_snapshot(h.engine);
	w = hyk_catalog_find_type(s->ruleset->catalog, HYK_STR("hall"))->workflow;
	CHECK(hyk_str_eq(w->initial, hyk_text_member(use, "initial")));
	CHECK_INT(w->n_transitions, rows.as.list->n);
	CHECK_INT(w->n_transitions, 28);
	for (uint32_t i = 0; i < rows.as.list->n; i++) {
		struct hyk_value row = rows.as.list->items[i];
		const struct hyk_transition *t =
		    hyk_workflow_find(w, hyk_text_member(row, "from"), hyk_text_member(row, "event"));

		REQUIRE(t != NULL);
		CHECK(hyk_str_eq(t->to, hyk_text_member(row, "to")));
		CHECK(hyk_str_eq(t->actor, hyk_text_member(row, "actor")));
	}
	for (size_t i = 0; i < w->n_states; i++) {
		bool ends = false;

		for (uint32_t k = 0; k < terminal.as.list->n; k++)
			ends |= hyk_str_eq(hyk_value_str(terminal.as.list->items[k]), w->states[i].name);
		CHECK_INT(w->states[i].final, ends);
		CHECK(ends || w->states[i].n_timer > 0);
	}
	hyk_snapshot_unref(s);
	house_close(&h);
}

/* ---- the tables, made again ---- */

static struct hyk_str
dump(struct house *h)
{
	struct hyk_store_reader *r = NULL;
	struct hyk_agreement_row rows[50];
	struct hyk_duty_row duties[50];
	struct hyk_str ids[50], s;
	struct hyk_agreement_filter f = { .after = HYK_STR("") };
	struct hyk_buf b;
	size_t n = 0;
	bool held;

	hyk_buf_init(&b, 0);
	CHECK_INT(hyk_store_reader_open(hyk_str_from_c(h->state), &r, NULL), HYK_OK);
	CHECK_INT(hyk_store_reader_agreements(r, &h->arena, &f, rows, 50, &n), HYK_OK);
	for (size_t i = 0; i < n; i++) {
		CHECK_INT(hyk_store_reader_is_held(r, rows[i].resource_type, rows[i].resource_id, hyk_time_ms(h->now),
		    hyk_time_ms(h->now) + 1000, HYK_STR(""), &held), HYK_OK);
		hyk_buf_printf(&b, "%.*s %llu %llu %.*s %lld %lld %d %.*s\n", HYK_STR_ARG(rows[i].id),
		    (unsigned long long)rows[i].seq, (unsigned long long)rows[i].index, HYK_STR_ARG(rows[i].state),
		    (long long)rows[i].due_ms, (long long)rows[i].handed_ms, held, HYK_STR_ARG(rows[i].body));
	}
	CHECK_INT(hyk_store_reader_duties(r, &h->arena, &f, duties, ids, 50, &n), HYK_OK);
	for (size_t i = 0; i < n; i++)
		hyk_buf_printf(&b, "%.*s %u %.*s %.*s\n", HYK_STR_ARG(ids[i]), duties[i].number, HYK_STR_ARG(duties[i].state),
		    HYK_STR_ARG(duties[i].body));
	hyk_store_reader_close(r);
	s = hyk_arena_dup(&h->arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static void
make_again(struct house *h)
{
	struct hyk_store *store = NULL;
	struct hyk_store_reader *r = NULL;
	struct hyk_store_record record;

	CHECK_INT(hyk_store_open(hyk_str_from_c(h->state), &store, NULL), HYK_OK);
	CHECK_INT(hyk_store_reader_open(hyk_str_from_c(h->state), &r, NULL), HYK_OK);
	CHECK_INT(hyk_store_begin(store), HYK_OK);
	CHECK_INT(hyk_store_clear_agreements(store), HYK_OK);
	for (uint64_t i = 0; i < hyk_store_count(store); i++) {
		struct hyk_agreement_change c;

		CHECK_INT(hyk_store_reader_at(r, &h->arena, i, &record), HYK_OK);
		if (!hyk_str_eq_c(record.kind, "agreement"))
			continue;
		CHECK_INT(hyk_agreement_change(&record, &h->arena, &c), HYK_OK);
		CHECK_INT(hyk_agreement_project(store, &c, i), HYK_OK);
	}
	CHECK_INT(hyk_store_commit(store), HYK_OK);
	hyk_store_reader_close(r);
	hyk_store_close(store);
}

TEST(the_tables_made_again_from_the_log_are_the_same)
{
	struct house h;
	struct hyk_str before, after;

	REQUIRE(house_open(&h));
	(void)bring_to(&h, "claim_open");
	h.now.s = NOW_S;
	(void)bring_to(&h, "pending_human");
	h.now.s = NOW_S;
	(void)open_one(&h, DAY, ",\"purpose\":\"party\"", "pending_verification");
	(void)open_one(&h, 0, "", "confirmed");
	h.now.s += 20 * 60;
	CHECK(run_due(&h) > 0); /* nobody came */
	(void)open_one(&h, 30 * 60, "", "confirmed");
	h.now.s += 30 * 60; /* within what is held */
	stop(&h);
	before = dump(&h);
	CHECK(hyk_str_find(before, HYK_STR("no_show")) != SIZE_MAX);
	make_again(&h);
	after = dump(&h);
	CHECK_STR(after, before.p);
	REQUIRE(start(&h));
	house_close(&h);
}

/* A duty is overdue once, is told so in the record, and can still be discharged; the agreement may be over by then. */
TEST(a_duty_has_a_clock_of_its_own)
{
	struct house h;
	struct hyk_str id;
	struct hyk_value duty;

	REQUIRE(house_open(&h));
	id = open_one(&h, 3 * DAY, ",\"amplified\":true", "confirmed");
	h.now.s = NOW_S + 3 * DAY;
	must(&h, id, "check_in", "person:mina", EVENTS, QR, "checked_in");
	must(&h, id, "check_out", "person:mina", EVENTS, "", "checked_out");
	must(&h, id, "accept", "org:kim", STEWARD, "", "settled");
	/* "during" is due when the use ends. */
	h.now.s = NOW_S + 3 * DAY + HOUR - 1;
	CHECK_INT(run_due(&h), 0);
	h.now.s++;
	restart(&h, id);
	CHECK_INT(run_due(&h), 1);
	CHECK_INT(run_due(&h), 0);
	restart(&h, id);
	CHECK_INT(run_due(&h), 0);
	duty = member(get(&h, id), "duties").as.list->items[0];
	CHECK_STR(hyk_text_member(duty, "state"), "overdue");
	is_in(&h, id, "settled");
	h.now.s += 30 * DAY;
	CHECK_INT(run_due(&h), 1);
	is_in(&h, id, "closed");
	must(&h, id, "discharge", "org:kim", STEWARD, ",\"duty\":0", "closed");
	duty = member(get(&h, id), "duties").as.list->items[0];
	CHECK_STR(hyk_text_member(duty, "state"), "discharged");
	house_close(&h);
}

/* What holds an hour of the asset ends with it: somebody who does not come leaves it to others. */
TEST(who_does_not_come_leaves_the_hour)
{
	struct house h;
	struct hyk_str id;

	REQUIRE(house_open(&h));
	(void)open_one(&h, 600, "", "confirmed");
	h.now.s += 600 + 900;
	CHECK_INT(run_due(&h), 1);
	id = open_one(&h, 1600, "", "confirmed"); /* in the middle of the hour that was held */
	CHECK(hyk_text_member(get(&h, id), "id").n > 0);
	house_close(&h);
}

static void
write_rules(struct house *h, const char *rules)
{
	static const char commons[] = "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
				      "may_decide: [{assets: [asset], actions: ['*']}]\n";
	static const char registry[] = "assets:\n  - {type: hall, id: hall-1, commons: town, facts: {decision_mode: private}}\n";
	const char *const texts[][2] = { { "commons.yaml", commons }, { "registry.yaml", registry }, { "rules.yaml", rules } };

	for (size_t i = 0; i < HYK_ARRAY_LEN(texts); i++) {
		char path[700];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", h->commons, texts[i][0]);
		f = fopen(path, "w");
		CHECK(f != NULL && fputs(texts[i][1], f) >= 0 && fclose(f) == 0);
	}
}

#define RULES(safety, more)                                                                                            \
	"policy: hall\ncommons: town\nlayer: commons\ntitle: {ko: 회관, en: Hall}\n" safety                             \
	"applies_to: {assets: [hall], actions: [use]}\nrules:\n"                                                       \
	"  - {id: open, effect: permit, because: {ko: 누구나, en: Anyone}}\n" more
#define CLOSED "  - {id: closed, effect: forbid, code: CLOSED, because: {ko: 닫았습니다, en: Closed}}\n"
#define SAFETY "safety: true\n"

/* An agreement keeps the rules of its day, but for those of safety. */
TEST(rules_change_under_an_agreement)
{
	static const char *const later[] = { RULES("", CLOSED), RULES(SAFETY, CLOSED) };

	for (int safety = 0; safety < 2; safety++) {
		struct house h = { .dev = true };
		struct hyk_diags diags;
		struct hyk_str id;
		struct hyk_value v;
		bool changed = false;

		pthread_mutex_init(&h.lock, NULL);
		pthread_cond_init(&h.woken, NULL);
		hyk_arena_init(&h.arena, 0);
		h.now.s = NOW_S;
		snprintf(h.dir, sizeof(h.dir), "%s", check_temp_dir());
		snprintf(h.state, sizeof(h.state), "%s/state", h.dir);
		snprintf(h.commons, sizeof(h.commons), "%s/commons", h.dir);
		snprintf(h.jail, sizeof(h.jail), "%s/hyangyak-jail", check_build());
		CHECK_INT(mkdir(h.commons, 0700), 0);
		write_rules(&h, RULES("", ""));
		REQUIRE(start(&h));
		id = decision(&h, "mina", "hall-1", DAY, DAY + HOUR, "");
		write_rules(&h, later[safety]);
		hyk_diags_init(&diags, &h.arena);
		CHECK_INT(hyk_engine_reload_if_changed(h.engine, &changed, &diags), HYK_OK);
		CHECK(changed);
		v = ask(&h, HYK_OP_AGREE, "booking", HYK_RIGHT_DECIDE, HYK_STR(""), opening(&h, id));
		CHECK_INT(last_status, 201);
		CHECK_STR(hyk_text_member(v, "state"), safety ? "declined" : "confirmed");
		house_close(&h);
	}
}

int
main(void)
{
	RUN(rules_change_under_an_agreement);
	RUN(the_machine_is_that_of_the_domain);
	RUN(the_tables_made_again_from_the_log_are_the_same);
	RUN(a_duty_has_a_clock_of_its_own);
	RUN(who_does_not_come_leaves_the_hour);
	RUN(every_state_survives_a_restart_and_its_deadline_fires_once);
	RUN(one_hour_for_sixty_four);
	return check_done();
}
