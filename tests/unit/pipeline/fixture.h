/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small town for the tests of this room: the root type, an asset type 'hall' with facts of every kind, a
 * subject type 'user', and policies given by the test. JSON is written with ' for ".
 */
#ifndef HYK_TESTS_PIPELINE_FIXTURE_H
#define HYK_TESTS_PIPELINE_FIXTURE_H

#include "pipeline/decide.h"
#include "support/check.h"
#include "value/json.h"

static const char fixture_root[] =
    "{'name': 'asset', 'version': '1.0.0', 'api': 1, 'title': {'en': 'Asset', 'ko': '자산'}, 'line': 1,"
    " 'subject_types': [{'name': 'person', 'line': 2, 'facts': {"
    "   'age': {'type': 'int', 'min': 0, 'max': 150, 'proof': 'credential', 'any_of': ['age_over', 'age']},"
    "   'identity': {'type': 'bool', 'proof': 'credential'},"
    "   'trained': {'type': 'bool', 'proof': 'credential'},"
    "   'roles': {'type': 'list<string>', 'default': []}}},"
    "  {'name': 'user', 'line': 2, 'registered': true, 'facts': {"
    "   'email': {'type': 'string', 'source': 'registry', 'optional': true},"
    "   'trained': {'type': 'bool', 'default': false}}}],"
    " 'asset_types': [{'name': 'asset', 'line': 3, 'title': {'en': 'Asset', 'ko': '자산'}, 'facts': {"
    "   'restore': {'type': 'bool', 'default': false}},"
    "  'context': {"
    "   'conflict': {'type': 'bool', 'source': 'record', 'default': false},"
    "   'balance': {'type': 'bool', 'source': 'record'},"
    "   'officer': {'type': 'bool', 'proof': 'human_decision', 'by': 'officer'},"
    "   'steward': {'type': 'bool', 'proof': 'human_decision', 'by': 'steward'}},"
    "  'actions': {'use': {'abstract': true, 'context': {"
    "    'start': {'type': 'timestamp'},"
    "    'party_size': {'type': 'int', 'min': 1, 'default': 1},"
    "    'fee_krw': {'type': 'int', 'unit': 'KRW', 'default': 0}}}}}],"
    " 'duties': [{'name': 'deposit', 'line': 4, 'terms': {'amount': {'type': 'int', 'unit': 'KRW'}}},"
    "            {'name': 'restore', 'line': 5}]}";

static const char fixture_hall[] =
    "{'name': 'hall', 'version': '1.0.0', 'api': 1, 'title': {'en': 'Hall', 'ko': '강당'}, 'line': 1,"
    " 'reads': ['context.party_size', 'context.t', 'subject.age', 'subject.id', 'action.name', 'now'],"
    " 'hooks': ['enrich', 'permit', 'liability'],"
    " 'asset_types': [{'name': 'hall', 'extends': 'asset', 'line': 2, 'decision_ttl': '5m',"
    "  'title': {'en': 'Hall', 'ko': '강당'},"
    "  'facts': {'area': {'type': 'int', 'source': 'registry'},"
    "            'opened': {'type': 'date', 'optional': true}},"
    "  'context': {"
    "   't': {'type': 'bool', 'default': true}, 'f': {'type': 'bool', 'default': false},"
    "   'u': {'type': 'bool', 'proof': 'evidence', 'by': 'steward'}, 'e': {'type': 'bool'},"
    "   'nt': {'type': 'bool', 'default': true, 'source': 'record'},"
    "   'nf': {'type': 'bool', 'default': false, 'source': 'record'},"
    "   'nu': {'type': 'bool', 'proof': 'filing'}, 'ne': {'type': 'bool', 'source': 'hook'},"
    "   'crowded': {'type': 'bool', 'source': 'hook'}},"
    "  'actions': {'reserve': {'extends': 'use', 'properties': {'soft': {'type': 'bool', 'default': false}}},"
    "              'look': {}}}]}";

