/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/workspace.c - one workspace for many decisions, rulesets and failures of memory. */
#include "pipeline/workspace.h"

#include "base/alloc.h"
#include "unit/pipeline/fixture.h"

#define POLICY \
	"policy: p\ncommons: town\nlayer: commons\ntitle: {ko: 규칙, en: Rules}\n" \
	"applies_to: {assets: [hall], actions: ['*']}\nrules:\n" \
	"  - {id: open, effect: permit, because: {ko: 누구나, en: Anyone}}\n" \
	"  - {id: bad, effect: forbid, when: context.e, because: {ko: 까닭, en: Why}}\n"
#define ASK "{'subject': {'type': 'person', 'id': 'm'}, 'action': {'name': 'look'}," \
	"'resource': {'type': 'hall', 'id': 'h1'}}"

static const char *const policies[] = { POLICY, NULL };
static struct fixture x, y;

static struct hyk_str
written(struct fixture *f)
{
	hyk_buf_reset(&f->out);
	hyk_decision_write_open(&f->out, &f->decision);
	hyk_decision_write_close(&f->out, NULL, NULL);
	hyk_decision_write_trace(&f->out, &f->decision);
	return hyk_buf_peek(&f->out);
}

/* A decision may be read after the same workspace went on to another ruleset (comparing old and new does that). */
TEST(a_decision_outlives_the_workspace)
{
	struct hyk_buf before;

	hyk_buf_init(&before, 0);
	if (fixture_open(&x, fixture_quiet, policies) && fixture_open(&y, fixture_hall, policies)) {
		CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
		hyk_buf_append(&before, written(&x));
		y.in.workspace = x.workspace;
		CHECK_INT(fixture_decide(&y, ASK), HYK_OK);
		CHECK(hyk_str_eq(written(&x), hyk_buf_peek(&before)));
		/* And back again, with the same answer. */
		CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
		CHECK(hyk_str_eq(written(&x), hyk_buf_peek(&before)));
	}
	hyk_buf_fini(&before);
	fixture_close(&x);
	fixture_close(&y);
}

/* A ruleset lives as long as a workspace knows it: nothing is left that another at its place could be taken for. */
TEST(a_workspace_keeps_its_ruleset)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
		x.ruleset = hyk_ruleset_unref(x.ruleset);
		CHECK_STR(x.workspace->ruleset->rules[0]->id, "g-busy");
	}
	fixture_close(&x);
}

TEST(every_allocation_fails_once)
{
	long n;

	if (!fixture_open(&x, fixture_quiet, policies)) {
		fixture_close(&x);
		return;
	}
	CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
	hyk_workspace_free(x.workspace);
	x.workspace = NULL;
	for (n = 0; n < 1000; n++) {
		struct hyk_workspace *w;
		struct hyk_arena arena;
		bool failed;

		hyk_arena_init(&arena, 0);
		hyk_alloc_fail_after(n);
		w = hyk_workspace_new();
		x.in.workspace = w;
		x.in.arena = &arena;
		if (w && hyk_decide(&x.in, &x.decision, NULL) == HYK_OK)
			CHECK_INT(x.decision.outcome, HYK_OUTCOME_CONDITIONAL);
		failed = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		/* The next decision of the same workspace is none the worse. */
		if (w && CHECK_INT(hyk_decide(&x.in, &x.decision, NULL), HYK_OK))
			CHECK_INT(x.decision.outcome, HYK_OUTCOME_CONDITIONAL);
		hyk_arena_fini(&arena);
		hyk_workspace_free(w);
		if (!failed)
			break;
	}
	CHECK(n > 4 && n < 1000);
	fixture_close(&x);
}

/* A warm worker decides without the heap. */
TEST(a_warm_decision_takes_no_memory)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		struct hyk_arena arena;
		struct hyk_arena_mark start;

		CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
		hyk_arena_init(&arena, 0);
		start = hyk_arena_mark(&arena);
		x.in.arena = &arena;
		CHECK_INT(hyk_decide(&x.in, &x.decision, NULL), HYK_OK);
		hyk_arena_rewind(&arena, start);
		hyk_alloc_fail_from(0);
		CHECK_INT(hyk_decide(&x.in, &x.decision, NULL), HYK_OK);
		CHECK(!hyk_alloc_failed());
		hyk_alloc_fail_after(-1);
		hyk_arena_fini(&arena);
		x.in.arena = &x.scratch;
	}
	fixture_close(&x);
}

int
main(void)
{
	RUN(a_decision_outlives_the_workspace);
	RUN(a_workspace_keeps_its_ruleset);
	RUN(every_allocation_fails_once);
	RUN(a_warm_decision_takes_no_memory);
	return check_done();
}
