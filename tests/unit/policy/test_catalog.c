/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins declare: inheritance, presence, limits, slots, shapes, and messages at lines of the Lua text. */
#include "policy/catalog_impl.h"
#include "support/check.h"
#include "unit/policy/fixture.h"

static struct hyk_catalog *
build(struct fixture *f)
{
	struct hyk_catalog *c = NULL;
	enum hyk_status st = hyk_catalog_build(f->plugins, f->n_plugins, &f->arena, &c, &f->diags);

	CHECK_INT(st == HYK_OK, f->diags.n_errors == 0);
	return c;
}

static const struct hyk_fact *
fact(const struct hyk_catalog *c, const char *type, const char *action, const char *path)
{
	const struct hyk_asset_type *t = hyk_catalog_find_type(c, hyk_str_from_c(type));
	const struct hyk_shape *s = t ? hyk_catalog_find_shape(c, t, hyk_str_from_c(action)) : NULL;
	uint32_t slot = hyk_catalog_find_slot(c, hyk_str_from_c(path));

	return s && slot != HYK_NO_SLOT ? hyk_shape_find_fact(c, s, slot) : NULL;
}

TEST(types_inherit_facts_actions_and_settings)
{
	struct fixture f;
	struct hyk_catalog *c;
	const struct hyk_asset_type *stall;
	const struct hyk_fact *x;

	fixture_init(&f);
	fixture_add_plugins(&f);
	c = build(&f);
	REQUIRE(c);
	stall = hyk_catalog_find_type(c, HYK_STR("space.market-stall"));
	REQUIRE(stall);
	CHECK(stall->extends == hyk_catalog_find_type(c, HYK_STR("asset")));
	CHECK(stall->registered && stall->exclusive);
	CHECK_INT(stall->decision_ttl_s, 900);
	CHECK_INT(stall->n_facts, 15 + 2);
	CHECK_INT(stall->n_subject, 1);
	CHECK_INT(stall->n_context, 5 + 2);
	CHECK_INT(stall->n_actions, 5 + 2);
	CHECK(hyk_asset_type_is(stall, HYK_STR("asset")));
	CHECK(!hyk_asset_type_is(stall->extends, HYK_STR("space.market-stall")));
	CHECK_INT(stall->n_hooked, 1);
	CHECK_INT(stall->hooked[0]->hooks, 1u << 4 | 1u << 5); /* verify, on_event */
	x = fact(c, "space.market-stall", "reserve", "context.start");
	REQUIRE(x);
	CHECK_INT(x->type->kind, HYK_T_TIMESTAMP);
	CHECK(!x->optional && !x->has_default && !x->proof);
	CHECK(!fact(c, "space.market-stall", "check_in", "context.start"));
	CHECK(fact(c, "space.market-stall", "check_in", "context.market_day"));
	CHECK(!fact(c, "asset", "check_in", "context.market_day"));
	CHECK(fact(c, "space.market-stall", "reserve", "subject.food_business"));
	CHECK(!hyk_catalog_find_shape(c, stall, HYK_STR("host_potluck")));
	fixture_fini(&f);
}

TEST(proof_means_verified_and_people_are_personal)
{
	struct fixture f;
	struct hyk_catalog *c;
	const struct hyk_fact *x;

	fixture_init(&f);
	fixture_add_plugins(&f);
	c = build(&f);
	REQUIRE(c);
	x = fact(c, "asset", "check_in", "subject.age");
	REQUIRE(x);
	CHECK_INT(x->proof, HYK_PROOF_CREDENTIAL);
	CHECK_INT(x->assurance, HYK_VERIFIED);
	CHECK(x->personal);
	CHECK_INT(x->bounds.max.as.i, 150);
	x = fact(c, "asset", "check_in", "subject.roles");
	REQUIRE(x);
	CHECK(x->has_default && x->personal);
	CHECK_INT(x->default_value.kind, HYK_LIST); /* Lua's {} is a list here */
	CHECK_INT(x->assurance, HYK_DECLARED);
	x = fact(c, "asset", "check_in", "context.conflict");
	CHECK_INT(x->source, HYK_FROM_RECORD);
	CHECK(!x->personal);
	x = fact(c, "asset", "check_in", "resource.id");
	REQUIRE(x);
	CHECK_INT(x->slot, HYK_SLOT_RESOURCE_ID);
	fixture_fini(&f);
}

