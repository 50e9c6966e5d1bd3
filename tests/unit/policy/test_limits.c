/* SPDX-License-Identifier: Apache-2.0 */
/* Many errors, many policies, no memory: one answer each, and nothing lost. */
#include "base/alloc.h"
#include "support/check.h"
#include "unit/policy/fixture.h"

static const char policy[] =
    "policy: p\n"
    "commons: town\n"
    "layer: city\n"
    "title: {ko: 규칙, en: Rules}\n"
    "applies_to: {assets: [space.garden], actions: [use]}\n"
    "define: {big: context.party_size > 10}\n"
    "rules:\n"
    "  - id: a\n"
    "    effect: forbid\n"
    "    when: {any: [big, 'context.open_flame', {none: [resource.outdoor]}]}\n"
    "    because: {ko: '{context.party_size}은(는) 많습니다', en: 'Too many'}\n"
    "    offer: {text: Fewer, set: {context.party_size: 4}}\n"
    "  - id: b\n"
    "    effect: require\n"
    "    duty: {type: deposit, amount: =resource.deposit_krw, owed_by: subject, due: before}\n"
    "    when: has(resource.deposit_krw)\n"
    "    because: why\n"
    "scenarios:\n"
    "  - {name: one, when: {action: host_potluck, context: {party_size: 12}}, expect: {outcome: deny, by: [a]}}\n";

static void
fill(struct fixture *f)
{
	fixture_init(f);
	fixture_add_plugins(f);
	fixture_add_commons(f);
	fixture_add_file(f, "p.yaml", policy);
	fixture_add_file(f, "registry.yaml", "assets:\n  - {type: space.garden, id: x, commons: town, facts: {outdoor: true}}\n");
	fixture_add_file(f, "calendar.yaml", "calendar: days\nyears: [2026, 2027]\nyearly: {01-01: New Year}\n"
	    "dates: {2026-02-17: {ko: 설날, en: Seollal}}\n");
	fixture_add_file(f, "east/calendar.yaml", "calendar: more\ndates: {2027-12-31: Closed}\n");
	fixture_add_file(f, "places.geojson", "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", "
	    "\"id\": \"park\", \"properties\": {\"title\": {\"ko\": \"공원\", \"en\": \"Park\"}}, \"geometry\": "
	    "{\"type\": \"Polygon\", \"coordinates\": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[6, 1], [7, 1], [7, 2], [6, 1]]]}}]}");
}

static void
check_data(const struct hyk_ruleset *r)
{
	const struct hyk_commons *town = hyk_ruleset_find_commons(r, HYK_STR("town"));
	const struct hyk_commons *east = hyk_ruleset_find_commons(r, HYK_STR("town/east"));
	const struct hyk_place *park;

	REQUIRE(town && east && town->data.calendar && east->data.calendar);
	CHECK_INT(town->data.calendar->n_days, 3);
	CHECK_INT(east->data.calendar->n_days, 4);
	CHECK_INT(east->data.calendar->n_years, 2);
	park = hyk_places_find(east->data.places, HYK_STR("park"));
	REQUIRE(park && park->area);
	CHECK(hyk_area_has(park->area, (struct hyk_point){ 5 * HYK_DEGREE, HYK_DEGREE }));
	CHECK(!hyk_area_has(park->area, (struct hyk_point){ 27 * HYK_DEGREE / 4, 3 * HYK_DEGREE / 2 }));
	CHECK_INT(((const struct hyk_place_entry *)park)->title.n, 2);
}

TEST(a_hundred_errors_in_one_file_are_all_told)
{
	struct fixture f;
	struct hyk_buf b;
	size_t i = 0;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "policy: p\ncommons: town\nlayer: city\napplies_to: {assets: [asset], actions: ['*']}\nrules:\n");
	for (int n = 0; n < 100; n++)
		hyk_buf_printf(&b, "  - {id: r%d, effect: permit, because: why, colour: red}\n", n);
	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	fixture_add_text(&f, HYK_STR("p.yaml"), hyk_buf_peek(&b));
	CHECK_INT(fixture_load(&f), HYK_E_INVALID);
	CHECK_INT(f.diags.n_errors, 100);
	for (const struct hyk_diag *d = f.diags.first; d; d = d->next, i++) {
		struct hyk_position pos = hyk_source_locate(d->src, d->span);

		CHECK_INT(d->id, HYK_D_UNKNOWN_KEY);
		CHECK_INT(pos.line, 6 + i);
		CHECK_INT(pos.column, i < 10 ? 44 : 45);
	}
	CHECK_INT(i, 100);
	fixture_fini(&f);
	hyk_buf_fini(&b);
}

TEST(too_many_rules_are_refused)
{
	struct fixture f;
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "policy: p\ncommons: town\nlayer: city\napplies_to: {assets: [asset], actions: ['*']}\nrules:\n");
	for (int n = 0; n < 1001; n++)
		hyk_buf_printf(&b, "  - {id: r%d, effect: permit, because: why}\n", n);
	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	fixture_add_text(&f, HYK_STR("p.yaml"), hyk_buf_peek(&b));
	CHECK_INT(fixture_load(&f), HYK_E_INVALID);
	CHECK_INT(fixture_diag(&f, 0)->id, HYK_D_RULES_MANY);
	fixture_fini(&f);
	hyk_buf_fini(&b);
}

