/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation on the way to a view fails once: no view then, no crash; and memory that runs out is an answer. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/file.h"
#include "runtime/plugin_view.h"
#include "value/json.h"

static const char chair[] =
    "return plugin { name = 'thing.chair', version = '1.0.0', api = 1, title = { ko = '의자', en = 'Chair' },\n"
    "  asset_type { name = 'thing.chair', extends = 'asset', facts = { seats = { type = 'int', default = 1 } },\n"
    "    actions = { sit = { extends = 'use' } } },\n"
    "  duty 'dust' { terms = { fee = { type = 'int' } } },\n"
    "  hooks = { permit = function() return permit() end } }\n";

static struct hyk_plugin_view_options
options(struct hyk_arena *a)
{
	const char *dir = check_temp_dir();
	struct hyk_str folder = hyk_arena_printf(a, "%s/chair", dir);
	struct hyk_plugin_view_options o = { .own_dir = folder.p };

	CHECK(hyk_file_make_dirs(folder, 0700, NULL) == HYK_OK);
	CHECK(hyk_file_replace(hyk_arena_printf(a, "%s/chair/plugin.lua", dir), hyk_str_from_c(chair), 0600, NULL) ==
	    HYK_OK);
	o.jail_program = hyk_arena_printf(a, "%s/hyangyak-jail", check_build()).p;
	return o;
}

static struct hyk_str
json_of(struct hyk_value v, struct hyk_arena *a)
{
	struct hyk_str s;
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_json_write(&b, v);
	s = hyk_arena_dup(a, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

TEST(every_allocation_fails_once)
{
	struct hyk_str whole = HYK_STR("");
	struct hyk_plugin_view_options o;
	struct hyk_arena outer;
	long n;

	hyk_arena_init(&outer, 0);
	o = options(&outer);
	for (n = -1; n < 2000; n++) {
		struct hyk_value view = hyk_null();
		struct hyk_arena a;
		struct hyk_diags diags;
		enum hyk_status st;
		bool failed;

		hyk_arena_init(&a, 0);
		hyk_diags_init(&diags, &a);
		hyk_alloc_fail_after(n);
		st = hyk_plugin_view(&o, &a, &view, &diags);
		failed = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		/* The first round, undisturbed, says what it should be. */
		if (n < 0)
			whole = json_of(view, &outer);
		CHECK(st == HYK_OK || (n >= 0 && failed));
		CHECK(st != HYK_OK || hyk_str_eq(json_of(view, &a), whole));
		hyk_arena_fini(&a);
		if (n >= 0 && !failed)
			break;
	}
	CHECK(n > 3 && n < 2000);
	CHECK(hyk_str_find(whole, HYK_STR("\"resource.seats\"")) != SIZE_MAX);
	hyk_arena_fini(&outer);
}

TEST(an_arena_that_is_too_small_is_an_answer)
{
	struct hyk_plugin_view_options o;
	struct hyk_arena outer;
	bool done = false;

	hyk_arena_init(&outer, 0);
	o = options(&outer);
	/* Steps of a few hundred bytes reach the middle of every part. */
	for (size_t cap = 600; cap < (size_t)4 << 20 && !done; cap += cap / 40 + 300) {
		struct hyk_value view = hyk_null();
		struct hyk_arena a;
		struct hyk_diags diags;

		hyk_arena_init(&a, cap);
		hyk_diags_init(&diags, &outer);
		done = hyk_plugin_view(&o, &a, &view, &diags) == HYK_OK;
		CHECK(!done || hyk_str_find(json_of(view, &outer), HYK_STR("\"fee\"")) != SIZE_MAX);
		hyk_arena_fini(&a);
	}
	CHECK(done);
	hyk_arena_fini(&outer);
}

int
main(void)
{
	RUN(every_allocation_fails_once);
	RUN(an_arena_that_is_too_small_is_an_answer);
	return check_done();
}
