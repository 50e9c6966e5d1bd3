/* SPDX-License-Identifier: Apache-2.0 */
/* Loading whole folders: the shipped policies, numbers, plans, entities. */
#include "support/check.h"
#include "unit/policy/fixture.h"

static const char potluck[] =
    "policy: garden-potluck\n"
    "commons: town/east/garden-3\n"
    "layer: commons\n"
    "title: {ko: 텃밭 포트럭, en: Potluck in the garden}\n"
    "applies_to: {assets: [space.garden], actions: [host_potluck]}\n"
    "rules:\n"
    "  - id: gd-open\n"
    "    effect: permit\n"
    "    because: {ko: 누구나, en: Anyone}\n"
    "  - id: gd-fire\n"
    "    effect: forbid\n"
    "    code: OPEN_FLAME\n"
    "    when:\n"
    "      - context.open_flame\n"
    "      - resource.cooking_zone == false\n"
    "    because: {ko: 불은 안 됩니다, en: No fire}\n"
    "    offer:\n"
    "      text: {ko: 조리한 음식을 가져오세요, en: Bring the food ready to eat}\n"
    "      set: {context.open_flame: false}\n"
    "  - id: gd-costshare\n"
    "    effect: require\n"
    "    when: context.fee_krw > 0 && context.fee_basis == \"cost_share\"\n"
    "    need: context.steward_fee_review\n"
    "    because:\n"
    "      ko: \"{context.fee_krw}이(가) 재료비인지 봅니다\"\n"
    "      en: \"A steward looks at {context.fee_krw}\"\n"
    "  - id: gd-potluck\n"
    "    effect: require\n"
    "    duty: {type: allergen_labels_and_hygiene_lead, owed_by: subject, due: during}\n"
    "    because: {ko: 이름표를 붙입니다, en: Label each dish}\n";

static const char town_rules[] =
    "policy: town\n"
    "commons: town\n"
    "layer: city\n"
    "applies_to: {assets: [asset], actions: ['*']}\n"
    "effective: {from: 2026-05-01, until: 2027-01-01}\n"
    "safety: true\n"
    "rules:\n"
    "  - id: g-id\n"
    "    effect: require\n"
    "    need: subject.identity\n"
    "    because: {ko: 본인 확인, en: Verified}\n"
    "  - id: g-deposit\n"
    "    effect: require\n"
    "    actions: [use]\n"
    "    when: has(resource.deposit_krw) && resource.deposit_krw > 0\n"
    "    duty: {type: deposit, amount: =resource.deposit_krw, owed_by: subject, due: before}\n"
    "    because: {ko: 보증금, en: Deposit}\n"
    "    basis: {text: 조례 제3조, url: 'https://example.org/3', checked_on: 2026-01-02}\n"
    "  - id: g-fixed\n"
    "    effect: require\n"
    "    actions: [use]\n"
    "    duty: {type: deposit, amount: 30000, owed_by: subject, due: '=context.start - duration(\"24h\")'}\n"
    "    because: Fixed\n";

static void
load_town(struct fixture *f)
{
	fixture_init(f);
	fixture_add_plugins(f);
	fixture_add_commons(f);
	fixture_add_file(f, "town.yaml", town_rules);
	fixture_add_file(f, "east/garden-3/potluck.yaml", potluck);
	fixture_add_file(f, "registry.yaml",
	    "assets:\n"
	    "  - {type: space.garden, id: lot-7, commons: town/east/garden-3, facts: {decision_mode: rule_bound, fire_capacity: 12}}\n"
	    "people:\n"
	    "  - {type: person, id: mina, facts: {identity: true, age: 27, food_business: true}}\n");
	if (!CHECK(fixture_load(f) == HYK_OK))
		fixture_print(f);
}

