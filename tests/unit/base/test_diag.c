/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "base/diag.h"
#include "base/utf8.h"

static struct hyk_arena arena;

TEST(texts_are_filled_in_both_languages)
{
	struct hyk_diags d;
	const struct hyk_diag *diag;
	char path[] = "rules.yaml";

	hyk_diags_init(&d, &arena);
	diag = HYK_DIAG(&d, HYK_D_FILE_OPEN, NULL, HYK_NO_SPAN, hyk_str_from_c(path), HYK_STR("no such file"));
	memset(path, 'x', sizeof(path) - 1); /* arguments are copied */
	REQUIRE(diag);
	CHECK_STR(diag->text[HYK_LANG_EN], "cannot open 'rules.yaml': no such file");
	CHECK_STR(diag->text[HYK_LANG_KO], "'rules.yaml' 파일을 열 수 없습니다: no such file");
	CHECK_STR(diag->hint[HYK_LANG_EN], "check the path and its permissions");
	CHECK_INT(diag->severity, HYK_ERROR);
	CHECK_INT(d.n_errors, 1);
	CHECK_INT(d.n_warnings, 0);
	CHECK(d.first == diag && d.last == diag);
}

TEST(particles_follow_their_argument)
{
	struct hyk_diags d;
	const struct hyk_diag *diag;

	hyk_diags_init(&d, &arena);
	diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, HYK_STR("나무"));
	REQUIRE(diag);
	CHECK_STR(diag->text[HYK_LANG_KO], "'나무'는 폴더가 아닙니다");
	diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, HYK_STR("시장"));
	REQUIRE(diag);
	CHECK_STR(diag->text[HYK_LANG_KO], "'시장'은 폴더가 아닙니다");
}

TEST(arguments_cannot_break_the_sentence)
{
	struct hyk_diags d;
	const struct hyk_diag *diag;
	static char longer[5000];

	hyk_diags_init(&d, &arena);
	diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, HYK_STR("a\nb\x1b[31m\xff{0}"));
	REQUIRE(diag);
	CHECK_STR(diag->text[HYK_LANG_EN], "'a b [31m\xef\xbf\xbd{0}' is not a folder");
	for (size_t i = 0; i + 3 <= sizeof(longer); i += 3)
		memcpy(longer + i, "향", 3);
	diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, hyk_str_make(longer, sizeof(longer) - 2));
	REQUIRE(diag);
	CHECK(diag->text[HYK_LANG_EN].n < 600);
	CHECK_INT(hyk_utf8_valid_prefix(diag->text[HYK_LANG_EN]), diag->text[HYK_LANG_EN].n);
	CHECK(hyk_str_ends_with(diag->text[HYK_LANG_EN], HYK_STR("...' is not a folder")));
	/* Fewer arguments than the text has places for. */
	diag = HYK_DIAG0(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN);
	REQUIRE(diag);
	CHECK_STR(diag->text[HYK_LANG_EN], "'' is not a folder");
}

TEST(null_is_accepted_everywhere)
{
	CHECK(HYK_DIAG0(NULL, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN) == NULL);
	hyk_diag_suggest(NULL, NULL, HYK_STR("x"));
	hyk_diag_hint(NULL, NULL, HYK_STR("x"), HYK_STR("y"));
	hyk_diags_push(NULL, HYK_STR("x"), HYK_STR("y"));
	hyk_diags_pop(NULL);
}

TEST(suggestions)
{
	struct hyk_diags d;
	struct hyk_diag *diag;

	hyk_diags_init(&d, &arena);
	diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, HYK_STR("x"));
	hyk_diag_suggest(&d, diag, HYK_STR(""));
	REQUIRE(diag);
	CHECK_STR(diag->hint[HYK_LANG_EN], "name a folder");
	hyk_diag_suggest(&d, diag, HYK_STR("subject"));
	CHECK_STR(diag->hint[HYK_LANG_EN], "did you mean 'subject'?");
	CHECK_STR(diag->hint[HYK_LANG_KO], "혹시 'subject'입니까?");
	hyk_diag_hint(&d, diag, HYK_STR("one"), HYK_STR("하나"));
	CHECK_STR(diag->hint[HYK_LANG_KO], "하나");
}

