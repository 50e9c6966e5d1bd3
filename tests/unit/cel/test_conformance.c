/* SPDX-License-Identifier: Apache-2.0 */
/* The public conformance suite of CEL, through the program that anyone can run: all but contested cases pass. */
#include <sys/wait.h>

#include "support/check.h"

TEST(suite)
{
	const char *file = check_conformance("cel.jsonl"), *build = getenv("HYK_BUILD");
	char command[8192], line[4096];
	unsigned n = 0;
	FILE *out;
	int rc;

	if (!file)
		return;
	snprintf(command, sizeof(command), "'%s/tests/cel-conformance' '%s'", build ? build : "build", file);
	out = popen(command, "r");
	REQUIRE(out);
	while (fgets(line, sizeof(line), out)) {
		n++;
		fputs(line, stderr);
	}
	rc = pclose(out);
	CHECK(WIFEXITED(rc));
	CHECK_INT(WEXITSTATUS(rc), 0);
	CHECK(n >= 4); /* a line a tier at least */
}

int
main(void)
{
	RUN(suite);
	return check_done();
}