TEST(a_folder_becomes_a_ruleset)
{
	struct fixture f;
	const struct hyk_rule *r;

	load_town(&f);
	REQUIRE(f.ruleset);
	CHECK_INT(f.ruleset->n_policies, 3);
	CHECK_INT(f.ruleset->n_rules, 9);
	CHECK_INT(f.ruleset->n_commons, 4);
	CHECK_STR(f.ruleset->commons[0].path, "");
	CHECK_STR(f.ruleset->commons[1].path, "town");
	CHECK_STR(f.ruleset->commons[3].path, "town/east/garden-3");
	/* What it does not say its parent says. */
	CHECK_STR(f.ruleset->commons[3].zone_name, "Asia/Seoul");
	CHECK_INT(f.ruleset->commons[3].n_languages, 2);
	CHECK_STR(hyk_text_find(&f.ruleset->commons[3].title, "ko"), "Garden 3");
	CHECK(f.ruleset->commons[3].parent == &f.ruleset->commons[2]);
	/* Engine first, then town, then the garden: sorted by commons. */
	CHECK_STR(f.ruleset->rules[0]->id, "g-busy");
	CHECK_STR(f.ruleset->rules[2]->id, "g-id");
	CHECK_STR(f.ruleset->rules[8]->id, "gd-potluck");
	for (size_t i = 0; i < f.ruleset->n_rules; i++)
		CHECK_INT(f.ruleset->rules[i]->number, i);
	r = fixture_rule(&f, "gd-costshare");
	REQUIRE(r);
	CHECK_STR(r->full, "town/east/garden-3:garden-potluck#gd-costshare");
	CHECK_STR(r->code, "GD_COSTSHARE");
	CHECK(r->need && r->when && !r->duty);
	CHECK_STR(r->need->path, "context.steward_fee_review");
	CHECK_INT(r->policy->layer, HYK_LAYER_COMMONS);
	CHECK_STR(fixture_rule(&f, "gd-fire")->code, "OPEN_FLAME");
	CHECK(!fixture_rule(&f, "gd-open")->when);
	fixture_fini(&f);
}

TEST(texts_are_cut_at_facts_and_particles)
{
	struct fixture f;
	const struct hyk_template *t;

	load_town(&f);
	REQUIRE(f.ruleset);
	t = &fixture_rule(&f, "gd-costshare")->because;
	CHECK_INT(t->n, 2);
	CHECK_STR(t->tags[0], "ko");
	CHECK_INT(t->n_pieces[0], 2);
	CHECK_STR(t->pieces[0][0].literal, "");
	CHECK_STR(t->pieces[0][0].fact->unit, "KRW");
	CHECK_STR(t->pieces[0][1].literal, "이(가) 재료비인지 봅니다");
	CHECK(!t->pieces[0][1].fact);
	CHECK_STR(t->pieces[1][0].literal, "A steward looks at ");
	CHECK_STR(t->pieces[1][0].fact->path, "context.fee_krw");
	CHECK_INT(t->n_pieces[1], 1);
	fixture_fini(&f);
}

TEST(duties_offers_basis_and_dates_are_read)
{
	struct fixture f;
	const struct hyk_rule *r;
	const struct hyk_policy *p;

	load_town(&f);
	REQUIRE(f.ruleset);
	r = fixture_rule(&f, "g-deposit");
	REQUIRE(r && r->duty);
	CHECK_STR(r->duty->type->name, "deposit");
	CHECK_INT(r->duty->n_terms, 1);
	CHECK_STR(r->duty->terms[0].name, "amount");
	CHECK(r->duty->terms[0].program);
	CHECK_STR(hyk_value_str(r->duty->owed_by.constant), "subject");
	CHECK_INT(r->duty->owed_to.constant.kind, HYK_ABSENT);
	CHECK_INT(r->duty->due, HYK_DUE_BEFORE);
	CHECK_STR(r->basis, "조례 제3조");
	CHECK_STR(r->basis_checked_on, "2026-01-02");
	r = fixture_rule(&f, "g-fixed");
	CHECK_INT(r->duty->terms[0].constant.kind, HYK_INT);
	CHECK_INT(r->duty->terms[0].constant.as.i, 30000);
	CHECK_INT(r->duty->due, HYK_DUE_AT);
	CHECK(r->duty->due_at.program);
	/* A text without a tag is in the first language of the commons. */
	CHECK_STR(r->because.tags[0], "ko");
	p = r->policy;
	CHECK(p->safety);
	/* 2026-05-01 00:00 in Seoul is 2026-04-30 15:00 UTC. */
	CHECK_INT(p->from_s, 1777561200);
	CHECK_INT(p->until_s, 1798729200);
	r = fixture_rule(&f, "gd-fire");
	CHECK_INT(r->n_offers, 1);
	CHECK_INT(r->offers[0].n_sets, 1);
	CHECK_STR(r->offers[0].sets[0].name, "context.open_flame");
	CHECK_INT(r->offers[0].sets[0].constant.kind, HYK_BOOL);
	CHECK(!r->offers[0].sets[0].constant.as.b);
	fixture_fini(&f);
}

