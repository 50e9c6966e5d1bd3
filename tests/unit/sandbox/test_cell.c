/* SPDX-License-Identifier: Apache-2.0 */
/* Jails that are killed, broken, wedged and missing: who is blamed, and that every call gets its
 * own answer. */
#include "open_jail.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"

/* The live jails among the processes that this one's threads have started, the oldest first. */
static size_t
find_jails(pid_t *pids, char *states, size_t room)
{
	DIR *d = opendir("/proc/self/task");
	size_t n = 0;

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		char path[300], name[32];
		int pid;
		FILE *f, *stat;

		snprintf(path, sizeof(path), "/proc/self/task/%s/children", e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && n < room && fscanf(f, "%d", &pid) == 1) {
			snprintf(path, sizeof(path), "/proc/%d/stat", pid);
			stat = fopen(path, "r");
			/* The name is another before it runs its own program, the state Z when it
			 * is over. */
			if (stat && fscanf(stat, "%*d (%31[^)]) %c", name, &states[n]) == 2 &&
			    strcmp(name, "hyangyak-jail") == 0 && states[n] != 'Z' &&
			    states[n] != 'X')
				pids[n++] = (pid_t)pid;
			if (stat)
				fclose(stat);
		}
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return n;
}

/* Sends a signal from outside to all our jails or to the oldest: the one at work, when there is
 * one. How many. */
static int
signal_jails(int sig, bool all)
{
	pid_t pids[64];
	char states[64];
	size_t n = find_jails(pids, states, HYK_ARRAY_LEN(pids));
	int hit = 0;

	for (size_t i = 0; i < n && (all || i == 0); i++)
		hit += kill(pids[i], sig) == 0;
	return hit;
}

TEST(a_jail_that_is_killed_is_replaced_and_the_call_answers)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	unsigned ok = 0;

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (int round = 0; round < 10; round++) {
		struct hyk_jail_call c;

		if (!CHECK_INT(signal_jails(SIGKILL, false), 1))
			break;
		for (int i = 0; i < 3; i++) {
			c = call(j, (uint32_t)i % 2, HYK_HOOK_PERMIT, "{}");
			ok += c.outcome == HYK_JAIL_OK &&
			    hyk_str_eq_c(hyk_value_str(*hyk_value_get(c.answer, "answer")),
				i % 2 ? "need" : "permit");
		}
	}
	CHECK_INT(ok, 30);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	hyk_jail_close(j);
}

/* The one at work and the spare, as often as would be quarantine were it the plugin's fault. */
TEST(jails_killed_from_outside_are_nobody_s_fault)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_jail_call c[2];
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (int round = 0; round < 5; round++) {
		CHECK(signal_jails(round % 2 ? SIGTERM : SIGKILL, true) >= 1);
		for (uint32_t i = 0; i < 2; i++)
			c[i] = (struct hyk_jail_call){
				.plugin = i, .hook = HYK_HOOK_PERMIT, .request = json("{}")
			};
		hyk_jail_run(j, c, 2, &arena);
		CHECK_INT(c[0].outcome, HYK_JAIL_OK);
		CHECK_INT(c[1].outcome, HYK_JAIL_OK);
		CHECK(c[0].again && !c[0].replaced && !c[1].again);
	}
	CHECK_INT(hyk_jail_stats(j).deadlines, 0);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	CHECK(hyk_jail_stats(j).replaced >= 5); /* the spare may die a moment after it was taken */
	CHECK(hyk_jail_stats(j).outside_kills >= 5);
	hyk_jail_close(j);
}