/* The same without hooks. */
static const char fixture_quiet[] =
    "{'name': 'hall', 'version': '1.0.0', 'api': 1, 'title': {'en': 'Hall', 'ko': '강당'}, 'line': 1,"
    " 'asset_types': [{'name': 'hall', 'extends': 'asset', 'line': 2, 'decision_ttl': '5m',"
    "  'title': {'en': 'Hall', 'ko': '강당'},"
    "  'facts': {'area': {'type': 'int', 'source': 'registry'},"
    "            'opened': {'type': 'date', 'optional': true}},"
    "  'context': {"
    "   't': {'type': 'bool', 'default': true}, 'f': {'type': 'bool', 'default': false},"
    "   'u': {'type': 'bool', 'proof': 'evidence', 'by': 'steward'}, 'e': {'type': 'bool'},"
    "   'nt': {'type': 'bool', 'default': true, 'source': 'record'},"
    "   'nf': {'type': 'bool', 'default': false, 'source': 'record'},"
    "   'tie': {'type': 'bool', 'proof': 'credential', 'any_of': ['u', 'card', 'nu', 't']},"
    "   'nu': {'type': 'bool', 'proof': 'filing'}, 'ne': {'type': 'bool', 'source': 'hook'}},"
    "  'actions': {'reserve': {'extends': 'use', 'properties': {'soft': {'type': 'bool', 'default': false}}},"
    "              'look': {}}}]}";

static const char fixture_commons[] = "commons: town\ntitle: {ko: 마을, en: Town}\nzone: Asia/Seoul\n"
                                      "languages: [ko, en]\nmay_decide: [{assets: [hall], actions: [look]}]\n";
static const char fixture_east[] = "commons: town/east\ntitle: {ko: 동쪽, en: East}\n";
static const char fixture_west[] = "commons: west\ntitle: {ko: 서쪽, en: West}\nzone: Asia/Seoul\n";
static const char fixture_registry[] =
    "assets:\n  - {type: hall, id: h1, commons: town, facts: {area: 100, opened: 2020-03-01}}\n"
    "  - {type: hall, id: h2, commons: town/east, facts: {area: 50}}\n"
    "  - {type: hall, id: w1, commons: west, facts: {area: 70}}\n"
    "people:\n  - {type: person, id: verified, facts: {age: 40, identity: true}}\n"
    "  - {type: user, id: alice, facts: {email: a@x}}\n";
static const char fixture_engine[] = "policy: engine\ncommons: ''\nlayer: law\ntitle: {ko: 엔진, en: Engine}\n"
                                     "applies_to: {assets: [asset], actions: ['*']}\nrules:\n"
                                     "  - id: g-busy\n    effect: forbid\n    code: CONFLICT\n"
                                     "    when: context.conflict\n    because: {ko: 찼습니다, en: Taken}\n";

struct fixture {
	struct hyk_arena arena; /* of texts and messages, as long as the ruleset */
	struct hyk_arena scratch; /* of one decision */
	struct hyk_diags diags;
	struct hyk_ruleset *ruleset;
	struct hyk_workspace *workspace;
	struct hyk_decide_input in;
	struct hyk_request request;
	struct hyk_decision decision;
	struct hyk_buf out;
};

static inline struct hyk_value
fixture_json(struct hyk_arena *a, const char *json)
{
	struct hyk_str text = hyk_arena_dup(a, hyk_str_from_c(json));
	char *p = hyk_arena_alloc(a, text.n + 1);
	struct hyk_value v = hyk_null();
	struct hyk_source *src;
	struct hyk_diags diags;

	hyk_diags_init(&diags, a);
	if (!CHECK(text.p && p))
		return v;
	for (size_t i = 0; i < text.n; i++)
		p[i] = text.p[i] == '\'' ? '"' : text.p[i];
	src = hyk_source_new(a, HYK_STR("<test>"), hyk_str_make(p, text.n));
	if (!src || !CHECK_INT(hyk_json_parse(a, src, NULL, &v, &diags), HYK_OK)) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &diags, HYK_LANG_EN);
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
	}
	return v;
}

static inline const struct hyk_source *
fixture_source(struct fixture *x, const char *name, const char *text)
{
	const struct hyk_source *s =
	    hyk_source_new(&x->arena, hyk_str_from_c(name), hyk_arena_dup(&x->arena, hyk_str_from_c(text)));

	CHECK(s != NULL);
	return s;
}

