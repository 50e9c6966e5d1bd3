/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling and running with the n-th allocation failing, for every n: an error, never a crash, never a true. */
#include "base/alloc.h"
#include "cel/cel.h"
#include "support/check.h"

static struct hyk_value stack[HYK_CEL_STACK], slots[4];

static void
sweep(const char *text)
{
	for (long n = 0; n < 4000; n++) {
		struct hyk_arena arena;
		struct hyk_diags diags;
		struct hyk_cel_decl decls[] = { { HYK_STR("x"), hyk_type_basic(HYK_T_INT), 0, NULL },
			{ HYK_STR("s"), hyk_type_basic(HYK_T_STRING), 1, NULL } };
		struct hyk_cel_env env = { .decls = decls, .n_decls = 2, .civic = true };
		struct hyk_cel_frame f = { .slots = slots, .n_slots = 4, .stack = stack, .gas = 100000 };
		const struct hyk_cel_program *p;
		struct hyk_source *src;
		bool failed;

		hyk_arena_init(&arena, 0);
		hyk_diags_init(&diags, &arena);
		f.arena = &arena;
		src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
		hyk_alloc_fail_from(n);
		if (src && hyk_cel_compile(&env, src, NULL, &arena, &p, &diags) == HYK_OK) {
			struct hyk_value v = hyk_cel_run(p, &f);

			failed = hyk_alloc_failed();
			check_report(v.kind == HYK_ERROR_VALUE || (v.kind == HYK_BOOL && v.as.b), __FILE__, __LINE__, text);
			if (!failed)
				check_report(v.kind == HYK_BOOL, __FILE__, __LINE__, text);
		}
		failed = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		hyk_arena_fini(&arena);
		if (!failed)
			return;
	}
	check_report(false, __FILE__, __LINE__, "the sweep never ended");
}

TEST(every_allocation)
{
	slots[0] = hyk_int(3);
	slots[1] = hyk_string(HYK_STR("garden-3"));
	sweep("x > 1 && s.matches('^[a-z]+-[0-9]$') && [1, 2, x].exists(a, a == x)");
	sweep("[1, 2, x].map(a, {'k': a, 's': s + string(a)}).filter(m, m.k > 1).size() == 2");
	sweep("{'a': x}.transformMap(k, v, v + 1) == {'a': 4} && cel.bind(y, [x], y[?0].orValue(0) == 3)");
	sweep("'%s %d'.format([s, x]) == 'garden-3 3' && s.split('-').join('+') == 'garden+3'");
	sweep("timestamp('2026-05-09T14:00:00+09:00').getHours('Asia/Seoul') == 14 && weekday(timestamp(x), 'UTC') == 4");
}

int
main(void)
{
	RUN(every_allocation);
	hyk_zones_fini();
	return check_done();
}
