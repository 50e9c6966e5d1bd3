/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/policy/fixture.c - see fixture.h. */
#include "unit/policy/fixture.h"

#include "unit/policy/fixture_manifests.h"
#include "value/json.h"

static const char lua[] = "return plugin { }\n";

static const char engine_policy[] =
    "policy: engine\n"
    "commons: ''\n"
    "layer: law\n"
    "title: {ko: 엔진의 규칙, en: \"The engine's own rules\"}\n"
    "applies_to: {assets: [asset], actions: ['*']}\n"
    "define:\n"
    "  mode: resource.decision_modes[?action.name].orValue(resource.decision_mode)\n"
    "rules:\n"
    "  - id: g-busy\n"
    "    effect: forbid\n"
    "    code: CONFLICT\n"
    "    when: context.conflict\n"
    "    because: {ko: 이미 예약된 시간입니다, en: The slot is already taken}\n"
    "  - id: g-discretion\n"
    "    effect: require\n"
    "    when: mode == \"discretionary\"\n"
    "    need: context.officer\n"
    "    because: {ko: 담당 공무원이 결정합니다, en: An officer decides}\n"
    "    basis: 행정기본법 제20조\n";

void
fixture_init(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	hyk_arena_init(&f->arena, 0);
	hyk_diags_init(&f->diags, &f->arena);
	f->engine = hyk_source_new(&f->arena, HYK_STR("<built-in>/engine.yaml"), hyk_str_from_c(engine_policy));
	fixture_add_plugin(f, "<built-in>/asset.lua", lua, asset_manifest);
}

void
fixture_fini(struct fixture *f)
{
	f->ruleset = hyk_ruleset_unref(f->ruleset);
	hyk_arena_fini(&f->arena);
}

void
fixture_add_plugin(struct fixture *f, const char *name, const char *text, const char *manifest)
{
	struct hyk_plugin_text *p = &f->plugins[f->n_plugins++];
	const struct hyk_source *json = hyk_source_new(&f->arena, HYK_STR("<manifest>"), hyk_str_from_c(manifest));

	p->src = hyk_source_new(&f->arena, hyk_str_from_c(name), hyk_str_from_c(text));
	if (!json || hyk_json_parse(&f->arena, json, NULL, &p->manifest, &f->diags) != HYK_OK) {
		fixture_print(f);
		abort();
	}
}

void
fixture_add_plugins(struct fixture *f)
{
	fixture_add_plugin(f, "space.market-stall/plugin.lua", lua, stall_manifest);
	fixture_add_plugin(f, "space.garden/plugin.lua", lua, garden_manifest);
}

void
fixture_add_text(struct fixture *f, struct hyk_str path, struct hyk_str text)
{
	f->files[f->n_files++] = (struct hyk_text_file){ HYK_STR("commons"), path, hyk_source_new(&f->arena, path, text) };
}

void
fixture_add_file(struct fixture *f, const char *path, const char *text)
{
	fixture_add_text(f, hyk_str_from_c(path), hyk_str_from_c(text));
}

void
fixture_add_commons(struct fixture *f)
{
	fixture_add_file(f, "commons.yaml",
	    "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\nlanguages: [ko, en]\n"
	    "may_decide: [{assets: [asset], actions: ['*']}]\n");
	fixture_add_file(f, "east/commons.yaml", "commons: town/east\n");
	fixture_add_file(f, "east/garden-3/commons.yaml", "commons: town/east/garden-3\ntitle: Garden 3\n");
}

char *
fixture_read(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text;
	size_t n;

	if (!in)
		return NULL;
	text = malloc(1 << 20);
	n = text ? fread(text, 1, (1 << 20) - 1, in) : 0;
	fclose(in);
	if (text)
		text[n] = '\0';
	return text;
}

enum hyk_status
fixture_load(struct fixture *f)
{
	struct hyk_ruleset_input in = { .version = 1, .files = f->files, .n_files = f->n_files, .plugins = f->plugins,
		.n_plugins = f->n_plugins, .engine_policy = f->engine, .allow_empty = f->allow_empty };
	struct hyk_arena arena;

	hyk_arena_init(&arena, 0);
	return hyk_ruleset_load(&in, &arena, &f->ruleset, &f->diags);
}

const struct hyk_diag *
fixture_diag(const struct fixture *f, size_t i)
{
	const struct hyk_diag *d = f->diags.first;

	while (d && i--)
		d = d->next;
	return d;
}

void
fixture_print(const struct fixture *f)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_diags_render(&b, &f->diags, HYK_LANG_EN);
	fprintf(stderr, "%.*s", HYK_STR_ARG(hyk_buf_peek(&b)));
	hyk_buf_fini(&b);
}

const struct hyk_rule *
fixture_rule(const struct fixture *f, const char *id)
{
	for (size_t i = 0; f->ruleset && i < f->ruleset->n_rules; i++) {
		if (hyk_str_eq_c(f->ruleset->rules[i]->id, id))
			return f->ruleset->rules[i];
	}
	return NULL;
}
