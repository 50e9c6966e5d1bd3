/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: what is told, when, and what is then in the store. Durability is in test_durability.c. */
#include "ledger/ledger.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "support/check.h"

static char dir_name[64];
static struct hyk_str dir;
static struct hyk_arena arena;

static void
begin(void)
{
	hyk_arena_init(&arena, 0);
	snprintf(dir_name, sizeof(dir_name), "/tmp/hyk-ledger-XXXXXX");
	CHECK(mkdtemp(dir_name) != NULL);
	dir = hyk_str_from_c(dir_name);
}

static void
end(void)
{
	static const char *const names[] = { "hyangyak.db", "hyangyak.db-wal", "hyangyak.db-shm", "lock" };
	char path[128];

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir_name, names[i]);
		unlink(path);
	}
	CHECK_INT(rmdir(dir_name), 0);
	hyk_arena_fini(&arena);
}

static struct hyk_ledger *
open_ledger(const struct hyk_ledger_options *o)
{
	struct hyk_store *s = NULL;
	struct hyk_ledger *l = NULL;

	if (CHECK(hyk_store_open(dir, &s, NULL) == HYK_OK))
		CHECK_INT(hyk_ledger_open(s, o, &l, NULL), HYK_OK);
	return l;
}

/* A batch of one record, and what it was told. */
struct item {
	struct hyk_ledger_batch batch;
	struct hyk_store_record record;
	char id[32];
	enum hyk_status told;
	atomic_int n_told;
	sem_t *sem;
};

static void
note(void *self, enum hyk_status st)
{
	struct item *it = self;

	it->told = st;
	atomic_fetch_add(&it->n_told, 1);
	if (it->sem)
		sem_post(it->sem);
}

static void
fill(struct item *it, const char *id)
{
	memset(it, 0, sizeof(*it));
	snprintf(it->id, sizeof(it->id), "%s", id);
	it->record = (struct hyk_store_record){ .kind = HYK_STR("decision"),
		.id = hyk_str_from_c(it->id),
		.commons = HYK_STR("yongin"),
		.leaf = HYK_STR("{}"),
		.disclosure = HYK_STR("{}"),
		.index = 999999 };
	hyk_sha256_prefixed(0, it->record.leaf, it->record.leaf_hash);
	it->batch = (struct hyk_ledger_batch){ .records = &it->record, .n = 1, .done = note, .self = it };
}

static bool
recorded(const char *id)
{
	struct hyk_store_reader *r = NULL;
	struct hyk_store_record got;
	enum hyk_status st;

	if (!CHECK(hyk_store_reader_open(dir, &r, NULL) == HYK_OK))
		return false;
	st = hyk_store_reader_find(r, &arena, hyk_str_from_c(id), &got);
	hyk_store_reader_close(r);
	return st == HYK_OK;
}

static uint64_t
count_records(void)
{
	struct hyk_store *s = NULL;
	uint64_t n = UINT64_MAX;

	if (CHECK(hyk_store_open(dir, &s, NULL) == HYK_OK))
		n = hyk_store_count(s);
	hyk_store_close(s);
	return n;
}

TEST(answers_in_order)
{
	struct hyk_ledger *l;
	struct hyk_ledger_stats st;
	struct item a, b;

	begin();
	l = open_ledger(NULL);
	REQUIRE(l != NULL);
	CHECK(hyk_ledger_ready(l));
	fill(&a, "a");
	fill(&b, "b");
	CHECK_INT(hyk_ledger_submit_wait(l, &a.batch), HYK_OK);
	CHECK_INT(a.record.index, 0);
	CHECK_INT(a.n_told, 1);
	b.batch.done = NULL;
	CHECK_INT(hyk_ledger_submit_wait(l, &b.batch), HYK_OK);
	CHECK_INT(b.record.index, 1);
	CHECK_INT(b.batch.status, HYK_OK);
	CHECK(recorded("a") && recorded("b"));
	st = hyk_ledger_stats(l);
	CHECK_INT(st.records, 2);
	CHECK_INT(st.commits, 2);
	CHECK_INT(st.queued, 0);
	CHECK_INT(st.failed_commits, 0);
	hyk_ledger_close(l);
	CHECK_INT(count_records(), 2);
	end();
}

/* A gate that holds the writer until it is opened, and then says what it is told to. */
struct gate {
	sem_t reached, open;
	atomic_int answer; /* enum hyk_status */
	atomic_bool free;  /* holds nobody any more */
};

static enum hyk_status
hold(void *self)
{
	struct gate *g = self;

	if (!g->free) {
		sem_post(&g->reached);
		sem_wait(&g->open);
	}
	return (enum hyk_status)g->answer;
}

