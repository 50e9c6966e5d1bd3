/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a plugins folder are read: plugins, sorted by path, and never the template. */
#include "support/check.h"

#include "base/file.h"
#include "runtime/texts.h"

static void
put(struct hyk_arena *a, const char *dir, const char *file, const char *text)
{
	struct hyk_str folder = hyk_arena_printf(a, "%s", dir),
		       path = hyk_arena_printf(a, "%s/%s", dir, file);

	CHECK(hyk_file_make_dirs(folder, 0700, NULL) == HYK_OK);
	CHECK(hyk_file_replace(path, hyk_str_from_c(text), 0600, NULL) == HYK_OK);
}

static const char *
below(struct hyk_arena *a, const char *dir, const char *name)
{
	return hyk_arena_printf(a, "%s/%s", dir, name).p;
}

TEST(the_template_is_no_plugin)
{
	const char *dir = check_temp_dir();
	struct hyk_texts t = { 0 };
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	put(&a, below(&a, dir, "p/bench"), "plugin.lua", "bench");
	put(&a, below(&a, dir, "p/bench/template"), "plugin.lua", "deeper ones are");
	put(&a, below(&a, dir, "p/template"), "plugin.lua", "template");
	put(&a, below(&a, dir, "p/template"), "scenarios.yaml", "template");
	put(&a, below(&a, dir, "p/templates"), "plugin.lua", "another name");
	REQUIRE(hyk_texts_read_folders(&t, &a, NULL, below(&a, dir, "p"), NULL) == HYK_OK);
	CHECK_INT(t.n, 3);
	if (t.n == 3) {
		CHECK_STR(t.files[0].path, "bench/plugin.lua");
		CHECK_STR(t.files[1].path, "bench/template/plugin.lua");
		CHECK_STR(t.files[2].path, "templates/plugin.lua");
	}
	hyk_arena_fini(&a);
}

TEST(what_was_meant_to_be_read_is_named)
{
	static const char *const meant[] = { "Rules.YAML", "deposit.yaml.txt", "more.json", "places.GeoJSON", "stray.lua" };
	const char *dir = check_temp_dir();
	struct hyk_texts t = { 0 };
	struct hyk_arena a;
	struct hyk_diags diags;
	size_t n = 0;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	put(&a, below(&a, dir, "m"), "commons.yaml", "x");
	put(&a, below(&a, dir, "m"), "places.geojson", "x");
	put(&a, below(&a, dir, "m"), "README.md", "x");
	for (size_t i = 0; i < HYK_ARRAY_LEN(meant); i++)
		put(&a, below(&a, dir, "m"), meant[i], "x");
	REQUIRE(hyk_texts_read_folders(&t, &a, below(&a, dir, "m"), NULL, &diags) == HYK_OK);
	CHECK_INT(t.n, 2); /* and the places */
	CHECK_INT(diags.n_warnings, HYK_ARRAY_LEN(meant));
	for (const struct hyk_diag *d = diags.first; d; d = d->next, n++) {
		CHECK_INT(d->id, HYK_D_FILE_NOT_READ);
		CHECK(n < HYK_ARRAY_LEN(meant) && hyk_str_find(d->text[HYK_LANG_EN], hyk_str_from_c(meant[n])) != SIZE_MAX);
	}
	hyk_arena_fini(&a);
}

TEST(a_commons_may_be_called_template)
{
	const char *dir = check_temp_dir();
	struct hyk_texts t = { 0 };
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	put(&a, below(&a, dir, "c/template"), "commons.yaml", "x");
	REQUIRE(hyk_texts_read_folders(&t, &a, below(&a, dir, "c"), NULL, NULL) == HYK_OK);
	CHECK_INT(t.n, 1);
	hyk_arena_fini(&a);
}

TEST(one_plugin_by_its_own_folder)
{
	const char *dir = check_temp_dir();
	struct hyk_texts t = { 0 };
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	put(&a, below(&a, dir, "p/template"), "plugin.lua", "template");
	put(&a, below(&a, dir, "p/template"), "scenarios.yaml", "scenarios");
	put(&a, below(&a, dir, "p/template"), "README.md", "not read");
	REQUIRE(hyk_texts_read_plugin(&t, &a, below(&a, dir, "p/template/"), NULL) == HYK_OK);
	CHECK_INT(t.n, 2);
	if (t.n == 2) {
		CHECK_STR(t.files[0].path, "template/plugin.lua");
		CHECK_STR(t.files[0].kind, "plugin");
		CHECK_STR(t.files[0].src->text, "template");
		CHECK_STR(t.files[1].path, "template/scenarios.yaml");
	}
	CHECK(hyk_texts_read_plugin(&t, &a, below(&a, dir, "nowhere"), NULL) != HYK_OK);
	hyk_arena_fini(&a);
}

int
main(void)
{
	RUN(the_template_is_no_plugin);
	RUN(what_was_meant_to_be_read_is_named);
	RUN(a_commons_may_be_called_template);
	RUN(one_plugin_by_its_own_folder);
	return check_done();
}
