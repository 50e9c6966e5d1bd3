/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/builtins_match.c - matches(). Constant patterns are compiled with their condition; others each time, at a price.
 *
 * The memory that searches need is one piece a thread, made at first use and freed when the thread ends.
 */
#include "cel/match.h"

#include <pthread.h>

#include "base/utf8.h"

#define MAX_TREE_BYTES ((size_t)32 << 20) /* of a pattern while it is parsed */

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool have_key;

static void
drop(void *scratch)
{
	hyk_pattern_scratch_free(scratch);
}

static void
make_key(void)
{
	have_key = pthread_key_create(&key, drop) == 0;
}

static struct hyk_pattern_scratch *
thread_scratch(void)
{
	static _Thread_local struct hyk_pattern_scratch *mine;

	if (mine)
		return mine;
	pthread_once(&once, make_key);
	if (!have_key)
		return NULL;
	mine = hyk_pattern_scratch_new();
	if (mine && pthread_setspecific(key, mine) != 0) {
		hyk_pattern_scratch_free(mine);
		mine = NULL;
	}
	return mine;
}

struct hyk_value
hyk_cel_match(struct hyk_cel_ctx *c, struct hyk_value v, const struct hyk_pattern *pattern)
{
	struct hyk_pattern_scratch *scratch = thread_scratch();
	struct hyk_str text = hyk_pattern_text(pattern);

	if (v.kind != HYK_STRING)
		return hyk_cel_fail(c, "no such overload: matches() looks at a text");
	if (!hyk_cel_spend(c, (hyk_utf8_length(hyk_value_str(v)) + 10) / 10 * ((hyk_utf8_length(text) + 3) / 4)))
		return hyk_cel_fail(c, "the budget of this decision is used up");
	return scratch ? hyk_bool(hyk_pattern_search(pattern, hyk_value_str(v), scratch)) : hyk_cel_no_memory();
}

/*
 * A pattern that only the request knows: made for this one match, as the automaton alone, since a compiler to
 * machine code would cost more than any search. It is paid by its size, which a short {1000} can make large.
 */
struct hyk_value
hyk_cel_fn_matches(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
{
	struct hyk_arena_mark before = hyk_arena_mark(c->arena);
	const struct hyk_pattern *pattern;
	struct hyk_arena tmp;
	struct hyk_value v;
	enum hyk_status st;

	(void)n;
	hyk_arena_init(&tmp, MAX_TREE_BYTES);
	st = hyk_pattern_compile_automaton(c->arena, &tmp, hyk_value_str(a[1]), NULL, HYK_NO_SPAN, &pattern, NULL);
	hyk_arena_fini(&tmp);
	if (st == HYK_E_INVALID)
		return hyk_cel_fail(c, "the pattern is not one");
	if (st != HYK_OK)
		return hyk_cel_no_memory();
	if (!hyk_cel_spend(c, hyk_pattern_n_insts(pattern)))
		return hyk_cel_fail(c, "the budget of this decision is used up");
	v = hyk_cel_match(c, a[0], pattern);
	if (v.kind == HYK_BOOL)
		hyk_arena_rewind(c->arena, before);
	return v;
}
