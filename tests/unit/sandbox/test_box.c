/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first wall in this process: with every block from malloc, so that a
 * sanitizer sees its bounds, and once more in an arena with images.
 */
#include "corpus.h"

#include <time.h>

#include "base/clock.h"
#include "sandbox/box.h"
#include "sandbox/wire_value.h"

/* How many allocations of each script fail one after the other in a short run. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DENSE 60
#else
#define DENSE 250
#endif

static const struct hyk_jail_limits defaults;
static uint8_t out_bytes[1 << 20], request_bytes[16384];
static size_t request_n;
static bool is_long;

/* What the reply says first. */
static enum hyk_jail_outcome
call(struct hyk_box *b, uint32_t plugin, enum hyk_hook hook, struct hyk_str *ret_text,
    uint32_t *ret_units)
{
	struct hyk_wire_in request = { request_bytes, request_n, 0, false };
	struct hyk_wire_out out = { out_bytes, 0, sizeof(out_bytes), false };
	struct hyk_wire_in reply;
	uint8_t outcome;

	hyk_box_call(b, plugin, hook, &request, &out);
	CHECK(!out.full);
	reply = (struct hyk_wire_in){ out_bytes, out.n, 0, false };
	outcome = hyk_wire_get_u8(&reply);
	*ret_units = hyk_wire_get_u32(&reply);
	hyk_wire_get_u32(&reply);
	hyk_wire_get_str(&reply);
	*ret_text = outcome == HYK_JAIL_OK
	    ? hyk_str_make((const char *)out_bytes + reply.at, reply.n - reply.at)
	    : hyk_wire_get_str(&reply);
	CHECK(!reply.bad);
	return (enum hyk_jail_outcome)outcome;
}

static enum hyk_box_load
load(struct hyk_box *b, uint32_t plugin, struct hyk_str text, bool is_body)
{
	struct hyk_wire_out out = { out_bytes, 0, sizeof(out_bytes), false };

	hyk_box_load(b, plugin, text, is_body, &out);
	CHECK(!out.full && out.n > 0);
	return (enum hyk_box_load)out_bytes[0];
}

static void
make_request(void)
{
	struct hyk_wire_out out = { request_bytes, 0, sizeof(request_bytes), false };
	struct hyk_wire_path path;
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	hyk_wire_path_init(&path);
	CHECK(hyk_wire_put_value(&out, canary_request(&a), &hyk_box_request_limits, &path));
	request_n = out.n;
	hyk_arena_fini(&a);
}

static void
each_script(void (*fn)(struct hyk_box *, const struct script *))
{
	const char *folders[] = { check_conformance("sandbox"), "tests/sandbox" };
	static struct hyk_box box;

	for (size_t f = 0; f < HYK_ARRAY_LEN(folders); f++) {
		struct script *scripts = NULL;
		struct hyk_str canary;
		struct hyk_arena a;
		size_t n;

		if (!folders[f])
			continue;
		hyk_arena_init(&a, 0);
		n = read_corpus(&a, folders[f], &scripts, &canary);
		CHECK(n > 0);
		for (size_t i = 0; i < n; i++) {
			hyk_box_init(&box, NULL, NULL, NULL, &defaults);
			fn(&box, &scripts[i]);
			CHECK_INT(box.n_panics, 0);
		}
		hyk_arena_fini(&a);
	}
}

static void
complain(const struct script *s, const char *what)
{
	CHECK(false);
	fprintf(stderr, "    %.*s: %s\n", HYK_STR_ARG(s->name), what);
}

static void
run_script(struct hyk_box *b, const struct script *s)
{
	struct hyk_str text;
	uint32_t units;
	enum hyk_jail_outcome o;

	if (load(b, 1, s->text, false) == HYK_BOX_LOADED)
		complain(s, "is taken for a plugin");
	if (load(b, 0, s->text, true) != HYK_BOX_LOADED) {
		if (!is_expected(s->expect, "reject-load"))
			complain(s, "did not load");
		return;
	}
	for (int i = 0; i < 2; i++) {
		o = call(b, 0, HYK_HOOK_PERMIT, &text, &units);
		if (hyk_str_find(text, HYK_STR("PWNED")) != SIZE_MAX)
			complain(s, "PWNED");
		/* The type of an answer is not checked here: 'ok' may yet become 'bad-result'. */
		if (!is_expected(s->expect, hyk_jail_outcome_name(o)) &&
		    !(o == HYK_JAIL_OK && is_expected(s->expect, "bad-result")))
			complain(s, hyk_jail_outcome_name(o));
	}
}

TEST(hostile_scripts_on_malloc)
{
	each_script(run_script);
}

static uint64_t n_points;