TEST(a_subtype_changes_defaults_and_narrows)
{
	struct fixture f;
	struct hyk_catalog *c;
	const struct hyk_fact *x, *base;

	fixture_init(&f);
	fixture_add_plugins(&f);
	c = build(&f);
	REQUIRE(c);
	x = fact(c, "space.garden", "water", "resource.decision_mode");
	base = fact(c, "asset", "check_in", "resource.decision_mode");
	REQUIRE(x && base);
	CHECK_STR(hyk_value_str(x->default_value), "rule_bound");
	CHECK_STR(hyk_value_str(base->default_value), "discretionary");
	CHECK_INT(x->slot, base->slot);
	CHECK_INT(x->bounds.one_of->n, 3); /* kept */
	x = fact(c, "space.garden", "host_potluck", "context.party_size");
	REQUIRE(x);
	CHECK_INT(x->bounds.min.as.i, 1);
	CHECK_INT(x->bounds.max.as.i, 30);
	CHECK_INT(x->default_value.as.i, 4);
	fixture_fini(&f);
}

TEST(what_is_left_out_is_inherited)
{
	struct fixture f;
	struct hyk_catalog *c;
	const struct hyk_fact *x;
	const struct hyk_subject_type *person;

	fixture_init(&f);
	fixture_add_plugin(&f, "thing.b/plugin.lua", "return plugin { }\n",
	    "{\"name\": \"thing.b\", \"line\": 1, \"asset_types\": [{\"name\": \"thing.b\", \"line\": 1,"
	    "\"subject\": {\"identity\": {\"type\": \"bool\", \"proof\": \"credential\"},"
	    "  \"licence\": {\"type\": \"bool\", \"proof\": \"registration\", \"by\": \"town\"}},"
	    "\"context\": {\"conflict\": {\"type\": \"bool\", \"default\": true},"
	    "  \"officer\": {\"type\": \"bool\"}}}]}");
	c = build(&f);
	REQUIRE(c);
	x = fact(c, "thing.b", "check_in", "context.conflict");
	REQUIRE(x);
	CHECK_INT(x->source, HYK_FROM_RECORD);
	CHECK(x->default_value.as.b);
	x = fact(c, "asset", "check_in", "context.conflict");
	CHECK(!x->default_value.as.b);
	x = fact(c, "thing.b", "check_in", "context.officer");
	REQUIRE(x);
	CHECK_INT(x->proof, HYK_PROOF_HUMAN_DECISION);
	CHECK_INT(x->assurance, HYK_VERIFIED);
	CHECK_STR(x->by, "officer");
	x = fact(c, "thing.b", "check_in", "subject.identity");
	REQUIRE(x);
	CHECK_INT(x->assurance, HYK_VERIFIED);
	/* What a type adds to people is no fact of the subject type itself. */
	person = hyk_catalog_find_subject_type(c, HYK_STR("person"));
	REQUIRE(person);
	CHECK_INT(person->n_facts, 4);
	fixture_fini(&f);
}

TEST(slots_are_dense_and_shared)
{
	struct fixture f;
	struct hyk_catalog *c;
	unsigned char *seen;

	fixture_init(&f);
	fixture_add_plugins(&f);
	c = build(&f);
	REQUIRE(c);
	seen = calloc(c->n_slots, 1);
	for (size_t i = 0; i < c->n_facts; i++) {
		CHECK(c->facts[i]->slot >= HYK_SLOT_FIRST_FACT && c->facts[i]->slot < c->n_slots);
		seen[c->facts[i]->slot] = 1;
	}
	for (uint32_t i = HYK_SLOT_FIRST_FACT; i < c->n_slots; i++)
		CHECK(seen[i]);
	free(seen);
	/* 5 actions of the root; 7 and 7 of the two. */
	CHECK_INT(c->n_shapes, 5 + 7 + 7);
	for (size_t i = 0; i < c->n_shapes; i++) {
		CHECK_INT(c->shapes[i].number, i);
		for (size_t k = 1; k < c->shapes[i].n_facts; k++)
			CHECK(c->shapes[i].facts[k - 1]->slot < c->shapes[i].facts[k]->slot);
	}
	fixture_fini(&f);
}