TEST(a_plan_has_the_rules_of_a_commons_and_its_ancestors)
{
	struct fixture f;
	const struct hyk_asset_type *garden, *stall;
	const struct hyk_commons *c;
	const struct hyk_plan *p;

	load_town(&f);
	REQUIRE(f.ruleset);
	garden = hyk_catalog_find_type(f.ruleset->catalog, HYK_STR("space.garden"));
	stall = hyk_catalog_find_type(f.ruleset->catalog, HYK_STR("space.market-stall"));
	c = hyk_ruleset_find_commons(f.ruleset, HYK_STR("town/east/garden-3"));
	REQUIRE(garden && stall && c);
	p = hyk_ruleset_plan(f.ruleset, c, hyk_catalog_find_shape(f.ruleset->catalog, garden, HYK_STR("host_potluck")));
	REQUIRE(p);
	CHECK_INT(p->n_rules, 4);
	CHECK_INT(p->n_policies, 1);
	CHECK(p->may_permit);
	CHECK_STR(p->rules[0]->id, "gd-open");
	REQUIRE(p->parent); /* town/east has no rules: straight to town */
	CHECK_INT(p->parent->n_rules, 3);
	REQUIRE(p->parent->parent);
	CHECK_INT(p->parent->parent->n_rules, 2);
	CHECK(!p->parent->parent->parent);
	/* Not a use: only the rule without `actions`. */
	p = hyk_ruleset_plan(f.ruleset, c, hyk_catalog_find_shape(f.ruleset->catalog, garden, HYK_STR("water")));
	REQUIRE(p);
	CHECK_INT(p->n_rules, 1);
	CHECK_STR(p->rules[0]->id, "g-id");
	p = hyk_ruleset_plan(f.ruleset, c, hyk_catalog_find_shape(f.ruleset->catalog, stall, HYK_STR("reserve")));
	REQUIRE(p);
	CHECK_INT(p->n_rules, 3);
	fixture_fini(&f);
}

/* A plan is never NULL, even where no rule speaks. */
TEST(every_shape_has_a_plan)
{
	struct fixture f;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	f.engine = NULL;
	CHECK_INT(fixture_load(&f), HYK_OK);
	REQUIRE(f.ruleset);
	for (size_t c = 0; c < f.ruleset->n_commons; c++) {
		for (size_t s = 0; s < f.ruleset->catalog->n_shapes; s++) {
			const struct hyk_plan *p = hyk_ruleset_plan(f.ruleset, &f.ruleset->commons[c],
			    &f.ruleset->catalog->shapes[s]);

			REQUIRE(p);
			CHECK_INT(p->n_rules, 0);
		}
	}
	fixture_fini(&f);
}

TEST(entities_have_typed_facts)
{
	struct fixture f;
	const struct hyk_entity *e;

	load_town(&f);
	REQUIRE(f.ruleset);
	e = hyk_ruleset_find_entity(f.ruleset, HYK_STR("space.garden"), HYK_STR("lot-7"));
	REQUIRE(e);
	CHECK_STR(e->commons->path, "town/east/garden-3");
	CHECK(e->commons == hyk_ruleset_find_commons(f.ruleset, e->commons->path));
	CHECK_INT(e->n_facts, 2);
	CHECK_STR(e->facts[0]->path, "resource.decision_mode");
	CHECK_INT(e->values[0].kind, HYK_STRING);
	CHECK_INT(e->values[1].as.i, 12);
	e = hyk_ruleset_find_entity(f.ruleset, HYK_STR("person"), HYK_STR("mina"));
	REQUIRE(e);
	CHECK(!e->commons);
	CHECK_INT(e->n_facts, 3);
	CHECK_INT(e->values[1].as.i, 27);
	CHECK(!hyk_ruleset_find_entity(f.ruleset, HYK_STR("person"), HYK_STR("lot-7")));
	fixture_fini(&f);
}

