/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plugins cost, in microseconds: a call in process, a call in the jail by itself and in
 * batches, a decision with a hook beside the same decision without, how long a wedged jail holds up
 * the next call, and a light decision beside a slow plugin. One JSON object. Not a test: it cannot
 * fail by time.
 *   bench_jail [CALLS [CPU]]
 */
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/engine.h"
#include "sandbox/box.h"
#include "sandbox/wire_value.h"

#define BATCH 16
#define MOST 200000

static double samples[MOST];

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
report(const char *name, size_t n)
{
	qsort(samples, n, sizeof(samples[0]), by_size);
	printf(",\n \"%s\": {\"n\": %zu, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f}", name, n,
	    samples[n / 2], samples[n * 9 / 10], samples[n * 99 / 100]);
	fflush(stdout);
}

static double
micros_since(uint64_t ns)
{
	return (double)(hyk_clock_monotonic_ns() - ns) / 1000;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench_jail: %s\n", what);
	exit(1);
}

static const char hook[] = "if req.context.party_size > req.resource.seats then\n"
			   "  return forbid('FULL', { ko = '가득 찼습니다', en = 'Full' })\n"
			   "end\n"
			   "return permit()\n";

static struct hyk_value
request(struct hyk_arena *a)
{
	struct hyk_mapb context, resource, b;

	hyk_mapb_init(&context, a);
	hyk_mapb_init(&resource, a);
	hyk_mapb_init(&b, a);
	if (!hyk_mapb_add_c(&context, "party_size", hyk_int(4)) ||
	    !hyk_mapb_add_c(&resource, "seats", hyk_int(6)) ||
	    !hyk_mapb_add_c(&b, "context", hyk_mapb_finish(&context, NULL)) ||
	    !hyk_mapb_add_c(&b, "resource", hyk_mapb_finish(&resource, NULL)))
		die("no memory");
	return hyk_mapb_finish(&b, NULL);
}

/* ---- in process ---- */

static void
in_process(size_t n)
{
	static struct hyk_box box;
	struct hyk_jail_limits limits = { 0 };
	static uint8_t in[4096], out[65536];
	struct hyk_wire_out w = { in, 0, sizeof(in), false }, o = { out, 0, sizeof(out), false };
	struct hyk_wire_path path;
	struct hyk_arena a;
	void *arena = malloc(HYK_BOX_ARENA_BYTES), *vault = malloc(HYK_BOX_VAULT_BYTES),
	     *scratch = malloc(HYK_BOX_SCRATCH_BYTES);

	if (!arena || !vault || !scratch)
		die("no memory");
	hyk_arena_init(&a, 0);
	hyk_box_init(&box, arena, vault, scratch, &limits);
	hyk_box_load(&box, 0, hyk_str_from_c(hook), true, &o);
	hyk_wire_path_init(&path);
	if (!hyk_wire_put_value(&w, request(&a), &hyk_box_request_limits, &path))
		die("the request cannot cross");
	for (size_t i = 0; i < n + 1000; i++) {
		struct hyk_wire_in r = { in, w.n, 0, false };
		uint64_t t = hyk_clock_monotonic_ns();

		o.n = 0;
		hyk_box_call(&box, 0, HYK_HOOK_PERMIT, &r, &o);
		if (i >= 1000)
			samples[i - 1000] = micros_since(t);
	}
	if (out[0] != HYK_JAIL_OK)
		die("the hook does not answer");
	report("in_process_us", n);
	hyk_arena_fini(&a);
	free(arena);
	free(vault);
	free(scratch);
}

/* ---- in the jail ---- */

static char program[4096];

static struct hyk_jail *
open_jail(int cpu, bool allow_counter, struct hyk_arena *a)
{
	struct hyk_jail_source s = { HYK_STR("hook.lua"), hyk_str_from_c(hook), true };
	struct hyk_jail_options o = {
		.program = program, .cpu = cpu, .allow_counter = allow_counter
	};
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	if (hyk_jail_open(&o, &s, 1, a, &j, &m, NULL) != HYK_OK)
		die("there is no jail");
	return j;
}

