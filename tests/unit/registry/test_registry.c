/* SPDX-License-Identifier: Apache-2.0 */
/* Entries on record in front of the folders' own: what is found, what fits, what goes on under later rules. */
#include "registry/registry.h"

#include <pthread.h>

#include "support/check.h"
#include "value/json.h"

static const char root_manifest[] =
    "{\"name\":\"asset\",\"version\":\"1.0.0\",\"api\":1,\"title\":{\"en\":\"Asset\",\"ko\":\"자산\"},\"line\":1,"
    "\"subject_types\":[{\"name\":\"person\",\"line\":1,\"facts\":{\"born\":{\"type\":\"date\",\"optional\":true}}}],"
    "\"asset_types\":[{\"name\":\"asset\",\"line\":1,\"title\":{\"en\":\"Asset\",\"ko\":\"자산\"},"
    "\"facts\":{\"safe\":{\"type\":\"bool\",\"default\":true},\"seats\":{\"type\":\"int\",\"min\":0,\"default\":7},"
    "\"opened\":{\"type\":\"date\",\"optional\":true}},"
    "\"subject\":{\"points\":{\"type\":\"int\",\"source\":\"registry\",\"default\":0}},"
    "\"actions\":{\"use\":{}}}]}";
static const char commons_yaml[] = "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\n";
static const char east_yaml[] = "commons: town/east\ntitle: {ko: 동쪽, en: East}\n";
static const char registry_yaml[] = "assets:\n  - {type: asset, id: b, commons: town, facts: {seats: 2}}\n"
                                    "  - {type: asset, id: d, commons: town/east}\n"
                                    "people:\n  - {type: person, id: mina}\n";
static const char engine_yaml[] = "policy: engine\ncommons: ''\nlayer: law\ntitle: {ko: 엔진, en: Engine}\n"
                                  "applies_to: {assets: [asset], actions: ['*']}\nrules:\n  - id: none\n"
                                  "    effect: permit\n    because: {ko: 다, en: All}\n";

struct town {
	struct hyk_arena arena;
	struct hyk_diags diags;
	struct hyk_ruleset *ruleset;
	struct hyk_registry *registry;
};

static const struct hyk_source *
source(struct town *t, const char *name, const char *text)
{
	return hyk_source_new(&t->arena, hyk_str_from_c(name), hyk_str_from_c(text));
}

static struct hyk_value
json(struct town *t, const char *text)
{
	struct hyk_value v = hyk_null();

	CHECK_INT(hyk_json_parse(&t->arena, source(t, "<test>", text), NULL, &v, &t->diags), HYK_OK);
	return v;
}

static bool
town_open(struct town *t)
{
	static const char *const paths[] = { "commons.yaml", "east/commons.yaml", "registry.yaml" };
	static const char *const texts[] = { commons_yaml, east_yaml, registry_yaml };
	struct hyk_text_file files[3];
	struct hyk_plugin_text plugin;
	struct hyk_ruleset_input in = { .version = 1 };
	struct hyk_arena arena;

	hyk_arena_init(&t->arena, 0);
	hyk_diags_init(&t->diags, &t->arena);
	for (size_t i = 0; i < 3; i++)
		files[i] = (struct hyk_text_file){ HYK_STR("commons"), hyk_str_from_c(paths[i]), source(t, paths[i], texts[i]) };
	plugin.src = source(t, "asset.lua", "return plugin {}\n");
	plugin.manifest = json(t, root_manifest);
	in.files = files;
	in.n_files = 3;
	in.plugins = &plugin;
	in.n_plugins = 1;
	in.engine_policy = source(t, "engine.yaml", engine_yaml);
	hyk_arena_init(&arena, 0);
	if (!CHECK_INT(hyk_ruleset_load(&in, &arena, &t->ruleset, &t->diags), HYK_OK)) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &t->diags, HYK_LANG_EN);
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
		return false;
	}
	return CHECK_INT(hyk_registry_new(t->ruleset, &t->registry), HYK_OK);
}

static void
town_close(struct town *t)
{
	hyk_registry_unref(t->registry);
	hyk_ruleset_unref(t->ruleset);
	hyk_arena_fini(&t->arena);
}

static enum hyk_status
put(struct town *t, const char *doc, uint64_t index)
{
	return hyk_registry_put(t->registry, HYK_REGISTERED_ASSET, hyk_str_from_c(doc), index);
}

static const struct hyk_entity *
asset(struct town *t, const char *id)
{
	return hyk_registry_find(t->registry, HYK_STR("asset"), hyk_str_from_c(id));
}