static void
sweep_script(struct hyk_box *b, const struct script *s)
{
	struct hyk_str text;
	uint32_t units;

	if (load(b, 0, s->text, true) != HYK_BOX_LOADED)
		return;
	for (int mode = 0; mode < 2; mode++) {
		for (uint64_t k = 1;;) {
			enum hyk_jail_outcome o;

			b->meter.growths = 0;
			b->meter.fail_at = k;
			b->meter.fail_on = mode == 1;
			o = call(b, 0, HYK_HOOK_PERMIT, &text, &units);
			n_points++;
			if (b->meter.growths < k)
				break;
			/* Failing for good never ends in an answer. */
			if (mode == 1 && o == HYK_JAIL_OK)
				complain(s, "an answer without memory");
			/* All of them when there is time; otherwise all at first, then here and
			 * there. */
			k += is_long || k < DENSE ? 1 : k < 2000 ? 61 : 997;
		}
	}
	b->meter.fail_at = 0;
}

TEST(every_allocation_may_fail)
{
	each_script(sweep_script);
	printf("%" PRIu64 " allocations failed, one at a time\n", n_points);
}

static void
sweep_load(struct hyk_box *b, const struct script *s)
{
	for (int mode = 0; mode < 2; mode++) {
		for (uint64_t k = 1;; k += is_long || k < 60 ? 1 : 19) {
			b->meter.growths = 0;
			b->meter.fail_at = k;
			b->meter.fail_on = mode == 1;
			(void)load(b, 0, s->text, k % 2 == 0);
			n_points++;
			if (b->meter.growths < k)
				break;
		}
	}
}

TEST(every_allocation_of_a_load_may_fail)
{
	static const char whole[] =
	    "return plugin { name = 'a', version = '1', api = 1, params = { p = { default = { 1, 2 } } },\n"
	    "asset_type { name = 'b', facts = { f = { type = 'int' } } }, duty 'd' { terms = {} },\n"
	    "hooks = { permit = function(req) return permit() end, enrich = function() return {} end } }";
	static const struct script s = { HYK_STR_INIT("whole"), HYK_STR_INIT(whole),
		HYK_STR_INIT("ok"), 1, false };
	static struct hyk_box box;

	hyk_box_init(&box, NULL, NULL, NULL, &defaults);
	sweep_load(&box, &s);
	CHECK_INT(box.n_panics, 0);
	box.meter.fail_at = 0;
	CHECK_INT(load(&box, 0, s.text, false), HYK_BOX_LOADED);
	each_script(sweep_load);
}

/* ---- with an arena ---------------------------------------------------------- */

static struct hyk_box *
arena_box(void)
{
	static struct hyk_box box;
	static char *arena, *vault, *scratch;

	if (!arena) {
		arena = malloc(HYK_BOX_ARENA_BYTES);
		vault = malloc(HYK_BOX_VAULT_BYTES);
		scratch = malloc(HYK_BOX_SCRATCH_BYTES);
	}
	if (!arena || !vault || !scratch)
		exit(EXIT_FAILURE);
	hyk_box_init(&box, arena, vault, scratch, &defaults);
	return &box;
}

TEST(the_library_passes_its_own_test)
{
	CHECK(hyk_box_self_test(arena_box()) == NULL);
}

TEST(a_call_leaves_nothing_behind)
{
	struct hyk_box *b = arena_box();
	struct hyk_str text, first = { NULL, 0 };
	uint32_t units, units_first = 0;
	char kept[256];

	CHECK_INT(
	    load(b, 0,
		HYK_STR(
		    "n = (n or 0) + 1 params.x = {} string.y = n return { answer = 'need', fact = 'f' .. n }"),
		true),
	    HYK_BOX_LOADED);
	CHECK_INT(
	    load(b, 1,
		HYK_STR("if n or string.y or params.x then error('found') end return permit()"),
		true),
	    HYK_BOX_LOADED);
	for (int i = 0; i < 100; i++) {
		CHECK_INT(call(b, 0, HYK_HOOK_PERMIT, &text, &units), HYK_JAIL_OK);
		if (i == 0) {
			REQUIRE(text.n < sizeof(kept));
			memcpy(kept, text.p, text.n);
			first = hyk_str_make(kept, text.n);
			units_first = units;
		}
		CHECK(hyk_str_eq(text, first));
		CHECK_INT(units, units_first);
		CHECK_INT(call(b, 1, HYK_HOOK_PERMIT, &text, &units), HYK_JAIL_OK);
	}
}

