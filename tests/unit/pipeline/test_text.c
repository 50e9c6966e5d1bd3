/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/text.c - values as people read them, particles by sound. */
#include "pipeline/text.h"

#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_buf buf;

static struct hyk_str
shown(struct hyk_value v, const char *unit, enum hyk_type_kind kind, bool korean)
{
	struct hyk_fact f = { .unit = hyk_str_from_c(unit), .type = hyk_type_basic(kind) };
	const struct hyk_zone *seoul = NULL;

	CHECK_INT(hyk_zone_get(HYK_STR("Asia/Seoul"), &seoul), HYK_OK);
	hyk_buf_reset(&buf);
	hyk_text_write_value(&buf, v, &f, seoul, korean);
	return hyk_buf_peek(&buf);
}

TEST(money_and_measures)
{
	CHECK_STR(shown(hyk_int(10000), "KRW", HYK_T_INT, true), "10,000원");
	CHECK_STR(shown(hyk_int(10000), "KRW", HYK_T_INT, false), "10,000 KRW");
	CHECK_STR(shown(hyk_int(-1234567), "KRW", HYK_T_INT, false), "-1,234,567 KRW");
	CHECK_STR(shown(hyk_int(0), "KRW", HYK_T_INT, true), "0원");
	CHECK_STR(shown(hyk_int(999), "KRW", HYK_T_INT, true), "999원");
	CHECK_STR(shown(hyk_int(120), "m", HYK_T_INT, false), "120 m");
	CHECK_STR(shown(hyk_int(2026), "", HYK_T_INT, true), "2026");
	CHECK_STR(shown(hyk_int(INT64_MIN), "m", HYK_T_INT, false), "-9,223,372,036,854,775,808 m");
	CHECK_STR(shown(hyk_double(1.5), "kW", HYK_T_DOUBLE, true), "1.5 kW");
	/* without a unit four digits may be a year */
	CHECK_STR(shown(hyk_int(12026), "", HYK_T_INT, true), "12,026");
	CHECK_STR(shown(hyk_uint(UINT64_MAX), "", HYK_T_UINT, false), "18,446,744,073,709,551,615");
	CHECK_STR(shown(hyk_double(1234.5), "m2", HYK_T_DOUBLE, true), "1,234.5 m²");
	CHECK_STR(shown(hyk_double(1234.5), "", HYK_T_DOUBLE, true), "1234.5");
	CHECK_STR(shown(hyk_double(-3), "", HYK_T_DOUBLE, true), "-3");
	CHECK_STR(shown(hyk_double(1e300), "m", HYK_T_DOUBLE, false), "1e+300 m");
	CHECK_STR(shown(hyk_double(0.0000001), "m", HYK_T_DOUBLE, false), "1e-7 m");
	CHECK_STR(shown(hyk_double(1e20), "m", HYK_T_DOUBLE, false), "100,000,000,000,000,000,000 m");
	CHECK_STR(shown(hyk_double(0.0 / 0.0), "m", HYK_T_DOUBLE, false), "NaN m");
	CHECK_STR(shown(hyk_int(50), "%", HYK_T_INT, true), "50%");
	CHECK_STR(shown(hyk_int(90), "min", HYK_T_INT, true), "90분");
}

TEST(times_in_the_zone)
{
	CHECK_STR(shown(hyk_timestamp(1777690800, 0), "", HYK_T_TIMESTAMP, true), "2026년 5월 2일 12시");
	CHECK_STR(shown(hyk_timestamp(1777692605, 0), "", HYK_T_TIMESTAMP, true), "2026년 5월 2일 12시 30분 5초");
	CHECK_STR(shown(hyk_timestamp(1777690800, 0), "", HYK_T_TIMESTAMP, false), "2026-05-02 12:00");
	CHECK_STR(shown(hyk_timestamp(1777690805, 0), "", HYK_T_TIMESTAMP, false), "2026-05-02 12:00:05");
	CHECK_STR(shown(hyk_timestamp(1777647600, 0), "", HYK_T_DATE, true), "2026년 5월 2일");
	CHECK_STR(shown(hyk_timestamp(1777647600, 0), "", HYK_T_DATE, false), "2026-05-02");
	CHECK_STR(shown(hyk_timestamp(-1, 0), "", HYK_T_TIMESTAMP, false), "1970-01-01 08:59:59");
	CHECK_STR(shown(hyk_duration(5400000000000), "", HYK_T_DURATION, true), "1시간 30분");
	CHECK_STR(shown(hyk_duration(90061000000000), "", HYK_T_DURATION, false), "1 d 1 h 1 min 1 s");
	CHECK_STR(shown(hyk_duration(86400000000000), "", HYK_T_DURATION, true), "1일");
	CHECK_STR(shown(hyk_duration(0), "", HYK_T_DURATION, true), "0초");
}

