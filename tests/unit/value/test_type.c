/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "value/schema.h"

static struct hyk_arena arena;

static struct hyk_str
written(const struct hyk_type *t)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	hyk_type_write(&b, t);
	s = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

#define B(k) hyk_type_basic(HYK_T_##k)

TEST(written_as_cel_does)
{
	CHECK_STR(written(B(INT)), "int");
	CHECK_STR(written(B(NULL)), "null_type");
	CHECK_STR(written(B(LIST)), "list(dyn)");
	CHECK_STR(written(B(MAP)), "map(dyn, dyn)");
	CHECK_STR(written(B(TYPE)), "type");
	CHECK_STR(written(hyk_type_list(&arena, B(STRING))), "list(string)");
	CHECK_STR(written(hyk_type_map(&arena, B(STRING), hyk_type_list(&arena, B(DATE)))),
	    "map(string, list(date))");
	CHECK_STR(written(hyk_type_optional(&arena, B(DURATION))), "optional_type(duration)");
	CHECK_STR(written(NULL), "...");
	for (int k = HYK_T_DYN; k <= HYK_T_CIDR; k++)
		CHECK_INT(hyk_type_basic((enum hyk_type_kind)k)->kind, k);
}

static struct hyk_type
record(struct hyk_str name, const struct hyk_field *fields, size_t n)
{
	return (struct hyk_type){ .kind = HYK_T_RECORD, .name = name, .fields = fields, .n_fields = n };
}

TEST(records)
{
	const struct hyk_field ab[] = { { .name = HYK_STR("a"), .type = B(INT) },
		{ .name = HYK_STR("b"), .type = B(DATE), .optional = true } };
	const struct hyk_field ba[] = { { .name = HYK_STR("b"), .type = B(DATE), .optional = true },
		{ .name = HYK_STR("a"), .type = B(INT) } };
	const struct hyk_field required[] = { { .name = HYK_STR("a"), .type = B(INT) },
		{ .name = HYK_STR("b"), .type = B(DATE) } };
	struct hyk_type one = record(HYK_STR(""), ab, 2), two = record(HYK_STR(""), ba, 2);
	struct hyk_type three = record(HYK_STR(""), required, 2), named = record(HYK_STR("subject"), ab, 2);
	struct hyk_type shorter = record(HYK_STR(""), ab, 1);

	CHECK_STR(written(&one), "{a: int, b?: date}");
	CHECK_STR(written(&named), "subject");
	CHECK(hyk_type_equal(&one, &two)); /* whatever the order */
	CHECK(!hyk_type_equal(&one, &three));
	CHECK(!hyk_type_equal(&one, &named));
	CHECK(!hyk_type_equal(&one, &shorter));
	CHECK(hyk_type_find_field(&one, HYK_STR("b")) == &ab[1]);
	CHECK(hyk_type_find_field(&one, HYK_STR("c")) == NULL);
}

TEST(equality)
{
	const struct hyk_type t = { .kind = HYK_T_PARAM, .name = HYK_STR("T") };
	const struct hyk_type u = { .kind = HYK_T_PARAM, .name = HYK_STR("U") };

	CHECK(hyk_type_equal(hyk_type_list(&arena, B(INT)), hyk_type_list(&arena, B(INT))));
	CHECK(!hyk_type_equal(hyk_type_list(&arena, B(INT)), hyk_type_list(&arena, B(UINT))));
	CHECK(!hyk_type_equal(B(DATE), B(TIMESTAMP)));
	CHECK(!hyk_type_equal(hyk_type_map(&arena, B(INT), B(INT)), hyk_type_map(&arena, B(STRING), B(INT))));
	CHECK(!hyk_type_equal(hyk_type_map(&arena, B(INT), B(INT)), hyk_type_map(&arena, B(INT), B(STRING))));
	CHECK(hyk_type_equal(&t, &t));
	CHECK(!hyk_type_equal(&t, &u));
	CHECK(!hyk_type_equal(NULL, B(INT)));
}

TEST(a_type_in_itself_does_not_run_away)
{
	struct hyk_type loop = { .kind = HYK_T_LIST }, other = { .kind = HYK_T_LIST };

	loop.elem = &loop;
	other.elem = &other;
	CHECK(!hyk_type_equal(&loop, &other));
	CHECK(written(&loop).n < 1000);
}

TEST(without_memory)
{
	struct hyk_arena tiny;

	hyk_arena_init(&tiny, 1);
	CHECK(hyk_type_list(&tiny, B(INT)) == NULL);
	CHECK(hyk_type_map(&arena, NULL, B(INT)) == NULL); /* one that failed before */
	CHECK(hyk_type_optional(&arena, NULL) == NULL);
	hyk_arena_fini(&tiny);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(written_as_cel_does);
	RUN(records);
	RUN(equality);
	RUN(a_type_in_itself_does_not_run_away);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	return check_done();
}