TEST(outer_lines_nest)
{
	struct hyk_diags d;
	const struct hyk_diag *diag;

	hyk_diags_init(&d, &arena);
	hyk_diags_push(&d, HYK_STR("in policy 'p'"), HYK_STR("정책 'p'"));
	hyk_diags_push(&d, HYK_STR("in rule 'r'"), HYK_STR("규칙 'r'"));
	diag = HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	hyk_diags_pop(&d);
	REQUIRE(diag && diag->outer && diag->outer->next);
	CHECK_STR(diag->outer->en, "in rule 'r'");
	CHECK_STR(diag->outer->next->ko, "정책 'p'");
	CHECK(diag->outer->next->next == NULL);
	diag = HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	REQUIRE(diag && diag->outer);
	CHECK_STR(diag->outer->en, "in policy 'p'");
	hyk_diags_pop(&d);
	hyk_diags_pop(&d); /* one too many does no harm */
	CHECK(d.outer == NULL);
}

TEST(over_max_is_counted)
{
	struct hyk_diags d;

	hyk_diags_init(&d, &arena);
	CHECK_INT(d.max, 200);
	d.max = 3;
	for (int i = 0; i < 10; i++)
		HYK_DIAG0(&d, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	HYK_DIAG0(&d, HYK_D_FOLDER_EMPTY, NULL, HYK_NO_SPAN);
	CHECK_INT(d.n_kept, 3);
	CHECK_INT(d.n_errors, 10);
	CHECK_INT(d.n_warnings, 1);
}

/* An error whose message found no memory is still an error. */
TEST(without_memory_errors_still_count)
{
	for (long n = 0;; n++) {
		struct hyk_arena a;
		struct hyk_diags d;
		struct hyk_diag *diag;
		bool refused;

		hyk_arena_init(&a, 0);
		hyk_diags_init(&d, &a);
		hyk_alloc_fail_after(n);
		hyk_diags_push(&d, HYK_STR("in x"), HYK_STR("x"));
		diag = HYK_DIAG(&d, HYK_D_NOT_A_FOLDER, NULL, HYK_NO_SPAN, HYK_STR("x"));
		hyk_diag_suggest(&d, diag, HYK_STR("y"));
		hyk_diags_pop(&d);
		refused = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK_INT(d.n_errors, 1);
		CHECK(d.outer == NULL);
		if (diag)
			CHECK(diag->text[HYK_LANG_EN].n > 0 && diag->text[HYK_LANG_KO].n > 0);
		hyk_arena_fini(&a);
		if (!refused)
			break;
	}
}

/* {0} or {1} in one language only would be a fact that half the readers do not see. */
static unsigned
places(const char *text)
{
	unsigned bits = 0;

	for (; *text; text++) {
		if (text[0] == '{' && text[1] >= '0' && text[1] <= '9' && text[2] == '}')
			bits |= 1u << (text[1] - '0');
	}
	return bits;
}

TEST(every_row_is_whole)
{
	unsigned n = 0;

	for (unsigned number = 0; number < 10000; number++) {
		struct hyk_diag_info info;

		if (!hyk_diag_info(number, &info))
			continue;
		n++;
		bool ok = (unsigned)info.id == number && number >= 100 && number < 900 && info.text[0][0] &&
			  info.text[1][0] && !info.hint[0][0] == !info.hint[1][0];
		for (int lang = 0; lang < 2 && ok; lang++) {
			struct hyk_str t = hyk_str_from_c(info.text[lang]), h = hyk_str_from_c(info.hint[lang]);

			ok = hyk_utf8_valid_prefix(t) == t.n && hyk_utf8_valid_prefix(h) == h.n &&
			     hyk_str_find(t, HYK_STR("\n")) == SIZE_MAX && !hyk_str_ends_with(t, HYK_STR("."));
		}
		/* The same places, unless a word is given once a language. */
		ok = ok && __builtin_popcount(places(info.text[0])) == __builtin_popcount(places(info.text[1]));
		if (!CHECK(ok))
			fprintf(stderr, "    HYK-%04u %s\n", number, info.name);
	}
	CHECK(n > 30);
	CHECK(!hyk_diag_info(0, &(struct hyk_diag_info){ 0 }));
	CHECK(!hyk_diag_info(99999, &(struct hyk_diag_info){ 0 }));
}

TEST(severity_names)
{
	CHECK_C(hyk_severity_name(HYK_ERROR, HYK_LANG_EN), "error");
	CHECK_C(hyk_severity_name(HYK_WARNING, HYK_LANG_KO), "경고");
	CHECK_C(hyk_severity_name(HYK_NOTE, HYK_LANG_KO), "알림");
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(texts_are_filled_in_both_languages);
	RUN(particles_follow_their_argument);
	RUN(arguments_cannot_break_the_sentence);
	RUN(null_is_accepted_everywhere);
	RUN(suggestions);
	RUN(outer_lines_nest);
	RUN(over_max_is_counted);
	RUN(without_memory_errors_still_count);
	RUN(every_row_is_whole);
	RUN(severity_names);
	hyk_arena_fini(&arena);
	return check_done();
}
