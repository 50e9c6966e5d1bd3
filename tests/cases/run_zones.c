/* SPDX-License-Identifier: Apache-2.0 */
/* Our reader of time zones against Python's, over every zone: around each transition, by chance, far past and future. */
#include "support/check.h"

#include "text/zone.h"

TEST(every_zone_is_as_python_says)
{
	FILE *in = popen("python3 tests/cases/zones.py", "r");
	unsigned n = 0, n_zones = 0, wrong = 0;
	const struct hyk_zone *zone = NULL;
	char name[80], last[80] = "", kind;
	int64_t at;
	int want;

	REQUIRE(in);
	while (wrong < 10 && fscanf(in, "%79s %c %" SCNd64 " %d", name, &kind, &at, &want) == 4) {
		int got = INT32_MAX;

		if (strcmp(name, last) != 0) {
			n_zones++;
			zone = NULL;
			CHECK_INT(hyk_zone_get(hyk_str_from_c(name), &zone), HYK_OK);
			memcpy(last, name, sizeof(last));
		}
		if (zone)
			got = kind == 'u' ? hyk_zone_offset_at(zone, at) : hyk_zone_offset_at_local(zone, at);
		n++;
		if (got != want) {
			fprintf(stderr, "    %s %c %" PRId64 ": %d, want %d\n", name, kind, at, got, want);
			wrong++;
		}
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(pclose(in), 0);
	fprintf(stderr, "%u zones, %u questions\n", n_zones, n);
	CHECK(n_zones > 300 && n > 100000);
}

int
main(void)
{
	RUN(every_zone_is_as_python_says);
	hyk_zones_fini();
	return check_done();
}