static void
gate_init(struct gate *g, struct hyk_ledger_options *o)
{
	memset(g, 0, sizeof(*g));
	sem_init(&g->reached, 0, 0);
	sem_init(&g->open, 0, 0);
	*o = (struct hyk_ledger_options){ .gate = hold, .gate_self = g };
}

/* The promise: while the commit is held back nobody has been told. The same check must see a planted early answer. */
static bool
told_before_commit(bool planted)
{
	struct hyk_ledger_options o;
	struct hyk_ledger *l;
	struct gate g;
	struct item a;
	bool told;

	gate_init(&g, &o);
	o.plant_early_answer = planted;
	l = open_ledger(&o);
	if (!l)
		return !planted;
	fill(&a, "a");
	CHECK_INT(hyk_ledger_submit(l, &a.batch), HYK_OK);
	sem_wait(&g.reached);
	told = a.n_told != 0;
	CHECK(!recorded("a"));
	g.free = true;
	sem_post(&g.open);
	hyk_ledger_close(l);
	CHECK_INT(a.n_told, 1);
	CHECK_INT(a.told, HYK_OK);
	CHECK(recorded("a"));
	return told;
}

TEST(nobody_is_told_before_the_commit)
{
	begin();
	CHECK(!told_before_commit(false));
	end();
	begin();
	CHECK(told_before_commit(true));
	end();
}

TEST(a_failed_commit_fails_everyone)
{
	enum { N = 5 };
	struct hyk_ledger_options o;
	struct hyk_ledger *l;
	struct gate g;
	struct item first, it[N], again;
	char id[8];

	begin();
	gate_init(&g, &o);
	l = open_ledger(&o);
	REQUIRE(l != NULL);
	fill(&first, "first");
	CHECK_INT(hyk_ledger_submit(l, &first.batch), HYK_OK);
	sem_wait(&g.reached);
	/* While the first is held, the others become one transaction. */
	for (int i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "it%d", i);
		fill(&it[i], id);
		CHECK_INT(hyk_ledger_submit(l, &it[i].batch), HYK_OK);
	}
	CHECK_INT(hyk_ledger_stats(l).queued, N);
	sem_post(&g.open);
	sem_wait(&g.reached);
	CHECK_INT(first.n_told, 1);
	g.answer = HYK_E_IO;
	fill(&again, "it0");
	CHECK_INT(hyk_ledger_submit(l, &again.batch), HYK_OK);
	sem_post(&g.open);
	sem_wait(&g.reached);
	for (int i = 0; i < N; i++) {
		CHECK_INT(it[i].n_told, 1);
		CHECK_INT(it[i].told, HYK_E_IO);
		CHECK(!recorded(it[i].id));
	}
	CHECK(!hyk_ledger_ready(l));
	/* What failed may be tried again, and takes the index that was not used. */
	g.answer = HYK_OK;
	g.free = true;
	sem_post(&g.open);
	hyk_ledger_close(l);
	CHECK_INT(again.told, HYK_OK);
	CHECK_INT(again.record.index, 1);
	CHECK(recorded("it0"));
	CHECK_INT(count_records(), 2);
	end();
}

TEST(ready_again_by_itself)
{
	struct hyk_ledger_options o;
	struct hyk_ledger *l;
	struct gate g;
	struct item a, b;

	begin();
	gate_init(&g, &o);
	g.answer = HYK_E_FULL;
	l = open_ledger(&o);
	REQUIRE(l != NULL);
	fill(&a, "a");
	CHECK_INT(hyk_ledger_submit(l, &a.batch), HYK_OK);
	sem_wait(&g.reached);
	sem_post(&g.open);
	/* Nobody asks any more: the writer comes to the gate alone. */
	sem_wait(&g.reached);
	CHECK_INT(a.told, HYK_E_FULL);
	CHECK(!hyk_ledger_ready(l));
	g.answer = HYK_OK;
	g.free = true;
	sem_post(&g.open);
	fill(&b, "b");
	CHECK_INT(hyk_ledger_submit_wait(l, &b.batch), HYK_OK);
	CHECK_INT(b.record.index, 0);
	CHECK(hyk_ledger_ready(l));
	CHECK_INT(hyk_ledger_stats(l).failed_commits, 1);
	hyk_ledger_close(l);
	end();
}

static enum hyk_status
count_in_meta(void *self, struct hyk_store *s, const struct hyk_store_record *records, size_t n)
{
	struct item *it = self;

	CHECK_INT(n, it->batch.n);
	CHECK(records == it->batch.records);
	CHECK_INT(hyk_store_set_meta(s, hyk_str_from_c(it->id), HYK_STR("projected")), HYK_OK);
	return it->told; /* what the test put there */
}

