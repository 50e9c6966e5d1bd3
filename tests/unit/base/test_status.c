/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/status.h"

TEST(each_status_has_a_name_of_its_own)
{
	for (int i = HYK_OK; i <= HYK_E_STOPPED; i++) {
		const char *name = hyk_status_name((enum hyk_status)i);

		CHECK(strcmp(name, "unknown status") != 0);
		for (int j = HYK_OK; j < i; j++)
			CHECK(strcmp(name, hyk_status_name((enum hyk_status)j)) != 0);
	}
	CHECK_C(hyk_status_name(HYK_OK), "ok");
	CHECK_C(hyk_status_name(HYK_E_NOMEM), "no memory");
	CHECK_C(hyk_status_name((enum hyk_status)99), "unknown status");
}

int
main(void)
{
	RUN(each_status_has_a_name_of_its_own);
	return check_done();
}