/* A fault is the jail's own: whoever was running is held to it. */
/* Nobody can start it for a while; then it is there again, and no call was lost. */
TEST(a_jail_that_cannot_be_started_is_tried_again)
{
	char folder[] = "/tmp/hyk-jail-XXXXXX", path[64], away[80], real[PATH_MAX];
	struct hyk_jail_source s = body("return permit()");
	struct hyk_jail_options o = { .program = path, .cpu = -1 };
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;
	struct hyk_value m;
	unsigned tries = 0;

	REQUIRE(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/hyangyak-jail", folder);
	snprintf(away, sizeof(away), "%s.away", path);
	REQUIRE(realpath(jail_program(), real) && symlink(real, path) == 0);
	REQUIRE(hyk_jail_open(&o, &s, 1, &arena, &j, &m, NULL) == HYK_OK);
	CHECK(hyk_jail_trouble(j) == NULL);
	REQUIRE(rename(path, away) == 0);
	CHECK(signal_jails(SIGKILL, true) >= 1);
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_ERROR);
	CHECK_STR(c.message, "the jail could not be replaced");
	CHECK(hyk_jail_trouble(j) != NULL && strstr(hyk_jail_trouble(j), "cannot be started"));
	/* These do not wait. */
	for (int i = 0; i < 100; i++)
		CHECK_INT(call(j, 0, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_ERROR);
	REQUIRE(rename(away, path) == 0);
	do {
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		sched_yield();
	} while (c.outcome != HYK_JAIL_OK && ++tries < 100000000);
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	CHECK(hyk_jail_trouble(j) == NULL);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	hyk_jail_close(j);
	unlink(path);
	rmdir(folder);
}

TEST(a_jail_that_crashes_is_a_strike)
{
	static const int signals[] = { SIGSEGV, SIGSYS, SIGBUS };
	struct hyk_jail_source s[] = { body("return permit()"), body("return permit()") };
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;
	struct hyk_value m[2];

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(signals); i++) {
		CHECK_INT(call(j, 1, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_OK);
		CHECK_INT(signal_jails(signals[i], false), 1);
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		CHECK_INT(c.outcome, HYK_JAIL_DEADLINE);
		CHECK(c.replaced && !c.again);
		CHECK_INT(hyk_jail_stats(j).strikes, i + 1);
	}
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_REJECT_LOAD);
	CHECK(c.quarantined);
	CHECK_INT(hyk_jail_stats(j).deadlines, 0);
	CHECK_INT(hyk_jail_stats(j).outside_kills, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	hyk_jail_close(j);
}

/* How many of n calls of the plugin were answered. */
static unsigned
many_calls(struct hyk_jail *j, uint32_t index, unsigned n)
{
	struct hyk_value request = json("{}");
	struct hyk_jail_call c[100];
	unsigned ok = 0;

	while (n > 0) {
		unsigned part = n < HYK_ARRAY_LEN(c) ? n : HYK_ARRAY_LEN(c);
		struct hyk_arena a;

		hyk_arena_init(&a, 0);
		for (unsigned i = 0; i < part; i++)
			c[i] = (struct hyk_jail_call){
				.plugin = index, .hook = HYK_HOOK_PERMIT, .request = request
			};
		hyk_jail_run(j, c, part, &a);
		for (unsigned i = 0; i < part; i++)
			ok += c[i].outcome == HYK_JAIL_OK;
		hyk_arena_fini(&a);
		n -= part;
	}
	return ok;
}

static void
crash(struct hyk_jail *j, uint32_t index)
{
	/* A neighbour's call: now there is one at work. */
	CHECK_INT(call(j, 1 - index, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_OK);
	CHECK_INT(signal_jails(SIGSEGV, false), 1);
	CHECK_INT(call(j, index, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_DEADLINE);
}

TEST(a_strike_is_forgotten_after_ten_thousand_good_calls)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return permit()") };
	struct hyk_jail_limits limits = { .strikes = 2 };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;

	REQUIRE(open_with(s, 2, &limits, &j, m) == HYK_OK);
	crash(j, 0);
	CHECK_INT(many_calls(j, 0, 10000), 10000);
	crash(j, 0); /* the only one held against it */
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	/* One too few, and those of others do not count. */
	CHECK_INT(many_calls(j, 0, 9999), 9999);
	CHECK_INT(many_calls(j, 1, 100), 100);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(many_calls(j, 0, 5), 0);
	CHECK_INT(many_calls(j, 1, 5), 5);
	hyk_jail_close(j);
}

TEST(a_quarantine_is_probed_and_lifted_by_success)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return permit()") };
	struct hyk_jail_limits limits = { .strikes = 2 };
	struct hyk_jail *j = NULL;
	struct hyk_value m[2];

	REQUIRE(open_with(s, 2, &limits, &j, m) == HYK_OK);
	crash(j, 0);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	/* A probe that fails leaves all as it was. */
	CHECK_INT(many_calls(j, 0, 99999), 0);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(hyk_jail_stats(j).strikes, 3);
	CHECK_INT(many_calls(j, 0, 99999), 0);
	CHECK_INT(many_calls(j, 0, 1), 1);
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	CHECK_INT(many_calls(j, 0, 100), 100);
	/* One strike brings it back. */
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(many_calls(j, 0, 100), 0);
	hyk_jail_close(j);
}

/* A jail that stands still and uses no time of its own: it gets eight deadlines, then it is
 * replaced. */
TEST(three_missed_deadlines_are_quarantine_for_that_plugin_alone)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_jail_limits limits = { .deadline_ms = 3 };
	struct hyk_jail_call c = { 0 };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	int late = 0;

	REQUIRE(open_with(s, 2, &limits, &j, m) == HYK_OK);
	for (int round = 0; round < 50; round++) {
		CHECK(signal_jails(SIGSTOP, true) >= 1);
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		if (c.outcome == HYK_JAIL_REJECT_LOAD)
			break;
		if (c.outcome == HYK_JAIL_DEADLINE) {
			CHECK(c.replaced);
			CHECK(c.message.n > 0);
			late++;
		}
	}
	CHECK_INT(late, 3);
	CHECK_STR(c.message, "the plugin is in quarantine");
	CHECK_INT(hyk_jail_stats(j).deadlines, 3);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	signal_jails(SIGCONT, true);
	c = call(j, 1, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	CHECK(hyk_jail_stats(j).replaced >= 3);
	hyk_jail_close(j);
}

/* Dear work for few units: each pattern takes a good part of a millisecond to make, which is the
 * deadline. */
static const char wedge[] = "re.match('', '(?i)[^' .. ('\\\\PL'):rep(300) .. ']')";

#define STORMERS 3
#define STORM_CALLS 8
#define MOST_OUTAGES 10000

/* Rounds are passed out one by one; each brings one hit from outside, whosoever jail it meets. */
static atomic_uint rounds_left;
static pthread_barrier_t all_open;

struct storm {
	char mark;
	unsigned rounds, wrong, deadlines, errors, again, waited, hits;
	uint64_t *outages_ns; /* one for each deadline */
	size_t n_outages;
};

/* A number below n, the same sequence in every run. */
static unsigned
chance(uint64_t *state, unsigned n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((*state >> 33) % n);
}

static bool
hit_one(uint64_t *luck)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGSEGV, SIGSTOP, SIGSTOP };
	int sig = signals[chance(luck, HYK_ARRAY_LEN(signals))];
	pid_t pids[64];
	char states[64];
	size_t n = find_jails(pids, states, HYK_ARRAY_LEN(pids)), i;

	if (n == 0)
		return false;
	i = chance(luck, (unsigned)n);
	/* Stopped while it starts, it would only cost seconds. */
	return (sig != SIGSTOP || states[i] == 'S') && kill(pids[i], sig) == 0;
}