TEST(a_projection_fails_alone)
{
	struct hyk_ledger_options o;
	struct hyk_ledger *l;
	struct hyk_store *s = NULL;
	struct hyk_str v;
	struct gate g;
	struct item first, bad, twice, good, none;
	struct hyk_store_record two[2];

	begin();
	gate_init(&g, &o);
	l = open_ledger(&o);
	REQUIRE(l != NULL);
	fill(&first, "first");
	CHECK_INT(hyk_ledger_submit(l, &first.batch), HYK_OK);
	sem_wait(&g.reached);
	g.free = true;
	fill(&bad, "bad");
	bad.batch.project = count_in_meta;
	bad.told = HYK_E_DENIED;
	CHECK_INT(hyk_ledger_submit(l, &bad.batch), HYK_OK);
	/* Two records, the second with an id that is there: neither stays. */
	fill(&twice, "twice");
	two[0] = twice.record;
	two[1] = first.record;
	twice.batch.records = two;
	twice.batch.n = 2;
	CHECK_INT(hyk_ledger_submit(l, &twice.batch), HYK_OK);
	fill(&good, "good");
	good.batch.project = count_in_meta;
	CHECK_INT(hyk_ledger_submit(l, &good.batch), HYK_OK);
	fill(&none, "none");
	none.batch.n = 0;
	none.batch.project = count_in_meta;
	CHECK_INT(hyk_ledger_submit(l, &none.batch), HYK_OK);
	sem_post(&g.open);
	hyk_ledger_close(l);
	CHECK_INT(first.told, HYK_OK);
	CHECK_INT(bad.told, HYK_E_DENIED);
	CHECK_INT(twice.told, HYK_E_EXISTS);
	CHECK_INT(good.told, HYK_OK);
	CHECK_INT(none.told, HYK_OK);
	CHECK_INT(good.record.index, 1);
	CHECK(recorded("good") && !recorded("bad") && !recorded("twice"));
	REQUIRE(hyk_store_open(dir, &s, NULL) == HYK_OK);
	CHECK_INT(hyk_store_count(s), 2);
	CHECK_INT(hyk_store_meta(s, &arena, HYK_STR("bad"), &v), HYK_OK);
	CHECK_INT(v.n, 0);
	CHECK_INT(hyk_store_meta(s, &arena, HYK_STR("good"), &v), HYK_OK);
	CHECK_STR(v, "projected");
	CHECK_INT(hyk_store_meta(s, &arena, HYK_STR("none"), &v), HYK_OK);
	CHECK_STR(v, "projected");
	hyk_store_close(s);
	end();
}

TEST(the_queue_is_bounded)
{
	struct hyk_ledger_options o;
	struct hyk_ledger *l;
	struct gate g;
	struct item held, it[4], big;
	struct hyk_store_record many[9];
	char id[8];

	begin();
	gate_init(&g, &o);
	o.queue_records = 3;
	l = open_ledger(&o);
	REQUIRE(l != NULL);
	fill(&held, "held");
	CHECK_INT(hyk_ledger_submit(l, &held.batch), HYK_OK);
	sem_wait(&g.reached);
	for (int i = 0; i < 4; i++) {
		snprintf(id, sizeof(id), "it%d", i);
		fill(&it[i], id);
		CHECK_INT(hyk_ledger_submit(l, &it[i].batch), i < 3 ? HYK_OK : HYK_E_BUSY);
	}
	CHECK_INT(hyk_ledger_stats(l).refused, 1);
	CHECK_INT(it[3].n_told, 0);
	g.free = true;
	sem_post(&g.open);
	hyk_ledger_close(l);
	CHECK_INT(it[2].told, HYK_OK);
	CHECK_INT(it[3].n_told, 0);
	/* Larger than the queue: alone it gets in. */
	o.gate = NULL;
	l = open_ledger(&o);
	REQUIRE(l != NULL);
	fill(&big, "");
	for (int i = 0; i < 9; i++)
		many[i] = big.record;
	big.batch.records = many;
	big.batch.n = 9;
	CHECK_INT(hyk_ledger_submit_wait(l, &big.batch), HYK_OK);
	CHECK_INT(many[8].index, 12);
	hyk_ledger_close(l);
	end();
}

enum { THREADS = 4, EACH = 400 };

struct submitter {
	struct hyk_ledger *l;
	struct item *items;
};

static void *
submit_many(void *self)
{
	struct submitter *s = self;

	for (int i = 0; i < EACH; i++) {
		while (hyk_ledger_submit(s->l, &s->items[i].batch) == HYK_E_BUSY)
			sched_yield();
	}
	return NULL;
}

