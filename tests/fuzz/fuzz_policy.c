/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POLICY 0xff REGISTRY: two files of a commons beside plugins that exist. A ruleset or messages that lie in the
 * files, whatever stands in them.
 */
#include "fuzz/fuzz.h"
#include "unit/policy/fixture.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct fixture f;
	enum hyk_status st;

	fixture_init(&f);
	fixture_add_plugins(&f);
	fixture_add_commons(&f);
	fixture_add_text(&f, HYK_STR("p.yaml"), fuzz_text(&in));
	if (in.n)
		fixture_add_text(&f, HYK_STR("registry.yaml"), fuzz_text(&in));
	st = fixture_load(&f);
	FUZZ_CHECK((st == HYK_OK) == (f.diags.n_errors == 0));
	FUZZ_CHECK((st == HYK_OK) == (f.ruleset != NULL));
	fuzz_check_diags(&f.diags);
	fixture_fini(&f);
	return 0;
}
