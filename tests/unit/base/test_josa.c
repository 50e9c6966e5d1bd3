/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/josa.h"

static void
check_settled(const char *text, const char *want)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_josa_settle(&b, hyk_str_from_c(text));
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
}

TEST(by_the_last_syllable)
{
	check_settled("사람이(가) 온다", "사람이 온다");
	check_settled("나이(가) 온다", "나가 온다"); /* not 나이 and a bracket: the particle wins */
	check_settled("나무이(가) 있다", "나무가 있다");
	check_settled("시장은(는) 멀다", "시장은 멀다");
	check_settled("나무은(는) 크다", "나무는 크다");
	check_settled("시장을(를) 빌린다", "시장을 빌린다");
	check_settled("나무을(를) 심는다", "나무를 심는다");
	check_settled("시장과(와) 나무과(와) 물", "시장과 나무와 물");
	check_settled("시장(이)라고 나무(이)라고", "시장이라고 나무라고");
}

TEST(rieul_takes_ro)
{
	check_settled("서울(으)로 간다", "서울로 간다");
	check_settled("시장(으)로 간다", "시장으로 간다");
	check_settled("나무(으)로 간다", "나무로 간다");
	check_settled("서울이(가) 크다", "서울이 크다"); /* elsewhere it is a consonant like any */
}

TEST(quotes_and_brackets_are_looked_through)
{
	check_settled("'나무'을(를) 읽는다", "'나무'를 읽는다");
	check_settled("\"시장\"(으)로", "\"시장\"으로");
	check_settled("「시장」이(가)", "「시장」이");
	check_settled("시장(무)을(를)", "시장(무)를");
}

TEST(digits_and_letters)
{
	check_settled("1을(를) 2을(를) 3을(를) 6을(를) 9을(를) 10을(를)", "1을 2를 3을 6을 9를 10을");
	check_settled("1(으)로 3(으)로 5(으)로", "1로 3으로 5로");
	check_settled("'age'이(가) 'item'이(가) 'url'(으)로 'user'을(를)", "'age'가 'item'이 'url'로 'user'를");
}

TEST(unknown_sounds_keep_both)
{
	check_settled("'}'이(가) 와야", "'}'이(가) 와야");
	check_settled("을(를)", "을(를)");
	check_settled("사람 을(를)", "사람 을(를)"); /* a particle follows without a blank */
	check_settled("", "");
	check_settled("사람(명)", "사람(명)");
}

int
main(void)
{
	RUN(by_the_last_syllable);
	RUN(rieul_takes_ro);
	RUN(quotes_and_brackets_are_looked_through);
	RUN(digits_and_letters);
	RUN(unknown_sounds_keep_both);
	return check_done();
}