TEST(many_threads)
{
	struct hyk_ledger_options o = { .queue_records = 64 };
	struct submitter s[THREADS];
	pthread_t thread[THREADS];
	struct hyk_ledger *l;
	bool *seen = calloc(THREADS * EACH, 1);
	char id[16];

	begin();
	l = open_ledger(&o);
	REQUIRE(l != NULL && seen);
	for (int t = 0; t < THREADS; t++) {
		s[t] = (struct submitter){ .l = l, .items = calloc(EACH, sizeof(struct item)) };
		for (int i = 0; i < EACH; i++) {
			snprintf(id, sizeof(id), "%d-%d", t, i);
			fill(&s[t].items[i], id);
		}
		CHECK_INT(pthread_create(&thread[t], NULL, submit_many, &s[t]), 0);
	}
	for (int t = 0; t < THREADS; t++)
		CHECK_INT(pthread_join(thread[t], NULL), 0);
	(void)hyk_ledger_stats(l);
	hyk_ledger_close(l);
	for (int t = 0; t < THREADS; t++) {
		for (int i = 0; i < EACH; i++) {
			struct item *it = &s[t].items[i];

			CHECK_INT(it->n_told, 1);
			CHECK_INT(it->told, HYK_OK);
			if (CHECK(it->record.index < THREADS * EACH && !seen[it->record.index]))
				seen[it->record.index] = true;
			/* One thread's records keep their order. */
			CHECK(i == 0 || it->record.index > s[t].items[i - 1].record.index);
		}
		free(s[t].items);
	}
	CHECK_INT(count_records(), THREADS * EACH);
	free(seen);
	end();
}

/* What the child told its client before it was killed: index and id, one whole write each. */
struct receipt {
	uint64_t index;
	char id[24];
};

static int receipt_fd;

static void
send_receipt(void *self, enum hyk_status st)
{
	struct item *it = self;
	struct receipt r = { .index = it->record.index };

	memcpy(r.id, it->id, sizeof(r.id));
	if (st == HYK_OK && write(receipt_fd, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	sem_post(it->sem);
}

static void
serve_until_killed(int round)
{
	enum { OUT = 16 };
	static struct item items[OUT];
	struct hyk_ledger *l = open_ledger(NULL);
	sem_t sem;
	char id[24];

	if (!l)
		_exit(1);
	sem_init(&sem, 0, OUT);
	/* A slot is used again when OUT later ones were told; answers come in order. */
	for (unsigned long i = 0;; i++) {
		struct item *it = &items[i % OUT];

		sem_wait(&sem);
		snprintf(id, sizeof(id), "%d-%lu", round, i);
		fill(it, id);
		it->batch.done = send_receipt;
		it->sem = &sem;
		if (hyk_ledger_submit(l, &it->batch) != HYK_OK)
			_exit(1);
	}
}

TEST(killed_at_any_moment)
{
	enum { ROUNDS = 20 };
	struct receipt *told = NULL, r;
	size_t n_told = 0, before;
	struct hyk_store_reader *reader = NULL;
	struct hyk_store_record got = { 0 };
	unsigned seed = 12345;

	begin();
	for (int round = 0; round < ROUNDS; round++) {
		int fd[2], status = 0;
		unsigned wanted;
		pid_t pid;

		REQUIRE(pipe(fd) == 0);
		pid = fork();
		if (pid == 0) {
			close(fd[0]);
			receipt_fd = fd[1];
			serve_until_killed(round);
		}
		close(fd[1]);
		/* The moment is a number of answers, somewhere inside what the writer then does. */
		seed = seed * 1664525u + 1013904223u;
		wanted = seed >> 22;
		before = n_told;
		while (read(fd[0], &r, sizeof(r)) == (ssize_t)sizeof(r)) {
			told = realloc(told, (n_told + 1) * sizeof(*told));
			REQUIRE(told != NULL);
			told[n_told++] = r;
			if (n_told - before == wanted + 1)
				kill(pid, SIGKILL);
		}
		close(fd[0]);
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status));
		CHECK(n_told > before);
	}
	CHECK(count_records() >= n_told);
	REQUIRE(hyk_store_reader_open(dir, &reader, NULL) == HYK_OK);
	for (size_t i = 0; i < n_told; i++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);

		CHECK_INT(hyk_store_reader_find(reader, &arena, hyk_str_from_c(told[i].id), &got), HYK_OK);
		CHECK_INT(got.index, told[i].index);
		hyk_arena_rewind(&arena, m);
	}
	hyk_store_reader_close(reader);
	free(told);
	end();
}

int
main(void)
{
	/* First, while there is one thread. */
	RUN(killed_at_any_moment);
	RUN(answers_in_order);
	RUN(nobody_is_told_before_the_commit);
	RUN(a_failed_commit_fails_everyone);
	RUN(ready_again_by_itself);
	RUN(a_projection_fails_alone);
	RUN(the_queue_is_bounded);
	RUN(many_threads);
	return check_done();
}
