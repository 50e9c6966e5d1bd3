/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones against facts of history and of the rules after it; times computed by hand from UTC. */
#include "support/check.h"

#include <pthread.h>

#include "text/zone.h"
#include "value/value.h"

static int32_t
at(const char *name, const char *utc)
{
	const struct hyk_zone *z;
	struct hyk_value v;

	if (!CHECK_INT(hyk_zone_get(hyk_str_from_c(name), &z), HYK_OK) ||
	    !CHECK(hyk_timestamp_parse(hyk_str_from_c(utc), &v)))
		return INT32_MAX;
	return hyk_zone_offset_at(z, v.as.i);
}

static int32_t
at_local(const char *name, const char *local)
{
	const struct hyk_zone *z;
	struct hyk_value v;

	if (!CHECK_INT(hyk_zone_get(hyk_str_from_c(name), &z), HYK_OK) ||
	    !CHECK(hyk_timestamp_parse(hyk_str_from_c(local), &v)))
		return INT32_MAX;
	return hyk_zone_offset_at_local(z, v.as.i);
}

TEST(seoul)
{
	CHECK_INT(at("Asia/Seoul", "2026-05-09T05:00:00Z"), 9 * 3600);
	/* Summer time of the Olympic year, 8 May to 9 October 1988. */
	CHECK_INT(at("Asia/Seoul", "1988-07-01T00:00:00Z"), 10 * 3600);
	CHECK_INT(at("Asia/Seoul", "1988-12-01T00:00:00Z"), 9 * 3600);
	CHECK_INT(at("Asia/Seoul", "1900-01-01T00:00:00Z"), 8 * 3600 + 27 * 60 + 52); /* local mean time */
	CHECK_INT(at("Asia/Seoul", "9999-12-31T00:00:00Z"), 9 * 3600);
}

TEST(the_rule_of_the_footer_holds_for_ever)
{
	/* Second Sunday of March 2099 is the 8th, first of November the 1st. */
	CHECK_INT(at("America/New_York", "2099-03-08T06:59:59Z"), -5 * 3600);
	CHECK_INT(at("America/New_York", "2099-03-08T07:00:00Z"), -4 * 3600);
	CHECK_INT(at("America/New_York", "2099-11-01T05:59:59Z"), -4 * 3600);
	CHECK_INT(at("America/New_York", "2099-11-01T06:00:00Z"), -5 * 3600);
	CHECK_INT(at("Australia/Lord_Howe", "2099-01-01T00:00:00Z"), 11 * 3600);
	CHECK_INT(at("Australia/Lord_Howe", "2099-07-01T00:00:00Z"), 10 * 3600 + 1800);
}

TEST(gaps_and_overlaps)
{
	/* 2026-03-08: 02:00 to 03:00 does not exist; the offset before the gap. */
	CHECK_INT(at_local("America/New_York", "2026-03-08T01:59:59Z"), -5 * 3600);
	CHECK_INT(at_local("America/New_York", "2026-03-08T02:30:00Z"), -5 * 3600);
	CHECK_INT(at_local("America/New_York", "2026-03-08T03:00:00Z"), -4 * 3600);
	/* 2026-11-01: 01:00 to 02:00 comes twice; the earlier. */
	CHECK_INT(at_local("America/New_York", "2026-11-01T01:30:00Z"), -4 * 3600);
	CHECK_INT(at_local("America/New_York", "2026-11-01T02:00:00Z"), -5 * 3600);
}

TEST(names)
{
	static const char *const bad[] = { "", "Asia/Nowhere", "../../etc/passwd", "/etc/localtime", "Asia", "Asia/Seoul/",
		"tzdata.zi", "zone.tab", "+9", "+24:00", "+09:60", "+0900", "+:30", "Asia/Se\tul" };
	const struct hyk_zone *z, *again;

	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++)
		CHECK(hyk_zone_get(hyk_str_from_c(bad[i]), &z) != HYK_OK);
	CHECK_INT(at("+09:00", "2026-01-01T00:00:00Z"), 9 * 3600);
	CHECK_INT(at("-03:30", "2026-01-01T00:00:00Z"), -(3 * 3600 + 30 * 60));
	CHECK_INT(at("UTC", "2026-01-01T00:00:00Z"), 0);
	CHECK_INT(hyk_zone_get(HYK_STR("Europe/Berlin"), &z), HYK_OK);
	CHECK_INT(hyk_zone_get(HYK_STR("Europe/Berlin"), &again), HYK_OK);
	CHECK(z == again);
	CHECK_STR(hyk_zone_name(z), "Europe/Berlin");
	CHECK(hyk_zone_data_version().n >= 5);
}

#define N_THREADS 4
#define N_NAMES 600 /* more than there are lists, so that names share them */

static const struct hyk_zone *got[N_THREADS][N_NAMES];

static struct hyk_str
offset_name(unsigned i, char text[8])
{
	return hyk_str_make(text, (size_t)snprintf(text, 8, "+%02u:%02u", i / 60 % 24, i % 60));
}

static void *
get_all(void *of_thread)
{
	const struct hyk_zone **mine = of_thread;
	char text[8];

	for (unsigned i = 0; i < N_NAMES; i++) {
		if (hyk_zone_get(offset_name(i, text), &mine[i]) != HYK_OK)
			mine[i] = NULL;
	}
	return NULL;
}

/* Whoever comes first, all get the same zone. */
TEST(threads)
{
	pthread_t threads[N_THREADS];
	char text[8];

	for (unsigned t = 0; t < N_THREADS; t++)
		REQUIRE(pthread_create(&threads[t], NULL, get_all, got[t]) == 0);
	for (unsigned t = 0; t < N_THREADS; t++)
		CHECK(pthread_join(threads[t], NULL) == 0);
	for (unsigned i = 0; i < N_NAMES; i++) {
		REQUIRE(got[0][i]);
		CHECK(hyk_str_eq(hyk_zone_name(got[0][i]), offset_name(i, text)));
		CHECK_INT(hyk_zone_offset_at(got[0][i], 0), (int)i * 60);
		for (unsigned t = 1; t < N_THREADS; t++)
			CHECK(got[t][i] == got[0][i]);
	}
}

int
main(void)
{
	RUN(threads);
	RUN(seoul);
	RUN(the_rule_of_the_footer_holds_for_ever);
	RUN(gaps_and_overlaps);
	RUN(names);
	hyk_zones_fini();
	return check_done();
}