/* The same folder in another order of files: the same numbers, the same digest. */
TEST(the_order_of_files_never_shows)
{
	struct fixture a, b;
	struct hyk_text_file swap;

	load_town(&a);
	fixture_init(&b);
	fixture_add_plugins(&b);
	for (size_t i = 0; i < a.n_files; i++)
		b.files[i] = a.files[a.n_files - 1 - i];
	b.n_files = a.n_files;
	swap = b.files[0];
	b.files[0] = b.files[1];
	b.files[1] = swap;
	REQUIRE(a.ruleset);
	if (!CHECK(fixture_load(&b) == HYK_OK))
		fixture_print(&b);
	REQUIRE(b.ruleset);
	CHECK(memcmp(a.ruleset->digest, b.ruleset->digest, 32) == 0);
	for (size_t i = 0; i < a.ruleset->n_rules; i++)
		CHECK(hyk_str_eq(a.ruleset->rules[i]->full, b.ruleset->rules[i]->full));
	fixture_fini(&b);
	fixture_fini(&a);
}

TEST(children_permit_only_what_they_may_decide)
{
	struct fixture f;
	const struct hyk_shape *s;
	const struct hyk_plan *p;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_file(&f, "commons.yaml", "commons: town\nzone: Asia/Seoul\n");
	fixture_add_file(&f, "east/commons.yaml", "commons: town/east\n");
	fixture_add_file(&f, "east/garden-3/commons.yaml", "commons: garden-3\n");
	fixture_add_file(&f, "potluck.yaml", potluck);
	CHECK_INT(fixture_load(&f), HYK_OK);
	CHECK_INT(f.diags.n_warnings, 1);
	REQUIRE(fixture_diag(&f, 0));
	CHECK_INT(fixture_diag(&f, 0)->id, HYK_D_PERMIT_IGNORED);
	REQUIRE(f.ruleset);
	s = hyk_catalog_find_shape(f.ruleset->catalog,
	    hyk_catalog_find_type(f.ruleset->catalog, HYK_STR("space.garden")), HYK_STR("host_potluck"));
	p = hyk_ruleset_plan(f.ruleset, hyk_ruleset_find_commons(f.ruleset, HYK_STR("town/east/garden-3")), s);
	REQUIRE(p);
	CHECK(!p->may_permit);
	fixture_fini(&f);
}

TEST(a_single_policy_is_checked_without_its_commons)
{
	struct fixture f;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_file(&f, "potluck.yaml", potluck);
	f.allow_empty = true;
	if (!CHECK_INT(fixture_load(&f), HYK_OK))
		fixture_print(&f);
	fixture_fini(&f);
	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_file(&f, "potluck.yaml", potluck);
	CHECK_INT(fixture_load(&f), HYK_E_INVALID);
	fixture_fini(&f);
}

TEST(references_are_counted)
{
	struct fixture f;
	struct hyk_ruleset *second;

	load_town(&f);
	REQUIRE(f.ruleset);
	second = hyk_ruleset_ref(f.ruleset);
	f.ruleset = hyk_ruleset_unref(f.ruleset);
	CHECK(!f.ruleset);
	CHECK_INT(second->n_policies, 3);
	CHECK(!hyk_ruleset_unref(second));
	CHECK(!hyk_ruleset_unref(NULL));
	fixture_fini(&f);
}

TEST(paths_contain_by_whole_names)
{
	CHECK(hyk_commons_contains(HYK_STR(""), HYK_STR("a")));
	CHECK(hyk_commons_contains(HYK_STR("a"), HYK_STR("a")));
	CHECK(hyk_commons_contains(HYK_STR("a"), HYK_STR("a/b")));
	CHECK(!hyk_commons_contains(HYK_STR("a"), HYK_STR("ab")));
	CHECK(!hyk_commons_contains(HYK_STR("a/b"), HYK_STR("a")));
}

int
main(void)
{
	RUN(a_folder_becomes_a_ruleset);
	RUN(texts_are_cut_at_facts_and_particles);
	RUN(duties_offers_basis_and_dates_are_read);
	RUN(a_plan_has_the_rules_of_a_commons_and_its_ancestors);
	RUN(every_shape_has_a_plan);
	RUN(entities_have_typed_facts);
	RUN(the_order_of_files_never_shows);
	RUN(children_permit_only_what_they_may_decide);
	RUN(a_single_policy_is_checked_without_its_commons);
	RUN(references_are_counted);
	RUN(paths_contain_by_whole_names);
	return check_done();
}