static void
in_jail(size_t n, int cpu, bool allow_counter, size_t batch, const char *name)
{
	struct hyk_jail_call c[BATCH];
	struct hyk_arena a;
	struct hyk_arena_mark mark;
	struct hyk_jail *j;
	struct hyk_value r;

	hyk_arena_init(&a, 0);
	j = open_jail(cpu, allow_counter, &a);
	r = request(&a);
	mark = hyk_arena_mark(&a);
	for (size_t i = 0; i < n + 1000; i++) {
		uint64_t t = hyk_clock_monotonic_ns();

		for (size_t k = 0; k < batch; k++)
			c[k] = (struct hyk_jail_call){ .hook = HYK_HOOK_PERMIT, .request = r };
		hyk_jail_run(j, c, batch, &a);
		if (i >= 1000)
			samples[i - 1000] = micros_since(t) / (double)batch;
		if (c[batch - 1].outcome != HYK_JAIL_OK)
			die("a call was not answered");
		hyk_arena_rewind(&a, mark);
	}
	report(name, n);
	hyk_jail_close(j);
	hyk_arena_fini(&a);
}

/* ---- after a deadline ---- */

/* Dear work for few units: this pattern takes milliseconds to make and is too large then. */
static const char wedge[] = "re.match('', '(?i)[^' .. ('\\\\PL'):rep(300) .. ']')";

/* What the call behind one that missed its deadline waits after the deadline, with the spare warm.
 */
static void
outage(size_t n, int cpu)
{
	struct hyk_jail_source s[] = { { HYK_STR("hook.lua"), hyk_str_from_c(hook), true },
		{ HYK_STR("wedge.lua"), hyk_str_from_c(wedge), true } };
	struct hyk_jail_options o = { .program = program,
		.cpu = cpu,
		.limits = { .deadline_ms = 1, .strikes = UINT32_MAX } };
	struct timespec refill = { 0, 30 * 1000000 };
	struct hyk_jail *j = NULL;
	struct hyk_value m[2], r;
	struct hyk_diags diags;
	struct hyk_arena a;
	size_t got = 0;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	if (hyk_jail_open(&o, s, 2, &a, &j, m, &diags) != HYK_OK)
		die(diags.first ? diags.first->text[HYK_LANG_EN].p : "there is no jail");
	r = request(&a);
	for (size_t i = 0; i < n; i++) {
		struct hyk_jail_call c[2] = {
			{ .plugin = 1, .hook = HYK_HOOK_PERMIT, .request = r },
			{ .hook = HYK_HOOK_PERMIT, .request = r }
		};
		uint64_t t;

		nanosleep(&refill, NULL);
		t = hyk_clock_monotonic_ns();
		hyk_jail_run(j, c, 2, &a);
		if (c[0].outcome == HYK_JAIL_DEADLINE && c[1].outcome == HYK_JAIL_OK)
			samples[got++] = micros_since(t) - (double)c[0].micros;
	}
	if (got > 0)
		report("outage_after_a_deadline_us", got);
	hyk_jail_close(j);
	hyk_arena_fini(&a);
}

/* ---- a decision ---- */

static char folder[] = "/tmp/hyk-bench-XXXXXX";

static void
put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (char *p = path + strlen(folder) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		die("a file cannot be written");
}