/* "a b d": the ids as a list, and where the page ends. */
static const char *
ids(struct town *t, const char *within, const char *after, size_t most)
{
	static char text[200];
	struct hyk_str *list;
	size_t n, at = 0;

	text[0] = '\0';
	if (!CHECK_INT(hyk_registry_list(t->registry, HYK_STR("asset"), hyk_str_from_c(within), hyk_str_from_c(after), most,
	                   &t->arena, &list, &n), HYK_OK))
		return text;
	for (size_t i = 0; i < n && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s", i ? " " : "", HYK_STR_ARG(list[i]));
	return text;
}

TEST(what_is_on_record_stands_in_front)
{
	struct town t;

	REQUIRE(town_open(&t));
	CHECK(asset(&t, "b") != NULL && asset(&t, "a") == NULL);
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":{\"seats\":4}}", 5), HYK_OK);
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"b\",\"commons\":\"town\",\"facts\":{\"seats\":9}}", 6), HYK_OK);
	REQUIRE(asset(&t, "a") != NULL && asset(&t, "b") != NULL);
	CHECK_INT(asset(&t, "a")->values[0].as.i, 4);
	CHECK_INT(asset(&t, "b")->values[0].as.i, 9);
	CHECK_STR(asset(&t, "a")->commons->path, "town");
	/* Records may be put in any order: the later one counts. */
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"b\",\"commons\":\"town\",\"facts\":{\"seats\":1}}", 3), HYK_OK);
	CHECK_INT(asset(&t, "b")->values[0].as.i, 9);
	town_close(&t);
}

TEST(the_retired_are_gone)
{
	struct town t;
	const struct hyk_entry *e;

	REQUIRE(town_open(&t));
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"b\",\"commons\":\"town\",\"retired\":true}", 5), HYK_OK);
	CHECK(asset(&t, "b") == NULL);
	e = hyk_registry_entry(t.registry, HYK_STR("asset"), HYK_STR("b"));
	CHECK(e != NULL && e->retired && e->index == 5);
	CHECK_C(ids(&t, "town", "", 10), "d");
	town_close(&t);
}

TEST(lists_are_sorted_narrowed_and_paged)
{
	struct town t;

	REQUIRE(town_open(&t));
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"e\",\"commons\":\"town/east\"}", 5), HYK_OK);
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\"}", 6), HYK_OK);
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"c\",\"commons\":\"town/east\"}", 7), HYK_OK);
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"b\",\"commons\":\"town\"}", 8), HYK_OK);
	CHECK_C(ids(&t, "town", "", 10), "a b c d e");
	CHECK_C(ids(&t, "town/east", "", 10), "c d e");
	CHECK_C(ids(&t, "town", "", 2), "a b");
	CHECK_C(ids(&t, "town", "b", 2), "c d");
	CHECK_C(ids(&t, "town", "bb", 10), "c d e");
	CHECK_C(ids(&t, "town", "e", 10), "");
	CHECK_C(ids(&t, "elsewhere", "", 10), "");
	town_close(&t);
}

/* A value that was right when it was recorded, under rules that want another: no default steps in for it. */
TEST(a_value_that_fits_no_more_is_an_error_value)
{
	struct town t;

	REQUIRE(town_open(&t));
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":{\"safe\":\"no\",\"gone\":1}}", 5),
	    HYK_OK);
	REQUIRE(asset(&t, "a") != NULL);
	REQUIRE(CHECK_INT(asset(&t, "a")->n_facts, 1));
	CHECK_STR(asset(&t, "a")->facts[0]->name, "safe");
	CHECK_INT(asset(&t, "a")->values[0].kind, HYK_ERROR_VALUE);
	/* Of a type, or in a commons, that is no more: kept, and found as it is. */
	CHECK_INT(put(&t, "{\"type\":\"boat\",\"id\":\"x\",\"commons\":\"sea\",\"facts\":{\"mast\":1}}", 6), HYK_OK);
	REQUIRE(hyk_registry_find(t.registry, HYK_STR("boat"), HYK_STR("x")) != NULL);
	CHECK(hyk_registry_find(t.registry, HYK_STR("boat"), HYK_STR("x"))->commons == NULL);
	CHECK_INT(put(&t, "{\"type\":\"asset\"}", 7), HYK_E_INVALID);
	CHECK_INT(put(&t, "[1", 7), HYK_E_INVALID);
	town_close(&t);
}