TEST(lists_by_the_type_of_their_items)
{
	struct hyk_value days[] = { hyk_timestamp(1777647600, 0), hyk_timestamp(1777734000, 0) };
	struct hyk_value sums[] = { hyk_int(10000), hyk_int(500) };
	const struct hyk_zone *seoul = NULL;
	struct hyk_fact f = { .type = hyk_type_list(&arena, hyk_type_basic(HYK_T_DATE)) };
	struct hyk_fact g = { .unit = HYK_STR("KRW"), .type = hyk_type_list(&arena, hyk_type_basic(HYK_T_INT)) };

	CHECK_INT(hyk_zone_get(HYK_STR("Asia/Seoul"), &seoul), HYK_OK);
	hyk_buf_reset(&buf);
	hyk_text_write_value(&buf, hyk_list(&arena, days, 2), &f, seoul, true);
	hyk_buf_append_c(&buf, "; ");
	hyk_text_write_value(&buf, hyk_list(&arena, sums, 2), &g, seoul, true);
	CHECK_STR(hyk_buf_peek(&buf), "2026년 5월 2일, 2026년 5월 3일; 10,000원, 500원");
}

TEST(words)
{
	struct hyk_value items[] = { hyk_string(HYK_STR("a")), hyk_string(HYK_STR("b")) };

	CHECK_STR(shown(hyk_bool(true), "", HYK_T_BOOL, true), "예");
	CHECK_STR(shown(hyk_bool(false), "", HYK_T_BOOL, false), "no");
	CHECK_STR(shown(hyk_list(&arena, items, 2), "", HYK_T_DYN, false), "a, b");
	CHECK_STR(shown(hyk_absent(), "", HYK_T_INT, true), "없음");
	CHECK_STR(shown((struct hyk_value){ .kind = HYK_UNKNOWN }, "", HYK_T_INT, false), "unknown");
}

TEST(a_template)
{
	struct hyk_fact fee = { .slot = 9, .path = HYK_STR("context.fee_krw"), .unit = HYK_STR("KRW"),
		.type = hyk_type_basic(HYK_T_INT) };
	struct hyk_used_fact used = { .fact = &fee, .value = hyk_int(10000) };
	struct hyk_decision d = { .facts = &used, .n_facts = 1 };
	struct hyk_piece ko[] = { { HYK_STR("값 '"), &fee }, { HYK_STR("'이(가) 커서 "), &fee }, { HYK_STR("(으)로는 안 됩니다"), NULL } };
	struct hyk_piece en[] = { { .fact = &fee }, { .literal = HYK_STR(" is much") } };
	const struct hyk_piece *pieces[] = { ko, en };
	struct hyk_str tags[] = { HYK_STR("ko"), HYK_STR("en") };
	size_t n[] = { 3, 2 };
	struct hyk_template t = { 2, tags, pieces, n };

	hyk_buf_reset(&buf);
	hyk_text_write(&buf, &d, &t, hyk_text_language(&t, HYK_STR("ko-KR")));
	CHECK_STR(hyk_buf_peek(&buf), "값 '10,000원'이 커서 10,000원으로는 안 됩니다");
	hyk_buf_reset(&buf);
	hyk_text_write(&buf, &d, &t, hyk_text_language(&t, HYK_STR("fr")));
	CHECK_STR(hyk_buf_peek(&buf), "10,000 KRW is much");
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	hyk_buf_init(&buf, 0);
	RUN(money_and_measures);
	RUN(times_in_the_zone);
	RUN(lists_by_the_type_of_their_items);
	RUN(words);
	RUN(a_template);
	hyk_buf_fini(&buf);
	hyk_arena_fini(&arena);
	hyk_zones_fini();
	return check_done();
}
