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
	check_settled("'나무'(으)로 `시장`은(는) 〈서울〉(으)로 《책》이(가) [공지]이(가)", "'나무'로 `시장`은 〈서울〉로 《책》이 [공지]가");
	/* a remark is not read; a word wholly in brackets is */
	check_settled("시장(무)을(를) 나무(pine)은(는) 서울 (수도)(으)로", "시장(무)을 나무(pine)는 서울 (수도)로");
	check_settled("(시장)을(를) 값 ((가) 나)을(를)", "(시장)을 값 ((가) 나)을");
	check_settled("('나무')이(가)", "('나무')가");
	check_settled(")을(를)", ")을(를)");
}

TEST(digits_and_letters)
{
	check_settled("1을(를) 2을(를) 3을(를) 6을(를) 9을(를) 10을(를)", "1을 2를 3을 6을 9를 10을");
	check_settled("1(으)로 3(으)로 5(으)로", "1로 3으로 5로");
	check_settled("0(으)로 4(으)로 6(으)로 7(으)로 8(으)로 9(으)로", "0으로 4로 6으로 7로 8로 9로");
	/* 십 백 천 만 억 end in a consonant, 조 in a vowel, 경 in a consonant again */
	check_settled("20이(가) 100이(가) 1,000이(가) 10,000이(가) 300,000,000이(가)", "20이 100이 1,000이 10,000이 300,000,000이");
	check_settled("1,000,000,000,000이(가) 25,000,000,000,000은(는) 10,000,000,000,000,000이(가)",
	    "1,000,000,000,000가 25,000,000,000,000는 10,000,000,000,000,000이");
	check_settled("1000000000001을(를) 1,000,000,000,002을(를)", "1000000000001을 1,000,000,000,002를");
	/* after the point one by one: 영 영, 오 */
	check_settled("2.50이(가) 0.0000000000000이(가) 3.5이(가) 2.1(으)로", "2.50이 0.0000000000000이 3.5가 2.1로");
	check_settled("2.1(으)로", "2.1로");
	check_settled("14:00이(가) 14:30이(가) 14:30:05이(가) 2026-05-09이(가) 2026-05-09(으)로",
	    "14:00가 14:30이 14:30:05가 2026-05-09이 2026-05-09로");
	check_settled("제1-2이(가) -3이(가)", "제1-2가 -3이");
	check_settled("50%이(가) 50 %(으)로 3 km이(가) 3km을(를) 5 kg이(가) 12 m2을(를) 3 m3(으)로 9m²(으)로 21℃은(는) 330㎡을(를)",
	    "50%가 50 %로 3 km가 3km를 5 kg이 12 m2를 3 m3로 9m²로 21℃는 330㎡를");
	check_settled("2 t이(가) 1 L(으)로 65 dB(으)로 30 min은(는) 2 h(으)로 1,000 KRW이(가)",
	    "2 t이 1 L로 65 dB로 30 min은 2 h으로 1,000 KRW이");
	check_settled("SQL(으)로 USB이(가) CCTV을(를) ATM은(는) VPN이(가) B동이(가) PC(으)로 HR(으)로",
	    "SQL로 USB가 CCTV를 ATM은 VPN이 B동이 PC로 HR로");
	check_settled("hotel(으)로 table이(가) parking이(가) game은(는) zone을(를) club이(가) cafe이(가) data은(는) rule이(가)",
	    "hotel로 table이 parking이 game은 zone을 club이 cafe가 data는 rule가");
	check_settled("stall-12이(가) lot-7(으)로 3F이(가) A4(으)로", "stall-12가 lot-7로 3F가 A4로");
	check_settled("'age'이(가) 'item'이(가) 'url'(으)로 'user'을(를)", "'age'가 'item'이 'url'로 'user'를");
}

TEST(other_forms)
{
	check_settled("시장으로(로) 나무으로(로) 서울으로(로)", "시장으로 나무로 서울로");
	check_settled("시장(이)나 나무(이)나 시장(이)며 나무(이)랑 책(이)면 국가(이)라고", "시장이나 나무나 시장이며 나무랑 책이면 국가라고");
	/* 시장, 나무 and 물 in conjoining letters */
	check_settled("\xe1\x84\x89\xe1\x85\xb5\xe1\x84\x8c\xe1\x85\xa1\xe1\x86\xbc이(가)",
	    "\xe1\x84\x89\xe1\x85\xb5\xe1\x84\x8c\xe1\x85\xa1\xe1\x86\xbc이");
	check_settled("\xe1\x84\x86\xe1\x85\xae(으)로 \xe1\x84\x86\xe1\x85\xae\xe1\x86\xaf(으)로",
	    "\xe1\x84\x86\xe1\x85\xae로 \xe1\x84\x86\xe1\x85\xae\xe1\x86\xaf로");
}

/* What was written before counts, what the value itself says stays. */
TEST(after_what_stands_there)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "값은 '하늘이(가)");
	hyk_josa_settle_after(&b, 0, HYK_STR("'을(를) 나무과(와)"));
	CHECK_STR(hyk_buf_peek(&b), "값은 '하늘이(가)'를 나무와");
	hyk_buf_reset(&b);
	hyk_buf_append_c(&b, "{\"text\":\"");
	hyk_josa_settle_after(&b, b.n, HYK_STR("을(를)"));
	CHECK_STR(hyk_buf_peek(&b), "{\"text\":\"을(를)");
	hyk_buf_fini(&b);
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
	RUN(other_forms);
	RUN(after_what_stands_there);
	RUN(unknown_sounds_keep_both);
	return check_done();
}