static size_t
faults(struct town *t, enum hyk_registered_kind kind, const char *text)
{
	struct hyk_registered doc;
	struct hyk_entity e;
	enum hyk_status st;

	hyk_diags_init(&t->diags, &t->arena);
	st = hyk_registered_read(&t->arena, t->ruleset, kind, json(t, text), &doc, &t->diags);
	if (st == HYK_OK)
		st = hyk_registered_bind(&t->arena, t->ruleset, &doc, &e, &t->diags);
	CHECK((st == HYK_OK) == (t->diags.n_errors == 0));
	return t->diags.n_errors;
}

TEST(documents_are_checked_whole)
{
	static const char *const bad[] = { "[]", "{}", "{\"type\":\"asset\",\"id\":\"a\"}",
		"{\"type\":\"asset\",\"id\":\"\",\"commons\":\"town\"}", "{\"type\":\"aset\",\"id\":\"a\",\"commons\":\"town\"}",
		"{\"type\":\"asset\",\"id\":\"a\\u0007\",\"commons\":\"town\"}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"tow\"}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"fact\":{}}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":[]}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":{\"seats\":-1}}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":{\"seat\":1}}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"facts\":{\"opened\":\"2026-02-30\"}}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"title\":{}}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"title\":7}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"photos\":[\"ab\"]}",
		"{\"type\":\"asset\",\"id\":\"a\",\"commons\":\"town\",\"retired\":\"yes\"}" };
	struct town t;
	struct hyk_diag_info info;

	REQUIRE(town_open(&t));
	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++)
		if (!CHECK(faults(&t, HYK_REGISTERED_ASSET, bad[i]) > 0))
			fprintf(stderr, "taken: %s\n", bad[i]);
	CHECK_INT(faults(&t, HYK_REGISTERED_ASSET,
	              "{\"type\":\"asset\",\"id\":\"벤치 1\",\"commons\":\"town/east\",\"title\":{\"ko\":\"벤치\"},"
	              "\"facts\":{\"seats\":3,\"safe\":false,\"opened\":\"2026-02-28\"},\"photos\":[\""
	              "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"],\"replaces\":4}"), 0);
	/* Two faults, two messages; a person has no commons, and what assets add to persons. */
	CHECK_INT(faults(&t, HYK_REGISTERED_PERSON, "{\"type\":\"person\",\"id\":\"p\",\"commons\":\"town\",\"facts\":[]}"), 2);
	CHECK_INT(faults(&t, HYK_REGISTERED_PERSON,
	              "{\"type\":\"person\",\"id\":\"p\",\"facts\":{\"points\":3,\"born\":\"1999-12-31\"}}"), 0);
	CHECK_INT(faults(&t, HYK_REGISTERED_PERSON, "{\"type\":\"person\",\"id\":\"p\",\"facts\":{\"seats\":3}}"), 1);
	REQUIRE(t.diags.first != NULL && hyk_diag_info(t.diags.first->id, &info));
	CHECK_C(info.name, "REGISTRY_FACT");
	town_close(&t);
}

/* Found entries stay as they are while another thread replaces them (TSan looks at the rest). */
static void *
replace(void *self)
{
	struct town *t = self;

	for (uint64_t i = 1; i <= 300; i++) {
		char doc[120];

		snprintf(doc, sizeof(doc), "{\"type\":\"asset\",\"id\":\"n%03d\",\"commons\":\"town\",\"facts\":{\"seats\":%d}}",
		    (int)(i * 7 % 100), (int)i);
		CHECK_INT(put(t, doc, i), HYK_OK);
	}
	return NULL;
}

TEST(looking_while_it_changes)
{
	struct town t;
	pthread_t thread;
	const struct hyk_entity *kept;

	REQUIRE(town_open(&t));
	CHECK_INT(put(&t, "{\"type\":\"asset\",\"id\":\"n007\",\"commons\":\"town\",\"facts\":{\"seats\":1000}}", 0), HYK_OK);
	kept = asset(&t, "n007");
	REQUIRE(kept != NULL && pthread_create(&thread, NULL, replace, &t) == 0);
	for (int i = 0; i < 300; i++) {
		const struct hyk_entity *e = asset(&t, "n007");

		if (!CHECK(e != NULL && e->values[0].as.i > 0))
			break;
	}
	pthread_join(thread, NULL);
	CHECK_INT(kept->values[0].as.i, 1000);
	CHECK_INT(asset(&t, "n007")->values[0].as.i, 201);
	town_close(&t);
}

int
main(void)
{
	RUN(what_is_on_record_stands_in_front);
	RUN(the_retired_are_gone);
	RUN(lists_are_sorted_narrowed_and_paged);
	RUN(a_value_that_fits_no_more_is_an_error_value);
	RUN(documents_are_checked_whole);
	RUN(looking_while_it_changes);
	return check_done();
}
