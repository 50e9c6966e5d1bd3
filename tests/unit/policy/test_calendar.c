/* SPDX-License-Identifier: Apache-2.0 */
/* Calendars of commons: what is inherited, what is added, which years are known. */
#include "support/check.h"
#include "unit/policy/fixture.h"

static const char public_days[] =
    "calendar: public\n"
    "years: [2027, 2026, 2028]\n"
    "yearly:\n"
    "  05-05: {ko: 어린이날, en: Children's Day}\n"
    "  02-29: {ko: 윤일, en: Leap day}\n"
    "dates:\n"
    "  2026-05-24: {ko: 부처님 오신 날, en: Buddha's Birthday}\n"
    "  2026-05-05: {ko: 두 번 적은 날, en: Said twice}\n";

static const char closed_days[] =
    "calendar: closed\n"
    "dates:\n"
    "  2027-12-31: {ko: 대청소, en: Spring cleaning}\n";

static const char garden_days[] =
    "calendar: garden\n"
    "years: [2026, 2027]\n"
    "yearly:\n"
    "  04-01: {ko: 밭 여는 날, en: Opening of the garden}\n";

static const struct hyk_calendar *
calendar_of(const struct fixture *f, const char *path)
{
	const struct hyk_commons *c = hyk_ruleset_find_commons(f->ruleset, hyk_str_from_c(path));

	return CHECK(c) ? c->data.calendar : NULL;
}

static bool
is_holiday(const struct hyk_calendar *c, const char *date)
{
	int64_t day = 0;

	CHECK(hyk_date_parse(hyk_str_from_c(date), &day));
	return hyk_calendar_has(c, day);
}

TEST(a_commons_has_the_days_of_all_above)
{
	const struct hyk_calendar *town, *east, *garden;
	struct fixture f;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	/* the order of files is that of a folder: the garden's comes first */
	fixture_add_file(&f, "east/garden-3/calendar.yaml", garden_days);
	fixture_add_file(&f, "east/calendar.yaml", closed_days);
	fixture_add_file(&f, "calendar.yaml", public_days);
	if (!CHECK(fixture_load(&f) == HYK_OK))
		fixture_print(&f);
	REQUIRE(f.ruleset);
	town = calendar_of(&f, "town");
	east = calendar_of(&f, "town/east");
	garden = calendar_of(&f, "town/east/garden-3");
	REQUIRE(town && east && garden);
	CHECK(!calendar_of(&f, ""));
	/* three 05-05, one 02-29, one 05-24 */
	CHECK_INT(town->n_days, 5);
	CHECK_INT(town->n_years, 3);
	CHECK(is_holiday(town, "2026-05-05") && is_holiday(town, "2028-02-29") && is_holiday(town, "2026-05-24"));
	CHECK(!is_holiday(town, "2027-05-24") && !is_holiday(town, "2027-12-31") && !is_holiday(town, "2026-04-01"));
	CHECK_INT(east->n_days, 6);
	CHECK_INT(east->n_years, 3);
	CHECK(is_holiday(east, "2027-12-31") && is_holiday(east, "2026-05-24"));
	CHECK_INT(garden->n_days, 8);
	CHECK(is_holiday(garden, "2026-04-01") && is_holiday(garden, "2027-04-01") && !is_holiday(garden, "2028-04-01"));
	CHECK(is_holiday(garden, "2027-12-31"));
	/* what the garden does below for 2028 nobody has said */
	CHECK(hyk_calendar_covers(east, 2028) && !hyk_calendar_covers(garden, 2028));
	fixture_fini(&f);
}

/* A changed calendar is another ruleset: a recorded decision names the one it was made under. */
TEST(a_calendar_is_part_of_the_digest)
{
	uint8_t digests[2][32];

	for (int i = 0; i < 2; i++) {
		struct fixture f;

		fixture_init(&f);
		fixture_add_commons(&f);
		fixture_add_file(&f, "calendar.yaml", i ? garden_days : public_days);
		CHECK_INT(fixture_load(&f), HYK_OK);
		REQUIRE(f.ruleset);
		memcpy(digests[i], f.ruleset->digest, sizeof(digests[i]));
		/* what says nothing has what is above it */
		CHECK(calendar_of(&f, "town") && calendar_of(&f, "town/east/garden-3") == calendar_of(&f, "town"));
		fixture_fini(&f);
	}
	CHECK(memcmp(digests[0], digests[1], sizeof(digests[0])) != 0);
}

int
main(void)
{
	RUN(a_commons_has_the_days_of_all_above);
	RUN(a_calendar_is_part_of_the_digest);
	return check_done();
}