/* Did the call get its own answer, or none with a reason? */
static bool
is_right(struct storm *x, const struct hyk_jail_call *c, unsigned number)
{
	const struct hyk_value *code = hyk_value_get(c->answer, "code");
	char want[32];

	x->again += c->again;
	snprintf(want, sizeof(want), "%c%u", x->mark, number);
	switch (c->outcome) {
	case HYK_JAIL_DEADLINE:
		x->deadlines++;
		return c->replaced;
	case HYK_JAIL_BUDGET:
	case HYK_JAIL_MEMORY:
		return c->plugin == 1;
	case HYK_JAIL_ERROR:
		if (c->plugin == 1 && hyk_str_find(c->message, HYK_STR("too large")) != SIZE_MAX)
			return true;
		/* Killed each time it ran, or again and again while it was started. */
		x->errors++;
		return hyk_str_find(c->message, HYK_STR("the jail")) == 0;
	case HYK_JAIL_OK:
		return c->plugin == 0 && code && hyk_str_eq_c(hyk_value_str(*code), want);
	case HYK_JAIL_BAD_RESULT:
	case HYK_JAIL_REJECT_LOAD:
		return false;
	}
	return false;
}

/* Until the hit of this round is dealt out, and as long as there is no jail, as a patient client.
 */
static void
await_jail(struct storm *x, struct hyk_jail *j, struct hyk_arena *a)
{
	struct hyk_arena_mark mark = hyk_arena_mark(a);
	struct hyk_jail_call c = { .hook = HYK_HOOK_PERMIT };
	unsigned tries = 0;

	do {
		struct hyk_mapb b;

		hyk_arena_rewind(a, mark);
		hyk_mapb_init(&b, a);
		x->wrong += !hyk_mapb_add_c(&b, "i", hyk_int(0));
		c.request = hyk_mapb_finish(&b, NULL);
		hyk_jail_run(j, &c, 1, a);
		sched_yield();
	} while (c.outcome == HYK_JAIL_ERROR && ++tries < 10000000);
	x->waited += tries > 0;
}

static void
storm_round(struct storm *x, struct hyk_jail *j, struct hyk_arena *a, uint64_t *luck)
{
	struct hyk_jail_call c[STORM_CALLS], *late = NULL;
	unsigned wedged = chance(luck, STORM_CALLS * 2); /* every other round */
	unsigned n_late = 0;
	uint64_t took_ns;

	for (unsigned i = 0; i < STORM_CALLS; i++) {
		struct hyk_mapb b;

		hyk_mapb_init(&b, a);
		x->wrong += !hyk_mapb_add_c(&b, "i", hyk_int(x->rounds * STORM_CALLS + i));
		c[i] = (struct hyk_jail_call){ .plugin = i == wedged,
			.hook = HYK_HOOK_PERMIT,
			.request = hyk_mapb_finish(&b, NULL) };
	}
	took_ns = hyk_clock_monotonic_ns();
	hyk_jail_run(j, c, STORM_CALLS, a);
	took_ns = hyk_clock_monotonic_ns() - took_ns;
	for (unsigned i = 0; i < STORM_CALLS; i++) {
		if (c[i].outcome == HYK_JAIL_DEADLINE) {
			late = &c[i];
			n_late++;
		}
		if (!is_right(x, &c[i], x->rounds * STORM_CALLS + i)) {
			x->wrong++;
			fprintf(stderr, "    round %u call %u: %s %.*s\n", x->rounds, i,
			    hyk_jail_outcome_name(c[i].outcome), HYK_STR_ARG(c[i].message));
		}
	}
	/* The outage after a deadline: what the others waited after it had passed. */
	if (n_late == 1 && x->n_outages < MOST_OUTAGES)
		x->outages_ns[x->n_outages++] = took_ns - (uint64_t)late->micros * 1000;
	x->rounds++;
}