static const char bad_lua[] =
    "return plugin {\n"
    "  asset_type {\n"
    "    name = \"barn\", extends = \"aset\",\n"
    "    facts = {\n"
    "      size  = { type = \"integer\" },\n"
    "      owner = { type = \"int\" },\n"
    "      area  = { type = \"int\", deflt = 1 },\n"
    "      mood  = { type = \"string\", proof = \"oath\" },\n"
    "      both  = { type = \"bool\", default = true, optional = true },\n"
    "      low   = { type = \"int\", default = 1, min = 5 },\n"
    "      none  = { default = 1 },\n"
    "      id    = { type = \"int\" },\n"
    "    },\n"
    "    actions = { fly = { extends = \"uze\" } },\n"
    "  },\n"
    "}\n";

static const char bad_manifest[] =
    "{\"name\":\"barn\",\"line\":1,\"asset_types\":[{\"name\":\"barn\",\"extends\":\"EXTENDS\",\"line\":2,\"facts\":{"
    "\"area\":{\"type\":\"int\",\"deflt\":1},\"both\":{\"type\":\"bool\",\"default\":true,\"optional\":true},"
    "\"id\":{\"type\":\"int\"},\"low\":{\"type\":\"int\",\"default\":1,\"min\":5},"
    "\"mood\":{\"type\":\"string\",\"proof\":\"oath\"},\"none\":{\"default\":1},\"owner\":{\"type\":\"int\"},"
    "\"size\":{\"type\":\"integer\"}},\"actions\":{\"fly\":{\"extends\":\"uze\"}}}]}";

static bool
has_diag(const struct fixture *f, enum hyk_diag_id id, uint32_t line, uint32_t column)
{
	for (const struct hyk_diag *d = f->diags.first; d; d = d->next) {
		struct hyk_position pos;

		if (d->id != id || !d->src)
			continue;
		pos = hyk_source_locate(d->src, d->span);
		if (pos.line == line && pos.column == column)
			return true;
	}
	fprintf(stderr, "no HYK-%04u at %u:%u\n", (unsigned)id, (unsigned)line, (unsigned)column);
	return false;
}

TEST(mistakes_are_told_at_lines_of_the_lua_text)
{
	struct fixture f;
	char *manifest = strdup(bad_manifest), *at;

	fixture_init(&f);
	at = strstr(manifest, "\"EXTENDS\"");
	memcpy(at, "\"asset\"  ", 9);
	fixture_add_plugin(&f, "barn/plugin.lua", bad_lua, manifest);
	CHECK(!build(&f));
	CHECK(has_diag(&f, HYK_D_TYPE_UNKNOWN, 5, 17));
	CHECK(has_diag(&f, HYK_D_FACT_CONFLICT, 6, 7));
	CHECK(has_diag(&f, HYK_D_CATALOG_KEY, 7, 31));
	CHECK(has_diag(&f, HYK_D_FACT_CHOICE, 8, 34));
	CHECK(has_diag(&f, HYK_D_FACT_PRESENCE, 9, 7));
	CHECK(has_diag(&f, HYK_D_FACT_MEMBER, 10, 31));
	CHECK(has_diag(&f, HYK_D_FACT_NO_TYPE, 11, 7));
	CHECK(has_diag(&f, HYK_D_FACT_RESERVED, 12, 7));
	CHECK(has_diag(&f, HYK_D_ACTION_EXTENDS, 14, 17));
	CHECK_INT(f.diags.n_errors, 9);
	free(manifest);
	fixture_fini(&f);
}

