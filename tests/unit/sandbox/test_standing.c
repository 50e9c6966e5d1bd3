/* SPDX-License-Identifier: Apache-2.0 */
/* Figures by hand from the limits in the header; time is a number here. */
#include "support/check.h"

#include <pthread.h>

#include "sandbox/standing.h"

#define MINUTE ((uint64_t)60 * 1000000000u)

static enum hyk_standing_change
one(struct hyk_standing *s, size_t plugin, enum hyk_conduct conduct, uint64_t now)
{
	enum hyk_admission a = hyk_standing_admit(s, plugin, now);

	CHECK(a != HYK_REFUSED);
	return hyk_standing_note(s, plugin, a, conduct, now);
}

static void
many(struct hyk_standing *s, size_t plugin, enum hyk_conduct conduct, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		CHECK(one(s, plugin, conduct, 0) == HYK_STANDING_SAME);
}

TEST(strikes_are_quarantine_for_that_plugin_alone)
{
	struct hyk_standing *s = hyk_standing_new(2, 3);

	REQUIRE(s != NULL);
	CHECK_INT(one(s, 0, HYK_STRUCK, 0), HYK_STANDING_SAME);
	CHECK_INT(one(s, 0, HYK_STRUCK, 0), HYK_STANDING_SAME);
	CHECK(!hyk_standing_is_quarantined(s, 0));
	CHECK_INT(one(s, 0, HYK_STRUCK, 0), HYK_STANDING_QUARANTINED);
	CHECK(hyk_standing_is_quarantined(s, 0));
	CHECK_INT(hyk_standing_admit(s, 0, 1), HYK_REFUSED);
	CHECK_INT(hyk_standing_admit(s, 1, 1), HYK_ADMITTED);
	CHECK_INT(hyk_standing_quarantined(s), 1);
	CHECK_INT(hyk_standing_strikes(s, 0), 3);
	CHECK_INT(hyk_standing_strikes(s, 1), 0);
	/* Another jail's call that was on its way then: neither a probe nor a second quarantine. */
	CHECK_INT(hyk_standing_note(s, 0, HYK_ADMITTED, HYK_LIGHT, 1), HYK_STANDING_SAME);
	CHECK_INT(hyk_standing_note(s, 0, HYK_ADMITTED, HYK_STRUCK, 1), HYK_STANDING_SAME);
	CHECK_INT(hyk_standing_quarantined(s), 1);
	CHECK(hyk_standing_unref(s) == NULL);
}

TEST(ten_thousand_good_calls_wear_off_one_strike)
{
	struct hyk_standing *s = hyk_standing_new(1, 2);

	REQUIRE(s != NULL);
	many(s, 0, HYK_STRUCK, 1);
	many(s, 0, HYK_LIGHT, 9999);
	many(s, 0, HYK_UNKNOWN_CONDUCT, 5); /* counts for nothing */
	CHECK_INT(one(s, 0, HYK_STRUCK, 0), HYK_STANDING_QUARANTINED);
	s = hyk_standing_unref(s);
	s = hyk_standing_new(1, 2);
	REQUIRE(s != NULL);
	many(s, 0, HYK_STRUCK, 1);
	many(s, 0, HYK_LIGHT, 10000);
	CHECK_INT(one(s, 0, HYK_STRUCK, 0), HYK_STANDING_SAME);
	hyk_standing_unref(s);
}

