/* SPDX-License-Identifier: Apache-2.0 */
/* One condition by itself, and that the manual knows every function of the table. */
#include "runtime/expression.h"

#include "cel/functions.h"
#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_diags diags;

static enum hyk_status
run(const char *text, struct hyk_value with, bool trace, struct hyk_expression_answer *a)
{
	struct hyk_expression e = { .with = with, .zone = HYK_STR("Asia/Seoul"), .trace = trace };

	hyk_diags_init(&diags, &arena);
	e.src = hyk_source_new(&arena, HYK_STR("t"), hyk_str_from_c(text));
	return hyk_expression_run(&e, &arena, a, &diags);
}

static struct hyk_value
with(const char *name, struct hyk_value v)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, &arena);
	CHECK(hyk_mapb_add_c(&b, name, v));
	return hyk_mapb_finish(&b, NULL);
}

TEST(value_type_and_cost)
{
	struct hyk_expression_answer a;

	CHECK_INT(run("[x, x * 2]", with("x", hyk_int(21)), false, &a), HYK_OK);
	CHECK_INT(a.value.kind, HYK_LIST);
	CHECK_INT(a.value.as.list->n, 2);
	CHECK_INT(a.value.as.list->items[1].as.i, 42);
	CHECK_STR(a.type, "list(dyn)");
	CHECK_INT(a.n_steps, 0);
	CHECK_INT(run("x == 1 ? 'a' : 'b'", with("x", hyk_int(2)), false, &a), HYK_OK);
	CHECK_STR(a.type, "string");
	CHECK_STR(hyk_value_str(a.value), "b");
	CHECK(a.cost > 0 && a.cost <= a.cost_most);
}

TEST(now_and_zone)
{
	struct hyk_value noon = hyk_string(HYK_STR("2026-05-09T03:00:00Z"));
	struct hyk_expression_answer a;

	CHECK_INT(run("now.getHours(tz) == 12 && weekday(now) == 6 && tz == 'Asia/Seoul'",
		      with("now", noon), false, &a),
	    HYK_OK);
	CHECK_INT(a.value.kind, HYK_BOOL);
	CHECK(a.value.as.b);
	CHECK_INT(run("now > timestamp('2025-01-01T00:00:00Z')", hyk_null(), false, &a), HYK_OK);
	CHECK(a.value.as.b);
	CHECK_INT(run("now", with("now", hyk_int(3)), false, &a), HYK_E_INVALID);
	CHECK_INT(diags.first->id, HYK_D_EVAL_NOW);
}

TEST(faults_have_places)
{
	struct hyk_expression_answer a;
	struct hyk_position p;

	CHECK_INT(run("x +\n  nope", with("x", hyk_int(1)), false, &a), HYK_E_INVALID);
	REQUIRE(diags.first != NULL);
	p = hyk_source_locate(diags.first->src, diags.first->span);
	CHECK_INT(p.line, 2);
	CHECK_INT(p.column, 3);

	CHECK_INT(run("'가' == '나' ||\n  1 / x > 0", with("x", hyk_int(0)), false, &a), HYK_OK);
	CHECK_INT(a.value.kind, HYK_ERROR_VALUE);
	hyk_expression_explain(
	    hyk_source_new(&arena, HYK_STR("t"), HYK_STR("'가' == '나' ||\n  1 / x > 0")), a.value,
	    &diags);
	REQUIRE(diags.first != NULL);
	CHECK_INT(diags.first->id, HYK_D_EVAL_FAILED);
	p = hyk_source_locate(diags.first->src, diags.first->span);
	CHECK_INT(p.line, 2);
	CHECK_INT(p.column, 3);
}

TEST(steps_in_their_order)
{
	struct hyk_expression_answer a;

	CHECK_INT(run("x > 1 && x < 9", with("x", hyk_int(5)), true, &a), HYK_OK);
	REQUIRE(a.n_steps >= 3);
	CHECK_STR(a.steps[0].text, "x");
	CHECK_INT(a.steps[0].value.as.i, 5);
	CHECK_STR(a.steps[a.n_steps - 1].text, "x > 1 && x < 9");
	CHECK(a.steps[a.n_steps - 1].value.as.b);
	CHECK(!a.steps_cut);
	/* a thousand rounds have more steps: cut, and it says so */
	CHECK_INT(
	    run("[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, a + b + c > x)))",
		with("x", hyk_int(0)), true, &a),
	    HYK_OK);
	CHECK(a.value.as.b);
	CHECK(a.steps_cut);
	CHECK_INT(a.n_steps, HYK_EXPRESSION_MAX_STEPS);
}

TEST(every_function_is_in_the_manual)
{
	struct hyk_buf b, line;
	bool documented = false;

	hyk_buf_init(&b, 0);
	hyk_buf_init(&line, 0);
	hyk_expression_manual(&b);
	REQUIRE(!b.failed);
	CHECK(hyk_cel_functions_count() > 150);
	for (uint32_t i = 0; i < hyk_cel_functions_count(); i++) {
		const struct hyk_cel_overload *o = hyk_cel_function(i);
		const struct hyk_cel_overload *before = i > 0 ? hyk_cel_function(i - 1) : NULL;

		hyk_buf_reset(&line);
		hyk_cel_function_write(&line, o);
		hyk_buf_append_c(&line, " -> ");
		if (hyk_str_find(hyk_buf_peek(&b), hyk_buf_peek(&line)) == SIZE_MAX) {
			fprintf(stderr, "not in the manual: %.*s\n", HYK_STR_ARG(line));
			CHECK(false);
		}
		/* the first overload of a name says what all of them do */
		if (before == NULL || !hyk_str_eq(before->name_str, o->name_str)) {
			documented = o->doc[0] != '\0';
			if (!documented)
				fprintf(stderr, "without a word: %s\n", o->name);
			CHECK(documented);
		}
		if (o->doc[0] != '\0')
			CHECK(hyk_str_find(hyk_buf_peek(&b), hyk_str_from_c(o->doc)) != SIZE_MAX);
	}
	CHECK(hyk_str_find(hyk_buf_peek(&b),
		  HYK_STR("\nweekday(timestamp) -> int\n    1 is Monday, 7 Sunday")) != SIZE_MAX);
	CHECK(hyk_str_find(hyk_buf_peek(&b),
		  HYK_STR("\nstring.startsWith(string) -> bool\n    ")) != SIZE_MAX);
	hyk_buf_fini(&line);
	hyk_buf_fini(&b);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(value_type_and_cost);
	RUN(now_and_zone);
	RUN(faults_have_places);
	RUN(steps_in_their_order);
	RUN(every_function_is_in_the_manual);
	hyk_arena_fini(&arena);
	hyk_zones_fini();
	return check_done();
}