TEST(params_are_there_for_hooks_and_for_locals_of_the_file)
{
	struct hyk_box *b = arena_box();
	struct hyk_str text;
	uint32_t units;

	CHECK_INT(
	    load(b, 0,
		HYK_STR(
		    "local p = params\n"
		    "return plugin { name = 'a', version = '1', api = 1, params = { cap = { default = 5 } },\n"
		    "hooks = { permit = function() assert(p.cap == 5 and params.cap == 5 and p == params) return permit() end } }"),
		false),
	    HYK_BOX_LOADED);
	CHECK_INT(call(b, 0, HYK_HOOK_PERMIT, &text, &units), HYK_JAIL_OK);
}

TEST(sixty_four_plugins_share_one_arena)
{
	struct hyk_box *b = arena_box();
	struct hyk_str text;
	uint32_t units;
	char source[128];

	for (uint32_t i = 0; i < HYK_BOX_PLUGINS; i++) {
		snprintf(source, sizeof(source), "return need('fact%u')", i);
		CHECK_INT(load(b, i, hyk_str_from_c(source), true), HYK_BOX_LOADED);
	}
	for (uint32_t r = 0; r < 3; r++) {
		for (uint32_t i = 0; i < HYK_BOX_PLUGINS; i++) {
			uint32_t k = i * 37 % HYK_BOX_PLUGINS;

			snprintf(source, sizeof(source), "fact%u", k);
			CHECK_INT(call(b, k, HYK_HOOK_PERMIT, &text, &units), HYK_JAIL_OK);
			CHECK(hyk_str_find(text, hyk_str_from_c(source)) != SIZE_MAX);
		}
	}
	CHECK(b->vault_used < HYK_BOX_PLUGINS * (size_t)65536);
}

/* The numbers in the table of limits are what the meter really enforces. */
TEST(each_limit_is_its_own)
{
	static const struct {
		const char *text;
		enum hyk_jail_outcome outcome;
	} cases[] = {
		{ "for i = 1, 9000 do end", HYK_JAIL_OK },
		{ "for i = 1, 21000 do end", HYK_JAIL_BUDGET },
		{ "local s = ('x'):rep(32000)", HYK_JAIL_OK },
		{ "local s = ('x'):rep(33000)", HYK_JAIL_MEMORY }, /* one block */
		{ "local t = {} for i = 1, 6 do t[i] = ('x'):rep(32000) .. i end", HYK_JAIL_OK },
		{ "local t = {} for i = 1, 8 do t[i] = ('x'):rep(32000) .. i end",
		    HYK_JAIL_MEMORY }, /* the heap */
		{ "local s = ('x'):rep(31000) for i = 1, 50 do local t = s .. i end", HYK_JAIL_OK },
		{ "local s = ('x'):rep(31000) for i = 1, 70 do local t = s .. i end",
		    HYK_JAIL_MEMORY }, /* the sum */
	};
	struct hyk_box *b = arena_box();
	struct hyk_str text;
	uint32_t units;

	for (uint32_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		CHECK_INT(load(b, i, hyk_str_from_c(cases[i].text), true), HYK_BOX_LOADED);
		CHECK_INT(call(b, i, HYK_HOOK_PERMIT, &text, &units), cases[i].outcome);
	}
}

static int
compare_ns(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

TEST(restoring_and_calling_is_measured)
{
	static uint32_t ns[20001];
	struct hyk_box *b = arena_box();
	struct hyk_str text;
	uint32_t units;

	CHECK_INT(
	    load(b, 0,
		HYK_STR("if req.amount > 18 and req.role == 'member' then return permit() end"),
		true),
	    HYK_BOX_LOADED);
	for (size_t i = 0; i < HYK_ARRAY_LEN(ns); i++) {
		uint64_t t = hyk_clock_monotonic_ns();

		call(b, 0, HYK_HOOK_PERMIT, &text, &units);
		ns[i] = (uint32_t)(hyk_clock_monotonic_ns() - t);
	}
	qsort(ns, HYK_ARRAY_LEN(ns), sizeof(*ns), compare_ns);
	printf(
	    "restore, request of 3 fields, call, answer: p50 %u ns, p99 %u ns; image %zu bytes in %u runs\n",
	    ns[10000], ns[19800], b->plugins[0].image.n_bytes, b->plugins[0].image.n_runs);
}

int
main(void)
{
	const char *l = getenv("HYK_LONG");

	is_long = l && strcmp(l, "1") == 0;
	make_request();
	RUN(hostile_scripts_on_malloc);
	RUN(every_allocation_may_fail);
	RUN(every_allocation_of_a_load_may_fail);
	RUN(the_library_passes_its_own_test);
	RUN(a_call_leaves_nothing_behind);
	RUN(params_are_there_for_hooks_and_for_locals_of_the_file);
	RUN(sixty_four_plugins_share_one_arena);
	RUN(each_limit_is_its_own);
	RUN(restoring_and_calling_is_measured);
	return check_done();
}
