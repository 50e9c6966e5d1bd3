/* SPDX-License-Identifier: Apache-2.0 */
/* cli/advance.c - hyangyak advance: moves the clock of a test build; no other build has the command. */
#include "cli/cli.h"

#ifdef HYK_TEST_CLOCK
#include "runtime/test_clock.h"
#include "value/value.h"

int
hyk_command_advance(const struct hyk_args *args)
{
	const char *state = NULL, *operands[1];
	bool back = false;
	const struct hyk_option options[] = { { "state", &state, NULL, "DIR", "of the running engine" },
		{ "back", NULL, &back, NULL, "backwards" } };
	struct hyk_value d;
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options), "--state DIR [--back] DURATION", operands, 1, &n, &code))
		return code;
	if (state == NULL || n != 1 || !hyk_duration_parse(hyk_str_from_c(operands[0]), &d)) {
		hyk_cli_complain("advance", "give --state DIR and a duration like 15m",
		    "--state 폴더와 15m 같은 길이를 주세요");
		return EXIT_USAGE;
	}
	return hyk_test_clock_advance(state, (back ? -1 : 1) * (d.as.i / 1000000000)) == HYK_OK ? EXIT_YES : EXIT_ENVIRONMENT;
}
#else
_Static_assert(1, "a file of C has at least one declaration");
#endif