static void
put_plugin(const char *name, const char *hooks)
{
	char path[64], text[2048];

	snprintf(path, sizeof(path), "plugins/%s/plugin.lua", name);
	snprintf(text, sizeof(text),
	    "return plugin { name = '%s', version = '1.0.0', api = 1, title = { ko = '%s', en = '%s' },\n"
	    "  reads = { 'context.party_size', 'resource.seats' },\n"
	    "  asset_type { name = '%s', extends = 'asset', registered = false, title = { ko = '%s', en = '%s' },\n"
	    "    facts = { decision_mode = { type = 'string', default = 'private' }, seats = { type = 'int', default = 6 } },\n"
	    "    context = { party_size = { type = 'int', default = 1 } }, actions = { sit = {} } }%s }\n",
	    name, name, name, name, name, name, hooks);
	put(path, text);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void
no_wake(void *self)
{
	(void)self;
}

static void
decide(struct hyk_worker *w, const char *type, double *ret_us)
{
	char body[512];
	struct hyk_exchange x = { .op = HYK_OP_EVALUATE };
	uint64_t t;

	snprintf(body, sizeof(body),
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},"
	    "\"resource\":{\"type\":\"%s\",\"id\":\"b1\"},\"context\":{\"party_size\":4}}",
	    type);
	x.body = hyk_str_from_c(body);
	x.caller.rights = HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN;
	snprintf(x.caller.commons, sizeof(x.caller.commons), "town");
	t = hyk_clock_monotonic_ns();
	if (!hyk_worker_start(w, &x))
		die("a dry run wants a record");
	*ret_us = micros_since(t);
	if (x.status != 200 || !strstr(hyk_buf_peek(&x.answer).p, "\"permit\"")) {
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(hyk_buf_peek(&x.answer)));
		die("the decision is another");
	}
	hyk_exchange_fini(&x);
}

static void
decisions(size_t n, int cpu)
{
	static double with[MOST];
	char commons[300], plugins[300];
	struct hyk_engine_options o = {
		.commons_dir = commons, .plugins_dir = plugins, .jail_program = program
	};
	struct hyk_engine *e = NULL;
	struct hyk_worker *w = NULL;
	double ignored, plain, hooked;

	if (!mkdtemp(folder))
		die("no folder");
	put("commons/commons.yaml",
	    "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
	    "may_decide: [{assets: [asset], actions: ['*']}]\n");
	put("commons/policies/rules.yaml",
	    "policy: bench\ncommons: town\nlayer: commons\ntitle: {ko: 벤치, en: Bench}\n"
	    "applies_to: {assets: [asset], actions: [sit]}\nrules:\n"
	    "  - id: open\n    effect: permit\n    because: {ko: 누구나 앉습니다, en: Anyone may sit}\n");
	put_plugin("plain", "");
	put_plugin("hooked",
	    ",\n  hooks = { permit = function(req)\n"
	    "    if req.context.party_size > req.resource.seats then return forbid('FULL', { ko = '가득', en = 'Full' }) end\n"
	    "    return permit()\n  end }");
	snprintf(commons, sizeof(commons), "%s/commons", folder);
	snprintf(plugins, sizeof(plugins), "%s/plugins", folder);
	if (hyk_engine_open(&o, &e, NULL) != HYK_OK ||
	    hyk_worker_open(e, cpu, no_wake, NULL, &w, NULL) != HYK_OK)
		die("there is no engine");
	for (size_t i = 0; i < 1000; i++) {
		decide(w, "plain", &ignored);
		decide(w, "hooked", &ignored);
	}
	for (size_t i = 0; i < n; i++) {
		decide(w, "plain", &samples[i]);
		decide(w, "hooked", &with[i]);
	}
	report("decision_without_hooks_us", n);
	plain = samples[n / 2];
	memcpy(samples, with, n * sizeof(samples[0]));
	report("decision_with_a_hook_us", n);
	hooked = samples[n / 2];
	printf(",\n \"hook_adds_us\": %.2f", hooked - plain);
	hyk_worker_close(w);
	hyk_engine_close(e);
}

/* ---- beside a slow plugin ---- */

#define OUTSTANDING 8

struct question {
	struct hyk_exchange x;
	char body[400];
	bool out;
};