TEST(chains_of_types_end)
{
	struct fixture f;

	fixture_init(&f);
	fixture_add_plugin(&f, "a.lua", "return plugin {}\n",
	    "{\"name\":\"x\",\"line\":1,\"asset_types\":[{\"name\":\"a\",\"extends\":\"b\",\"line\":1},"
	    "{\"name\":\"b\",\"extends\":\"a\",\"line\":1},{\"name\":\"c\",\"extends\":\"asset\",\"line\":1},"
	    "{\"name\":\"c\",\"line\":1},{\"name\":\"d\",\"extends\":\"assett\",\"line\":1}]}");
	CHECK(!build(&f));
	CHECK_INT(f.diags.n_errors, 4); /* a and b in a circle, c twice, d extends nothing */
	CHECK_INT(fixture_diag(&f, 0)->id, HYK_D_CATALOG_TWICE);
	CHECK_INT(fixture_diag(&f, 1)->id, HYK_D_TYPE_EXTENDS);
	CHECK_STR(fixture_diag(&f, 1)->hint[HYK_LANG_EN], "did you mean 'asset'?");
	CHECK_INT(fixture_diag(&f, 2)->id, HYK_D_TYPE_CYCLE);
	fixture_fini(&f);
	fixture_init(&f);
	f.n_plugins = 0;
	CHECK(!build(&f));
	CHECK_INT(fixture_diag(&f, 0)->id, HYK_D_CATALOG_NO_ROOT);
	fixture_fini(&f);
}

/* Other subject types beside person, as services declare them. */
TEST(subject_types_stand_side_by_side)
{
	struct fixture f;
	struct hyk_catalog *c;
	const struct hyk_subject_type *user;
	const struct hyk_fact *x;

	fixture_init(&f);
	fixture_add_plugin(&f, "todo.lua", "return plugin {}\n",
	    "{\"name\":\"todo\",\"line\":1,\"subject_types\":[{\"name\":\"user\",\"registered\":true,\"line\":1,\"facts\":{"
	    "\"email\":{\"type\":\"string\",\"source\":\"registry\",\"optional\":true},"
	    "\"roles\":{\"type\":\"list<string>\",\"source\":\"registry\",\"default\":{}}}}],"
	    "\"asset_types\":[{\"name\":\"todo\",\"extends\":\"asset\",\"registered\":false,\"line\":1,\"decision_ttl\":\"1h\","
	    "\"facts\":{\"ownerID\":{\"type\":\"string\",\"default\":\"\"},"
	    "\"decision_mode\":{\"type\":\"string\",\"default\":\"private\"}},"
	    "\"actions\":{\"can_delete\":{\"properties\":{\"soft\":{\"type\":\"bool\",\"default\":false}}}}}]}");
	c = build(&f);
	REQUIRE(c);
	user = hyk_catalog_find_subject_type(c, HYK_STR("user"));
	REQUIRE(user);
	CHECK(user->registered);
	CHECK(!hyk_catalog_find_subject_type(c, HYK_STR("person"))->registered);
	CHECK_INT(user->n_facts, 2);
	CHECK(!hyk_catalog_find_type(c, HYK_STR("todo"))->registered);
	CHECK_INT(hyk_catalog_find_type(c, HYK_STR("todo"))->decision_ttl_s, 3600);
	x = fact(c, "todo", "can_delete", "action.soft");
	REQUIRE(x);
	CHECK_INT(x->root, HYK_ACTION);
	CHECK(!fact(c, "todo", "check_in", "action.soft"));
	/* Conditions may look at either's facts. */
	CHECK(fact(c, "todo", "can_delete", "subject.email"));
	CHECK(fact(c, "todo", "can_delete", "subject.age"));
	fixture_fini(&f);
}

int
main(void)
{
	RUN(types_inherit_facts_actions_and_settings);
	RUN(proof_means_verified_and_people_are_personal);
	RUN(a_subtype_changes_defaults_and_narrows);
	RUN(what_is_left_out_is_inherited);
	RUN(slots_are_dense_and_shared);
	RUN(mistakes_are_told_at_lines_of_the_lua_text);
	RUN(chains_of_types_end);
	RUN(subject_types_stand_side_by_side);
	return check_done();
}
