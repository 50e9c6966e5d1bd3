/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/diag.h"

static struct hyk_arena arena;

static void
check_rendered(const struct hyk_diags *d, enum hyk_lang lang, const char *want)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_diags_render(&b, d, lang);
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
}

TEST(without_a_place)
{
	struct hyk_diags d;

	hyk_diags_init(&d, &arena);
	HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	HYK_DIAG(&d, HYK_D_FOLDER_EMPTY, NULL, HYK_NO_SPAN, HYK_STR("rules"));
	check_rendered(&d, HYK_LANG_EN,
	    "error: out of memory [HYK-0100]\n"
	    "warning: there is nothing to read in 'rules' [HYK-0108]\n"
	    "     hint: put files there, or name another folder\n");
	check_rendered(&d, HYK_LANG_KO,
	    "오류: 메모리가 부족합니다 [HYK-0100]\n"
	    "경고: 'rules'에 읽을 것이 없습니다 [HYK-0108]\n"
	    "     도움말: 파일을 넣거나 다른 폴더를 적으세요\n");
}

TEST(with_a_place_and_outer_lines)
{
	struct hyk_diags d;
	struct hyk_source src = { .name = HYK_STR("a/p.yaml"), .text = HYK_STR("rules:\n  - when: foo\n") };

	hyk_diags_init(&d, &arena);
	hyk_diags_push(&d, HYK_STR("in policy 'p'"), HYK_STR("정책 'p'에서"));
	hyk_diags_push(&d, HYK_STR("in rule 'r'"), HYK_STR("규칙 'r'에서"));
	HYK_DIAG(&d, HYK_D_DATE_SYNTAX, &src, ((struct hyk_span){ 17, 3 }), HYK_STR("foo"));
	check_rendered(&d, HYK_LANG_EN,
	    "a/p.yaml:2:11: error: 'foo' is not a date [HYK-0232]\n"
	    "     2 |   - when: foo\n"
	    "       |           ^^^\n"
	    "     in rule 'r'\n"
	    "     in policy 'p'\n"
	    "     hint: write 2026-05-09\n");
}

/* The column counts characters, the caret stands under what the terminal draws: two cells a syllable. */
TEST(korean_line)
{
	struct hyk_diags d;
	struct hyk_source src = { .name = HYK_STR("향약.yaml"), .text = HYK_STR("나이: 스물 살\n") };

	hyk_diags_init(&d, &arena);
	HYK_DIAG(&d, HYK_D_DATE_SYNTAX, &src, ((struct hyk_span){ 8, 6 }), HYK_STR("스물"));
	check_rendered(&d, HYK_LANG_KO,
	    "향약.yaml:1:5: 오류: '스물'은 날짜가 아닙니다 [HYK-0232]\n"
	    "     1 | 나이: 스물 살\n"
	    "       |       ^^^^\n"
	    "     도움말: 2026-05-09처럼 쓰세요\n");
}

TEST(a_message_about_a_part_points_into_the_file)
{
	static const struct hyk_source_seg segs[] = { { 0, 6 } };
	struct hyk_diags d;
	struct hyk_source file = { .name = HYK_STR("p.yaml"), .text = HYK_STR("when: a == 1") };
	const struct hyk_source *part = hyk_source_new_part(&arena, &file, HYK_STR("a == 1"), segs, 1);

	hyk_diags_init(&d, &arena);
	HYK_DIAG(&d, HYK_D_DATE_SYNTAX, part, ((struct hyk_span){ 2, 2 }), HYK_STR("x"));
	check_rendered(&d, HYK_LANG_EN,
	    "p.yaml:1:9: error: 'x' is not a date [HYK-0232]\n"
	    "     1 | when: a == 1\n"
	    "       |         ^^\n"
	    "     hint: write 2026-05-09\n");
}

TEST(nothing_reaches_the_terminal_raw)
{
	struct hyk_diags d;
	/* An escape sequence, a tab, and a mark that turns the reading direction (U+202E). */
	struct hyk_source src = { .name = HYK_STR("a\x1b[0m"), .text = HYK_STR("\tx\x1b[2J\xe2\x80\xaey") };

	hyk_diags_init(&d, &arena);
	HYK_DIAG(&d, HYK_D_DATE_SYNTAX, &src, ((struct hyk_span){ 1, 1 }), HYK_STR("x"));
	check_rendered(&d, HYK_LANG_EN,
	    "a\xef\xbf\xbd[0m:1:2: error: 'x' is not a date [HYK-0232]\n"
	    "     1 |  x\xef\xbf\xbd[2J\xef\xbf\xbdy\n"
	    "       |  ^\n"
	    "     hint: write 2026-05-09\n");
}

/* JSON often comes as one line of many kilobytes. */
TEST(a_long_line_is_shown_around_the_caret)
{
	static char text[1000];
	struct hyk_diags d;
	struct hyk_source src = { .name = HYK_STR("j"), .text = hyk_str_make(text, sizeof(text)) };
	struct hyk_buf b, want;

	memset(text, '.', sizeof(text));
	text[500] = 'X';
	hyk_diags_init(&d, &arena);
	HYK_DIAG(&d, HYK_D_DATE_SYNTAX, &src, ((struct hyk_span){ 500, 1 }), HYK_STR("x"));
	hyk_buf_init(&b, 0);
	hyk_buf_init(&want, 0);
	hyk_diags_render(&b, &d, HYK_LANG_EN);
	hyk_buf_append_c(&want, "j:1:501: error: 'x' is not a date [HYK-0232]\n     1 | ...");
	for (int i = 0; i < 100; i++)
		hyk_buf_append_char(&want, i == 50 ? 'X' : '.');
	hyk_buf_append_c(&want, "...\n       | ");
	for (int i = 0; i < 53; i++)
		hyk_buf_append_char(&want, ' ');
	hyk_buf_append_c(&want, "^\n     hint: write 2026-05-09\n");
	CHECK(hyk_str_eq(hyk_buf_peek(&b), hyk_buf_peek(&want)));
	hyk_buf_fini(&b);
	hyk_buf_fini(&want);
}

TEST(dropped_messages_are_mentioned)
{
	struct hyk_diags d;

	hyk_diags_init(&d, &arena);
	d.max = 1;
	HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	HYK_DIAG0(&d, HYK_D_FOLDER_EMPTY, NULL, HYK_NO_SPAN);
	check_rendered(&d, HYK_LANG_EN, "error: out of memory [HYK-0100]\nand 2 more\n");
	check_rendered(&d, HYK_LANG_KO, "오류: 메모리가 부족합니다 [HYK-0100]\n그 밖에 2건이 더 있습니다\n");
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(without_a_place);
	RUN(with_a_place_and_outer_lines);
	RUN(korean_line);
	RUN(a_message_about_a_part_points_into_the_file);
	RUN(nothing_reaches_the_terminal_raw);
	RUN(a_long_line_is_shown_around_the_caret);
	RUN(dropped_messages_are_mentioned);
	hyk_arena_fini(&arena);
	return check_done();
}