/* True: done at once. */
static bool
ask(struct hyk_worker *w, struct question *q, const char *type, unsigned work)
{
	memset(&q->x, 0, sizeof(q->x));
	snprintf(q->body, sizeof(q->body),
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"sit\"},\"dry_run\":true,"
	    "\"resource\":{\"type\":\"%s\",\"id\":\"b1\"},\"context\":{\"party_size\":%u}}",
	    type, work);
	q->x.op = HYK_OP_EVALUATE;
	q->x.user = q;
	q->x.body = hyk_str_from_c(q->body);
	q->x.caller.rights = HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN;
	snprintf(q->x.caller.commons, sizeof(q->x.caller.commons), "town");
	q->out = !hyk_worker_start(w, &q->x);
	if (!q->out)
		hyk_exchange_fini(&q->x);
	return !q->out;
}

static void
take_back(struct hyk_worker *w)
{
	struct hyk_exchange *x;

	while ((x = hyk_worker_next_done(w)) != NULL) {
		struct question *q = x->user;

		hyk_exchange_fini(x);
		q->out = false;
	}
}

static void
light_ones(struct hyk_worker *w, size_t n, bool beside, const char *name)
{
	static struct question slow[OUTSTANDING], light;
	size_t in_lane = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t t;

		for (size_t k = 0; beside && k < OUTSTANDING; k++)
			if (!slow[k].out)
				in_lane += !ask(w, &slow[k], "hooked", 15000);
		t = hyk_clock_monotonic_ns();
		if (!ask(w, &light, "hooked2", 4))
			die("a light question went to the slow lane");
		samples[i] = micros_since(t);
		take_back(w);
	}
	for (size_t k = 0; k < OUTSTANDING; k++)
		while (slow[k].out)
			take_back(w);
	report(name, n);
	if (beside)
		printf(",\n \"asked_in_the_slow_lane_meanwhile\": %zu", in_lane);
}

/* One worker: light decisions alone, and while a plugin that uses most of its budget is asked all
 * the time. */
static void
beside_a_slow_one(size_t n, int cpu)
{
	char commons[300], plugins[300], state[300];
	struct hyk_engine_options o = { .commons_dir = commons,
		.plugins_dir = plugins,
		.state_dir = state,
		.jail_program = program };
	struct hyk_engine *e = NULL;
	struct hyk_worker *w = NULL;
	struct question q;

	snprintf(commons, sizeof(commons), "%s/commons", folder);
	snprintf(plugins, sizeof(plugins), "%s/plugins", folder);
	snprintf(state, sizeof(state), "%s/state", folder);
	put_plugin("hooked",
	    ",\n  hooks = { permit = function(req) for i = 1, req.context.party_size do end return permit() end }");
	put_plugin("hooked2", ",\n  hooks = { permit = function(req) return permit() end }");
	if (hyk_engine_open(&o, &e, NULL) != HYK_OK ||
	    hyk_worker_open(e, cpu, no_wake, NULL, &w, NULL) != HYK_OK)
		die("there is no engine with a state");
	light_ones(w, n, false, "light_decision_alone_us");
	for (unsigned i = 0; i < HYK_SLOW_AFTER; i++)
		if (!ask(w, &q, "hooked", 15000))
			die("it is slow too early");
	light_ones(w, n, true, "light_decision_beside_a_slow_plugin_us");
	hyk_worker_close(w);
	hyk_engine_close(e);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	int cpu = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
	const char *build = getenv("HYK_BUILD");
	cpu_set_t set;

	if (n < 100 || n > MOST)
		n = 20000;
	snprintf(program, sizeof(program), "%s/hyangyak-jail", build && *build ? build : "build");
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
	printf("{\"cpu\": %d", cpu);
	in_process(n);
	in_jail(n, cpu, false, 1, "jail_us");
	in_jail(n, cpu, true, 1, "jail_with_counter_us");
	in_jail(n / 4, cpu, false, BATCH, "jail_batch_16_us_each");
	in_jail(n / 4, cpu, true, BATCH, "jail_batch_16_with_counter_us_each");
	outage(n / 100, cpu);
	decisions(n, cpu);
	beside_a_slow_one(n, cpu);
	printf("}\n");
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