static void *
storm(void *arg)
{
	struct storm *x = arg;
	char text[64];
	struct hyk_jail_source s[2];
	struct hyk_jail_limits limits = { .deadline_ms = 1, .strikes = 1000000 };
	struct hyk_jail_options o = { .program = jail_program(), .cpu = -1, .limits = limits };
	struct hyk_arena a;
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	uint64_t luck = (uint64_t)x->mark;
	unsigned left;

	snprintf(text, sizeof(text), "return forbid('%c' .. req.i, 't')", x->mark);
	s[0] = body(text);
	s[1] = body(wedge);
	hyk_arena_init(&a, 0);
	x->wrong = hyk_jail_open(&o, s, 2, &a, &j, m, NULL) != HYK_OK;
	pthread_barrier_wait(&all_open);
	if (x->wrong) {
		hyk_arena_fini(&a);
		return NULL;
	}
	while ((left = atomic_load(&rounds_left)) > 0) {
		struct hyk_arena_mark mark = hyk_arena_mark(&a);

		if (!atomic_compare_exchange_strong(&rounds_left, &left, left - 1))
			continue;
		await_jail(x, j, &a);
		x->hits += hit_one(&luck);
		storm_round(x, j, &a, &luck);
		hyk_arena_rewind(&a, mark);
	}
	hyk_jail_close(j);
	hyk_arena_fini(&a);
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

TEST(no_answer_is_lost_doubled_or_swapped_in_a_storm)
{
	static uint64_t outages_ns[STORMERS][MOST_OUTAGES], all[STORMERS * MOST_OUTAGES];
	unsigned rounds = getenv("HYK_LONG") ? 10000 : 200, hits = 0, done = 0, deadlines = 0,
		 errors = 0, again = 0, waited = 0;
	pthread_t t[STORMERS];
	struct storm x[STORMERS] = { { 0 } };
	size_t n = 0;

	atomic_store(&rounds_left, rounds);
	REQUIRE(pthread_barrier_init(&all_open, NULL, STORMERS) == 0);
	for (int i = 0; i < STORMERS; i++) {
		x[i].mark = (char)('A' + i);
		x[i].outages_ns = outages_ns[i];
		REQUIRE(pthread_create(&t[i], NULL, storm, &x[i]) == 0);
	}
	for (int i = 0; i < STORMERS; i++) {
		pthread_join(t[i], NULL);
		CHECK_INT(x[i].wrong, 0);
		done += x[i].rounds;
		deadlines += x[i].deadlines;
		errors += x[i].errors;
		again += x[i].again;
		waited += x[i].waited;
		hits += x[i].hits;
		memcpy(all + n, outages_ns[i], x[i].n_outages * sizeof(all[0]));
		n += x[i].n_outages;
	}
	CHECK_INT(done, rounds);
	CHECK(hits > 0);
	CHECK(deadlines > 0);
	CHECK(n > 0);
	qsort(all, n, sizeof(all[0]), by_size);
	printf(
	    "# %u rounds, %u hits from outside: %u calls missed their deadline, %u ran again, %u found no jail, %u times one had to be awaited; "
	    "outage after a deadline: p50 %u us, p99 %u us of %zu\n",
	    done, hits, deadlines, again, errors, waited, n ? (unsigned)(all[n / 2] / 1000) : 0,
	    n ? (unsigned)(all[n * 99 / 100] / 1000) : 0, n);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(a_jail_that_is_killed_is_replaced_and_the_call_answers);
	RUN(jails_killed_from_outside_are_nobody_s_fault);
	RUN(a_jail_that_cannot_be_started_is_tried_again);
	RUN(a_jail_that_crashes_is_a_strike);
	RUN(a_strike_is_forgotten_after_ten_thousand_good_calls);
	RUN(a_quarantine_is_probed_and_lifted_by_success);
	RUN(three_missed_deadlines_are_quarantine_for_that_plugin_alone);
	RUN(no_answer_is_lost_doubled_or_swapped_in_a_storm);
	hyk_arena_fini(&arena);
	return check_done();
}
