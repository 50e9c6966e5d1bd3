/* SPDX-License-Identifier: Apache-2.0 */
/* A jail with few words: sources out of texts, requests out of JSON. All of a test in one arena. */
#ifndef HYK_TESTS_OPEN_JAIL_H
#define HYK_TESTS_OPEN_JAIL_H

#include "corpus.h"

#include "base/buf.h"
#include "value/json.h"

static struct hyk_arena arena;
static struct hyk_diags diags;

static inline enum hyk_status
open_with(const struct hyk_jail_source *sources, size_t n, const struct hyk_jail_limits *limits,
    struct hyk_jail **ret_j, struct hyk_value *manifests)
{
	struct hyk_jail_options o = { .program = jail_program(), .cpu = -1 };

	if (limits)
		o.limits = *limits;
	hyk_diags_init(&diags, &arena);
	return hyk_jail_open(&o, sources, n, &arena, ret_j, manifests, &diags);
}

static inline struct hyk_jail_source
body(const char *text)
{
	return (struct hyk_jail_source){ HYK_STR("body.lua"), hyk_str_from_c(text), true };
}

static inline struct hyk_jail_source
plugin(const char *text)
{
	return (
	    struct hyk_jail_source){ HYK_STR("plugins/x/plugin.lua"), hyk_str_from_c(text), false };
}

static inline struct hyk_value
json(const char *text)
{
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
	struct hyk_value v = hyk_null();

	CHECK(src && hyk_json_parse(&arena, src, NULL, &v, NULL) == HYK_OK);
	return v;
}

static inline struct hyk_str
to_json(struct hyk_value v)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	hyk_json_write(&b, v);
	s = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static inline struct hyk_jail_call
call(struct hyk_jail *j, uint32_t index, enum hyk_hook hook, const char *request)
{
	struct hyk_jail_call c = { .plugin = index, .hook = hook, .request = json(request) };

	hyk_jail_run(j, &c, 1, &arena);
	return c;
}

#endif