/* Nothing of `policy` is missing. */
static void
check_whole(const struct fixture *f)
{
	const struct hyk_rule *a = fixture_rule(f, "a"), *b = fixture_rule(f, "b");
	const struct hyk_ruleset *r = f->ruleset;

	REQUIRE(r && a && b);
	CHECK_INT(r->n_rules, 4);
	CHECK_INT(r->n_policies, 2);
	CHECK_INT(r->n_commons, 4);
	CHECK_INT(r->n_entities, 1);
	CHECK_INT(r->entities[0].n_facts, 1);
	REQUIRE(r->n_scenarios == 1);
	CHECK(r->scenarios[0]->cases[0].expect.has_by);
	CHECK_INT(r->scenarios[0]->cases[0].request.as.map->n, 7);
	CHECK(a->when && a->n_offers == 1 && a->offers[0].n_sets == 1 && a->because.n == 2 && a->offers[0].text.n == 1);
	CHECK_INT(a->because.n_pieces[0], 2);
	CHECK(a->policy->n_defines == 1 && a->policy->title.n == 2);
	CHECK(b->when && b->duty && b->duty->n_terms == 1 && b->duty->terms[0].program);
	CHECK(hyk_catalog_find_type(r->catalog, HYK_STR("space.garden")));
	CHECK_INT(r->catalog->n_shapes, 5 + 7 + 7);
	check_data(r);
}

/* Every allocation fails once: never a crash, never a leak, never a ruleset that is not whole. */
TEST(loading_survives_every_failing_allocation)
{
	struct fixture f;
	long n = 0, n_ok = 0;

	fill(&f);
	for (;; n++) {
		enum hyk_status st;
		bool failed;

		f.diags.n_kept = f.diags.n_errors = f.diags.n_warnings = 0;
		f.diags.first = f.diags.last = NULL;
		f.diags.outer = NULL;
		f.diags.n_lost = 0;
		hyk_alloc_fail_after(n);
		st = fixture_load(&f);
		failed = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		if (!failed) {
			CHECK_INT(st, HYK_OK);
			check_whole(&f);
			break;
		}
		if (st == HYK_OK) {
			n_ok++; /* a message could not be kept; the rules could */
			check_whole(&f);
			f.ruleset = hyk_ruleset_unref(f.ruleset);
		} else {
			CHECK(st == HYK_E_NOMEM || st == HYK_E_INVALID);
			CHECK(!f.ruleset);
		}
		if (n > 20000)
			break;
	}
	CHECK(n > 20);
	CHECK(n_ok < n / 2);
	fixture_fini(&f);
}

/*
 * The arena's cap is a limit like any other. Caps close to each other end the
 * arena at nearly every place that asks it for memory; HYK_LONG=1 takes all of them.
 */
TEST(a_capped_arena_is_an_answer)
{
	const char *all = getenv("HYK_LONG");
	size_t step = all && *all ? 16 : 16 * 61, cap = 16;
	struct fixture f;
	struct hyk_arena arena;
	struct hyk_ruleset_input in;

	fill(&f);
	in = (struct hyk_ruleset_input){ .files = f.files, .n_files = f.n_files, .plugins = f.plugins,
		.n_plugins = f.n_plugins, .engine_policy = f.engine };
	for (; !f.ruleset && cap < (size_t)16 << 20; cap += step) {
		enum hyk_status st;

		f.diags = (struct hyk_diags){ .arena = &f.arena, .max = 200 };
		hyk_arena_init(&arena, cap);
		st = hyk_ruleset_load(&in, &arena, &f.ruleset, &f.diags);
		CHECK_INT(st == HYK_OK, f.ruleset != NULL);
		if (st != HYK_OK && !CHECK_INT(st, HYK_E_LIMIT)) {
			fprintf(stderr, "cap %zu\n", cap);
			break;
		}
	}
	CHECK(cap > 40000);
	check_whole(&f);
	fixture_fini(&f);
}

/* Rules about many types are compiled by the kinds of their facts: this many load in a blink. */
TEST(a_thousand_policies_load)
{
	struct fixture f;
	struct hyk_text_file *files = calloc(1001, sizeof(*files));
	struct hyk_ruleset_input in;
	struct hyk_arena arena;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	files[0] = f.files[0];
	for (int i = 0; i < 1000; i++) {
		struct hyk_str path = hyk_arena_printf(&f.arena, "p%d.yaml", i);
		struct hyk_str text = hyk_arena_printf(&f.arena,
		    "policy: p%d\ncommons: town\nlayer: city\napplies_to: {assets: [asset], actions: ['*']}\n"
		    "rules:\n  - {id: a, effect: forbid, when: resource.outdoor && context.conflict, because: why}\n"
		    "  - {id: b, effect: permit, actions: [use], when: context.party_size < %d, because: why}\n", i, i);

		files[1 + i] = (struct hyk_text_file){ HYK_STR("commons"), path, hyk_source_new(&f.arena, path, text) };
	}
	in = (struct hyk_ruleset_input){ .files = files, .n_files = 1001, .plugins = f.plugins,
		.n_plugins = f.n_plugins, .engine_policy = f.engine };
	hyk_arena_init(&arena, 0);
	if (!CHECK_INT(hyk_ruleset_load(&in, &arena, &f.ruleset, &f.diags), HYK_OK))
		fixture_print(&f);
	REQUIRE(f.ruleset);
	CHECK_INT(f.ruleset->n_rules, 2002);
	fixture_fini(&f);
	free(files);
}

int
main(void)
{
	RUN(a_hundred_errors_in_one_file_are_all_told);
	RUN(too_many_rules_are_refused);
	RUN(loading_survives_every_failing_allocation);
	RUN(a_capped_arena_is_an_answer);
	RUN(a_thousand_policies_load);
	return check_done();
}