TEST(a_quarantine_is_probed_by_count_and_by_time)
{
	struct hyk_standing *s = hyk_standing_new(1, 1);

	REQUIRE(s != NULL);
	CHECK_INT(one(s, 0, HYK_STRUCK, MINUTE), HYK_STANDING_QUARANTINED);
	for (unsigned i = 1; i < HYK_PROBE_AFTER; i++)
		CHECK(hyk_standing_admit(s, 0, MINUTE) == HYK_REFUSED);
	CHECK_INT(hyk_standing_admit(s, 0, MINUTE), HYK_ADMITTED_AS_PROBE);
	/* One at a time, whatever the clock says. */
	CHECK_INT(hyk_standing_admit(s, 0, 100 * MINUTE), HYK_REFUSED);
	CHECK_INT(hyk_standing_note(s, 0, HYK_ADMITTED_AS_PROBE, HYK_STRUCK, 2 * MINUTE),
	    HYK_STANDING_SAME);
	/* Ten minutes from then. */
	CHECK_INT(hyk_standing_admit(s, 0, 12 * MINUTE - 1), HYK_REFUSED);
	CHECK_INT(hyk_standing_admit(s, 0, 12 * MINUTE), HYK_ADMITTED_AS_PROBE);
	/* It came to nothing: the next one is due ten minutes later. */
	CHECK_INT(hyk_standing_note(s, 0, HYK_ADMITTED_AS_PROBE, HYK_UNKNOWN_CONDUCT, 13 * MINUTE),
	    HYK_STANDING_SAME);
	CHECK_INT(hyk_standing_admit(s, 0, 22 * MINUTE), HYK_REFUSED);
	CHECK_INT(hyk_standing_admit(s, 0, 23 * MINUTE), HYK_ADMITTED_AS_PROBE);
	CHECK_INT(hyk_standing_note(s, 0, HYK_ADMITTED_AS_PROBE, HYK_LIGHT, 23 * MINUTE),
	    HYK_STANDING_RELEASED);
	CHECK_INT(hyk_standing_quarantined(s), 0);
	CHECK_INT(hyk_standing_admit(s, 0, 23 * MINUTE), HYK_ADMITTED);
	CHECK_INT(one(s, 0, HYK_STRUCK, 24 * MINUTE), HYK_STANDING_QUARANTINED);
	hyk_standing_unref(s);
}

TEST(a_plugin_that_is_mostly_heavy_is_slow_until_it_is_light_again)
{
	struct hyk_standing *s = hyk_standing_new(2, 3);

	REQUIRE(s != NULL);
	/* Now and then is nothing, for ever. */
	for (int i = 0; i < 1000; i++) {
		many(s, 0, HYK_HEAVY, 1);
		many(s, 0, HYK_LIGHT, 1);
	}
	CHECK(!hyk_standing_is_slow(s, 0));
	/* Two of three: 2 after the first three calls, then one more each three. */
	for (int i = 0; i < 31; i++) {
		many(s, 0, HYK_LIGHT, 1);
		many(s, 0, HYK_HEAVY, 1);
		if (i < 30)
			many(s, 0, HYK_HEAVY, 1);
	}
	CHECK(!hyk_standing_is_slow(s, 0));
	CHECK_INT(one(s, 0, HYK_HEAVY, 0), HYK_STANDING_SLOWED);
	CHECK(hyk_standing_is_slow(s, 0));
	CHECK(!hyk_standing_is_slow(s, 1));
	CHECK_INT(hyk_standing_slow(s), 1);
	many(s, 0, HYK_LIGHT, 999);
	many(s, 0, HYK_HEAVY, 1);
	many(s, 0, HYK_LIGHT, 999);
	CHECK(hyk_standing_is_slow(s, 0));
	CHECK_INT(one(s, 0, HYK_LIGHT, 0), HYK_STANDING_HASTENED);
	CHECK_INT(hyk_standing_slow(s), 0);
	hyk_standing_unref(s);
}

static void *
strike_often(void *arg)
{
	struct hyk_standing *s = arg;

	for (int i = 0; i < 10000; i++)
		(void)hyk_standing_note(s, 0, HYK_ADMITTED, HYK_STRUCK, 0);
	hyk_standing_unref(s);
	return NULL;
}

TEST(all_jails_count_together)
{
	struct hyk_standing *s = hyk_standing_new(1, 20000);
	pthread_t t[2];

	REQUIRE(s != NULL);
	for (int i = 0; i < 2; i++)
		REQUIRE(pthread_create(&t[i], NULL, strike_often, hyk_standing_ref(s)) == 0);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	CHECK_INT(hyk_standing_strikes(s, 0), 20000);
	CHECK_INT(hyk_standing_quarantined(s), 1);
	hyk_standing_unref(s);
}

int
main(void)
{
	RUN(strikes_are_quarantine_for_that_plugin_alone);
	RUN(ten_thousand_good_calls_wear_off_one_strike);
	RUN(a_quarantine_is_probed_by_count_and_by_time);
	RUN(a_plugin_that_is_mostly_heavy_is_slow_until_it_is_light_again);
	RUN(all_jails_count_together);
	return check_done();
}
