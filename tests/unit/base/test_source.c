/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/source.h"

static struct hyk_arena arena;

static struct hyk_position
locate(const char *text, uint32_t at, uint32_t n)
{
	struct hyk_source src = { .name = HYK_STR("t"), .text = hyk_str_from_c(text) };

	return hyk_source_locate(&src, (struct hyk_span){ at, n });
}

static void
check_position(struct hyk_position pos, uint32_t line, uint32_t column, const char *excerpt, uint32_t caret_n)
{
	CHECK_INT(pos.line, line);
	CHECK_INT(pos.column, column);
	CHECK_INT(pos.caret, column - 1);
	CHECK_INT(pos.caret_n, caret_n);
	CHECK_STR(pos.excerpt, excerpt);
}

TEST(lines_and_columns)
{
	check_position(locate("ab\ncd\n", 0, 1), 1, 1, "ab", 1);
	check_position(locate("ab\ncd\n", 1, 1), 1, 2, "ab", 1);
	check_position(locate("ab\ncd\n", 2, 0), 1, 3, "ab", 1); /* on the line's end */
	check_position(locate("ab\ncd\n", 3, 2), 2, 1, "cd", 2);
	check_position(locate("ab\ncd\n", 6, 0), 3, 1, "", 1);
	check_position(locate("ab\ncd", 5, 9), 2, 3, "cd", 1);
	check_position(locate("ab", 4000000000u, 5), 1, 3, "ab", 1); /* past the end is the end */
	check_position(locate("", 0, 0), 1, 1, "", 1);
	check_position(locate("\n\n\nx", 3, 1), 4, 1, "x", 1);
	check_position(locate("a\tb", 2, 1), 1, 3, "a\tb", 1); /* a tab is one column */
}

TEST(a_span_over_lines_stops_at_its_first)
{
	check_position(locate("abc\ndef", 1, 5), 1, 2, "abc", 2);
}

TEST(carriage_returns_belong_to_the_line_end)
{
	check_position(locate("ab\r\ncd\r\n", 4, 1), 2, 1, "cd", 1);
	check_position(locate("ab\r\ncd", 1, 4), 1, 2, "ab", 1);
	check_position(locate("ab\r\ncd", 2, 1), 1, 3, "ab", 1);
}

TEST(korean_columns_are_code_points)
{
	/* 나이 is six bytes: '>' stands at byte 7, column 4. */
	check_position(locate("나이 > 스물", 7, 1), 1, 4, "나이 > 스물", 1);
	check_position(locate("나이 > 스물", 9, 6), 1, 6, "나이 > 스물", 2);
	check_position(locate("x\n나이 > 스물", 11, 6), 2, 6, "나이 > 스물", 2);
	check_position(locate("😀😀", 4, 4), 1, 2, "😀😀", 1);
}

TEST(bad_utf8_has_a_place_too)
{
	check_position(locate("a\xff\xff"
			      "b",
			   3, 1),
	    1, 4, "a\xff\xff"
		  "b",
	    1);
}

TEST(too_large_is_refused)
{
	struct hyk_str text = { "", HYK_SOURCE_MAX_BYTES + 1 };

	CHECK(hyk_source_new(&arena, HYK_STR("t"), text) == NULL);
	text.n--;
	CHECK(hyk_source_new(&arena, HYK_STR("t"), text) != NULL);
}

/*
 * A folded scalar: the file's two lines, with their indents, are one text of
 * the part; and of that part a piece is a part again.
 */
TEST(a_part_of_a_part_resolves_to_the_file)
{
	static const char file_text[] = "when: >\n  age > 3\n  && 향약\nend\n";
	static const struct hyk_source_seg outer[] = { { 0, 10 }, { 8, 20 } };
	static const struct hyk_source_seg inner[] = { { 0, 6 }, { 2, 8 } };
	const struct hyk_source *file = hyk_source_new(&arena, HYK_STR("p.yaml"), HYK_STR(file_text));
	const struct hyk_source *part, *piece, *found;
	struct hyk_span span;
	struct hyk_position pos;

	REQUIRE(file);
	/*                                                0123456789012345 */
	part = hyk_source_new_part(&arena, file, HYK_STR("age > 3 && 향약"), outer, 2);
	REQUIRE(part);
	piece = hyk_source_new_part(&arena, part, HYK_STR("3 && 향약"), inner, 2);
	REQUIRE(piece);
	CHECK_STR(piece->name, "p.yaml");

	span = (struct hyk_span){ 6, 1 };
	found = hyk_source_resolve(part, &span);
	CHECK(found == file);
	CHECK_INT(file_text[span.at], '3');

	span = (struct hyk_span){ 11, 6 };
	found = hyk_source_resolve(part, &span);
	CHECK_INT(memcmp(file_text + span.at, "향약", 6), 0);
	CHECK_INT(span.n, 6);

	span = (struct hyk_span){ 5, 6 }; /* 향약 in "3 && 향약" */
	found = hyk_source_resolve(piece, &span);
	CHECK(found == file);
	CHECK_INT(memcmp(file_text + span.at, "향약", 6), 0);
	pos = hyk_source_locate(found, span);
	check_position(pos, 3, 6, "  && 향약", 2);

	/* A span over the fold runs over both lines of the file. */
	span = (struct hyk_span){ 4, 6 };
	hyk_source_resolve(part, &span);
	CHECK_INT(memcmp(file_text + span.at, "> 3\n  &&", span.n), 0);
	CHECK_INT(span.n, 8);

	/* One that ends with its segment does not reach into the next line. */
	span = (struct hyk_span){ 6, 1 };
	hyk_source_resolve(part, &span);
	CHECK_INT(span.n, 1);

	/* The file itself stays what it is. */
	span = (struct hyk_span){ 3, 2 };
	CHECK(hyk_source_resolve(file, &span) == file);
	CHECK_INT(span.at, 3);
	CHECK_INT(span.n, 2);
}

TEST(offsets_past_the_part_stay_in_the_file)
{
	static const struct hyk_source_seg segs[] = { { 0, 2 } };
	const struct hyk_source *file = hyk_source_new(&arena, HYK_STR("f"), HYK_STR("abcd"));
	const struct hyk_source *part;
	struct hyk_span span = { 4000000000u, 10 };

	REQUIRE(file);
	part = hyk_source_new_part(&arena, file, HYK_STR("cd"), segs, 1);
	REQUIRE(part);
	hyk_source_resolve(part, &span);
	CHECK(span.at <= 4);
	check_position(hyk_source_locate(file, span), 1, 5, "abcd", 1);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(lines_and_columns);
	RUN(a_span_over_lines_stops_at_its_first);
	RUN(carriage_returns_belong_to_the_line_end);
	RUN(korean_columns_are_code_points);
	RUN(bad_utf8_has_a_place_too);
	RUN(too_large_is_refused);
	RUN(a_part_of_a_part_resolves_to_the_file);
	RUN(offsets_past_the_part_stay_in_the_file);
	hyk_arena_fini(&arena);
	return check_done();
}
