/* SPDX-License-Identifier: Apache-2.0 */
/* geo.* in the real jail. A sphere of 6,371,008.8 m: a degree is that by pi / 180, half the way
 * round by pi. */
#include "open_jail.h"

static const struct {
	const char *expression, *log, *error;
} cases[] = {
	{ "geo.distance({ lat = 0, lon = 0 }, { lat = 0, lon = 1 })", "111195.080", NULL },
	{ "geo.distance({ lat = 0, lon = 0 }, { lat = 1, lon = 0 })", "111195.080", NULL },
	{ "geo.distance({ lat = 90, lon = 0 }, { lat = 0, lon = 77.7 })", "10007557.221", NULL },
	{ "geo.distance({ lat = 0, lon = 0 }, { lat = 0, lon = 180 })", "20015114.442", NULL },
	{ "geo.distance({ lat = 37.5, lon = 127 }, { lat = 37.5, lon = 127 })", "0.000", NULL },
	{ "geo.distance({ lat = 37.5, lon = -180 }, { lat = 37.5, lon = 180 })", "0.000", NULL },
	{ "geo.distance({ lat = 91, lon = 0 }, { lat = 0, lon = 0 })", NULL,
	    "a point like { lat = 37.27, lon = 127.11 } expected)" },
	{ "geo.distance({ lat = 0, lon = 0 }, { lat = 0, lon = 180.1 })", NULL, "expected)" },
	{ "geo.distance({ lat = 0 / 0, lon = 0 }, { lat = 0, lon = 0 })", NULL, "expected)" },
	{ "geo.distance({ lat = '1', lon = 0 }, { lat = 0, lon = 0 })", NULL, "expected)" },
	{ "geo.distance({ 1, 2 }, { lat = 0, lon = 0 })", NULL, "expected)" },
	{ "geo.distance('a', { lat = 0, lon = 0 })", NULL, "expected)" },
	{ "geo.distance({ lat = 0, lon = 0 })", NULL, "expected)" },
};

TEST(distances_are_those_of_conditions)
{
	static char texts[HYK_ARRAY_LEN(cases)][256];
	struct hyk_jail_source s[HYK_ARRAY_LEN(cases)];
	struct hyk_value m[HYK_ARRAY_LEN(cases)];
	struct hyk_jail *j = NULL;

	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		snprintf(
		    texts[i], sizeof(texts[i]), "log(('%%.3f'):format(%s))", cases[i].expression);
		s[i] = body(texts[i]);
	}
	REQUIRE(open_with(s, HYK_ARRAY_LEN(cases), NULL, &j, m) == HYK_OK);
	for (uint32_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct hyk_jail_call c = call(j, i, HYK_HOOK_PERMIT, "{}");
		char want[64];
		bool ok;

		if (cases[i].log) {
			snprintf(want, sizeof(want), "%s\n", cases[i].log);
			ok = c.outcome == HYK_JAIL_OK && hyk_str_eq_c(c.log, want);
		} else {
			ok = c.outcome == HYK_JAIL_ERROR &&
			    hyk_str_ends_with(c.message, hyk_str_from_c(cases[i].error));
		}
		if (!CHECK(ok))
			fprintf(stderr, "    %s: %s: %.*s%.*s\n", texts[i],
			    hyk_jail_outcome_name(c.outcome), HYK_STR_ARG(c.log),
			    HYK_STR_ARG(c.message));
	}
	hyk_jail_close(j);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(distances_are_those_of_conditions);
	hyk_arena_fini(&arena);
	return check_done();
}
