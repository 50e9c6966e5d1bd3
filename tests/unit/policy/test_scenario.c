/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: merging, typing, expectations; the request they become. */
#include "support/check.h"
#include "unit/policy/fixture.h"
#include "value/json.h"

static const char policy[] =
    "policy: p\n"
    "commons: town/east/garden-3\n"
    "layer: commons\n"
    "applies_to: {assets: [space.garden], actions: [host_potluck]}\n"
    "rules:\n"
    "  - {id: fire, effect: forbid, when: context.open_flame, because: why}\n"
    "scenarios:\n"
    "  - name: {ko: 안, en: inside}\n"
    "    given: {subject.age: 27, resource.decision_mode: rule_bound}\n"
    "    when: {action: host_potluck, now: 2026-05-06T10:00:00+09:00, context: {party_size: 6, open_flame: true}}\n"
    "    expect: {outcome: deny, by: [fire, 'town/east/garden-3:p#fire'], duties: [], needs: [credential:age, subject.age]}\n";

static const char scenarios[] =
    "scenarios: s\n"
    "given:\n"
    "  commons: town\n"
    "  now: 2026-04-28T10:00:00+09:00\n"
    "  subject: {type: person, id: mina, properties: {identity: true, age: 27}}\n"
    "  resource: {type: space.garden, id: lot-7, properties: {decision_mode: rule_bound}}\n"
    "cases:\n"
    "  - name: one\n"
    "    given: {subject.age: 15, context: {party_size: 3}}\n"
    "    when: {action: host_potluck, context: {purpose: 010, party_size: 4}}\n"
    "    context: {party_size: 5}\n"
    "    declared: [subject.age]\n"
    "  - name: two\n"
    "    when: {action: {name: water}, resource.type: space.garden}\n"
    "    expect: {outcome: permit, offers: 1, fault: PLUGIN_ERROR}\n";

static void
load(struct fixture *f)
{
	fixture_init(f);
	fixture_add_plugins(f);
	fixture_add_commons(f);
	fixture_add_file(f, "east/garden-3/p.yaml", policy);
	fixture_add_file(f, "s.yaml", scenarios);
	if (!CHECK(fixture_load(f) == HYK_OK))
		fixture_print(f);
}

static void
check_request(const struct hyk_scenario_case *c, const char *want)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_json_write(&b, c->request);
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
}

TEST(a_case_is_merged_in_order)
{
	struct fixture f;
	const struct hyk_scenario_file *s;

	load(&f);
	REQUIRE(f.ruleset);
	REQUIRE(f.ruleset->n_scenarios == 2);
	s = f.ruleset->scenarios[1];
	CHECK_STR(s->name, "s");
	REQUIRE(s->n_cases == 2);
	CHECK_STR(hyk_text_find(&s->cases[0].name, "ko"), "one");
	/* purpose is a text, so 010 stays what was written. */
	check_request(&s->cases[0],
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\",\"properties\":{\"identity\":true,\"age\":15}},"
	    "\"action\":{\"name\":\"host_potluck\"},"
	    "\"resource\":{\"type\":\"space.garden\",\"id\":\"lot-7\",\"properties\":{\"decision_mode\":\"rule_bound\"}},"
	    "\"context\":{\"party_size\":5,\"purpose\":\"010\"},\"commons\":\"town\",\"now\":\"2026-04-28T10:00:00+09:00\","
	    "\"as_scenario\":true,\"dry_run\":true,\"declared\":[\"subject.age\"]}");
	CHECK(!s->cases[0].expect.given && !s->cases[0].unknown_type);
	CHECK(s->cases[1].expect.given);
	CHECK_STR(s->cases[1].expect.outcome, "permit");
	CHECK(s->cases[1].expect.has_offers && !s->cases[1].expect.has_by);
	CHECK_INT(s->cases[1].expect.n_offers, 1);
	CHECK_STR(s->cases[1].expect.fault, "PLUGIN_ERROR");
	fixture_fini(&f);
}

TEST(scenarios_inside_a_policy_know_where_they_are)
{
	struct fixture f;
	const struct hyk_scenario_case *c;

	load(&f);
	REQUIRE(f.ruleset && f.ruleset->n_scenarios == 2);
	CHECK_STR(f.ruleset->scenarios[0]->name, "p");
	c = &f.ruleset->scenarios[0]->cases[0];
	CHECK_STR(hyk_text_find(&c->name, "ko"), "안");
	CHECK_STR(hyk_value_str(*hyk_value_get(c->request, "commons")), "town/east/garden-3");
	CHECK_STR(hyk_value_str(*hyk_value_get(*hyk_value_get(c->request, "resource"), "type")), "space.garden");
	CHECK_STR(hyk_value_str(*hyk_value_get(*hyk_value_get(c->request, "subject"), "type")), "person");
	CHECK(c->expect.has_by && c->expect.has_duties && c->expect.has_needs);
	CHECK_INT(c->expect.n_by, 2);
	CHECK_INT(c->expect.n_duties, 0);
	CHECK_INT(c->expect.n_needs, 2);
	CHECK_STR(c->expect.needs[0], "credential:age");
	fixture_fini(&f);
}