/* A ruleset of the town with these policies (NULL-ended) and this plugin beside the root; false: messages are printed. */
static inline bool
fixture_open(struct fixture *x, const char *plugin, const char *const *policies)
{
	struct hyk_plugin_text plugins[2];
	struct hyk_text_file files[16];
	struct hyk_arena arena;
	struct hyk_buf b;
	size_t n = 0;
	static const char lua[] = "return plugin {\n\n\n\n\n\n}\n";
	enum hyk_status st;

	memset(x, 0, sizeof(*x));
	hyk_arena_init(&x->arena, 0);
	hyk_arena_init(&x->scratch, 0);
	hyk_arena_init(&arena, 0);
	hyk_buf_init(&x->out, 0);
	hyk_diags_init(&x->diags, &x->arena);
	plugins[0] = (struct hyk_plugin_text){ fixture_source(x, "asset.lua", lua), fixture_json(&x->arena, fixture_root) };
	plugins[1] = (struct hyk_plugin_text){ fixture_source(x, "hall.lua", lua), fixture_json(&x->arena, plugin) };
#define FILE_OF(path_, text_)                                                                      \
	files[n++] = (struct hyk_text_file){ HYK_STR("commons"), hyk_str_from_c(path_), fixture_source(x, path_, text_) }
	FILE_OF("town/commons.yaml", fixture_commons);
	FILE_OF("town/east/commons.yaml", fixture_east);
	FILE_OF("west/commons.yaml", fixture_west);
	FILE_OF("registry.yaml", fixture_registry);
	for (size_t i = 0; policies[i] && n < HYK_ARRAY_LEN(files); i++) {
		char *path = hyk_arena_alloc(&x->arena, 32);

		if (!CHECK(path != NULL))
			return false;
		snprintf(path, 32, "p%zu.yaml", i);
		FILE_OF(path, policies[i]);
	}
	struct hyk_ruleset_input in = { .version = 7, .files = files, .n_files = n, .plugins = plugins, .n_plugins = 2,
		.engine_policy = fixture_source(x, "engine.yaml", fixture_engine) };

	st = hyk_ruleset_load(&in, &arena, &x->ruleset, &x->diags);
	if (st != HYK_OK) {
		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &x->diags, HYK_LANG_EN);
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
	}
	x->workspace = hyk_workspace_new();
	x->in = (struct hyk_decide_input){ .ruleset = x->ruleset,
		.request = &x->request,
		.caller_commons = HYK_STR("town"),
		.now = { 1777690800, 0 }, /* 2026-05-02T03:00:00Z, noon in Seoul */
		.workspace = x->workspace,
		.arena = &x->scratch };
	return CHECK_INT(st, HYK_OK) && CHECK(x->workspace != NULL);
}

static inline void
fixture_close(struct fixture *x)
{
	hyk_workspace_free(x->workspace);
	(void)hyk_ruleset_unref(x->ruleset);
	hyk_buf_fini(&x->out);
	hyk_arena_fini(&x->scratch);
	hyk_arena_fini(&x->arena);
}

/* Reads and decides; the decision is in x->decision. */
static inline enum hyk_status
fixture_decide(struct fixture *x, const char *json)
{
	enum hyk_status st;

	hyk_arena_fini(&x->scratch);
	st = hyk_request_read(fixture_json(&x->scratch, json), HYK_SEARCHED_NOTHING, true, &x->request, &x->diags);
	return st == HYK_OK ? hyk_decide(&x->in, &x->decision, &x->diags) : st;
}

/* A text as C's, for messages of tests. */
static inline const char *
fixture_text(struct fixture *x, struct hyk_str s)
{
	struct hyk_str z = hyk_arena_dup(&x->scratch, s);

	return z.p ? z.p : "";
}

/* The line of `hyangyak test --json` without its name, ' for ". */
static inline const char *
fixture_line(struct fixture *x)
{
	static char line[2000];
	struct hyk_str s;

	hyk_buf_reset(&x->out);
	hyk_decision_write_case(&x->out, HYK_STR("-"), &x->decision);
	s = hyk_buf_peek(&x->out);
	snprintf(line, sizeof(line), "%.*s", HYK_STR_ARG(s));
	for (char *p = line; *p; p++)
		if (*p == '"')
			*p = '\'';
	return strlen(line) > 12 ? line + 12 : line; /* past {'name':'-', */
}

#endif