/* The form that other programs write: every part in the case, in JSON. */
TEST(json_files_load_and_unknown_kinds_are_kept)
{
	static const char json[] =
	    "{\"scenarios\": \"domain\", \"cases\": ["
	    "{\"name\": \"GD-1\", \"commons\": \"town\", \"now\": \"2026-05-06T10:00:00+09:00\", \"action\": \"host_potluck\","
	    " \"subject\": {\"type\": \"person\", \"id\": \"did:example:GD-1\", \"properties\": {\"identity\": true, \"tenure\": 3}},"
	    " \"resource\": {\"type\": \"space.garden\", \"id\": \"gd-1\", \"properties\": {\"cooking_zone\": false}},"
	    " \"context\": {\"party_size\": 6, \"equipment\": [\"grill\"], \"start\": \"2026-05-09T14:00:00+09:00\"}},"
	    "{\"name\": \"YS-1\", \"commons\": \"nowhere\", \"now\": \"2026-05-06T10:00:00+09:00\", \"action\": \"book\","
	    " \"subject\": {\"type\": \"person\", \"id\": \"x\", \"properties\": {}},"
	    " \"resource\": {\"type\": \"space.youth\", \"id\": \"ys-1\", \"properties\": {\"seats\": 4}}, \"context\": {}}]}";
	struct fixture f;
	struct hyk_scenario_file *s = NULL;
	const struct hyk_source *src;

	load(&f);
	REQUIRE(f.ruleset);
	src = hyk_source_new(&f.arena, HYK_STR("cases.json"), hyk_str_from_c(json));
	CHECK_INT(hyk_scenario_load(f.ruleset, src, &f.arena, &s, &f.diags), HYK_OK);
	REQUIRE(s);
	CHECK_INT(f.diags.n_errors, 0);
	CHECK_INT(f.diags.n_warnings, 1); /* tenure */
	CHECK_INT(fixture_diag(&f, 0)->id, HYK_D_SCENARIO_FACT_IGNORED);
	CHECK_INT(s->n_cases, 2);
	CHECK(!s->cases[0].unknown_type);
	CHECK(s->cases[1].unknown_type);
	CHECK_INT(hyk_value_get(*hyk_value_get(*hyk_value_get(s->cases[1].request, "resource"), "properties"), "seats")->as.i,
	    4);
	/* In JSON a text is no number. */
	src = hyk_source_new(&f.arena, HYK_STR("bad.json"),
	    HYK_STR("{\"scenarios\": \"x\", \"cases\": [{\"name\": \"a\", \"commons\": \"town\", \"action\": \"host_potluck\","
	            " \"resource\": {\"type\": \"space.garden\"}, \"context\": {\"party_size\": \"6\", \"purpose\": 3}},"
	            "{\"name\": \"b\", \"commons\": \"town\", \"action\": \"host_potluck\","
	            " \"resource\": {\"type\": \"space.garden\"}, \"context\": {\"party_size\": 6}}]}"));
	CHECK_INT(hyk_scenario_load(f.ruleset, src, &f.arena, &s, &f.diags), HYK_E_INVALID);
	CHECK_INT(f.diags.n_errors, 2);
	/* The other case is as it should be. */
	REQUIRE(s && s->n_cases == 2);
	CHECK(s->cases[0].broken);
	CHECK(!s->cases[1].broken);
	src = hyk_source_new(&f.arena, HYK_STR("cut.json"), HYK_STR("{\"scenarios\": "));
	CHECK_INT(hyk_scenario_load(f.ruleset, src, &f.arena, &s, &f.diags), HYK_E_INVALID);
	CHECK(!s);
	/* Without a list of messages too. */
	CHECK_INT(hyk_scenario_load(f.ruleset, src, &f.arena, &s, NULL), HYK_E_INVALID);
	fixture_fini(&f);
}

int
main(void)
{
	RUN(a_case_is_merged_in_order);
	RUN(scenarios_inside_a_policy_know_where_they_are);
	RUN(json_files_load_and_unknown_kinds_are_kept);
	return check_done();
}
